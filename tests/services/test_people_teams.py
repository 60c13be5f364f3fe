"""Teams, their members and leads: who may change what, and what refuses it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kpix_tui.access.policy import OutOfScope, PermissionMissing
from kpix_tui.app.context import Context
from kpix_tui.domains.accounts.service import whoami
from kpix_tui.domains.people import service
from kpix_tui.domains.people.errors import (
    LeadsOutOfReach,
    MemberAlready,
    MemberUnknown,
    NameInvalid,
    TeamNameTaken,
    TeamNotFound,
    UserInactive,
    UserNotFound,
)
from kpix_tui.domains.people.views import TeamRow, UpdateTeam
from kpix_tui.kernel.errors import StaleVersion
from kpix_tui.kernel.ids import new_id
from kpix_tui.kernel.paging import PageRequest
from tests.services.people import everything, person

People = Callable[[str | None], Context]


@pytest.fixture
def shift(context: Context) -> TeamRow:
    """Acme's night shift: led by its manager, with its user."""
    made = context.run(service.create_team, " Night   shift ")
    context.run(service.add_member, made.id, person(context, "manager"), lead=True)
    context.run(service.add_member, made.id, person(context, "user"))
    return context.run(service.show_team, made.id)


def test_a_team_with_members_and_leads(context: Context, as_person: People, shift: TeamRow) -> None:
    assert (shift.name, shift.members, shift.leads) == ("Night shift", 2, ("Max Manager",))
    assert (shift.mine, shift.led) == (False, False)
    lead, member = as_person("acme/manager"), as_person("acme/user")
    assert [(t.mine, t.led) for t in lead.run(service.list_teams).rows] == [(True, True)]
    assert [(t.mine, t.led) for t in member.run(service.list_teams).rows] == [(True, False)]
    rows = member.run(service.list_members, shift.id).rows
    assert [(row.name, row.lead, row.active) for row in rows] == [
        ("Max Manager", True, True),
        ("Ursula User", False, True),
    ]
    assert member.run(whoami).team_mates == {row.user_id for row in rows}


def test_members_are_sorted_and_searched(context: Context, shift: TeamRow) -> None:
    by_name = PageRequest(sort="-name", text="u")
    names = [row.name for row in context.run(service.list_members, shift.id, by_name).rows]
    assert names == ["Ursula User"]
    assert context.run(service.list_members, shift.id, PageRequest(sort="joined_at")).total == 2


def test_teams_are_sorted_searched_and_found(context: Context, shift: TeamRow) -> None:
    context.run(service.create_team, "Équipe de jour")
    rows = context.run(service.list_teams, PageRequest(sort="-members")).rows
    assert [row.name for row in rows] == ["Night shift", "Équipe de jour"]
    assert context.run(service.list_teams, PageRequest(text="equipe")).total == 1
    assert context.run(service.list_teams, PageRequest(sort="created_at")).total == 2
    assert context.run(service.find_team, " night SHIFT ") == shift
    assert context.run(service.find_team, str(shift.id)) == shift
    for unknown in ("nobody", str(new_id())):
        with pytest.raises(TeamNotFound):
            context.run(service.find_team, unknown)


def test_two_who_take_a_name_at_once(
    context: Context, shift: TeamRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither sees the other's team when they look: the database has the last word."""
    monkeypatch.setattr(
        "kpix_tui.domains.people.queries.teams.team_called", lambda _uow, _name: None
    )
    other = context.run(service.create_team, "Day shift")
    with pytest.raises(TeamNameTaken):
        context.run(service.create_team, "NIGHT SHIFT")
    with pytest.raises(TeamNameTaken):
        context.run(service.update_team, UpdateTeam(other.id, other.version, "night shift"))
    assert context.run(service.list_teams).total == 2


def test_a_name_is_used_once_whatever_the_case(context: Context, shift: TeamRow) -> None:
    other = context.run(service.create_team, "Day shift")
    with pytest.raises(TeamNameTaken):
        context.run(service.create_team, "NIGHT SHIFT")
    with pytest.raises(TeamNameTaken):
        context.run(service.update_team, UpdateTeam(other.id, other.version, "night shift"))
    with pytest.raises(NameInvalid):
        context.run(service.create_team, "x" * 201)
    assert context.run(service.list_teams).total == 2
    changed = context.run(service.update_team, UpdateTeam(shift.id, shift.version, "NIGHT shift"))
    assert (changed.name, changed.version) == ("NIGHT shift", shift.version + 1)


def test_two_who_rename_a_team_do_not_overwrite_each_other(
    context: Context, shift: TeamRow
) -> None:
    context.run(service.update_team, UpdateTeam(shift.id, shift.version, "Nights"))
    with pytest.raises(StaleVersion):
        context.run(service.update_team, UpdateTeam(shift.id, shift.version, "Late shift"))
    assert context.run(service.show_team, shift.id).name == "Nights"


def test_a_deleted_team_is_gone_with_its_members(
    context: Context, as_person: People, shift: TeamRow
) -> None:
    gone = context.run(service.delete_team, shift.id)
    assert (gone.name, gone.members) == ("Night shift", 2)
    with pytest.raises(TeamNotFound):
        context.run(service.delete_team, shift.id)
    assert not as_person("acme/user").run(whoami).team_mates
    assert context.run(service.show_user_detail, person(context, "user")).teams == ()


def test_leads_are_named_and_unnamed(context: Context, as_person: People, shift: TeamRow) -> None:
    user_id = person(context, "user")
    assert context.run(service.set_lead, shift.id, user_id, True).lead
    assert context.run(service.set_lead, shift.id, user_id, True).lead
    assert context.run(service.show_team, shift.id).leads == ("Max Manager", "Ursula User")
    assert not context.run(service.set_lead, shift.id, user_id, False).lead
    with pytest.raises(MemberUnknown):
        context.run(service.set_lead, shift.id, person(context, "viewer"), True)


def test_a_member_joins_once_and_leaves_once(context: Context, shift: TeamRow) -> None:
    user_id = person(context, "user")
    with pytest.raises(MemberAlready) as refused:
        context.run(service.add_member, shift.id, user_id)
    assert refused.value.params == {"name": "Ursula User", "team": "Night shift"}
    assert context.run(service.remove_member, shift.id, user_id).name == "Ursula User"
    with pytest.raises(MemberUnknown):
        context.run(service.remove_member, shift.id, user_id)
    context.run(service.set_active, user_id, False)
    with pytest.raises(UserInactive):
        context.run(service.add_member, shift.id, user_id)


def test_a_lead_manages_the_members_of_the_team_and_not_its_leads(
    context: Context, as_person: People, shift: TeamRow
) -> None:
    lead = as_person("acme/manager")
    viewer, user = person(context, "viewer"), person(context, "user")
    assert lead.run(service.add_member, shift.id, viewer).name == "Vic Viewer"
    assert lead.run(service.remove_member, shift.id, user).name == "Ursula User"
    before = everything(context)
    with pytest.raises(LeadsOutOfReach):
        lead.run(service.add_member, shift.id, user, lead=True)
    with pytest.raises(LeadsOutOfReach):
        lead.run(service.set_lead, shift.id, viewer, True)
    with pytest.raises(LeadsOutOfReach):
        lead.run(service.remove_member, shift.id, person(context, "manager"))
    with pytest.raises(OutOfScope):
        lead.run(service.update_team, UpdateTeam(shift.id, shift.version, "Mine"))
    with pytest.raises(PermissionMissing):
        lead.run(service.delete_team, shift.id)
    with pytest.raises(PermissionMissing):
        lead.run(service.create_team, "Mine")
    assert everything(context) == before


def test_a_lead_of_one_team_manages_no_other(
    context: Context, as_person: People, shift: TeamRow
) -> None:
    other = context.run(service.create_team, "Day shift")
    context.run(service.add_member, other.id, person(context, "manager"))
    lead, before = as_person("acme/manager"), everything(context)
    for team_id in (other.id, context.run(service.create_team, "Third").id):
        with pytest.raises(OutOfScope):
            lead.run(service.add_member, team_id, person(context, "user"))
    with pytest.raises(OutOfScope):
        lead.run(service.remove_member, other.id, person(context, "manager"))
    assert everything(context)[0] == before[0]


def test_a_lead_without_the_permission_manages_nothing(
    context: Context, as_person: People, shift: TeamRow
) -> None:
    user_id = person(context, "user")
    context.run(service.set_lead, shift.id, user_id, True)
    with pytest.raises(PermissionMissing):
        as_person("acme/user").run(service.add_member, shift.id, person(context, "viewer"))
    assert context.run(service.show_team, shift.id).members == 2


def test_what_is_of_another_organisation_is_not_found(
    context: Context, as_person: People, shift: TeamRow
) -> None:
    globex = as_person("globex/admin")
    stranger = person(globex, "user")
    with pytest.raises(UserNotFound):
        context.run(service.add_member, shift.id, stranger)
    with pytest.raises(UserNotFound):
        context.run(service.remove_member, shift.id, stranger)
    assert globex.run(service.list_teams).total == 0
    for use_case, arguments in (
        (service.show_team, (shift.id,)),
        (service.delete_team, (shift.id,)),
        (service.list_members, (shift.id,)),
        (service.add_member, (shift.id, stranger)),
        (service.remove_member, (shift.id, stranger)),
        (service.set_lead, (shift.id, stranger, True)),
        (service.update_team, (UpdateTeam(shift.id, shift.version, "Mine"),)),
    ):
        with pytest.raises(TeamNotFound):
            globex.run(use_case, *arguments)
    assert context.run(service.show_team, shift.id) == shift
