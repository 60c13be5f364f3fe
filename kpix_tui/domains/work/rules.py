"""How much is owed, and what there is to do as one kind of thing. Pure functions."""

from __future__ import annotations

from datetime import date

from kpix_tui.domains.comments.views import UnreadThread
from kpix_tui.domains.plans.views import PlanRow
from kpix_tui.domains.work.views import OwedValue, WorkItem, WorkKind
from kpix_tui.kernel.periods import Frequency, last_ended, ordinal


def periods_owed(frequency: Frequency, oldest: date, today: date) -> int:
    """How many periods have ended by ``today``, counted from the one that holds ``oldest``."""
    last = ordinal(frequency, last_ended(frequency, today).start)
    return max(0, last - ordinal(frequency, oldest) + 1)


def item_of_value(row: OwedValue) -> WorkItem:
    """A value that is owed, among other things to do."""
    return WorkItem(
        kind=WorkKind.VALUE,
        id=row.kpi_id,
        kpi_id=row.kpi_id,
        kpi_code=row.kpi_code,
        kpi_name=row.kpi_name,
        frequency=row.frequency,
        period_start=row.period_start,
        due_on=row.due_on,
        late=row.late > 0,
        count=row.missing,
    )


def item_of_plan(row: PlanRow) -> WorkItem:
    """An action, among other things to do."""
    return WorkItem(
        kind=WorkKind.ACTION,
        id=row.id,
        kpi_id=row.kpi_id,
        kpi_code=row.kpi_code,
        kpi_name=row.kpi_name,
        title=row.title,
        due_on=row.due_on,
        late=row.overdue,
    )


def item_of_thread(row: UnreadThread) -> WorkItem:
    """What is new in a thread, among other things to do."""
    return WorkItem(
        kind=WorkKind.THREAD,
        id=row.thread_id,
        kpi_id=row.kpi_id,
        kpi_code=row.kpi_code,
        kpi_name=row.kpi_name,
        title=f"{row.author_name}: {row.excerpt}",
        count=row.unread,
    )
