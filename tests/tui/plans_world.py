"""Action plans in memory, about the railway's KPIs and for the hospital's people."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from kpix_tui.domains.plans.errors import PlanChangedMeanwhile, PlanNotFound, SubPlansOpen
from kpix_tui.domains.plans.rules import (
    Stage,
    check_criterion,
    check_days,
    check_postponement,
    check_progress,
    judgement,
    moved,
    periods_read,
    postponed,
    progressed,
    valid_texts,
)
from kpix_tui.domains.plans.views import (
    EVERY_PLAN,
    AssignPlans,
    Board,
    BoardColumn,
    CreatePlan,
    Criterion,
    CriterionKind,
    FieldChange,
    Judgement,
    MovePlan,
    NamedCriterion,
    Plan,
    PlanChange,
    PlanDetail,
    PlanFilter,
    PlanKind,
    PlanRow,
    PlansChanged,
    PlanScope,
    PlanStatus,
    PostponePlans,
    SetProgress,
    UpdatePlan,
)
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest
from tests.tui.people_world import People, hospital
from tests.tui.support import USER
from tests.tui.world import TODAY, World, railway

DECIDED = datetime(2026, 10, 5, 8, 30, tzinfo=UTC)


@dataclass
class Plans:
    """What the fake use cases read and write. ``failing`` holds what each of them raises."""

    world: World
    people: People
    plans: dict[UUID, Plan] = field(default_factory=dict)
    changes: dict[UUID, list[PlanChange]] = field(default_factory=dict)
    failing: dict[str, KpixError] = field(default_factory=dict)
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def _note(self, name: str, what: Any) -> None:
        self.asked.append((name, what))
        if name in self.failing:
            raise self.failing[name]

    def asked_for(self, name: str) -> Any:
        """What a use case was asked for last."""
        return next(what for called, what in reversed(self.asked) if called == name)

    # -- filling -------------------------------------------------------------------------------

    def user(self, name: str) -> UUID:
        """The id of a person."""
        return next(one.id for one in self.people.users.values() if one.name == name)

    def kpi(self, code: str) -> UUID:
        """The id of a KPI."""
        return next(one.id for one in self.world.kpis.values() if one.code == code)

    def add(self, title: str, code: str, owner: str, due: int, **given: Any) -> Plan:
        """An action that is due so many days from today."""
        stage = {name: given.pop(name) for name in tuple(given) if name in _STAGE}
        command = CreatePlan(
            title,
            TODAY + timedelta(days=due),
            kpi_id=self.kpi(code),
            owner_id=self.user(owner),
            **given,
        )
        made = self.create_plan(None, command)
        self.plans[made.id] = self._known(replace(made, **stage))
        return self.plans[made.id]

    def called(self, title: str) -> Plan:
        """The action of this title, as it is now."""
        return self._known(next(one for one in self.plans.values() if one.title == title))

    # -- reading -------------------------------------------------------------------------------

    def _known(self, plan: Plan) -> Plan:
        """With what follows from the calendar, the people and the sub-actions."""
        parts = [one for one in self.plans.values() if one.parent_id == plan.id]
        judged = self._judge(plan)
        return replace(
            plan,
            owner_name=self.people.users[plan.owner_id].name,
            overdue=plan.due_on < TODAY and not plan.status.closed,
            sub_plans=len(parts),
            sub_plans_closed=sum(one.status.closed for one in parts),
            verdict=judged.verdict if judged else None,
        )

    def _judge(self, plan: Plan) -> Judgement | None:
        criterion = plan.criterion
        if criterion is None or plan.status is not PlanStatus.DONE:
            return None
        windows = periods_read(criterion, plan.started_on, plan.closed_on)
        values = {
            start: states[-1].value for start, states in self.world.values[criterion.kpi_id].items()
        }
        return judgement(criterion, *windows, values, TODAY)

    def _kept(self, wanted: PlanFilter, text: str) -> list[PlanRow]:
        rows = [self._known(one) for one in self.plans.values()]
        mates = {self.user("Ada Lovelace"), self.user("Grace Hopper")}
        reach = {PlanScope.MINE: {USER}, PlanScope.TEAMS: mates}.get(wanted.scope)
        rows = [
            row
            for row in rows
            if text.lower() in row.title.lower()
            and (reach is None or row.owner_id in reach)
            and wanted.kpi_id in (None, row.kpi_id)
        ]
        return sorted(rows, key=lambda row: (not row.overdue, row.status.closed, row.due_on))

    def list_plans(
        self, _uow: Any, page: PageRequest = FIRST_PAGE, wanted: PlanFilter = EVERY_PLAN
    ) -> Page[PlanRow]:
        """Overdue first, or by title."""
        self._note("list_plans", (page, wanted))
        rows = self._kept(wanted, page.text)
        rows = [row for row in rows if not wanted.statuses or row.status in wanted.statuses]
        if page.column == "title":
            rows.sort(key=lambda row: row.title, reverse=page.descending)
        return Page(tuple(rows[page.offset : page.offset + page.limit]), len(rows), page.offset)

    def plan_board(
        self, _uow: Any, wanted: PlanFilter = EVERY_PLAN, *, text: str = "", limit: int = 50
    ) -> Board:
        """Four columns."""
        self._note("plan_board", (wanted, text))
        rows = self._kept(wanted, text)
        columns = {one: [row for row in rows if row.status is one] for one in PlanStatus}
        return Board(
            tuple(
                BoardColumn(status, len(found), tuple(found[:limit]))
                for status, found in columns.items()
            )
        )

    def get_plan(self, _uow: Any, plan_id: UUID) -> Plan:
        """One action."""
        self._note("get_plan", plan_id)
        if plan_id not in self.plans:
            raise PlanNotFound(name=str(plan_id))
        return self._known(self.plans[plan_id])

    def show_plan(self, _uow: Any, plan_id: UUID) -> PlanDetail:
        """One action with its parts and its verdict."""
        self._note("show_plan", plan_id)
        plan = self.get_plan(_uow, plan_id)
        parts = (one for one in self.plans.values() if one.parent_id == plan_id)
        return PlanDetail(plan, tuple(self._known(one) for one in parts), self._judge(plan))

    def plan_history(
        self, _uow: Any, plan_id: UUID, page: PageRequest = FIRST_PAGE
    ) -> Page[PlanChange]:
        """The last one first."""
        self._note("plan_history", plan_id)
        rows = self.changes[plan_id][::-1]
        return Page(tuple(rows[page.offset : page.offset + page.limit]), len(rows), page.offset)

    # -- writing -------------------------------------------------------------------------------

    def create_plan(self, _uow: Any, command: CreatePlan) -> Plan:
        """A new action."""
        self._note("create_plan", command)
        texts = _texts(command)
        check_days(command.starts_on, command.due_on)
        parent = self.plans[command.parent_id] if command.parent_id else None
        kpi = self.world.kpis[command.kpi_id or parent.kpi_id]  # type: ignore[union-attr] # either
        plan = Plan(
            id=UUID(int=90_000 + len(self.plans)),
            kind=command.kind,
            status=PlanStatus.OPEN,
            progress=0,
            owner_id=command.owner_id or USER,
            owner_name="",
            starts_on=command.starts_on,
            due_on=command.due_on,
            started_on=None,
            closed_on=None,
            overdue=False,
            verdict=None,
            kpi_id=kpi.id,
            kpi_code=kpi.code,
            kpi_name=kpi.name,
            kpi_owner_id=kpi.owner_id,
            dashboard_id=kpi.dashboard_id,
            dashboard_title=kpi.dashboard_title,
            dashboard_owner_id=kpi.dashboard_owner_id,
            process="",
            parent_id=command.parent_id,
            parent_title=parent.title if parent else None,
            sub_plans=0,
            sub_plans_closed=0,
            created_by_id=USER,
            version=1,
            level=None,
            criterion=self._named(command.criterion),
            created_by_name="Ada Lovelace",
            created_at=DECIDED,
            **texts,
        )
        self.plans[plan.id] = plan
        self.changes[plan.id] = [PlanChange(DECIDED, "Ada Lovelace", True, 1, ())]
        return self._known(plan)

    def _named(self, criterion: Criterion | None) -> NamedCriterion | None:
        if criterion is None:
            return None
        check_criterion(criterion)
        kpi = self.world.kpis[criterion.kpi_id]
        return NamedCriterion(
            criterion.kpi_id,
            criterion.kind,
            criterion.amount,
            criterion.periods,
            kpi.code,
            kpi.name,
            kpi.unit,
            kpi.decimals,
            kpi.direction,
            kpi.frequency,
        )

    def change(self, plan: Plan, by: str = "Ada Lovelace", **changes: Any) -> Plan:
        """Write some fields of an action, and its history."""
        made = replace(self.plans[plan.id], version=plan.version + 1, **changes)
        told = tuple(
            FieldChange(*self._told(name, getattr(plan, name), value))
            for name, value in changes.items()
            if name in _TOLD and getattr(plan, name) != value
        )
        number = len(self.changes[plan.id])
        at = DECIDED + timedelta(days=7 * number, minutes=number)
        self.changes[plan.id].append(PlanChange(at, by, False, made.version, told))
        self.plans[plan.id] = made
        return self._known(made)

    def _told(self, name: str, old: Any, new: Any) -> tuple[str, Any, Any]:
        if name == "owner_id":
            return "owner", self.people.users[old].name, self.people.users[new].name
        return name, old, new

    def _for_change(self, plan_id: UUID, version: int | None) -> Plan:
        plan = self._known(self.plans[plan_id])
        if version is not None and version != plan.version:
            last = self.changes[plan_id][-1]
            raise PlanChangedMeanwhile(current=plan, changes=(last,), name=last.by)
        return plan

    def update_plan(self, _uow: Any, command: UpdatePlan) -> Plan:
        """Other texts, days, owner, criterion."""
        self._note("update_plan", command)
        plan = self._for_change(command.id, command.version)
        check_days(command.starts_on, command.due_on)
        return self.change(
            plan,
            kind=command.kind,
            owner_id=command.owner_id,
            starts_on=command.starts_on,
            due_on=command.due_on,
            criterion=self._named(command.criterion),
            **_texts(command),
        )

    def move_plan(self, _uow: Any, command: MovePlan) -> Plan:
        """Another status."""
        self._note("move_plan", command)
        plan = self._for_change(command.id, command.version)
        stage = moved(plan.title, _stage(plan), command.status, TODAY)
        if stage.status.closed and plan.sub_plans > plan.sub_plans_closed:
            raise SubPlansOpen(title=plan.title)
        return self._write_stage(plan, stage)

    def set_progress(self, _uow: Any, command: SetProgress) -> Plan:
        """So much is done."""
        self._note("set_progress", command)
        check_progress(command.progress)
        plan = self._for_change(command.id, command.version)
        return self._write_stage(plan, progressed(_stage(plan), command.progress, TODAY))

    def _write_stage(self, plan: Plan, stage: Stage) -> Plan:
        return self.change(plan, **{name: getattr(stage, name) for name in _STAGE})

    def assign_plans(self, _uow: Any, command: AssignPlans) -> PlansChanged:
        """Another owner."""
        self._note("assign_plans", command)
        rows = [self._known(self.plans[one]) for one in command.ids]
        other = [row for row in rows if row.owner_id != command.owner_id]
        changed = [self.change(row, owner_id=command.owner_id) for row in other]
        same = tuple(row for row in rows if row not in other)
        return PlansChanged(tuple(changed), same)

    def postpone_plans(self, _uow: Any, command: PostponePlans) -> PlansChanged:
        """A later due date."""
        self._note("postpone_plans", command)
        check_postponement(command.ids, command.due_on, command.days)
        rows = [self._known(self.plans[one]) for one in command.ids]
        days = [postponed(row.title, row.due_on, command.due_on, command.days) for row in rows]
        changed = [self.change(row, due_on=day) for row, day in zip(rows, days, strict=True)]
        return PlansChanged(tuple(changed), ())

    def delete_plan(self, _uow: Any, plan_id: UUID) -> Plan:
        """Gone."""
        self._note("delete_plan", plan_id)
        return self.plans.pop(plan_id)

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Take the place of the services."""
        self.world.install(patch)
        self.people.install(patch)
        for name in _USE_CASES:
            patch.setattr(f"kpix_tui.domains.plans.service.{name}", getattr(self, name))


_STAGE = ("status", "progress", "started_on", "closed_on")
_TOLD = (
    *("title", "description", "cause", "whys", "kind", "status", "progress", "owner_id"),
    *("starts_on", "due_on"),
)
_USE_CASES = (
    *("list_plans", "plan_board", "get_plan", "show_plan", "plan_history", "create_plan"),
    *("update_plan", "move_plan", "set_progress", "assign_plans", "postpone_plans", "delete_plan"),
)


def _texts(command: CreatePlan | UpdatePlan) -> dict[str, Any]:
    texts: dict[str, Any] = valid_texts(
        title=command.title,
        description=command.description,
        cause=command.cause,
        whys=command.whys,
    )
    return texts | {"whys": tuple(texts["whys"])}


def _stage(plan: PlanRow) -> Stage:
    return Stage(plan.status, plan.progress, plan.started_on, plan.closed_on)


def depot() -> Plans:
    """Seven actions: every status, overdue ones, one with parts, one without effect."""
    made = Plans(railway(), hospital())
    running = made.add(
        "Open the second platform at rush hour",
        "PUNCT",
        "Ada Lovelace",
        -8,
        status=PlanStatus.IN_PROGRESS,
        progress=60,
        started_on=date(2026, 10, 12),
        description="From seven to nine,\nuntil the works are over.",
        cause="One platform serves two lines.",
        whys=("Trains wait before the station.", "The second platform is closed."),
        criterion=Criterion(made.kpi("PUNCT"), CriterionKind.LEVEL, Decimal(96), 3),
    )
    made.add(
        "Repair the readers of two stations",
        "PUNCT",
        "Grace Hopper",
        14,
        kind=PlanKind.CONTAINMENT,
    )
    made.add("Buy seats that are easy to clean", "CLEAN", "Ada Lovelace", 40)
    made.add(
        "Run replacement buses",
        "CANCEL",
        "Linus Pauling",
        -70,
        status=PlanStatus.DONE,
        progress=100,
        started_on=date(2026, 6, 2),
        closed_on=date(2026, 8, 14),
        criterion=Criterion(made.kpi("CANCEL"), CriterionKind.SHIFT, Decimal("0.5"), 2),
    )
    made.add(
        "Call back whoever complains",
        "NPS",
        "Ada Lovelace",
        -20,
        status=PlanStatus.DONE,
        progress=100,
        started_on=date(2026, 9, 1),
        closed_on=date(2026, 11, 2),
        criterion=Criterion(made.kpi("NPS"), CriterionKind.LEVEL, Decimal(65), 1),
    )
    made.add(
        "Lease locomotives",
        "COST",
        "Katherine Johnson",
        90,
        kind=PlanKind.PREVENTIVE,
        status=PlanStatus.CANCELLED,
    )
    for title, owner, due, status in (
        ("Ask the neighbours about noise", "Ada Lovelace", -12, PlanStatus.DONE),
        ("Paint the edge of the platform", "Grace Hopper", 3, PlanStatus.OPEN),
    ):
        part = CreatePlan(
            title,
            TODAY + timedelta(days=due),
            parent_id=running.id,
            owner_id=made.user(owner),
        )
        plan = made.create_plan(None, part)
        made.plans[plan.id] = replace(plan, status=status)
    made.change(made.called(running.title), due_on=TODAY - timedelta(days=8), progress=60)
    made.changes[running.id][-1] = replace(
        made.changes[running.id][-1],
        by="Grace Hopper",
        fields=(
            FieldChange("progress", 40, 60),
            FieldChange("due_on", TODAY - timedelta(days=29), TODAY - timedelta(days=8)),
        ),
    )
    made.asked.clear()
    return made
