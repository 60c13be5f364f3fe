"""The connection pool of one process, and what a connection must be like."""

from __future__ import annotations

import os
import select
from functools import partial
from typing import Any

import psycopg
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError

from kpix_tui.config import Settings
from kpix_tui.db.errors import (
    PoolerUnannounced,
    RoleTooPowerful,
    ServerTooOld,
    SslTooWeak,
    UrlInvalid,
)

OLDEST_SERVER = 15
SEARCH_PATH = "kpix,pg_catalog"
BEGIN = "begin isolation level read committed"
"""Whatever the server's default is: ``auth.begin`` refuses every other level."""
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


def is_local(url: URL) -> bool:
    """Whether the server is on this machine: a socket, or a loopback address.

    libpq tries every host of a list, goes to ``hostaddr`` whatever the host is called, and takes
    what the address leaves out from its own variables: all of that has to be on this machine.
    """
    query = url.normalized_query
    if "service" in query or os.environ.get("PGSERVICE"):
        return False  # a file elsewhere says where
    named = [*query.get("host", ()), *filter(None, [url.host])] or [os.environ.get("PGHOST", "")]
    named += query.get("hostaddr", ()) or [os.environ.get("PGHOSTADDR", "")]
    return all(
        host == "" or host.startswith(("/", "@")) or host in _LOCAL_HOSTS
        for host in ",".join(named).split(",")
    )


def server_url(text: str, *, setting: str, sslmode: str | None) -> URL:
    """The URL of an external server, with ``sslmode=verify-full`` unless it is local.

    Raises:
        UrlInvalid: it is no PostgreSQL URL; ``setting`` names where it came from.
        SslTooWeak: it asks for less than verify-full on another machine, and KPIX_SSLMODE did not.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise UrlInvalid(setting=setting) from error
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise UrlInvalid(setting=setting)
    url = url.set(drivername="postgresql+psycopg")
    if is_local(url):
        return url
    wanted = str(url.query.get("sslmode") or sslmode or "verify-full")
    if wanted not in {"verify-full", sslmode}:
        raise SslTooWeak(found=wanted)
    return url.update_query_dict({"sslmode": wanted})


def embedded_url(text: str) -> URL:
    """The URL of the embedded server, which is reached through its socket folder."""
    return make_url(text).set(drivername="postgresql+psycopg")


def make_engine(url: URL | str, settings: Settings) -> Engine:
    """An engine for the application's role; no connection is made yet."""
    args, opening = _connect_args(settings), [BEGIN]
    if settings.pooler:
        # A transaction may meet any connection of the pooler: what holds for a connection is set in
        # every transaction, and nothing is prepared that the next one would look for elsewhere.
        del args["options"]
        args["prepare_threshold"] = None
        opening.append(limits_of_a_transaction(settings))
    engine = create_engine(
        url,
        pool_size=settings.pool_size,
        max_overflow=settings.pool_overflow,
        pool_timeout=settings.connect_timeout,
        connect_args=args,
        # The driver would send BEGIN alone and wait for the answer: a unit of work begins by itself
        # and proves in the same round trip who it is.
        isolation_level="AUTOCOMMIT",
        execution_options={"kpix_opening": tuple(opening)},
    )
    event.listen(engine, "checkout", _refuse_dropped)
    event.listen(engine, "first_connect", partial(_check_server, direct=not settings.pooler))
    return engine


def limits_of_a_transaction(settings: Settings) -> str:
    """The statement that sets for one transaction what a connection of one's own has from start."""
    return "select " + ", ".join(
        f"pg_catalog.set_config('{name}', '{value}', true)"
        for name, value in _limits(settings).items()
    )


def make_owner_engine(url: URL | str, settings: Settings) -> Engine:
    """An engine for an operator: one connection, no limits on how long a statement runs."""
    args = _connect_args(settings)
    args["options"] = "-c search_path=pg_catalog"
    return create_engine(url, pool_size=1, max_overflow=0, connect_args=args)


def _limits(settings: Settings) -> dict[str, str]:
    return {
        "search_path": SEARCH_PATH,
        "statement_timeout": f"{settings.statement_timeout}s",
        "lock_timeout": f"{settings.lock_timeout}s",
        "idle_in_transaction_session_timeout": "60s",
        # Whoever shares the login role could switch these on for it (ALTER ROLE … SET): they put
        # what is bound to a statement, tokens and keys included, into the log of the server.
        "debug_print_parse": "off",
        "debug_print_rewritten": "off",
        "debug_print_plan": "off",
        "log_parameter_max_length_on_error": "0",
    }


def _connect_args(settings: Settings) -> dict[str, Any]:
    return {
        "connect_timeout": settings.connect_timeout,
        "application_name": "kpix",
        # A connection that waits for hours, as one that listens does, notices that the other side
        # is gone, and no router between forgets it.
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "options": " ".join(f"-c {name}={value}" for name, value in _limits(settings).items()),
    }


def _refuse_dropped(connection: Any, _record: Any, _proxy: Any) -> None:
    """A connection that the server has closed meanwhile is replaced by a new one.

    A server that goes says so, and what it said waits to be read: looking costs nothing, where
    asking would cost a round trip for every transaction. One that vanished without a word is what
    keepalives are for.
    """
    pgconn = connection.pgconn
    try:
        while _has_something(pgconn.socket):
            pgconn.consume_input()
    except psycopg.OperationalError as error:
        raise DisconnectionError from error


def _has_something(socket: int) -> bool:
    waiting = select.poll()
    waiting.register(socket, select.POLLIN)
    return bool(waiting.poll(0))


def _check_server(connection: Any, _record: Any, *, direct: bool) -> None:
    try:
        _refuse_unfit(connection)
        if direct:
            _refuse_pooled(connection)
    except BaseException:
        connection.close()  # the pool forgets a connection that was refused, open as it is
        raise


def _refuse_unfit(connection: Any) -> None:
    found = connection.info.server_version
    if found < OLDEST_SERVER * 10000:
        raise ServerTooOld(found=found // 10000, needed=OLDEST_SERVER)
    row = connection.execute(
        "select rolname, rolsuper or rolbypassrls from pg_catalog.pg_roles"
        " where rolname = session_user"
    ).fetchone()
    connection.rollback()
    if row is not None and row[1]:
        raise RoleTooPowerful(role=row[0])


def _refuse_pooled(connection: Any) -> None:
    """A pooler that was told to ignore the options of a connection drops its limits silently."""
    row = connection.execute("select current_setting('search_path')").fetchone()
    connection.rollback()
    if row[0] != SEARCH_PATH:
        raise PoolerUnannounced
