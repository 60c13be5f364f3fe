"""The columns of a KPI's history."""

from __future__ import annotations

from textual.content import Content

from kpix_tui.domains.kpis.views import Kpi
from kpix_tui.domains.values.views import ValueRow
from kpix_tui.i18n.catalog import _
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.status import status_cell, status_width
from kpix_tui.tui.widgets.text import plain


class History:
    """Cells of the history of one KPI; the KPI arrives with the first reading."""

    def __init__(self, writing: Writing, timezone: str) -> None:
        self._writing = writing
        self._timezone = timezone
        self.kpi: Kpi | None = None

    def columns(self) -> list[Column[ValueRow]]:
        """Period, value and status stay."""
        return [
            Column(_("Period"), self._period, 11, "period_start"),
            Column(_("Value"), self._value, 16, "value", "right"),
            Column(_("Status"), self._status, status_width(), "status"),
            Column(_("Revisions"), self._revision, 9, None, "right", priority=2),
            Column(_("Entered by"), self._who, 14, grow=1, priority=3),
            Column(_("On"), self._when, 17, "entered_at", priority=4),
            Column(_("Reason"), self._reason, 12, grow=3, priority=1),
        ]

    def _period(self, row: ValueRow, _width: int) -> str:
        return self._writing.period(row.period_start, self.kpi.frequency) if self.kpi else ""

    def _value(self, row: ValueRow, _width: int) -> str:
        return self._writing.exactly(row.value, self.kpi) if self.kpi else ""

    def _status(self, row: ValueRow, width: int) -> Content:
        return status_cell(row.status, row.critical, ascii=self._writing.ascii, width=width)

    def _revision(self, row: ValueRow, _width: int) -> Content:
        return (
            Content(str(row.revision))
            if row.revision > 1
            else Content.styled("1", "$text-disabled")
        )

    def _who(self, row: ValueRow, _width: int) -> Content:
        return Content.styled(plain(row.entered_by), "$text-muted")

    def _when(self, row: ValueRow, _width: int) -> Content:
        return Content.styled(self._writing.moment(row.entered_at, self._timezone), "$text-muted")

    def _reason(self, row: ValueRow, _width: int) -> str:
        return row.reason
