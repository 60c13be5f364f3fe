"""``kpix action``: what a screen does with actions, a command does too."""

from __future__ import annotations

import csv
import io

import pytest

from kpix_tui.app.context import Context
from kpix_tui.domains.people import service as people
from tests.cli.conftest import Kpix

USER, VIEWER = "acme/user", "acme/viewer"
CALL = "Call the supplier"


@pytest.fixture
def one(kpix: Kpix) -> str:
    """A KPI of Acme's administrator, with a value before the action."""
    kpix("dashboard", "create", "--title", "Transport", "--process", "Supply")
    made = kpix(
        *("kpi", "create", "--dashboard", "Transport", "--name", "One", "--code", "ONE"),
        *("--frequency", "MONTHLY", "--direction", "UP_IS_BETTER", "--green", "9", "--orange", "8"),
        *("--unit", "%"),
    )
    assert made.code == 0, made.err
    kpix("value", "add", "--kpi", "ONE", "--period", "2026-10", "--value", "7")
    return "ONE"


def create(kpix: Kpix, title: str = CALL, *options: str, person: str = "acme/admin") -> None:
    about = () if "--parent" in options else ("--kpi", "ONE")
    due = () if "--due" in options else ("--due", "2026-12-11")
    made = kpix("action", "create", "--title", title, *about, *due, *options, person=person)
    assert made.code == 0, made.err


def test_an_action_from_beginning_to_end(kpix: Kpix, one: str) -> None:
    made = kpix(
        *("action", "create", "--kpi", one, "--title", CALL, "--due", "11/12/2026"),
        *("--owner", "ursula user", "--why", "Parts come late", "--why", "Nobody orders them"),
        *("--cause", "No order point", "--level", "9", "--kind", "corrective"),
    )
    assert made.out == f"The action {CALL} is created, for Ursula User.\n"
    mine = kpix("action", "list", "--mine", "--json", person=USER).json
    assert [(row["title"], row["status"], row["due_on"]) for row in mine] == [
        (CALL, "OPEN", "2026-12-11")
    ]
    assert kpix("action", "list", "--mine", "--json").json == []
    early = kpix("action", "move", CALL, "done", person=USER)
    assert (early.code, early.out) == (1, "")
    assert "it has not been started yet" in early.err
    half = kpix("action", "progress", CALL, "50", person=USER)
    assert half.out == f"{CALL}: In progress, 50 %.\n"
    too_far = kpix("action", "progress", CALL, "140", person=USER)
    assert (too_far.code, too_far.out) == (1, "")
    assert "Progress goes from 0 to 100 %: 140 is not in between." in too_far.err
    done = kpix("action", "move", CALL, "DONE", "--json", person=USER).json
    assert (done["status"], done["progress"], done["verdict"]) == ("DONE", 100, "TOO_EARLY")
    judged = kpix("action", "judge", CALL, "--json").json
    assert (judged["verdict"], judged["missing"]) == ("TOO_EARLY", [])
    assert [each["period_start"] for each in judged["after"]] == ["2026-12-01"]
    told = kpix("action", "history", CALL).out.splitlines()[1:]
    assert [line.split("  ")[1].strip() for line in told] == ["Ursula User"] * 2 + ["Ada Admin"]
    assert "Status: In progress → Done; Progress: 50 % → 100 %" in told[0]
    gone = kpix("action", "delete", CALL, person=USER)
    assert (gone.code, gone.out) == (2, "")
    assert f"Delete the action {CALL}?" in gone.err
    assert kpix("action", "delete", CALL, "--yes").out == f"The action {CALL} is deleted.\n"
    assert kpix("action", "show", CALL).code == 1


def test_everything_is_shown(kpix: Kpix, one: str) -> None:
    create(kpix, CALL, "--shift", "1,5", "--start", "2026-11-01", "--description", "By phone")
    create(kpix, "Find the number", "--parent", CALL, "--due", "2026-11-20")
    shown = kpix("action", "show", CALL).out
    for line in (
        "Action       Call the supplier",
        "KPI          ONE One",
        "Status       Open, 0 %",
        "Due date     11 Dec 2026",
        "Description  By phone",
        "Find the number · Open · Ada Admin · 20 Nov 2026, overdue by 1 day",
    ):
        assert line in shown
    assert "The mean of ONE in the 1 month after the action is better by 1.5 % or more" in shown
    whole = kpix("action", "show", CALL, "--json").json
    assert whole["criterion"]["amount"] == "1.5"
    assert [each["title"] for each in whole["sub_actions"]] == ["Find the number"]
    listed = kpix("action", "list", "--kpi", one).out
    assert "Find the number ‹ Call the supplier" in listed
    table = list(csv.DictReader(io.StringIO(kpix("action", "list", "--csv").out)))
    assert [row["overdue"] for row in table] == ["true", "false"]
    french = kpix("--lang", "fr", "action", "show", CALL).out
    assert "À faire, 0 %" in french.replace("\xa0", " ")


def test_what_is_refused_is_said_beside_its_option(kpix: Kpix, one: str) -> None:
    base = ("action", "create", "--title", CALL)
    for options, said in (
        (("--kpi", one, "--due", "2026-11-01", "--start", "2026-11-02"), "--due: The due date"),
        (("--due", "2026-12-01"), "Name the KPI that the action is about."),
        (("--kpi", one, "--due", "2026-12-01", "--shift", "0"), "--shift: Say by how much"),
        (("--kpi", one, "--due", "2026-12-01", "--periods", "3"), "Say which level is to be held"),
        (("--kpi", one, "--due", "2026-12-01", "--level", "1", "--periods", "25"), "--periods: "),
    ):
        wrong = kpix(*base, *options)
        assert (wrong.code, wrong.out) == (1, "")
        assert said in wrong.err
    both = kpix(*base, "--kpi", one, "--due", "2026-12-01", "--level", "1", "--shift", "1")
    assert both.code == 2
    assert kpix("action", "list", "--json").json == []


def test_parts_are_closed_first(kpix: Kpix, one: str) -> None:
    create(kpix)
    create(kpix, "Find the number", "--parent", CALL)
    kpix("action", "move", CALL, "IN_PROGRESS")
    early = kpix("action", "move", CALL, "DONE")
    assert (early.code, early.out) == (1, "")
    assert f"{CALL} has sub-actions that are not closed: close them first." in early.err
    asked = kpix("action", "delete", CALL)
    assert "Delete the action Call the supplier with 1 sub-action?" in asked.err


def test_what_is_named_changes_and_the_rest_stays(kpix: Kpix, one: str) -> None:
    create(kpix, CALL, "--why", "Late", "--level", "9", "--cause", "Unknown")
    assert kpix("action", "update", CALL).code == 2
    changed = kpix(
        *("action", "update", CALL, "--title", "Write", "--due", "2026-12-24", "--periods", "3"),
        *("--level", "8", "--why", "Nobody knows"),
    )
    assert changed.out == "The action Write is changed.\n"
    now = kpix("action", "show", "Write", "--json").json
    assert (now["due_on"], now["whys"], now["cause"]) == ("2026-12-24", ["Nobody knows"], "Unknown")
    assert (now["criterion"]["amount"], now["criterion"]["periods"]) == (8, 3)
    told = kpix("action", "history", "Write").out
    for change in (
        "Title: Call the supplier → Write",
        "Due date: 11 Dec 2026 → 24 Dec 2026",
        "Late → Nobody knows",
        "ONE 9 × 1 → ONE 8 × 3",
    ):
        assert change in told
    newest = kpix("action", "history", "Write", "--json").json[0]
    fields = {one["field"]: one for one in newest["changes"]}
    assert fields["whys"]["new"] == ["Nobody knows"]
    assert fields["criterion"]["old"]["amount"] == 9
    assert fields["criterion"]["new"]["kpi"] == "ONE"
    none = kpix("action", "update", "Write", "--no-criterion", "--json").json
    assert none["criterion"] is None
    assert kpix("action", "judge", "Write").code == 1
    kpix("action", "move", "Write", "IN_PROGRESS")
    late = kpix("action", "update", "Write", "--level", "1")
    assert "The criterion was fixed when the action started" in late.err


def test_several_at_once(kpix: Kpix, one: str) -> None:
    for title in ("a", "b"):
        create(kpix, title)
    given = kpix("action", "assign", "a", "b", "--to", "Ursula User")
    assert given.out == "2 actions are given to Ursula User.\n"
    again = kpix("action", "assign", "a", "b", "--to", "Ursula User").out.splitlines()
    assert again == ["0 actions are given to Ursula User.", "2 were theirs already."]
    later = kpix("action", "postpone", "a", "b", "--days", "7")
    assert later.out == "a is due on 18 Dec 2026.\nb is due on 18 Dec 2026.\n"
    sooner = kpix("action", "postpone", "a", "--due", "2026-12-01")
    assert "a is due on 18 Dec 2026 already: choose a later day." in sooner.err
    neither = kpix("action", "postpone", "a")
    assert "Say either until which day or by how many days" in neither.err
    assert kpix("action", "assign", "a", "nothing", "--to", "Ada Admin").code == 1
    assert kpix("action", "list", "--owner", "Ada Admin", "--json").json == []
    assert kpix("action", "postpone", "a", "--days", "1", person=VIEWER).code == 4


def test_a_list_keeps_what_was_asked_for(kpix: Kpix, one: str, context: Context) -> None:
    create(kpix, "late", "--due", "2026-11-01")
    create(kpix, "now", "--due", "2026-11-22", "--owner", "Ursula User", "--kind", "preventive")
    team = context.run(people.create_team, "Operations").id
    context.run(people.add_member, team, context.run(people.find_user, "Ursula User").id)

    def kept(*options: str, person: str = "acme/admin") -> list[str]:
        answer = kpix("action", "list", *options, "--json", person=person)
        assert answer.code == 0, answer.err
        return [row["title"] for row in answer.json]

    assert kept() == ["late", "now"]
    assert kept("--overdue") == ["late"]
    assert kept("--due-this-week") == ["now"]
    assert kept("--team", "Operations") == kept("--owner", "Ursula User") == ["now"]
    assert kept("--teams", person=USER) == ["now"]
    assert kept("--kind", "preventive") == ["now"]
    assert kept("--process", "Supply", "--dashboard", "Transport", "--status", "open") == kept()
    assert kept("--verdict", "not-effective") == kept("--parent", "late") == []
    assert kept("--sort", "-title", "--filter", "LAT") == ["late"]
    for both in (("--mine", "--teams"), ("--overdue", "--due-this-week")):
        assert kpix("action", "list", *both).code == 2
    empty = kpix("action", "list", "--verdict", "effective")
    assert "No actions here. Create one: kpix action create --help" in empty.err


def test_a_board_has_four_columns(kpix: Kpix, one: str) -> None:
    for title in ("a", "b", "c"):
        create(kpix, title)
    kpix("action", "move", "c", "CANCELLED")
    found = kpix("action", "board", "--limit", "1", "--json").json
    assert [(each["status"], each["total"], len(each["actions"])) for each in found] == [
        ("OPEN", 2, 1),
        ("IN_PROGRESS", 0, 0),
        ("DONE", 0, 0),
        ("CANCELLED", 1, 1),
    ]
    text = kpix("action", "board", "--filter", "c").out
    assert [line for line in text.splitlines() if ": " in line and "  " not in line] == [
        "Open: 0",
        "In progress: 0",
        "Done: 0",
        "Cancelled: 1",
    ]
    rows = list(csv.DictReader(io.StringIO(kpix("action", "board", "--csv").out)))
    assert [row["title"] for row in rows] == ["a", "b", "c"]


def test_the_effect_is_told_with_its_values(kpix: Kpix, one: str) -> None:
    create(kpix, CALL, "--shift", "1")
    kpix("action", "move", CALL, "IN_PROGRESS")
    told = kpix("action", "judge", CALL).out
    assert "Verdict        Too early to say" in told
    assert "Values before  Oct 2026: 7.00 %" in told
    assert "Mean before    7.00 %" in told
