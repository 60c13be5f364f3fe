"""What was found, read again under the policies: the database's index of words answers with ids."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP, UUID

from kpix_tui.db.together import Compiled, compiled, fetch_together
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.kpis.views import Status
from kpix_tui.domains.plans.views import PlanStatus
from kpix_tui.domains.search.rules import marked, snippet
from kpix_tui.domains.search.views import WITH_STATUS, Found, Hit, Kind, StatusFilter, Wanted
from kpix_tui.kernel.paging import Page, PageRequest

_OF_STATUS: Final = """
    left join kpix.kpi_state v on v.organization_id = :organization and v.kpi_id = f.id
    left join kpix.action_plan a on a.organization_id = :organization and a.id = f.id
    where coalesce(a.status, v.status, 'NO_DATA') in ({statuses})
        or v.critical and 'CRITICAL' in ({statuses})
"""

# The page is cut before anything is read, so that a common word costs no more than a rare one. What
# the policies hide falls out: that would be a mistake of the index. Under policies an index is used
# for "case" and not for "coalesce", which PostgreSQL does not know to keep secrets.
_SEARCH: Final = """
with found as materialized (
    select f.kind, f.id, f.changed_at, f.more, row_number() over (
        order by f.rank desc, array_position(:order, f.kind), f.changed_at desc, f.id) as place
    from auth.search(:text, :kinds, :process, :owner, :since, :until) f
    {of_status}
),
page as materialized (
    select * from found order by place offset :offset limit {limit}
),
mails as materialized (
    select m.user_id, m.email from auth.emails() m
    where exists (select from page where kind = 'PERSON')
),
shown as materialized (
    select p.kind, p.id, p.changed_at, p.place, d.id as dashboard_id, k.id as kpi_id,
        c.period_start, c.action_id, o.name as owner,
        coalesce(a.status, v.status) as status, v.critical,
        case p.kind when 'DASHBOARD' then d.title when 'PERSON' then u.name
            when 'ACTION' then a.title else concat(k.code, '  ', k.name) end as title,
        case p.kind when 'DASHBOARD' then d.process else d.title end as at,
        case p.kind when 'DASHBOARD' then d.description when 'KPI' then k.description
            when 'PERSON' then m.email when 'COMMENT' then c.body
            else concat_ws(' ', a.description, a.cause, array_to_string(a.whys, ' ')) end as body
    from page p
    left join kpix.action_plan a
        on a.organization_id = :organization and a.id = case p.kind when 'ACTION' then p.id end
    left join kpix.comment c
        on c.organization_id = :organization and c.id = case p.kind when 'COMMENT' then p.id end
    left join kpix.kpi k on k.organization_id = :organization
        and k.id = case p.kind when 'KPI' then p.id when 'ACTION' then a.kpi_id
            when 'COMMENT' then c.kpi_id end
    left join kpix.dashboard d on d.organization_id = :organization
        and d.id = case p.kind when 'DASHBOARD' then p.id else k.dashboard_id end
    left join kpix.app_user u
        on u.organization_id = :organization and u.id = case p.kind when 'PERSON' then p.id end
    left join mails m on m.user_id = u.id
    left join kpix.app_user o on o.organization_id = :organization
        and o.id = case p.kind when 'ACTION' then a.owner_id when 'COMMENT' then c.author_id
            when 'KPI' then k.owner_id when 'DASHBOARD' then d.owner_id end
    left join kpix.kpi_state v on v.organization_id = :organization
        and v.kpi_id = case p.kind when 'KPI' then k.id end
    where p.id = case p.kind when 'KPI' then k.id when 'DASHBOARD' then d.id when 'PERSON' then u.id
        when 'ACTION' then a.id else c.id end
)
select totals.of_all, totals.more, marks.meant, shown.*
from (select count(*) as of_all, coalesce(bool_or(more), false) as more from found) totals
cross join (
    select auth.search_marks(:text, array_agg(concat_ws(' ', s.title, s.at, s.body))) as meant
    from shown s
) marks
left join shown on true
order by shown.place
"""


@lru_cache(maxsize=64)
def _statement(limit: int, statuses: frozenset[StatusFilter]) -> Compiled:
    """With the limit and the statuses in the text: of those that are given the planner expects
    more rows than there are, and plans each search anew, which takes a tenth of its time."""
    wanted = ", ".join(f"'{StatusFilter(each).value}'" for each in sorted(statuses))
    of_status = _OF_STATUS.format(statuses=wanted) if statuses else ""
    statement = text(_SEARCH.format(of_status=of_status, limit=int(limit))).bindparams(
        bindparam("kinds", type_=ARRAY(Text)),
        bindparam("order", type_=ARRAY(Text)),
        bindparam("process", type_=Text),
        bindparam("owner", type_=UUID),
        bindparam("since", type_=TIMESTAMP(timezone=True)),
        bindparam("until", type_=TIMESTAMP(timezone=True)),
    )
    return compiled(statement)


def search(
    uow: UnitOfWork,
    wanted: Wanted,
    since: datetime | None,
    until: datetime | None,
    page: PageRequest,
) -> Found:
    """One page of what is ``wanted`` and was changed from ``since`` until before ``until``."""
    given = {
        "organization": uow.principal.organization_id,
        "text": wanted.text,
        "kinds": _kinds(wanted),
        "order": list(Kind),
        "process": wanted.process or None,
        "owner": wanted.owner_id,
        "since": since,
        "until": until,
        "offset": page.offset,
    }
    (rows,) = fetch_together(uow, _statement(page.limit, wanted.statuses), values=given)
    hits = tuple(_hit(row) for row in rows if row.id is not None)
    return Found(Page(hits, rows[0].of_all, page.offset), rows[0].more)


def _kinds(wanted: Wanted) -> list[Kind] | None:
    """The kinds to look at; None: all. What has no status is not of the status that is wanted."""
    kinds = wanted.kinds or frozenset(Kind)
    if wanted.statuses:
        kinds &= WITH_STATUS
    return None if len(kinds) == len(Kind) else sorted(kinds)


def _hit(row: Any) -> Hit:
    kind = Kind(row.kind)
    return Hit(
        kind,
        row.id,
        # Neither a comment is found by its KPI's name, nor anything by its dashboard's title.
        marked(row.title, () if kind is Kind.COMMENT else row.meant),
        marked(row.at or "", row.meant if kind is Kind.DASHBOARD else ()),
        snippet(row.body or "", row.meant),
        row.owner or "",
        row.changed_at,
        _status(kind, row.status),
        bool(row.critical),
        row.dashboard_id,
        row.kpi_id,
        row.period_start,
        row.action_id,
    )


def _status(kind: Kind, status: str | None) -> Status | PlanStatus | None:
    if kind is Kind.ACTION and status is not None:
        return PlanStatus(status)
    return Status(status or "NO_DATA") if kind is Kind.KPI else None
