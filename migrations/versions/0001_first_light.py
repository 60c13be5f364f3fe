"""First light: organisations, people, dashboards, KPIs, values, audit.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TENANT_TABLES = """
create table kpix.organization (
    organization_id uuid not null constraint pk_organization primary key,
    name text not null constraint ck_organization_name check (char_length(name) between 1 and 200),
    timezone text not null,
    locale text not null,
    created_at timestamptz not null default now(),
    version integer not null default 1
);
create unique index uq_organization_name on kpix.organization (lower(name));

create table kpix.app_user (
    organization_id uuid not null
        constraint fk_app_user_organization references kpix.organization,
    id uuid not null,
    name text not null constraint ck_app_user_name check (char_length(name) between 1 and 200),
    email text not null constraint ck_app_user_email check (email = lower(email)),
    active boolean not null default true,
    locale text,
    created_at timestamptz not null default now(),
    created_by uuid,
    version integer not null default 1,
    constraint pk_app_user primary key (organization_id, id),
    constraint uq_app_user_email unique (organization_id, email),
    constraint fk_app_user_created_by
        foreign key (organization_id, created_by) references kpix.app_user
);

create table kpix.role (
    organization_id uuid not null constraint fk_role_organization references kpix.organization,
    id uuid not null,
    name text not null constraint ck_role_name check (char_length(name) between 1 and 50),
    built_in boolean not null default false,
    constraint pk_role primary key (organization_id, id),
    constraint uq_role_name unique (organization_id, name)
);

create table kpix.role_permission (
    organization_id uuid not null,
    role_id uuid not null,
    permission text not null,
    scope text not null
        constraint ck_role_permission_scope check (scope in ('OWN', 'TEAM', 'ORGANIZATION')),
    constraint pk_role_permission primary key (organization_id, role_id, permission),
    constraint fk_role_permission_role
        foreign key (organization_id, role_id) references kpix.role
);

create table kpix.user_role (
    organization_id uuid not null,
    user_id uuid not null,
    role_id uuid not null,
    assigned_at timestamptz not null default now(),
    assigned_by uuid,
    constraint pk_user_role primary key (organization_id, user_id, role_id),
    constraint fk_user_role_user foreign key (organization_id, user_id) references kpix.app_user,
    constraint fk_user_role_role foreign key (organization_id, role_id) references kpix.role,
    constraint fk_user_role_assigned_by
        foreign key (organization_id, assigned_by) references kpix.app_user
);

create table kpix.team (
    organization_id uuid not null constraint fk_team_organization references kpix.organization,
    id uuid not null,
    name text not null constraint ck_team_name check (char_length(name) between 1 and 200),
    created_at timestamptz not null default now(),
    version integer not null default 1,
    constraint pk_team primary key (organization_id, id),
    constraint uq_team_name unique (organization_id, name)
);

create table kpix.team_member (
    organization_id uuid not null,
    team_id uuid not null,
    user_id uuid not null,
    is_lead boolean not null default false,
    joined_at timestamptz not null default now(),
    constraint pk_team_member primary key (organization_id, team_id, user_id),
    constraint fk_team_member_team foreign key (organization_id, team_id) references kpix.team,
    constraint fk_team_member_user foreign key (organization_id, user_id) references kpix.app_user
);
create index ix_team_member_user on kpix.team_member (organization_id, user_id);

create table kpix.dashboard (
    organization_id uuid not null
        constraint fk_dashboard_organization references kpix.organization,
    id uuid not null,
    title text not null constraint ck_dashboard_title check (char_length(title) between 1 and 200),
    process text not null default ''
        constraint ck_dashboard_process check (char_length(process) <= 200),
    description text not null default ''
        constraint ck_dashboard_description check (char_length(description) <= 4000),
    owner_id uuid not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    archived_at timestamptz,
    version integer not null default 1,
    constraint pk_dashboard primary key (organization_id, id),
    constraint fk_dashboard_owner
        foreign key (organization_id, owner_id) references kpix.app_user
);
create index ix_dashboard_owner on kpix.dashboard (organization_id, owner_id);

create table kpix.kpi (
    organization_id uuid not null,
    id uuid not null,
    dashboard_id uuid not null,
    code text not null constraint ck_kpi_code check (char_length(code) between 1 and 24),
    name text not null constraint ck_kpi_name check (char_length(name) between 1 and 200),
    description text not null default ''
        constraint ck_kpi_description check (char_length(description) <= 4000),
    unit text not null default '' constraint ck_kpi_unit check (char_length(unit) <= 20),
    decimals smallint not null default 2
        constraint ck_kpi_decimals check (decimals between 0 and 10),
    direction text not null
        constraint ck_kpi_direction check (direction in ('UP_IS_BETTER', 'DOWN_IS_BETTER')),
    frequency text not null constraint ck_kpi_frequency
        check (frequency in ('DAILY', 'WEEKLY', 'MONTHLY', 'QUARTERLY', 'YEARLY')),
    starts_on date,
    owner_id uuid not null,
    created_at timestamptz not null default now(),
    deleted_at timestamptz,
    version integer not null default 1,
    constraint pk_kpi primary key (organization_id, id),
    constraint fk_kpi_dashboard
        foreign key (organization_id, dashboard_id) references kpix.dashboard,
    constraint fk_kpi_owner foreign key (organization_id, owner_id) references kpix.app_user
);
create unique index uq_kpi_code on kpix.kpi (organization_id, code) where deleted_at is null;
create index ix_kpi_dashboard on kpix.kpi (organization_id, dashboard_id);
create index ix_kpi_owner on kpix.kpi (organization_id, owner_id);

create table kpix.kpi_threshold (
    organization_id uuid not null,
    kpi_id uuid not null,
    valid_from date not null,
    green numeric not null,
    orange numeric not null,
    red numeric,
    target numeric,
    constraint pk_kpi_threshold primary key (organization_id, kpi_id, valid_from),
    constraint fk_kpi_threshold_kpi foreign key (organization_id, kpi_id) references kpix.kpi,
    constraint ck_kpi_threshold_finite check (
        abs(green) < 1e20 and abs(orange) < 1e20
        and (red is null or abs(red) < 1e20) and (target is null or abs(target) < 1e20)
    ),
    constraint ck_kpi_threshold_monotone check (
        green >= orange and (red is null or orange >= red)
        or green <= orange and (red is null or orange <= red)
    )
);

create table kpix.kpi_value (
    organization_id uuid not null,
    kpi_id uuid not null,
    period_start date not null,
    period_end date not null,
    value numeric not null constraint ck_kpi_value_finite check (abs(value) < 1e20),
    status text not null
        constraint ck_kpi_value_status check (status in ('GREEN', 'ORANGE', 'RED')),
    critical boolean not null default false,
    revision integer not null default 1,
    reason text not null default ''
        constraint ck_kpi_value_reason check (char_length(reason) <= 1000),
    entered_by uuid not null default auth.user_id(),
    entered_at timestamptz not null default now(),
    constraint pk_kpi_value primary key (organization_id, kpi_id, period_start)
        include (value, status, critical),
    constraint fk_kpi_value_kpi foreign key (organization_id, kpi_id) references kpix.kpi,
    constraint ck_kpi_value_period check (period_start <= period_end),
    constraint ck_kpi_value_critical check (not critical or status = 'RED')
);

create table kpix.kpi_value_revision (
    organization_id uuid not null,
    kpi_id uuid not null,
    period_start date not null,
    revision integer not null,
    value numeric not null,
    status text not null,
    critical boolean not null,
    reason text not null,
    entered_by uuid not null,
    entered_at timestamptz not null,
    constraint pk_kpi_value_revision
        primary key (organization_id, kpi_id, period_start, revision),
    constraint fk_kpi_value_revision_value
        foreign key (organization_id, kpi_id, period_start) references kpix.kpi_value
);

create table kpix.audit_log (
    organization_id uuid not null
        constraint fk_audit_log_organization references kpix.organization,
    id uuid not null default gen_random_uuid(),
    at timestamptz not null default clock_timestamp(),
    actor_id uuid,
    session_id uuid,
    action text not null,
    object_type text not null,
    object_id text not null,
    old jsonb,
    new jsonb,
    constraint pk_audit_log primary key (organization_id, id)
);
create index ix_audit_log_at on kpix.audit_log (organization_id, at);
create index ix_audit_log_object on kpix.audit_log (organization_id, object_type, object_id);

grant references on kpix.organization, kpix.app_user to kpix_auth;
"""

PRIVATE_TABLES = """
create table private.secret (
    only_one boolean constraint pk_secret primary key default true check (only_one),
    inner_pad bytea not null check (octet_length(inner_pad) = 64),
    outer_pad bytea not null check (octet_length(outer_pad) = 64)
);

create table private.credential (
    organization_id uuid not null,
    user_id uuid not null,
    email text not null check (email = lower(email)),
    key_hash bytea not null check (octet_length(key_hash) = 32),
    changed_at timestamptz not null default now(),
    constraint pk_credential primary key (organization_id, user_id),
    constraint uq_credential_email unique (organization_id, email),
    constraint fk_credential_user foreign key (organization_id, user_id) references kpix.app_user
);
create index ix_credential_email on private.credential (email);

create table private.session (
    id uuid not null constraint pk_session primary key,
    family_id uuid not null,
    organization_id uuid not null,
    user_id uuid not null,
    token_hash bytea not null constraint uq_session_token_hash unique
        check (octet_length(token_hash) = 32),
    login_role name not null,
    kind text not null check (kind in ('PERSONAL', 'SHARED')),
    authenticated_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null,
    rotated_at timestamptz,
    revoked_at timestamptz,
    locked_at timestamptz,
    constraint fk_session_user foreign key (organization_id, user_id) references kpix.app_user
);
create index ix_session_family on private.session (family_id);
create index ix_session_user on private.session (organization_id, user_id);

create table private.login_attempt (
    id uuid not null constraint pk_login_attempt primary key default gen_random_uuid(),
    account bytea not null,
    email text not null,
    organization text,
    key_hash bytea not null,
    token_hash bytea not null check (octet_length(token_hash) = 32),
    kind text not null check (kind in ('PERSONAL', 'SHARED')),
    login_role name not null,
    transaction_id xid8 not null default pg_current_xact_id(),
    at timestamptz not null default clock_timestamp(),
    succeeded_at timestamptz
);
create index ix_login_attempt_account on private.login_attempt (account, at);

create type private.principal as (organization_id uuid, user_id uuid, session_id uuid);
"""

# The default of kpi_value.entered_by names it; migrations/sql replaces it with the real one.
FORWARD_DECLARATION = """
create function auth.user_id() returns uuid language sql stable as 'select null::uuid';
"""


def upgrade() -> None:
    """Tables only: functions, policies and grants are in ``migrations/sql``, applied after."""
    op.execute("set local role kpix_auth")
    op.execute(FORWARD_DECLARATION)
    op.execute("set local role kpix_owner")
    op.execute(TENANT_TABLES)
    op.execute("set local role kpix_auth")
    op.execute(PRIVATE_TABLES)
    op.execute("set local role kpix_owner")


def downgrade() -> None:
    """Remove everything, data included."""
    op.execute("set local role kpix_auth")
    op.execute(
        "drop table private.login_attempt, private.session, private.credential, private.secret"
        " cascade"
    )
    op.execute("set local role kpix_owner")
    op.execute(
        "drop table kpix.audit_log, kpix.kpi_value_revision, kpix.kpi_value, kpix.kpi_threshold,"
        " kpix.kpi, kpix.dashboard, kpix.team_member, kpix.team, kpix.user_role,"
        " kpix.role_permission, kpix.role, kpix.app_user, kpix.organization cascade"
    )
    op.execute("reset role")
    op.execute("drop schema auth cascade")
    op.execute("drop schema private cascade")
    op.execute("create schema auth authorization kpix_auth")
    op.execute("create schema private authorization kpix_auth")
    op.execute("grant usage on schema auth to kpix_owner, kpix_app")
    op.execute("set local role kpix_owner")
