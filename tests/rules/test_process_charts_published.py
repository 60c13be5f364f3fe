"""Process charts against published ones: every case of the reference data, and no difference.

The cases are those of NHSRplotthedots, of Wheeler's books, of the NIST handbook and of a public
validation suite. What the last two hold of other charts (subgroups, proportions, EWMA, capability)
is nothing that kpix draws; a test names them, so that none goes unnoticed.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kpix_tui.domains.analysis.rules import PROFILES, TRIAL, analyse, assurance, frame_of, limits_of
from kpix_tui.domains.analysis.rules.patterns import Beyond, Run, Seen, Some, Trend
from kpix_tui.domains.analysis.views import (
    Analysis,
    Assurance,
    Baseline,
    Cause,
    Centre,
    Finding,
    Limits,
    Point,
    ProfileName,
    Side,
    Spread,
    Variation,
)
from tests.support.files import SHARED

PLACE = SHARED / "spc"
pytestmark = pytest.mark.skipif(not PLACE.is_dir(), reason=f"no reference data in {PLACE}")
FIRST = date(2020, 1, 1)
DIGITS = Decimal("1e-6")
NAMES = ("nhsr_plotthedots_core", "nhsr_plotthedots_rule_vectors", "wheeler_statprocon")


def read(name: str) -> list[dict[str, Any]]:
    """The cases of a file; numbers as they are written."""
    path = PLACE / f"{name}.json"
    if not path.is_file():
        return []
    return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)["cases"]


def numbers(values: list[Any]) -> list[Decimal]:
    return [Decimal(value) for value in values]


def dated(values: list[Any]) -> list[tuple[date, Decimal]]:
    return [(FIRST + timedelta(days=n), value) for n, value in enumerate(numbers(values))]


def close(found: Decimal, expected: Any, tolerance: Decimal = DIGITS) -> bool:
    """Whether two numbers are the same to six digits, or to as many as were printed."""
    return abs(found - Decimal(expected)) <= tolerance * max(1, abs(Decimal(expected)))


def printed(expected: Any) -> Decimal:
    """One unit of the last digit that a book prints: it rounds, and sometimes what it rounded."""
    exponent = Decimal(expected).as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(1).scaleb(min(exponent, 0))


# -- NHSRplotthedots -------------------------------------------------------------------------------

WAYS = {"increase": Side.ABOVE, "decrease": Side.BELOW, "neutral": Side.ON}
ASSURANCES = {
    "consistent_pass": Assurance.PASSES,
    "consistent_fail": Assurance.FAILS,
    "inconsistent": Assurance.HIT_OR_MISS,
    None: None,
}
CORE = read("nhsr_plotthedots_core")


def chart_of(case: dict[str, Any]) -> Analysis:
    given = case["input"]
    measured = [
        (date.fromisoformat(day), value)
        for day, value in zip(given["dates"], numbers(given["values"]), strict=True)
    ]
    profile = PROFILES[ProfileName.NHS]
    if given["options"]:
        assert set(given["options"]) == {"screen_outliers"}
        profile = replace(profile, screened=given["options"]["screen_outliers"])
    target = given["target"]
    return analyse(
        measured,
        profile,
        better=WAYS[given["improvement_direction"]],
        aim=None if target is None else Decimal(target),
    )


def special_cause_type(point: Point) -> str:
    """As the package calls it."""
    if not point.findings:
        return "Common Cause"
    found = point.findings[0]
    above = found.side is Side.ABOVE
    return {
        Cause.BEYOND_LIMIT: "Above UCL" if above else "Below LCL",
        Cause.TREND: f"7 Point Trend ({'Increasing' if above else 'Decreasing'})",
        Cause.NEAR_LIMIT: f"2 in 3 {'Above' if above else 'Below'} CL",
        Cause.RUN: f"7 Points {'Above' if above else 'Below'} CL",
    }[found.cause]


def point_type(point: Point) -> str:
    """As the package calls it."""
    match point.variation:
        case Variation.COMMON:
            return "common_cause"
        case Variation.NEUTRAL:
            return f"special_cause_neutral_{'high' if point.side is Side.ABOVE else 'low'}"
        case other:
            return f"special_cause_{other.value.lower()}"


def outside(point: Point) -> bool:
    assert point.limits is not None
    return not point.limits.lower <= point.value <= point.limits.upper


def near(point: Point) -> bool:
    assert point.limits is not None
    limits = point.limits
    return not outside(point) and not limits.near_lower <= point.value <= limits.near_upper


@pytest.mark.parametrize("case", CORE, ids=lambda case: case["id"])
def test_every_figure_of_plot_the_dots(case: dict[str, Any]) -> None:
    chart, expected = chart_of(case), case["expected"]
    assert [special_cause_type(point) for point in chart.points] == expected["special_cause_type"]
    assert [point_type(point) for point in chart.points] == expected["point_type"]
    assert [outside(point) for point in chart.points] == expected["outside_limits"]
    assert [near(point) for point in chart.points] == expected["close_to_limits"]
    assert [point.side for point in chart.points] == expected["relative_to_mean"]
    groups = [n for n, part in enumerate(chart.segments) for _ in range(part.first, part.end)]
    assert groups == expected["rebase_group"]
    for field, column in (("centre", "mean"), ("lower", "lpl"), ("upper", "upl")):
        found = [getattr(point.limits, field) for point in chart.points]
        wanted = expected[f"{column}_col"]
        assert [n for n in range(len(found)) if not close(found[n], wanted[n])] == [], column
        assert close(getattr(chart.limits, field), expected[column]), column
    assert point_type(chart.points[-1]) == expected["variation_latest"]
    assert chart.variation is chart.points[-1].variation
    assert chart.assurance is ASSURANCES[expected["assurance"]]


def test_the_cases_of_plot_the_dots_have_every_kind_of_special_cause() -> None:
    causes = Counter(p.findings[0].cause for c in CORE for p in chart_of(c).signals)
    assert set(causes) == {Cause.BEYOND_LIMIT, Cause.TREND, Cause.NEAR_LIMIT, Cause.RUN}
    assert sum(len(case["input"]["values"]) for case in CORE) == 683


# -- the vectors of its rules ----------------------------------------------------------------------


def vectors(prefix: str) -> list[dict[str, Any]]:
    return [c for c in read("nhsr_plotthedots_rule_vectors") if c["id"].startswith(prefix)]


def seen(values: list[Decimal], sides: list[int]) -> Seen:
    """Points of a process around 0 whose limits are 30 and -30."""
    return Seen(
        values=values,
        sides=[Side(side) for side in sides],
        lines=lambda share: (Decimal(int(-30 * share)), Decimal(int(30 * share))),
        ranges=[],
        upper_range=Decimal(0),
    )


def last_of(members: list[int], length: int, size: int) -> list[int]:
    """The package's first step flags from the ``size``-th point of a stretch on; ours names all of
    it, as its second step does."""
    flags = [0] * length
    for position in members:
        if all(position - back in members for back in range(size)):
            flags[position] = 1
    return flags


@pytest.mark.parametrize("case", vectors("seven-one-side"), ids=lambda case: case["id"])
def test_seven_points_on_one_side(case: dict[str, Any]) -> None:
    sides = case["input"]["rel"]
    found = Run(7).find(seen(numbers(sides), sides))
    assert last_of([n for n, _ in found], len(sides), 7) == case["expected"]


@pytest.mark.parametrize("case", vectors("trend"), ids=lambda case: case["id"])
def test_seven_points_in_a_trend(case: dict[str, Any]) -> None:
    values = numbers(case["input"]["y"])
    found = list(Trend(7).find(seen(values, [0] * len(values))))
    side = found[0][1].side if found else 0
    flags = last_of([n for n, _ in found], len(values), 7)
    assert [side * flag for flag in flags] == case["expected"]


@pytest.mark.parametrize("case", vectors("two-in-three"), ids=lambda case: case["id"])
def test_two_of_three_near_a_limit(case: dict[str, Any]) -> None:
    """The package looks for windows first and for near points in them afterwards."""
    near_ones, sides = case["input"]["close"], case["input"]["rel"]
    values = [
        Decimal(side * (25 if flag else 5)) for flag, side in zip(near_ones, sides, strict=True)
    ]
    rule = next(each for each in PROFILES[ProfileName.NHS].patterns if isinstance(each, Some))
    members = {n for n, _ in rule.find(seen(values, sides))}
    if case["function"] == "part_of_two_in_three":
        expected = case["expected"]
    else:
        expected = [
            window and flag for window, flag in zip(case["expected"], near_ones, strict=True)
        ]
    assert [int(n in members) for n in range(len(values))] == expected


@pytest.mark.parametrize("case", vectors("assurance"), ids=lambda case: case["id"])
def test_assurance(case: dict[str, Any]) -> None:
    given = case["input"]
    better, target = WAYS[given["direction"]], Decimal(given["target"])
    found = [
        assurance(limits(lower, upper), target, better)
        for lower, upper in zip(given["lpl"], given["upl"], strict=True)
    ]
    expected = case["expected"]
    if isinstance(expected, str):  # after re-basing the last limits decide
        assert found[-1] is ASSURANCES[expected]
    else:
        assert found == [ASSURANCES[each] for each in expected]


def limits(lower: int, upper: int) -> Limits:
    middle = Decimal(lower + upper) / 2
    ends = Decimal(lower), Decimal(upper)
    return Limits(middle, *ends, *ends, Decimal(0), Decimal(0), TRIAL, trial=False)


# -- Wheeler ---------------------------------------------------------------------------------------

WHEELER: dict[str, Any] = {case["id"]: case for case in read("wheeler_statprocon")}
NAMED = {
    "mean": "centre",
    "median": "centre",
    "mr_bar": "average_range",
    "mr_median": "average_range",
    "unpl": "upper",
    "lnpl": "lower",
    "url": "upper_range",
}


def wheeler(case: dict[str, Any]) -> Analysis:
    given = case["input"]
    profile = PROFILES[ProfileName.WHEELER].made_from(
        Centre(given.get("central_line_uses", "trend" if given.get("trending") else "mean")),
        Spread(given.get("moving_range_uses", "mean")),
    )
    baselines = []
    if "baseline_start" in given:
        first, last = dated(given["values"])[given["baseline_start"]], given["baseline_end"]
        baselines = [Baseline(first[0], FIRST + timedelta(days=last))]
    return analyse(dated(given["values"]), profile, better=Side.ABOVE, baselines=baselines)


@pytest.mark.parametrize(
    "case", [c for c in WHEELER.values() if NAMED.keys() & c["expected"]], ids=lambda c: c["id"]
)
def test_every_limit_of_wheeler(case: dict[str, Any]) -> None:
    chart, expected, checked = wheeler(case), case["expected"], case["verified_by_me"]
    for name, field in NAMED.items():
        if name in expected:
            found = getattr(chart.limits, field)
            assert abs(found - Decimal(expected[name])) <= printed(expected[name]), name
    exact = {
        "cl": "centre",
        "mr": "average_range",
        "unpl": "upper",
        "lnpl": "lower",
        "url": "upper_range",
    }
    for name, field in exact.items():
        assert close(getattr(chart.limits, field), checked[name]), name
    if "mr" in expected:
        ranges = [point.moving_range for point in chart.points]
        assert ranges == [None if each is None else Decimal(each) for each in expected["mr"]]


def beyond(values: list[Any], lower: Decimal, upper: Decimal) -> list[int]:
    """Which values are beyond limits that are given."""
    held = Seen(numbers(values), [], lambda _share: (lower, upper), [], Decimal(0))
    return [position for position, _finding in Beyond().find(held)]


@pytest.mark.parametrize(
    "name", ["wheeler-accident-a-vs-b-limits", "wheeler-accident-b-vs-a-limits"]
)
def test_accidents_against_the_limits_of_the_other_plant(name: str) -> None:
    case = WHEELER[name]
    given = case["input"]
    found = beyond(given["values"], given["lower"], given["upper"])
    assert found == case["expected"]["beyond"]


def test_accounts_receivable_a_value_on_the_limit_is_not_beyond_it() -> None:
    case = WHEELER["wheeler-accounts-receivable"]
    chart = wheeler(case)
    assert chart.limits is not None
    lower = case["verified_by_me"]["limits"][0]
    assert close(chart.limits.lower, lower)
    found = beyond(case["input"]["values"], chart.limits.lower, case["input"]["upper_override"])
    assert found == case["expected"]["beyond"]
    jumps = [n for n, p in enumerate(chart.points) if Finding(Cause.RANGE) in p.findings]
    assert jumps == case["expected"]["mr_beyond"]


def test_smoking_a_run_of_eight() -> None:
    case = WHEELER["wheeler-smoking-run8"]
    found = [any(f.cause is Cause.RUN for f in p.findings) for p in wheeler(case).points]
    assert found == case["expected"]["run_of_8_flags"]


@pytest.mark.parametrize("name", ["wheeler-trend-region-d", "wheeler-trend-region-b"])
def test_limits_along_a_trend(name: str) -> None:
    case = WHEELER[name]
    first, second = wheeler(case).points[:2]
    assert first.limits is not None
    assert second.limits is not None
    assert close(second.limits.centre - first.limits.centre, case["expected"]["slope"])
    distance = first.limits.upper - first.limits.centre
    assert abs(distance - Decimal(case["expected"]["limit_distance"])) <= Decimal("0.001")


# -- NIST and the public validation suite ----------------------------------------------------------


def test_the_flow_rates_of_nist() -> None:
    case = next(c for c in read("nist_ehandbook") if c["id"] == "nist-flowrate-imr")
    expected, within = case["expected"], Decimal(case["tolerance"])
    profile = PROFILES[ProfileName.WESTERN_ELECTRIC]
    chart = analyse(dated(case["input"]["values"]), profile, better=Side.ON)
    assert chart.limits is not None
    for name, field in (
        ("mean", "centre"),
        ("mr_bar", "average_range"),
        ("ucl", "upper"),
        ("lcl", "lower"),
    ):
        assert abs(getattr(chart.limits, field) - expected[name]) <= within, name
    assert [n for n, p in enumerate(chart.points) if outside(p)] == expected["signals"]
    checked = case["verified_by_me"]
    assert close(chart.limits.lower, checked["lcl"])
    assert close(chart.limits.upper, checked["ucl"])
    nhs = frame_of(numbers(case["input"]["values"]), PROFILES[ProfileName.WHEELER])
    assert nhs is not None
    found = limits_of(nhs)
    assert all(map(close, (found.lower, found.upper), checked["with_k_2.66"]))


def test_individuals_of_the_validation_suite() -> None:
    case = next(c for c in read("shewhart_validation_cases") if c["chart"] == "imr")
    expected, within = case["expected"], Decimal("1e-9")
    chart = analyse(dated(case["inputs"]["data"]), PROFILES[ProfileName.NELSON], better=Side.ON)
    found = chart.limits
    assert found is not None
    named = {
        "i_center": found.centre,
        "mr_center": found.average_range,
        "i_ucl": found.upper,
        "i_lcl": found.lower,
        "mr_ucl": found.upper_range,
        "sigma_within": (found.upper - found.centre) / 3,
    }
    assert named.keys() == expected.keys()
    assert [name for name in named if abs(named[name] - Decimal(expected[name])) > within] == []


def test_what_the_reference_data_hold_of_other_charts_is_known() -> None:
    others = Counter(case["chart"] for case in read("shewhart_validation_cases"))
    del others["imr"]
    assert set(others) == {
        "xbar_r", "xbar_s", "p_chart", "np_chart", "c_chart", "u_chart", "capability",
        "run_chart", "ewma", "cusum", "laney_p", "tolerance_interval",
    }  # fmt: skip
    assert [c["id"] for c in read("nist_ehandbook")] == ["nist-flowrate-imr", "nist-ewma"]
    for name, number in zip(NAMES, (7, 20, 13), strict=True):
        assert len(read(name)) == number, name
