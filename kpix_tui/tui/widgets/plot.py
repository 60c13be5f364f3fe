"""The arithmetic of a chart: periods to columns, values to rows, dots to characters. Pure.

Positions on the screen are floats; statuses and numbers that are shown never come from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kpix_tui.domains.kpis.views import Direction, Status, Thresholds

# -- values to rows ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scale:
    """What the top and the bottom row of a plot stand for."""

    low: Decimal
    high: Decimal
    rows: int

    def position(self, value: Decimal) -> float:
        """0.0 at the top, 1.0 at the bottom; beyond when it is outside."""
        return float((self.high - value) / (self.high - self.low))

    def row(self, value: Decimal) -> int:
        """The row of a value."""
        return round(self.position(value) * (self.rows - 1))

    def at(self, row: int) -> Decimal:
        """The value in the middle of a row."""
        if self.rows < 2:
            return self.high
        return self.high - (self.high - self.low) * row / (self.rows - 1)

    def shows(self, value: Decimal) -> bool:
        """Whether a value is inside."""
        return self.low <= value <= self.high


def scale_for(values: Iterable[Decimal], thresholds: Iterable[Thresholds], rows: int) -> Scale:
    """The scale that shows every value, green and orange; red and target when they are near.

    A threshold that is farther away than all the rest is long would flatten the line: it is named
    at the edge instead.
    """
    sets = list(thresholds)
    shown = [*values, *(limit for one in sets for limit in (one.green, one.orange))]
    low, high = min(shown), max(shown)
    reach = (high - low) or abs(high) or Decimal(1)
    others = (limit for one in sets for limit in (one.red, one.target) if limit is not None)
    near = [limit for limit in others if low - reach <= limit <= high + reach]
    low, high = min([low, *near]), max([high, *near])
    margin = ((high - low) or abs(high) or Decimal(1)) * Decimal("0.06")
    floor = Decimal(0) if low >= 0 else None
    padded = low - margin
    return Scale(max(padded, floor) if floor is not None else padded, high + margin, max(1, rows))


def ticks(scale: Scale, count: int) -> list[Decimal]:
    """At most about ``count`` round values inside the scale, in steps of 1, 2 or 5."""
    span = scale.high - scale.low
    raw = span / max(1, count)
    power = Decimal(10) ** raw.adjusted()
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw)
    first = (scale.low / step).to_integral_value("ROUND_CEILING")
    last = (scale.high / step).to_integral_value("ROUND_FLOOR")
    return [step * number for number in range(int(first), int(last) + 1)]


def zone(value: Decimal, thresholds: Thresholds, direction: Direction) -> tuple[Status, bool]:
    """The band that a height of the plot lies in."""
    sign = 1 if direction is Direction.UP_IS_BETTER else -1
    if sign * value >= sign * thresholds.green:
        return Status.GREEN, False
    if sign * value >= sign * thresholds.orange:
        return Status.ORANGE, False
    return Status.RED, thresholds.red is not None and sign * value < sign * thresholds.red


# -- dots to characters --------------------------------------------------------------------------

_BRAILLE: Final = 0x2800
_DOTS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each of the 4 × 2 dots of a braille character."""


class Dots:
    """A sheet of characters, each of 2 × 4 dots; who drew in a cell last gives its style."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns = columns
        self.rows = rows
        self._bits: dict[tuple[int, int], int] = {}
        self._styles: dict[tuple[int, int], str] = {}

    def line(
        self, start: tuple[float, float], end: tuple[float, float], styles: Sequence[str]
    ) -> None:
        """A straight line between two points (in cells); the first half has the first style."""
        x0, y0 = start[0] * 2, start[1] * 4
        x1, y1 = end[0] * 2, end[1] * 4
        steps = max(1, round(max(abs(x1 - x0), abs(y1 - y0))))
        for step in range(steps + 1):
            along = step / steps
            style = styles[0] if along < 0.5 else styles[-1]
            self.dot(round(x0 + (x1 - x0) * along), round(y0 + (y1 - y0) * along), style)

    def dot(self, x: int, y: int, style: str) -> None:
        """One dot, if it is on the sheet."""
        column, row = x // 2, y // 4
        if 0 <= column < self.columns and 0 <= row < self.rows:
            key = (row, column)
            self._bits[key] = self._bits.get(key, 0) | _DOTS[y % 4][x % 2]
            self._styles[key] = style

    def cells(self, *, ascii: bool) -> Iterable[tuple[int, int, str, str]]:
        """Row, column, character and style of every cell with a dot in it."""
        for key, bits in self._bits.items():
            character = _ascii_of(bits) if ascii else chr(_BRAILLE + bits)
            yield (*key, character, self._styles[key])


def _ascii_of(bits: int) -> str:
    """A character of plain terminals that looks like the dots: high, low, steep or flat."""
    high, low = bits & 0x1B, bits & 0xE4
    if high and low:
        return "|" if bits & 0x47 and bits & 0xB8 else ":"
    return "'" if high else "."
