"""Action plans: what is done about a KPI, by whom and until when; their history and their effect.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# An action says on which dashboard its KPI stands, as a value does: the foreign key keeps it true,
# policies compare it, and counts for each dashboard need no join. The parent is about the same KPI.
PLANS = """
create table kpix.action_plan (
    organization_id uuid not null,
    id uuid not null,
    kpi_id uuid not null,
    dashboard_id uuid not null,
    parent_id uuid,
    title text not null
        constraint ck_action_plan_title check (char_length(title) between 1 and 200),
    description text not null default ''
        constraint ck_action_plan_description check (char_length(description) <= 4000),
    cause text not null default ''
        constraint ck_action_plan_cause check (char_length(cause) <= 4000),
    whys text[] not null default '{}' constraint ck_action_plan_whys check (
        cardinality(whys) <= 5 and array_position(whys, null) is null
        and coalesce(array_ndims(whys), 1) = 1 and coalesce(array_lower(whys, 1), 1) = 1
        and greatest(char_length(whys[1]), char_length(whys[2]), char_length(whys[3]),
            char_length(whys[4]), char_length(whys[5]), 1) <= 500
        and least(char_length(whys[1]), char_length(whys[2]), char_length(whys[3]),
            char_length(whys[4]), char_length(whys[5]), 1) >= 1
    ),
    kind text not null constraint ck_action_plan_kind
        check (kind in ('CONTAINMENT', 'CORRECTIVE', 'PREVENTIVE')),
    status text not null default 'OPEN' constraint ck_action_plan_status
        check (status in ('OPEN', 'IN_PROGRESS', 'DONE', 'CANCELLED')),
    progress smallint not null default 0
        constraint ck_action_plan_progress check (progress between 0 and 100),
    owner_id uuid not null,
    starts_on date,
    due_on date not null,
    started_on date,
    closed_on date,
    criterion_kpi_id uuid,
    criterion_kind text constraint ck_action_plan_criterion_kind
        check (criterion_kind in ('LEVEL', 'SHIFT')),
    criterion_amount numeric
        constraint ck_action_plan_criterion_amount check (abs(criterion_amount) < 1e20),
    criterion_periods smallint
        constraint ck_action_plan_criterion_periods check (criterion_periods between 1 and 24),
    verdict text constraint ck_action_plan_verdict
        check (verdict in ('EFFECTIVE', 'NOT_EFFECTIVE', 'TOO_EARLY')),
    created_by uuid not null default auth.user_id(),
    created_at timestamptz not null default now(),
    deleted_at timestamptz,
    version integer not null default 1,
    constraint pk_action_plan primary key (organization_id, id),
    constraint uq_action_plan_id unique (id),
    constraint uq_action_plan_kpi unique (organization_id, id, kpi_id),
    constraint fk_action_plan_kpi foreign key (organization_id, kpi_id, dashboard_id)
        references kpix.kpi (organization_id, id, dashboard_id) on update cascade,
    constraint fk_action_plan_parent foreign key (organization_id, parent_id, kpi_id)
        references kpix.action_plan (organization_id, id, kpi_id),
    constraint fk_action_plan_owner
        foreign key (organization_id, owner_id) references kpix.app_user,
    constraint fk_action_plan_created_by
        foreign key (organization_id, created_by) references kpix.app_user,
    constraint fk_action_plan_criterion
        foreign key (organization_id, criterion_kpi_id, dashboard_id)
        references kpix.kpi (organization_id, id, dashboard_id) on update cascade,
    constraint ck_action_plan_days check (
        due_on between '0001-01-01' and '9999-12-31'
        and starts_on between '0001-01-01' and due_on
        and started_on between '0001-01-01' and '9999-12-31'
        and closed_on between '0001-01-01' and '9999-12-31'
        and started_on <= closed_on
    ),
    constraint ck_action_plan_deleted_at
        check (deleted_at between '0001-01-02 00:00+00' and '9999-12-31 00:00+00'),
    constraint ck_action_plan_stage check (
        case status
            when 'OPEN' then progress = 0 and started_on is null and closed_on is null
            when 'IN_PROGRESS' then started_on is not null and closed_on is null
            when 'DONE' then progress = 100 and started_on is not null and closed_on is not null
            else closed_on is not null
        end
    ),
    constraint ck_action_plan_criterion check (
        num_nonnulls(criterion_kpi_id, criterion_kind, criterion_amount, criterion_periods)
            in (0, 4)
        and (criterion_kind <> 'SHIFT' or criterion_amount > 0)
    ),
    constraint ck_action_plan_judged
        check ((verdict is not null) = (status = 'DONE' and criterion_kpi_id is not null))
);
create index ix_action_plan_due on kpix.action_plan (organization_id, due_on)
    where deleted_at is null and status in ('OPEN', 'IN_PROGRESS');
create index ix_action_plan_owner on kpix.action_plan (organization_id, owner_id, due_on)
    where deleted_at is null;
create index ix_action_plan_kpi on kpix.action_plan (organization_id, kpi_id)
    where deleted_at is null;
create index ix_action_plan_dashboard
    on kpix.action_plan (organization_id, dashboard_id, status, due_on) include (verdict)
    where deleted_at is null;
create index ix_action_plan_parent on kpix.action_plan (organization_id, parent_id)
    where parent_id is not null;
create index ix_action_plan_criterion on kpix.action_plan (organization_id, criterion_kpi_id)
    where status = 'DONE';

create table kpix.action_plan_change (
    organization_id uuid not null,
    plan_id uuid not null,
    id uuid not null default gen_random_uuid(),
    at timestamptz not null default clock_timestamp(),
    changed_by uuid,
    version integer not null,
    old jsonb,
    new jsonb not null,
    constraint pk_action_plan_change primary key (organization_id, plan_id, at, id),
    constraint fk_action_plan_change_plan
        foreign key (organization_id, plan_id) references kpix.action_plan,
    constraint fk_action_plan_change_changed_by
        foreign key (organization_id, changed_by) references kpix.app_user
);
"""


FUNCTIONS = (
    "check_plan_family()",
    "check_plan_criterion()",
    "check_given_plans()",
    "judge_plan()",
    "judge_plans()",
    "keep_plan_change()",
)


def upgrade() -> None:
    """Tables only: functions, policies and grants are in ``migrations/sql``, applied after."""
    op.execute(PLANS)


def downgrade() -> None:
    """Without actions, which are lost. Writing a value judges them no more."""
    op.execute("drop table kpix.action_plan_change, kpix.action_plan cascade")
    op.execute("set local role kpix_auth")
    for function in FUNCTIONS:
        op.execute(f"drop function if exists private.{function} cascade")
    op.execute("set local role kpix_owner")
