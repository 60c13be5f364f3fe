"""What goes into and comes out of sign-up, login, sessions and passwords."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kpix_tui.domains.people.views import UserRow


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


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session that opens something, or a locked one, as lists show it.

    ``kind`` is PERSONAL or SHARED. ``client`` is the address that the database saw (``local`` for
    one on the same machine, a pooler's where there is one), ``current`` the session that asks.
    """

    id: UUID
    user_id: UUID
    user_name: str
    kind: str
    authenticated_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    locked: bool
    client: str
    login_role: str
    current: bool


@dataclass(frozen=True, slots=True)
class ChangeEmail:
    """Another e-mail for the actor, and the password that they keep."""

    email: str
    password: str = field(repr=False)


class CodeKind(StrEnum):
    """What a one-time code is for: a first password (72 hours), or a forgotten one (1 hour)."""

    INVITATION = "INVITATION"
    RESET = "RESET"


@dataclass(frozen=True, slots=True)
class InviteUser:
    """A new user of the actor's organisation, who will choose a password by a code."""

    name: str
    email: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Invited:
    """A user who was invited. ``code`` is shown once, to be handed over; the database cannot."""

    user: UserRow
    code: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class IssueCode:
    """A code for a user who lost theirs or their password; ``password`` is the actor's own."""

    user_id: UUID
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CodeIssued:
    """A code for somebody. It is shown once; earlier ones open nothing any more."""

    user_id: UUID
    name: str
    email: str | None
    kind: CodeKind
    code: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RedeemCode:
    """A code as it was typed, and the password that its owner chooses."""

    email: str
    code: str = field(repr=False)
    password: str = field(repr=False)
    shared: bool = False
