"""What goes into and comes out of the use cases on organisations, users and roles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user as lists show them."""

    id: UUID
    name: str
    email: str
    active: bool
    roles: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role of the organisation."""

    id: UUID
    name: str
    built_in: bool
