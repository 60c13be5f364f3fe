"""SELECTs on users and roles, returning views."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from kpix_tui.db.paging import fetch_page
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.people.models import RoleModel, UserModel, UserRoleModel
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
_SORTS: dict[str, Any] = {
    "name": func.lower(UserModel.name),
    "email": UserModel.email,
    "created_at": UserModel.created_at,
}


def _users(uow: UnitOfWork) -> Select[*tuple[Any, ...]]:
    return select(
        UserModel.id,
        UserModel.name,
        UserModel.email,
        UserModel.active,
        func.coalesce(_ROLES, []).label("roles"),
        UserModel.created_at,
    ).where(UserModel.organization_id == uow.principal.organization_id)


def _row(row: Any) -> UserRow:
    return UserRow(row.id, row.name, row.email, row.active, tuple(row.roles), row.created_at)


def users(uow: UnitOfWork, page: PageRequest) -> Page[UserRow]:
    """The users of the organisation."""
    return fetch_page(
        uow,
        _users(uow),
        page,
        sorts=_SORTS,
        default="name",
        searched=(UserModel.name, UserModel.email),
        tie=UserModel.id,
    ).map(_row)


def user(uow: UnitOfWork, user_id: UUID) -> UserRow | None:
    """One user."""
    found = uow.session.execute(_users(uow).where(UserModel.id == user_id)).one_or_none()
    return _row(found) if found else None


def roles(uow: UnitOfWork) -> tuple[RoleRow, ...]:
    """The roles of the organisation, by name; there are few."""
    rows = uow.session.execute(
        select(RoleModel.id, RoleModel.name, RoleModel.built_in)
        .where(RoleModel.organization_id == uow.principal.organization_id)
        .order_by(RoleModel.name)
    )
    return tuple(RoleRow(row.id, row.name, row.built_in) for row in rows)
