"""kpix import values FILE."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpix_tui.cli.errors import ConditionInvalid, HeaderRowInvalid, MapInvalid
from kpix_tui.cli.imports import read_conditions, read_map, read_rows, write_map
from kpix_tui.domains.imports.views import Condition, Mapping
from tests.cli.conftest import Kpix

MAP = ("--map", "kpi=Line,period=Month,value=Rate")
NEW = ("--create-missing", "--frequency", "monthly", "--direction", "up-is-better", "--unit", "%")
NEW += ("--green", "95", "--orange", "92", "--red", "88")


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "rates.csv"
    path.write_text(
        "Line;Month;Rate\nNorth;2026-09;96,5\nNorth;2026-10;\nSouth;2026-10;90,5\nSouth;2026-13;1\n"
    )
    return str(path)


def test_a_map_may_name_columns_with_commas_and_spaces() -> None:
    assert read_map("kpi=Région, nom,period=Date,value=Taux de régularité") == Mapping(
        "Date", ("Taux de régularité",), ("Région, nom",)
    )
    assert read_map(" period = a=b , value=c") == Mapping("a=b", ("c",))


@pytest.mark.parametrize(
    ("text", "mapping"),
    [
        ("kpi=a,kpi=b,period=p,value=v,value=w", Mapping("p", ("v", "w"), ("a", "b"))),
        ("kpi=a,period=*", Mapping("*", (), ("a",))),
        ("period=p,value=*", Mapping("p", ("*",))),
        ("kpi=a,period=p,value=v,comment=c", Mapping("p", ("v",), ("a",), "c")),
    ],
)
def test_maps_of_wide_files(text: str, mapping: Mapping) -> None:
    assert read_map(text) == mapping
    assert read_map(write_map(mapping)) == mapping


def test_conditions_on_one_column_are_alternatives() -> None:
    assert read_conditions(["Region=North", "Region = South", "Type!=", "a=b=c"]) == (
        Condition("Region", ("North", "South")),
        Condition("Type", ("",), negated=True),
        Condition("a", ("b=c",)),
    )
    with pytest.raises(ConditionInvalid):
        read_conditions(["North"])


@pytest.mark.parametrize("text", ["0", "x", "7-5", "1-", "-1", ""])
def test_rows_of_a_header_that_are_none(text: str) -> None:
    assert read_rows("5-7") == (5, 7)
    with pytest.raises(HeaderRowInvalid):
        read_rows(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "value=x", "period=,value=x", "period=a,period=b,value=c", "x,period=a,value=b"),
        *("period=*,value=x", "period=a", "period=a,value=*,value=b", "kpi=*,period=a,value=b"),
        "period=a,value=b,comment=c,comment=d",
    ],
)
def test_a_map_that_is_none(text: str) -> None:
    with pytest.raises(MapInvalid):
        read_map(text)


def test_an_import_and_the_same_again(kpix: Kpix, trains: str, file: str) -> None:
    command = ("import", "values", file, "--dashboard", "Trains", *MAP, *NEW)
    dry = kpix(*command, "--dry-run", "--json").json
    assert (dry["inserted"], dry["dry_run"]) == (2, True)
    first = kpix(*command, "--json")
    assert first.code == 0
    counts = ("inserted", "corrected", "unchanged", "missing", "refused")
    assert [first.json[name] for name in counts] == [2, 0, 0, 1, 1]
    assert first.json["kpis_created"] == ["NORTH", "SOUTH"]
    refusal = first.json["refusals"][0]
    assert (refusal["row"], refusal["column"], refusal["value"]) == (5, "Month", "2026-13")
    assert "2026-13" in refusal["reason"]
    again = kpix(*command)
    assert again.code == 0
    assert "4 rows: 0 inserted, 0 corrected, 2 unchanged, 1 missing, 1 refused." in again.out
    assert "2026-13" in again.out
    statuses = {row["code"]: row["status"] for row in kpix("kpi", "list", "--json").json}
    assert statuses == {"ON-TIME": "NO_DATA", "NORTH": "GREEN", "SOUTH": "RED"}


def test_when_every_row_is_refused_the_exit_code_says_so(
    kpix: Kpix, trains: str, tmp_path: Path
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("d,v\n2026-10,x\n")
    answer = kpix("import", "values", str(path), "--kpi", trains, "--map", "period=d,value=v")
    assert answer.code == 1
    assert "1 refused" in answer.out


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "import.file_missing"),
        (b"", "import.file_empty"),
        (b"Line,Month\n1,2\n", "import.column_missing"),
        (b"Line,Month,Rate\n", "import.file_without_rows"),
        (b"\x00\x01\x02\xff\xfe" * 100, "import.file_not_text"),
    ],
)
def test_files_that_cannot_be_used(
    kpix: Kpix, trains: str, tmp_path: Path, content: bytes | None, code: str
) -> None:
    path = tmp_path / "file.csv"
    if content is not None:
        path.write_bytes(content)
    answer = kpix("import", "values", str(path), "--dashboard", "Trains", *MAP, "--json")
    assert (answer.code, answer.out, answer.json["code"]) == (1, "", code)


def test_a_folder_is_no_file(kpix: Kpix, tmp_path: Path) -> None:
    answer = kpix("import", "values", str(tmp_path), *MAP, "--json")
    assert answer.json["code"] == "import.file_is_folder"


def test_new_kpis_need_a_definition(kpix: Kpix, file: str) -> None:
    answer = kpix("import", "values", file, *MAP, "--create-missing", "--green", "1")
    assert answer.code == 2
    assert "--dashboard, --frequency, --direction, --orange is missing" in answer.err
