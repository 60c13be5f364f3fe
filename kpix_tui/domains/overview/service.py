"""What screens and lists show: dashboards with their counts, KPIs with their last values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from kpix_tui.access.actor import actor_of
from kpix_tui.access.permissions import Level, Permission
from kpix_tui.access.policy import require
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards.errors import DashboardNotFound
from kpix_tui.domains.kpis.errors import KpiNotFound
from kpix_tui.domains.kpis.service import get_kpi
from kpix_tui.domains.kpis.views import Direction, Status, Thresholds
from kpix_tui.domains.overview import queries
from kpix_tui.domains.overview.errors import TooLongAgo
from kpix_tui.domains.overview.rules import (
    EARLIEST,
    SPARK_PERIODS,
    missing_after,
    shown_until,
    spark,
)
from kpix_tui.domains.overview.views import DashboardRow, KpiDetail, KpiRow
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest
from kpix_tui.kernel.periods import Frequency, Period, period_of

_DAY = timedelta(days=1)


def list_dashboards(
    uow: UnitOfWork, page: PageRequest = FIRST_PAGE, *, archived: bool = False
) -> Page[DashboardRow]:
    """One page of dashboards; sorts: title, process, owner, updated_at, kpis, red, orange, green"""
    require(actor_of(uow), Permission.DASHBOARD_READ)
    return queries.dashboards(uow, page, archived=archived)


def show_dashboard(uow: UnitOfWork, dashboard_id: UUID, until: date | None = None) -> DashboardRow:
    """One dashboard with its counts, as of ``until`` (default: the last values).

    Raises:
        DashboardNotFound: there is none, or the actor may not see it.
    """
    require(actor_of(uow), Permission.DASHBOARD_READ)
    found = queries.dashboard(uow, dashboard_id, until)
    if found is None:
        raise DashboardNotFound(name=str(dashboard_id))
    return found


def list_kpis(
    uow: UnitOfWork,
    page: PageRequest = FIRST_PAGE,
    *,
    dashboard_id: UUID | None = None,
    until: date | None = None,
) -> Page[KpiRow]:
    """One page of KPIs with their last values as of ``until`` (default: today), worst first.

    Sorts: worst, code, name, value, period, variance, owner, dashboard.

    Raises:
        TooLongAgo: ``until`` is a day of the first years.
    """
    require(actor_of(uow), Permission.KPI_READ)
    day = _day(uow, until)
    found = queries.kpis(uow, page, dashboard_id=dashboard_id, until=day)
    return Page(_rows(uow, found.rows, day), found.total, found.offset)


def show_kpi(uow: UnitOfWork, kpi_id: UUID, until: date | None = None) -> KpiDetail:
    """A KPI's definition and its row as of ``until`` (default: today).

    Raises:
        KpiNotFound: there is none, or the actor may not see it.
        TooLongAgo: ``until`` is a day of the first years.
    """
    day = _day(uow, until)
    definition = get_kpi(uow, kpi_id)
    row = queries.kpi(uow, kpi_id, day)
    if row is None:
        raise KpiNotFound(name=definition.code)
    return KpiDetail(definition, _rows(uow, [row], day)[0])


def _day(uow: UnitOfWork, until: date | None) -> date:
    if until is not None and until < EARLIEST:
        raise TooLongAgo(earliest=EARLIEST, fields=("until",))
    return until or uow.today


def _rows(uow: UnitOfWork, rows: Sequence[Any], until: date) -> tuple[KpiRow, ...]:
    """The views of a page: two more queries, for the values around and for who owes them."""
    # A day in the past is over, and so is a period that ends on it; today is not.
    present = min(until, uow.today - _DAY) + _DAY
    shown = [_shown(row, present) for row in rows]
    windows = [
        (row.id, last.shift(-SPARK_PERIODS).start) for row, last in zip(rows, shown, strict=True)
    ]
    values = queries.values_around(uow, windows, until)
    owed_by = queries.assignees(uow, [row.id for row in rows])
    return tuple(
        replace(_view(row, last, values[row.id], present), assignees=owed_by[row.id])
        for row, last in zip(rows, shown, strict=True)
    )


def _shown(row: Any, present: date) -> Period:
    return shown_until(Frequency(row.frequency), present, row.period_start)


def _view(row: Any, last: Period, values: dict[date, Any], present: date) -> KpiRow:
    frequency = Frequency(row.frequency)
    previous = None
    # Nothing comes before the first day of the calendar, and files do hold 0001-01-01.
    if row.period_start is not None and row.period_start > date.min:
        before = period_of(frequency, row.period_start).shift(-1)
        previous = values.get(before.start, (None, None))[0]
    return KpiRow(
        id=row.id,
        dashboard_id=row.dashboard_id,
        dashboard_title=row.dashboard_title,
        code=row.code,
        name=row.name,
        unit=row.unit,
        decimals=row.decimals,
        direction=Direction(row.direction),
        frequency=frequency,
        status=Status(row.status) if row.status else Status.NO_DATA,
        critical=bool(row.critical),
        value=row.value,
        period_start=row.period_start,
        period_end=row.period_end,
        previous=previous,
        thresholds=Thresholds(row.green, row.orange, row.red, row.target),
        spark=spark(frequency, last, values),
        missing=missing_after(frequency, row.period_start, row.starts_on, present),
        owner_id=row.owner_id,
        owner_name=row.owner_name,
        dashboard_owner_id=row.dashboard_owner_id,
        version=row.version,
        level=Level(row.level) if row.level else None,
        assigned=row.assigned,
    )
