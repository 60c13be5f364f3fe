"""Guessing passwords: counted whatever is rolled back, in any order of commits; and telling nothing."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest

from kpix_tui.db.principal import new_token, token_bytes, token_hash
from kpix_tui.domains.accounts.passwords import HashParameters, derive_key
from tests.db.attacks.conftest import Attacker
from tests.support.databases import PASSWORD, Database

EMAIL = "admin@acme.test"
WRONG = b"w" * 32
Connection = psycopg.Connection[Any]


@pytest.fixture(autouse=True)
def no_attempts(database: Database) -> Iterator[None]:
    """Every test starts without attempts; keys and sessions stay as they were."""
    yield
    with database.server.connect(database.name) as operator:
        operator.execute("delete from private.login_attempt")


@pytest.fixture
def connect(attacker: Callable[[str | None], Attacker]) -> Callable[[], Any]:
    return attacker(None).connection


@pytest.fixture
def right_key(connect: Callable[[], Any]) -> bytes:
    with connect() as connection:
        found = connection.execute("select auth.login_params(%s)", (EMAIL,)).fetchone()[0]
    salt = bytes.fromhex(found["salt"])
    return derive_key(
        PASSWORD, HashParameters(salt, found["memory_kib"], found["time"], found["parallelism"])
    )


def submit(connection: Connection, key: bytes, email: str = EMAIL) -> UUID:
    row = connection.execute(
        "select auth.login_submit(%s, %b, %b, false, null)", (email, key, token_hash(new_token()))
    ).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def claim(connection: Connection, attempt: UUID) -> dict[str, Any]:
    row = connection.execute("select auth.login_claim(%s)", (attempt,)).fetchone()
    assert row is not None
    answer: dict[str, Any] = row[0]
    return answer


def evaluated(answer: dict[str, Any]) -> bool:
    return "wait" not in answer


@pytest.mark.honest
def test_the_right_key_opens_a_session(connect: Callable[[], Any], right_key: bytes) -> None:
    with connect() as connection:
        assert claim(connection, submit(connection, right_key))["ok"]


def test_submit_and_claim_in_one_transaction_is_refused(
    connect: Callable[[], Any], right_key: bytes
) -> None:
    with connect() as connection, connection.transaction():
        assert claim(connection, submit(connection, right_key)) == {"ok": False}


def test_a_savepoint_hides_no_submit(connect: Callable[[], Any], right_key: bytes) -> None:
    with connect() as connection, connection.transaction():
        with connection.transaction():
            attempt = submit(connection, right_key)
        assert claim(connection, attempt) == {"ok": False}


def test_five_guesses_are_looked_at(connect: Callable[[], Any], right_key: bytes) -> None:
    with connect() as connection:
        answers = [claim(connection, submit(connection, WRONG)) for _ in range(7)]
        assert [evaluated(answer) for answer in answers] == [True] * 5 + [False] * 2
        assert not claim(connection, submit(connection, right_key))["ok"]


def test_rolling_the_claim_back_undoes_no_failure(
    connect: Callable[[], Any], right_key: bytes
) -> None:
    looked_at = 0
    with connect() as connection:
        for _ in range(10):
            attempt = submit(connection, WRONG)
            with connection.transaction() as transaction:
                looked_at += evaluated(claim(connection, attempt))
                raise psycopg.Rollback(transaction)
        assert looked_at == 5
        assert not claim(connection, submit(connection, right_key))["ok"]


def test_parallel_submits_share_the_five(connect: Callable[[], Any]) -> None:
    """Twenty open transactions, committed last first; each is claimed as soon as it can be."""
    with connect() as claimer:
        opened = []
        for _ in range(20):
            manager = connect()
            connection = manager.__enter__()
            connection.execute("begin")
            opened.append((manager, connection, submit(connection, WRONG)))
        looked_at = 0
        for manager, connection, attempt in reversed(opened):
            connection.execute("commit")
            looked_at += evaluated(claim(claimer, attempt))
            manager.__exit__(None, None, None)
        assert looked_at == 5


def test_claims_from_old_snapshots_share_the_five(connect: Callable[[], Any]) -> None:
    """Each claim runs in a snapshot that was taken right after its own submit was committed."""
    looked_at = 0
    opened = []
    with connect() as submitter:
        for _ in range(10):
            attempt = submit(submitter, WRONG)
            manager = connect()
            connection = manager.__enter__()
            connection.execute("begin isolation level repeatable read")
            connection.execute("select 1")
            opened.append((manager, connection, attempt))
        for manager, connection, attempt in opened:
            try:
                looked_at += evaluated(claim(connection, attempt))
                connection.execute("commit")
            except psycopg.Error:
                connection.execute("rollback")
            manager.__exit__(None, None, None)
    assert looked_at <= 5


def test_a_batch_of_guesses_in_one_statement_is_five(connect: Callable[[], Any]) -> None:
    with connect() as connection:
        made = connection.execute(
            "select auth.login_submit(%s, sha256(g::text::bytea), sha256(('t' || g)::bytea), false, null)"
            " from generate_series(1, 50) g",
            (EMAIL,),
        ).fetchall()
        answers = [claim(connection, row[0]) for row in made]
    assert not any(evaluated(answer) for answer in answers)


def test_writing_the_email_otherwise_changes_nothing(connect: Callable[[], Any]) -> None:
    variants = [EMAIL, EMAIL.upper(), f" {EMAIL} ", "Admin@Acme.Test", EMAIL, EMAIL, EMAIL]
    with connect() as connection:
        answers = [claim(connection, submit(connection, WRONG, email)) for email in variants]
    assert [evaluated(answer) for answer in answers].count(True) == 5


def test_an_attempt_is_claimed_once(connect: Callable[[], Any], right_key: bytes) -> None:
    with connect() as connection:
        attempt = submit(connection, right_key)
        assert claim(connection, attempt)["ok"]
        assert claim(connection, attempt) == {"ok": False}


def test_the_attempt_of_somebody_unknown_is_answered_alike(connect: Callable[[], Any]) -> None:
    with connect() as connection:
        known = [claim(connection, submit(connection, WRONG)) for _ in range(7)]
        unknown = [claim(connection, submit(connection, WRONG, "no@no.test")) for _ in range(7)]
    assert [set(a) for a in known] == [set(a) for a in unknown]


def test_salts_tell_nothing(connect: Callable[[], Any]) -> None:
    with connect() as connection:
        ask = "select auth.login_params(%s)"
        known = connection.execute(ask, (EMAIL,)).fetchone()[0]
        unknown = connection.execute(ask, ("no@no.test",)).fetchone()[0]
        again = connection.execute(ask, ("no@no.test",)).fetchone()[0]
    assert known.keys() == unknown.keys()
    assert unknown == again
    assert known["salt"] != unknown["salt"]
    assert known["salt"] != hashlib.sha256(EMAIL.encode()).hexdigest()[:32]


def test_another_login_role_cannot_claim(
    connect: Callable[[], Any], right_key: bytes, database: Database
) -> None:
    with connect() as connection, database.server.connect(database.name) as other:
        assert claim(other, submit(connection, right_key)) == {"ok": False}


@pytest.fixture
def namesake(
    database: Database, connect: Callable[[], Any]
) -> Iterator[Callable[[Connection, bytes], None]]:
    """An account of Globex with the e-mail of Acme's administrator; its owner sets any password."""
    user = "0190a1b2-0000-7000-8000-00000000beef"
    with connect() as globex, globex.transaction():
        globex.execute("select auth.begin(%b)", (token_bytes(database.tokens["globex/admin"]),))
        globex.execute(
            "select auth.create_user(%s, 'Namesake', %s, %b, array['VIEWER'])", (user, EMAIL, WRONG)
        )

    def set_key(operator: Connection, key: bytes) -> None:
        operator.execute(
            "update private.credential set key_hash = sha256(%b) where user_id = %s", (key, user)
        )

    yield set_key
    with database.server.connect(database.name) as operator:
        operator.execute("set session_replication_role = replica")
        for table in ("private.session", "private.credential", "kpix.user_role"):
            operator.execute(f"delete from {table} where user_id = %s".encode(), (user,))
        operator.execute("delete from kpix.app_user where id = %s", (user,))


def test_an_account_with_the_same_email_elsewhere_buys_no_guesses(
    connect: Callable[[], Any],
    database: Database,
    namesake: Callable[[Connection, bytes], None],
) -> None:
    """Each guess is right for the attacker's own account; at the victim's it is still a guess."""
    with connect() as connection, database.server.connect(database.name) as operator:
        answers = []
        for guess in range(8):
            key = bytes([guess]) * 32
            namesake(operator, key)
            answers.append(claim(connection, submit(connection, key)))
    assert [evaluated(answer) for answer in answers] == [True] * 5 + [False] * 3


@pytest.mark.honest
def test_naming_the_organisation_makes_it_no_guess_at_others(
    connect: Callable[[], Any], namesake: Callable[[Connection, bytes], None]
) -> None:
    with connect() as connection:
        for _ in range(7):
            attempt = connection.execute(
                "select auth.login_submit(%s, %b, %b, false, 'Globex')",
                (EMAIL, WRONG, token_hash(new_token())),
            ).fetchone()[0]
            assert claim(connection, attempt)["ok"]


@pytest.mark.parametrize(
    ("email", "key", "token"),
    [
        (None, WRONG, WRONG),
        (EMAIL, None, WRONG),
        (EMAIL, WRONG, None),
        (EMAIL, WRONG, b"short"),
        (EMAIL, b"", WRONG),
        ("x" * 100_000, WRONG, WRONG),
    ],
)
def test_what_no_client_sends_is_refused_without_a_word(
    connect: Callable[[], Any], email: str | None, key: bytes | None, token: bytes | None
) -> None:
    """An error would quote the row, and the log of the server would keep it."""
    with connect() as connection:
        row = connection.execute(
            "select auth.login_submit(%s, %b, %b, null, null)", (email, key, token)
        ).fetchone()
        assert claim(connection, row[0]) == {"ok": False}


def test_claims_at_the_same_moment_share_the_five(connect: Callable[[], Any]) -> None:
    """Twelve committed submits, claimed by twelve connections that start together."""
    with connect() as submitter:
        attempts = [submit(submitter, WRONG) for _ in range(12)]
    start = threading.Barrier(len(attempts))
    answers: list[dict[str, Any]] = []

    def race(attempt: UUID) -> None:
        with connect() as connection:
            start.wait(timeout=20)
            answers.append(claim(connection, attempt))

    threads = [threading.Thread(target=race, args=(attempt,)) for attempt in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(answers) == len(attempts)
    assert sum(map(evaluated, answers)) <= 5


def test_claims_in_the_reverse_order_share_the_five(connect: Callable[[], Any]) -> None:
    with connect() as connection:
        attempts = [submit(connection, WRONG) for _ in range(10)]
        answers = [claim(connection, attempt) for attempt in reversed(attempts)]
    assert not any(map(evaluated, answers))


def test_submits_that_are_rolled_back_are_no_guesses(
    connect: Callable[[], Any], right_key: bytes
) -> None:
    """They are not counted, and nothing tells whether they were right."""
    with connect() as connection:
        for _ in range(10):
            with connection.transaction() as transaction:
                attempt = submit(connection, right_key)
                raise psycopg.Rollback(transaction)
            assert claim(connection, attempt) == {"ok": False}


def test_a_session_of_the_guesser_does_not_reset_the_count(
    connect: Callable[[], Any], right_key: bytes, database: Database
) -> None:
    with connect() as connection:
        for _ in range(6):
            claim(connection, submit(connection, WRONG))
        with connection.transaction():
            connection.execute(
                "select auth.begin(%b)", (token_bytes(database.tokens["globex/admin"]),)
            )
            attempt = submit(connection, right_key)
        assert not evaluated(claim(connection, attempt))


@pytest.mark.parametrize("email", [EMAIL.upper(), f"  {EMAIL}", "ADMIN@acme.test "])
def test_an_account_has_one_salt(connect: Callable[[], Any], email: str) -> None:
    with connect() as connection:
        ask = "select auth.login_params(%s)"
        assert (
            connection.execute(ask, (email,)).fetchone()
            == connection.execute(ask, (EMAIL,)).fetchone()
        )


WORK = """
    select funcname, calls from pg_stat_xact_user_functions where schemaname in ('auth', 'private')
    union all
    select relname, n_tup_ins + 1000 * n_tup_upd + 1000000 * n_tup_del from pg_stat_xact_user_tables
    where schemaname in ('kpix', 'private') and n_tup_ins + n_tup_upd + n_tup_del > 0
    order by 1, 2
"""


@contextmanager
def measured(connection: Connection, work: list[Any]) -> Iterator[None]:
    """What a transaction of the application's login calls and writes."""
    with connection.transaction():
        connection.execute("set local track_functions = 'all'")
        connection.execute("set local session authorization kpix_local")
        yield
        connection.execute("reset session authorization")
        work.append(connection.execute(WORK).fetchall())


def test_nobody_is_kept_from_signing_in_by_an_open_transaction(
    connect: Callable[[], Any], database: Database
) -> None:
    """A login forgets what is older than a day: what one is removing, the others leave to it."""
    with connect() as connection:
        old = submit(connection, WRONG, "nobody@nowhere.test")
    with database.server.connect(database.name) as operator:
        operator.execute(
            "update private.login_attempt set at = now() - interval '2 days' where id = %s", (old,)
        )
    with connect() as holder, connect() as other:
        holder.execute("begin")
        submit(holder, WRONG, "nobody@nowhere.test")
        other.execute("set lock_timeout = '500ms'")
        assert evaluated(claim(other, submit(other, WRONG)))
        holder.execute("commit")
    with database.server.connect(database.name) as operator:
        left = operator.execute("select from private.login_attempt where id = %s", (old,))
        assert left.rowcount == 0


@pytest.mark.parametrize("guesses", [1, 7])
def test_who_is_unknown_costs_the_same_work(database: Database, guesses: int) -> None:
    """Time is what is done: the same functions as often, and as many rows written. What a clock says
    of it depends on the machine."""
    done: dict[str, list[Any]] = {}
    for email in (EMAIL, "nobody@nowhere.test"):
        work = done[email] = []
        # A connection of its own for each: what is planned the first time is not done the second.
        with database.server.connect(database.name) as connection:
            for _ in range(guesses):
                with measured(connection, work):
                    connection.execute("select auth.login_params(%s)", (email,))
                    attempt = submit(connection, WRONG, email)
                with measured(connection, work):
                    claim(connection, attempt)
    known, unknown = done.values()
    assert known == unknown
    assert any("login_claim" in name for name, _ in known[1])


def test_a_code_with_the_wrong_email_is_answered_like_no_code(
    database: Database, connect: Callable[[], Any]
) -> None:
    code = b"c" * 16
    with database.server.connect(database.name) as operator:
        operator.execute(
            "insert into private.code (organization_id, user_id, kind, code_hash, issued_by, expires_at)"
            " select organization_id, user_id, 'RESET', sha256(%b), user_id, now() + interval '1 hour'"
            " from private.credential where email = %s",
            (code, EMAIL),
        )
        redeem = "select auth.redeem_code(%s, %b, %b, %b, false)"
        token = token_hash(new_token())
        with connect() as connection:
            answers = [
                connection.execute(redeem, (email, shown, WRONG, token)).fetchone()[0]
                for email, shown in (
                    ("manager@acme.test", code),
                    ("nobody@nowhere.test", code),
                    (EMAIL, b"d" * 16),
                    ("nobody@nowhere.test", b"d" * 16),
                )
            ]
        operator.execute("delete from private.code where code_hash = sha256(%b)", (code,))
    assert answers == [{"ok": False, "refused": "unknown"}] * 4
