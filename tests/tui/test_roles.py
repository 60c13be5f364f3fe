"""The roles, the matrix of what one allows, and what is said before it is saved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kpix_tui.access.permissions import BuiltinRole, Permission, Scope
from kpix_tui.domains.people.errors import RoleNameReserved
from kpix_tui.domains.people.rules import scopes_of
from kpix_tui.kernel.errors import StaleVersion
from kpix_tui.tui.administration.cells import (
    ACTIONS,
    MEANINGS,
    RESOURCES,
    next_scope,
    permission_at,
)
from kpix_tui.tui.administration.holders import HoldersScreen
from kpix_tui.tui.administration.matrix import Matrix
from kpix_tui.tui.administration.review import ReviewScreen
from kpix_tui.tui.administration.role import RoleScreen
from kpix_tui.tui.administration.roles import RolesScreen
from kpix_tui.tui.administration.user import UserScreen
from kpix_tui.tui.modals.confirm import Confirm
from tests.tui.people_world import People
from tests.tui.pilots import notices
from tests.tui.support import USER
from tests.tui.test_administration import administration, asked, seen, shows
from tests.tui.test_administration import people as people  # a fixture
from tests.tui.test_screens import fill, message, press

ROLES = ("7", "down", "down", "enter")
QUALITY = (*ROLES, "down", "down", "down", "down", "enter")


def down_to(resource: str) -> tuple[str, ...]:
    """The keys from the first line of the matrix to the one of a resource."""
    return ("down",) * list(RESOURCES).index(resource)


"""The matrix of the role Quality manager, the cursor on reading dashboards."""


def cells_of(pilot: Any) -> Any:
    """What stands in the matrix."""
    return pilot.app.screen.query_one(Matrix).cells


# -- the table of cells ----------------------------------------------------------------------------


def test_every_permission_has_a_cell_and_a_meaning() -> None:
    cells = [permission_at(resource, action) for resource in RESOURCES for action in ACTIONS]
    assert {cell for cell in cells if cell is not None} == set(Permission) == set(MEANINGS)


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("limit", Scope)
def test_toggling_goes_round_and_never_beyond_ones_own(
    permission: Permission, limit: Scope
) -> None:
    possible = {one for one in scopes_of(permission) if one.rank <= limit.rank}
    scope, met = None, []
    for _step in range(len(possible)):
        scope = next_scope(permission, scope, limit)
        met.append(scope)
    assert met == sorted(possible, key=lambda one: one.rank)
    assert next_scope(permission, scope, limit) is None


def test_what_nobody_here_holds_stays_none() -> None:
    assert next_scope(Permission.KPI_READ, None, None) is None
    assert next_scope(Permission.KPI_READ, Scope.TEAM, Scope.OWN) is None


# -- the list --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("people")
async def test_the_list_says_how_many_hold_each(tmp_path: Path) -> None:
    async with administration(tmp_path, *ROLES) as pilot:
        lines = {line.split("  ")[0].strip(): line for line in seen(pilot).splitlines()}
        assert lines["Quality manager"].split()[2:5] == ["yours", "3", "10"]
        assert lines["Admin"].split()[1:4] == ["built-in", "2", str(len(Permission))]


async def test_a_role_is_made_from_another_and_its_cells_set_next(
    tmp_path: Path, people: People
) -> None:
    async with administration(tmp_path, *ROLES, "n") as pilot:
        await fill(pilot, name="Admin")
        people.failing["create_role"] = RoleNameReserved(name="Admin", fields=("name",))
        await press(pilot, "ctrl+s")
        assert "is the name of a built-in role" in message(pilot, "name")
        await fill(pilot, name="Ward clerk")
        await press(pilot, "ctrl+s")
        assert asked(people, "create_role")[-1].cells == {}
        assert shows(pilot, RoleScreen)
        assert "Held by 0 people" in seen(pilot)
        await press(pilot, "escape", "home", "down", "down", "down", "c")
        await fill(pilot, name="Auditor")
        await press(pilot, "ctrl+s")
        assert asked(people, "create_role")[-1].cells == people.roles[_id(people, "VIEWER")].cells
        assert "Auditor" in seen(pilot)


def _id(people: People, name: str) -> Any:
    return next(role.id for role in people.roles.values() if role.name == name)


async def test_a_role_is_renamed_with_the_cells_that_it_has(tmp_path: Path, people: People) -> None:
    async with administration(tmp_path, *QUALITY, "e") as pilot:
        await fill(pilot, name="Quality lead")
        await press(pilot, "ctrl+s")
        (command,) = asked(people, "update_role")
        assert command.name == "Quality lead"
        assert len(command.cells) == 10
        assert "Roles › Quality lead" in seen(pilot)


async def test_only_what_nobody_holds_is_deleted(tmp_path: Path, people: People) -> None:
    async with administration(tmp_path, *ROLES, "d", "e", "end", "up", "d") as pilot:
        said = notices(pilot)
        assert (
            said[:2]
            == ["Admin is a built-in role and stays as it is: create a role of your own."] * 2
        )
        assert said[2] == "People hold the role Quality manager: take it from them first."
        await press(pilot, "down", "d")
        assert shows(pilot, Confirm)
        assert "Delete the role “Night desk”?" in seen(pilot)
        await press(pilot, "n", "d", "y")
        assert len(asked(people, "delete_role")) == 1
        assert "Night desk" not in seen(pilot)


@pytest.mark.usefixtures("people")
async def test_who_holds_it_leads_to_the_person(tmp_path: Path) -> None:
    async with administration(tmp_path, *QUALITY, "w") as pilot:
        assert shows(pilot, HoldersScreen)
        assert "3 rows" in seen(pilot)
        await press(pilot, "enter")
        assert shows(pilot, UserScreen)
        await press(pilot, "escape", "escape", "minus")
        assert "3 rows" in seen(pilot)


async def test_who_may_not_know_the_holders_is_told(tmp_path: Path, people: People) -> None:
    people.discreet = True
    async with administration(tmp_path, *ROLES, "w", "enter", "w") as pilot:
        assert notices(pilot) == ["Your role does not show you who holds which role."] * 2
        assert "You may not see who holds it." in seen(pilot)


@pytest.mark.usefixtures("people")
async def test_a_viewer_looks_and_changes_nothing(tmp_path: Path) -> None:
    role = BuiltinRole.VIEWER
    async with administration(tmp_path, *QUALITY, "space", "ctrl+s", "e", role=role) as pilot:
        assert all("does not allow this (role:update)" in said for said in notices(pilot))
        assert len(notices(pilot)) == 3


# -- the matrix ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("people")
async def test_space_and_enter_go_through_the_scopes(tmp_path: Path) -> None:
    async with administration(tmp_path, *QUALITY, "down", "right") as pilot:
        assert "Create KPIs  ○ not allowed" in seen(pilot)
        assert "Space: none → own → team → organisation" in seen(pilot)
        assert "Held by 3 people: Grace Hopper, Linus Pauling, Rosalind" in seen(pilot)
        for key, scope in (
            ("space", Scope.OWN),
            ("enter", Scope.TEAM),
            ("space", Scope.ORGANIZATION),
        ):
            await press(pilot, key)
            assert cells_of(pilot)[Permission.KPI_CREATE] is scope
        assert "+● organisation" in seen(pilot)
        assert "1 cell changed and not saved." in seen(pilot)
        await press(pilot, "space")
        assert Permission.KPI_CREATE not in cells_of(pilot)
        assert "10 rights" in seen(pilot)


@pytest.mark.usefixtures("people")
async def test_less_is_marked_and_z_puts_it_back(tmp_path: Path) -> None:
    async with administration(tmp_path, *QUALITY, "space") as pilot:
        assert "-○ none" in seen(pilot)
        await press(pilot, "z")
        assert "-○ none" not in seen(pilot)
        await press(pilot, "z")
        assert notices(pilot) == ["Nothing has been changed."]


@pytest.mark.usefixtures("people")
async def test_only_scopes_with_a_meaning_are_offered(tmp_path: Path) -> None:
    async with administration(tmp_path, *QUALITY, *down_to("user")) as pilot:
        assert "Space: none → own → organisation" in seen(pilot)
        await press(pilot, "end", "space")
        assert notices(pilot) == ["This cell means nothing: there is nothing to allow."]
        await press(pilot, "home", "l", "j", "k", "h", "end", "left")
        assert "This cell means nothing" in seen(pilot)


@pytest.mark.usefixtures("people")
async def test_a_scope_that_means_something_else_is_said(tmp_path: Path) -> None:
    keys = (*down_to("team"), "right", "right", "space")
    async with administration(tmp_path, *QUALITY, *keys) as pilot:
        said = "Change teams and their members  ◑ the members of the teams that they lead"
        assert said in seen(pilot)


@pytest.mark.usefixtures("people")
async def test_what_a_right_leans_on_is_said(tmp_path: Path) -> None:
    async with administration(tmp_path, *QUALITY, "right", "right", "right", "space") as pilot:
        assert "Archive dashboards" in seen(pilot)
        assert "Worth nothing without" not in seen(pilot)
        await press(pilot, "left", "space", "space", "right")
        assert "Worth nothing without: Change dashboards" in seen(pilot)


@pytest.mark.usefixtures("people")
async def test_nothing_is_passed_on_that_one_does_not_hold(tmp_path: Path) -> None:
    async with administration(tmp_path, *QUALITY, "down", "right") as pilot:
        app: Any = pilot.app
        app.actor.grants[Permission.KPI_CREATE] = Scope.OWN
        del app.actor.grants[Permission.KPI_DELETE]
        await press(pilot, "r")
        assert "Space: none → own\n" in seen(pilot).replace("own ", "own").replace(" \n", "\n")
        await press(pilot, "space", "space")
        assert Permission.KPI_CREATE not in cells_of(pilot)
        await press(pilot, "right", "right", "space")
        assert notices(pilot) == ["You do not hold this yourself: you cannot pass it on."]


@pytest.mark.usefixtures("people")
async def test_built_in_roles_say_why_they_stay(tmp_path: Path) -> None:
    async with administration(tmp_path, *ROLES, "enter", "space", "ctrl+s") as pilot:
        reason = "Built-in roles stay as they are: press c to make your own from this one."
        assert reason in seen(pilot)
        assert (
            notices(pilot)
            == ["Admin is a built-in role and stays as it is: create a role of your own."] * 2
        )
        await press(pilot, "escape")
        assert shows(pilot, RolesScreen)


async def test_a_role_beyond_ones_own_says_why_it_stays(tmp_path: Path, people: People) -> None:
    quality = _id(people, "Quality manager")
    people.roles[quality] = replace(people.roles[quality], editable=False)
    async with administration(tmp_path, *ROLES) as pilot:
        app: Any = pilot.app
        app.actor.grants[Permission.KPI_UPDATE] = Scope.OWN
        await press(pilot, "down", "down", "down", "down", "enter", "space")
        said = "You cannot pass on more than you hold yourself: kpi:update TEAM"
        assert said in seen(pilot)
        assert notices(pilot) == [said]
        app.actor.grants[Permission.KPI_UPDATE] = Scope.TEAM
        await press(pilot, "r", "space")
        assert notices(pilot)[1] == "Your role shows you this one and does not let you change it."


@pytest.mark.usefixtures("people")
async def test_changes_are_not_lost_by_leaving(tmp_path: Path) -> None:
    async with administration(tmp_path, *QUALITY, "space", "2", "7") as pilot:
        lost = "Your changes are not saved: Ctrl+S saves them, Esc leaves them."
        assert notices(pilot) == [lost] * 2
        await press(pilot, "escape")
        assert "Leave without saving?" in seen(pilot)
        await press(pilot, "n")
        assert "-○ none" in seen(pilot)
        await press(pilot, "escape", "y")
        assert shows(pilot, RolesScreen)


@pytest.mark.usefixtures("people")
async def test_a_click_moves_and_a_second_one_changes(tmp_path: Path) -> None:
    async with administration(tmp_path, *QUALITY) as pilot:
        matrix = pilot.app.screen.query_one(Matrix)
        title, width = matrix._widths()
        await pilot.click("#matrix", offset=(title + width + 4, 2), times=2)
        assert matrix.here is Permission.KPI_CREATE
        assert cells_of(pilot)[Permission.KPI_CREATE] is Scope.OWN
        await pilot.click("#matrix", offset=(2, 4))
        assert matrix.here is Permission.KPI_CREATE


@pytest.mark.usefixtures("people")
async def test_a_matrix_in_a_low_terminal_scrolls(tmp_path: Path) -> None:
    async with administration(tmp_path, *QUALITY, size=(80, 10)) as pilot:
        assert "Audit log" not in seen(pilot)
        await press(pilot, *down_to("audit"))
        assert "Audit log" in seen(pilot)
        assert "Dashboards" not in seen(pilot)
        await press(pilot, *["up"] * len(down_to("audit")))
        assert "Dashboards" in seen(pilot)
        assert "Create" in seen(pilot)


# -- before it is saved ----------------------------------------------------------------------------

CHANGED = (*QUALITY, "down", "right", "space", "space", "up", "left", "space")
"""KPIs may be created for one's teams; dashboards are not read any more."""


async def test_what_changes_and_for_whom_is_said_before_it_is_saved(
    tmp_path: Path, people: People
) -> None:
    async with administration(tmp_path, *CHANGED, "ctrl+s") as pilot:
        assert shows(pilot, ReviewScreen)
        text = seen(pilot)
        for part in (
            "2 cells change",
            "2 of 3 people who hold the role are affected",
            "- See dashboards   ● organisation → ○ none",
            "+ Create KPIs      ○ none → ◑ team",
        ):
            assert part in text
        lines = {line.split("  ")[0].strip(): line for line in text.splitlines()}
        assert "+ Create KPIs" in lines["Linus Pauling"]
        assert "- See dashboards" in lines["Rosalind Franklin"]
        assert "See dashboards" not in lines["Linus Pauling"]
        assert asked(people, "update_role") == []
        await press(pilot, "ctrl+s")
        (command,) = asked(people, "update_role")
        assert command.cells[Permission.KPI_CREATE] is Scope.TEAM
        assert Permission.DASHBOARD_READ not in command.cells
        assert shows(pilot, RoleScreen)
        assert notices(pilot) == ["The role Quality manager is saved."]
        assert "10 rights" in seen(pilot)
        await press(pilot, "escape")
        assert shows(pilot, RolesScreen)


async def test_going_back_keeps_the_changes(tmp_path: Path, people: People) -> None:
    async with administration(tmp_path, *CHANGED, "ctrl+s", "enter") as pilot:
        assert shows(pilot, UserScreen)
        await press(pilot, "escape", "escape")
        assert shows(pilot, RoleScreen)
        assert "2 cells changed and not saved." in seen(pilot)
        assert asked(people, "update_role") == []


async def test_whoever_was_faster_is_not_overwritten(tmp_path: Path, people: People) -> None:
    async with administration(tmp_path, *CHANGED, "ctrl+s") as pilot:
        quality = _id(people, "Quality manager")
        others = {**people.roles[quality].cells, Permission.AUDIT_READ: Scope.ORGANIZATION}
        people.roles[quality] = replace(people.roles[quality], cells=others, version=2)
        people.failing["update_role"] = StaleVersion()
        await press(pilot, "ctrl+s")
        assert shows(pilot, ReviewScreen)
        assert "Esc puts your changes on top of theirs." in seen(pilot)
        await press(pilot, "escape")
        assert "2 cells changed and not saved." in seen(pilot)
        await press(pilot, "ctrl+s", "ctrl+s")
        command = asked(people, "update_role")[-1]
        assert command.version == 2
        assert Permission.AUDIT_READ in command.cells
        assert Permission.KPI_CREATE in command.cells


async def test_nobody_affected_is_said(tmp_path: Path, people: People) -> None:
    for user in people.users.values():
        people.users[user.id] = replace(user, roles=(*user.roles, "ADMIN"))
    async with administration(tmp_path, *CHANGED, "ctrl+s") as pilot:
        assert "0 of 3 people who hold the role are affected" in seen(pilot)
        assert "Nobody gains or loses anything." in seen(pilot)


@pytest.mark.usefixtures("people")
async def test_a_role_that_nobody_holds_affects_nobody(tmp_path: Path) -> None:
    async with administration(tmp_path, *ROLES, "end", "enter", "space", "ctrl+s") as pilot:
        assert "1 cell changes" in seen(pilot)
        assert "Saving it changes nothing for anybody yet." in seen(pilot)


async def test_who_may_not_know_the_holders_saves_all_the_same(
    tmp_path: Path, people: People
) -> None:
    async with administration(tmp_path, *QUALITY) as pilot:
        app: Any = pilot.app
        app.actor.grants[Permission.USER_READ] = Scope.OWN
        await press(pilot, "space", "ctrl+s")
        assert "Your role does not show you who holds which role." in seen(pilot)
        await press(pilot, "ctrl+s")
        assert len(asked(people, "update_role")) == 1
        assert asked(people, "preview_role") == []


async def test_the_people_are_paged_filtered_and_sorted(tmp_path: Path, people: People) -> None:
    for number in range(120):
        people.user(f"Nurse {number:03}", "Quality manager", email=f"n{number}@acme.test")
    async with administration(tmp_path, *CHANGED, "ctrl+s") as pilot:
        assert "122 rows" in seen(pilot)
        await press(pilot, "end")
        assert "Rosalind Franklin" in seen(pilot)
        await press(pilot, "s", "home")
        assert "Rosalind Franklin" in seen(pilot)
        await press(pilot, "slash", *"117")
        await pilot.pause(0.3)
        await press(pilot, "enter")
        assert "1 row" in seen(pilot)
        assert "Nurse 117" in seen(pilot)
    assert USER in people.users
