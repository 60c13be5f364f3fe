"""SELECTs on users, returning views; functions of the database write them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, column, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from kpix_tui.db.paging import fetch_page
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.people.models import (
    RoleModel,
    TeamMemberModel,
    TeamModel,
    UserModel,
    UserRoleModel,
)
from kpix_tui.domains.people.queries.common import (
    called,
    giver_of,
    of,
    same_role,
    same_team,
    same_user,
)
from kpix_tui.domains.people.views import HeldRole, UserRow, UserTeam
from kpix_tui.kernel.paging import Page, PageRequest

_ROLES = (
    select(func.array_agg(aggregate_order_by(RoleModel.name, RoleModel.name)))
    .join(
        UserRoleModel,
        (UserRoleModel.organization_id == RoleModel.organization_id)
        & (UserRoleModel.role_id == RoleModel.id),
    )
    .where(
        UserRoleModel.organization_id == UserModel.organization_id,
        UserRoleModel.user_id == UserModel.id,
    )
    .correlate(UserModel)
    .scalar_subquery()
)
_TEAMS = (
    select(func.array_agg(aggregate_order_by(TeamModel.name, TeamModel.name)))
    .join(TeamMemberModel, same_team())
    .where(same_user(TeamMemberModel))
    .correlate(UserModel)
    .scalar_subquery()
)


def _users(uow: UnitOfWork) -> tuple[Select[*tuple[Any, ...]], Any]:
    """The users, and the column of their e-mails: null for those that the actor may not know."""
    known = func.auth.emails().table_valued(
        column("user_id", Uuid), column("email"), column("invited")
    )
    statement = (
        select(
            UserModel.id,
            UserModel.name,
            known.c.email,
            UserModel.active,
            func.coalesce(known.c.invited, False).label("invited"),
            func.coalesce(_ROLES, []).label("roles"),
            UserModel.created_at,
            func.coalesce(_TEAMS, []).label("teams"),
        )
        .join(known, known.c.user_id == UserModel.id, isouter=True)
        .where(UserModel.organization_id == uow.principal.organization_id)
    )
    return statement, known.c.email


def _user(row: Any) -> UserRow:
    return UserRow(
        id=row.id,
        name=row.name,
        email=row.email,
        active=row.active,
        invited=row.invited,
        roles=tuple(row.roles),
        created_at=row.created_at,
        teams=tuple(row.teams),
    )


def users(uow: UnitOfWork, page: PageRequest) -> Page[UserRow]:
    """The users of the organisation."""
    statement, email = _users(uow)
    sorts = {
        "name": func.lower(UserModel.name),
        "email": email,
        "created_at": UserModel.created_at,
    }
    return fetch_page(
        uow,
        statement,
        page,
        sorts=sorts,
        default="name",
        searched=(UserModel.name, email),
        tie=UserModel.id,
    ).map(_user)


def user(uow: UnitOfWork, user_id: UUID) -> UserRow | None:
    """One user."""
    statement, _email = _users(uow)
    found = uow.session.execute(statement.where(UserModel.id == user_id)).one_or_none()
    return _user(found) if found else None


def users_called(uow: UnitOfWork, text: str) -> tuple[UserRow, ...]:
    """The users with this e-mail or, where nobody has it, this name, whatever the case; two at
    most."""
    statement, email = _users(uow)
    for found in (email, UserModel.name):
        rows = uow.session.execute(
            statement.where(func.lower(found) == func.lower(text)).order_by(UserModel.id).limit(2)
        ).all()
        if rows:
            return tuple(map(_user, rows))
    return ()


def roles_of(uow: UnitOfWork, user_id: UUID) -> tuple[HeldRole, ...]:
    """The roles of a user that the actor may know, by name; there are few."""
    giver = aliased(UserModel)
    rows = uow.session.execute(
        select(
            RoleModel.id, RoleModel.name, RoleModel.built_in, UserRoleModel.assigned_at, giver.name
        )
        .join(UserRoleModel, same_role(RoleModel, UserRoleModel))
        .join(
            giver,
            giver_of(giver, UserRoleModel),
            isouter=True,
        )
        .where(*of(uow, UserRoleModel), UserRoleModel.user_id == user_id)
        .order_by(func.lower(RoleModel.name))
    )
    return tuple(HeldRole(*row) for row in rows)


def teams_of(uow: UnitOfWork, user_id: UUID) -> tuple[UserTeam, ...]:
    """The teams of a user, by name; there are few."""
    rows = uow.session.execute(
        select(TeamModel.id, TeamModel.name, TeamMemberModel.is_lead)
        .join(TeamMemberModel, same_team())
        .where(*of(uow, TeamMemberModel), TeamMemberModel.user_id == user_id)
        .order_by(func.lower(TeamModel.name))
    )
    return tuple(UserTeam(*row) for row in rows)


def rename_user(uow: UnitOfWork, user_id: UUID, name: str) -> bool:
    """Rename a user; False where there is none."""
    return bool(called(uow, "select auth.rename_user(%s, %s)", user_id, name))


def set_active(uow: UnitOfWork, user_id: UUID, active: bool) -> None:
    """Let a user sign in, or no more."""
    called(uow, "select auth.set_active(%s, %s)", user_id, active)
