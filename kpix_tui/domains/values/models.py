"""Mappings of values and of what they were before they were corrected."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Numeric,
    Text,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kpix_tui.db.base import Base, Key, String, Tenant


class KpiValueModel(Base):
    """The value of one period as it stands. The database fills in who entered it and when."""

    __tablename__ = "kpi_value"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "kpi_id", "dashboard_id"],
            ["kpix.kpi.organization_id", "kpix.kpi.id", "kpix.kpi.dashboard_id"],
            "fk_kpi_value_kpi",
            onupdate="CASCADE",
        ),
    )

    organization_id: Mapped[Tenant]
    kpi_id: Mapped[Key]
    period_start: Mapped[date] = mapped_column(primary_key=True)
    period_end: Mapped[date]
    value: Mapped[Decimal] = mapped_column(Numeric)
    status: Mapped[String]
    critical: Mapped[bool] = mapped_column(server_default=text("false"))
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    reason: Mapped[String]
    entered_by: Mapped[UUID] = mapped_column(server_default=text("auth.user_id()"))
    entered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    dashboard_id: Mapped[UUID]
    """Where its KPI stands: who sees the dashboard sees the value."""


class KpiValueRevisionModel(Base):
    """A state that a correction replaced; written by a trigger alone."""

    __tablename__ = "kpi_value_revision"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "kpi_id", "period_start"],
            [
                "kpix.kpi_value.organization_id",
                "kpix.kpi_value.kpi_id",
                "kpix.kpi_value.period_start",
            ],
            "fk_kpi_value_revision_value",
        ),
    )

    organization_id: Mapped[Tenant]
    kpi_id: Mapped[Key]
    period_start: Mapped[date] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[Decimal] = mapped_column(Numeric)
    status: Mapped[String]
    critical: Mapped[bool]
    reason: Mapped[String]
    entered_by: Mapped[UUID]
    entered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class KpiStateModel(Base):
    """Where a KPI stands now: one row for each that is not deleted, written by triggers alone.

    ``distance`` is how far the last value is beyond green, in widths of the band; ``due_from`` is
    the first day of the first expected period after it, which is missing from ``due_on`` on.
    """

    __tablename__ = "kpi_state"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "kpi_id", "dashboard_id"],
            ["kpix.kpi.organization_id", "kpix.kpi.id", "kpix.kpi.dashboard_id"],
            "fk_kpi_state_kpi",
            onupdate="CASCADE",
        ),
        CheckConstraint("status in ('GREEN', 'ORANGE', 'RED')", "status"),
        CheckConstraint("previous_status in ('GREEN', 'ORANGE', 'RED')", "previous_status"),
        Index("ix_kpi_state_dashboard", "organization_id", "dashboard_id"),
    )

    organization_id: Mapped[Tenant]
    kpi_id: Mapped[Key]
    dashboard_id: Mapped[UUID]
    period_start: Mapped[date | None]
    period_end: Mapped[date | None]
    value: Mapped[Decimal | None] = mapped_column(Numeric)
    status: Mapped[str | None] = mapped_column(Text)
    critical: Mapped[bool] = mapped_column(server_default=text("false"))
    distance: Mapped[Decimal | None] = mapped_column(Numeric)
    previous_status: Mapped[str | None] = mapped_column(Text)
    previous_critical: Mapped[bool] = mapped_column(server_default=text("false"))
    due_from: Mapped[date | None]
    due_on: Mapped[date | None]
