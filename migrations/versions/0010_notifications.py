"""Notifications, what each person wants to hear of, and comments on actions.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Ids and facts, never a sentence: whoever reads it has a language and a sight of their own. "fact"
# names what happened, so that nobody is told of it twice.
NOTIFICATIONS = """
create table kpix.notification (
    organization_id uuid not null,
    id uuid not null default gen_random_uuid(),
    recipient_id uuid not null,
    fact text not null,
    kind text not null constraint ck_notification_kind check (kind in (
        'STATUS_WORSE', 'STATUS_BETTER', 'ENTRY_ASSIGNED', 'ACTION_ASSIGNED', 'ACTION_DUE',
        'ACTION_OVERDUE', 'MENTION', 'REPLY', 'COMMENT', 'IMPORT_FINISHED')),
    priority text not null
        constraint ck_notification_priority check (priority in ('URGENT', 'HIGH', 'NORMAL', 'LOW')),
    at timestamptz not null default now(),
    read_at timestamptz,
    actor_id uuid,
    dashboard_id uuid not null,
    kpi_id uuid,
    period_start date,
    comment_id uuid,
    action_id uuid,
    facts jsonb not null default '{}',
    constraint pk_notification primary key (organization_id, id),
    constraint uq_notification_fact unique (organization_id, recipient_id, fact),
    constraint fk_notification_recipient
        foreign key (organization_id, recipient_id) references kpix.app_user,
    constraint fk_notification_actor
        foreign key (organization_id, actor_id) references kpix.app_user,
    constraint fk_notification_dashboard
        foreign key (organization_id, dashboard_id) references kpix.dashboard,
    constraint fk_notification_kpi foreign key (organization_id, kpi_id, dashboard_id)
        references kpix.kpi (organization_id, id, dashboard_id) on update cascade,
    constraint fk_notification_comment
        foreign key (organization_id, comment_id) references kpix.comment,
    constraint fk_notification_action
        foreign key (organization_id, action_id) references kpix.action_plan,
    constraint ck_notification_read_at
        check (read_at between '0001-01-02 00:00+00' and '9999-12-31 00:00+00')
);
create index ix_notification_at on kpix.notification (organization_id, recipient_id, at);
create index ix_notification_unread on kpix.notification (organization_id, recipient_id, priority)
    where read_at is null;

create table kpix.notification_preference (
    organization_id uuid not null,
    user_id uuid not null default auth.user_id(),
    kind text not null constraint ck_notification_preference_kind check (kind in (
        'STATUS_WORSE', 'STATUS_BETTER', 'ENTRY_ASSIGNED', 'ACTION_ASSIGNED', 'ACTION_DUE',
        'ACTION_OVERDUE', 'MENTION', 'REPLY', 'COMMENT', 'IMPORT_FINISHED')),
    wanted boolean not null,
    constraint pk_notification_preference primary key (organization_id, user_id, kind),
    constraint fk_notification_preference_user
        foreign key (organization_id, user_id) references kpix.app_user
);
"""

# The action is about the KPI that the comment stands on. A foreign key is checked through the
# policies, which show a migration nothing: for the length of this statement the owner sees rows.
ACTIONS = """
alter table kpix.action_plan no force row level security;
alter table kpix.comment no force row level security;
alter table kpix.comment add column action_id uuid;
alter table kpix.comment
    add constraint ck_comment_on check (num_nonnulls(period_start, action_id) <= 1),
    add constraint fk_comment_action foreign key (organization_id, action_id, kpi_id)
        references kpix.action_plan (organization_id, id, kpi_id);
alter table kpix.comment force row level security;
alter table kpix.action_plan force row level security;
"""


def upgrade() -> None:
    """Tables only: functions, policies and grants are in ``migrations/sql``, applied after."""
    op.execute(NOTIFICATIONS)
    op.execute(ACTIONS)


def downgrade() -> None:
    """Notifications are lost; what was said on actions stays on their KPIs."""
    op.execute("alter table kpix.comment drop column action_id cascade")
    op.execute("drop table kpix.notification_preference, kpix.notification cascade")
