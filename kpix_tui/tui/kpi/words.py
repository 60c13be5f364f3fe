"""Directions and frequencies as people call them."""

from __future__ import annotations

from kpix_tui.domains.kpis.views import Direction
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.periods import Frequency


def direction_words() -> list[tuple[Direction, str]]:
    """Each direction with its name."""
    return [
        (Direction.UP_IS_BETTER, _("Up is better")),
        (Direction.DOWN_IS_BETTER, _("Down is better")),
    ]


def frequency_words() -> list[tuple[Frequency, str]]:
    """Each frequency with its name."""
    return [
        (Frequency.DAILY, _("Daily")),
        (Frequency.WEEKLY, _("Weekly")),
        (Frequency.MONTHLY, _("Monthly")),
        (Frequency.QUARTERLY, _("Quarterly")),
        (Frequency.YEARLY, _("Yearly")),
    ]
