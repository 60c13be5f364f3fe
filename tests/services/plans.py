"""Short ways to make and change action plans, through the service layer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from kpix_tui.app.context import Context
from kpix_tui.domains.kpis.views import Kpi
from kpix_tui.domains.plans import service
from kpix_tui.domains.plans.views import (
    CreatePlan,
    Criterion,
    CriterionKind,
    MovePlan,
    Plan,
    PlanRow,
    PlanStatus,
    UpdatePlan,
)

FRIDAY = date(2026, 11, 27)
_KEPT = (
    "id",
    "version",
    "title",
    "description",
    "cause",
    "whys",
    "kind",
    "owner_id",
    "starts_on",
    "due_on",
    "criterion",
)


def plan(context: Context, kpi: Kpi, title: str = "Call the supplier", **given: Any) -> Plan:
    """An action about a KPI, due on Friday 27 November."""
    return context.run(
        service.create_plan, CreatePlan(title, **{"due_on": FRIDAY, "kpi_id": kpi.id, **given})
    )


def part(context: Context, parent: Plan, title: str = "Find the number", **given: Any) -> Plan:
    """A sub-action."""
    return context.run(service.create_plan, CreatePlan(title, FRIDAY, parent_id=parent.id, **given))


def change(of: Plan, **changes: Any) -> UpdatePlan:
    """The command that changes only what is named."""
    return UpdatePlan(**{**{name: getattr(of, name) for name in _KEPT}, **changes})


def move(context: Context, of: PlanRow, *statuses: PlanStatus) -> Plan:
    """Through these statuses; the action as it is then."""
    for status in statuses:
        moved = context.run(service.move_plan, MovePlan(of.id, status))
    return moved


def level(kpi: Kpi, amount: str, periods: int = 1) -> Criterion:
    """The value has to be this or better."""
    return Criterion(kpi.id, CriterionKind.LEVEL, Decimal(amount), periods)


def shift(kpi: Kpi, amount: str, periods: int = 1) -> Criterion:
    """The mean has to be better by this."""
    return Criterion(kpi.id, CriterionKind.SHIFT, Decimal(amount), periods)
