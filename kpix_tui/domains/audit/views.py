"""What goes into and comes out of the use cases on the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; what is left empty keeps all.

    ``who``: the id of a user, or what their name contains. ``what``: an action
    (``kpi_value.corrected``), a resource (``kpi_value``) or a verb (``corrected``). ``about``: the
    id of an object, or its name or code (those that are called exactly so, else those that contain
    it). ``since`` is included, ``until`` is not; both are aware.
    """

    who: str = ""
    what: str = ""
    about: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def __bool__(self) -> bool:
        return self != EVERYTHING


EVERYTHING = AuditFilter()


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry. ``old`` and ``new`` are the values that changed, by column; numbers are exact.

    ``actor_id`` is None for what the database's operator did. ``names`` says what the ids in the
    entry are called; an id that is not in it belongs to something that has no name, or that the
    reader may not see.
    """

    id: UUID
    at: datetime
    actor_id: UUID | None
    session_id: UUID | None
    action: str
    object_type: str
    object_id: str
    subject_id: UUID | None
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None
    names: Mapping[UUID, str]

    @property
    def actor(self) -> str:
        """The name of who did it; empty where it was no user."""
        return self.names.get(self.actor_id, "") if self.actor_id else ""


@dataclass(frozen=True, slots=True)
class Change:
    """One column of an entry, before and after; None where there was nothing."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class OldEntries:
    """What an organisation's log has, or had, before a day."""

    organization_id: UUID
    organization: str
    entries: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Pruned:
    """What a pruning removes, or removed, by organisation."""

    before: date
    organizations: tuple[OldEntries, ...]

    @property
    def entries(self) -> int:
        """Of all organisations."""
        return sum(one.entries for one in self.organizations)


@dataclass(frozen=True, slots=True)
class LatestChange:
    """Something that was changed within the last two minutes.

    ``name`` is the title of the action, the code of the KPI, or the title of the dashboard.
    ``frequency`` is that of the KPI, ``period_start`` that of the value where it was one.
    """

    id: UUID
    actor_id: UUID
    actor: str
    action: str
    dashboard_id: UUID
    kpi_id: UUID | None
    name: str
    frequency: str | None
    period_start: date | None


@dataclass(frozen=True, slots=True)
class ChangesSeen:
    """What the database has recorded since an instant, as a digest: another one means changes."""

    since: datetime
    digest: str
