"""Several actions at once: all of them, or none."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kpix_tui.access.actor import actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import require
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.plans.errors import (
    NoPlans,
    PlanClosed,
    PlanNotFound,
)
from kpix_tui.domains.plans.models import PlanModel
from kpix_tui.domains.plans.queries import rows
from kpix_tui.domains.plans.rules import (
    check_postponement,
    postponed,
)
from kpix_tui.domains.plans.service.holding import check_owner, write_all
from kpix_tui.domains.plans.views import (
    AssignPlans,
    PlanRow,
    PlansChanged,
    PostponePlans,
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
    check_owner(uow, command.owner_id, {row.dashboard_id for row in found})
    given = [row for row in found if row.owner_id != command.owner_id]
    write_all(uow, given, owner_id=command.owner_id)
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
    write_all(uow, found, due_on=due_on)
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


def _outcome(uow: UnitOfWork, found: Sequence[PlanRow], changed: Sequence[PlanRow]) -> PlansChanged:
    """As they are now: a role that reads only its own may not see what it gave away."""
    now = rows.rows_by_id(uow, [row.id for row in changed])
    return PlansChanged(
        tuple(now[row.id] for row in changed if row.id in now),
        tuple(row for row in found if row not in changed),
    )
