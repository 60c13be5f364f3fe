"""Dashboards, KPIs and values in memory, behind the names of the use cases. Nothing is random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from kpix_tui.domains.audit.views import ChangesSeen, LatestChange
from kpix_tui.domains.dashboards.views import CreateDashboard, Dashboard, UpdateDashboard
from kpix_tui.domains.kpis.rules import status_for, thresholds_in_force
from kpix_tui.domains.kpis.views import (
    ALWAYS,
    CreateKpi,
    DatedThresholds,
    Direction,
    Kpi,
    KpiChanged,
    Status,
    StatusesRecomputed,
    StatusOf,
    Thresholds,
    UpdateKpi,
)
from kpix_tui.domains.overview.rules import missing_after, shown_until, spark
from kpix_tui.domains.overview.views import (
    EVERY_KPI,
    EVERYTHING,
    DashboardRow,
    FigureRow,
    Figures,
    Grouping,
    KpiDetail,
    KpiFilter,
    KpiRow,
    Move,
    Moves,
    Overview,
    OverviewFilter,
    Standing,
    StatusCounts,
)
from kpix_tui.domains.plans.views import PlanRow
from kpix_tui.domains.values.errors import ReasonMissing
from kpix_tui.domains.values.rules import period_for
from kpix_tui.domains.values.views import EnterValue, RevisionRow, ValueEntered, ValueRow
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest
from kpix_tui.kernel.periods import Frequency, last_ended, period_of
from tests.tui.support import NOW, USER

TODAY = NOW.date()
ENTERED = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)

UP, DOWN = Direction.UP_IS_BETTER, Direction.DOWN_IS_BETTER


def thresholds(green: str, orange: str, red: str | None = None, target: str | None = None) -> Any:
    """Thresholds from text."""
    return Thresholds(
        Decimal(green),
        Decimal(orange),
        Decimal(red) if red else None,
        Decimal(target) if target else None,
    )


@dataclass
class World:
    """What the fake use cases read and write. ``failing`` is raised by the next write."""

    dashboards: dict[UUID, Dashboard] = field(default_factory=dict)
    kpis: dict[UUID, Kpi] = field(default_factory=dict)
    values: dict[UUID, dict[date, list[RevisionRow]]] = field(default_factory=dict)
    owner: str = "Ada Lovelace"
    failing: KpixError | None = None
    asked: list[tuple[str, Any]] = field(default_factory=list)
    latest: list[LatestChange] = field(default_factory=list)

    # -- filling -------------------------------------------------------------------------------

    def dashboard(self, title: str, process: str = "", description: str = "") -> Dashboard:
        """Add a dashboard."""
        made = Dashboard(
            id=UUID(int=100 + len(self.dashboards)),
            title=title,
            process=process,
            description=description,
            owner_id=USER,
            owner_name=self.owner,
            updated_at=ENTERED,
            archived_at=None,
            version=1,
        )
        self.dashboards[made.id] = made
        return made

    def kpi(
        self,
        dashboard: Dashboard,
        name: str,
        limits: Thresholds,
        values: str,
        *,
        code: str = "",
        unit: str = "%",
        direction: Direction = UP,
        frequency: Frequency = Frequency.MONTHLY,
        description: str = "",
        decimals: int = 1,
        later: DatedThresholds | None = None,
    ) -> Kpi:
        """Add a KPI with values up to the last period that has ended; ``.`` is a gap."""
        dated = (DatedThresholds(ALWAYS, limits), *((later,) if later else ()))
        made = Kpi(
            id=UUID(int=1000 + len(self.kpis)),
            dashboard_id=dashboard.id,
            dashboard_title=dashboard.title,
            dashboard_owner_id=USER,
            code=code or f"K-{len(self.kpis) + 1}",
            name=name,
            description=description,
            unit=unit,
            decimals=decimals,
            direction=direction,
            frequency=frequency,
            starts_on=None,
            owner_id=USER,
            owner_name=self.owner,
            thresholds=dated,
            version=1,
        )
        self.kpis[made.id] = made
        self.values[made.id] = {}
        last = last_ended(frequency, TODAY)
        texts = values.split()
        for back, text in enumerate(reversed(texts)):
            if text != ".":
                self._put(made, last.shift(-back).start, Decimal(text), "")
        return made

    def _put(self, kpi: Kpi, start: date, value: Decimal, reason: str) -> RevisionRow:
        end = period_of(kpi.frequency, start).end
        status = status_for(value, thresholds_in_force(kpi.thresholds, end), kpi.direction)
        states = self.values[kpi.id].setdefault(start, [])
        row = RevisionRow(
            revision=len(states) + 1,
            value=value,
            status=status.status,
            critical=status.critical,
            reason=reason,
            entered_by=self.owner,
            entered_at=ENTERED,
        )
        states.append(row)
        return row

    def correct(self, kpi: Kpi, back: int, value: str, reason: str) -> None:
        """Correct the value that is ``back`` periods before the last one."""
        start = last_ended(kpi.frequency, TODAY).shift(-back).start
        self._put(kpi, start, Decimal(value), reason)

    # -- use cases -----------------------------------------------------------------------------

    def row(self, kpi: Kpi, until: date | None = None) -> KpiRow:
        """The row of a KPI."""
        day = until or TODAY
        known = {s: states[-1] for s, states in self.values[kpi.id].items() if s <= day}
        start = max(known, default=None)
        found = known[start] if start else None
        shown = shown_until(kpi.frequency, day, start)
        period = period_of(kpi.frequency, start) if start else None
        before = known.get(period.shift(-1).start) if period else None
        return KpiRow(
            id=kpi.id,
            dashboard_id=kpi.dashboard_id,
            dashboard_title=kpi.dashboard_title,
            code=kpi.code,
            name=kpi.name,
            unit=kpi.unit,
            decimals=kpi.decimals,
            direction=kpi.direction,
            frequency=kpi.frequency,
            status=found.status if found else Status.NO_DATA,
            critical=bool(found and found.critical),
            value=found.value if found else None,
            period_start=start,
            period_end=period.end if period else None,
            previous=before.value if before else None,
            thresholds=thresholds_in_force(kpi.thresholds, period.end if period else day),
            spark=spark(
                kpi.frequency,
                shown,
                {s: (r.value, StatusOf(r.status, r.critical)) for s, r in known.items()},
            ),
            missing=missing_after(kpi.frequency, start, kpi.starts_on, day),
            distance=_distance(kpi, found.value, period.end) if found and period else None,
            before=StatusOf(before.status, before.critical) if before else StatusOf(Status.NO_DATA),
            missing_since=period.shift(1).start if period else kpi.starts_on,
            owner_id=kpi.owner_id,
            owner_name=kpi.owner_name,
            dashboard_owner_id=kpi.dashboard_owner_id,
            version=kpi.version,
        )

    def counts(self, dashboard_id: UUID, until: date | None = None) -> StatusCounts:
        """How many KPIs stand at each status."""
        rows = [self.row(k, until) for k in self.kpis.values() if k.dashboard_id == dashboard_id]
        by = {status: sum(row.status is status for row in rows) for status in Status}
        return StatusCounts(
            by[Status.GREEN],
            by[Status.ORANGE],
            by[Status.RED],
            sum(row.critical for row in rows),
            by[Status.NO_DATA],
        )

    def list_dashboards(
        self, _uow: Any, page: PageRequest, *, archived: bool = False
    ) -> Page[DashboardRow]:
        """Those in use, or the archived ones."""
        self.asked.append(("list_dashboards", page))
        rows = [
            self.show_dashboard(None, one.id)
            for one in self.dashboards.values()
            if (one.archived_at is not None) is archived and page.text.lower() in one.title.lower()
        ]
        return _cut(sorted(rows, key=lambda row: row.title, reverse=page.descending), page)

    def show_dashboard(
        self, _uow: Any, dashboard_id: UUID, until: date | None = None
    ) -> DashboardRow:
        """One dashboard."""
        one = self.dashboards[dashboard_id]
        return DashboardRow(
            one.id,
            one.title,
            one.process,
            one.description,
            one.owner_id,
            one.owner_name,
            self.counts(one.id, until),
            one.updated_at,
            one.archived_at,
            one.version,
            one.visibility,
        )

    def list_kpis(
        self,
        _uow: Any,
        page: PageRequest,
        *,
        dashboard_id: UUID | None = None,
        wanted: KpiFilter = EVERY_KPI,
        until: date | None = None,
    ) -> Page[KpiRow]:
        """Worst first."""
        self.asked.append(("list_kpis", (page, until)))
        order = {Status.RED: 0, Status.ORANGE: 1, Status.GREEN: 2, Status.NO_DATA: 3}
        rows = [
            self.row(kpi, until)
            for kpi in self.kpis.values()
            if dashboard_id in (None, kpi.dashboard_id) and page.text.lower() in kpi.name.lower()
        ]
        rows = [row for row in rows if self._keeps(wanted, row)]
        rows.sort(key=lambda row: (not row.critical, order[row.status], row.name))
        return _cut(rows, page)

    def _keeps(self, wanted: KpiFilter, row: KpiRow) -> bool:
        """Whether a filter keeps a KPI; every team owns everything here."""
        process = self.dashboards[row.dashboard_id].process
        return (
            (not wanted.standings or standing_of(row) in wanted.standings)
            and wanted.move in (None, move_of(row))
            and (row.missing > 0 or not wanted.missing)
            and wanted.process in (None, process)
        )

    def overview(
        self,
        _uow: Any,
        wanted: OverviewFilter = EVERYTHING,
        grouping: Grouping = Grouping.PROCESS,
        page: PageRequest = FIRST_PAGE,
        *,
        top: int = 10,
    ) -> Overview:
        """Everything at once."""
        self.asked.append(("overview", (wanted, grouping)))
        rows = self.list_kpis(None, PageRequest(limit=1000), until=wanted.until).rows
        rows = tuple(r for r in rows if self._keeps(KpiFilter(process=wanted.process), r))
        beyond = [row for row in rows if row.status in (Status.RED, Status.ORANGE)]
        falling = [row for row in rows if move_of(row) is Move.WORSE]
        unfed = sorted((row for row in rows if row.missing), key=lambda row: -row.missing)
        return Overview(
            wanted.until or TODAY,
            figures_of(rows),
            self.overview_lines(None, page, wanted=wanted, grouping=grouping),
            tuple(beyond[:top]),
            tuple(falling[:top]),
            tuple(unfed[:top]),
        )

    def overview_lines(
        self,
        _uow: Any,
        page: PageRequest = FIRST_PAGE,
        *,
        wanted: OverviewFilter = EVERYTHING,
        grouping: Grouping = Grouping.PROCESS,
    ) -> Page[FigureRow]:
        """A line for each dashboard with KPIs, or for each process."""
        boards = [b for b in self.dashboards.values() if wanted.process in (None, b.process)]
        keys = dict.fromkeys(
            (b.id, b.title, b.process)
            if grouping is Grouping.DASHBOARD
            else (None, b.process, b.process)
            for b in boards
        )
        lines = []
        for board, title, process in keys:
            ids = {
                b.id for b in boards if board == b.id or (board is None and b.process == process)
            }
            rows = [self.row(k, wanted.until) for k in self.kpis.values() if k.dashboard_id in ids]
            if rows and page.text.lower() in title.lower():
                lines.append(FigureRow(board, title, process, figures_of(rows)))
        lines.sort(key=lambda line: (-line.figures.statuses.red, line.title))
        return _cut(lines, page)

    def show_kpi(self, _uow: Any, kpi_id: UUID, until: date | None = None) -> KpiDetail:
        """Definition and row."""
        kpi = self.kpis[kpi_id]
        return KpiDetail(kpi, self.row(kpi, until), min(self.values[kpi_id], default=None))

    def list_values(
        self,
        _uow: Any,
        kpi_id: UUID,
        page: PageRequest,
        *,
        since: date | None = None,
        until: date | None = None,
    ) -> Page[ValueRow]:
        """Newest first unless asked otherwise."""
        kpi = self.kpis[kpi_id]
        rows = [
            _value_row(kpi, start, states[-1])
            for start, states in self.values[kpi_id].items()
            if (since or date.min) <= start <= (until or date.max)
        ]
        rows.sort(key=lambda row: row.period_start, reverse=page.sort != "period_start")
        return _cut(rows, page)

    def value_history(self, _uow: Any, kpi_id: UUID, day: date) -> tuple[RevisionRow, ...]:
        """Newest first."""
        kpi = self.kpis[kpi_id]
        return tuple(reversed(self.values[kpi_id][period_of(kpi.frequency, day).start]))

    def latest_changes(self, _uow: Any) -> tuple[LatestChange, ...]:
        """The newest first."""
        self.asked.append(("latest_changes", None))
        return tuple(reversed(self.latest))

    def changes_since(self, _uow: Any, since: datetime | None = None) -> ChangesSeen:
        """As many as there were."""
        self.asked.append(("changes_since", since))
        self._refuse()
        return ChangesSeen(since or ENTERED, str(len(self.latest)))

    def somebody(
        self,
        action: str,
        of: Kpi | Dashboard,
        *,
        by: str = "Grace Hopper",
        start: date | None = None,
    ) -> None:
        """Somebody else did this a moment ago."""
        kpi = of if isinstance(of, Kpi) else None
        self.latest.append(
            LatestChange(
                id=UUID(int=5000 + len(self.latest)),
                actor_id=UUID(int=9),
                actor=by,
                action=action,
                dashboard_id=kpi.dashboard_id if kpi else of.id,
                kpi_id=kpi.id if kpi else None,
                name=of.code if isinstance(of, Kpi) else of.title,
                frequency=kpi.frequency.value if kpi else None,
                period_start=start,
            )
        )

    def _refuse(self) -> None:
        if self.failing is not None:
            failing, self.failing = self.failing, None
            raise failing

    def enter_value(self, _uow: Any, command: EnterValue) -> ValueEntered:
        """Enter or correct."""
        self.asked.append(("enter_value", command))
        self._refuse()
        kpi = self.kpis[command.kpi_id]
        period = period_for(kpi.frequency, command.day, TODAY)
        states = self.values[kpi.id].get(period.start, [])
        old = states[-1] if states else None
        if old and not command.reason:
            raise ReasonMissing(fields=("reason",))
        row = self._put(kpi, period.start, command.value, command.reason)
        return ValueEntered(
            kpi_id=kpi.id,
            period_start=period.start,
            period_end=period.end,
            value=row.value,
            status=row.status,
            critical=row.critical,
            revision=row.revision,
            changed=True,
            previous_value=old.value if old else None,
            previous_status=old.status if old else Status.NO_DATA,
        )

    def create_dashboard(self, _uow: Any, command: CreateDashboard) -> Dashboard:
        """A new one."""
        self.asked.append(("create_dashboard", command))
        self._refuse()
        return self.dashboard(command.title, command.process, command.description)

    def update_dashboard(self, _uow: Any, command: UpdateDashboard) -> Dashboard:
        """Other texts."""
        self.asked.append(("update_dashboard", command))
        self._refuse()
        one = replace(self.dashboards[command.id], title=command.title, process=command.process)
        self.dashboards[command.id] = one
        return one

    def archive_dashboard(
        self, _uow: Any, dashboard_id: UUID, *, archived: bool = True
    ) -> Dashboard:
        """Put away, or back."""
        one = replace(self.dashboards[dashboard_id], archived_at=ENTERED if archived else None)
        self.dashboards[dashboard_id] = one
        return one

    def create_kpi(self, _uow: Any, command: CreateKpi) -> KpiChanged:
        """A new one, without values."""
        self.asked.append(("create_kpi", command))
        self._refuse()
        dashboard = self.dashboards[command.dashboard_id]
        made = self.kpi(dashboard, command.name, command.thresholds, "", code=command.code or "")
        return KpiChanged(made.id, made.code, 1)

    def update_kpi(self, _uow: Any, command: UpdateKpi) -> KpiChanged:
        """Another name."""
        self.asked.append(("update_kpi", command))
        self._refuse()
        old = self.kpis[command.id]
        self.kpis[command.id] = replace(old, name=command.name, version=old.version + 1)
        return KpiChanged(command.id, command.code, 2, StatusesRecomputed(changed=3))

    def get_kpi(self, _uow: Any, kpi_id: UUID) -> Kpi:
        """The definition."""
        return self.kpis[kpi_id]

    def delete_kpi(self, _uow: Any, kpi_id: UUID) -> Kpi:
        """Gone."""
        return self.kpis.pop(kpi_id)

    def list_plans(self, _uow: Any, *_asked: Any) -> Page[PlanRow]:
        """Nobody has decided on anything."""
        return Page((), 0)

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Take the place of the services."""
        patch.setattr("kpix_tui.domains.accounts.service.is_initialized", lambda _uow: True)
        for domain, names in _SERVICES.items():
            for name in names:
                patch.setattr(f"kpix_tui.domains.{domain}.service.{name}", getattr(self, name))


_SERVICES = {
    "audit": ("latest_changes", "changes_since"),
    "overview": (
        *("list_dashboards", "show_dashboard", "list_kpis", "show_kpi"),
        *("overview", "overview_lines"),
    ),
    "dashboards": ("create_dashboard", "update_dashboard", "archive_dashboard"),
    "kpis": ("create_kpi", "get_kpi", "delete_kpi"),
    "plans": ("list_plans",),
    "values": ("enter_value", "update_kpi", "list_values", "value_history"),
}


def _distance(kpi: Kpi, value: Decimal, end: date) -> Decimal:
    bands = thresholds_in_force(kpi.thresholds, end)
    beyond = bands.green - value if kpi.direction is UP else value - bands.green
    return beyond / (abs(bands.green - bands.orange) or 1)


def standing_of(row: KpiRow) -> Standing:
    """Where a KPI is counted."""
    return Standing.CRITICAL if row.critical else Standing(row.status.value)


_RANKS = {
    StatusOf(Status.GREEN): 0,
    StatusOf(Status.ORANGE): 1,
    StatusOf(Status.RED): 2,
    StatusOf(Status.RED, True): 3,
}


def move_of(row: KpiRow) -> Move:
    """What became of it since the period before."""
    now, before = (_RANKS.get(each) for each in (StatusOf(row.status, row.critical), row.before))
    if now is None or before is None:
        return Move.UNKNOWN
    return Move.SAME if now == before else Move.WORSE if now > before else Move.BETTER


def figures_of(rows: Sequence[KpiRow]) -> Figures:
    """The counts of these."""
    moves = [move_of(row) for row in rows]
    return Figures(
        _counts([StatusOf(row.status, row.critical) for row in rows]),
        _counts([row.before for row in rows]),
        Moves(*(moves.count(each) for each in Move)),
        sum(row.missing > 0 for row in rows),
    )


def _counts(found: Sequence[StatusOf]) -> StatusCounts:
    by = [sum(one.status is status for one in found) for status in Status]
    green, orange, red, nothing = by
    return StatusCounts(green, orange, red, sum(one.critical for one in found), nothing)


def _value_row(kpi: Kpi, start: date, row: RevisionRow) -> ValueRow:
    return ValueRow(
        period_start=start,
        period_end=period_of(kpi.frequency, start).end,
        value=row.value,
        status=row.status,
        critical=row.critical,
        revision=row.revision,
        reason=row.reason,
        entered_by=row.entered_by,
        entered_at=row.entered_at,
    )


def _cut(rows: list[Any], page: PageRequest) -> Page[Any]:
    return Page(tuple(rows[page.offset : page.offset + page.limit]), len(rows), page.offset)


def railway() -> World:
    """Two dashboards and an empty one; every status, a gap, a correction, changed thresholds."""
    world = World()
    trains = world.dashboard("Regional trains", "Transport", "Punctuality, comfort and cost.")
    world.dashboard("Workshops", "Maintenance")
    energy = world.dashboard("Energy", "Purchasing", "What the network consumes.")
    punctual = world.kpi(
        trains,
        "Trains on time",
        thresholds("95", "92", "88", "97"),
        "94.1 93.6 92.8 91.5 . 89.9 90.4 91.8 92.7 93.9 94.6 95.1 95.8 96.0 95.2 94.4 93.1 92.2"
        " 91.0 90.1 89.2 88.4 87.9 86.5 88.8 90.2 91.6",
        code="PUNCT",
        description="Share of trains that arrive less than six minutes late.",
        later=DatedThresholds(date(2026, 3, 1), thresholds("96", "93", "90", "98")),
    )
    world.correct(punctual, 0, "91.4", "Two stations reported late.")
    world.kpi(
        trains,
        "Cancelled trains",
        thresholds("1.5", "2.5", "4"),
        "1.2 1.3 1.9 2.4 2.6 2.2 1.8 1.4 1.1 1.6 2.8 3.1 2.9 2.3 2.1 1.7 1.5 1.4 1.6 1.9 2.2 2.0",
        code="CANCEL",
        direction=DOWN,
        decimals=2,
    )
    world.kpi(
        trains,
        "Passengers who recommend us",
        thresholds("60", "50", "40", "70"),
        "58 59 61 62 60 63 64 62 65 66 64 67",
        code="NPS",
        unit="",
        decimals=0,
        frequency=Frequency.QUARTERLY,
    )
    world.kpi(
        trains,
        "Cost per train kilometre",
        thresholds("12.50", "13.20", "14"),
        "14.1 14.3 14.6 14.8 14.2 14.9 15.1",
        code="COST",
        unit="€/km",
        direction=DOWN,
        decimals=2,
    )
    world.kpi(trains, "Clean carriages", thresholds("90", "80"), "", code="CLEAN")
    world.kpi(
        energy,
        "Traction energy",
        thresholds("1200000", "1350000"),
        "1180000 1210500 1250750 1190250",
        code="MWH",
        unit="kWh",
        direction=DOWN,
        decimals=0,
        frequency=Frequency.WEEKLY,
    )
    return world
