"""The operator's work on database logins: one for each user or device."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kpix_tui.app.context import Context
from kpix_tui.kernel.errors import Misconfigured, message

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from kpix_tui.db.logins import LoginRow

CONNECTIONS: Final = 12
"""Connections of a login unless asked otherwise: four terminals of three."""

_log: Final = logging.getLogger("kpix.logins")


class LoginsElsewhere(Misconfigured):
    """The embedded server lets one system account in; it has no use for logins."""

    code = "app.logins_elsewhere"
    message = message(
        "The database that kpix runs itself is open to one system account only and has no logins: "
        "they are for a server of its own (KPIX_OWNER_DATABASE_URL)."
    )


@dataclass(frozen=True, slots=True)
class LoginGranted:
    """A login that was made. ``url`` holds the password, which is kept nowhere else."""

    name: str
    peer: bool
    connections: int
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LoginRevoked:
    """A login that was removed, with what it had open."""

    name: str
    sessions: int
    connections: int


def grant_login(
    context: Context, name: str, *, peer: bool = False, connections: int = CONNECTIONS
) -> LoginGranted:
    """Make a login that is a member of ``kpix_app`` and of nothing else.

    With ``peer`` it has no password: the system account of the same name is the proof.

    Raises:
        LoginsElsewhere: the database is kpix's own.
        LoginNameInvalid, LoginTaken: the name cannot be used, or is.
        RefusedByDatabase: the operator may not create roles.
    """
    from kpix_tui.db.logins import create_login  # noqa: PLC0415 - SQLAlchemy loads late

    owner = _owner(context)
    password = None if peer else secrets.token_urlsafe(24)
    create_login(owner, name, password=password, connections=connections)
    _log.info("login_role.granted", extra={"login": name, "peer": peer})
    return LoginGranted(name, peer, connections, _address(context, owner, name, password))


def revoke_login(context: Context, name: str) -> LoginRevoked:
    """End the sessions and connections of a login and remove it.

    Raises:
        LoginsElsewhere: the database is kpix's own.
        LoginNotFound, LoginForeign: there is none, or kpix did not make it.
        LoginNotDropped: it is locked out, but something keeps its role.
    """
    from kpix_tui.db import logins  # noqa: PLC0415 - SQLAlchemy loads late

    sessions, connections = logins.revoke_login(_owner(context), name)
    _log.info("login_role.revoked", extra={"login": name, "sessions": sessions})
    return LoginRevoked(name, sessions, connections)


def list_logins(context: Context) -> tuple[LoginRow, ...]:
    """Every login that may connect as the application, those made by hand included.

    Raises:
        LoginsElsewhere: the database is kpix's own.
    """
    from kpix_tui.db.logins import logins  # noqa: PLC0415 - SQLAlchemy loads late

    return logins(_owner(context))


def _owner(context: Context) -> Engine:
    from kpix_tui.db import migrate  # noqa: PLC0415 - SQLAlchemy loads late

    if context.embedded:
        raise LoginsElsewhere
    owner = context.owner_database()
    migrate.require_current(owner)
    return owner


def _address(context: Context, owner: Engine, name: str, password: str | None) -> str:
    """What the user sets: where users reach the server if that is known, else as the operator does.

    With peer authentication it goes through the socket and needs no name: the account has one.
    """
    from sqlalchemy import URL  # noqa: PLC0415 - SQLAlchemy loads late

    from kpix_tui.db.logins import socket_address  # noqa: PLC0415

    url = context.external_url(owner=context.settings.database_url is None)
    if password is None:
        url = URL.create("postgresql", database=url.database, query=socket_address(owner))
        return url.render_as_string().replace("%2F", "/")  # a path, for people to read
    url = url.set(drivername="postgresql", username=name, password=password)
    return url.render_as_string(hide_password=False)
