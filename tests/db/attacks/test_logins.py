"""Two logins of the application: neither can read, stop or change the other."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from kpix_tui.app.logins import grant_login, revoke_login
from kpix_tui.kernel.clock import FixedClock
from tests.conftest import NOW
from tests.support.databases import Database

# Roles belong to the whole server, which the workers of a run share.
OWN, OTHER = (f"{name}_{uuid.uuid4().hex[:8]}" for name in ("own", "other"))


@pytest.fixture(scope="module")
def logins(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    operator = database.context(tmp_path_factory.mktemp("operator"), FixedClock(NOW), None)
    for name in (OWN, OTHER):
        grant_login(operator, name)
    yield database
    for name in (OWN, OTHER):
        revoke_login(operator, name)
    operator.close()


ISOLATION = {
    "read what the other runs": "select query from pg_stat_activity where usename = %(other)s"
    " and query <> '<insufficient privilege>'",
    "read where the other connects from": "select client_addr, backend_xmin from pg_stat_activity"
    " where usename = %(other)s and (client_addr is not null or backend_xmin is not null"
    " or application_name <> '')",
    "terminate the other": "select pg_terminate_backend(pid) from pg_stat_activity"
    " where usename = %(other)s",
    "cancel the other": "select pg_cancel_backend(pid) from pg_stat_activity"
    " where usename = %(other)s",
    "log the other's memory": "select pg_log_backend_memory_contexts(pid) from pg_stat_activity"
    " where usename = %(other)s",
    "give the other a password": "alter role \"%(other_name)s\" password 'mine'",
    "give the other a setting": 'alter role "%(other_name)s" set search_path = public',
    "give everybody a setting": "alter role all set search_path = public",
    "give the database a setting": 'alter database "%(database)s" set search_path = public',
    "lock the other out": 'alter role "%(other_name)s" nologin',
    "lift its own limit": 'alter role "%(own_name)s" connection limit -1',
    "rename the other": 'alter role "%(other_name)s" rename to mine',
    "drop the other": 'drop role "%(other_name)s"',
    "drop what the other owns": 'drop owned by "%(other_name)s"',
    "become the other": 'set role "%(other_name)s"',
    "authorise as the other": 'set session authorization "%(other_name)s"',
    "join the other": 'grant "%(other_name)s" to "%(own_name)s"',
    "let the other into itself": 'grant "%(own_name)s" to "%(other_name)s"',
    "let everybody into the application": 'grant kpix_app to "%(other_name)s" with admin option',
    "make a role": "create role another login in role kpix_app",
    "read the passwords": "select rolpassword from pg_authid",
    "read the other's sessions": "select * from auth.login_sessions()",
    "end the other's sessions": "select auth.end_login_sessions(%(other)s)",
}


@pytest.mark.parametrize("attack", ISOLATION)
@pytest.mark.parametrize("first", [None, "set role kpix_app"])
def test_logins_are_isolated_from_each_other(
    attack: str, first: str | None, logins: Database
) -> None:
    statement = ISOLATION[attack]
    for key, value in {"other_name": OTHER, "own_name": OWN, "database": logins.name}.items():
        statement = statement.replace(f"%({key})s", value)
    parameters = {"other": OTHER} if "%(other)s" in statement else None
    connect = logins.server.connect
    with connect(logins.name, OTHER) as victim, connect(logins.name, OWN) as attacker:
        victim.execute("select 'zanzibar'")
        gained: list[Any] = []
        try:
            if first:
                attacker.execute(first.encode())
            answer = attacker.execute(statement.encode(), parameters)
            gained = answer.fetchall() if answer.description else ["done"]
        except psycopg.errors.InsufficientPrivilege:
            gained = []
        assert gained == [], attack
        assert victim.execute("select 1").fetchone() == (1,)


@pytest.mark.honest
def test_the_attacks_would_find_something(logins: Database) -> None:
    """A superuser does read and stop the other: an empty answer above means refused."""
    with logins.server.connect(logins.name, OTHER) as victim:
        victim.execute("select 'zanzibar'")
        with logins.server.connect(logins.name) as superuser:
            for attack in ("read what the other runs", "cancel the other"):
                answer = superuser.execute(ISOLATION[attack].encode(), {"other": OTHER})
                assert len(answer.fetchall()) == 1, attack
