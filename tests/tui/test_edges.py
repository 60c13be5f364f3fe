"""Edges of lists, charts and dialogs: nothing under the cursor, the mouse, the last line."""

from __future__ import annotations

import runpy
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import OptionList

from kpix_tui.domains.overview import service as overview
from kpix_tui.kernel.errors import NotFound, Unavailable
from kpix_tui.kernel.paging import Page
from kpix_tui.tui.commands import Command
from kpix_tui.tui.dashboard.screen import DashboardScreen
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.kpi.screen import KpiScreen
from kpix_tui.tui.kpi.value import ValueForm
from kpix_tui.tui.login import screen as login
from kpix_tui.tui.login.screen import LoginScreen
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.modals.help import Help
from kpix_tui.tui.settings.screen import SettingsScreen
from kpix_tui.tui.start import screen as start
from kpix_tui.tui.widgets.chart import Chart
from kpix_tui.tui.widgets.footer import KpixFooter
from kpix_tui.tui.widgets.grid import Grid
from tests.tui.pilots import (
    fill,
    interface,
    message,
    notices,
    on,
    press,
    seen,
    sees,
    settled,
    until,
)
from tests.tui.support import actor
from tests.tui.test_screens import opened
from tests.tui.world import World

# -- lists ---------------------------------------------------------------------------------------


async def test_an_empty_list_opens_and_copies_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    World().install(monkeypatch)
    async with opened(tmp_path) as pilot:
        await press(pilot, "enter", "y", "down", "up")
        assert isinstance(pilot.app.screen, DashboardsScreen)
        assert pilot.app.clipboard == ""


@pytest.mark.usefixtures("world")
async def test_the_mouse_sorts_chooses_and_opens(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await pilot.click(Grid, offset=(3, 0))
        await settled(pilot)
        assert "Title ▾" in seen(pilot)
        await pilot.click(Grid, offset=(3, 2))
        await settled(pilot)
        table = pilot.app.screen.table  # type: ignore[attr-defined]
        assert table.current.title == "Regional trains"
        await pilot.click(Grid, offset=(3, 20))
        await settled(pilot)
        assert table.current.title == "Regional trains"
        await pilot.click(Grid, offset=(3, 2), times=2)
        await on(pilot, DashboardScreen)
        assert "Dashboards › Regional trains" in seen(pilot)


@pytest.mark.usefixtures("world")
async def test_a_wide_terminal_shows_every_column(tmp_path: Path) -> None:
    async with opened(tmp_path, size=(200, 60)) as pilot:
        await press(pilot, "down", "enter")
        titles = seen(pilot).splitlines()[5]
        for title in ("Code", "Variance", "Change", "Period", "Missing", "Owner"):
            assert title in titles
        cost = next(line for line in seen(pilot).splitlines() if "Cost per train" in line)
        assert "COST" in cost
        assert "Ada Lovelace" in cost


@pytest.mark.usefixtures("world")
async def test_an_answer_that_comes_too_late_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as pilot:
        table = pilot.app.screen.table  # type: ignore[attr-defined]
        reading: list[int] = []

        async def late(_request: Any) -> Page[Any]:
            reading.append(1)
            table._number += 1  # somebody asked for something else meanwhile
            if len(reading) == 2:
                raise Unavailable(reason="late too")
            return Page((), 0, 0)

        monkeypatch.setattr(table, "_loader", late)
        await press(pilot, "r", "r")
        assert reading == [1, 1]
        assert "Regional trains" in seen(pilot)
        assert "late too" not in seen(pilot)


@pytest.mark.usefixtures("world")
async def test_a_list_that_cannot_be_read_again_keeps_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, ascii=True) as pilot:

        def refuse(*_args: Any, **_options: Any) -> None:
            raise Unavailable(reason="unplugged")

        monkeypatch.setattr(overview, "list_dashboards", refuse)
        await press(pilot, "r")
        await sees(pilot, "x The database cannot be reached", "Regional trains")


# -- a KPI that is not there yet -----------------------------------------------------------------


@pytest.mark.usefixtures("world")
async def test_a_chart_without_a_kpi_takes_keys_and_clicks_quietly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any, **_options: Any) -> None:
        raise NotFound

    monkeypatch.setattr(overview, "show_kpi", refuse)
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter", "down", "enter")
        assert isinstance(pilot.app.screen, KpiScreen)
        chart = pilot.app.screen.query_one(Chart)
        await press(pilot, "left", "right", "home", "less_than_sign")
        await pilot.click(Chart, offset=(4, 4))
        await settled(pilot)
        assert chart.period is None
        assert all(not chart.render_line(y).text.strip() for y in range(chart.size.height))
        await press(pilot, "tab", "enter")
        assert isinstance(pilot.app.screen, KpiScreen)


@pytest.mark.usefixtures("world")
async def test_a_click_beside_the_line_of_a_chart_moves_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter", "down", "enter")
        chart = pilot.app.screen.query_one(Chart)
        before = chart.cursor
        await pilot.click(Chart, offset=(chart.size.width - 1, 4))
        await settled(pilot)
        assert chart.cursor == before


# -- dialogs -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("world")
async def test_help_is_scrolled_with_the_arrows(tmp_path: Path) -> None:
    async with opened(tmp_path, size=(80, 24)) as pilot:
        await press(pilot, "question_mark")
        assert isinstance(pilot.app.screen, Help)
        top = seen(pilot)
        await press(pilot, "down", "down")
        assert seen(pilot) != top
        await press(pilot, "up", "up")
        assert seen(pilot) == top


@pytest.mark.usefixtures("world")
async def test_a_question_without_a_consequence_is_one_sentence(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        pilot.app.push_screen(Confirm("Really?"))
        await sees(pilot, "Really?")
        assert len(pilot.app.screen.query(".dialog--text")) == 0


@pytest.mark.usefixtures("world")
async def test_no_keys_of_the_screen_behind_are_shown_under_a_dialog(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        assert "n New" in seen(pilot)
        await press(pilot, "d")
        assert "n New" not in seen(pilot)
        await press(pilot, "n", "n")
        assert "n New" not in seen(pilot)
        assert "^S Save" in seen(pilot)
        await fill(pilot, title="Typed")
        await press(pilot, "escape")
        assert "^S Save" not in seen(pilot)
        await press(pilot, "y")
        assert "n New" in seen(pilot)


@pytest.mark.usefixtures("world")
async def test_a_click_beside_the_keys_does_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        width = pilot.app.size.width
        await pilot.click(KpixFooter, offset=(width - 1, 0))
        await settled(pilot)
        assert isinstance(pilot.app.screen, DashboardsScreen)
        assert notices(pilot) == []


@pytest.mark.usefixtures("world")
async def test_the_palette_is_walked_and_clicked(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "colon", *"settings", "down", "up")
        await pilot.click("#palette-list", offset=(3, 0))
        await on(pilot, SettingsScreen)


async def test_the_palette_says_when_it_cannot_search(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any, **_options: Any) -> None:
        raise Unavailable(reason="unplugged")

    async with opened(tmp_path) as pilot:
        monkeypatch.setattr("kpix_tui.domains.search.service.search", refuse)
        await press(pilot, "colon", *"regional")
        await until(pilot, lambda: notices(pilot))
        assert "The database cannot be reached" in notices(pilot)[-1]


@pytest.mark.usefixtures("world")
async def test_an_answer_for_a_palette_that_was_left_is_dropped(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "colon")
        palette: Any = pilot.app.screen

        async def late(_text: str) -> list[Command]:
            await palette.query(OptionList).remove()
            return [Command("found", "", lambda: None)]

        palette._finder = late
        await palette._find()
        assert "found" not in [command.title for command in palette._shown]


async def test_what_was_typed_is_saved_once_however_often_it_is_asked(
    tmp_path: Path, world: World
) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "n")
        await fill(pilot, title="Safety")
        form: Any = pilot.app.screen
        form.do_save()
        form.do_save()
        await settled(pilot)
        assert [name for name, _given in world.asked].count("create_dashboard") == 1


@pytest.mark.usefixtures("world")
async def test_an_empty_period_is_missing_and_no_error_while_typing(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter", "down", "v")
        await fill(pilot, period="")
        assert isinstance(pilot.app.screen, ValueForm)
        assert message(pilot, "period") == ""
        await press(pilot, "ctrl+s")
        assert message(pilot, "period") == "Fill in this field."


# -- before anybody is there ---------------------------------------------------------------------


async def test_signing_in_twice_at_once_asks_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    goes_on = threading.Event()

    def sign_in(_context: object, command: object) -> object:
        asked.append(command)
        goes_on.wait(10)
        return actor()

    monkeypatch.setattr(start, "resume", lambda _context: None)
    monkeypatch.setattr(start, "first_run", lambda _context: False)
    monkeypatch.setattr(login, "sign_in", sign_in)
    app = interface(tmp_path)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await on(pilot, LoginScreen)
        await fill(pilot, email="ada@acme.test", password="secret enough")
        await pilot.press("ctrl+s", "ctrl+s")
        goes_on.set()
        await until(pilot, lambda: app.actor is not None)
        assert len(asked) == 1


async def test_the_palette_finds_no_object_before_the_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "resume", lambda _context: None)
    monkeypatch.setattr(start, "first_run", lambda _context: False)
    app = interface(tmp_path)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await on(pilot, LoginScreen)
        await press(pilot, "ctrl+p", *"zzz")
        await sees(pilot, "Nothing matches.")


def test_the_page_of_keys_is_written_from_the_registry(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "kpix_tui.tui.keys_page", raising=False)
    runpy.run_module("kpix_tui.tui.keys_page", run_name="__main__")
    written = (Path(__file__).parents[2] / "docs/guide/keys.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out == written
