"""SELECTs on what somebody owes, returning views."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Select, exists, func, select

from kpix_tui.access.permissions import Level
from kpix_tui.db.paging import fetch_page
from kpix_tui.db.reach import kpis_assigned, shares_in_force
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards.models import DashboardModel
from kpix_tui.domains.kpis.models import AssignmentModel, KpiModel
from kpix_tui.domains.kpis.views import Status
from kpix_tui.domains.values.models import KpiStateModel
from kpix_tui.domains.work.rules import periods_owed
from kpix_tui.domains.work.views import OwedValue
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.kernel.periods import Frequency


def owed_values(uow: UnitOfWork, page: PageRequest) -> Page[OwedValue]:
    """One page of the KPIs whose values the actor owes."""
    return fetch_page(
        uow,
        _owed(uow),
        page,
        sorts={
            "due": KpiStateModel.due_on,
            "code": KpiModel.code,
            "name": func.lower(KpiModel.name),
            "dashboard": func.lower(DashboardModel.title),
        },
        default="due",
        searched=(KpiModel.code, KpiModel.name, DashboardModel.title),
        tie=KpiModel.id,
    ).map(lambda row: _view(row, uow))


def _owed(uow: UnitOfWork) -> Select[*tuple[Any, ...]]:
    return _rows().where(
        KpiModel.organization_id == uow.principal.organization_id,
        KpiStateModel.due_on <= uow.today,
        KpiModel.id.in_(_mine(uow)),
    )


@cache
def _rows() -> Select[*tuple[Any, ...]]:
    """Of everybody, owed or not: put together once, because that takes longer than a page."""
    shared = shares_in_force()
    return (
        select(
            KpiModel.id,
            KpiModel.code,
            KpiModel.name,
            KpiModel.dashboard_id,
            DashboardModel.title.label("dashboard_title"),
            KpiModel.frequency,
            KpiStateModel.due_from,
            KpiStateModel.due_on,
            KpiStateModel.status,
            KpiStateModel.critical,
            KpiModel.owner_id,
            DashboardModel.owner_id.label("dashboard_owner_id"),
            shared.c.level,
            KpiModel.id.in_(kpis_assigned()).label("assigned"),
        )
        .join(
            KpiStateModel,
            (KpiStateModel.organization_id == KpiModel.organization_id)
            & (KpiStateModel.kpi_id == KpiModel.id),
        )
        .join(
            DashboardModel,
            (DashboardModel.organization_id == KpiModel.organization_id)
            & (DashboardModel.id == KpiModel.dashboard_id),
        )
        .outerjoin(shared, shared.c.dashboard_id == KpiModel.dashboard_id)
        .where(KpiModel.deleted_at.is_(None), DashboardModel.archived_at.is_(None))
    )


def _mine(uow: UnitOfWork) -> CompoundSelect[Any]:
    """The KPIs that were asked of the actor or a team of theirs, and their own ones where nobody
    was asked; each by its own index."""
    organization, me = uow.principal.organization_id, uow.principal.user_id
    asked_of_somebody = exists().where(
        AssignmentModel.organization_id == KpiModel.organization_id,
        AssignmentModel.kpi_id == KpiModel.id,
    )
    own = select(KpiModel.id).where(
        KpiModel.organization_id == organization, KpiModel.owner_id == me, ~asked_of_somebody
    )
    return kpis_assigned().union_all(own)


def _view(row: Any, uow: UnitOfWork) -> OwedValue:
    frequency = Frequency(row.frequency)
    return OwedValue(
        kpi_id=row.id,
        kpi_code=row.code,
        kpi_name=row.name,
        dashboard_id=row.dashboard_id,
        dashboard_title=row.dashboard_title,
        frequency=frequency,
        period_start=row.due_from,
        due_on=row.due_on,
        missing=periods_owed(frequency, row.due_from, uow.today),
        status=Status(row.status) if row.status else Status.NO_DATA,
        critical=row.critical,
        owner_id=row.owner_id,
        dashboard_owner_id=row.dashboard_owner_id,
        level=Level(row.level) if row.level else None,
        assigned=row.assigned,
    )
