"""Texts of many organisations to search in, written past triggers and policies, then indexed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from tests.benchmarks import scope_data

ORGANIZATION = scope_data.ORGANIZATION


@dataclass(frozen=True)
class Size:
    """How much there is: ``rows`` in all, a fifth of them in the measured organisation. Of twenty
    one is a KPI, four are actions and the rest comments."""

    others: int
    users: int
    teams: int
    dashboards: int
    rows: int


FULL = Size(others=49, users=200, teams=20, dashboards=1_000, rows=1_000_000)
TENTH = Size(others=9, users=50, teams=8, dashboards=200, rows=10_000)
SMALL = Size(others=2, users=20, teams=4, dashboards=20, rows=300)

# Some 8000 words of three syllables, the commonest in every second text and most of them rare, as
# the words of a language are. Texts are put together of a name and a description out of 5000 each.
_TEXTS = """
create temporary table texts as
select t.n, max(s.name) as name, max(s.description) as description
from generate_series(0, 4999) t (n)
cross join lateral (
    select string_agg(w.word, ' ') filter (where w.place <= 4) as name,
        string_agg(w.word, ' ') filter (where w.place > 4) as description
    from (
        select g.place, y.s[1 + g.n %% 20] || y.s[1 + g.n / 20 %% 20] || y.s[1 + g.n / 400 %% 20]
            as word
        from (select p as place, floor(8000 * power(random(), 3))::integer as n
                from generate_series(1, 16) p where t.n >= 0) g,
            (select array['pro', 'qua', 'li', 'té', 're', 'tard', 'dé', 'lai', 'ma', 'chi', 'sto',
                'cli', 'for', 'mo', 'tion', 'sé', 'cu', 'vi', 'an', 'co'] as s) y
    ) w
) s
group by t.n
"""

_TITLES = """
update kpix.dashboard d set title = d.title || ' ' || t.name, description = t.description
from (select id, row_number() over (order by id) as n from kpix.dashboard
        where organization_id = %(org)s) b
join texts t on t.n = b.n %% 5000
where d.organization_id = %(org)s and d.id = b.id
"""

_KPIS = """
insert into kpix.kpi (
    organization_id, id, dashboard_id, code, name, description, unit, direction, frequency, owner_id
)
select %(org)s, gen_random_uuid(), d.id, 'K' || i.n, a.name, b.description, '%%', 'UP_IS_BETTER',
    'MONTHLY', d.owner_id
from generate_series(1, %(kpis)s) i (n)
join texts a on a.n = i.n %% 5000
join texts b on b.n = i.n * 7919 %% 4999
join (select id, owner_id, row_number() over (order by id) as n from kpix.dashboard
        where organization_id = %(org)s) d on d.n = 1 + i.n %% %(dashboards)s
"""

_STATES = """
insert into kpix.kpi_state (
    organization_id, kpi_id, dashboard_id, period_start, period_end, value, status
)
select organization_id, kpi_id, dashboard_id, period_start, period_end, value, status
from kpix.kpi_value where organization_id = %(org)s
"""

# Over the last five years, as their quarters have it.
_ACTIONS = """
insert into kpix.action_plan (
    organization_id, id, kpi_id, dashboard_id, title, description, kind, owner_id, due_on,
    created_by, created_at
)
select %(org)s, gen_random_uuid(), k.id, k.dashboard_id, a.name, b.description, 'CORRECTIVE',
    k.owner_id, current_date, k.owner_id, now() - i.n %% 1800 * interval '1 day'
from generate_series(1, %(actions)s) i (n)
join texts a on a.n = i.n * 31 %% 5000
join texts b on b.n = i.n * 7919 %% 4999
join (select id, dashboard_id, owner_id, row_number() over (order by id) as n from kpix.kpi
        where organization_id = %(org)s) k on k.n = 1 + i.n %% %(kpis)s
"""

_COMMENTS = """
insert into kpix.comment (
    organization_id, id, thread_id, kpi_id, dashboard_id, author_id, body, created_at
)
select %(org)s, c.id, c.id, k.id, k.dashboard_id, k.owner_id, a.name || ' ' || b.description,
    now() - i.n %% 1800 * interval '1 day'
from generate_series(1::bigint, %(comments)s) i (n)
cross join lateral (select gen_random_uuid() as id where i.n > 0) c
join texts a on a.n = i.n * 17 %% 5000
join texts b on b.n = i.n * 104729 %% 4999
join (select id, dashboard_id, owner_id, row_number() over (order by id) as n from kpix.kpi
        where organization_id = %(org)s) k on k.n = 1 + i.n %% %(kpis)s
"""

_VALUES = """
insert into kpix.kpi_value (
    organization_id, kpi_id, dashboard_id, period_start, period_end, value, status, critical,
    entered_by
)
select k.organization_id, k.id, k.dashboard_id, date '2026-10-01', date '2026-10-31', 90, 'RED',
    false, k.owner_id
from kpix.kpi k where k.organization_id = %(org)s
"""

_INDEX = """
create index ix_search_document_words on private.search_document using gin (words)
    with (fastupdate = off)
"""


def fill(connection: psycopg.Connection[Any], size: Size) -> None:
    """Put ``size`` of everything in, as a superuser, and have it indexed as an upgrade would."""
    connection.execute("set session_replication_role = replica")
    connection.execute("select setseed(0.5)")
    connection.execute(_TEXTS.replace("%%", "%").encode())
    connection.execute(scope_data._OTHERS, {"others": size.others})
    rows = connection.execute("select name, organization_id from kpix.organization").fetchall()
    for name, organization in rows:
        if name == ORGANIZATION:
            _organization(connection, organization, size, 1, size.rows // 5)
        elif name.startswith("Organisation "):
            _organization(connection, organization, size, 10, size.rows * 4 // 5 // size.others)
    connection.execute("set session_replication_role = origin")
    connection.execute("vacuum analyze")
    # Made once, at the end: filled row by row it takes minutes more.
    connection.execute("drop index private.ix_search_document_words")
    for _name, organization in rows:
        _index(connection, organization)
    connection.execute(_INDEX)
    connection.execute("vacuum analyze")


def _organization(
    connection: psycopg.Connection[Any], organization: UUID, size: Size, share: int, rows: int
) -> None:
    counts: dict[str, Any] = {
        "users": size.users // share,
        "teams": max(size.teams // share, 2),
        "dashboards": size.dashboards // share,
        "kpis": rows // 20,
        "actions": rows // 5,
    }
    others = ("users", "dashboards", "kpis", "actions")
    counts["comments"] = rows - sum(counts[name] for name in others)
    counts["org"] = organization
    for statement in (
        scope_data._USERS,
        scope_data._TEAMS,
        scope_data._MEMBERS,
        scope_data._DASHBOARDS,
        scope_data._SHARES,
        scope_data._TEAM_SHARES,
        _TITLES,
        _KPIS,
        _VALUES,
        _STATES,
        _ACTIONS,
        _COMMENTS,
    ):
        connection.execute(statement.encode(), counts)


def _index(connection: psycopg.Connection[Any], organization: UUID) -> None:
    with connection.transaction():
        connection.execute(
            "select private.present(%(org)s, %(org)s, %(org)s)", {"org": organization}
        )
        for kind in ("DASHBOARD", "KPI", "PERSON", "ACTION", "COMMENT"):
            connection.execute(
                "select private.search_refresh(%s, %s, null, null, null)", (organization, kind)
            )
