"""Every state of one value: who, when, why."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from kpix_tui.domains.kpis.views import Kpi
from kpix_tui.domains.values.views import RevisionRow
from kpix_tui.i18n.catalog import _
from kpix_tui.tui.screen import KpixModal
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.footer import KpixFooter
from kpix_tui.tui.widgets.status import status_cell
from kpix_tui.tui.widgets.text import clip, plain


class Revisions(KpixModal[None]):
    """The present state first."""

    def __init__(self, kpi: Kpi, period: str, rows: Sequence[RevisionRow], timezone: str) -> None:
        super().__init__()
        self._kpi = kpi
        self._period = period
        self._rows = rows
        self._timezone = timezone

    def compose(self) -> ComposeResult:
        """A title, the states, keys."""
        name = clip(plain(self._kpi.name), 120)
        with Vertical(classes="dialog revisions"):
            yield Static(f"{name}  {self._period}", classes="dialog--title", markup=False)
            with VerticalScroll(classes="revisions--list"):
                for row in self._rows:
                    yield Static(self._state(row), classes="revision", markup=False)
            yield KpixFooter()

    def _state(self, row: RevisionRow) -> Content:
        """Two lines: the value and its status; who, when and why."""
        writing = Writing(self.kpix.locale, self.kpix.ascii)
        head = Content.assemble(
            (_("Revision {number}").format(number=row.revision), "$text-muted"),
            "   ",
            (writing.exactly(row.value, self._kpi), "bold"),
            "   ",
            status_cell(row.status, row.critical, ascii=writing.ascii),
        )
        when = writing.moment(row.entered_at, self._timezone)
        who = f"{clip(plain(row.entered_by), 60)}, {when}"
        reason = plain(row.reason) or _("first entry")
        return Content.assemble(head, "\n", (who, "$text-muted"), "\n", reason)
