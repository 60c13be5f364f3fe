"""One transaction, as somebody: committed, undone, cancelled; and what the database refuses."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from kpix_tui.app.context import Context
from kpix_tui.db import engine
from kpix_tui.db.errors import (
    ConcurrentChange,
    ConstraintViolated,
    NotSignedIn,
    RefusedByDatabase,
    SessionEnded,
    TextUnwritable,
    database_errors,
    translated,
    violating,
)
from kpix_tui.db.principal import new_token, token_bytes, token_hash
from kpix_tui.db.uow import UnitOfWork, open_unit
from kpix_tui.kernel.clock import FixedClock
from kpix_tui.kernel.errors import Cancelled, Conflict, KpixError, TimedOut, Unavailable
from kpix_tui.kernel.principal import Principal
from tests.support.databases import Database

PRECIOUS = "insert into kpix.dashboard (organization_id, id, title, owner_id) values (auth.org(), %s, 'x', auth.user_id())"


@pytest.fixture
def application(database: Database, tmp_path: Path) -> Iterator[Engine]:
    """The application's engine, without a context around it."""
    settings = database.settings(tmp_path)
    made = engine.make_engine(engine.embedded_url(str(settings.database_url)), settings)
    yield made
    made.dispose()


@pytest.fixture
def unit(application: Engine, database: Database, clock: FixedClock) -> Callable[..., Any]:
    """Opens units of work of Acme's administrator."""

    def open_one(person: str = "acme/admin", **options: Any) -> Any:
        return open_unit(application, clock, token=database.tokens[person], **options)

    return open_one


def titles(unit: Callable[..., Any]) -> list[str]:
    with unit() as uow:
        return list(uow.session.scalars(text("select title from kpix.dashboard")))


def run(unit: Callable[..., Any], *statements: str, **options: Any) -> None:
    """Statements in one unit of work, given to the driver as they are."""
    with unit(**options) as uow:
        for statement in statements:
            uow.driver.execute(statement.encode())


# --- the transaction ------------------------------------------------------------------------


def test_it_commits_when_the_block_ends(unit: Callable[..., Any]) -> None:
    with unit() as uow:
        uow.driver.execute(PRECIOUS, (UUID(int=1),))
    assert titles(unit) == ["x"]


def test_it_leaves_nothing_when_the_block_raises(unit: Callable[..., Any]) -> None:
    def fail() -> None:
        with unit() as uow:
            uow.driver.execute(PRECIOUS, (UUID(int=1),))
            raise KeyError("x")

    with pytest.raises(KeyError):
        fail()
    assert titles(unit) == []


def test_who_it_acts_as(unit: Callable[..., Any], application: Engine, clock: FixedClock) -> None:
    heard: list[UnitOfWork] = []
    with unit("globex/viewer", on_open=heard.append) as uow:
        assert heard == [uow]
        assert isinstance(uow.principal, Principal)
        assert (uow.principal.name, uow.principal.roles) == ("Vic Viewer", ("VIEWER",))
        assert uow.principal.organization_name == "Globex"
        assert uow.principal.expires_at.tzinfo is not None
        assert uow.today == date(2026, 11, 21)
    with open_unit(application, clock) as uow:
        with pytest.raises(NotSignedIn):
            _ = uow.principal
        with pytest.raises(NotSignedIn):
            _ = uow.today


def test_a_token_that_is_not_known(application: Engine, clock: FixedClock) -> None:
    with pytest.raises(SessionEnded), open_unit(application, clock, token=new_token()):
        pass


def test_a_reused_token_revokes_its_family_for_good(
    application: Engine, clock: FixedClock, database: Database
) -> None:
    token = database.tokens["acme/admin"]
    with database.server.connect(database.name) as superuser:
        superuser.execute(
            "update private.session set rotated_at = now() - interval '1 minute'"
            " where token_hash = %s",
            (token_hash(token),),
        )
        with pytest.raises(SessionEnded), open_unit(application, clock, token=token):
            pass
        row = superuser.execute(
            "select revoked_at from private.session where token_hash = %s", (token_hash(token),)
        ).fetchone()
    assert row is not None
    assert row[0] is not None, "the refusal itself was committed"


def test_tokens() -> None:
    token = new_token()
    assert len(token_bytes(token)) == 32
    assert token_bytes(f" {token}\n") == token_bytes(token)
    assert len({new_token() for _ in range(50)}) == 50
    assert token_hash(token) != token_bytes(token)
    for wrong in ("", "x", token[:-2], token + "aa", "é" * 43, "\ufffd"):
        with pytest.raises(SessionEnded):
            token_bytes(wrong)


def test_the_token_is_never_in_the_text_of_a_query(
    unit: Callable[..., Any], database: Database
) -> None:
    with unit(), database.server.connect(database.name) as superuser:
        row = superuser.execute(
            "select query from pg_stat_activity where usename = 'kpix_local'"
            " and datname = current_database()"
        ).fetchone()
    assert row == ("select auth.begin($1)",)


def test_a_unit_that_finds_every_connection_busy(
    unit: Callable[..., Any], application: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application.pool, "_timeout", 0.05)
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(unit())
        with pytest.raises(TimedOut):
            stack.enter_context(unit())


# --- what the server refuses ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("statements", "error"),
    [
        (["set local statement_timeout = 20", "select pg_sleep(5)"], TimedOut),
        (["set local row_security = off", "select * from kpix.kpi"], RefusedByDatabase),
        (["delete from kpix.kpi"], RefusedByDatabase),
        (["select pg_terminate_backend(pg_backend_pid())"], Unavailable),
        (
            [
                "insert into kpix.dashboard (organization_id, id, title, owner_id)"
                " values (auth.org(), gen_random_uuid(), '', auth.user_id())"
            ],
            ConstraintViolated,
        ),
        (
            [
                "insert into kpix.dashboard (organization_id, id, title, owner_id)"
                " values (auth.org(), gen_random_uuid(), null, auth.user_id())"
            ],
            ConstraintViolated,
        ),
        (
            [
                "insert into kpix.dashboard (organization_id, id, title, owner_id)"
                " values (auth.org(), gen_random_uuid(), 'x', gen_random_uuid())"
            ],
            ConstraintViolated,
        ),
    ],
)
def test_errors_of_the_server_are_said(
    unit: Callable[..., Any], statements: list[str], error: type[KpixError]
) -> None:
    with pytest.raises(error) as caught:
        run(unit, *statements)
    assert isinstance(caught.value.__cause__, psycopg.Error)
    assert titles(unit) == [], "and the next unit works"


def test_the_same_through_sqlalchemy(unit: Callable[..., Any]) -> None:
    def late() -> None:
        with unit() as uow:
            uow.session.execute(text("set local statement_timeout = 20"))
            uow.session.execute(text("select pg_sleep(5)"))

    with pytest.raises(TimedOut) as caught:
        late()
    assert isinstance(caught.value.__cause__, DBAPIError)


def test_waiting_for_a_lock_ends(unit: Callable[..., Any]) -> None:
    with unit() as first:
        first.driver.execute("select pg_advisory_xact_lock(1)")
        with pytest.raises(TimedOut):
            run(unit, "set local lock_timeout = 20", "select pg_advisory_xact_lock(1)")


def test_a_deadlock_is_a_collision(unit: Callable[..., Any], database: Database) -> None:
    with database.server.connect(database.name) as superuser:
        superuser.execute(f"alter database {database.name} set deadlock_timeout = '50ms'".encode())
    met = threading.Barrier(2)
    failures: list[BaseException] = []

    def take(first: int, second: int) -> None:
        try:
            with unit() as uow:
                uow.driver.execute("select pg_advisory_xact_lock(%s)", (first,))
                met.wait(10)
                uow.driver.execute("select pg_advisory_xact_lock(%s)", (second,))
        except KpixError as error:
            failures.append(error)

    threads = [threading.Thread(target=take, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [type(error) for error in failures] == [ConcurrentChange]


def test_two_who_changed_what_they_read_collide(
    unit: Callable[..., Any], database: Database, tmp_path: Path, clock: FixedClock
) -> None:
    """As the operator: nobody is signed in to a transaction that sees what was."""
    url = engine.embedded_url(str(database.settings(tmp_path).owner_database_url))
    operator = engine.make_owner_engine(url, database.settings(tmp_path))
    with unit() as uow:
        uow.driver.execute(PRECIOUS, (UUID(int=1),))

    def collide() -> None:
        with ExitStack() as stack:
            late = stack.enter_context(open_late())
            late.driver.execute("select title from kpix.dashboard")
            run(unit, "update kpix.dashboard set title = 'first'")
            late.driver.execute("update kpix.dashboard set title = 'second'")

    def look_back(uow: UnitOfWork) -> None:
        uow.driver.execute(
            "set transaction isolation level repeatable read;"
            " set local session_replication_role = replica"
        )

    def open_late() -> Any:
        return open_unit(operator, clock, on_open=look_back)

    with pytest.raises(ConcurrentChange):
        collide()
    operator.dispose()
    assert titles(unit) == ["first"]


def test_the_level_is_not_left_to_the_server(unit: Callable[..., Any], database: Database) -> None:
    with database.server.connect(database.name) as superuser:
        superuser.execute(
            f"alter database {database.name} set default_transaction_isolation = serializable".encode()
        )
    with unit() as uow:
        assert uow.session.scalar(text("show transaction_isolation")) == "read committed"
        assert uow.session.scalar(text("select auth.user_id() is not null"))


def test_another_thread_cancels_on_the_server(unit: Callable[..., Any]) -> None:
    running = threading.Event()

    def wait_long() -> None:
        with unit() as uow:
            uow.driver.execute(PRECIOUS, (UUID(int=1),))
            threading.Timer(0.2, uow.cancel).start()
            running.set()
            uow.driver.execute("select pg_sleep(20)")

    with pytest.raises(Cancelled):
        wait_long()
    assert running.is_set()
    assert titles(unit) == [], "nothing was written"


@pytest.mark.parametrize("value", ["a\0b", "\ud800"])
def test_texts_that_postgresql_cannot_keep(unit: Callable[..., Any], value: str) -> None:
    def through_the_driver() -> None:
        with unit() as uow:
            uow.driver.execute("select %s::text", (value,))

    def through_sqlalchemy() -> None:
        with unit() as uow:
            uow.session.execute(text("select cast(:value as text)"), {"value": value})

    for attempt in (through_the_driver, through_sqlalchemy):
        with pytest.raises(TextUnwritable):
            attempt()


def test_what_is_our_own_defect_stays_what_it_is(unit: Callable[..., Any]) -> None:
    with pytest.raises(psycopg.errors.SyntaxError):
        run(unit, "selct")
    with pytest.raises(psycopg.errors.DivisionByZero):
        run(unit, "select 1/0")


def test_words_for_errors_that_no_server_was_asked_for() -> None:
    assert isinstance(translated(psycopg.errors.IdleInTransactionSessionTimeout()), TimedOut)
    assert isinstance(translated(psycopg.errors.QueryCanceled(), cancelled=True), Cancelled)
    assert isinstance(translated(psycopg.errors.QueryCanceled()), TimedOut)
    silent = translated(psycopg.OperationalError())
    assert isinstance(silent, Unavailable)
    assert silent.params == {"reason": "OperationalError"}
    lost = translated(psycopg.OperationalError("gone\nwith details"))
    assert isinstance(lost, Unavailable)
    assert lost.params == {"reason": "gone"}
    nameless = translated(psycopg.errors.UniqueViolation())
    assert isinstance(nameless, ConstraintViolated)
    assert nameless.params == {"constraint": "23505"}
    for other in (KeyError("x"), psycopg.DataError("too long"), psycopg.ProgrammingError("x")):
        assert translated(other) is other


def test_a_driver_error_without_a_cause_is_kept_whole() -> None:
    bare = DBAPIError("select", None, None)  # type: ignore[arg-type] # as SQLAlchemy makes some
    with pytest.raises(DBAPIError), database_errors():
        raise bare


def test_a_constraint_is_named_by_the_use_case_that_knows_it(unit: Callable[..., Any]) -> None:
    taken = "insert into kpix.dashboard (organization_id, id, title, owner_id) values (auth.org(), '00000000-0000-0000-0000-000000000001', 'x', auth.user_id())"

    class Taken(Conflict):
        code = "test.taken"

    def insert(constraint: str, *, session: bool) -> None:
        with unit() as uow, violating(constraint, Taken):
            for _twice in range(2):
                if session:
                    uow.session.execute(text(taken))
                else:
                    uow.driver.execute(taken)

    for session in (True, False):
        with pytest.raises(Taken):
            insert("pk_dashboard", session=session)
        with pytest.raises(ConstraintViolated) as caught:
            insert("another", session=session)
        assert caught.value.params == {"constraint": "pk_dashboard"}


def test_the_context_opens_the_same_units(context: Context) -> None:
    with context.unit_of_work() as uow:
        assert isinstance(uow, UnitOfWork)


def test_the_log_tells_only_what_was_committed(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "kpix.work")

    def fail(uow: UnitOfWork) -> None:
        uow.log("never.happened")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        context.run(fail)
    with context.unit_of_work() as uow:
        with uow.rehearsal():
            uow.log("only.rehearsed")
        uow.log("thing.done", what="this")
        assert not caplog.records
    (record,) = caplog.records
    assert (record.message, record.__dict__["what"]) == ("thing.done", "this")
