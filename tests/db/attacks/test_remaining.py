"""What remains possible to who holds the application's password, each with its reason and remedy.

An expected failure that comes to pass turns the suite red: what is no longer possible is taken off
the list, and off the operator's guide.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from kpix_tui.db.principal import token_bytes
from tests.db.attacks.conftest import Attacker
from tests.support.databases import Database

Become = Callable[[str | None], Attacker]
REMEDY = "Remedy: one database login for each user or device (kpix db grant-login)"
SHARED = f"A role may always change itself, and a shared login is everybody's. {REMEDY}."
VOLUMES = (
    "PostgreSQL keeps one set of statistics for a table, whoever reads it: how many rows there are of"
    " all tenants together can be estimated, their contents cannot. Remedy where that matters: a"
    " database for each tenant."
)


@pytest.fixture
def shared_login(database: Database) -> Iterator[str]:
    """A login of the application that several share. Roles belong to the whole server, on which
    other tests run as well."""
    name = f"shared_{uuid.uuid4().hex[:8]}"
    with database.server.connect(database.name) as operator:
        operator.execute(f"create role {name} login in role kpix_app".encode())
        yield name
        operator.execute(f"drop role {name}".encode())


@pytest.fixture
def no_attempts(database: Database) -> Iterator[None]:
    yield
    with database.server.connect(database.name) as operator:
        operator.execute("delete from private.login_attempt")


@pytest.mark.xfail(strict=True, reason=SHARED)
@pytest.mark.parametrize(
    "attack",
    {
        "give the shared login another password": "alter role {login} password 'mine'",
        "give the shared login a setting": "alter role {login} set statement_timeout = '1ms'",
        "make the shared login read-only": "alter role {login} set default_transaction_read_only = on",
    }.items(),
    ids=lambda attack: attack[0],
)
def test_the_shared_login_changes_itself(
    attack: tuple[str, str], attacker: Become, shared_login: str
) -> None:
    with (
        attacker(None).connection(shared_login) as someone,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        someone.execute(attack[1].format(login=shared_login).encode())


@pytest.mark.xfail(
    strict=True,
    reason="Members of one role may see and stop each other's statements; the token is a bound"
    f" parameter and not in them. {REMEDY}.",
)
@pytest.mark.parametrize(
    "attack",
    {
        "read what others of the shared login run": "select query from pg_stat_activity where pid = %(pid)s and query like '%%needle%%'",
        "stop what others of the shared login run": "select 1 where pg_cancel_backend(%(pid)s)",
        "end connections of the shared login": "select 1 where pg_terminate_backend(%(pid)s)",
    }.items(),
    ids=lambda attack: attack[0],
)
def test_others_of_the_shared_login_are_reached(attack: tuple[str, str], attacker: Become) -> None:
    with attacker("acme/admin").connection() as other:
        other.execute("select 'needle'")
        assert attacker(None).gained(attack[1], pid=other.info.backend_pid) == 0


@pytest.mark.xfail(
    strict=True,
    reason="Who shares the login and knows the key of a lock can hold it: availability is not promised"
    f" against them. {REMEDY}, and its connections can be ended.",
)
def test_holding_the_lock_that_writers_of_a_kpi_take(attacker: Become) -> None:
    admin, someone = attacker("acme/admin"), attacker(None)
    with someone.connection() as holder, holder.transaction():
        holder.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, 0))", (str(admin.victim.kpi_id),)
        )
        with admin.connection() as writer, writer.transaction(force_rollback=True):
            admin.begin(writer)
            writer.execute("set local lock_timeout = '300ms'")
            writer.execute(
                "update kpix.kpi_value set reason = 'x' where kpi_id = %s", (admin.victim.kpi_id,)
            )


@pytest.mark.xfail(strict=True, reason=VOLUMES)
def test_explain_estimates_the_rows_of_others(attacker: Become, database: Database) -> None:
    """To read all of a table takes as long as there are rows of all tenants."""
    with database.server.connect(database.name) as operator:
        operator.execute("analyze kpix.role_permission, kpix.role")
    costs = []
    with attacker(None).connection() as nobody:
        for setting in ("enable_indexscan", "enable_bitmapscan", "enable_indexonlyscan"):
            nobody.execute(f"set {setting} = off".encode())
        for table in ("role_permission", "role"):
            row = nobody.execute(
                f"explain (format json) select from kpix.{table}".encode()
            ).fetchone()
            assert row is not None
            costs.append(_cost_of_scan(row[0][0]["Plan"]))
    assert costs[0] <= costs[1]


def _cost_of_scan(plan: dict[str, Any]) -> float:
    if "Relation Name" in plan:
        return float(plan["Total Cost"] - plan["Startup Cost"])
    return max((_cost_of_scan(inner) for inner in plan.get("Plans", [])), default=0.0)


@pytest.mark.xfail(strict=True, reason=VOLUMES)
@pytest.mark.parametrize(
    "attack",
    {
        "read how many rows a table has": "select reltuples from pg_class where oid = 'kpix.role_permission'::regclass and reltuples > 0",
        "read how large a table is": "select 1 where pg_relation_size('kpix.role_permission') > 0",
        "read how many rows were written": "select n_tup_ins from pg_stat_all_tables where relid = 'kpix.role_permission'::regclass and n_tup_ins >= 0",
    }.items(),
    ids=lambda attack: attack[0],
)
def test_volumes_are_known(attack: tuple[str, str], attacker: Become, database: Database) -> None:
    with database.server.connect(database.name) as operator:
        operator.execute("analyze kpix.role_permission")
    assert attacker(None).gained(attack[1]) == 0


@pytest.mark.xfail(
    strict=True,
    reason="Anybody may try to sign in as anybody: five wrong guesses make the right one wait."
    " Remedy: wait a quarter of an hour, or an operator's kpix db rescue; sessions that are open go on.",
)
def test_guessing_keeps_the_owner_from_signing_in(attacker: Become, no_attempts: None) -> None:
    with attacker(None).connection() as nobody:
        for _ in range(6):
            row = nobody.execute(
                "select auth.login_submit('user@acme.test', sha256('w'), sha256(random()::text::bytea), false, null)"
            ).fetchone()
            assert row is not None
            answer = nobody.execute("select auth.login_claim(%s)", row).fetchone()
    assert answer is not None
    assert "wait" not in answer[0]


@pytest.mark.xfail(
    strict=True,
    reason="A KPI's code is unique in its organisation, because imports name KPIs by it: a member who"
    " may create KPIs learns that a code is taken, and nothing else. Remedy: codes that say nothing.",
)
def test_a_code_that_is_taken_on_a_hidden_dashboard_is_told(
    attacker: Become, database: Database
) -> None:
    user = attacker("acme/user")
    token = token_bytes(database.tokens["acme/user"])
    hide = "update kpix.dashboard set visibility = %s where id = %s"
    with database.server.connect(database.name) as operator, user.connection() as mine:
        operator.execute("set session_replication_role = replica")
        operator.execute(hide, ("PRIVATE", user.victim.dashboard_id))
        try:
            with mine.transaction(force_rollback=True):
                mine.execute("select auth.begin(%b)", (token,))
                row = mine.execute(
                    "insert into kpix.dashboard (organization_id, id, title, owner_id)"
                    " values (auth.org(), gen_random_uuid(), 'own', auth.user_id()) returning id"
                ).fetchone()
                assert row is not None
                mine.execute(
                    "insert into kpix.kpi (organization_id, id, dashboard_id, code, name, direction,"
                    " frequency, owner_id) values (auth.org(), gen_random_uuid(), %s, 'ZANZIBAR', 'x',"
                    " 'UP_IS_BETTER', 'DAILY', auth.user_id())",
                    row,
                )
        except psycopg.errors.UniqueViolation as told:
            pytest.fail(str(told.diag.constraint_name))
        finally:
            operator.execute(hide, ("ORGANIZATION", user.victim.dashboard_id))


@pytest.mark.xfail(
    strict=True,
    reason="Who may delete rows of a table may lock it, and everybody reads these: a login that does"
    " stops the others. Remedy: kpix db revoke-login ends its connections.",
)
@pytest.mark.parametrize("table", ["team_member", "team", "dashboard_share", "kpi_assignment"])
def test_a_table_that_rows_are_deleted_from_is_locked(table: str, attacker: Become) -> None:
    with (
        attacker(None).connection() as nobody,
        nobody.transaction(force_rollback=True),
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        nobody.transaction(),
    ):
        nobody.execute(f"lock table kpix.{table} in access exclusive mode".encode())


@pytest.mark.xfail(
    strict=True,
    reason="An e-mail is unique in its organisation, because people sign in with it: who changes theirs"
    " to one that is taken is told so, and whose it is they are not. Remedy: none; nobody outside of the"
    " organisation can ask.",
)
def test_an_email_that_is_taken_in_the_organisation_is_told(
    attacker: Become, database: Database
) -> None:
    user = attacker("acme/user")
    with database.server.connect(database.name) as operator:
        operator.execute(
            "update private.session set authenticated_at = now() where token_hash = sha256(%b)",
            (token_bytes(database.tokens["acme/user"]),),
        )
    answers: list[str | None] = []
    for email in ("admin@acme.test", "nobody@acme.test"):
        with user.connection() as connection, connection.transaction(force_rollback=True):
            user.begin(connection)
            try:
                with connection.transaction():
                    connection.execute("select auth.change_email(%s, sha256('k'))", (email,))
                    answers.append(None)
            except psycopg.Error as error:
                answers.append(error.sqlstate)
    assert answers[0] == answers[1]
