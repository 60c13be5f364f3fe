"""What the log writes down, and what of it changed. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from kpix_tui.domains.audit.errors import (
    AuditActionUnknown,
    AuditPeriodEmpty,
    MomentInvalid,
    RetentionInvalid,
)
from kpix_tui.domains.audit.views import AuditFilter, Change
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import parse_day
from kpix_tui.kernel.errors import InputInvalid, message
from kpix_tui.kernel.ids import as_id
from kpix_tui.kernel.periods import Frequency

ACTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "action_plan.created": message("Action created"),
        "action_plan.deleted": message("Action deleted"),
        "action_plan.judged": message("Action judged"),
        "action_plan.updated": message("Action changed"),
        "audit.pruned": message("Old entries removed"),
        "comment.created": message("Comment written"),
        "comment.deleted": message("Comment deleted"),
        "comment.updated": message("Comment changed"),
        "comment_mention.created": message("Mentioned in a comment"),
        "comment_mention.deleted": message("No longer mentioned in a comment"),
        "dashboard.archived": message("Dashboard archived"),
        "dashboard.created": message("Dashboard created"),
        "dashboard.updated": message("Dashboard changed"),
        "dashboard_share.created": message("Dashboard shared"),
        "dashboard_share.deleted": message("Sharing ended"),
        "dashboard_share.updated": message("Sharing changed"),
        "kpi.created": message("KPI created"),
        "kpi.deleted": message("KPI deleted"),
        "kpi.updated": message("KPI changed"),
        "kpi_assignment.created": message("Entry assigned"),
        "kpi_assignment.deleted": message("Entry no longer assigned"),
        "kpi_threshold.created": message("Thresholds set"),
        "kpi_threshold.updated": message("Thresholds changed"),
        "kpi_value.corrected": message("Value corrected"),
        "kpi_value.created": message("Value entered"),
        "kpi_value.recomputed": message("Status computed again"),
        "role.created": message("Role created"),
        "role.deleted": message("Role deleted"),
        "role.updated": message("Role changed"),
        "session.closed": message("Signed out"),
        "session.locked": message("Session locked"),
        "session.opened": message("Signed in"),
        "session.revoked": message("Session ended"),
        "team.created": message("Team created"),
        "team.deleted": message("Team deleted"),
        "team.updated": message("Team changed"),
        "team_member.created": message("Team member added"),
        "team_member.deleted": message("Team member removed"),
        "team_member.updated": message("Team member changed"),
        "user.code_issued": message("One-time code issued"),
        "user.code_redeemed": message("One-time code redeemed"),
        "user.created": message("User created"),
        "user.password_changed": message("Password changed"),
        "user.updated": message("User changed"),
        "user_role.created": message("Role given"),
        "user_role.deleted": message("Role taken away"),
    }
)
"""Every action that the database writes down (``resource.verb``), and what it is called."""

_UNREMARKABLE: Final = frozenset(
    {
        *("organization_id", "id", "version", "revision", "created_by"),
        *(
            "created_at",
            "updated_at",
            "edited_at",
            "entered_at",
            "assigned_at",
            "shared_at",
            "joined_at",
        ),
    }
)
"""Columns that change with every change, or say again what, when or by whom the entry is."""

_AT_A_TIME: Final = re.compile(r"(.*\S)[ T]+(\d{1,2})(?:[:hH](\d{2})|[hH])", re.ASCII)


def resources() -> tuple[str, ...]:
    """What actions are about: ``dashboard``, ``kpi``, ``kpi_value``, …"""
    return tuple(sorted({action.partition(".")[0] for action in ACTIONS}))


def actions_called(what: str) -> frozenset[str]:
    """The actions that an action, a resource or a verb names, whatever the case.

    Raises:
        AuditActionUnknown: none is called so.
    """
    wanted = what.strip().lower().replace(":", ".").replace("-", "_")
    found = frozenset(
        action for action in ACTIONS if wanted in {action, *action.split(".", maxsplit=1)}
    )
    if not found:
        raise AuditActionUnknown(
            name=what.strip(), resources=", ".join(resources()), fields=("what",)
        )
    return found


def actions_like(text: str) -> frozenset[str]:
    """The actions whose name, or what it is called in the reader's language, contains ``text``."""
    wanted = text.strip().casefold()
    return frozenset(
        action for action, words in ACTIONS.items() if wanted in f"{action} {_(words)}".casefold()
    )


def check_period(wanted: AuditFilter) -> None:
    """Refuse a time that ends before it begins.

    Raises:
        AuditPeriodEmpty: it does.
    """
    if wanted.since and wanted.until and wanted.since >= wanted.until:
        raise AuditPeriodEmpty(fields=("until",))


def check_retention(before: date, today: date) -> None:
    """Refuse to forget what happens today.

    Raises:
        RetentionInvalid: ``before`` is later than ``today``.
    """
    if before > today:
        raise RetentionInvalid(day=before.isoformat(), fields=("before",))


def read_moment(
    text: str, timezone: str, locale: str | None = None, *, field: str, last: bool = False
) -> datetime | None:
    """The instant that a person wrote, on the clocks of ``timezone``; None when it is empty.

    A day is its midnight, with ``last`` the midnight that ends it; a minute likewise.

    Raises:
        MomentInvalid: it is neither a day nor a day with a time.
    """
    bare = text.strip()
    if not bare:
        return None
    found = _AT_A_TIME.fullmatch(bare)
    wrong = MomentInvalid(value=bare[:40], fields=(field,))
    if found is None and ":" in bare:
        raise wrong  # a time that would be left out
    try:
        day = parse_day(found[1] if found else bare, Frequency.DAILY, locale)
        clock = time(int(found[2]), int(found[3] or 0)) if found else time()
        length = timedelta(minutes=1) if found else timedelta(days=1)
        # Added on the clocks of the place: a day has 23 to 25 hours.
        moment = datetime.combine(day, clock) + (length if last else timedelta())
    except (InputInvalid, ValueError, OverflowError) as error:
        raise wrong from error
    return moment.replace(tzinfo=ZoneInfo(timezone))


def changes(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> tuple[Change, ...]:
    """What an entry says that changed, by column, without what changes with every change.

    What holds columns of its own, as a role its cells, is taken apart.
    """
    before, after = _flat(old or {}), _flat(new or {})
    return tuple(
        Change(field, before.get(field), after.get(field))
        for field in dict.fromkeys((*after, *before))
        if field not in _UNREMARKABLE and before.get(field) != after.get(field)
    )


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field, value in values.items():
        found.update(value if isinstance(value, Mapping) else {field: value})
    return found


def ids_in(*texts: Any) -> frozenset[UUID]:
    """Every id among values, and among the parts of an object's name (``kpi/period``)."""
    found = {as_id(part) for text in texts if isinstance(text, str) for part in text.split("/", 2)}
    return frozenset(one for one in found if one is not None)
