"""What goes into a search, and what it finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from kpix_tui.domains.kpis.views import Status
from kpix_tui.domains.plans.views import PlanStatus
from kpix_tui.kernel.paging import Page


class Kind(StrEnum):
    """What can be found, in the order in which equals are listed."""

    DASHBOARD = "DASHBOARD"
    KPI = "KPI"
    PERSON = "PERSON"
    ACTION = "ACTION"
    COMMENT = "COMMENT"


WITH_STATUS: Final = frozenset({Kind.KPI, Kind.ACTION})
"""What has a status; nothing else is found where one is asked for."""


class StatusFilter(StrEnum):
    """A status that what is found must have: a KPI's (the critical ones are red as well), or an
    action's."""

    CRITICAL = "CRITICAL"
    RED = "RED"
    ORANGE = "ORANGE"
    GREEN = "GREEN"
    NO_DATA = "NO_DATA"
    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched for: everything in it must hold, and of several kinds or statuses any.

    ``process`` is one whole name, whatever its case and accents. ``since`` and ``until`` are days
    of the organisation, both included, on which what is found was last changed.
    """

    text: str
    kinds: frozenset[Kind] = frozenset()
    statuses: frozenset[StatusFilter] = frozenset()
    process: str = ""
    owner_id: UUID | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """A text as it was written, and where in it the words are that were searched for.

    ``marks`` are pairs of start and end, in order, without overlap. They are never markup.
    """

    text: str
    marks: tuple[tuple[int, int], ...] = ()

    def parts(self) -> Iterator[tuple[str, bool]]:
        """The text in pieces, each with whether it is marked."""
        at = 0
        for start, end in self.marks:
            if start > at:
                yield self.text[at:start], False
            yield self.text[start:end], True
            at = end
        if at < len(self.text):
            yield self.text[at:], False


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found.

    ``place`` is the dashboard that it stands on, or the process of a dashboard. ``snippet`` is what
    of its longer text shows why it was found; empty where there is none. A KPI has a ``status`` by
    its last value, an action its own. A comment is called by its KPI, and its author is the owner;
    ``period_start`` or ``action_id`` say where it stands more closely than on the KPI.
    """

    kind: Kind
    id: UUID
    title: Marked
    place: Marked
    snippet: Marked
    owner_name: str
    changed_at: datetime
    status: Status | PlanStatus | None = None
    critical: bool = False
    dashboard_id: UUID | None = None
    kpi_id: UUID | None = None
    period_start: date | None = None
    action_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found, best first. ``more``: only the first ones were looked at, and
    there is more than the page's ``total``."""

    page: Page[Hit]
    more: bool = False
