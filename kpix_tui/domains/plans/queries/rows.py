"""Rows of lists, whole actions, and what looks a few of them up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Select,
    Uuid,
    and_,
    case,
    column,
    exists,
    func,
    lateral,
    select,
    true,
)
from sqlalchemy.orm import aliased

from kpix_tui.access.permissions import Level
from kpix_tui.db.reach import shares_in_force
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards.models import DashboardModel
from kpix_tui.domains.kpis.models import KpiModel
from kpix_tui.domains.kpis.views import Direction
from kpix_tui.domains.people.models import UserModel
from kpix_tui.domains.plans.models import UNCLOSED, PlanModel
from kpix_tui.domains.plans.views import (
    CriterionKind,
    NamedCriterion,
    Plan,
    PlanKind,
    PlanRow,
    PlanStatus,
    Verdict,
)
from kpix_tui.domains.values.models import KpiValueModel
from kpix_tui.kernel.periods import Frequency

BY_DAY = (
    case((UNCLOSED, PlanModel.due_on)),  # what is closed comes after everything that is not
    -(PlanModel.closed_on - date.min),
)
"""Overdue ones first; the last closed first among those that are closed."""


def same(model: Any, key: Any) -> Any:
    """Joins what an action names by ``key``."""
    return and_(model.organization_id == PlanModel.organization_id, model.id == key)


def _parts() -> Any:
    """The sub-actions of the action at hand, counted."""
    part = aliased(PlanModel)
    closed = part.status.in_([status.value for status in PlanStatus if status.closed])
    return lateral(
        select(func.count().label("all"), func.count().filter(closed).label("closed"))
        .where(
            part.organization_id == PlanModel.organization_id,
            part.parent_id == PlanModel.id,
            part.deleted_at.is_(None),
        )
        .correlate(PlanModel),
        name="parts",
    )


def rows_of(uow: UnitOfWork) -> Select[*tuple[Any, ...]]:
    """Everything that a row shows, of the actions that are not deleted, nor their KPI."""
    return _rows().where(PlanModel.organization_id == uow.principal.organization_id)


@cache
def _rows() -> Select[*tuple[Any, ...]]:
    """Of every organisation: put together once, because that takes longer than a page."""
    shared = shares_in_force()
    parts = _parts()
    parent = aliased(PlanModel)
    return (
        select(
            PlanModel.id,
            PlanModel.title,
            PlanModel.kind,
            PlanModel.status,
            PlanModel.progress,
            PlanModel.owner_id,
            UserModel.name.label("owner_name"),
            PlanModel.starts_on,
            PlanModel.due_on,
            PlanModel.started_on,
            PlanModel.closed_on,
            PlanModel.verdict,
            PlanModel.kpi_id,
            KpiModel.code.label("kpi_code"),
            KpiModel.name.label("kpi_name"),
            KpiModel.owner_id.label("kpi_owner_id"),
            PlanModel.dashboard_id,
            DashboardModel.title.label("dashboard_title"),
            DashboardModel.owner_id.label("dashboard_owner_id"),
            DashboardModel.process,
            PlanModel.parent_id,
            parent.title.label("parent_title"),
            parts.c.all.label("sub_plans"),
            parts.c.closed.label("sub_plans_closed"),
            PlanModel.created_by.label("created_by_id"),
            PlanModel.version,
            shared.c.level,
        )
        .join(KpiModel, same(KpiModel, PlanModel.kpi_id))
        .join(DashboardModel, same(DashboardModel, PlanModel.dashboard_id))
        .join(UserModel, same(UserModel, PlanModel.owner_id))
        .outerjoin(parent, same(parent, PlanModel.parent_id))
        .outerjoin(shared, shared.c.dashboard_id == PlanModel.dashboard_id)
        .join(parts, true())
        .where(PlanModel.deleted_at.is_(None), KpiModel.deleted_at.is_(None))
    )


_OF_A_PAGE = frozenset({"of_all", "of_status"})


def _fields(uow: UnitOfWork, row: Any) -> dict[str, Any]:
    """What a row and a whole action have in common, by the names of the view."""
    status = PlanStatus(row.status)
    return {
        **{name: value for name, value in row._mapping.items() if name not in _OF_A_PAGE},
        "kind": PlanKind(row.kind),
        "status": status,
        "overdue": not status.closed and row.due_on < uow.today,
        "verdict": Verdict(row.verdict) if row.verdict else None,
        "level": Level(row.level) if row.level else None,
    }


def row_view(uow: UnitOfWork, row: Any) -> PlanRow:
    """The view of a row of :func:`rows_of`."""
    return PlanRow(**_fields(uow, row))


def rows_by_id(uow: UnitOfWork, plan_ids: Iterable[UUID]) -> Mapping[UUID, PlanRow]:
    """The actions among ``plan_ids`` that the actor may see."""
    found = uow.session.execute(rows_of(uow).where(PlanModel.id.in_(list(plan_ids))))
    return {row.id: row_view(uow, row) for row in found}


def sub_plans(uow: UnitOfWork, parent_id: UUID) -> tuple[PlanRow, ...]:
    """The sub-actions of an action, in the order of a list."""
    order = (each.asc().nulls_last() for each in BY_DAY)
    rows = uow.session.execute(
        rows_of(uow).where(PlanModel.parent_id == parent_id).order_by(*order, PlanModel.id)
    )
    return tuple(row_view(uow, row) for row in rows)


# -- whole actions ---------------------------------------------------------------------------------


def _whole(uow: UnitOfWork) -> Select[*tuple[Any, ...]]:
    author, judged_by = aliased(UserModel), aliased(KpiModel)
    return (
        rows_of(uow)
        .join(author, same(author, PlanModel.created_by))
        .outerjoin(judged_by, same(judged_by, PlanModel.criterion_kpi_id))
        .add_columns(
            PlanModel.description,
            PlanModel.cause,
            PlanModel.whys,
            author.name.label("created_by_name"),
            PlanModel.created_at,
            PlanModel.criterion_kpi_id,
            PlanModel.criterion_kind,
            PlanModel.criterion_amount,
            PlanModel.criterion_periods,
            judged_by.code.label("criterion_code"),
            judged_by.name.label("criterion_name"),
            judged_by.unit.label("criterion_unit"),
            judged_by.decimals.label("criterion_decimals"),
            judged_by.direction.label("criterion_direction"),
            judged_by.frequency.label("criterion_frequency"),
        )
    )


def _plan(uow: UnitOfWork, row: Any) -> Plan:
    common = {
        name: value
        for name, value in _fields(uow, row).items()
        if not name.startswith("criterion_")
    }
    return Plan(**{**common, "whys": tuple(row.whys), "criterion": _criterion(row)})


def _criterion(row: Any) -> NamedCriterion | None:
    """None as well where its KPI is hidden from the actor: the verdict is all they see of it."""
    if row.criterion_code is None:
        return None
    return NamedCriterion(
        kpi_id=row.criterion_kpi_id,
        kind=CriterionKind(row.criterion_kind),
        amount=row.criterion_amount,
        periods=row.criterion_periods,
        kpi_code=row.criterion_code,
        kpi_name=row.criterion_name,
        unit=row.criterion_unit,
        decimals=row.criterion_decimals,
        direction=Direction(row.criterion_direction),
        frequency=Frequency(row.criterion_frequency),
    )


def plan(uow: UnitOfWork, plan_id: UUID) -> Plan | None:
    """One action that is not deleted, on an archived dashboard too."""
    row = uow.session.execute(_whole(uow).where(PlanModel.id == plan_id)).one_or_none()
    return None if row is None else _plan(uow, row)


def plans_called(uow: UnitOfWork, title: str) -> tuple[Plan, ...]:
    """Two at most of the actions that have this title, whatever the case."""
    rows = uow.session.execute(
        _whole(uow).where(func.lower(PlanModel.title) == func.lower(title)).limit(2)
    )
    return tuple(_plan(uow, row) for row in rows)


def lock_plans(uow: UnitOfWork, plan_ids: Iterable[UUID]) -> None:
    """Hold the rows until the transaction ends: what is read after this stays true."""
    uow.session.execute(
        select(PlanModel.id)
        .where(
            PlanModel.organization_id == uow.principal.organization_id,
            PlanModel.id.in_(list(plan_ids)),
        )
        .order_by(PlanModel.id)  # two transactions never wait for each other
        .with_for_update()
    )


def hiding_from(uow: UnitOfWork, user_id: UUID, dashboard_ids: Iterable[UUID]) -> str | None:
    """The title of one of the dashboards that a user does not see; None: they see all of them."""
    seen = func.auth.dashboard_access(DashboardModel.id).table_valued(
        column("user_id", Uuid), name="seen"
    )
    return uow.session.scalar(
        select(DashboardModel.title)
        .where(
            DashboardModel.organization_id == uow.principal.organization_id,
            DashboardModel.id.in_(set(dashboard_ids)),
            ~exists(select(seen.c.user_id).where(seen.c.user_id == user_id)),
        )
        .order_by(func.lower(DashboardModel.title))
        .limit(1)
    )


def values_of(
    uow: UnitOfWork, kpi_id: UUID, period_starts: Sequence[date]
) -> Mapping[date, Decimal]:
    """The values of a KPI, by the first day of their periods."""
    rows = uow.session.execute(
        select(KpiValueModel.period_start, KpiValueModel.value).where(
            KpiValueModel.organization_id == uow.principal.organization_id,
            KpiValueModel.kpi_id == kpi_id,
            KpiValueModel.period_start.in_(period_starts),
        )
    )
    return {row.period_start: row.value for row in rows}
