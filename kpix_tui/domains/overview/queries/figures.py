"""What the overview counts, and the first KPIs of each of its lists: two statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, and_, func, literal, null, or_, select, union_all

from kpix_tui.db.paging import contains, ordering
from kpix_tui.db.together import fetch_together
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards.models import DashboardModel
from kpix_tui.domains.kpis.models import KpiModel
from kpix_tui.domains.overview.queries import states as of
from kpix_tui.domains.overview.queries.lists import chosen, in_use, kpi_details, members
from kpix_tui.domains.overview.views import (
    FigureRow,
    Figures,
    Grouping,
    KpiFilter,
    Moves,
    OverviewFilter,
    PlanCounts,
    Standing,
    StatusCounts,
)
from kpix_tui.domains.plans.models import PlanModel
from kpix_tui.domains.plans.rules import end_of_week
from kpix_tui.domains.plans.views import PlanStatus, Verdict
from kpix_tui.kernel.paging import Page, PageRequest

WORST, WORSENING, UNFED = LISTS = ("worst", "worsening", "unfed")
_NOW: Final = {one: f"now_{one.lower()}" for one in Standing}
_WAS: Final = {one: f"was_{one.lower()}" for one in Standing}
_OF_KPIS: Final = (*_NOW.values(), *_WAS.values(), "better", "worse", "same", "unknown", "missing")
_OF_PLANS: Final = ("pending", "overdue", "this_week", "not_effective")
_COUNTS: Final = (*_OF_KPIS, *_OF_PLANS)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: as of which day (``past`` None: states as they are kept); what has ended
    before ``present`` is over."""

    wanted: OverviewFilter
    past: date | None
    present: date

    def chosen(self, uow: UnitOfWork, state: Any) -> tuple[Any, ...]:
        """What a state has to be like, its dashboard apart."""
        kept = KpiFilter(team_id=self.wanted.team_id)
        return (
            state.c.organization_id == uow.principal.organization_id,
            *chosen(uow, state, kept, self.present),
        )


def _counted(state: Any, present: date) -> dict[str, Any]:
    """Every count, by its name in the statement."""
    how_many = func.count()
    now, before = of.rank(state.c.status, state.c.critical), of.rank_before(state)
    return {
        **{name: how_many.filter(of.stands(state, one)) for one, name in _NOW.items()},
        **{name: how_many.filter(of.stood(state, one)) for one, name in _WAS.items()},
        "better": how_many.filter(of.better(state)),
        "worse": how_many.filter(of.worse(state)),
        "same": how_many.filter(now == before),
        "unknown": how_many.filter(or_(now.is_(None), before.is_(None))),
        "missing": how_many.filter(of.unfed(state, present)),
    }


def _of_dashboards(uow: UnitOfWork, asked: Question) -> Any:
    """The counts of each dashboard in use, with its title and process."""
    state = of.states(asked.past)
    counts = _counted(state, asked.present).items()
    counted = (
        select(state.c.dashboard_id, *(count.label(name) for name, count in counts))
        .where(*asked.chosen(uow, state))
        .group_by(state.c.dashboard_id)
        .subquery("counted")
    )
    board = (
        in_use(uow, asked.wanted.process)
        .add_columns(DashboardModel.title, DashboardModel.process)
        .subquery("board")
    )
    plans = _plans(uow, asked.wanted)
    return (
        select(
            board.c.id.label("dashboard_id"),
            board.c.title,
            board.c.process,
            *(func.coalesce(counted.c[name], 0).label(name) for name in _OF_KPIS),
            *(func.coalesce(plans.c[name], 0).label(name) for name in _OF_PLANS),
        )
        .outerjoin(counted, counted.c.dashboard_id == board.c.id)
        .outerjoin(plans, plans.c.dashboard_id == board.c.id)
        .where(or_(counted.c.dashboard_id.is_not(None), plans.c.dashboard_id.is_not(None)))
        .subquery("line")
    )


def _plans(uow: UnitOfWork, wanted: OverviewFilter) -> Any:
    """The actions of each dashboard, counted; of a team those that its members own."""
    organization, today = uow.principal.organization_id, uow.today
    pending = PlanModel.status.in_([each.value for each in PlanStatus if not each.closed])
    gone = select(KpiModel.id).where(
        KpiModel.organization_id == organization, KpiModel.deleted_at.is_not(None)
    )
    counts = {
        "pending": pending,
        "overdue": and_(pending, PlanModel.due_on < today),
        "this_week": and_(pending, PlanModel.due_on.between(today, end_of_week(today))),
        "not_effective": PlanModel.verdict == Verdict.NOT_EFFECTIVE.value,
    }
    found = select(
        PlanModel.dashboard_id,
        *(func.count().filter(condition).label(name) for name, condition in counts.items()),
    ).where(
        PlanModel.organization_id == organization,
        PlanModel.deleted_at.is_(None),
        PlanModel.kpi_id.not_in(gone),
    )
    if wanted.team_id is not None:
        found = found.where(PlanModel.owner_id.in_(members(uow, wanted.team_id)))
    return found.group_by(PlanModel.dashboard_id).subquery("plans")


def _of_processes(line: Any) -> Any:
    """The counts of each process: those of its dashboards, added up."""
    return (
        select(
            null().label("dashboard_id"),
            line.c.process.label("title"),
            line.c.process,
            *(func.sum(line.c[name]).label(name) for name in _COUNTS),
        )
        .group_by(line.c.process)
        .subquery("process")
    )


def _lines(
    uow: UnitOfWork, asked: Question, grouping: Grouping, page: PageRequest
) -> Select[*tuple[Any, ...]]:
    """One page of processes or dashboards with their counts, and on each row the totals, which
    are of all of them, whatever text a page looks for."""
    line = _of_dashboards(uow, asked)
    if grouping is Grouping.PROCESS:
        line = _of_processes(line)
    totals = (func.sum(line.c[name]).over().label(f"all_{name}") for name in _COUNTS)
    line = select(line, *totals).subquery("totalled")
    found = select(line, func.count().over().label("of_all"))
    if page.text:
        found = found.where(contains(page.text, line.c.title, line.c.process))
    return (
        found.order_by(*ordering(page, _sorts(line), "worst"), line.c.process, line.c.title)
        .offset(page.offset)
        .limit(page.limit)
    )


def _sorts(line: Any) -> dict[str, Any]:
    """What lines are sorted by: names from A, numbers from the greatest."""
    red = line.c.now_critical + line.c.now_red
    title = func.lower(line.c.title)
    kpis = sum((line.c[name] for name in _NOW.values()), literal(0))
    return {
        "worst": (-red, -line.c.now_orange, -line.c.missing, title),
        "title": title,
        "process": (func.lower(line.c.process), title),
        "kpis": -kpis,
        **{one.lower(): -line.c[name] for one, name in _NOW.items()},
        **{name: -line.c[name] for name in ("better", "worse", "missing", *_OF_PLANS)},
    }


def _first_of(uow: UnitOfWork, asked: Question, top: int) -> Select[*tuple[Any, ...]]:
    """The first ``top`` KPIs of each list, with everything that a row shows."""
    state = of.states(asked.past)
    worst = of.worst(state)
    lists = {
        WORST: (state.c.distance > 0, worst),
        WORSENING: (of.worse(state), worst),
        UNFED: (of.unfed(state, asked.present), (state.c.due_on, *worst)),
    }
    where = (
        *asked.chosen(uow, state),
        state.c.dashboard_id.in_(in_use(uow, asked.wanted.process)),
    )
    cut = union_all(
        *(
            select(_cut(state, name, order, top, condition, *where))
            for name, (condition, order) in lists.items()
        )
    ).subquery("cut")
    return (
        kpi_details(cut, asked.wanted.until or uow.today)
        .add_columns(cut.c["list"].label("of_list"), cut.c.place)
        .order_by(cut.c["list"], cut.c.place)
    )


def _cut(state: Any, name: str, order: tuple[Any, ...], top: int, *where: Any) -> Any:
    """The states of one list, each with its place."""
    sorted_by = tuple(each.asc().nulls_last() for each in (*order, state.c.kpi_id))
    place = func.row_number().over(order_by=sorted_by).label("place")
    listed = select(literal(name).label("list"), place, *state.c).where(*where)
    return listed.order_by(*sorted_by).limit(top).subquery()


def overview(
    uow: UnitOfWork, asked: Question, grouping: Grouping, page: PageRequest, top: int
) -> tuple[Figures, Page[FigureRow], dict[str, list[Any]]]:
    """Totals, lines, and rows of KPIs (not views yet) by list; in one round trip."""
    lines, first = fetch_together(
        uow, _lines(uow, asked, grouping, page), _first_of(uow, asked, top)
    )
    by_list: dict[str, list[Any]] = {name: [] for name in LISTS}
    for row in first:
        by_list[row.of_list].append(row)
    return _totals(lines), _page(lines, page), by_list


def lines(
    uow: UnitOfWork, asked: Question, grouping: Grouping, page: PageRequest
) -> Page[FigureRow]:
    """Another page of lines."""
    (rows,) = fetch_together(uow, _lines(uow, asked, grouping, page))
    return _page(rows, page)


def _page(rows: list[Any], page: PageRequest) -> Page[FigureRow]:
    total = rows[0].of_all if rows else 0
    views = (FigureRow(row.dashboard_id, row.title, row.process, _figures(row, "")) for row in rows)
    return Page(tuple(views), total, page.offset)


def _totals(rows: list[Any]) -> Figures:
    return _figures(rows[0], "all_") if rows else Figures()


def _figures(row: Any, prefix: str) -> Figures:
    counts = {name: int(getattr(row, prefix + name)) for name in _COUNTS}
    moves = Moves(*(counts[name] for name in ("better", "worse", "same", "unknown")))
    plans = PlanCounts(*(counts[name] for name in _OF_PLANS))
    now, before = _statuses(counts, _NOW), _statuses(counts, _WAS)
    return Figures(now, before, moves, counts["missing"], plans)


def _statuses(counts: Mapping[str, int], names: Mapping[Standing, str]) -> StatusCounts:
    critical = counts[names[Standing.CRITICAL]]
    return StatusCounts(
        green=counts[names[Standing.GREEN]],
        orange=counts[names[Standing.ORANGE]],
        red=counts[names[Standing.RED]] + critical,
        critical=critical,
        no_data=counts[names[Standing.NO_DATA]],
    )
