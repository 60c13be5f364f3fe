"""What came of an action: the verdict that the database keeps is the one of the rules, always."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from kpix_tui.app.context import Context
from kpix_tui.domains.audit.service import list_audit
from kpix_tui.domains.audit.views import AuditFilter
from kpix_tui.domains.dashboards.service import get_dashboard
from kpix_tui.domains.kpis.views import Direction, Kpi, Thresholds
from kpix_tui.domains.plans import service
from kpix_tui.domains.plans.errors import NothingToJudge
from kpix_tui.domains.plans.views import (
    FieldChange,
    MovePlan,
    Plan,
    PlanFilter,
    PlanStatus,
    Verdict,
)
from kpix_tui.domains.values.service import write_values
from kpix_tui.domains.values.views import PeriodValue
from kpix_tui.kernel.clock import FixedClock
from kpix_tui.kernel.periods import Frequency, period_of
from tests.services import factory, plans
from tests.services.plans import move, plan
from tests.support.databases import Database

S = PlanStatus
_DOWN = {"thresholds": Thresholds(Decimal(5), Decimal(7))}
JUNE = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
Day = Callable[[datetime, str], Context]


@pytest.fixture
def on(database: Database, tmp_path: Path) -> Iterator[Day]:
    """``on(day, person)``: somebody on a day of their own."""
    opened: list[Context] = []

    def sign_in(day: datetime, person: str = "acme/admin") -> Context:
        opened.append(database.context(tmp_path, FixedClock(day), person))
        return opened[-1]

    yield sign_in
    for context in opened:
        context.close()


@pytest.fixture
def june(on: Day) -> Context:
    return on(JUNE, "acme/admin")


@pytest.fixture
def kpi(june: Context) -> Kpi:
    """Monthly, higher is better; 80 in April and 84 in May."""
    made = factory.kpi(june, factory.dashboard(june))
    factory.value(june, made, date(2026, 4, 1), "80")
    factory.value(june, made, date(2026, 5, 1), "84")
    return made


def done(june: Context, made: Plan) -> Plan:
    """Started and done in June."""
    return move(june, made, S.IN_PROGRESS, S.DONE)


def verdict(context: Context, of: Plan) -> Verdict | None:
    """As it is kept, which is as the values say."""
    kept = context.run(service.get_plan, of.id).verdict
    assert context.run(service.judge_plan, of.id).verdict is (kept or Verdict.TOO_EARLY)
    return kept


def test_a_level_is_judged_as_values_come_in(june: Context, context: Context, kpi: Kpi) -> None:
    made = plan(june, kpi, criterion=plans.level(kpi, "90", 2))
    assert verdict(june, made) is None
    assert verdict(june, done(june, made)) is Verdict.TOO_EARLY
    factory.value(context, kpi, date(2026, 8, 1), "95")
    judged = context.run(service.judge_plan, made.id)
    assert [(p.start.month, p.value) for p in judged.after] == [(7, None), (8, 95)]
    assert [p.start.month for p in judged.missing] == [7]
    assert verdict(context, made) is Verdict.TOO_EARLY
    factory.value(context, kpi, date(2026, 7, 1), "90")
    assert verdict(context, made) is Verdict.EFFECTIVE
    factory.value(context, kpi, date(2026, 7, 1), "89.9", "counted again")
    assert verdict(context, made) is Verdict.NOT_EFFECTIVE
    found = context.run(service.list_plans, wanted=PlanFilter(verdict=Verdict.NOT_EFFECTIVE))
    assert [row.id for row in found.rows] == [made.id]


def test_values_that_are_there_already_count(june: Context, context: Context, kpi: Kpi) -> None:
    made = move(june, plan(june, kpi, criterion=plans.shift(kpi, "8", 2)), S.IN_PROGRESS)
    june_end = context.run(write_values, _months(kpi, {7: "90", 8: "90"}))
    assert june_end.inserted == 2
    assert verdict(june, move(june, made, S.DONE)) is Verdict.EFFECTIVE
    detail = context.run(service.show_plan, made.id)
    assert detail.judgement is not None
    assert (detail.judgement.mean_before, detail.judgement.mean_after) == (82, 90)


def _months(kpi: Kpi, values: dict[int, str]) -> list[PeriodValue]:
    return [PeriodValue(kpi.id, date(2026, m, 1), Decimal(v)) for m, v in values.items()]


def test_taken_up_again_it_is_not_judged(june: Context, context: Context, kpi: Kpi) -> None:
    made = done(june, plan(june, kpi, criterion=plans.level(kpi, "90")))
    factory.value(context, kpi, date(2026, 7, 1), "70")
    assert verdict(context, made) is Verdict.NOT_EFFECTIVE
    assert verdict(june, move(june, made, S.IN_PROGRESS)) is None
    assert verdict(context, move(context, made, S.DONE)) is Verdict.TOO_EARLY


def test_what_kpix_judges_is_nobodys_change(june: Context, context: Context, kpi: Kpi) -> None:
    made = done(june, plan(june, kpi, criterion=plans.level(kpi, "90")))
    factory.value(context, kpi, date(2026, 7, 1), "91")
    last = context.run(service.plan_history, made.id).rows[0]
    assert (last.by, last.version) == ("", made.version)
    assert last.fields == (FieldChange("verdict", "TOO_EARLY", "EFFECTIVE"),)
    context.run(service.move_plan, MovePlan(made.id, S.IN_PROGRESS, made.version))
    told = context.run(list_audit, wanted=AuditFilter(about=str(made.id)))
    assert [row.action for row in told.rows][:2] == ["action_plan.updated", "action_plan.judged"]


def test_without_a_criterion_there_is_nothing_to_judge(june: Context, kpi: Kpi) -> None:
    made = done(june, plan(june, kpi))
    assert made.verdict is None
    assert june.run(service.show_plan, made.id).judgement is None
    with pytest.raises(NothingToJudge):
        june.run(service.judge_plan, made.id)


def test_another_kpi_of_the_dashboard_may_tell(june: Context, context: Context, kpi: Kpi) -> None:
    board = june.run(get_dashboard, kpi.dashboard_id)
    other = factory.kpi(june, board, "Complaints", direction=Direction.DOWN_IS_BETTER, **_DOWN)
    made = done(june, plan(june, kpi, criterion=plans.level(other, "5")))
    factory.value(context, kpi, date(2026, 7, 1), "0")
    assert verdict(context, made) is Verdict.TOO_EARLY
    factory.value(context, other, date(2026, 7, 1), "4")
    assert verdict(context, made) is Verdict.EFFECTIVE


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_the_database_says_what_the_rules_say(on: Day, seed: int) -> None:
    """Two organisations whose KPIs have the same codes; values before, between and after, entered
    one by one and in files, and corrected."""
    drawn = Random(seed)
    people = ("acme/admin", "globex/admin")
    made = {person: _drawn_plan(on(JUNE, person), drawn) for person in people}
    for _step in range(6):
        person = drawn.choice(people)
        later = on(datetime(2026, 11, 21, 12, tzinfo=UTC), person)
        of, kpi = made[person]
        _something(later, drawn, of, kpi)
        for each, (theirs, _kpi) in made.items():
            verdict(on(JUNE, each), theirs)


def _drawn_plan(june: Context, drawn: Random) -> tuple[Plan, Kpi]:
    up = drawn.choice([True, False])
    bands = {} if up else {"direction": Direction.DOWN_IS_BETTER, **_DOWN}
    frequency = drawn.choice([Frequency.MONTHLY, Frequency.WEEKLY, Frequency.QUARTERLY])
    kpi = factory.kpi(june, factory.dashboard(june), "Same", frequency=frequency, **bands)
    kind = drawn.choice([plans.level, plans.shift])
    criterion = kind(kpi, str(drawn.choice([1, 2, 5])), drawn.choice([1, 2, 3]))
    return plan(june, kpi, criterion=criterion), kpi


def _something(later: Context, drawn: Random, of: Plan, kpi: Kpi) -> None:
    """The next stage on some day of summer, or a few values around it."""
    stage = later.run(service.get_plan, of.id).status
    following = {S.OPEN: S.IN_PROGRESS, S.IN_PROGRESS: S.DONE, S.DONE: S.IN_PROGRESS}
    if drawn.random() < 0.5:
        later.clock = FixedClock(JUNE + timedelta(days=drawn.randrange(60)))
        move(later, of, following[stage])
        return
    days = {JUNE.date() + timedelta(days=drawn.randrange(-120, 120)) for _ in range(6)}
    starts = {period_of(kpi.frequency, day).start for day in days}
    values = [PeriodValue(kpi.id, start, Decimal(drawn.randrange(8))) for start in starts]
    later.run(write_values, values, reason="counted")
