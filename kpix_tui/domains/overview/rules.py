"""How a row of a list is put together from a KPI's last values. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from kpix_tui.domains.kpis.views import Status, StatusOf
from kpix_tui.domains.overview.views import SparkPoint
from kpix_tui.kernel.periods import (
    Frequency,
    Period,
    last_ended,
    ordinal,
    period_of,
    trailing_periods,
)

SPARK_PERIODS = 24
EARLIEST = date(100, 1, 1)
"""The first day as of which a KPI is shown: 24 years before it, the calendar has begun."""
_NO_DATA = StatusOf(Status.NO_DATA)


def shown_until(frequency: Frequency, until: date, last: date | None) -> Period:
    """The last period that a row is about: the last that has ended by ``until``, or the one under
    way when it has a value already."""
    ended = last_ended(frequency, until)
    if last is not None and last > ended.start:
        return period_of(frequency, last)
    return ended


def spark(
    frequency: Frequency, until: Period, values: Mapping[date, tuple[Decimal, StatusOf]]
) -> tuple[SparkPoint, ...]:
    """One point for each of the 24 periods up to ``until``, oldest first, gaps included."""
    points = []
    for period in trailing_periods(frequency, until.start, SPARK_PERIODS):
        value, found = values.get(period.start, (None, _NO_DATA))
        points.append(SparkPoint(period.start, value, found.status, found.critical))
    return tuple(points)


def expected_points(
    frequency: Frequency, points: Sequence[SparkPoint], since: date | None
) -> tuple[SparkPoint, ...]:
    """The points that are about expected periods: not those without a value that ended before
    ``since``, the day from which values are expected (None: never yet)."""
    return tuple(
        point
        for point in points
        if point.value is not None
        or (since is not None and period_of(frequency, point.period_start).end >= since)
    )


def missing_after(
    frequency: Frequency, last: date | None, starts_on: date | None, until: date
) -> int:
    """How many expected periods have ended by ``until`` without a value since the last one.

    A KPI with neither a value nor a start owes nothing yet.
    """
    due = ordinal(frequency, last_ended(frequency, until).start)
    if last is not None:
        return max(0, due - ordinal(frequency, last))
    if starts_on is None:
        return 0
    return max(0, due - ordinal(frequency, starts_on) + 1)
