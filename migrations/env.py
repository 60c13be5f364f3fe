"""Alembic's environment: runs on the connection that ``kpix_tui.db.migrate`` hands over."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import text

import kpix_tui.domains.audit.models
import kpix_tui.domains.dashboards.models
import kpix_tui.domains.kpis.models
import kpix_tui.domains.people.models
import kpix_tui.domains.plans.models
import kpix_tui.domains.values.models  # noqa: F401 - the models fill the metadata
from kpix_tui.db.base import Base


def only_kpix(name: str | None, type_: str, _parents: Any) -> bool:
    """Schemas ``auth`` and ``private`` have no models: functions and secrets live there."""
    return name == "kpix" if type_ == "schema" else name != "alembic_version"


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    include_schemas=True,
    include_name=only_kpix,
    version_table_schema="kpix",
    transaction_per_migration=False,
)
with context.begin_transaction():
    # One migration at a time, none that waits for long, and a backfill that row-level security
    # would turn into nothing fails loudly.
    connection.execute(text("set local lock_timeout = '10s'"))
    connection.execute(text("select pg_advisory_xact_lock(hashtext('kpix migration'))"))
    connection.execute(text("set local row_security = off"))
    connection.execute(text("set local role kpix_owner"))
    context.run_migrations()
    connection.execute(text("reset role"))
