"""Statements on teams and their members, returning views."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by

from kpix_tui.db.paging import fetch_page
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.people.models import TeamMemberModel, TeamModel, UserModel
from kpix_tui.domains.people.queries.common import of, same_team, same_user
from kpix_tui.domains.people.views import MemberRow, TeamRow
from kpix_tui.kernel.paging import Page, PageRequest


def _teams(uow: UnitOfWork) -> Select[*tuple[Any, ...]]:
    me = uow.principal.user_id
    members = select(func.count()).where(same_team()).correlate(TeamModel).scalar_subquery()
    leads = (
        select(func.array_agg(aggregate_order_by(UserModel.name, UserModel.name)))
        .join(TeamMemberModel, same_user(TeamMemberModel))
        .where(same_team(), TeamMemberModel.is_lead)
        .correlate(TeamModel)
        .scalar_subquery()
    )
    mine = exists().where(same_team(), TeamMemberModel.user_id == me)
    return select(
        TeamModel.id,
        TeamModel.name,
        members.label("members"),
        func.coalesce(leads, []).label("leads"),
        mine.correlate(TeamModel).label("mine"),
        mine.where(TeamMemberModel.is_lead).correlate(TeamModel).label("led"),
        TeamModel.created_at,
        TeamModel.version,
    ).where(*of(uow, TeamModel))


def _team(row: Any) -> TeamRow:
    return TeamRow(
        row.id,
        row.name,
        row.members,
        tuple(row.leads),
        row.mine,
        row.led,
        row.created_at,
        row.version,
    )


def teams(uow: UnitOfWork, page: PageRequest) -> Page[TeamRow]:
    """The teams of the organisation."""
    statement = _teams(uow)
    return fetch_page(
        uow,
        statement,
        page,
        sorts={
            "name": func.lower(TeamModel.name),
            "members": statement.selected_columns.members,
            "created_at": TeamModel.created_at,
        },
        default="name",
        searched=(TeamModel.name,),
        tie=TeamModel.id,
    ).map(_team)


def team(uow: UnitOfWork, team_id: UUID) -> TeamRow | None:
    """One team."""
    found = uow.session.execute(_teams(uow).where(TeamModel.id == team_id)).one_or_none()
    return _team(found) if found else None


def team_called(uow: UnitOfWork, name: str) -> TeamRow | None:
    """The team of this name, whatever the case."""
    found = uow.session.execute(
        _teams(uow)
        .where(func.lower(TeamModel.name) == func.lower(name))
        .order_by(TeamModel.id)
        .limit(1)
    ).one_or_none()
    return _team(found) if found else None


def insert_team(uow: UnitOfWork, team_id: UUID, name: str) -> None:
    """A team without members."""
    uow.session.execute(
        insert(TeamModel).values(
            organization_id=uow.principal.organization_id, id=team_id, name=name
        )
    )


def rename_team(uow: UnitOfWork, team_id: UUID, version: int, name: str) -> bool:
    """Rename a team that is still at ``version``."""
    changed = (
        update(TeamModel)
        .where(*of(uow, TeamModel), TeamModel.id == team_id, TeamModel.version == version)
        .values(name=name, version=version + 1)
        .returning(TeamModel.id)
    )
    return uow.session.execute(changed).first() is not None


def delete_team(uow: UnitOfWork, team_id: UUID) -> bool:
    """Remove a team; what refers to it goes with it."""
    gone = (
        delete(TeamModel)
        .where(*of(uow, TeamModel), TeamModel.id == team_id)
        .returning(TeamModel.id)
    )
    return uow.session.execute(gone).first() is not None


def _members(uow: UnitOfWork, team_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(
            UserModel.id,
            UserModel.name,
            UserModel.active,
            TeamMemberModel.is_lead,
            TeamMemberModel.joined_at,
        )
        .join(TeamMemberModel, same_user(TeamMemberModel))
        .where(*of(uow, TeamMemberModel), TeamMemberModel.team_id == team_id)
    )


def _member(row: Any) -> MemberRow:
    return MemberRow(row.id, row.name, row.active, row.is_lead, row.joined_at)


def members(uow: UnitOfWork, team_id: UUID, page: PageRequest) -> Page[MemberRow]:
    """The members of a team."""
    return fetch_page(
        uow,
        _members(uow, team_id),
        page,
        sorts={
            "member": (TeamMemberModel.is_lead.is_(False), func.lower(UserModel.name)),
            "name": func.lower(UserModel.name),
            "joined_at": TeamMemberModel.joined_at,
        },
        default="member",
        searched=(UserModel.name,),
        tie=UserModel.id,
    ).map(_member)


def member(uow: UnitOfWork, team_id: UUID, user_id: UUID) -> MemberRow | None:
    """One member of a team."""
    found = uow.session.execute(_members(uow, team_id).where(UserModel.id == user_id)).one_or_none()
    return _member(found) if found else None


def insert_member(uow: UnitOfWork, team_id: UUID, user_id: UUID, lead: bool) -> None:
    """Put a user into a team."""
    uow.session.execute(
        insert(TeamMemberModel).values(
            organization_id=uow.principal.organization_id,
            team_id=team_id,
            user_id=user_id,
            is_lead=lead,
        )
    )


def _membership(uow: UnitOfWork, team_id: UUID, user_id: UUID) -> tuple[Any, ...]:
    return (
        *of(uow, TeamMemberModel),
        TeamMemberModel.team_id == team_id,
        TeamMemberModel.user_id == user_id,
    )


def set_lead(uow: UnitOfWork, team_id: UUID, user_id: UUID, lead: bool) -> bool:
    """Make a member a lead, or no more."""
    changed = (
        update(TeamMemberModel)
        .where(*_membership(uow, team_id, user_id))
        .values(is_lead=lead)
        .returning(TeamMemberModel.user_id)
    )
    return uow.session.execute(changed).first() is not None


def delete_member(uow: UnitOfWork, team_id: UUID, user_id: UUID) -> bool:
    """Take a user out of a team."""
    gone = (
        delete(TeamMemberModel)
        .where(*_membership(uow, team_id, user_id))
        .returning(TeamMemberModel.user_id)
    )
    return uow.session.execute(gone).first() is not None
