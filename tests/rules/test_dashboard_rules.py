"""What a dashboard must be like."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpix_tui.domains.dashboards.errors import (
    DashboardTextTooLong,
    DashboardTitleInvalid,
    ShareEndInvalid,
    ShareEndTooFar,
    ShareWithWhom,
)
from kpix_tui.domains.dashboards.rules import (
    LAST_END,
    end_of_share,
    last_day,
    one_of,
    valid_texts,
    valid_title,
)


@pytest.mark.parametrize(
    ("typed", "title"),
    [("  Ponctualité \n TER ", "Ponctualité TER"), ("[/foo]", "[/foo]"), ("x" * 200,) * 2],
)
def test_titles(typed: str, title: str) -> None:
    assert valid_title(typed) == title


@pytest.mark.parametrize("typed", ["", " \n", "x" * 201])
def test_titles_that_are_refused(typed: str) -> None:
    with pytest.raises(DashboardTitleInvalid) as refused:
        valid_title(typed)
    assert refused.value.fields == ("title",)
    assert "200" in str(refused.value)


def test_a_process_is_one_line_and_a_description_may_be_more() -> None:
    assert valid_texts(" Sea \n transport ", " one\n\n two ") == ("Sea transport", "one\n\n two")


@pytest.mark.parametrize(
    ("process", "description", "field"),
    [("x" * 201, "", "process"), ("", "x" * 4001, "description")],
)
def test_texts_that_are_too_long(process: str, description: str, field: str) -> None:
    with pytest.raises(DashboardTextTooLong) as refused:
        valid_texts(process, description)
    assert refused.value.fields == (field,)


# -- shares ----------------------------------------------------------------------------------------

TODAY = date(2026, 11, 21)
SOMEBODY = UUID(int=1)


@pytest.mark.parametrize(
    ("timezone", "ends"),
    [
        ("Europe/Paris", datetime(2026, 12, 31, 23, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2027, 1, 1, 8, tzinfo=UTC)),
        ("UTC", datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_share_ends_with_its_last_day(timezone: str, ends: datetime) -> None:
    last = date(2026, 12, 31)
    assert end_of_share(last, TODAY, timezone) == ends
    assert last_day(ends, timezone) == last


def test_a_share_may_have_no_end() -> None:
    assert end_of_share(None, TODAY, "UTC") is None
    assert last_day(None, "UTC") is None


@given(
    st.dates(TODAY, LAST_END),
    st.sampled_from(("UTC", "Europe/Paris", "Pacific/Kiritimati", "Pacific/Pago_Pago")),
)
def test_every_last_day_is_read_back(last: date, timezone: str) -> None:
    assert last_day(end_of_share(last, TODAY, timezone), timezone) == last


@pytest.mark.parametrize("last", [date(2026, 11, 20), date.min])
def test_days_on_which_no_share_can_end(last: date) -> None:
    with pytest.raises(ShareEndInvalid) as refused:
        end_of_share(last, TODAY, "Europe/Paris")
    assert refused.value.fields == ("until",)
    assert refused.value.params == {"first": TODAY}


def test_a_share_does_not_end_after_the_calendar() -> None:
    with pytest.raises(ShareEndTooFar) as refused:
        end_of_share(date.max, TODAY, "Europe/Paris")
    assert refused.value.fields == ("until",)
    assert str(refused.value) == (
        "A share ends by 9998-12-31: choose an earlier day, or none to share for good."
    )
    with pytest.raises(ShareEndTooFar):
        end_of_share(LAST_END + timedelta(days=1), TODAY, "UTC")


def test_a_share_is_with_a_user_or_with_a_team() -> None:
    one_of(SOMEBODY, None)
    one_of(None, SOMEBODY)
    for both in ((None, None), (SOMEBODY, SOMEBODY)):
        with pytest.raises(ShareWithWhom):
            one_of(*both)
