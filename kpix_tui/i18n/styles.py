"""How each language writes numbers and periods: a table small enough to need no library.

A test compares it with Babel's, which costs more to load than drawing the first screen.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from kpix_tui.i18n.catalog import current_locale, match_locale


class DecimalMark(StrEnum):
    """What separates units from decimals in a column of numbers."""

    POINT = "POINT"
    COMMA = "COMMA"


class Style(NamedTuple):
    """How a language writes: its marks (``groups``: those it separates thousands with, the first
    one when kpix writes), the letters of weeks and quarters, and short names of months."""

    mark: DecimalMark
    groups: str
    week: str
    quarter: str
    months: tuple[str, ...]

    @property
    def point(self) -> str:
        """The decimal mark itself."""
        return "." if self.mark is DecimalMark.POINT else ","


SPACES: Final = "\u202f\u00a0\u2009 "
APOSTROPHES: Final = "'\u2019"
_ENGLISH: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
_FRENCH: Final = (
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
)
_STYLES: Final = {
    "en": Style(DecimalMark.POINT, "," + SPACES + APOSTROPHES, "W", "Q", _ENGLISH),
    "fr": Style(DecimalMark.COMMA, SPACES + APOSTROPHES, "S", "T", _FRENCH),
}


def language_of(locale: str | None) -> str:
    """The language meant by ``locale``; None, or one that kpix does not speak: the current one."""
    return (None if locale is None else match_locale(locale)) or current_locale()


def style_of(locale: str | None) -> Style:
    """How that language writes."""
    return _STYLES[language_of(locale)]
