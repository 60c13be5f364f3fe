"""What a dashboard must be like. Pure functions."""

from __future__ import annotations

from kpix_tui.domains.dashboards.errors import DashboardTextTooLong, DashboardTitleInvalid

MAXIMUM_TITLE = 200
MAXIMUM_PROCESS = 200
MAXIMUM_DESCRIPTION = 4000


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
