"""Mappings of action plans and of what was changed about them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kpix_tui.db.base import Base, Key, String, Tenant

_KPI = ["kpix.kpi.organization_id", "kpix.kpi.id", "kpix.kpi.dashboard_id"]
_USER = ["kpix.app_user.organization_id", "kpix.app_user.id"]
_THERE = text("deleted_at is null")


class PlanModel(Base):
    """What is done about a KPI, by whom and until when. The database fills in the verdict."""

    __tablename__ = "action_plan"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "kpi_id", "dashboard_id"],
            _KPI,
            "fk_action_plan_kpi",
            onupdate="CASCADE",
        ),
        ForeignKeyConstraint(
            ["organization_id", "parent_id", "kpi_id"],
            [
                "kpix.action_plan.organization_id",
                "kpix.action_plan.id",
                "kpix.action_plan.kpi_id",
            ],
            "fk_action_plan_parent",
        ),
        ForeignKeyConstraint(["organization_id", "owner_id"], _USER, "fk_action_plan_owner"),
        ForeignKeyConstraint(["organization_id", "created_by"], _USER, "fk_action_plan_created_by"),
        ForeignKeyConstraint(
            ["organization_id", "criterion_kpi_id", "dashboard_id"],
            _KPI,
            "fk_action_plan_criterion",
            onupdate="CASCADE",
        ),
        UniqueConstraint("id", name="uq_action_plan_id"),
        UniqueConstraint("organization_id", "id", "kpi_id", name="uq_action_plan_kpi"),
        Index(
            "ix_action_plan_due",
            "organization_id",
            "due_on",
            postgresql_where=text("deleted_at is null and status in ('OPEN', 'IN_PROGRESS')"),
        ),
        Index(
            "ix_action_plan_owner",
            "organization_id",
            "owner_id",
            "due_on",
            postgresql_where=_THERE,
        ),
        Index("ix_action_plan_kpi", "organization_id", "kpi_id", postgresql_where=_THERE),
        Index(
            "ix_action_plan_dashboard",
            "organization_id",
            "dashboard_id",
            "status",
            "due_on",
            postgresql_where=_THERE,
            postgresql_include=["verdict", "kpi_id", "owner_id", "created_by"],
        ),
        Index(
            "ix_action_plan_parent",
            "organization_id",
            "parent_id",
            postgresql_where=text("parent_id is not null"),
        ),
        Index(
            "ix_action_plan_criterion",
            "organization_id",
            "criterion_kpi_id",
            postgresql_where=text("status = 'DONE'"),
        ),
    )

    organization_id: Mapped[Tenant]
    id: Mapped[Key]
    kpi_id: Mapped[UUID]
    dashboard_id: Mapped[UUID]
    """Where its KPI stands: who sees the dashboard sees the action."""
    parent_id: Mapped[UUID | None]
    title: Mapped[String]
    description: Mapped[String]
    cause: Mapped[String]
    whys: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    kind: Mapped[String]
    status: Mapped[String] = mapped_column(server_default=text("'OPEN'"))
    progress: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    owner_id: Mapped[UUID]
    starts_on: Mapped[date | None]
    due_on: Mapped[date]
    started_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    criterion_kpi_id: Mapped[UUID | None]
    criterion_kind: Mapped[str | None] = mapped_column(Text)
    criterion_amount: Mapped[Decimal | None] = mapped_column(Numeric)
    criterion_periods: Mapped[int | None] = mapped_column(SmallInteger)
    verdict: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[UUID] = mapped_column(server_default=text("auth.user_id()"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(server_default=text("1"))


UNCLOSED = PlanModel.status.in_([literal_column("'OPEN'"), literal_column("'IN_PROGRESS'")])
"""Still to be done. Statuses are written out: the index of what is due is chosen by them."""


class PlanChangeModel(Base):
    """The fields that changed at once, before and after; written by a trigger alone.

    Without ``old`` the action was made then; without ``changed_by`` kpix judged it.
    """

    __tablename__ = "action_plan_change"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "plan_id"],
            ["kpix.action_plan.organization_id", "kpix.action_plan.id"],
            "fk_action_plan_change_plan",
        ),
        ForeignKeyConstraint(
            ["organization_id", "changed_by"], _USER, "fk_action_plan_change_changed_by"
        ),
    )

    organization_id: Mapped[Tenant]
    plan_id: Mapped[Key]
    at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), primary_key=True, server_default=text("clock_timestamp()")
    )
    id: Mapped[Key] = mapped_column(server_default=text("gen_random_uuid()"))
    changed_by: Mapped[UUID | None]
    version: Mapped[int]
    old: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    new: Mapped[dict[str, Any]] = mapped_column(JSONB)
