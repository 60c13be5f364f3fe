"""Old snapshots: what was ended, taken or given since is still as it was in them.

A transaction may take its snapshot over from one that somebody kept open for hours
(``pg_export_snapshot``): it began a moment ago, and sees nothing of what was revoked meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from kpix_tui.db.principal import new_token, token_hash
from kpix_tui.domains.accounts.passwords import code_hash, new_code
from kpix_tui.domains.accounts.rules import read_code
from tests.db.attacks.conftest import Attacker
from tests.support.databases import Database

Connection = psycopg.Connection[Any]
Become = Callable[[str | None], Attacker]
pytestmark = pytest.mark.parametrize("level", ["repeatable read", "serializable"])
THEIRS = "user_id = (select user_id from private.credential where email = 'user@acme.test')"
SINCE = {
    "the session was ended": (
        f"update private.session set revoked_at = now() where {THEIRS}",
        f"update private.session set revoked_at = null where {THEIRS}",
    ),
    "the session was locked": (
        f"update private.session set locked_at = now() where {THEIRS}",
        f"update private.session set locked_at = null where {THEIRS}",
    ),
    "the user was deactivated": (
        f"update kpix.app_user set active = false where {THEIRS.removeprefix('user_')}",
        f"update kpix.app_user set active = true where {THEIRS.removeprefix('user_')}",
    ),
}


def one(connection: Connection, statement: str, *arguments: Any) -> Any:
    row = connection.execute(statement.encode(), arguments).fetchone()
    assert row is not None
    return row[0]


@pytest.fixture
def operator(database: Database) -> Iterator[Connection]:
    """The superuser, to take rights away and to give them back."""
    with database.server.connect(database.name) as made:
        made.execute("set session_replication_role = replica")
        yield made


@contextmanager
def old(nobody: Attacker, level: str, *, taken_over: bool) -> Iterator[Callable[[], Connection]]:
    """A transaction that sees what was so when the block began: begun then, or begun now."""
    with nobody.connection() as keeper, nobody.connection() as thief:
        keeper.execute(f"begin isolation level {level}".encode())
        kept = one(keeper, "select pg_export_snapshot()")

        def begin() -> Connection:
            if taken_over:
                thief.execute(f"begin isolation level {level}".encode())
                thief.execute(f"set transaction snapshot '{kept}'".encode())
                return thief
            return keeper

        yield begin
        thief.execute("rollback")
        keeper.execute("rollback")


@pytest.mark.parametrize("taken_over", [False, True])
@pytest.mark.parametrize("what", SINCE)
def test_a_token_opens_nothing(
    level: str, what: str, taken_over: bool, attacker: Become, operator: Connection
) -> None:
    (change, put_back), user = SINCE[what], attacker("acme/user")
    with old(user, level, taken_over=taken_over) as begin:
        operator.execute(change.encode())
        try:
            with pytest.raises(psycopg.errors.InvalidTransactionState):
                user.begin(begin())
        finally:
            operator.execute(put_back.encode())


def test_a_part_that_only_reads_opens_nothing_either(level: str, attacker: Become) -> None:
    """What a savepoint lets go of would not be written down, and could be presented again."""
    user = attacker("acme/user")
    with old(user, level, taken_over=True) as begin:
        thief = begin()
        thief.execute("savepoint reading")
        thief.execute("set transaction read only")
        with pytest.raises(psycopg.errors.InvalidTransactionState):
            user.begin(thief)


@pytest.mark.parametrize("taken_over", [False, True])
def test_a_code_takes_no_account_that_was_given_more_since(
    level: str, taken_over: bool, attacker: Become, operator: Connection
) -> None:
    """Whoever issued the code knows it, and could not issue it for an administrator."""
    code, key_hash = (
        new_code(),
        one(operator, f"select key_hash from private.credential where {THEIRS}"),
    )
    operator.execute(
        f"insert into private.code (organization_id, user_id, kind, code_hash, issued_by, expires_at)"
        f" select k.organization_id, k.user_id, 'RESET', %b, i.user_id, now() + interval '1 hour'"
        f" from private.credential k, private.credential i"
        f" where k.{THEIRS} and i.email = 'manager@acme.test'".encode(),
        (code_hash(code),),
    )
    with old(attacker(None), level, taken_over=taken_over) as begin:
        operator.execute(
            f"insert into kpix.user_role (organization_id, user_id, role_id)"
            f" select c.organization_id, c.user_id, r.id from private.credential c"
            f" join kpix.role r using (organization_id) where r.name = 'ADMIN' and c.{THEIRS}".encode()
        )
        try:
            with pytest.raises(psycopg.errors.InvalidTransactionState):
                one(
                    begin(),
                    "select auth.redeem_code('user@acme.test', %b, %b, %b, false)",
                    read_code(code),
                    b"k" * 32,
                    token_hash(new_token()),
                )
        finally:
            operator.execute(
                f"delete from kpix.user_role where {THEIRS}"
                " and role_id in (select id from kpix.role where name = 'ADMIN')".encode()
            )
            operator.execute("delete from private.code where code_hash = %b", (code_hash(code),))
    assert one(operator, f"select key_hash from private.credential where {THEIRS}") == key_hash


def test_no_login_is_claimed(level: str, attacker: Become, operator: Connection) -> None:
    with old(attacker(None), level, taken_over=True) as begin:
        attempt = one(
            operator,
            "select auth.login_submit('user@acme.test', %b, %b, false, null)",
            b"k" * 32,
            token_hash(new_token()),
        )
        with pytest.raises(psycopg.errors.InvalidTransactionState):
            one(begin(), "select auth.login_claim(%s)", attempt)
    operator.execute("delete from private.login_attempt")
