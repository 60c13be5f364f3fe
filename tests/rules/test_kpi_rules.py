"""Statuses, thresholds in force, worst first, codes and definitions."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpix_tui.domains.kpis.errors import (
    KpiCodeInvalid,
    KpiDecimalsInvalid,
    KpiNameInvalid,
    KpiTextTooLong,
    ThresholdNotFinite,
    ThresholdsNotMonotone,
    ThresholdTooLarge,
)
from kpix_tui.domains.kpis.rules import (
    code_from_name,
    status_for,
    thresholds_in_force,
    valid_code,
    valid_definition,
    validate_thresholds,
)
from kpix_tui.domains.kpis.views import (
    ALWAYS,
    DatedThresholds,
    Direction,
    Status,
    StatusOf,
    Thresholds,
)
from kpix_tui.kernel.errors import InputInvalid

UP, DOWN = Direction.UP_IS_BETTER, Direction.DOWN_IS_BETTER
CASES = Path(__file__).parents[3] / "shared" / "data" / "rag_and_period_cases.json"
RATES = Thresholds(Decimal(95), Decimal(90), Decimal(80))
FAULTS = Thresholds(Decimal(2), Decimal(5), Decimal(10))

exact = st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=8)


def reference() -> dict[str, Any]:
    if not CASES.is_file():
        pytest.skip("the reference cases are kept beside the repository, and are not here")
    found: dict[str, Any] = json.loads(CASES.read_text(encoding="utf-8"))
    return found


def direction_of(short: str) -> Direction:
    return {"UP": UP, "DOWN": DOWN}[short]


# -- status ---------------------------------------------------------------------------------------


def test_the_reference_cases_have_the_statuses_an_expert_gave_them() -> None:
    for case in reference()["rag"]:
        thresholds = Thresholds(*(Decimal(case[name]) for name in ("green", "orange", "red")))
        found = status_for(Decimal(case["value"]), thresholds, direction_of(case["direction"]))
        assert [found.status.value, found.critical] == case["expect"], case


def test_the_reference_rejects_are_refused() -> None:
    for short, green, orange, red, _expected in reference()["rag_reject"]:
        thresholds = Thresholds(Decimal(green), Decimal(orange), Decimal(red))
        with pytest.raises(ThresholdsNotMonotone):
            validate_thresholds(direction_of(short), thresholds)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("95", StatusOf(Status.GREEN)),
        ("94.99999999999999999999999999999999", StatusOf(Status.ORANGE)),
        ("90", StatusOf(Status.ORANGE)),
        ("89.9", StatusOf(Status.RED)),
        ("80", StatusOf(Status.RED)),
        ("79.9", StatusOf(Status.RED, critical=True)),
    ],
)
def test_each_threshold_is_the_worst_value_of_its_band(value: str, expected: StatusOf) -> None:
    assert status_for(Decimal(value), RATES, UP) == expected
    mirrored = Thresholds(Decimal(-95), Decimal(-90), Decimal(-80))
    assert status_for(Decimal(value).copy_negate(), mirrored, DOWN) == expected


def test_no_value_is_never_red() -> None:
    assert status_for(None, RATES, UP) == StatusOf(Status.NO_DATA)


def test_nothing_is_critical_without_a_red_threshold() -> None:
    assert status_for(Decimal(-1000), Thresholds(Decimal(95), Decimal(90)), UP) == StatusOf(
        Status.RED
    )


@given(value=exact, bands=st.lists(exact, min_size=3, max_size=3), up=st.booleans())
def test_better_values_never_have_a_worse_status(
    value: Decimal, bands: list[Decimal], up: bool
) -> None:
    green, orange, red = sorted(bands, reverse=up)
    direction = UP if up else DOWN
    better = value + 1 if up else value - 1
    order = [Status.RED, Status.ORANGE, Status.GREEN]
    thresholds = Thresholds(green, orange, red)
    here = status_for(value, thresholds, direction)
    there = status_for(better, thresholds, direction)
    assert order.index(there.status) >= order.index(here.status)
    assert here.critical or not there.critical


# -- thresholds -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("direction", "thresholds"),
    [
        (UP, RATES),
        (DOWN, FAULTS),
        (UP, Thresholds(Decimal(90), Decimal(90), Decimal(90))),
        (UP, Thresholds(Decimal(90), Decimal(80))),
        (DOWN, Thresholds(Decimal(-5), Decimal(0), None, Decimal(-10))),
        (UP, Thresholds(Decimal("9" * 20), Decimal("1e-20"))),
        (DOWN, Thresholds(Decimal("1E+3"), Decimal("2E+3"))),
    ],
)
def test_accepted(direction: Direction, thresholds: Thresholds) -> None:
    validate_thresholds(direction, thresholds)


@pytest.mark.parametrize(
    ("direction", "thresholds", "field"),
    [
        (UP, FAULTS, "orange"),
        (DOWN, RATES, "orange"),
        (UP, Thresholds(Decimal(90), Decimal(80), Decimal(85)), "red"),
        (DOWN, Thresholds(Decimal(1), Decimal(3), Decimal(2)), "red"),
        (UP, Thresholds(Decimal(50), Decimal(60)), "orange"),
    ],
)
def test_thresholds_out_of_order_name_the_field(
    direction: Direction, thresholds: Thresholds, field: str
) -> None:
    with pytest.raises(ThresholdsNotMonotone) as refused:
        validate_thresholds(direction, thresholds)
    assert refused.value.fields == (field,)
    assert field in str(refused.value)


@pytest.mark.parametrize("bad", ["NaN", "sNaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("field", ["green", "orange", "red", "target"])
def test_what_is_no_finite_number_names_the_field(bad: str, field: str) -> None:
    values = {"green": Decimal(3), "orange": Decimal(2), "red": Decimal(1), "target": Decimal(4)}
    with pytest.raises(ThresholdNotFinite) as refused:
        validate_thresholds(UP, Thresholds(**{**values, field: Decimal(bad)}))
    assert refused.value.fields == (field,)


@pytest.mark.parametrize("bad", ["1e20", "-1e20", "1e-21", "1.000000000000000000001"])
def test_what_is_not_kept_exactly_names_the_field(bad: str) -> None:
    with pytest.raises(ThresholdTooLarge) as refused:
        validate_thresholds(UP, Thresholds(Decimal(5), Decimal(4), None, Decimal(bad)))
    assert refused.value.fields == ("target",)
    assert "20" in str(refused.value)


def test_the_latest_thresholds_that_have_begun_are_in_force() -> None:
    first, second = Thresholds(Decimal(1), Decimal(0)), Thresholds(Decimal(3), Decimal(2))
    dated = (DatedThresholds(ALWAYS, first), DatedThresholds(date(2026, 3, 31), second))
    assert thresholds_in_force(dated, date(2026, 3, 30)) is first
    assert thresholds_in_force(dated, date(2026, 3, 31)) is second
    assert thresholds_in_force(dated, date(9999, 12, 31)) is second


def test_the_first_thresholds_hold_for_everything_before_them() -> None:
    only = Thresholds(Decimal(1), Decimal(0))
    assert thresholds_in_force((DatedThresholds(date(2026, 1, 1), only),), date(2025, 1, 1)) is only


# -- worst first ----------------------------------------------------------------------------------


# -- codes and definitions ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Haute Normandie", "HAUTE-NORMANDIE"),
        ("  Provence-Alpes-Côte d'Azur ", "PROVENCE-ALPES-COTE-D-AZ"),
        ("Œuvres & cœurs", "OEUVRES-COEURS"),
        ("Straße", "STRASSE"),
        ("Taux (%)", "TAUX"),
        ("NO2", "NO2"),
        ("日本", "KPI"),
        ("", "KPI"),
        ("٣", "KPI"),
        ("abcdefghijklmnopqrstuvw xyz", "ABCDEFGHIJKLMNOPQRSTUVW"),
    ],
)
def test_a_code_is_made_of_the_name(name: str, code: str) -> None:
    assert code_from_name(name, frozenset()) == code


def test_a_code_that_is_taken_gets_a_number_and_keeps_its_length() -> None:
    assert code_from_name("Lyon", {"LYON"}) == "LYON-2"
    assert code_from_name("Lyon", {"LYON", "LYON-2"}) == "LYON-3"
    long = "PROVENCE-ALPES-COTE-D-AZ"
    assert code_from_name("Provence-Alpes-Côte d'Azur", {long}) == "PROVENCE-ALPES-COTE-D-2"


@given(st.text(max_size=60), st.integers(0, 12))
def test_a_code_made_is_valid_and_free(name: str, tries: int) -> None:
    taken: set[str] = set()
    for _ in range(tries + 1):
        code = code_from_name(name, taken)
        assert valid_code(code) == code
        assert code not in taken
        taken.add(code)


@pytest.mark.parametrize(
    ("typed", "code"), [(" ter-1 ", "TER-1"), ("A", "A"), ("a.b_c-9", "A.B_C-9"), ("X" * 24,) * 2]
)
def test_codes_are_kept_in_capitals(typed: str, code: str) -> None:
    assert valid_code(typed) == code


@pytest.mark.parametrize(
    "typed", ["", "  ", "X" * 25, "A B", "É", "straße", "ı", "A\nB", "٣", "[/a]"]
)
def test_codes_that_are_refused(typed: str) -> None:
    with pytest.raises(KpiCodeInvalid) as refused:
        valid_code(typed)
    assert refused.value.fields == ("code",)


def definition(**changed: Any) -> dict[str, Any]:
    given = {"name": "Lyon", "code": "LYON", "description": "", "unit": "%", "decimals": 2}
    return given | changed


def test_a_definition_is_trimmed() -> None:
    found = valid_definition(
        **definition(name="  Trains \n on time ", code="ter", description=" a\n b ", unit=" % ")
    )
    assert found == definition(name="Trains on time", code="TER", description="a\n b")


@pytest.mark.parametrize(
    ("changed", "error", "field"),
    [
        ({"name": " "}, KpiNameInvalid, "name"),
        ({"name": "x" * 201}, KpiNameInvalid, "name"),
        ({"unit": "x" * 21}, KpiTextTooLong, "unit"),
        ({"description": "x" * 4001}, KpiTextTooLong, "description"),
        ({"decimals": -1}, KpiDecimalsInvalid, "decimals"),
        ({"decimals": 11}, KpiDecimalsInvalid, "decimals"),
        ({"code": "?"}, KpiCodeInvalid, "code"),
    ],
)
def test_a_definition_that_is_refused_names_the_field(
    changed: dict[str, Any], error: type[InputInvalid], field: str
) -> None:
    with pytest.raises(error) as refused:
        valid_definition(**definition(**changed))
    assert refused.value.fields == (field,)
    assert str(refused.value)
