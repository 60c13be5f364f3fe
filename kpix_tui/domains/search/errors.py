"""What can go wrong with a search."""

from __future__ import annotations

from kpix_tui.kernel.errors import InputInvalid, message


class QueryTooShort(InputInvalid):
    """There is not enough to look for."""

    code = "search.too_short"
    message = message("Search for {least} letters at least.")


class QueryTooLong(InputInvalid):
    """Nobody looks for that much, and it would take long."""

    code = "search.too_long"
    message = message("Search for {words} words and {most} characters at most.")


class SearchPeriodEmpty(InputInvalid):
    """The end of the time asked for is before its beginning."""

    code = "search.period_empty"
    message = message("The last day is before the first: {since}, {until}.")
