"""What the statements on users, teams and roles have in common."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_

from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.people.models import TeamMemberModel, TeamModel, UserModel


def of(uow: UnitOfWork, model: Any) -> tuple[Any, ...]:
    """Only rows of the principal's organisation."""
    return (model.organization_id == uow.principal.organization_id,)


def same_role(role: Any, other: Any) -> Any:
    """Joins what belongs to a role."""
    return and_(other.organization_id == role.organization_id, other.role_id == role.id)


def same_team() -> Any:
    """Joins the members of a team."""
    return and_(
        TeamMemberModel.organization_id == TeamModel.organization_id,
        TeamMemberModel.team_id == TeamModel.id,
    )


def same_user(other: Any) -> Any:
    """Joins what belongs to a user."""
    return and_(UserModel.organization_id == other.organization_id, UserModel.id == other.user_id)


def giver_of(giver: Any, held: Any) -> Any:
    """Joins whoever gave a role that is held."""
    return and_(giver.organization_id == held.organization_id, giver.id == held.assigned_by)


def called(uow: UnitOfWork, statement: str, *arguments: Any) -> Any:
    """What a function of schema ``auth`` answers."""
    row = uow.driver.execute(statement.encode(), arguments).fetchone()
    return row[0] if row else None
