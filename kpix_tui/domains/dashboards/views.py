"""What goes into and comes out of the use cases on dashboards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


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
