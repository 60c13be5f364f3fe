"""Which servers kpix connects to, how safely, and with which limits."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from kpix_tui.app.context import Context
from kpix_tui.config import Settings
from kpix_tui.db import engine
from kpix_tui.db.errors import RoleTooPowerful, ServerTooOld, SslTooWeak, UrlInvalid
from kpix_tui.db.uow import UnitOfWork
from tests.support.databases import Database

LOCAL = [
    "postgresql:///kpix",
    "postgresql://ada@localhost/kpix",
    "postgresql://ada@127.0.0.1:5433/kpix",
    "postgresql://ada@[::1]/kpix",
    "postgresql://ada@/kpix?host=/run/postgresql",
    "postgresql://ada@/kpix?host=@abstract",
    "postgres://ada@localhost/kpix",
    "postgresql+psycopg://ada@localhost/kpix",
]
ELSEWHERE = [
    "postgresql://ada@db.example.org/kpix",
    "postgresql://ada@10.0.0.1/kpix",
    "postgresql://ada@/kpix?host=db.example.org",
    "postgresql://ada@localhost.example.org/kpix",
    "postgresql://ada@/kpix?host=/run/postgresql,db.example.org",
    "postgresql://ada@/kpix?host=localhost&host=db.example.org",
    "postgresql://ada@localhost/kpix?hostaddr=10.0.0.1",
    "postgresql://ada@/kpix?service=elsewhere",
]


def server_url(address: str, sslmode: str | None = None) -> str:
    url = engine.server_url(address, setting="KPIX_DATABASE_URL", sslmode=sslmode)
    return str(url.query.get("sslmode"))


@pytest.mark.parametrize("address", LOCAL)
def test_a_local_server_needs_no_encryption(address: str) -> None:
    assert server_url(address) == "None"


@pytest.mark.parametrize(
    ("variable", "value"),
    [("PGHOST", "db.example.org"), ("PGHOSTADDR", "10.0.0.1"), ("PGSERVICE", "elsewhere")],
)
def test_a_machine_that_libpq_finds_elsewhere_is_verified(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    assert server_url("postgresql://ada@/kpix") == "verify-full"


@pytest.mark.parametrize("address", ELSEWHERE)
def test_another_machine_is_verified(address: str) -> None:
    assert server_url(address) == "verify-full"


@pytest.mark.parametrize("address", ELSEWHERE)
@pytest.mark.parametrize("mode", ["disable", "prefer", "require", "verify-ca"])
def test_less_has_to_be_asked_for_by_name(address: str, mode: str) -> None:
    weak = f"{address}{'&' if '?' in address else '?'}sslmode={mode}"
    with pytest.raises(SslTooWeak) as caught:
        server_url(weak)
    assert caught.value.params == {"found": mode}
    assert server_url(weak, mode) == mode
    assert server_url(address, mode) == mode
    with pytest.raises(SslTooWeak):
        server_url(weak, "allow")


@pytest.mark.parametrize(
    "address",
    ["", "kpix", "mysql://ada@localhost/kpix", "sqlite:///x", "postgresql://ada@host:port/kpix"],
)
def test_what_is_no_address_is_named(address: str) -> None:
    with pytest.raises(UrlInvalid) as caught:
        server_url(address)
    assert caught.value.params == {"setting": "KPIX_DATABASE_URL"}


def test_a_password_in_the_address_is_kept_and_not_shown() -> None:
    url = engine.server_url("postgresql://ada:s3cret@localhost/x", setting="X", sslmode=None)
    assert url.password == "s3cret"
    assert "s3cret" not in str(url)
    with pytest.raises(UrlInvalid) as caught:
        server_url("postgresql://ada:s3cret@host:port/kpix")
    assert "s3cret" not in str(caught.value)


def test_the_limits_of_a_connection(database: Database, tmp_path: Path) -> None:
    settings = database.settings(tmp_path)
    made = engine.make_engine(engine.embedded_url(str(settings.database_url)), settings)
    with made.connect() as connection:
        shown = {
            name: connection.scalar(text(f"show {name}"))
            for name in (
                "search_path",
                "statement_timeout",
                "lock_timeout",
                "idle_in_transaction_session_timeout",
                "application_name",
            )
        }
    made.dispose()
    assert shown == {
        "search_path": "kpix,pg_catalog",
        "statement_timeout": "30s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "1min",
        "application_name": "kpix",
    }


def test_the_operator_waits_as_long_as_it_takes(database: Database, tmp_path: Path) -> None:
    settings = database.settings(tmp_path)
    made = engine.make_owner_engine(engine.embedded_url(str(settings.owner_database_url)), settings)
    with made.connect() as connection:
        assert connection.scalar(text("show statement_timeout")) == "0"
        assert connection.scalar(text("show search_path")) == "pg_catalog"
    made.dispose()


@pytest.mark.parametrize("attribute", ["superuser", "bypassrls"])
def test_a_role_that_policies_do_not_bind_is_refused(
    database: Database, tmp_path: Path, attribute: str
) -> None:
    settings = database.settings(tmp_path)
    with database.server.connect(database.name) as connection:
        connection.execute(f"create role strong login {attribute} in role kpix_app".encode())
    made = engine.make_engine(
        engine.embedded_url(database.server.url(database.name, "strong")), settings
    )
    try:
        for _twice in range(2):
            with pytest.raises(RoleTooPowerful):
                made.connect()
    finally:
        made.dispose()
        with database.server.connect(database.name) as connection:
            connection.execute(b"drop role strong")


def test_a_server_of_an_unsupported_version_is_refused(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = database.settings(tmp_path)
    monkeypatch.setattr(engine, "OLDEST_SERVER", 99)
    made = engine.make_engine(engine.embedded_url(str(settings.database_url)), settings)
    with pytest.raises(ServerTooOld) as caught:
        made.connect()
    made.dispose()
    assert caught.value.params == {"found": int(database.server.version), "needed": 99}


def test_the_pool_is_as_large_as_the_settings_say(tmp_path: Path) -> None:
    settings = Settings(tmp_path, tmp_path, tmp_path / "x", pool_size=7)
    made = engine.make_engine("postgresql+psycopg://ada@localhost/kpix", settings)
    assert made.pool.size() == 7  # type: ignore[attr-defined] # of the queue pool


def test_nothing_that_is_bound_reaches_the_log_of_the_server(
    database: Database, tmp_path: Path
) -> None:
    """Even when somebody who shares the login role switched it on for the role."""
    settings = database.settings(tmp_path)
    names = ("debug_print_parse", "debug_print_rewritten", "debug_print_plan")
    made = engine.make_engine(engine.embedded_url(str(settings.database_url)), settings)
    with database.server.connect(database.name, "kpix_local") as attacker:
        try:
            for name in names:
                attacker.execute(f"alter role kpix_local set {name} = on".encode())
            attacker.execute("alter role kpix_local set log_parameter_max_length_on_error = -1")
            with made.connect() as connection:
                found = [connection.scalar(text(f"show {name}")) for name in names]
                kept = connection.scalar(text("show log_parameter_max_length_on_error"))
        finally:
            attacker.execute("alter role kpix_local reset all")
            made.dispose()
    assert found == ["off"] * 3
    assert kept == "0"


def test_a_connection_that_the_server_closed_is_replaced_unseen(
    database: Database, context: Context
) -> None:
    def ask(uow: UnitOfWork) -> int:
        return uow.driver.info.backend_pid

    before = context.run(ask)
    with database.server.connect("postgres") as superuser:
        ended = superuser.execute("select pg_terminate_backend(%s, 10000)", (before,)).fetchone()
    assert ended == (True,)
    assert context.run(ask) != before
