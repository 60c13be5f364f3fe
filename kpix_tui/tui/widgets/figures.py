"""Values, variances and changes as cells: numbers to the right, units dimmed, words for colours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from kpix_tui.domains.kpis.views import Direction, Thresholds
from kpix_tui.domains.overview.views import KpiRow
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import (
    format_date,
    format_datetime,
    format_number,
    format_period,
    format_signed,
)
from kpix_tui.kernel.numbers import decimals_of
from kpix_tui.kernel.periods import Frequency
from kpix_tui.tui.widgets.text import clip, plain

_FAR = 1000
"""From so many widths of a band on, how far exactly says nothing."""
UNIT = 6
"""Cells for the unit in a column of values, so that the numbers stand under each other."""


class Measured(Protocol):
    """What a number of a KPI is written by: its definition or its row."""

    @property
    def unit(self) -> str:
        """The unit."""
        ...

    @property
    def decimals(self) -> int:
        """How many decimals are shown."""
        ...


@dataclass(frozen=True, slots=True)
class Writing:
    """How this terminal writes: language and characters."""

    locale: str = "en"
    ascii: bool = False
    shades: bool = False
    """Whether colours can be faded: not those of the terminal itself."""

    def number(
        self, value: Decimal, kpi: Measured, *, across: Iterable[Decimal | None] = ()
    ) -> str:
        """The number without its unit; more decimals where rounding would cross a threshold."""
        limits = tuple(limit for limit in across if limit is not None)
        return format_number(value, decimals=kpi.decimals, locale=self.locale, not_across=limits)

    def value(self, value: Decimal, kpi: Measured, thresholds: Thresholds | None = None) -> str:
        """The number with its unit."""
        text = self.number(value, kpi, across=limits_of(thresholds))
        return f"{text} {plain(kpi.unit)}".rstrip()

    def exactly(self, value: Decimal, kpi: Measured) -> str:
        """The number with every decimal that was entered, and its unit."""
        shown = max(kpi.decimals, decimals_of(value.normalize()))
        text = format_number(value, decimals=shown, locale=self.locale)
        return f"{text} {plain(kpi.unit)}".rstrip()

    def signed(self, value: Decimal, kpi: Measured) -> str:
        """A difference with its sign; zero has none, and what is not zero does not seem to be."""
        text = format_signed(value, decimals=kpi.decimals, locale=self.locale)
        return text.replace("\u2212", "-") if self.ascii else text

    def period(self, start: date, frequency: Frequency) -> str:
        """What the period is called."""
        return format_period(start, frequency, self.locale)

    def day(self, day: date) -> str:
        """A day."""
        return format_date(day, self.locale)

    def moment(self, instant: datetime, timezone: str) -> str:
        """A day and a time of day, in the organisation's timezone."""
        return format_datetime(instant, timezone, self.locale)


def limits_of(thresholds: Thresholds | None) -> tuple[Decimal | None, ...]:
    """The thresholds that a rounded value must not seem to cross."""
    if thresholds is None:
        return ()
    return (thresholds.green, thresholds.orange, thresholds.red)


def value_cell(row: KpiRow, writing: Writing) -> Content:
    """The last value, its unit in a place of its own."""
    if row.value is None:
        return Content.styled("-" if writing.ascii else "–", "$text-disabled") + " " * (UNIT + 1)
    number = writing.number(row.value, row, across=limits_of(row.thresholds))
    unit = set_cell_size(clip(plain(row.unit), UNIT), UNIT)
    return Content.assemble(number, " ", (unit, "$text-muted"))


def distance_text(distance: Decimal | None, writing: Writing) -> str:
    """``2.3×``: how many widths of the band beyond green; nothing on the good side."""
    if distance is None or distance <= 0:
        return ""
    if distance >= _FAR:
        return f">{_FAR}"
    sign = "x" if writing.ascii else "×"
    number = format_number(distance, decimals=1, locale=writing.locale, not_across=(Decimal(0),))
    return f"{number}{sign}"


def variance_cell(row: KpiRow, writing: Writing) -> Content:
    """Value minus the green threshold; what is on the good side is dimmed."""
    variance = row.variance
    if variance is None:
        return Content("")
    good = variance >= 0 if row.direction is Direction.UP_IS_BETTER else variance <= 0
    return Content.styled(writing.signed(variance, row), "$text-muted" if good else "")


def delta_cell(row: KpiRow, width: int, writing: Writing) -> Content:
    """``↑ 0.6 better``: the arrow is that of the number, the word says what it means."""
    delta = row.delta
    if delta is None:
        return Content("")
    if not delta:
        return Content.styled(_("unchanged") if width >= 9 else "=", "$text-disabled")
    up, down = ("+", "-") if writing.ascii else ("↑", "↓")
    arrow = up if delta > 0 else down
    number = writing.number(abs(delta), row, across=(Decimal(0),))
    word = _("better") if row.improved else _("worse")
    color = "$status-green" if row.improved else "$status-red"
    if cell_len(number) + cell_len(word) + 3 > width:
        return Content.assemble((arrow, color), f" {number}")
    return Content.assemble((arrow, color), f" {number} ", (word, color))


def better_side(direction: Direction, *, ascii: bool) -> tuple[str, str]:
    """The signs of *as good as* and *worse than* in a direction: ``≥`` and ``<``, or others."""
    if direction is Direction.UP_IS_BETTER:
        return (">=" if ascii else "≥"), "<"
    return ("<=" if ascii else "≤"), ">"
