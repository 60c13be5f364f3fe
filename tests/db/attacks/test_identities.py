"""Two logins in one transaction: who is a viewer here and an administrator elsewhere is never both.

A policy asks who one is more than once in a query. Between two answers the attacker presents the
other token: from within the query, between two rows of a cursor, between two rows of a function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from kpix_tui.db.principal import new_token, token_bytes, token_hash
from tests.db.attacks.conftest import SECRET, Attacker, Victim
from tests.support.databases import Database

Connection = psycopg.Connection[Any]

# What the query does first finds nothing and asks for the organisation; then the other token is
# presented, and everything that was not asked yet is asked of the other.
FLIP = (
    "select l.* from (select g, case when g = 2 then auth.begin(%(other)s) is not null end as f"
    " from generate_series(1, 2) g offset 0) x"
    " cross join lateral (select {columns} from kpix.{table} l"
    " where {key} = case when x.f then {wanted} end offset 0) l where l.organization_id = %(org)s"
)
PLAN = (
    "enable_hashjoin",
    "enable_mergejoin",
    "enable_material",
    "enable_memoize",
    "enable_seqscan",
)
FROM_WITHIN = {
    "read a private dashboard": FLIP.format(
        columns="l.*", table="dashboard", key="l.id", wanted="%(board)s::uuid"
    ),
    "read its shares": FLIP.format(
        columns="l.*", table="dashboard_share", key="l.dashboard_id", wanted="%(board)s::uuid"
    ),
    "read a KPI of it": FLIP.format(
        columns="l.*", table="kpi", key="l.dashboard_id", wanted="%(board)s::uuid"
    ),
    "read its values": FLIP.format(
        columns="l.*", table="kpi_value", key="l.kpi_id", wanted="%(thing)s::uuid"
    ),
    "read who holds which role": FLIP.format(
        columns="l.*", table="user_role", key="l.user_id", wanted="%(user)s::uuid"
    ),
    "read the audit log": FLIP.format(
        columns="l.*", table="audit_log", key="l.actor_id", wanted="%(user)s::uuid"
    ),
}
WRITING = {
    "delete a team": "delete from kpix.team t using (select g, case when g = 2 then auth.begin(%(other)s) is not null"
    " end as f from generate_series(1, 2) g offset 0) x where t.id = case when x.f then %(team)s::uuid end"
    " and t.organization_id = %(org)s returning auth.begin(%(own)s)",
    "rename a team": "update kpix.team t set name = 'mine' from (select g, case when g = 2 then"
    " auth.begin(%(other)s) is not null end as f from generate_series(1, 2) g offset 0) x"
    " where t.id = case when x.f then %(team)s::uuid end and t.organization_id = %(org)s"
    " returning auth.begin(%(own)s)",
}
BY_ROW = {
    "read all e-mails": "select (e).email, auth.begin(%(other)s) is null from (select auth.emails() as e offset 0) x"
    " where (e).user_id = %(user)s",
    "read everybody's sessions": "select s.id, auth.begin(%(own)s) is null from"
    " (select (auth.user_sessions(null)).* offset 0) s where s.user_id = %(user)s",
    "read why others see a dashboard": "select (a).via, auth.begin(%(other)s) is null from"
    " (select auth.dashboard_access(%(dashboard)s) as a offset 0) x"
    " where (a).reason in ('ORGANIZATION', 'ADMINISTRATOR') and (a).user_id <> %(viewer)s",
}


@pytest.fixture(scope="module")
def facts(database: Database, victim: Victim) -> dict[str, Any]:
    """A private dashboard of Acme's administrator, a team, and the tokens of the two-faced: a viewer
    of Acme who is Globex' administrator."""
    with database.server.connect(database.name) as operator:
        operator.execute("set session_replication_role = replica")
        made = operator.execute(
            "insert into kpix.dashboard (organization_id, id, title, owner_id, visibility)"
            f" values (%s, gen_random_uuid(), '{SECRET}', %s, 'PRIVATE') returning id",
            (victim.organization_id, victim.user_id),
        ).fetchone()
        kpi = operator.execute(
            "insert into kpix.kpi (organization_id, id, dashboard_id, code, name, direction, frequency,"
            " owner_id) values (%s, gen_random_uuid(), %s, 'PRIVATE', 'p', 'UP_IS_BETTER', 'MONTHLY', %s)"
            " returning id",
            (victim.organization_id, made and made[0], victim.user_id),
        ).fetchone()
        operator.execute(
            "insert into kpix.kpi_value (organization_id, kpi_id, dashboard_id, period_start, period_end,"
            " value, status, entered_by) values (%s, %s, %s, '2026-09-01', '2026-09-30', 1, 'RED', %s)",
            (victim.organization_id, kpi and kpi[0], made and made[0], victim.user_id),
        )
        team = operator.execute("select id from kpix.team limit 1").fetchone()
        viewer = operator.execute(
            "select user_id from private.credential where email = 'viewer@acme.test'"
        ).fetchone()
    assert None not in (made, kpi, team, viewer)
    return {
        "org": victim.organization_id,
        "user": victim.user_id,
        "dashboard": victim.dashboard_id,
        "board": made[0],
        "thing": kpi[0],
        "team": team[0],
        "own_board": uuid4(),
        "viewer": viewer[0],
        "own": token_bytes(database.tokens["acme/viewer"]),
        "other": token_bytes(database.tokens["globex/admin"]),
    }


@pytest.fixture
def connection(attacker: Callable[[str | None], Attacker]) -> Iterator[Connection]:
    with attacker(None).connection() as made:
        for setting in PLAN:
            made.execute(f"set {setting} = off".encode())
        yield made


def tried(connection: Connection, first: bytes, statement: str, facts: dict[str, Any]) -> list[Any]:
    """What ``statement`` returns to who begins with the token ``first``."""
    used = {key: value for key, value in facts.items() if f"%({key})" in statement}
    try:
        with connection.transaction():
            connection.execute("select auth.begin(%b)", (first,))
            return [
                row for row in connection.execute(statement.encode(), used) if row[0] is not None
            ]
    except psycopg.errors.InsufficientPrivilege:
        return []


@pytest.mark.parametrize("attack", FROM_WITHIN)
def test_presenting_another_token_within_a_query(
    attack: str, connection: Connection, facts: dict[str, Any]
) -> None:
    assert tried(connection, facts["own"], FROM_WITHIN[attack], facts) == []


@pytest.mark.parametrize("attack", WRITING)
def test_presenting_another_token_while_writing(
    attack: str, connection: Connection, facts: dict[str, Any], fingerprint: Callable[[], str]
) -> None:
    before = fingerprint()
    assert tried(connection, facts["own"], WRITING[attack], facts) == []
    assert fingerprint() == before


@pytest.mark.parametrize("attack", BY_ROW)
@pytest.mark.parametrize("first", ["own", "other"])
def test_presenting_another_token_between_the_rows_of_a_function(
    attack: str, first: str, connection: Connection, facts: dict[str, Any]
) -> None:
    assert tried(connection, facts[first], BY_ROW[attack], facts) == []


def test_presenting_another_token_between_the_rows_of_a_cursor(
    connection: Connection, facts: dict[str, Any]
) -> None:
    with connection.transaction():
        connection.execute("select auth.begin(%b)", (facts["own"],))
        connection.execute(
            "declare c cursor for select d.title from generate_series(1, 2) g left join lateral"
            f" (select * from kpix.dashboard d where d.organization_id = '{facts['org']}'"
            f" and d.id = case when g = 2 then '{facts['board']}'::uuid end offset 0) d on true".encode()
        )
        assert connection.execute("fetch 1 from c").fetchall() == [(None,)]
        connection.execute("select auth.begin(%b)", (facts["other"],))
        gained = connection.execute("fetch all from c").fetchall()
    assert gained == [(None,)]


@pytest.mark.parametrize("kept", ["own", "other"])
def test_a_principal_that_was_kept_is_worth_no_more_than_its_token(
    kept: str, connection: Connection, facts: dict[str, Any]
) -> None:
    """Both are good in this transaction; each shows what its own login may see."""
    with connection.transaction():
        connection.execute("select auth.begin(%b)", (facts[kept],))
        row = connection.execute("select current_setting('kpix.principal')").fetchone()
        connection.execute("select auth.begin(%b)", (facts["other" if kept == "own" else "own"],))
        connection.execute("select set_config('kpix.principal', %s, true)", row)
        found = connection.execute(
            "select count(*) from kpix.dashboard where id = %s", (facts["board"],)
        ).fetchone()
    assert found == (0,)


BORROWED = {
    "a private dashboard's": (
        "insert into kpix.dashboard (organization_id, id, title, owner_id)"
        " values (auth.org(), %(board)s, 'namesake', auth.user_id())",
        FROM_WITHIN["read a private dashboard"],
    ),
    "its KPI's": (
        "insert into kpix.dashboard (organization_id, id, title, owner_id)"
        " values (auth.org(), %(board)s, 'namesake', auth.user_id())",
        FROM_WITHIN["read a KPI of it"],
    ),
    "its owner's": (
        "select auth.create_user(%(user)s, 'Namesake', 'namesake@globex.test', sha256('k'), array['USER'])",
        FROM_WITHIN["read who holds which role"],
    ),
    "a team's": (
        "insert into kpix.team (organization_id, id, name) values (auth.org(), %(team)s, 'namesake')",
        WRITING["delete a team"],
    ),
    "a KPI's": (
        "insert into kpix.dashboard (organization_id, id, title, owner_id)"
        " values (auth.org(), %(own_board)s, 'namesake', auth.user_id());"
        "insert into kpix.kpi (organization_id, id, dashboard_id, code, name, direction, frequency, owner_id)"
        " values (auth.org(), %(thing)s, %(own_board)s, 'NAMESAKE', 'x', 'UP_IS_BETTER', 'DAILY', auth.user_id())",
        FROM_WITHIN["read its values"],
    ),
}


@pytest.mark.parametrize("attack", BORROWED)
def test_borrowing_an_identifier(
    attack: str, connection: Connection, facts: dict[str, Any], fingerprint: Callable[[], str]
) -> None:
    """A thing of one's own under the identifier of a hidden one, which was seen once."""
    before = fingerprint()
    make, use = BORROWED[attack]
    gained: list[Any] = []
    with connection.transaction(force_rollback=True):
        connection.execute("select auth.begin(%b)", (facts["other"],))
        try:
            with connection.transaction():
                for statement in make.split(";"):
                    used = {k: v for k, v in facts.items() if f"%({k})" in statement}
                    connection.execute(statement.encode(), used)
        except psycopg.errors.UniqueViolation:
            return
        gained = tried(connection, facts["own"], use, facts)
    assert gained == []
    assert fingerprint() == before


# What A reads first is open to the organisation, so that it is A who was asked how far reading goes;
# everything that is near to somebody is then asked of B.
MIXED = FLIP.format(
    columns="l.*",
    table="dashboard",
    key="l.id",
    wanted="%(hidden)s::uuid else %(dashboard)s::uuid",
).replace("where l.organization_id", "where l.id = %(hidden)s::uuid and l.organization_id")
NEAR = {
    "its own": ("%(blind)s", "PRIVATE"),
    "a team mate's": ("%(mate)s", "TEAMS"),
    "one that is shared with it": ("%(user)s", "PRIVATE"),
}


@pytest.fixture(scope="module")
def near(database: Database, facts: dict[str, Any]) -> dict[str, Any]:
    """Acme's blind one, who may read nothing, and the dashboards that are near to them."""
    token, known = new_token(), {**facts, "blind": uuid4(), "mate": uuid4(), "crew": uuid4()}
    with database.server.connect(database.name) as operator:

        def do(statement: str, **more: Any) -> None:
            used = {k: v for k, v in {**known, **more}.items() if f"%({k})" in statement}
            operator.execute(statement.encode(), used)

        do("set session_replication_role = replica")
        do("insert into kpix.team (organization_id, id, name) values (%(org)s, %(crew)s, 'blind')")
        for who in ("blind", "mate"):
            do(
                "insert into kpix.app_user (organization_id, id, name, email)"
                f" values (%(org)s, %({who})s, '{who}', '{who}@acme.test')"
            )
            do(
                "insert into kpix.team_member (organization_id, team_id, user_id, is_lead)"
                f" values (%(org)s, %(crew)s, %({who})s, false)"
            )
        do(
            "insert into private.session (id, family_id, organization_id, user_id, token_hash,"
            " login_role, kind, authenticated_at, last_seen_at, expires_at) values (gen_random_uuid(),"
            " gen_random_uuid(), %(org)s, %(blind)s, %(hash)s, 'kpix_local', 'PERSONAL', now(), now(),"
            " now() + interval '1 day')",
            hash=token_hash(token),
        )
        for whose, (owner, visibility) in NEAR.items():
            known[whose] = uuid4()
            do(
                "insert into kpix.dashboard (organization_id, id, title, owner_id, visibility)"
                f" values (%(org)s, %(board)s, '{SECRET}', {owner}, '{visibility}')",
                board=known[whose],
            )
        do(
            "insert into kpix.dashboard_share (organization_id, id, dashboard_id, user_id, level, shared_by)"
            " values (%(org)s, gen_random_uuid(), %(board)s, %(blind)s, 'MANAGER', %(user)s)",
            board=known["one that is shared with it"],
        )
    return {**known, "other": token_bytes(token)}


@pytest.mark.parametrize("whose", NEAR)
def test_what_is_near_to_a_login_that_reads_nothing(
    whose: str, connection: Connection, near: dict[str, Any]
) -> None:
    """One login reads everywhere, the other nowhere: together they see no more than the first."""
    assert tried(connection, near["own"], MIXED, {**near, "hidden": near[whose]}) == []


@pytest.mark.honest
def test_the_two_would_see_it_if_the_second_read_anything(
    connection: Connection, near: dict[str, Any], database: Database
) -> None:
    """The attack asks what it means to ask: with a role that reads, the second login sees it."""
    granted = (
        "from kpix.role r where r.organization_id = %(org)s and r.name = 'VIEWER'",
        {"org": near["org"], "blind": near["blind"]},
    )
    with database.server.connect(database.name) as operator:
        operator.execute("set session_replication_role = replica")
        operator.execute(
            "insert into kpix.user_role (organization_id, user_id, role_id)"
            f" select %(org)s, %(blind)s, r.id {granted[0]}".encode(),
            granted[1],
        )
        try:
            for whose in NEAR:
                assert tried(connection, near["own"], MIXED, {**near, "hidden": near[whose]})
        finally:
            operator.execute("delete from kpix.user_role where user_id = %(blind)s", granted[1])
