"""SELECTs on dashboards, returning views."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Select, Text, Uuid, case, column, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from kpix_tui.access.permissions import Level, Visibility
from kpix_tui.db.paging import fetch_page
from kpix_tui.db.reach import shares_in_force
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards.models import DashboardModel, ShareModel
from kpix_tui.domains.dashboards.rules import last_day
from kpix_tui.domains.dashboards.views import AccessReason, AccessRow, Dashboard, Reason, Share
from kpix_tui.domains.people.models import TeamMemberModel, TeamModel, UserModel
from kpix_tui.kernel.paging import Page, PageRequest


def _dashboards(uow: UnitOfWork) -> Select[*tuple[Any, ...]]:
    shared = shares_in_force()
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
            DashboardModel.visibility,
            shared.c.level,
        )
        .join(
            UserModel,
            (UserModel.organization_id == DashboardModel.organization_id)
            & (UserModel.id == DashboardModel.owner_id),
        )
        .outerjoin(shared, shared.c.dashboard_id == DashboardModel.id)
        .where(DashboardModel.organization_id == uow.principal.organization_id)
    )


def _view(row: Any) -> Dashboard:
    level = Level(row.level) if row.level else None
    return Dashboard(**{**row._mapping, "visibility": Visibility(row.visibility), "level": level})


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


# -- sharing ---------------------------------------------------------------------------------------


def user_called(uow: UnitOfWork, user_id: UUID) -> tuple[str, bool] | None:
    """The name of a user of the organisation, and whether they are active."""
    row = uow.session.execute(
        select(UserModel.name, UserModel.active).where(
            UserModel.organization_id == uow.principal.organization_id, UserModel.id == user_id
        )
    ).one_or_none()
    return None if row is None else (row.name, row.active)


def team_called(uow: UnitOfWork, team_id: UUID) -> str | None:
    """The name of a team of the organisation."""
    return uow.session.scalar(
        select(TeamModel.name).where(
            TeamModel.organization_id == uow.principal.organization_id, TeamModel.id == team_id
        )
    )


_NAME = func.coalesce(TeamModel.name, UserModel.name)
_MEMBERS = (
    select(func.count())
    .select_from(TeamMemberModel)
    .where(
        TeamMemberModel.organization_id == ShareModel.organization_id,
        TeamMemberModel.team_id == ShareModel.team_id,
    )
    .correlate(ShareModel)
    .scalar_subquery()
)


def _ranked(level: Any) -> Any:
    return case({each.value: each.rank for each in Level}, value=level)


def _shares(uow: UnitOfWork) -> Select[*tuple[Any, ...]]:
    """Shares with the names of those they are for."""
    sharer = aliased(UserModel)
    return (
        select(
            ShareModel.id,
            ShareModel.dashboard_id,
            ShareModel.user_id,
            ShareModel.team_id,
            _NAME.label("name"),
            _MEMBERS.label("members"),
            ShareModel.level,
            ShareModel.expires_at,
            (func.coalesce(ShareModel.expires_at <= func.now(), False)).label("ended"),
            sharer.name.label("shared_by"),
            ShareModel.shared_at,
        )
        .outerjoin(
            UserModel,
            (UserModel.organization_id == ShareModel.organization_id)
            & (UserModel.id == ShareModel.user_id),
        )
        .outerjoin(
            TeamModel,
            (TeamModel.organization_id == ShareModel.organization_id)
            & (TeamModel.id == ShareModel.team_id),
        )
        .join(
            sharer,
            (sharer.organization_id == ShareModel.organization_id)
            & (sharer.id == ShareModel.shared_by),
        )
        .where(ShareModel.organization_id == uow.principal.organization_id)
    )


def _share(uow: UnitOfWork, row: Any) -> Share:
    return Share(
        id=row.id,
        dashboard_id=row.dashboard_id,
        user_id=row.user_id,
        team_id=row.team_id,
        name=row.name,
        members=row.members,
        level=Level(row.level),
        until=last_day(row.expires_at, uow.principal.timezone),
        ended=row.ended,
        shared_by=row.shared_by,
        shared_at=row.shared_at,
    )


def shares(uow: UnitOfWork, dashboard_id: UUID, page: PageRequest) -> Page[Share]:
    """One page of a dashboard's shares, those that ended included."""
    return fetch_page(
        uow,
        _shares(uow).where(ShareModel.dashboard_id == dashboard_id),
        page,
        sorts={
            "name": func.lower(_NAME),
            "level": _ranked(ShareModel.level),
            "until": ShareModel.expires_at,
            "shared_at": ShareModel.shared_at,
        },
        default="name",
        searched=(_NAME,),
        tie=ShareModel.id,
    ).map(lambda row: _share(uow, row))


def share(
    uow: UnitOfWork, dashboard_id: UUID, user_id: UUID | None, team_id: UUID | None
) -> Share | None:
    """The share of a dashboard with a user or a team."""
    mine = ShareModel.user_id == user_id if team_id is None else ShareModel.team_id == team_id
    row = uow.session.execute(
        _shares(uow).where(ShareModel.dashboard_id == dashboard_id, mine)
    ).one_or_none()
    return None if row is None else _share(uow, row)


def shares_until(uow: UnitOfWork, dashboard_id: UUID) -> Any:
    """The instant by which what the actor shares has to end; None: never."""
    return uow.session.scalar(
        select(func.nullif(func.auth.shares_until(dashboard_id), literal_column("'infinity'")))
    )


def access(uow: UnitOfWork, dashboard_id: UUID, page: PageRequest) -> Page[AccessRow]:
    """One page of those who see a dashboard, each with every reason."""
    found = func.auth.dashboard_access(dashboard_id).table_valued(
        column("user_id", Uuid),
        column("reason", Text),
        column("level", Text),
        column("via", Text),
        column("until", DateTime(timezone=True)),
        column("may", Text),
        name="found",
    )
    strength = case({each.value: at for at, each in enumerate(Reason)}, value=found.c.reason)

    def gathered(name: str) -> Any:
        ordered = aggregate_order_by(found.c[name], strength, found.c.via, found.c.level)
        return func.array_agg(ordered).label(f"{name}_of_each")

    may = func.min(found.c.may)
    statement = (
        select(
            UserModel.id,
            UserModel.name,
            may.label("may"),
            *(gathered(name) for name in ("reason", "level", "via", "until")),
        )
        .join(
            found,
            (UserModel.organization_id == uow.principal.organization_id)
            & (UserModel.id == found.c.user_id),
        )
        .group_by(UserModel.id, UserModel.name)
    )
    return fetch_page(
        uow,
        statement,
        page,
        sorts={
            "name": func.lower(UserModel.name),
            "may": _ranked(may),
            "reason": func.min(strength),
        },
        default="name",
        searched=(UserModel.name,),
        tie=UserModel.id,
    ).map(lambda row: _access_row(uow, row))


def _access_row(uow: UnitOfWork, row: Any) -> AccessRow:
    each = zip(
        row.reason_of_each, row.level_of_each, row.via_of_each, row.until_of_each, strict=True
    )
    reasons = tuple(
        AccessReason(
            Reason(reason),
            None if level is None else Level(level),
            via or "",
            last_day(until, uow.principal.timezone),
        )
        for reason, level, via, until in each
    )
    return AccessRow(row.id, row.name, Level(row.may), reasons)
