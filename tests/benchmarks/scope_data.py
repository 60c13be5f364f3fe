"""Organisations filled at once, past triggers and policies: what scope is measured and tried on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

ORGANIZATION = "Acme"
"""The measured one; ``tests.support.databases`` has put its people in."""


@dataclass(frozen=True)
class Size:
    """How much there is. Each of the other organisations has a tenth of the measured one."""

    others: int
    users: int
    teams: int
    dashboards: int
    kpis: int
    days: int
    actions: int = 0
    comments: int = 0

    @property
    def values(self) -> int:
        """About how many values there are in all."""
        return round(self.kpis * self.days * (1 + self.others / 10))


FULL = Size(others=8, users=200, teams=20, dashboards=1_000, kpis=10_000, days=560)
ACTING = Size(
    others=49,
    users=200,
    teams=20,
    dashboards=500,
    kpis=10_000,
    days=120,
    actions=20_000,
    comments=50_000,
)
SMALL = Size(others=2, users=30, teams=6, dashboards=60, kpis=300, days=30)


@dataclass(frozen=True)
class Scene:
    """The ids that reads are asked for, all within everybody's sight."""

    dashboards: tuple[UUID, ...]
    kpis: tuple[UUID, ...]


_OTHERS = """
insert into kpix.organization (organization_id, name, timezone, locale)
select gen_random_uuid(), 'Organisation ' || n, 'UTC', 'en'
from generate_series(1, %(others)s) n
"""

_USERS = """
insert into kpix.app_user (organization_id, id, name, email)
select %(org)s, gen_random_uuid(), 'Person ' || n, 'person' || n || '@bench.test'
from generate_series(1, %(users)s) n
"""

_TEAMS = """
insert into kpix.team (organization_id, id, name)
select %(org)s, gen_random_uuid(), 'Team ' || n from generate_series(1, %(teams)s) n
"""

# Everybody is in one team and every fifth in three. The people who read come first.
_MEMBERS = """
insert into kpix.team_member (organization_id, team_id, user_id, is_lead)
select %(org)s, t.id, u.id, u.n <= %(teams)s
from (select id, row_number() over (order by name like 'Person %%', email) as n from kpix.app_user
        where organization_id = %(org)s) u
join (select id, row_number() over (order by name) as n from kpix.team
        where organization_id = %(org)s) t
    on t.n - 1 = u.n %% %(teams)s
    or u.n %% 5 = 2 and t.n - 1 in ((u.n + 3) %% %(teams)s, (u.n + 5) %% %(teams)s)
"""

# Of ten dashboards seven are the organisation's, two the teams' and one is private.
_DASHBOARDS = """
insert into kpix.dashboard (organization_id, id, title, process, owner_id, visibility)
select %(org)s, gen_random_uuid(), 'Dashboard ' || n, 'Process ' || n %% 10,
    u.ids[1 + (n * 7) %% cardinality(u.ids)],
    case when n %% 10 < 7 then 'ORGANIZATION' when n %% 10 < 9 then 'TEAMS' else 'PRIVATE' end
from generate_series(1, %(dashboards)s) n,
    (select array_agg(id order by name like 'Person %%', email) as ids from kpix.app_user
        where organization_id = %(org)s) u
"""

# One share of each dashboard with somebody, of every third with a team, and of every thirtieth with
# each of the first six people; a tenth has ended.
_SHARES = """
insert into kpix.dashboard_share (
    organization_id, dashboard_id, user_id, level, expires_at, shared_by
)
select %(org)s, d.id, u.ids[1 + s.number %% cardinality(u.ids)],
    (array['VIEWER', 'CONTRIBUTOR', 'MANAGER'])[1 + d.n %% 3],
    case d.n %% 10 when 3 then now() - interval '1 day' when 4 then now() + interval '1 year' end,
    d.owner_id
from (select id, owner_id, row_number() over (order by id) as n from kpix.dashboard
        where organization_id = %(org)s) d
cross join (select array_agg(id order by name like 'Person %%', email) as ids from kpix.app_user
        where organization_id = %(org)s) u
cross join lateral (values (d.n * 13), (case when d.n %% 5 = 0 then d.n / 5 %% 6 end)) s (number)
where s.number is not null
on conflict do nothing
"""

_TEAM_SHARES = """
insert into kpix.dashboard_share (organization_id, dashboard_id, team_id, level, shared_by)
select %(org)s, d.id, t.ids[1 + d.n / 3 %% cardinality(t.ids)], 'VIEWER', d.owner_id
from (select id, owner_id, row_number() over (order by id) as n from kpix.dashboard
        where organization_id = %(org)s) d
cross join (select array_agg(id order by name) as ids from kpix.team
        where organization_id = %(org)s) t
where d.n %% 3 = 0
"""

# The owner of a dashboard owns its KPIs, but for every tenth.
_KPIS = """
insert into kpix.kpi (
    organization_id, id, dashboard_id, code, name, unit, direction, frequency, owner_id
)
select %(org)s, gen_random_uuid(), d.id, 'K' || i.n, 'Indicator ' || i.n, '%%', 'UP_IS_BETTER',
    'DAILY',
    case when i.n %% 10 = 0 then u.ids[1 + (i.n * 31) %% cardinality(u.ids)] else d.owner_id end
from generate_series(1, %(kpis)s) i (n)
cross join (select array_agg(id order by name like 'Person %%', email) as ids from kpix.app_user
        where organization_id = %(org)s) u
join (select id, owner_id, row_number() over (order by id) as n from kpix.dashboard
        where organization_id = %(org)s) d on d.n = 1 + i.n %% %(dashboards)s
"""

_THRESHOLDS = """
insert into kpix.kpi_threshold (organization_id, kpi_id, valid_from, green, orange, red)
select k.organization_id, k.id, s.since, 95, 92, 88
from kpix.kpi k, (values (date '0001-01-01'), (date '2025-01-01')) s (since)
where k.organization_id = %(org)s
"""

_ASSIGNMENTS = """
insert into kpix.kpi_assignment (organization_id, kpi_id, user_id, assigned_by)
select %(org)s, k.id, u.ids[1 + (k.n * 17) %% cardinality(u.ids)], k.owner_id
from (select id, owner_id, row_number() over (order by id) as n from kpix.kpi
        where organization_id = %(org)s) k
cross join (select array_agg(id order by name like 'Person %%', email) as ids from kpix.app_user
        where organization_id = %(org)s) u
where k.n %% 3 = 0
"""

# In the order of the primary key; by tenths, because the triggers, silent as they are, keep what a
# statement has inserted.
_VALUES = """
insert into kpix.kpi_value (
    organization_id, kpi_id, dashboard_id, period_start, period_end, value, status, critical,
    entered_by
)
select k.organization_id, k.id, k.dashboard_id, d.day, d.day, v.value,
    case when v.value >= 95 then 'GREEN' when v.value >= 92 then 'ORANGE' else 'RED' end,
    v.value < 88, k.owner_id
from (
    select * from (
        select organization_id, id, dashboard_id, owner_id, ntile(10) over (order by id) as part
        from kpix.kpi where organization_id = %(org)s
    ) p
    where p.part = %(part)s order by p.id
) k
cross join lateral (
    select (current_date - n)::date as day, n from generate_series(%(days)s, 1, -1) n
) d
cross join lateral (
    select (8600 + abs(hashtext(k.id::text)::bigint * 37 + d.n * 101) %% 1300) / 100.0 as value
) v
"""

# What the triggers would have written (migrations/sql/66_state.sql).
_STATES = """
insert into kpix.kpi_state (
    organization_id, kpi_id, dashboard_id, period_start, period_end, value, status, critical,
    distance, previous_status, previous_critical, due_from, due_on
)
select k.organization_id, k.id, k.dashboard_id, v.period_start, v.period_end, v.value, v.status,
    v.critical, (95 - v.value) / 3, b.status, b.critical, v.period_start + 1, v.period_start + 2
from kpix.kpi k
cross join lateral (
    select * from kpix.kpi_value v where v.organization_id = k.organization_id and v.kpi_id = k.id
    order by v.period_start desc limit 1
) v
join kpix.kpi_value b on b.organization_id = k.organization_id and b.kpi_id = k.id
    and b.period_start = v.period_start - 1
where k.organization_id = %(org)s
"""

# Seven of ten are done; the others are due from forty days ago until eighty from now.
_ACTIONS = """
insert into kpix.action_plan (
    organization_id, id, kpi_id, dashboard_id, title, kind, status, progress, owner_id, due_on,
    started_on, closed_on, created_by, created_at
)
select %(org)s, gen_random_uuid(), k.id, k.dashboard_id, 'Action ' || i.n,
    (array['CONTAINMENT', 'CORRECTIVE', 'PREVENTIVE'])[1 + i.n %% 3], s.status,
    case s.status when 'OPEN' then 0 when 'IN_PROGRESS' then 40 else 100 end,
    u.ids[1 + (i.n * 7) %% cardinality(u.ids)], current_date - 40 + i.n %% 120,
    case when s.status <> 'OPEN' then current_date - 60 end,
    case when s.status = 'DONE' then current_date - i.n %% 50 end,
    k.owner_id, now() - interval '90 days'
from generate_series(1, %(actions)s) i (n)
cross join lateral (
    select case (i.n / 3) %% 10 when 0 then 'OPEN' when 1 then 'OPEN' when 2 then 'IN_PROGRESS'
        else 'DONE' end as status
) s
cross join (select array_agg(id order by name like 'Person %%', email) as ids from kpix.app_user
        where organization_id = %(org)s) u
join (select id, dashboard_id, owner_id, row_number() over (order by id) as n from kpix.kpi
        where organization_id = %(org)s) k on k.n = 1 + (i.n * 13) %% %(kpis)s
"""

# Threads of five on every KPI in turn, over the last hundred days.
_COMMENTS = """
insert into kpix.comment (
    organization_id, id, thread_id, kpi_id, dashboard_id, author_id, body, created_at
)
select %(org)s, case when i.n %% 5 = 0 then t.id else gen_random_uuid() end, t.id, k.id,
    k.dashboard_id, u.ids[1 + (i.n * 11) %% cardinality(u.ids)],
    'What was seen here, and what is to be done about it: ' || i.n,
    now() - (i.n %% 100) * interval '1 day' - (5 - i.n %% 5) * interval '1 minute'
from (select n, gen_random_uuid() as id from generate_series(0, %(comments)s / 5 - 1) n) t
cross join lateral (select 5 * t.n + g as n from generate_series(0, 4) g) i
cross join (select array_agg(id order by name like 'Person %%', email) as ids from kpix.app_user
        where organization_id = %(org)s) u
join (select id, dashboard_id, row_number() over (order by id) as n from kpix.kpi
        where organization_id = %(org)s) k on k.n = 1 + t.n %% %(kpis)s
"""

# Every tenth comment mentions somebody, and every fiftieth a team.
_MENTIONS = """
insert into kpix.comment_mention (organization_id, comment_id, user_id, team_id)
select %(org)s, c.id,
    case when c.n %% 50 <> 0 then u.ids[1 + (c.n / 10 * 3) %% cardinality(u.ids)] end,
    case when c.n %% 50 = 0 then t.ids[1 + c.n / 50 %% cardinality(t.ids)] end
from (select id, row_number() over (order by id) as n from kpix.comment
        where organization_id = %(org)s) c
cross join (select array_agg(id order by name like 'Person %%', email) as ids from kpix.app_user
        where organization_id = %(org)s) u
cross join (select array_agg(id order by name) as ids from kpix.team
        where organization_id = %(org)s) t
where c.n %% 10 = 0
"""

# Everybody has read all but the last month.
_MARKS = """
insert into kpix.comment_mark (organization_id, user_id, thread_id, read_until)
select c.organization_id, c.author_id, c.thread_id, max(c.created_at)
from kpix.comment c
where c.organization_id = %(org)s and c.created_at < now() - interval '30 days'
group by c.organization_id, c.author_id, c.thread_id
"""

_REVISIONS = """
insert into kpix.kpi_value_revision (
    organization_id, kpi_id, period_start, revision, value, status, critical, reason, entered_by,
    entered_at
)
select organization_id, kpi_id, period_start, 1, 0, 'RED', true, 'Corrected', entered_by, entered_at
from kpix.kpi_value where organization_id = %(org)s and period_start = current_date - 1
"""

_SEEN = """
select d.id, min(k.id::text)::uuid
from kpix.dashboard d
join kpix.kpi k on k.organization_id = d.organization_id and k.dashboard_id = d.id
join kpix.organization o on o.organization_id = d.organization_id and o.name = %s
where d.visibility = 'ORGANIZATION'
group by d.id order by d.id limit %s
"""


def fill(connection: psycopg.Connection[Any], size: Size, reads: int) -> Scene:
    """Put ``size`` of everything in, as a superuser; ``reads`` dashboards and KPIs to ask for."""
    connection.execute("set session_replication_role = replica")
    connection.execute(_OTHERS, {"others": size.others})
    rows = connection.execute("select name, organization_id from kpix.organization").fetchall()
    for name, organization in rows:
        measured = name == ORGANIZATION
        if measured or name.startswith("Organisation "):
            _organization(connection, organization, size, 1 if measured else 10)
    connection.execute("set session_replication_role = origin")
    connection.execute("vacuum analyze")
    seen = connection.execute(_SEEN, (ORGANIZATION, reads)).fetchall()
    return Scene(tuple(row[0] for row in seen), tuple(row[1] for row in seen))


def _organization(
    connection: psycopg.Connection[Any], organization: UUID, size: Size, share: int
) -> None:
    counts = {
        "org": organization,
        "users": size.users // share,
        "teams": max(size.teams // share, 2),
        "dashboards": size.dashboards // share,
        "kpis": size.kpis // share,
        "days": size.days,
        "actions": size.actions // share,
        "comments": size.comments // share,
    }
    steps = (_USERS, _TEAMS, _MEMBERS, _DASHBOARDS, _SHARES, _TEAM_SHARES, _KPIS, _THRESHOLDS)
    for statement in (*steps, _ASSIGNMENTS):
        connection.execute(statement.encode(), counts)
    for part in range(1, 11):
        connection.execute(_VALUES.encode(), {**counts, "part": part})
    connection.execute(_STATES.encode(), counts)
    for statement in (_REVISIONS, _ACTIONS, _COMMENTS, _MENTIONS, _MARKS):
        connection.execute(statement.encode(), counts)
