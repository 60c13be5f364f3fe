"""Lists of dashboards with where their KPIs stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, select

from kpix_tui.access.permissions import Level, Visibility
from kpix_tui.db.paging import fetch_page
from kpix_tui.db.reach import shares_in_force
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards.models import DashboardModel
from kpix_tui.domains.overview.queries import states as of
from kpix_tui.domains.overview.views import DashboardRow, StatusCounts
from kpix_tui.domains.people.models import UserModel
from kpix_tui.kernel.paging import Page, PageRequest

_COUNTED: Final = ("green", "orange", "red", "critical", "no_data", "total")


def _counts(uow: UnitOfWork, until: date | None) -> Any:
    """The KPIs of each dashboard that has any, counted by the status of their last value.

    For all of them at once: one by one, the policies would look up each KPI's dashboard again.
    """
    state = of.states(until)
    return (
        select(
            state.c.dashboard_id,
            func.count().filter(state.c.status == "GREEN").label("green"),
            func.count().filter(state.c.status == "ORANGE").label("orange"),
            func.count().filter(state.c.status == "RED").label("red"),
            func.count().filter(state.c.critical).label("critical"),
            func.count().filter(state.c.status.is_(None)).label("no_data"),
            func.count().label("total"),
        )
        .where(state.c.organization_id == uow.principal.organization_id)
        .group_by(state.c.dashboard_id)
        .subquery("counts")
    )


def _dashboards(
    uow: UnitOfWork, until: date | None
) -> tuple[Select[*tuple[Any, ...]], Mapping[str, Any]]:
    found = _counts(uow, until)
    counts = {name: func.coalesce(found.c[name], 0) for name in _COUNTED}
    statement = (
        select(
            DashboardModel.id,
            DashboardModel.title,
            DashboardModel.process,
            DashboardModel.description,
            DashboardModel.owner_id,
            UserModel.name.label("owner_name"),
            counts["green"].label("green"),
            counts["orange"].label("orange"),
            counts["red"].label("red"),
            counts["critical"].label("critical"),
            counts["no_data"].label("no_data"),
            DashboardModel.updated_at,
            DashboardModel.archived_at,
            DashboardModel.version,
            DashboardModel.visibility,
        )
        .join(
            UserModel,
            (UserModel.organization_id == DashboardModel.organization_id)
            & (UserModel.id == DashboardModel.owner_id),
        )
        .outerjoin(found, found.c.dashboard_id == DashboardModel.id)
        .where(DashboardModel.organization_id == uow.principal.organization_id)
    )
    sorts = {
        "title": func.lower(DashboardModel.title),
        "process": func.lower(DashboardModel.process),
        "owner": func.lower(UserModel.name),
        "updated_at": DashboardModel.updated_at,
        "kpis": counts["total"],
        "red": counts["red"],
        "orange": counts["orange"],
        "green": counts["green"],
    }
    return statement, sorts


def _with_level(cut: Any) -> Select[*tuple[Any, ...]]:
    """The rows of ``cut`` with the level at which each is shared with the actor."""
    shared = shares_in_force()
    return select(cut, shared.c.level).outerjoin(shared, shared.c.dashboard_id == cut.c.id)


def _dashboard_row(row: Any) -> DashboardRow:
    counted = StatusCounts(row.green, row.orange, row.red, row.critical, row.no_data)
    return DashboardRow(
        row.id,
        row.title,
        row.process,
        row.description,
        row.owner_id,
        row.owner_name,
        counted,
        row.updated_at,
        row.archived_at,
        row.version,
        Visibility(row.visibility),
        Level(row.level) if row.level else None,
    )


def dashboards(
    uow: UnitOfWork, page: PageRequest, *, archived: bool, until: date | None
) -> Page[DashboardRow]:
    """One page of dashboards, archived ones or the others."""
    statement, sorts = _dashboards(uow, until)
    is_archived = DashboardModel.archived_at.is_not(None)
    return fetch_page(
        uow,
        statement.where(is_archived if archived else ~is_archived),
        page,
        sorts=sorts,
        default="title",
        searched=(DashboardModel.title, DashboardModel.process, UserModel.name),
        tie=DashboardModel.id,
        details=_with_level,
    ).map(_dashboard_row)


def dashboard(uow: UnitOfWork, dashboard_id: UUID, until: date | None) -> DashboardRow | None:
    """One dashboard with its counts."""
    statement, _sorts = _dashboards(uow, until)
    one = statement.where(DashboardModel.id == dashboard_id).subquery()
    row = uow.session.execute(_with_level(one)).one_or_none()
    return _dashboard_row(row) if row else None
