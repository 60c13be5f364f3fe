"""What a value, its period and its reason must be like."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kpix_tui.domains.kpis.views import Status
from kpix_tui.domains.values.errors import (
    ReasonMissing,
    ReasonTooLong,
    ValueNotFinite,
    ValuePeriodFuture,
    ValueTooLarge,
)
from kpix_tui.domains.values.rules import check_reason, check_value, counted, period_for
from kpix_tui.kernel.errors import InputInvalid
from kpix_tui.kernel.periods import Frequency


@pytest.mark.parametrize(
    "number", ["0", "-0.001", "1E+19", "9" * 20 + "." + "9" * 20, "-" + "9" * 20, "1e-20"]
)
def test_values_that_are_kept_exactly(number: str) -> None:
    assert check_value(Decimal(number)) == Decimal(number)


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("NaN", ValueNotFinite),
        ("sNaN", ValueNotFinite),
        ("-Infinity", ValueNotFinite),
        ("1E+20", ValueTooLarge),
        ("-100000000000000000000", ValueTooLarge),
        ("1e-21", ValueTooLarge),
    ],
)
def test_values_that_are_not(number: str, error: type[InputInvalid]) -> None:
    with pytest.raises(error) as refused:
        check_value(Decimal(number))
    assert refused.value.fields == ("value",)
    assert str(refused.value)


def test_the_period_under_way_is_accepted_and_the_next_is_not() -> None:
    today = date(2026, 11, 21)
    assert period_for(Frequency.MONTHLY, date(2026, 11, 30), today).start == date(2026, 11, 1)
    assert period_for(Frequency.DAILY, today, today).start == today
    with pytest.raises(ValuePeriodFuture) as refused:
        period_for(Frequency.MONTHLY, date(2026, 12, 1), today)
    assert refused.value.fields == ("period",)
    assert "2026-12-01" in str(refused.value)


def test_a_correction_says_why() -> None:
    assert check_reason("", required=False) == ""
    assert check_reason("  late figures \n", required=True) == "late figures"
    assert check_reason("x" * 1000, required=True) == "x" * 1000
    with pytest.raises(ReasonMissing):
        check_reason(" \t", required=True)
    with pytest.raises(ReasonTooLong):
        check_reason("x" * 1001, required=False)


def test_statuses_are_counted_with_their_zeros() -> None:
    found = counted([Status.RED, Status.GREEN, Status.RED])
    assert found == {Status.GREEN: 1, Status.ORANGE: 0, Status.RED: 2}
