"""What a front end holds: which database it finds, what it refuses, and how it recovers."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from kpix_tui.app.context import Context, OperatorUnknown, open_context
from kpix_tui.app.tokens import MemoryTokens
from kpix_tui.config import Settings
from kpix_tui.db.embedded import EmbeddedServer
from kpix_tui.db.engine import make_engine
from kpix_tui.db.errors import (
    DatabaseNewer,
    DatabaseOutdated,
    NotSignedIn,
    RefusedByDatabase,
    RoleTooPowerful,
    ServerTooOld,
    SessionEnded,
)
from kpix_tui.db.principal import new_token
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.accounts.service import is_initialized, whoami
from kpix_tui.kernel.clock import FixedClock
from kpix_tui.kernel.errors import TimedOut, Unavailable
from tests.support.databases import Database

People = Callable[[str | None], Context]


def scalar(uow: UnitOfWork, query: str) -> object:
    return uow.session.scalar(text(query))


@pytest.fixture
def changed(
    database: Database, tmp_path: Path, clock: FixedClock
) -> Iterator[Callable[..., Context]]:
    """Contexts on the external database with some settings changed."""
    opened: list[Context] = []

    def open_changed(**settings: Any) -> Context:
        made = open_context(replace(database.settings(tmp_path), **settings), clock)
        made.tokens = MemoryTokens(database.tokens["acme/admin"])
        opened.append(made)
        return made

    yield open_changed
    for context in opened:
        context.close()


def as_superuser(database: Database, statement: str) -> None:
    with database.server.connect(database.name) as connection:
        connection.execute(statement.encode())


# --- another server -------------------------------------------------------------------------


def test_nothing_is_opened_until_something_is_asked_for(tmp_path: Path) -> None:
    context = open_context(
        Settings(tmp_path, tmp_path / "state", tmp_path / "kpix.toml", database_url="postgresql://")
    )
    context.close()
    assert list(tmp_path.iterdir()) == []


def test_run_is_one_unit_of_work_as_the_session_that_is_kept(context: Context) -> None:
    assert context.run(whoami).name == "Ada Admin"
    assert context.embedded is False


def test_a_run_that_fails_leaves_nothing(context: Context) -> None:
    def rename_and_fail(uow: UnitOfWork) -> None:
        uow.driver.execute("update kpix.dashboard set title = 'x'")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        context.run(rename_and_fail)


def test_anonymous_is_nobody(context: Context) -> None:
    with context.anonymous() as uow:
        assert is_initialized(uow)
        assert scalar(uow, "select count(*) from kpix.app_user") == 0
        with pytest.raises(NotSignedIn):
            _ = uow.principal


def test_the_owner_makes_tables_and_reads_no_row(context: Context) -> None:
    with context.owner() as uow:
        assert scalar(uow, "select current_user") == "kpix_owner"
    with pytest.raises(RefusedByDatabase), context.owner() as uow:
        scalar(uow, "select count(*) from kpix.app_user")


def test_without_a_token_nobody_is_signed_in(as_person: People) -> None:
    with pytest.raises(NotSignedIn), as_person(None).unit_of_work():
        pass


@pytest.mark.parametrize(
    "token", [new_token(), "x", "é", "=" * 44], ids=["random", "short", "accented", "padding"]
)
def test_a_token_that_is_not_known_is_nobody(as_person: People, token: str) -> None:
    with pytest.raises(SessionEnded), as_person(None).unit_of_work(token):
        pass


def test_an_older_schema_is_refused(database: Database, context: Context) -> None:
    as_superuser(database, "comment on schema auth is 'kpix of yesterday'")
    for open_unit in (context.unit_of_work, context.owner):
        with pytest.raises(DatabaseOutdated), open_unit():
            pass


def test_a_newer_schema_is_refused(database: Database, context: Context) -> None:
    as_superuser(database, "update kpix.alembic_version set version_num = '9999'")
    with pytest.raises(DatabaseNewer), context.unit_of_work():
        pass


def test_a_server_that_does_not_answer_is_unavailable(
    changed: Callable[..., Context], tmp_path: Path
) -> None:
    with pytest.raises(Unavailable) as caught:
        changed(database_url=f"postgresql://kpix_local@/kpix?host={tmp_path}").run(whoami)
    assert str(tmp_path) in str(caught.value)


def test_a_role_that_goes_round_the_policies_is_refused(
    database: Database, changed: Callable[..., Context]
) -> None:
    context = changed(database_url=database.server.url(database.name, "postgres"))
    for _twice in range(2):
        with pytest.raises(RoleTooPowerful) as caught:
            context.run(whoami)
        assert caught.value.params == {"role": "postgres"}


def test_a_server_that_is_too_old_is_refused(
    changed: Callable[..., Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kpix_tui.db.engine.OLDEST_SERVER", 99)
    with pytest.raises(ServerTooOld) as caught:
        changed().run(whoami)
    assert caught.value.params["needed"] == 99


def test_the_operator_has_to_be_named(changed: Callable[..., Context]) -> None:
    with pytest.raises(OperatorUnknown), changed(owner_database_url=None).owner():
        pass


def test_more_units_than_the_pool_has_are_told_to_wait_no_longer(
    changed: Callable[..., Context],
) -> None:
    context = changed(pool_size=1, pool_overflow=0, connect_timeout=1)
    with context.unit_of_work(), pytest.raises(TimedOut), context.unit_of_work():
        pass
    assert context.run(whoami).name == "Ada Admin"


def test_a_connection_that_the_server_ended_is_replaced(context: Context) -> None:
    def end_itself(uow: UnitOfWork) -> None:
        uow.driver.execute("select pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(Unavailable):
        context.run(end_itself)
    assert context.run(whoami).name == "Ada Admin"


def test_a_pooled_connection_that_died_is_replaced(database: Database, context: Context) -> None:
    context.run(whoami)
    as_superuser(
        database,
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where usename = 'kpix_local' and datname = current_database()",
    )
    assert context.run(whoami).name == "Ada Admin"


def test_an_external_server_that_goes_away_is_unavailable(
    database: Database, context: Context
) -> None:
    context.run(whoami)
    with database.server.connect("postgres") as connection:
        connection.execute(f"alter database {database.name} allow_connections false".encode())
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
            (database.name,),
        )
    with pytest.raises(Unavailable):
        context.run(whoami)


# --- a server of its own --------------------------------------------------------------------


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home for the embedded server; also an unprivileged account passes through it."""
    folder = Path(tempfile.mkdtemp(prefix="kx-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    EmbeddedServer(folder).destroy(force=True)
    shutil.rmtree(folder)


@pytest.fixture
def embedded(home: Path) -> Iterator[Callable[[], Context]]:
    """Contexts on that home."""
    opened: list[Context] = []

    def open_one() -> Context:
        steps: list[str] = []
        context = open_context(
            Settings(home, home / "state", home / "kpix.toml"), progress=steps.append
        )
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()


def kill_postmaster(context: Context) -> int:
    """Kill it, so that it can do nothing about it, and wait until its processes are gone."""
    pid = context.server().status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while context.server().status().running and time.monotonic() < deadline:
        time.sleep(0.02)
    return pid


def test_it_starts_prepares_and_stops_its_own_server(embedded: Callable[[], Context]) -> None:
    context = embedded()
    with context.anonymous() as uow:
        assert not is_initialized(uow)
        assert scalar(uow, "select current_user") == "kpix_local"
    with context.owner() as uow:
        assert scalar(uow, "select current_user") == "kpix_owner"
    assert context.server().status().in_use
    context.close()
    assert not context.server().status().running
    with context.anonymous() as uow:
        assert not is_initialized(uow)


def test_two_contexts_share_one_server(embedded: Callable[[], Context]) -> None:
    first, second = embedded(), embedded()
    with first.owner() as one, second.anonymous() as two:
        assert scalar(one, "select 1") == scalar(two, "select 1")
    first.close()
    with second.anonymous() as uow:
        assert not is_initialized(uow)
    assert second.server().status().running


@pytest.mark.parametrize("unit", ["anonymous", "owner"])
def test_a_server_that_was_killed_is_started_again(
    embedded: Callable[[], Context], unit: str
) -> None:
    context = embedded()
    with getattr(context, unit)() as uow:
        scalar(uow, "select 1")
    killed = kill_postmaster(context)
    with getattr(context, unit)() as uow:
        assert scalar(uow, "select 1") == 1
    assert context.server().status().pid not in (None, killed)


def test_a_unit_that_was_open_is_refused_and_the_next_one_works(
    embedded: Callable[[], Context],
) -> None:
    context = embedded()

    def lose_the_server() -> None:
        with context.anonymous() as uow:
            kill_postmaster(context)
            scalar(uow, "select 1")

    with pytest.raises(Unavailable):
        lose_the_server()
    with context.anonymous() as uow:
        assert not is_initialized(uow)


def test_threads_that_meet_a_dead_server_start_it_once(embedded: Callable[[], Context]) -> None:
    context = embedded()
    with context.anonymous() as uow:
        is_initialized(uow)
    kill_postmaster(context)
    answers: list[object] = []

    def ask() -> None:
        with context.anonymous() as uow:
            answers.append(is_initialized(uow))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == [False] * 3


def test_what_another_thread_has_started_already_is_left_alone(
    embedded: Callable[[], Context],
) -> None:
    context = embedded()
    living = context.database()
    dead = make_engine(f"postgresql+psycopg://kpix_local@/kpix?host={__file__}", context.settings)
    engines = [living, dead]
    with context._unit(engines.pop) as uow:
        assert scalar(uow, "select 1") == 1
    assert context.database() is living


def test_a_server_that_does_not_come_back_is_unavailable(
    embedded: Callable[[], Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    context = embedded()
    with context.anonymous() as uow:
        is_initialized(uow)
    address = context.server().start()
    kill_postmaster(context)
    monkeypatch.setattr(EmbeddedServer, "start", lambda _self: address)
    with pytest.raises(Unavailable), context.anonymous():
        pass


def test_a_statement_that_took_too_long_is_no_reason_to_start_again(
    embedded: Callable[[], Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    context = embedded()
    engine = context.database()

    def slow(*_arguments: object, **_options: object) -> None:
        raise psycopg.errors.QueryCanceled

    monkeypatch.setattr("kpix_tui.db.uow.begin", slow)
    with pytest.raises(TimedOut), context.unit_of_work(new_token()):
        pass
    assert context.database() is engine
