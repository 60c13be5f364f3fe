"""The executive view on the command line: the same numbers in every form, and lists behind them."""

from __future__ import annotations

import csv
import io

import pytest

from kpix_tui.app.context import Context
from kpix_tui.domains.people import service as people
from tests.cli.conftest import Kpix
from tests.services.people import person


@pytest.fixture
def filled(kpix: Kpix, trains: str) -> Kpix:
    """ON-TIME fell from green to critical; BUSES has its first value; EMPTY owes since June."""
    for code, name, more in (
        ("BUSES", "Buses on time", ()),
        ("EMPTY", "Trams [/foo] on time", ("--starts-on", "2026-06-01")),
    ):
        made = kpix(
            *("kpi", "create", "--dashboard", "Trains", "--name", name, "--code", code),
            *("--frequency", "MONTHLY", "--direction", "UP_IS_BETTER"),
            *("--green", "95", "--orange", "92", *more),
        )
        assert made.code == 0, made.err
    for code, period, number in (
        (trains, "2026-09", "96"),
        (trains, "2026-10", "80"),
        ("BUSES", "2026-10", "93"),
    ):
        entered = kpix(*("value", "add", "--kpi", code, "--value", number, "--period", period))
        assert entered.code == 0, entered.err
    return kpix


def test_the_view_as_a_program_reads_it(filled: Kpix) -> None:
    found = filled("overview", "--json").json
    totals = found["totals"]
    assert (found["day"], totals["kpis"], totals["orange"]) == ("2026-11-21", 3, 1)
    assert (totals["red"], totals["critical"], totals["no_data"]) == (1, 1, 1)
    assert (totals["green_before"], totals["no_data_before"]) == (1, 2)
    assert (totals["worse"], totals["better"], totals["unknown"], totals["missing"]) == (1, 0, 2, 1)
    assert [line["title"] for line in found["lines"]] == ["Transport"]
    assert found["lines"][0]["kpis"] == 3
    assert [kpi["code"] for kpi in found["worst"]] == ["ON-TIME", "BUSES"]
    assert float(found["worst"][0]["distance"]) == 5
    assert [kpi["code"] for kpi in found["worsening"]] == ["ON-TIME"]
    owed = found["missing"][0]
    assert (owed["code"], owed["missing_since"], owed["missing"]) == ("EMPTY", "2026-06-01", 5)


def test_the_view_as_people_read_it(filled: Kpix) -> None:
    shown = filled("overview").out
    for text in (
        "As of     21 Nov 2026",
        "◆ 1 ▲ 1 ○ 1",
        "0 better, 1 worse, 0 the same, 2 without a value then or now",
        "Getting worse",
        "Not entered",
        "Trams [/foo] on time",
        "5.0 ×",
    ):
        assert text in shown, shown
    assert filled("--lang", "fr", "overview").out.startswith("Au ")


def test_the_lines_as_a_spreadsheet_reads_them(filled: Kpix) -> None:
    rows = list(csv.DictReader(io.StringIO(filled("overview", "--by", "dashboard", "--csv").out)))
    assert [(row["title"], row["process"], row["kpis"]) for row in rows] == [
        ("Trains", "Transport", "3")
    ]
    assert filled("overview", "--filter", "bus", "--csv").out.count("\n") == 1


def test_top_risks_come_worst_first(filled: Kpix) -> None:
    rows = filled("top-risks", "--json").json
    assert [(row["code"], row["status_before"]) for row in rows] == [
        ("ON-TIME", "GREEN"),
        ("BUSES", "NO_DATA"),
    ]
    assert [row["code"] for row in filled("top-risks", "--limit", "1", "--json").json] == [
        "ON-TIME"
    ]
    table = filled("top-risks").out.splitlines()
    assert "Beyond" in table[0]
    assert "◆ Critical" in table[1]
    past = filled("top-risks", "--until", "2026-09-30")
    assert (past.code, past.out) == (0, "")
    assert "No KPI is beyond its thresholds." in past.err


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        (("--status", "critical"), ["ON-TIME"]),
        (("--status", "red"), ["ON-TIME"]),
        (("--status", "orange", "--status", "no-data"), ["BUSES", "EMPTY"]),
        (("--worsening",), ["ON-TIME"]),
        (("--improving",), []),
        (("--missing",), ["EMPTY"]),
        (("--process", "Transport", "--sort", "code"), ["BUSES", "EMPTY", "ON-TIME"]),
        (("--process", "Energy"), []),
        (("--dashboard", "Trains", "--process", "Energy"), []),
        (("--until", "2026-09-30", "--status", "green"), ["ON-TIME"]),
    ],
)
def test_kpis_are_kept_by_options(filled: Kpix, options: tuple[str, ...], codes: list[str]) -> None:
    assert [row["code"] for row in filled("kpi", "list", *options, "--json").json] == codes


def test_a_team_is_named(filled: Kpix, context: Context) -> None:
    team = context.run(people.create_team, "Operations")
    assert filled("kpi", "list", "--team", "Operations", "--json").json == []
    assert filled("overview", "--team", "Operations").out == ""
    context.run(people.add_member, team.id, person(context, "admin"))
    assert len(filled("kpi", "list", "--team", "operations", "--json").json) == 3
    assert filled("overview", "--team", str(team.id), "--json").json["totals"]["kpis"] == 3
    assert len(filled("top-risks", "--team", "Operations", "--json").json) == 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("overview", "--team", "Nobody"), "people.team_not_found"),
        (("overview", "--by", "owner"), "cli.choice_unknown"),
        (("overview", "--until", "0050-01-01"), "overview.too_long_ago"),
        (("overview", "--until", "soon"), "i18n.day_invalid"),
        (("overview", "--sort", "colour"), "paging.sort_unknown"),
        (("kpi", "list", "--status", "purple"), "cli.choice_unknown"),
        (("kpi", "list", "--worsening", "--improving"), "cli.options_exclusive"),
        (("top-risks", "--limit", "0"), "cli.whole_number_invalid"),
    ],
)
def test_what_cannot_be_asked(filled: Kpix, arguments: tuple[str, ...], code: str) -> None:
    answer = filled(*arguments, "--json")
    assert answer.json["code"] == code
    assert answer.code in (1, 2)


def test_nothing_yet(kpix: Kpix) -> None:
    answer = kpix("overview")
    assert (answer.code, answer.out) == (0, "")
    assert "Create one" in answer.err
    assert kpix("overview", "--json").json["lines"] == []
