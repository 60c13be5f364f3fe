"""Answers that are kept in a transaction (``migrations/sql/25_kept.sql``): forged, exchanged, taken
elsewhere, and outlived by what they were about."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from kpix_tui.db.principal import token_bytes
from tests.db.attacks.conftest import Attacker, Victim
from tests.support.databases import Database
from tests.support.plans import calls

Connection = psycopg.Connection[Any]
Become = Callable[[str | None], Attacker]
REACH, NEAR = "reach {kpi:read}", "near_dashboards"
"""How far reading KPIs reaches, and the dashboards that are near."""

FUNCTIONS = ("private.kept", "private.keep")


def setting(question: str) -> str:
    """The name under which an answer is kept."""
    return f"kpix.kept_{hashlib.md5(question.encode(), usedforsecurity=False).hexdigest()}"


def kept(connection: Connection, question: str) -> str:
    row = connection.execute("select current_setting(%s, true)", (setting(question),)).fetchone()
    return (row and row[0]) or ""


def put(connection: Connection, question: str, answer: str) -> None:
    connection.execute("select set_config(%s, %s, true)", (setting(question), answer))


def sees(connection: Connection, victim: Victim) -> bool:
    """Whether the victim's KPI, on a private dashboard, is seen."""
    found = connection.execute("select from kpix.kpi where id = %s", (victim.kpi_id,))
    return found.rowcount > 0


@pytest.fixture
def operator(database: Database, victim: Victim) -> Iterator[Connection]:
    """The superuser, to close the victim's dashboard; whatever was changed is put back."""
    with database.server.connect(database.name) as made:
        made.execute("set session_replication_role = replica")
        made.execute(
            "update kpix.dashboard set visibility = 'PRIVATE' where id = %s", (victim.dashboard_id,)
        )
        yield made
        made.execute(
            "update kpix.dashboard set visibility = 'ORGANIZATION' where id = %s",
            (victim.dashboard_id,),
        )


@pytest.fixture
def share(operator: Connection, victim: Victim) -> Iterator[Callable[[bool], None]]:
    """Lets Acme's user look at the dashboard, or no longer."""

    def change(given: bool) -> None:
        operator.execute(
            "delete from kpix.dashboard_share s using private.credential c where c.user_id = s.user_id"
            " and c.email = 'user@acme.test' and s.dashboard_id = %s",
            (victim.dashboard_id,),
        )
        if given:
            operator.execute(
                "insert into kpix.dashboard_share (organization_id, dashboard_id, user_id, level, shared_by)"
                " select c.organization_id, %s, c.user_id, 'VIEWER', %s from private.credential c"
                " where c.email = 'user@acme.test'",
                (victim.dashboard_id, victim.user_id),
            )

    yield change
    change(False)


@pytest.fixture
def user(attacker: Become) -> Iterator[Connection]:
    """Acme's user, who has signed in a moment ago: what follows writes nothing by itself."""
    somebody = attacker("acme/user")
    with somebody.connection() as connection:
        with connection.transaction():
            somebody.begin(connection)
        yield connection


@pytest.mark.honest
def test_answers_are_kept_and_used(
    attacker: Become, database: Database, operator: Connection, share: Callable[[bool], None]
) -> None:
    share(True)
    user = attacker("acme/user")
    operator.execute(f"alter database {database.name} set track_functions = 'all'".encode())
    with user.connection() as connection:
        with connection.transaction():
            user.begin(connection)
        with connection.transaction():
            user.begin(connection)
            before = calls(connection)
            # In one statement, which has one snapshot whatever others commit on this server.
            near = b"select array(select auth.near_dashboards())"
            found = connection.execute(b" union all ".join([near] * 3)).fetchall()
            after = calls(connection)
            asked, made = (after[name] - before.get(name, 0) for name in FUNCTIONS)
            assert found == [([user.victim.dashboard_id],)] * 3
            assert (asked, made) == (3, 1)
            assert str(user.victim.dashboard_id) in kept(connection, NEAR)
        assert kept(connection, NEAR) == ""


@pytest.mark.parametrize("signature", ["", "|", "|{zeros}", "|{theirs}", "|{theirs}|", "|x|y"])
def test_a_forged_answer_is_none(
    user: Connection, database: Database, operator: Connection, victim: Victim, signature: str
) -> None:
    with user.transaction():
        user.execute("select auth.begin(%b)", (token_bytes(database.tokens["acme/user"]),))
        assert not sees(user, victim)
        theirs = kept(user, NEAR).rpartition("|")[2]
        tail = signature.format(zeros="0" * 64, theirs=theirs)
        put(user, NEAR, f"{{{victim.dashboard_id}}}{tail}")
        put(user, REACH, f"{{{victim.organization_id},{victim.organization_id}}}{tail}")
        assert not sees(user, victim)


def test_the_answer_to_another_question_is_none(
    user: Connection, database: Database, victim: Victim, operator: Connection
) -> None:
    """Who reads KPIs everywhere does not read the audit log by that answer."""
    with user.transaction():
        user.execute("select auth.begin(%b)", (token_bytes(database.tokens["acme/user"]),))
        assert not sees(user, victim)
        everywhere = kept(user, REACH)
        assert str(victim.organization_id) in everywhere
        put(user, "reach {audit:read}", everywhere)
        assert user.execute("select from kpix.audit_log").rowcount == 0


def test_what_was_taken_away_is_gone_with_the_next_statement(
    user: Connection, database: Database, share: Callable[[bool], None], victim: Victim
) -> None:
    share(True)
    with user.transaction():
        user.execute("select auth.begin(%b)", (token_bytes(database.tokens["acme/user"]),))
        assert sees(user, victim)
        before = kept(user, NEAR)
        share(False)
        assert not sees(user, victim)
        put(user, NEAR, before)
        assert not sees(user, victim)


def test_an_answer_of_an_earlier_transaction_is_none(
    user: Connection, database: Database, share: Callable[[bool], None], victim: Victim
) -> None:
    share(True)
    token = token_bytes(database.tokens["acme/user"])
    with user.transaction():
        user.execute("select auth.begin(%b)", (token,))
        assert sees(user, victim)
        before = kept(user, NEAR)
    share(False)
    with user.transaction():
        user.execute("select auth.begin(%b)", (token,))
        put(user, NEAR, before)
        assert not sees(user, victim)


def test_the_answer_of_another_login_is_none(
    user: Connection, database: Database, operator: Connection, victim: Victim
) -> None:
    """An accomplice who sees everything leaves their answers in the transaction."""
    with user.transaction():
        user.execute("select auth.begin(%b)", (token_bytes(database.tokens["acme/admin"]),))
        assert sees(user, victim)
        user.execute("select auth.begin(%b)", (token_bytes(database.tokens["acme/user"]),))
        assert not sees(user, victim)


@pytest.mark.honest
def test_what_one_changed_oneself_counts_at_once(attacker: Become) -> None:
    manager, found = attacker("acme/manager"), b"select from kpix.dashboard where title = 'Mine'"
    with manager.connection() as connection, connection.transaction(force_rollback=True):
        manager.begin(connection)
        assert connection.execute(found).rowcount == 0
        connection.execute(
            "insert into kpix.dashboard (organization_id, id, title, owner_id)"
            " values (auth.org(), gen_random_uuid(), 'Mine', auth.user_id())"
        )
        connection.execute(
            "select auth.set_visibility(id, 'PRIVATE') from kpix.dashboard where title = 'Mine'"
        )
        assert connection.execute(found).rowcount == 1
