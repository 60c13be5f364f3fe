"""What the overview and the lists of actions read from indexes alone.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The columns beside those that are counted are what the policy of actions looks at.
INDEXES = """
create index ix_kpi_deleted on kpix.kpi (organization_id, id) where deleted_at is not null;
drop index kpix.ix_action_plan_dashboard;
create index ix_action_plan_dashboard
    on kpix.action_plan (organization_id, dashboard_id, status, due_on)
    include (verdict, kpi_id, owner_id, created_by)
    where deleted_at is null;
"""
BACK = """
drop index kpix.ix_action_plan_dashboard;
create index ix_action_plan_dashboard
    on kpix.action_plan (organization_id, dashboard_id, status, due_on) include (verdict)
    where deleted_at is null;
drop index kpix.ix_kpi_deleted;
"""


def upgrade() -> None:
    """Two indexes."""
    op.execute(INDEXES)


def downgrade() -> None:
    """The index of actions as it was."""
    op.execute(BACK)
