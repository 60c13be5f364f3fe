"""The period under the cursor, in words."""

from __future__ import annotations

from textual.content import Content

from kpix_tui.domains.kpis.views import Direction, Kpi, Status, Thresholds
from kpix_tui.domains.values.views import ValueRow
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.periods import Period
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.status import status_cell


def readout(
    kpi: Kpi,
    period: Period,
    row: ValueRow | None,
    before: ValueRow | None,
    *,
    thresholds: Thresholds,
    writing: Writing,
    width: int,
) -> Content:
    """Period, value, status, variance, change; what does not fit is left out from the end."""
    parts = [Content.styled(writing.period(period.start, kpi.frequency), "bold")]
    if row is None:
        parts.append(status_cell(Status.NO_DATA, ascii=writing.ascii))
    else:
        parts += _of_value(kpi, row, before, thresholds, writing)
    line = Content("   ").join(parts)
    while len(parts) > 2 and line.cell_length > width:
        parts.pop()
        line = Content("   ").join(parts)
    return line


def _of_value(
    kpi: Kpi, row: ValueRow, before: ValueRow | None, thresholds: Thresholds, writing: Writing
) -> list[Content]:
    variance = writing.signed(row.value - thresholds.green, kpi)
    parts = [
        Content.styled(writing.exactly(row.value, kpi), "bold"),
        status_cell(row.status, row.critical, ascii=writing.ascii),
        Content.styled(_("variance {value}").format(value=variance), "$text-muted"),
    ]
    if before is not None and row.value != before.value:
        better = (row.value > before.value) is (kpi.direction is Direction.UP_IS_BETTER)
        word = _("better") if better else _("worse")
        change = writing.signed(row.value - before.value, kpi)
        parts.append(Content.styled(f"{change} {word}", "$text-muted"))
    if thresholds.target is not None:
        target = writing.value(thresholds.target, kpi)
        parts.append(Content.styled(_("target {value}").format(value=target), "$text-muted"))
    return parts
