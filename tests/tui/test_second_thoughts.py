"""A form that is left with Esc changes nothing, and where there is nothing no key does anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kpix_tui.tui.comments.screen import CommentsScreen
from kpix_tui.tui.dashboard.screen import DashboardScreen
from kpix_tui.tui.inbox.screen import InboxScreen
from kpix_tui.tui.kpi.screen import KpiScreen
from tests.tui.pilots import press, seen, settled
from tests.tui.test_comments import opened as talking
from tests.tui.test_comments import talk as talk  # a fixture
from tests.tui.test_screens import opened
from tests.tui.world import World

ON_A_DASHBOARD = ("v", "n", "e", "d", "E", "a", "p")
ON_A_KPI = ("v", "e", "d", "a")


async def _left(pilot: Any, screen: type, keys: tuple[str, ...]) -> None:
    before = seen(pilot)
    for key in keys:
        await press(pilot, key)
        assert not isinstance(pilot.app.screen, screen), key
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, screen), key
    assert seen(pilot) == before


@pytest.mark.usefixtures("world")
async def test_forms_of_a_dashboard_that_are_left(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter")
        await _left(pilot, DashboardScreen, ON_A_DASHBOARD)


@pytest.mark.usefixtures("world")
async def test_forms_of_a_kpi_that_are_left(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter", "enter")
        await _left(pilot, KpiScreen, ON_A_KPI)


@pytest.mark.usefixtures("talk")
async def test_an_inbox_whose_forms_are_left(tmp_path: Path) -> None:
    async with talking(tmp_path, "i") as pilot:
        await _left(pilot, InboxScreen, ("f", "o"))


async def test_keys_about_a_row_do_nothing_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By their bindings they are away; what calls them past those, the palette, does nothing."""
    world = World()
    world.install(monkeypatch)
    async with opened(tmp_path) as pilot:
        await press(pilot, "n", *"Safety", "tab", *"Works", "ctrl+s")
        screen: Any = pilot.app.screen
        assert isinstance(screen, DashboardScreen)
        for act in (
            *(screen.do_edit, screen.do_delete, screen.do_enter, screen.do_act),
            *(screen.do_plans, screen.do_comments),
        ):
            act()
            await settled(pilot)
            assert pilot.app.screen is screen


@pytest.mark.usefixtures("talk")
async def test_no_comment_is_answered_edited_or_copied_before_there_is_one(tmp_path: Path) -> None:
    async with talking(tmp_path, "down", "enter", "c") as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, CommentsScreen)
        for act in (
            *(screen.do_reply, screen.do_edit, screen.do_delete, screen.do_next),
            *(screen.do_trace, screen.do_copy, screen.do_link),
        ):
            act()
            await settled(pilot)
            assert pilot.app.screen is screen
