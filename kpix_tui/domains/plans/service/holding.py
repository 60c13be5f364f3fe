"""What every change of an action does first and last: permission, lock, version, writing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import update

from kpix_tui.access.actor import actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import require
from kpix_tui.db.errors import RefusedByDatabase
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards.queries import user_called
from kpix_tui.domains.people.errors import UserInactive, UserNotFound
from kpix_tui.domains.plans.errors import (
    PlanChangedMeanwhile,
    PlanOwnerOutOfSight,
)
from kpix_tui.domains.plans.models import PlanModel
from kpix_tui.domains.plans.queries import history, rows
from kpix_tui.domains.plans.service.reading import get_plan
from kpix_tui.domains.plans.views import (
    Plan,
    PlanRow,
)


def for_change(
    uow: UnitOfWork,
    plan_id: UUID,
    version: int | None,
    permission: Permission = Permission.ACTION_PLAN_UPDATE,
) -> Plan:
    """An action that is held until the transaction ends.

    Permission first, then the lock: the database locks only rows that may be updated.

    Raises:
        PlanNotFound: there is none, or the actor may not see it.
        Forbidden: it is not the actor's.
        PlanChangedMeanwhile: somebody changed it since ``version``.
    """
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


def write_all(uow: UnitOfWork, plans: Sequence[PlanRow], **values: Any) -> None:
    """Set the same columns of each, which are their next version then.

    Raises:
        RefusedByDatabase: one of them could not be written.
    """
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


def write(uow: UnitOfWork, plan: PlanRow, **values: Any) -> None:
    """Set columns of one action."""
    write_all(uow, [plan], **values)


def check_owner(uow: UnitOfWork, owner_id: UUID, dashboard_ids: Collection[UUID]) -> None:
    """Whoever is given something to do is there, and sees the dashboards that it is about.

    Raises:
        UserNotFound, UserInactive: nobody can be given anything by this name.
        PlanOwnerOutOfSight: one of the dashboards is not open to them.
    """
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
