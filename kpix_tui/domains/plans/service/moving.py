"""How far an action is: its status and its progress."""

from __future__ import annotations

from kpix_tui.db.errors import refusals
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.plans.errors import (
    ParentClosed,
    PlanClosed,
    SubPlansOpen,
)
from kpix_tui.domains.plans.rules import (
    Stage,
    check_progress,
    moved,
    progressed,
    stage_of,
)
from kpix_tui.domains.plans.service.holding import for_change, write
from kpix_tui.domains.plans.service.reading import get_plan
from kpix_tui.domains.plans.views import (
    MovePlan,
    Plan,
    SetProgress,
)


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
    before = for_change(uow, command.id, command.version)
    if command.status is before.status:
        return before
    after = moved(before.title, stage_of(before), command.status, uow.today)
    if after.status.closed and before.sub_plans > before.sub_plans_closed:
        raise SubPlansOpen(title=before.title, fields=("status",))
    _write_stage(uow, before, after)
    uow.log("action_plan.moved", plan_id=str(before.id), status=after.status.value)
    return get_plan(uow, before.id)


def set_progress(uow: UnitOfWork, command: SetProgress) -> Plan:
    """Say how far an action is; one that is open is started by it. 100 % does not close it.

    Raises:
        PlanNotFound, Forbidden, PlanChangedMeanwhile: as for a change.
        ProgressInvalid: it is not between 0 and 100.
        PlanClosed: it is done or cancelled.
    """
    check_progress(command.progress)
    before = for_change(uow, command.id, command.version)
    if before.status.closed:
        raise PlanClosed(title=before.title, fields=("progress",))
    if command.progress == before.progress:
        return before
    _write_stage(uow, before, progressed(stage_of(before), command.progress, uow.today))
    uow.log("action_plan.progressed", plan_id=str(before.id), progress=command.progress)
    return get_plan(uow, before.id)


def _write_stage(uow: UnitOfWork, before: Plan, after: Stage) -> None:
    """The database looks at the whole family: nobody opens a part of what is being closed."""
    refused = {
        "ck_action_plan_parent_open": lambda: ParentClosed(
            title=before.parent_title, fields=("status",)
        ),
        "ck_action_plan_parts_closed": lambda: SubPlansOpen(title=before.title, fields=("status",)),
    }
    with refusals(refused):
        write(
            uow,
            before,
            status=after.status.value,
            progress=after.progress,
            started_on=after.started_on,
            closed_on=after.closed_on,
        )
