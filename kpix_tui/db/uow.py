"""The unit of work: one transaction, as somebody. The only place that commits."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from typing import Any, Protocol, cast

import psycopg
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from kpix_tui.db.errors import NotSignedIn, SessionEnded, database_errors
from kpix_tui.db.principal import begin
from kpix_tui.kernel.clock import Clock, today
from kpix_tui.kernel.principal import Principal

_log = logging.getLogger("kpix.work")


class UnitOfWork:
    """One transaction. Use cases read and write through ``session`` and never commit."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self.clock = clock
        # For what SQLAlchemy has no words for; kept, because a session is bound to its thread and
        # cancelling comes from another one.
        self.driver = cast(
            "psycopg.Connection[Any]", session.connection().connection.driver_connection
        )
        self._principal: Principal | None = None
        self.was_cancelled = False
        self._events: list[tuple[str, dict[str, object]]] = []

    @property
    def principal(self) -> Principal:
        """Who the database proved the transaction acts as.

        Raises:
            NotSignedIn: the unit of work was opened without a session.
        """
        if self._principal is None:
            raise NotSignedIn
        return self._principal

    def open(self, token: str | None, opening: Sequence[str]) -> None:
        """Begin with these statements, as the owner of ``token`` or as nobody.

        Raises:
            SessionEnded: the database does not accept it.
        """
        if token is None:
            for statement in opening:
                self.driver.execute(statement.encode())
            return
        self._principal = begin(self.driver, token, opening)
        if self._principal is None:
            self.session.commit()  # a reused token has just revoked its family
            raise SessionEnded

    @property
    def today(self) -> date:
        """The calendar day in the organisation's time zone."""
        return today(self.clock, self.principal.timezone)

    def log(self, event: str, **facts: object) -> None:
        """Write ``event`` to the log ``kpix.work`` once the transaction is committed, and only
        then: what was rolled back has not happened."""
        self._events.append((event, facts))

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Everything that is done inside the block is undone at its end."""
        events = list(self._events)
        with self.session.begin_nested() as savepoint:
            yield
            savepoint.rollback()
        self._events = events

    def tell(self) -> None:
        """Write what was waiting for the commit."""
        for event, facts in self._events:
            _log.info(event, extra=facts)
        self._events.clear()

    def cancel(self) -> None:
        """Stop the running statement on the server. Safe from another thread.

        Raises:
            KpixError: the server could not be told.
        """
        self.was_cancelled = True
        with database_errors():
            self.driver.cancel_safe(timeout=2)


class Units(Protocol):
    """What opens units of work, for use cases that need more than one transaction."""

    def anonymous(self) -> AbstractContextManager[UnitOfWork]:
        """As nobody, before a login."""
        ...

    def unit_of_work(self, token: str | None = None) -> AbstractContextManager[UnitOfWork]:
        """As the owner of ``token``, or of the session that is kept."""
        ...

    def owner(self) -> AbstractContextManager[UnitOfWork]:
        """As the operator of the database."""
        ...


@contextmanager
def open_unit(
    engine: Engine,
    clock: Clock,
    *,
    token: str | None = None,
    on_open: Callable[[UnitOfWork], None] = lambda _uow: None,
) -> Iterator[UnitOfWork]:
    """A transaction that commits when the block ends and rolls back when it raises.

    ``on_open`` hears of the unit as soon as it can be cancelled.

    Raises:
        SessionEnded: the database does not accept ``token``.
        KpixError: whatever the database refused, translated.
    """
    opening = engine.get_execution_options().get("kpix_opening", ())
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        with database_errors():
            uow = UnitOfWork(session, clock)
        with database_errors(lambda: uow.was_cancelled):
            try:
                on_open(uow)
                uow.open(token, opening)
                yield uow
                session.commit()
                uow.tell()
            except BaseException:
                if uow.driver.closed:
                    session.invalidate()  # the server is gone: there is nothing to roll back
                raise
