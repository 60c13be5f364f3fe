"""The net catches what it is for: a schema that is broken on purpose breaks a rule of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import psycopg
import pytest

from kpix_tui.kernel.clock import FixedClock
from tests.conftest import NOW
from tests.db.lints import POLICIES, RULES, offenders
from tests.support import databases, servers
from tests.support.databases import Database

Connection = psycopg.Connection[Any]
ALL_POLICIES: Final = [
    f"{table}.{name}" for table, names in POLICIES.items() for name in sorted(names)
]
# As PostgreSQL writes a scalar subquery that it keeps.
WRAPPED: Final = re.compile(
    r"\( SELECT ((?:auth\.(?:org|org_with|org_unlimited|reach|user_id)\([^()]*\))|CURRENT_USER) AS \w+\)"
)

BREAKS: Final = {
    "a table without a policy": (
        "create table kpix.stray (organization_id uuid primary key)",
        ("every tenant table has a policy to read", "every tenant table forces row-level security"),
    ),
    "a table with security and without a policy": (
        "create table kpix.stray (organization_id uuid primary key);"
        "alter table kpix.stray enable row level security, force row level security",
        ("every tenant table has a policy to read",),
    ),
    "a table whose policy lets everybody": (
        "create table kpix.stray (organization_id uuid primary key);"
        "alter table kpix.stray enable row level security, force row level security;"
        "create policy see on kpix.stray for select using (true)",
        ("every policy compares the organisation first", "the policies are those that are known"),
    ),
    "one more policy": (
        "create policy more on kpix.kpi for select using (organization_id = (select auth.org()))",
        ("the policies are those that are known",),
    ),
    "a policy for a role": ("alter policy see on kpix.kpi to kpix_app", ("policies name no role",)),
    "a policy that forgets the organisation": (
        "alter policy see on kpix.team using (true or organization_id = (select auth.org()))",
        ("every policy compares the organisation first",),
    ),
    "a bare right": (
        "alter policy see on kpix.audit_log using"
        " (organization_id = (select auth.org()) and (select auth.everywhere('audit:read')))",
        ("policies compare a right with the organisation",),
    ),
    "a restrictive policy": (
        "create policy more on kpix.kpi as restrictive for select using (organization_id = (select auth.org()))",
        ("no policy is restrictive",),
    ),
    "a view": (
        "create view kpix.all_kpis as select * from kpix.kpi",
        ("no view reads as its owner",),
    ),
    "a materialized view": (
        "create materialized view kpix.all_kpis as select * from kpix.kpi",
        ("no view reads as its owner",),
    ),
    "a key that does not lead with the organisation": (
        "create unique index stray on kpix.kpi (code, organization_id)",
        ("keys lead with the organisation",),
    ),
    "a key on an expression": (
        "create index stray on kpix.kpi (lower(code))",
        ("keys lead with the organisation",),
    ),
    "an identifier in two organisations": (
        "alter table kpix.team drop constraint uq_team_id",
        ("what policies look up is one organisation's",),
    ),
    "a foreign key without the organisation": (
        "alter table kpix.kpi add column team_id uuid constraint stray references kpix.team (id)",
        ("foreign keys between tenant tables are composite",),
    ),
    "a definer function without a search path": (
        "alter function auth.org() reset search_path",
        ("functions pin their search path",),
    ),
    "a definer function of a superuser": (
        "alter function auth.org() owner to postgres",
        ("functions belong to the role that may not bypass",),
    ),
    "a function that everybody may call": (
        "grant execute on function private.make_secret() to public",
        ("nothing of ours is executable by everybody",),
    ),
    "a private function for the application": (
        "grant execute on function private.present(uuid, uuid, uuid) to kpix_app",
        ("the application calls nothing private",),
    ),
    "a function that gives its rows one by one": (
        "create function auth.names() returns setof text language sql security definer"
        " set search_path = pg_catalog, pg_temp as 'select name from kpix.app_user';"
        "alter function auth.names() owner to kpix_auth;"
        "grant execute on function auth.names() to kpix_app",
        ("functions that the application calls give all their rows at once",),
    ),
    "a grant on what is private": (
        "grant select on private.session to kpix_app",
        ("the application reaches nothing private",),
    ),
    "a grant on a private view": (
        "grant select on private.held to kpix_app",
        ("the application reaches nothing private",),
    ),
    "the private schema for the application": (
        "grant usage on schema private to kpix_app",
        ("the application does not use the private schema",),
    ),
    "deleting KPIs": (
        "grant delete on kpix.kpi to kpix_app",
        ("the application deletes what the product deletes",),
    ),
    "truncating": (
        "grant truncate on kpix.kpi to kpix_app",
        ("the application does not truncate, refer to or watch tables",),
    ),
    "updating every column": (
        "grant update on kpix.role to kpix_app",
        ("updates are granted by column",),
    ),
    "updating the owner": (
        "grant update (owner_id) on kpix.dashboard to kpix_app",
        ("what names a row and its author is not updated",),
    ),
    "reading e-mails": (
        "grant select (email) on kpix.app_user to kpix_app",
        ("e-mails are not read from the table",),
    ),
    "statistics on a text": (
        "alter table kpix.kpi alter name set statistics 100",
        ("confidential columns have no statistics",),
    ),
    "an enum": ("create type kpix.mood as enum ('good')", ("there are no enum types",)),
    "making tables in public": (
        "grant create on schema public to public",
        ("nobody but the operator makes things in our schemas",),
    ),
    "plpgsql for everybody": (
        "grant usage on language plpgsql to public",
        ("everybody may not use plpgsql",),
    ),
}


@pytest.fixture(scope="module")
def clone(server: servers.Server, run_id: str) -> Iterator[Database]:
    template, tokens = databases.peopled(server, run_id, FixedClock(NOW))
    with databases.cloned(server, template, tokens) as made:
        yield made


@pytest.fixture
def broken(clone: Database) -> Iterator[Connection]:
    """A superuser who may break everything: it is put back."""
    with (
        clone.server.connect(clone.name) as connection,
        connection.transaction(force_rollback=True),
    ):
        yield connection


def test_what_is_whole_breaks_no_rule(broken: Connection) -> None:
    assert offenders(broken) == {}


@pytest.mark.parametrize("policy", ALL_POLICIES)
def test_a_policy_that_is_gone_is_missed(policy: str, broken: Connection) -> None:
    table, name = policy.split(".")
    broken.execute(f"drop policy {name} on kpix.{table}".encode())
    assert policy in RULES["the policies are those that are known"](broken)
    if name == "see" and table != "audit_log":  # which has another, for what prunes it
        assert table in RULES["every tenant table has a policy to read"](broken)


@pytest.mark.parametrize("switch", ["no force", "disable"])
@pytest.mark.parametrize("table", POLICIES)
def test_a_table_without_security_is_seen(table: str, switch: str, broken: Connection) -> None:
    broken.execute(f"alter table kpix.{table} {switch} row level security".encode())
    assert offenders(broken) == {"every tenant table forces row-level security": [table]}


@pytest.mark.parametrize("policy", ALL_POLICIES)
def test_each_subquery_of_a_policy_is_watched(policy: str, broken: Connection) -> None:
    """Every wrapper in turn: unwrapped, the function would run once a row."""
    table, name = policy.split(".")
    found = broken.execute(
        "select qual, with_check from pg_policies where tablename = %s and policyname = %s",
        (table, name),
    ).fetchone()
    assert found is not None
    unwrapped = 0
    for clause, text in zip(("using", "with check"), found, strict=True):
        for match in WRAPPED.finditer(text or ""):
            without = text[: match.start()] + match[1] + text[match.end() :]
            broken.execute(f"alter policy {name} on kpix.{table} {clause} ({without})".encode())
            wrong = dict(RULES["policies call functions in subqueries only"](broken))
            assert policy in wrong, without
            unwrapped += 1
            broken.execute(f"alter policy {name} on kpix.{table} {clause} ({text})".encode())
    assert unwrapped >= 1
    assert offenders(broken) == {}


@pytest.mark.parametrize("policy", ALL_POLICIES)
def test_a_policy_without_the_organisation_is_seen(policy: str, broken: Connection) -> None:
    table, name = policy.split(".")
    row = broken.execute(
        "select qual is not null from pg_policies where tablename = %s and policyname = %s",
        (table, name),
    ).fetchone()
    clause = "using" if row and row[0] else "with check"
    broken.execute(f"alter policy {name} on kpix.{table} {clause} (true)".encode())
    assert policy in RULES["every policy compares the organisation first"](broken)


@pytest.mark.parametrize("way", BREAKS)
def test_what_breaks_a_rule_is_seen(way: str, broken: Connection) -> None:
    statements, rules = BREAKS[way]
    broken.execute(statements.encode())
    found = offenders(broken)
    assert found.keys() >= set(rules), found


def test_every_rule_can_be_broken() -> None:
    """Those that no statement here breaks are broken above, or concern the whole server."""
    broken = {rule for _, rules in BREAKS.values() for rule in rules}
    elsewhere = {
        "policies call functions in subqueries only",
        "roles have no attribute",
        "everybody may do nothing in the database",
    }
    assert set(RULES) - broken == elsewhere
