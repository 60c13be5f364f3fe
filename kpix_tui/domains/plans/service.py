"""Action plans: make, move, assign, postpone, read back, judge."""

from __future__ import annotations

from uuid import UUID

from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.plans.views import (
    EVERY_PLAN,
    AssignPlans,
    Board,
    CreatePlan,
    Judgement,
    MovePlan,
    Plan,
    PlanChange,
    PlanDetail,
    PlanFilter,
    PlanRow,
    PlansChanged,
    PostponePlans,
    SetProgress,
    UpdatePlan,
)
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest

BOARD_ROWS = 50


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
    raise NotImplementedError


def list_plans(
    uow: UnitOfWork, page: PageRequest = FIRST_PAGE, wanted: PlanFilter = EVERY_PLAN
) -> Page[PlanRow]:
    """One page of actions, overdue ones first.

    Sorts: due (overdue first, closed ones last), title, status, owner, progress, kpi, dashboard,
    kind, start, verdict, closed. The text searches title, KPI and owner.
    """
    raise NotImplementedError


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
    raise NotImplementedError


def get_plan(uow: UnitOfWork, plan_id: UUID) -> Plan:
    """One action.

    Raises:
        PlanNotFound: there is none, or the actor may not see it.
    """
    raise NotImplementedError


def find_plan(uow: UnitOfWork, title_or_id: str) -> Plan:
    """The action that a person named.

    Raises:
        PlanNotFound: nothing has this title or id.
        PlanAmbiguous: several have this title.
    """
    raise NotImplementedError


def show_plan(uow: UnitOfWork, plan_id: UUID) -> PlanDetail:
    """One action with its sub-actions and what the values say of it.

    Raises:
        PlanNotFound: there is none, or the actor may not see it.
    """
    raise NotImplementedError


def plan_history(
    uow: UnitOfWork, plan_id: UUID, page: PageRequest = FIRST_PAGE
) -> Page[PlanChange]:
    """One page of an action's changes, the last one first; sorts: at.

    Raises:
        PlanNotFound: there is none, or the actor may not see it.
    """
    raise NotImplementedError


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
    raise NotImplementedError


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
    raise NotImplementedError


def set_progress(uow: UnitOfWork, command: SetProgress) -> Plan:
    """Say how far an action is; one that is open is started by it. 100 % does not close it.

    Raises:
        PlanNotFound, Forbidden, PlanChangedMeanwhile: as for a change.
        ProgressInvalid: it is not between 0 and 100.
        PlanClosed: it is done or cancelled.
    """
    raise NotImplementedError


def assign_plans(uow: UnitOfWork, command: AssignPlans) -> PlansChanged:
    """Give actions to another owner: all of them or, when one cannot be given, none.

    Raises:
        NoPlans, PlanNotFound: there is nothing to give.
        Forbidden: one of them is not the actor's to give.
        PlanClosed: one of them is done or cancelled.
        UserNotFound, UserInactive, PlanOwnerOutOfSight: nobody can own them by this name.
    """
    raise NotImplementedError


def postpone_plans(uow: UnitOfWork, command: PostponePlans) -> PlansChanged:
    """Give actions a later due date: all of them or, when one cannot be postponed, none.

    Raises:
        NoPlans, PlanNotFound: there is nothing to postpone.
        Forbidden: one of them is not the actor's to change.
        PlanClosed: one of them is done or cancelled.
        PostponeHow, NotPostponed, PlanDayInvalid: this is no later day.
    """
    raise NotImplementedError


def delete_plan(uow: UnitOfWork, plan_id: UUID) -> Plan:
    """Take an action away, with its sub-actions; returns it as it was. Its history is kept.

    Raises:
        PlanNotFound: there is none, or the actor may not see it.
        Forbidden: it, or one of its sub-actions, is not the actor's to delete.
    """
    raise NotImplementedError


def judge_plan(uow: UnitOfWork, plan_id: UUID) -> Judgement:
    """What the values say of an action by now; TOO_EARLY as long as it is not done.

    Raises:
        PlanNotFound: there is none, or the actor may not see it.
        NothingToJudge: it has no criterion.
    """
    raise NotImplementedError
