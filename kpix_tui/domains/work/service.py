"""My work: what the actor owes, does, and has not read. Each list is read where it belongs; here
they are one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kpix_tui.access.actor import actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import allows
from kpix_tui.db.paging import SortUnknown
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.comments.service import unread_threads
from kpix_tui.domains.comments.views import UnreadThread
from kpix_tui.domains.plans.service import list_plans
from kpix_tui.domains.plans.views import PlanFilter, PlanRow, PlanScope, PlanStatus
from kpix_tui.domains.work import queries
from kpix_tui.domains.work.rules import item_of_plan, item_of_thread, item_of_value
from kpix_tui.domains.work.views import OwedValue, WorkItem, WorkKind
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest

Source = Callable[[UnitOfWork, PageRequest], Page[WorkItem]]

_MINE: Final = PlanFilter(
    scope=PlanScope.MINE, statuses=frozenset({PlanStatus.OPEN, PlanStatus.IN_PROGRESS})
)


def owed_values(uow: UnitOfWork, page: PageRequest = FIRST_PAGE) -> Page[OwedValue]:
    """One page of the KPIs whose values the actor owes, the longest owed first.

    Values are owed by those whom they were asked of and, where that is nobody, by the owner of the
    KPI; who may enter none owes none. Sorts: due, code, name, dashboard.
    """
    if not allows(actor_of(uow), Permission.KPI_VALUE_CREATE):
        return Page((), 0, page.offset)
    return queries.owed_values(uow, page)


def my_plans(uow: UnitOfWork, page: PageRequest = FIRST_PAGE) -> Page[PlanRow]:
    """One page of the actions that are the actor's to do, overdue ones first.

    Who may read no action has none. Sorts: those of a list of actions.
    """
    if not allows(actor_of(uow), Permission.ACTION_PLAN_READ):
        return Page((), 0, page.offset)
    return list_plans(uow, page, _MINE)


def my_threads(uow: UnitOfWork, page: PageRequest = FIRST_PAGE) -> Page[UnreadThread]:
    """One page of the threads that concern the actor and hold something new, the newest first.

    Who may read no comment has none. Sorts: last_at, unread, kpi.
    """
    if not allows(actor_of(uow), Permission.COMMENT_READ):
        return Page((), 0, page.offset)
    return unread_threads(uow, page)


def my_work(
    uow: UnitOfWork, page: PageRequest = FIRST_PAGE, kinds: frozenset[WorkKind] = frozenset()
) -> Page[WorkItem]:
    """One page of everything that the actor has to do, or of some kinds of it.

    Sorts: kind. In each kind the most pressing comes first.

    Raises:
        SortUnknown: it is to be sorted by something else.
    """
    if page.column not in (None, "kind"):
        raise SortUnknown(sort=page.column, sorts="kind", fields=("sort",))
    wanted = [source for kind, source in _SOURCES.items() if kind in (kinds or _SOURCES)]
    ordered = wanted[::-1] if page.descending else wanted
    return _chained(uow, ordered, replace(page, sort=None))


def _values(uow: UnitOfWork, page: PageRequest) -> Page[WorkItem]:
    return owed_values(uow, page).map(item_of_value)


def _plans(uow: UnitOfWork, page: PageRequest) -> Page[WorkItem]:
    return my_plans(uow, page).map(item_of_plan)


def _threads(uow: UnitOfWork, page: PageRequest) -> Page[WorkItem]:
    return my_threads(uow, page).map(item_of_thread)


_SOURCES: Final[Mapping[WorkKind, Source]] = MappingProxyType(
    {WorkKind.VALUE: _values, WorkKind.ACTION: _plans, WorkKind.THREAD: _threads}
)


def _chained(uow: UnitOfWork, sources: Sequence[Source], page: PageRequest) -> Page[WorkItem]:
    """One page of several lists, one after the other."""
    rows: tuple[WorkItem, ...] = ()
    total = 0
    for source in sources:
        start, left = max(0, page.offset - total), page.limit - len(rows)
        # Of a list that the page ends before, the number of rows is wanted all the same.
        found = source(uow, replace(page, offset=start if left else 0, limit=max(left, 1)))
        rows += found.rows[:left]
        total += found.total
    return Page(rows, total, page.offset)
