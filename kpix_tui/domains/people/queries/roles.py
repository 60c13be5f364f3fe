"""SELECTs on roles, returning views; functions of the database write them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, case, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from kpix_tui.access.permissions import Permission, Scope
from kpix_tui.db.paging import fetch_page
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.people.models import (
    RoleModel,
    RolePermissionModel,
    UserModel,
    UserRoleModel,
)
from kpix_tui.domains.people.queries.common import called, giver_of, of, same_role, same_user
from kpix_tui.domains.people.rules import widest
from kpix_tui.domains.people.views import Cells, CreateRole, HolderRow, RoleRow, UpdateRole
from kpix_tui.kernel.paging import Page, PageRequest


def _may_know() -> Any:
    """Whether the actor may know who holds which role; asked once and not for every row."""
    return select(func.auth.everywhere(Permission.USER_READ.value)).scalar_subquery()


def _roles(uow: UnitOfWork) -> Select[*tuple[Any, ...]]:
    def count(model: Any) -> Any:
        return (
            select(func.count()).where(same_role(RoleModel, model)).correlate(RoleModel)
        ).scalar_subquery()

    # Without the right to see who holds what, the policies would leave a count of one's own.
    holders = case((_may_know(), count(UserRoleModel)), else_=literal(None))
    return select(
        RoleModel.id,
        RoleModel.name,
        RoleModel.description,
        RoleModel.built_in,
        count(RolePermissionModel).label("cells"),
        holders.label("holders"),
        RoleModel.version,
    ).where(*of(uow, RoleModel))


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


def role(uow: UnitOfWork, role_id: UUID) -> RoleRow | None:
    """One role."""
    found = uow.session.execute(_roles(uow).where(RoleModel.id == role_id)).one_or_none()
    return _role(found) if found else None


def role_names(uow: UnitOfWork) -> dict[str, UUID]:
    """The names of all roles, built-in ones first, with their ids."""
    rows = uow.session.execute(
        select(RoleModel.name, RoleModel.id)
        .where(*of(uow, RoleModel))
        .order_by(RoleModel.built_in.is_(False), func.lower(RoleModel.name))
    )
    return {row.name: row.id for row in rows}


def cells(uow: UnitOfWork, role_ids: Sequence[UUID]) -> dict[UUID, Cells]:
    """What each role grants, in the order of the table; cells of a newer kpix are left out."""
    rows = uow.session.execute(
        select(
            RolePermissionModel.role_id, RolePermissionModel.permission, RolePermissionModel.scope
        ).where(*of(uow, RolePermissionModel), RolePermissionModel.role_id.in_(role_ids))
    )
    found: dict[UUID, dict[str, Scope]] = {role_id: {} for role_id in role_ids}
    for row in rows:
        found[row.role_id][row.permission] = Scope(row.scope)
    return {
        role_id: {one: granted[one.value] for one in Permission if one.value in granted}
        for role_id, granted in found.items()
    }


def holders(uow: UnitOfWork, role_id: UUID, page: PageRequest) -> Page[HolderRow]:
    """Those who hold a role."""
    giver = aliased(UserModel)
    statement = (
        select(
            UserModel.id,
            UserModel.name,
            UserModel.active,
            UserRoleModel.assigned_at,
            giver.name.label("assigned_by"),
        )
        .join(UserRoleModel, same_user(UserRoleModel))
        .join(
            giver,
            giver_of(giver, UserRoleModel),
            isouter=True,
        )
        .where(*of(uow, UserRoleModel), UserRoleModel.role_id == role_id)
    )
    return fetch_page(
        uow,
        statement,
        page,
        sorts={"name": func.lower(UserModel.name), "assigned_at": UserRoleModel.assigned_at},
        default="name",
        searched=(UserModel.name,),
        tie=UserModel.id,
    ).map(lambda row: HolderRow(row.id, row.name, row.active, row.assigned_at, row.assigned_by))


def rights_beside(
    uow: UnitOfWork, role_id: UUID, permissions: Sequence[Permission]
) -> tuple[tuple[UUID, str, Cells], ...]:
    """Those who hold a role, by name, with what their other roles give of ``permissions``."""
    other, cell = aliased(UserRoleModel), aliased(RolePermissionModel)
    pair = func.array_agg(aggregate_order_by(cell.permission + " " + cell.scope, cell.permission))
    rows = uow.session.execute(
        select(UserModel.id, UserModel.name, pair.filter(cell.scope.is_not(None)).label("cells"))
        .join(UserRoleModel, same_user(UserRoleModel))
        .join(other, and_(same_user(other), other.role_id != role_id), isouter=True)
        .join(
            cell,
            and_(
                cell.organization_id == other.organization_id,
                cell.role_id == other.role_id,
                cell.permission.in_([one.value for one in permissions]),
            ),
            isouter=True,
        )
        .where(*of(uow, UserRoleModel), UserRoleModel.role_id == role_id)
        .group_by(UserModel.id, UserModel.name)
        .order_by(func.lower(UserModel.name), UserModel.id)
    )
    return tuple((row.id, row.name, widest(map(_cell, row.cells or ()))) for row in rows)


def _cell(text: str) -> tuple[Permission, Scope]:
    permission, _space, scope = text.partition(" ")
    return Permission(permission), Scope(scope)


def insert_role(uow: UnitOfWork, role_id: UUID, command: CreateRole) -> None:
    """A role with its cells."""
    called(
        uow,
        "select auth.create_role(%s, %s, %s, %s)",
        role_id,
        command.name,
        command.description,
        json.dumps(dict(command.cells)),
    )


def update_role(uow: UnitOfWork, command: UpdateRole) -> bool:
    """Replace the whole of a role; False where there is none."""
    return bool(
        called(
            uow,
            "select auth.update_role(%s, %s, %s, %s, %s)",
            command.id,
            command.version,
            command.name,
            command.description,
            json.dumps(dict(command.cells)),
        )
    )


def delete_role(uow: UnitOfWork, role_id: UUID, version: int) -> None:
    """Remove a role that nobody holds."""
    called(uow, "select auth.delete_role(%s, %s)", role_id, version)


def assign_role(uow: UnitOfWork, user_id: UUID, role_id: UUID) -> None:
    """Give a user a role."""
    called(uow, "select auth.assign_role(%s, %s)", user_id, role_id)


def unassign_role(uow: UnitOfWork, user_id: UUID, role_id: UUID) -> bool:
    """Take a role from a user; False where they do not hold it."""
    return bool(called(uow, "select auth.unassign_role(%s, %s)", user_id, role_id))
