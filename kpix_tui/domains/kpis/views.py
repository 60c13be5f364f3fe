"""What goes into and comes out of the use cases on KPIs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kpix_tui.access.permissions import Level
from kpix_tui.access.policy import Target
from kpix_tui.kernel.periods import Frequency


class Direction(StrEnum):
    """Which way is better."""

    UP_IS_BETTER = "UP_IS_BETTER"
    DOWN_IS_BETTER = "DOWN_IS_BETTER"


class Status(StrEnum):
    """What a value says against its thresholds; *critical* is a flag on RED."""

    GREEN = "GREEN"
    ORANGE = "ORANGE"
    RED = "RED"
    NO_DATA = "NO_DATA"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The worst values that still belong to each band, inclusive, and an optional target.

    Without ``red`` no value is critical.
    """

    green: Decimal
    orange: Decimal
    red: Decimal | None = None
    target: Decimal | None = None


ALWAYS = date(1, 1, 1)
"""``valid_from`` of the first thresholds of a KPI: they hold for every earlier period."""


@dataclass(frozen=True, slots=True)
class DatedThresholds:
    """Thresholds and the day from which they hold, until the next ones."""

    valid_from: date
    thresholds: Thresholds


@dataclass(frozen=True, slots=True)
class CreateKpi:
    """A new KPI on a dashboard. Without a ``code`` one is made from the name."""

    dashboard_id: UUID
    name: str
    direction: Direction
    frequency: Frequency
    thresholds: Thresholds
    code: str | None = None
    description: str = ""
    unit: str = ""
    decimals: int = 2
    starts_on: date | None = None
    owner_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class UpdateKpi:
    """The whole of what can be changed, on top of ``version`` (optimistic lock).

    ``thresholds`` hold from ``thresholds_from`` on (``ALWAYS``: they replace the first ones);
    ``None`` leaves them as they are. Direction and frequency are fixed once values exist.
    """

    id: UUID
    version: int
    name: str
    code: str
    description: str
    unit: str
    decimals: int
    direction: Direction
    frequency: Frequency
    thresholds: Thresholds | None = None
    thresholds_from: date = ALWAYS


@dataclass(frozen=True, slots=True)
class StatusesRecomputed:
    """What new thresholds did: how many values changed status, and each status' count around it."""

    changed: int = 0
    before: Mapping[Status, int] = field(default_factory=dict)
    after: Mapping[Status, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KpiChanged:
    """A KPI was created or updated, and what that did to the statuses of its values."""

    id: UUID
    code: str
    version: int
    recomputed: StatusesRecomputed = StatusesRecomputed()

    @property
    def statuses_changed(self) -> int:
        """How many values have another status than before."""
        return self.recomputed.changed


@dataclass(frozen=True, slots=True)
class Kpi:
    """A KPI's definition with every set of thresholds, oldest first."""

    id: UUID
    dashboard_id: UUID
    dashboard_title: str
    dashboard_owner_id: UUID
    code: str
    name: str
    description: str
    unit: str
    decimals: int
    direction: Direction
    frequency: Frequency
    starts_on: date | None
    owner_id: UUID
    owner_name: str
    thresholds: tuple[DatedThresholds, ...]
    version: int
    level: Level | None = None
    """The highest at which its dashboard is shared with the actor now."""
    assigned: bool = False
    """Whether its values are the actor's, or a team's of theirs, to enter."""

    @property
    def target(self) -> Target:
        """What permissions over it are asked for."""
        owners = frozenset({self.owner_id, self.dashboard_owner_id})
        return Target(owners, self.level, self.assigned)


@dataclass(frozen=True, slots=True)
class StatusOf:
    """The status of a value, with its flag."""

    status: Status
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """The values of a KPI are owed by a user, or by the ``members`` people of a team."""

    id: UUID
    kpi_id: UUID
    user_id: UUID | None
    team_id: UUID | None
    name: str
    members: int
    assigned_by: str
    assigned_at: datetime
