"""How many periods are owed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpix_tui.domains.overview.rules import missing_after
from kpix_tui.domains.work.rules import periods_owed
from kpix_tui.kernel.periods import Frequency, last_ended, period_of


@pytest.mark.parametrize(
    ("frequency", "oldest", "count"),
    [
        (Frequency.DAILY, date(2026, 11, 20), 1),
        (Frequency.DAILY, date(2026, 11, 1), 20),
        (Frequency.WEEKLY, date(2026, 11, 9), 1),
        (Frequency.WEEKLY, date(2025, 12, 29), 46),
        (Frequency.MONTHLY, date(2026, 10, 1), 1),
        (Frequency.QUARTERLY, date(2026, 1, 1), 3),
        (Frequency.YEARLY, date(2023, 1, 1), 3),
        (Frequency.MONTHLY, date(2026, 11, 1), 0),
    ],
)
def test_periods_that_have_ended_are_owed(frequency: Frequency, oldest: date, count: int) -> None:
    assert periods_owed(frequency, oldest, date(2026, 11, 21)) == count


@given(
    st.sampled_from(Frequency),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.integers(0, 500),
)
def test_it_is_what_lists_call_missing(frequency: Frequency, today: date, back: int) -> None:
    last = last_ended(frequency, today).shift(-back)
    oldest = period_of(frequency, last.start).shift(1).start
    owed = periods_owed(frequency, oldest, today)
    assert owed == back == missing_after(frequency, last.start, None, today)
