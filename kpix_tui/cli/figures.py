"""Statuses, values, periods and owners as cells of a table."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from kpix_tui.app.looks import NO_DATA, Look, look_of, tallies
from kpix_tui.cli.text import Canvas, Cell, clean
from kpix_tui.domains.kpis.views import ALWAYS, Status, Thresholds
from kpix_tui.domains.overview.views import KpiRow, StatusCounts
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import (
    format_date,
    format_exactly,
    format_number,
    format_period,
    format_signed,
)
from kpix_tui.kernel.errors import message
from kpix_tui.kernel.periods import Frequency

_COLORS: Final = {"green": "green", "orange": "yellow", "red": "red", "critical": "red"}

DIRECTIONS: Final = {
    "UP_IS_BETTER": message("up is better"),
    "DOWN_IS_BETTER": message("down is better"),
}
FREQUENCIES: Final = {
    "DAILY": message("daily"),
    "WEEKLY": message("weekly"),
    "MONTHLY": message("monthly"),
    "QUARTERLY": message("quarterly"),
    "YEARLY": message("yearly"),
}


def mark_cell(look: Look, canvas: Canvas, *, word: bool = False) -> Cell:
    """``●``, or ``● Green`` with its word."""
    mark = look.mark(ascii=canvas.ascii)
    text = f"{mark} {_(look.word)}" if word else mark
    return Cell(text, _COLORS.get(look.name), look.bold, dim=look is NO_DATA)


def status_cell(status: Status, critical: bool, canvas: Canvas) -> Cell:
    """``● Green``."""
    return mark_cell(look_of(status, critical), canvas, word=True)


def status_word(status: Status, critical: bool) -> str:
    """The word alone, for sentences."""
    return _(look_of(status, critical).word)


def counts_text(counts: StatusCounts, canvas: Canvas) -> str:
    """``■ 3  ▲ 2  ● 12``: worst first, without what does not occur."""
    found = [(look.mark(ascii=canvas.ascii), count) for look, count in tallies(counts) if count]
    return "  ".join(f"{mark} {count}" for mark, count in found)


def number(value: Decimal | None, decimals: int, thresholds: Thresholds | None = None) -> str:
    """A value as people read it, never rounded across a threshold; nothing for None."""
    if value is None:
        return ""
    limits = (thresholds.green, thresholds.orange, thresholds.red) if thresholds is not None else ()
    return format_number(value, decimals=decimals, not_across=limits)


def with_unit(text: str, unit: str) -> str:
    """``91.2 %``."""
    return f"{text} {clean(unit)}" if text and unit else text


def signed(value: Decimal | None, decimals: int) -> str:
    """A difference with its sign; nothing for None."""
    return "" if value is None else format_signed(value, decimals=decimals)


def delta_text(row: KpiRow, canvas: Canvas) -> str:
    """The arrow is the direction of the number, the word says whether that is better."""
    if row.delta is None:
        return ""
    if row.improved is None:
        return _("unchanged")
    up = row.delta > 0
    arrow = ("+" if up else "-") if canvas.ascii else ("↑" if up else "↓")
    size = format_number(abs(row.delta), decimals=row.decimals, not_across=(Decimal(0),))
    word = _("better") if row.improved else _("worse")
    return f"{arrow} {size} {word}"


def distance_text(distance: Decimal | None, canvas: Canvas) -> str:
    """``2.3 ×``: how many widths of the band beyond green; nothing on the good side."""
    if distance is None or distance <= 0:
        return ""
    size = format_number(distance, decimals=1, not_across=(Decimal(0),))
    return f"{size} {'x' if canvas.ascii else '×'}"


def period(start: date | None, frequency: Frequency) -> str:
    """``W47 2026``; nothing for None."""
    return "" if start is None else format_period(start, frequency)


def since(day: date) -> str:
    """From when thresholds hold."""
    return _("from the beginning") if day == ALWAYS else format_date(day)


def exactly(value: Decimal | None) -> str:
    """A value with all of its digits; nothing for None."""
    return "" if value is None else format_exactly(value)
