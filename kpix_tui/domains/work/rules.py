"""How much is owed. Pure functions."""

from __future__ import annotations

from datetime import date

from kpix_tui.kernel.periods import Frequency, last_ended, ordinal


def periods_owed(frequency: Frequency, oldest: date, today: date) -> int:
    """How many periods have ended by ``today``, counted from the one that holds ``oldest``."""
    last = ordinal(frequency, last_ended(frequency, today).start)
    return max(0, last - ordinal(frequency, oldest) + 1)
