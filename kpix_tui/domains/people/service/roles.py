"""Roles: what each grants, who holds it, and what a change of it would change.

Nobody gives, takes or edits a role that reaches further than they do themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from kpix_tui.access.actor import Actor, actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import allows, require
from kpix_tui.db.errors import refusals
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.people import rules
from kpix_tui.domains.people.errors import (
    LastAdministrator,
    RoleBeyondOwn,
    RoleBuiltIn,
    RoleHeld,
    RoleMissing,
    RoleNameReserved,
    RoleNameTaken,
    RoleNotHeld,
    RoleUnknown,
)
from kpix_tui.domains.people.queries import roles as queries
from kpix_tui.domains.people.rules import EVERYBODY
from kpix_tui.domains.people.service.users import show_user, show_user_detail
from kpix_tui.domains.people.views import (
    AffectedUser,
    Cells,
    CreateRole,
    HolderRow,
    RoleDetail,
    RoleImpact,
    RoleRow,
    UpdateRole,
    UserDetail,
)
from kpix_tui.kernel.errors import KpixError, StaleVersion
from kpix_tui.kernel.ids import as_id, new_id
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest


def list_roles(uow: UnitOfWork, page: PageRequest = FIRST_PAGE) -> Page[RoleRow]:
    """One page of roles, built-in ones first; sorts: role, name."""
    require(actor_of(uow), Permission.ROLE_READ)
    return queries.roles(uow, page)


def show_role(uow: UnitOfWork, role_id: UUID) -> RoleDetail:
    """One role with all its cells.

    Raises:
        RoleUnknown: the organisation has no such role.
    """
    actor = actor_of(uow)
    require(actor, Permission.ROLE_READ)
    found = queries.role(uow, role_id)
    if found is None:
        raise RoleUnknown(name=str(role_id), roles=", ".join(queries.role_names(uow)))
    return _detail(actor, found, queries.cells(uow, [role_id])[role_id])


def list_role_details(uow: UnitOfWork, page: PageRequest = FIRST_PAGE) -> Page[RoleDetail]:
    """One page of roles with all their cells, sorted like :func:`list_roles`.

    Raises:
        Forbidden: the actor may not read roles.
    """
    found = list_roles(uow, page)
    actor = actor_of(uow)
    cells = queries.cells(uow, [role.id for role in found.rows])
    return found.map(lambda role: _detail(actor, role, cells[role.id]))


def _detail(actor: Actor, found: RoleRow, cells: Cells) -> RoleDetail:
    return RoleDetail(
        id=found.id,
        name=found.name,
        description=found.description,
        built_in=found.built_in,
        cells=cells,
        holders=found.holders,
        editable=_editable(actor, found, cells),
        version=found.version,
    )


def _editable(actor: Actor, role: RoleRow, cells: Cells) -> bool:
    return (
        not role.built_in
        and allows(actor, Permission.ROLE_UPDATE, EVERYBODY)
        and not rules.beyond(actor.grants, cells)
    )


def find_role(uow: UnitOfWork, name_or_id: str) -> RoleDetail:
    """The role that a person named.

    Raises:
        RoleUnknown: no role has this name or id.
    """
    role_id = as_id(name_or_id)
    if role_id is None:
        require(actor_of(uow), Permission.ROLE_READ)
        names = queries.role_names(uow)
        role_id = next((names[one] for one in names if _same(one, name_or_id)), None)
        if role_id is None:
            raise RoleUnknown(name=name_or_id, roles=", ".join(names))
    return show_role(uow, role_id)


def named_roles(uow: UnitOfWork, names: tuple[str, ...]) -> tuple[str, ...]:
    """The roles that a person named, as they are written.

    Raises:
        RoleMissing: there are none.
        RoleUnknown: the organisation has no role of a name.
    """
    if not names:
        raise RoleMissing(fields=("roles",))
    known = queries.role_names(uow)
    return tuple(_written(name, tuple(known)) for name in names)


def _written(name: str, known: tuple[str, ...]) -> str:
    found = next((one for one in known if _same(one, name)), None)
    if found is None:
        raise RoleUnknown(name=name, roles=", ".join(known), fields=("roles",))
    return found


def _same(name: str, other: str) -> bool:
    return name.casefold() == other.strip().casefold()


def list_holders(uow: UnitOfWork, role_id: UUID, page: PageRequest = FIRST_PAGE) -> Page[HolderRow]:
    """One page of those who hold a role; sorts: name, assigned_at.

    Raises:
        Forbidden: the actor may not know who holds what.
        RoleUnknown: the organisation has no such role.
    """
    require(actor_of(uow), Permission.USER_READ, EVERYBODY)
    show_role(uow, role_id)
    return queries.holders(uow, role_id, page)


def create_role(uow: UnitOfWork, command: CreateRole) -> RoleDetail:
    """A role of the organisation's own.

    Raises:
        Forbidden: the actor may not, or (RoleBeyondOwn) a cell reaches further than theirs.
        NameInvalid, RoleNameReserved, DescriptionTooLong, CellInvalid: it cannot be accepted.
        RoleNameTaken: a role has the name, whatever the case.
    """
    actor = actor_of(uow)
    require(actor, Permission.ROLE_CREATE, EVERYBODY)
    checked = CreateRole(
        rules.valid_role_name(command.name),
        command.cells,
        rules.valid_description(command.description),
    )
    rules.check_cells(checked.cells)
    rules.check_within(actor.grants, checked.cells)
    role_id = new_id()
    with refusals(_role_refusals(checked.name, checked.cells)):
        queries.insert_role(uow, role_id, checked)
    uow.log("role.created", role_id=str(role_id))
    return show_role(uow, role_id)


def update_role(uow: UnitOfWork, command: UpdateRole) -> RoleDetail:
    """Change a role, for everybody who holds it from their next transaction on.

    Raises:
        RoleUnknown: the organisation has no such role.
        RoleBuiltIn: it is a built-in one.
        StaleVersion: somebody changed it since ``command.version``.
        Forbidden, InputInvalid, RoleNameTaken: as for creation; the cells that the role has
            now are asked for as well.
    """
    checked = _checked_update(uow, command)
    with refusals(_role_refusals(checked.name, checked.cells)):
        if not queries.update_role(uow, checked):
            raise RoleUnknown(name=checked.name, roles=", ".join(queries.role_names(uow)))
    uow.log("role.updated", role_id=str(command.id))
    return show_role(uow, command.id)


def preview_role(uow: UnitOfWork, command: UpdateRole) -> RoleImpact:
    """What :func:`update_role` would change, and for whom; refused as it would be.

    Raises:
        Forbidden: also where the actor may not know who holds what.
    """
    require(actor_of(uow), Permission.USER_READ, EVERYBODY)
    checked = _checked_update(uow, command)
    before = queries.cells(uow, [command.id])[command.id]
    changed = rules.changes(before, checked.cells)
    others = queries.rights_beside(uow, command.id, [one.permission for one in changed])
    affected = (
        AffectedUser(user_id, name, rules.changes_beside(rights, before, checked.cells))
        for user_id, name, rights in others
    )
    return RoleImpact(
        command.id, checked.name, changed, len(others), tuple(a for a in affected if a.changes)
    )


def _checked_update(uow: UnitOfWork, command: UpdateRole) -> UpdateRole:
    actor = actor_of(uow)
    require(actor, Permission.ROLE_UPDATE, EVERYBODY)
    current = show_role(uow, command.id)
    if current.built_in:
        raise RoleBuiltIn(name=current.name)
    if current.version != command.version:
        raise StaleVersion
    rules.check_cells(command.cells)
    rules.check_within(actor.grants, current.cells, command.cells)
    return UpdateRole(
        command.id,
        command.version,
        rules.valid_role_name(command.name),
        rules.valid_description(command.description),
        command.cells,
    )


def delete_role(uow: UnitOfWork, role_id: UUID) -> RoleDetail:
    """Remove a role that nobody holds. Returns it as it was.

    Raises:
        Forbidden: the actor may not, or (RoleBeyondOwn) a cell reaches further than theirs.
        RoleUnknown: the organisation has no such role.
        RoleBuiltIn: it is a built-in one.
        RoleHeld: people hold it.
    """
    actor = actor_of(uow)
    require(actor, Permission.ROLE_DELETE, EVERYBODY)
    gone = show_role(uow, role_id)
    rules.check_within(actor.grants, gone.cells)
    with refusals(_role_refusals(gone.name, gone.cells)):
        queries.delete_role(uow, role_id, gone.version)
    uow.log("role.deleted", role_id=str(role_id))
    return gone


def assign_role(uow: UnitOfWork, user_id: UUID, role_id: UUID) -> UserDetail:
    """Give a user a role. Doing it twice changes nothing.

    Raises:
        Forbidden: the actor may not, or (RoleBeyondOwn) a cell reaches further than theirs.
        UserNotFound, RoleUnknown: the organisation has no such user or role.
    """
    show_user(uow, user_id)
    role = _role_to_give(uow, role_id)
    with refusals(_role_refusals(role.name, role.cells)):
        queries.assign_role(uow, user_id, role_id)
    uow.log("role.assigned", user_id=str(user_id), role_id=str(role_id))
    return show_user_detail(uow, user_id)


def unassign_role(uow: UnitOfWork, user_id: UUID, role_id: UUID) -> UserDetail:
    """Take a role from a user, who may be left with none.

    Raises:
        Forbidden: the actor may not, or (RoleBeyondOwn) a cell reaches further than theirs.
        UserNotFound, RoleUnknown: the organisation has no such user or role.
        RoleNotHeld: the user does not hold it.
        LastAdministrator: nobody would be left to administer the organisation.
    """
    user = show_user(uow, user_id)
    role = _role_to_give(uow, role_id)
    with refusals(_role_refusals(role.name, role.cells)):
        if not queries.unassign_role(uow, user_id, role_id):
            raise RoleNotHeld(name=user.name, role=role.name)
    uow.log("role.unassigned", user_id=str(user_id), role_id=str(role_id))
    return show_user_detail(uow, user_id)


def _role_to_give(uow: UnitOfWork, role_id: UUID) -> RoleDetail:
    actor = actor_of(uow)
    require(actor, Permission.ROLE_ASSIGN, EVERYBODY)
    role = show_role(uow, role_id)
    rules.check_within(actor.grants, role.cells)
    return role


def _role_refusals(name: str, cells: Cells) -> dict[str, Callable[[], KpixError]]:
    """What the functions of the database refuse by name."""
    all_cells = ", ".join(rules.beyond({}, cells))
    return {
        "role_beyond_own": lambda: RoleBeyondOwn(cells=all_cells, fields=("cells",)),
        "role_built_in": lambda: RoleBuiltIn(name=name),
        "role_held": lambda: RoleHeld(name=name),
        "role_name_reserved": lambda: RoleNameReserved(name=name, fields=("name",)),
        "role_stale": StaleVersion,
        "uq_role_name": lambda: RoleNameTaken(name=name, fields=("name",)),
        "last_administrator": LastAdministrator,
    }
