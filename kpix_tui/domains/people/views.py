"""What goes into and comes out of the use cases on users, teams and roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kpix_tui.access.permissions import Permission, Scope

# -- users -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user as lists show them.

    ``email`` and ``roles`` are None and empty where the actor may not know them; ``invited`` says
    that they have not redeemed their first code yet, as far as the actor may know.
    """

    id: UUID
    name: str
    email: str | None
    active: bool
    invited: bool
    roles: tuple[str, ...]
    created_at: datetime
    teams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that a user holds, since when, and the name of who gave it."""

    role_id: UUID
    name: str
    built_in: bool
    assigned_at: datetime
    assigned_by: str | None


@dataclass(frozen=True, slots=True)
class UserTeam:
    """A team that a user is in."""

    team_id: UUID
    name: str
    lead: bool


@dataclass(frozen=True, slots=True)
class UserDetail:
    """A user with the roles (as far as the actor may know them) and the teams, by name."""

    user: UserRow
    roles: tuple[HeldRole, ...]
    teams: tuple[UserTeam, ...]


# -- teams -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team as lists show it. ``leads`` are names; ``mine`` and ``led`` are about the actor."""

    id: UUID
    name: str
    members: int
    leads: tuple[str, ...]
    mine: bool
    led: bool
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class UpdateTeam:
    """Another name, on top of ``version`` (optimistic lock)."""

    id: UUID
    version: int
    name: str


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A user in a team."""

    user_id: UUID
    name: str
    active: bool
    lead: bool
    joined_at: datetime


# -- roles -----------------------------------------------------------------------------------------

Cells = Mapping[Permission, Scope]
"""What a role grants: each permission at most once, with how far it reaches."""


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role as lists show it. ``holders`` is None where the actor may not know who holds what."""

    id: UUID
    name: str
    description: str
    built_in: bool
    cells: int
    holders: int | None
    version: int


@dataclass(frozen=True, slots=True)
class RoleDetail:
    """A role with all its cells. ``editable``: the actor may change and delete it."""

    id: UUID
    name: str
    description: str
    built_in: bool
    cells: Cells
    holders: int | None
    editable: bool
    version: int


@dataclass(frozen=True, slots=True)
class HolderRow:
    """A user who holds a role."""

    user_id: UUID
    name: str
    active: bool
    assigned_at: datetime
    assigned_by: str | None


@dataclass(frozen=True, slots=True)
class CreateRole:
    """A role of the organisation's own."""

    name: str
    cells: Cells
    description: str = ""


@dataclass(frozen=True, slots=True)
class UpdateRole:
    """The whole of a role, on top of ``version`` (optimistic lock)."""

    id: UUID
    version: int
    name: str
    description: str
    cells: Cells


@dataclass(frozen=True, slots=True)
class CellChange:
    """How far a permission reaches before and after; None is not at all."""

    permission: Permission
    before: Scope | None
    after: Scope | None


@dataclass(frozen=True, slots=True)
class AffectedUser:
    """A holder whose rights change; what another of their roles gives anyway is left out."""

    user_id: UUID
    name: str
    changes: tuple[CellChange, ...]


@dataclass(frozen=True, slots=True)
class RoleImpact:
    """What saving a role would change: its cells, and for which of its ``holders``."""

    role_id: UUID
    name: str
    changes: tuple[CellChange, ...]
    holders: int
    affected: tuple[AffectedUser, ...]
