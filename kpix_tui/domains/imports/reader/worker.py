"""Reads one sheet of a workbook in a process of its own: ``python -m …worker FILE SHEET``.

A workbook is a program's file and not a person's text: damaged ones make readers crash, wait or
ask for more memory than there is. What happens here happens to nobody else: the process has
limits, and whoever started it can end it. It answers in lines of JSON: first what the workbook
holds, then the rows, each cell with a letter before it for what it is (s text, n number, p
percentage, d day, e error).
"""

from __future__ import annotations

import json
import numbers
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from xml.etree import ElementTree as ET

MEMORY: Final = 3_000_000_000
"""Bytes of address space; a workbook of a million cells takes a tenth."""
MAX_CELLS: Final = 50_000_000
MAX_COLUMNS: Final = 5_000
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL: Final = re.compile(rb"<(?:x:)?c\b([^>]*?)(?:/>|>(.*?)</(?:x:)?c>)", re.DOTALL)
_ATTRIBUTE: Final = re.compile(rb'\b([rst])="([^"]*)"')
_VALUE: Final = re.compile(rb"<(?:x:)?v>([^<]*)</(?:x:)?v>")
_BUILTIN_PERCENT: Final = frozenset({9, 10})


def main(path: str, sheet: str) -> int:
    """Answer on stdout. Exit codes: 0 read, 3 password, 4 broken, 5 no such sheet."""
    from python_calamine import (  # noqa: PLC0415 - after the limits are set
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        WorksheetNotFound,
    )

    try:
        with CalamineWorkbook.from_path(path) as book:
            for line in _lines(book, path, sheet):
                sys.stdout.write(line + "\n")
    except PasswordError:
        return 3
    except WorksheetNotFound:
        return 5
    except (
        CalamineError,
        OSError,
        ValueError,
        KeyError,
        zipfile.BadZipFile,
        ET.ParseError,
    ) as error:
        sys.stderr.write(str(error))
        return 4
    return 0


def _lines(book: Any, path: str, wanted: str) -> Iterator[str]:
    metas = [meta for meta in book.sheets_metadata if str(meta.typ).endswith("WorkSheet")]
    sheets = []
    chosen = None
    for meta in metas:
        visible = str(meta.visible).endswith(".Visible")
        # One that cannot be read is still named: whoever wants it is told why it cannot.
        filled = _size(book, meta.name) > 0
        sheets.append({"name": meta.name, "visible": visible, "filled": filled})
        if chosen is None and visible and filled and not wanted:
            chosen = meta.name
    name = wanted or chosen
    if wanted and wanted not in [one["name"] for one in sheets]:
        yield json.dumps({"sheets": sheets, "sheet": None, "merged": []})
        return
    if name is None:
        yield json.dumps({"sheets": sheets, "sheet": None, "merged": []})
        return
    sheet = book.get_sheet_by_name(name)
    merged = [[*first, *last] for first, last in sheet.merged_cell_ranges or []]
    yield json.dumps({"sheets": sheets, "sheet": name, "merged": merged})
    if sheet.start is None:
        return
    marks = _marks(path, name)
    # Every row from the first one on, and of each the columns from the first one that is filled.
    left = sheet.start[1]
    for number, row in enumerate(sheet.iter_rows()):
        cells = [_cell(value, marks.get((number, left + n))) for n, value in enumerate(row)]
        if any(cells):
            yield json.dumps([number + 1, [""] * left + cells])


def _size(book: Any, name: str) -> int:
    sheet = book.get_sheet_by_name(name)
    if sheet.start is None:
        return 0
    rows, columns = sheet.end[0] + 1, sheet.end[1] + 1
    if columns > MAX_COLUMNS or rows * columns > MAX_CELLS:
        raise ValueError(f"{rows} rows × {columns} columns")
    return int(rows * columns)


def _cell(value: Any, mark: str | None) -> str:
    if mark is not None and mark.startswith("e"):
        return mark
    if value == "" or value is None:
        return ""
    if mark == "60" and isinstance(value, date) and value.year == 1900:
        return "e1900-02-29"
    if isinstance(value, bool):
        return "sTRUE" if value else "sFALSE"
    if isinstance(value, numbers.Real):
        return _number(value, percent=mark == "p")
    return "s" + value if isinstance(value, str) else _day(value)


def _number(value: numbers.Real, *, percent: bool) -> str:
    """As spreadsheets show it: they keep 15 significant digits, the rest is how floats are kept."""
    exact = Decimal(format(value, ".15g"))
    if percent:
        exact = exact.scaleb(2)
    text = format(exact, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"p{text}%" if percent else f"n{text}"


def _day(value: Any) -> str:
    if isinstance(value, datetime):
        return "d" + (value + timedelta(milliseconds=500)).replace(microsecond=0).isoformat(" ")
    if isinstance(value, date):
        return "d" + value.isoformat()
    if isinstance(value, time):
        return "s" + value.isoformat()
    return "s" + str(value)


def _marks(path: str, sheet: str) -> dict[tuple[int, int], str]:
    """What calamine does not tell of the cells of an XLSX file: percentages, errors, and the day
    that spreadsheets have and the calendar has not (29 February 1900)."""
    if not zipfile.is_zipfile(path):
        return {}
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" not in names:
            return {}
        part = _part(archive, sheet)
        if part is None or part not in names:
            return {}
        percents = _percent_styles(archive) if "xl/styles.xml" in names else frozenset()
        xml = archive.read(part)
    if not percents and b't="e"' not in xml and b"<v>60" not in xml:
        return {}
    found: dict[tuple[int, int], str] = {}
    for cell in _CELL.finditer(xml):
        attributes = dict(_ATTRIBUTE.findall(cell[1]))
        place = _place(attributes.get(b"r", b""))
        if place is None:
            continue
        value = _VALUE.search(cell[2] or b"")
        if attributes.get(b"t") == b"e":
            found[place] = "e" + (value[1].decode(errors="replace") if value else "#ERROR")
        elif attributes.get(b"s") in percents:
            found[place] = "p"
        elif (
            value is not None
            and attributes.get(b"t", b"n") == b"n"
            and value[1].split(b".")[0] == b"60"
        ):
            found[place] = "60"
    return found


def _place(reference: bytes) -> tuple[int, int] | None:
    found = re.fullmatch(rb"([A-Z]{1,3})([0-9]{1,7})", reference)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + letter - ord("A") + 1
    return int(found[2]) - 1, column - 1


def _part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - a process of its own, with limits
    links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for one in book.iter(_MAIN + "sheet"):
        if one.get("name") == sheet:
            target = targets.get(one.get(_REL), "") or ""
            return target.removeprefix("/") if target.startswith("/") else "xl/" + target
    return None


def _percent_styles(archive: zipfile.ZipFile) -> frozenset[bytes]:
    styles = ET.fromstring(archive.read("xl/styles.xml"))  # noqa: S314
    percent = set(_BUILTIN_PERCENT)
    for one in styles.iter(_MAIN + "numFmt"):
        code = re.sub(r'"[^"]*"|\\.', "", one.get("formatCode", ""))
        if "%" in code:
            percent.add(int(one.get("numFmtId", "0")))
    formats = styles.find(_MAIN + "cellXfs")
    return frozenset(
        str(index).encode()
        for index, one in enumerate(() if formats is None else formats)
        if int(one.get("numFmtId", "0")) in percent
    )


if __name__ == "__main__":
    seconds = int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main(sys.argv[1], sys.argv[2]))
