"""Which queries are refused, and how what was found is marked. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from kpix_tui.domains.search.errors import QueryTooLong, QueryTooShort, SearchPeriodEmpty
from kpix_tui.domains.search.views import Marked

LEAST: Final = 2
"""Letters from which on something is searched for."""
MOST: Final = 200
"""Characters of a query."""
WORDS: Final = 20
"""Words of a query."""
SNIPPET: Final = 160
"""Characters of a snippet, about."""

_UNSEEN: Final = re.compile(
    "[\u0300-\u036f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+"
)
_WORD: Final = re.compile(rf"(?:[^\W_\u02bc]|{_UNSEEN.pattern})+")
_LETTERS: Final = str.maketrans(
    {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "ø": "o", "Ø": "o"}
)


@lru_cache(maxsize=4096)
def fold(word: str) -> str:
    """Small letters without accents, as ``private.search_fold`` writes them in the database."""
    if word.isascii():
        return word.lower()
    bare = _UNSEEN.sub("", unicodedata.normalize("NFKD", word))
    return bare.translate(_LETTERS).lower()


def worth_searching(text: str) -> bool:
    """Whether there is enough to look for."""
    return sum(map(len, _WORD.findall(text))) >= LEAST


def valid_query(text: str) -> str:
    """``text`` without the spaces around it.

    Raises:
        QueryTooShort, QueryTooLong: nothing is searched for.
    """
    text = text.strip()
    if not worth_searching(text):
        raise QueryTooShort(least=LEAST, fields=("query",))
    if len(text) > MOST or len(_WORD.findall(text)) > WORDS:
        raise QueryTooLong(most=MOST, words=WORDS, fields=("query",))
    return text


def moments(
    since: date | None, until: date | None, timezone: str
) -> tuple[datetime | None, datetime | None]:
    """The instant at which the first day begins, and the one at which the last has ended.

    Raises:
        SearchPeriodEmpty: the last day is before the first.
    """
    if since and until and until < since:
        raise SearchPeriodEmpty(since=since, until=until, fields=("until",))
    zone = ZoneInfo(timezone)
    after = until + timedelta(days=1) if until and until < date.max else None
    return (
        datetime.combine(since, time.min, zone) if since else None,
        datetime.combine(after, time.min, zone) if after else None,
    )


def marked(text: str, meant: Collection[str]) -> Marked:
    """``text`` with the words marked whose folded form is among ``meant``."""
    if not meant:
        return Marked(text)
    if text.isascii():
        # Nothing to decompose: one pattern for all the words, and not a comparison for each.
        found = _any_of(frozenset(meant)).finditer(text.lower())
        return Marked(text, tuple(one.span() for one in found))
    return Marked(
        text,
        tuple(one.span() for one in _WORD.finditer(text) if fold(one.group()) in meant),
    )


@lru_cache(maxsize=32)
def _any_of(words: frozenset[str]) -> re.Pattern[str]:
    """Any of the words, whole."""
    either = "|".join(map(re.escape, sorted(words)))
    return re.compile(rf"(?<![^\W_])(?:{either})(?![^\W_])")


def snippet(text: str, meant: Collection[str], size: int = SNIPPET) -> Marked:
    """About ``size`` characters on one line around the first word that is meant; without such a
    word the beginning."""
    line = " ".join(text.split())
    if len(line) <= size:
        return marked(line, meant)
    first = next((start for start, _end in marked(line, meant).marks), 0)
    start = _word_start(line, max(0, min(first - size // 4, len(line) - size)))
    end = _word_end(line, start + size)
    cut = ("… " if start else "") + line[start:end] + (" …" if end < len(line) else "")
    return marked(cut, meant)


def within(found: Marked, size: int) -> Marked:
    """The same without its beginning, where less than all of the first mark is in the first
    ``size`` characters."""
    first = next(iter(found.marks), (0, 0))
    if first[1] <= size:
        return found
    at = _word_start(found.text, max(0, first[0] - size // 3))
    moved = 2 - at
    return Marked(
        "… " + found.text[at:],
        tuple((start + moved, end + moved) for start, end in found.marks),
    )


def _word_start(line: str, at: int) -> int:
    """The beginning of a word at or after ``at``, unless the word is endless."""
    space = line.find(" ", at, at + 30)
    return at if at == 0 or space < 0 else space + 1


def _word_end(line: str, at: int) -> int:
    """The end of a word at or before ``at``, unless the word is endless."""
    if at >= len(line):
        return len(line)
    space = line.rfind(" ", at - 30, at + 1)
    return at if space < 0 else space
