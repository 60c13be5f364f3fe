"""Teams: create, rename, delete; their members and leads.

``team:update`` for the whole organisation manages all of it. With the scope TEAM a lead manages the
members of the teams that they lead, and not who leads them.
"""

from __future__ import annotations

from uuid import UUID

from kpix_tui.access.actor import actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import OutOfScope, allows, require
from kpix_tui.db.errors import RefusedByDatabase, violating
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.people.errors import (
    LeadsOutOfReach,
    MemberAlready,
    MemberUnknown,
    TeamNameTaken,
    TeamNotFound,
    UserInactive,
)
from kpix_tui.domains.people.queries import teams as queries
from kpix_tui.domains.people.rules import EVERYBODY, valid_name
from kpix_tui.domains.people.service.users import show_user
from kpix_tui.domains.people.views import MemberRow, TeamRow, UpdateTeam
from kpix_tui.kernel.errors import StaleVersion
from kpix_tui.kernel.ids import as_id, new_id
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest


def list_teams(uow: UnitOfWork, page: PageRequest = FIRST_PAGE) -> Page[TeamRow]:
    """One page of teams; sorts: name, members, created_at."""
    require(actor_of(uow), Permission.TEAM_READ)
    return queries.teams(uow, page)


def show_team(uow: UnitOfWork, team_id: UUID) -> TeamRow:
    """One team.

    Raises:
        TeamNotFound: the organisation has no such team.
    """
    require(actor_of(uow), Permission.TEAM_READ)
    found = queries.team(uow, team_id)
    if found is None:
        raise TeamNotFound(name=str(team_id))
    return found


def find_team(uow: UnitOfWork, name_or_id: str) -> TeamRow:
    """The team that a person named.

    Raises:
        TeamNotFound: no team has this name or id.
    """
    team_id = as_id(name_or_id)
    if team_id is not None:
        return show_team(uow, team_id)
    require(actor_of(uow), Permission.TEAM_READ)
    found = queries.team_called(uow, name_or_id.strip())
    if found is None:
        raise TeamNotFound(name=name_or_id)
    return found


def create_team(uow: UnitOfWork, name: str) -> TeamRow:
    """A new team, without members.

    Raises:
        Forbidden: the actor may not create teams.
        NameInvalid: the name is empty or too long.
        TeamNameTaken: a team has it, whatever the case.
    """
    require(actor_of(uow), Permission.TEAM_CREATE, EVERYBODY)
    name = _free_name(uow, name)
    team_id = new_id()
    with violating("uq_team_name", lambda: TeamNameTaken(name=name, fields=("name",))):
        queries.insert_team(uow, team_id, name)
    uow.log("team.created", team_id=str(team_id))
    return show_team(uow, team_id)


def update_team(uow: UnitOfWork, command: UpdateTeam) -> TeamRow:
    """Another name for a team.

    Raises:
        Forbidden: the actor may not manage all teams.
        TeamNotFound: the organisation has no such team.
        StaleVersion: somebody changed it since ``command.version``.
        NameInvalid, TeamNameTaken: as for creation.
    """
    require(actor_of(uow), Permission.TEAM_UPDATE, EVERYBODY)
    current = show_team(uow, command.id)
    name = _free_name(uow, command.name, except_for=current)
    with violating("uq_team_name", lambda: TeamNameTaken(name=name, fields=("name",))):
        if not queries.rename_team(uow, command.id, command.version, name):
            raise StaleVersion
    uow.log("team.renamed", team_id=str(command.id))
    return show_team(uow, command.id)


def delete_team(uow: UnitOfWork, team_id: UUID) -> TeamRow:
    """Remove a team, with its memberships and what was shared with it or is entered by it.

    Returns the team as it was.

    Raises:
        Forbidden: the actor may not delete teams.
        TeamNotFound: the organisation has no such team.
    """
    require(actor_of(uow), Permission.TEAM_DELETE, EVERYBODY)
    gone = show_team(uow, team_id)
    if not queries.delete_team(uow, team_id):
        raise RefusedByDatabase  # a policy that hides a row from DELETE says nothing
    uow.log("team.deleted", team_id=str(team_id), members=gone.members)
    return gone


def list_members(uow: UnitOfWork, team_id: UUID, page: PageRequest = FIRST_PAGE) -> Page[MemberRow]:
    """One page of a team's members, leads first; sorts: member, name, joined_at.

    Raises:
        TeamNotFound: the organisation has no such team.
    """
    show_team(uow, team_id)
    return queries.members(uow, team_id, page)


def add_member(uow: UnitOfWork, team_id: UUID, user_id: UUID, *, lead: bool = False) -> MemberRow:
    """Put a user into a team.

    Raises:
        Forbidden: the actor manages neither all teams nor, as its lead, this one.
        TeamNotFound, UserNotFound: the organisation has no such team or user.
        UserInactive: the user is deactivated.
        MemberAlready: they are in the team.
    """
    team = _managed(uow, team_id, leads=lead)
    user = show_user(uow, user_id)
    if not user.active:
        raise UserInactive(name=user.name)
    with violating("pk_team_member", lambda: MemberAlready(name=user.name, team=team.name)):
        queries.insert_member(uow, team_id, user_id, lead)
    uow.log("team.member_added", team_id=str(team_id), user_id=str(user_id))
    return _member(uow, team, user_id)


def set_lead(uow: UnitOfWork, team_id: UUID, user_id: UUID, lead: bool) -> MemberRow:
    """Make a member of a team one of its leads, or no more. Doing it twice changes nothing.

    Raises:
        Forbidden: the actor may not manage all teams.
        TeamNotFound, UserNotFound: the organisation has no such team or user.
        MemberUnknown: the user is not in the team.
    """
    team = _managed(uow, team_id, leads=True)
    _member(uow, team, user_id)
    if not queries.set_lead(uow, team_id, user_id, lead):
        raise RefusedByDatabase
    uow.log("team.lead_set", team_id=str(team_id), user_id=str(user_id), lead=lead)
    return _member(uow, team, user_id)


def remove_member(uow: UnitOfWork, team_id: UUID, user_id: UUID) -> MemberRow:
    """Take a user out of a team. Returns the membership as it was.

    Raises:
        Forbidden: the actor manages neither all teams nor, as its lead, this member.
        TeamNotFound, UserNotFound: the organisation has no such team or user.
        MemberUnknown: the user is not in the team.
    """
    team = _managed(uow, team_id)
    gone = _member(uow, team, user_id)
    _managed(uow, team_id, leads=gone.lead)
    if not queries.delete_member(uow, team_id, user_id):
        raise RefusedByDatabase
    uow.log("team.member_removed", team_id=str(team_id), user_id=str(user_id))
    return gone


def _managed(uow: UnitOfWork, team_id: UUID, *, leads: bool = False) -> TeamRow:
    """The team, whose members the actor manages; ``leads`` asks for more than its lead may."""
    actor = actor_of(uow)
    require(actor, Permission.TEAM_UPDATE)
    team = show_team(uow, team_id)
    if allows(actor, Permission.TEAM_UPDATE, EVERYBODY):
        return team
    if not team.led:
        raise OutOfScope(permission=Permission.TEAM_UPDATE.value)
    if leads:
        raise LeadsOutOfReach
    return team


def _member(uow: UnitOfWork, team: TeamRow, user_id: UUID) -> MemberRow:
    found = queries.member(uow, team.id, user_id)
    if found is None:
        raise MemberUnknown(name=show_user(uow, user_id).name, team=team.name)
    return found


def _free_name(uow: UnitOfWork, name: str, *, except_for: TeamRow | None = None) -> str:
    checked = valid_name(name)
    found = queries.team_called(uow, checked)
    if found is not None and (except_for is None or found.id != except_for.id):
        raise TeamNameTaken(name=checked, fields=("name",))
    return checked
