"""A form that is left, a question that is denied and a click beside: nothing has happened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kpix_tui.app.context import Context
from kpix_tui.domains.dashboards.service import get_dashboard
from kpix_tui.domains.kpis.service import list_definitions
from kpix_tui.tui.administration.cells import ACTIONS, RESOURCES, permission_at
from kpix_tui.tui.administration.matrix import Matrix
from kpix_tui.tui.administration.screen import AdministrationScreen
from kpix_tui.tui.dashboard.screen import DashboardScreen
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.kpi.screen import KpiScreen
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets.chart import Chart
from kpix_tui.tui.widgets.chart_sheet import View
from kpix_tui.tui.widgets.figures import Writing
from tests.services.factory import dashboard, kpi
from tests.tui.people_world import People
from tests.tui.pilots import interface, notices, on, press, seen, settled, started
from tests.tui.test_administration import TEAMS, USERS, administration
from tests.tui.test_administration import people as people  # a fixture
from tests.tui.test_chart import kpi as kpi_alone
from tests.tui.test_chart import shown
from tests.tui.test_roles import QUALITY, ROLES

GRACE = (*USERS, "down", "down")


@pytest.mark.parametrize(
    ("place", "key"),
    [
        (USERS, "n"),
        (GRACE, "e"),
        (GRACE, "c"),
        (GRACE, "d"),
        (TEAMS, "n"),
        (TEAMS, "e"),
        (ROLES, "n"),
        (QUALITY, "e"),
    ],
    ids=["invite", "rename", "code", "deactivate", "team", "team's name", "role", "role's name"],
)
async def test_a_form_that_is_left_did_nothing(
    tmp_path: Path, people: People, place: tuple[str, ...], key: str
) -> None:
    async with administration(tmp_path, *place) as pilot:
        before, text = pilot.app.screen, seen(pilot)
        await press(pilot, key)
        assert pilot.app.screen is not before
        people.asked.clear()
        await press(pilot, "escape")
        assert pilot.app.screen is before
        assert {name.partition("_")[0] for name, _what in people.asked} <= {"list", "show"}
        assert (notices(pilot), seen(pilot)) == ([], text)


async def test_every_form_of_a_dashboard_can_be_left(context: Context) -> None:
    board = dashboard(context, "Trains")
    made = kpi(context, board)
    async with started(context) as pilot:

        async def leaves(place: type[KpixScreen[Any]], *keys: str) -> None:
            await on(pilot, place)
            for key in keys:
                await press(pilot, key)
                assert not isinstance(pilot.app.screen, place), key
                await press(pilot, "escape")
                assert isinstance(pilot.app.screen, place), key

        await leaves(DashboardsScreen, "n", "e", "d")
        await press(pilot, "enter")
        await leaves(DashboardScreen, "n", "e", "d", "v")
        await press(pilot, "enter")
        await leaves(KpiScreen, "e", "d", "v")
        assert notices(pilot) == []
    assert context.run(get_dashboard, board.id) == board
    assert context.run(list_definitions, board.id) == (made,)


@pytest.mark.usefixtures("people")
async def test_a_click_below_the_menu_opens_nothing(tmp_path: Path) -> None:
    async with administration(tmp_path, "7") as pilot:
        menu = pilot.app.screen.query_one("#administration")
        before = seen(pilot)
        await pilot.click(menu, offset=(4, menu.size.height - 1))
        await settled(pilot)
        assert isinstance(pilot.app.screen, AdministrationScreen)
        assert seen(pilot) == before


@pytest.mark.usefixtures("people")
async def test_a_cell_without_a_meaning_takes_nothing(tmp_path: Path) -> None:
    empty = next(
        (row, column)
        for row, resource in enumerate(RESOURCES)
        for column, action in enumerate(ACTIONS)
        if permission_at(resource, action) is None
    )
    async with administration(tmp_path, *QUALITY) as pilot:
        matrix = pilot.app.screen.query_one(Matrix)
        before = dict(matrix.cells)
        matrix.cursor = empty
        await settled(pilot)
        await press(pilot, "space", "z")
        assert matrix.cells == before
        assert matrix.changes == ()


@pytest.mark.usefixtures("world")
async def test_a_click_beside_the_plot_leaves_the_cursor(tmp_path: Path) -> None:
    app = interface(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        _screen, chart = await shown(pilot, app, 30)
        await pilot.press("left")
        before = chart.cursor
        await pilot.click(Chart, offset=(chart.size.width - 1, 12))
        assert chart.cursor == before


def test_a_chart_of_one_column_shows_the_only_period() -> None:
    view = View(kpi_alone(), Writing("en", False), 7, 1, 1, 20)
    assert [view.number(column) for column in (0, 5)] == [7, 7]
