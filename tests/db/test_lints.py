"""Rules of the schema that a new table or function must follow, read from the catalogue.

Each test shows the offenders, so that the message says what to mend.
"""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.support.databases import Database


@pytest.fixture
def catalogue(database: Database) -> Any:
    with database.server.connect(database.name) as connection:
        yield connection


def rows(connection: psycopg.Connection[Any], query: str) -> list[Any]:
    return [row[0] if len(row) == 1 else row for row in connection.execute(query.encode())]


TENANT_TABLES = """
    select c.oid, c.relname from pg_class c
    where c.relnamespace = 'kpix'::regnamespace and c.relkind in ('r', 'p')
        and c.relname <> 'alembic_version'
"""


def test_every_tenant_table_forces_row_level_security(catalogue: Any) -> None:
    assert (
        rows(
            catalogue,
            f"""
        select t.relname from ({TENANT_TABLES}) t join pg_class c on c.oid = t.oid
        where not (c.relrowsecurity and c.relforcerowsecurity)
    """,
        )
        == []
    )


def test_every_tenant_table_has_a_policy_to_read(catalogue: Any) -> None:
    assert (
        rows(
            catalogue,
            f"""
        select t.relname from ({TENANT_TABLES}) t
        where not exists (select from pg_policy p where p.polrelid = t.oid and p.polcmd = 'r')
    """,
        )
        == []
    )


def test_every_policy_compares_the_organisation_first(catalogue: Any) -> None:
    wrong = [
        name
        for name, *conditions in rows(
            catalogue,
            """
            select tablename || '.' || policyname, qual, with_check from pg_policies
            where schemaname = 'kpix'
        """,
        )
        for condition in conditions
        if condition is not None
        and "organization_id = ( SELECT auth.org()" not in " ".join(condition.split())
    ]
    assert wrong == []


def test_policies_call_functions_in_scalar_subqueries_only(catalogue: Any) -> None:
    wrong = []
    for name, *conditions in rows(
        catalogue,
        """
        select tablename || '.' || policyname, qual, with_check from pg_policies
        where schemaname = 'kpix'
    """,
    ):
        for condition in filter(None, conditions):
            text = " ".join(condition.split())
            calls = text.count("auth.") + text.count("CURRENT_USER")
            wrapped = text.count("SELECT auth.") + text.count("SELECT CURRENT_USER")
            if calls != wrapped:
                wrong.append((name, text))
    assert wrong == []


def test_policies_name_no_role(catalogue: Any) -> None:
    assert (
        rows(
            catalogue,
            """
        select tablename || '.' || policyname from pg_policies
        where schemaname = 'kpix' and roles <> array['public'::name]
    """,
        )
        == []
    )


def test_tenant_tables_lead_keys_with_the_organisation(catalogue: Any) -> None:
    assert (
        rows(
            catalogue,
            f"""
        select t.relname, i.indexrelid::regclass from ({TENANT_TABLES}) t
        join pg_index i on i.indrelid = t.oid
        join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0]
        where a.attname <> 'organization_id' and i.indexrelid::regclass::text <> 'kpix.uq_organization_name'
        union all
        select t.relname, i.indexrelid::regclass from ({TENANT_TABLES}) t
        join pg_index i on i.indrelid = t.oid
        where i.indkey[0] = 0 and i.indexrelid::regclass::text <> 'kpix.uq_organization_name'
    """,
        )
        == []
    )


def test_foreign_keys_between_tenant_tables_are_composite(catalogue: Any) -> None:
    assert (
        rows(
            catalogue,
            """
        select conname from pg_constraint
        where contype = 'f' and connamespace = 'kpix'::regnamespace
            and confrelid <> 'kpix.organization'::regclass and cardinality(conkey) < 2
    """,
        )
        == []
    )


def test_definer_functions_pin_their_search_path(catalogue: Any) -> None:
    assert (
        rows(
            catalogue,
            """
        select p.oid::regprocedure::text from pg_proc p
        where p.pronamespace in ('auth'::regnamespace, 'private'::regnamespace)
            and p.prokind = 'f'
            and coalesce(array_to_string(p.proconfig, ','), '') not like 'search_path=pg_catalog, pg_temp%'
    """,
        )
        == []
    )


def test_definer_functions_belong_to_the_role_that_may_not_bypass(catalogue: Any) -> None:
    assert (
        rows(
            catalogue,
            """
        select p.oid::regprocedure::text from pg_proc p join pg_roles r on r.oid = p.proowner
        where p.pronamespace in ('auth'::regnamespace, 'private'::regnamespace)
            and r.rolname <> 'kpix_auth'
    """,
        )
        == []
    )
    assert (
        rows(
            catalogue,
            """
        select rolname from pg_roles
        where rolname like 'kpix\\_%' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)
    """,
        )
        == []
    )


def test_nothing_of_ours_is_executable_by_everybody(catalogue: Any) -> None:
    assert (
        rows(
            catalogue,
            """
        select p.oid::regprocedure::text from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
        where p.pronamespace in ('auth'::regnamespace, 'private'::regnamespace) and a.grantee = 0
    """,
        )
        == []
    )


def test_the_application_reaches_nothing_private(catalogue: Any) -> None:
    assert (
        rows(
            catalogue,
            """
        select c.relname from pg_class c
        where c.relnamespace = 'private'::regnamespace and c.relkind = 'r'
            and has_table_privilege('kpix_app', c.oid, 'select, insert, update, delete, truncate, references, trigger')
    """,
        )
        == []
    )
    assert not rows(catalogue, "select has_schema_privilege('kpix_app', 'private', 'usage')")[0]


def test_the_application_deletes_what_the_product_deletes(catalogue: Any) -> None:
    granted = f"""
        select t.relname from ({TENANT_TABLES}) t
        where has_table_privilege('kpix_app', t.oid, '%s') order by t.relname
    """
    deleted = ["dashboard_share", "kpi_assignment", "team", "team_member"]
    assert rows(catalogue, granted % "delete") == deleted
    assert rows(catalogue, granted % "truncate, references, trigger") == []


def test_updates_are_granted_by_column(catalogue: Any) -> None:
    assert (
        rows(
            catalogue,
            f"""
        select t.relname from ({TENANT_TABLES}) t where has_table_privilege('kpix_app', t.oid, 'update')
    """,
        )
        == []
    )
    assert (
        rows(
            catalogue,
            f"""
        select t.relname, a.attname from ({TENANT_TABLES}) t
        join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
        where has_column_privilege('kpix_app', t.oid, a.attnum, 'update')
            and a.attname in ('organization_id', 'id', 'kpi_id', 'dashboard_id', 'owner_id', 'entered_by',
                'entered_at', 'revision', 'created_at', 'created_by')
    """,
        )
        == []
    )


def test_confidential_columns_have_no_statistics(catalogue: Any) -> None:
    harmless = (
        "('status', 'direction', 'frequency', 'permission', 'scope', 'action', 'object_type',"
    )
    harmless += " 'locale', 'timezone', 'visibility', 'level')"
    assert (
        rows(
            catalogue,
            f"""
        select t.relname || '.' || a.attname from ({TENANT_TABLES}) t
        join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
        where a.atttypid in ('text'::regtype, 'jsonb'::regtype, 'numeric'::regtype)
            and a.attstattarget is distinct from 0 and a.attname not in {harmless}
    """,
        )
        == []
    )


def test_no_enum_types(catalogue: Any) -> None:
    assert (
        rows(
            catalogue,
            """
        select typname from pg_type where typtype = 'e'
            and typnamespace in ('kpix'::regnamespace, 'auth'::regnamespace, 'private'::regnamespace)
    """,
        )
        == []
    )


def test_public_may_do_nothing_in_the_database(catalogue: Any) -> None:
    assert (
        rows(
            catalogue,
            """
        select a.privilege_type from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
        where d.datname = current_database() and a.grantee = 0
    """,
        )
        == []
    )
    assert (
        rows(
            catalogue,
            """
        select a.privilege_type from pg_language l, aclexplode(coalesce(l.lanacl, acldefault('l', l.lanowner))) a
        where l.lanname = 'plpgsql' and a.grantee = 0
    """,
        )
        == []
    )
