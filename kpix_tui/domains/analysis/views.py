"""What goes into and comes out of the analysis of a KPI's values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum


class ProfileName(StrEnum):
    """Whose rules tell signals from noise."""

    NHS = "nhs"
    WHEELER = "wheeler"
    WESTERN_ELECTRIC = "western-electric"
    NELSON = "nelson"


class Centre(StrEnum):
    """What the central line of a chart is made from."""

    MEAN = "mean"
    MEDIAN = "median"
    TREND = "trend"
    """A straight line through the means of both halves."""


class Spread(StrEnum):
    """What the distance of the limits from the central line is made from."""

    MEAN = "mean"
    MEDIAN = "median"


class Side(IntEnum):
    """Where a point is: below the central line, on it, above it."""

    BELOW = -1
    ON = 0
    ABOVE = 1


class Cause(StrEnum):
    """The pattern that nothing but chance would hardly make."""

    BEYOND_LIMIT = "BEYOND_LIMIT"
    TREND = "TREND"
    NEAR_LIMIT = "NEAR_LIMIT"
    """Some of a few points are farther than two thirds of the way to the same limit."""
    HALFWAY = "HALFWAY"
    """Some of a few points are nearer to the same limit than to the central line."""
    THIRD = "THIRD"
    """Some of a few points are farther than a third of the way to the same limit."""
    RUN = "RUN"
    """So many points in a row are on one side of the central line."""
    ALTERNATING = "ALTERNATING"
    HUGGING = "HUGGING"
    """So many points in a row keep within a third of the way to the limits."""
    AVOIDING = "AVOIDING"
    """So many points in a row keep out of a third of the way to the limits."""
    RANGE = "RANGE"
    """The step from the point before is beyond the limit of moving ranges."""


class Variation(StrEnum):
    """What a point says of the process."""

    COMMON = "COMMON"
    """Nothing but the noise of a process that stays as it is."""
    IMPROVEMENT = "IMPROVEMENT"
    CONCERN = "CONCERN"
    NEUTRAL = "NEUTRAL"
    """A special cause that is neither: no way is better, or the pattern has no side."""


class Assurance(StrEnum):
    """Whether the process as it is can reach what is aimed at."""

    PASSES = "PASSES"
    FAILS = "FAILS"
    HIT_OR_MISS = "HIT_OR_MISS"


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that found a special cause: ``count`` of ``of`` points, on which side.

    The side of a trend is where it goes; ON where a pattern has none.
    """

    cause: Cause
    count: int = 1
    of: int = 1
    side: Side = Side.ON


@dataclass(frozen=True, slots=True)
class Limits:
    """Where values of an unchanged process are expected, in the unit of the KPI.

    ``base`` is the number of values that they are made from; with few of them they are ``trial``
    limits.
    """

    centre: Decimal
    lower: Decimal
    upper: Decimal
    near_lower: Decimal
    near_upper: Decimal
    average_range: Decimal
    upper_range: Decimal
    base: int
    trial: bool


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a process chart. ``findings`` are by precedence, the one that counts first."""

    period_start: date
    value: Decimal
    limits: Limits | None
    side: Side
    moving_range: Decimal | None
    findings: tuple[Finding, ...]
    variation: Variation

    @property
    def special(self) -> bool:
        """Whether it is a signal."""
        return bool(self.findings)


@dataclass(frozen=True, slots=True)
class Baseline:
    """From ``starts_on`` the process is another one: limits are made anew.

    They are made from the values up to ``ends_on`` and hold beyond it; None: from all values up to
    the next baseline.
    """

    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """The points between two baselines, by position; ``first`` is inclusive, ``end`` is not."""

    first: int
    end: int
    baseline: Baseline | None
    limits: Limits | None


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a process chart says of the values of a KPI, oldest first.

    ``variation`` is that of the last point, ``assurance`` that of the last limits; None without
    what is aimed at, without limits, or where no way is better.
    """

    profile: ProfileName
    points: tuple[Point, ...]
    segments: tuple[Segment, ...]
    variation: Variation
    assurance: Assurance | None

    @property
    def limits(self) -> Limits | None:
        """The limits of the last point."""
        return self.points[-1].limits if self.points else None

    @property
    def signals(self) -> tuple[Point, ...]:
        """The points that are special causes."""
        return tuple(point for point in self.points if point.findings)
