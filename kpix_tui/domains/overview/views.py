"""What lists and dashboards show: definitions together with their last values and statuses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal
from enum import StrEnum
from uuid import UUID

from kpix_tui.access.permissions import Level, Visibility
from kpix_tui.access.policy import Target
from kpix_tui.domains.kpis.views import Direction, Kpi, Status, StatusOf, Thresholds
from kpix_tui.kernel.paging import Page
from kpix_tui.kernel.periods import Frequency

NOTHING = StatusOf(Status.NO_DATA)
_EXACT = Context(prec=50)
"""Values have at most 20 digits on each side: no difference of two of them is ever rounded."""


class Standing(StrEnum):
    """Where a KPI stands as people count it, worst first; RED is without the critical ones."""

    CRITICAL = "CRITICAL"
    RED = "RED"
    ORANGE = "ORANGE"
    GREEN = "GREEN"
    NO_DATA = "NO_DATA"


RISKS = frozenset({Standing.CRITICAL, Standing.RED, Standing.ORANGE})
"""Beyond green."""


class Move(StrEnum):
    """What became of a KPI's status since the previous expected period of its own.

    UNKNOWN: there is no value now or there was none then.
    """

    BETTER = "BETTER"
    WORSE = "WORSE"
    SAME = "SAME"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class KpiFilter:
    """Which KPIs a list keeps; what is not said keeps all.

    A KPI is of a team when a member owns it or the team owes its values. ``missing``: an expected
    period has ended without a value. ``process`` may be empty: dashboards that name none.
    """

    standings: frozenset[Standing] = frozenset()
    move: Move | None = None
    missing: bool = False
    process: str | None = None
    team_id: UUID | None = None


EVERY_KPI = KpiFilter()


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """How many KPIs stand at each status, by their last value. ``critical`` is a part of red."""

    green: int = 0
    orange: int = 0
    red: int = 0
    critical: int = 0
    no_data: int = 0

    @property
    def total(self) -> int:
        """How many KPIs there are."""
        return self.green + self.orange + self.red + self.no_data


@dataclass(frozen=True, slots=True)
class DashboardRow:
    """A dashboard as lists show it."""

    id: UUID
    title: str
    process: str
    description: str
    owner_id: UUID
    owner_name: str
    statuses: StatusCounts
    updated_at: datetime
    archived_at: datetime | None
    version: int
    visibility: Visibility = Visibility.ORGANIZATION
    level: Level | None = None
    """The highest at which it is shared with the actor now."""

    @property
    def target(self) -> Target:
        """What permissions over it are asked for."""
        return Target(frozenset({self.owner_id}), self.level)


@dataclass(frozen=True, slots=True)
class SparkPoint:
    """One expected period of a sparkline; ``value`` is None where it is missing."""

    period_start: date
    value: Decimal | None
    status: Status
    critical: bool = False


@dataclass(frozen=True, slots=True)
class KpiRow:
    """A KPI as a dashboard shows it: its last value up to the day asked for, and around it.

    ``variance`` is value minus the green threshold in force; ``favourable`` says whether that is
    on the good side. ``previous`` is the value of the *expected* period before, None if missing.
    ``spark`` has one point for each of the last 24 expected periods, oldest first.
    ``missing`` counts the expected periods after the last value (all of them without a value).
    ``assignees`` are the names of the users and teams who owe the values; without any the owner
    does.
    """

    id: UUID
    dashboard_id: UUID
    dashboard_title: str
    code: str
    name: str
    unit: str
    decimals: int
    direction: Direction
    frequency: Frequency
    status: Status
    critical: bool
    value: Decimal | None
    period_start: date | None
    period_end: date | None
    previous: Decimal | None
    thresholds: Thresholds
    spark: tuple[SparkPoint, ...]
    missing: int
    owner_id: UUID
    owner_name: str
    dashboard_owner_id: UUID
    version: int
    assignees: tuple[str, ...] = ()
    level: Level | None = None
    """The highest at which its dashboard is shared with the actor now."""
    assigned: bool = False
    """Whether its values are the actor's, or a team's of theirs, to enter."""
    distance: Decimal | None = None
    """How far the value is beyond green, in widths of the band; negative on the good side."""
    before: StatusOf = NOTHING
    """The status of the expected period before."""
    missing_since: date | None = None
    """The first day of the first of the ``missing`` periods."""
    open_plans: int = 0
    """How many actions about it are not closed."""

    @property
    def owed_by(self) -> tuple[str, ...]:
        """The names of who owes the values."""
        return self.assignees or (self.owner_name,)

    @property
    def target(self) -> Target:
        """What permissions over it are asked for."""
        owners = frozenset({self.owner_id, self.dashboard_owner_id})
        return Target(owners, self.level, self.assigned)

    @property
    def variance(self) -> Decimal | None:
        """Value minus the green threshold, in the KPI's unit."""
        return None if self.value is None else _EXACT.subtract(self.value, self.thresholds.green)

    @property
    def delta(self) -> Decimal | None:
        """Value minus that of the previous expected period; None when either is missing."""
        if self.value is None or self.previous is None:
            return None
        return _EXACT.subtract(self.value, self.previous)

    @property
    def improved(self) -> bool | None:
        """Whether :attr:`delta` goes the better way; None without a change."""
        if not self.delta:
            return None
        return (self.delta > 0) is (self.direction is Direction.UP_IS_BETTER)


@dataclass(frozen=True, slots=True)
class KpiDetail:
    """A KPI's definition together with its row."""

    kpi: Kpi
    row: KpiRow
    first_period: date | None
    """Where its values begin; None where the actor sees none."""


# -- the overview ----------------------------------------------------------------------------------


class Grouping(StrEnum):
    """What the lines of the overview are."""

    PROCESS = "PROCESS"
    DASHBOARD = "DASHBOARD"


@dataclass(frozen=True, slots=True)
class OverviewFilter:
    """What the overview is about; what is not said is everything. ``until``: None is today."""

    process: str | None = None
    team_id: UUID | None = None
    until: date | None = None


EVERYTHING = OverviewFilter()


@dataclass(frozen=True, slots=True)
class Moves:
    """How many KPIs went which way, each against the previous expected period of its own."""

    better: int = 0
    worse: int = 0
    same: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """How many actions are left to do, how many of them are due, how many done ones did nothing.

    As they are now, whatever the day that the KPIs are looked at.
    """

    pending: int = 0
    overdue: int = 0
    this_week: int = 0
    not_effective: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted: KPIs by status now and one period before, what moved, what is missing, and
    the actions about them."""

    statuses: StatusCounts = StatusCounts()
    before: StatusCounts = StatusCounts()
    moves: Moves = Moves()
    missing: int = 0
    plans: PlanCounts = PlanCounts()


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A process or a dashboard with its figures; ``dashboard_id`` is None for a process."""

    dashboard_id: UUID | None
    title: str
    process: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Overview:
    """The executive view as of ``day``: totals, one page of lines, and the first KPIs of each list.

    ``worst`` are beyond green, farthest first; ``worsening`` fell to a worse status since their
    previous expected period; ``unfed`` miss an expected period, longest first.
    """

    day: date
    totals: Figures
    rows: Page[FigureRow]
    worst: tuple[KpiRow, ...]
    worsening: tuple[KpiRow, ...]
    unfed: tuple[KpiRow, ...]
