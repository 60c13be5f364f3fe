"""Changing what is not one's own, or not with this role."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.db.attacks.conftest import Attacker

VALUE = (
    "insert into kpix.kpi_value (organization_id, kpi_id, dashboard_id, period_start, period_end, value,"
    " status) values (%(org)s, %(kpi)s, %(dashboard)s, '2026-08-01', '2026-08-31', 1, 'GREEN')"
)
DASHBOARD = (
    "insert into kpix.dashboard (organization_id, id, title, owner_id)"
    " values (%(org)s, gen_random_uuid(), 'planted', %(user)s)"
)
FOREIGN = {
    "insert a value": VALUE,
    "insert a value and keep quiet on conflict": VALUE + " on conflict do nothing",
    "overwrite a value on conflict": VALUE.replace(
        "2026-08-01', '2026-08-31", "2026-09-01', '2026-09-30"
    )
    + " on conflict (organization_id, kpi_id, period_start) do update set value = 0",
    "insert a dashboard": DASHBOARD,
    "insert a KPI": "insert into kpix.kpi (organization_id, id, dashboard_id, code, name, direction, frequency,"
    " owner_id, description, unit, decimals) values (%(org)s, gen_random_uuid(), %(dashboard)s, 'X', 'x',"
    " 'UP_IS_BETTER', 'DAILY', %(user)s, '', '', 2)",
    "insert thresholds": "insert into kpix.kpi_threshold values (%(org)s, %(kpi)s, '2026-01-01', 1, 1, 1, 1)",
    "loosen thresholds": "update kpix.kpi_threshold set green = 0, orange = 0, red = 0 where kpi_id = %(kpi)s",
    "correct a value": "update kpix.kpi_value set value = 100, status = 'GREEN' where kpi_id = %(kpi)s",
    "rename a KPI": "update kpix.kpi set name = 'mine' where id = %(kpi)s",
    "delete a KPI softly": "update kpix.kpi set deleted_at = now() where id = %(kpi)s",
    "archive a dashboard": "update kpix.dashboard set archived_at = now() where id = %(dashboard)s",
    "merge into values": "merge into kpix.kpi_value v using (select %(kpi)s::uuid as k) x on v.kpi_id = x.k"
    " when matched then update set value = 0",
    "delete values": "delete from kpix.kpi_value where kpi_id = %(kpi)s",
    "delete a KPI": "delete from kpix.kpi where id = %(kpi)s",
    "delete revisions": "delete from kpix.kpi_value_revision",
    "truncate values": "truncate kpix.kpi_value",
    "lock a table": "lock table kpix.kpi_value in access exclusive mode",
}
OWN_TO_FOREIGN = {
    "move a dashboard into another organisation": "update kpix.dashboard set organization_id = %(org)s",
    "give a dashboard another owner": "update kpix.dashboard set owner_id = %(user)s",
    "point a KPI at a foreign dashboard": "update kpix.kpi set dashboard_id = %(dashboard)s",
    "take over an identifier": "update kpix.kpi set id = %(kpi)s",
}
PEOPLE = {
    "make oneself administrator": "insert into kpix.user_role (organization_id, user_id, role_id)"
    " select r.organization_id, auth.user_id(), r.id from kpix.role r where r.name = 'ADMIN'",
    "give one's role every right": "insert into kpix.role_permission select organization_id, id, 'audit:read',"
    " 'ORGANIZATION' from kpix.role",
    "widen a scope": "update kpix.role_permission set scope = 'ORGANIZATION'",
    "make a role": "insert into kpix.role values (auth.org(), gen_random_uuid(), 'ROOT', true)",
    "join a team": "insert into kpix.team_member select auth.org(), gen_random_uuid(), auth.user_id()",
    "make a team": "insert into kpix.team (organization_id, id, name) values (%(org)s, gen_random_uuid(), 't')",
    "make a user without a credential": "insert into kpix.app_user (organization_id, id, name, email)"
    " values (auth.org(), gen_random_uuid(), 'x', 'x@x.test')",
    "rename the organisation": "update kpix.organization set name = 'mine'",
    "deactivate a colleague": "update kpix.app_user set active = false",
    "take a colleague's e-mail": "update kpix.app_user set email = 'x@x.test'",
}
AUDIT = {
    "write into the audit log": "insert into kpix.audit_log (organization_id, action, object_type, object_id)"
    " values (%(org)s, 'a', 'b', 'c')",
    "edit the audit log": "update kpix.audit_log set action = 'nothing'",
    "empty the audit log": "delete from kpix.audit_log",
    "truncate the audit log": "truncate kpix.audit_log",
    "forge a revision": "insert into kpix.kpi_value_revision values (%(org)s, %(kpi)s, '2026-09-01', 9, 1,"
    " 'GREEN', false, '', %(user)s, now())",
    "enter a value in another's name": "insert into kpix.kpi_value (organization_id, kpi_id, dashboard_id,"
    " period_start, period_end, value, status, entered_by) values (%(org)s, %(kpi)s, %(dashboard)s,"
    " '2026-07-01', '2026-07-31', 1, 'GREEN', %(user)s)",
    "date an entry back": "update kpix.kpi_value set entered_at = '2020-01-01'",
    "rewrite a revision number": "update kpix.kpi_value set revision = 1",
}
SWITCHES = {
    "disable row-level security": "alter table kpix.kpi disable row level security",
    "no longer force it": "alter table kpix.kpi no force row level security",
    "drop a policy": "drop policy see on kpix.kpi",
    "add a policy": "create policy mine on kpix.kpi using (true)",
    "disable a trigger": "alter table kpix.kpi_value disable trigger keep_revision",
    "act as a replica": "set session_replication_role = replica",
    "become the owner": "set role kpix_owner",
    "become the definer": "set role kpix_auth",
    "become a superuser": "set role postgres",
    "authorise as another": "set session authorization postgres",
    "get BYPASSRLS": "alter role kpix_local bypassrls",
    "get superuser": "alter role kpix_local superuser",
    "grant oneself the owner": "grant kpix_owner to kpix_local",
    "grant oneself the private schema": "grant usage on schema private to kpix_local",
    "drop everything owned": "drop owned by kpix_app",
    "drop everything of the owner": "drop owned by kpix_owner",
    "reassign what is owned": "reassign owned by kpix_owner to kpix_local",
    "create a table": "create table kpix.mine (a int)",
    "create a table in public": "create table public.mine (a int)",
    "create a temporary table": "create temp table mine (a int)",
    "create a schema": "create schema mine",
    "create a function": "create function public.f() returns int language sql as 'select 1'",
    "replace a definer function": "create or replace function auth.org() returns uuid language sql as 'select null::uuid'",
    "create a view that reads as its owner": "create view public.v as select * from kpix.kpi",
    "create an operator": "create operator public.=== (leftarg = int, rightarg = int, function = int4eq)",
    "create a type": "create type public.t as (a int)",
    "create an extension": "create extension pgcrypto",
    "run a DO block": "do $$ begin perform 1; end $$",
    "replace a function by a rule": "create rule r as on select to kpix.kpi do instead select 1",
    "watch writes with a trigger": "create trigger t before insert on kpix.kpi_value execute function private.keep_revision()",
    "comment on a schema": "comment on schema auth is 'mine'",
    "change the schema's version": "update kpix.alembic_version set version_num = '9999'",
    "publish the tables": "create publication p for all tables",
    "read ahead of the log": "select pg_create_logical_replication_slot('s', 'test_decoding')",
    "alter the system": "alter system set log_statement = 'all'",
    "reload the configuration": "select pg_reload_conf() where pg_reload_conf()",
}


@pytest.mark.parametrize("attack", FOREIGN | AUDIT)
@pytest.mark.parametrize("who", [None, "globex/admin", "acme/viewer"])
def test_foreign_rows_stay(
    attack: str,
    who: str | None,
    attacker: Callable[[str | None], Attacker],
    fingerprint: Callable[[], str],
) -> None:
    before = fingerprint()
    someone = attacker(who)
    assert someone.gained((FOREIGN | AUDIT)[attack]) == 0
    assert fingerprint() == before, someone.notes


@pytest.mark.parametrize("attack", FOREIGN)
def test_a_user_changes_only_what_is_theirs(
    attack: str, attacker: Callable[[str | None], Attacker], fingerprint: Callable[[], str]
) -> None:
    before = fingerprint()
    assert attacker("acme/user").gained(FOREIGN[attack]) == 0
    assert fingerprint() == before


@pytest.mark.parametrize("attack", OWN_TO_FOREIGN | PEOPLE | AUDIT)
@pytest.mark.parametrize("who", ["globex/admin", "acme/user", "acme/manager"])
def test_no_right_is_raised(
    attack: str,
    who: str,
    attacker: Callable[[str | None], Attacker],
    fingerprint: Callable[[], str],
) -> None:
    before = fingerprint()
    assert attacker(who).gained((OWN_TO_FOREIGN | PEOPLE | AUDIT)[attack]) == 0
    assert fingerprint() == before


@pytest.mark.parametrize("attack", SWITCHES)
def test_no_switch_can_be_thrown(
    attack: str, attacker: Callable[[str | None], Attacker], fingerprint: Callable[[], str]
) -> None:
    before = fingerprint()
    someone = attacker("acme/admin")
    assert someone.gained(SWITCHES[attack]) == 0
    assert someone.notes or attack == "drop everything owned", "it was not refused"
    assert fingerprint() == before
