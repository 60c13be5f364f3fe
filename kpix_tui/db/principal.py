"""Who a transaction acts as, proved by the database (``auth.begin``)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

import psycopg

from kpix_tui.db.errors import SessionEnded
from kpix_tui.kernel.principal import Principal


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
    connection: psycopg.Connection[Any], token: str, opening: Sequence[str] = ()
) -> Principal | None:
    """Present ``token`` for the transaction that starts here; None when the database refuses it.

    ``opening`` (statements that begin a transaction, and that hold for it) and ``auth.begin``
    travel together: one round trip. The token is a bound parameter, never in the text of the query.
    """
    with connection.pipeline():
        for statement in opening:
            connection.execute(statement.encode())
        cursor = connection.execute("select auth.begin(%b)", (token_bytes(token),))
    row = cursor.fetchone()
    return Principal.from_answer(row[0]) if row and row[0] else None
