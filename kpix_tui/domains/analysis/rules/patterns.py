"""Patterns that chance hardly makes, each as an object that finds its points in one process.

A point on the central line breaks a run, a tie breaks a trend, and a value on a line is not beyond
it. Of some points of a few, those are named that are where the rule looks, and not those between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Final, Protocol, TypeVar

from kpix_tui.domains.analysis.views import Cause, Finding, Side

Lines = Callable[[Fraction], tuple[Decimal, Decimal]]
"""The two lines at a share of the way to the limits: below and above."""
WHOLE: Final = Fraction(1)


@dataclass(frozen=True, slots=True)
class Seen:
    """The points of one process, and where they stand to its lines."""

    values: Sequence[Decimal]
    sides: Sequence[Side]
    lines: Lines
    ranges: Sequence[Decimal]
    upper_range: Decimal

    def outside(self, share: Fraction) -> list[Side]:
        """For each point the side on which it is beyond a share of the way; ON: on neither."""
        below, above = self.lines(share)
        return [
            Side.ABOVE if value > above else Side.BELOW if value < below else Side.ON
            for value in self.values
        ]


_T = TypeVar("_T")
Found = tuple[int, Finding]
"""The position of a point and what was found there."""


class Pattern(Protocol):
    """What is looked for."""

    def find(self, seen: Seen) -> Iterator[Found]:
        """Every point that belongs to the pattern; the same one may come twice."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """A point beyond a limit."""

    def find(self, seen: Seen) -> Iterator[Found]:
        """Those points."""
        for position, side in enumerate(seen.outside(WHOLE)):
            if side:
                yield position, Finding(Cause.BEYOND_LIMIT, side=side)


@dataclass(frozen=True, slots=True)
class Trend:
    """So many points in a row, each farther than the one before, the same way."""

    count: int

    def find(self, seen: Seen) -> Iterator[Found]:
        """All points of the trend."""
        steps = [_sign(later, earlier) for earlier, later in pairwise(seen.values)]
        for side, first, length in _stretches(steps):
            if side and length + 1 >= self.count:
                found = Finding(Cause.TREND, self.count, self.count, side)
                for position in range(first, first + length + 1):
                    yield position, found


@dataclass(frozen=True, slots=True)
class Run:
    """So many points in a row on one side of the central line."""

    count: int

    def find(self, seen: Seen) -> Iterator[Found]:
        """All points of the run."""
        for side, first, length in _stretches(seen.sides):
            if side and length >= self.count:
                found = Finding(Cause.RUN, self.count, self.count, side)
                for position in range(first, first + length):
                    yield position, found


@dataclass(frozen=True, slots=True)
class Some:
    """``count`` of ``of`` points in a row beyond a share of the way to the same limit.

    ``together``: all of them are on that side of the central line, and those beyond the limit do
    not count, as in NHSRplotthedots.
    """

    cause: Cause
    count: int
    of: int
    share: Fraction
    together: bool = False

    def find(self, seen: Seen) -> Iterator[Found]:
        """Those of them that are beyond that share."""
        there = seen.outside(self.share)
        if self.together:
            limits = seen.outside(WHOLE)
            there = [Side.ON if limit else side for side, limit in zip(there, limits, strict=True)]
        for side in (Side.ABOVE, Side.BELOW):
            if there.count(side) >= self.count:
                yield from self._on(side, there, seen.sides)

    def _on(self, side: Side, there: list[Side], sides: Sequence[Side]) -> Iterator[Found]:
        found = Finding(self.cause, self.count, self.of, side)
        for first in range(len(there) - self.of + 1):
            window = range(first, first + self.of)
            beyond = [position for position in window if there[position] is side]
            if len(beyond) < self.count:
                continue
            if self.together and any(sides[position] is not side for position in window):
                continue
            for position in beyond:
                yield position, found


@dataclass(frozen=True, slots=True)
class Alternating:
    """So many points in a row that go up and down in turn."""

    count: int

    def find(self, seen: Seen) -> Iterator[Found]:
        """All of them."""
        steps = [_sign(later, earlier) for earlier, later in pairwise(seen.values)]
        turns = [bool(one) and one == -other for one, other in pairwise(steps)]
        found = Finding(Cause.ALTERNATING, self.count, self.count)
        for turning, first, length in _stretches(turns):
            if turning and length + 2 >= self.count:
                for position in range(first, first + length + 2):
                    yield position, found


@dataclass(frozen=True, slots=True)
class Keeping:
    """So many points in a row within a third of the way to the limits, or all out of it."""

    cause: Cause
    count: int
    within: bool

    def find(self, seen: Seen) -> Iterator[Found]:
        """All of them."""
        there = seen.outside(Fraction(1, 3))
        found = Finding(self.cause, self.count, self.count)
        for within, first, length in _stretches([not side for side in there]):
            if within is not self.within or length < self.count:
                continue
            # All of them on one side is a run, and not what is looked for here.
            if not within and len({*there[first : first + length]}) == 1:
                continue
            for position in range(first, first + length):
                yield position, found


@dataclass(frozen=True, slots=True)
class Jump:
    """A step from the point before that is beyond the limit of moving ranges."""

    def find(self, seen: Seen) -> Iterator[Found]:
        """The points after such a step."""
        for position, each in enumerate(seen.ranges, start=1):
            if each > seen.upper_range:
                yield position, Finding(Cause.RANGE)


def _sign(later: Decimal, earlier: Decimal) -> Side:
    return Side.ABOVE if later > earlier else Side.BELOW if later < earlier else Side.ON


def _stretches(values: Sequence[_T]) -> Iterator[tuple[_T, int, int]]:
    """Equal neighbours: what they are, where the first one is, and how many."""
    first = 0
    for value, group in groupby(values):
        length = sum(1 for _ in group)
        yield value, first, length
        first += length
