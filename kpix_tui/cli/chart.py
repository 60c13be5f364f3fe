"""``kpix kpi chart``: the last expected periods as points between the thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from kpix_tui.app.looks import look_of
from kpix_tui.cli import figures
from kpix_tui.cli.text import Canvas, clean, width
from kpix_tui.domains.overview.views import KpiRow, SparkPoint
from kpix_tui.i18n.catalog import _

_COLUMNS: Final = 100
"""How wide a chart is where nothing limits it."""
_LEAST: Final = 10


def draw_chart(row: KpiRow, canvas: Canvas) -> list[str]:
    """A line for each of the last expected periods, oldest first; gaps are empty lines.

    The dotted columns are the green and orange thresholds in force now; the scale is written above.
    """
    labels = [figures.period(point.period_start, row.frequency) for point in row.spark]
    texts = [_value(point, row) for point in row.spark]
    known = [point.value for point in row.spark if point.value is not None]
    if not known:
        return []
    before = max(map(width, labels))
    after = max(map(width, texts))
    space = max((canvas.columns or _COLUMNS) - before - after - 16, _LEAST)
    scale = _Scale([*known, row.thresholds.green, row.thresholds.orange], space)
    lines = [_scale_line(row, scale, before)]
    for label, text, point in zip(labels, texts, row.spark, strict=True):
        drawn = _points(point, row, scale, canvas)
        status = figures.status_cell(point.status, point.critical, canvas)
        number = " " * (after - width(text)) + text
        padded = label + " " * (before - width(label))
        lines.append(f"{padded}  {drawn}  {number}  {canvas.paint(status.text, status)}")
    return lines


class _Scale:
    """Where a number stands between the least and the greatest."""

    def __init__(self, numbers: Sequence[Decimal], columns: int) -> None:
        self.least, self.greatest, self.columns = min(numbers), max(numbers), columns

    def at(self, number: Decimal) -> int:
        span = self.greatest - self.least
        if not span:
            return self.columns // 2
        return round((number - self.least) / span * (self.columns - 1))


def _scale_line(row: KpiRow, scale: _Scale, before: int) -> str:
    least = figures.number(scale.least, row.decimals)
    greatest = figures.number(scale.greatest, row.decimals)
    gap = max(scale.columns - width(least) - width(greatest), 1)
    return " " * (before + 2) + least + " " * gap + greatest


def _points(point: SparkPoint, row: KpiRow, scale: _Scale, canvas: Canvas) -> str:
    drawn = [" "] * scale.columns
    for limit in (row.thresholds.green, row.thresholds.orange):
        drawn[scale.at(limit)] = ":" if canvas.ascii else "┊"
    if point.value is not None:
        mark = figures.mark_cell(look_of(point.status, point.critical), canvas)
        drawn[scale.at(point.value)] = canvas.paint(mark.text, mark)
    return "".join(drawn)


def _value(point: SparkPoint, row: KpiRow) -> str:
    if point.value is None:
        return _("missing")
    return figures.with_unit(
        figures.number(point.value, row.decimals, row.thresholds), clean(row.unit)
    )
