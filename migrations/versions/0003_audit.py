"""Audit: what an entry is about, and the ways to search.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The owner is under the policies like everybody: for the length of this statement, and under its
# lock, it sees the rows that it fills.
SEARCH = """
alter table kpix.audit_log add column subject_id uuid;
alter table kpix.audit_log no force row level security;
update kpix.audit_log set subject_id = split_part(object_id, '/', 1)::uuid;
alter table kpix.audit_log force row level security;
drop index kpix.ix_audit_log_object, kpix.ix_audit_log_at;
-- With the id: which entries a page has is read from the index alone.
create index ix_audit_log_at on kpix.audit_log (organization_id, at, id);
create index ix_audit_log_subject on kpix.audit_log (organization_id, subject_id, at);
create index ix_audit_log_actor on kpix.audit_log (organization_id, actor_id, at);
create index ix_audit_log_action on kpix.audit_log (organization_id, action, at);
"""

SEARCH_BACK = """
drop index kpix.ix_audit_log_subject, kpix.ix_audit_log_actor, kpix.ix_audit_log_action,
    kpix.ix_audit_log_at;
create index ix_audit_log_at on kpix.audit_log (organization_id, at);
alter table kpix.audit_log drop column subject_id cascade;
create index ix_audit_log_object on kpix.audit_log (organization_id, object_type, object_id);
"""


def upgrade() -> None:
    """The object's own id as a column: the operators of text lose their index under policies."""
    op.execute(SEARCH)


def downgrade() -> None:
    """Back to the text alone."""
    op.execute(SEARCH_BACK)
