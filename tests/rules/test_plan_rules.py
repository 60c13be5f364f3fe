"""What an action must be like, where it can go, and what values say of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpix_tui.domains.kpis.views import Direction
from kpix_tui.domains.plans.errors import (
    CriterionAmountInvalid,
    CriterionPeriodsInvalid,
    DueBeforeStart,
    MoveRefused,
    NoPlans,
    NotPostponed,
    PlanDayInvalid,
    PlanTextTooLong,
    PlanTitleInvalid,
    PostponeHow,
    ProgressInvalid,
    ShiftNotPositive,
    TooManyWhys,
)
from kpix_tui.domains.plans.rules import (
    FIRST_DAY,
    LAST_DAY,
    MAXIMUM_PERIODS,
    MOVES,
    Stage,
    check_criterion,
    check_days,
    check_postponement,
    check_progress,
    end_of_week,
    judge,
    judgement,
    moved,
    periods_after,
    periods_before,
    periods_read,
    postponed,
    progressed,
    same_criterion,
    valid_texts,
)
from kpix_tui.domains.plans.views import (
    Criterion,
    CriterionKind,
    NamedCriterion,
    PlanStatus,
    Verdict,
)
from kpix_tui.kernel.errors import InputInvalid
from kpix_tui.kernel.ids import new_id
from kpix_tui.kernel.periods import Frequency

S = PlanStatus
UP, DOWN = Direction.UP_IS_BETTER, Direction.DOWN_IS_BETTER
TODAY = date(2026, 11, 21)
DAY = timedelta(days=1)
KPI = new_id()
PLAIN = {"title": "Call", "description": "", "cause": "", "whys": ()}


def criterion(kind: str, amount: str, periods: int = 1) -> Criterion:
    return Criterion(KPI, CriterionKind(kind), Decimal(amount), periods)


def named(kind: str, amount: str, periods: int, direction: Direction = UP) -> NamedCriterion:
    return NamedCriterion(
        KPI,
        CriterionKind(kind),
        Decimal(amount),
        periods,
        "X",
        "x",
        "%",
        1,
        direction,
        Frequency.MONTHLY,
    )


def numbers(*texts: str | None) -> list[Decimal | None]:
    return [None if text is None else Decimal(text) for text in texts]


# -- texts, days, progress -------------------------------------------------------------------------


def test_texts_lose_the_blanks_around_them() -> None:
    found = valid_texts(
        title=" Call  them\n", description="\n a\n\nb ", cause=" c ", whys=(" d  e ", " ", "f")
    )
    assert found == {
        "title": "Call them",
        "description": "a\n\nb",
        "cause": "c",
        "whys": ["d e", "f"],
    }
    five = valid_texts(**{**PLAIN, "whys": ("x" * 500,) * 5})  # type: ignore[arg-type]
    assert len(five["whys"]) == 5


@pytest.mark.parametrize(
    ("error", "field", "changes"),
    [
        (PlanTitleInvalid, "title", {"title": " "}),
        (PlanTitleInvalid, "title", {"title": "x" * 201}),
        (PlanTextTooLong, "description", {"description": "x" * 4001}),
        (PlanTextTooLong, "cause", {"cause": "x" * 4001}),
        (PlanTextTooLong, "why", {"whys": ("x" * 501,)}),
        (TooManyWhys, "why", {"whys": tuple("abcdef")}),
    ],
)
def test_texts_that_are_too_much(
    error: type[InputInvalid], field: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(error) as caught:
        valid_texts(**{**PLAIN, **changes})
    assert caught.value.fields == (field,)


def test_days_follow_each_other() -> None:
    check_days(None, TODAY)
    check_days(TODAY, TODAY)
    with pytest.raises(DueBeforeStart) as caught:
        check_days(TODAY, TODAY - DAY)
    assert caught.value.fields == ("due",)
    for starts_on, due_on, field in (
        (FIRST_DAY - DAY, TODAY, "start"),
        (None, date.max, "due"),
        (None, date.min, "due"),
    ):
        with pytest.raises(PlanDayInvalid) as beyond:
            check_days(starts_on, due_on)
        assert beyond.value.fields == (field,)


@pytest.mark.parametrize("progress", [0, 1, 99, 100])
def test_a_percentage(progress: int) -> None:
    assert check_progress(progress) == progress


@pytest.mark.parametrize("progress", [-1, 101, 140])
def test_no_percentage(progress: int) -> None:
    with pytest.raises(ProgressInvalid):
        check_progress(progress)


def test_a_postponement_is_a_day_or_a_number_of_days() -> None:
    check_postponement([KPI], TODAY, None)
    check_postponement([KPI], None, 1)
    with pytest.raises(NoPlans):
        check_postponement([], TODAY, None)
    for day, days in ((None, None), (TODAY, 1), (None, 0), (None, -3)):
        with pytest.raises(PostponeHow):
            check_postponement([KPI], day, days)


def test_postponed_is_later() -> None:
    assert postponed("x", TODAY, None, 7) == TODAY + 7 * DAY
    assert postponed("x", TODAY, TODAY + DAY, None) == TODAY + DAY
    for day in (TODAY, TODAY - DAY):
        with pytest.raises(NotPostponed):
            postponed("x", TODAY, day, None)
    assert postponed("x", LAST_DAY - DAY, None, 1) == LAST_DAY
    with pytest.raises(PlanDayInvalid):
        postponed("x", TODAY, None, 10**9)


@pytest.mark.parametrize(
    ("day", "sunday"),
    [
        (date(2026, 11, 16), date(2026, 11, 22)),
        (date(2026, 11, 21), date(2026, 11, 22)),
        (date(2026, 11, 22), date(2026, 11, 22)),
        (date(2026, 12, 31), date(2027, 1, 3)),
        (date.max, date.max),
    ],
)
def test_a_week_ends_on_sunday(day: date, sunday: date) -> None:
    assert end_of_week(day) == sunday


# -- statuses --------------------------------------------------------------------------------------


def stage(status: PlanStatus, progress: int = 0) -> Stage:
    started = None if status is S.OPEN else TODAY - 9 * DAY
    return Stage(status, progress, started, TODAY - DAY if status.closed else None)


def test_every_move_there_is() -> None:
    assert moved("x", stage(S.OPEN), S.IN_PROGRESS, TODAY) == Stage(S.IN_PROGRESS, 0, TODAY, None)
    assert moved("x", stage(S.OPEN), S.CANCELLED, TODAY) == Stage(S.CANCELLED, 0, None, TODAY)
    begun = stage(S.IN_PROGRESS, 30)
    assert moved("x", begun, S.DONE, TODAY) == Stage(S.DONE, 100, begun.started_on, TODAY)
    assert moved("x", begun, S.CANCELLED, TODAY) == Stage(S.CANCELLED, 30, begun.started_on, TODAY)
    done = stage(S.DONE, 100)
    assert moved("x", done, S.IN_PROGRESS, TODAY) == Stage(
        S.IN_PROGRESS, 100, done.started_on, None
    )
    assert moved("x", stage(S.CANCELLED, 30), S.OPEN, TODAY) == Stage(S.OPEN, 0, None, None)


def test_an_action_never_ends_before_it_began() -> None:
    begun = stage(S.IN_PROGRESS)
    yesterday = TODAY - 30 * DAY
    for wanted in (S.DONE, S.CANCELLED):
        assert moved("x", begun, wanted, yesterday).closed_on == begun.started_on


@pytest.mark.parametrize("status", PlanStatus)
@pytest.mark.parametrize("wanted", PlanStatus)
def test_every_other_move_is_refused_with_a_reason(status: PlanStatus, wanted: PlanStatus) -> None:
    if wanted in MOVES[status]:
        assert moved("x", stage(status), wanted, TODAY).status is wanted
        return
    with pytest.raises(MoveRefused) as caught:
        moved("Call", stage(status), wanted, TODAY)
    assert caught.value.fields == ("status",)
    assert len(str(caught.value)) > len("Call: ")


def test_progress_starts_what_is_open() -> None:
    assert progressed(stage(S.OPEN), 10, TODAY) == Stage(S.IN_PROGRESS, 10, TODAY, None)
    assert progressed(stage(S.OPEN), 0, TODAY) == stage(S.OPEN)
    begun = stage(S.IN_PROGRESS, 10)
    assert progressed(begun, 0, TODAY) == Stage(S.IN_PROGRESS, 0, begun.started_on, None)
    assert progressed(begun, 100, TODAY).status is S.IN_PROGRESS


# -- effectiveness ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "field", "wrong"),
    [
        (CriterionPeriodsInvalid, "periods", criterion("LEVEL", "1", 0)),
        (CriterionPeriodsInvalid, "periods", criterion("LEVEL", "1", MAXIMUM_PERIODS + 1)),
        (CriterionAmountInvalid, "level", criterion("LEVEL", "NaN")),
        (CriterionAmountInvalid, "level", criterion("LEVEL", "Infinity")),
        (CriterionAmountInvalid, "shift", criterion("SHIFT", "1e21")),
        (ShiftNotPositive, "shift", criterion("SHIFT", "0")),
        (ShiftNotPositive, "shift", criterion("SHIFT", "-3")),
    ],
)
def test_criteria_that_say_nothing(error: type[InputInvalid], field: str, wrong: Criterion) -> None:
    with pytest.raises(error) as caught:
        check_criterion(wrong)
    assert field in caught.value.fields


def test_criteria_that_say_something() -> None:
    for right in (
        criterion("LEVEL", "-3"),
        criterion("LEVEL", "0", MAXIMUM_PERIODS),
        criterion("SHIFT", "0.001"),
    ):
        check_criterion(right)


@pytest.mark.parametrize(
    ("direction", "after", "expected"),
    [
        (UP, ["95", "96", "95.0"], Verdict.EFFECTIVE),
        (UP, ["95", "94.99", "99"], Verdict.NOT_EFFECTIVE),
        (UP, ["95", None, "99"], Verdict.TOO_EARLY),
        (UP, [None, None, None], Verdict.TOO_EARLY),
        (UP, [], Verdict.TOO_EARLY),
        (UP, [None, "94", None], Verdict.NOT_EFFECTIVE),
        (DOWN, ["95", "94", "0"], Verdict.EFFECTIVE),
        (DOWN, ["95", "95.01", "0"], Verdict.NOT_EFFECTIVE),
        (DOWN, ["95", None, "0"], Verdict.TOO_EARLY),
    ],
)
def test_a_level_is_held_by_every_value(
    direction: Direction, after: Sequence[str | None], expected: Verdict
) -> None:
    assert judge(criterion("LEVEL", "95", 3), direction, [], numbers(*after)) is expected


@pytest.mark.parametrize(
    ("direction", "before", "after", "expected"),
    [
        (UP, ["10", "20"], ["12", "22"], Verdict.EFFECTIVE),
        (UP, ["10", "20"], ["12", "21.9"], Verdict.NOT_EFFECTIVE),
        (UP, ["10", "20"], ["8", "18"], Verdict.NOT_EFFECTIVE),
        (DOWN, ["10", "20"], ["8", "18"], Verdict.EFFECTIVE),
        (DOWN, ["10", "20"], ["12", "22"], Verdict.NOT_EFFECTIVE),
        (UP, ["10", None], ["99", "99"], Verdict.TOO_EARLY),
        (UP, ["10", "20"], ["99", None], Verdict.TOO_EARLY),
        (UP, ["10", "20"], ["0", None], Verdict.TOO_EARLY),
        (UP, ["10"], ["99", "99"], Verdict.TOO_EARLY),
    ],
)
def test_a_mean_moves_the_better_way(
    direction: Direction,
    before: Sequence[str | None],
    after: Sequence[str | None],
    expected: Verdict,
) -> None:
    found = judge(criterion("SHIFT", "2", 2), direction, numbers(*before), numbers(*after))
    assert found is expected


def test_nothing_is_rounded() -> None:
    """40 digits, of which the last one decides; a mean of three that no decimal number is."""
    big = "99999999999999999999."
    level = criterion("LEVEL", f"{big}{'0' * 19}1")
    assert judge(level, UP, [], numbers(f"{big}{'0' * 19}1")) is Verdict.EFFECTIVE
    assert judge(level, UP, [], numbers(f"{big}{'0' * 20}")) is Verdict.NOT_EFFECTIVE
    third = criterion("SHIFT", "0.33333333333333333333", 3)
    assert judge(third, UP, numbers("0", "0", "0"), numbers("0", "0", "1")) is Verdict.EFFECTIVE
    more = criterion("SHIFT", "0.33333333333333333334", 3)
    assert judge(more, UP, numbers("0", "0", "0"), numbers("0", "0", "1")) is Verdict.NOT_EFFECTIVE
    last = criterion("SHIFT", f"0.{'0' * 19}1")
    assert judge(last, DOWN, numbers(f"{big}{'0' * 19}2"), numbers(f"{big}{'0' * 19}1")) is (
        Verdict.EFFECTIVE
    )


AMOUNTS = st.decimals(-50, 50, places=2)
SIDES = st.lists(st.none() | AMOUNTS, min_size=3, max_size=3)


@given(
    asked=st.tuples(
        st.sampled_from(["LEVEL", "SHIFT"]),
        st.decimals("0.01", 50, places=2),
        st.sampled_from(Direction),
    ),
    before=SIDES,
    after=SIDES,
    at=st.integers(0, 2),
    entered=AMOUNTS,
)
def test_a_verdict_once_given_stands_whatever_is_entered_later(
    asked: tuple[str, Decimal, Direction],
    before: list[Decimal | None],
    after: list[Decimal | None],
    at: int,
    entered: Decimal,
) -> None:
    kind, amount, direction = asked
    wanted = criterion(kind, str(amount), 3)
    found = judge(wanted, direction, before, after)
    if after[at] is None and found is not Verdict.TOO_EARLY:
        later = [*after[:at], entered, *after[at + 1 :]]
        assert judge(wanted, direction, before, later) is found
    if found is Verdict.EFFECTIVE:
        assert None not in after


def test_the_periods_around_an_action() -> None:
    after = periods_after(Frequency.WEEKLY, date(2026, 11, 21), 2)
    assert [(p.start, p.end) for p in after] == [
        (date(2026, 11, 23), date(2026, 11, 29)),
        (date(2026, 11, 30), date(2026, 12, 6)),
    ]
    before = periods_before(Frequency.MONTHLY, date(2026, 11, 1), 2)
    assert [p.start for p in before] == [date(2026, 9, 1), date(2026, 10, 1)]


def test_no_period_is_beyond_the_calendar() -> None:
    assert len(periods_after(Frequency.YEARLY, date(9998, 12, 31), 5)) == 1
    assert periods_before(Frequency.DAILY, date.min, 3) == ()


def test_a_judgement_tells_what_it_was_made_from() -> None:
    wanted = named("SHIFT", "5", 2)
    windows = periods_read(wanted, date(2026, 7, 10), date(2026, 8, 20))
    values = {date(2026, 5, 1): Decimal(80), date(2026, 6, 1): Decimal(90)} | {
        date(2026, 10, 1): Decimal(99)
    }
    found = judgement(wanted, *windows, values, date(2026, 10, 1))
    assert found.verdict is Verdict.TOO_EARLY
    assert [p.value for p in found.before] == [80, 90]
    assert [(p.start.month, p.value) for p in found.after] == [(9, None), (10, 99)]
    assert [p.start.month for p in found.missing] == [9]
    assert (found.mean_before, found.mean_after) == (85, 99)
    whole = judgement(wanted, *windows, values | {date(2026, 9, 1): Decimal(89)}, TODAY)
    assert (whole.verdict, whole.missing, whole.mean_after) == (Verdict.EFFECTIVE, (), 94)


def test_what_is_not_done_is_not_judged() -> None:
    level = named("LEVEL", "5", 2)
    assert periods_read(level, TODAY, None) == ((), ())
    assert periods_read(named("SHIFT", "5", 2), None, None) == ((), ())
    found = judgement(level, (), (), {}, TODAY)
    assert found.verdict is Verdict.TOO_EARLY
    assert (found.before, found.after, found.missing, found.mean_before) == ((), (), (), None)


def test_what_is_to_come_is_not_missing() -> None:
    level = named("LEVEL", "5", 3)
    windows = periods_read(level, date(2026, 9, 10), date(2026, 9, 20))
    found = judgement(level, *windows, {}, TODAY)
    assert [p.start.month for p in found.after] == [10, 11, 12]
    assert [p.start.month for p in found.missing] == [10]


def test_criteria_are_compared_by_what_they_ask_for() -> None:
    assert same_criterion(None, None)
    assert same_criterion(criterion("LEVEL", "5.0", 2), named("LEVEL", "5", 2))
    for other in (None, named("LEVEL", "5", 3), named("SHIFT", "5", 2), named("LEVEL", "6", 2)):
        assert not same_criterion(criterion("LEVEL", "5", 2), other)
