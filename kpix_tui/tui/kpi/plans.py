"""What is being done about a KPI: its open actions, the most urgent first."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from kpix_tui.domains.plans.views import PlanRow
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.kernel.paging import Page
from kpix_tui.tui.kpi.panel import ROOMY
from kpix_tui.tui.plans.cells import LATE, Drawing, due_width
from kpix_tui.tui.widgets.text import clip, plain

SHOWN = 3
"""Actions that are listed; the others are counted."""
OWNER = 18
"""Cells for the name of who does it."""


class KpiPlans(Widget):
    """One line that counts them; where there is room, a line for each of the first."""

    def __init__(self, drawing: Drawing, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._drawing = drawing
        self._page: Page[PlanRow] | None = None

    def show(self, page: Page[PlanRow]) -> None:
        """Show these."""
        self._page = page
        self.refresh(layout=True)

    def render(self) -> Content:
        """The lines."""
        if self._page is None:
            return Content("")
        counted = self._counted(self._page)
        if self.app.size.height < ROOMY:
            return counted
        lines = [self._line(row) for row in self._page.rows[:SHOWN]]
        return Content("\n").join([Content(""), counted, *lines])

    def _counted(self, page: Page[PlanRow]) -> Content:
        """How many, how many of them overdue, and what to press."""
        if not page.total:
            nothing = _("No open action.  a: decide on one")
            return Content.styled(nothing, "$text-muted")
        count = ngettext("{count} open action", "{count} open actions", page.total)
        late = sum(row.overdue for row in page.rows)
        words = Content.styled(count.format(count=page.total), "bold")
        if late:
            text = ngettext("{count} overdue", "{count} overdue", late).format(count=late)
            words = Content.assemble(words, "   ", (f"! {text}", LATE))
        return Content.assemble(words, "   ", (_("A: show them, a: one more"), "$text-muted"))

    def _line(self, row: PlanRow) -> Content:
        """Status, due date, who, what."""
        draw, due = self._drawing, due_width() + 12
        parts = [
            (draw.status(row.status), 14),
            (draw.due(row, due), due),
            (Content.styled(clip(plain(row.owner_name), OWNER), "$text-muted"), OWNER),
        ]
        line = Content("  ").join(_padded(content, width) for content, width in parts)
        room = max(1, self.content_size.width - line.cell_length - 2)
        return Content.assemble(line, "  ", clip(plain(row.title), room))


def _padded(content: Content, width: int) -> Content:
    return content + " " * max(0, width - content.cell_length)
