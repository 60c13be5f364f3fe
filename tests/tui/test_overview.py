"""The overview: where one starts, what each number opens, what stays while one moves around."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from kpix_tui.access.permissions import BuiltinRole
from kpix_tui.app.context import Context
from kpix_tui.db.errors import ConcurrentChange
from kpix_tui.domains.overview.views import Grouping, KpiFilter, Move, OverviewFilter, Standing
from kpix_tui.domains.people.views import TeamRow
from kpix_tui.domains.plans.views import Due, PlanFilter, Verdict
from kpix_tui.kernel.ids import new_id
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.app import KpixApp
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.kpi.screen import KpiScreen
from kpix_tui.tui.kpi.value import ValueForm
from kpix_tui.tui.kpis.screen import KpisScreen
from kpix_tui.tui.modals.picker import Picker
from kpix_tui.tui.overview.concerns import Concerns
from kpix_tui.tui.overview.screen import OverviewScreen
from kpix_tui.tui.plans.list import PlansScreen
from kpix_tui.tui.plans.wanted import PENDING
from kpix_tui.tui.start import screen as start
from tests.services import factory
from tests.tui.hostile import HOSTILE
from tests.tui.pilots import (
    fill,
    interface,
    notices,
    on,
    press,
    seen,
    sees,
    settled,
    started,
)
from tests.tui.support import actor
from tests.tui.world import ENTERED, TODAY, World, thresholds

pytestmark = pytest.mark.usefixtures("overview_first")


@asynccontextmanager
async def opened(
    home: Path, *, size: tuple[int, int] = (120, 40), **settings: Any
) -> AsyncIterator[Pilot[Any]]:
    """The interface on the overview."""
    app = interface(home, **settings)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        app.actor, app.live = actor(BuiltinRole.ADMIN), True
        app.do_overview()
        await on(pilot, OverviewScreen)
        yield pilot


def concerns(pilot: Pilot[Any]) -> Concerns:
    """The lists below."""
    found: Concerns = pilot.app.screen.query_one(Concerns)
    return found


def asked(world: World) -> OverviewFilter:
    """What the overview was asked last."""
    found: OverviewFilter = [about for name, about in world.asked if name == "overview"][-1][0]
    return found


async def to_column(pilot: Pilot[Any], key: str) -> None:
    """Move to a column of the figures."""
    screen = pilot.app.screen
    assert isinstance(screen, OverviewScreen)
    for _column in range(20):
        if screen.table.column.key == key:
            return
        await press(pilot, "right")
    raise AssertionError(key)


# -- where one starts ----------------------------------------------------------------------------


async def test_whoever_signs_in_is_on_the_overview(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "resume", lambda _context: actor())
    app = interface(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await on(pilot, OverviewScreen)
        await press(pilot, "escape", "minus")
        assert isinstance(app.screen, OverviewScreen)
        await press(pilot, "2")
        assert isinstance(app.screen, DashboardsScreen)
        await press(pilot, "1")
        assert isinstance(app.screen, OverviewScreen)


async def test_it_says_what_it_counts(tmp_path: Path, world: World) -> None:
    async with opened(tmp_path) as pilot:
        shown = seen(pilot)
        for text in ("6 KPIs", "1 critical", "Since the period before", "Worst", "Getting worse"):
            assert text in shown, shown
        assert "Transport" in shown
        assert "Purchasing" in shown
        assert "Maintenance" not in shown  # it has no KPI


async def test_nothing_yet_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    World().install(monkeypatch)
    async with opened(tmp_path) as pilot:
        await sees(pilot, "No KPI yet.", "Press 2 for the dashboards")
        await press(pilot, "enter", "tab", "enter", "end", "down")
        assert isinstance(pilot.app.screen, OverviewScreen)


def refuse(*_args: Any, **_options: Any) -> None:
    """Somebody else is in the way."""
    raise ConcurrentChange


async def test_a_refusal_is_said_and_read_again(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("kpix_tui.domains.overview.service.overview", refuse)
        async with opened(tmp_path) as pilot:
            await sees(pilot, "Press r to try again.")
            patch.undo()
            world.install(monkeypatch)
            await press(pilot, "r")
            await sees(pilot, "6 KPIs")


# -- what each number opens ----------------------------------------------------------------------

COLUMNS = ("kpis", "critical", "red", "orange", "green", "no_data", "better", "worse", "missing")


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("grouping", Grouping)
async def test_every_number_opens_its_list(
    tmp_path: Path, world: World, grouping: Grouping, column: str
) -> None:
    async with opened(tmp_path, size=(200, 60)) as pilot:
        if grouping is Grouping.DASHBOARD:
            await press(pilot, "g")
        screen = pilot.app.screen
        assert isinstance(screen, OverviewScreen)
        await press(pilot, "down")
        await to_column(pilot, column)
        line = screen.table.current
        assert line is not None
        assert line.row is not None
        number = int(screen.table.grid.cell_text() or "")
        await press(pilot, "enter")
        opened_ = pilot.app.screen
        assert isinstance(opened_, KpisScreen)
        assert opened_.table.total == number
        await press(pilot, "escape")
        assert pilot.app.screen is screen


@pytest.mark.parametrize(
    ("column", "wanted"),
    [
        ("pending", PlanFilter(statuses=PENDING, process="Transport")),
        ("overdue", PlanFilter(due=Due.OVERDUE, process="Transport")),
        ("this_week", PlanFilter(due=Due.THIS_WEEK, process="Transport")),
        ("not_effective", PlanFilter(verdict=Verdict.NOT_EFFECTIVE, process="Transport")),
    ],
)
async def test_numbers_of_actions_open_their_actions(
    tmp_path: Path,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    column: str,
    wanted: PlanFilter,
) -> None:
    asked_for: list[PlanFilter] = []

    def list_plans(_uow: Any, _page: PageRequest, kept: PlanFilter) -> Page[Any]:
        asked_for.append(kept)
        return Page((), 0, 0)

    monkeypatch.setattr("kpix_tui.domains.plans.service.list_plans", list_plans)
    async with opened(tmp_path, size=(200, 60)) as pilot:
        await press(pilot, "down")
        await to_column(pilot, column)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, PlansScreen)
        assert set(asked_for) == {wanted}
        assert "Transport" in seen(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, OverviewScreen)


async def test_the_total_opens_everything(tmp_path: Path, world: World) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, KpisScreen)
        assert pilot.app.screen.table.total == 6
        assert "Acme › KPIs" in seen(pilot)


async def test_a_kpi_opens_from_each_list(tmp_path: Path, world: World) -> None:
    async with opened(tmp_path) as pilot:
        for which in range(3):
            await press(pilot, *([] if concerns(pilot).has_focus else ["o"]))
            await press(pilot, *["left"] * 3, *["right"] * which, "home")
            row = concerns(pilot).current
            if row is None:
                continue
            await press(pilot, "enter")
            assert isinstance(pilot.app.screen, KpiScreen)
            assert row.code in seen(pilot)
            await press(pilot, "escape")
        assert isinstance(pilot.app.screen, OverviewScreen)


async def test_what_does_not_fit_is_one_line_that_opens_all_of_it(
    tmp_path: Path, world: World
) -> None:
    board = next(iter(world.dashboards.values()))
    for number in range(40):
        world.kpi(board, f"Late {number:02}", thresholds("95", "92", "88"), "99 90")
    async with opened(tmp_path) as pilot:
        await press(pilot, "tab", "end")
        assert concerns(pilot).current is None
        assert "more" in seen(pilot)
        total = concerns(pilot)._lists[0].total
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, KpisScreen)
        assert pilot.app.screen.table.total == total
        assert pilot.app.screen._wanted == KpiFilter(
            frozenset({Standing.CRITICAL, Standing.RED, Standing.ORANGE})
        )
        await press(pilot, "escape", "right", "end", "enter")
        assert isinstance(pilot.app.screen, KpisScreen)
        assert pilot.app.screen._wanted == KpiFilter(move=Move.WORSE)


async def test_the_lists_stand_beside_each_other_or_take_turns(
    tmp_path: Path, world: World
) -> None:
    async with opened(tmp_path, size=(80, 24)) as pilot:
        assert not concerns(pilot).side_by_side
        assert "Worst 3" in seen(pilot)
        await press(pilot, "o", "right", "right")
        assert concerns(pilot).at[0] == 2
        await pilot.resize_terminal(120, 40)
        await settled(pilot)
        assert concerns(pilot).side_by_side
        await press(pilot, "o")
        assert not concerns(pilot).has_focus


async def test_a_click_moves_and_a_second_one_opens(tmp_path: Path, world: World) -> None:
    async with opened(tmp_path) as pilot:
        await pilot.click(Concerns, offset=(4, 3))
        assert concerns(pilot).at == (0, 1)
        await pilot.click(Concerns, offset=(4, 3), times=2)
        await settled(pilot)
        assert isinstance(pilot.app.screen, KpiScreen)


# -- filters -------------------------------------------------------------------------------------


async def test_a_process_is_kept_while_one_moves_around(tmp_path: Path, world: World) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "p")
        assert isinstance(pilot.app.screen, Picker)
        await press(pilot, *"purch")
        await sees(pilot, "Purchasing")
        await press(pilot, "enter")
        await on(pilot, OverviewScreen)
        assert asked(world).process == "Purchasing"
        assert "1 KPI" in seen(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, KpisScreen)
        assert pilot.app.screen.table.total == 1
        assert "Purchasing" in seen(pilot)
        await press(pilot, "2", "1")
        await sees(pilot, "1 KPI")
        await press(pilot, "0")
        assert asked(world) == OverviewFilter()
        await press(pilot, "0")
        assert notices(pilot) == ["Nothing is left out."]


async def test_every_process_again(tmp_path: Path, world: World) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "p", "down", "enter")
        assert asked(world).process is not None
        await press(pilot, "p", "enter")
        assert asked(world).process is None
        await press(pilot, "p", "escape")
        assert asked(world).process is None


async def test_a_team(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    team = TeamRow(new_id(), "Drivers [/foo]", 3, (), True, False, ENTERED, 1)

    def list_teams(_uow: Any, page: PageRequest) -> Page[TeamRow]:
        return Page((team,), 1, 0)

    monkeypatch.setattr("kpix_tui.domains.people.service.list_teams", list_teams)
    async with opened(tmp_path) as pilot:
        await press(pilot, "t", "down", "enter")
        assert asked(world).team_id == team.id
        assert "team Drivers [/foo]" in seen(pilot)
        await press(pilot, "t", "enter")
        assert asked(world).team_id is None


async def test_months_back_and_forth(tmp_path: Path, world: World) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "right_square_bracket")
        assert notices(pilot) == ["These are the latest values."]
        await press(pilot, "left_square_bracket", "left_square_bracket")
        assert asked(world).until == date(2026, 9, 30)
        assert "as of 30 Sep 2026" in seen(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, KpisScreen)
        assert world.asked[-1][1][1] == date(2026, 9, 30)
        await press(pilot, "escape", "right_square_bracket", "right_square_bracket")
        assert TODAY.month == 11
        assert asked(world).until is None


async def test_the_lines_are_filtered_and_sorted(tmp_path: Path, world: World) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "slash", *"purch", "enter")
        await sees(pilot, "Purchasing")
        screen = pilot.app.screen
        assert isinstance(screen, OverviewScreen)
        assert screen.table.total == 2
        await press(pilot, "escape")
        assert screen.table.total == 3


# -- the list behind -----------------------------------------------------------------------------


async def test_a_missing_value_is_entered_from_its_list(tmp_path: Path, world: World) -> None:
    board = next(iter(world.dashboards.values()))
    world.kpi(board, "Forgotten", thresholds("95", "92", "88"), "99 80 . .")
    async with opened(tmp_path) as pilot:
        await to_column(pilot, "missing")
        await press(pilot, "enter")
        screen = pilot.app.screen
        assert isinstance(screen, KpisScreen)
        assert (screen._wanted, screen._sort) == (KpiFilter(missing=True), "missing")
        row = screen.table.current
        assert row is not None
        await press(pilot, "v")
        assert isinstance(pilot.app.screen, ValueForm)
        await fill(pilot, value="91")
        await press(pilot, "ctrl+s")
        entered = [about for name, about in world.asked if name == "enter_value"][-1]
        assert entered.kpi_id == row.id
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, OverviewScreen)
        await press(pilot, "minus")
        assert isinstance(pilot.app.screen, KpisScreen)


async def test_an_empty_list_says_how_to_leave(tmp_path: Path, world: World) -> None:
    async with opened(tmp_path) as pilot:
        pilot.app.open(KpisScreen(KpiFilter(process="Nobody's")))
        await sees(pilot, "No KPI here any more.")
        await press(pilot, "v")
        assert notices(pilot) == ["There is no KPI under the cursor."]


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_people_typed_is_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    world = World(owner=text)
    board = world.dashboard(text, text)
    world.kpi(board, text, thresholds("95", "92", "88"), "99 80 . .", unit=text)
    world.install(monkeypatch)
    async with opened(tmp_path, size=(200, 60)) as pilot:
        await press(pilot, "p", "escape", "g", "o", "enter")
        assert isinstance(pilot.app.screen, KpiScreen)
        await press(pilot, "escape", "o", "enter")
        assert isinstance(pilot.app.screen, KpisScreen)


# -- the real thing ------------------------------------------------------------------------------


async def test_from_a_red_status_to_its_value(context: Context) -> None:
    board = factory.dashboard(context, "Trains", "Transport")
    made = factory.kpi(context, board, "Trains on time", code="ON-TIME")
    factory.value(context, made, date(2026, 9, 1), "97")
    factory.value(context, made, date(2026, 10, 1), "80")
    async with started(context) as pilot:
        await on(pilot, OverviewScreen)
        await sees(pilot, "1 critical", "Trains on time", "5.0×")
        await press(pilot, "o", "right", "enter")
        assert isinstance(pilot.app.screen, KpiScreen)
        await press(pilot, "escape", "o", "down", *["right"] * 3)
        await press(pilot, "p", "down", "enter", "t")
        await sees(pilot, "Every team")
        await press(pilot, "escape", "left_square_bracket")
        await sees(pilot, "as of 31 Oct 2026")
        app = pilot.app
        assert isinstance(app, KpixApp)
        assert app.asked.wanted == OverviewFilter(process="Transport", until=date(2026, 10, 31))
