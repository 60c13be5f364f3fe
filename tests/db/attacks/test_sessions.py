"""Attacks on locking, leaving, listing and revoking sessions."""

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
Connect = Callable[..., Any]
NewSession = Callable[..., str]
KEY = b"k" * 32


def one(connection: Connection, statement: str, *arguments: Any) -> Any:
    row = connection.execute(statement.encode(), arguments).fetchone()
    assert row is not None
    return row[0]


def begin(connection: Connection, token: str) -> Any:
    return one(connection, "select auth.begin(%b)", token_bytes(token))


def opens(connection: Connection, token: str) -> bool:
    with connection.transaction():
        return begin(connection, token) is not None


def acting(connection: Connection, token: str, statement: str, *arguments: Any) -> Any:
    """The answer of ``statement`` in a transaction of its own, as the owner of ``token``."""
    with connection.transaction():
        assert begin(connection, token) is not None
        return one(connection, statement, *arguments)


@pytest.fixture
def operator(database: Database) -> Iterator[Connection]:
    with database.server.connect(database.name) as made:
        yield made


@pytest.fixture
def new_session(operator: Connection, victim: Victim) -> Iterator[NewSession]:
    """Makes sessions of Acme's people, each a family of its own; takes them away afterwards."""
    made: list[bytes] = []

    def make(email: str = "admin@acme.test", kind: str = "PERSONAL") -> str:
        token = new_token()
        made.append(token_hash(token))
        operator.execute(
            """
            insert into private.session (id, family_id, organization_id, user_id, token_hash,
                login_role, kind, authenticated_at, last_seen_at, expires_at)
            select gen_random_uuid(), gen_random_uuid(), c.organization_id, c.user_id, %s,
                'kpix_local', %s, now(), now(), now() + interval '30 days'
            from private.credential c where c.email = %s
            """,
            (made[-1], kind, email),
        )
        return token

    yield make
    operator.execute("delete from private.session where token_hash = any(%s)", (made,))


@pytest.fixture
def connect(attacker: Callable[[str | None], Attacker]) -> Connect:
    return attacker(None).connection


def session_id(operator: Connection, token: str) -> Any:
    return one(operator, "select id from private.session where token_hash = %s", token_hash(token))


# -- a locked session --------------------------------------------------------------------------------


def test_no_token_of_a_locked_session_opens_anything(
    connect: Connect, new_session: NewSession
) -> None:
    """Neither the one that locked it, nor the one it was rotated from half a second ago."""
    old, new = new_session(), new_token()
    with connect() as thief:
        assert acting(thief, old, "select auth.rotate(%b)", token_hash(new))
        assert opens(thief, old)
        assert acting(thief, new, "select auth.lock()")
        assert not opens(thief, new)
        assert not opens(thief, old)


@pytest.mark.parametrize(
    "statement",
    [
        "select auth.rotate('\\x00')",
        "select auth.set_password('\\x00')",
        "select auth.lock()",
        "select auth.sessions()",
        "select auth.user_sessions(null)",
        "select * from kpix.dashboard",
        "update kpix.dashboard set title = 'x'",
        "update private.session set locked_at = null",
        "delete from private.session",
        "select private.present(gen_random_uuid(), gen_random_uuid(), gen_random_uuid())",
    ],
)
def test_with_a_locked_token_nothing_is_gained(
    connect: Connect, new_session: NewSession, statement: str
) -> None:
    token = new_session()
    with connect() as thief:
        acting(thief, token, "select auth.lock()")
        with thief.transaction(force_rollback=True):
            assert begin(thief, token) is None
            try:
                cursor = thief.execute(statement.encode())
            except psycopg.Error:
                return
            gained = cursor.fetchall() if cursor.description else cursor.rowcount
            assert gained in ([], [(False,)], 0)


@pytest.mark.parametrize("attempt", ["rotate", "set_password"])
def test_an_open_transaction_gains_nothing_after_the_lock(
    connect: Connect, new_session: NewSession, attempt: str
) -> None:
    """A stolen token, begun before its owner locked the terminal, gives no other way in."""
    stolen, successor = new_session(), new_token()
    with connect() as thief, connect() as owner:
        thief.execute("begin")
        assert begin(thief, stolen) is not None
        assert acting(owner, stolen, "select auth.lock()")
        argument = token_hash(successor) if attempt == "rotate" else KEY
        gained = one(thief, f"select auth.{attempt}(%b)", argument)
        thief.execute("commit")
        assert gained is False
        assert not opens(owner, successor)


def test_a_rotation_that_is_not_committed_yet_is_locked_too(
    connect: Connect, new_session: NewSession
) -> None:
    stolen, successor = new_session(), new_token()
    with connect() as thief, connect() as owner:
        thief.execute("begin")
        begin(thief, stolen)
        assert one(thief, "select auth.rotate(%b)", token_hash(successor))
        locked: list[Any] = []
        thread = threading.Thread(
            target=lambda: locked.append(acting(owner, stolen, "select auth.lock()"))
        )
        thread.start()
        time.sleep(0.5)
        assert not locked, "the lock waits for the rotation"
        thief.execute("commit")
        thread.join()
        assert locked == [True]
        assert not opens(thief, successor)


def test_a_login_cannot_bring_a_locked_token_back(
    connect: Connect, new_session: NewSession, operator: Connection, victim: Victim
) -> None:
    """Even with the right password: a token belongs to one session for ever."""
    token = new_session()
    kept = one(
        operator, "select key_hash from private.credential where user_id = %s", victim.user_id
    )
    change = "update private.credential set key_hash = %s where user_id = %s"
    operator.execute(change, (one(operator, "select sha256(%b)", KEY), victim.user_id))
    try:
        with connect() as thief:
            acting(thief, token, "select auth.lock()")
            attempt = one(
                thief,
                "select auth.login_submit('admin@acme.test', %b, %b, false, null)",
                KEY,
                token_hash(token),
            )
            assert one(thief, "select auth.login_claim(%s)", attempt) == {"ok": False}
            assert not opens(thief, token)
    finally:
        operator.execute(change, (kept, victim.user_id))
        operator.execute("delete from private.login_attempt")


# -- leaving -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["locked", "idle"])
@pytest.mark.honest
def test_leaving_ends_a_session_that_opens_nothing(
    connect: Connect, new_session: NewSession, operator: Connection, end: str
) -> None:
    token = new_session(kind="SHARED")
    with connect() as terminal:
        if end == "locked":
            acting(terminal, token, "select auth.lock()")
        else:
            operator.execute(
                "update private.session set last_seen_at = now() - interval '11 minutes'"
                " where token_hash = %s",
                (token_hash(token),),
            )
        one(terminal, "select auth.leave(%b)", token_bytes(token))
    state = "select revoked_at is not null from private.session where token_hash = %s"
    assert one(operator, state, token_hash(token))
    assert one(
        operator,
        "select count(*) from kpix.audit_log where action = 'session.closed' and object_id = %s",
        str(session_id(operator, token)),
    )


def test_leaving_ends_no_session_that_is_in_use(connect: Connect, new_session: NewSession) -> None:
    token = new_session()
    with connect() as thief:
        one(thief, "select auth.leave(%b)", token_bytes(token))
        assert opens(thief, token)


@pytest.mark.parametrize("shown", ["hash", "nothing", "short", "another"])
def test_leaving_takes_the_token_itself(
    connect: Connect, new_session: NewSession, operator: Connection, shown: str
) -> None:
    token = new_session()
    texts = {
        "hash": token_hash(token),
        "nothing": None,
        "short": b"x",
        "another": token_bytes(new_token()),
    }
    with connect() as thief:
        acting(thief, token, "select auth.lock()")
        thief.execute("select auth.leave(%b)", (texts[shown],))
    state = "select revoked_at from private.session where token_hash = %s"
    assert one(operator, state, token_hash(token)) is None


def test_leaving_leaves_nobody_behind(connect: Connect, new_session: NewSession) -> None:
    """The audit is written as the session's user; the caller is nobody, before and after."""
    token, other = new_session(), new_session("viewer@acme.test")
    with connect() as thief:
        acting(thief, token, "select auth.lock()")
        with thief.transaction():
            begin(thief, other)
            thief.execute("select auth.leave(%b)", (token_bytes(token),))
            assert one(thief, "select auth.user_id()") is None
            assert one(thief, "select count(*) from kpix.app_user") == 0


def test_another_login_role_neither_locks_nor_leaves(
    connect: Connect, new_session: NewSession, operator: Connection
) -> None:
    token = new_session()
    operator.execute("update private.session set login_role = 'postgres'")
    try:
        with connect() as thief:
            assert not opens(thief, token)
            thief.execute("select auth.leave(%b)", (token_bytes(token),))
        state = "select revoked_at from private.session where token_hash = %s"
        assert one(operator, state, token_hash(token)) is None
    finally:
        operator.execute("update private.session set login_role = 'kpix_local'")


# -- other people's sessions -------------------------------------------------------------------------


@pytest.mark.parametrize("person", [None, "globex/admin", "acme/manager", "acme/viewer"])
@pytest.mark.parametrize(
    "statement",
    [
        "select * from auth.user_sessions(%(user)s)",
        "select * from auth.sessions() s where s.user_id = %(user)s",
        "select * from auth.user_sessions(null) s where s.user_id = %(user)s",
        "select * from private.session",
        "select 1 where auth.revoke_session(%(session)s)",
        "select 1 where auth.revoke_sessions(%(user)s) > 0",
    ],
)
def test_other_peoples_sessions_are_out_of_reach(
    attacker: Callable[[str | None], Attacker],
    new_session: NewSession,
    operator: Connection,
    person: str | None,
    statement: str,
) -> None:
    token = new_session()
    thief = attacker(person)
    assert thief.gained(statement, session=session_id(operator, token)) == 0
    with thief.connection() as connection:
        assert opens(connection, token)


@pytest.mark.parametrize("statement", ["sessions()", "user_sessions(null)"])
def test_nobody_has_no_sessions(attacker: Callable[[str | None], Attacker], statement: str) -> None:
    assert attacker(None).gained(f"select * from auth.{statement}") == 0


def test_an_administrator_reaches_their_own_organisation_only(
    attacker: Callable[[str | None], Attacker], victim: Victim
) -> None:
    everybody = (
        "select s.id, u.name from auth.user_sessions(null) s"
        " join kpix.app_user u on u.id = s.user_id"
    )
    assert attacker("globex/admin").gained(everybody) >= 4
    assert (
        attacker("globex/admin").gained(
            "select * from auth.user_sessions(null) s where s.user_id not in"
            " (select u.id from kpix.app_user u)"
        )
        == 0
    )


def test_no_list_shows_what_a_token_is_kept_as(connect: Connect, new_session: NewSession) -> None:
    token = new_session()
    with connect() as thief, thief.transaction():
        begin(thief, token)
        shown = str(thief.execute("select s::text from auth.user_sessions(null) s").fetchall())
    assert token_hash(token).hex() not in shown
    assert token not in shown


def test_a_revoked_session_takes_its_rotations_along(
    connect: Connect, new_session: NewSession, operator: Connection
) -> None:
    """Revoking the old row of a family ends the one that it was rotated to."""
    own, stolen, successor = new_session(), new_session(), new_token()
    with connect() as thief, connect() as owner:
        assert acting(thief, stolen, "select auth.rotate(%b)", token_hash(successor))
        old = session_id(operator, stolen)
        assert acting(owner, own, "select auth.revoke_session(%s)", old)
        assert not opens(thief, successor)
        assert not opens(thief, stolen)
        assert opens(owner, own)


@pytest.mark.honest
def test_revoking_the_others_spares_the_one_that_asks(
    connect: Connect, new_session: NewSession, victim: Victim
) -> None:
    own, other, locked = new_session(), new_session(), new_session(kind="SHARED")
    with connect() as owner:
        acting(owner, locked, "select auth.lock()")
        ended = acting(owner, own, "select auth.revoke_sessions(auth.user_id())")
        assert ended >= 2
        assert opens(owner, own)
        assert not opens(owner, other)
        listed = acting(owner, own, "select count(*) from auth.sessions()")
        assert listed == 1
