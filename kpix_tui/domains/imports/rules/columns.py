"""Finding the header among the first rows of a file, and a column by its name. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from kpix_tui.domains.imports import errors
from kpix_tui.domains.imports.cells import Native

Numbered = tuple[int, Sequence[str]]
"""A row's number as a spreadsheet shows it, and its cells."""
Region = tuple[int, int, int, int]
"""Merged cells: first row, first column, last row, last column, all from 0."""

_LETTER: Final = re.compile(r"\(([A-Za-z]{1,3})\)")
_TEXT_SHARE: Final = 0.6
"""Of a table's columns, as many have a name: title lines above it fill fewer."""


def fold(text: str) -> str:
    """``text`` as it is compared when case, accents and blanks do not matter."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKD", text)
    kept = "".join(character for character in plain if not unicodedata.combining(character))
    return " ".join(kept.casefold().split())


def width(cells: Sequence[str]) -> int:
    """How many cells there are, without the blank ones at the end."""
    count = len(cells)
    while count and not cells[count - 1].strip():
        count -= 1
    return count


def letter(place: int) -> str:
    """The name that a spreadsheet gives the column ``place`` (from 0): A … Z, AA …"""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def column_name(header: Sequence[str], place: int) -> str:
    """A column's name on one line; one without a name is called by its letter, as ``(B)``."""
    return " ".join(header[place].split()) or f"({letter(place)})"


def find_column(header: Sequence[str], name: str) -> int:
    """Where the column ``name`` stands, from 0: as it is written, else by :func:`fold`, else by
    its letter in parentheses.

    Raises:
        errors.ColumnMissing: there is none; the existing ones are listed.
        errors.ColumnRepeated: there are several, so the name does not say which.
    """
    folded = fold(name)
    exact = [place for place, column in enumerate(header) if column == name]
    places = exact or [place for place, column in enumerate(header) if fold(column) == folded]
    if not places or not folded:
        place = _by_letter(header, name)
        if place is not None:
            return place
        columns = ", ".join(" ".join(column.split()) for column in header if column.strip())
        raise errors.ColumnMissing(fields=("mapping",), column=name, columns=columns)
    if len(places) > 1:
        letters = ", ".join(f"({letter(place)})" for place in places)
        raise errors.ColumnRepeated(fields=("mapping",), column=name, letters=letters)
    return places[0]


def _by_letter(header: Sequence[str], name: str) -> int | None:
    found = _LETTER.fullmatch(name.strip())
    if found is None:
        return None
    place = 0
    for character in found[1].upper():
        place = place * 26 + ord(character) - ord("A") + 1
    return place - 1 if place <= len(header) else None


def has_column(header: Sequence[str], name: str) -> bool:
    """Whether the header has such a column, or several."""
    try:
        find_column(header, name)
    except errors.ColumnMissing:
        return False
    except errors.ColumnRepeated:
        return True
    return True


def find_header(rows: Sequence[Numbered], wanted: Iterable[str]) -> int:
    """Which of the first rows (place in ``rows``) holds the names of the columns.

    The first one with most of the ``wanted`` names, where there are any. Else the first one that
    names most of the columns that the rows below it fill, in texts: titles, notes and blank rows
    stand above it. Where cells tell numbers from texts, the one with most different names above
    the first number: notes may fill a row as well.
    """
    names = tuple(wanted)
    if names:
        found = [sum(has_column(cells, name) for name in names) for _, cells in rows]
        if any(found):
            return found.index(max(found))
    typed = any(isinstance(cell, Native) for _, cells in rows for cell in cells)
    best, most = None, 0
    for place, (_, cells) in enumerate(rows):
        named = [cell for cell in cells if cell.strip()]
        if typed and best is not None and not all(map(_names, named)):
            break  # the data begin: what names most of the columns stands above them
        below = max((width(other) for _, other in rows[place + 1 : place + 11]), default=0)
        if len(named) >= max(1, below * _TEXT_SHARE) and all(map(_names, named)):
            if not typed:
                return place
            if len(set(named)) > most:
                best, most = place, len(set(named))
    return best or 0


def _names(cell: str) -> bool:
    """A name, and not a value: years and dates may head columns."""
    return not (isinstance(cell, Native) and cell.number and not re.fullmatch(r"\d{4}", cell))


def header_start(rows: Sequence[Numbered], found: int, merged: Sequence[Region]) -> int:
    """The first row (place in ``rows``) of a header that was found at ``found``: names that are
    merged over several rows begin further up."""
    number = rows[found][0] - 1
    top = min((top for top, _, bottom, _ in merged if top < number <= bottom), default=number)
    return next(place for place, (row, _) in enumerate(rows) if row - 1 >= top)


def header_rows(rows: Sequence[Numbered], first: int, merged: Sequence[Region]) -> int:
    """The last row (place in ``rows``) of a header that begins at ``first`` and whose merged
    cells reach further down."""
    number = rows[first][0] - 1
    last = number
    if sum(1 for cell in rows[first][1] if cell.strip()) < 2:
        return first
    for top, left, bottom, right in sorted(merged):
        if number <= top <= last:
            # A name over several columns has their own names below it.
            last = max(last, bottom + (right > left and top == number and bottom < last + 1))
    places = [place for place, (row, _) in enumerate(rows) if first <= place and row - 1 <= last]
    return places[-1]


def joined(rows: Iterable[Sequence[str]]) -> list[str]:
    """The names that several header rows give: the parts of each column, from above."""
    columns: list[list[str]] = []
    for cells in rows:
        for place, cell in enumerate(cells):
            if place == len(columns):
                columns.append([])
            part = " ".join(cell.split())
            if part and part not in columns[place]:
                columns[place].append(part)
    return [" ".join(parts) for parts in columns]
