"""Calendar periods: which days a value stands for. Pure arithmetic on dates.

Weeks are those of ISO 8601: Monday to Sunday, week 1 holds the first Thursday of the year.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

_DAY = timedelta(days=1)


class Frequency(StrEnum):
    """How often a KPI is measured."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    YEARLY = "YEARLY"


_MONTHS = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.YEARLY: 12}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One period of a frequency; ``start`` is its first day and ``end`` its last (inclusive)."""

    start: date
    end: date
    frequency: Frequency

    def shift(self, count: int) -> Period:
        """The period ``count`` periods later (earlier when negative).

        Raises:
            OverflowError: it would leave the calendar (years 1 to 9999).
        """
        if self.frequency in _MONTHS:
            month = self.start.year * 12 + self.start.month - 1 + count * _MONTHS[self.frequency]
            year, zero_based = divmod(month, 12)
            if not 1 <= year <= 9999:
                raise OverflowError("year out of range")
            return period_of(self.frequency, date(year, zero_based + 1, 1))
        days = 7 if self.frequency is Frequency.WEEKLY else 1
        return period_of(self.frequency, self.start + count * days * _DAY)

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


def period_of(frequency: Frequency, day: date) -> Period:
    """The period of ``frequency`` that holds ``day``."""
    match frequency:
        case Frequency.DAILY:
            return Period(day, day, frequency)
        case Frequency.WEEKLY:
            start = day - day.weekday() * _DAY
            # The calendar ends on a Friday: its last week is cut short.
            return Period(start, start + min(6 * _DAY, date.max - start), frequency)
        case _:
            span = _MONTHS[frequency]
            first = (day.month - 1) // span * span + 1
            last = first + span - 1
            end = date(day.year, last, monthrange(day.year, last)[1])
            return Period(date(day.year, first, 1), end, frequency)


def last_ended(frequency: Frequency, today: date) -> Period:
    """The latest period that is over on ``today``: its last day is before today.

    Raises:
        OverflowError: ``today`` is in the first period of the calendar.
    """
    return period_of(frequency, today).shift(-1)


def ordinal(frequency: Frequency, day: date) -> int:
    """The number of the period that holds ``day``: consecutive periods are one apart."""
    if frequency in _MONTHS:
        return (day.year * 12 + day.month - 1) // _MONTHS[frequency]
    days = day.toordinal() - 1  # the calendar begins on a Monday
    return days // 7 if frequency is Frequency.WEEKLY else days


def start_of(frequency: Frequency, number: int) -> date:
    """The first day of the period of this number.

    Raises:
        ValueError: the calendar has no such period.
    """
    if frequency in _MONTHS:
        year, month = divmod(number * _MONTHS[frequency], 12)
        return date(year, month + 1, 1)
    return date.fromordinal((number * 7 if frequency is Frequency.WEEKLY else number) + 1)


@lru_cache(maxsize=256)
def trailing_periods(frequency: Frequency, until: date, count: int) -> tuple[Period, ...]:
    """``count`` consecutive periods, oldest first, the last one holding ``until``.

    Raises:
        OverflowError: the calendar does not go that far back.
    """
    last = period_of(frequency, until)
    return tuple(last.shift(-back) for back in range(count - 1, -1, -1))
