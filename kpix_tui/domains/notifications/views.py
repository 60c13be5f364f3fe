"""What goes into and comes out of the use cases on notifications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kpix_tui.kernel.periods import Frequency


class Kind(StrEnum):
    """What happened. What each is called: ``kpix_tui/i18n/notifications.py``."""

    STATUS_WORSE = "STATUS_WORSE"
    STATUS_BETTER = "STATUS_BETTER"
    ENTRY_ASSIGNED = "ENTRY_ASSIGNED"
    ACTION_ASSIGNED = "ACTION_ASSIGNED"
    ACTION_DUE = "ACTION_DUE"
    ACTION_OVERDUE = "ACTION_OVERDUE"
    MENTION = "MENTION"
    REPLY = "REPLY"
    COMMENT = "COMMENT"
    IMPORT_FINISHED = "IMPORT_FINISHED"


class Priority(StrEnum):
    """How much it presses, most first."""

    URGENT = "URGENT"
    HIGH = "HIGH"
    NORMAL = "NORMAL"
    LOW = "LOW"


@dataclass(frozen=True, slots=True)
class Unread:
    """How many notifications are unread, by priority; what the header's bell shows."""

    counts: Mapping[Priority, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    @property
    def highest(self) -> Priority | None:
        """The priority of the most pressing one; None when nothing is unread."""
        return next((one for one in Priority if self.counts.get(one)), None)


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """Which notifications are wanted; nothing said wants all."""

    unread: bool = False
    kinds: frozenset[Kind] = frozenset()
    priorities: frozenset[Priority] = frozenset()
    kpi_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """A fact that concerns the actor, with the names that its ids have now.

    ``facts`` are words of kpix and numbers, by name, never a sentence (``before`` and ``after`` of
    a status, ``critical``, ``values`` that changed, ``due`` …). ``excerpt`` is the beginning of
    the comment; empty once it is deleted.
    """

    id: UUID
    kind: Kind
    priority: Priority
    created_at: datetime
    read_at: datetime | None
    actor_id: UUID | None
    actor_name: str | None
    dashboard_id: UUID | None
    dashboard_title: str | None
    kpi_id: UUID | None
    kpi_code: str | None
    kpi_name: str | None
    frequency: Frequency | None
    period_start: date | None
    comment_id: UUID | None
    thread_id: UUID | None
    excerpt: str
    action_id: UUID | None
    action_title: str | None
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preference:
    """Whether the actor wants to hear of a kind."""

    kind: Kind
    wanted: bool
