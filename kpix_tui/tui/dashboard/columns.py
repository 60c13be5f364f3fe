"""The columns of a dashboard, and which of them give way on a narrow terminal."""

from __future__ import annotations

from textual.content import Content

from kpix_tui.domains.overview.views import KpiRow
from kpix_tui.i18n.catalog import _
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.figures import UNIT, Writing, delta_cell, value_cell, variance_cell
from kpix_tui.tui.widgets.sparkline import sparkline
from kpix_tui.tui.widgets.status import status_cell, status_width
from kpix_tui.tui.widgets.text import clip, plain


def columns(writing: Writing) -> list[Column[KpiRow]]:
    """Status, name and value stay; at 80 columns the trend does too, the rest follows with room."""

    def status(row: KpiRow, width: int) -> Content:
        return status_cell(row.status, row.critical, ascii=writing.ascii, width=width)

    def spark(row: KpiRow, width: int) -> Content:
        return sparkline(row.spark, width=width, ascii=writing.ascii, fade=writing.shades)

    def period(row: KpiRow, _width: int) -> Content:
        start = row.period_start
        text = "" if start is None else writing.period(start, row.frequency)
        return Content.styled(text, "$text-muted")

    return [
        Column(_("Status"), status, status_width(), "worst"),
        Column(_("Code"), _code, 10, "code", grow=1, priority=6),
        Column(_("Name"), _name, 16, "name", grow=6),
        Column(
            _("Value") + " " * (UNIT + 1),
            lambda row, _width: value_cell(row, writing),
            8 + UNIT,
            "value",
            "right",
        ),
        Column(
            _("Variance"),
            lambda row, _width: variance_cell(row, writing),
            8,
            "variance",
            "right",
            priority=5,
        ),
        Column(_("Change"), lambda row, width: delta_cell(row, width, writing), 13, priority=4),
        Column(_("Act."), _open_plans, 4, align="right", priority=5),
        Column(_("24 periods"), spark, 24, priority=1),
        Column(_("Period"), period, 11, "period", priority=3),
        Column(_("Missing"), _missing, 7, align="right", priority=7),
        Column(_("Owner"), _owner, 12, "owner", grow=1, priority=8),
        Column(_("Values by"), _owed_by, 14, grow=1, priority=9),
    ]


def _code(row: KpiRow, width: int) -> Content:
    return Content.styled(clip(plain(row.code), width), "$text-muted")


def _name(row: KpiRow, width: int) -> Content:
    return Content(clip(plain(row.name), width))


def _missing(row: KpiRow, _width: int) -> Content:
    return Content(str(row.missing)) if row.missing else Content("")


def _open_plans(row: KpiRow, _width: int) -> Content:
    """How many actions about it are not closed."""
    return Content.styled(str(row.open_plans), "$accent") if row.open_plans else Content("")


def _owner(row: KpiRow, _width: int) -> Content:
    return Content.styled(plain(row.owner_name), "$text-muted")


def _owed_by(row: KpiRow, _width: int) -> Content:
    """Who enters the values, where it is not the owner."""
    return Content.styled(plain(", ".join(row.assignees)), "$text-muted")
