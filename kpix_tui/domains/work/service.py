"""My work: what the actor owes. Actions and threads are read where they belong."""

from __future__ import annotations

from kpix_tui.access.actor import actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import allows
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.work import queries
from kpix_tui.domains.work.views import OwedValue
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest


def owed_values(uow: UnitOfWork, page: PageRequest = FIRST_PAGE) -> Page[OwedValue]:
    """One page of the KPIs whose values the actor owes, the longest owed first.

    Values are owed by those whom they were asked of and, where that is nobody, by the owner of the
    KPI; who may enter none owes none. Sorts: due, code, name, dashboard.
    """
    if not allows(actor_of(uow), Permission.KPI_VALUE_CREATE):
        return Page((), 0, page.offset)
    return queries.owed_values(uow, page)
