"""What a front end holds: settings, clock, database and session. Opens nothing by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from kpix_tui.app.tokens import TokenStore, token_store
from kpix_tui.config import Settings
from kpix_tui.db.session_errors import NotSignedIn
from kpix_tui.kernel.changes import Change
from kpix_tui.kernel.clock import Clock, SystemClock
from kpix_tui.kernel.errors import Misconfigured, TimedOut, Unavailable, message

if TYPE_CHECKING:
    from psycopg import Connection
    from sqlalchemy import URL, Engine

    from kpix_tui.db.embedded import EmbeddedServer
    from kpix_tui.db.listen import Listener
    from kpix_tui.db.uow import UnitOfWork

P = ParamSpec("P")
Result = TypeVar("Result")


class OperatorUnknown(Misconfigured):
    """The operator's work was asked for on an external server without an operator's URL."""

    code = "app.operator_unknown"
    message = message("This needs an operator's login: set KPIX_OWNER_DATABASE_URL.")


class ServerUnknown(Misconfigured):
    """The operator's address was given, and not the one that users have."""

    code = "app.server_unknown"
    message = message(
        "KPIX_OWNER_DATABASE_URL is the operator's alone: set KPIX_DATABASE_URL as well. "
        "kpix db grant-login makes a login and prints it."
    )


def _silent(_step: str) -> None:
    """No one listens to the progress."""


@dataclass
class Context:
    """One per process. Both front ends reach use cases through it and through nothing else."""

    settings: Settings
    clock: Clock = field(default_factory=SystemClock)
    progress: Callable[[str], None] = _silent
    """Hears the steps of starting the database, as English messages to translate."""

    def __post_init__(self) -> None:
        self.tokens: TokenStore = token_store(self.settings)
        self._lock = threading.RLock()
        self._server: EmbeddedServer | None = None
        self._engine: Engine | None = None
        self._owner: Engine | None = None

    @property
    def embedded(self) -> bool:
        """Whether kpix runs its own PostgreSQL."""
        return self.settings.database_url is None and self.settings.owner_database_url is None

    def server(self) -> EmbeddedServer:
        """The embedded server, not started."""
        from kpix_tui.db.embedded import EmbeddedServer  # noqa: PLC0415 - not for external servers

        with self._lock:
            if self._server is None:
                self._server = EmbeddedServer(
                    self.settings.home,
                    account=self.settings.postgres_account,
                    progress=self.progress,
                )
            return self._server

    def external_url(self, *, owner: bool = False) -> URL:
        """The address of a server that is not kpix's own, for the application or the operator.

        Raises:
            OperatorUnknown, ServerUnknown: the one that was asked for is not set.
            UrlInvalid, SslTooWeak: it cannot be used.
        """
        from kpix_tui.db import engine  # noqa: PLC0415 - SQLAlchemy loads after the first paint

        setting = "KPIX_OWNER_DATABASE_URL" if owner else "KPIX_DATABASE_URL"
        text = self.settings.owner_database_url if owner else self.settings.database_url
        if text is None:
            raise OperatorUnknown if owner else ServerUnknown
        return engine.server_url(text, setting=setting, sslmode=self.settings.sslmode)

    def database(self) -> Engine:
        """The application's engine, on a schema of this version. Starts the embedded server.

        Raises:
            Unavailable: the server does not answer.
            Misconfigured: the settings, the server or the schema cannot work.
        """
        with self._lock:
            if self._engine is None:
                self._engine = self._open_embedded() if self.embedded else self._open_external()
            return self._engine

    @property
    def server_version(self) -> int | None:
        """The server's version as PostgreSQL numbers it (150018 is 15.18), once it is open."""
        with self._lock:
            engine = self._engine
        info = None if engine is None else engine.dialect.server_version_info
        if info is None:
            return None
        major, minor = (*info, 0)[:2]
        return int(major) * 10_000 + int(minor)

    def owner_database(self) -> Engine:
        """The operator's engine; the schema may be of any version.

        Raises:
            OperatorUnknown: the server is external and no operator's URL is set.
        """
        from kpix_tui.db import engine  # noqa: PLC0415 - SQLAlchemy loads after the first paint

        with self._lock:
            if self._owner is None:
                if self.embedded:
                    address = self.server().start()
                    url = engine.embedded_url(address.url(address.owner_user))
                else:
                    url = self.external_url(owner=True)
                self._owner = engine.make_owner_engine(url, self.settings)
            return self._owner

    def _open_embedded(self) -> Engine:
        from kpix_tui.db import engine, migrate  # noqa: PLC0415 - SQLAlchemy loads after the first paint

        address = self.server().start()
        owner = self.owner_database()
        if not migrate.schema_state(owner).current:
            self.progress(message("Preparing the tables"))
            migrate.upgrade(owner)
        owner.dispose()
        return engine.make_engine(engine.embedded_url(address.url(address.app_user)), self.settings)

    def _open_external(self) -> Engine:
        from kpix_tui.db import engine, migrate  # noqa: PLC0415 - SQLAlchemy loads after the first paint

        made = engine.make_engine(self.external_url(), self.settings)
        try:
            migrate.require_current(made)
        except BaseException:
            made.dispose()
            raise
        return made

    @contextmanager
    def unit_of_work(
        self, token: str | None = None, *, on_open: Callable[[UnitOfWork], None] = lambda _uow: None
    ) -> Iterator[UnitOfWork]:
        """A transaction as the owner of ``token``, or of the session that is kept.

        Raises:
            NotSignedIn: no session is kept, or (SessionEnded) the database does not accept it.
        """
        present = token or self.tokens.load()
        if present is None:
            raise NotSignedIn
        with self._unit(self.database, token=present, on_open=on_open) as uow:
            yield uow

    @contextmanager
    def anonymous(self) -> Iterator[UnitOfWork]:
        """A transaction as nobody, before a login."""
        with self._unit(self.database) as uow:
            yield uow

    @contextmanager
    def owner(self) -> Iterator[UnitOfWork]:
        """A transaction as ``kpix_owner``, the operator's role; the schema is of this version."""
        from kpix_tui.db import migrate  # noqa: PLC0415 - SQLAlchemy loads after the first paint

        def migrated() -> Engine:
            if self.embedded:
                self.database()
            else:
                migrate.require_current(self.owner_database())
            return self.owner_database()

        def become_owner(uow: UnitOfWork) -> None:
            uow.driver.execute("set local role kpix_owner")

        with self._unit(migrated, on_open=become_owner) as uow:
            yield uow

    @contextmanager
    def _unit(self, engine: Callable[[], Engine], **options: Any) -> Iterator[UnitOfWork]:
        """A transaction on ``engine()``. An embedded server that has died is started again."""
        from kpix_tui.db.uow import open_unit  # noqa: PLC0415 - SQLAlchemy loads after the first paint

        with ExitStack() as stack:
            found = engine()
            try:
                uow = stack.enter_context(open_unit(found, self.clock, **options))
            except TimedOut:
                raise
            except Unavailable:
                if not self.embedded:
                    raise
                self._forget(found)
                uow = stack.enter_context(open_unit(engine(), self.clock, **options))
            yield uow

    def _forget(self, failed: Engine) -> None:
        """Start anew the next time, unless another thread has done so since ``failed`` was read."""
        with self._lock:
            if failed in (self._engine, self._owner):
                self._dispose()

    def _dispose(self) -> None:
        for engine in (self._engine, self._owner):
            if engine is not None:
                engine.dispose()
        self._engine = self._owner = None

    def listener(
        self,
        user_id: UUID,
        heard: Callable[[frozenset[Change]], None],
        connected: Callable[[bool], None],
    ) -> Listener:
        """What hears of changes in the organisation of ``user_id``, not started.

        It presents the session that is kept, as long as that is one of ``user_id``.
        """
        from kpix_tui.db.listen import Listener, listening_connection  # noqa: PLC0415 - as above

        def connect() -> Connection[Any]:
            token = self.tokens.load()
            if token is None:
                raise NotSignedIn
            return listening_connection(self.database(), token, user_id)

        return Listener(connect, heard, connected)

    def run(
        self,
        use_case: Callable[Concatenate[UnitOfWork, P], Result],
        /,
        *args: P.args,
        **options: P.kwargs,
    ) -> Result:
        """Run a use case in one unit of work, as the session that is kept."""
        with self.unit_of_work() as uow:
            return use_case(uow, *args, **options)

    def close(self) -> None:
        """Give back every connection and leave the embedded server; the last to leave stops it."""
        with self._lock:
            self._dispose()
            if self._server is not None:
                self._server.release()
                self._server = None


def open_context(
    settings: Settings,
    clock: Clock | None = None,
    *,
    progress: Callable[[str], None] = _silent,
) -> Context:
    """The context of one process. Nothing is opened until something is asked for."""
    return Context(settings, clock or SystemClock(), progress)
