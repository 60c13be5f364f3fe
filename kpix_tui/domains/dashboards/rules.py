"""What a dashboard must be like. Pure functions."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from kpix_tui.domains.dashboards.errors import (
    DashboardTextTooLong,
    DashboardTitleInvalid,
    ShareEndInvalid,
    ShareEndTooFar,
    ShareWithWhom,
)

MAXIMUM_TITLE = 200
MAXIMUM_PROCESS = 200
MAXIMUM_DESCRIPTION = 4000
LAST_END = date(9998, 12, 31)
"""The day after it is in the calendar in every time zone."""
_DAY = timedelta(days=1)


def valid_title(title: str) -> str:
    """The title without blanks around it.

    Raises:
        DashboardTitleInvalid: it is empty or longer than 200 characters.
    """
    found = " ".join(title.split())
    if not 1 <= len(found) <= MAXIMUM_TITLE:
        raise DashboardTitleInvalid(maximum=MAXIMUM_TITLE, fields=("title",))
    return found


def valid_texts(process: str, description: str) -> tuple[str, str]:
    """The process and the description without blanks around them.

    Raises:
        DashboardTextTooLong: one of them is too long; the field is named.
    """
    process, description = " ".join(process.split()), description.strip()
    for field, text, maximum in (
        ("process", process, MAXIMUM_PROCESS),
        ("description", description, MAXIMUM_DESCRIPTION),
    ):
        if len(text) > maximum:
            raise DashboardTextTooLong(maximum=maximum, fields=(field,))
    return process, description


def one_of(user_id: UUID | None, team_id: UUID | None) -> None:
    """Accept a user or a team.

    Raises:
        ShareWithWhom: both are named, or neither.
    """
    if (user_id is None) is (team_id is None):
        raise ShareWithWhom(fields=("user", "team"))


def end_of_share(until: date | None, today: date, timezone: str) -> datetime | None:
    """The instant at which a share ends whose last day is ``until``: the midnight that follows.

    Raises:
        ShareEndInvalid: the day is before ``today``.
        ShareEndTooFar: it is after the last one.
    """
    if until is None:
        return None
    if until < today:
        raise ShareEndInvalid(first=today, fields=("until",))
    if until > LAST_END:
        raise ShareEndTooFar(last=LAST_END, fields=("until",))
    return datetime.combine(until + _DAY, time.min, ZoneInfo(timezone))


def last_day(ends_at: datetime | None, timezone: str) -> date | None:
    """The last day on which a share opens anything, in ``timezone``."""
    if ends_at is None:
        return None
    return (ends_at.astimezone(ZoneInfo(timezone)) - timedelta(microseconds=1)).date()
