"""Which period a row is about, its sparkline, and what is missing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpix_tui.domains.kpis.views import Status, StatusOf
from kpix_tui.domains.overview.rules import (
    SPARK_PERIODS,
    expected_points,
    missing_after,
    shown_until,
    spark,
)
from kpix_tui.domains.overview.views import SparkPoint
from kpix_tui.kernel.periods import Frequency, period_of

TODAY = date(2026, 11, 21)


def test_a_row_is_about_the_last_period_that_has_ended() -> None:
    assert shown_until(Frequency.MONTHLY, TODAY, None).start == date(2026, 10, 1)
    assert shown_until(Frequency.MONTHLY, TODAY, date(2026, 8, 1)).start == date(2026, 10, 1)


def test_a_row_is_about_the_period_under_way_once_it_has_a_value() -> None:
    assert shown_until(Frequency.MONTHLY, TODAY, date(2026, 11, 1)).start == date(2026, 11, 1)


def test_a_sparkline_keeps_its_gaps() -> None:
    values = {date(2026, 10, 1): (Decimal(3), StatusOf(Status.RED, critical=True))}
    points = spark(Frequency.MONTHLY, period_of(Frequency.MONTHLY, date(2026, 11, 1)), values)
    assert len(points) == SPARK_PERIODS
    assert points[-3:] == (
        SparkPoint(date(2026, 9, 1), None, Status.NO_DATA),
        SparkPoint(date(2026, 10, 1), Decimal(3), Status.RED, critical=True),
        SparkPoint(date(2026, 11, 1), None, Status.NO_DATA),
    )


@pytest.mark.parametrize(
    ("since", "months"),
    [(None, [9]), (date(2026, 8, 31), [8, 9, 10]), (date(2026, 10, 1), [9, 10])],
)
def test_no_point_is_missing_before_values_are_expected(
    since: date | None, months: list[int]
) -> None:
    values = {date(2026, 9, 1): (Decimal(3), StatusOf(Status.GREEN))}
    points = spark(Frequency.MONTHLY, period_of(Frequency.MONTHLY, date(2026, 10, 1)), values)
    found = expected_points(Frequency.MONTHLY, points, since)
    assert [point.period_start.month for point in found] == months


@pytest.mark.parametrize(
    ("frequency", "last", "missing"),
    [
        (Frequency.DAILY, date(2026, 11, 18), 2),
        (Frequency.WEEKLY, date(2026, 11, 2), 1),
        (Frequency.MONTHLY, date(2026, 10, 1), 0),
        (Frequency.MONTHLY, date(2026, 11, 1), 0),
        (Frequency.MONTHLY, date(2025, 10, 1), 12),
        (Frequency.QUARTERLY, date(2026, 1, 1), 2),
        (Frequency.YEARLY, date(2023, 1, 1), 2),
    ],
)
def test_what_is_missing_since_the_last_value(
    frequency: Frequency, last: date, missing: int
) -> None:
    assert missing_after(frequency, last, None, TODAY) == missing


def test_without_a_value_everything_since_the_start_is_missing() -> None:
    assert missing_after(Frequency.MONTHLY, None, date(2026, 8, 15), TODAY) == 3
    assert missing_after(Frequency.MONTHLY, None, date(2026, 11, 15), TODAY) == 0
    assert missing_after(Frequency.MONTHLY, None, date(2027, 8, 15), TODAY) == 0


def test_a_kpi_without_start_nor_value_owes_nothing() -> None:
    assert missing_after(Frequency.DAILY, None, None, TODAY) == 0


@given(st.sampled_from(list(Frequency)), st.integers(0, 4000))
def test_missing_is_the_number_of_expected_periods(frequency: Frequency, days: int) -> None:
    start = TODAY - timedelta(days=days)
    expected, period = 0, period_of(frequency, start)
    while period.end < TODAY:
        expected, period = expected + 1, period.shift(1)
    assert missing_after(frequency, None, start, TODAY) == expected
    assert missing_after(frequency, start, None, TODAY) == max(0, expected - 1)
