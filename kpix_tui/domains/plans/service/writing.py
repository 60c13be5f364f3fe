"""Make actions, change what they say, take them away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from kpix_tui.access.actor import actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import Target, require
from kpix_tui.db.errors import refusals
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards.errors import DashboardArchived
from kpix_tui.domains.dashboards.service import get_dashboard
from kpix_tui.domains.kpis.service import get_kpi
from kpix_tui.domains.kpis.views import Kpi
from kpix_tui.domains.plans.errors import (
    CriterionElsewhere,
    CriterionFixed,
    ParentClosed,
    PlanClosed,
    PlanKpiMissing,
    SubPlanNested,
)
from kpix_tui.domains.plans.models import PlanModel
from kpix_tui.domains.plans.queries import rows
from kpix_tui.domains.plans.rules import (
    check_criterion,
    check_days,
    same_criterion,
    valid_texts,
)
from kpix_tui.domains.plans.service.holding import check_owner, for_change, write, write_all
from kpix_tui.domains.plans.service.reading import get_plan
from kpix_tui.domains.plans.views import (
    CreatePlan,
    Criterion,
    Plan,
    UpdatePlan,
)
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.ids import new_id

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
    check_owner(uow, owner_id, {kpi.dashboard_id})
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


def _refused(parent: Plan | None) -> Mapping[str, Callable[[], KpixError]]:
    """What somebody did to the parent between the look and the writing."""
    title = "" if parent is None else parent.title
    return {
        "ck_action_plan_nested": lambda: SubPlanNested(title=title, fields=("parent",)),
        "ck_action_plan_parent_open": lambda: ParentClosed(title=title, fields=("parent",)),
    }


def _parent(uow: UnitOfWork, parent_id: UUID) -> Plan:
    parent = get_plan(uow, parent_id)
    if parent.parent_id is not None:
        raise SubPlanNested(title=parent.title, fields=("parent",))
    if parent.status.closed:
        raise ParentClosed(title=parent.title, fields=("parent",))
    return parent


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
    before = for_change(uow, command.id, command.version)
    actor = actor_of(uow)
    if before.status.closed:
        raise PlanClosed(title=before.title)
    if command.owner_id != before.owner_id:
        require(actor, Permission.ACTION_PLAN_ASSIGN, before.target)
        check_owner(uow, command.owner_id, {before.dashboard_id})
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
    write(
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


def delete_plan(uow: UnitOfWork, plan_id: UUID) -> Plan:
    """Take an action away, with its sub-actions; returns it as it was. Its history is kept.

    Raises:
        PlanNotFound: there is none, or the actor may not see it.
        Forbidden: it, or one of its sub-actions, is not the actor's to delete.
    """
    plan = for_change(uow, plan_id, None, Permission.ACTION_PLAN_DELETE)
    parts = rows.sub_plans(uow, plan.id)
    for part in parts:
        require(actor_of(uow), Permission.ACTION_PLAN_DELETE, part.target)
    for those in (parts, (plan,)):  # the parts first: none is part of nothing
        write_all(uow, those, deleted_at=uow.clock.now())
    uow.log("action_plan.deleted", plan_id=str(plan.id), parts=len(parts))
    return plan
