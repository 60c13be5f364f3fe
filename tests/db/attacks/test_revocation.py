"""Outliving a revocation: transactions that were open, and writes that raced it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from kpix_tui.db.principal import new_token, token_bytes, token_hash
from tests.db.attacks.conftest import Attacker, Victim
from tests.support.databases import Database

Connection = psycopg.Connection[Any]
KEY = b"k" * 32


def one(connection: Connection, statement: str, *arguments: Any) -> Any:
    row = connection.execute(statement.encode(), arguments).fetchone()
    assert row is not None
    return row[0]


def begin(connection: Connection, token: str) -> Any:
    return one(connection, "select auth.begin(%b)", token_bytes(token))


def is_good(connection: Connection, token: str) -> bool:
    with connection.transaction():
        return begin(connection, token) is not None


@pytest.fixture
def operator(database: Database) -> Iterator[Connection]:
    """The superuser, to make sessions and to put back what an attack changed."""
    with database.server.connect(database.name) as made:
        yield made


@pytest.fixture
def new_session(operator: Connection, victim: Victim) -> Iterator[Callable[[], str]]:
    """Makes sessions of Acme's administrator, each a family of its own; returns their tokens."""
    key_hash = one(
        operator, "select key_hash from private.credential where user_id = %s", victim.user_id
    )

    def make() -> str:
        token = new_token()
        operator.execute(
            """
            insert into private.session (id, family_id, organization_id, user_id, token_hash,
                login_role, kind, authenticated_at, last_seen_at, expires_at)
            values (gen_random_uuid(), gen_random_uuid(), %s, %s, %s, 'kpix_local', 'PERSONAL',
                now(), now(), now() + interval '30 days')
            """,
            (victim.organization_id, victim.user_id, token_hash(token)),
        )
        return token

    yield make
    operator.execute(
        "update private.credential set key_hash = %s where user_id = %s", (key_hash, victim.user_id)
    )


@pytest.fixture
def connect(attacker: Callable[[str | None], Attacker]) -> Callable[[], Any]:
    return attacker(None).connection


@pytest.mark.parametrize("attempt", ["rotate", "set_password"])
def test_an_open_transaction_gains_nothing_after_logout(
    connect: Callable[[], Any], new_session: Callable[[], str], attempt: str
) -> None:
    """A stolen token, begun before its owner signed out, is worth no new token and no password."""
    stolen, successor = new_session(), new_token()
    with connect() as thief, connect() as owner:
        thief.execute("begin")
        assert begin(thief, stolen) is not None
        with owner.transaction():
            begin(owner, stolen)
            owner.execute("select auth.logout()")
        if attempt == "rotate":
            gained = one(thief, "select auth.rotate(%b)", token_hash(successor))
        else:
            gained = one(thief, "select auth.set_password(%b)", KEY)
        thief.execute("commit")
        assert gained is False
        assert not is_good(owner, successor)


@pytest.mark.parametrize("revocation", ["logout", "set_password"])
def test_a_rotation_that_is_not_committed_yet_is_revoked_too(
    connect: Callable[[], Any], new_session: Callable[[], str], revocation: str
) -> None:
    stolen, successor = new_session(), new_token()
    own = stolen if revocation == "logout" else new_session()
    with connect() as thief, connect() as owner:
        thief.execute("begin")
        begin(thief, stolen)
        assert one(thief, "select auth.rotate(%b)", token_hash(successor))
        done: list[Any] = []

        def revoke() -> None:
            with owner.transaction():
                begin(owner, own)
                argument = "%b" if revocation == "set_password" else ""
                done.append(
                    one(
                        owner, f"select auth.{revocation}({argument})", *([KEY] if argument else [])
                    )
                )

        thread = threading.Thread(target=revoke)
        thread.start()
        time.sleep(0.5)
        assert not done, "the revocation waits for the rotation"
        thief.execute("commit")
        thread.join()
        assert done
        assert not is_good(thief, successor)


def test_a_login_with_the_old_password_does_not_outlive_its_change(
    connect: Callable[[], Any], new_session: Callable[[], str], operator: Connection, victim: Victim
) -> None:
    own, late = new_session(), new_token()
    operator.execute(
        "update private.credential set key_hash = sha256(%b) where user_id = %s",
        (KEY, victim.user_id),
    )
    with connect() as thief, connect() as owner:
        attempt = one(
            thief,
            "select auth.login_submit('admin@acme.test', %b, %b, false, null)",
            KEY,
            token_hash(late),
        )
        thief.execute("begin")
        assert one(thief, "select auth.login_claim(%s)", attempt)["ok"]

        def change() -> None:
            with owner.transaction():
                begin(owner, own)
                assert one(owner, "select auth.set_password(%b)", b"n" * 32)

        thread = threading.Thread(target=change)
        thread.start()
        time.sleep(0.5)
        thief.execute("commit")
        thread.join()
        assert not is_good(thief, late)
    operator.execute("delete from private.login_attempt")


@pytest.mark.parametrize(
    "statement",
    [
        "select auth.rotate(null)",
        "select auth.rotate('short')",
        "select auth.set_password(null)",
        "select auth.set_password('short')",
        "select auth.create_user(gen_random_uuid(), 'x', 'x@x.test', null, array['VIEWER'])",
        "select auth.create_user(gen_random_uuid(), 'x', 'x@x.test', 'short', array['VIEWER'])",
    ],
)
def test_no_refusal_quotes_a_private_row(
    connect: Callable[[], Any], new_session: Callable[[], str], statement: str
) -> None:
    token = new_session()
    with connect() as connection, connection.transaction(force_rollback=True):
        begin(connection, token)
        try:
            assert one(connection, statement) is False
        except psycopg.Error as error:
            quoted = error.diag.message_detail
        else:
            quoted = None
        assert quoted is None
