"""``kpix search``: for people and for programs."""

from __future__ import annotations

import csv
import io

import pytest

from tests.cli.conftest import Kpix
from tests.tui.hostile import HOSTILE


@pytest.fixture
def red(kpix: Kpix, trains: str) -> str:
    """ON-TIME has a critical value."""
    kpix("value", "add", "--kpi", trains, "--period", "2026-09", "--value", "80")
    return trains


def test_people_read_words(kpix: Kpix, red: str) -> None:
    answer = kpix("search", "train")
    assert answer.code == 0, answer.err
    heading, board, kpi = answer.out.splitlines()
    assert heading.split()[:3] == ["Kind", "Status", "Title"]
    assert kpi.startswith("KPI        ◆ Critical  ON-TIME Trains on time")
    assert board.startswith("Dashboard              Trains")
    assert answer.err == ""


def test_programs_read_spans(kpix: Kpix, red: str) -> None:
    board, kpi = kpix("search", "train", "--json").json
    assert (kpi["kind"], kpi["title"]) == ("KPI", "ON-TIME  Trains on time")
    assert kpi["title_marks"] == [[9, 15]]
    assert (kpi["status"], kpi["critical"], kpi["place"]) == ("RED", True, "Trains")
    assert (board["status"], board["critical"], board["owner"]) == (None, None, "Ada Admin")
    assert board["dashboard_id"] == board["id"] == kpi["dashboard_id"]
    assert (kpi["period_start"], kpi["action_id"]) == (None, None)
    rows = list(csv.DictReader(io.StringIO(kpix("search", "train", "--csv").out)))
    assert [row["title"] for row in rows] == ["Trains", "ON-TIME  Trains on time"]
    assert "title_marks" not in rows[0]


@pytest.mark.parametrize(
    ("filters", "kinds"),
    [
        ((), ["DASHBOARD", "KPI"]),
        (("--kind", "dashboard"), ["DASHBOARD"]),
        (("--kind", "dashboard", "--kind", "kpi"), ["DASHBOARD", "KPI"]),
        (("--status", "red"), ["KPI"]),
        (("--status", "green", "--status", "no-data"), []),
        (("--process", "TRANSPORT"), ["DASHBOARD", "KPI"]),
        (("--process", "Other"), []),
        (("--owner", "ada admin"), ["DASHBOARD", "KPI"]),
        (("--owner", "Vic Viewer"), []),
        (("--since", "2020-01-01"), ["DASHBOARD", "KPI"]),
        (("--until", "2020-01-01"), []),
        (("--limit", "1"), ["DASHBOARD"]),
        (("--offset", "1"), ["KPI"]),
    ],
)
def test_filters_narrow(kpix: Kpix, red: str, filters: tuple[str, ...], kinds: list[str]) -> None:
    answer = kpix("search", "train", "--json", *filters)
    assert answer.code == 0, answer.err
    assert [row["kind"] for row in answer.json] == kinds


def test_several_words_need_no_quotes(kpix: Kpix, red: str) -> None:
    assert len(kpix("search", "time", "trai", "--json").json) == 1
    assert kpix("search", "time", "nowhere", "--json").json == []


def test_nothing_is_found_in_words(kpix: Kpix) -> None:
    answer = kpix("search", "nowhere")
    assert (answer.code, answer.out) == (0, "")
    assert "Nothing that you may see has these words." in answer.err
    french = kpix("--lang", "fr", "search", "nowhere")
    assert "Rien de ce que vous pouvez voir" in french.err


def test_what_is_left_out_is_said(kpix: Kpix, red: str) -> None:
    answer = kpix("search", "train", "--limit", "1")
    assert "1 of 2. More: --limit, --offset." in answer.err
    assert kpix("search", "train", "--limit", "1", "--json").err == ""


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("a",), 1, "Search for 2 letters at least."),
        (("a" * 201,), 1, "at most"),
        ((), 2, "QUERY"),
        (("train", "--kind", "value"), 2, "DASHBOARD"),
        (("train", "--since", "someday"), 1, "someday"),
        (("train", "--since", "2026-02-01", "--until", "2026-01-01"), 1, "before the first"),
        (("train", "--owner", "nobody"), 1, "nobody"),
    ],
)
def test_what_is_wrong_is_said(
    kpix: Kpix, trains: str, arguments: tuple[str, ...], code: int, told: str
) -> None:
    answer = kpix("search", *arguments)
    assert (answer.code, answer.out) == (code, "")
    assert told in answer.err


def test_who_sees_nothing_finds_nothing(kpix: Kpix, red: str) -> None:
    assert kpix("search", "train", "--json", person="globex/admin").json == []
    assert len(kpix("search", "train", "--json", person="acme/viewer").json) == 2
    assert kpix("search", "train", person=None).code != 0


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_move_no_cursor(kpix: Kpix, text: str) -> None:
    made = kpix("dashboard", "create", "--title", f"{text[:150]} zebra")
    assert made.code == 0, made.err
    answer = kpix("search", "zebra")
    assert answer.code == 0, answer.err
    assert len(answer.out.splitlines()) == 2
    assert not any(ord(c) < 32 and c != "\n" for c in answer.out)
    assert kpix("search", text).code in (0, 1, 2)


def test_help_says_what_it_does(kpix: Kpix) -> None:
    answer = kpix("search", "--help")
    assert answer.code == 0
    assert "kpix search late trains" in answer.out
    assert "--status" in answer.out
