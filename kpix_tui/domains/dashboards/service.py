"""Dashboards: create, find, update, archive."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import insert, update

from kpix_tui.access.actor import actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import require
from kpix_tui.db.errors import RefusedByDatabase
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards import queries
from kpix_tui.domains.dashboards.errors import (
    DashboardAmbiguous,
    DashboardArchived,
    DashboardNotFound,
    DashboardTitleTaken,
)
from kpix_tui.domains.dashboards.models import DashboardModel
from kpix_tui.domains.dashboards.rules import valid_texts, valid_title
from kpix_tui.domains.dashboards.views import CreateDashboard, Dashboard, UpdateDashboard
from kpix_tui.kernel.errors import StaleVersion
from kpix_tui.kernel.ids import as_id, new_id


def create_dashboard(uow: UnitOfWork, command: CreateDashboard) -> Dashboard:
    """A new dashboard, owned by the actor.

    Raises:
        Forbidden: the actor may not create dashboards.
        InputInvalid: a text is empty or too long.
        DashboardTitleTaken: a dashboard that the actor sees has the title.
    """
    actor = actor_of(uow)
    require(actor, Permission.DASHBOARD_CREATE, actor.user_id)
    title = valid_title(command.title)
    process, description = valid_texts(command.process, command.description)
    _refuse_taken(uow, title)
    dashboard_id = new_id()
    uow.session.execute(
        insert(DashboardModel).values(
            organization_id=actor.organization_id,
            id=dashboard_id,
            title=title,
            process=process,
            description=description,
            owner_id=actor.user_id,
        )
    )
    uow.log("dashboard.created", dashboard_id=str(dashboard_id))
    return get_dashboard(uow, dashboard_id)


def get_dashboard(uow: UnitOfWork, dashboard_id: UUID) -> Dashboard:
    """One dashboard, archived ones included.

    Raises:
        DashboardNotFound: there is none, or the actor may not see it.
    """
    require(actor_of(uow), Permission.DASHBOARD_READ)
    found = queries.dashboard(uow, dashboard_id)
    if found is None:
        raise DashboardNotFound(name=str(dashboard_id))
    return found


def find_dashboard(uow: UnitOfWork, title_or_id: str) -> Dashboard:
    """The dashboard that a person named.

    Raises:
        DashboardNotFound: nothing has this title or id.
        DashboardAmbiguous: several have this title.
    """
    require(actor_of(uow), Permission.DASHBOARD_READ)
    dashboard_id = as_id(title_or_id)
    if dashboard_id is not None:
        return get_dashboard(uow, dashboard_id)
    found = queries.dashboards_called(uow, title_or_id.strip())
    if not found:
        raise DashboardNotFound(name=title_or_id)
    if len(found) > 1:
        raise DashboardAmbiguous(name=title_or_id)
    return found[0]


def update_dashboard(uow: UnitOfWork, command: UpdateDashboard) -> Dashboard:
    """Change a dashboard's texts.

    Raises:
        DashboardNotFound: there is none, or the actor may not see it.
        Forbidden: it is not the actor's to change.
        StaleVersion: somebody changed it since ``command.version``.
        DashboardArchived: it is archived.
        InputInvalid, DashboardTitleTaken: as for creation.
    """
    current = _for_change(uow, command.id, Permission.DASHBOARD_UPDATE)
    if current.archived_at is not None:
        raise DashboardArchived(title=current.title)
    if current.version != command.version:
        raise StaleVersion
    title = valid_title(command.title)
    process, description = valid_texts(command.process, command.description)
    if title.lower() != current.title.lower():
        _refuse_taken(uow, title)
    _write(uow, current, title=title, process=process, description=description)
    return get_dashboard(uow, command.id)


def archive_dashboard(uow: UnitOfWork, dashboard_id: UUID, *, archived: bool = True) -> Dashboard:
    """Put a dashboard away, or back; nothing on it is lost. Doing it twice changes nothing.

    Raises:
        DashboardNotFound: there is none, or the actor may not see it.
        Forbidden: it is not the actor's to archive.
        DashboardTitleTaken: another one took the title meanwhile.
    """
    current = _for_change(uow, dashboard_id, Permission.DASHBOARD_DELETE)
    if (current.archived_at is not None) is not archived:
        if not archived:
            _refuse_taken(uow, current.title)
        _write(uow, current, archived_at=uow.clock.now() if archived else None)
        uow.log("dashboard.archived", dashboard_id=str(dashboard_id), archived=archived)
    return get_dashboard(uow, dashboard_id)


def _for_change(uow: UnitOfWork, dashboard_id: UUID, permission: Permission) -> Dashboard:
    """Permission first, then the lock: the database locks only rows that may be updated."""
    current = get_dashboard(uow, dashboard_id)
    require(actor_of(uow), permission, current.owner_id)
    queries.lock_dashboard(uow, dashboard_id)
    return get_dashboard(uow, dashboard_id)


def _write(uow: UnitOfWork, current: Dashboard, **values: object) -> None:
    written = uow.session.execute(
        update(DashboardModel)
        .where(
            DashboardModel.organization_id == uow.principal.organization_id,
            DashboardModel.id == current.id,
        )
        .values(**values, updated_at=uow.clock.now(), version=current.version + 1)
        .returning(DashboardModel.id)
    )
    if written.first() is None:
        raise RefusedByDatabase  # a policy that hides a row from UPDATE says nothing


def _refuse_taken(uow: UnitOfWork, title: str) -> None:
    if queries.dashboards_called(uow, title):
        raise DashboardTitleTaken(title=title, fields=("title",))
