"""One connection that hears of what changes, in a thread of its own.

It is not used behind a pooler, where a connection is somebody else's after each transaction. A
note may be made up by anybody who may listen as well (``kpix_tui/kernel/changes.py``), and in any
number: they are handed on a few times a second, and not one by one when there are many.
"""

from __future__ import annotations

import logging
import select
import socket
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any, Final, cast
from uuid import UUID

import psycopg
from sqlalchemy import Engine

from kpix_tui.db.errors import NotSignedIn, SessionEnded, database_errors
from kpix_tui.db.principal import begin
from kpix_tui.kernel.changes import ANYTHING, Change, read_note
from kpix_tui.kernel.errors import KpixError

_log: Final = logging.getLogger("kpix.listen")

GATHER: Final = 0.2
"""Seconds for which notes are gathered after some were handed on."""
MANY: Final = 50
"""From as many different notes at once on, they are not told apart."""
PATIENCE: Final = (0.1, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before the connection is tried again: the first time, the second, … and from then on."""


def listening_connection(engine: Engine, token: str, user_id: UUID) -> psycopg.Connection[Any]:
    """A connection of its own that listens to the organisation of ``token``'s owner.

    Raises:
        SessionEnded: the database does not accept the token, or it is not that of ``user_id``.
        KpixError: the server does not answer.
    """
    with database_errors():
        pooled = engine.raw_connection()
        connection = cast("psycopg.Connection[Any]", pooled.driver_connection)
        pooled.detach()  # the pool makes itself another one
        try:
            with connection.transaction():
                _listen_as(connection, token, user_id)
        except BaseException:
            connection.close()
            raise
    return connection


def _listen_as(connection: psycopg.Connection[Any], token: str, user_id: UUID) -> None:
    principal = begin(connection, token)
    if principal is None or principal.user_id != user_id:
        raise SessionEnded
    connection.execute("select auth.listen()")
    connection.execute("set application_name = 'kpix listen'")  # for whoever counts connections


class Listener:
    """Tells ``heard`` of changes and ``connected`` whether it listens, both in its own thread.

    ``connect`` opens a connection that listens already. One that is lost is opened again, for as
    long as nobody stops this and the session is accepted; what happened in between is unknown to
    ``heard``: whoever hears of a new connection reads everything again.
    """

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[Any]],
        heard: Callable[[frozenset[Change]], None],
        connected: Callable[[bool], None],
    ) -> None:
        self._connect = connect
        self._heard = heard
        self._connected = connected
        self._stopped = threading.Event()
        self._bell, self._rope = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="kpix-listener", daemon=True)

    def start(self) -> None:
        """Connect and listen, beside the caller."""
        self._thread.start()

    def stop(self) -> None:
        """End at once; the caller does not wait, and nothing more is told."""
        if not self._stopped.is_set():
            self._stopped.set()
            self._rope.close()  # the other end can be read now: whoever waits there wakes up

    def join(self, timeout: float) -> bool:
        """Whether the thread has ended within ``timeout`` seconds."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # -- in the thread -----------------------------------------------------------------------------

    def _run(self) -> None:
        with closing(self._bell):
            try:
                self._keep_listening()
            except NotSignedIn:
                _log.info("nobody listens for a session that has ended")
            except Exception:  # noqa: BLE001 - the boundary of the thread
                _log.exception("the listener failed")
            self._tell(self._connected, False)

    def _keep_listening(self) -> None:
        failures = 0
        while not self._stopped.is_set():
            try:
                with closing(self._connect()) as connection:
                    failures = 0
                    self._tell(self._connected, True)
                    self._listen(connection)
            except NotSignedIn:
                raise
            except KpixError as error:
                _log.info("not listening: %s", error.code)
            self._tell(self._connected, False)
            self._wait(PATIENCE[min(failures, len(PATIENCE) - 1)])
            failures += 1

    def _listen(self, connection: psycopg.Connection[Any]) -> None:
        with database_errors():
            while not self._stopped.is_set():
                self._wait(None, connection.fileno())
                if self._stopped.is_set():
                    return
                if changes := _gathered(connection):
                    self._tell(self._heard, changes)
                    self._wait(GATHER)

    def _wait(self, seconds: float | None, *others: int) -> None:
        """Wait for ``seconds``, for something to read from ``others``, or for :meth:`stop`."""
        select.select([self._bell.fileno(), *others], [], [], seconds)

    def _tell(self, whom: Callable[[Any], None], what: object) -> None:
        if not self._stopped.is_set():
            whom(what)


def _gathered(connection: psycopg.Connection[Any]) -> frozenset[Change]:
    """What has arrived. All of it is taken from the server, however much it is."""
    found: set[Change] = set()
    for note in connection.notifies(timeout=0):
        change = read_note(note.payload)
        if change is not None and len(found) < MANY:
            found.add(change)
    return frozenset({ANYTHING}) if len(found) >= MANY else frozenset(found)
