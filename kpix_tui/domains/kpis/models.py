"""Mappings of KPIs, of their thresholds and of who owes their values."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Numeric,
    SmallInteger,
    UniqueConstraint,
    func,
    lateral,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Mapped, mapped_column

from kpix_tui.db.base import Base, Key, String, Tenant


class KpiModel(Base):
    """What is measured, how often, and which way is better."""

    __tablename__ = "kpi"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "dashboard_id"],
            ["kpix.dashboard.organization_id", "kpix.dashboard.id"],
            "fk_kpi_dashboard",
        ),
        ForeignKeyConstraint(
            ["organization_id", "owner_id"],
            ["kpix.app_user.organization_id", "kpix.app_user.id"],
            "fk_kpi_owner",
        ),
        Index(
            "uq_kpi_code",
            "organization_id",
            "code",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
        UniqueConstraint("organization_id", "id", "dashboard_id", name="uq_kpi_dashboard"),
        UniqueConstraint("id", name="uq_kpi_id"),
        Index("ix_kpi_dashboard", "organization_id", "dashboard_id"),
        Index("ix_kpi_owner", "organization_id", "owner_id"),
        Index(
            "ix_kpi_deleted",
            "organization_id",
            "id",
            postgresql_where=text("deleted_at is not null"),
        ),
    )

    organization_id: Mapped[Tenant]
    id: Mapped[Key]
    dashboard_id: Mapped[UUID]
    code: Mapped[String]
    name: Mapped[String]
    description: Mapped[String]
    unit: Mapped[String]
    decimals: Mapped[int] = mapped_column(SmallInteger, server_default=text("2"))
    direction: Mapped[String]
    frequency: Mapped[String]
    starts_on: Mapped[date | None]
    owner_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(server_default=text("1"))


class KpiThresholdModel(Base):
    """Thresholds and the day from which they hold."""

    __tablename__ = "kpi_threshold"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "kpi_id"],
            ["kpix.kpi.organization_id", "kpix.kpi.id"],
            "fk_kpi_threshold_kpi",
        ),
    )

    organization_id: Mapped[Tenant]
    kpi_id: Mapped[Key]
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    green: Mapped[Decimal] = mapped_column(Numeric)
    orange: Mapped[Decimal] = mapped_column(Numeric)
    red: Mapped[Decimal | None] = mapped_column(Numeric)
    target: Mapped[Decimal | None] = mapped_column(Numeric)


class AssignmentModel(Base):
    """The user or the team that owes a KPI's values."""

    __tablename__ = "kpi_assignment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "kpi_id"],
            ["kpix.kpi.organization_id", "kpix.kpi.id"],
            "fk_kpi_assignment_kpi",
        ),
        ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["kpix.app_user.organization_id", "kpix.app_user.id"],
            "fk_kpi_assignment_user",
        ),
        ForeignKeyConstraint(
            ["organization_id", "team_id"],
            ["kpix.team.organization_id", "kpix.team.id"],
            "fk_kpi_assignment_team",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["organization_id", "assigned_by"],
            ["kpix.app_user.organization_id", "kpix.app_user.id"],
            "fk_kpi_assignment_assigned_by",
        ),
        UniqueConstraint("organization_id", "kpi_id", "user_id", name="uq_kpi_assignment_user"),
        UniqueConstraint("organization_id", "kpi_id", "team_id", name="uq_kpi_assignment_team"),
        CheckConstraint("num_nonnulls(user_id, team_id) = 1", "to"),
        Index("ix_kpi_assignment_user", "organization_id", "user_id"),
        Index("ix_kpi_assignment_team", "organization_id", "team_id"),
    )

    organization_id: Mapped[Tenant]
    id: Mapped[Key] = mapped_column(server_default=text("gen_random_uuid()"))
    kpi_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None]
    assigned_by: Mapped[UUID] = mapped_column(server_default=text("auth.user_id()"))
    assigned_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )


def thresholds_of(kpi: Any) -> Any:
    """Every set of thresholds of the KPI at hand, as arrays."""
    held = KpiThresholdModel
    columns = (held.valid_from, held.green, held.orange, held.red, held.target)
    return lateral(
        select(
            *(
                func.array_agg(aggregate_order_by(each, held.valid_from)).label(f"each_{each.key}")
                for each in columns
            )
        )
        .where(held.organization_id == kpi.organization_id, held.kpi_id == kpi.id)
        .correlate(kpi),
        name="dated",
    )
