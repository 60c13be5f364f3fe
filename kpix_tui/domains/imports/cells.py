"""A cell as it is read: text, or what a spreadsheet knows to be a number, a day or an error."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation


class Native(str):
    """A cell that needs no guess: a spreadsheet wrote it down as what it is."""

    __slots__ = ()
    number = False
    error = False


class NumberCell(Native):
    """A number with a decimal point; ``52%`` where the spreadsheet shows a percentage."""

    __slots__ = ()
    number = True

    def decimal(self) -> Decimal | None:
        """The number as it is shown: 52 for ``52%``."""
        try:
            return Decimal(self.removesuffix("%"))
        except InvalidOperation:
            return None


class DayCell(Native):
    """A day, or an instant, in ISO form."""

    __slots__ = ()


class ErrorCell(Native):
    """What a spreadsheet could not work out: ``#DIV/0!``."""

    __slots__ = ()
    error = True
