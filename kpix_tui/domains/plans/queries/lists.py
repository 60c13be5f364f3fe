"""Which actions a list or a board keeps, and in what order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Select,
    and_,
    case,
    func,
    or_,
    select,
)

from kpix_tui.db.paging import contains, fetch_page
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards.models import DashboardModel
from kpix_tui.domains.kpis.models import KpiModel
from kpix_tui.domains.people.models import TeamMemberModel, UserModel
from kpix_tui.domains.plans.models import UNCLOSED, PlanModel
from kpix_tui.domains.plans.queries import rows
from kpix_tui.domains.plans.rules import end_of_week
from kpix_tui.domains.plans.views import (
    Due,
    PlanFilter,
    PlanRow,
    PlanScope,
    PlanStatus,
)
from kpix_tui.kernel.paging import Page, PageRequest

_RANKS = case({status.value: at for at, status in enumerate(PlanStatus)}, value=PlanModel.status)


def _there(uow: UnitOfWork) -> Select[*tuple[Any, ...]]:
    """The ids of the actions that are not deleted, nor their KPI.

    KPIs that are gone are few: to look the others up for every action would take most of the time.
    """
    organization = uow.principal.organization_id
    gone = select(KpiModel.id).where(
        KpiModel.organization_id == organization, KpiModel.deleted_at.is_not(None)
    )
    return select(PlanModel.id).where(
        PlanModel.organization_id == organization,
        PlanModel.deleted_at.is_(None),
        PlanModel.kpi_id.not_in(gone),
    )


def _wanted(uow: UnitOfWork, wanted: PlanFilter, text: str) -> Select[*tuple[Any, ...]]:
    statement = _there(uow)
    if text:
        statement = statement.where(_holds(uow, text))
    for where, value in (
        (PlanModel.kind, wanted.kind),
        (PlanModel.verdict, wanted.verdict),
        (PlanModel.owner_id, wanted.owner_id),
        (PlanModel.kpi_id, wanted.kpi_id),
        (PlanModel.dashboard_id, wanted.dashboard_id),
        (PlanModel.parent_id, wanted.parent_id),
    ):
        if value is not None:
            statement = statement.where(where == value)
    if wanted.statuses:
        statement = statement.where(PlanModel.status.in_(sorted(wanted.statuses)))
    if wanted.scope is PlanScope.MINE:
        statement = statement.where(PlanModel.owner_id == uow.principal.user_id)
    elif wanted.scope is PlanScope.TEAMS:
        mates = uow.principal.team_mates | {uow.principal.user_id}
        statement = statement.where(PlanModel.owner_id.in_(mates))
    if wanted.due is not None:
        statement = statement.where(_due(wanted.due, uow.today))
    if wanted.team_id is not None:
        statement = statement.where(PlanModel.owner_id.in_(_members(uow, wanted.team_id)))
    return statement.where(*_on_dashboards(uow, wanted))


def _holds(uow: UnitOfWork, text: str) -> Any:
    """In the title, or in a name of the KPI or the owner: each name is read once."""
    here = uow.principal.organization_id
    kpis = select(KpiModel.id).where(
        KpiModel.organization_id == here, contains(text, KpiModel.code, KpiModel.name)
    )
    owners = select(UserModel.id).where(
        UserModel.organization_id == here, contains(text, UserModel.name)
    )
    return or_(
        contains(text, PlanModel.title),
        PlanModel.kpi_id.in_(kpis),
        PlanModel.owner_id.in_(owners),
    )


def _due(due: Due, today: date) -> Any:
    if due is Due.OVERDUE:
        return and_(UNCLOSED, PlanModel.due_on < today)
    return and_(UNCLOSED, PlanModel.due_on.between(today, end_of_week(today)))


def _members(uow: UnitOfWork, team_id: UUID) -> Select[Any]:
    return select(TeamMemberModel.user_id).where(
        TeamMemberModel.organization_id == uow.principal.organization_id,
        TeamMemberModel.team_id == team_id,
    )


def _on_dashboards(uow: UnitOfWork, wanted: PlanFilter) -> Iterable[Any]:
    """Archived dashboards are left out unless what is asked for stands on one."""
    boards = select(DashboardModel.id).where(
        DashboardModel.organization_id == uow.principal.organization_id
    )
    if wanted.process is not None:
        yield PlanModel.dashboard_id.in_(boards.where(DashboardModel.process == wanted.process))
    if wanted.kpi_id is wanted.dashboard_id is wanted.parent_id is None:
        archived = boards.where(DashboardModel.archived_at.is_not(None))
        yield PlanModel.dashboard_id.not_in(archived)


_SORTS: Mapping[str, Any] = {
    "due": rows.BY_DAY,
    "status": (_RANKS, *rows.BY_DAY),
    "progress": PlanModel.progress,
    "kind": PlanModel.kind,
    "start": PlanModel.starts_on,
    "closed": PlanModel.closed_on,
    "verdict": PlanModel.verdict,
    "title": func.lower(PlanModel.title),
    "owner": func.lower(UserModel.name),
    "kpi": KpiModel.code,
    "dashboard": func.lower(DashboardModel.title),
}
_JOINED = frozenset({"owner", "kpi", "dashboard"})


def plans(uow: UnitOfWork, page: PageRequest, wanted: PlanFilter) -> Page[PlanRow]:
    """One page of actions, in one query."""
    statement = _wanted(uow, wanted, page.text)
    if page.column in _JOINED:
        statement = _with_names(statement)
    return fetch_page(
        uow,
        statement,
        page,
        sorts=_SORTS,
        default="due",
        tie=PlanModel.id,
        details=lambda cut: rows.rows_of(uow).join(cut, cut.c.id == PlanModel.id),
    ).map(lambda row: rows.row_view(uow, row))


def _with_names(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """With the KPI, the dashboard and the owner, for what sorts by their names."""
    return (
        statement.join(KpiModel, rows.same(KpiModel, PlanModel.kpi_id))
        .join(DashboardModel, rows.same(DashboardModel, PlanModel.dashboard_id))
        .join(UserModel, rows.same(UserModel, PlanModel.owner_id))
    )


def board(
    uow: UnitOfWork, wanted: PlanFilter, text: str, limit: int
) -> Mapping[PlanStatus, tuple[int, tuple[PlanRow, ...]]]:
    """The first actions of each status with the count of all of it, in one query."""
    statement = _wanted(uow, wanted, text)
    order = (*(each.asc().nulls_last() for each in rows.BY_DAY), PlanModel.id)
    ranked = statement.add_columns(
        func.row_number().over(partition_by=PlanModel.status, order_by=order).label("place"),
        func.count().over(partition_by=PlanModel.status).label("of_status"),
    ).subquery()
    cut = select(ranked).where(ranked.c.place <= limit).subquery()
    found = uow.session.execute(
        rows.rows_of(uow)
        .join(cut, cut.c.id == PlanModel.id)
        .add_columns(cut.c.of_status)
        .order_by(cut.c.place)
    ).all()
    return {
        status: (of[0].of_status if of else 0, tuple(rows.row_view(uow, row) for row in of))
        for status in PlanStatus
        for of in [[row for row in found if row.status == status]]
    }
