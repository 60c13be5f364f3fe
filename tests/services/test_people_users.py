"""Users: who sees what of whom; renaming, deactivating and activating, and what refuses it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kpix_tui.access.permissions import GRANTS, BuiltinRole, Permission, Scope
from kpix_tui.access.policy import OutOfScope, PermissionMissing
from kpix_tui.app.context import Context
from kpix_tui.domains.accounts.errors import LoginRefused
from kpix_tui.domains.accounts.service import login, whoami
from kpix_tui.domains.accounts.views import Login
from kpix_tui.domains.dashboards.service import get_dashboard
from kpix_tui.domains.people import service
from kpix_tui.domains.people.errors import (
    LastAdministrator,
    NameInvalid,
    SelfDeactivation,
    UserAmbiguous,
    UserBeyondOwn,
    UserNotFound,
)
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.ids import new_id
from kpix_tui.kernel.paging import PageRequest
from tests.services import factory
from tests.services.people import everything, give, person, role, second_admin
from tests.support.databases import PASSWORD

People = Callable[[str | None], Context]
P, S = Permission, Scope


@pytest.mark.parametrize("who", ["acme/admin", "acme/manager"])
def test_who_manages_people_sees_their_emails_and_roles(as_person: People, who: str) -> None:
    rows = as_person(who).run(service.list_users).rows
    assert {(row.email, row.roles) for row in rows} == {
        ("admin@acme.test", ("ADMIN",)),
        ("manager@acme.test", ("MANAGER",)),
        ("user@acme.test", ("USER",)),
        ("viewer@acme.test", ("VIEWER",)),
    }
    assert not any(row.invited for row in rows)


@pytest.mark.parametrize(
    ("who", "email", "held"),
    [
        ("acme/user", "user@acme.test", ("USER",)),
        ("acme/viewer", "viewer@acme.test", ("VIEWER",)),
    ],
)
def test_others_see_names_and_their_own(
    as_person: People, who: str, email: str, held: tuple[str, ...]
) -> None:
    context = as_person(who)
    rows = context.run(service.list_users).rows
    assert [row.name for row in rows] == ["Ada Admin", "Max Manager", "Ursula User", "Vic Viewer"]
    assert {row.email for row in rows} == {None, email}
    assert {row.roles for row in rows} == {(), held}
    assert context.run(service.list_users, PageRequest(text="acme.test")).total == 1
    assert context.run(service.list_users, PageRequest(sort="email")).rows[0].email == email
    with pytest.raises(UserNotFound):
        context.run(service.find_user, "admin@acme.test")


def test_a_person_is_found_by_name_email_and_id(context: Context) -> None:
    by_name = context.run(service.find_user, "ursula user")
    assert by_name.email == "user@acme.test"
    assert context.run(service.find_user, " USER@acme.test ") == by_name
    assert context.run(service.find_user, str(by_name.id)) == by_name
    for unknown in ("user@globex.test", str(new_id()), "%", ""):
        with pytest.raises(UserNotFound):
            context.run(service.find_user, unknown)


def test_two_of_a_name_are_told_apart_by_email(context: Context) -> None:
    context.run(service.rename_user, person(context, "user"), "Vic Viewer")
    with pytest.raises(UserAmbiguous):
        context.run(service.find_user, "Vic Viewer")
    assert context.run(service.find_user, "viewer@acme.test").name == "Vic Viewer"


def test_a_user_is_shown_with_roles_and_teams(context: Context) -> None:
    user_id = second_admin(context)
    team = context.run(service.create_team, "Night shift")
    context.run(service.add_member, team.id, user_id, lead=True)
    found = context.run(service.show_user_detail, user_id)
    assert found.user.roles == ("ADMIN", "MANAGER")
    assert [(one.name, one.built_in, one.assigned_by) for one in found.roles] == [
        ("ADMIN", True, "Ada Admin"),
        ("MANAGER", True, "Ada Admin"),
    ]
    assert [(one.name, one.lead) for one in found.teams] == [("Night shift", True)]


def test_an_administrator_renames_anybody(context: Context) -> None:
    user_id = person(context, "user")
    assert context.run(service.rename_user, user_id, "  Ursula   Unger ").name == "Ursula Unger"
    assert context.run(service.rename_user, user_id, "Ursula Unger").name == "Ursula Unger"
    with pytest.raises(NameInvalid):
        context.run(service.rename_user, user_id, " ")
    assert context.run(service.show_user, user_id).name == "Ursula Unger"


def test_who_may_change_themselves_renames_themselves_only(
    context: Context, as_person: People
) -> None:
    give(context, "user", {P.USER_READ: S.OWN, P.USER_UPDATE: S.OWN}, "Self service")
    me = as_person("acme/user")
    assert me.run(service.rename_user, person(me, "user"), "Me").name == "Me"
    with pytest.raises(OutOfScope):
        me.run(service.rename_user, person(me, "viewer"), "Not me")
    with pytest.raises(OutOfScope):
        me.run(service.set_active, person(me, "viewer"), False)


def test_a_deactivated_user_is_out_and_their_work_stays(
    context: Context, as_person: People
) -> None:
    theirs = as_person("acme/user")
    board = factory.dashboard(theirs)
    user_id = person(context, "user")
    assert not context.run(service.set_active, user_id, False).active
    assert not context.run(service.set_active, user_id, False).active
    with pytest.raises(KpixError):
        theirs.run(whoami)
    with pytest.raises(LoginRefused):
        login(as_person(None), Login("user@acme.test", PASSWORD))
    assert context.run(get_dashboard, board.id).owner_name == "Ursula User"
    assert context.run(service.set_active, user_id, True).active
    with pytest.raises(KpixError):
        theirs.run(whoami)  # a session that ended stays ended
    assert login(as_person(None), Login("user@acme.test", PASSWORD)).name == "Ursula User"


def test_nobody_deactivates_themselves(context: Context) -> None:
    second_admin(context)
    before = everything(context)
    with pytest.raises(SelfDeactivation):
        context.run(service.set_active, person(context, "admin"), False)
    assert everything(context) == before


def test_the_last_administrator_keeps_the_role(context: Context) -> None:
    before = everything(context)
    with pytest.raises(LastAdministrator):
        context.run(service.unassign_role, person(context, "admin"), role(context, "ADMIN"))
    assert everything(context) == before


def test_an_equal_under_another_name_does_not_deactivate_the_last_administrator(
    context: Context, as_person: People
) -> None:
    give(context, "user", dict(GRANTS[BuiltinRole.ADMIN]), "Twin")
    twin, before = as_person("acme/user"), everything(context)
    with pytest.raises(LastAdministrator):
        twin.run(service.set_active, person(twin, "admin"), False)
    with pytest.raises(LastAdministrator):
        twin.run(service.unassign_role, person(twin, "admin"), role(twin, "ADMIN"))
    assert everything(context) == before
    assert context.run(whoami).roles == ("ADMIN",)


def test_of_two_administrators_one_can_go(context: Context, as_person: People) -> None:
    second_admin(context)
    other = as_person("acme/manager")
    other.run(service.set_active, person(other, "admin"), False)
    with pytest.raises(LastAdministrator):
        other.run(service.unassign_role, person(other, "manager"), role(other, "ADMIN"))
    other.run(service.set_active, person(other, "admin"), True)
    other.run(service.unassign_role, person(other, "manager"), role(other, "ADMIN"))
    assert other.run(whoami).roles == ("MANAGER",)


def test_whoever_holds_more_is_out_of_the_help_desks_hands(
    context: Context, as_person: People
) -> None:
    desk = dict.fromkeys((P.USER_READ, P.USER_UPDATE, P.ROLE_READ), S.ORGANIZATION)
    give(context, "viewer", desk, "Help desk")
    give(context, "user", {P.USER_READ: S.OWN}, "Guest")
    help_desk = as_person("acme/viewer")
    for beyond in ("admin", "manager"):
        with pytest.raises(UserBeyondOwn):
            help_desk.run(service.set_active, person(help_desk, beyond), False)
    assert not help_desk.run(service.set_active, person(help_desk, "user"), False).active


@pytest.mark.parametrize("who", ["acme/manager", "acme/user", "acme/viewer"])
def test_others_manage_nobody(context: Context, as_person: People, who: str) -> None:
    other, before = as_person(who), everything(context)
    user_id = person(context, "user")
    with pytest.raises(PermissionMissing):
        other.run(service.rename_user, user_id, "Mine")
    with pytest.raises(PermissionMissing):
        other.run(service.set_active, user_id, False)
    assert everything(context) == before


def test_people_of_another_organisation_are_not_found(context: Context, as_person: People) -> None:
    stranger = person(as_person("globex/admin"), "user")
    for use_case, arguments in (
        (service.show_user, ()),
        (service.show_user_detail, ()),
        (service.rename_user, ("Mine",)),
        (service.set_active, (False,)),
        (service.assign_role, (role(context, "VIEWER"),)),
        (service.unassign_role, (role(context, "VIEWER"),)),
    ):
        with pytest.raises(UserNotFound):
            context.run(use_case, stranger, *arguments)
    assert as_person("globex/admin").run(service.show_user, stranger).active
