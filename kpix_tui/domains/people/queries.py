"""SELECTs on users, teams and roles, returning views."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, case, column, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from kpix_tui.access.permissions import Permission
from kpix_tui.db.paging import fetch_page
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.people.models import RoleModel, RolePermissionModel, UserModel, UserRoleModel
from kpix_tui.domains.people.views import RoleRow, UserRow
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
        )
        .join(known, known.c.user_id == UserModel.id, isouter=True)
        .where(UserModel.organization_id == uow.principal.organization_id)
    )
    return statement, known.c.email


def _user(row: Any) -> UserRow:
    return UserRow(
        row.id, row.name, row.email, row.active, row.invited, tuple(row.roles), row.created_at
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


def _may_know() -> Any:
    """Whether the actor may know who holds which role; asked once and not for every row."""
    return select(func.auth.everywhere(Permission.USER_READ.value)).scalar_subquery()


def _roles(uow: UnitOfWork) -> Select[*tuple[Any, ...]]:
    cells = (
        select(func.count())
        .where(
            RolePermissionModel.organization_id == RoleModel.organization_id,
            RolePermissionModel.role_id == RoleModel.id,
        )
        .correlate(RoleModel)
        .scalar_subquery()
    )
    holders = (
        select(func.count())
        .where(
            UserRoleModel.organization_id == RoleModel.organization_id,
            UserRoleModel.role_id == RoleModel.id,
        )
        .correlate(RoleModel)
        .scalar_subquery()
    )
    # Without the right to see who holds what, the policies would leave a count of one's own.
    counted = case((_may_know(), holders), else_=literal(None))
    return select(
        RoleModel.id,
        RoleModel.name,
        RoleModel.description,
        RoleModel.built_in,
        cells.label("cells"),
        counted.label("holders"),
        RoleModel.version,
    ).where(RoleModel.organization_id == uow.principal.organization_id)


def _role(row: Any) -> RoleRow:
    return RoleRow(
        row.id, row.name, row.description, row.built_in, row.cells, row.holders, row.version
    )


def roles(uow: UnitOfWork, page: PageRequest) -> Page[RoleRow]:
    """The roles of the organisation, built-in ones first."""
    return fetch_page(
        uow,
        _roles(uow),
        page,
        sorts={
            "role": (RoleModel.built_in.is_(False), func.lower(RoleModel.name)),
            "name": func.lower(RoleModel.name),
        },
        default="role",
        searched=(RoleModel.name, RoleModel.description),
        tie=RoleModel.id,
    ).map(_role)
