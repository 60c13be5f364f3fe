"""What goes into and comes out of the use cases on dashboards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kpix_tui.access.permissions import Level, Visibility
from kpix_tui.access.policy import Target


@dataclass(frozen=True, slots=True)
class CreateDashboard:
    """A new dashboard, owned by the actor."""

    title: str
    process: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class UpdateDashboard:
    """The whole of what can be changed, on top of ``version`` (optimistic lock)."""

    id: UUID
    version: int
    title: str
    process: str
    description: str


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard, without what stands on it."""

    id: UUID
    title: str
    process: str
    description: str
    owner_id: UUID
    owner_name: str
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
class ShareDashboard:
    """Share with a user or with a team; where it is shared with them already, change how.

    ``until`` is the last day on which the share opens the dashboard, in the organisation's time
    zone; without it the share does not end.
    """

    dashboard_id: UUID
    level: Level
    user_id: UUID | None = None
    team_id: UUID | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A dashboard shared with a user or a team. One that has ``ended`` opens nothing."""

    id: UUID
    dashboard_id: UUID
    user_id: UUID | None
    team_id: UUID | None
    name: str
    members: int
    level: Level
    until: date | None
    ended: bool
    shared_by: str
    shared_at: datetime


class Reason(StrEnum):
    """Why somebody sees a dashboard, the strongest first."""

    OWNER = "OWNER"
    SHARED = "SHARED"
    SHARED_WITH_TEAM = "SHARED_WITH_TEAM"
    ORGANIZATION = "ORGANIZATION"
    TEAM_MATE = "TEAM_MATE"
    ADMINISTRATOR = "ADMINISTRATOR"


@dataclass(frozen=True, slots=True)
class AccessReason:
    """One reason. ``level`` and ``until`` are those of a share; ``via`` names teams or roles."""

    reason: Reason
    level: Level | None = None
    via: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class AccessRow:
    """Somebody who sees a dashboard, the most they may do there, and every reason why."""

    user_id: UUID
    name: str
    may: Level
    reasons: tuple[AccessReason, ...]


@dataclass(frozen=True, slots=True)
class Transferred:
    """A dashboard has another owner; ``kpis`` KPIs of the old one went along."""

    dashboard_id: UUID
    title: str
    owner_id: UUID
    owner_name: str
    kpis: int
