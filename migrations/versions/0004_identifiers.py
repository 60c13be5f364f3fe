"""Identifiers are one organisation's: of users, teams, dashboards and KPIs.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = ("app_user", "team", "dashboard", "kpi")


def upgrade() -> None:
    """Policies look an identifier up among those that somebody may see. Who is signed in to two
    organisations could make a thing of their own under the identifier of one that is hidden from
    them in the other, and see both."""
    for table in TABLES:
        op.execute(f"alter table kpix.{table} add constraint uq_{table}_id unique (id)")


def downgrade() -> None:
    """Unique in their organisation alone."""
    for table in TABLES:
        op.execute(f"alter table kpix.{table} drop constraint uq_{table}_id")
