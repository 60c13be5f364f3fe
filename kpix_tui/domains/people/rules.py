"""What users, teams and roles must be like. Pure functions."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from kpix_tui.access.permissions import OWN_ONLY, BuiltinRole, Permission, Scope
from kpix_tui.access.policy import Target
from kpix_tui.domains.people.errors import (
    CellInvalid,
    DescriptionTooLong,
    NameInvalid,
    RoleBeyondOwn,
    RoleNameReserved,
)
from kpix_tui.domains.people.views import CellChange, Cells

EVERYBODY: Final = Target(frozenset())
"""What no one owns: only a permission for the whole organisation reaches it."""

MAXIMUM_NAME: Final = 200
MAXIMUM_ROLE_NAME: Final = 50
MAXIMUM_DESCRIPTION: Final = 500

_NAMED: Final = 3
"""Cells that a refusal names: a sentence of twenty says no more, and no dialog has room for it."""

_UNSEEN: Final = ("Cc", "Cf", "Cs", "Co", "Cn")
"""Categories of characters that leave no mark: two names that differ by one look the same."""

_EVERY_SCOPE: Final = tuple(Scope)
_WHOLE: Final = (Scope.ORGANIZATION,)
_P = Permission
_NARROW: Final = MappingProxyType(
    {
        _P.USER_READ: (Scope.OWN, Scope.ORGANIZATION),
        _P.USER_UPDATE: (Scope.OWN, Scope.ORGANIZATION),
        _P.TEAM_UPDATE: (Scope.TEAM, Scope.ORGANIZATION),
        _P.IMPORT_CREATE: (Scope.OWN, Scope.ORGANIZATION),
        **dict.fromkeys(OWN_ONLY, (Scope.OWN,)),
    }
)
_WITH_OWNERS: Final = ("dashboard", "kpi", "kpi_value", "action_plan", "comment")


def scopes_of(permission: Permission) -> tuple[Scope, ...]:
    """The scopes at which a permission means something, narrowest first.

    What has an owner reaches one's own, one's team's or everything; a new dashboard is always its
    maker's, and the organisation, its roles and its log belong to nobody in particular.
    """
    if permission in _NARROW:
        return _NARROW[permission]
    resource, _, _action = permission.partition(":")
    return _EVERY_SCOPE if resource in _WITH_OWNERS else _WHOLE


def valid_name(name: str, *, field: str = "name", maximum: int = MAXIMUM_NAME) -> str:
    """The name in its composed form, without blanks around it.

    Raises:
        NameInvalid: it is empty, longer than ``maximum``, or holds characters that are not seen.
    """
    found = " ".join(unicodedata.normalize("NFKC", name).split())
    unseen = any(unicodedata.category(one) in _UNSEEN for one in found)
    if unseen or not 1 <= len(found) <= maximum:
        raise NameInvalid(maximum=maximum, fields=(field,))
    return found


def valid_role_name(name: str) -> str:
    """The name of a role of the organisation's own.

    Raises:
        NameInvalid: as for any name, with 50 characters at most.
        RoleNameReserved: a built-in role has it, whatever the case.
    """
    found = valid_name(name, maximum=MAXIMUM_ROLE_NAME)
    if found.casefold() in {role.value.casefold() for role in BuiltinRole}:
        raise RoleNameReserved(name=found, fields=("name",))
    return found


def valid_description(description: str) -> str:
    """The description of a role without blanks around it.

    Raises:
        DescriptionTooLong: over 500 characters.
    """
    found = description.strip()
    if len(found) > MAXIMUM_DESCRIPTION:
        raise DescriptionTooLong(maximum=MAXIMUM_DESCRIPTION, fields=("description",))
    return found


def check_cells(cells: Cells) -> None:
    """Refuse cells without a meaning.

    Raises:
        CellInvalid: a permission at a scope that it does not know.
    """
    for permission, scope in cells.items():
        possible = scopes_of(permission)
        if scope not in possible:
            raise CellInvalid(
                permission=permission.value,
                scope=scope.value,
                scopes=", ".join(possible),
                fields=("cells",),
            )


def beyond(held: Cells, cells: Cells) -> tuple[str, ...]:
    """The cells that reach further than what is held, as ``permission scope``."""
    return tuple(
        f"{permission} {scope}"
        for permission, scope in cells.items()
        if rank(scope) > rank(held.get(permission))
    )


def check_within(held: Cells, *wanted: Cells) -> None:
    """Nobody passes on, or takes away, more than they hold.

    Raises:
        RoleBeyondOwn: the cells that are further, named.
    """
    found = list(dict.fromkeys(cell for cells in wanted for cell in beyond(held, cells)))
    if found:
        more = "…" if len(found) > _NAMED else ""
        raise RoleBeyondOwn(cells=", ".join(found[:_NAMED]) + more, fields=("cells",))


def rank(scope: Scope | None) -> int:
    """0 for not at all, then 1 for the narrowest scope."""
    return 0 if scope is None else scope.rank + 1


def widest(cells: Iterable[tuple[Permission, Scope]]) -> dict[Permission, Scope]:
    """What several roles give together: of each permission the widest scope."""
    found: dict[Permission, Scope] = {}
    for permission, scope in cells:
        if rank(scope) > rank(found.get(permission)):
            found[permission] = scope
    return found


def changes(before: Cells, after: Cells) -> tuple[CellChange, ...]:
    """The cells that differ, in the order of the table of rights."""
    return tuple(
        CellChange(permission, before.get(permission), after.get(permission))
        for permission in Permission
        if before.get(permission) != after.get(permission)
    )


def changes_beside(others: Cells, before: Cells, after: Cells) -> tuple[CellChange, ...]:
    """What a changed role changes for somebody whose other roles give ``others``."""
    return changes(
        widest((*others.items(), *before.items())), widest((*others.items(), *after.items()))
    )
