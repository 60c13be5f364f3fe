"""Search: everything that the actor may see, best first."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kpix_tui.access.actor import actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import require
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.search import queries
from kpix_tui.domains.search.rules import moments, valid_query
from kpix_tui.domains.search.views import Found, Kind, Wanted
from kpix_tui.kernel.paging import PageRequest

NEEDED: Final = MappingProxyType(
    {
        Kind.DASHBOARD: Permission.DASHBOARD_READ,
        Kind.KPI: Permission.KPI_READ,
        Kind.PERSON: Permission.USER_READ,
        Kind.ACTION: Permission.ACTION_PLAN_READ,
        Kind.COMMENT: Permission.COMMENT_READ,
    }
)
"""What it takes to find a kind of thing."""
HITS: Final = 25
"""Of one page."""
FIRST_HITS: Final = PageRequest(limit=HITS)


def search(uow: UnitOfWork, wanted: Wanted, page: PageRequest = FIRST_HITS) -> Found:
    """One page of what has all the words of a query, or words that begin so.

    Case, accents and the endings of French and English words make no difference. Of each kind only
    so many are ranked that there are about 1000; ``Found.more`` says when there were more.

    Raises:
        QueryTooShort, QueryTooLong, SearchPeriodEmpty: nothing is searched for.
        Forbidden: a kind was asked for that the actor may not read. Unasked it is left out.
    """
    text = valid_query(wanted.text)
    since, until = moments(wanted.since, wanted.until, uow.principal.timezone)
    for kind in sorted(wanted.kinds):
        require(actor_of(uow), NEEDED[kind])
    return queries.search(uow, replace(wanted, text=text), since, until, page)
