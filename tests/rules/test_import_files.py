"""Files as other programs write them: read as their answers say, or refused with a reason.

The answers are those of the readers that the files come from (``EXPECTED.json``), not ours. The
fuzzer changes the files; ``KPIX_TEST_FUZZ`` is how many it makes (a few, unless it says more).
"""

from __future__ import annotations

import json
import os
import random
import re
import struct
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kpix_tui.domains.imports import errors
from kpix_tui.domains.imports.cells import ErrorCell, Native, NumberCell
from kpix_tui.domains.imports.reader import open_source, read_table, workbook
from kpix_tui.domains.imports.reader.table import read_heading
from kpix_tui.domains.imports.views import Mapping, Reading
from kpix_tui.kernel.errors import KpixError
from tests.support.files import SHARED

CASES = SHARED / "import_cases"
real = pytest.mark.skipif(not CASES.is_dir(), reason="the hard cases are not here")
FUZZED = int(os.environ.get("KPIX_TEST_FUZZ", "60"))
ONE = Mapping(period="period", value=("value",))


def silent(_: int) -> None:
    """A tick that nobody listens to."""


def rows_of(path: Path, sheet: str = "") -> list[tuple[int, list[str]]]:
    """Every row of a file that is not blank, with its number, without blank cells at the end."""
    with open_source(path, (), sheet) as source:
        return [(number, trimmed(cells)) for number, cells in source.rows]


def trimmed(cells: Any) -> list[str]:
    """Cells without the blank ones at the end."""
    found = list(cells)
    while found and not found[-1].strip():
        found.pop()
    return found


def heading_of(path: Path, sheet: str = "", header: tuple[int, int] | None = None) -> Any:
    """The header of a file, found or asked for."""
    with open_source(path, (), sheet) as source:
        return read_heading(source, path, (), header)


def text(cell: object) -> str:
    """What the answers write, as it is read here."""
    if cell is None:
        return ""
    return (
        format(Decimal(str(cell)).normalize(), "f") if isinstance(cell, int | float) else str(cell)
    )


# --- answers that come with the files ----------------------------------------------------------


@real
def test_blank_cells_and_rows() -> None:
    path = CASES / "readxl" / "blanks.xlsx"
    answers = json.loads((CASES / "EXPECTED.json").read_text())["readxl/blanks.xlsx"]["sheets"]
    for sheet, columns in answers.items():
        (_, header), *rows = rows_of(path, sheet)
        assert header == list(columns)
        wanted = [tuple(map(text, row)) for row in zip(*columns.values(), strict=True)]
        assert [tuple((cells + [""] * 2)[:2]) for _, cells in rows] == [
            row for row in wanted if any(row)
        ]


@real
def test_both_epochs_give_the_same_dates() -> None:
    names = ("dates-1900.xls", "dates-1904.xls", "dates-1900-LibreOffice.xlsx")
    found = [rows_of(CASES / "readxl" / name) for name in names]
    assert found[0][0][1][0] == "2000-01-01"
    assert found[0] == found[1] == found[2]


@real
@pytest.mark.parametrize(
    ("name", "sheet"),
    [
        ("datetime-rounding.xlsx", ""),
        ("dates-leap-year-1900-xlsx.xlsx", "for_testing"),
        ("dates-leap-year-1900-xlsx.xlsx", "for_human_eyes"),
    ],
)
def test_instants_are_those_that_are_shown(name: str, sheet: str) -> None:
    """And 29 February 1900, which the calendar has not, is an error and no other day."""
    for _, cells in rows_of(CASES / "readxl" / name, sheet)[1:]:
        if cells[1].startswith("1900-02-29"):
            assert isinstance(cells[0], ErrorCell)
        else:
            assert cells[0] == cells[1]


@real
def test_numbers_as_texts_booleans_and_errors() -> None:
    path = CASES / "readxl" / "types.xlsx"
    assert rows_of(path, "numeric_coercion")[2] == (3, ["72"])
    cells = {cells[0]: cells[1] for _, cells in rows_of(path, "smorgasbord") if len(cells) > 1}
    assert (cells["double"], cells["numeric formula"], cells["date"]) == (
        "1.3",
        "1.69",
        "2016-02-26",
    )
    wrong = {name: cell for name, cell in cells.items() if name.startswith("error")}
    assert all(isinstance(cell, ErrorCell) for cell in wrong.values())
    assert wrong["error #DIV/0!"] == "#DIV/0!"
    assert len(wrong) == 8


@real
def test_empty_sheets_and_hidden_titles() -> None:
    path = CASES / "readxl" / "empty-sheets.xlsx"
    with open_source(path) as source:
        assert (source.sheet, [one.filled for one in source.sheets]) == (
            "header_only",
            [False, True],
        )
    with open_source(path, (), "empty") as source:
        assert list(source.rows) == []
    with pytest.raises(errors.FileEmpty):
        read_table(path, ONE, silent, Reading(sheet="empty"))


@real
def test_texts_in_the_cells_themselves() -> None:
    for name, head in (("inlineStr.xlsx", "NN"), ("inlineStr2.xlsx", "NNNN")):
        (_, header), (_, row) = rows_of(CASES / "readxl" / name)
        assert header[0] == head
        assert row[header.index("ID")] == "RQ11610"
    (_, header), (_, row) = rows_of(CASES / "readxl" / "missing-v-node-xlsx.xlsx")
    assert (header, row) == (["A", "B", "A + B"], ["1", "2"])
    first, second = rows_of(CASES / "readxl" / "richtext-coloured.xlsx")
    assert (first[1], second[1][0]) == (["abcd"] * 4, "tvalrval1rval2")


@real
def test_two_programs_write_the_same_flowers() -> None:
    excel, google = (
        rows_of(CASES / "readxl" / name)
        for name in ("iris-excel-xlsx.xlsx", "iris-google-doc.xlsx")
    )
    assert excel == google
    assert (len(excel), {len(cells) for _, cells in excel}) == (151, {5})


@real
def test_names_of_sheets_in_any_alphabet() -> None:
    for sheet in ("µ", "∂"):
        assert rows_of(CASES / "readxl" / "utf8-sheet-names.xlsx", sheet)[1] == (2, ["1"])
    with pytest.raises(errors.SheetMissing) as refused:
        rows_of(CASES / "readxl" / "utf8-sheet-names.xlsx", "u")
    assert str(refused.value).endswith("Sheets: µ, ∂")


@real
@pytest.mark.parametrize("sheet", ["arts", "other"])
def test_notes_above_a_table_are_no_header(sheet: str) -> None:
    heading = heading_of(CASES / "readxl" / "deaths.xlsx", sheet)
    assert heading.rows == (5, 5)
    assert heading.names[:3] == ("Name", "Profession", "Age")


@real
def test_merged_cells_stand_in_each_of_their_rows() -> None:
    rows = rows_of(CASES / "frictionless" / "merged-cells.xlsx")
    assert rows[0] == (1, ["data", "data"])


@real
def test_headers_of_several_rows() -> None:
    path = CASES / "frictionless" / "multiline-headers.xlsx"
    heading = heading_of(path)
    assert heading.rows == (1, 5)
    assert list(heading.names) == [
        "Region",
        "Caloric contribution (%)",
        "Cumulative impact of changes on cost of food basket from previous quarter",
        "Cumulative impact of changes on cost of food basket from baseline (%)",
    ]
    assert [trimmed(cells) for _, cells in heading.below] == [["A", "B", "C", "D"]]
    asked = heading_of(CASES / "frictionless" / "issue-320.xlsx", header=(10, 12))
    assert asked.names[7] == "Current Population Analysed % of total county Pop"


@real
def test_percentages_are_what_is_shown() -> None:
    rows = rows_of(CASES / "frictionless" / "preserve-formatting-percentage.xlsx")
    assert [cells for _, cells in rows[1:]] == [["123", "52%"], ["456", "30%"], ["789", "6%"]]
    assert all(
        isinstance(cells[1], NumberCell) and cells[1].decimal() == Decimal(cells[1][:-1])
        for _, cells in rows[1:]
    )


@real
def test_numbers_have_the_digits_that_a_spreadsheet_keeps() -> None:
    rows = rows_of(CASES / "frictionless" / "adjust-floating-point-error.xlsx")
    assert rows[2][1][2] == "274.66"
    rows = rows_of(CASES / "frictionless" / "number-format-multicode.xlsx")
    numbers = [Decimal(cells[0]) for _, cells in rows[1:]]
    assert [round(n, 1) for n in numbers] == [Decimal("4.5"), Decimal("-9.0"), Decimal("15.8")]


@real
def test_the_second_sheet_where_the_first_is_empty() -> None:
    with open_source(CASES / "frictionless" / "sheet2.xlsx") as source:
        assert source.sheet == "Sheet2"
        assert [trimmed(cells) for _, cells in source.rows] == [
            ["id", "name"],
            ["1", "english"],
            ["2", "中国人"],
        ]


@real
def test_every_file_is_read_as_another_reader_reads_it_or_refused() -> None:
    """The rows of both readers, and of openpyxl where it agrees: what differs is ours alone."""
    consensus = json.loads((CASES / "CONSENSUS.json").read_text())
    for name, answers in consensus.items():
        for sheet, answer in answers.get("calamine", {}).items():
            if answer.get("type") != "WorkSheet" or not answer.get("rows"):
                continue
            read = {cell for _, cells in rows_of(CASES / name, sheet) for cell in cells if cell}
            for row in answer["rows"]:
                for cell in row:
                    if (
                        isinstance(cell, str)
                        and cell.strip()
                        and not re.match(r"\d{4}-\d\d-\d\d", cell)
                    ):
                        assert cell in read, (name, sheet, cell)
                    elif isinstance(cell, float) and not any(one.endswith("%") for one in read):
                        assert text(Decimal(format(cell, ".15g"))) in read or cell == int(cell), (
                            name,
                            sheet,
                            cell,
                        )


@real
def test_no_file_is_read_in_silence() -> None:
    files = [path for path in sorted(CASES.rglob("*")) if path.suffix in {".csv", ".xls", ".xlsx"}]
    assert len(files) > 90
    for path in files:
        said = ""
        try:
            rows = rows_of(path)
        except KpixError as refused:
            said = str(refused)
        assert said or rows, path
        assert "{" not in said, path


# --- workbooks of our own ----------------------------------------------------------------------


def make(path: Path, rows: list[list[Any]]) -> Path:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_hidden_sheet_is_read_only_when_it_is_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Secret"
    book.active.append(["period", "value"])
    book.active.sheet_state = "hidden"
    book.create_sheet("Shown").append(["period", "value", "x"])
    path = tmp_path / "book.xlsx"
    book.save(path)
    with open_source(path) as source:
        assert source.sheet == "Shown"
        assert [(one.name, one.visible) for one in source.sheets] == [
            ("Secret", False),
            ("Shown", True),
        ]
    assert rows_of(path, "Secret") == [(1, ["period", "value"])]


def test_numbers_that_are_merged_do_not_become_several(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["kpi", "period", "value"], ["A", "2026-01", 5], [None, "2026-02", None]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("C2:C3")
    path = tmp_path / "merged.xlsx"
    book.save(path)
    assert rows_of(path) == [
        (1, ["kpi", "period", "value"]),
        (2, ["A", "2026-01", "5"]),
        (3, ["A", "2026-02"]),
    ]


def compound(path: Path, names: list[str]) -> Path:
    """A compound file of version 3 with streams of these names and nothing in them."""
    entries = b""
    for place, name in enumerate(["Root Entry", *names]):
        raw = name.encode("utf-16-le")
        kind = 5 if place == 0 else 2
        head = raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw) + 2, kind, 1)
        entries += (head + struct.pack("<3I", 0xFFFFFFFF, 0xFFFFFFFF, 1)).ljust(128, b"\0")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(24, b"\0")
    header += struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6)
    header = header.ljust(44, b"\0") + struct.pack("<4I", 1, 1, 0, 4096)
    path.write_bytes(header.ljust(512, b"\xff") + b"\xff" * 512 + entries.ljust(512, b"\0"))
    return path


def test_a_workbook_with_a_password(tmp_path: Path) -> None:
    path = compound(tmp_path / "locked.xlsx", ["EncryptionInfo", "EncryptedPackage"])
    with pytest.raises(errors.WorkbookLocked):
        rows_of(path)
    plain = make(tmp_path / "plain.xlsx", [["a"]])
    raw = bytearray(plain.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1  # a part that says it is encrypted
    (tmp_path / "part.xlsx").write_bytes(raw)
    with pytest.raises(errors.WorkbookLocked):
        rows_of(tmp_path / "part.xlsx")


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
    with pytest.raises(errors.WorkbookTooLarge):
        rows_of(path)


def test_a_cell_at_the_end_of_the_sheet_does_not_take_all_memory(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "period"
    book.active["XFD1048576"] = 1
    path = tmp_path / "far.xlsx"
    book.save(path)
    with pytest.raises(errors.WorkbookTooLarge):
        rows_of(path)


def test_a_folder_of_2_gb_files_is_refused_by_size(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)
    with pytest.raises(errors.FileTooLarge) as refused:
        rows_of(path)
    assert "2000 MB" in str(refused.value)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_that_changes_while_it_is_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"values.{kind}"
    if kind == "csv":
        path.write_text("period,value\n" + "2026,1\n" * 5000)
    else:
        make(path, [["period", "value"], *[["2026", 1]] * 3000])

    def append(_: int) -> None:
        with path.open("ab") as file:
            file.write(b"\n")

    with pytest.raises(errors.FileChanged):
        read_table(path, ONE, append)


def test_a_reader_that_is_killed_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(tmp_path / "book.xlsx", [["period", "value"], ["2026", 1]])
    worker = tmp_path / "worker.py"
    worker.write_text("import os\nprint('{\"sheets\": [', flush=True)\nos.abort()\n")
    monkeypatch.setattr(workbook, "_WORKER", worker)
    with pytest.raises(errors.WorkbookTooLarge):
        rows_of(path)


# --- the fuzzer --------------------------------------------------------------------------------


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The file with something broken: bytes turned, cut out, doubled, or the end gone."""
    found = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        if not found:
            break
        place = chance.randrange(len(found))
        match chance.randrange(5):
            case 0:
                found[place] = chance.randrange(256)
            case 1:
                del found[place : place + chance.randint(1, 40)]
            case 2:
                found[place:place] = found[place : place + chance.randint(1, 40)]
            case 3:
                found[place:place] = chance.choice(
                    [b'"', b";", b",", b"\n", b"\0", b"\xff\xfe", b"'"]
                )
            case _:
                if chance.random() < 0.2:
                    del found[place:]
    return bytes(found)


def repacked(path: Path, chance: random.Random) -> bytes:
    """A workbook with one of its parts broken, its archive whole."""
    import io

    packed = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        broken = chance.choice([name for name in names if name.endswith(".xml")] or names)
        for name in names:
            part = old.read(name)
            new.writestr(name, mutated(part, chance) if name == broken else part)
    return packed.getvalue()


def magnitude_kept(cells: list[str]) -> bool:
    """No number that is read is one that nobody could have written."""
    return all(
        cell.decimal() is not None for cell in cells if isinstance(cell, NumberCell)
    ) and all(type(cell) is str or isinstance(cell, Native) for cell in cells)


@real
def test_broken_files_are_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    chance = random.Random(20261121)
    files = [path for path in sorted(CASES.rglob("*")) if path.suffix in {".csv", ".xls", ".xlsx"}]
    refused = 0
    for number in range(FUZZED):
        origin = chance.choice(files)
        path = tmp_path / f"case{origin.suffix}"
        if origin.suffix == ".xlsx" and chance.random() < 0.7:
            path.write_bytes(repacked(origin, chance))
        else:
            path.write_bytes(mutated(origin.read_bytes(), chance))
        try:
            rows = rows_of(path)
        except KpixError as error:
            refused += 1
            said = str(error)
        else:
            said = ""
            assert all(magnitude_kept(cells) for _, cells in rows), (number, origin)
        assert "{" not in said, (number, origin)
    assert refused < FUZZED
