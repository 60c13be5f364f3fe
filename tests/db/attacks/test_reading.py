"""Reading what is not one's own: nobody, and somebody of another organisation."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.db.attacks.conftest import Attacker

TABLES = (
    "organization",
    "app_user",
    "role",
    "role_permission",
    "user_role",
    "team",
    "team_member",
    "dashboard",
    "kpi",
    "kpi_threshold",
    "kpi_value",
    "kpi_value_revision",
    "audit_log",
)
FOREIGN_ROWS = {
    f"read kpix.{t} of another organisation": f"select * from kpix.{t} where organization_id = %(org)s"
    for t in TABLES
}
PRIVATE = {
    f"read private.{t}": f"select * from private.{t}"
    for t in ("secret", "credential", "session", "login_attempt")
}
INDIRECT = {
    "by the identifier of a row": "select * from kpix.kpi where id = %(kpi)s",
    "by a row's physical place": "select * from kpix.kpi_value where ctid = '(0,1)' and organization_id = %(org)s",
    "by joining one's own rows to foreign ones": "select v.* from kpix.kpi_value v left join kpix.kpi k on true where v.kpi_id = %(kpi)s",
    "by a lateral join": "select v.* from (select %(kpi)s::uuid as k) x, lateral (select * from kpix.kpi_value where kpi_id = x.k) v",
    "by the whole row as text": "select d::text from kpix.dashboard d where d::text like '%%zanzibar%%'",
    "by COPY TO": "copy (select * from kpix.kpi_value where kpi_id is not null and value = 87) to stdout",
    "by query_to_xml": "select x from query_to_xml('select * from kpix.kpi where code = ''ZANZIBAR''', true, true, '') x where x::text like '%%ZANZIBAR%%'",
    "by table_to_xml": "select x from table_to_xml('kpix.kpi', true, false, '') x where x::text like '%%ZANZIBAR%%'",
    "by database_to_xml": "select x from schema_to_xml('kpix', true, false, '') x where x::text like '%%ZANZIBAR%%'",
    "by a cast that fails and tells": "select name::int from kpix.kpi where code = 'ZANZIBAR'",
    "by a division that fails only on a match": "select 1 / (case when name like '%%zanzibar%%' then 0 else 1 end) from kpix.kpi where id = %(kpi)s",
    "by an aggregate": "select nullif(count(*), 0) from kpix.kpi where code = 'ZANZIBAR'",
    "by string_agg": "select string_agg(name, ',') from kpix.kpi where organization_id = %(org)s",
    "by a window": "select first_value(name) over () from kpix.kpi where organization_id = %(org)s",
    "by a recursive query": "with recursive r as (select id from kpix.kpi where organization_id = %(org)s union all select id from r where false) select * from r",
    "by a function that sorts before the policy": 'select * from kpix.kpi where organization_id = %(org)s order by name collate "C"',
    "by the statistics of columns": "select most_common_vals::text, histogram_bounds::text from pg_stats where schemaname = 'kpix' and (most_common_vals::text || histogram_bounds::text) like '%%zanzibar%%'",
    "by pg_statistic itself": "select * from pg_statistic where starelid = 'kpix.kpi'::regclass",
    "by what other sessions run": "select query from pg_stat_activity where query like '%%zanzibar%%' and pid <> pg_backend_pid()",
    "by a prepared statement's plan": "explain (analyze, verbose) select * from kpix.kpi where name = 'nothing' and code = 'ZANZIBAR' and false",
    "by tablesample": "select * from kpix.kpi tablesample system (100) where organization_id = %(org)s",
    "by row locks": "select id from kpix.kpi where id = %(kpi)s for key share",
    "by FETCH from a cursor": "select * from cursor_to_xml('nothing', 1, true, true, '')",
    "by a large object": "select lo_get(16384)",
    "by reading the server's files": "select pg_read_file('postgresql.conf')",
    "by listing the server's files": "select pg_ls_dir('.')",
    "by COPY FROM PROGRAM": "copy kpix.dashboard from program 'id'",
    "by COPY TO a file": "copy kpix.kpi to '/tmp/kpi.csv'",
    "by dblink": "select * from dblink('dbname=postgres', 'select 1') as t(a int)",
}
CALLS = {
    "call private.mac": "select private.mac('anything')",
    "call private.verified": "select private.verified()",
    "call private.present for the victim": "select private.present(%(org)s, %(user)s, %(user)s)",
    "call private.make_secret": "select private.make_secret()",
    "call private.record": "select private.record('a', 'b', 'c', null, null)",
    "call private.revoke_family": "select private.revoke_family(gen_random_uuid())",
    "call private.throttled": "select private.throttled('x'::bytea)",
    "call private.add_user": "select private.add_user(%(org)s, gen_random_uuid(), 'x', 'x@x.test', 'x'::bytea, array['ADMIN'], null)",
    "call private.session_by_token": "select private.session_by_token('x'::bytea)",
    "call auth.create_organization": "select auth.create_organization(gen_random_uuid(), 'Mine', 'UTC', 'en', gen_random_uuid(), 'x', 'x@x.test', 'x'::bytea)",
    "call a trigger function": "select private.keep_revision()",
}


@pytest.mark.parametrize("attack", FOREIGN_ROWS | PRIVATE | INDIRECT | CALLS)
@pytest.mark.parametrize("who", [None, "globex/admin"])
def test_gains_nothing(
    attack: str,
    who: str | None,
    attacker: Callable[[str | None], Attacker],
    fingerprint: Callable[[], str],
) -> None:
    statement = (FOREIGN_ROWS | PRIVATE | INDIRECT | CALLS)[attack]
    before = fingerprint()
    someone = attacker(who)
    if attack == "by a prepared statement's plan":
        with someone.connection() as connection, connection.transaction():
            someone.begin(connection)
            plan = str(connection.execute(statement.encode()).fetchall())
        assert "rows=1 " not in plan.replace("rows=1 width", "")
        return
    assert someone.gained(statement) == 0, f"{attack}: gained rows"
    assert fingerprint() == before


def test_the_attacks_would_find_something(attacker: Callable[[str | None], Attacker]) -> None:
    """The victim's own administrator does read these rows: an empty answer means refused."""
    victim = attacker("acme/admin")
    for table in (
        "organization",
        "app_user",
        "role",
        "role_permission",
        "user_role",
        "dashboard",
        "kpi",
        "kpi_threshold",
        "kpi_value",
        "kpi_value_revision",
        "audit_log",
    ):
        assert victim.gained(f"select * from kpix.{table} where organization_id = %(org)s") > 0, (
            table
        )
    for attack in ("by the identifier of a row", "by COPY TO", "by string_agg", "by an aggregate"):
        assert victim.gained(INDIRECT[attack]) == 1, attack
