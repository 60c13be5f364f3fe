"""Roles: what they grant, who holds them, what a change changes; and nobody raises themselves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kpix_tui.access.permissions import GRANTS, BuiltinRole, Permission, Scope
from kpix_tui.access.policy import OutOfScope, PermissionMissing
from kpix_tui.app.context import Context
from kpix_tui.domains.accounts.service import create_user, whoami
from kpix_tui.domains.accounts.views import CreateUser
from kpix_tui.domains.people import service
from kpix_tui.domains.people.errors import (
    CellInvalid,
    DescriptionTooLong,
    NameInvalid,
    RoleBeyondOwn,
    RoleBuiltIn,
    RoleHeld,
    RoleNameReserved,
    RoleNameTaken,
    RoleNotHeld,
    RoleUnknown,
)
from kpix_tui.domains.people.views import (
    CellChange,
    CreateRole,
    RoleDetail,
    UpdateRole,
)
from kpix_tui.kernel.errors import StaleVersion
from kpix_tui.kernel.ids import new_id
from kpix_tui.kernel.paging import PageRequest
from tests.services.people import everything, give, person, role
from tests.support.databases import PASSWORD

People = Callable[[str | None], Context]
P, S = Permission, Scope
AUDITOR = CreateRole("Auditor", {P.AUDIT_READ: S.ORGANIZATION, P.KPI_READ: S.TEAM}, " Looks on ")


@pytest.fixture
def auditor(context: Context) -> RoleDetail:
    return context.run(service.create_role, AUDITOR)


def change(role: RoleDetail, **changes: object) -> UpdateRole:
    kept = {name: getattr(role, name) for name in ("id", "version", "name", "description", "cells")}
    return UpdateRole(**{**kept, **changes})


def test_the_built_in_roles_are_listed_first(context: Context, auditor: RoleDetail) -> None:
    rows = context.run(service.list_roles).rows
    assert [(row.name, row.built_in, row.holders) for row in rows] == [
        ("ADMIN", True, 1),
        ("MANAGER", True, 1),
        ("USER", True, 1),
        ("VIEWER", True, 1),
        ("Auditor", False, 0),
    ]
    assert [row.cells for row in rows] == [*(len(GRANTS[role]) for role in BuiltinRole), 2]
    assert context.run(service.list_roles, PageRequest(text="looks")).rows[0].id == auditor.id
    by_name = context.run(service.list_roles, PageRequest(sort="-name")).rows
    assert [row.name for row in by_name][-1] == "ADMIN"


def test_a_role_is_shown_with_its_cells(context: Context, auditor: RoleDetail) -> None:
    assert (auditor.name, auditor.description, auditor.version) == ("Auditor", "Looks on", 1)
    assert auditor.cells == AUDITOR.cells
    assert auditor.editable
    for built_in in BuiltinRole:
        shown = context.run(service.find_role, built_in.lower())
        assert shown.cells == GRANTS[built_in]
        assert not shown.editable
    with pytest.raises(RoleUnknown) as refused:
        context.run(service.find_role, "Boss")
    assert refused.value.params["roles"] == "ADMIN, MANAGER, USER, VIEWER, Auditor"
    with pytest.raises(RoleUnknown):
        context.run(service.find_role, str(new_id()))


def test_who_may_not_know_who_holds_what_is_told_no_count(
    as_person: People, auditor: RoleDetail
) -> None:
    viewer = as_person("acme/viewer")
    assert {row.holders for row in viewer.run(service.list_roles).rows} == {None}
    shown = viewer.run(service.show_role, auditor.id)
    assert (shown.holders, shown.editable) == (None, False)
    with pytest.raises(OutOfScope):
        viewer.run(service.list_holders, auditor.id)


def test_a_role_that_is_given_grants_and_one_that_is_taken_does_not(
    context: Context, as_person: People, auditor: RoleDetail
) -> None:
    user_id, theirs = person(context, "viewer"), as_person("acme/viewer")
    for _ in range(2):
        found = context.run(service.assign_role, user_id, auditor.id)
        assert found.user.roles == ("Auditor", "VIEWER")
    assert theirs.run(whoami).grants[P.AUDIT_READ] is S.ORGANIZATION
    held = context.run(service.list_holders, auditor.id).rows
    assert [(row.name, row.assigned_by) for row in held] == [("Vic Viewer", "Ada Admin")]
    found = context.run(service.unassign_role, user_id, auditor.id)
    assert found.user.roles == ("VIEWER",)
    assert P.AUDIT_READ not in theirs.run(whoami).grants
    with pytest.raises(RoleNotHeld):
        context.run(service.unassign_role, user_id, auditor.id)


def test_a_user_may_be_left_without_a_role(context: Context, as_person: People) -> None:
    user_id = person(context, "viewer")
    assert context.run(service.unassign_role, user_id, role(context, "VIEWER")).roles == ()
    assert as_person("acme/viewer").run(whoami).grants == {}


def test_holders_are_sorted_and_searched(context: Context, auditor: RoleDetail) -> None:
    for who in ("viewer", "user"):
        context.run(service.assign_role, person(context, who), auditor.id)
    page = PageRequest(sort="-assigned_at")
    names = [row.name for row in context.run(service.list_holders, auditor.id, page).rows]
    assert names == ["Ursula User", "Vic Viewer"]
    assert context.run(service.list_holders, auditor.id, PageRequest(text="VIC")).total == 1


def test_a_changed_role_reaches_its_holders(
    context: Context, as_person: People, auditor: RoleDetail
) -> None:
    context.run(service.assign_role, person(context, "viewer"), auditor.id)
    cells = {P.KPI_READ: S.ORGANIZATION, P.KPI_UPDATE: S.TEAM}
    command = change(auditor, name="AUDITOR", description="", cells=cells)
    changed = context.run(service.update_role, command)
    assert (changed.name, changed.description, changed.version) == ("AUDITOR", "", 2)
    assert changed.cells == cells
    grants = as_person("acme/viewer").run(whoami).grants
    assert grants[P.KPI_UPDATE] is S.TEAM
    assert P.AUDIT_READ not in grants
    with pytest.raises(StaleVersion):
        context.run(service.update_role, command)
    assert context.run(service.show_role, auditor.id) == changed


def test_saving_says_beforehand_who_is_affected(context: Context, auditor: RoleDetail) -> None:
    for who in ("admin", "user", "viewer"):
        context.run(service.assign_role, person(context, who), auditor.id)
    before = everything(context)
    cells = {P.KPI_READ: S.OWN, P.KPI_UPDATE: S.OWN, P.AUDIT_READ: S.ORGANIZATION}
    impact = context.run(service.preview_role, change(auditor, cells=cells))
    assert impact.changes == (
        CellChange(P.KPI_READ, S.TEAM, S.OWN),
        CellChange(P.KPI_UPDATE, None, S.OWN),
    )
    # The administrator may do it all anyway, and the user has both from their other role.
    assert impact.holders == 3
    assert [(one.name, one.changes) for one in impact.affected] == [
        ("Vic Viewer", (CellChange(P.KPI_UPDATE, None, S.OWN),))
    ]
    assert everything(context) == before


def test_another_name_affects_nobody(context: Context, auditor: RoleDetail) -> None:
    context.run(service.assign_role, person(context, "viewer"), auditor.id)
    impact = context.run(service.preview_role, change(auditor, name="Inspector"))
    assert (impact.name, impact.changes, impact.holders, impact.affected) == (
        "Inspector",
        (),
        1,
        (),
    )


def test_a_role_is_deleted_when_nobody_holds_it(context: Context, auditor: RoleDetail) -> None:
    user_id = person(context, "viewer")
    context.run(service.assign_role, user_id, auditor.id)
    before = everything(context)
    with pytest.raises(RoleHeld):
        context.run(service.delete_role, auditor.id)
    assert everything(context) == before
    context.run(service.unassign_role, user_id, auditor.id)
    assert context.run(service.delete_role, auditor.id).name == "Auditor"
    with pytest.raises(RoleUnknown):
        context.run(service.delete_role, auditor.id)
    assert context.run(service.list_roles).total == 4


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (CreateRole("admin", {}), RoleNameReserved),
        (CreateRole("ＶＩＥＷＥＲ", {}), RoleNameReserved),
        (CreateRole("AUDITOR", {}), RoleNameTaken),
        (CreateRole(" ", {}), NameInvalid),
        (CreateRole("Boss", {}, "x" * 501), DescriptionTooLong),
        (CreateRole("Boss", {P.AUDIT_READ: S.TEAM}), CellInvalid),
    ],
)
def test_a_role_that_cannot_be_made(
    context: Context, auditor: RoleDetail, command: CreateRole, error: type[Exception]
) -> None:
    before = everything(context)
    with pytest.raises(error):
        context.run(service.create_role, command)
    other = context.run(service.create_role, CreateRole("Other", {}))
    update = UpdateRole(other.id, 1, command.name, command.description, command.cells)
    with pytest.raises(error):
        context.run(service.update_role, update)
    context.run(service.delete_role, other.id)
    assert everything(context) == before


@pytest.mark.parametrize("name", BuiltinRole)
def test_built_in_roles_stay_as_they_are(context: Context, name: BuiltinRole) -> None:
    shown, before = context.run(service.find_role, name), everything(context)
    for use_case, command in (
        (service.update_role, change(shown, name="Other", cells={})),
        (service.preview_role, change(shown, name="Other", cells={})),
        (service.delete_role, shown.id),
    ):
        with pytest.raises(RoleBuiltIn):
            context.run(use_case, command)
    assert everything(context) == before


def test_nobody_raises_themselves_through_a_role(
    context: Context, as_person: People, auditor: RoleDetail
) -> None:
    own = dict.fromkeys(
        (P.ROLE_READ, P.ROLE_CREATE, P.ROLE_UPDATE, P.ROLE_DELETE, P.ROLE_ASSIGN, P.USER_READ),
        S.ORGANIZATION,
    ) | {P.KPI_UPDATE: S.TEAM}
    mine = give(context, "user", own, "Keeper of roles")
    keeper = as_person("acme/user")
    user_id, before = person(keeper, "user"), everything(context)
    wider = mine.cells | {P.KPI_UPDATE: S.ORGANIZATION}
    for use_case, arguments in (
        (service.create_role, (CreateRole("More", {P.AUDIT_READ: S.ORGANIZATION}),)),
        (service.create_role, (CreateRole("Wider", {P.KPI_UPDATE: S.ORGANIZATION}),)),
        (service.update_role, (change(mine, cells=wider),)),
        (service.update_role, (change(auditor, cells={}),)),
        (service.preview_role, (change(mine, cells=wider),)),
        (service.delete_role, (auditor.id,)),
        (service.assign_role, (user_id, auditor.id)),
        (service.assign_role, (user_id, role(context, "ADMIN"))),
        (service.unassign_role, (person(keeper, "admin"), role(context, "ADMIN"))),
    ):
        with pytest.raises(RoleBeyondOwn):
            keeper.run(use_case, *arguments)
    assert everything(context) == before
    made = keeper.run(service.create_role, CreateRole("Less", {P.KPI_UPDATE: S.OWN}))
    assert keeper.run(service.assign_role, person(keeper, "viewer"), made.id)
    assert not keeper.run(service.show_role, auditor.id).editable


@pytest.mark.parametrize("who", ["acme/manager", "acme/user", "acme/viewer"])
def test_others_change_no_roles(
    context: Context, as_person: People, auditor: RoleDetail, who: str
) -> None:
    other, before = as_person(who), everything(context)
    user_id = person(other, who.removeprefix("acme/"))
    for use_case, arguments in (
        (service.create_role, (CreateRole("Mine", {}),)),
        (service.update_role, (change(auditor),)),
        (service.delete_role, (auditor.id,)),
        (service.assign_role, (user_id, auditor.id)),
        (service.unassign_role, (user_id, auditor.id)),
    ):
        with pytest.raises(PermissionMissing):
            other.run(use_case, *arguments)
    with pytest.raises((PermissionMissing, OutOfScope)):
        other.run(service.preview_role, change(auditor))
    assert everything(context) == before


def test_roles_of_another_organisation_are_not_found(
    context: Context, as_person: People, auditor: RoleDetail
) -> None:
    globex = as_person("globex/admin")
    user_id = person(globex, "user")
    for use_case, arguments in (
        (service.show_role, (auditor.id,)),
        (service.list_holders, (auditor.id,)),
        (service.update_role, (change(auditor),)),
        (service.preview_role, (change(auditor),)),
        (service.delete_role, (auditor.id,)),
        (service.assign_role, (user_id, auditor.id)),
        (service.unassign_role, (user_id, auditor.id)),
    ):
        with pytest.raises(RoleUnknown):
            globex.run(use_case, *arguments)
    assert globex.run(service.create_role, AUDITOR).name == auditor.name
    assert context.run(service.show_role, auditor.id) == auditor


def test_a_role_of_ones_own_is_given_to_new_users_by_name(
    context: Context, auditor: RoleDetail
) -> None:
    made = create_user(context, CreateUser("Zoé", "zoe@acme.test", ("auditor",), PASSWORD))
    assert made.roles == ("Auditor",)
