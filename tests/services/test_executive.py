"""The overview: what it counts is what one counts by hand, and every number has its list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kpix_tui.access.permissions import Permission, Scope
from kpix_tui.app.context import Context
from kpix_tui.domains.dashboards.service import archive_dashboard
from kpix_tui.domains.dashboards.views import Dashboard
from kpix_tui.domains.kpis.service import assign_entry, delete_kpi
from kpix_tui.domains.kpis.views import Kpi, Status, StatusOf
from kpix_tui.domains.overview import service
from kpix_tui.domains.overview.errors import TooLongAgo
from kpix_tui.domains.overview.views import (
    FigureRow,
    Grouping,
    KpiFilter,
    KpiRow,
    Move,
    OverviewFilter,
    PlanCounts,
    Standing,
)
from kpix_tui.domains.people.service import add_member, create_team
from kpix_tui.domains.plans.service import list_plans
from kpix_tui.domains.plans.views import Due, PlanFilter, PlanStatus, Verdict
from kpix_tui.kernel.errors import Forbidden
from kpix_tui.kernel.paging import PageRequest
from tests.services import factory, people, plans
from tests.support.plans import recorded

AUGUST, SEPTEMBER, OCTOBER = (date(2026, month, 1) for month in (8, 9, 10))
EVERY = PageRequest(limit=1000)


def series(context: Context, board: Dashboard, name: str, *numbers: str | None, **ways: Any) -> Kpi:
    """A KPI with values from August on; None leaves a month out."""
    made = factory.kpi(context, board, name, **ways)
    for day, number in zip((AUGUST, SEPTEMBER, OCTOBER), numbers, strict=False):
        if number is not None:
            factory.value(context, made, day, number)
    return made


@pytest.fixture
def world(context: Context) -> dict[str, Any]:
    """Two processes, three dashboards, KPIs that went every way."""
    trains = factory.dashboard(context, "Trains", "Transport")
    buses = factory.dashboard(context, "Buses", "Transport")
    plant = factory.dashboard(context, "Plant", "Energy")
    made = {
        "fell": series(context, trains, "fell", "96", "97", "93"),
        "fell far": series(context, trains, "fell far", None, "97", "80"),
        "redder": series(context, trains, "redder", None, "91", "87.9"),
        "rose": series(context, buses, "rose", None, "90", "99"),
        "same": series(context, buses, "same", None, "93", "92"),
        "gap": series(context, buses, "gap", "99", None, "91"),
        "late": series(context, plant, "late", "99", "90"),
        "never": series(context, plant, "never", starts_on=date(2026, 6, 3)),
        "nothing": series(context, plant, "nothing"),
    }
    gone = series(context, plant, "gone", "1", "1", "1")
    context.run(delete_kpi, gone.id)
    old = factory.dashboard(context, "Old", "Transport")
    series(context, old, "archived", "1", "1", "1")
    context.run(archive_dashboard, old.id, archived=True)
    return {"boards": {"Trains": trains, "Buses": buses, "Plant": plant}, "kpis": made}


def names(rows: Iterable[KpiRow]) -> list[str]:
    """What the KPIs are called."""
    return [row.name for row in rows]


def test_what_is_counted(context: Context, world: dict[str, Any]) -> None:
    found = context.run(service.overview)
    now, before, moves = found.totals.statuses, found.totals.before, found.totals.moves
    assert (now.green, now.orange, now.red, now.critical, now.no_data) == (1, 2, 4, 2, 2)
    assert (before.green, before.orange, before.red, before.critical, before.no_data) == (
        3,
        1,
        2,
        0,
        3,
    )
    assert (moves.better, moves.worse, moves.same, moves.unknown) == (1, 4, 1, 3)
    assert found.totals.missing == 2
    assert now.total == before.total == 9


def test_the_lists_are_those_that_need_somebody(context: Context, world: dict[str, Any]) -> None:
    found = context.run(service.overview)
    assert names(found.worst) == ["fell far", "redder", "late", "gap", "same", "fell"]
    assert names(found.worsening) == ["fell far", "redder", "late", "fell"]
    assert names(found.unfed) == ["never", "late"]
    worst = found.worst[0]
    assert (worst.distance, worst.before) == (Decimal(5), StatusOf(Status.GREEN))
    assert [point.value for point in worst.spark[-2:]] == [97, 80]
    assert found.worst[3].before == StatusOf(Status.NO_DATA)
    never, late = found.unfed
    assert (never.missing_since, never.missing) == (date(2026, 6, 1), 5)
    assert (late.missing_since, late.missing, late.owed_by) == (OCTOBER, 1, ("Ada Admin",))


def test_each_line_adds_up(context: Context, world: dict[str, Any]) -> None:
    by_process = context.run(service.overview).rows
    assert {row.title: row.figures.statuses.total for row in by_process.rows} == {
        "Transport": 6,
        "Energy": 3,
    }
    assert [row.title for row in by_process.rows] == ["Transport", "Energy"]
    by_dashboard = context.run(service.overview, grouping=Grouping.DASHBOARD)
    assert {row.title: row.figures.moves.worse for row in by_dashboard.rows.rows} == {
        "Trains": 3,
        "Buses": 0,
        "Plant": 1,
    }
    totals = Counter[str]()
    for row in by_dashboard.rows.rows:
        totals["missing"] += row.figures.missing
        totals["red"] += row.figures.statuses.red
    assert totals == {"missing": 2, "red": 4}
    assert by_dashboard.totals == context.run(service.overview).totals


@pytest.mark.parametrize("grouping", Grouping)
@pytest.mark.parametrize("until", [None, date(2026, 9, 30), date(2026, 8, 31)])
def test_every_number_has_its_list(
    context: Context, world: dict[str, Any], grouping: Grouping, until: date | None
) -> None:
    wanted = OverviewFilter(until=until)
    lines = context.run(service.overview, wanted, grouping).rows.rows
    assert lines
    for line in lines:
        for number, behind in numbers(line):
            page = context.run(
                service.list_kpis,
                EVERY,
                dashboard_id=line.dashboard_id,
                wanted=KpiFilter(process=line.process, **behind),
                until=until,
            )
            assert page.total == len(page.rows) == number, (line.title, behind)


def numbers(line: FigureRow) -> Iterable[tuple[int, dict[str, Any]]]:
    """Each number of a line with the filter that finds what it counts."""
    now, moves = line.figures.statuses, line.figures.moves
    yield now.total, {}
    yield now.critical, {"standings": frozenset({Standing.CRITICAL})}
    yield now.red - now.critical, {"standings": frozenset({Standing.RED})}
    yield now.red, {"standings": frozenset({Standing.RED, Standing.CRITICAL})}
    yield now.orange, {"standings": frozenset({Standing.ORANGE})}
    yield now.green, {"standings": frozenset({Standing.GREEN})}
    yield now.no_data, {"standings": frozenset({Standing.NO_DATA})}
    yield moves.better, {"move": Move.BETTER}
    yield moves.worse, {"move": Move.WORSE}
    yield moves.same, {"move": Move.SAME}
    yield moves.unknown, {"move": Move.UNKNOWN}
    yield line.figures.missing, {"missing": True}


def test_as_of_a_past_day(context: Context, world: dict[str, Any]) -> None:
    found = context.run(service.overview, OverviewFilter(until=date(2026, 9, 30)))
    assert found.day == date(2026, 9, 30)
    assert names(found.worst) == ["rose", "late", "redder", "same"]
    assert names(found.worsening) == ["late"]
    assert {row.name: row.missing_since for row in found.unfed} == {
        "never": date(2026, 6, 1),
        "gap": SEPTEMBER,
    }


def test_what_is_kept_and_what_is_computed_are_the_same(
    context: Context, world: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = context.run(service.overview)
    rows = context.run(service.list_kpis, EVERY).rows
    monkeypatch.setattr(service, "_past", lambda _uow, until: until)
    assert context.run(service.overview) == kept
    assert context.run(service.list_kpis, EVERY).rows == rows


def test_who_reads_no_values_still_sees_the_kpis(
    context: Context, as_person: Callable[[str], Context], world: dict[str, Any]
) -> None:
    cells = {Permission.DASHBOARD_READ: Scope.ORGANIZATION, Permission.KPI_READ: Scope.ORGANIZATION}
    people.give(context, "viewer", cells, "No values")
    found = as_person("acme/viewer").run(service.overview)
    assert (found.totals.statuses.total, found.totals.statuses.no_data) == (9, 9)
    assert found.worst == ()
    dashboards = as_person("acme/viewer").run(service.list_dashboards).rows
    assert sum(row.statuses.total for row in dashboards) == 9


def test_who_may_not_read_is_told_so(context: Context, as_person: Callable[[str], Context]) -> None:
    people.give(context, "viewer", {Permission.DASHBOARD_READ: Scope.ORGANIZATION}, "No KPIs")
    for use_case in (service.overview, service.overview_lines):
        with pytest.raises(Forbidden):
            as_person("acme/viewer").run(use_case)


def test_filters_by_process_and_team(context: Context, world: dict[str, Any]) -> None:
    energy = context.run(service.overview, OverviewFilter(process="Energy"))
    assert energy.totals.statuses.total == 3
    assert [row.title for row in energy.rows.rows] == ["Energy"]
    assert names(energy.worst) == ["late"]
    team = context.run(create_team, "Drivers")
    context.run(add_member, team.id, people.person(context, "viewer"))
    drivers = OverviewFilter(team_id=team.id)
    assert context.run(service.overview, drivers).totals.statuses.total == 0
    context.run(assign_entry, world["kpis"]["gap"].id, team_id=team.id)
    found = context.run(service.overview, drivers)
    assert names(found.worst) == ["gap"]
    assert found.worst[0].owed_by == ("Drivers",)
    context.run(add_member, team.id, people.person(context, "admin"))
    assert context.run(service.overview, drivers).totals.statuses.total == 9
    assert context.run(service.list_kpis, wanted=KpiFilter(team_id=team.id)).total == 9


def test_the_same_question_about_something_else_has_another_answer(
    context: Context, world: dict[str, Any]
) -> None:
    """Its statement is kept; what it is about is not."""
    boards = world["boards"]
    with context.unit_of_work() as uow:
        for process, total in (("Energy", 3), ("Transport", 6), ("Energy", 3), ("None", 0)):
            found = service.overview(uow, OverviewFilter(process=process))
            assert found.totals.statuses.total == total
        for day, worst in ((SEPTEMBER, "rose"), (OCTOBER, "fell far"), (AUGUST, None)):
            until = OverviewFilter(until=day.replace(day=28))
            assert next(iter(names(service.overview(uow, until).worst)), None) == worst
        for text in ("Trains", "Plant", "Trains"):
            page = PageRequest(text=text.lower())
            lines = service.overview_lines(uow, page, grouping=Grouping.DASHBOARD).rows
            assert [line.dashboard_id for line in lines] == [boards[text].id]
        for top in (1, 3, 2):
            assert len(service.overview(uow, top=top).worst) == top


def test_actions_are_counted_as_their_list_counts_them(
    context: Context, world: dict[str, Any]
) -> None:
    kpis = world["kpis"]
    plans.plan(context, kpis["fell"], "overdue", due_on=date(2026, 11, 20))
    plans.plan(context, kpis["fell far"], "this week", due_on=date(2026, 11, 22))
    plans.plan(context, kpis["late"], "later", due_on=date(2026, 12, 24))
    done = plans.plan(context, kpis["late"], "done")
    plans.move(context, done, PlanStatus.IN_PROGRESS, PlanStatus.DONE)
    found = context.run(service.overview)
    assert found.totals.plans == PlanCounts(pending=3, overdue=1, this_week=1, not_effective=0)
    by_process = {row.title: row.figures.plans for row in found.rows.rows}
    assert by_process["Transport"] == PlanCounts(2, 1, 1, 0)
    assert by_process["Energy"] == PlanCounts(1, 0, 0, 0)
    pending = frozenset({PlanStatus.OPEN, PlanStatus.IN_PROGRESS})
    for kept, number in (
        (PlanFilter(statuses=pending), 3),
        (PlanFilter(due=Due.OVERDUE), 1),
        (PlanFilter(due=Due.THIS_WEEK), 1),
        (PlanFilter(verdict=Verdict.NOT_EFFECTIVE), 0),
        (PlanFilter(statuses=pending, process="Transport"), 2),
    ):
        assert context.run(list_plans, EVERY, kept).total == number
    context.run(delete_kpi, kpis["late"].id)
    assert context.run(service.overview).totals.plans.pending == 2


def test_actions_of_a_team_are_those_of_its_members(
    context: Context, world: dict[str, Any]
) -> None:
    team = context.run(create_team, "Drivers")
    context.run(add_member, team.id, people.person(context, "manager"))
    owner = people.person(context, "manager")
    plans.plan(context, world["kpis"]["fell"], owner_id=owner)
    plans.plan(context, world["kpis"]["fell"])
    found = context.run(service.overview, OverviewFilter(team_id=team.id))
    assert (found.totals.plans.pending, found.totals.statuses.total) == (1, 0)
    kept = PlanFilter(team_id=team.id)
    assert context.run(list_plans, EVERY, kept).total == 1


def test_a_dashboard_without_a_process_is_a_line_of_its_own(context: Context) -> None:
    series(context, factory.dashboard(context, "Loose", ""), "free", "99")
    found = context.run(service.overview)
    assert [(row.title, row.process) for row in found.rows.rows] == [("", "")]
    assert context.run(service.list_kpis, wanted=KpiFilter(process="")).total == 1


def test_nothing_at_all(context: Context) -> None:
    found = context.run(service.overview)
    assert (found.totals.statuses.total, found.rows.total, found.worst) == (0, 0, ())


def test_the_first_years_are_refused(context: Context) -> None:
    with pytest.raises(TooLongAgo):
        context.run(service.overview, OverviewFilter(until=date(99, 1, 1)))


@pytest.mark.parametrize(
    "sort",
    [
        *("worst", "title", "process", "kpis", "critical", "red", "orange", "green", "no_data"),
        *("better", "worse", "missing"),
    ],
)
def test_lines_are_sorted_and_cut_in_sql(
    context: Context, world: dict[str, Any], sort: str
) -> None:
    whole = context.run(service.overview_lines, PageRequest(sort=sort), grouping=Grouping.DASHBOARD)
    assert len(whole.rows) == whole.total == 3
    pages = [
        context.run(
            service.overview_lines,
            PageRequest(offset=offset, limit=1, sort=sort),
            grouping=Grouping.DASHBOARD,
        )
        for offset in range(3)
    ]
    assert tuple(page.rows[0] for page in pages) == whole.rows
    assert {page.total for page in pages} == {3}


@pytest.mark.parametrize("sort", ["missing", "owner", "dashboard", "variance", "-value", "code"])
def test_kpis_are_sorted_by_what_stands_elsewhere(
    context: Context, world: dict[str, Any], sort: str
) -> None:
    first = context.run(service.list_kpis, PageRequest(limit=4, sort=sort))
    rest = context.run(service.list_kpis, PageRequest(offset=4, limit=10, sort=sort))
    assert first.total == rest.total == 9
    whole = context.run(service.list_kpis, PageRequest(sort=sort)).rows
    assert (*first.rows, *rest.rows) == whole
    filtered = context.run(service.list_kpis, PageRequest(text="fell", sort=sort))
    assert filtered.total == 2


@pytest.mark.parametrize("until", [None, date(2026, 9, 30)])
def test_twice_the_data_takes_the_same_queries(context: Context, until: date | None) -> None:
    sent = []
    for round_ in range(2):
        for number in range(3):
            board = factory.dashboard(context, f"Board {round_}{number}", f"P{round_}{number}")
            series(context, board, f"KPI {round_}{number}", "99", "90")
        statements = recorded(context, service.overview, OverviewFilter(until=until))
        assert context.run(service.overview).rows.total == 3 * (round_ + 1)
        sent.append(len(statements))
    assert sent == [2, 2]
