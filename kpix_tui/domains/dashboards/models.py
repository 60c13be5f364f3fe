"""Mappings of dashboards and of their shares."""

from __future__ import annotations

from datetime import datetime
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


class DashboardModel(Base):
    """A page of KPIs, about one process."""

    __tablename__ = "dashboard"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id"], ["kpix.organization.organization_id"], "fk_dashboard_organization"
        ),
        UniqueConstraint("id", name="uq_dashboard_id"),
        ForeignKeyConstraint(
            ["organization_id", "owner_id"],
            ["kpix.app_user.organization_id", "kpix.app_user.id"],
            "fk_dashboard_owner",
        ),
        Index("ix_dashboard_owner", "organization_id", "owner_id"),
    )

    organization_id: Mapped[Tenant]
    id: Mapped[Key]
    title: Mapped[String]
    process: Mapped[String]
    description: Mapped[String]
    owner_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    archived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    visibility: Mapped[String] = mapped_column(server_default=text("'ORGANIZATION'"))


class ShareModel(Base):
    """A dashboard shared with a user or with a team, at a level, perhaps until an instant."""

    __tablename__ = "dashboard_share"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "dashboard_id"],
            ["kpix.dashboard.organization_id", "kpix.dashboard.id"],
            "fk_dashboard_share_dashboard",
        ),
        ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["kpix.app_user.organization_id", "kpix.app_user.id"],
            "fk_dashboard_share_user",
        ),
        ForeignKeyConstraint(
            ["organization_id", "team_id"],
            ["kpix.team.organization_id", "kpix.team.id"],
            "fk_dashboard_share_team",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["organization_id", "shared_by"],
            ["kpix.app_user.organization_id", "kpix.app_user.id"],
            "fk_dashboard_share_shared_by",
        ),
        UniqueConstraint(
            "organization_id", "dashboard_id", "user_id", name="uq_dashboard_share_user"
        ),
        UniqueConstraint(
            "organization_id", "dashboard_id", "team_id", name="uq_dashboard_share_team"
        ),
        CheckConstraint("num_nonnulls(user_id, team_id) = 1", "with"),
        Index("ix_dashboard_share_user", "organization_id", "user_id"),
        Index("ix_dashboard_share_team", "organization_id", "team_id"),
    )

    organization_id: Mapped[Tenant]
    id: Mapped[Key] = mapped_column(server_default=text("gen_random_uuid()"))
    dashboard_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None]
    level: Mapped[String]
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    shared_by: Mapped[UUID] = mapped_column(server_default=text("auth.user_id()"))
    shared_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
