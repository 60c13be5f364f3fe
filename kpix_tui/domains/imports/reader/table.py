"""The rows of a file in the columns that somebody named: what an import judges."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kpix_tui.domains.imports import errors
from kpix_tui.domains.imports.reader.source import Source, open_source
from kpix_tui.domains.imports.rules import (
    Layout,
    Numbered,
    Places,
    RawRow,
    column_name,
    find_header,
    find_places,
    header_rows,
    header_start,
    joined,
    values_of,
)
from kpix_tui.domains.imports.rules.layout import passes
from kpix_tui.domains.imports.views import EVERY, Mapping, Reading, SheetRow

MAX_ROWS: Final = 1_000_000
HEAD: Final = 60
"""Rows among which the header is looked for."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The header that was found: its names, its first and last row, and the rows read below it."""

    names: tuple[str, ...]
    rows: tuple[int, int]
    below: tuple[Numbered, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The values of the rows that are wanted, and how the file was read."""

    rows: tuple[RawRow, ...]
    layout: Layout
    places: Places
    heading: tuple[int, int]
    columns: tuple[str, ...]
    counted: int
    skipped: int
    encoding: str
    sheet: str
    sheets: tuple[SheetRow, ...]
    blind: bool
    size: int
    sha256: str


def read_table(
    path: Path,
    mapping: Mapping,
    tick: Callable[[int], None],
    reading: Reading | None = None,
    locale: str | None = None,
) -> Table:
    """The values of ``path`` in the columns that ``mapping`` names.

    ``tick`` is called with the number of rows read so far, every thousand rows; what it raises
    ends the reading.

    Raises:
        those of :func:`open_source` and :func:`find_places`, and errors.FileEmpty,
        errors.FileWithoutRows, errors.TooManyRows, errors.HeaderMissing: what is wrong with it.
    """
    wanted = reading or Reading()
    names = names_of(mapping)
    with open_source(path, names, wanted.sheet, lambda: tick(0)) as source:
        heading = read_heading(source, path, names, wanted.header)
        places = find_places(heading.names, mapping, wanted.where, locale)
        counts = _Counts()
        records = itertools.chain(heading.below, source.rows)
        rows = tuple(_values(records, places, path, tick, counts))
    if not counts.rows + counts.skipped:
        raise errors.FileWithoutRows(fields=("path",), path=str(path))
    header = heading.names
    return Table(
        rows=rows,
        layout=Layout(
            period="" if places.period is None else column_name(header, places.period),
            kpi=" + ".join(column_name(header, place) for place in places.kpi),
            columns=len(header),
            delimiter=source.delimiter,
        ),
        places=places,
        heading=heading.rows,
        columns=tuple(column_name(header, place) for place in range(len(header))),
        counted=counts.rows,
        skipped=counts.skipped,
        encoding=source.encoding,
        sheet=source.sheet,
        sheets=source.sheets,
        blind=source.blind,
        size=source.size,
        sha256=source.sha256,
    )


def names_of(mapping: Mapping) -> tuple[str, ...]:
    """The columns that a mapping names."""
    every = (*mapping.kpi, mapping.period, *mapping.value, mapping.comment)
    return tuple(name for name in every if name not in ("", EVERY))


def read_heading(
    source: Source, path: Path, names: Sequence[str], asked: tuple[int, int] | None
) -> Heading:
    """The header: the rows that were asked for, else those that are found.

    Raises:
        errors.FileEmpty: there is nothing at all.
        errors.HeaderMissing: there is nothing in the rows that were asked for.
    """
    enough = HEAD if asked is None else max(HEAD, asked[1])
    first_rows = list(itertools.islice(source.rows, enough))
    if not first_rows:
        raise errors.FileEmpty(fields=("path",), path=str(path))
    if asked is None:
        first = header_start(first_rows, find_header(first_rows, names), source.merged)
        last = header_rows(first_rows, first, source.merged)
    else:
        inside = [n for n, (row, _) in enumerate(first_rows) if asked[0] <= row <= asked[1]]
        if not inside:
            raise errors.HeaderMissing(fields=("header_row",), row=asked[0], path=str(path))
        first, last = inside[0], inside[-1]
    heads = first_rows[first : last + 1]
    header = list(heads[0][1]) if len(heads) == 1 else joined(cells for _, cells in heads)
    return Heading(
        names=tuple(header),
        rows=(heads[0][0], heads[-1][0]),
        below=tuple(first_rows[last + 1 :]),
    )


@dataclass(slots=True)
class _Counts:
    rows: int = 0
    skipped: int = 0


def _values(
    records: Iterator[Numbered],
    places: Places,
    path: Path,
    tick: Callable[[int], None],
    counts: _Counts,
) -> Iterator[RawRow]:
    seen: dict[str, str] = {}
    for number, cells in records:
        if counts.rows == MAX_ROWS:
            raise errors.TooManyRows(fields=("path",), path=str(path), limit=MAX_ROWS)
        if places.where and not passes(cells, places):
            counts.skipped += 1
            continue
        counts.rows += 1
        if counts.rows % 1000 == 0:
            tick(counts.rows)
        for row in values_of(number, cells, places):
            # Periods and names repeat from row to row: one copy of each is kept. One that a
            # spreadsheet knows to be a day is not the text that looks the same.
            yield row._replace(kpi=seen.setdefault(row.kpi, row.kpi)) if row.kpi else row
