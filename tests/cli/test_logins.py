"""kpix db grant-login, revoke-login, logins and prune-audit."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import Kpix
from tests.support.databases import Database


@pytest.fixture
def name(database: Database) -> Iterator[str]:
    """A name that no other test has: roles belong to the whole server."""
    given = f"cli_{uuid.uuid4().hex[:8]}"
    yield given
    with database.server.connect(database.name) as connection:
        connection.execute(f'drop role if exists "{given}"'.encode())


def test_a_login_from_its_beginning_to_its_end(kpix: Kpix, name: str, database: Database) -> None:
    made = kpix("db", "grant-login", name, "--connections", "4")
    assert made.code == 0, made.err
    assert made.out.startswith(f"KPIX_DATABASE_URL=postgresql://{name}:")
    assert made.out.count("\n") == 1
    assert "not shown again" in made.err
    listed = kpix("db", "logins", "--json").json
    row = next(row for row in listed if row["name"] == name)
    assert (row["made_by_kpix"], row["peer"], row["limit"]) == (True, False, 4)
    told = kpix("db", "logins").out
    assert f"{name}" in told
    assert "0 / 4" in told
    assert "not made by kpix" in told  # the tests' own
    assert name in kpix("db", "logins", "--csv").out

    asked = kpix("db", "revoke-login", name)
    assert (asked.code, asked.out) == (2, "")
    assert f"Remove the login {name}" in asked.err
    gone = kpix("db", "revoke-login", name, "--yes", "--json").json
    assert gone == {"name": name, "sessions": 0, "connections": 0}
    with pytest.raises(psycopg.OperationalError):
        database.server.connect(database.name, name)
    again = kpix("db", "revoke-login", name, "--yes", "--json")
    assert (again.code, again.json["code"]) == (1, "db.login_not_found")


def test_a_login_for_a_system_account(kpix: Kpix, name: str, database: Database) -> None:
    made = kpix("db", "grant-login", name, "--peer")
    assert made.out.startswith(f"KPIX_DATABASE_URL=postgresql:///{database.name}?host=")
    assert f"For the system account {name}" in made.err
    assert "system account" in kpix("db", "logins").out
    removed = kpix("db", "revoke-login", name, "--yes")
    assert f"The login {name} is removed." in removed.out


def test_the_password_goes_nowhere_else(kpix: Kpix, name: str, environ: dict[str, str]) -> None:
    made = kpix("db", "grant-login", name, "--json")
    password = made.json["url"].split(":")[2].partition("@")[0]
    assert len(password) >= 32
    assert password not in made.err
    logs = [path.read_text() for path in Path(environ["KPIX_HOME"]).rglob("*.log")]
    assert any("login_role.granted" in log for log in logs)
    assert not any(password in log for log in logs)


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        (("grant-login", "kpix_owner"), 1, "db.login_name_invalid"),
        (("grant-login", "ada", "--connections", "0"), 2, "cli.whole_number_invalid"),
        (("revoke-login", "postgres", "--yes"), 4, "db.login_foreign"),
        (("prune-audit", "--before", "soon"), 1, "i18n.day_invalid"),
        (("prune-audit", "--before", "2027"), 1, "audit.retention_invalid"),
    ],
)
def test_what_is_refused(kpix: Kpix, arguments: tuple[str, ...], code: int, problem: str) -> None:
    answer = kpix("db", *arguments, "--json")
    assert (answer.code, answer.out) == (code, "")
    assert answer.json["code"] == problem


def test_old_entries_are_counted_asked_about_and_removed(kpix: Kpix, database: Database) -> None:
    assert "Nothing was recorded before" in kpix("db", "prune-audit", "--before", "2020").out
    with database.server.connect(database.name) as connection:
        connection.execute("update kpix.audit_log set at = timestamptz '2023-11-21 09:00Z'")
    asked = kpix("db", "prune-audit", "--before", "2024-06-01")
    assert (asked.code, asked.out) == (2, "")
    assert "Acme: " in asked.err
    assert "Globex: " in asked.err
    assert "since 21 Nov 2023" in asked.err
    done = kpix("db", "prune-audit", "--before", "2024-06-01", "--yes", "--json").json
    assert [one["name"] for one in done["organizations"]] == ["Acme", "Globex"]
    assert done["entries"] == sum(one["entries"] for one in done["organizations"])
    (left,) = kpix("audit", "--json").json
    assert (left["action"], left["actor"], left["new"]["count"]) == (
        "audit.pruned",
        None,
        done["organizations"][0]["entries"],
    )
    assert "the operator" in kpix("audit").out
