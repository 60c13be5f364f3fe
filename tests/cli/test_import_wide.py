"""kpix import values on workbooks and wide files: what is read, what it says, what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Kpix

NEW = ("--create-missing", "--frequency", "monthly", "--direction", "up-is-better", "--unit", "%")
NEW += ("--green", "95", "--orange", "92", "--red", "88", "--dashboard", "D")
WIDE = ("--map", "kpi=KPI,period=*")


@pytest.fixture(autouse=True)
def board(kpix: Kpix) -> None:
    kpix("dashboard", "create", "--title", "D", "--process", "P")


@pytest.fixture
def wide(tmp_path: Path) -> str:
    """A workbook with notes above a column for each month."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Rates"
    sheet.append(["Rates of the year, as reported"])
    sheet.append([])
    sheet.append(["KPI", date(2026, 9, 1), date(2026, 10, 1)])
    sheet.append(["North", 96.5, 97])
    sheet.append(["South", 90.5, "n. b."])
    path = tmp_path / "rates.xlsx"
    book.save(path)
    return str(path)


def test_a_workbook_with_a_column_for_each_period(kpix: Kpix, wide: str) -> None:
    answer = kpix("import", "values", wide, *WIDE, *NEW)
    assert answer.code == 0
    assert "2 KPIs created." in answer.out
    assert "Read from the sheet Rates, columns named in row 3." in answer.out
    assert "n. b." in answer.out
    again = kpix("import", "values", wide, *WIDE, *NEW, "--json").json
    assert (again["unchanged"], again["refused"], again["sheet"]) == (3, 1, "Rates")
    assert again["header_rows"] == [3, 3]


def test_corrections_and_statuses_are_told(kpix: Kpix, tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("Notes\nKPI;Month;Rate\nNorth;2026-10;96,5\nTotal;2026-10;1\n")
    second.write_text("KPI;Month;Rate\nNorth;2026-10;90,5\n")
    mapping = ("--map", "kpi=KPI,period=Month,value=Rate", "--where", "KPI!=Total")
    answer = kpix("import", "values", str(first), *mapping, *NEW)
    assert "1 row is left out by --where." in answer.out
    assert "Columns are named in row 2." in answer.out
    assert "Numbers as 96,5 are read as 96.5." in answer.out
    answer = kpix("import", "values", str(second), *mapping, *NEW)
    assert "1 KPI changes its status." in answer.out
    assert "96.5" in answer.out
    assert "90.5" in answer.out
    assert "Green" in answer.out
    assert "Red" in answer.out
    back = kpix("import", "values", str(first), *mapping, *NEW, "--dry-run", "--json").json
    assert back["corrections"] == [
        {"kpi": "NORTH", "period_start": "2026-10-01", "old": "90.5", "new": "96.5"}
    ]
    assert [one["after"] for one in back["statuses"]] == ["GREEN"]


def test_comments_beside_values(kpix: Kpix, tmp_path: Path) -> None:
    path = tmp_path / "values.csv"
    path.write_text("KPI,Month,Rate,Remark\nNorth,2026-10,96,snow\nNorth,2026-09,97,\n")
    mapping = ("--map", "kpi=KPI,period=Month,value=Rate,comment=Remark")
    assert kpix("import", "values", str(path), *mapping, *NEW).code == 0
    assert kpix("import", "values", str(path), *mapping, *NEW).code == 0
    assert kpix("comment", "list", "--kpi", "NORTH").out.count("snow") == 1


def test_all_or_nothing(kpix: Kpix, wide: str) -> None:
    answer = kpix("import", "values", wide, *WIDE, *NEW, "--strict", "--json")
    assert answer.code == 1
    assert "Nothing was written." in answer.json["detail"]
    assert kpix("kpi", "list", "--json").json == []


def test_refused_rows_are_corrected_and_imported(
    kpix: Kpix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, rejects = tmp_path / "values.csv", tmp_path / "rejects.csv"
    rows = "".join(f"North;2026-{month:02};9{month % 10},5\n" for month in range(1, 11))
    bad = "".join(f"South;2026-0{day};many\n" for day in range(1, 10)) * 3
    path.write_text(f"KPI;Month;Rate\n{rows}{bad}")
    mapping = ("--map", "kpi=KPI,period=Month,value=Rate")
    answer = kpix("import", "values", str(path), *mapping, *NEW)
    assert "7 more refused rows: --rejects FILE writes them all." in answer.err
    answer = kpix("import", "values", str(path), *mapping, *NEW, "--rejects", str(rejects))
    assert "The refused rows are in" in answer.err
    written = rejects.read_text(encoding="utf-8-sig")
    assert written.count("many") == 27 * 2  # the cell, and the reason that names it
    assert written.startswith("kpix row;kpix column;kpix reason;KPI;Month;Rate")
    answer = kpix("import", "values", str(path), *mapping, *NEW, "--rejects", str(rejects))
    assert answer.code == 1
    assert "is there already" in answer.err
    corrected = tmp_path / "corrected.csv"
    lines = written.splitlines()
    line = lines[1].rpartition(";")[0] + ";91,5"
    corrected.write_text(f"{lines[0]}\n{line}\n", encoding="utf-8-sig")
    done = kpix("import", "values", str(corrected), *mapping, *NEW, "--json").json
    assert (done["inserted"], done["refused"]) == (1, 0)

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kpix_tui.cli.import_views.replace_file", full)
    other = tmp_path / "other.csv"
    answer = kpix("import", "values", str(path), *mapping, *NEW, "--rejects", str(other))
    assert "No space left on device" in answer.err
    assert not other.exists()


def test_days_that_could_be_read_two_ways(kpix: Kpix, tmp_path: Path) -> None:
    path = tmp_path / "values.csv"
    path.write_text("KPI;Day;Rate\nNorth;03/04/2026;90,5\n")
    mapping = ("--map", "kpi=KPI,period=Day,value=Rate")
    answer = kpix("import", "values", str(path), *mapping, *NEW)
    assert answer.code == 1
    assert "2026-04-03" in answer.err
    assert "2026-03-04" in answer.err
    done = kpix(
        "import", "values", str(path), *mapping, *NEW, "--date-form", "month-first", "--json"
    ).json
    assert (done["inserted"], done["date_form"]) == (1, "MONTH_FIRST")
