"""Reading a CSV file into the few cells that an import needs. No database, no decisions on values.

The file is opened once and read twice: as bytes, to know that it is text and in which encoding,
then as records. Memory holds one chunk of bytes and, for each row, the cells of mapped columns.
"""

from __future__ import annotations

import codecs
import csv
import io
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from kpix_tui.domains.imports import errors
from kpix_tui.domains.imports.rules import Layout, RawRow, find_column
from kpix_tui.domains.imports.views import Mapping
from kpix_tui.kernel.errors import KpixError

MAX_BYTES: Final = 64_000_000
MAX_ROWS: Final = 500_000
MAX_CELL: Final = 131_072
"""Characters. It is the csv module's own limit, set again in case something has moved it."""

_MAX_LINE: Final = 1_000_000
"""Characters that are read at once: no line of a real file is longer."""

DELIMITERS: Final = (",", ";", "\t", "|")

_CHUNK: Final = 1024 * 1024
_MEGABYTE: Final = 1_000_000
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""How xlsx and ods (zip archives) and xls (a compound file) begin."""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that are not blank, and how the file was read."""

    rows: tuple[RawRow, ...]
    layout: Layout
    encoding: str


def read_table(path: Path, mapping: Mapping, tick: Callable[[int], None]) -> Table:
    """The rows of ``path`` in the columns that ``mapping`` names.

    ``tick`` is called with the number of rows read so far, every thousand rows; what it raises
    ends the reading.

    Raises:
        errors.FileMissing, errors.FileIsFolder, errors.FileNotRegular, errors.FileUnreadable,
        errors.FileEmpty, errors.FileIsWorkbook, errors.FileNotText, errors.FileTooLarge,
        errors.FileWithoutRows, errors.TooManyRows, errors.CellTooLong, errors.QuotesBroken,
        errors.ColumnMissing, errors.ColumnRepeated: what is wrong with the file.
    """
    try:
        with _open(path) as file:
            encoding = _encoding(file, path)
            file.seek(0)
            with io.TextIOWrapper(file, encoding=encoding, newline="") as text:
                return _read(text, encoding.removesuffix("-sig"), path, mapping, tick)
    except FileNotFoundError as error:
        raise errors.FileMissing(fields=("path",), path=str(path)) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise errors.FileUnreadable(fields=("path",), path=str(path), reason=reason) from error


def _open(path: Path) -> BinaryIO:
    """Open an ordinary file, and only that: opening a pipe would wait for somebody to write."""
    if "\0" in str(path):
        raise errors.FileMissing(fields=("path",), path=str(path))
    facts = path.stat()
    if stat.S_ISDIR(facts.st_mode):
        raise errors.FileIsFolder(fields=("path",), path=str(path))
    if not stat.S_ISREG(facts.st_mode):
        raise errors.FileNotRegular(fields=("path",), path=str(path))
    if facts.st_size == 0:
        raise errors.FileEmpty(fields=("path",), path=str(path))
    if facts.st_size > MAX_BYTES:
        raise errors.FileTooLarge(
            fields=("path",),
            path=str(path),
            size=-(-facts.st_size // _MEGABYTE),
            limit=MAX_BYTES // _MEGABYTE,
        )
    return path.open("rb")


def _encoding(file: BinaryIO, path: Path) -> str:
    """The encoding in which the whole file is text: by its mark, else UTF-8, else Windows-1252."""
    head = file.read(8)
    if head.startswith(_WORKBOOKS):
        raise errors.FileIsWorkbook(fields=("path",), path=str(path))
    marked = [name for mark, name in _MARKS if head.startswith(mark)]
    for encoding in marked or ("utf-8", "windows-1252"):
        file.seek(0)
        if _is_text(file, encoding):
            return encoding
    raise errors.FileNotText(fields=("path",), path=str(path))


def _is_text(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(_CHUNK):
            if "\0" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _read(
    text: TextIO, encoding: str, path: Path, mapping: Mapping, tick: Callable[[int], None]
) -> Table:
    csv.field_size_limit(MAX_CELL)
    # A character more than the longest cell: a longer header is refused by the reader below.
    delimiter = _delimiter(text.read(MAX_CELL + 1), mapping)
    text.seek(0)
    records = _records(text, delimiter, path)
    _, header = next(records, (0, None))
    if header is None:
        raise errors.FileEmpty(fields=("path",), path=str(path))
    places = _places(header, mapping)
    rows = tuple(_rows(records, places, path, tick))
    if not rows:
        raise errors.FileWithoutRows(fields=("path",), path=str(path))
    layout = Layout(
        period=_name(header, places.period),
        value=_name(header, places.value),
        kpi=_name(header, places.kpi),
        columns=len(header),
        delimiter=delimiter,
    )
    return Table(rows, layout, encoding)


def _delimiter(sample: str, mapping: Mapping) -> str:
    """The delimiter that finds most of the mapped columns in the header, then most columns."""

    def score(delimiter: str) -> tuple[int, int]:
        header = _first_record(sample, delimiter)
        return sum(_has(header, column) for column in _wanted(mapping)), len(header)

    return max(DELIMITERS, key=score)


def _first_record(sample: str, delimiter: str) -> list[str]:
    """The header as this delimiter cuts it; empty where it cannot."""
    try:
        records = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, strict=True)
        return next((record for record in records if _width(record)), [])
    except csv.Error:
        return []


def _wanted(mapping: Mapping) -> tuple[str, ...]:
    return tuple(name for name in (mapping.kpi, mapping.period, mapping.value) if name is not None)


def _has(header: list[str], column: str) -> bool:
    try:
        find_column(header, column)
    except errors.ColumnMissing:
        return False
    except errors.ColumnRepeated:
        return True
    return True


def _records(text: TextIO, delimiter: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Every record that is not blank, with its number: blank ones count, line breaks do not."""
    number = 0

    def lines() -> Iterator[str]:
        while line := text.readline(_MAX_LINE):
            if len(line) == _MAX_LINE:
                raise _too_long(number + 1, path)
            yield line

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    try:
        for record in reader:
            number += 1
            if _width(record):
                yield number, record
    except csv.Error as error:
        raise _broken(error, number + 1, path) from error


def _broken(error: csv.Error, row: int, path: Path) -> KpixError:
    if "field limit" in str(error):
        return _too_long(row, path)
    return errors.QuotesBroken(fields=("path",), path=str(path), row=row)


def _too_long(row: int, path: Path) -> errors.CellTooLong:
    return errors.CellTooLong(fields=("path",), path=str(path), row=row, limit=MAX_CELL)


def _width(record: list[str]) -> int:
    """How many cells there are, without the blank ones at the end."""
    width = len(record)
    while width and not record[width - 1].strip():
        width -= 1
    return width


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the mapped columns stand, from 0."""

    period: int
    value: int
    kpi: int | None


def _places(header: list[str], mapping: Mapping) -> _Places:
    wanted = _wanted(mapping)
    places = [find_column(header, column) for column in wanted]
    for column, place in zip(wanted, places, strict=True):
        if places.count(place) > 1:
            raise errors.ColumnUsedTwice(fields=("mapping",), column=column)
    return _Places(places[-2], places[-1], None if mapping.kpi is None else places[0])


def _name(header: list[str], place: int | None) -> str:
    """A column's name on one line."""
    return "" if place is None else " ".join(header[place].split())


def _rows(
    records: Iterator[tuple[int, list[str]]],
    places: _Places,
    path: Path,
    tick: Callable[[int], None],
) -> Iterator[RawRow]:
    seen: dict[str, str] = {}
    for count, (number, record) in enumerate(records, 1):
        if count > MAX_ROWS:
            raise errors.TooManyRows(fields=("path",), path=str(path), limit=MAX_ROWS)
        if count % 1000 == 0:
            tick(count)
        # Periods and names repeat from row to row: one copy of each is kept.
        period, kpi = _cell(record, places.period), _cell(record, places.kpi)
        yield RawRow(
            number,
            seen.setdefault(period, period),
            _cell(record, places.value),
            seen.setdefault(kpi, kpi),
            _width(record),
        )


def _cell(record: list[str], place: int | None) -> str:
    """The cell's text without surrounding blanks; a row may end early."""
    return "" if place is None or place >= len(record) else record[place].strip()
