"""How what was found reads, in both front ends."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from kpix_tui.app.looks import CRITICAL, GREEN, NO_DATA, ORANGE, RED
from kpix_tui.domains.plans.views import PlanStatus
from kpix_tui.domains.search.views import Found, Kind, StatusFilter
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.i18n.plans import status_word as plan_word
from kpix_tui.kernel.errors import message

KINDS: Final = MappingProxyType(
    {
        Kind.DASHBOARD: message("Dashboard"),
        Kind.KPI: message("KPI"),
        Kind.PERSON: message("Person"),
        Kind.ACTION: message("Action"),
        Kind.COMMENT: message("Comment"),
    }
)
"""What is found, in English, to translate."""

_LOOKS: Final = MappingProxyType(
    {
        StatusFilter.CRITICAL: CRITICAL,
        StatusFilter.RED: RED,
        StatusFilter.ORANGE: ORANGE,
        StatusFilter.GREEN: GREEN,
        StatusFilter.NO_DATA: NO_DATA,
    }
)
_PLAN_MARKS: Final = MappingProxyType(
    {
        PlanStatus.OPEN: ("○", "o"),
        PlanStatus.IN_PROGRESS: ("◐", "~"),
        PlanStatus.DONE: ("✓", "v"),
        PlanStatus.CANCELLED: ("×", "x"),
    }
)


def kind_word(kind: Kind) -> str:
    """``Dashboard``."""
    return _(KINDS[kind])


def status_word(status: StatusFilter) -> str:
    """``Red``, ``In progress``."""
    return _(_LOOKS[status].word) if status in _LOOKS else plan_word(status.value)


def plan_text(status: PlanStatus, *, ascii: bool) -> str:
    """``◐ In progress``."""
    return f"{_PLAN_MARKS[status][ascii]} {plan_word(status.value)}"


def count_words(found: Found) -> str:
    """How many there are: ``3 found``, or ``more than 1,000`` where not all were looked at."""
    total = found.page.total
    if found.more:
        return _("more than {count} found").format(count=total)
    return ngettext("{count} found", "{count} found", total).format(count=total)
