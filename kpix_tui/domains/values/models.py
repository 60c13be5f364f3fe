"""Mappings of values and of what they were before they were corrected."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Numeric, func, text
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
