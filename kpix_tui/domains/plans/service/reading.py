"""Read actions back: lists, boards, one of them, its history, its effect."""

from __future__ import annotations

from uuid import UUID

from kpix_tui.access.actor import actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import require
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.plans.errors import (
    NothingToJudge,
    PlanAmbiguous,
    PlanNotFound,
)
from kpix_tui.domains.plans.queries import history, lists, rows
from kpix_tui.domains.plans.rules import (
    judgement,
    periods_read,
)
from kpix_tui.domains.plans.views import (
    EVERY_PLAN,
    Board,
    BoardColumn,
    Judgement,
    NamedCriterion,
    Plan,
    PlanChange,
    PlanDetail,
    PlanFilter,
    PlanRow,
    PlanStatus,
)
from kpix_tui.kernel.ids import as_id
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest

BOARD_ROWS = 50


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
