"""How a CSV file is read and its rows judged. No database: the file in, the verdict out."""

from __future__ import annotations

import csv
import json
import os
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpix_tui.domains.imports import errors, rules
from kpix_tui.domains.imports.reader import Table, read_table, source, table, text
from kpix_tui.domains.imports.rules import (
    Layout,
    RawRow,
    Readings,
    Target,
    Targets,
    Verdict,
    find_column,
    fold,
    judge_rows,
)
from kpix_tui.domains.imports.views import Mapping
from kpix_tui.domains.values.errors import ValuePeriodFuture
from kpix_tui.kernel.errors import Cancelled, InputInvalid, KpixError
from kpix_tui.kernel.periods import Frequency, Period, period_of
from tests.support.files import SHARED

LONG = Mapping(kpi=("kpi",), period="period", value=("value",))
WIDE = Mapping(period="period", value=("value",))


def silent(_: int) -> None:
    """A tick that nobody listens to."""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Writes a file and gives its path."""

    def make(content: str | bytes) -> Path:
        path = tmp_path / "values.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


Write = Callable[[str | bytes], Path]


def cells(table: Table) -> list[tuple[int, str, str, str]]:
    """The rows of a table as plain tuples."""
    return [(row.number, row.kpi, row.period, row.value) for row in table.rows]


# --- columns ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "name", "place"),
    [
        (["a", "b"], "b", 1),
        (["Region", "région"], "région", 1),
        (["Date ", "Taux de Régularité"], "taux de regularite", 1),
        (["\ufeffx", "  Date "], "date", 1),
        (["Taux de\nrégularité", "v"], "Taux de régularité", 0),
        (["DATE", "Date"], "Date", 1),
        (["STRASSE"], "Straße", 0),
    ],
)
def test_a_column_is_found_as_written_else_whatever_case_accents_and_blanks(
    header: list[str], name: str, place: int
) -> None:
    assert find_column(header, name) == place


def test_a_missing_column_is_named_with_those_that_exist() -> None:
    with pytest.raises(errors.ColumnMissing) as refused:
        find_column(["Date", "Prix\nmoyen", ""], "Price")
    assert str(refused.value) == "There is no column Price. Columns: Date, Prix moyen"


@pytest.mark.parametrize("name", ["", "  "])
def test_a_blank_name_does_not_mean_a_blank_header(name: str) -> None:
    with pytest.raises(errors.ColumnMissing):
        find_column(["", "Date"], name)


@pytest.mark.parametrize("header", [["v", "v"], ["É", "é "]])
def test_a_name_of_several_columns_is_refused(header: list[str]) -> None:
    with pytest.raises(errors.ColumnRepeated):
        find_column(header, header[0] if header[0] == "v" else "e")


# --- the file --------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_seen_on_the_header(write: Write, delimiter: str) -> None:
    path = write(f"kpi{delimiter}period{delimiter}value\na{delimiter}2026-01{delimiter}1\n")
    table = read_table(path, LONG, silent)
    assert table.layout.delimiter == delimiter
    assert cells(table) == [(2, "a", "2026-01", "1")]


def test_a_delimiter_inside_quotes_or_texts_does_not_mislead(write: Write) -> None:
    path = write('"a,b,c,d";period;"note, or, remark, free";value\nx;2026-01;;"1,5"\n')
    table = read_table(path, WIDE, silent)
    assert table.layout.delimiter == ";"
    assert cells(table) == [(2, "", "2026-01", "1,5")]


def test_mapped_names_decide_where_the_count_of_columns_would_not(write: Write) -> None:
    path = write("period;one,two,three,four;value\n2026-01;x;1\n")
    assert read_table(path, WIDE, silent).layout.delimiter == ";"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("période,value\n2026-01,é€\n".encode(), "utf-8"),
        ("\ufeffpériode,value\n2026-01,é€\n".encode(), "utf-8"),
        ("période,value\r\n2026-01,é€\r\n".encode("utf-16"), "utf-16"),
        ("\ufeffpériode,value\n2026-01,é€\n".encode("utf-16-be"), "utf-16"),
        ("période,value\n2026-01,é€\n".encode("cp1252"), "windows-1252"),
    ],
)
def test_encodings(write: Write, content: bytes, encoding: str) -> None:
    table = read_table(write(content), Mapping(period="période", value=("value",)), silent)
    assert table.encoding == encoding
    assert cells(table) == [(2, "", "2026-01", "é€")]


def test_a_character_cut_by_a_chunk_is_still_utf8(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "_CHUNK", 1)
    table = read_table(write("period,value\n2026-01,é\n"), WIDE, silent)
    assert (table.encoding, table.rows[0].value) == ("utf-8", "é")


def test_rows_are_numbered_as_a_spreadsheet_shows_them(write: Write) -> None:
    path = write(
        '"the\r\nperiod","value"\r\n2026-01,1\r\n\r\n,\r\n"2026\r\n-02","2"\r\n\r\n2026-03,3'
    )
    table = read_table(path, Mapping(period="THE PERIOD", value=("value",)), silent)
    assert cells(table) == [
        (2, "", "2026-01", "1"),
        (5, "", "2026\r\n-02", "2"),
        (7, "", "2026-03", "3"),
    ]
    assert table.layout.period == "the period"


def test_blank_lines_above_the_header_count(write: Write) -> None:
    assert cells(read_table(write("\n;\nperiod;value\n2026;1\n"), WIDE, silent))[0][0] == 4


def test_old_line_ends_and_short_rows(write: Write) -> None:
    table = read_table(write("value,period\r1,2026-01\r2\r"), WIDE, silent)
    assert cells(table) == [(2, "", "2026-01", "1"), (3, "", "", "2")]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", errors.FileEmpty),
        (b"\xef\xbb\xbf", errors.FileEmpty),
        (b"\n \n\n", errors.FileEmpty),
        (b"period,value\n", errors.FileWithoutRows),
        (b"period,value\n\n,\n", errors.FileWithoutRows),
        (b"period,value\n2026-01,\0\n", errors.FileNotText),
        ("period,value\n1,2\n".encode("utf-16-le"), errors.FileNotText),
        ("period,value\n1,2\n".encode("utf-16") + b"x", errors.FileNotText),
        (b"period,value\n2026-01,\x81\n", errors.FileNotText),
        (b"PK\x03\x04\x14\x00rest of a zip archive", errors.WorkbookBroken),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 a compound file", errors.WorkbookBroken),
        (b"period,price\n2026-01,1\n", errors.ColumnMissing),
        (b"period,value,value\n2026-01,1,2\n", errors.ColumnRepeated),
        (b'period,value\n2026-01,1\n2026-02,"2\n2026-03,3\n', errors.QuotesBroken),
        (b'period,value\n2026-01,"1"2\n', errors.QuotesBroken),
        (b'"period,value\n2026-01,1\n', errors.QuotesBroken),
    ],
)
def test_files_that_are_refused_whole(write: Write, content: bytes, error: type[KpixError]) -> None:
    with pytest.raises(error) as refused:
        read_table(write(content), WIDE, silent)
    sentence = str(refused.value)
    assert "{" not in sentence
    assert "\n" not in sentence


def test_broken_quotes_say_where(write: Write) -> None:
    path = write('period,value\n2026-01,1\n\n2026-02,"2"3\n')
    with pytest.raises(errors.QuotesBroken) as refused:
        read_table(path, WIDE, silent)
    assert refused.value.params["row"] == 4


def test_a_column_that_nobody_maps_may_be_repeated(write: Write) -> None:
    path = write("period,value,note,note\n2026-01,1,x,y\n")
    assert len(read_table(path, WIDE, silent).rows) == 1


def test_one_column_cannot_hold_two_things(write: Write) -> None:
    with pytest.raises(errors.ColumnUsedTwice):
        read_table(write("period,value\n1,2\n"), Mapping(period="value", value=("VALUE",)), silent)


def test_paths_that_are_no_file(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    cases: list[tuple[Path, type[KpixError]]] = [
        (tmp_path, errors.FileIsFolder),
        (tmp_path / "absent.csv", errors.FileMissing),
        (Path("nul\0.csv"), errors.FileMissing),
        (fifo, errors.FileNotRegular),
        (tmp_path / ("x" * 300), errors.FileUnreadable),
    ]
    for path, error in cases:
        with pytest.raises(error):
            read_table(path, WIDE, silent)


def test_a_file_that_the_system_refuses(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write("period,value\n1,2\n")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(errors.FileUnreadable) as refused:
        read_table(path, WIDE, silent)
    assert str(refused.value).endswith("cannot be read: Permission denied")


@pytest.mark.parametrize("quoted", [True, False])
def test_a_cell_of_10_mb_is_refused_in_bounded_memory(write: Write, quoted: bool) -> None:
    cell = ("x" * 999 + "\n" if quoted else "x" * 1000) * 10_000
    path = write(
        f'period,value,note\n2026-01,1,a\n2026-02,2,"{cell}"\n'
        if quoted
        else f"period,value,note\n2026-01,1,a\n2026-02,2,{cell}\n"
    )
    tracemalloc.start()
    with pytest.raises(errors.CellTooLong) as refused:
        read_table(path, WIDE, silent)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused.value.params["row"] == 3
    assert peak < 8_000_000


def test_a_header_of_10_mb_is_refused(write: Write) -> None:
    with pytest.raises(errors.CellTooLong):
        read_table(write("x" * 10_000_000 + ",value\n1,2\n"), WIDE, silent)


def test_too_many_bytes_and_too_many_rows(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("period,value\n" + "2026,1\n" * 5)
    monkeypatch.setattr(table, "MAX_ROWS", 4)
    with pytest.raises(errors.TooManyRows):
        read_table(path, WIDE, silent)
    monkeypatch.setattr(source, "MAX_BYTES", 10)
    with pytest.raises(errors.FileTooLarge):
        read_table(path, WIDE, silent)


def test_reading_tells_how_far_it_is_and_can_be_ended(write: Write) -> None:
    path = write("period,value\n" + "2026,1\n" * 2500)
    ticks: list[int] = []
    read_table(path, WIDE, ticks.append)
    assert ticks == [0, 1000, 2000]

    def cancel(_: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        read_table(path, WIDE, cancel)


def _spectrum() -> Iterator[Path]:
    yield from sorted((SHARED / "import_cases" / "csv-spectrum" / "csvs").glob("*.csv"))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared test files are not here")
def test_csv_spectrum() -> None:
    """Every column of every file, two by two, against the answers that come with them."""
    for path in _spectrum():
        answers = json.loads((path.parents[1] / "json" / f"{path.stem}.json").read_text())
        if isinstance(answers, dict):
            answers = [answers]
        # One answer upstream is known to be wrong.
        names = [name for name in answers[0] if name != "Contact Phone Number"]
        for name in names[1:]:
            table = read_table(path, Mapping(period=names[0], value=(name,)), silent)
            got = [(row.period, row.value) for row in table.rows]
            expected = [(row[names[0]].strip(), row[name].strip()) for row in answers]
            assert [tuple(map(_lines, pair)) for pair in got] == [
                tuple(map(_lines, pair)) for pair in expected
            ], path.name


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared test files are not here")
def test_real_files_are_read_as_the_csv_module_reads_them() -> None:
    cases = [
        ("sncf/regularite-mensuelle-ter_2023.csv", ";", "utf-8-sig", "Date", "Taux de régularité"),
        ("uci_air_quality/AirQualityUCI_decimal_comma.csv", ";", "utf-8", "Time", "C6H6(GT)"),
        ("uci_air_quality/AirQualityUCI_iso_bom.csv", ",", "utf-8-sig", "Date", "C6H6(GT)"),
        ("nhs_ae/ae_attendances_long.csv", ",", "utf-8", "period", "breaches"),
    ]
    for name, delimiter, encoding, period, value in cases:
        with (SHARED / name).open(encoding=encoding, newline="") as file:
            rows = list(csv.DictReader(file, delimiter=delimiter))
            header = list(rows[0])
        assert {period, value} <= set(header)
        table = read_table(SHARED / name, Mapping(period=period, value=(value,)), silent)
        assert table.layout.delimiter == delimiter
        assert [(r.period, r.value) for r in table.rows] == [(r[period], r[value]) for r in rows]


# Everything that a text file in any of the encodings can hold, quotes and line breaks included.
_CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(_CELLS, _CELLS, _CELLS), min_size=1, max_size=6),
    delimiter=st.sampled_from(text.DELIMITERS),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_the_csv_module_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, str]],
    delimiter: str,
    encoding: str,
    end: str,
) -> None:
    path = tmp_path_factory.mktemp("csv") / "values.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        # Quotes around all: with a bare carriage return for an end, the writer forgets line feeds.
        writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
        writer.writerow(["kpi", "period", "value"])
        writer.writerows(rows)
    expected = [
        (number, *(cell.strip() for cell in row))
        for number, row in enumerate(rows, 2)
        if any(cell.strip() for cell in row)
    ]
    if not expected:
        with pytest.raises(errors.FileWithoutRows):
            read_table(path, LONG, silent)
        return
    table = read_table(path, LONG, silent)
    assert table.layout.delimiter == delimiter
    assert cells(table) == expected


# --- KPIs ------------------------------------------------------------------------------------


def known(name: str, code: str, number: int) -> Target:
    """A KPI that exists."""
    return Target(name, Frequency.MONTHLY, UUID(int=number), code)


def test_a_kpi_is_found_by_code_then_by_name() -> None:
    brent, named = known("Prix du pétrole", "BRENT", 1), known("Brent", "OTHER", 2)
    targets = Targets([brent, named])
    assert targets.find("BRENT") is brent
    assert targets.find("brent") is brent
    assert targets.find("PRIX DU  PETROLE") is brent
    assert targets.find("other") is named


def test_names_that_several_kpis_share_are_refused_unless_spelled_exactly() -> None:
    first, second = known("Délai", "A", 1), known("delai", "B", 2)
    targets = Targets([first, second, known("x", "C", 3), known("x", "D", 4)])
    assert targets.find("Délai") is first
    with pytest.raises(errors.KpiAmbiguous) as refused:
        targets.find("DELAI")
    assert refused.value.params["codes"] == "A, B"
    with pytest.raises(errors.KpiAmbiguous):
        targets.find("x")


def test_unknown_and_blank_names() -> None:
    targets = Targets([])
    with pytest.raises(errors.KpiUnknown):
        targets.find("Nothing")
    with pytest.raises(errors.KpiBlank):
        targets.find(" ")


def test_a_name_to_be_created_is_one_kpi_however_it_is_spelled() -> None:
    targets = Targets([], Frequency.WEEKLY)
    first = targets.find("Normandie")
    assert first == Target("Normandie", Frequency.WEEKLY)
    assert targets.find("NORMANDIE") is first


# --- rows ------------------------------------------------------------------------------------


class NotANumber(InputInvalid):
    """What a reading of numbers may raise."""

    code = "test.not_a_number"


def _number(_: str, text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise NotANumber from error


def _month(text: str, frequency: Frequency) -> Period:
    try:
        return period_of(frequency, date.fromisoformat(text + "-01"))
    except ValueError as error:
        raise NotANumber from error


LAYOUT = Layout(period="Date", kpi="Région", columns=3, delimiter=";")


def judge(*rows: tuple[str, str, str], cells: int = 3, markers: tuple[str, ...] = ()) -> Verdict:
    """Judge rows of (kpi, period, value); the first one is row 2."""
    raw = [
        RawRow(n, period, value, kpi, cells, "Taux")
        for n, (kpi, period, value) in enumerate(rows, 2)
    ]
    readings = Readings(Targets([known("A", "A", 1), known("B", "B", 2)]).find, _month, _number)
    return judge_rows(raw, LAYOUT, readings, today=date(2026, 11, 21), missing_markers=markers)


def test_every_row_is_accepted_missing_or_refused_with_its_cell() -> None:
    verdict = judge(
        ("A", "2026-10", "1.5"),
        ("A", "2026-09", ""),
        ("Z", "2026-10", "1"),
        ("", "2026-10", "1"),
        ("B", "octobre", "1"),
        ("B", "", "1"),
        ("B", "2026-10", "many"),
        ("B", "2026-12", "1"),
    )
    assert [(a.row, a.target.code, a.period.start, a.value) for a in verdict.accepted] == [
        (2, "A", date(2026, 10, 1), Decimal("1.5"))
    ]
    assert verdict.missing == 1
    assert [(r.row, r.column, r.value, r.code) for r in verdict.refusals] == [
        (4, "Région", "Z", errors.KpiUnknown.code),
        (5, "Région", "", errors.KpiBlank.code),
        (6, "Date", "octobre", NotANumber.code),
        (7, "Date", "", errors.PeriodBlank.code),
        (8, "Taux", "many", NotANumber.code),
        (9, "Date", "2026-12", ValuePeriodFuture.code),
    ]


def test_the_period_that_runs_is_not_future() -> None:
    assert len(judge(("A", "2026-11", "1")).accepted) == 1


def test_declared_markers_are_missing_whatever_their_case() -> None:
    verdict = judge(("A", "2026-10", "n/a"), ("A", "2026-09", "-200"), markers=("N/A", "-200"))
    assert (verdict.missing, verdict.refusals) == (2, [])


def test_of_rows_for_one_period_the_first_is_kept_and_the_others_point_to_it() -> None:
    verdict = judge(
        ("A", "2026-10", "wrong"),
        ("A", "2026-10", "1"),
        ("B", "2026-10", "3"),
        ("a", "2026-10", "2"),
        ("A", "2026-10", "1"),
    )
    assert [(a.row, a.value) for a in verdict.accepted] == [(3, Decimal(1)), (4, Decimal(3))]
    assert [(r.row, r.code) for r in verdict.refusals][1:] == [
        (5, errors.RowRepeated.code),
        (6, errors.RowRepeated.code),
    ]
    assert verdict.refusals[1].message == (
        "Row 3 already gives the value 1 for this KPI and period."
    )


def test_a_row_with_more_cells_than_columns_is_refused_even_if_the_value_is_empty() -> None:
    verdict = judge(("A", "2026-10", "1"), ("A", "2026-09", ""), cells=4)
    assert [r.code for r in verdict.refusals] == [errors.RowTooWide.code] * 2


def test_a_refusal_keeps_no_frames_and_cuts_long_cells() -> None:
    refused = judge(("A", "2026-10", "x" * 10_000)).refusals[0]
    assert refused.error.__traceback__ is None
    assert refused.error.__cause__ is None
    assert len(refused.value) == rules.SHOWN + 1
    assert refused.params == {}


@pytest.mark.parametrize(
    ("text", "folded"),
    [("  Île-de-France ", "ile-de-france"), ("A\n B", "a b"), ("ﬁn", "fin"), ("ÀÉ", "ae")],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded
