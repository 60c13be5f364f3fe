"""Time, as something that is handed in: use cases never read the machine's clock themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Where the present comes from."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still, for tests, snapshots and screenshots."""

    instant: datetime

    def now(self) -> datetime:
        """The instant it was given."""
        return self.instant


def today(clock: Clock, timezone: str) -> date:
    """The calendar day it is now in ``timezone`` (an IANA name)."""
    return clock.now().astimezone(ZoneInfo(timezone)).date()
