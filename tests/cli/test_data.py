"""JSON, CSV and tables: exact, harmless, and no wider than the terminal."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpix_tui.cli.data import to_csv, to_json
from kpix_tui.cli.text import Canvas, Cell, Heading, clean, cut, draw_pairs, draw_table, width


@pytest.mark.parametrize(
    "number", ["0.10", "-1250.000", "93.58127679295562", "12345678901234567890.1234567890", "1E+3"]
)
def test_json_numbers_are_exact(number: str) -> None:
    read = json.loads(to_json({"value": Decimal(number)}), parse_float=Decimal, parse_int=Decimal)
    assert read == {"value": Decimal(number)}


def test_json_has_no_form_for_nan() -> None:
    with pytest.raises(ValueError, match="NaN"):
        to_json(Decimal("NaN"))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_json_reads_back(value: object) -> None:
    assert json.loads(to_json(value)) == value
    assert json.loads(to_json(value, ascii_only=True)) == value


def test_instants_are_in_utc_and_days_are_iso() -> None:
    record = {"at": datetime(2026, 11, 21, 12, tzinfo=UTC), "on": date(2026, 11, 21)}
    assert json.loads(to_json(record)) == {"at": "2026-11-21T12:00:00+00:00", "on": "2026-11-21"}


def test_text_that_a_spreadsheet_would_run_is_neutralised_and_numbers_are_not() -> None:
    records = [
        {"name": text, "value": Decimal("-1.50")}
        for text in ("=1+1", "+cmd", "-2", "@SUM", "\tx", "fine")
    ]
    rows = list(csv.DictReader(io.StringIO(to_csv(("name", "value"), records))))
    assert [row["name"] for row in rows] == ["'=1+1", "'+cmd", "'-2", "'@SUM", "'\tx", "fine"]
    assert {row["value"] for row in rows} == {"-1.50"}


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_a_cell_never_exceeds_its_width(text: str, columns: int) -> None:
    assert width(cut(clean(text), columns)) <= columns


def test_user_text_cannot_move_the_cursor() -> None:
    hostile = "a\x1b[2Jb\r\nc\u202ed\x07"
    line = draw_table([Heading("H")], [[Cell(hostile)]], Canvas(colors=True))[1]
    assert line == "a[2Jb cd"
    assert "\x1b" not in "".join(draw_pairs([("k", Cell(hostile))], Canvas()))


HEADINGS = (
    Heading("Status"),
    Heading("Name", flexible=True),
    Heading("Value", right=True),
    Heading("Owner", drop=1),
    Heading("Dashboard", flexible=True, drop=2),
)
ROW = [Cell("● Green"), Cell("名前" * 30), Cell("1.5"), Cell("Ada" * 8), Cell("Transport" * 9)]


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_table_fits_its_terminal(columns: int) -> None:
    lines = draw_table(HEADINGS, [ROW], Canvas(columns))
    assert max(map(width, lines)) <= columns
    assert "● Green" in lines[1]
    assert "1.5" in lines[1]


def test_a_pipe_gets_everything() -> None:
    line = draw_table(HEADINGS, [ROW], Canvas())[1]
    assert all(cell.text in line for cell in ROW)


def test_colours_say_nothing_that_the_words_do_not() -> None:
    cell = Cell("● Green", "green", bold=True)
    painted = draw_table([Heading("Status")], [[cell]], Canvas(colors=True))[1]
    assert "\x1b[32m" in painted
    assert draw_table([Heading("Status")], [[cell]], Canvas())[1] == "● Green"
