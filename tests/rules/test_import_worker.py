"""What the process that reads workbooks answers: tried in this process, without its limits."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import NamedStyle

from kpix_tui.domains.imports.reader import worker

Capture = pytest.CaptureFixture[str]


def answer(path: Path, sheet: str, capsys: Capture) -> tuple[int, list[Any]]:
    """The exit code and the lines."""
    code = worker.main(str(path), sheet)
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Two sheets, the first of them hidden, with a cell of every kind."""
    made = openpyxl.Workbook()
    hidden = made.active
    hidden.title, hidden.sheet_state = "hidden", "hidden"
    hidden.append(["secret"])
    shown = made.create_sheet("shown")
    made.create_sheet("empty")
    shown.append(["Name", None, "Share", "Day", "Moment", "Clock", "Yes", "Error", "Number"])
    day = date(2026, 10, 1)
    moment = datetime(2026, 10, 1, 8, 30, 0, 600_000, UTC).replace(tzinfo=None)
    shown.append(["North", None, 0.52, day, moment, time(8, 30), True, "#DIV/0!", 12.50])
    percent, own = shown["C2"], shown["I2"]
    percent.number_format = "0%"
    own.number_format = '0.0 "no % here"'
    shown["H2"].data_type = "e"
    shown["J2"] = 0.125
    shown["J2"].style = NamedStyle("share", number_format="0.0%")
    shown["K2"] = 60
    shown["K2"].number_format = "yyyy-mm-dd"
    shown.merge_cells("A4:C4")
    shown["A4"] = "merged"
    path = tmp_path / "book.xlsx"
    made.save(path)
    return path


def test_the_first_visible_sheet_with_a_cell_of_every_kind(book: Path, capsys: Capture) -> None:
    code, (head, first, second, third) = answer(book, "", capsys)
    assert code == 0
    assert head == {
        "sheets": [
            {"name": "hidden", "visible": False, "filled": True},
            {"name": "shown", "visible": True, "filled": True},
            {"name": "empty", "visible": True, "filled": False},
        ],
        "sheet": "shown",
        "merged": [[3, 0, 3, 2]],
    }
    assert first[0] == 1
    assert first[1][:3] == ["sName", "", "sShare"]
    assert second == [
        2,
        [
            *("sNorth", "", "p52%", "d2026-10-01", "d2026-10-01 08:30:01", "s08:30:00", "sTRUE"),
            *("e#DIV/0!", "n12.5", "p12.5%", "e1900-02-29"),
        ],
    ]
    assert third[1][0] == "smerged"


def test_a_sheet_that_is_named_and_one_that_is_not_there(book: Path, capsys: Capture) -> None:
    assert answer(book, "hidden", capsys)[1][1] == [1, ["ssecret"]]
    assert answer(book, "empty", capsys)[1][0]["sheet"] == "empty"
    assert answer(book, "nowhere", capsys)[1][0]["sheet"] is None


def test_a_workbook_with_nothing_in_it(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "nothing.xlsx"
    openpyxl.Workbook().save(path)
    code, lines = answer(path, "", capsys)
    assert (code, lines[0]["sheet"], len(lines)) == (0, None, 1)


@pytest.mark.parametrize("content", [b"PK\x03\x04 nothing", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 x"])
def test_what_is_no_workbook(tmp_path: Path, content: bytes, capsys: Capture) -> None:
    path = tmp_path / "broken.xlsx"
    path.write_bytes(content)
    assert answer(path, "", capsys) == (4, [])


def test_more_than_is_read(book: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(worker, "MAX_CELLS", 3)
    assert answer(book, "", capsys)[0] == 4


def test_what_other_programs_leave_out(book: Path, tmp_path: Path, capsys: Capture) -> None:
    """Styles and places are told by whoever wants to; without them cells are what they are."""
    bare = tmp_path / "bare.xlsx"
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(bare, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("xl/worksheets/"):
                part = part.replace(b' r="C2"', b"")
            if name == "xl/workbook.xml":
                part = part.replace(b"/xl/worksheets", b"worksheets")
            if name == "xl/_rels/workbook.xml.rels":
                part = part.replace(b'"/xl/worksheets', b'"worksheets')
            new.writestr(name, part)
    assert answer(bare, "shown", capsys)[0] in (0, 4)
    assert worker._marks(str(bare), "nowhere") == {}
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as made:
        made.writestr("a", "b")
    assert worker._marks(str(other), "") == {}


def test_what_is_neither_a_day_nor_a_number() -> None:
    assert worker._day(timedelta(hours=30)) == "s1 day, 6:00:00"
    assert worker._cell(False, None) == "sFALSE"
    assert worker._cell(1e15, None) == "n1000000000000000"
