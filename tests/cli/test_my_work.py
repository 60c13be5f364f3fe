"""What I have to do, on the command line."""

from __future__ import annotations

import csv
import io

import pytest

from tests.cli.conftest import Kpix


@pytest.fixture
def owing(kpix: Kpix, trains: str) -> str:
    """The administrator's own KPI, last fed for August; it is 21 November."""
    entered = kpix(*("value", "add", "--kpi", trains, "--value", "96", "--period", "2026-08"))
    assert entered.code == 0, entered.err
    return trains


def test_people_read_what_is_owed_and_how_late(kpix: Kpix, owing: str) -> None:
    shown = kpix("my-work")
    heading, line = shown.out.splitlines()
    assert heading.split() == ["Kind", "What", "Due", "State", "Code", "KPI"]
    assert line.startswith("Value  Sep 2026")
    assert "1 Oct 2026" in line
    assert "1 late" in line
    assert owing in line


def test_programs_read_the_same(kpix: Kpix, owing: str) -> None:
    (found,) = kpix("my-work", "--json").json
    assert (found["kind"], found["kpi_code"], found["period_start"]) == (
        "VALUE",
        owing,
        "2026-09-01",
    )
    assert (found["due_on"], found["late"], found["count"]) == ("2026-10-01", True, 2)
    (row,) = csv.DictReader(io.StringIO(kpix("my-work", "--csv").out))
    assert (row["kind"], row["count"]) == ("VALUE", "2")


def test_it_empties(kpix: Kpix, owing: str) -> None:
    for month, state in (("2026-09", "due now"), ("2026-10", None)):
        assert not kpix("value", "add", "--kpi", owing, "--value", "96", "--period", month).code
        shown = kpix("my-work")
        assert (state in shown.out) if state else not shown.out
    assert "Nothing to do" in shown.err


def test_it_speaks_french(kpix: Kpix, owing: str) -> None:
    shown = kpix("--lang", "fr", "my-work").out
    assert "1 en retard" in shown
    assert owing in shown


@pytest.mark.usefixtures("owing")
def test_kinds_and_sorts(kpix: Kpix) -> None:
    assert kpix("my-work", "--kind", "action").out == ""
    assert kpix("my-work", "--kind", "value", "--sort", "-kind", "--json").json
    assert kpix("my-work", "--kind", "chore").code == 2
    refused = kpix("my-work", "--sort", "name", "--json")
    assert (refused.code, refused.json["code"]) == (1, "paging.sort_unknown")


def test_actions_and_threads_say_how_pressing_they_are(kpix: Kpix, owing: str) -> None:
    for title, due in (("Call", "2026-11-01"), ("Write", "2026-12-24")):
        made = kpix("action", "create", "--kpi", owing, "--title", title, "--due", due)
        assert made.code == 0, made.err
    actions = kpix("my-work", "--kind", "action").out.splitlines()[1:]
    assert [("Call" in line, "overdue" in line) for line in actions] == [(True, True), (False,) * 2]
    said = kpix(
        *("comment", "add", "--kpi", owing, "--text", "@Ada Admin, why?"), person="acme/manager"
    )
    assert said.code == 0, said.err
    assert "1 unread" in kpix("my-work", "--kind", "thread").out
