"""Who is asking, as the database proved it at the start of the transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from kpix_tui.access.permissions import Permission, Scope


@dataclass(frozen=True, slots=True)
class Actor:
    """The user behind a session, with what their roles grant.

    ``grants`` holds the widest scope that any of the roles gives for each permission.
    ``team_mates`` are the users who share a team with the actor; the actor is one of them.
    """

    organization_id: UUID
    organization_name: str
    timezone: str
    user_id: UUID
    name: str
    email: str
    session_id: UUID
    roles: tuple[str, ...]
    locale: str | None = None
    shared_terminal: bool = False
    grants: Mapping[Permission, Scope] = field(default_factory=dict)
    team_mates: frozenset[UUID] = frozenset()
