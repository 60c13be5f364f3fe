"""Mapping of dashboards."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from kpix_tui.db.base import Base, Key, String, Tenant


class DashboardModel(Base):
    """A page of KPIs, about one process."""

    __tablename__ = "dashboard"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id"], ["kpix.organization.organization_id"], "fk_dashboard_organization"
        ),
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
