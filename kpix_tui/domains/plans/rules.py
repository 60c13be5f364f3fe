"""What an action must be like, where it can go, and what values say of it. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal
from types import MappingProxyType
from typing import Final
from uuid import UUID

from kpix_tui.domains.kpis.rules import kept_exactly, reaches
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
from kpix_tui.domains.plans.views import (
    Criterion,
    CriterionKind,
    Judgement,
    NamedCriterion,
    PeriodRead,
    PlanRow,
    PlanStatus,
    Verdict,
)
from kpix_tui.kernel.errors import Word, message
from kpix_tui.kernel.periods import Frequency, Period, period_of

MAXIMUM_TITLE: Final = 200
MAXIMUM_TEXT: Final = 4000
MAXIMUM_WHY: Final = 500
WHYS: Final = 5
MAXIMUM_PERIODS: Final = 24
FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(9998, 12, 31)
_DAY: Final = timedelta(days=1)
_EXACT: Final = Context(prec=60)
"""24 values with 20 digits on each side: no sum of them is ever rounded."""


# -- texts and days --------------------------------------------------------------------------------


def valid_texts(
    *, title: str, description: str, cause: str, whys: Sequence[str]
) -> dict[str, str | list[str]]:
    """The texts without blanks around them, by column; empty whys are left out.

    Raises:
        PlanTitleInvalid: the title is empty or longer than 200 characters.
        PlanTextTooLong, TooManyWhys: another one is too long, or there are too many.
    """
    title = " ".join(title.split())
    if not 1 <= len(title) <= MAXIMUM_TITLE:
        raise PlanTitleInvalid(maximum=MAXIMUM_TITLE, fields=("title",))
    found = {"description": description.strip(), "cause": cause.strip()}
    for field, text in found.items():
        if len(text) > MAXIMUM_TEXT:
            raise PlanTextTooLong(maximum=MAXIMUM_TEXT, fields=(field,))
    return {"title": title, **found, "whys": _valid_whys(whys)}


def _valid_whys(whys: Sequence[str]) -> list[str]:
    found = [line for line in (" ".join(why.split()) for why in whys) if line]
    if len(found) > WHYS:
        raise TooManyWhys(maximum=WHYS, fields=("why",))
    if any(len(why) > MAXIMUM_WHY for why in found):
        raise PlanTextTooLong(maximum=MAXIMUM_WHY, fields=("why",))
    return found


def check_days(starts_on: date | None, due_on: date) -> None:
    """Accept a start and a due date that follow each other; both may be past.

    Raises:
        PlanDayInvalid: one of them is in no calendar that is planned by.
        DueBeforeStart: the due date is before the start.
    """
    for field, day in (("start", starts_on), ("due", due_on)):
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise PlanDayInvalid(first=FIRST_DAY, last=LAST_DAY, fields=(field,))
    if starts_on is not None and due_on < starts_on:
        raise DueBeforeStart(due=due_on, start=starts_on, fields=("due",))


def check_progress(progress: int) -> int:
    """The progress itself, in percent.

    Raises:
        ProgressInvalid: it is not between 0 and 100.
    """
    if not 0 <= progress <= 100:
        raise ProgressInvalid(progress=progress, fields=("progress",))
    return progress


def check_postponement(ids: Sequence[UUID], due_on: date | None, days: int | None) -> None:
    """Accept actions and either a day or a number of days.

    Raises:
        NoPlans: there is nothing to postpone.
        PostponeHow: both are said, or neither, or no day at all.
    """
    if not ids:
        raise NoPlans
    if (due_on is None) is (days is None) or (days is not None and days < 1):
        raise PostponeHow(fields=("due", "days"))


def postponed(title: str, present: date, due_on: date | None, days: int | None) -> date:
    """The later day on which an action is due that was due on ``present``.

    Raises:
        PlanDayInvalid: that day is in no calendar that is planned by.
        NotPostponed: it is not later.
    """
    if days is not None and days > (LAST_DAY - present).days:
        raise PlanDayInvalid(first=FIRST_DAY, last=LAST_DAY, fields=("days",))
    later = due_on or present + (days or 0) * _DAY
    check_days(None, later)
    if later <= present:
        raise NotPostponed(title=title, due=present, fields=("due",))
    return later


def end_of_week(today: date) -> date:
    """The Sunday of the week that ``today`` is in."""
    return period_of(Frequency.WEEKLY, today).end


# -- statuses --------------------------------------------------------------------------------------

MOVES: Final = MappingProxyType(
    {
        PlanStatus.OPEN: frozenset({PlanStatus.IN_PROGRESS, PlanStatus.CANCELLED}),
        PlanStatus.IN_PROGRESS: frozenset({PlanStatus.DONE, PlanStatus.CANCELLED}),
        PlanStatus.DONE: frozenset({PlanStatus.IN_PROGRESS}),
        PlanStatus.CANCELLED: frozenset({PlanStatus.OPEN}),
    }
)
"""Where an action can go from each status."""

_WHY_NOT: Final = MappingProxyType(
    {
        PlanStatus.OPEN: message("it has not been started yet; start it first."),
        PlanStatus.IN_PROGRESS: message("it has been started; it can be done or cancelled."),
        PlanStatus.DONE: message("it is done; all that can follow is to take it up again."),
        PlanStatus.CANCELLED: message("it is cancelled; open it again first."),
    }
)


@dataclass(frozen=True, slots=True)
class Stage:
    """How far an action is, with the days that belong to it."""

    status: PlanStatus
    progress: int
    started_on: date | None
    closed_on: date | None


def stage_of(plan: PlanRow) -> Stage:
    """How far an action is."""
    return Stage(plan.status, plan.progress, plan.started_on, plan.closed_on)


def moved(title: str, stage: Stage, wanted: PlanStatus, today: date) -> Stage:
    """The stage of an action that goes to another status today.

    It starts on the day it is taken up, is 100 % when it is done, and begins anew after it was
    cancelled.

    Raises:
        MoveRefused: there is no way from its status to this one; it is said why.
    """
    if wanted not in MOVES[stage.status]:
        reason = Word(_WHY_NOT[stage.status])
        raise MoveRefused(title=title, reason=reason, fields=("status",))
    match wanted:
        case PlanStatus.OPEN:
            return Stage(wanted, 0, None, None)
        case PlanStatus.IN_PROGRESS:
            return Stage(wanted, stage.progress, stage.started_on or today, None)
        case PlanStatus.DONE:
            # A clock that was set back must not let an action end before it began.
            return Stage(wanted, 100, stage.started_on, max(today, stage.started_on or today))
        case _:
            started = stage.started_on
            return Stage(wanted, stage.progress, started, max(today, started or today))


def progressed(stage: Stage, progress: int, today: date) -> Stage:
    """The stage of an action of which so much is done; more than nothing has been started."""
    if stage.status is PlanStatus.OPEN and progress > 0:
        return Stage(PlanStatus.IN_PROGRESS, progress, today, None)
    return Stage(stage.status, progress, stage.started_on, stage.closed_on)


# -- effectiveness ---------------------------------------------------------------------------------


def check_criterion(criterion: Criterion) -> None:
    """Accept a criterion that values can be compared with.

    Raises:
        CriterionPeriodsInvalid: it looks at no period, or at more than 24.
        CriterionAmountInvalid: the amount is not finite, or has more than 20 digits on a side.
        ShiftNotPositive: a shift of the mean is not above 0.
    """
    if not 1 <= criterion.periods <= MAXIMUM_PERIODS:
        raise CriterionPeriodsInvalid(maximum=MAXIMUM_PERIODS, fields=("periods",))
    if not criterion.amount.is_finite() or not kept_exactly(criterion.amount):
        raise CriterionAmountInvalid(fields=("amount", criterion.kind.value.lower()))
    if criterion.kind is CriterionKind.SHIFT and criterion.amount <= 0:
        raise ShiftNotPositive(fields=("amount", "shift"))


def periods_after(frequency: Frequency, closed_on: date, count: int) -> tuple[Period, ...]:
    """The periods that begin after an action was done; none beyond the calendar."""
    return _periods(frequency, closed_on, range(1, count + 1))


def periods_before(frequency: Frequency, started_on: date, count: int) -> tuple[Period, ...]:
    """The periods that were over when an action started; none before the calendar."""
    return _periods(frequency, started_on, range(-count, 0))


def _periods(frequency: Frequency, day: date, shifts: Sequence[int]) -> tuple[Period, ...]:
    around = period_of(frequency, day)
    found = []
    for shift in shifts:
        try:
            found.append(around.shift(shift))
        except OverflowError:
            continue
    return tuple(found)


def judge(
    criterion: Criterion,
    direction: Direction,
    before: Sequence[Decimal | None],
    after: Sequence[Decimal | None],
) -> Verdict:
    """What the values of the periods before the start and after the end say of an action.

    A missing value (None) is neither good nor bad: as long as one is missing it is too early. Only
    a level is lost with the first value that does not hold it, whatever is missing: nothing that is
    entered later can mend that. Sums are compared and not means, so that nothing is rounded.
    """
    known = [value for value in after if value is not None]
    if criterion.kind is CriterionKind.LEVEL:
        if not all(reaches(value, criterion.amount, direction) for value in known):
            return Verdict.NOT_EFFECTIVE
        return Verdict.EFFECTIVE if len(known) == criterion.periods else Verdict.TOO_EARLY
    earlier = [value for value in before if value is not None]
    if min(len(known), len(earlier)) < criterion.periods:
        return Verdict.TOO_EARLY
    gained = _EXACT.subtract(_sum(known), _sum(earlier))
    if direction is Direction.DOWN_IS_BETTER:
        gained = _EXACT.minus(gained)
    enough = gained >= _EXACT.multiply(criterion.amount, Decimal(criterion.periods))
    return Verdict.EFFECTIVE if enough else Verdict.NOT_EFFECTIVE


def periods_read(
    criterion: NamedCriterion, started_on: date | None, closed_on: date | None
) -> tuple[tuple[Period, ...], tuple[Period, ...]]:
    """The periods before the start and after the end that a criterion looks at, oldest first.

    ``closed_on`` is the day on which the action was done, None before. A level asks for nothing
    earlier.
    """
    before: tuple[Period, ...] = ()
    after: tuple[Period, ...] = ()
    if criterion.kind is CriterionKind.SHIFT and started_on is not None:
        before = periods_before(criterion.frequency, started_on, criterion.periods)
    if closed_on is not None:
        after = periods_after(criterion.frequency, closed_on, criterion.periods)
    return before, after


def judgement(
    criterion: NamedCriterion,
    before: Sequence[Period],
    after: Sequence[Period],
    values: Mapping[date, Decimal],
    today: date,
) -> Judgement:
    """The verdict with what it was made from; ``values`` by the first day of their periods."""
    earlier, later = _read(before, values), _read(after, values)
    looked_at = [p.value for p in earlier], [p.value for p in later]
    return Judgement(
        judge(criterion, criterion.direction, *looked_at),
        earlier,
        later,
        tuple(p for p in (*earlier, *later) if p.value is None and p.end < today),
        *(_mean(side) for side in looked_at),
    )


def same_criterion(one: Criterion | None, other: Criterion | None) -> bool:
    """Whether two criteria ask for the same, however much is told of each."""
    asked = [each and (each.kpi_id, each.kind, each.amount, each.periods) for each in (one, other)]
    return asked[0] == asked[1]


def _read(periods: Sequence[Period], values: Mapping[date, Decimal]) -> tuple[PeriodRead, ...]:
    return tuple(PeriodRead(p.start, p.end, values.get(p.start)) for p in periods)


def _sum(values: Sequence[Decimal]) -> Decimal:
    total = Decimal(0)
    for value in values:
        total = _EXACT.add(total, value)
    return total


def _mean(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return _EXACT.divide(_sum(known), Decimal(len(known))) if known else None
