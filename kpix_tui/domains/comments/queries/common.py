"""What several statements on comments share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.comments.models import CommentModel, MarkModel
from kpix_tui.domains.comments.views import Subject
from kpix_tui.domains.kpis.models import KpiModel
from kpix_tui.domains.people.models import UserModel


def unread(uow: UnitOfWork) -> ColumnElement[bool]:
    """Whether the actor has not read a comment, with their mark joined: what others wrote since
    they read the thread, or since they are here at all."""
    here = select(UserModel.created_at).where(
        UserModel.organization_id == uow.principal.organization_id,
        UserModel.id == uow.principal.user_id,
    )
    return (
        (CommentModel.author_id != uow.principal.user_id)
        & CommentModel.deleted_at.is_(None)
        & (CommentModel.created_at > func.coalesce(MarkModel.read_until, here.scalar_subquery()))
    )


def marked(uow: UnitOfWork, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """With the actor's mark in the thread, where there is one."""
    return statement.outerjoin(
        MarkModel,
        (MarkModel.organization_id == CommentModel.organization_id)
        & (MarkModel.user_id == uow.principal.user_id)
        & (MarkModel.thread_id == CommentModel.thread_id),
    )


def of_kpi(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """With the KPI, one that is not deleted."""
    return statement.join(
        KpiModel,
        (KpiModel.organization_id == CommentModel.organization_id)
        & (KpiModel.id == CommentModel.kpi_id)
        & KpiModel.deleted_at.is_(None),
    )


def standing_on(subject: Subject) -> ColumnElement[bool]:
    """The comments on something."""
    found = CommentModel.kpi_id == subject.kpi_id
    if subject.period_start is not None:
        found &= CommentModel.period_start == subject.period_start
    if subject.action_id is not None:
        found &= CommentModel.action_id == subject.action_id
    return found
