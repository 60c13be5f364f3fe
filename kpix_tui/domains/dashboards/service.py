"""Dashboards: create, find, update, archive, share, hand over."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_update

from kpix_tui.access.actor import actor_of
from kpix_tui.access.permissions import Permission, Visibility
from kpix_tui.access.policy import Target, require
from kpix_tui.db.errors import RefusedByDatabase
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards import queries
from kpix_tui.domains.dashboards.errors import (
    DashboardAmbiguous,
    DashboardArchived,
    DashboardNotFound,
    DashboardTitleTaken,
    OutOfOwnSight,
    OwnedAlready,
    SharedWithOwner,
    ShareNotFound,
    ShareTooLong,
)
from kpix_tui.domains.dashboards.models import DashboardModel, ShareModel
from kpix_tui.domains.dashboards.rules import (
    end_of_share,
    last_day,
    one_of,
    valid_texts,
    valid_title,
)
from kpix_tui.domains.dashboards.views import (
    AccessRow,
    CreateDashboard,
    Dashboard,
    Share,
    ShareDashboard,
    Transferred,
    UpdateDashboard,
)
from kpix_tui.domains.people.errors import TeamNotFound, UserInactive, UserNotFound
from kpix_tui.kernel.errors import StaleVersion
from kpix_tui.kernel.ids import as_id, new_id
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest


def create_dashboard(uow: UnitOfWork, command: CreateDashboard) -> Dashboard:
    """A new dashboard, owned by the actor.

    Raises:
        Forbidden: the actor may not create dashboards.
        InputInvalid: a text is empty or too long.
        DashboardTitleTaken: a dashboard that the actor sees has the title.
    """
    actor = actor_of(uow)
    require(actor, Permission.DASHBOARD_CREATE)
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
    require(actor_of(uow), permission, current.target)
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


# -- sharing ---------------------------------------------------------------------------------------


def list_shares(uow: UnitOfWork, dashboard_id: UUID, page: PageRequest = FIRST_PAGE) -> Page[Share]:
    """One page of a dashboard's shares; sorts: name, level, until, shared_at.

    Raises:
        DashboardNotFound: there is none, or the actor may not see it.
    """
    return queries.shares(uow, get_dashboard(uow, dashboard_id).id, page)


def dashboard_access(
    uow: UnitOfWork, dashboard_id: UUID, page: PageRequest = FIRST_PAGE
) -> Page[AccessRow]:
    """One page of everybody who sees a dashboard, and why; sorts: name, may, reason.

    Raises:
        DashboardNotFound: there is none, or the actor may not see it.
    """
    return queries.access(uow, get_dashboard(uow, dashboard_id).id, page)


def share_dashboard(uow: UnitOfWork, command: ShareDashboard) -> Share:
    """Share a dashboard with a user or a team, or change how it is shared with them.

    Raises:
        DashboardNotFound, DashboardArchived: there is none to share.
        Forbidden: it is not the actor's to share, or (ShareTooLong) not for so long.
        UserNotFound, UserInactive, TeamNotFound: nobody can be let in by this name.
        ShareWithWhom, SharedWithOwner, ShareEndInvalid, ShareEndTooFar: the share says nothing.
    """
    dashboard = _to_share(uow, command.dashboard_id)
    name = recipient(uow, command.user_id, command.team_id)
    if command.user_id == dashboard.owner_id:
        raise SharedWithOwner(name=name, title=dashboard.title, fields=("user",))
    ends_at = end_of_share(command.until, uow.today, uow.principal.timezone)
    _refuse_too_long(uow, dashboard.id, ends_at)
    _put_share(uow, command, ends_at)
    uow.log("dashboard.shared", dashboard_id=str(dashboard.id), level=command.level.value)
    return _share(uow, dashboard, command.user_id, command.team_id, name)


def unshare_dashboard(
    uow: UnitOfWork,
    dashboard_id: UUID,
    *,
    user_id: UUID | None = None,
    team_id: UUID | None = None,
) -> Share:
    """End a share now; returns it as it was. An archived dashboard's too.

    Raises:
        DashboardNotFound: there is none, or the actor may not see it.
        Forbidden: it is not the actor's to share.
        ShareNotFound, UserNotFound, TeamNotFound: it is not shared with them.
        ShareWithWhom: both are named, or neither.
    """
    dashboard = get_dashboard(uow, dashboard_id)
    require(actor_of(uow), Permission.DASHBOARD_ASSIGN, dashboard.target)
    name = recipient(uow, user_id, team_id, active=False)
    share = _share(uow, dashboard, user_id, team_id, name)
    removed = uow.session.execute(
        delete(ShareModel)
        .where(
            ShareModel.organization_id == uow.principal.organization_id, ShareModel.id == share.id
        )
        .returning(ShareModel.id)
    )
    if removed.first() is None:
        raise RefusedByDatabase  # a policy that hides a row from DELETE says nothing
    uow.log("dashboard.unshared", dashboard_id=str(dashboard.id))
    return share


def set_visibility(uow: UnitOfWork, dashboard_id: UUID, visibility: Visibility) -> Dashboard:
    """Say who sees a dashboard without being named. The same again changes nothing.

    Raises:
        DashboardNotFound, DashboardArchived: there is none to change.
        Forbidden: it is not the actor's to share.
        ShareTooLong: more would see it, for longer than it is shared with the actor.
        OutOfOwnSight: the actor would not see it any more.
    """
    dashboard = _to_share(uow, dashboard_id)
    if visibility.wider_than(dashboard.visibility):
        _refuse_too_long(uow, dashboard.id, None)
    uow.session.execute(select(func.auth.set_visibility(dashboard.id, visibility.value)))
    uow.log("dashboard.visibility", dashboard_id=str(dashboard.id), visibility=visibility.value)
    found = queries.dashboard(uow, dashboard.id)
    if found is None:
        raise OutOfOwnSight(title=dashboard.title, fields=("visibility",))
    return found


def transfer_dashboard(uow: UnitOfWork, dashboard_id: UUID, new_owner_id: UUID) -> Transferred:
    """Give a dashboard to another active user, with those of its KPIs that the owner owns.

    The actor may not see it any more afterwards.

    Raises:
        DashboardNotFound, DashboardArchived: there is none to give.
        Forbidden: it is not the actor's to give; to manage it by a share is not enough.
        UserNotFound, UserInactive: nobody can own it by this name.
        OwnedAlready: it is theirs.
    """
    dashboard = _in_use(get_dashboard(uow, dashboard_id))
    require(actor_of(uow), Permission.DASHBOARD_ASSIGN, Target(frozenset({dashboard.owner_id})))
    name = recipient(uow, new_owner_id, None)
    if new_owner_id == dashboard.owner_id:
        raise OwnedAlready(name=name, title=dashboard.title, fields=("user",))
    kpis = uow.session.scalar(select(func.auth.transfer_dashboard(dashboard.id, new_owner_id)))
    uow.log("dashboard.transferred", dashboard_id=str(dashboard.id), owner_id=str(new_owner_id))
    return Transferred(dashboard.id, dashboard.title, new_owner_id, name, int(kpis or 0))


def recipient(
    uow: UnitOfWork, user_id: UUID | None, team_id: UUID | None, *, active: bool = True
) -> str:
    """The name of the user, or of the team, that something is given to.

    Raises:
        ShareWithWhom: both are named, or neither.
        UserNotFound, TeamNotFound: the organisation has no such user or team.
        UserInactive: the user has to be ``active`` and is not.
    """
    one_of(user_id, team_id)
    if team_id is not None:
        team = queries.team_called(uow, team_id)
        if team is None:
            raise TeamNotFound(name=str(team_id), fields=("team",))
        return team
    user = None if user_id is None else queries.user_called(uow, user_id)
    if user is None:
        raise UserNotFound(name=str(user_id), fields=("user",))
    name, is_active = user
    if active and not is_active:
        raise UserInactive(name=name, fields=("user",))
    return name


def _to_share(uow: UnitOfWork, dashboard_id: UUID) -> Dashboard:
    dashboard = _in_use(get_dashboard(uow, dashboard_id))
    require(actor_of(uow), Permission.DASHBOARD_ASSIGN, dashboard.target)
    return dashboard


def _in_use(dashboard: Dashboard) -> Dashboard:
    if dashboard.archived_at is not None:
        raise DashboardArchived(title=dashboard.title)
    return dashboard


def _refuse_too_long(uow: UnitOfWork, dashboard_id: UUID, ends_at: datetime | None) -> None:
    limit = queries.shares_until(uow, dashboard_id)
    if limit is not None and (ends_at is None or ends_at > limit):
        raise ShareTooLong(last=last_day(limit, uow.principal.timezone), fields=("until",))


def _put_share(uow: UnitOfWork, command: ShareDashboard, ends_at: datetime | None) -> None:
    """Two who share at once with the same person write one share."""
    kind = "user" if command.team_id is None else "team"
    written: dict[str, Any] = {"level": command.level.value, "expires_at": ends_at}
    by = {"shared_by": uow.principal.user_id, "shared_at": func.now()}
    uow.session.execute(
        insert_or_update(ShareModel)
        .values(
            organization_id=uow.principal.organization_id,
            id=new_id(),
            dashboard_id=command.dashboard_id,
            user_id=command.user_id,
            team_id=command.team_id,
            **written,
        )
        .on_conflict_do_update(constraint=f"uq_dashboard_share_{kind}", set_=written | by)
    )


def _share(
    uow: UnitOfWork, dashboard: Dashboard, user_id: UUID | None, team_id: UUID | None, name: str
) -> Share:
    found = queries.share(uow, dashboard.id, user_id, team_id)
    if found is None:
        raise ShareNotFound(title=dashboard.title, name=name)
    return found
