"""Reading a sheet of a workbook through a process that has limits (``worker.py``)."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, Final

from kpix_tui.domains.imports import errors
from kpix_tui.domains.imports.cells import DayCell, ErrorCell, NumberCell
from kpix_tui.domains.imports.rules import Numbered, Region
from kpix_tui.domains.imports.views import SheetRow
from kpix_tui.kernel.errors import InputInvalid

MAX_UNPACKED: Final = 2_000_000_000
"""Bytes that the parts of a workbook may have together."""
MAX_RATIO: Final = 400
"""How many times smaller a part may be packed; sheets of real data reach 30."""
_FREE: Final = 50_000_000
"""Bytes below which the ratio does not matter."""
_WORKER: Final = Path(__file__).with_name("worker.py")
_KINDS: Final = {"s": str, "n": NumberCell, "p": NumberCell, "d": DayCell, "e": ErrorCell}


@dataclass(frozen=True, slots=True)
class Book:
    """One sheet of a workbook, and the names of all."""

    rows: Iterator[Numbered]
    sheet: str
    sheets: tuple[SheetRow, ...]
    merged: tuple[Region, ...]
    blind: bool


@contextmanager
def open_workbook(file: BinaryIO, path: Path, sheet: str) -> Iterator[Book]:
    """The sheet called ``sheet``, else the first visible one with anything in it.

    Raises:
        errors.WorkbookLocked, errors.WorkbookTooLarge, errors.WorkbookBroken, errors.SheetMissing:
            it cannot be used.
    """
    parts = _check(file, path)
    seconds = 9 + (file.seek(0, 2) // 1_000_000) * 4
    with tempfile.TemporaryFile() as said:
        # The child reads the file by its name: a copy of its own program, and of nothing else.
        command = [sys.executable, "-I", str(_WORKER), str(path.absolute()), sheet, str(seconds)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said) as child:  # noqa: S603
            assert child.stdout is not None  # noqa: S101 - a pipe was asked for
            try:
                answer = _Answer(child, child.stdout, said, path, sheet)
                yield _book(answer, blind="xl/workbook.xml" not in parts)
            finally:
                child.kill()


def _check(file: BinaryIO, path: Path) -> frozenset[str]:
    """Look at what can be known without unpacking anything."""
    if not zipfile.is_zipfile(file):
        file.seek(0)
        start = file.read(1_000_000)
        file.seek(0)
        if "EncryptedPackage".encode("utf-16-le") in start:
            raise errors.WorkbookLocked(fields=("path",), path=str(path))
        return frozenset()
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise _broken(path, str(error)) from error
    if any(part.flag_bits & 1 for part in parts):
        raise errors.WorkbookLocked(fields=("path",), path=str(path))
    total = sum(part.file_size for part in parts)
    swollen = any(
        part.file_size > _FREE and part.file_size > MAX_RATIO * part.compress_size for part in parts
    )
    if total > MAX_UNPACKED or swollen:
        raise errors.WorkbookTooLarge(fields=("path",), path=str(path))
    return frozenset(part.filename for part in parts)


def _broken(path: Path, reason: str) -> errors.WorkbookBroken:
    said = " ".join(reason.split())[:200] or "?"
    return errors.WorkbookBroken(fields=("path",), path=str(path), reason=said)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the child says: its lines, and its last words."""

    child: subprocess.Popen[bytes]
    lines: IO[bytes]
    said: IO[bytes]
    path: Path
    wanted: str

    def failure(self, sheets: tuple[SheetRow, ...] = ()) -> InputInvalid:
        """Why it ended. Exit codes: ``worker.py``; a signal is a limit."""
        code = self.child.wait()
        self.said.seek(0)
        reason = self.said.read(4000).decode(errors="replace")
        path = str(self.path)
        if sheets or code == 5:
            names = ", ".join(one.name for one in sheets)
            return errors.SheetMissing(
                fields=("sheet",), sheet=self.wanted, path=path, sheets=names
            )
        if code == 3:
            return errors.WorkbookLocked(fields=("path",), path=path)
        if code < 0 or "memory" in reason.lower() or " rows × " in reason:
            return errors.WorkbookTooLarge(fields=("path",), path=path)
        return _broken(self.path, reason.strip().rpartition("\n")[2])


def _book(answer: _Answer, *, blind: bool) -> Book:
    first = answer.lines.readline()
    try:
        head: dict[str, Any] = json.loads(first)
    except ValueError:
        raise answer.failure() from None
    sheets = tuple(SheetRow(one["name"], one["visible"], one["filled"]) for one in head["sheets"])
    if head["sheet"] is None:
        if answer.wanted:
            raise answer.failure(sheets)
        raise errors.FileEmpty(fields=("path",), path=str(answer.path))
    merged = tuple((top, left, bottom, right) for top, left, bottom, right in head["merged"])
    return Book(_filled(_rows(answer), merged), head["sheet"], sheets, merged, blind)


def _rows(answer: _Answer) -> Iterator[Numbered]:
    for line in answer.lines:
        if not line.endswith(b"\n"):
            break
        number, cells = json.loads(line)
        yield number, [_KINDS[cell[0]](cell[1:]) if cell else "" for cell in cells]
    if answer.child.wait() != 0:
        raise answer.failure()


def _filled(rows: Iterator[Numbered], merged: tuple[Region, ...]) -> Iterator[Numbered]:
    """A name or a day that is merged over several cells stands in each of them. A number does
    not: it is one value, and would become several."""
    open_regions: list[tuple[Region, str]] = []
    waiting = sorted(merged, reverse=True)
    for number, cells in rows:
        row = list(cells)
        while waiting and waiting[-1][0] < number:
            region = waiting.pop()
            top, left, _, _ = region
            cell = row[left] if top == number - 1 and left < len(row) else ""
            if cell and not isinstance(cell, NumberCell):
                open_regions.append((region, cell))
        open_regions = [one for one in open_regions if one[0][2] >= number - 1]
        for (_, left, _, right), cell in open_regions:
            row += [""] * (right + 1 - len(row))
            for place in range(left, right + 1):
                row[place] = row[place] or cell
        yield number, row
