"""What can go wrong with what is shown."""

from __future__ import annotations

from kpix_tui.kernel.errors import InputInvalid, message


class TooLongAgo(InputInvalid):
    """What is shown with a KPI would begin before the calendar does."""

    code = "overview.too_long_ago"
    message = message("A KPI is shown with the periods before: choose a day from {earliest} on.")
