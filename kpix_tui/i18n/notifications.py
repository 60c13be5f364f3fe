"""What notifications say, the same in both front ends: their kinds, priorities and sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_date
from kpix_tui.kernel.errors import message

KINDS: Final = MappingProxyType(
    {
        "STATUS_WORSE": message("A KPI gets worse"),
        "STATUS_BETTER": message("A KPI gets better"),
        "ENTRY_ASSIGNED": message("Values are asked of me"),
        "ACTION_ASSIGNED": message("An action is given to me"),
        "ACTION_DUE": message("An action of mine is due soon"),
        "ACTION_OVERDUE": message("An action of mine is overdue"),
        "MENTION": message("I am mentioned"),
        "REPLY": message("Somebody replies where I wrote"),
        "COMMENT": message("Somebody comments on what is mine"),
        "IMPORT_FINISHED": message("An import has finished"),
    }
)
"""What each kind is called, where people choose what they hear of."""

PRIORITIES: Final = MappingProxyType(
    {
        "URGENT": message("Urgent"),
        "HIGH": message("High"),
        "NORMAL": message("Normal"),
        "LOW": message("Low"),
    }
)

_SENTENCES: Final = MappingProxyType(
    {
        "STATUS_WORSE": message("{kpi} has become worse: from {before} to {after}"),
        "STATUS_BETTER": message("{kpi} has become better: from {before} to {after}"),
        "ENTRY_ASSIGNED": message("{actor} asks you for the values of {kpi}"),
        "ACTION_ASSIGNED": message("{actor} gave you the action {action}, due {due}"),
        "ACTION_DUE": message("Your action {action} is due {due}"),
        "ACTION_OVERDUE": message("Your action {action} was due {due}"),
        "MENTION": message("{actor} mentions you on {kpi}: {excerpt}"),
        "REPLY": message("{actor} replies on {kpi}: {excerpt}"),
        "COMMENT": message("{actor} comments on {kpi}: {excerpt}"),
        "IMPORT_FINISHED": message("{actor} has imported values into {dashboard}"),
    }
)

_STATUSES: Final = MappingProxyType(
    {
        "GREEN": message("Green"),
        "ORANGE": message("Orange"),
        "RED": message("Red"),
        "NO_DATA": message("No data"),
    }
)


def kind_word(kind: str) -> str:
    """What a kind is called."""
    return _(KINDS[kind])


def priority_word(priority: str) -> str:
    """What a priority is called."""
    return _(PRIORITIES[priority])


def sentence(kind: str, facts: Mapping[str, Any], names: Mapping[str, str | None]) -> str:
    """What a notification says to its reader, as plain text, which the caller makes harmless.

    ``names`` are those of ``actor``, ``kpi``, ``action``, ``dashboard`` and the ``excerpt``, as far
    as the reader sees them.
    """
    known = {
        name: names.get(name) or missing
        for name, missing in (
            ("actor", _("Somebody")),
            ("kpi", _("a KPI")),
            ("action", _("an action")),
            ("dashboard", _("a dashboard")),
            ("excerpt", _("(deleted)")),
        )
    }
    return _(_SENTENCES[kind]).format(
        **known,
        before=_status(facts, "before"),
        after=_status(facts, "after"),
        due=_day(facts.get("due")),
    )


def _status(facts: Mapping[str, Any], name: str) -> str:
    if facts.get(f"{name}_critical"):
        return _("Critical")
    return _(_STATUSES[str(facts.get(name) or "NO_DATA")])


def _day(text: object) -> str:
    return format_date(date.fromisoformat(text)) if isinstance(text, str) else ""
