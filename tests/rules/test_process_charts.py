"""Process charts: what no published case shows, and what holds for whatever values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpix_tui.domains.analysis.rules import PROFILES, TRIAL, analyse, frame_of, moving_ranges
from kpix_tui.domains.analysis.views import (
    Analysis,
    Assurance,
    Baseline,
    Cause,
    Centre,
    Finding,
    ProfileName,
    Side,
    Spread,
    Variation,
)

FIRST = date(2024, 1, 1)
NHS = PROFILES[ProfileName.NHS]
WHEELER = PROFILES[ProfileName.WHEELER]
WESTERN_ELECTRIC = PROFILES[ProfileName.WESTERN_ELECTRIC]
NELSON = PROFILES[ProfileName.NELSON]


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def chart(values: Sequence[Any], profile: Any = NHS, **given: Any) -> Analysis:
    measured = [(day(n), Decimal(str(value))) for n, value in enumerate(values)]
    return analyse(measured, profile, **{"better": Side.ABOVE, **given})


def flagged(found: Analysis, cause: Cause) -> list[int]:
    """The points that a rule named, whatever other rules did."""
    return [
        n for n, p in enumerate(found.points) if any(each.cause is cause for each in p.findings)
    ]


def framed(shape: Sequence[Any], profile: Any) -> Analysis:
    """Values of which the first twenty make limits, and the others are looked at: the mean is 0,
    limits are 3 away, so that ±1 and ±2 are a third and two thirds of the way."""
    step = float(3 / profile.reach)  # the moving range that puts limits there
    base = [step / 2, -step / 2] * 10
    values = [Decimal(repr(each)) for each in base] + [Decimal(str(each)) for each in shape]
    measured = [(day(n), value) for n, value in enumerate(values)]
    baseline = Baseline(FIRST, day(19))
    return analyse(measured, profile, better=Side.ABOVE, baselines=[baseline])


def looked_at(shape: Sequence[Any], profile: Any, cause: Cause) -> list[int]:
    return [n - 20 for n in flagged(framed(shape, profile), cause) if n >= 20]


# -- limits ----------------------------------------------------------------------------------------


def test_nothing_and_one_value_have_no_limits() -> None:
    empty = chart([])
    assert (empty.points, empty.limits, empty.variation) == ((), None, Variation.COMMON)
    one = chart([5], aim=Decimal(3))
    assert one.limits is None
    assert one.assurance is None
    assert one.signals == ()


def test_values_that_never_move_are_all_on_their_limits() -> None:
    found = chart(["0.1"] * 30, aim=Decimal("0.1"))
    assert found.limits is not None
    assert found.limits.centre == found.limits.upper == found.limits.lower == Decimal("0.1")
    assert found.signals == ()
    assert found.assurance is Assurance.HIT_OR_MISS


@pytest.mark.parametrize(("number", "trial"), [(TRIAL - 1, True), (TRIAL, False)])
def test_below_twelve_values_limits_are_trial_limits(number: int, trial: bool) -> None:
    limits = chart([1, 2] * 6 if number == 12 else range(number)).limits
    assert limits is not None
    assert (limits.base, limits.trial) == (number, trial)


def test_one_jump_does_not_widen_the_limits_of_nhs() -> None:
    values = [10, 11] * 8 + [60] + [10, 11] * 8
    screened, whole = chart(values).limits, chart(values, WHEELER).limits
    assert screened is not None
    assert whole is not None
    assert screened.average_range == 1
    assert whole.average_range > 3


def test_a_limit_that_is_a_number_is_that_very_number() -> None:
    values = [Decimal(text) for text in ("0.1", "0.1", "0.1", "0.4", "0.4", "0.4")]
    found = frame_of(values, replace(WHEELER, reach=Fraction(5, 2)))
    assert found is not None
    lines = [found.line(Fraction(share)) for share in (-1, 0, 1)]
    assert lines == [Decimal("0.1"), Decimal("0.25"), Decimal("0.4")]
    thirds = frame_of([Decimal(0), Decimal(1), Decimal(0)], WHEELER)
    assert thirds is not None
    assert (
        Decimal("0.33333333333333333333") < thirds.line(Fraction(0)) < Decimal("0.33333333333334")
    )


def test_the_median_of_an_even_and_of_an_odd_number() -> None:
    medians = WHEELER.made_from(Centre.MEDIAN, Spread.MEDIAN)
    odd, even = chart([1, 9, 4], medians).limits, chart([1, 9, 4, 6], medians).limits
    assert odd is not None
    assert even is not None
    assert (odd.centre, odd.average_range) == (4, Decimal("6.5"))
    assert (even.centre, even.average_range) == (5, 5)
    assert NHS.made_from(Centre.MEAN, Spread.MEDIAN).screened is False
    assert NHS.made_from(Centre.MEDIAN, Spread.MEAN).screened is True


def test_along_a_trend_nothing_is_special_but_what_leaves_it() -> None:
    rising = [n + (n % 2) * 3 for n in range(31)]
    level = chart(rising, WHEELER)
    along = chart(rising, WHEELER.made_from(Centre.TREND, Spread.MEAN))
    assert level.signals
    assert along.signals == ()
    first, last = along.points[0].limits, along.points[-1].limits
    assert first is not None
    assert last is not None
    assert 28 < last.centre - first.centre < 32
    assert last.upper - last.centre == first.upper - first.centre


# -- special causes --------------------------------------------------------------------------------


def test_the_rule_that_counts_is_the_first_by_precedence_and_the_others_are_kept() -> None:
    found = framed([1.5] * 6 + [5], NHS).points[-1]
    assert [each.cause for each in found.findings] == [Cause.BEYOND_LIMIT, Cause.RUN]
    assert found.special


def test_a_point_on_the_mean_breaks_a_run() -> None:
    assert looked_at([0.1] * 6 + [0] + [0.1] * 6, NHS, Cause.RUN) == []
    assert looked_at([0.1] * 7, NHS, Cause.RUN) == list(range(7))
    assert looked_at([0.1] * 7, WHEELER, Cause.RUN) == []
    assert looked_at([-0.1] * 8, WHEELER, Cause.RUN) == list(range(8))
    assert looked_at([0.1] * 8, WESTERN_ELECTRIC, Cause.RUN) == list(range(8))
    assert looked_at([0.1] * 8, NELSON, Cause.RUN) == []
    assert looked_at([0.1] * 9, NELSON, Cause.RUN) == list(range(9))


def test_a_tie_breaks_a_trend() -> None:
    rising = [-0.9 + n / 5 for n in range(7)]
    assert looked_at(rising, NHS, Cause.TREND) == list(range(7))
    assert looked_at([*rising[:4], *rising[3:]], NHS, Cause.TREND) == []
    assert len(looked_at(rising[:5], NELSON, Cause.TREND)) == 0
    assert looked_at([0.9 - n / 5 for n in range(6)], NELSON, Cause.TREND)[-6:] == list(range(6))


def test_some_of_a_few_points_near_a_limit() -> None:
    near = Cause.NEAR_LIMIT
    assert looked_at([2.5, 0.5, 2.5], NHS, near) == [0, 2]
    assert looked_at([2.5, -0.5, 2.5], NHS, near) == []  # all three are on one side
    assert looked_at([2.5, -0.5, 2.5], WESTERN_ELECTRIC, near) == [0, 2]
    assert looked_at([2.5, 0.5, 3.5], NHS, near) == []  # beyond the limit counts as that
    assert looked_at([2.5, 0.5, 3.5], NELSON, near) == [0, 2]
    assert looked_at([2.5, 0.5, 0.5, 2.5], NELSON, near) == []
    assert looked_at([-2.5, 0.5, -2.5], NELSON, near) == [0, 2]
    assert looked_at([2, 2, 2], NELSON, near) == []  # on the line is not beyond it


def test_three_of_four_points_nearer_to_a_limit_than_to_the_mean() -> None:
    assert looked_at([1.6, 1.6, 0, 1.6], WHEELER, Cause.HALFWAY) == [0, 1, 3]
    assert looked_at([1.6, 1.6, 0, 0, 1.6], WHEELER, Cause.HALFWAY) == []
    assert looked_at([-1.6, 1.6, -1.6, -1.6], WHEELER, Cause.HALFWAY) == [0, 2, 3]


@pytest.mark.parametrize("profile", [WESTERN_ELECTRIC, NELSON])
def test_four_of_five_points_beyond_a_third_of_the_way(profile: Any) -> None:
    assert looked_at([1.1, 1.1, -3, 1.1, 1.1], profile, Cause.THIRD) == [0, 1, 3, 4]
    assert looked_at([1.1, 1.1, 0, 0, 1.1, 1.1], profile, Cause.THIRD) == []


def test_points_that_alternate() -> None:
    shape = [0.1 if n % 2 else -0.1 for n in range(14)]
    steady = [0, 0, *shape, 0.1, 0.1]  # a tie before and after
    assert looked_at(steady[2:], NELSON, Cause.ALTERNATING)[-14:] == list(range(14))
    whole = chart([0, 1] * 6 + [2, 3, 4], NELSON)
    assert flagged(whole, Cause.ALTERNATING) == []
    assert whole.points[-1].variation is not Variation.NEUTRAL


def test_points_that_keep_to_the_mean_or_away_from_it() -> None:
    hugging = framed([0.1, 0.2, -0.1] * 5, NELSON)
    assert flagged(hugging, Cause.HUGGING)[-15:] == list(range(20, 35))
    assert hugging.points[-1].variation is Variation.NEUTRAL
    away = [1.5, -1.5, -1.2, 1.2] * 2
    assert looked_at(away, NELSON, Cause.AVOIDING) == list(range(8))
    assert looked_at(away[:7], NELSON, Cause.AVOIDING) == []
    assert looked_at([1.5] * 8, NELSON, Cause.AVOIDING) == []  # that is a run


def test_a_step_beyond_the_limit_of_ranges() -> None:
    found = framed([2.9, -2.9], WHEELER)
    assert found.points[-1].findings == (Finding(Cause.RANGE),)
    assert found.points[-1].moving_range == Decimal("5.8")
    assert framed([2.9, -2.9], NHS).points[-1].findings == ()


# -- what they say ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "better", "variation"),
    [
        (9, Side.ABOVE, Variation.IMPROVEMENT),
        (9, Side.BELOW, Variation.CONCERN),
        (-9, Side.ABOVE, Variation.CONCERN),
        (-9, Side.BELOW, Variation.IMPROVEMENT),
        (9, Side.ON, Variation.NEUTRAL),
        (0, Side.ABOVE, Variation.COMMON),
    ],
)
def test_variation_is_that_of_the_last_point(
    value: int, better: Side, variation: Variation
) -> None:
    found = chart([1, -1] * 10 + [value], better=better)
    assert found.variation is variation


def test_in_a_trend_it_counts_where_it_goes() -> None:
    rising = framed([-2.9 + n / 4 for n in range(8)], NHS).points[-1]
    assert rising.value < 0
    assert rising.findings[0] == Finding(Cause.TREND, 7, 7, Side.ABOVE)
    assert rising.variation is Variation.IMPROVEMENT


@pytest.mark.parametrize(
    ("aim", "better", "expected"),
    [
        ("20", Side.ABOVE, Assurance.FAILS),
        ("20", Side.BELOW, Assurance.PASSES),
        ("-20", Side.ABOVE, Assurance.PASSES),
        ("-20", Side.BELOW, Assurance.FAILS),
        ("2", Side.ABOVE, Assurance.HIT_OR_MISS),
        ("2", Side.ON, None),
        (None, Side.ABOVE, None),
    ],
)
def test_assurance_compares_what_is_aimed_at_with_the_limits(
    aim: str | None, better: Side, expected: Assurance | None
) -> None:
    found = chart([1, -1] * 10, better=better, aim=None if aim is None else Decimal(aim))
    assert found.assurance is expected


# -- baselines and gaps ----------------------------------------------------------------------------

STEP = [10, 11] * 8 + [20, 21] * 8


def test_rebased_limits_are_made_of_what_follows_and_no_pattern_reaches_over() -> None:
    whole = chart(STEP)
    assert flagged(whole, Cause.RUN) == list(range(32))
    found = chart(STEP, baselines=[Baseline(day(16))])
    assert [(part.first, part.end) for part in found.segments] == [(0, 16), (16, 32)]
    assert [part.limits.centre for part in found.segments if part.limits] == [10.5, 20.5]
    assert found.signals == ()
    assert found.points[16].moving_range is None
    assert found.segments[1].baseline == Baseline(day(16))


def test_a_baseline_with_an_end_holds_beyond_it() -> None:
    found = chart(STEP, baselines=[Baseline(day(2), day(13))])
    assert found.limits is not None
    assert (found.limits.centre, found.limits.base) == (Decimal("10.5"), 12)
    assert flagged(found, Cause.BEYOND_LIMIT) == list(range(16, 32))


def test_a_baseline_of_one_value_has_no_limits_and_finds_nothing() -> None:
    found = chart(STEP, baselines=[Baseline(day(2), day(2))])
    assert found.limits is None
    assert found.signals == ()
    assert found.points[3].moving_range == 1


def test_baselines_without_values_are_passed_over() -> None:
    days = [Baseline(day(40)), Baseline(day(-9)), Baseline(day(-5)), Baseline(day(16))]
    found = chart(STEP, baselines=days)
    assert [part.baseline for part in found.segments] == [Baseline(day(-5)), Baseline(day(16))]


def test_a_period_without_a_value_is_passed_over() -> None:
    measured = [(day(n * (3 if n > 4 else 1)), Decimal(n)) for n in range(9)]
    found = analyse(measured, NHS, better=Side.ABOVE)
    assert flagged(found, Cause.TREND) == list(range(9))


# -- whatever the values ---------------------------------------------------------------------------

NUMBERS = st.lists(
    st.decimals(min_value=-(10**9), max_value=10**9, places=3, allow_nan=False), max_size=60
)
ANY_PROFILE = st.sampled_from([*PROFILES.values()])


@given(NUMBERS, ANY_PROFILE)
@settings(deadline=None)
def test_upside_down_the_same_points_are_special_and_say_the_opposite(
    values: list[Decimal], profile: Any
) -> None:
    measured = [(day(n), value) for n, value in enumerate(values)]
    turned = [(when, value.copy_negate()) for when, value in measured]
    one = analyse(measured, profile, better=Side.ABOVE)
    other = analyse(turned, profile, better=Side.BELOW)
    for here, there in zip(one.points, other.points, strict=True):
        assert {f.cause for f in here.findings} == {f.cause for f in there.findings}
        assert here.side == -there.side
    assert one.assurance == other.assurance


@given(NUMBERS, ANY_PROFILE, st.integers(-(10**6), 10**6), st.integers(1, 1000))
@settings(deadline=None)
def test_another_unit_changes_nothing_but_the_numbers(
    values: list[Decimal], profile: Any, shift: int, factor: int
) -> None:
    measured = [(day(n), value) for n, value in enumerate(values)]
    other = [(when, value * factor + shift) for when, value in measured]
    one = analyse(measured, profile, better=Side.ABOVE)
    two = analyse(other, profile, better=Side.ABOVE)
    assert [p.findings for p in one.points] == [p.findings for p in two.points]
    if one.limits is not None and two.limits is not None:
        assert abs(one.limits.upper * factor + shift - two.limits.upper) < Decimal("1e-15")


@given(NUMBERS, ANY_PROFILE)
@settings(deadline=None)
def test_lines_are_in_order_and_every_signal_has_a_rule(
    values: list[Decimal], profile: Any
) -> None:
    found = chart(values, profile)
    for point in found.points:
        assert (point.variation is Variation.COMMON) is not point.special
        if point.limits is not None:
            lines = point.limits
            assert lines.lower <= lines.near_lower <= lines.centre
            assert lines.centre <= lines.near_upper <= lines.upper
    assert len(moving_ranges(values)) == max(0, len(values) - 1)
