"""Scope: visibility, shares, entry assignments, custom roles, one-time codes.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROLES = """
alter table kpix.role
    add column description text not null default ''
        constraint ck_role_description check (char_length(description) <= 500),
    add column version integer not null default 1,
    drop constraint uq_role_name;
create unique index uq_role_name on kpix.role (organization_id, lower(name));
create index ix_user_role_role on kpix.user_role (organization_id, role_id);
"""

# A foreign key is checked through the policies, which show a migration nothing: for the length of
# this statement, and under its lock, the owner sees the rows.
MEMBERS = """
alter table kpix.team no force row level security;
alter table kpix.team_member no force row level security;
alter table kpix.team_member
    drop constraint fk_team_member_team,
    add constraint fk_team_member_team
        foreign key (organization_id, team_id) references kpix.team {on_delete};
alter table kpix.team_member force row level security;
alter table kpix.team force row level security;
"""

SHARING = """
alter table kpix.dashboard
    add column visibility text not null default 'ORGANIZATION'
        constraint ck_dashboard_visibility
            check (visibility in ('ORGANIZATION', 'TEAMS', 'PRIVATE'));

create table kpix.dashboard_share (
    organization_id uuid not null,
    id uuid not null default gen_random_uuid(),
    dashboard_id uuid not null,
    user_id uuid,
    team_id uuid,
    level text not null
        constraint ck_dashboard_share_level check (level in ('VIEWER', 'CONTRIBUTOR', 'MANAGER')),
    expires_at timestamptz,
    shared_by uuid not null default auth.user_id(),
    shared_at timestamptz not null default now(),
    constraint pk_dashboard_share primary key (organization_id, id),
    constraint uq_dashboard_share_user unique (organization_id, dashboard_id, user_id),
    constraint uq_dashboard_share_team unique (organization_id, dashboard_id, team_id),
    constraint ck_dashboard_share_with check (num_nonnulls(user_id, team_id) = 1),
    constraint fk_dashboard_share_dashboard
        foreign key (organization_id, dashboard_id) references kpix.dashboard,
    constraint fk_dashboard_share_user
        foreign key (organization_id, user_id) references kpix.app_user,
    constraint fk_dashboard_share_team
        foreign key (organization_id, team_id) references kpix.team on delete cascade,
    constraint fk_dashboard_share_shared_by
        foreign key (organization_id, shared_by) references kpix.app_user
);
create index ix_dashboard_share_user on kpix.dashboard_share (organization_id, user_id);
create index ix_dashboard_share_team on kpix.dashboard_share (organization_id, team_id);

create table kpix.kpi_assignment (
    organization_id uuid not null,
    id uuid not null default gen_random_uuid(),
    kpi_id uuid not null,
    user_id uuid,
    team_id uuid,
    assigned_by uuid not null default auth.user_id(),
    assigned_at timestamptz not null default now(),
    constraint pk_kpi_assignment primary key (organization_id, id),
    constraint uq_kpi_assignment_user unique (organization_id, kpi_id, user_id),
    constraint uq_kpi_assignment_team unique (organization_id, kpi_id, team_id),
    constraint ck_kpi_assignment_to check (num_nonnulls(user_id, team_id) = 1),
    constraint fk_kpi_assignment_kpi
        foreign key (organization_id, kpi_id) references kpix.kpi,
    constraint fk_kpi_assignment_user
        foreign key (organization_id, user_id) references kpix.app_user,
    constraint fk_kpi_assignment_team
        foreign key (organization_id, team_id) references kpix.team on delete cascade,
    constraint fk_kpi_assignment_assigned_by
        foreign key (organization_id, assigned_by) references kpix.app_user
);
create index ix_kpi_assignment_user on kpix.kpi_assignment (organization_id, user_id);
create index ix_kpi_assignment_team on kpix.kpi_assignment (organization_id, team_id);
"""

# Every value says on which dashboard it stands: policies compare that, and nothing they would have
# to look up for each of millions of rows. The foreign key keeps it true.
VALUES = """
alter table kpix.kpi add constraint uq_kpi_dashboard unique (organization_id, id, dashboard_id);
alter table kpix.kpi no force row level security;
alter table kpix.kpi_value no force row level security;
alter table kpix.kpi_value disable trigger user;
alter table kpix.kpi_value add column dashboard_id uuid;
update kpix.kpi_value v set dashboard_id = k.dashboard_id
from kpix.kpi k where k.organization_id = v.organization_id and k.id = v.kpi_id;
alter table kpix.kpi_value
    alter column dashboard_id set not null,
    drop constraint fk_kpi_value_kpi,
    add constraint fk_kpi_value_kpi foreign key (organization_id, kpi_id, dashboard_id)
        references kpix.kpi (organization_id, id, dashboard_id) on update cascade;
alter table kpix.kpi_value enable trigger user;
alter table kpix.kpi_value force row level security;
alter table kpix.kpi force row level security;
"""

VALUES_BACK = """
alter table kpix.kpi no force row level security;
alter table kpix.kpi_value no force row level security;
alter table kpix.kpi_value
    drop column dashboard_id cascade,
    add constraint fk_kpi_value_kpi foreign key (organization_id, kpi_id) references kpix.kpi;
alter table kpix.kpi_value force row level security;
alter table kpix.kpi force row level security;
alter table kpix.kpi drop constraint uq_kpi_dashboard;
"""

PRIVATE_TABLES = """
create table private.code (
    id uuid not null constraint pk_code primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null,
    kind text not null check (kind in ('INVITATION', 'RESET')),
    code_hash bytea not null constraint uq_code_hash unique check (octet_length(code_hash) = 32),
    issued_by uuid not null,
    issued_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    used_at timestamptz,
    revoked_at timestamptz,
    constraint fk_code_user foreign key (organization_id, user_id) references kpix.app_user,
    constraint fk_code_issued_by foreign key (organization_id, issued_by) references kpix.app_user
);
create index ix_code_user on private.code (organization_id, user_id);

-- An invited user has no password until the code is redeemed.
alter table private.credential alter key_hash drop not null;
alter table private.session add column client text not null default '';

-- Roles come from private.builtin_grants now, and not from the caller.
drop function if exists auth.create_organization(
    uuid, text, text, text, jsonb, uuid, text, text, bytea
);
drop function if exists private.seed_roles(uuid, jsonb);
"""

PRIVATE_TABLES_BACK = """
drop table private.code cascade;
-- Nobody knows the key that hashes to this: the user has to be invited again.
update private.credential set key_hash = sha256(convert_to(gen_random_uuid()::text, 'UTF8'))
where key_hash is null;
alter table private.credential alter key_hash set not null;
alter table private.session drop column client cascade;
"""

# Functions and policies that read what goes, go with it; migrations/sql makes them anew.
SHARING_BACK = """
drop table kpix.kpi_assignment, kpix.dashboard_share cascade;
alter table kpix.dashboard drop column visibility cascade;
drop index kpix.ix_user_role_role;
drop index kpix.uq_role_name;
alter table kpix.role
    drop column description cascade,
    drop column version cascade,
    add constraint uq_role_name unique (organization_id, name);
"""


def upgrade() -> None:
    """Tables only: functions, policies and grants are in ``migrations/sql``, applied after."""
    op.execute(ROLES)
    op.execute(MEMBERS.format(on_delete="on delete cascade"))
    op.execute(SHARING)
    op.execute(VALUES)
    op.execute("set local role kpix_auth")
    op.execute(PRIVATE_TABLES)
    op.execute("set local role kpix_owner")


def downgrade() -> None:
    """Back to roles and owners alone: shares, assignments and codes are lost."""
    op.execute("set local role kpix_auth")
    op.execute(PRIVATE_TABLES_BACK)
    op.execute("set local role kpix_owner")
    op.execute(MEMBERS.format(on_delete=""))
    op.execute(VALUES_BACK)
    op.execute(SHARING_BACK)
