"""What goes into and comes out of sign-up, login, sessions and passwords."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CreateOrganization:
    """An organisation and its first administrator (``kpix init``)."""

    organization: str
    name: str
    email: str
    password: str = field(repr=False)
    timezone: str = "UTC"
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class OrganizationCreated:
    """The ids of what ``kpix init`` made."""

    organization_id: UUID
    user_id: UUID


@dataclass(frozen=True, slots=True)
class Login:
    """Credentials as typed. ``organization`` is asked for only where an e-mail has several."""

    email: str
    password: str = field(repr=False)
    shared: bool = False
    organization: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that was opened. ``token`` is the secret that later transactions present."""

    token: str = field(repr=False)
    user_id: UUID
    name: str
    organization_name: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CreateUser:
    """A new user of the actor's organisation. ``password`` never leaves this process."""

    name: str
    email: str
    roles: tuple[str, ...]
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """The actor's own password, old and new."""

    current: str = field(repr=False)
    new: str = field(repr=False)
