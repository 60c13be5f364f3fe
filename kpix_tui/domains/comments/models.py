"""Mappings of comments, of their earlier texts, of mentions and of what has been read."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kpix_tui.db.base import Base, Key, String, Tenant

_Instant = DateTime(timezone=True)


class CommentModel(Base):
    """What somebody wrote on a KPI, a value or an action. The database fills in who and when."""

    __tablename__ = "comment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "kpi_id", "dashboard_id"],
            ["kpix.kpi.organization_id", "kpix.kpi.id", "kpix.kpi.dashboard_id"],
            "fk_comment_kpi",
            onupdate="CASCADE",
        ),
        ForeignKeyConstraint(
            ["organization_id", "kpi_id", "period_start"],
            [
                "kpix.kpi_value.organization_id",
                "kpix.kpi_value.kpi_id",
                "kpix.kpi_value.period_start",
            ],
            "fk_comment_value",
        ),
        ForeignKeyConstraint(
            ["organization_id", "thread_id"],
            ["kpix.comment.organization_id", "kpix.comment.id"],
            "fk_comment_thread",
        ),
        ForeignKeyConstraint(
            ["organization_id", "author_id"],
            ["kpix.app_user.organization_id", "kpix.app_user.id"],
            "fk_comment_author",
        ),
        ForeignKeyConstraint(
            ["organization_id", "deleted_by"],
            ["kpix.app_user.organization_id", "kpix.app_user.id"],
            "fk_comment_deleted_by",
        ),
        ForeignKeyConstraint(
            ["organization_id", "action_id", "kpi_id"],
            [
                "kpix.action_plan.organization_id",
                "kpix.action_plan.id",
                "kpix.action_plan.kpi_id",
            ],
            "fk_comment_action",
        ),
        CheckConstraint("num_nonnulls(period_start, action_id) <= 1", "on"),
        UniqueConstraint("id", name="uq_comment_id"),
        Index("ix_comment_kpi", "organization_id", "kpi_id", "created_at"),
        Index("ix_comment_thread", "organization_id", "thread_id", "created_at"),
        Index("ix_comment_author", "organization_id", "author_id"),
    )

    organization_id: Mapped[Tenant]
    id: Mapped[Key]
    kpi_id: Mapped[UUID]
    dashboard_id: Mapped[UUID]
    """Where its KPI stands: who sees the dashboard sees the comment."""
    period_start: Mapped[date | None]
    action_id: Mapped[UUID | None]
    thread_id: Mapped[UUID]
    author_id: Mapped[UUID] = mapped_column(server_default=text("auth.user_id()"))
    body: Mapped[String]
    created_at: Mapped[datetime] = mapped_column(_Instant, server_default=func.clock_timestamp())
    edited_at: Mapped[datetime | None] = mapped_column(_Instant)
    deleted_at: Mapped[datetime | None] = mapped_column(_Instant)
    deleted_by: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class CommentRevisionModel(Base):
    """A text that another one replaced; written by a trigger alone."""

    __tablename__ = "comment_revision"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "comment_id"],
            ["kpix.comment.organization_id", "kpix.comment.id"],
            "fk_comment_revision_comment",
        ),
    )

    organization_id: Mapped[Tenant]
    comment_id: Mapped[Key]
    revision: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[String]
    since: Mapped[datetime] = mapped_column(_Instant)
    until: Mapped[datetime] = mapped_column(_Instant)


class MentionModel(Base):
    """A user or a team that a comment mentions; written by a function alone."""

    __tablename__ = "comment_mention"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "comment_id"],
            ["kpix.comment.organization_id", "kpix.comment.id"],
            "fk_comment_mention_comment",
        ),
        ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["kpix.app_user.organization_id", "kpix.app_user.id"],
            "fk_comment_mention_user",
        ),
        ForeignKeyConstraint(
            ["organization_id", "team_id"],
            ["kpix.team.organization_id", "kpix.team.id"],
            "fk_comment_mention_team",
            ondelete="CASCADE",
        ),
        UniqueConstraint(
            "organization_id", "comment_id", "user_id", name="uq_comment_mention_user"
        ),
        UniqueConstraint(
            "organization_id", "comment_id", "team_id", name="uq_comment_mention_team"
        ),
        CheckConstraint("num_nonnulls(user_id, team_id) = 1", "of"),
        Index("ix_comment_mention_user", "organization_id", "user_id"),
        Index("ix_comment_mention_team", "organization_id", "team_id"),
    )

    organization_id: Mapped[Tenant]
    id: Mapped[Key] = mapped_column(server_default=text("gen_random_uuid()"))
    comment_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None]


class MarkModel(Base):
    """Up to which instant somebody has read a thread."""

    __tablename__ = "comment_mark"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["kpix.app_user.organization_id", "kpix.app_user.id"],
            "fk_comment_mark_user",
        ),
        ForeignKeyConstraint(
            ["organization_id", "thread_id"],
            ["kpix.comment.organization_id", "kpix.comment.id"],
            "fk_comment_mark_thread",
        ),
    )

    organization_id: Mapped[Tenant]
    user_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("auth.user_id()"))
    thread_id: Mapped[Key]
    read_until: Mapped[datetime] = mapped_column(_Instant)
