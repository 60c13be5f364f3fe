"""The doctor names what is wrong and what to do, and tells no secret."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kpix_tui.app.context import Context, open_context
from kpix_tui.app.doctor import Check, State, diagnose, machine, server
from kpix_tui.app.tokens import MemoryTokens
from kpix_tui.app.versions import SECURITY_MINORS, is_supported, secure_version, version_text
from kpix_tui.config import Settings, Source, setting_sources, unknown_settings
from kpix_tui.db.migrate import SchemaState
from kpix_tui.kernel.clock import SystemClock
from kpix_tui.kernel.errors import Forbidden, Unavailable
from tests.support.databases import Database

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a home of its own, in a working directory without a ``.env``."""
    monkeypatch.chdir(tmp_path)
    for name in ("KPIX_HOME", "KPIX_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return Settings(tmp_path / "home", tmp_path / "home" / "state", tmp_path / "kpix.toml")


def found(checks: tuple[Check, ...], name: str) -> Check:
    """The one check of that name."""
    (check,) = [check for check in checks if check.name == name]
    return check


def patient(database: Database, settings: Settings, person: str | None = "acme/admin") -> Context:
    """A context on ``database`` by the machine's own clock."""
    made = replace(database.settings(settings.home), config_file=settings.config_file)
    context = open_context(made, SystemClock())
    context.tokens = MemoryTokens(database.tokens[person] if person else None)
    return context


def test_all_is_well(database: Database, settings: Settings) -> None:
    context = patient(database, settings, None)
    checks = diagnose(context)
    context.close()
    assert [check for check in checks if check.state is State.PROBLEM] == []
    assert [check.name for check in checks] == [
        "version",
        "settings",
        "state",
        "log",
        "server",
        "server.version",
        "encryption",
        "role",
        "clock",
        "schema",
        "session",
    ]
    assert found(checks, "role").detail == "kpix_local"
    assert found(checks, "session").state is State.OK


def test_the_session_is_looked_at(database: Database, settings: Settings) -> None:
    context = patient(database, settings)
    context.tokens = MemoryTokens("x" * 43)
    assert found(diagnose(context), "session").state is State.WARNING
    context.close()


def test_who_is_signed_in(as_person: Callable[[str | None], Context]) -> None:
    session = found(diagnose(as_person("acme/viewer")), "session")
    assert session.state is State.OK
    assert "Vic Viewer, Acme" in session.detail


def test_a_role_above_the_policies_is_a_problem(database: Database, settings: Settings) -> None:
    context = patient(database, settings)
    powerful = replace(
        context.settings, database_url=database.server.url(database.name, "postgres")
    )
    checks = diagnose(open_context(powerful))
    context.close()
    assert found(checks, "role").state is State.PROBLEM
    assert "session" not in {check.name for check in checks}


@pytest.mark.parametrize(
    ("revision", "state", "words"),
    [("9999", State.PROBLEM, "newer version of kpix (schema 9999"), ("", State.PROBLEM, "older")],
)
def test_a_schema_of_another_version(
    database: Database, settings: Settings, revision: str, state: State, words: str
) -> None:
    with database.server.connect(database.name) as connection:
        if revision:
            connection.execute("update kpix.alembic_version set version_num = %s", (revision,))
        else:
            connection.execute("comment on schema auth is 'kpix of before'")
    context = patient(database, settings)
    schema = found(diagnose(context), "schema")
    context.close()
    assert schema.state is state
    assert words in schema.detail
    assert schema.advice


def test_an_empty_database(database: Database, settings: Settings) -> None:
    context = patient(database, settings)
    empty = replace(context.settings, database_url=database.server.url("template1", "kpix_local"))
    schema = found(diagnose(open_context(empty)), "schema")
    context.close()
    assert schema.state is State.PROBLEM
    assert "kpix db upgrade" in schema.advice


def test_a_server_that_does_not_answer(settings: Settings) -> None:
    gone = replace(settings, database_url="postgresql://kpix:hunter2@127.0.0.1:9/kpix")
    checks = diagnose(open_context(gone))
    assert checks[-1].name == "server"
    assert checks[-1].state is State.PROBLEM
    assert checks[-1].advice
    assert "hunter2" not in repr(checks)


def test_an_address_that_is_none(settings: Settings) -> None:
    checks = diagnose(open_context(replace(settings, database_url="mysql://somewhere")))
    assert checks[-1].state is State.PROBLEM
    assert "KPIX_DATABASE_URL" in checks[-1].detail


def test_an_embedded_database_that_does_not_exist_is_not_made(settings: Settings) -> None:
    checks = diagnose(open_context(settings))
    assert checks[-1].name == "server"
    assert checks[-1].state is State.OK
    assert not (settings.home / "postgresql").exists()
    assert found(checks, "home").state is State.OK


def test_the_versions_of_the_server(settings: Settings) -> None:
    context = open_context(settings)

    def check(number: int) -> Check:
        facts = server.Facts(number, "kpix_local", False, False, 0.0)
        (made,) = server._version(facts, context)
        return made

    assert check(140020).state is State.PROBLEM
    assert check(150018).state is State.WARNING
    assert "15.19" in check(150018).detail
    assert check(180006).state is State.OK
    assert check(190000).state is State.OK


def test_a_branch_without_fixes(settings: Settings) -> None:
    late = SimpleNamespace(now=lambda: datetime(2031, 1, 1, tzinfo=UTC))
    facts = server.Facts(180006, "kpix_local", False, False, 0.0)
    (check,) = server._version(facts, Context(settings, late))
    assert check.state is State.WARNING
    assert not is_supported(180006, date(2031, 1, 1))


def test_minor_versions_are_numbers() -> None:
    assert secure_version(150009) == f"15.{SECURITY_MINORS[15]}"
    assert secure_version(150000 + SECURITY_MINORS[15]) is None
    assert secure_version(990000) is None
    assert version_text(150018) == "15.18"


@pytest.mark.parametrize(
    ("seconds", "skew", "state"),
    [(0.5, 0.0, State.OK), (8, 7.0, State.WARNING), (-90, -90.0, State.PROBLEM)],
)
def test_clocks(seconds: float, skew: float, state: State) -> None:
    server_time = NOW + timedelta(seconds=seconds)
    assert server.skew_between(server_time, NOW, NOW + timedelta(seconds=1)) == skew
    assert server._clock(server.Facts(180006, "", False, False, skew)).state is state


@pytest.mark.parametrize(
    ("address", "state"),
    [
        ("postgresql+psycopg://u@db.example/kpix?sslmode=verify-full", State.OK),
        ("postgresql+psycopg://u@db.example/kpix?sslmode=require", State.WARNING),
        ("postgresql+psycopg://u@/kpix?host=/tmp", State.OK),
    ],
)
def test_encryption(address: str, state: State) -> None:
    facts = server.Facts(180006, "", False, True, 0.0)
    assert server._encryption(server.engines.make_url(address), facts).state is state


def test_folders(settings: Settings) -> None:
    settings.state.mkdir(parents=True)
    settings.state.chmod(0o755)
    assert machine._folder("state", settings.state, private=True).state is State.WARNING
    assert machine._folder("state", settings.state, private=False).state is State.OK
    (settings.home / "file").write_text("")
    below = settings.home / "file" / "state"
    assert machine._folder("state", below, private=True).state is State.PROBLEM


def test_the_log(settings: Settings) -> None:
    settings.state.mkdir(parents=True)
    settings.log_file.write_text("")
    assert machine._log_file(settings).state is State.OK
    settings.log_file.unlink()
    settings.log_file.mkdir()
    check = machine._log_file(settings)
    assert check.state is State.PROBLEM
    assert str(settings.log_file) in check.detail
    assert check.advice


def test_the_disk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    free = 0
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _path: SimpleNamespace(free=free))
    assert machine._disk(settings.home).state is State.PROBLEM
    free = 500_000_000
    assert machine._disk(settings.home).state is State.WARNING
    free = 50_000_000_000
    assert machine._disk(settings.home).state is State.OK


def test_where_settings_came_from_and_no_secret(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("KPIX_THEME=mono\nKPIX_POOL_SIZ=3\n")
    settings.config_file.write_text('locale = "fr"\ncolour = "red"\n')
    environment = {"KPIX_POOL_SIZE": "4", "KPIX_TOKEN": "hunter2"}
    read = replace(
        settings, theme="mono", locale="fr", pool_size=4, token="hunter2", log_level="DEBUG"
    )
    sources = setting_sources(read, environment, directory=tmp_path)
    assert {name: source for name, (_, source) in sources.items() if source != Source.DEFAULT} == {
        "KPIX_THEME": Source.DOTENV,
        "KPIX_LOCALE": Source.FILE,
        "KPIX_POOL_SIZE": Source.ENVIRONMENT,
        "KPIX_TOKEN": Source.ENVIRONMENT,
        "KPIX_LOG_LEVEL": Source.FLAG,
    }
    assert unknown_settings(read, environment, directory=tmp_path) == ("KPIX_POOL_SIZ", "colour")


def test_settings_are_shown_masked(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPIX_TOKEN", "hunter2")
    monkeypatch.setenv("KPIX_TYPO", "1")
    secret = replace(
        settings, token="hunter2", database_url="postgresql://kpix:hunter2@db.example/kpix"
    )
    checks = tuple(machine._settings(secret))
    assert "hunter2" not in repr(checks)
    assert "KPIX_TOKEN=[redacted] (environment)" in checks[0].detail
    assert "KPIX_TYPO" in checks[1].detail


def test_a_server_of_kpix_that_does_not_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_context: Context) -> None:
        raise Unavailable(reason="the disk is full")

    monkeypatch.setattr(server, "_embedded", refuse)
    (check,) = server.server_checks(open_context(settings))
    assert check.state is State.PROBLEM
    assert "the disk is full" in check.detail
    assert "kpix db status" in check.advice


def test_a_schema_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_engine: object) -> None:
        raise Forbidden

    monkeypatch.setattr(server.migrate, "schema_state", refuse)
    engine: Any = None
    check = server._schema(engine, embedded=False)
    assert check.state is State.PROBLEM
    assert "kpix_app" in check.advice


def test_tables_of_before_are_the_business_of_the_next_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = SchemaState(found="0001", head="0002", known=True, current=False)
    monkeypatch.setattr(server.migrate, "schema_state", lambda _engine: old)
    engine: Any = None
    check = server._schema(engine, embedded=True)
    assert check.state is State.WARNING
    assert "next start" in check.advice


def test_a_session_that_cannot_be_looked_at(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_context: Context) -> None:
        raise Unavailable(reason="gone")

    monkeypatch.setattr(Context, "unit_of_work", refuse)
    check = server._session(open_context(settings))
    assert check.state is State.PROBLEM
    assert "kpix login" in check.advice
