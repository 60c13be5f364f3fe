"""Mapping of the audit log; rows are written by definer functions and triggers alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kpix_tui.db.base import Base, Key, String, Tenant


class AuditModel(Base):
    """Who did what to which object, with the values before and after."""

    __tablename__ = "audit_log"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id"], ["kpix.organization.organization_id"], "fk_audit_log_organization"
        ),
        Index("ix_audit_log_at", "organization_id", "at", "id"),
        Index("ix_audit_log_subject", "organization_id", "subject_id", "at"),
        Index("ix_audit_log_actor", "organization_id", "actor_id", "at"),
        Index("ix_audit_log_action", "organization_id", "action", "at"),
    )

    organization_id: Mapped[Tenant]
    id: Mapped[Key] = mapped_column(server_default=text("gen_random_uuid()"))
    at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )
    actor_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    action: Mapped[String]
    object_type: Mapped[String]
    object_id: Mapped[String]
    subject_id: Mapped[UUID | None]
    old: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    new: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
