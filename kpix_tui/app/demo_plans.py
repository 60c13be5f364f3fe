"""What is being done in the demonstration about KPIs that are red: plausible actions, invented.

The figures are real and move with the calendar, so days are counted from the day of the build. An
action that is done was done long enough ago for its criterion to be judged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Protocol
from uuid import UUID

from kpix_tui.app.demo_data import DemoKpi
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.kpis.views import Direction
from kpix_tui.domains.plans.rules import periods_after
from kpix_tui.domains.plans.service import create_plan, move_plan, set_progress
from kpix_tui.domains.plans.views import (
    CreatePlan,
    Criterion,
    CriterionKind,
    MovePlan,
    Plan,
    PlanKind,
    PlanStatus,
    SetProgress,
)
from kpix_tui.kernel.clock import FixedClock


class Writer(Protocol):
    """Somebody who writes."""

    def unit_of_work(self) -> AbstractContextManager[UnitOfWork]:
        """A transaction of theirs."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """A sub-action; ``owner`` is a key of people, ``due`` counts days from today."""

    title: str
    owner: str
    due: int
    done: bool = False


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """An action about the KPI of ``code``, decided by ``by`` for ``owner``.

    ``due`` counts days from today, ``started`` and ``closed`` days before today. ``held`` says
    whether the level that it is judged by is one that was held afterwards.
    """

    code: str
    title: str
    owner: str
    due: int
    by: str = "manager"
    kind: PlanKind = PlanKind.CORRECTIVE
    description: str = ""
    cause: str = ""
    whys: tuple[str, ...] = ()
    started: int | None = None
    progress: int = 0
    closed: int | None = None
    cancelled: bool = False
    held: bool | None = None
    parts: tuple[Part, ...] = ()


PLANS: Final = (
    DemoPlan(
        "AE-RX1",
        "Open a minor injuries stream from 10 to 22 h",
        "user",
        due=-9,
        description="Two nurse practitioners see what needs no doctor in a room of their own.",
        cause="Patients with minor injuries wait in the same queue as everybody else.",
        whys=(
            "Every third patient breaches the four hours.",
            "Minor injuries wait as long as the seriously ill.",
            "There is one queue, and the doctor on duty takes the next in line.",
            "The second room has been a store since the ward moved in.",
            "Nobody was asked to plan for it when the ward moved.",
        ),
        started=40,
        progress=60,
        held=False,
        parts=(
            Part("Clear the store room", "user", due=-20, done=True),
            Part("Agree the rota with the nurse practitioners", "manager", due=-4),
        ),
    ),
    DemoPlan(
        "AE-RJZ",
        "Discharge lounge open at weekends",
        "administrator",
        due=4,
        cause="Beds are freed after midday: patients wait for transport in them.",
        started=12,
        progress=35,
        kind=PlanKind.CONTAINMENT,
    ),
    DemoPlan(
        "AE-RWE",
        "Senior doctor at the front door between 16 and 24 h",
        "manager",
        due=18,
        whys=("The evening peak meets the smallest team.", "The rota follows the office day."),
    ),
    DemoPlan(
        "AE-RXK",
        "Count what the ambulances wait for",
        "user",
        due=-2,
        kind=PlanKind.CONTAINMENT,
        description="A tally at the door for two weeks, by hour and by reason.",
    ),
    DemoPlan(
        "AE-RF4",
        "Move the blood tests to the triage",
        "user",
        due=-75,
        cause="Results come when the doctor has seen the patient already.",
        started=160,
        closed=100,
        held=True,
    ),
    DemoPlan(
        "AE-MAJOR",
        "Daily call of the ten largest departments",
        "manager",
        due=-80,
        started=170,
        closed=110,
        held=False,
        kind=PlanKind.CONTAINMENT,
    ),
    DemoPlan(
        "ADM-R1K",
        "Same-day care for chest pain with a low score",
        "manager",
        due=30,
        cause="Everybody with chest pain is admitted for a second troponin.",
        started=8,
        progress=20,
    ),
    DemoPlan(
        "ADM-RJE",
        "Frailty team in the emergency department",
        "administrator",
        by="administrator",
        due=-15,
        started=60,
        progress=80,
        parts=(
            Part("Advertise the two posts", "manager", due=-40, done=True),
            Part("Find a room near resus", "administrator", due=6),
        ),
    ),
    DemoPlan(
        "BRENT",
        "Ask three suppliers for a price fixed for a year",
        "buyer",
        due=5,
        started=6,
        progress=50,
        description="For a third of the volume; the board decides on the rest.",
    ),
    DemoPlan(
        "GAS-YEAR",
        "Hedge the winter",
        "buyer",
        due=60,
        kind=PlanKind.PREVENTIVE,
        started=20,
        closed=10,
        cancelled=True,
    ),
    DemoPlan(
        "NO2-PEAK",
        "Send lorries round by the ring road from 7 to 9 h",
        "administrator",
        due=12,
        by="administrator",
        kind=PlanKind.CONTAINMENT,
    ),
    DemoPlan(
        "NMHC",
        "Have the analyser repaired",
        "user",
        due=-30,
        started=35,
        progress=10,
        cause="It has sent nothing for months, and nobody is told when it stops.",
    ),
    DemoPlan(
        "DEATHS-EXCESS",
        "Tell the regions a week earlier",
        "manager",
        by="administrator",
        due=25,
        kind=PlanKind.PREVENTIVE,
    ),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where actions are decided on: who writes, who they are for, and about what."""

    team: Mapping[str, Writer]
    people: Mapping[str, UUID]
    ids: Mapping[str, UUID]
    kpis: Mapping[str, DemoKpi]


def decide(stage: Stage, plan: DemoPlan) -> Plan:
    """Write an action, then take it as far as it is."""
    with stage.team[plan.by].unit_of_work() as uow:
        today = uow.today
        command = CreatePlan(
            plan.title,
            _after(today, plan.due),
            kpi_id=stage.ids[plan.code],
            kind=plan.kind,
            description=plan.description,
            cause=plan.cause,
            whys=plan.whys,
            owner_id=stage.people[plan.owner],
            criterion=_criterion(stage, plan, today),
        )
        made = create_plan(uow, command)
        for part in plan.parts:
            _split_off(uow, stage, made, part, today)
        _advance(uow, plan, made)
    return made


def _after(today: date, days: int) -> date:
    return today + timedelta(days=days)


def _criterion(stage: Stage, plan: DemoPlan, today: date) -> Criterion | None:
    """A level over two periods: the green threshold, or one that was held afterwards."""
    if plan.held is None:
        return None
    kpi = stage.kpis[plan.code]
    level = kpi.thresholds.green
    if plan.held and plan.closed is not None:
        level = _worst_after(kpi, _after(today, -plan.closed))
    return Criterion(stage.ids[plan.code], CriterionKind.LEVEL, level, 2)


def _worst_after(kpi: DemoKpi, closed_on: date) -> Decimal:
    values = [
        kpi.values[period.start]
        for period in periods_after(kpi.frequency, closed_on, 2)
        if period.start in kpi.values
    ]
    worst: Callable[..., Decimal] = min if kpi.direction is Direction.UP_IS_BETTER else max
    return worst(values, default=kpi.thresholds.green)


def _split_off(uow: UnitOfWork, stage: Stage, whole: Plan, part: Part, today: date) -> None:
    owner = stage.people[part.owner]
    command = CreatePlan(part.title, _after(today, part.due), parent_id=whole.id, owner_id=owner)
    made = create_plan(uow, command)
    if part.done:
        for status in (PlanStatus.IN_PROGRESS, PlanStatus.DONE):
            move_plan(uow, MovePlan(made.id, status))


def _advance(uow: UnitOfWork, plan: DemoPlan, made: Plan) -> None:
    """Start, progress and close it on the days on which that was done."""
    present = uow.clock
    if plan.started is not None:
        uow.clock = FixedClock(present.now() - timedelta(days=plan.started))
        move_plan(uow, MovePlan(made.id, PlanStatus.IN_PROGRESS))
        if plan.progress:
            set_progress(uow, SetProgress(made.id, plan.progress))
    if plan.closed is not None:
        uow.clock = FixedClock(present.now() - timedelta(days=plan.closed))
        closed = PlanStatus.CANCELLED if plan.cancelled else PlanStatus.DONE
        move_plan(uow, MovePlan(made.id, closed))
    uow.clock = present
