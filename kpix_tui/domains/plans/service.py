"""Action plans: make, move, assign, postpone, read back, judge."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update

from kpix_tui.access.actor import actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import Target, require
from kpix_tui.db.errors import RefusedByDatabase, refusals
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards.errors import DashboardArchived
from kpix_tui.domains.dashboards.queries import user_called
from kpix_tui.domains.dashboards.service import get_dashboard
from kpix_tui.domains.kpis.service import get_kpi
from kpix_tui.domains.kpis.views import Kpi
from kpix_tui.domains.people.errors import UserInactive, UserNotFound
from kpix_tui.domains.plans.errors import (
    CriterionElsewhere,
    CriterionFixed,
    NoPlans,
    NothingToJudge,
    ParentClosed,
    PlanAmbiguous,
    PlanChangedMeanwhile,
    PlanClosed,
    PlanKpiMissing,
    PlanNotFound,
    PlanOwnerOutOfSight,
    SubPlanNested,
    SubPlansOpen,
)
from kpix_tui.domains.plans.models import PlanModel
from kpix_tui.domains.plans.queries import history, lists, rows
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
    same_criterion,
    stage_of,
    valid_texts,
)
from kpix_tui.domains.plans.views import (
    EVERY_PLAN,
    AssignPlans,
    Board,
    BoardColumn,
    CreatePlan,
    Criterion,
    Judgement,
    MovePlan,
    NamedCriterion,
    Plan,
    PlanChange,
    PlanDetail,
    PlanFilter,
    PlanRow,
    PlansChanged,
    PlanStatus,
    PostponePlans,
    SetProgress,
    UpdatePlan,
)
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.ids import as_id, new_id
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest

BOARD_ROWS = 50
_CRITERION = ("criterion_kpi_id", "criterion_kind", "criterion_amount", "criterion_periods")


def create_plan(uow: UnitOfWork, command: CreatePlan) -> Plan:
    """A new action about a KPI, or a sub-action of another.

    Raises:
        KpiNotFound, PlanNotFound, PlanKpiMissing: there is nothing for it to be about.
        PlanKpiClosed: the dashboard is archived.
        ParentClosed, SubPlanNested: the other action takes no sub-action.
        Forbidden: not here, or not for somebody else.
        UserNotFound, UserInactive, PlanOwnerOutOfSight: nobody can own it by this name.
        InputInvalid: a text, a day or the criterion cannot be accepted; the field is named.
    """
    actor = actor_of(uow)
    parent = None if command.parent_id is None else _parent(uow, command.parent_id)
    kpi = _about(uow, command, parent)
    owner_id = command.owner_id or actor.user_id
    require(actor, Permission.ACTION_PLAN_CREATE, kpi.target)
    if owner_id != actor.user_id:
        require(actor, Permission.ACTION_PLAN_ASSIGN, Target(frozenset({actor.user_id})))
    texts = valid_texts(
        title=command.title,
        description=command.description,
        cause=command.cause,
        whys=command.whys,
    )
    check_days(command.starts_on, command.due_on)
    _check_owner(uow, owner_id, {kpi.dashboard_id})
    plan_id = new_id()
    with refusals(_refused(parent)):
        uow.session.execute(
            insert(PlanModel).values(
                organization_id=actor.organization_id,
                id=plan_id,
                kpi_id=kpi.id,
                dashboard_id=kpi.dashboard_id,
                parent_id=command.parent_id,
                kind=command.kind.value,
                owner_id=owner_id,
                starts_on=command.starts_on,
                due_on=command.due_on,
                **texts,
                **_criterion_columns(uow, command.criterion, kpi.dashboard_id),
            )
        )
    uow.log("action_plan.created", plan_id=str(plan_id))
    return get_plan(uow, plan_id)


def _about(uow: UnitOfWork, command: CreatePlan, parent: Plan | None) -> Kpi:
    """The KPI that a new action is about, on a dashboard that is in use."""
    kpi_id = command.kpi_id if parent is None else parent.kpi_id
    if kpi_id is None:
        raise PlanKpiMissing(fields=("kpi",))
    kpi = get_kpi(uow, kpi_id)
    dashboard = get_dashboard(uow, kpi.dashboard_id)
    if dashboard.archived_at is not None:
        raise DashboardArchived(title=dashboard.title)
    return kpi


def _parent(uow: UnitOfWork, parent_id: UUID) -> Plan:
    parent = get_plan(uow, parent_id)
    if parent.parent_id is not None:
        raise SubPlanNested(title=parent.title, fields=("parent",))
    if parent.status.closed:
        raise ParentClosed(title=parent.title, fields=("parent",))
    return parent


def _refused(parent: PlanRow | None, title: str = "") -> Mapping[str, Callable[[], KpixError]]:
    """What the database refuses that changed between the look and the writing."""
    above = parent.title if parent is not None else title
    return {
        "ck_action_plan_nested": lambda: SubPlanNested(title=above),
        "ck_action_plan_parent_open": lambda: ParentClosed(title=above),
    }


def _check_owner(uow: UnitOfWork, owner_id: UUID, dashboard_ids: Collection[UUID]) -> None:
    """Whoever is given something to do is there, and sees what it is about."""
    if owner_id == uow.principal.user_id:
        return
    user = user_called(uow, owner_id)
    if user is None:
        raise UserNotFound(name=str(owner_id), fields=("owner",))
    name, active = user
    if not active:
        raise UserInactive(name=name, fields=("owner",))
    hidden = rows.hiding_from(uow, owner_id, dashboard_ids)
    if hidden is not None:
        raise PlanOwnerOutOfSight(name=name, dashboard=hidden, fields=("owner",))


def _criterion_columns(
    uow: UnitOfWork, criterion: Criterion | None, dashboard_id: UUID
) -> dict[str, Any]:
    if criterion is None:
        return dict.fromkeys(_CRITERION)
    check_criterion(criterion)
    kpi = get_kpi(uow, criterion.kpi_id)
    if kpi.dashboard_id != dashboard_id:
        raise CriterionElsewhere(code=kpi.code, fields=("criterion_kpi",))
    require(actor_of(uow), Permission.KPI_VALUE_READ, kpi.target)
    given = (criterion.kpi_id, criterion.kind.value, criterion.amount, criterion.periods)
    return dict(zip(_CRITERION, given, strict=True))


def list_plans(
    uow: UnitOfWork, page: PageRequest = FIRST_PAGE, wanted: PlanFilter = EVERY_PLAN
) -> Page[PlanRow]:
    """One page of actions, overdue ones first.

    Sorts: due (overdue first, closed ones last), title, status, owner, progress, kpi, dashboard,
    kind, start, verdict, closed. The text searches title, KPI and owner.
    """
    require(actor_of(uow), Permission.ACTION_PLAN_READ)
    return lists.plans(uow, page, wanted)


def plan_board(
    uow: UnitOfWork,
    wanted: PlanFilter = EVERY_PLAN,
    *,
    text: str = "",
    limit: int = BOARD_ROWS,
) -> Board:
    """The four columns of a board, each with its count and its first ``limit`` rows.

    Open ones by due date, closed ones latest first. ``wanted.statuses`` is not looked at.
    """
    require(actor_of(uow), Permission.ACTION_PLAN_READ)
    found = lists.board(uow, wanted, text, limit)
    return Board(tuple(BoardColumn(status, *found[status]) for status in PlanStatus))


def get_plan(uow: UnitOfWork, plan_id: UUID) -> Plan:
    """One action.

    Raises:
        PlanNotFound: there is none, or the actor may not see it.
    """
    require(actor_of(uow), Permission.ACTION_PLAN_READ)
    found = rows.plan(uow, plan_id)
    if found is None:
        raise PlanNotFound(name=str(plan_id))
    return found


def find_plan(uow: UnitOfWork, title_or_id: str) -> Plan:
    """The action that a person named.

    Raises:
        PlanNotFound: nothing has this title or id.
        PlanAmbiguous: several have this title.
    """
    require(actor_of(uow), Permission.ACTION_PLAN_READ)
    plan_id = as_id(title_or_id)
    if plan_id is not None:
        return get_plan(uow, plan_id)
    found = rows.plans_called(uow, title_or_id.strip())
    if not found:
        raise PlanNotFound(name=title_or_id)
    if len(found) > 1:
        raise PlanAmbiguous(name=title_or_id)
    return found[0]


def show_plan(uow: UnitOfWork, plan_id: UUID) -> PlanDetail:
    """One action with its sub-actions and what the values say of it.

    Raises:
        PlanNotFound: there is none, or the actor may not see it.
    """
    plan = get_plan(uow, plan_id)
    judged = plan.criterion is not None and plan.status is PlanStatus.DONE
    return PlanDetail(
        plan,
        rows.sub_plans(uow, plan.id) if plan.sub_plans else (),
        _judgement(uow, plan, plan.criterion) if plan.criterion and judged else None,
    )


def plan_history(
    uow: UnitOfWork, plan_id: UUID, page: PageRequest = FIRST_PAGE
) -> Page[PlanChange]:
    """One page of an action's changes, the last one first; sorts: at.

    Raises:
        PlanNotFound: there is none, or the actor may not see it.
    """
    return history.changes(uow, get_plan(uow, plan_id).id, page)


def update_plan(uow: UnitOfWork, command: UpdatePlan) -> Plan:
    """Change an action's texts, days, owner and criterion.

    Raises:
        PlanNotFound: there is none, or the actor may not see it.
        Forbidden: it is not the actor's to change, or not to give to somebody else.
        PlanChangedMeanwhile: somebody changed it since ``command.version``.
        PlanClosed: it is done or cancelled.
        CriterionFixed: the criterion would change after the start.
        UserNotFound, UserInactive, PlanOwnerOutOfSight, InputInvalid: as for creation.
    """
    before = _for_change(uow, command.id, command.version)
    actor = actor_of(uow)
    if before.status.closed:
        raise PlanClosed(title=before.title)
    if command.owner_id != before.owner_id:
        require(actor, Permission.ACTION_PLAN_ASSIGN, before.target)
        _check_owner(uow, command.owner_id, {before.dashboard_id})
    texts = valid_texts(
        title=command.title,
        description=command.description,
        cause=command.cause,
        whys=command.whys,
    )
    check_days(command.starts_on, command.due_on)
    criterion = {}
    if not same_criterion(command.criterion, before.criterion):
        if before.started_on is not None:
            raise CriterionFixed(fields=("criterion_kpi",))
        criterion = _criterion_columns(uow, command.criterion, before.dashboard_id)
    _write(
        uow,
        before,
        kind=command.kind.value,
        owner_id=command.owner_id,
        starts_on=command.starts_on,
        due_on=command.due_on,
        **texts,
        **criterion,
    )
    uow.log("action_plan.updated", plan_id=str(before.id))
    return get_plan(uow, before.id)


def move_plan(uow: UnitOfWork, command: MovePlan) -> Plan:
    """Give an action another status. The same again changes nothing.

    Starting fixes the criterion and the day it is compared from; to be done means 100 %; what was
    cancelled is taken up anew.

    Raises:
        PlanNotFound, Forbidden, PlanChangedMeanwhile: as for a change.
        MoveRefused: there is no way from its status to this one.
        SubPlansOpen: it would be closed before its sub-actions.
        ParentClosed: it is part of an action that is closed.
    """
    before = _for_change(uow, command.id, command.version)
    if command.status is before.status:
        return before
    after = moved(before.title, stage_of(before), command.status, uow.today)
    parent = None if before.parent_id is None else get_plan(uow, before.parent_id)
    if parent is not None and parent.status.closed and not after.status.closed:
        raise ParentClosed(title=parent.title, fields=("status",))
    left = before.sub_plans - before.sub_plans_closed
    if after.status.closed and left:
        raise _parts_open(before.title, left)
    _write_stage(uow, before, after, parent)
    uow.log("action_plan.moved", plan_id=str(before.id), status=after.status.value)
    return get_plan(uow, before.id)


def _parts_open(title: str, left: int | None = None) -> SubPlansOpen:
    return SubPlansOpen(title=title, count=left, fields=("status",))


def set_progress(uow: UnitOfWork, command: SetProgress) -> Plan:
    """Say how far an action is; one that is open is started by it. 100 % does not close it.

    Raises:
        PlanNotFound, Forbidden, PlanChangedMeanwhile: as for a change.
        ProgressInvalid: it is not between 0 and 100.
        PlanClosed: it is done or cancelled.
    """
    check_progress(command.progress)
    before = _for_change(uow, command.id, command.version)
    if before.status.closed:
        raise PlanClosed(title=before.title, fields=("progress",))
    if command.progress == before.progress:
        return before
    after = progressed(stage_of(before), command.progress, uow.today)
    _write_stage(uow, before, after, None)
    uow.log("action_plan.progressed", plan_id=str(before.id), progress=after.progress)
    return get_plan(uow, before.id)


def _write_stage(uow: UnitOfWork, before: Plan, after: Stage, parent: Plan | None) -> None:
    refused = {
        **_refused(parent, before.title),
        "ck_action_plan_parts_closed": lambda: SubPlansOpen(title=before.title),
    }
    with refusals(refused):
        _write(
            uow,
            before,
            status=after.status.value,
            progress=after.progress,
            started_on=after.started_on,
            closed_on=after.closed_on,
        )


def assign_plans(uow: UnitOfWork, command: AssignPlans) -> PlansChanged:
    """Give actions to another owner: all of them or, when one cannot be given, none.

    Raises:
        NoPlans, PlanNotFound: there is nothing to give.
        Forbidden: one of them is not the actor's to give.
        PlanClosed: one of them is done or cancelled.
        UserNotFound, UserInactive, PlanOwnerOutOfSight: nobody can own them by this name.
    """
    found = _several(uow, command.ids, Permission.ACTION_PLAN_ASSIGN)
    _check_owner(uow, command.owner_id, {row.dashboard_id for row in found})
    given = [row for row in found if row.owner_id != command.owner_id]
    _write_all(uow, given, owner_id=command.owner_id)
    uow.log("action_plan.assigned", plans=len(given), owner_id=str(command.owner_id))
    return _outcome(uow, found, given)


def postpone_plans(uow: UnitOfWork, command: PostponePlans) -> PlansChanged:
    """Give actions a later due date: all of them or, when one cannot be postponed, none.

    Raises:
        NoPlans, PlanNotFound: there is nothing to postpone.
        Forbidden: one of them is not the actor's to change.
        PlanClosed: one of them is done or cancelled.
        PostponeHow, NotPostponed, PlanDayInvalid: this is no later day.
    """
    check_postponement(command.ids, command.due_on, command.days)
    found = _several(uow, command.ids, Permission.ACTION_PLAN_UPDATE)
    for row in found:
        postponed(row.title, row.due_on, command.due_on, command.days)
    due_on = PlanModel.due_on + command.days if command.days else command.due_on
    _write_all(uow, found, due_on=due_on)
    uow.log("action_plan.postponed", plans=len(found))
    return _outcome(uow, found, found)


def _several(
    uow: UnitOfWork, plan_ids: Sequence[UUID], permission: Permission
) -> tuple[PlanRow, ...]:
    """Actions that are all there, not closed and the actor's, held until the transaction ends."""
    actor = actor_of(uow)
    require(actor, permission)
    wanted = tuple(dict.fromkeys(plan_ids))
    if not wanted:
        raise NoPlans
    rows.lock_plans(uow, wanted)
    found = rows.rows_by_id(uow, wanted)
    for plan_id in wanted:
        if plan_id not in found:
            raise PlanNotFound(name=str(plan_id))
        require(actor, permission, found[plan_id].target)
        if found[plan_id].status.closed:
            raise PlanClosed(title=found[plan_id].title)
    return tuple(found[plan_id] for plan_id in wanted)


def _write_all(uow: UnitOfWork, plans: Sequence[PlanRow], **values: Any) -> None:
    if not plans:
        return
    written = uow.session.execute(
        update(PlanModel)
        .where(
            PlanModel.organization_id == uow.principal.organization_id,
            PlanModel.id.in_([plan.id for plan in plans]),
        )
        .values(**values, version=PlanModel.version + 1)
        .returning(PlanModel.id)
    )
    if len(written.all()) != len(plans):
        raise RefusedByDatabase  # a policy that hides a row from UPDATE says nothing


def _outcome(uow: UnitOfWork, found: Sequence[PlanRow], changed: Sequence[PlanRow]) -> PlansChanged:
    """As they are now: a role that reads only its own may not see what it gave away."""
    now = rows.rows_by_id(uow, [row.id for row in changed])
    return PlansChanged(
        tuple(now[row.id] for row in changed if row.id in now),
        tuple(row for row in found if row not in changed),
    )


def delete_plan(uow: UnitOfWork, plan_id: UUID) -> Plan:
    """Take an action away, with its sub-actions; returns it as it was. Its history is kept.

    Raises:
        PlanNotFound: there is none, or the actor may not see it.
        Forbidden: it, or one of its sub-actions, is not the actor's to delete.
    """
    plan = _for_change(uow, plan_id, None, Permission.ACTION_PLAN_DELETE)
    parts = rows.sub_plans(uow, plan.id)
    for part in parts:
        require(actor_of(uow), Permission.ACTION_PLAN_DELETE, part.target)
    for those in (parts, (plan,)):  # the parts first: none is part of nothing
        _write_all(uow, those, deleted_at=uow.clock.now())
    uow.log("action_plan.deleted", plan_id=str(plan.id), parts=len(parts))
    return plan


def _for_change(
    uow: UnitOfWork,
    plan_id: UUID,
    version: int | None,
    permission: Permission = Permission.ACTION_PLAN_UPDATE,
) -> Plan:
    """Permission first, then the lock: the database locks only rows that may be updated."""
    plan = get_plan(uow, plan_id)
    require(actor_of(uow), permission, plan.target)
    rows.lock_plans(uow, [plan.id])
    plan = get_plan(uow, plan_id)
    if version is not None and version != plan.version:
        changes = history.changes_since(uow, plan.id, version)
        raise PlanChangedMeanwhile(
            current=plan, changes=changes, name=changes[-1].by if changes else ""
        )
    return plan


def _write(uow: UnitOfWork, plan: PlanRow, **values: Any) -> None:
    _write_all(uow, [plan], **values)


def judge_plan(uow: UnitOfWork, plan_id: UUID) -> Judgement:
    """What the values say of an action by now; TOO_EARLY as long as it is not done.

    Raises:
        PlanNotFound: there is none, or the actor may not see it.
        NothingToJudge: it has no criterion.
    """
    plan = get_plan(uow, plan_id)
    if plan.criterion is None:
        raise NothingToJudge(title=plan.title)
    return _judgement(uow, plan, plan.criterion)


def _judgement(uow: UnitOfWork, plan: Plan, criterion: NamedCriterion) -> Judgement:
    done = plan.status is PlanStatus.DONE
    windows = periods_read(criterion, plan.started_on, plan.closed_on if done else None)
    starts = [period.start for window in windows for period in window]
    values = rows.values_of(uow, criterion.kpi_id, starts)
    return judgement(criterion, *windows, values, uow.today)
