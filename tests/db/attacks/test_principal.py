"""Being somebody else: forged, edited and replayed principals; tokens that are no longer good."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from kpix_tui.db.principal import new_token, token_bytes, token_hash
from tests.db.attacks.conftest import Attacker
from tests.support.databases import Database

KPIS = b"select count(*) from kpix.kpi"


def visible(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute(KPIS).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def connection(attacker: Callable[[str | None], Attacker]) -> Iterator[psycopg.Connection[Any]]:
    with attacker(None).connection() as made:
        yield made


@pytest.fixture
def operator(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """The superuser, to put sessions into the states that time brings."""
    with database.server.connect(database.name) as made:
        yield made


@pytest.fixture
def session(operator: psycopg.Connection[Any], victim: Any) -> Iterator[str]:
    """A fresh session of Acme's administrator, gone after the test; returns its token."""
    token = new_token()
    operator.execute(
        """
        insert into private.session (id, family_id, organization_id, user_id, token_hash, login_role,
            kind, authenticated_at, last_seen_at, expires_at)
        values (gen_random_uuid(), gen_random_uuid(), %s, %s, %s, 'kpix_local', 'PERSONAL', now(), now(),
            now() + interval '30 days')
        """,
        (victim.organization_id, victim.user_id, token_hash(token)),
    )
    yield token
    operator.execute("delete from private.session where token_hash = %s", (token_hash(token),))


def begin(connection: psycopg.Connection[Any], token: bytes) -> Any:
    row = connection.execute("select auth.begin(%b)", (token,)).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.honest
def test_the_session_is_good(connection: psycopg.Connection[Any], session: str) -> None:
    with connection.transaction():
        assert begin(connection, token_bytes(session))["name"] == "Ada Admin"
        assert visible(connection) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: ["0", *parts[1:]],
        lambda parts: [parts[0], "00000000-0000-0000-0000-000000000000", *parts[2:]],
        lambda parts: [*parts[:2], "00000000-0000-0000-0000-000000000000", *parts[3:]],
        lambda parts: [*parts[:4], str(int(parts[4]) + 1), *parts[5:]],
        lambda parts: [*parts[:5], str(int(parts[5]) + 1), parts[6]],
        lambda parts: [*parts[:6], "0" * 64],
        lambda parts: parts[:6],
        lambda parts: [*parts, "x"],
        lambda parts: [""],
        lambda parts: ["|"],
    ],
)
def test_an_edited_principal_is_nobody(
    connection: psycopg.Connection[Any], session: str, change: Callable[[list[str]], list[str]]
) -> None:
    with connection.transaction():
        begin(connection, token_bytes(session))
        row = connection.execute("select current_setting('kpix.principal')").fetchone()
        assert row is not None
        forged = "|".join(change(row[0].split("|")))
        connection.execute("select set_config('kpix.principal', %s, true)", (forged,))
        assert visible(connection) == 0


def test_a_principal_of_another_transaction_is_nobody(
    connection: psycopg.Connection[Any], session: str
) -> None:
    with connection.transaction():
        begin(connection, token_bytes(session))
        row = connection.execute("select current_setting('kpix.principal')").fetchone()
        assert row is not None
    connection.execute("select set_config('kpix.principal', %s, false)", (row[0],))
    assert visible(connection) == 0
    with connection.transaction():
        assert visible(connection) == 0


def test_a_principal_of_another_connection_is_nobody(
    attacker: Callable[[str | None], Attacker], session: str
) -> None:
    with (
        attacker(None).connection() as first,
        attacker(None).connection() as second,
        first.transaction(),
        second.transaction(),
    ):
        begin(first, token_bytes(session))
        row = first.execute("select current_setting('kpix.principal')").fetchone()
        assert row is not None
        second.execute("select set_config('kpix.principal', %s, true)", (row[0],))
        assert visible(second) == 0


def test_nothing_is_left_after_the_transaction(
    connection: psycopg.Connection[Any], session: str
) -> None:
    with connection.transaction():
        begin(connection, token_bytes(session))
        assert visible(connection) == 1
    assert visible(connection) == 0


@pytest.mark.parametrize(
    "token",
    [b"", b"\0" * 32, b"x" * 31, b"x" * 4096],
)
def test_an_unknown_token_is_nobody(connection: psycopg.Connection[Any], token: bytes) -> None:
    with connection.transaction():
        assert begin(connection, token) is None
        assert visible(connection) == 0


def test_the_stored_hash_is_no_token(connection: psycopg.Connection[Any], session: str) -> None:
    with connection.transaction():
        assert begin(connection, token_hash(session)) is None


@pytest.mark.parametrize(
    "state",
    [
        "revoked_at = now()",
        "locked_at = now()",
        "expires_at = now() - interval '1 second'",
        "last_seen_at = now() - interval '12 hours 1 second'",
        "kind = 'SHARED', last_seen_at = now() - interval '10 minutes 1 second'",
        "rotated_at = now() - interval '31 seconds'",
        "login_role = 'postgres'",
    ],
)
def test_a_session_that_is_over_is_nobody(
    connection: psycopg.Connection[Any], operator: psycopg.Connection[Any], session: str, state: str
) -> None:
    operator.execute(
        f"update private.session set {state} where token_hash = %s".encode(), (token_hash(session),)
    )
    with connection.transaction():
        assert begin(connection, token_bytes(session)) is None
        assert visible(connection) == 0


def test_an_inactive_user_is_nobody(
    connection: psycopg.Connection[Any],
    operator: psycopg.Connection[Any],
    session: str,
    victim: Any,
) -> None:
    operator.execute("alter table kpix.app_user disable trigger user")
    change = "update kpix.app_user set active = %s where id = %s"
    operator.execute(change, (False, victim.user_id))
    try:
        with connection.transaction():
            assert begin(connection, token_bytes(session)) is None
            assert visible(connection) == 0
    finally:
        operator.execute(change, (True, victim.user_id))
        operator.execute("alter table kpix.app_user enable trigger user")


def test_reuse_of_a_rotated_token_ends_the_family(
    connection: psycopg.Connection[Any], operator: psycopg.Connection[Any], session: str
) -> None:
    successor = new_token()
    with connection.transaction():
        begin(connection, token_bytes(session))
        connection.execute("select auth.rotate(%b)", (token_hash(successor),))
    with connection.transaction():
        assert begin(connection, token_bytes(successor)) is not None
    operator.execute(
        "update private.session set rotated_at = now() - interval '1 minute' where token_hash = %s",
        (token_hash(session),),
    )
    with connection.transaction():
        assert begin(connection, token_bytes(session)) is None
    with connection.transaction():
        assert begin(connection, token_bytes(successor)) is None


def test_a_session_is_rotated_once(connection: psycopg.Connection[Any], session: str) -> None:
    answers = []
    for _ in range(2):
        with connection.transaction():
            begin(connection, token_bytes(session))
            row = connection.execute(
                "select auth.rotate(%b)", (token_hash(new_token()),)
            ).fetchone()
            answers.append(row and row[0])
    assert answers == [True, False]


def test_an_old_snapshot_does_not_outlive_a_revocation(
    connection: psycopg.Connection[Any], session: str
) -> None:
    with connection.transaction():
        connection.execute("select 1")
        connection.execute("select pg_sleep(10.2)")
        assert begin(connection, token_bytes(session)) is None


def test_logout_ends_it(connection: psycopg.Connection[Any], session: str) -> None:
    with connection.transaction():
        begin(connection, token_bytes(session))
        connection.execute("select auth.logout()")
    with connection.transaction():
        assert begin(connection, token_bytes(session)) is None


def test_a_password_cannot_be_set_without_a_recent_login(
    connection: psycopg.Connection[Any], operator: psycopg.Connection[Any], session: str
) -> None:
    operator.execute(
        "update private.session set authenticated_at = now() - interval '6 minutes' where token_hash = %s",
        (token_hash(session),),
    )
    with connection.transaction():
        begin(connection, token_bytes(session))
        row = connection.execute("select auth.set_password(%b)", (b"k" * 32,)).fetchone()
        assert row == (False,)


def test_nobody_sets_a_password(connection: psycopg.Connection[Any]) -> None:
    row = connection.execute("select auth.set_password(%b)", (b"k" * 32,)).fetchone()
    assert row == (False,)


def test_the_key_is_stored_as_its_hash(operator: psycopg.Connection[Any]) -> None:
    row = operator.execute("select key_hash from private.credential limit 1").fetchone()
    assert row is not None
    assert len(row[0]) == hashlib.sha256().digest_size
