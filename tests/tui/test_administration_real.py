"""The administration on a real database: an administrator's morning, and what it did."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from kpix_tui.access.actor import Actor
from kpix_tui.access.permissions import Permission, Scope
from kpix_tui.app.context import Context
from kpix_tui.domains.accounts import service as accounts
from kpix_tui.domains.accounts.errors import LoginRefused
from kpix_tui.domains.accounts.views import Login, RedeemCode
from kpix_tui.domains.people import service as people
from kpix_tui.domains.people.views import CreateRole
from kpix_tui.tui.administration.code import CodeShown
from kpix_tui.tui.administration.review import ReviewScreen
from kpix_tui.tui.administration.role import RoleScreen
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from tests.support.databases import PASSWORD
from tests.tui.pilots import notices, settled, text_of, until
from tests.tui.test_lock_real import Open, People
from tests.tui.test_lock_real import open_app as open_app  # a fixture
from tests.tui.test_screens import fill, press

NEW_PASSWORD = "seven herons over the weir"


def seen(pilot: Pilot[Any]) -> str:
    """What is on the screen."""
    return text_of(pilot.app.screen)


def shows(pilot: Pilot[Any], kind: type[Any]) -> bool:
    """Whether a screen of this kind has the keys."""
    return isinstance(pilot.app.screen, kind)


async def started(pilot: Pilot[Any]) -> None:
    """Signed in, on the list of dashboards."""
    await until(pilot, lambda: shows(pilot, DashboardsScreen))
    await settled(pilot)


async def invite(pilot: Pilot[Any], name: str, email: str, role: int) -> str:
    """Invite somebody from the list of users with the role on this line; their code."""
    await press(pilot, "n")
    await fill(pilot, name=name, email=email)
    pilot.app.screen.query_one("Checks").focus()
    await press(pilot, *["down"] * role, "space", "ctrl+s")
    assert shows(pilot, CodeShown), seen(pilot)
    await press(pilot, "y", "escape")
    return str(pilot.app.clipboard)


def whoami(context: Context) -> Actor:
    """Who is signed in, with what they hold now."""
    return context.run(accounts.whoami)


def signs_in(context: Context, email: str, password: str) -> bool:
    """Whether these open a session."""
    try:
        accounts.login(context, Login(email, password))
    except LoginRefused:
        return False
    return True


async def test_a_morning_of_an_administrator(as_person: People, open_app: Open) -> None:
    context, nobody = as_person("acme/admin"), as_person(None)
    ursula = as_person("acme/user")
    async with open_app(context).run_test(size=(120, 40), notifications=True) as pilot:
        await started(pilot)
        await press(pilot, "7")
        assert "4 users" in seen(pilot)

        await press(pilot, "enter")
        code = await invite(pilot, "Nora Newcomer", "nora@acme.test", role=3)
        assert "◇ Invited" in seen(pilot)
        redeemed = accounts.redeem_code(nobody, RedeemCode("nora@acme.test", code, NEW_PASSWORD))
        assert redeemed.name == "Nora Newcomer"

        await press(pilot, "escape", "down", "enter", "n")
        await fill(pilot, name="Night shift")
        await press(pilot, "ctrl+s", "n", *"ursula")
        await until(pilot, lambda: "user@acme.test" in seen(pilot))
        await until(pilot, lambda: "Nora" not in seen(pilot))
        await press(pilot, "enter", "e")
        assert "★ Lead" in seen(pilot)
        assert len(whoami(ursula).leads) == 1

        await press(pilot, "7", "down", "down", "enter", "end", "n")
        await fill(pilot, name="Ward clerk")
        await press(pilot, "ctrl+s")
        assert shows(pilot, RoleScreen)
        await press(pilot, "space", "space", "space", "ctrl+s")
        assert shows(pilot, ReviewScreen), seen(pilot)
        assert "0 of 0 people" in seen(pilot)
        await press(pilot, "ctrl+s")
        assert "1 right" in seen(pilot)

        await give_ursula_the_last_role(pilot)
        assert "Ward clerk" in whoami(ursula).roles


async def give_ursula_the_last_role(pilot: Pilot[Any]) -> None:
    """From the list of users: in place of the ones that she holds, the last one."""
    await press(pilot, "7", "enter", "slash", *"ursula")
    await until(pilot, lambda: "1 row" in seen(pilot))
    await press(pilot, "enter", "o", "down", "down", "space", "down", "down", "space", "ctrl+s")
    assert "Ward clerk" in seen(pilot)


async def test_who_is_affected_is_who_loses_in_the_database(
    as_person: People, open_app: Open
) -> None:
    context, ursula = as_person("acme/admin"), as_person("acme/user")
    cells = {
        Permission.DASHBOARD_READ: Scope.ORGANIZATION,
        Permission.KPI_READ: Scope.ORGANIZATION,
    }
    made = context.run(people.create_role, CreateRole("Reader", cells))
    everybody = {one.name: one for one in context.run(people.list_users).rows}
    for name in ("Ursula User", "Vic Viewer"):
        context.run(people.assign_role, everybody[name].id, made.id)
    held = context.run(people.show_user_detail, everybody["Ursula User"].id).roles
    user_role = next(one.role_id for one in held if one.name == "USER")
    context.run(people.unassign_role, everybody["Ursula User"].id, user_role)
    assert Permission.KPI_READ in whoami(ursula).grants

    async with open_app(context).run_test(size=(120, 40), notifications=True) as pilot:
        await started(pilot)
        await press(pilot, "7", "down", "down", "enter", "end", "enter", "down", "space", "ctrl+s")
        text = seen(pilot)
        assert "1 of 2 people who hold the role are affected" in text
        assert "Ursula User" in text
        assert "Vic Viewer" not in text
        assert Permission.KPI_READ in whoami(ursula).grants
        await press(pilot, "ctrl+s")
        assert notices(pilot) == ["The role Reader is saved."]
    assert Permission.KPI_READ not in whoami(ursula).grants
    assert Permission.KPI_READ in whoami(as_person("acme/viewer")).grants


async def test_what_would_lock_everybody_out_is_refused(as_person: People, open_app: Open) -> None:
    context, nobody = as_person("acme/admin"), as_person(None)
    async with open_app(context).run_test(size=(120, 40), notifications=True) as pilot:
        await started(pilot)
        await press(pilot, "7", "enter", "d", "o", "space", "ctrl+s")
        assert notices(pilot) == ["You cannot deactivate yourself: ask another administrator."]
        assert "The organisation needs an active administrator" in seen(pilot)
        await press(pilot, "escape", "y")
        assert whoami(context).roles == ("ADMIN",)

        await press(pilot, "slash", *"ursula")
        await until(pilot, lambda: "1 row" in seen(pilot))
        await press(pilot, "enter", "d", "y")
        assert "○ Deactivated" in seen(pilot)
        assert not signs_in(nobody, "user@acme.test", PASSWORD)
        await press(pilot, "d")
        assert signs_in(nobody, "user@acme.test", PASSWORD)


async def test_a_reset_asks_for_the_administrators_password(
    as_person: People, open_app: Open
) -> None:
    context, nobody = as_person("acme/admin"), as_person(None)
    async with open_app(context).run_test(size=(120, 40), notifications=True) as pilot:
        await started(pilot)
        await press(pilot, "7", "enter", "end", "c")
        await fill(pilot, password="not the password")
        await press(pilot, "ctrl+s")
        assert not shows(pilot, CodeShown)
        await fill(pilot, password=PASSWORD)
        await press(pilot, "ctrl+s")
        assert shows(pilot, CodeShown), seen(pilot)
        await press(pilot, "y")
        code = str(pilot.app.clipboard)
    accounts.redeem_code(nobody, RedeemCode("viewer@acme.test", code, NEW_PASSWORD))
    assert not signs_in(nobody, "viewer@acme.test", PASSWORD)
    assert signs_in(nobody, "viewer@acme.test", NEW_PASSWORD)


@pytest.mark.parametrize("person", ["acme/user", "acme/viewer"])
async def test_who_may_not_sees_names_and_reasons(
    person: str, as_person: People, open_app: Open
) -> None:
    async with open_app(as_person(person)).run_test(size=(120, 40), notifications=True) as pilot:
        await started(pilot)
        await press(pilot, "7", "enter")
        text = seen(pilot)
        assert "Ada Admin" in text
        assert "admin@acme.test" not in text
        assert "no role" not in text
        await press(pilot, "n", "o", "enter")
        assert len(notices(pilot)) == 2
        assert "not shown to you" in seen(pilot)
