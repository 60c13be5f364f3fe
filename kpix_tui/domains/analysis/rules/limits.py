"""Where the values of an unchanged process are expected.

A limit is compared with values, and a value on it is not beyond it. So sums are exact, what is
divided stays a fraction, and only what is compared is written out, with more digits than a value
has: a limit that is a number as values are is that very number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from typing import Final

from kpix_tui.domains.analysis.rules.profiles import Profile
from kpix_tui.domains.analysis.views import Centre, Limits, Spread

TRIAL: Final = 12
"""With fewer values limits are trial limits (NHS England, *Making Data Count*)."""
EXACT: Final = Context(prec=80)
"""A million values with 20 digits on each side: no sum and no difference of them is rounded."""
_THIRD: Final = Fraction(1, 3)
_HALF: Final = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Frame:
    """A central line, how far limits are from it, and what both are made from; exact.

    ``slope`` is by how much the line rises from one point to the next; ``centre`` is where it
    begins.
    """

    centre: Fraction
    reach: Fraction
    average_range: Fraction
    upper_range: Fraction
    base: int
    slope: Fraction = Fraction(0)

    def line(self, share: Fraction, position: int = 0) -> Decimal:
        """The line at ``share`` of the way to the upper limit; below 0 to the lower one."""
        return written(self.centre + share * self.reach + self.slope * position)


def written(number: Fraction) -> Decimal:
    """A fraction as a number: exact where it ends, with 80 digits where it does not."""
    return EXACT.divide(Decimal(number.numerator), Decimal(number.denominator))


def moving_ranges(values: Sequence[Decimal]) -> list[Decimal]:
    """How far each value is from the one before; one fewer than values."""
    with localcontext(EXACT):
        return [abs(later - earlier) for earlier, later in pairwise(values)]


def frame_of(values: Sequence[Decimal], profile: Profile) -> Frame | None:
    """The lines that the values of one process make; None below two values."""
    if len(values) < 2:
        return None
    ranges = moving_ranges(values)
    if profile.spread is Spread.MEDIAN:
        average = _median(ranges)
    else:
        average = _mean(ranges)
        if profile.screened:
            average = _screened(ranges, average, profile)
    centre, slope = _CENTRES[profile.centre](values)
    return Frame(
        centre, profile.reach * average, average, profile.range_reach * average, len(values), slope
    )


def limits_of(frame: Frame, position: int = 0) -> Limits:
    """The lines of a frame at a point."""
    near = 2 * _THIRD
    return Limits(
        centre=frame.line(Fraction(0), position),
        lower=frame.line(Fraction(-1), position),
        upper=frame.line(Fraction(1), position),
        near_lower=frame.line(-near, position),
        near_upper=frame.line(near, position),
        average_range=written(frame.average_range),
        upper_range=written(frame.upper_range),
        base=frame.base,
        trial=frame.base < TRIAL,
    )


def _screened(ranges: Sequence[Decimal], average: Fraction, profile: Profile) -> Fraction:
    """The mean of the ranges below their limit: once, so that one jump does not widen limits.

    Where nothing moves the limit is 0 and no range is below it: they stay.
    """
    limit = written(profile.range_reach * average)
    return _mean([each for each in ranges if each < limit] or ranges)


def _mean(values: Sequence[Decimal]) -> Fraction:
    with localcontext(EXACT):
        return Fraction(sum(values, Decimal(0))) / len(values)


def _median(values: Sequence[Decimal]) -> Fraction:
    ordered = sorted(values)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return Fraction(ordered[half])
    return (Fraction(ordered[half - 1]) + Fraction(ordered[half])) * _HALF


def _along(values: Sequence[Decimal]) -> tuple[Fraction, Fraction]:
    """The line through the means of both halves, each in the middle of its half; a value in the
    middle of an odd number belongs to neither (Wheeler, *Making Sense of Data*, chapter 11)."""
    count = len(values)
    half = count // 2
    earlier, later = _mean(values[:half]), _mean(values[count - half :])
    slope = (later - earlier) / (count - half)
    return earlier - slope * Fraction(half - 1, 2), slope


def _flat(average: Callable[[Sequence[Decimal]], Fraction]) -> _Line:
    return lambda values: (average(values), Fraction(0))


_Line = Callable[[Sequence[Decimal]], tuple[Fraction, Fraction]]
_CENTRES: Final[dict[Centre, _Line]] = {
    Centre.MEAN: _flat(_mean),
    Centre.MEDIAN: _flat(_median),
    Centre.TREND: _along,
}
