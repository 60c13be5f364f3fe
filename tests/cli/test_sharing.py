"""Sharing, access, visibility, owners and entry on the command line."""

from __future__ import annotations

import csv
import io

import pytest

from kpix_tui.app.context import Context
from kpix_tui.domains.people import service as people
from tests.cli.conftest import Kpix
from tests.support.databases import Database

VIEWER, USER = "acme/viewer", "acme/user"


@pytest.fixture
def mine(kpix: Kpix) -> str:
    """A private dashboard of Acme's user, with a KPI."""
    kpix("dashboard", "create", "--title", "Mine", person=USER)
    made = kpix(
        *("kpi", "create", "--dashboard", "Mine", "--name", "One", "--code", "ONE"),
        *("--frequency", "MONTHLY", "--direction", "UP_IS_BETTER", "--green", "9", "--orange", "8"),
        person=USER,
    )
    assert made.code == 0, made.err
    hidden = kpix("dashboard", "visibility", "Mine", "private", person=USER)
    assert hidden.out == "Visibility of Mine: Private. The owner, and those it is shared with.\n"
    return "Mine"


def test_a_share_from_beginning_to_end(kpix: Kpix, mine: str) -> None:
    assert kpix("dashboard", "show", mine, person=VIEWER).code == 1
    shared = kpix(
        *("dashboard", "share", mine, "--user", "vic viewer", "--level", "manager"),
        *("--until", "31/12/2026"),
        person=USER,
    )
    assert shared.out == "Mine is shared with Vic Viewer: Manager, until 31 Dec 2026.\n"
    assert kpix("dashboard", "show", mine, person=VIEWER).code == 0
    rows = kpix("dashboard", "shares", mine, "--json", person=VIEWER).json
    assert [(row["name"], row["kind"], row["level"], row["until"]) for row in rows] == [
        ("Vic Viewer", "USER", "MANAGER", "2026-12-31")
    ]
    assert rows[0]["members"] is None
    again = kpix("dashboard", "share", mine, "--user", "Vic Viewer", "--json", person=USER).json
    assert (again["id"], again["level"], again["until"]) == (rows[0]["id"], "VIEWER", None)
    asked = kpix("dashboard", "unshare", mine, "--user", "Vic Viewer", person=USER)
    assert (asked.code, asked.out) == (2, "")
    assert "Share “Mine” with Vic Viewer no more?" in asked.err
    ended = kpix("dashboard", "unshare", mine, "--user", "Vic Viewer", "--yes", person=USER)
    assert ended.out == "Mine is not shared with Vic Viewer any more.\n"
    assert kpix("dashboard", "shares", mine, person=USER).out == ""
    assert kpix("dashboard", "show", mine, person=VIEWER).code == 1


def test_a_team_is_named_with_its_people(kpix: Kpix, mine: str, context: Context) -> None:
    team = context.run(people.create_team, "Operations").id
    viewer = context.run(people.find_user, "Vic Viewer").id
    context.run(people.add_member, team, viewer)
    made = kpix("dashboard", "share", mine, "--team", "operations", "--json", person=USER).json
    assert (made["kind"], made["members"]) == ("TEAM", 1)
    listed = kpix("dashboard", "shares", mine, person=USER).out
    assert "Operations (team of 1 person)" in listed
    assert "for good" in listed
    why = kpix("dashboard", "access", mine, person=VIEWER).out
    assert "shared with Operations as Viewer" in why


def test_who_can_see_it_and_why(kpix: Kpix, mine: str) -> None:
    kpix("dashboard", "share", mine, "--user", "Max Manager", "--level", "CONTRIBUTOR", person=USER)
    rows = kpix("dashboard", "access", mine, "--json").json
    assert {row["user"]: (row["may"], row["why"]) for row in rows} == {
        "Ada Admin": ("MANAGER", ["looks after all dashboards (role ADMIN)"]),
        "Max Manager": ("CONTRIBUTOR", ["shared with them as Contributor"]),
        "Ursula User": ("MANAGER", ["owns it"]),
    }
    assert rows[0]["reasons"] == [
        {"reason": "ADMINISTRATOR", "level": None, "via": "ADMIN", "until": None}
    ]
    table = list(csv.DictReader(io.StringIO(kpix("dashboard", "access", mine, "--csv").out)))
    assert [row["user"] for row in table] == ["Ada Admin", "Max Manager", "Ursula User"]
    text = kpix("dashboard", "access", mine, "--sort", "-name").out.splitlines()
    assert text[1].split() == ["Ursula", "User", "change", "it", "owns", "it"]


def test_a_dashboard_is_handed_over(kpix: Kpix, mine: str) -> None:
    asked = kpix("dashboard", "transfer", mine, "--to", "Max Manager", person=USER)
    assert (asked.code, "Make Max Manager the owner of “Mine”?" in asked.err) == (2, True)
    done = kpix("dashboard", "transfer", mine, "--to", "Max Manager", "--yes", person=USER)
    assert done.out == "Max Manager owns Mine now, and 1 KPI on it.\n"
    assert kpix("dashboard", "show", mine, person=USER).code == 1
    shown = kpix("dashboard", "show", mine, "--json").json
    assert (shown["owner"], shown["visibility"]) == ("Max Manager", "PRIVATE")
    back = kpix("dashboard", "transfer", mine, "--to", "Ursula User", "--yes", "--json").json
    assert (back["owner"], back["kpis"]) == ("Ursula User", 1)


def test_values_are_owed(kpix: Kpix, mine: str, context: Context) -> None:
    refused = kpix("kpi", "assign", "ONE", "--user", "Vic Viewer", person=USER)
    assert refused.code == 1
    assert "does not see the dashboard Mine: share it with them first" in refused.err
    kpix("dashboard", "share", mine, "--user", "Max Manager", person=USER)
    context.run(people.create_team, "Operations")
    kpix("dashboard", "share", mine, "--team", "Operations", person=USER)
    done = kpix("kpi", "assign", "ONE", "--user", "Max Manager", person=USER)
    assert done.out == "Max Manager owes the values of ONE.\n"
    kpix("kpi", "assign", "one", "--team", "Operations", person=USER)
    rows = kpix("kpi", "assignments", "ONE", "--json", person=USER).json
    assert [(row["name"], row["kind"], row["members"]) for row in rows] == [
        ("Max Manager", "USER", None),
        ("Operations", "TEAM", 0),
    ]
    assert "Operations (team of 0 people)" in kpix("kpi", "assignments", "ONE", person=USER).out
    shown = kpix("kpi", "show", "ONE", person=USER).out
    assert "Values by   Max Manager, Operations" in shown
    assert kpix("kpi", "list", "--json", person=USER).json[0]["assignees"] == [
        "Max Manager",
        "Operations",
    ]
    asked = kpix("kpi", "unassign", "ONE", "--team", "Operations", person=USER)
    assert (asked.code, "no more?" in asked.err) == (2, True)
    ended = kpix("kpi", "unassign", "ONE", "--team", "Operations", "--yes", person=USER)
    assert ended.out == "Operations owes the values of ONE no more.\n"


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        (("share", "Mine"), 1, "dashboard.share_with_whom"),
        (("share", "Mine", "--user", "nobody"), 1, "people.user_not_found"),
        (("share", "Mine", "--team", "nobody"), 1, "people.team_not_found"),
        (("share", "Mine", "--user", "Ursula User"), 1, "dashboard.shared_with_owner"),
        (
            ("share", "Mine", "--user", "Vic Viewer", "--until", "2026-11-20"),
            1,
            "dashboard.share_end_invalid",
        ),
        (("share", "Mine", "--user", "Vic Viewer", "--until", "soon"), 1, "i18n.day_invalid"),
        (("share", "Mine", "--user", "Vic Viewer", "--level", "king"), 2, "cli.choice_unknown"),
        (("unshare", "Mine", "--user", "Vic Viewer", "--yes"), 1, "dashboard.share_not_found"),
        (("unshare", "Mine"), 1, "dashboard.share_with_whom"),
        (("visibility", "Mine", "everywhere"), 2, "cli.choice_unknown"),
        (("transfer", "Mine", "--to", "Ursula User", "--yes"), 1, "dashboard.owned_already"),
        (("access", "Yours"), 1, "dashboard.not_found"),
    ],
)
def test_bad_input_is_one_sentence_and_changes_nothing(
    kpix: Kpix, mine: str, arguments: tuple[str, ...], code: int, problem: str
) -> None:
    answer = kpix("dashboard", *arguments, "--json", person=USER)
    assert (answer.code, answer.out, answer.json["code"]) == (code, "", problem)
    assert kpix("dashboard", "shares", mine, "--json", person=USER).json == []
    assert kpix("dashboard", "show", mine, "--json").json["owner"] == "Ursula User"


def test_since_is_a_day_of_the_organisation(kpix: Kpix, mine: str, database: Database) -> None:
    kpix("team", "create", "--name", "Operations")
    kpix("team", "add", "Operations", "Vic Viewer")
    kpix("dashboard", "share", mine, "--user", "Max Manager", person=USER)
    kpix("kpi", "assign", "ONE", "--user", "Max Manager", person=USER)
    late = "2026-11-20 23:30+00"  # the 21st in Kiritimati
    with database.server.connect(database.name) as connection:
        connection.execute("set session_replication_role = replica")  # no audit of it
        connection.execute("update kpix.organization set timezone = 'Pacific/Kiritimati'")
        for table, column in (
            ("team", "created_at"),
            ("team_member", "joined_at"),
            ("user_role", "assigned_at"),
            ("dashboard_share", "shared_at"),
            ("kpi_assignment", "assigned_at"),
        ):
            connection.execute(f"update kpix.{table} set {column} = '{late}'".encode())
    for command in (
        ("team", "list"),
        ("team", "show", "Operations"),
        ("team", "members", "Operations"),
        ("role", "holders", "VIEWER"),
        ("dashboard", "shares", mine),
        ("kpi", "assignments", "ONE"),
    ):
        text = kpix(*command).out
        assert "21 Nov 2026" in text, command
        assert "20 Nov 2026" not in text, command


def test_the_list_of_shares_is_a_table(kpix: Kpix, mine: str) -> None:
    given = ("dashboard", "share", mine, "--user", "Vic Viewer")
    assert kpix(*given, "--until", "31/12/2026", person=USER).code == 0
    (line,) = (
        line
        for line in kpix("dashboard", "shares", mine, person=USER).out.splitlines()
        if "Vic Viewer" in line
    )
    assert "31 Dec 2026" in line
    assert "until" not in line  # the title of the column says that
