"""Database logins: one role for each user or device, a member of ``kpix_app`` and of nothing else.

A role carries the mark of kpix in its comment, which only who may create roles can write: a role
without it was made by somebody else and is left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString, cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine

from kpix_tui.db.errors import database_errors
from kpix_tui.kernel.errors import Conflict, Forbidden, InputInvalid, KpixError, NotFound, message

MARK: Final = "kpix login"
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.@-]{0,62}", re.ASCII)
_RESERVED: Final = re.compile(
    r"pg_.*|kpix_(owner|auth|app|admin|local)|public|none|postgres"
    r"|(current|session|system)_user|(current_)?role|user",
    re.IGNORECASE,
)
_SECONDS_TO_END: Final = 10
_USUAL_SOCKET: Final = "/var/run/postgresql"
_USUAL_PORT: Final = "5432"


class LoginNameInvalid(InputInvalid):
    """A role cannot be called so, or should not."""

    code = "db.login_name_invalid"
    message = message(
        "{name} cannot name a login: begin with a letter, then letters without accents, digits and "
        "_ . @ - up to 63; names of PostgreSQL and of kpix itself are reserved."
    )


class LoginTaken(Conflict):
    """The server has a role of this name."""

    code = "db.login_taken"
    message = message("The server has a login {name} already. See: kpix db logins")


class LoginNotFound(NotFound):
    """The server has no role of this name."""

    code = "db.login_not_found"
    message = message("There is no login {name}. See: kpix db logins")


class LoginForeign(Forbidden):
    """The role was not made by kpix."""

    code = "db.login_foreign"
    message = message("The login {name} was not made by kpix db grant-login: it is left alone.")


class LoginNotDropped(KpixError):
    """The login is locked out, and something keeps the server from removing its role."""

    code = "db.login_not_dropped"
    message = message(
        "The login {name} can no longer connect and its sessions are ended, but the server still "
        "has its role: {reason}"
    )


@dataclass(frozen=True, slots=True)
class LoginRow:
    """A role that may connect as the application.

    ``made_by_kpix`` is False for those made by hand. ``peer`` is True where the system account is
    the proof, and None where kpix does not know. ``connections`` are open now, out of ``limit``
    (None: as many as the server has). ``sessions`` are kpix sessions that are alive.
    """

    name: str
    made_by_kpix: bool
    peer: bool | None
    limit: int | None
    connections: int
    sessions: int
    last_seen_at: datetime | None


def check_login_name(name: str) -> str:
    """The name, if a login may have it.

    Raises:
        LoginNameInvalid: it may not.
    """
    if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name):
        raise LoginNameInvalid(name=name, fields=("name",))
    return name


def create_login(owner: Engine, name: str, *, password: str | None, connections: int) -> None:
    """Make the login; without a password only the system account of its name can use it.

    Raises:
        LoginNameInvalid: the name cannot be used.
        LoginTaken: the server has such a role already.
        RefusedByDatabase: the operator may not create roles.
    """
    check_login_name(name)
    with database_errors(), owner.begin() as connection:
        driver = _driver(connection)
        if _mark_of(driver, name) is not None:
            raise LoginTaken(name=name, fields=("name",))
        _run(
            driver,
            "create role {name} login inherit nosuperuser nocreatedb nocreaterole noreplication"
            " nobypassrls connection limit {limit} password {password} valid until {until}",
            name=sql.Identifier(name),
            limit=sql.Literal(connections),
            password=sql.Literal(_verifier(driver, name, password)),
            # A login for peer authentication could give itself a password; it would have expired.
            until=sql.Literal("-infinity" if password is None else "infinity"),
        )
        _run(driver, f"grant kpix_app to {{name}}{_options(driver)}", name=sql.Identifier(name))
        _run(
            driver,
            "comment on role {name} is {mark}",
            name=sql.Identifier(name),
            mark=sql.Literal(f"{MARK}: {'peer' if password is None else 'password'}"),
        )
        _end_sessions(driver, name)


def revoke_login(owner: Engine, name: str) -> tuple[int, int]:
    """Lock the login out, end its sessions and connections, remove its role.

    Returns how many sessions and connections were ended.

    Raises:
        LoginNotFound: there is no such role.
        LoginForeign: kpix did not make it, or it was given more than kpix gives.
        LoginNotDropped: it is locked out; something that it made elsewhere keeps its role.
    """
    with database_errors(), owner.begin() as connection:
        driver = _driver(connection)
        _require_ours(driver, name)
        _run(driver, "alter role {name} nologin", name=sql.Identifier(name))
        _run(driver, "grant {name} to current_user", name=sql.Identifier(name))
    with database_errors(), owner.begin() as connection:
        driver = _driver(connection)
        ended = _terminate(driver, name)
        sessions = _end_sessions(driver, name)
    with database_errors(), owner.begin() as connection:
        _drop(_driver(connection), name)
    return sessions, ended


def socket_address(owner: Engine) -> dict[str, str]:
    """Where the server listens for programs on its own machine: ``host``, the folder of its socket
    (the usual one, if the operator may not know), and ``port``, unless it is the usual one."""
    with database_errors(), owner.begin() as connection:
        found = dict(
            _driver(connection)
            .execute(
                "select name, setting from pg_settings"
                " where name in ('unix_socket_directories', 'port')"
            )
            .fetchall()
        )
    folders = str(found.get("unix_socket_directories", _USUAL_SOCKET))
    port = str(found["port"])
    address = {"host": folders.partition(",")[0].strip()}
    return address if port == _USUAL_PORT else {**address, "port": port}


def logins(owner: Engine) -> tuple[LoginRow, ...]:
    """Every role that is a member of ``kpix_app`` and may connect, by name; there are few."""
    with database_errors(), owner.begin() as connection:
        driver = _driver(connection)
        driver.execute("set local role kpix_owner")
        return tuple(
            LoginRow(
                name=name,
                made_by_kpix=mark.startswith(MARK),
                peer=mark.endswith("peer") if mark.startswith(MARK) else None,
                limit=None if limit < 0 else limit,
                connections=connections,
                sessions=sessions,
                last_seen_at=seen,
            )
            for name, mark, limit, connections, sessions, seen in driver.execute(_LOGINS)
        )


_LOGINS: Final = """
    select r.rolname, coalesce(shobj_description(r.oid, 'pg_authid'), ''), r.rolconnlimit,
        (select count(*) from pg_stat_activity a where a.usesysid = r.oid),
        coalesce(s.live, 0), s.last_seen_at
    from pg_roles r
    left join auth.login_sessions() s on s.login = r.rolname
    where r.rolcanlogin and exists (
        select from pg_auth_members m where m.member = r.oid and m.roleid = 'kpix_app'::regrole
    )
    order by r.rolname
"""


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


def _run(
    driver: psycopg.Connection[Any], statement: LiteralString, **parts: sql.Composable
) -> None:
    driver.execute(sql.SQL(statement).format(**parts))


def _options(driver: psycopg.Connection[Any]) -> LiteralString:
    """Its rights are those of kpix_app; becoming kpix_app, where that can be refused, is."""
    return " with inherit true, set false" if driver.info.server_version >= 160000 else ""


def _verifier(driver: psycopg.Connection[Any], name: str, password: str | None) -> str | None:
    """What the server keeps: the password itself never reaches it, nor its log."""
    if password is None:
        return None
    made = driver.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
    return made.decode()


def _mark_of(driver: psycopg.Connection[Any], name: str) -> str | None:
    """The comment of the role; None where there is no such role."""
    row = driver.execute(
        "select coalesce(shobj_description(oid, 'pg_authid'), '') from pg_roles where rolname = %s",
        (name,),
    ).fetchone()
    return None if row is None else str(row[0])


def _require_ours(driver: psycopg.Connection[Any], name: str) -> None:
    mark = _mark_of(driver, name)
    if mark is None:
        raise LoginNotFound(name=name, fields=("name",))
    powers = driver.execute(
        "select rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls"
        " or exists (select from pg_auth_members m where m.member = r.oid"
        " and m.roleid <> 'kpix_app'::regrole)"
        " from pg_roles r where rolname = %s",
        (name,),
    ).fetchone()
    if not mark.startswith(MARK) or powers is None or powers[0]:
        raise LoginForeign(name=name, fields=("name",))


def _drop(driver: psycopg.Connection[Any], name: str) -> None:
    # What it made for itself, default privileges for example, would keep its role.
    _run(driver, "drop owned by {name}", name=sql.Identifier(name))
    try:
        _run(driver, "drop role {name}", name=sql.Identifier(name))
    except psycopg.errors.DependentObjectsStillExist as error:
        detail = error.diag.message_detail or str(error)
        raise LoginNotDropped(name=name, reason=detail.splitlines()[0]) from error


def _terminate(driver: psycopg.Connection[Any], name: str) -> int:
    """End its connections and wait until they are gone."""
    row = driver.execute(
        "select count(*) filter (where pg_terminate_backend(pid, %s)) from pg_stat_activity"
        " where usename = %s",
        (_SECONDS_TO_END * 1000, name),
    ).fetchone()
    return int(row[0]) if row else 0


def _end_sessions(driver: psycopg.Connection[Any], name: str) -> int:
    """End the sessions that were opened with a login of this name, now or before."""
    driver.execute("set local role kpix_owner")
    row = driver.execute("select auth.end_login_sessions(%s::name)", (name,)).fetchone()
    driver.execute("reset role")
    return int(row[0]) if row else 0
