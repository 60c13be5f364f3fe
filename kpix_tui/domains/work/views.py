"""What somebody has to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from kpix_tui.access.permissions import Level
from kpix_tui.access.policy import Target
from kpix_tui.domains.kpis.views import Status
from kpix_tui.kernel.periods import Frequency


@dataclass(frozen=True, slots=True)
class OwedValue:
    """A KPI whose values the actor owes: the oldest period without one after its last value.

    ``missing`` counts the periods that have ended without a value since then, this one included:
    1 when only the last one is owed. ``due_on`` is the day since which the oldest is owed.
    ``status`` and ``critical`` are of the last value.
    """

    kpi_id: UUID
    kpi_code: str
    kpi_name: str
    dashboard_id: UUID
    dashboard_title: str
    frequency: Frequency
    period_start: date
    due_on: date
    missing: int
    status: Status
    critical: bool
    owner_id: UUID
    dashboard_owner_id: UUID
    level: Level | None
    """The highest at which its dashboard is shared with the actor now."""
    assigned: bool
    """Whether the values were asked of the actor or a team of theirs; else they own the KPI."""

    @property
    def late(self) -> int:
        """How many periods before the last one that has ended are owed."""
        return self.missing - 1

    @property
    def target(self) -> Target:
        """What permissions over it are asked for."""
        owners = frozenset({self.owner_id, self.dashboard_owner_id})
        return Target(owners, self.level, self.assigned)


class WorkKind(StrEnum):
    """What somebody has to do, in the order in which it is listed."""

    VALUE = "VALUE"
    ACTION = "ACTION"
    THREAD = "THREAD"


@dataclass(frozen=True, slots=True)
class WorkItem:
    """Something to do, in one list with everything else.

    ``id`` is of the KPI, the action or the thread. ``title`` says what an action or a thread is
    about; a value has its period instead. ``count`` is of the periods that are owed, or of the
    comments that are unread.
    """

    kind: WorkKind
    id: UUID
    kpi_id: UUID
    kpi_code: str
    kpi_name: str
    title: str = ""
    frequency: Frequency | None = None
    period_start: date | None = None
    due_on: date | None = None
    late: bool = False
    count: int = 1
