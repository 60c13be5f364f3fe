"""What a value must be like. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from kpix_tui.domains.kpis.rules import kept_exactly
from kpix_tui.domains.kpis.views import Status
from kpix_tui.domains.values.errors import (
    ReasonMissing,
    ReasonTooLong,
    ValueNotFinite,
    ValuePeriodFuture,
    ValueTooLarge,
)
from kpix_tui.kernel.periods import Frequency, Period, period_of

MAXIMUM_REASON = 1000


def check_value(value: Decimal) -> Decimal:
    """The value itself, when it can be kept exactly.

    Raises:
        ValueNotFinite: NaN or an infinity.
        ValueTooLarge: more than 20 digits before or after the decimal mark.
    """
    if not value.is_finite():
        raise ValueNotFinite(value=str(value), fields=("value",))
    if not kept_exactly(value):
        raise ValueTooLarge(fields=("value",))
    return value


def period_for(frequency: Frequency, day: date, today: date) -> Period:
    """The period that holds ``day``; the one that is under way is accepted.

    Raises:
        ValuePeriodFuture: it begins after today.
    """
    period = period_of(frequency, day)
    if period.start > today:
        raise ValuePeriodFuture(period_start=period.start, fields=("period",))
    return period


def check_reason(reason: str, *, required: bool) -> str:
    """The reason without blanks around it.

    Raises:
        ReasonMissing: a correction without one.
        ReasonTooLong: over 1000 characters.
    """
    found = reason.strip()
    if required and not found:
        raise ReasonMissing(fields=("reason",))
    if len(found) > MAXIMUM_REASON:
        raise ReasonTooLong(maximum=MAXIMUM_REASON, fields=("reason",))
    return found


def counted(statuses: Iterable[Status]) -> dict[Status, int]:
    """How many of each status, in the order of the enumeration; absent ones are 0."""
    found = Counter(statuses)
    return {status: found[status] for status in Status if status is not Status.NO_DATA}
