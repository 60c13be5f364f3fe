"""How what was found reads, in both front ends."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from kpix_tui.app.looks import CRITICAL, GREEN, NO_DATA, ORANGE, RED, Look
from kpix_tui.domains.search.views import Found, Kind, StatusFilter
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.kernel.errors import message

KINDS: Final = MappingProxyType(
    {
        Kind.DASHBOARD: message("Dashboard"),
        Kind.KPI: message("KPI"),
        Kind.PERSON: message("Person"),
    }
)
"""What is found, in English, to translate."""

STATUSES: Final = MappingProxyType(
    {
        StatusFilter.CRITICAL: CRITICAL,
        StatusFilter.RED: RED,
        StatusFilter.ORANGE: ORANGE,
        StatusFilter.GREEN: GREEN,
        StatusFilter.NO_DATA: NO_DATA,
    }
)
"""How a status that is asked for is drawn."""


def kind_word(kind: Kind) -> str:
    """``Dashboard``."""
    return _(KINDS[kind])


def status_look(status: StatusFilter) -> Look:
    """Glyph and word."""
    return STATUSES[status]


def count_words(found: Found) -> str:
    """How many there are: ``3 found``, or ``more than 1,000`` where not all were looked at."""
    total = found.page.total
    if found.more:
        return _("more than {count} found").format(count=total)
    return ngettext("{count} found", "{count} found", total).format(count=total)
