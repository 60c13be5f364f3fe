"""What the administration does with keys: the menu, people and teams."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from kpix_tui.access.permissions import BuiltinRole
from kpix_tui.domains.accounts.errors import EmailTaken, PasswordWrong
from kpix_tui.domains.accounts.views import InviteUser, IssueCode
from kpix_tui.domains.people.errors import LastAdministrator, TeamNameTaken
from kpix_tui.kernel.errors import StaleVersion
from kpix_tui.kernel.paging import Page
from kpix_tui.tui.administration.code import CodeShown
from kpix_tui.tui.administration.screen import AdministrationScreen
from kpix_tui.tui.administration.team import TeamScreen
from kpix_tui.tui.administration.teams import TeamsScreen
from kpix_tui.tui.administration.user import UserScreen
from kpix_tui.tui.administration.users import UsersScreen
from kpix_tui.tui.app import KpixApp
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.modals.confirm import Confirm
from tests.tui.hostile import HOSTILE
from tests.tui.people_world import CODE, People, hospital
from tests.tui.pilots import interface, notices, settled, text_of, until
from tests.tui.support import USER, actor
from tests.tui.test_screens import fill, message, press

USERS = ("7", "enter")
TEAMS = ("7", "down", "enter")


@pytest.fixture
def people(monkeypatch: pytest.MonkeyPatch, world: object) -> People:
    """The hospital, behind the names of the use cases; a busy machine forgets nothing it said."""
    monkeypatch.setattr(KpixApp, "NOTIFICATION_TIMEOUT", 3600)
    made = hospital()
    made.install(monkeypatch)
    return made


@asynccontextmanager
async def administration(
    home: Path,
    *keys: str,
    size: tuple[int, int] = (120, 40),
    role: BuiltinRole = BuiltinRole.ADMIN,
    **settings: Any,
) -> AsyncIterator[Pilot[Any]]:
    """The interface after these keys, from the list of dashboards on."""
    app = interface(home, **settings)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        app.actor, app.live = actor(role), True
        app.do_dashboards()
        await settled(pilot)
        await press(pilot, *keys)
        yield pilot


def seen(pilot: Pilot[Any]) -> str:
    """What is on the screen."""
    return text_of(pilot.app.screen)


def shows(pilot: Pilot[Any], kind: type[Screen[Any]]) -> bool:
    """Whether a screen of this kind has the keys."""
    return isinstance(pilot.app.screen, kind)


def asked(people: People, name: str) -> list[Any]:
    """What the use case of this name was called with."""
    return [what for one, what in people.asked if one == name]


# -- the menu --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("people")
async def test_seven_opens_the_menu_with_how_much_there_is(tmp_path: Path) -> None:
    async with administration(tmp_path, "7") as pilot:
        text = seen(pilot)
        for part in ("Users", "9 users", "Teams", "4 teams", "Roles", "6 roles", "Sessions"):
            assert part in text
        await press(pilot, "down", "up", "up", "enter")
        assert shows(pilot, UsersScreen)
        await press(pilot, "escape")
        assert shows(pilot, AdministrationScreen)
        await press(pilot, "escape")
        assert shows(pilot, DashboardsScreen)


@pytest.mark.usefixtures("people")
async def test_what_may_not_be_counted_says_why_and_stays_closed(tmp_path: Path) -> None:
    async with administration(tmp_path, "7") as pilot:
        app: Any = pilot.app
        app.actor.grants.clear()
        await press(pilot, "enter")
        assert shows(pilot, AdministrationScreen)
        assert "does not allow this (user:read)" in notices(pilot)[0]


async def test_a_refused_count_is_said_in_its_place(tmp_path: Path, people: People) -> None:
    from kpix_tui.access.policy import PermissionMissing

    people.failing["list_users"] = PermissionMissing(permission="user:read")
    async with administration(tmp_path, "7") as pilot:
        assert "Your role does not allow this (user:read)." in seen(pilot)
        assert "4 teams" in seen(pilot)


@pytest.mark.usefixtures("people")
async def test_the_palette_opens_every_place_above_the_menu(tmp_path: Path) -> None:
    async with administration(tmp_path) as pilot:
        for name, shown in (("Teams", "Laboratory"), ("Roles", "Night desk"), ("Users", "Grace")):
            await press(pilot, "colon", *name)
            await pilot.pause(0.3)
            await press(pilot, "enter")
            assert shown in seen(pilot)
            await press(pilot, "escape")
            assert shows(pilot, AdministrationScreen)


@pytest.mark.usefixtures("people")
async def test_a_click_opens(tmp_path: Path) -> None:
    async with administration(tmp_path, "7") as pilot:
        await pilot.click("#administration", offset=(4, 4))
        await settled(pilot)
        assert shows(pilot, TeamsScreen)


@pytest.mark.usefixtures("people")
async def test_sessions_and_the_audit_log_are_places_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(*_: object, **__: object) -> Page[Any]:
        return Page((), 0)

    monkeypatch.setattr("kpix_tui.domains.accounts.sessions.list_sessions", nothing)
    monkeypatch.setattr("kpix_tui.domains.audit.service.list_audit", nothing)
    async with administration(tmp_path, "7", "end", *["down"] * 3, "enter") as pilot:
        assert "Everybody's sessions" in seen(pilot)
        await press(pilot, "escape", "down", "enter")
        assert "Audit log" in seen(pilot)
        assert "0 rows" in seen(pilot)
        await press(pilot, "escape")
        assert shows(pilot, AdministrationScreen)


async def test_nobody_signed_in_has_no_administration(tmp_path: Path) -> None:
    async with administration(tmp_path) as pilot:
        app: Any = pilot.app
        app.actor = None
        await press(pilot, "7")
        assert "Sign in first." in notices(pilot)


# -- users -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("people")
async def test_the_list_says_state_roles_and_teams(tmp_path: Path) -> None:
    async with administration(tmp_path, *USERS) as pilot:
        lines = {line.split("  ")[0].strip(): line for line in seen(pilot).splitlines()}
        assert "● Active" in lines["Grace Hopper"]
        assert "Manager, Quality mana…" in lines["Grace Hopper"]
        assert "Emergency" in lines["Grace Hopper"]
        assert "○ Deactivated" in lines["Edsger Dijkstra"]
        assert "◇ Invited" in lines["Niklaus Wirth"]
        assert "no role" in lines["Tim Berners-Lee"]


async def test_inviting_shows_the_code_once_to_copy(tmp_path: Path, people: People) -> None:
    async with administration(tmp_path, *USERS, "n") as pilot:
        await fill(pilot, name="Ann Other", email="ann@acme.test")
        await press(pilot, "ctrl+s")
        assert "Fill in this field." in message(pilot, "roles")
        pilot.app.screen.query_one("Checks").focus()
        await press(pilot, "down", "space")
        assert "enters values everywhere" in message(pilot, "roles")
        await press(pilot, "down", "space", "ctrl+s")
        assert asked(people, "invite_user") == [
            InviteUser("Ann Other", "ann@acme.test", ("MANAGER", "USER"))
        ]
        assert shows(pilot, CodeShown)
        text = seen(pilot)
        for part in ("Ann Other is invited", CODE, "23 Nov 2026", "It is not shown again."):
            assert part in text
        await press(pilot, "y")
        assert pilot.app.clipboard == CODE
        await press(pilot, "escape")
        assert CODE not in seen(pilot)
        assert "Ann Other" in seen(pilot)


async def test_a_refused_invitation_keeps_what_was_typed(tmp_path: Path, people: People) -> None:
    async with administration(tmp_path, *USERS, "n") as pilot:
        await fill(pilot, name="Ann Other", email="ada@acme.test")
        pilot.app.screen.query_one("Checks").focus()
        await press(pilot, "space")
        people.failing["invite_user"] = EmailTaken(email="ada@acme.test", fields=("email",))
        await press(pilot, "ctrl+s")
        assert "ada@acme.test" in message(pilot, "email")
        assert "Ann Other" in seen(pilot)


async def test_renaming(tmp_path: Path, people: People) -> None:
    async with administration(tmp_path, *USERS, "down", "down", "e") as pilot:
        await fill(pilot, name="Grace Murray Hopper")
        await press(pilot, "ctrl+s")
        assert asked(people, "rename_user") == ["Grace Murray Hopper"]
        assert "Grace Murray Hopper" in seen(pilot)


async def test_roles_are_ticked_and_saved_together(tmp_path: Path, people: People) -> None:
    async with administration(tmp_path, *USERS, "down", "down", "o") as pilot:
        assert "[x] Manager" in seen(pilot)
        assert "[ ] User" in seen(pilot)
        await press(pilot, "down", "space", "down", "space", "ctrl+s")
        (given,), (taken,) = asked(people, "assign_role"), asked(people, "unassign_role")
        assert people.roles[given[1]].name == "USER"
        assert people.roles[taken[1]].name == "MANAGER"
        assert "Quality manager, User" in seen(pilot)


async def test_a_role_that_allows_more_than_oneself_may_is_named_as_such(
    tmp_path: Path, people: People
) -> None:
    from kpix_tui.access.permissions import Permission

    beyond = "Not yours to give or to take: it allows more than you may."
    async with administration(tmp_path, *USERS, "down", "down", "o") as pilot:
        assert beyond not in seen(pilot)
        app: Any = pilot.app
        del app.actor.grants[Permission.AUDIT_READ]
        await press(pilot, "escape", "o")
        assert beyond in seen(pilot)
        await press(pilot, "escape", "n")
        assert beyond in seen(pilot)


async def test_many_roles_scroll_and_a_click_ticks(tmp_path: Path, people: People) -> None:
    for number in range(20):
        people.role(f"Ward {number:02}", {})
    async with administration(tmp_path, *USERS, "down", "down", "o") as pilot:
        assert "Ward 19" not in seen(pilot)
        await press(pilot, *["down"] * 25)
        assert "[ ] Ward 19" in seen(pilot)
        await pilot.click("Checks", offset=(2, 8))
        await settled(pilot)
        assert "[x] Ward 19" in seen(pilot)
        await pilot.click("Checks", offset=(2, 8))
        await settled(pilot)
        assert "[ ] Ward 19" in seen(pilot)
        await press(pilot, *["up"] * 25)
        assert "Ward 19" not in seen(pilot)
    assert asked(people, "assign_role") == []


async def test_the_last_administrator_stays_one(tmp_path: Path, people: People) -> None:
    async with administration(tmp_path, *USERS, "o", "space") as pilot:
        people.failing["unassign_role"] = LastAdministrator()
        await press(pilot, "ctrl+s")
        assert "The organisation needs an active administrator" in seen(pilot)
        await press(pilot, "escape", "y")
        assert shows(pilot, UsersScreen)


async def test_a_new_code_asks_for_the_own_password(tmp_path: Path, people: People) -> None:
    async with administration(tmp_path, *USERS, "down", "down", "c") as pilot:
        assert "A new code for Grace Hopper" in seen(pilot)
        people.failing["issue_code"] = PasswordWrong(fields=("password",))
        await fill(pilot, password="wrong")
        await press(pilot, "ctrl+s")
        assert message(pilot, "password")
        await fill(pilot, password="right")
        await press(pilot, "ctrl+s")
        grace = next(one for one in people.users.values() if one.name == "Grace Hopper")
        assert asked(people, "issue_code")[-1] == IssueCode(grace.id, "right")
        assert "A new code for Grace Hopper" in seen(pilot)
        assert CODE in seen(pilot)


async def test_access_ends_after_a_question_and_comes_back(tmp_path: Path, people: People) -> None:
    async with administration(tmp_path, *USERS, "down", "down", "d") as pilot:
        assert shows(pilot, Confirm)
        assert "Deactivate Grace Hopper?" in seen(pilot)
        await press(pilot, "n")
        assert asked(people, "set_active") == []
        await press(pilot, "d", "y")
        assert notices(pilot) == ["Grace Hopper cannot sign in any more."]
        await press(pilot, "d")
        assert [active for _user, active in asked(people, "set_active")] == [False, True]
        assert notices(pilot)[-1] == "Grace Hopper can sign in again."


@pytest.mark.usefixtures("people")
async def test_what_cannot_be_done_says_why(tmp_path: Path) -> None:
    async with administration(tmp_path, *USERS, "d", "down", "c", "o") as pilot:
        said = notices(pilot)
        assert said[0] == "You cannot deactivate yourself: ask another administrator."
        assert said[1:] == ["Edsger Dijkstra is deactivated: activate them first."] * 2


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("role", [BuiltinRole.MANAGER, BuiltinRole.VIEWER])
async def test_whoever_may_not_is_told(role: BuiltinRole, tmp_path: Path) -> None:
    async with administration(tmp_path, *USERS, "n", "e", "o", "c", "d", role=role) as pilot:
        assert shows(pilot, UsersScreen)
        assert len(notices(pilot)) == 5
        assert all("does not allow this" in said for said in notices(pilot))


async def test_rights_over_oneself_do_not_reach_others(tmp_path: Path, people: People) -> None:
    from kpix_tui.access.permissions import Permission, Scope

    async with administration(tmp_path, *USERS) as pilot:
        app: Any = pilot.app
        app.actor.grants[Permission.USER_UPDATE] = Scope.OWN
        app.actor.grants[Permission.USER_READ] = Scope.OWN
        await press(pilot, "down", "down", "e", "o")
        assert "only on what is yours" in notices(pilot)[0]
        assert notices(pilot)[1] == "Your role does not show you which roles they hold."
        await press(pilot, "home", "e")
        await fill(pilot, name="Ada King")
        await press(pilot, "ctrl+s")
        assert people.users[USER].name == "Ada King"


async def test_an_empty_list_says_what_to_do(tmp_path: Path, people: People) -> None:
    people.users.clear()
    async with administration(tmp_path, *USERS, "e") as pilot:
        assert "Nobody yet." in seen(pilot)
        assert "Press n to invite somebody." in seen(pilot)
        assert notices(pilot) == ["There is nobody under the cursor."]


async def test_a_list_that_cannot_be_read_says_so(tmp_path: Path, people: People) -> None:
    async with administration(tmp_path, "7") as pilot:
        people.down = True
        await press(pilot, "enter")
        assert "no route" in seen(pilot)
        assert "Press r to try again." in seen(pilot)
        people.down = False
        await press(pilot, "r")
        assert "Grace Hopper" in seen(pilot)


# -- a person --------------------------------------------------------------------------------------


async def test_the_page_of_a_person(tmp_path: Path, people: People) -> None:
    async with administration(tmp_path, *USERS, "down", "down", "enter") as pilot:
        assert shows(pilot, UserScreen)
        text = seen(pilot)
        for part in ("grace@acme.test", "given by Ada Lovelace", "Quality manager", "★ Lead"):
            assert part in text
        await press(pilot, "d", "y")
        assert "They cannot sign in. Press d to let them in again." in seen(pilot)
        await press(pilot, "d", "e")
        await fill(pilot, name="Grace B. Hopper")
        await press(pilot, "ctrl+s")
        assert "Users › Grace B. Hopper" in seen(pilot)
        await press(pilot, "escape")
        assert shows(pilot, UsersScreen)
        assert asked(people, "show_user_detail")


@pytest.mark.usefixtures("people")
async def test_the_page_says_what_is_missing(tmp_path: Path) -> None:
    async with administration(tmp_path, *USERS, "end", "enter") as pilot:
        assert "No role: they sign in and see nothing." in seen(pilot)
        assert "In no team." in seen(pilot)
        await press(pilot, "escape", "up", "up", "enter")
        assert "They have not used their code yet." in seen(pilot)


async def test_the_page_says_what_is_not_shown(tmp_path: Path, people: People) -> None:
    from dataclasses import replace

    for user in people.users.values():
        people.users[user.id] = replace(user, email=None, roles=())
    role = BuiltinRole.VIEWER
    async with administration(tmp_path, *USERS, "enter", role=role) as pilot:
        assert "not shown to you" in seen(pilot)
        assert "Not shown to you." in seen(pilot)
        await press(pilot, "escape")
        assert "no role" not in seen(pilot)


@pytest.mark.usefixtures("people")
async def test_back_to_the_person_looked_at(tmp_path: Path) -> None:
    async with administration(tmp_path, *USERS, "enter", "escape", "minus") as pilot:
        assert shows(pilot, UserScreen)
        assert "ada@acme.test" in seen(pilot)


# -- teams -----------------------------------------------------------------------------------------


async def test_a_new_team_is_opened_and_filled_by_typing_a_name(
    tmp_path: Path, people: People
) -> None:
    async with administration(tmp_path, *TEAMS, "n") as pilot:
        await fill(pilot, name="Pharmacy")
        people.failing["create_team"] = TeamNameTaken(name="Pharmacy", fields=("name",))
        await press(pilot, "ctrl+s")
        assert "A team called Pharmacy exists already." in message(pilot, "name")
        await press(pilot, "ctrl+s")
        assert shows(pilot, TeamScreen)
        assert "Nobody is in this team yet." in seen(pilot)
        await press(pilot, "n", *"rosa")
        await until(pilot, lambda: "Rosalind" in seen(pilot) and "Grace" not in seen(pilot))
        await press(pilot, "enter")
        assert "Rosalind Franklin" in seen(pilot)
        assert "· Member" in seen(pilot)
        await press(pilot, "e")
        assert "★ Lead" in seen(pilot)
        await press(pilot, "n", "escape")
        assert len(asked(people, "add_member")) == 1
        await press(pilot, "escape")
        assert "★ Rosalind Franklin" in seen(pilot)


async def test_somebody_is_taken_out_after_a_question(tmp_path: Path, people: People) -> None:
    async with administration(tmp_path, *TEAMS, "enter", "down", "d") as pilot:
        assert "Take Katherine Johnson out of the team “Emergency”?" in seen(pilot)
        await press(pilot, "n")
        assert "Katherine" in seen(pilot)
        await press(pilot, "d", "y")
        assert "Katherine" not in seen(pilot)
        assert len(asked(people, "remove_member")) == 1
        await press(pilot, "enter")
        assert shows(pilot, UserScreen)


async def test_a_team_is_renamed_and_deleted(tmp_path: Path, people: People) -> None:
    async with administration(tmp_path, *TEAMS, "e") as pilot:
        await fill(pilot, name="Accident and emergency")
        await press(pilot, "ctrl+s")
        assert "Accident and emergency" in seen(pilot)
        await press(pilot, "e")
        people.failing["update_team"] = StaleVersion()
        await fill(pilot, name="Mine")
        await press(pilot, "ctrl+s")
        assert "Somebody else has changed this" in seen(pilot)
        await press(pilot, "right", "enter", "d")
        assert "Delete the team “Accident and emergency”?" in seen(pilot)
        assert "3 people leave it" in seen(pilot)
        await press(pilot, "n", "d", "y")
        assert "Accident" not in seen(pilot)
        assert len(people.teams) == 3


async def test_no_team_yet(tmp_path: Path, people: People) -> None:
    people.teams.clear()
    async with administration(tmp_path, *TEAMS, "d") as pilot:
        assert "No team yet." in seen(pilot)
        assert notices(pilot) == ["There is no team under the cursor."]


@pytest.mark.usefixtures("people")
async def test_a_lead_keeps_the_members_and_not_the_leads(tmp_path: Path) -> None:
    role = BuiltinRole.MANAGER
    async with administration(tmp_path, *TEAMS, "n", "e", role=role) as pilot:
        assert "does not allow this (team:create)" in notices(pilot)[0]
        assert "only on what is yours" in notices(pilot)[1]
        await press(pilot, "enter", "n")
        assert "only on what is yours" in notices(pilot)[2]
        await press(pilot, "escape", "down", "down", "enter")
        assert "Management" in seen(pilot)
        await press(pilot, "d", "e", "down", "e")
        leads = "You manage the members of teams that you lead, and not who leads them."
        assert notices(pilot)[3:] == [leads] * 3
        await press(pilot, "d", "y")
        assert "Margaret" not in seen(pilot)


async def test_an_empty_team_offers_nothing_to_remove(tmp_path: Path, people: People) -> None:
    people.users = {USER: people.users[USER]}
    async with administration(tmp_path, *TEAMS, "end", "enter", "d") as pilot:
        assert "Press n and type a name to add somebody." in seen(pilot)
        assert notices(pilot) == ["There is nobody under the cursor."]


@pytest.mark.usefixtures("people")
async def test_back_to_the_lists(tmp_path: Path) -> None:
    async with administration(tmp_path, *TEAMS, "enter", "escape", "minus") as pilot:
        assert shows(pilot, TeamScreen)


# -- text from people ------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [*HOSTILE, "x" * 300, "漢字" * 100])
async def test_hostile_names_break_no_screen(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: object
) -> None:
    made = People()
    user = made.user(text, text, email=text)
    made.role(text, {}, text)
    made.team(text, user, lead=user)
    made.install(monkeypatch)
    async with administration(tmp_path, *USERS, size=(80, 24)) as pilot:
        await press(pilot, "e", "escape", "o", "escape", "c", "escape", "enter", "d", "escape")
        await press(pilot, *TEAMS, "d", "n", "enter", "n", "escape", "d", "n")
        await press(pilot, "7", "down", "down", "enter", "d", "n", "w", "escape", "enter")
        await press(pilot, "space", "ctrl+s", "escape", "question_mark", "escape")
        assert "\x1b" not in seen(pilot)
        assert "\u202e" not in seen(pilot)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("size", [(1, 1), (20, 5), (3, 40), (120, 2)])
async def test_no_size_breaks_a_screen(size: tuple[int, int], tmp_path: Path) -> None:
    walk = (("7",), ("enter",), ("o",), ("escape", "enter"), TEAMS, ("enter",))
    roles = ("7", "down", "down", "enter", "down", "down", "down", "down", "enter")
    async with administration(tmp_path) as pilot:
        for keys in (*walk, roles, ("space", "down"), ("ctrl+s",)):
            await press(pilot, *keys)
            for shape in (size, (120, 40)):
                await pilot.resize_terminal(*shape)
                await settled(pilot)
            assert len(seen(pilot).splitlines()) > 10


@pytest.mark.usefixtures("people")
async def test_plain_terminals_get_plain_characters(tmp_path: Path) -> None:
    roles = ("7", "down", "down", "enter", "down", "down", "down", "down", "enter")
    walk = (("7",), ("enter",), ("o",), ("escape", "enter"), TEAMS, ("enter",), roles)
    async with administration(tmp_path, ascii=True) as pilot:
        for keys in (*walk, ("space", "down", "space"), ("ctrl+s",)):
            await press(pilot, *keys)
            assert {one for one in seen(pilot) if not one.isascii()} == set()
