"""The schema: tables by versioned migrations; functions, policies and grants applied after them.

Tables change step by step (Alembic, ``migrations/versions``). What can be replaced whole is: every
upgrade applies all of ``migrations/sql`` in the order of the file names, in the same transaction,
so that there is one place to read what a function or a policy is today.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Engine, text

from kpix_tui.db.errors import DatabaseNewer, DatabaseOutdated, database_errors
from kpix_tui.resources import migrations as migrations_folder

ROLES = ("kpix_owner", "kpix_auth", "kpix_app")


@dataclass(frozen=True, slots=True)
class SchemaState:
    """The revision a database is at, the one that this kpix has, and whether they agree.

    ``found`` is None for an empty database; ``current`` also asks that the functions and policies
    are those of this kpix.
    """

    found: str | None
    head: str
    known: bool
    current: bool


def schema_state(engine: Engine) -> SchemaState:
    """How the database compares with this version of kpix; any role may ask."""
    with database_errors(), engine.connect() as connection:
        exists = connection.scalar(text("select to_regclass('kpix.alembic_version') is not null"))
        # Table privileges are checked: a role outside kpix_app learns nothing but that it exists.
        found = (
            connection.scalar(text("select version_num from kpix.alembic_version"))
            if exists
            else None
        )
        mark = connection.scalar(
            text(
                "select obj_description(oid, 'pg_namespace') from pg_namespace"
                " where nspname = 'auth'"
            )
        )
    head, known = _revisions()
    return SchemaState(
        found=found,
        head=head,
        known=found is None or found in known,
        current=found == head and mark == _digest(),
    )


def require_current(engine: Engine) -> None:
    """Refuse to work on a schema of another version.

    Raises:
        DatabaseNewer: a newer kpix migrated it.
        DatabaseOutdated: it is older than this kpix, or empty.
    """
    state = schema_state(engine)
    if not state.known:
        raise DatabaseNewer(found=state.found)
    if not state.current:
        raise DatabaseOutdated


def upgrade(owner: Engine) -> SchemaState:
    """Bring the schema to this version, in one transaction, as an operator.

    Raises:
        DatabaseNewer: a newer kpix migrated it; nothing was changed.
    """
    state = schema_state(owner)
    if not state.known:
        raise DatabaseNewer(found=state.found)
    with database_errors(), owner.begin() as connection:
        _wait_for_others(connection)
        _create_roles_and_schemas(connection)
        _alembic(connection, "upgrade", "head")
        _apply_sql(connection)
    return schema_state(owner)


def downgrade(owner: Engine, revision: str = "base") -> None:
    """Take the schema back to ``revision``; with ``base`` every table and its data is removed."""
    with database_errors(), owner.begin() as connection:
        _alembic(connection, "downgrade", revision)


def _wait_for_others(connection: Connection) -> None:
    """One upgrade at a time, roles included; what another one did meanwhile is done again."""
    connection.exec_driver_sql("set local lock_timeout = '60s'")
    connection.exec_driver_sql("select pg_advisory_xact_lock(hashtext('kpix migration'))")


def _create_roles_and_schemas(connection: Connection) -> None:
    """Roles belong to the whole server, so they are made here and not by a migration."""
    for role in ROLES:
        if not connection.scalar(text("select true from pg_roles where rolname = :r"), {"r": role}):
            connection.exec_driver_sql(f"create role {role} nologin")
    connection.exec_driver_sql("grant kpix_owner, kpix_auth to current_user")
    for schema, owner in (("kpix", "kpix_owner"), ("auth", "kpix_auth"), ("private", "kpix_auth")):
        connection.exec_driver_sql(f"create schema if not exists {schema} authorization {owner}")
    for statement in _DATABASE_RULES:
        connection.exec_driver_sql(statement)
    name = connection.scalar(text("select quote_ident(current_database())"))
    connection.exec_driver_sql(f"revoke all on database {name} from public")
    connection.exec_driver_sql(f"grant connect on database {name} to kpix_app")
    if connection.scalar(text("select true from pg_roles where rolname = 'kpix_local'")):
        connection.exec_driver_sql("grant kpix_app to kpix_local")


_DATABASE_RULES = (
    "revoke all on schema public from public",
    "revoke usage on language plpgsql from public",
    "grant usage on language plpgsql to kpix_owner, kpix_auth",
    # Nothing of ours is a large object, and anybody could fill the disk with them.
    "revoke execute on function pg_catalog.lo_creat(integer), pg_catalog.lo_create(oid),"
    " pg_catalog.lo_from_bytea(oid, bytea) from public",
    "alter default privileges for role kpix_owner revoke execute on functions from public",
    "alter default privileges for role kpix_auth revoke execute on functions from public",
    "alter default privileges for role kpix_owner revoke usage on types from public",
    "alter default privileges for role kpix_auth revoke usage on types from public",
    "grant usage on schema kpix to kpix_auth, kpix_app",
    "grant usage on schema auth to kpix_owner, kpix_app",
    "grant usage on schema private to kpix_owner",
)


def _sql_files() -> list[Path]:
    return sorted((migrations_folder() / "sql").glob("*.sql"))


def _digest() -> str:
    digest = hashlib.sha256()
    for path in _sql_files():
        digest.update(path.read_bytes())
    return f"kpix {digest.hexdigest()}"


def _apply_sql(connection: Connection) -> None:
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    driver.execute(b"set local row_security = on")
    for path in _sql_files():
        script = path.read_text(encoding="utf-8")
        role = script.splitlines()[0].removeprefix("-- role: ").strip()
        driver.execute(f"set local role {role}".encode())
        driver.execute(script.encode())
    driver.execute(b"set local role kpix_auth")
    driver.execute(f"comment on schema auth is '{_digest()}'".encode())
    driver.execute(b"reset role")


def _config() -> Any:
    from alembic.config import Config  # noqa: PLC0415 - Alembic is loaded only to migrate

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    return config


def _revisions() -> tuple[str, frozenset[str]]:
    """The newest revision and all known ones, read from the file names (``0001_title.py``)."""
    known = sorted(
        path.name.split("_", 1)[0]
        for path in (migrations_folder() / "versions").glob("[0-9]*_*.py")
    )
    return known[-1], frozenset(known)


def _alembic(connection: Connection, command: str, revision: str) -> None:
    import alembic.command  # noqa: PLC0415 - Alembic is loaded only to migrate

    config = _config()
    config.attributes["connection"] = connection
    getattr(alembic.command, command)(config, revision)
