"""Who a transaction acts as, proved by the database (``auth.begin``)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from kpix_tui.db.errors import SessionEnded


@dataclass(frozen=True, slots=True)
class Principal:
    """What ``auth.begin`` answers: the user behind the token and what their roles grant."""

    organization_id: UUID
    organization_name: str
    timezone: str
    user_id: UUID
    name: str
    email: str
    locale: str
    session_id: UUID
    shared: bool
    expires_at: datetime
    roles: tuple[str, ...]
    grants: tuple[tuple[str, str], ...]
    team_mates: frozenset[UUID]

    @classmethod
    def from_answer(cls, answer: dict[str, Any]) -> Principal:
        """Read the JSON of ``auth.begin`` and ``auth.login_claim``."""
        return cls(
            organization_id=UUID(answer["organization_id"]),
            organization_name=answer["organization_name"],
            timezone=answer["timezone"],
            user_id=UUID(answer["user_id"]),
            name=answer["name"],
            email=answer["email"],
            locale=answer["locale"],
            session_id=UUID(answer["session_id"]),
            shared=answer["shared"],
            expires_at=datetime.fromisoformat(answer["expires_at"]),
            roles=tuple(answer["roles"]),
            grants=tuple((permission, scope) for permission, scope in answer["grants"]),
            team_mates=frozenset(UUID(mate) for mate in answer["team_mates"]),
        )


def new_token() -> str:
    """A session token: 32 random bytes, as text that fits a file and an environment variable."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()


def token_bytes(token: str) -> bytes:
    """The 32 bytes of a token.

    Raises:
        SessionEnded: it is not a token; like one that is not known, it is nobody.
    """
    try:
        raw = base64.urlsafe_b64decode(token.strip() + "=" * (-len(token.strip()) % 4))
    except (binascii.Error, ValueError) as error:
        raise SessionEnded from error
    if len(raw) != 32:
        raise SessionEnded
    return raw


def token_hash(token: str) -> bytes:
    """SHA-256 of a token: all that the database keeps of it."""
    return hashlib.sha256(token_bytes(token)).digest()


def begin(
    connection: psycopg.Connection[Any], token: str, limits: str | None = None
) -> Principal | None:
    """Present ``token`` for the transaction that starts here; None when the database refuses it.

    BEGIN, ``limits`` (a statement that holds for the transaction) and ``auth.begin`` travel
    together: one round trip. The token is a bound parameter, never in the text of the query.
    """
    with connection.pipeline():
        if limits is not None:
            connection.execute(limits.encode())
        cursor = connection.execute("select auth.begin(%b)", (token_bytes(token),))
    row = cursor.fetchone()
    return Principal.from_answer(row[0]) if row and row[0] else None
