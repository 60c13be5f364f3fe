"""How action plans are called, the same in both front ends: status, kind, scope, verdict."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import Final

from kpix_tui.i18n.catalog import _, ngettext, pgettext
from kpix_tui.i18n.formats import format_date
from kpix_tui.kernel.errors import message
from kpix_tui.kernel.periods import Frequency

KINDS: Final = MappingProxyType(
    {
        "CONTAINMENT": (message("Containment"), message("Limits the damage at once.")),
        "CORRECTIVE": (message("Corrective"), message("Takes the cause away.")),
        "PREVENTIVE": (message("Preventive"), message("Keeps it from happening elsewhere.")),
    }
)
"""What each kind is called, and what it is for."""

DUES: Final = MappingProxyType(
    {"OVERDUE": message("overdue"), "THIS_WEEK": message("due this week")}
)
CRITERIA: Final = MappingProxyType(
    {
        "LEVEL": (
            message("A level is held"),
            message("Each value after the action is at the level, or better."),
        ),
        "SHIFT": (
            message("The mean moves"),
            message("The mean after the action is better than before it by so much."),
        ),
    }
)
VERDICTS: Final = MappingProxyType(
    {
        "EFFECTIVE": (message("Effective"), message("effective")),
        "NOT_EFFECTIVE": (message("Not effective"), message("no effect")),
        "TOO_EARLY": (message("Too early to say"), message("too early")),
    }
)
"""What each verdict is called, in full and in a cell."""

FIELDS: Final = MappingProxyType(
    {
        "title": message("Title"),
        "description": message("Description"),
        "cause": message("Cause"),
        "whys": message("Whys"),
        "kind": message("Kind"),
        "status": message("Status"),
        "progress": message("Progress"),
        "owner": message("Owner"),
        "starts_on": message("Starts on"),
        "due_on": message("Due date"),
        "started_on": message("Started on"),
        "closed_on": message("Closed on"),
        "criterion": message("Criterion"),
        "verdict": message("Verdict"),
    }
)
"""What the fields of an action are called in its history."""


def status_word(status: str) -> str:
    """What a status is called."""
    match status:
        case "OPEN":
            return pgettext("action", "Open")
        case "IN_PROGRESS":
            return pgettext("action", "In progress")
        case "DONE":
            return pgettext("action", "Done")
        case _:
            return pgettext("action", "Cancelled")


def kind_word(kind: str) -> str:
    """What a kind is called."""
    return _(KINDS[kind][0])


def scope_word(scope: str) -> str:
    """Whose actions a scope shows."""
    match scope:
        case "MINE":
            return pgettext("actions", "Mine")
        case "TEAMS":
            return pgettext("actions", "My teams'")
        case _:
            return pgettext("actions", "All")


def verdict_word(verdict: str, *, short: bool = False) -> str:
    """What a verdict is called."""
    return _(VERDICTS[verdict][short])


def field_word(field: str) -> str:
    """What a field of an action is called; one of a newer kpix by its own name."""
    return _(FIELDS[field]) if field in FIELDS else field


def overdue_words(due: date, today: date) -> str:
    """``overdue by 8 days``."""
    days = (today - due).days
    return ngettext("overdue by {count} day", "overdue by {count} days", days).format(count=days)


def due_words(due: date, today: date, locale: str | None = None) -> str:
    """``due today``, ``due in 3 days``, ``due 21 Dec 2026``."""
    days = (due - today).days
    if days == 0:
        return _("due today")
    if 0 < days <= 14:
        return ngettext("due in {count} day", "due in {count} days", days).format(count=days)
    return _("due {day}").format(day=format_date(due, locale))


def periods_words(count: int, frequency: Frequency) -> str:
    """``3 months``: so many periods of a frequency."""
    match frequency:
        case Frequency.DAILY:
            text = ngettext("{count} day", "{count} days", count)
        case Frequency.WEEKLY:
            text = ngettext("{count} week", "{count} weeks", count)
        case Frequency.MONTHLY:
            text = ngettext("{count} month", "{count} months", count)
        case Frequency.QUARTERLY:
            text = ngettext("{count} quarter", "{count} quarters", count)
        case _:
            text = ngettext("{count} year", "{count} years", count)
    return text.format(count=count)


def criterion_words(kind: str, *, kpi: str, amount: str, periods: int, every: Frequency) -> str:
    """When an action is effective, as a sentence; ``amount`` is written with its unit."""
    span = periods_words(periods, every)
    if kind == "LEVEL":
        text = _("{kpi} is {amount} or better in each value of the {span} after the action.")
    else:
        text = _(
            "The mean of {kpi} in the {span} after the action is better by {amount} or more than"
            " in the {span} before it."
        )
    return text.format(kpi=kpi, amount=amount, span=span)
