"""Mappings of notifications and of what each person wants to hear of."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Index, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kpix_tui.db.base import Base, Key, String, Tenant

_Instant = DateTime(timezone=True)


class NotificationModel(Base):
    """A fact that concerns somebody; written by functions of the database alone."""

    __tablename__ = "notification"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "recipient_id"],
            ["kpix.app_user.organization_id", "kpix.app_user.id"],
            "fk_notification_recipient",
        ),
        ForeignKeyConstraint(
            ["organization_id", "actor_id"],
            ["kpix.app_user.organization_id", "kpix.app_user.id"],
            "fk_notification_actor",
        ),
        ForeignKeyConstraint(
            ["organization_id", "dashboard_id"],
            ["kpix.dashboard.organization_id", "kpix.dashboard.id"],
            "fk_notification_dashboard",
        ),
        ForeignKeyConstraint(
            ["organization_id", "kpi_id", "dashboard_id"],
            ["kpix.kpi.organization_id", "kpix.kpi.id", "kpix.kpi.dashboard_id"],
            "fk_notification_kpi",
            onupdate="CASCADE",
        ),
        ForeignKeyConstraint(
            ["organization_id", "comment_id"],
            ["kpix.comment.organization_id", "kpix.comment.id"],
            "fk_notification_comment",
        ),
        ForeignKeyConstraint(
            ["organization_id", "action_id"],
            ["kpix.action_plan.organization_id", "kpix.action_plan.id"],
            "fk_notification_action",
        ),
        UniqueConstraint("organization_id", "recipient_id", "fact", name="uq_notification_fact"),
        Index("ix_notification_at", "organization_id", "recipient_id", "at"),
        Index(
            "ix_notification_unread",
            "organization_id",
            "recipient_id",
            "priority",
            postgresql_where=text("read_at is null"),
        ),
    )

    organization_id: Mapped[Tenant]
    id: Mapped[Key] = mapped_column(server_default=text("gen_random_uuid()"))
    recipient_id: Mapped[UUID]
    fact: Mapped[String]
    """What happened, by name: the same one is told once."""
    kind: Mapped[String]
    priority: Mapped[String]
    at: Mapped[datetime] = mapped_column(_Instant, server_default=func.now())
    read_at: Mapped[datetime | None] = mapped_column(_Instant)
    actor_id: Mapped[UUID | None]
    dashboard_id: Mapped[UUID]
    kpi_id: Mapped[UUID | None]
    period_start: Mapped[date | None]
    comment_id: Mapped[UUID | None]
    action_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))


class PreferenceModel(Base):
    """Whether somebody wants to hear of a kind; without a row they do."""

    __tablename__ = "notification_preference"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["kpix.app_user.organization_id", "kpix.app_user.id"],
            "fk_notification_preference_user",
        ),
    )

    organization_id: Mapped[Tenant]
    user_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("auth.user_id()"))
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    wanted: Mapped[bool]
