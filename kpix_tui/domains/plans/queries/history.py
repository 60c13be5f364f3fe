"""What was changed about an action, and by whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Select,
    Uuid,
    and_,
    cast,
    select,
)
from sqlalchemy.orm import aliased

from kpix_tui.db.paging import fetch_page
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.kpis.models import KpiModel
from kpix_tui.domains.people.models import UserModel
from kpix_tui.domains.plans.models import PlanChangeModel
from kpix_tui.domains.plans.views import (
    CriterionKind,
    FieldChange,
    FieldValue,
    PlanChange,
    ToldCriterion,
)
from kpix_tui.kernel.paging import Page, PageRequest


def _changes(uow: UnitOfWork, plan_id: UUID) -> Select[*tuple[Any, ...]]:
    """Changes with the names of those who made them, of the owners and of the KPIs in them."""
    by, old_owner, new_owner = aliased(UserModel), aliased(UserModel), aliased(UserModel)
    old_kpi, new_kpi = aliased(KpiModel), aliased(KpiModel)
    change = PlanChangeModel

    def found(model: Any, key: Any) -> Any:
        return and_(model.organization_id == change.organization_id, model.id == key)

    def told(values: Any, *path: str) -> Any:
        return cast(values[path].astext, Uuid)

    return (
        select(
            change.at,
            change.version,
            change.old,
            change.new,
            by.name.label("by"),
            old_owner.name.label("old_owner"),
            new_owner.name.label("new_owner"),
            old_kpi.code.label("old_code"),
            new_kpi.code.label("new_code"),
        )
        .outerjoin(by, found(by, change.changed_by))
        .outerjoin(old_owner, found(old_owner, told(change.old, "owner_id")))
        .outerjoin(new_owner, found(new_owner, told(change.new, "owner_id")))
        .outerjoin(old_kpi, found(old_kpi, told(change.old, "criterion", "kpi_id")))
        .outerjoin(new_kpi, found(new_kpi, told(change.new, "criterion", "kpi_id")))
        .where(change.organization_id == uow.principal.organization_id, change.plan_id == plan_id)
    )


def _change(row: Any) -> PlanChange:
    created = row.old is None
    fields = () if created else tuple(_field_changes(row))
    return PlanChange(row.at, row.by or "", created, row.version, fields)


def _field_changes(row: Any) -> Iterable[FieldChange]:
    for name, field in _TOLD.items():
        if name in row.new:
            yield FieldChange(
                field,
                _told(field, row.old[name], row.old_owner, row.old_code),
                _told(field, row.new[name], row.new_owner, row.new_code),
            )


_TOLD: Mapping[str, str] = {
    "status": "status",
    "progress": "progress",
    "owner_id": "owner",
    "due_on": "due_on",
    "starts_on": "starts_on",
    "title": "title",
    "kind": "kind",
    "description": "description",
    "cause": "cause",
    "whys": "whys",
    "criterion": "criterion",
    "verdict": "verdict",
}
"""The fields that a history tells, by what the database calls them."""


def _told(field: str, value: Any, owner: str | None, code: str | None) -> FieldValue:
    match field:
        case "owner":
            return owner
        case "due_on" | "starts_on":
            return None if value is None else date.fromisoformat(value)
        case "whys":
            return tuple(value)
        case "criterion":
            return None if value is None else _told_criterion(value, code)
        case _:
            told: str | int | None = value
            return told


def _told_criterion(value: Mapping[str, Any], code: str | None) -> ToldCriterion:
    kind = CriterionKind(value["kind"])
    return ToldCriterion(
        UUID(value["kpi_id"]), kind, Decimal(value["amount"]), value["periods"], code or ""
    )


def changes(uow: UnitOfWork, plan_id: UUID, page: PageRequest) -> Page[PlanChange]:
    """One page of an action's changes, the last one first."""
    return fetch_page(
        uow,
        _changes(uow, plan_id),
        page,
        sorts={"at": PlanChangeModel.at},
        default="-at",
        tie=PlanChangeModel.id,
    ).map(_change)


def changes_since(uow: UnitOfWork, plan_id: UUID, version: int) -> tuple[PlanChange, ...]:
    """What people changed after the action had this version, oldest first."""
    rows = uow.session.execute(
        _changes(uow, plan_id)
        .where(PlanChangeModel.version > version)
        .order_by(PlanChangeModel.at, PlanChangeModel.id)
    )
    return tuple(_change(row) for row in rows)
