"""My work: it says what is owed, one key goes to each, and it empties as one works."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from kpix_tui.access.permissions import BuiltinRole
from kpix_tui.kernel.errors import Unavailable
from kpix_tui.tui.comments.screen import CommentsScreen
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.kpi.screen import KpiScreen
from kpix_tui.tui.kpi.value import ValueForm
from kpix_tui.tui.my_work.screen import MyWorkScreen
from kpix_tui.tui.plans.screen import PlanScreen
from kpix_tui.tui.themes import MONO, NAMES
from tests.tui.hostile import HOSTILE
from tests.tui.picture import picture
from tests.tui.pilots import interface, notices, on, press, seen, settled
from tests.tui.support import actor
from tests.tui.test_snapshots import Pictures
from tests.tui.work_world import Work, monday

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    made = monday()
    made.install(monkeypatch)
    return made


@asynccontextmanager
async def opened(
    home: Path,
    *keys: str,
    size: str = "120x40",
    role: BuiltinRole = BuiltinRole.ADMIN,
    theme: str = "dark",
    locale: str = "en",
) -> AsyncIterator[Pilot[Any]]:
    """My work, then these keys."""
    app = interface(home, locale=locale)
    async with app.run_test(size=SIZES[size], notifications=True) as pilot:
        await settled(pilot)
        app.actor, app.live = actor(role), True
        app._without_colour.enabled = NAMES[theme] == MONO
        app.theme = NAMES[theme]
        app.replace_all(DashboardsScreen())
        await settled(pilot)
        await press(pilot, "3", *keys)
        yield pilot


def lines(pilot: Pilot[Any], *, owed: int) -> list[str]:
    """The lines of values that are owed."""
    return [" ".join(line.split()) for line in seen(pilot).splitlines()[4 : 4 + owed]]


@pytest.mark.usefixtures("work")
async def test_what_is_owed_is_said_with_how_late(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        assert isinstance(pilot.app.screen, MyWorkScreen)
        assert "Values I owe   2" in seen(pilot)
        late, due = lines(pilot, owed=2)
        assert late.startswith("Jul 2026 3 late CLEAN Clean carriages Regional trains")
        assert due.startswith("Oct 2026 due now PUNCT Trains on time")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, DashboardsScreen)


async def test_it_empties_as_one_works(tmp_path: Path, work: Work) -> None:
    async with opened(tmp_path, "down", "enter") as pilot:
        assert isinstance(pilot.app.screen, ValueForm)
        assert "Oct 2026" in seen(pilot)
        await press(pilot, "9", "6", "ctrl+s")
        await on(pilot, MyWorkScreen)
        assert "Values I owe   1" in seen(pilot)
        for month in ("Jul", "Aug", "Sep", "Oct"):
            assert lines(pilot, owed=1)[0].startswith(f"{month} 2026")
            await press(pilot, "v", "9", "6", "ctrl+s")
            await on(pilot, MyWorkScreen)
        assert "Nothing: every value that I owe is there." in seen(pilot)
        assert len([what for what, _how in work.world.asked if what == "enter_value"]) == 5


@pytest.mark.usefixtures("work")
async def test_my_actions_stand_below_and_open(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        assert "My actions   2" in seen(pilot)
        assert "! 12 Nov 2026  overdue" in seen(pilot)
        assert "Ask the neighbours" not in seen(pilot)  # done
        await press(pilot, "v")
        assert isinstance(pilot.app.screen, ValueForm)
        await press(pilot, "escape", "tab")
        assert "There is no line" not in seen(pilot)
        await press(pilot, "v")
        assert notices(pilot) == ["This line owes no value."]
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, PlanScreen)
        assert "Open the second platform" in seen(pilot)
        await press(pilot, "escape")
        await on(pilot, MyWorkScreen)


@pytest.mark.usefixtures("work")
async def test_what_is_said_to_me_stands_last(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        assert "Said to me   2" in seen(pilot)
        assert "@ to you" in seen(pilot)
        assert "Grace Hopper: @Ada Lovelace why is October red?" in seen(pilot)
        assert "3 unread" in seen(pilot)
        await press(pilot, "tab", "tab", "enter")
        assert isinstance(pilot.app.screen, CommentsScreen)
        await press(pilot, "escape")
        await on(pilot, MyWorkScreen)


async def test_the_keys_go_on_to_what_is_left(tmp_path: Path, work: Work) -> None:
    work.owing = {next(kpi.id for kpi in work.world.kpis.values() if kpi.code == "PUNCT")}
    async with opened(tmp_path, "v", "9", "6", "ctrl+s") as pilot:
        await on(pilot, MyWorkScreen)
        assert "Nothing: every value that I owe is there." in seen(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, PlanScreen)


@pytest.mark.usefixtures("work")
async def test_the_kpi_of_a_line_is_a_key_away(tmp_path: Path) -> None:
    async with opened(tmp_path, "o") as pilot:
        assert isinstance(pilot.app.screen, KpiScreen)
        assert "Clean carriages" in seen(pilot)
        await press(pilot, "escape")
        await on(pilot, MyWorkScreen)
        await press(pilot, "2", "minus")


async def test_with_nothing_to_do_the_keys_say_so(tmp_path: Path, work: Work) -> None:
    work.owing.clear()
    work.acting.plans.clear()
    work.threads.clear()
    async with opened(tmp_path, "v", "o") as pilot:
        assert "Nothing: every value that I owe is there." in seen(pilot)
        assert notices(pilot) == ["There is no line under the cursor."] * 2


@pytest.mark.usefixtures("work")
async def test_who_may_not_enter_is_told_why(tmp_path: Path) -> None:
    async with opened(tmp_path, "v", role=BuiltinRole.VIEWER) as pilot:
        assert notices(pilot) == ["Your role does not allow this (kpi_value:create)."]
        assert isinstance(pilot.app.screen, MyWorkScreen)


async def test_what_cannot_be_read_says_what_to_do(tmp_path: Path, work: Work) -> None:
    work.failing = Unavailable()
    async with opened(tmp_path) as pilot:
        assert "Press r to try again." in seen(pilot)
        work.failing = None
        await press(pilot, "r")
        assert "Values I owe   2" in seen(pilot)


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_names_break_nothing(tmp_path: Path, work: Work, text: str) -> None:
    for kpi_id in work.owing:
        kpi = work.world.kpis[kpi_id]
        work.world.kpis[kpi_id] = replace(
            kpi, name=text, code=text[:20], dashboard_title=text, unit=text[:20]
        )
    async with opened(tmp_path, "down", "up", "v", "escape") as pilot:
        assert isinstance(pilot.app.screen, MyWorkScreen)
        assert "\x1b" not in seen(pilot)


@pytest.mark.usefixtures("work")
@pytest.mark.parametrize("size", SIZES)
async def test_screen(size: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    pictures = snapshot.use_extension(Pictures)
    for theme in ("dark", "light", "mono"):
        async with opened(tmp_path, size=size, theme=theme) as pilot:
            assert picture(pilot.app) == pictures(name=f"my-work-{size}-{theme}")


@pytest.mark.usefixtures("work")
async def test_screen_in_french(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with opened(tmp_path, locale="fr") as pilot:
        assert picture(pilot.app) == snapshot.use_extension(Pictures)(name="my-work-fr")
