"""SELECTs on dashboards, returning views."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards.models import DashboardModel
from kpix_tui.domains.dashboards.views import Dashboard
from kpix_tui.domains.people.models import UserModel


def _dashboards(uow: UnitOfWork) -> Select[*tuple[Any, ...]]:
    return (
        select(
            DashboardModel.id,
            DashboardModel.title,
            DashboardModel.process,
            DashboardModel.description,
            DashboardModel.owner_id,
            UserModel.name.label("owner_name"),
            DashboardModel.updated_at,
            DashboardModel.archived_at,
            DashboardModel.version,
        )
        .join(
            UserModel,
            (UserModel.organization_id == DashboardModel.organization_id)
            & (UserModel.id == DashboardModel.owner_id),
        )
        .where(DashboardModel.organization_id == uow.principal.organization_id)
    )


def _view(row: Any) -> Dashboard:
    return Dashboard(**row._mapping)


def dashboard(uow: UnitOfWork, dashboard_id: UUID) -> Dashboard | None:
    """One dashboard."""
    found = uow.session.execute(
        _dashboards(uow).where(DashboardModel.id == dashboard_id)
    ).one_or_none()
    return _view(found) if found else None


def dashboards_called(uow: UnitOfWork, title: str) -> tuple[Dashboard, ...]:
    """The dashboards that are not archived and have this title, whatever the case."""
    rows = uow.session.execute(
        _dashboards(uow)
        .where(
            func.lower(DashboardModel.title) == func.lower(title),
            DashboardModel.archived_at.is_(None),
        )
        .limit(2)
    )
    return tuple(_view(row) for row in rows)


def lock_dashboard(uow: UnitOfWork, dashboard_id: UUID) -> None:
    """Hold the row until the transaction ends: what is read after this stays true."""
    uow.session.execute(
        select(DashboardModel.id)
        .where(
            DashboardModel.organization_id == uow.principal.organization_id,
            DashboardModel.id == dashboard_id,
        )
        .with_for_update()
    )
