"""Calendar arithmetic, to both ends of the calendar."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kpix_tui.kernel.periods import (
    Frequency,
    Period,
    last_ended,
    ordinal,
    period_of,
    start_of,
    trailing_periods,
)

CASES = Path(__file__).parents[3] / "shared" / "data" / "rag_and_period_cases.json"
FREQUENCIES = st.sampled_from(list(Frequency))
D, W, M, Q, Y = Frequency


@pytest.mark.parametrize(
    ("frequency", "day", "start", "end"),
    [
        (D, "2026-11-21", "2026-11-21", "2026-11-21"),
        (W, "2026-11-21", "2026-11-16", "2026-11-22"),
        (W, "2025-12-29", "2025-12-29", "2026-01-04"),
        (W, "2027-01-03", "2026-12-28", "2027-01-03"),
        (W, "0001-01-01", "0001-01-01", "0001-01-07"),
        (W, "9999-12-31", "9999-12-27", "9999-12-31"),
        (M, "2024-02-29", "2024-02-01", "2024-02-29"),
        (M, "2100-02-03", "2100-02-01", "2100-02-28"),
        (M, "9999-12-01", "9999-12-01", "9999-12-31"),
        (M, "9999-11-30", "9999-11-01", "9999-11-30"),
        (Q, "2026-03-31", "2026-01-01", "2026-03-31"),
        (Q, "2026-04-01", "2026-04-01", "2026-06-30"),
        (Q, "9999-12-31", "9999-10-01", "9999-12-31"),
        (Y, "2026-07-01", "2026-01-01", "2026-12-31"),
        (Y, "0001-12-31", "0001-01-01", "0001-12-31"),
        (Y, "9999-01-01", "9999-01-01", "9999-12-31"),
    ],
)
def test_the_period_that_holds_a_day(frequency: Frequency, day: str, start: str, end: str) -> None:
    found = period_of(frequency, date.fromisoformat(day))
    assert found == Period(date.fromisoformat(start), date.fromisoformat(end), frequency)


def test_the_years_with_a_53rd_week_are_those_of_the_reference() -> None:
    if not CASES.is_file():
        pytest.skip("the reference cases are kept beside the repository, and are not here")
    long_years = json.loads(CASES.read_text(encoding="utf-8"))["iso_weeks_53"]
    found = [
        year
        for year in range(min(long_years), max(long_years) + 1)
        if period_of(W, date(year, 12, 28)).start.isocalendar().week == 53
    ]
    assert found == long_years


def test_a_year_of_53_weeks_is_walked_without_a_gap() -> None:
    first = period_of(W, date(2025, 12, 29))
    last = first.shift(52)
    assert last.start.isocalendar()[:2] == (2026, 53)
    assert last.shift(1).start.isocalendar()[:2] == (2027, 1)


@given(FREQUENCIES, st.dates())
def test_a_period_holds_its_days_and_no_other(frequency: Frequency, day: date) -> None:
    period = period_of(frequency, day)
    assert day in period
    assert period_of(frequency, period.start) == period_of(frequency, period.end) == period
    if period.end < date.max:
        after = period_of(frequency, period.end + timedelta(days=1))
        assert after == period.shift(1)
        assert after.start not in period


@given(FREQUENCIES, st.dates(), st.integers(-100_000, 100_000))
def test_shifting_there_and_back_is_nothing(frequency: Frequency, day: date, count: int) -> None:
    period = period_of(frequency, day)
    try:
        there = period.shift(count)
    except OverflowError:
        assume(False)
    assert there.shift(-count) == period
    assert (there > period) is (count > 0)


@pytest.mark.parametrize("frequency", Frequency)
def test_nothing_is_beyond_the_calendar(frequency: Frequency) -> None:
    first, last = period_of(frequency, date.min), period_of(frequency, date.max)
    for period, count in ((first, -1), (last, 1), (first, -(10**12)), (last, 10**12)):
        with pytest.raises(OverflowError):
            period.shift(count)
    assert first.shift(0) == first
    assert last.shift(-1).shift(1) == last
    with pytest.raises(OverflowError):
        last_ended(frequency, date.min)
    with pytest.raises(OverflowError):
        trailing_periods(frequency, first.start, 2)


def test_a_period_has_ended_when_its_last_day_is_over() -> None:
    assert last_ended(M, date(2026, 11, 30)).start == date(2026, 10, 1)
    assert last_ended(M, date(2026, 12, 1)).start == date(2026, 11, 1)
    assert last_ended(D, date(2026, 1, 1)).start == date(2025, 12, 31)


def test_trailing_periods_end_with_the_one_under_way() -> None:
    found = trailing_periods(Q, date(2026, 2, 1), 3)
    assert [p.start for p in found] == [date(2025, 7, 1), date(2025, 10, 1), date(2026, 1, 1)]
    assert trailing_periods(Q, date(2026, 2, 1), 0) == ()


@given(st.dates(date(1, 1, 1), date(9998, 12, 31)), st.sampled_from(list(Frequency)))
def test_a_period_and_its_number_tell_the_same(day: date, frequency: Frequency) -> None:
    period = period_of(frequency, day)
    number = ordinal(frequency, day)
    assert start_of(frequency, number) == period.start
    assert ordinal(frequency, period.end) == number
    assert ordinal(frequency, period.end + timedelta(days=1)) == number + 1
