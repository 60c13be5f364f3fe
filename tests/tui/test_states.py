"""Every screen that reads has four states: full, empty, loading and failed, each with a picture."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import pytest
from textual.pilot import Pilot

import kpix_tui.tui
from kpix_tui.domains.comments.views import Subject
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.screen import KpixScreen
from tests.support.answers import WHY, State, StatefulApp
from tests.support.screens import SHOTS
from tests.support.states import NOT_READING, READING, anew
from tests.tui.comments_world import GRACE, Talk
from tests.tui.pilots import press, seen, settled
from tests.tui.plans_world import depot
from tests.tui.support import FakeContext, actor

RUNNING = "Open the second platform at rush hour"
WALKS = {
    "dashboards": ((), "Regional trains", "No dashboard yet."),
    "dashboard": (("down", "enter"), "Trains on time", "No KPI on this dashboard yet."),
    "kpi": (("down", "enter", "down", "enter"), "Trains on time", "No value yet."),
    "overview": (("1",), "Transport", "No KPI yet."),
    "actions": (("4",), RUNNING[:20], "Nothing to do here."),
    "actions-board": (("4", "b"), RUNNING[:20], "Nothing to do here."),
    "action": (("4", "enter"), "One platform serves two lines.", None),
    "comments": (("4", "c"), "It opens in May", "No comment yet."),
    "inbox": (("i",), "", "Nothing has happened that you should know."),
    "role": (("7", "down", "down", "enter", "down", "enter"), "Manager", None),
    "users": (("7", "enter"), "Grace Hopper", None),
    "user": (("7", "enter", "enter"), "", None),
    "teams": (("7", "down", "enter"), "", "No team yet."),
    "roles": (("7", "down", "down", "enter"), "Viewer", None),
}
"""Keys from the list of dashboards; what is seen when there is something, and when not."""


@pytest.fixture
def everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """The railway with its people, actions and comments."""
    plans = depot()
    talk = Talk(plans.world)
    running = plans.called(RUNNING)
    talk.say(Subject(running.kpi_id, action_id=running.id), "It opens in May", by=GRACE)
    talk.install(monkeypatch)
    plans.install(monkeypatch)


def screens() -> Iterator[type[KpixScreen[Any]]]:
    """Every full screen of the program; those that others are made from have no place."""
    for module in pkgutil.walk_packages(kpix_tui.tui.__path__, "kpix_tui.tui."):
        import_module(module.name)
    yield from _below(KpixScreen)


def _below(screen: type[KpixScreen[Any]]) -> Iterator[type[KpixScreen[Any]]]:
    for child in screen.__subclasses__():
        if "PLACE" in vars(child) or not child.__subclasses__():
            yield child
        yield from _below(child)


def test_every_screen_says_whether_it_reads() -> None:
    found = {one for one in screens() if one.__module__.startswith("kpix_tui.")}
    assert found == {one.screen for one in READING} | set(NOT_READING)


@pytest.mark.parametrize("reading", READING, ids=lambda one: one.name)
def test_each_state_has_a_picture_or_a_reason(reading: Any) -> None:
    pictured = {shot.name for shot in SHOTS}
    lacking = {state for state in State if reading.named(state) not in pictured}
    assert lacking == set(reading.without)
    assert lacking <= {State.EMPTY}, "whatever reads waits, and fails"
    assert all(reading.without.values())


def test_no_two_pictures_share_a_name() -> None:
    names = [shot.name for shot in SHOTS]
    assert sorted(names) == sorted(set(names))


async def opened(pilot: Pilot[Any], name: str) -> None:
    """The screen as it is."""
    app = cast("StatefulApp", pilot.app)
    await settled(pilot)
    app.actor, app.live = actor(), True
    app.replace_all(DashboardsScreen())
    await settled(pilot)
    await press(pilot, *WALKS[name][0])
    screen = next(one.screen for one in READING if one.name == name)
    assert isinstance(app.screen, screen)


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("state", [State.LOADING, State.ERROR])
async def test_a_role_that_is_not_read_does_not_look_as_if_it_allowed_nothing(
    tmp_path: Path, state: State
) -> None:
    app = StatefulApp(cast("Any", FakeContext(tmp_path)))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, "role")
        assert "○ none" in seen(pilot)
        await anew(pilot, state)
        assert "○ none" not in seen(pilot)


@pytest.mark.usefixtures("everything")
async def test_of_no_kpi_none_is_called_good(tmp_path: Path, overview_first: None) -> None:
    del overview_first
    app = StatefulApp(cast("Any", FakeContext(tmp_path)))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, "overview")
        assert "Getting worse" in seen(pilot)
        await anew(pilot, State.EMPTY)
        assert "Getting worse" not in seen(pilot)
        assert "green" not in seen(pilot)


@pytest.mark.usefixtures("everything", "overview_first")
@pytest.mark.parametrize("name", WALKS)
async def test_each_state_says_what_it_is(name: str, tmp_path: Path) -> None:
    _keys, full, empty = WALKS[name]
    app = StatefulApp(cast("Any", FakeContext(tmp_path)))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, name)
        assert full in seen(pilot)
        assert "Loading…" not in seen(pilot)
        if empty is not None:
            await anew(pilot, State.EMPTY)
            assert empty in seen(pilot)
        await anew(pilot, State.ERROR)
        assert WHY in seen(pilot)
        assert seen(pilot).count(WHY) == 1, seen(pilot)
        assert "Press r to try again" in seen(pilot)
        assert "Loading…" not in seen(pilot)
        app.answer(State.FULL)
        await press(pilot, "r")
        assert full in seen(pilot)
        assert WHY not in seen(pilot)
        await anew(pilot, State.LOADING)
        assert "Loading…" in seen(pilot)
        assert WHY not in seen(pilot)
