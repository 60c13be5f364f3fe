"""What goes into and comes out of the use cases on values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from kpix_tui.domains.kpis.views import Status
from kpix_tui.kernel.periods import Frequency


@dataclass(frozen=True, slots=True)
class EnterValue:
    """A value for the period that holds ``day``; ``day`` may be any day of it.

    Where the period has a value already this is a correction. ``expected_revision`` (0: none yet)
    guards against overwriting what somebody entered meanwhile; None does not look.
    """

    kpi_id: UUID
    day: date
    value: Decimal
    reason: str = ""
    expected_revision: int | None = None


@dataclass(frozen=True, slots=True)
class ValueEntered:
    """What an entry did. ``revision`` is 1 for a first entry; ``changed`` is False when the same
    value stood there already."""

    kpi_id: UUID
    period_start: date
    period_end: date
    value: Decimal
    status: Status
    critical: bool
    revision: int
    changed: bool
    previous_value: Decimal | None
    previous_status: Status


@dataclass(frozen=True, slots=True)
class ValueRow:
    """The value of one period as it stands now."""

    period_start: date
    period_end: date
    value: Decimal
    status: Status
    critical: bool
    revision: int
    reason: str
    entered_by: str
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """One state of a value, the present one included."""

    revision: int
    value: Decimal
    status: Status
    critical: bool
    reason: str
    entered_by: str
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class PeriodValue:
    """A value that a bulk write brings, for one period of one KPI."""

    kpi_id: UUID
    period_start: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class CorrectedValue:
    """What a bulk write changed: the value that stood there and the one that does now."""

    kpi_id: UUID
    code: str
    frequency: Frequency
    period_start: date
    old: Decimal
    new: Decimal


@dataclass(frozen=True, slots=True)
class ValuesWritten:
    """What a bulk write did: new periods, corrected ones, and those that had the value already.

    ``touched`` are the KPIs and periods that were written.
    """

    inserted: int
    corrected: int
    unchanged: int
    corrections: tuple[CorrectedValue, ...] = ()
    touched: tuple[tuple[UUID, date], ...] = ()
