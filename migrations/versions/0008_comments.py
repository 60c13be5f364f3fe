"""Comments: threads on KPIs and values, mentions, earlier texts, who has read what.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# A comment knows its dashboard for the reason that a value does: policies compare it.
COMMENTS = """
create table kpix.comment (
    organization_id uuid not null,
    id uuid not null,
    kpi_id uuid not null,
    dashboard_id uuid not null,
    period_start date,
    thread_id uuid not null,
    author_id uuid not null default auth.user_id(),
    body text not null,
    created_at timestamptz not null default clock_timestamp(),
    edited_at timestamptz,
    deleted_at timestamptz,
    deleted_by uuid,
    version integer not null default 1,
    constraint pk_comment primary key (organization_id, id),
    constraint uq_comment_id unique (id),
    constraint fk_comment_kpi foreign key (organization_id, kpi_id, dashboard_id)
        references kpix.kpi (organization_id, id, dashboard_id) on update cascade,
    constraint fk_comment_value
        foreign key (organization_id, kpi_id, period_start) references kpix.kpi_value,
    constraint fk_comment_thread foreign key (organization_id, thread_id) references kpix.comment,
    constraint fk_comment_author foreign key (organization_id, author_id) references kpix.app_user,
    constraint fk_comment_deleted_by
        foreign key (organization_id, deleted_by) references kpix.app_user,
    constraint ck_comment_body
        check (char_length(body) <= 10000 and (body <> '') = (deleted_at is null)),
    constraint ck_comment_deleted check ((deleted_at is null) = (deleted_by is null))
);
create index ix_comment_kpi on kpix.comment (organization_id, kpi_id, created_at);
create index ix_comment_thread on kpix.comment (organization_id, thread_id, created_at);
create index ix_comment_author on kpix.comment (organization_id, author_id);

create table kpix.comment_revision (
    organization_id uuid not null,
    comment_id uuid not null,
    revision integer not null,
    body text not null,
    since timestamptz not null,
    until timestamptz not null,
    constraint pk_comment_revision primary key (organization_id, comment_id, revision),
    constraint fk_comment_revision_comment
        foreign key (organization_id, comment_id) references kpix.comment
);

create table kpix.comment_mention (
    organization_id uuid not null,
    id uuid not null default gen_random_uuid(),
    comment_id uuid not null,
    user_id uuid,
    team_id uuid,
    constraint pk_comment_mention primary key (organization_id, id),
    constraint uq_comment_mention_user unique (organization_id, comment_id, user_id),
    constraint uq_comment_mention_team unique (organization_id, comment_id, team_id),
    constraint ck_comment_mention_of check (num_nonnulls(user_id, team_id) = 1),
    constraint fk_comment_mention_comment
        foreign key (organization_id, comment_id) references kpix.comment,
    constraint fk_comment_mention_user
        foreign key (organization_id, user_id) references kpix.app_user,
    constraint fk_comment_mention_team
        foreign key (organization_id, team_id) references kpix.team on delete cascade
);
create index ix_comment_mention_user on kpix.comment_mention (organization_id, user_id);
create index ix_comment_mention_team on kpix.comment_mention (organization_id, team_id);

create table kpix.comment_mark (
    organization_id uuid not null,
    user_id uuid not null default auth.user_id(),
    thread_id uuid not null,
    read_until timestamptz not null,
    constraint pk_comment_mark primary key (organization_id, user_id, thread_id),
    constraint fk_comment_mark_user foreign key (organization_id, user_id) references kpix.app_user,
    constraint fk_comment_mark_thread
        foreign key (organization_id, thread_id) references kpix.comment,
    constraint ck_comment_mark_read_until
        check (read_until between '0001-01-02 00:00+00' and '9999-12-31 00:00+00')
);
"""


def upgrade() -> None:
    """Tables only: functions, policies and grants are in ``migrations/sql``, applied after."""
    op.execute(COMMENTS)


def downgrade() -> None:
    """Comments are lost."""
    op.execute(
        "drop table kpix.comment_mark, kpix.comment_mention, kpix.comment_revision, kpix.comment"
        " cascade"
    )
