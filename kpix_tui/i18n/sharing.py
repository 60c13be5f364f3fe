"""How sharing is called, the same in both front ends: levels, visibility, why somebody sees it."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import Final

from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_date
from kpix_tui.kernel.errors import message

LEVELS: Final = MappingProxyType(
    {
        "VIEWER": (message("Viewer"), message("Sees the dashboard, its KPIs and their values.")),
        "CONTRIBUTOR": (message("Contributor"), message("Enters and corrects values as well.")),
        "MANAGER": (
            message("Manager"),
            message("Changes it and its KPIs as well, and shares it."),
        ),
    }
)
"""What each level of a share is called, and what it opens to those whose role allows it."""

VISIBILITIES: Final = MappingProxyType(
    {
        "ORGANIZATION": (
            message("Organisation"),
            message("All whose role reads the organisation's dashboards."),
        ),
        "TEAMS": (message("Teams"), message("Those who are in a team with the owner.")),
        "PRIVATE": (message("Private"), message("The owner, and those it is shared with.")),
    }
)
"""What each visibility is called, and who sees the dashboard then without being named."""

_NARROWED: Final = MappingProxyType({"TEAMS": message("team only"), "PRIVATE": message("private")})

_MAY: Final = MappingProxyType(
    {
        "VIEWER": message("view"),
        "CONTRIBUTOR": message("enter values"),
        "MANAGER": message("change it"),
    }
)

_REASONS: Final = MappingProxyType(
    {
        "OWNER": message("owns it"),
        "SHARED": message("shared with them as {level}"),
        "SHARED_WITH_TEAM": message("shared with {via} as {level}"),
        "ORGANIZATION": message("visible to the organisation"),
        "TEAM_MATE": message("in a team with the owner: {via}"),
        "ADMINISTRATOR": message("looks after all dashboards"),
    }
)


def level_word(level: str) -> str:
    """What a level is called."""
    return _(LEVELS[level][0])


def may_word(level: str) -> str:
    """What somebody may do at most, as a verb."""
    return _(_MAY[level])


def visibility_word(visibility: str) -> str:
    """What a visibility is called."""
    return _(VISIBILITIES[visibility][0])


def narrowed_word(visibility: str) -> str:
    """What is said beside a title when not everybody sees the dashboard; else nothing."""
    return _(_NARROWED[visibility]) if visibility in _NARROWED else ""


def until_words(until: date, *, ended: bool = False, locale: str | None = None) -> str:
    """How long a share lasts, or since when it does not."""
    day = format_date(until, locale)
    return (_("ended {day}") if ended else _("until {day}")).format(day=day)


def why(
    reason: str,
    *,
    via: str = "",
    level: str | None = None,
    until: date | None = None,
    locale: str | None = None,
) -> str:
    """Why somebody sees a dashboard: ``shared with them as Manager, until 31 Dec 2026``.

    ``via`` names teams or roles, ``level`` and ``until`` are those of a share.
    """
    template = _(_REASONS[reason])
    said = template.format(via=via, level=level_word(level) if level else "")
    if until is not None:
        said += ", " + until_words(until, locale=locale)
    if via and "{via}" not in template:
        said += " " + _("(role {name})").format(name=via)
    return said
