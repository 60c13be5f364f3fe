"""What lists and dashboards show: definitions together with their last values and statuses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal
from uuid import UUID

from kpix_tui.access.permissions import Level, Visibility
from kpix_tui.access.policy import Target
from kpix_tui.domains.kpis.views import Direction, Kpi, Status, Thresholds
from kpix_tui.kernel.periods import Frequency

_EXACT = Context(prec=50)
"""Values have at most 20 digits on each side: no difference of two of them is ever rounded."""


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
