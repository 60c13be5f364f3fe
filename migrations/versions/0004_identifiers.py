"""Identifiers are one organisation's: of users, teams, dashboards and KPIs; days have a calendar.

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

# A moment is read in some time zone: a day less than the calendar has.
DAYS = "'0001-01-01' and '9999-12-31'"
MOMENTS = "'0001-01-02 00:00+00' and '9999-12-31 00:00+00'"
WITHIN = {
    ("kpi", "starts_on"): DAYS,
    ("kpi", "deleted_at"): MOMENTS,
    ("kpi_threshold", "valid_from"): DAYS,
    ("dashboard", "updated_at"): MOMENTS,
    ("dashboard", "archived_at"): MOMENTS,
    ("dashboard_share", "shared_at"): MOMENTS,
    ("dashboard_share", "expires_at"): MOMENTS,
}


def upgrade() -> None:
    """Policies look an identifier up among those that somebody may see. Who is signed in to two
    organisations could make a thing of their own under the identifier of one that is hidden from
    them in the other, and see both.

    A day before the first year or after the last, or no day at all, is one that no client can read:
    whoever wrote it would have closed the dashboard for everybody else."""
    for table in TABLES:
        op.execute(f"alter table kpix.{table} add constraint uq_{table}_id unique (id)")
    for (table, column), calendar in WITHIN.items():
        op.execute(
            f"alter table kpix.{table} add constraint ck_{table}_{column}"
            f" check ({column} between {calendar})"
        )


def downgrade() -> None:
    """Unique in their organisation alone, and any day."""
    for table, column in WITHIN:
        op.execute(f"alter table kpix.{table} drop constraint ck_{table}_{column}")
    for table in TABLES:
        op.execute(f"alter table kpix.{table} drop constraint uq_{table}_id")
