"""Reading what is not one's own: nobody, and somebody of another organisation."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.db.attacks.conftest import Attacker
from tests.support.databases import Database

TABLES = (
    "organization",
    "app_user",
    "role",
    "role_permission",
    "user_role",
    "team",
    "team_member",
    "dashboard",
    "dashboard_share",
    "kpi",
    "kpi_assignment",
    "kpi_threshold",
    "kpi_value",
    "kpi_value_revision",
    "kpi_state",
    "action_plan",
    "action_plan_change",
    "audit_log",
)
# What may be read of a table, where that is not all of it.
COLUMNS = {"app_user": "id, name, active"}
# Filled and attacked in files of their own (test_comments.py, test_notifications.py).
TALK = (
    "comment",
    "comment_revision",
    "comment_mention",
    "comment_mark",
    "notification",
    "notification_preference",
)
FOREIGN_ROWS = {
    f"read kpix.{t} of another organisation": f"select {COLUMNS.get(t, '*')} from kpix.{t} where organization_id = %(org)s"
    for t in (*TABLES, *TALK)
}
PRIVATE = {
    f"read private.{t}": f"select * from private.{t}"
    for t in (
        "secret",
        "credential",
        "session",
        "login_attempt",
        "code",
        "search_space",
        "search_document",
    )
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
    "by the statistics of several columns": "select * from pg_stats_ext where schemaname = 'kpix'",
    "by a row lock that skips": "select 1 from kpix.dashboard d where d.id = %(dashboard)s for update skip locked",
    "by schema_to_xml of what is private": "select x from schema_to_xml('private', true, false, '') x",
    "by query_to_xml_and_xmlschema": "select x from query_to_xml_and_xmlschema('select name from kpix.kpi', true, true, '') x where x::text like '%%zanzibar%%'",
    "by a regular expression that tells": "select regexp_matches(name, '.*') from kpix.kpi where organization_id = %(org)s",
    "by keeping what was read in a setting": "select set_config('kpix.found', name, true) from kpix.kpi where organization_id = %(org)s",
    "by json_agg": "select json_agg(d) from kpix.dashboard d where d.organization_id = %(org)s",
    "by EXISTS": "select 1 where exists (select from kpix.kpi_value where kpi_id = %(kpi)s)",
    "by IN": "select 1 where %(kpi)s in (select id from kpix.kpi)",
    "by EXCEPT": "select %(kpi)s except select %(kpi)s where not exists (select from kpix.kpi where id = %(kpi)s)",
    "by a full join": "select k.id from (select 1) x full join kpix.kpi k on true where k.id = %(kpi)s",
    "by counting what is left over": "select 1 from kpix.kpi_value where kpi_id = %(kpi)s having count(*) > 0",
    "by views over the tables": "select * from information_schema.view_table_usage where table_schema in ('kpix', 'private')",
    "by secrets in the text of functions": "select prosrc from pg_proc where prosrc ~ '[0-9a-f]{64}' and pronamespace = 'private'::regnamespace",
    "by the settings of database roles": "select useconfig from pg_shadow",
    "by the passwords of database roles": "select rolpassword from pg_authid",
    "by the pages of a table": "select get_raw_page('kpix.kpi', 0)",
    "by the server's log": "select pg_read_file(pg_current_logfile())",
    "by the write-ahead log": "select * from pg_logical_slot_peek_changes('s', null, null)",
    "by making a large object": "select lo_from_bytea(0, 'x')",
    "by creating an empty large object": "select lo_create(0)",
    "by creating a large object as old clients do": "select lo_creat(-1)",
    "by writing into a large object": "select lo_put(lo_create(0), 0, 'x')",
    "by importing a large object": "select lo_import('/etc/passwd')",
    "by exporting a large object": "select lo_export(16384, '/tmp/x')",
    "by a file that the server writes": "copy (select 1) to '/tmp/written'",
    "by COPY TO PROGRAM": "copy (select 1) to program 'cat'",
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
    "call auth.rescue_user": "select auth.rescue_user('admin@acme.test', null, sha256('x'))",
    "call private.open_session": "select private.open_session(null, null)",
    "call private.proved": "select private.proved(null)",
    "call private.end_account": "select private.end_account(%(org)s, %(user)s)",
    "call private.sync_builtin_roles": "select private.sync_builtin_roles()",
    "call private.check_values": "select private.check_values(array[%(kpi)s]::uuid[], '2026-01-01', '2026-12-31')",
    "read private.held": "select * from private.held",
    "read private.mate": "select * from private.mate",
    "read private.share": "select * from private.share",
    "call auth.reach for another organisation": "select 1 where %(org)s = any (auth.reach('dashboard:read'))",
    "call auth.reach for nothing": "select 1 where %(org)s = any (auth.reach(variadic '{}'))",
    "call auth.owners for another organisation": "select * from auth.owners('dashboard:read') u where u = %(user)s",
    "call auth.near_dashboards for a foreign one": "select * from auth.near_dashboards() d where d = %(dashboard)s",
    "call auth.dashboards for a foreign one": "select * from auth.dashboards('dashboard:read') d where d = %(dashboard)s",
    "call auth.kpis for a foreign one": "select * from auth.kpis('kpi:read') k where k = %(kpi)s",
    "call auth.dashboard_access": "select * from auth.dashboard_access(%(dashboard)s)",
    "call auth.shares_until": "select auth.shares_until(%(dashboard)s)",
    "call auth.transfer_dashboard": "select auth.transfer_dashboard(%(dashboard)s, auth.user_id())",
    "call auth.set_visibility": "select 1 where auth.set_visibility(%(dashboard)s, 'ORGANIZATION') is not null",
    "call auth.scope for another organisation": "select auth.scope('audit:read') where auth.org() = %(org)s",
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


@pytest.mark.honest
def test_the_attacks_would_find_something(attacker: Callable[[str | None], Attacker]) -> None:
    """The victim's own administrator does read these rows: an empty answer means refused."""
    victim = attacker("acme/admin")
    for attack, statement in FOREIGN_ROWS.items():
        assert victim.gained(statement) > 0 or attack.split()[1].removeprefix("kpix.") in TALK, (
            attack
        )
    for attack in ("by the identifier of a row", "by COPY TO", "by string_agg", "by an aggregate"):
        assert victim.gained(INDIRECT[attack]) == 1, attack


@pytest.mark.honest
def test_every_table_is_attacked(database: Database) -> None:
    with database.server.connect(database.name) as operator:
        there = operator.execute(
            "select schemaname || '.' || tablename from pg_tables"
            " where schemaname in ('kpix', 'private') and tablename <> 'alembic_version'"
        ).fetchall()
    attacked = " ".join([*FOREIGN_ROWS.values(), *PRIVATE.values(), ""])
    assert [name for (name,) in there if f"{name} " not in attacked] == []
