"""SELECTs on KPIs and thresholds, returning views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Uuid, column, exists, func, select, true
from sqlalchemy.orm import aliased

from kpix_tui.access.permissions import Level
from kpix_tui.db.paging import fetch_page
from kpix_tui.db.reach import kpis_assigned, shares_in_force
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards.models import DashboardModel, ShareModel
from kpix_tui.domains.kpis.models import AssignmentModel, KpiModel, thresholds_of
from kpix_tui.domains.kpis.views import Assignment, DatedThresholds, Direction, Kpi, Thresholds
from kpix_tui.domains.people.models import TeamMemberModel, TeamModel, UserModel
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.kernel.periods import Frequency


def _kpis(uow: UnitOfWork) -> Select[*tuple[Any, ...]]:
    shared, dated = shares_in_force(), thresholds_of(KpiModel)
    return (
        select(
            KpiModel.id,
            KpiModel.dashboard_id,
            DashboardModel.title.label("dashboard_title"),
            DashboardModel.owner_id.label("dashboard_owner_id"),
            KpiModel.code,
            KpiModel.name,
            KpiModel.description,
            KpiModel.unit,
            KpiModel.decimals,
            KpiModel.direction,
            KpiModel.frequency,
            KpiModel.starts_on,
            KpiModel.owner_id,
            UserModel.name.label("owner_name"),
            KpiModel.version,
            shared.c.level,
            KpiModel.id.in_(kpis_assigned()).label("assigned"),
            *dated.c,
        )
        .join(
            DashboardModel,
            (DashboardModel.organization_id == KpiModel.organization_id)
            & (DashboardModel.id == KpiModel.dashboard_id),
        )
        .join(
            UserModel,
            (UserModel.organization_id == KpiModel.organization_id)
            & (UserModel.id == KpiModel.owner_id),
        )
        .outerjoin(shared, shared.c.dashboard_id == KpiModel.dashboard_id)
        .join(dated, true())
        .where(
            KpiModel.organization_id == uow.principal.organization_id,
            KpiModel.deleted_at.is_(None),
        )
    )


def _views(uow: UnitOfWork, statement: Select[*tuple[Any, ...]]) -> tuple[Kpi, ...]:
    return tuple(view(row) for row in uow.session.execute(statement))


def view(row: Any) -> Kpi:
    """The KPI of a row that has all its columns, and its thresholds as arrays."""
    return Kpi(
        **{name: row._mapping[name] for name in _AS_THEY_ARE},
        direction=Direction(row.direction),
        frequency=Frequency(row.frequency),
        thresholds=dated_thresholds(row),
        level=Level(row.level) if row.level else None,
    )


_AS_THEY_ARE: Final = tuple(
    field.name
    for field in fields(Kpi)
    if field.name not in ("direction", "frequency", "thresholds", "level")
)


def kpi(uow: UnitOfWork, kpi_id: UUID) -> Kpi | None:
    """One KPI that is not deleted."""
    return next(iter(_views(uow, _kpis(uow).where(KpiModel.id == kpi_id))), None)


def kpi_with_code(uow: UnitOfWork, code: str) -> Kpi | None:
    """The KPI with this code, whatever the case."""
    return next(iter(_views(uow, _kpis(uow).where(KpiModel.code == code.strip().upper()))), None)


def kpis_by_id(uow: UnitOfWork, kpi_ids: Iterable[UUID]) -> Mapping[UUID, Kpi]:
    """The KPIs among ``kpi_ids`` that the actor may see."""
    found = _views(uow, _kpis(uow).where(KpiModel.id.in_(list(kpi_ids))))
    return {view.id: view for view in found}


def kpis_of(uow: UnitOfWork, dashboard_id: UUID | None) -> tuple[Kpi, ...]:
    """Every KPI of a dashboard, or of the organisation, by code: what an import matches against."""
    statement = _kpis(uow).order_by(KpiModel.code)
    if dashboard_id is not None:
        statement = statement.where(KpiModel.dashboard_id == dashboard_id)
    return _views(uow, statement)


def codes_like(uow: UnitOfWork, stem: str) -> frozenset[str]:
    """The codes in use that begin with ``stem``, so that a new one can differ."""
    return frozenset(
        uow.session.scalars(
            select(KpiModel.code).where(
                KpiModel.organization_id == uow.principal.organization_id,
                KpiModel.deleted_at.is_(None),
                func.starts_with(KpiModel.code, stem),
            )
        )
    )


def dated_thresholds(row: Any) -> tuple[DatedThresholds, ...]:
    """The thresholds of a row that holds them as arrays."""
    arrays = (row.each_valid_from, row.each_green, row.each_orange, row.each_red, row.each_target)
    return tuple(
        DatedThresholds(day, Thresholds(*numbers))
        for day, *numbers in zip(*(each or () for each in arrays), strict=True)
    )


# In the order of the keys, so that two transactions never wait for each other.
_LOCK = b"""
    select pg_advisory_xact_lock(key) from (
        select hashtextextended(id::text, 0) as key from unnest(%s::uuid[]) as id order by key
    ) as keys
"""
_SHARE = _LOCK.replace(b"_lock", b"_lock_shared")


def lock_definitions(uow: UnitOfWork, kpi_ids: Iterable[UUID], *, alone: bool) -> None:
    """Hold definitions and thresholds still until the transaction ends.

    Whoever enters a value shares the lock, whoever changes thresholds has it alone: a status is
    never computed with thresholds that are being replaced. Whoever enters many values has it alone
    as well, or two of them could each wait for where the other's KPIs stand (``kpi_state``). An
    advisory lock, because row locks ask for the right to update the row, which those who enter
    values need not have.
    """
    uow.driver.execute(_LOCK if alone else _SHARE, (sorted(kpi_ids),))


# -- who owes the values ---------------------------------------------------------------------------

_ASSIGNEE = func.coalesce(TeamModel.name, UserModel.name)
_MEMBERS = (
    select(func.count())
    .select_from(TeamMemberModel)
    .where(
        TeamMemberModel.organization_id == AssignmentModel.organization_id,
        TeamMemberModel.team_id == AssignmentModel.team_id,
    )
    .correlate(AssignmentModel)
    .scalar_subquery()
)


def _assignments(uow: UnitOfWork, kpi_id: UUID) -> Select[*tuple[Any, ...]]:
    assigner = aliased(UserModel)
    return (
        select(
            AssignmentModel.id,
            AssignmentModel.kpi_id,
            AssignmentModel.user_id,
            AssignmentModel.team_id,
            _ASSIGNEE.label("name"),
            _MEMBERS.label("members"),
            assigner.name.label("assigned_by"),
            AssignmentModel.assigned_at,
        )
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
        .join(
            assigner,
            (assigner.organization_id == AssignmentModel.organization_id)
            & (assigner.id == AssignmentModel.assigned_by),
        )
        .where(
            AssignmentModel.organization_id == uow.principal.organization_id,
            AssignmentModel.kpi_id == kpi_id,
        )
    )


def assignments(uow: UnitOfWork, kpi_id: UUID, page: PageRequest) -> Page[Assignment]:
    """One page of those who owe the values of a KPI."""
    return fetch_page(
        uow,
        _assignments(uow, kpi_id),
        page,
        sorts={"name": func.lower(_ASSIGNEE), "assigned_at": AssignmentModel.assigned_at},
        default="name",
        searched=(_ASSIGNEE,),
        tie=AssignmentModel.id,
    ).map(lambda row: Assignment(**{k: v for k, v in row._mapping.items() if k != "of_all"}))


def assignment(
    uow: UnitOfWork, kpi_id: UUID, user_id: UUID | None, team_id: UUID | None
) -> Assignment | None:
    """That a user or a team owes the values of a KPI."""
    columns = AssignmentModel
    one = columns.user_id == user_id if team_id is None else columns.team_id == team_id
    row = uow.session.execute(_assignments(uow, kpi_id).where(one)).one_or_none()
    return None if row is None else Assignment(**row._mapping)


def sees(uow: UnitOfWork, dashboard_id: UUID, user_id: UUID | None, team_id: UUID | None) -> bool:
    """Whether a dashboard is open to a user; to a team: to it as such, or to one of its members."""
    found = func.auth.dashboard_access(dashboard_id).table_valued(
        column("user_id", Uuid), name="found"
    )
    if team_id is None:
        return bool(uow.session.scalar(select(exists().where(found.c.user_id == user_id))))
    member = exists().where(
        TeamMemberModel.organization_id == uow.principal.organization_id,
        TeamMemberModel.team_id == team_id,
        TeamMemberModel.user_id == found.c.user_id,
    )
    shared = exists().where(
        ShareModel.organization_id == uow.principal.organization_id,
        ShareModel.dashboard_id == dashboard_id,
        ShareModel.team_id == team_id,
        func.coalesce(ShareModel.expires_at > func.now(), True),
    )
    return bool(uow.session.scalar(select(member | shared)))
