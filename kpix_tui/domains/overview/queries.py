"""SELECTs that join definitions with their last values, a fixed number of them for each list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, cast, func, lateral, literal, select, true
from sqlalchemy import Date as SqlDate
from sqlalchemy.orm import aliased

from kpix_tui.access.permissions import Level, Visibility
from kpix_tui.db.paging import fetch_page
from kpix_tui.db.reach import kpis_assigned, shares_in_force
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards.models import DashboardModel
from kpix_tui.domains.kpis.models import AssignmentModel, KpiModel, KpiThresholdModel
from kpix_tui.domains.kpis.views import Status, StatusOf
from kpix_tui.domains.overview.views import DashboardRow, StatusCounts
from kpix_tui.domains.people.models import TeamModel, UserModel
from kpix_tui.domains.values.models import KpiValueModel
from kpix_tui.kernel.paging import Page, PageRequest


def _last_value(until: date | None) -> Any:
    """The last value of the KPI at hand whose period began by ``until``: by the primary key."""
    statement = (
        select(
            KpiValueModel.value,
            KpiValueModel.status,
            KpiValueModel.critical,
            KpiValueModel.period_start,
            KpiValueModel.period_end,
        )
        .where(
            KpiValueModel.organization_id == KpiModel.organization_id,
            KpiValueModel.kpi_id == KpiModel.id,
        )
        .order_by(KpiValueModel.period_start.desc())
        .limit(1)
        .correlate(KpiModel)
    )
    if until is not None:
        statement = statement.where(KpiValueModel.period_start <= until)
    return lateral(statement, name="last_value")


def _counts(until: date | None) -> Any:
    """The KPIs of the dashboard at hand, counted by the status of their last value."""
    last = _last_value(until)
    return lateral(
        select(
            func.count().filter(last.c.status == "GREEN").label("green"),
            func.count().filter(last.c.status == "ORANGE").label("orange"),
            func.count().filter(last.c.status == "RED").label("red"),
            func.count().filter(last.c.critical).label("critical"),
            func.count().filter(last.c.status.is_(None)).label("no_data"),
            func.count().label("total"),
        )
        .select_from(KpiModel)
        .outerjoin(last, true())
        .where(
            KpiModel.organization_id == DashboardModel.organization_id,
            KpiModel.dashboard_id == DashboardModel.id,
            KpiModel.deleted_at.is_(None),
        )
        .correlate(DashboardModel),
        name="counts",
    )


def _dashboards(
    uow: UnitOfWork, until: date | None = None
) -> tuple[Select[*tuple[Any, ...]], Mapping[str, Any]]:
    counts = _counts(until)
    shared = shares_in_force()
    statement = (
        select(
            DashboardModel.id,
            DashboardModel.title,
            DashboardModel.process,
            DashboardModel.description,
            DashboardModel.owner_id,
            UserModel.name.label("owner_name"),
            counts.c.green,
            counts.c.orange,
            counts.c.red,
            counts.c.critical,
            counts.c.no_data,
            DashboardModel.updated_at,
            DashboardModel.archived_at,
            DashboardModel.version,
            DashboardModel.visibility,
            shared.c.level,
        )
        .join(
            UserModel,
            (UserModel.organization_id == DashboardModel.organization_id)
            & (UserModel.id == DashboardModel.owner_id),
        )
        .join(counts, true())
        .outerjoin(shared, shared.c.dashboard_id == DashboardModel.id)
        .where(DashboardModel.organization_id == uow.principal.organization_id)
    )
    sorts = {
        "title": func.lower(DashboardModel.title),
        "process": func.lower(DashboardModel.process),
        "owner": func.lower(UserModel.name),
        "updated_at": DashboardModel.updated_at,
        "kpis": counts.c.total,
        "red": counts.c.red,
        "orange": counts.c.orange,
        "green": counts.c.green,
    }
    return statement, sorts


def _dashboard_row(row: Any) -> DashboardRow:
    counted = StatusCounts(row.green, row.orange, row.red, row.critical, row.no_data)
    return DashboardRow(
        row.id,
        row.title,
        row.process,
        row.description,
        row.owner_id,
        row.owner_name,
        counted,
        row.updated_at,
        row.archived_at,
        row.version,
        Visibility(row.visibility),
        Level(row.level) if row.level else None,
    )


def dashboards(uow: UnitOfWork, page: PageRequest, *, archived: bool) -> Page[DashboardRow]:
    """One page of dashboards, archived ones or the others."""
    statement, sorts = _dashboards(uow)
    is_archived = DashboardModel.archived_at.is_not(None)
    return fetch_page(
        uow,
        statement.where(is_archived if archived else ~is_archived),
        page,
        sorts=sorts,
        default="title",
        searched=(DashboardModel.title, DashboardModel.process, UserModel.name),
        tie=DashboardModel.id,
    ).map(_dashboard_row)


def dashboard(uow: UnitOfWork, dashboard_id: UUID, until: date | None) -> DashboardRow | None:
    """One dashboard with its counts."""
    statement, _sorts = _dashboards(uow, until)
    row = uow.session.execute(statement.where(DashboardModel.id == dashboard_id)).one_or_none()
    return _dashboard_row(row) if row else None


def _in_force(last: Any, until: date) -> Any:
    """The thresholds of the KPI at hand at the end of its last period, or on ``until``."""
    period_end = func.coalesce(last.c.period_end, cast(until, SqlDate))
    return lateral(
        select(
            KpiThresholdModel.green,
            KpiThresholdModel.orange,
            KpiThresholdModel.red,
            KpiThresholdModel.target,
        )
        .where(
            KpiThresholdModel.organization_id == KpiModel.organization_id,
            KpiThresholdModel.kpi_id == KpiModel.id,
            KpiThresholdModel.valid_from <= period_end,
        )
        .order_by(KpiThresholdModel.valid_from.desc())
        .limit(1)
        .correlate(KpiModel, last),
        name="in_force",
    )


def _worst(last: Any, bands: Any) -> tuple[ColumnElement[Any], ...]:
    """What *worst first* sorts by: the status, then how far beyond green, in widths of the band.

    The band is what lies between the green and the orange thresholds; where they are the same, the
    size of the threshold stands for it. No data comes after everything that has some.
    """
    beyond = case(
        (KpiModel.direction == "UP_IS_BETTER", bands.c.green - last.c.value),
        else_=last.c.value - bands.c.green,
    )
    band = func.nullif(func.abs(bands.c.green - bands.c.orange), 0)
    size = func.coalesce(band, func.nullif(func.abs(bands.c.green), 0), literal(1))
    rank = case(
        (last.c.critical, 0),
        (last.c.status == "RED", 1),
        (last.c.status == "ORANGE", 2),
        (last.c.status == "GREEN", 3),
    )
    return rank, -beyond / size


def _kpis(uow: UnitOfWork, until: date) -> tuple[Select[*tuple[Any, ...]], Mapping[str, Any]]:
    last = _last_value(until)
    bands = _in_force(last, until)
    owner = aliased(UserModel)
    shared = shares_in_force()
    statement = (
        select(
            KpiModel.id,
            KpiModel.dashboard_id,
            DashboardModel.title.label("dashboard_title"),
            KpiModel.code,
            KpiModel.name,
            KpiModel.unit,
            KpiModel.decimals,
            KpiModel.direction,
            KpiModel.frequency,
            KpiModel.starts_on,
            last.c.status,
            last.c.critical,
            last.c.value,
            last.c.period_start,
            last.c.period_end,
            bands.c.green,
            bands.c.orange,
            bands.c.red,
            bands.c.target,
            KpiModel.owner_id,
            owner.name.label("owner_name"),
            DashboardModel.owner_id.label("dashboard_owner_id"),
            KpiModel.version,
            shared.c.level,
            KpiModel.id.in_(kpis_assigned()).label("assigned"),
        )
        .join(
            DashboardModel,
            (DashboardModel.organization_id == KpiModel.organization_id)
            & (DashboardModel.id == KpiModel.dashboard_id),
        )
        .join(
            owner,
            (owner.organization_id == KpiModel.organization_id) & (owner.id == KpiModel.owner_id),
        )
        .outerjoin(shared, shared.c.dashboard_id == KpiModel.dashboard_id)
        .outerjoin(last, true())
        .outerjoin(bands, true())
        .where(
            KpiModel.organization_id == uow.principal.organization_id,
            KpiModel.deleted_at.is_(None),
        )
    )
    worst = _worst(last, bands)
    sorts = {
        "worst": worst,
        "status": worst,
        "code": KpiModel.code,
        "name": func.lower(KpiModel.name),
        "value": last.c.value,
        "period": last.c.period_start,
        "variance": last.c.value - bands.c.green,
        "owner": func.lower(owner.name),
        "dashboard": func.lower(DashboardModel.title),
    }
    return statement, sorts


def kpis(
    uow: UnitOfWork, page: PageRequest, *, dashboard_id: UUID | None, until: date
) -> Page[Any]:
    """One page of KPI rows (not views yet) with their last values up to ``until``."""
    statement, sorts = _kpis(uow, until)
    if dashboard_id is None:
        statement = statement.where(DashboardModel.archived_at.is_(None))
    else:
        statement = statement.where(KpiModel.dashboard_id == dashboard_id)
    return fetch_page(
        uow,
        statement,
        page,
        sorts=sorts,
        default="worst",
        searched=(KpiModel.code, KpiModel.name),
        tie=KpiModel.id,
    )


def kpi(uow: UnitOfWork, kpi_id: UUID, until: date) -> Any:
    """One KPI row (not a view yet), on an archived dashboard too."""
    statement, _sorts = _kpis(uow, until)
    return uow.session.execute(statement.where(KpiModel.id == kpi_id)).one_or_none()


def values_around(
    uow: UnitOfWork, windows: Sequence[tuple[UUID, date]], until: date
) -> dict[UUID, dict[date, tuple[Any, StatusOf]]]:
    """For each KPI, its values from a day to ``until``, by the first day of their periods."""
    found: dict[UUID, dict[date, tuple[Any, StatusOf]]] = {kpi_id: {} for kpi_id, _since in windows}
    rows = uow.driver.execute(
        b"""
        select v.kpi_id, v.period_start, v.value, v.status, v.critical
        from unnest(%s::uuid[], %s::date[]) as k (kpi_id, since)
        join kpix.kpi_value v
            on v.organization_id = %s and v.kpi_id = k.kpi_id
            and v.period_start between k.since and %s
        """,
        (
            [kpi_id for kpi_id, _since in windows],
            [since for _kpi_id, since in windows],
            uow.principal.organization_id,
            until,
        ),
    )
    for kpi_id, period_start, value, status, critical in rows:
        found[kpi_id][period_start] = (value, StatusOf(Status(status), critical))
    return found


def assignees(uow: UnitOfWork, kpi_ids: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
    """For each KPI, the names of the users and teams who owe its values."""
    name = func.coalesce(TeamModel.name, UserModel.name)
    rows = uow.session.execute(
        select(AssignmentModel.kpi_id, name.label("name"))
        .outerjoin(
            UserModel,
            (UserModel.organization_id == AssignmentModel.organization_id)
            & (UserModel.id == AssignmentModel.user_id),
        )
        .outerjoin(
            TeamModel,
            (TeamModel.organization_id == AssignmentModel.organization_id)
            & (TeamModel.id == AssignmentModel.team_id),
        )
        .where(
            AssignmentModel.organization_id == uow.principal.organization_id,
            AssignmentModel.kpi_id.in_(kpi_ids),
        )
        .order_by(func.lower(name))
    )
    found: dict[UUID, tuple[str, ...]] = dict.fromkeys(kpi_ids, ())
    for row in rows:
        found[row.kpi_id] += (row.name,)
    return found
