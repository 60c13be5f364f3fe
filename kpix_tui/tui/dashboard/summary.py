"""The line above the KPIs: how many stand at each status, and as of when."""

from __future__ import annotations

from datetime import date

from textual.content import Content
from textual.widget import Widget

from kpix_tui.domains.overview.views import DashboardRow
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.tui.themes import MONO
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.status import status_bar, status_counts
from kpix_tui.tui.widgets.text import clip, plain

BAR = 24


class Summary(Widget):
    """Counts and a bar; below them process and description, and the day if it is not today."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._row: DashboardRow | None = None
        self._until: date | None = None

    def show(self, row: DashboardRow, until: date | None) -> None:
        """Show the counts of ``row`` as of ``until`` (None: now)."""
        self._row, self._until = row, until
        self.refresh()

    def render(self) -> Content:
        """Two lines."""
        if self._row is None:
            return Content("")
        return Content("\n").join([self._counts(self._row), self._about(self._row)])

    def _counts(self, row: DashboardRow) -> Content:
        app, room = self.app, self.content_size.width
        ascii = bool(getattr(app, "ascii", False))
        total = row.statuses.total
        count = ngettext("{count} KPI", "{count} KPIs", total).format(count=total)
        left = room - len(count) - 3
        words = status_counts(row.statuses, ascii=ascii, words=True, width=left)
        line = Content.assemble((count, "bold"), "   ", words)
        if line.cell_length + 3 + BAR <= room and total:
            bar = status_bar(row.statuses, BAR, ascii=ascii, colours=app.theme != MONO)
            line = Content.assemble(line, "   ", bar)
        return line

    def _about(self, row: DashboardRow) -> Content:
        room = self.content_size.width
        parts = [plain(text) for text in (row.process, row.description) if text]
        separator = " - " if getattr(self.app, "ascii", False) else " · "
        if self._until is None:
            return Content.styled(clip(separator.join(parts), room), "$text-muted")
        writing = Writing(getattr(self.app, "locale", "en"))
        as_of = _("As of {day}  ([ ] to move)").format(day=writing.day(self._until))
        rest = clip(separator.join(["", *parts]), max(0, room - len(as_of)))
        return Content.assemble((as_of, "$accent bold"), (rest, "$text-muted"))
