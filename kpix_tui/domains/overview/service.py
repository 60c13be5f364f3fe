"""What screens and lists show: dashboards with their counts, KPIs with their last values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from kpix_tui.access.actor import Actor, actor_of
from kpix_tui.access.permissions import Level, Permission
from kpix_tui.access.policy import require
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards.errors import DashboardNotFound
from kpix_tui.domains.kpis import queries as kpis
from kpix_tui.domains.kpis.errors import KpiNotFound
from kpix_tui.domains.kpis.views import Direction, Status, StatusOf, Thresholds
from kpix_tui.domains.overview.errors import TooLongAgo
from kpix_tui.domains.overview.queries import dashboards, figures, lists
from kpix_tui.domains.overview.rules import EARLIEST, missing_after, shown_until, spark
from kpix_tui.domains.overview.views import (
    EVERY_KPI,
    EVERYTHING,
    NOTHING,
    DashboardRow,
    FigureRow,
    Grouping,
    KpiDetail,
    KpiFilter,
    KpiRow,
    Overview,
    OverviewFilter,
)
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest
from kpix_tui.kernel.periods import Frequency, period_of

TOP = 10
"""How many KPIs of each of its lists the overview shows at first."""
_DAY = timedelta(days=1)


def overview(
    uow: UnitOfWork,
    wanted: OverviewFilter = EVERYTHING,
    grouping: Grouping = Grouping.PROCESS,
    page: PageRequest = FIRST_PAGE,
    *,
    top: int = TOP,
) -> Overview:
    """The executive view: figures by process or by dashboard, and the KPIs that need somebody.

    Sorts of the lines: worst, title, process, kpis, critical, red, orange, green, no_data, better,
    worse, missing, pending, overdue, this_week, not_effective.

    Raises:
        TooLongAgo: ``wanted.until`` is a day of the first years.
    """
    day, asked = _asked(uow, wanted)
    totals, lines, found = figures.overview(uow, asked, grouping, page, top)
    worst, worsening, unfed = (_rows(uow, found[name], day) for name in figures.LISTS)
    return Overview(day, totals, lines, worst, worsening, unfed)


def overview_lines(
    uow: UnitOfWork,
    page: PageRequest = FIRST_PAGE,
    *,
    wanted: OverviewFilter = EVERYTHING,
    grouping: Grouping = Grouping.PROCESS,
) -> Page[FigureRow]:
    """One page of the lines of the overview alone; sorts as there.

    Raises:
        TooLongAgo: ``wanted.until`` is a day of the first years.
    """
    _day_asked, asked = _asked(uow, wanted)
    return figures.lines(uow, asked, grouping, page)


def _asked(uow: UnitOfWork, wanted: OverviewFilter) -> tuple[date, figures.Question]:
    actor = actor_of(uow)
    require(actor, Permission.DASHBOARD_READ)
    require(actor, Permission.KPI_READ)
    day = _day(uow, wanted.until)
    return day, figures.Question(wanted, _past(uow, day), _present(uow, day))


def list_dashboards(
    uow: UnitOfWork, page: PageRequest = FIRST_PAGE, *, archived: bool = False
) -> Page[DashboardRow]:
    """One page of dashboards; sorts: title, process, owner, updated_at, kpis, red, orange, green"""
    require(actor_of(uow), Permission.DASHBOARD_READ)
    past = _past(uow, uow.today)
    return dashboards.dashboards(uow, page, archived=archived, until=past)


def show_dashboard(uow: UnitOfWork, dashboard_id: UUID, until: date | None = None) -> DashboardRow:
    """One dashboard with its counts, as of ``until`` (default: the last values).

    Raises:
        DashboardNotFound: there is none, or the actor may not see it.
    """
    require(actor_of(uow), Permission.DASHBOARD_READ)
    found = dashboards.dashboard(uow, dashboard_id, _past(uow, until or uow.today))
    if found is None:
        raise DashboardNotFound(name=str(dashboard_id))
    return found


def list_kpis(
    uow: UnitOfWork,
    page: PageRequest = FIRST_PAGE,
    *,
    dashboard_id: UUID | None = None,
    wanted: KpiFilter = EVERY_KPI,
    until: date | None = None,
) -> Page[KpiRow]:
    """One page of KPIs with their last values as of ``until`` (default: today), worst first.

    Sorts: worst, status, code, name, value, period, variance, missing, owner, dashboard.

    Raises:
        TooLongAgo: ``until`` is a day of the first years.
    """
    require(actor_of(uow), Permission.KPI_READ)
    day = _day(uow, until)
    found = lists.kpis(
        uow,
        page,
        wanted,
        dashboard_id=dashboard_id,
        past=_past(uow, day),
        until=day,
        present=_present(uow, day),
    )
    return Page(_rows(uow, found.rows, day), found.total, found.offset)


def show_kpi(uow: UnitOfWork, kpi_id: UUID, until: date | None = None) -> KpiDetail:
    """A KPI's definition and its row as of ``until`` (default: today).

    Raises:
        KpiNotFound: there is none, or the actor may not see it.
        TooLongAgo: ``until`` is a day of the first years.
    """
    require(actor_of(uow), Permission.KPI_READ)
    day = _day(uow, until)
    row = lists.kpi(uow, kpi_id, past=_past(uow, day), until=day)
    if row is None:
        raise KpiNotFound(name=str(kpi_id))
    return KpiDetail(kpis.view(row), _view(row, _present(uow, day)), row.first_period)


def _day(uow: UnitOfWork, until: date | None) -> date:
    if until is not None and until < EARLIEST:
        raise TooLongAgo(earliest=EARLIEST, fields=("until",))
    return until or uow.today


def _present(uow: UnitOfWork, until: date) -> date:
    """A day in the past is over, and so is a period that ends on it; today is not."""
    return min(until, uow.today - _DAY) + _DAY


def _past(uow: UnitOfWork, until: date) -> date | None:
    """The day as of which states are computed; None where those that are kept are right.

    They are kept with their values: whoever reads a KPI and not its values sees none of them.
    """
    kept = until >= uow.today and _reads_all_values(actor_of(uow))
    return None if kept else until


def _reads_all_values(actor: Actor) -> bool:
    """Whether the actor reads the values of every KPI that they read."""
    values, kpis = (
        actor.grants.get(each) for each in (Permission.KPI_VALUE_READ, Permission.KPI_READ)
    )
    return kpis is None or (values is not None and values.rank >= kpis.rank)


def _rows(uow: UnitOfWork, rows: Sequence[Any], until: date) -> tuple[KpiRow, ...]:
    present = _present(uow, until)
    return tuple(_view(row, present) for row in rows)


def _view(row: Any, present: date) -> KpiRow:
    frequency = Frequency(row.frequency)
    values = _values_of(row)
    previous = None
    # Nothing comes before the first day of the calendar, and files do hold 0001-01-01.
    if row.period_start is not None and row.period_start > date.min:
        before = period_of(frequency, row.period_start).shift(-1)
        previous = values.get(before.start, (None, None))[0]
    missing = missing_after(frequency, row.period_start, row.starts_on, present)
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
        spark=spark(frequency, shown_until(frequency, present, row.period_start), values),
        missing=missing,
        owner_id=row.owner_id,
        owner_name=row.owner_name,
        dashboard_owner_id=row.dashboard_owner_id,
        version=row.version,
        assignees=tuple(row.names or ()),
        level=Level(row.level) if row.level else None,
        assigned=row.assigned,
        distance=row.distance,
        before=_status_of(row.previous_status, row.previous_critical),
        missing_since=row.due_from if missing else None,
        open_plans=row.open_plans,
    )


def _values_of(row: Any) -> dict[date, tuple[Decimal, StatusOf]]:
    """The values around, by the first day of their periods."""
    arrays = (row.starts or (), row.numbers or (), row.statuses or (), row.criticals or ())
    return {
        start: (value, StatusOf(Status(status), critical))
        for start, value, status, critical in zip(*arrays, strict=True)
    }


def _status_of(status: str | None, critical: bool) -> StatusOf:
    return StatusOf(Status(status), critical) if status else NOTHING
