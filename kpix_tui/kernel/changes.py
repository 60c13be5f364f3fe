"""What the database tells of a change to whoever has the organisation open: next to nothing.

A note says what kind of thing changed, and marks of the dashboard and the KPI concerned: digests
that those who know the ids recognise and that tell the others nothing. Anybody who may listen may
also make one up, so a note is never believed: it is a reason to read again, and nothing else. The
other side is ``migrations/sql/73_changes.sql``.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final
from uuid import UUID


class Kind(StrEnum):
    """What changed."""

    ANYTHING = "anything"
    """Nobody knows: while nobody listened, or more than is worth telling apart."""
    VALUE = "value"
    KPI = "kpi"
    """Its definition, its thresholds, who owes its values."""
    PLAN = "plan"
    """An action about a KPI."""
    COMMENT = "comment"
    """What is said about a KPI."""
    NOTIFICATION = "notification"
    """Somebody's inbox."""
    DASHBOARD = "dashboard"
    """Its description, who sees it."""
    PEOPLE = "people"
    """Users, teams, roles."""


@lru_cache(maxsize=1024)
def mark(thing: UUID) -> str:
    """By which whoever knows the id recognises the thing (``private.mark``)."""
    return hashlib.sha256(thing.bytes).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Change:
    """One note. What it leaves out may be any: several KPIs of a dashboard changed at once."""

    kind: Kind
    dashboard: str | None = None
    kpi: str | None = None

    def touches(self, *, dashboard: UUID | None = None, kpi: UUID | None = None) -> bool:
        """Whether it may concern this dashboard, this KPI; None: any of them."""
        return _may_be(self.dashboard, dashboard) and _may_be(self.kpi, kpi)


def _may_be(told: str | None, thing: UUID | None) -> bool:
    return told is None or thing is None or told == mark(thing)


ANYTHING: Final = Change(Kind.ANYTHING)
_NOTE: Final = re.compile(r"([a-z]{1,20}) ([0-9a-f]{16}|-) ([0-9a-f]{16}|-)")


def read_note(text: str) -> Change | None:
    """A note as the database writes it; None for what is none, or of a newer kpix."""
    found = _NOTE.fullmatch(text)
    if found is None or found[1] not in set(Kind):
        return None
    marks = (None if told == "-" else told for told in found.group(2, 3))
    return Change(Kind(found[1]), *marks)
