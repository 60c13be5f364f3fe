"""Reading a CSV file, whatever its encoding and its delimiter, into rows of cells."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from kpix_tui.domains.imports import errors
from kpix_tui.domains.imports.rules import Numbered, find_header, has_column, width
from kpix_tui.kernel.errors import KpixError

MAX_CELL: Final = 131_072
"""Characters. It is the csv module's own limit, set again in case something has moved it."""

_MAX_LINE: Final = 1_000_000
"""Characters that are read at once: no line of a real file is longer."""

DELIMITERS: Final = (",", ";", "\t", "|")

_SAMPLE: Final = 40
"""Records that tell the delimiter."""
_CHUNK: Final = 1024 * 1024
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@contextmanager
def open_text(
    file: BinaryIO, path: Path, wanted: Sequence[str]
) -> Iterator[tuple[str, str, Iterator[Numbered]]]:
    """The encoding, the delimiter and the rows that are not blank.

    Raises:
        errors.FileNotText: it is none.
        errors.CellTooLong, errors.QuotesBroken: while the rows are read.
    """
    encoding = _encoding(file, path)
    file.seek(0)
    stream = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        csv.field_size_limit(MAX_CELL)
        # A character more than the longest cell: a longer header is refused by the reader below.
        delimiter = _delimiter(stream.read(MAX_CELL + 1), wanted)
        stream.seek(0)
        yield encoding.removesuffix("-sig"), delimiter, _records(stream, delimiter, path)
    finally:
        stream.detach()  # the file belongs to whoever opened it


def _encoding(file: BinaryIO, path: Path) -> str:
    """The encoding in which the whole file is text: by its mark, else UTF-8, else Windows-1252."""
    head = file.read(8)
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


def _delimiter(sample: str, wanted: Sequence[str]) -> str:
    """The delimiter that finds most of the wanted columns in the header, then most columns."""

    def score(delimiter: str) -> tuple[int, int]:
        rows = _first_records(sample, delimiter)
        if not rows:
            return 0, 0
        header = rows[find_header(rows, wanted)][1]
        return sum(has_column(header, column) for column in wanted), len(header)

    return max(DELIMITERS, key=score)


def _first_records(sample: str, delimiter: str) -> list[Numbered]:
    """The first records as this delimiter cuts them; those before one that it cannot."""
    records: list[Numbered] = []
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, record in enumerate(reader, 1):
            if width(record):
                records.append((number, record))
            if len(records) == _SAMPLE:
                break
    except csv.Error:
        return records
    return records


def _records(stream: TextIO, delimiter: str, path: Path) -> Iterator[Numbered]:
    """Every record that is not blank, with its number: blank ones count, line breaks do not."""
    number = 0

    def lines() -> Iterator[str]:
        while line := stream.readline(_MAX_LINE):
            if len(line) == _MAX_LINE:
                raise _too_long(number + 1, path)
            yield line

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    try:
        for record in reader:
            number += 1
            if width(record):
                yield number, record
    except csv.Error as error:
        raise _broken(error, number + 1, path) from error


def _broken(error: csv.Error, row: int, path: Path) -> KpixError:
    if "field limit" in str(error):
        return _too_long(row, path)
    return errors.QuotesBroken(fields=("path",), path=str(path), row=row)


def _too_long(row: int, path: Path) -> errors.CellTooLong:
    return errors.CellTooLong(fields=("path",), path=str(path), row=row, limit=MAX_CELL)
