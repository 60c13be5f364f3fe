"""Dashboards and lists, from keys to rows of a real database and back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from textual.widgets import TextArea

from kpix_tui.app.context import Context
from kpix_tui.domains.dashboards.service import get_dashboard, update_dashboard
from kpix_tui.domains.dashboards.views import Dashboard, UpdateDashboard
from kpix_tui.domains.kpis.service import delete_kpi
from kpix_tui.domains.overview.service import list_dashboards
from kpix_tui.domains.overview.views import DashboardRow
from kpix_tui.kernel.paging import PageRequest
from kpix_tui.kernel.periods import Frequency
from kpix_tui.tui.app import KpixApp
from kpix_tui.tui.dashboard.screen import DashboardScreen
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.kpi.screen import KpiScreen
from kpix_tui.tui.modals.confirm import Confirm
from tests.services.factory import dashboard, kpi, value
from tests.tui.pilots import fill, message, notices, on, palette, press, seen, sees, started, until

AsPerson = Callable[[str | None], Context]


def stored(context: Context, *, archived: bool = False) -> list[DashboardRow]:
    """The dashboards that the database holds, by title."""
    page = context.run(list_dashboards, PageRequest(sort="title"), archived=archived)
    return list(page.rows)


def lines_with(pilot: Any, *texts: str) -> list[str]:
    """Which of the texts is on each line of the screen that has one."""
    found = [next((text for text in texts if text in line), "") for line in seen(pilot).split("\n")]
    return [text for text in found if text]


@pytest.fixture
def trains(context: Context) -> Dashboard:
    """A dashboard with an orange, a critical and a green KPI, and one without values."""
    board = dashboard(context, "Trains")
    for name, numbers in (
        ("Brittany", ("96", "93")),
        ("Normandy", ("90", "87.9")),
        ("Alsace", ("94", "95")),
        ("Corsica", ()),
    ):
        made = kpi(context, board, name, decimals=1)
        for month, number in zip((9, 10), numbers, strict=False):
            value(context, made, date(2026, month, 1), number)
    return board


# -- dashboards ----------------------------------------------------------------------------------


async def test_a_dashboard_is_made_changed_put_away_and_brought_back(context: Context) -> None:
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        await press(pilot, "n", "ctrl+s")
        assert message(pilot, "title") == "Fill in this field."
        await fill(pilot, title="Safety", process="Works")
        pilot.app.screen.query_one(TextArea).text = "Accidents and near misses."
        await press(pilot, "ctrl+s")
        await on(pilot, DashboardScreen)
        await sees(pilot, "Acme › Dashboards › Safety", "Works · Accidents and near misses.")
        assert [(r.title, r.process) for r in stored(context)] == [("Safety", "Works")]

        await press(pilot, "E")
        await fill(pilot, title="Safety at work")
        await press(pilot, "ctrl+s")
        await sees(pilot, "Dashboards › Safety at work")
        await press(pilot, "escape")
        await on(pilot, DashboardsScreen)
        assert "Safety at work" in seen(pilot)

        await press(pilot, "e")
        await fill(pilot, process="")
        await press(pilot, "ctrl+s")
        assert "Works" not in seen(pilot)
        assert [(r.title, r.process) for r in stored(context)] == [("Safety at work", "")]

        await press(pilot, "d", "y")
        assert "No dashboard yet." in seen(pilot)
        assert stored(context) == []
        await press(pilot, "A", "e")
        assert "An archived dashboard takes no changes" in notices(pilot)[-1]
        assert [r.title for r in stored(context, archived=True)] == ["Safety at work"]
        await press(pilot, "d")
        assert "No dashboard is archived." in seen(pilot)
        await press(pilot, "A")
        assert "Safety at work" in seen(pilot)


async def test_a_title_that_is_taken_is_said_beside_it(context: Context) -> None:
    dashboard(context, "Punctuality")
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        await press(pilot, "n")
        await fill(pilot, title="Punctuality")
        await press(pilot, "ctrl+s")
        assert "Punctuality" in message(pilot, "title")
        assert seen(pilot).count(message(pilot, "title")) == 1
        await press(pilot, "escape", "y")
        await on(pilot, DashboardsScreen)
    assert len(stored(context)) == 1


async def test_a_form_that_is_left_changes_nothing(context: Context, trains: Dashboard) -> None:
    before = context.run(get_dashboard, trains.id)
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        await press(pilot, "n", "escape", "e", "escape", "d", "n")
        await press(pilot, "enter")
        await on(pilot, DashboardScreen)
        await press(pilot, "E", "escape", "n", "escape", "e", "escape", "v", "escape", "d", "n")
        assert isinstance(pilot.app.screen, DashboardScreen)
    assert context.run(get_dashboard, trains.id) == before


async def test_two_people_change_one_dashboard(context: Context) -> None:
    board = dashboard(context, "Punctuality")
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        await press(pilot, "e")
        context.run(
            update_dashboard, UpdateDashboard(board.id, board.version, "Theirs", "Transport", "")
        )
        await fill(pilot, title="Mine")
        await press(pilot, "ctrl+s")
        await sees(pilot, "Both have changed it", "Mine", "Theirs")
        await press(pilot, "escape", "escape", "y", "r")
        assert "Theirs" in seen(pilot)
    assert [row.title for row in stored(context)] == ["Theirs"]


async def test_a_viewer_reads_and_is_told_why_not(as_person: AsPerson, trains: Dashboard) -> None:
    viewer = as_person("acme/viewer")
    async with started(viewer) as pilot:
        await on(pilot, DashboardsScreen)
        await press(pilot, "d")
        assert "does not allow this" in notices(pilot)[-1]
        await press(pilot, "enter")
        await on(pilot, DashboardScreen)
        assert "Brittany" in seen(pilot)
        for key in ("v", "n", "e", "d", "E"):
            await press(pilot, key)
            assert isinstance(pilot.app.screen, DashboardScreen)
        assert len(notices(pilot)) == 6


# -- a dashboard ---------------------------------------------------------------------------------


async def test_the_dashboard_is_read_as_of_another_month(
    context: Context, trains: Dashboard
) -> None:
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        await press(pilot, "enter")
        await on(pilot, DashboardScreen)
        await sees(pilot, "4 KPIs   ◆ 1 critical   ▲ 1 orange   ● 1 green   ○ 1 no data")
        order = ("Normandy", "Brittany", "Alsace", "Corsica")
        assert lines_with(pilot, *order) == list(order)
        assert "93.0 %" in seen(pilot)
        await press(pilot, "left_square_bracket")
        await sees(pilot, "As of 30 Sep 2026", "■ 1 red   ▲ 1 orange   ● 1 green", "96.0 %")
        await press(pilot, "right_square_bracket")
        await sees(pilot, "As of 31 Oct 2026", "93.0 %")
        await press(pilot, "right_square_bracket")
        await until(pilot, lambda: "As of" not in seen(pilot))
        await press(pilot, "right_square_bracket")
        assert notices(pilot) == ["These are the latest values."]


async def test_an_empty_dashboard_moves_by_months(context: Context) -> None:
    dashboard(context, "Empty")
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        await press(pilot, "enter")
        await on(pilot, DashboardScreen)
        await press(pilot, "v", "e", "d")
        assert notices(pilot) == ["There is no KPI under the cursor."] * 3
        await press(pilot, "left_square_bracket")
        await sees(pilot, "As of 31 Oct 2026")
        await press(pilot, "left_square_bracket", "right_square_bracket")
        await sees(pilot, "As of 31 Oct 2026")


async def test_a_kpi_that_somebody_deleted_is_said_to_be_gone(
    context: Context, trains: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The note that it was deleted is still on its way."""
    monkeypatch.setattr(KpixApp, "changed", lambda _app, _changes: None)
    gone = kpi(context, trains, "Adriatic", frequency=Frequency.DAILY)
    value(context, gone, date(2026, 11, 20), "10")
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        await press(pilot, "enter")
        await on(pilot, DashboardScreen)
        assert pilot.app.screen.table.current.name == "Adriatic"  # type: ignore[attr-defined]
        context.run(delete_kpi, gone.id)
        await press(pilot, "v")
        await sees(pilot, "There is no KPI")
        assert isinstance(pilot.app.screen, DashboardScreen)
        await press(pilot, "r")
        assert "Adriatic" not in seen(pilot)
        assert "There is no KPI" not in seen(pilot)


# -- lists ---------------------------------------------------------------------------------------


async def test_lists_are_sorted_and_filtered_in_the_database(
    context: Context, trains: Dashboard
) -> None:
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        await press(pilot, "enter")
        await on(pilot, DashboardScreen)
        four = ("Alsace", "Brittany", "Corsica", "Normandy")
        await press(pilot, "right", "s")
        assert lines_with(pilot, *four) == list(four)
        assert "Name ▴" in seen(pilot)
        await press(pilot, "s")
        assert lines_with(pilot, *four) == list(reversed(four))
        assert "Name ▾" in seen(pilot)
        for _step in range(3):
            await press(pilot, "right")
        await press(pilot, "s")
        assert notices(pilot) == ["This list cannot be sorted by this column."]

        await press(pilot, "slash", *"an")
        await sees(pilot, "2 rows, filtered by “an”")
        assert lines_with(pilot, *four) == ["Normandy", "Brittany"]
        await press(pilot, "enter", "down", "home", "left", "left", "left", "y")
        assert pilot.app.clipboard == "Normandy"
        await press(pilot, "slash", "z")
        await sees(pilot, "Nothing matches.", "0 rows, filtered by “anz”")
        await press(pilot, "escape")
        await sees(pilot, "4 rows")
        await press(pilot, "slash", "enter")
        assert "Filter" not in seen(pilot).splitlines()[5]
        await press(pilot, "escape")
        await on(pilot, DashboardsScreen)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, DashboardsScreen)


# -- by name -------------------------------------------------------------------------------------


async def test_the_palette_opens_dashboards_and_kpis_by_name(
    context: Context, trains: Dashboard
) -> None:
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        await press(pilot, "colon", *"normandy")
        await sees(pilot, "Normandy  Trains")
        await press(pilot, "enter")
        await on(pilot, KpiScreen)
        await sees(pilot, "Acme › Trains › Normandy")
        await press(pilot, "colon", *"trains")
        await sees(pilot, "Trains  Transport")
        await press(pilot, "enter")
        await on(pilot, DashboardScreen)
        await palette(pilot, "deletekpi")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "n", "colon", *"zzz")
        await sees(pilot, "Nothing matches.")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, DashboardScreen)


async def test_the_views_that_were_left_are_a_key_away(context: Context, trains: Dashboard) -> None:
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        await press(pilot, "enter", "enter")
        await on(pilot, KpiScreen)
        await press(pilot, "escape", "minus")
        await sees(pilot, "Acme › Trains › Normandy")
        await press(pilot, "escape", "escape", "minus")
        await sees(pilot, "Dashboards › Trains", "87.9 %")
        await press(pilot, "2")
        await on(pilot, DashboardsScreen)
