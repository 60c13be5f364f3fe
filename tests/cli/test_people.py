"""Users, teams, roles and codes: what each command does, says and refuses."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.cli.conftest import Answer, Kpix
from tests.cli.test_hostile import HOSTILE, harmless
from tests.support.databases import PASSWORD

NEW = "a different horse and battery"
INVITE = ("user", "invite", "--name", "Zoé", "--email", "zoe@acme.test", "--role")
AUDITOR = ("role", "create", "--name", "Auditor", "--description", "Looks on")
GRANTS = ("--grant", "audit:read=ORGANIZATION", "--grant", "KPI:read=team")


def refused(answer: Answer, code: str, exit_code: int = 1) -> dict[str, Any]:
    assert (answer.code, answer.out) == (exit_code, ""), answer
    problem: dict[str, Any] = answer.json
    assert problem["code"] == code
    return problem


def test_users_are_listed_with_what_one_may_know(kpix: Kpix) -> None:
    table = kpix("user", "list").out
    assert "admin@acme.test" in table
    assert "active" in table
    hidden = kpix("user", "list", person="acme/viewer").out
    assert "Ada Admin" in hidden
    assert "admin@acme.test" not in hidden
    rows = list(csv.DictReader(io.StringIO(kpix("user", "list", "--csv").out)))
    assert {row["email"] for row in rows} >= {"admin@acme.test", "viewer@acme.test"}
    assert [row["name"] for row in kpix("user", "list", "--filter", "ursula", "--json").json] == [
        "Ursula User"
    ]


def test_a_user_is_shown(kpix: Kpix) -> None:
    kpix("team", "create", "--name", "Nights")
    kpix("team", "add", "Nights", "user@acme.test", "--lead")
    shown = kpix("user", "show", "user@acme.test")
    for text in ("Ursula User", "USER (since ", "by Ada Admin", "Nights (lead)", "active"):
        assert text in shown.out
    found = kpix("user", "show", "Ursula User", "--json").json
    assert found["held"][0]["role"] == "USER"
    assert found["memberships"] == [
        {"team_id": found["memberships"][0]["team_id"], "team": "Nights", "lead": True}
    ]
    refused(kpix("user", "show", "Nobody", "--json"), "people.user_not_found")


def test_an_invitation_from_the_code_to_the_session(kpix: Kpix) -> None:
    made = kpix(*INVITE, "user")
    assert made.code == 0, made.err
    code = made.out.splitlines()[1]
    assert "kpix redeem --email zoe@acme.test" in made.out
    assert "invited" in kpix("user", "show", "zoe@acme.test").out
    redeem = ("redeem", "--email", "zoe@acme.test", "--code")
    env = {"KPIX_NEW_PASSWORD": NEW}
    short = kpix(*redeem, code, "--json", person=None, env={"KPIX_NEW_PASSWORD": "short"})
    refused(short, "account.password_too_short")
    signed_in = kpix(*redeem, code.lower(), person=None, env=env)
    assert (signed_in.code, signed_in.out) == (0, "Signed in as Zoé, Acme.\n")
    again = kpix(*redeem, code, "--json", person=None, env=env)
    refused(again, "account.code_used")
    assert "invited" not in kpix("user", "show", "zoe@acme.test").out


def test_a_code_that_could_not_open_a_kept_session_is_not_used(kpix: Kpix) -> None:
    code = kpix(*INVITE, "USER", "--json").json["code"]
    redeem = ("redeem", "--email", "zoe@acme.test", "--code", code)
    assert "--email" in kpix("redeem", person=None).err
    assert "--code" in kpix("redeem", "--email", "zoe@acme.test", person=None).err
    assert "KPIX_NEW_PASSWORD" in kpix(*redeem, person=None).err
    assert kpix(*redeem, person=None, env={"KPIX_PASSWORD": NEW}).code == 0


def test_a_reset_needs_ones_own_password(kpix: Kpix) -> None:
    assert "KPIX_PASSWORD" in kpix("user", "reset", "user@acme.test").err
    wrong = kpix("user", "reset", "user@acme.test", "--json", env={"KPIX_PASSWORD": NEW})
    assert refused(wrong, "account.password_wrong")["fields"] == ["password"]
    env = {"KPIX_PASSWORD": PASSWORD}
    made = kpix("user", "reset", "user@acme.test", "--json", env=env).json
    assert (made["kind"], made["email"]) == ("RESET", "user@acme.test")
    text = kpix("user", "reset", "user@acme.test", env=env).out
    assert "Hand this code to Ursula User. It is good once, until " in text
    superseded = kpix(
        *("redeem", "--email", "user@acme.test", "--code", made["code"], "--json"),
        person=None,
        env={"KPIX_NEW_PASSWORD": NEW},
    )
    refused(superseded, "account.code_superseded")


def test_the_operator_rescues_whoever_lost_the_last_password(kpix: Kpix) -> None:
    made = kpix("db", "rescue", "admin@acme.test", "--json", person=None)
    assert made.json["kind"] == "RESET"
    assert "kpix redeem --email admin@acme.test" in kpix("db", "rescue", "admin@acme.test").out
    unknown = kpix("db", "rescue", "x@acme.test", "--organization", "Acme", "--json")
    refused(unknown, "people.user_not_found")


def test_a_user_is_renamed_deactivated_and_activated(kpix: Kpix) -> None:
    renamed = kpix("user", "rename", "user@acme.test", "--name", "Ursula Unger", "--json")
    assert renamed.json["name"] == "Ursula Unger"
    asked = kpix("user", "deactivate", "Ursula Unger")
    assert (asked.code, asked.out) == (2, "")
    assert "--yes" in asked.err
    assert kpix("user", "deactivate", "Ursula Unger", "--yes").code == 0
    assert "deactivated" in kpix("user", "list").out
    assert kpix("whoami", person="acme/user").code == 1
    assert kpix("user", "activate", "Ursula Unger").code == 0
    me = kpix("user", "deactivate", "admin@acme.test", "--yes", "--json")
    refused(me, "people.self_deactivation")


def test_roles_are_given_and_taken(kpix: Kpix) -> None:
    given = kpix("user", "assign", "user@acme.test", "manager")
    assert given.out == "Ursula User holds: MANAGER, USER\n"
    assert kpix("user", "unassign", "user@acme.test", "USER", "--json").json["roles"] == ["MANAGER"]
    assert "no role" in kpix("user", "unassign", "user@acme.test", "MANAGER").out
    again = kpix("user", "unassign", "user@acme.test", "MANAGER", "--json")
    refused(again, "people.role_not_held")
    last = kpix("user", "unassign", "admin@acme.test", "ADMIN", "--json")
    refused(last, "people.last_administrator")
    unknown = kpix("user", "assign", "user@acme.test", "BOSS", "--json")
    assert "ADMIN, MANAGER" in refused(unknown, "people.role_unknown")["detail"]
    mine = kpix("user", "assign", "user@acme.test", "ADMIN", "--json", person="acme/user")
    refused(mine, "access.permission_missing", 4)


def test_another_email(kpix: Kpix) -> None:
    env = {"KPIX_PASSWORD": PASSWORD}
    taken = kpix("email", "user@acme.test", "--json", person="acme/viewer", env=env)
    assert refused(taken, "account.email_taken")["fields"] == ["email"]
    changed = kpix("email", "Vic@acme.test", "--json", person="acme/viewer", env=env)
    assert changed.json["email"] == "vic@acme.test"
    assert "vic@acme.test" in kpix("user", "list").out


def test_a_session_of_the_environment_is_told_that_it_ended(kpix: Kpix) -> None:
    env = {"KPIX_PASSWORD": PASSWORD, "KPIX_TOKEN": "x"}
    changed = kpix("email", "vic@acme.test", person="acme/viewer", env=env)
    assert changed.code == 0
    assert "KPIX_TOKEN" in changed.err


def test_a_team_from_creation_to_deletion(kpix: Kpix) -> None:
    assert "kpix team create" in kpix("team", "list").err
    made = kpix("team", "create", "--name", "Night shift", "--json").json
    assert kpix("team", "members", "Night shift").out == ""
    assert "is in the team" in kpix("team", "add", "night shift", "user@acme.test").out
    assert "leads the team" in kpix("team", "add", made["id"], "Max Manager", "--lead").out
    table = kpix("team", "list").out
    assert "Night shift" in table
    assert "Max Manager" in table
    assert "lead" in kpix("team", "list", person="acme/manager").out.splitlines()[-1]
    assert "yes" in kpix("team", "list", person="acme/user").out.splitlines()[-1]
    names = [row["name"] for row in kpix("team", "members", made["id"], "--json").json]
    assert names == ["Max Manager", "Ursula User"]
    assert "2" in kpix("team", "show", "Night shift").out
    assert "leads" in kpix("team", "lead", "Night shift", "Ursula User").out
    assert "no more" in kpix("team", "lead", "Night shift", "Ursula User", "--not").out
    kpix("user", "deactivate", "Ursula User", "--yes")
    assert "Ursula User (deactivated)" in kpix("team", "members", "Night shift").out
    assert "out of the team" in kpix("team", "remove", "Night shift", "Ursula User").out
    renamed = kpix("team", "rename", "Night shift", "--name", "Nights", "--json").json
    assert (renamed["name"], renamed["version"]) == ("Nights", 2)
    asked = kpix("team", "delete", "Nights")
    assert (asked.code, "Nights with 1 member?" in asked.err) == (2, True)
    assert kpix("team", "delete", "Nights", "--yes").code == 0
    refused(kpix("team", "show", "Nights", "--json"), "people.team_not_found")


def test_a_member_of_another_organisation_is_nobody_here(kpix: Kpix) -> None:
    kpix("team", "create", "--name", "Nights")
    stranger = kpix("user", "show", "Ursula User", "--json", person="globex/admin").json["id"]
    refused(kpix("team", "add", "Nights", stranger, "--json"), "people.user_not_found")
    twice = ("team", "add", "Nights", "Ursula User", "--json")
    assert kpix(*twice).code == 0
    refused(kpix(*twice), "people.member_already")
    missing = kpix("team", "show", "Nights", "--json", person="globex/admin")
    refused(missing, "people.team_not_found")


def test_a_role_from_creation_to_deletion(kpix: Kpix) -> None:
    made = kpix(*AUDITOR, *GRANTS, "--json").json
    assert made["cells"] == {"kpi:read": "TEAM", "audit:read": "ORGANIZATION"}
    table = kpix("role", "list").out
    assert "built-in" in table
    assert "Looks on" in table
    assert "audit:read" in kpix("role", "show", "auditor").out
    assert "kpix user assign" in kpix("role", "holders", "Auditor").err
    kpix("user", "assign", "viewer@acme.test", "Auditor")
    assert "Ada Admin" in kpix("role", "holders", "Auditor").out
    held = kpix("role", "delete", "Auditor", "--yes", "--json")
    refused(held, "people.role_held")
    kpix("user", "unassign", "viewer@acme.test", "Auditor")
    assert "--yes" in kpix("role", "delete", "Auditor").err
    assert kpix("role", "delete", "Auditor", "--yes").code == 0
    refused(kpix("role", "show", "Auditor", "--json"), "people.role_unknown")


def test_a_change_of_a_role_says_first_who_is_affected(kpix: Kpix) -> None:
    kpix(*AUDITOR, *GRANTS)
    kpix("user", "assign", "viewer@acme.test", "Auditor")
    change = ("role", "update", "Auditor", "--revoke", "AUDIT:read", "--grant", "kpi:update=own")
    told = kpix(*change, "--dry-run").out
    assert "kpi:update not → OWN, audit:read ORGANIZATION → not." in told
    assert "1 of 1 who hold it is affected." in told
    assert "Vic Viewer: kpi:update" in told
    impact = kpix(*change, "--dry-run", "--json").json
    assert impact["affected"][0]["changes"][0] == {
        "permission": "kpi:update",
        "before": None,
        "after": "OWN",
    }
    asked = kpix(*change)
    assert (asked.code, "affected. " in asked.err, "Save it?" in asked.err) == (2, True, True)
    assert kpix("role", "show", "Auditor", "--json").json["version"] == 1
    saved = kpix(*change, "--name", "Inspector", "--description", "", "--yes", "--json").json
    assert saved["cells"] == {"kpi:read": "TEAM", "kpi:update": "OWN"}
    assert (saved["name"], saved["description"], saved["version"]) == ("Inspector", "", 2)
    renamed = kpix("role", "update", "Inspector", "--name", "Auditor", "--dry-run").out
    assert renamed == "0 of 1 who hold it are affected.\n"


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (("role", "update", "MANAGER", "--name", "Boss", "--yes"), "people.role_built_in", 1),
        (("role", "update", "MANAGER"), "cli.nothing_to_change", 2),
        (("role", "update", "MANAGER", "--revoke", "fly"), "cli.choice_unknown", 2),
        (("role", "create", "--name", "admin"), "people.role_name_reserved", 1),
        (("role", "create", "--name", "X", "--grant", "kpi:read"), "cli.grant_invalid", 2),
        (("role", "create", "--name", "X", "--grant", "fly=OWN"), "cli.grant_invalid", 2),
        (("role", "create", "--name", "X", "--grant", "audit:read=OWN"), "people.cell_invalid", 1),
        (("role", "delete", "VIEWER", "--yes"), "people.role_built_in", 1),
        ((*INVITE, "BOSS"), "people.role_unknown", 1),
        (("user", "rename", "Max Manager", "--name", " "), "people.name_invalid", 1),
        (("user", "deactivate", "Nobody", "--yes"), "people.user_not_found", 1),
        (("team", "create", "--name", "x" * 201), "people.name_invalid", 1),
    ],
)
def test_what_is_refused_is_said_in_one_sentence(
    kpix: Kpix, arguments: tuple[str, ...], code: str, exit_code: int
) -> None:
    before = kpix("role", "list", "--json").out + kpix("user", "list", "--json").out
    refused(kpix(*arguments, "--json"), code, exit_code)
    assert len(kpix(*arguments).err.splitlines()) == 1
    assert kpix("role", "list", "--json").out + kpix("user", "list", "--json").out == before


def test_hostile_names_command_no_terminal(kpix: Kpix) -> None:
    described = kpix("role", "create", "--name", "[/foo]", "--description", HOSTILE)
    assert described.code == 0, described.err
    for arguments in (
        ("role", "list"),
        ("role", "show", "[/foo]"),
        ("role", "create", "--name", HOSTILE),
        ("team", "create", "--name", HOSTILE),
        ("team", "show", HOSTILE),
        ("user", "show", HOSTILE),
        ("user", "rename", "Max Manager", "--name", HOSTILE),
    ):
        answer = kpix(*arguments)
        assert answer.out or answer.err
        assert harmless(answer.out + answer.err), arguments
