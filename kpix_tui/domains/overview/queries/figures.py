"""What the overview counts, and the first KPIs of each of its lists: two statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from kpix_tui.db.paging import contains, ordering
from kpix_tui.db.together import Compiled, compiled, fetch_together, given
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards.models import DashboardModel
from kpix_tui.domains.kpis.models import KpiModel
from kpix_tui.domains.overview.queries import states as of
from kpix_tui.domains.overview.queries.lists import in_use, kpi_details, members, of_team
from kpix_tui.domains.overview.views import (
    FigureRow,
    Figures,
    Grouping,
    Moves,
    OverviewFilter,
    PlanCounts,
    Standing,
    StatusCounts,
)
from kpix_tui.domains.plans.models import UNCLOSED, PlanModel
from kpix_tui.domains.plans.rules import end_of_week
from kpix_tui.domains.plans.views import Verdict
from kpix_tui.kernel.paging import Page, PageRequest

WORST, WORSENING, UNFED = LISTS = ("worst", "worsening", "unfed")
_NOW: Final = {one: f"now_{one.lower()}" for one in Standing}
_WAS: Final = {one: f"was_{one.lower()}" for one in Standing}
_OF_KPIS: Final = (*_NOW.values(), *_WAS.values(), "better", "worse", "same", "unknown", "missing")
_OF_PLANS: Final = ("pending", "overdue", "this_week", "not_effective")
_COUNTS: Final = (*_OF_KPIS, *_OF_PLANS)


_ORGANIZATION: Final = given("organization", Uuid)
_PAST: Final = given("past", Date)
_PRESENT: Final = given("present", Date)
_UNTIL: Final = given("until", Date)
_TODAY: Final = given("today", Date)
_SUNDAY: Final = given("sunday", Date)
_PROCESS: Final = given("process", Text)
_TEAM: Final = given("team", Uuid)
_TEXT: Final = given("text", Text)
_OFFSET: Final = given("offset", Integer)
_LIMIT: Final = given("limit", Integer)
_TOP: Final = given("top", Integer)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: as of which day (``past`` None: states as they are kept); what has ended
    before ``present`` is over."""

    wanted: OverviewFilter
    past: date | None
    present: date

    @property
    def shape(self) -> Shape:
        """What its statements are made of."""
        wanted = self.wanted
        return Shape(self.past is not None, wanted.process is not None, wanted.team_id is not None)

    def values(self, uow: UnitOfWork, page: PageRequest, top: int = 0) -> dict[str, Any]:
        """The values of its statements."""
        return {
            "organization": uow.principal.organization_id,
            "past": self.past,
            "present": self.present,
            "until": self.wanted.until or uow.today,
            "today": uow.today,
            "sunday": end_of_week(uow.today),
            "process": self.wanted.process,
            "team": self.wanted.team_id,
            "text": page.text,
            "offset": page.offset,
            "limit": page.limit,
            "top": top,
        }


@dataclass(frozen=True, slots=True)
class Shape:
    """What tells statements apart, whatever is asked for: of the past, of a process, of a team."""

    past: bool
    process: bool
    team: bool

    @property
    def states(self) -> Any:
        """Where KPIs stand."""
        return of.states(_PAST if self.past else None)

    @property
    def boards(self) -> Select[Any]:
        """The ids of the dashboards that count."""
        return in_use(_ORGANIZATION, _PROCESS if self.process else None)

    def chosen(self, state: Any) -> Iterable[ColumnElement[bool]]:
        """What a state has to be like, its dashboard apart."""
        yield state.c.organization_id == _ORGANIZATION
        if self.team:
            yield state.c.kpi_id.in_(of_team(_ORGANIZATION, _TEAM))


def _counted(state: Any) -> dict[str, Any]:
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
        "missing": how_many.filter(of.unfed(state, _PRESENT)),
    }


def _of_dashboards(shape: Shape) -> Any:
    """The counts of each dashboard in use, with its title and process."""
    state = shape.states
    counts = _counted(state).items()
    counted = (
        select(state.c.dashboard_id, *(count.label(name) for name, count in counts))
        .where(*shape.chosen(state))
        .group_by(state.c.dashboard_id)
        .subquery("counted")
    )
    board = shape.boards.add_columns(DashboardModel.title, DashboardModel.process).subquery("board")
    plans = _plans(shape)
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


def _plans(shape: Shape) -> Any:
    """The actions of each dashboard, counted; of a team those that its members own."""
    gone = select(KpiModel.id).where(
        KpiModel.organization_id == _ORGANIZATION, KpiModel.deleted_at.is_not(None)
    )
    not_effective = PlanModel.verdict == Verdict.NOT_EFFECTIVE.value
    counts = {
        "pending": UNCLOSED,
        "overdue": and_(UNCLOSED, PlanModel.due_on < _TODAY),
        "this_week": and_(UNCLOSED, PlanModel.due_on.between(_TODAY, _SUNDAY)),
        "not_effective": not_effective,
    }
    found = select(
        PlanModel.dashboard_id,
        *(func.count().filter(condition).label(name) for name, condition in counts.items()),
    ).where(
        PlanModel.organization_id == _ORGANIZATION,
        PlanModel.deleted_at.is_(None),
        PlanModel.kpi_id.not_in(gone),
        or_(UNCLOSED, not_effective),
    )
    if shape.team:
        found = found.where(PlanModel.owner_id.in_(members(_ORGANIZATION, _TEAM)))
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


@lru_cache(maxsize=128)
def _lines(shape: Shape, grouping: Grouping, sort: str | None, *, searched: bool) -> Compiled:
    """One page of processes or dashboards with their counts, and on each row the totals, which
    are of all of them, whatever text a page looks for."""
    line = _of_dashboards(shape)
    if grouping is Grouping.PROCESS:
        line = _of_processes(line)
    totals = (func.sum(line.c[name]).over().label(f"all_{name}") for name in _COUNTS)
    line = select(line, *totals).subquery("totalled")
    found = select(line, func.count().over().label("of_all"))
    if searched:
        found = found.where(contains(_TEXT, line.c.title, line.c.process))
    order = ordering(PageRequest(sort=sort), _sorts(line), "worst")
    return compiled(
        found.order_by(*order, line.c.process, line.c.title).offset(_OFFSET).limit(_LIMIT)
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


@lru_cache(maxsize=8)
def _first_of(shape: Shape) -> Compiled:
    """The first KPIs of each list, with everything that a row shows."""
    state = shape.states
    # Read once for the three lists: policies and dashboards are looked at for every row.
    seen = (
        select(*state.c)
        .where(*shape.chosen(state), state.c.dashboard_id.in_(shape.boards))
        .cte("seen")
    )
    worst = of.worst(seen)
    lists = {
        WORST: (seen.c.distance > 0, worst),
        WORSENING: (of.worse(seen), worst),
        UNFED: (of.unfed(seen, _PRESENT), (seen.c.due_on, *worst)),
    }
    cut = union_all(
        *(select(_cut(seen, name, order, condition)) for name, (condition, order) in lists.items())
    ).subquery("cut")
    return compiled(
        kpi_details(cut, _UNTIL)
        .add_columns(cut.c["list"].label("of_list"), cut.c.place)
        .order_by(cut.c["list"], cut.c.place)
    )


def _cut(seen: Any, name: str, order: tuple[Any, ...], condition: Any) -> Any:
    """The states of one list, each with its place."""
    keys = [each.label(f"key_{at}") for at, each in enumerate((*order, seen.c.kpi_id))]
    # Cut before places are given, so that no more than the first ones are sorted.
    first = (
        select(seen, *keys)
        .where(condition)
        .order_by(*(key.asc().nulls_last() for key in keys))
        .limit(_TOP)
        .subquery()
    )
    again = (first.c[key.name].asc().nulls_last() for key in keys)
    place = func.row_number().over(order_by=list(again)).label("place")
    states = (first.c[column.name] for column in seen.c)
    return select(literal(name).label("list"), place, *states).subquery()


def overview(
    uow: UnitOfWork, asked: Question, grouping: Grouping, page: PageRequest, top: int
) -> tuple[Figures, Page[FigureRow], dict[str, list[Any]]]:
    """Totals, lines, and rows of KPIs (not views yet) by list; in one round trip."""
    lines, first = fetch_together(
        uow,
        _lines(asked.shape, grouping, page.sort, searched=bool(page.text)),
        _first_of(asked.shape),
        values=asked.values(uow, page, top),
    )
    by_list: dict[str, list[Any]] = {name: [] for name in LISTS}
    for row in first:
        by_list[row.of_list].append(row)
    return _totals(lines), _page(lines, page), by_list


def lines(
    uow: UnitOfWork, asked: Question, grouping: Grouping, page: PageRequest
) -> Page[FigureRow]:
    """Another page of lines."""
    (rows,) = fetch_together(
        uow,
        _lines(asked.shape, grouping, page.sort, searched=bool(page.text)),
        values=asked.values(uow, page),
    )
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
