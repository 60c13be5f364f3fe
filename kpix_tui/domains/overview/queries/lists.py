"""Lists of KPIs with where they stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Text,
    Uuid,
    and_,
    func,
    lateral,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from kpix_tui.db.paging import Paged, paged
from kpix_tui.db.reach import kpis_assigned, shares_in_force
from kpix_tui.db.together import given
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards.models import DashboardModel
from kpix_tui.domains.kpis.models import AssignmentModel, KpiModel, thresholds_of
from kpix_tui.domains.overview.queries import states as of
from kpix_tui.domains.overview.rules import SPARK_PERIODS
from kpix_tui.domains.overview.views import KpiFilter, Move, Standing
from kpix_tui.domains.people.models import TeamMemberModel, TeamModel, UserModel
from kpix_tui.domains.plans.models import UNCLOSED, PlanModel
from kpix_tui.domains.values.models import KpiValueModel
from kpix_tui.kernel.paging import Page, PageRequest

_ORGANIZATION: Final = given("organization", Uuid)
_DASHBOARD: Final = given("dashboard", Uuid)
_TEAM: Final = given("team", Uuid)
_PROCESS: Final = given("process", Text)
_PAST: Final = given("past", Date)
_UNTIL: Final = given("until", Date)
_PRESENT: Final = given("present", Date)
_KEPT: Final = 128
"""Statements of lists: each is put together once, because that takes longer than a page."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What tells the statements of lists apart, whatever the values are."""

    past: bool
    standings: frozenset[Standing]
    move: Move | None
    missing: bool
    team: bool
    process: bool
    dashboard: bool
    sort: str | None
    text: bool


def _chosen(shape: _Shape, state: Any) -> Iterable[ColumnElement[bool]]:
    """What a state has to be like."""
    yield state.c.organization_id == _ORGANIZATION
    if shape.standings:
        yield of.stands_at_any(state, shape.standings)
    if shape.move is not None:
        yield _moved(state, shape.move)
    if shape.missing:
        yield of.unfed(state, _PRESENT)
    if shape.team:
        yield state.c.kpi_id.in_(of_team(_ORGANIZATION, _TEAM))
    if shape.dashboard:
        yield state.c.dashboard_id == _DASHBOARD
    if not shape.dashboard or shape.process:
        yield state.c.dashboard_id.in_(in_use(_ORGANIZATION, _PROCESS if shape.process else None))


def _moved(state: Any, move: Move) -> ColumnElement[bool]:
    before = of.rank_before(state)
    now = of.rank(state.c.status, state.c.critical)
    match move:
        case Move.WORSE:
            return of.worse(state)
        case Move.BETTER:
            return of.better(state)
        case Move.SAME:
            return now == before
        case _:
            return or_(now.is_(None), before.is_(None))


def of_team(organization: Any, team_id: Any) -> Select[Any]:
    """The ids of the KPIs that members own, or whose values the team owes."""
    owed = select(AssignmentModel.kpi_id).where(
        AssignmentModel.organization_id == organization, AssignmentModel.team_id == team_id
    )
    return select(KpiModel.id).where(
        KpiModel.organization_id == organization,
        or_(KpiModel.owner_id.in_(members(organization, team_id)), KpiModel.id.in_(owed)),
    )


def members(organization: Any, team_id: Any) -> Select[Any]:
    """The ids of the people in a team."""
    return select(TeamMemberModel.user_id).where(
        TeamMemberModel.organization_id == organization,
        TeamMemberModel.team_id == team_id,
    )


def in_use(organization: Any, process: Any) -> Select[Any]:
    """The ids of the dashboards that are not archived, of one process or (None) of all."""
    found = select(DashboardModel.id).where(
        DashboardModel.organization_id == organization,
        DashboardModel.archived_at.is_(None),
    )
    return found if process is None else found.where(DashboardModel.process == process)


def kpi_details(cut: Any, until: Any) -> Select[*tuple[Any, ...]]:
    """Everything that a row shows of the KPIs of ``cut``, a FROM element of states."""
    owner = aliased(UserModel)
    shared = shares_in_force()
    bands = of.in_force(func.coalesce(cut.c.period_end, until))
    around, owed = _values_around(cut, until), _assignees(cut)
    return (
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
            cut.c.status,
            cut.c.critical,
            cut.c.value,
            cut.c.period_start,
            cut.c.period_end,
            cut.c.distance,
            cut.c.previous_status,
            cut.c.previous_critical,
            cut.c.due_from,
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
            around.c.starts,
            around.c.numbers,
            around.c.statuses,
            around.c.criticals,
            owed.c.names,
            _open_plans(cut).label("open_plans"),
        )
        .select_from(cut)
        .join(KpiModel, _kpi_of(cut))
        .join(DashboardModel, _dashboard_of(cut))
        .join(
            owner,
            and_(owner.organization_id == KpiModel.organization_id, owner.id == KpiModel.owner_id),
        )
        .outerjoin(shared, shared.c.dashboard_id == KpiModel.dashboard_id)
        .outerjoin(bands, true())
        .join(around, true())
        .join(owed, true())
    )


def _values_around(cut: Any, until: Any) -> Any:
    """The last values of the KPI at hand, as many as a sparkline and a change may need: arrays."""
    values = (
        select(
            KpiValueModel.period_start,
            KpiValueModel.value,
            KpiValueModel.status,
            KpiValueModel.critical,
        )
        .where(
            KpiValueModel.organization_id == cut.c.organization_id,
            KpiValueModel.kpi_id == cut.c.kpi_id,
            KpiValueModel.period_start <= until,
        )
        .order_by(KpiValueModel.period_start.desc())
        .limit(SPARK_PERIODS + 1)
        .correlate(cut)
        .subquery("recent")
    )
    return lateral(
        select(
            func.array_agg(values.c.period_start).label("starts"),
            func.array_agg(values.c.value).label("numbers"),
            func.array_agg(values.c.status).label("statuses"),
            func.array_agg(values.c.critical).label("criticals"),
        ),
        name="around",
    )


def _assignees(cut: Any) -> Any:
    """The names of the users and teams who owe the values of the KPI at hand: an array."""
    name = func.coalesce(TeamModel.name, UserModel.name)
    return lateral(
        select(func.array_agg(aggregate_order_by(name, func.lower(name))).label("names"))
        .select_from(AssignmentModel)
        .outerjoin(
            UserModel,
            and_(
                UserModel.organization_id == AssignmentModel.organization_id,
                UserModel.id == AssignmentModel.user_id,
            ),
        )
        .outerjoin(
            TeamModel,
            and_(
                TeamModel.organization_id == AssignmentModel.organization_id,
                TeamModel.id == AssignmentModel.team_id,
            ),
        )
        .where(
            AssignmentModel.organization_id == cut.c.organization_id,
            AssignmentModel.kpi_id == cut.c.kpi_id,
        )
        .correlate(cut),
        name="owed",
    )


def _open_plans(cut: Any) -> Any:
    """How many actions about the KPI at hand are not closed."""
    return (
        select(func.count())
        .select_from(PlanModel)
        .where(
            PlanModel.organization_id == cut.c.organization_id,
            PlanModel.kpi_id == cut.c.kpi_id,
            PlanModel.deleted_at.is_(None),
            UNCLOSED,
        )
        .correlate(cut)
        .scalar_subquery()
    )


def kpis(
    uow: UnitOfWork,
    page: PageRequest,
    wanted: KpiFilter,
    *,
    dashboard_id: UUID | None,
    past: date | None,
    until: date,
    present: date,
) -> Page[Any]:
    """One page of KPI rows (not views yet) with their values up to ``until``.

    States are those of ``past`` (None: those that are kept); what has ended before ``present`` is
    over.
    """
    shape = _Shape(
        past is not None,
        wanted.standings,
        wanted.move,
        wanted.missing,
        wanted.team_id is not None,
        wanted.process is not None,
        dashboard_id is not None,
        page.sort,
        bool(page.text),
    )
    values = {
        "organization": uow.principal.organization_id,
        "dashboard": dashboard_id,
        "team": wanted.team_id,
        "process": wanted.process,
        "past": past,
        "until": until,
        "present": present,
    }
    return _list(shape).fetch(uow, page, values)


@lru_cache(maxsize=_KEPT)
def _list(shape: _Shape) -> Paged:
    state = of.states(_PAST if shape.past else None)
    statement = select(*state.c).where(*_chosen(shape, state))
    page = PageRequest(sort=shape.sort, text="any" if shape.text else "")
    owner, bands = aliased(UserModel), of.in_force(func.coalesce(state.c.period_end, _UNTIL))
    if page.text or page.column in _OF_THE_KPI:
        statement = _with_kpi(statement, state, owner)
    if page.column == "variance":
        statement = statement.outerjoin(bands, true())
    if page.column == "dashboard":
        statement = statement.join(DashboardModel, _dashboard_of(state))
    worst = of.worst(state)
    return paged(
        statement,
        page,
        sorts={
            "worst": worst,
            "status": worst,
            "code": KpiModel.code,
            "name": func.lower(KpiModel.name),
            "value": state.c.value,
            "period": state.c.period_start,
            "variance": state.c.value - bands.c.green,
            "missing": state.c.due_from,
            "owner": func.lower(owner.name),
            "dashboard": func.lower(DashboardModel.title),
        },
        default="worst",
        searched=(KpiModel.code, KpiModel.name),
        tie=state.c.kpi_id,
        details=lambda cut: kpi_details(cut, _UNTIL),
    )


_OF_THE_KPI = frozenset({"code", "name", "owner", "variance"})


def _with_kpi(
    statement: Select[*tuple[Any, ...]], state: Any, owner: Any
) -> Select[*tuple[Any, ...]]:
    """With the definition and its owner, for what sorts by them or searches them."""
    return statement.join(KpiModel, _kpi_of(state)).join(
        owner,
        and_(owner.organization_id == KpiModel.organization_id, owner.id == KpiModel.owner_id),
    )


def _kpi_of(state: Any) -> ColumnElement[bool]:
    return and_(KpiModel.organization_id == state.c.organization_id, KpiModel.id == state.c.kpi_id)


def _dashboard_of(state: Any) -> ColumnElement[bool]:
    return and_(
        DashboardModel.organization_id == state.c.organization_id,
        DashboardModel.id == state.c.dashboard_id,
    )


def kpi(uow: UnitOfWork, kpi_id: UUID, *, past: date | None, until: date) -> Any:
    """One KPI row (not a view yet) with its whole definition, on an archived dashboard too."""
    state = of.states(past)
    cut = select(*state.c).where(
        state.c.organization_id == uow.principal.organization_id, state.c.kpi_id == kpi_id
    )
    dated = thresholds_of(KpiModel)
    first = (
        select(func.min(KpiValueModel.period_start))
        .where(
            KpiValueModel.organization_id == KpiModel.organization_id,
            KpiValueModel.kpi_id == KpiModel.id,
        )
        .correlate(KpiModel)
        .scalar_subquery()
    )
    statement = (
        kpi_details(cut.subquery(), until)
        .join(dated, true())
        .add_columns(KpiModel.description, first.label("first_period"), *dated.c)
        .where(KpiModel.deleted_at.is_(None))
    )
    return uow.session.execute(statement).one_or_none()
