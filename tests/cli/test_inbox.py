"""``kpix inbox``: what happened that concerns somebody, read and chosen from the command line."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Kpix


@pytest.fixture(autouse=True)
def news(kpix: Kpix, trains: str) -> None:
    """The administrator's KPI turns critical, and somebody asks why."""
    for command in (
        ("value", "add", "--kpi", trains, "--period", "2026-09", "--value", "80"),
        ("comment", "add", "--kpi", trains, "--text", "@Ada Admin why?\nReally"),
    ):
        assert kpix(*command, person="acme/manager").code == 0


def test_the_inbox_says_what_happened(kpix: Kpix) -> None:
    answer = kpix("inbox", "list")
    assert answer.code == 0, answer.err
    lines = answer.out.splitlines()
    assert lines[0].split()[:3] == ["New", "Priority", "Date"]
    assert "Max Manager mentions you on ON-TIME: @Ada Admin why? Really" in lines[1]
    assert "ON-TIME has become worse: from No data to Critical" in lines[2]
    assert "Urgent" in lines[2]
    assert "Sep 2026" in lines[2]
    rows = kpix("inbox", "list", "--kind", "status-worse", "--json").json
    assert [(row["kind"], row["priority"], row["kpi"]) for row in rows] == [
        ("STATUS_WORSE", "URGENT", "ON-TIME")
    ]
    high = kpix("inbox", "list", "--priority", "HIGH", "--csv").out.splitlines()
    assert len(high) == 2
    assert "(deleted)" not in high[1]
    assert "Nothing here." in kpix("inbox", "list", person="acme/viewer").err


def test_it_speaks_french(kpix: Kpix) -> None:
    answer = kpix("--lang", "fr", "inbox", "list")
    assert "ON-TIME s’est dégradé : de " in answer.out.replace("\xa0", " ")


def test_counted_and_marked(kpix: Kpix) -> None:
    counted = kpix("inbox", "count", "--json").json
    assert counted == {"unread": 2, "urgent": 1, "high": 1, "normal": 0, "low": 0}
    one = kpix("inbox", "list", "--sort", "priority", "--json").json[0]["id"]
    assert kpix("inbox", "read", one).out == "1 notification marked.\n"
    assert kpix("inbox", "read", one).out == "0 notifications marked.\n"
    assert len(kpix("inbox", "list", "--unread", "--json").json) == 1
    assert kpix("inbox", "read", one, "--unread", "--json").json == {"changed": 1}
    assert kpix("inbox", "read", "--all").out == "2 notifications marked.\n"
    assert "0" in kpix("inbox", "count").out
    assert kpix("inbox", "read").code == 2
    for wrong in ("x", "5f3c1f0e-6f6a-4a57-9d6c-2f4d0b1a9a51"):
        refused = kpix("inbox", "read", wrong)
        assert refused.code == 1
        assert f"There is no notification {wrong} in your inbox." in refused.err


def test_each_person_chooses(kpix: Kpix) -> None:
    shown = kpix("inbox", "preferences", "--off", "MENTION", "--off", "REPLY", "--on", "REPLY")
    assert "I am mentioned" in shown.out
    rows = {row["kind"]: row["wanted"] for row in kpix("inbox", "preferences", "--json").json}
    assert [kind for kind, wanted in rows.items() if not wanted] == ["MENTION"]
    kpix("comment", "add", "--kpi", "ON-TIME", "--text", "@Ada Admin", person="acme/manager")
    assert len(kpix("inbox", "list", "--kind", "MENTION", "--json").json) == 1
