"""SELECTs on values and their revisions, and the bulk statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from kpix_tui.db.errors import RefusedByDatabase
from kpix_tui.db.paging import fetch_page
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.kpis.views import Status, StatusOf
from kpix_tui.domains.people.models import UserModel
from kpix_tui.domains.values.models import KpiValueModel, KpiValueRevisionModel
from kpix_tui.domains.values.views import RevisionRow, ValueRow
from kpix_tui.kernel.paging import Page, PageRequest

_SORTS: dict[str, Any] = {
    "period_start": KpiValueModel.period_start,
    "value": KpiValueModel.value,
    "status": KpiValueModel.status,
    "entered_at": KpiValueModel.entered_at,
}


@dataclass(frozen=True, slots=True)
class StoredValue:
    """A row of kpi_value, ready to be written or as it was read."""

    kpi_id: UUID
    period_start: date
    period_end: date
    value: Decimal
    status: StatusOf
    revision: int = 1


def _values(uow: UnitOfWork, kpi_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(
            KpiValueModel.period_start,
            KpiValueModel.period_end,
            KpiValueModel.value,
            KpiValueModel.status,
            KpiValueModel.critical,
            KpiValueModel.revision,
            KpiValueModel.reason,
            UserModel.name.label("entered_by"),
            KpiValueModel.entered_at,
        )
        .join(
            UserModel,
            (UserModel.organization_id == KpiValueModel.organization_id)
            & (UserModel.id == KpiValueModel.entered_by),
        )
        .where(
            KpiValueModel.organization_id == uow.principal.organization_id,
            KpiValueModel.kpi_id == kpi_id,
        )
    )


def _row(row: Any) -> ValueRow:
    return ValueRow(
        row.period_start,
        row.period_end,
        row.value,
        Status(row.status),
        row.critical,
        row.revision,
        row.reason,
        row.entered_by,
        row.entered_at,
    )


def values(
    uow: UnitOfWork, kpi_id: UUID, page: PageRequest, since: date | None, until: date | None
) -> Page[ValueRow]:
    """One page of a KPI's values whose period lies between the days, newest first by default."""
    statement = _values(uow, kpi_id)
    if since is not None:
        statement = statement.where(KpiValueModel.period_end >= since)
    if until is not None:
        statement = statement.where(KpiValueModel.period_start <= until)
    return fetch_page(
        uow, statement, page, sorts=_SORTS, default="-period_start", tie=KpiValueModel.period_start
    ).map(_row)


def value_row(uow: UnitOfWork, kpi_id: UUID, period_start: date) -> ValueRow | None:
    """The value of one period."""
    row = uow.session.execute(
        _values(uow, kpi_id).where(KpiValueModel.period_start == period_start)
    ).one_or_none()
    return _row(row) if row else None


def revisions(uow: UnitOfWork, kpi_id: UUID, period_start: date) -> tuple[RevisionRow, ...]:
    """What the value of a period was before each correction, newest first."""
    columns = KpiValueRevisionModel
    rows = uow.session.execute(
        select(
            columns.revision,
            columns.value,
            columns.status,
            columns.critical,
            columns.reason,
            UserModel.name.label("entered_by"),
            columns.entered_at,
        )
        .join(
            UserModel,
            (UserModel.organization_id == columns.organization_id)
            & (UserModel.id == columns.entered_by),
        )
        .where(
            columns.organization_id == uow.principal.organization_id,
            columns.kpi_id == kpi_id,
            columns.period_start == period_start,
        )
        .order_by(columns.revision.desc())
    )
    return tuple(RevisionRow(**{**row._mapping, "status": Status(row.status)}) for row in rows)


def has_values(uow: UnitOfWork, kpi_id: UUID) -> bool:
    """Whether a KPI has any value."""
    found = uow.session.scalar(
        select(KpiValueModel.period_start)
        .where(
            KpiValueModel.organization_id == uow.principal.organization_id,
            KpiValueModel.kpi_id == kpi_id,
        )
        .limit(1)
    )
    return found is not None


def stored(uow: UnitOfWork, kpi_id: UUID, *, since: date) -> tuple[StoredValue, ...]:
    """Every value of a KPI whose period ends on the day or later, oldest first."""
    statement = select(
        KpiValueModel.kpi_id,
        KpiValueModel.period_start,
        KpiValueModel.period_end,
        KpiValueModel.value,
        KpiValueModel.status,
        KpiValueModel.critical,
        KpiValueModel.revision,
    ).where(
        KpiValueModel.organization_id == uow.principal.organization_id,
        KpiValueModel.kpi_id == kpi_id,
        KpiValueModel.period_end >= since,
    )
    rows = uow.session.execute(statement.order_by(KpiValueModel.period_start))
    return tuple(_stored(row) for row in rows)


def present(
    uow: UnitOfWork, keys: Iterable[tuple[UUID, date]]
) -> Mapping[tuple[UUID, date], StoredValue]:
    """The values that stand already at ``keys`` (KPI, first day of the period)."""
    wanted = list(keys)
    rows = uow.driver.execute(
        b"""
        select v.kpi_id, v.period_start, v.period_end, v.value, v.status, v.critical, v.revision
        from unnest(%s::uuid[], %s::date[]) as k (kpi_id, period_start)
        join kpix.kpi_value v
            on v.organization_id = %s and v.kpi_id = k.kpi_id and v.period_start = k.period_start
        """,
        ([k for k, _ in wanted], [d for _, d in wanted], uow.principal.organization_id),
    )
    found = (
        StoredValue(kpi, start, end, value, StatusOf(Status(status), critical), revision)
        for kpi, start, end, value, status, critical, revision in rows
    )
    return {(value.kpi_id, value.period_start): value for value in found}


def _stored(row: Any) -> StoredValue:
    return StoredValue(
        row.kpi_id,
        row.period_start,
        row.period_end,
        row.value,
        StatusOf(Status(row.status), row.critical),
        row.revision,
    )


def _columns(values: Sequence[StoredValue]) -> tuple[list[Any], ...]:
    """The values turned into one array a column, which is what ``unnest`` takes."""
    return (
        [v.kpi_id for v in values],
        [v.period_start for v in values],
        [v.period_end for v in values],
        [v.value for v in values],
        [v.status.status.value for v in values],
        [v.status.critical for v in values],
    )


# COPY FROM is refused under row-level security: arrays, unnested, are the next fastest.
_INSERT = b"""
    insert into kpix.kpi_value
        (organization_id, kpi_id, period_start, period_end, value, status, critical,
        dashboard_id, reason)
    select k.organization_id, n.*, k.dashboard_id, %s
    from unnest(%s::uuid[], %s::date[], %s::date[], %s::numeric[], %s::text[], %s::boolean[])
        as n (kpi_id, period_start, period_end, value, status, critical)
    join kpix.kpi k on k.organization_id = %s and k.id = n.kpi_id
"""
_UPDATE = b"""
    update kpix.kpi_value v
    set value = n.value, status = n.status, critical = n.critical, reason = coalesce(%s, v.reason)
    from unnest(%s::uuid[], %s::date[], %s::date[], %s::numeric[], %s::text[], %s::boolean[])
        as n (kpi_id, period_start, period_end, value, status, critical)
    where v.organization_id = %s and v.kpi_id = n.kpi_id and v.period_start = n.period_start
"""


def insert_values(uow: UnitOfWork, values: Sequence[StoredValue], reason: str) -> None:
    """Write new periods in one statement."""
    arguments = (reason, *_columns(values), uow.principal.organization_id)
    _require_all(uow.driver.execute(_INSERT, arguments), values)


def update_values(uow: UnitOfWork, values: Sequence[StoredValue], reason: str | None) -> None:
    """Correct values, or (``reason`` None) only their statuses, in one statement."""
    arguments = (reason, *_columns(values), uow.principal.organization_id)
    _require_all(uow.driver.execute(_UPDATE, arguments), values)


def _require_all(written: Any, values: Sequence[StoredValue]) -> None:
    """A policy that hides a row says nothing: what was not written is refused, and said."""
    if written.rowcount != len(values):
        raise RefusedByDatabase
