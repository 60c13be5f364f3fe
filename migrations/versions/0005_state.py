"""Where each KPI stands now, beside its values: one narrow row a KPI, kept true by triggers.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE = """
create table kpix.kpi_state (
    organization_id uuid not null,
    kpi_id uuid not null,
    dashboard_id uuid not null,
    period_start date,
    period_end date,
    value numeric,
    status text constraint ck_kpi_state_status check (status in ('GREEN', 'ORANGE', 'RED')),
    critical boolean not null default false,
    distance numeric,
    previous_status text constraint ck_kpi_state_previous_status
        check (previous_status in ('GREEN', 'ORANGE', 'RED')),
    previous_critical boolean not null default false,
    due_from date,
    due_on date,
    constraint pk_kpi_state primary key (organization_id, kpi_id),
    constraint fk_kpi_state_kpi foreign key (organization_id, kpi_id, dashboard_id)
        references kpix.kpi (organization_id, id, dashboard_id) on update cascade
);
create index ix_kpi_state_dashboard on kpix.kpi_state (organization_id, dashboard_id);
"""

# What private.refresh_state does from here on, for everything at once. It is written out because a
# migration does what it did; the owner sees all of a table whose policies are not forced.
READ = ("kpi", "kpi_value", "kpi_threshold")
FILL = """
insert into kpix.kpi_state
select k.organization_id, k.id, k.dashboard_id,
    v.period_start, v.period_end, v.value, v.status, coalesce(v.critical, false),
    (case k.direction when 'UP_IS_BETTER' then t.green - v.value else v.value - t.green end)
        / coalesce(nullif(abs(t.green - t.orange), 0), nullif(abs(t.green), 0), 1),
    b.status, coalesce(b.critical, false),
    case when n.on_ <= date '9999-12-31' then n.from_::date end,
    case when n.on_ <= date '9999-12-31' then n.on_::date end
from kpix.kpi k
join (
    values ('DAILY', 'day', interval '1 day'), ('WEEKLY', 'week', interval '7 days'),
        ('MONTHLY', 'month', interval '1 month'), ('QUARTERLY', 'quarter', interval '3 months'),
        ('YEARLY', 'year', interval '1 year')
) p (frequency, unit, length) on p.frequency = k.frequency
left join lateral (
    select * from kpix.kpi_value v where v.organization_id = k.organization_id and v.kpi_id = k.id
    order by v.period_start desc limit 1
) v on true
left join kpix.kpi_value b on b.organization_id = k.organization_id and b.kpi_id = k.id
    and b.period_start = (v.period_start - p.length)::date
left join lateral (
    select t.green, t.orange from kpix.kpi_threshold t
    where t.organization_id = k.organization_id and t.kpi_id = k.id
    order by t.valid_from > v.period_end, abs(t.valid_from - v.period_end) limit 1
) t on v.period_end is not null
cross join lateral (
    select coalesce(v.period_start + p.length, date_trunc(p.unit, k.starts_on::timestamp)) as from_
) f
cross join lateral (select f.from_, f.from_ + p.length as on_) n
where k.deleted_at is null;
"""


def upgrade() -> None:
    """The last value, how far it is beyond green, the status before it, and what is due next."""
    op.execute(TABLE)
    for table in READ:
        op.execute(f"alter table kpix.{table} no force row level security")
    op.execute(FILL)
    for table in READ:
        op.execute(f"alter table kpix.{table} force row level security")


def downgrade() -> None:
    """Nothing is lost: it is all computed."""
    op.execute("drop table kpix.kpi_state")
