"""Opening a file that somebody named: what it is, and its rows, whatever kind it is.

The file is opened once. Its hash is that of the bytes that were read: a file that somebody changes
meanwhile is refused at the end, when nothing has been written yet.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from kpix_tui.domains.imports import errors
from kpix_tui.domains.imports.reader import text, workbook
from kpix_tui.domains.imports.rules import Numbered, Region
from kpix_tui.domains.imports.views import SheetRow

MAX_BYTES: Final = 256_000_000
_CHUNK: Final = 1024 * 1024
_MEGABYTE: Final = 1_000_000
_ZIP: Final = b"PK\x03\x04"
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(slots=True)
class Source:
    """An open file: its rows that are not blank, in order, to be read once.

    ``encoding`` and ``delimiter`` say how a text was read, ``sheet`` and ``sheets`` which sheet of
    a workbook it is. ``merged`` are the merged cells.
    """

    rows: Iterator[Numbered]
    size: int
    sha256: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[SheetRow, ...] = ()
    merged: Sequence[Region] = field(default_factory=tuple)
    blind: bool = False
    """Whether percentages and errors of cells cannot be told (XLS, XLSB, ODS)."""


@contextmanager
def open_source(
    path: Path, wanted: Sequence[str] = (), sheet: str = "", tick: Callable[[], None] = lambda: None
) -> Iterator[Source]:
    """Open ``path``; ``wanted`` are names of columns, which tell the delimiter of a text.

    ``tick`` is called while a long file is looked through; what it raises ends that.

    Raises:
        errors.FileMissing, errors.FileIsFolder, errors.FileNotRegular, errors.FileUnreadable,
        errors.FileEmpty, errors.FileNotText, errors.FileTooLarge, errors.WorkbookLocked,
        errors.WorkbookTooLarge, errors.WorkbookBroken, errors.SheetMissing: it cannot be used.
        errors.FileChanged: at the end of the block, it is not the file any more that was opened.
    """
    try:
        with _open(path) as file:
            before = os.fstat(file.fileno())
            sha256, head = _hash(file, before.st_size, path, tick)
            file.seek(0)
            opened = _open_workbook if head.startswith((_ZIP, _COMPOUND)) else _open_text
            with opened(file, path, wanted, sheet) as source:
                source.size, source.sha256 = before.st_size, sha256
                yield source
            _require_same(before, os.stat(path), path)
            _require_same(before, os.fstat(file.fileno()), path)
    except FileNotFoundError as error:
        raise errors.FileMissing(fields=("path",), path=str(path)) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise errors.FileUnreadable(fields=("path",), path=str(path), reason=reason) from error


def _require_same(before: os.stat_result, after: os.stat_result, path: Path) -> None:
    kept = ("st_ino", "st_dev", "st_size", "st_mtime_ns")
    if any(getattr(before, name) != getattr(after, name) for name in kept):
        raise errors.FileChanged(fields=("path",), path=str(path))


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


def _hash(file: BinaryIO, size: int, path: Path, tick: Callable[[], None]) -> tuple[str, bytes]:
    """Of all of it; one that grows while it is read would never end."""
    digest = hashlib.sha256()
    head = b""
    while chunk := file.read(_CHUNK):
        head = head or chunk[:8]
        digest.update(chunk)
        if file.tell() > size:
            raise errors.FileChanged(fields=("path",), path=str(path))
        tick()
    return digest.hexdigest(), head


@contextmanager
def _open_text(file: BinaryIO, path: Path, wanted: Sequence[str], sheet: str) -> Iterator[Source]:
    if sheet:
        raise errors.SheetMissing(fields=("sheet",), sheet=sheet, path=str(path), sheets="–")
    with text.open_text(file, path, wanted) as (encoding, delimiter, rows):
        yield Source(rows, 0, "", encoding=encoding, delimiter=delimiter)


@contextmanager
def _open_workbook(
    file: BinaryIO,
    path: Path,
    wanted: Sequence[str],  # noqa: ARG001 - as for texts
    sheet: str,
) -> Iterator[Source]:
    with workbook.open_workbook(file, path, sheet) as book:
        yield Source(
            book.rows,
            0,
            "",
            sheet=book.sheet,
            sheets=book.sheets,
            merged=book.merged,
            blind=book.blind,
        )
