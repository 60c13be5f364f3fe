"""How a file is laid out, how its days are written, and which KPI a name means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest

from kpix_tui.domains.imports import errors
from kpix_tui.domains.imports.cells import DayCell, ErrorCell, NumberCell
from kpix_tui.domains.imports.rules import (
    Layout,
    RawRow,
    Readings,
    Target,
    Targets,
    column_name,
    day_text,
    decide_date_form,
    find_column,
    find_header,
    find_places,
    has_column,
    header_rows,
    header_start,
    joined,
    judge_rows,
    letter,
    values_of,
)
from kpix_tui.domains.imports.rules.dates import serial_day
from kpix_tui.domains.imports.rules.layout import OURS, passes, period_named
from kpix_tui.domains.imports.views import EVERY, Condition, DateForm, Mapping
from kpix_tui.kernel.periods import Frequency

HEADER = ("Region", "Type", "Month", "Visits", "Late", "Remark")


def values(header: Sequence[str], mapping: Mapping, *cells: str) -> list[tuple[str, str, str]]:
    """The KPI, the period and the value of each value in a row."""
    places = find_places(header, mapping)
    return [(one.kpi, one.period, one.value) for one in values_of(2, cells, places)]


# -- layouts ---------------------------------------------------------------------------------------


def test_several_columns_name_a_kpi_and_several_hold_values() -> None:
    mapping = Mapping("Month", ("Visits", "Late"), ("Region", "Type"), "Remark")
    found = values(HEADER, mapping, "North", "A&E", "2026-10", "12", "3", "flood")
    assert found == [
        ("North / A&E / Visits", "2026-10", "12"),
        ("North / A&E / Late", "2026-10", "3"),
    ]
    places = find_places(HEADER, mapping)
    assert [row.comment for row in values_of(2, ("N", "", "2026", "1", "", "why"), places)] == [
        "why",
        "why",
    ]


def test_a_column_for_each_kpi() -> None:
    mapping = Mapping("Month", (EVERY,), ("Region",))
    assert values(
        ("Region", "Month", "Trains", "", "Buses"), mapping, "N", "2026", "1", "x", "2"
    ) == [
        ("N / Trains", "2026", "1"),
        ("N / Buses", "2026", "2"),
    ]
    assert values(
        (*OURS, "Month", "Trains"), Mapping("Month", (EVERY,)), "5", "", "", "2026", "1"
    ) == [("Trains", "2026", "1")]
    with pytest.raises(errors.NoValueColumns):
        find_places(("Month", ""), Mapping("Month", (EVERY,)))


def test_a_column_for_each_period() -> None:
    mapping = Mapping(EVERY, (), ("KPI",))
    assert values(("KPI", "Unit", "2026-09", "Oct 2026"), mapping, "A", "%", "1", "2") == [
        ("A", "2026-09", "1"),
        ("A", "Oct 2026", "2"),
    ]
    with pytest.raises(errors.NoPeriodColumns):
        find_places(("KPI", "Unit"), mapping)


def test_what_may_name_a_period() -> None:
    assert period_named(DayCell("2026-10-01 00:00:00"[:10])) == "2026-10-01"
    assert period_named(NumberCell("2026")) == "2026"
    assert period_named(NumberCell("12.5")) is None
    assert period_named("Total") is None


def test_a_column_is_used_once() -> None:
    with pytest.raises(errors.ColumnUsedTwice):
        find_places(HEADER, Mapping("Month", ("Visits",), ("Month",)))


def test_conditions_keep_rows() -> None:
    where = (Condition("Region", ("north", "Súd")), Condition("Type", ("Total",), negated=True))
    places = find_places(HEADER, Mapping("Month", ("Visits",)), where)
    assert passes(("NORTH", "x"), places)
    assert passes(("Sud",), places)
    assert not passes(("North", "total"), places)
    assert not passes(("East", "x"), places)


def test_notes_that_fill_a_row_are_no_header() -> None:
    rows = [
        (1, ["or", "merging", "merging", "cells"]),
        (2, ["Name", "Job", "Age", "Died"]),
        (3, ["David", "musician", NumberCell("69"), DayCell("2016-01-10")]),
        (4, ["x", "y", "z", "a"]),
    ]
    assert find_header(rows, ()) == 1
    assert find_header(rows[2:3], ()) == 0
    assert header_rows(rows, 1, ()) == 1
    assert header_rows([(1, ["alone"]), *rows], 0, ((0, 0, 1, 0),)) == 0


def test_a_header_of_several_rows() -> None:
    rows = [
        (1, ["Region", "Visits", "Visits"]),
        (2, ["Region", "All", "Late "]),
        (3, ["North", NumberCell("3"), NumberCell("1"), ""]),
    ]
    merged = ((0, 0, 1, 0), (0, 1, 0, 2))
    assert header_rows(rows, 0, merged) == 1
    assert header_rows(rows, 0, ((5, 0, 6, 0),)) == 0
    assert joined(cells for _, cells in rows[:2]) == ["Region", "Visits All", "Visits Late"]
    found = find_header(rows, ())
    assert (found, header_start(rows, found, merged), header_start(rows, found, ())) == (1, 0, 1)
    alike = [(1, ["a", "b"]), (2, ["c", "d"]), (3, ["x", NumberCell("1")])]
    assert find_header(alike, ()) == 0
    assert find_header([(1, ["alone"]), (2, ["a", "b"]), (3, ["1", "2"])], ()) == 1


def test_columns_by_their_letter() -> None:
    header = ("a", "", "a", "b")
    assert find_column(header, "(B)") == 1
    assert find_column(header, "(c)") == 2
    assert column_name(header, 1) == "(B)"
    assert [letter(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert find_column(("x",) * 27, "(AA)") == 26
    for name in ("(E)", "(B1)", ""):
        with pytest.raises(errors.ColumnMissing):
            find_column(header, name)
    with pytest.raises(errors.ColumnRepeated):
        find_column(header, "A")
    assert has_column(header, "A")


def test_a_row_that_is_too_wide_is_refused_once() -> None:
    rows = [RawRow(2, "2026", "1", "North", 9), RawRow(2, "2026", "2", "South", 9)]
    readings = Readings(targets().find, lambda _text, _frequency: None, lambda _c, _t: None)  # type: ignore[arg-type, return-value]
    verdict = judge_rows(rows, Layout("p", "k", 3, ";"), readings, today=date(2026, 11, 1))
    assert [type(one.error) for one in verdict.refusals] == [errors.RowTooWide]


# -- days ------------------------------------------------------------------------------------------


def test_one_cell_decides_for_the_column() -> None:
    assert decide_date_form("D", ["03/04/2025", "31/12/2025"]) is DateForm.DAY_FIRST
    assert decide_date_form("D", ["03-04-2025", "12-31-2025"]) is DateForm.MONTH_FIRST
    assert decide_date_form("D", ["2025-12-31", "04/04/2025", DayCell("2025-01-02"), "T4"]) is None


def test_what_nothing_decides_is_refused_with_both_readings() -> None:
    with pytest.raises(errors.DateFormAmbiguous) as refused:
        decide_date_form("D", ["03/04/2025", "05/06/2025"])
    assert refused.value.params["day_first"] == "2025-04-03"
    assert refused.value.params["month_first"] == "2025-03-04"
    with pytest.raises(errors.DateFormsMixed):
        decide_date_form("D", ["31/12/2025", "12/31/2025"])
    with pytest.raises(errors.DateSerials) as serials:
        decide_date_form("D", ["44927"])
    assert serials.value.params["serial_1900"] == "2023-01-01"


def test_days_are_read_in_the_form_that_was_decided() -> None:
    assert day_text("3/4/2025", DateForm.MONTH_FIRST) == "2025-03-04"
    assert day_text("3/4/2025", DateForm.DAY_FIRST) == "2025-04-03"
    assert day_text("2025-W03", DateForm.DAY_FIRST) == "2025-W03"
    assert day_text(DayCell("2025-01-02"), DateForm.DAY_FIRST) == "2025-01-02"
    assert day_text("03/04/2025", None) == "03/04/2025"
    assert day_text("44927", DateForm.SERIAL_1900) == "2023-01-01"
    assert day_text("2025", DateForm.SERIAL_1904) == "2025"
    assert serial_day("43465", DateForm.SERIAL_1904) == date(2023, 1, 1)


# -- names -----------------------------------------------------------------------------------------


def targets(**options: Frequency) -> Targets:
    known = [
        Target("Punctuality", Frequency.MONTHLY, UUID(int=1), "PUNCT"),
        Target("Sickness", Frequency.MONTHLY, UUID(int=2), "ABSENCES"),
    ]
    return Targets(known, **options)


@pytest.mark.parametrize(("name", "near"), [("Punctualty", "Punctuality"), ("Absence", "ABSENCES")])
def test_near_misses_are_named(name: str, near: str) -> None:
    with pytest.raises(errors.KpiNearlyKnown) as refused:
        targets().find(name)
    assert refused.value.params["near"] == near


@pytest.mark.parametrize("name", ["Something else", "x" * 201])
def test_others_are_not_known(name: str) -> None:
    with pytest.raises(errors.KpiUnknown):
        targets().find(name)


def test_a_name_that_is_to_be_created_is_one_kpi() -> None:
    found = targets(new_frequency=Frequency.DAILY)
    assert found.find("New") is found.find("new")
    assert found.find("New").id is None


# -- cells -----------------------------------------------------------------------------------------


def test_a_percentage_is_the_number_that_is_shown() -> None:
    assert str(NumberCell("52%").decimal()) == "52"
    assert NumberCell("x").decimal() is None
    assert ErrorCell("#N/A").error
