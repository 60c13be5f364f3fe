"""Rules of the schema, read from the catalogue: each answers its offenders on a connection.

They are asked of the schema as it is (test_lints.py), and of schemas that were broken on purpose
(test_net.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import psycopg

Connection = psycopg.Connection[Any]
Rule = Callable[[Connection], list[Any]]

POLICIES: Final[Mapping[str, frozenset[str]]] = {
    "organization": frozenset({"see", "internal"}),
    "app_user": frozenset({"see", "internal"}),
    "role": frozenset({"see", "internal"}),
    "role_permission": frozenset({"see", "internal"}),
    "user_role": frozenset({"see", "internal"}),
    "team": frozenset({"see", "make", "change", "remove"}),
    "team_member": frozenset({"see", "make", "change", "remove"}),
    "dashboard": frozenset({"see", "make", "change"}),
    "dashboard_share": frozenset({"see", "make", "change", "remove"}),
    "kpi": frozenset({"see", "make", "change"}),
    "kpi_threshold": frozenset({"see", "make", "change"}),
    "kpi_assignment": frozenset({"see", "make", "remove"}),
    "kpi_value": frozenset({"see", "make", "change"}),
    "kpi_value_revision": frozenset({"see", "made"}),
    "comment": frozenset({"see", "make", "change"}),
    "comment_revision": frozenset({"see", "made"}),
    "comment_mention": frozenset({"see", "internal"}),
    "comment_mark": frozenset({"see", "make", "change"}),
    "notification": frozenset({"see", "change", "made", "merged"}),
    "notification_preference": frozenset({"see", "make", "change"}),
    "action_plan": frozenset({"see", "make", "change"}),
    "action_plan_change": frozenset({"see", "made"}),
    "kpi_state": frozenset({"see", "made", "kept", "forgotten"}),
    "audit_log": frozenset({"see", "made", "count", "forget"}),
}
"""Every policy there is. Here once more, so that none is removed or added without anybody noticing."""

TENANT_TABLES: Final = """
    select c.oid, c.relname from pg_class c
    where c.relnamespace = 'kpix'::regnamespace and c.relkind in ('r', 'p')
        and c.relname <> 'alembic_version'
"""
_POLICIES: Final = "select tablename || '.' || policyname, qual, with_check from pg_policies where schemaname = 'kpix'"
_OURS: Final = "p.pronamespace in ('auth'::regnamespace, 'private'::regnamespace)"


def rows(connection: Connection, query: str) -> list[Any]:
    """One value a row where there is one, else the row."""
    return [row[0] if len(row) == 1 else row for row in connection.execute(query.encode())]


def of_catalogue(query: str) -> Rule:
    """A rule that one query tells."""
    return lambda connection: rows(connection, query)


def _conditions(connection: Connection) -> list[tuple[str, str]]:
    return [
        (name, " ".join(condition.split()))
        for name, *conditions in rows(connection, _POLICIES)
        for condition in conditions
        if condition is not None
    ]


def _other_policies(connection: Connection) -> list[Any]:
    there = set(rows(connection, "select tablename || '.' || policyname from pg_policies"))
    return sorted(
        there ^ {f"{table}.{name}" for table, names in POLICIES.items() for name in names}
    )


def _not_bound_to_the_organisation(connection: Connection) -> list[Any]:
    return [
        name
        for name, text in _conditions(connection)
        if not text.startswith(
            ("(organization_id = ( SELECT auth.org()", "((organization_id = ( SELECT auth.org()")
        )
    ]


def _unwrapped(connection: Connection) -> list[Any]:
    return [
        (name, text)
        for name, text in _conditions(connection)
        if len(re.findall(r"auth\.|CURRENT_USER", text))
        != len(re.findall(r"SELECT (?:auth\.|CURRENT_USER)", text))
    ]


def _bare_rights(connection: Connection) -> list[Any]:
    return [
        (name, text)
        for name, text in _conditions(connection)
        if re.search(r"auth\.(everywhere|unlimited|scope)\(", text)
    ]


def _reaches_private_schema(connection: Connection) -> list[Any]:
    return [
        "schema private"
        for usage in rows(connection, "select has_schema_privilege('kpix_app', 'private', 'usage')")
        if usage
    ]


_HARMLESS_TEXTS: Final = (
    "'status', 'direction', 'frequency', 'permission', 'scope', 'action', 'object_type', 'locale',"
    " 'timezone', 'visibility', 'level', 'kind', 'verdict', 'criterion_kind'"
)

RULES: Final[Mapping[str, Rule]] = {
    "every tenant table forces row-level security": of_catalogue(f"""
        select t.relname from ({TENANT_TABLES}) t join pg_class c on c.oid = t.oid
        where not (c.relrowsecurity and c.relforcerowsecurity)
    """),
    "every tenant table has a policy to read": of_catalogue(f"""
        select t.relname from ({TENANT_TABLES}) t
        where not exists (select from pg_policy p where p.polrelid = t.oid and p.polcmd = 'r')
    """),
    "the policies are those that are known": _other_policies,
    "every policy compares the organisation first": _not_bound_to_the_organisation,
    "policies call functions in subqueries only": _unwrapped,
    "policies compare a right with the organisation": _bare_rights,
    "policies name no role": of_catalogue("""
        select tablename || '.' || policyname from pg_policies
        where schemaname = 'kpix' and roles <> array['public'::name]
    """),
    "no policy is restrictive": of_catalogue("""
        select tablename || '.' || policyname from pg_policies
        where schemaname = 'kpix' and permissive <> 'PERMISSIVE'
    """),
    "no view reads as its owner": of_catalogue("""
        select c.oid::regclass::text from pg_class c
        where c.relkind in ('v', 'm') and c.relnamespace in
            ('kpix'::regnamespace, 'auth'::regnamespace, 'private'::regnamespace, 'public'::regnamespace)
            and not coalesce(c.reloptions @> array['security_invoker=true'], false)
    """),
    "keys lead with the organisation": of_catalogue(f"""
        select t.relname, i.indexrelid::regclass from ({TENANT_TABLES}) t
        join pg_index i on i.indrelid = t.oid
        left join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0] and i.indkey[0] <> 0
        where a.attname is distinct from 'organization_id'
            and i.indexrelid::regclass::text not in ('kpix.uq_organization_name', 'kpix.uq_app_user_id',
                'kpix.uq_team_id', 'kpix.uq_dashboard_id', 'kpix.uq_kpi_id', 'kpix.uq_action_plan_id',
                'kpix.uq_comment_id')
    """),
    # Policies look them up in sets: nobody makes one of their own under another's.
    "what policies look up is one organisation's": of_catalogue("""
        select t from unnest(array['app_user', 'team', 'dashboard', 'kpi', 'action_plan', 'comment']) t
        where not exists (
            select from pg_constraint c
            where c.conrelid = ('kpix.' || t)::regclass and c.contype = 'u'
                and pg_get_constraintdef(c.oid) = 'UNIQUE (id)'
        )
    """),
    "foreign keys between tenant tables are composite": of_catalogue("""
        select conname from pg_constraint
        where contype = 'f' and connamespace = 'kpix'::regnamespace
            and confrelid <> 'kpix.organization'::regclass and cardinality(conkey) < 2
    """),
    "functions pin their search path": of_catalogue(f"""
        select p.oid::regprocedure::text from pg_proc p
        where {_OURS} and p.prokind = 'f'
            and coalesce(array_to_string(p.proconfig, ','), '') not like 'search_path=pg_catalog, pg_temp%'
    """),
    "functions belong to the role that may not bypass": of_catalogue(f"""
        select p.oid::regprocedure::text from pg_proc p join pg_roles r on r.oid = p.proowner
        where {_OURS} and r.rolname <> 'kpix_auth'
    """),
    "roles have no attribute": of_catalogue("""
        select rolname from pg_roles
        where rolname like 'kpix\\_%' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)
    """),
    "nothing of ours is executable by everybody": of_catalogue(f"""
        select p.oid::regprocedure::text
        from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
        where {_OURS} and a.grantee = 0
    """),
    "the application calls nothing private": of_catalogue("""
        select p.oid::regprocedure::text from pg_proc p
        where p.pronamespace = 'private'::regnamespace and has_function_privilege('kpix_app', p.oid, 'execute')
    """),
    # One of SQL gives its first row before it looks for the second, and who asks may change between.
    # This one reads a function that has looked for all of them.
    "functions that the application calls give all their rows at once": of_catalogue("""
        select p.oid::regprocedure::text from pg_proc p join pg_language l on l.oid = p.prolang
        where p.pronamespace = 'auth'::regnamespace and p.proretset and l.lanname = 'sql'
            and has_function_privilege('kpix_app', p.oid, 'execute')
            and p.oid::regprocedure::text <> 'auth.sessions()'
    """),
    "the application reaches nothing private": of_catalogue("""
        select c.relname from pg_class c
        where c.relnamespace = 'private'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
            and has_table_privilege('kpix_app', c.oid, 'select, insert, update, delete, truncate, references, trigger')
    """),
    "the application does not use the private schema": _reaches_private_schema,
    "the application deletes what the product deletes": of_catalogue(f"""
        select t.relname from ({TENANT_TABLES}) t
        where has_table_privilege('kpix_app', t.oid, 'delete')
            <> (t.relname in ('dashboard_share', 'kpi_assignment', 'team', 'team_member'))
    """),
    "the application does not truncate, refer to or watch tables": of_catalogue(f"""
        select t.relname from ({TENANT_TABLES}) t
        where has_table_privilege('kpix_app', t.oid, 'truncate, references, trigger')
    """),
    "updates are granted by column": of_catalogue(f"""
        select t.relname from ({TENANT_TABLES}) t where has_table_privilege('kpix_app', t.oid, 'update')
    """),
    "what names a row and its author is not updated": of_catalogue(f"""
        select t.relname, a.attname from ({TENANT_TABLES}) t
        join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
        where has_column_privilege('kpix_app', t.oid, a.attnum, 'update')
            and a.attname in ('organization_id', 'id', 'kpi_id', 'dashboard_id', 'owner_id', 'entered_by',
                'entered_at', 'revision', 'created_at', 'created_by', 'visibility', 'user_id', 'team_id',
                'author_id', 'thread_id', 'period_start', 'edited_at', 'deleted_by', 'recipient_id', 'fact')
            -- An action is given to another owner in bulk; a trigger asks for the permission to.
            and (t.relname, a.attname) <> ('action_plan', 'owner_id')
    """),
    "e-mails are not read from the table": of_catalogue("""
        select 'app_user.email' where has_column_privilege('kpix_app', 'kpix.app_user', 'email', 'select')
    """),
    "confidential columns have no statistics": of_catalogue(f"""
        select t.relname || '.' || a.attname from ({TENANT_TABLES}) t
        join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
        where a.atttypid in ('text'::regtype, 'jsonb'::regtype, 'numeric'::regtype)
            and a.attstattarget is distinct from 0 and a.attname not in ({_HARMLESS_TEXTS})
    """),
    "there are no enum types": of_catalogue("""
        select typname from pg_type where typtype = 'e'
            and typnamespace in ('kpix'::regnamespace, 'auth'::regnamespace, 'private'::regnamespace)
    """),
    "everybody may do nothing in the database": of_catalogue("""
        select a.privilege_type from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
        where d.datname = current_database() and a.grantee = 0
    """),
    "everybody may not use plpgsql": of_catalogue("""
        select a.privilege_type from pg_language l, aclexplode(coalesce(l.lanacl, acldefault('l', l.lanowner))) a
        where l.lanname = 'plpgsql' and a.grantee = 0
    """),
    "nobody but the operator makes things in our schemas": of_catalogue("""
        select n.nspname, a.grantee::regrole::text from pg_namespace n, aclexplode(n.nspacl) a
        where n.nspname in ('kpix', 'auth', 'private', 'public') and a.privilege_type = 'CREATE'
            and a.grantee in (0, 'kpix_app'::regrole)
    """),
}


def offenders(connection: Connection) -> dict[str, list[Any]]:
    """By rule, what breaks it."""
    found = {name: rule(connection) for name, rule in RULES.items()}
    return {name: wrong for name, wrong in found.items() if wrong}
