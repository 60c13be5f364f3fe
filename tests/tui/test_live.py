"""What others change appears by itself, and disturbs nobody who is doing something else."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.pilot import Pilot

from kpix_tui.domains.accounts.errors import SessionEnded
from kpix_tui.domains.kpis.views import Kpi
from kpix_tui.domains.values.errors import ValueChangedMeanwhile
from kpix_tui.i18n.catalog import set_locale
from kpix_tui.kernel.changes import ANYTHING, Change, Kind, mark, read_note
from kpix_tui.kernel.errors import StaleVersion, Unavailable
from kpix_tui.tui.dashboard.screen import DashboardScreen
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.kpi.form import KpiForm
from kpix_tui.tui.kpi.screen import KpiScreen
from kpix_tui.tui.kpi.value import ValueForm
from kpix_tui.tui.live import following
from kpix_tui.tui.live import screen as live_screen
from kpix_tui.tui.live.words import said
from kpix_tui.tui.lock.screen import LockScreen
from kpix_tui.tui.messages import SignedInAs
from kpix_tui.tui.modals.merge import Merge
from kpix_tui.tui.themes import MONO, NAMES
from kpix_tui.tui.widgets.header import KpixHeader
from kpix_tui.tui.widgets.news import News
from kpix_tui.tui.widgets.notice import Notice
from tests.tui.hostile import HOSTILE
from tests.tui.picture import picture
from tests.tui.pilots import fill, interface, on, press, seen, sees, settled, text_of, until
from tests.tui.support import USER, FakeContext, actor
from tests.tui.world import World

LATE = date(2026, 10, 1)
GRACE = "Grace Hopper"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two readings."""
    monkeypatch.setattr(live_screen, "PAUSE", 0.01)


@asynccontextmanager
async def looking(
    home: Path, monkeypatch: pytest.MonkeyPatch, **settings: Any
) -> AsyncIterator[Pilot[Any]]:
    """Somebody is signed in and looks at the list of dashboards."""
    monkeypatch.setattr("kpix_tui.tui.start.screen.resume", lambda _context: actor())
    app = interface(home, **settings)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await on(pilot, DashboardsScreen)
        await until(pilot, lambda: app.live or app.polling)
        await caught_up(pilot)
        yield pilot


async def caught_up(pilot: Pilot[Any]) -> None:
    """Every screen has read what it knows to be changed."""
    await until(pilot, lambda: not pilot.app.screen_stack[-1].__dict__.get("_waits"))
    await settled(pilot)


async def on_trains(pilot: Pilot[Any]) -> DashboardScreen:
    await press(pilot, "down", "enter")
    await on(pilot, DashboardScreen)
    screen: DashboardScreen = pilot.app.screen
    return screen


def kpi_of(world: World, name: str) -> Kpi:
    return next(one for one in world.kpis.values() if one.name == name)


def value_of(kpi: Kpi) -> Change:
    return Change(Kind.VALUE, mark(kpi.dashboard_id), mark(kpi.id))


def tell(pilot: Pilot[Any], *changes: Change) -> None:
    """A note arrives."""
    pilot.app.changed(frozenset(changes))


def readings(world: World, name: str = "list_kpis") -> int:
    return sum(asked == name for asked, _what in world.asked)


async def test_a_value_appears_and_cursor_and_filter_stay(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking(tmp_path, monkeypatch) as pilot:
        screen = await on_trains(pilot)
        await press(pilot, "slash", "t", "r", "enter")
        await until(pilot, lambda: screen.table.request.text == "tr")
        await press(pilot, "down")
        at = screen.table.current
        other = next(one for one in world.kpis.values() if one.id == screen.table.grid._rows[0].id)
        world.correct(other, 0, "12.3", "typo")
        tell(pilot, value_of(other))
        await sees(pilot, "12.3")
        assert screen.table.current.id == at.id
        assert screen.table.request.text == "tr"


async def test_what_is_not_shown_is_not_read(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking(tmp_path, monkeypatch) as pilot:
        screen = await on_trains(pilot)
        before = len(world.asked)
        elsewhere = UUID(int=99)
        tell(
            pilot,
            Change(Kind.VALUE, mark(elsewhere), mark(elsewhere)),
            Change(Kind.DASHBOARD, mark(elsewhere)),
            Change(Kind.PEOPLE),
        )
        await caught_up(pilot)
        assert len(world.asked) == before
        tell(pilot, Change(Kind.VALUE, mark(screen._dashboard_id)))
        await until(pilot, lambda: len(world.asked) > before)


async def test_many_notes_are_few_readings(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_screen, "PAUSE", 0.2)
    async with looking(tmp_path, monkeypatch) as pilot:
        await on_trains(pilot)
        kpi = kpi_of(world, "Trains on time")
        before = readings(world)
        for number in range(50):
            world.correct(kpi, 0, f"{number + 10}.5", "again")
            tell(pilot, value_of(kpi))
        await sees(pilot, "59.5")
        await caught_up(pilot)
        assert 1 <= readings(world) - before <= 3


async def test_a_reading_under_way_is_waited_for_and_done_again(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answer may be from before the change; given up each time, it would never come."""
    async with looking(tmp_path, monkeypatch) as pilot:
        await on_trains(pilot)
        kpi, gate, slow = kpi_of(world, "Trains on time"), threading.Event(), world.list_kpis

        def wait(*args: Any, **options: Any) -> Any:
            answer = slow(*args, **options)
            gate.wait(30)
            return answer

        monkeypatch.setattr("kpix_tui.domains.overview.service.list_kpis", wait)
        await pilot.press("r")
        await until(pilot, lambda: pilot.app.bridge.busy)
        world.correct(kpi, 0, "12.3", "typo")
        before = readings(world)
        tell(pilot, value_of(kpi))
        await pilot.pause(0.1)
        assert readings(world) == before
        gate.set()
        await sees(pilot, "12.3")


async def test_a_screen_below_is_read_again_when_it_is_seen_again(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking(tmp_path, monkeypatch) as pilot:
        await on_trains(pilot)
        kpi = kpi_of(world, "Trains on time")
        await press(pilot, "enter")
        await on(pilot, KpiScreen)
        shown: KpiScreen = pilot.app.screen
        other = next(
            o
            for o in world.kpis.values()
            if o.id != shown._kpi_id and o.dashboard_id == kpi.dashboard_id
        )
        before = len(world.asked)
        world.correct(other, 0, "12.3", "typo")
        tell(pilot, value_of(other))
        await caught_up(pilot)
        assert len(world.asked) == before
        await press(pilot, "escape")
        await sees(pilot, "12.3")


async def test_the_chart_keeps_its_cursor(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking(tmp_path, monkeypatch) as pilot:
        await on_trains(pilot)
        await press(pilot, "enter")
        await on(pilot, KpiScreen)
        shown: KpiScreen = pilot.app.screen
        await press(pilot, "left", "left", "left")
        period = shown.chart.period
        kpi = world.kpis[shown._kpi_id]
        world.correct(kpi, 0, "12.3", "typo")
        tell(pilot, value_of(kpi))
        await sees(pilot, "12.3")
        assert shown.chart.period == period


async def test_what_is_being_typed_stays_and_the_screen_below_goes_on(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking(tmp_path, monkeypatch) as pilot:
        await on_trains(pilot)
        kpi = kpi_of(world, "Trains on time")
        await press(pilot, "e")
        await on(pilot, KpiForm)
        await fill(pilot, name="Half a na")
        before = readings(world)
        tell(pilot, value_of(kpi))
        await until(pilot, lambda: readings(world) > before)
        await settled(pilot)
        assert isinstance(pilot.app.screen, KpiForm)
        assert "Half a na" in seen(pilot)


# -- who it was ------------------------------------------------------------------------------------


async def test_it_says_who_changed_what_from_the_database(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking(tmp_path, monkeypatch) as pilot:
        screen = await on_trains(pilot)
        kpi = kpi_of(world, "Trains on time")
        world.somebody("kpi_value.created", kpi, start=LATE)
        tell(pilot, value_of(kpi))
        await sees(pilot, f"{GRACE} entered Oct 2026 of {kpi.code}")
        screen.query_one(News).clear()
        await settled(pilot)
        assert GRACE not in seen(pilot)
        tell(pilot, value_of(kpi))  # a note that was made up, or of what is known already
        await until(pilot, lambda: readings(world, "latest_changes") >= 2)
        await settled(pilot)
        assert GRACE not in seen(pilot)


async def test_it_says_nothing_of_what_i_did_nor_of_what_is_not_shown(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking(tmp_path, monkeypatch) as pilot:
        await on_trains(pilot)
        kpi = kpi_of(world, "Trains on time")
        world.somebody("kpi_value.created", kpi, by="Ada Lovelace", start=LATE)
        world.latest[0] = replace(world.latest[0], actor_id=USER)
        elsewhere = next(one for one in world.dashboards.values() if one.title == "Workshops")
        world.somebody("dashboard.updated", elsewhere)
        asked = readings(world, "latest_changes")
        tell(pilot, value_of(kpi))
        await until(pilot, lambda: readings(world, "latest_changes") > asked)
        await settled(pilot)
        assert not pilot.app.screen.query_one(News).has_class("-shown")


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_names_are_text(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch, hostile: str
) -> None:
    async with looking(tmp_path, monkeypatch) as pilot:
        kpi = kpi_of(world, "Trains on time")
        world.somebody("kpi.updated", replace(kpi, code=hostile), by=hostile)
        tell(pilot, value_of(kpi))
        await sees(pilot, " changed ")


def test_what_was_done_is_said_in_both_languages(world: World) -> None:
    kpi = kpi_of(world, "Trains on time")
    board = next(iter(world.dashboards.values()))
    world.somebody("kpi_value.corrected", kpi, start=LATE)
    world.somebody("kpi_value.created", kpi)
    world.somebody("dashboard_share.created", board)
    world.somebody("from.the_future", board)
    first, second, third, fourth = world.latest
    assert said([first], "en") == f"Grace Hopper corrected Oct 2026 of {kpi.code}"
    assert said([second, first], "en") == (
        f"Grace Hopper entered values of {kpi.code}, and 1 other change"
    )
    assert said([third], "en") == "Grace Hopper shared Regional trains"
    assert said([fourth], "en") == "Grace Hopper changed Regional trains"
    set_locale("fr")
    assert said([first, second, third], "fr").startswith("Grace Hopper a corrigé")
    assert said([first, second, third], "fr").endswith("et 2 autres modifications")


async def test_what_went_wrong_stays_until_it_is_read_again(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What others do takes away what is said of reading, and not of what somebody did here."""
    async with looking(tmp_path, monkeypatch) as pilot:
        screen = await on_trains(pilot)
        notice = screen.query_one("#notice", Notice)
        screen.show_problem(StaleVersion())
        before = readings(world)
        tell(pilot, ANYTHING)
        await until(pilot, lambda: readings(world) > before)
        await settled(pilot)
        assert notice.has_class("-shown")
        await press(pilot, "r")
        assert not notice.has_class("-shown")

        def fail(*_args: object) -> None:
            raise Unavailable(reason="away")

        monkeypatch.setattr("kpix_tui.domains.overview.service.show_dashboard", fail)
        tell(pilot, ANYTHING)
        await until(pilot, lambda: notice.has_class("-shown"))
        monkeypatch.setattr(
            "kpix_tui.domains.overview.service.show_dashboard", world.show_dashboard
        )
        await settled(pilot)
        tell(pilot, ANYTHING)
        await until(pilot, lambda: not notice.has_class("-shown"))


# -- live, polling, offline ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"locale": "en"}, ("● live", "◐ polling", "○ offline")),
        ({"locale": "fr"}, ("● en direct", "◐ différé", "○ hors ligne")),
        ({"ascii": True}, ("* live", "~ polling", "- offline")),
    ],
)
async def test_the_header_says_whether_it_is_live(
    tmp_path: Path,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, Any],
    words: tuple[str, ...],
) -> None:
    async with looking(tmp_path, monkeypatch, **settings) as pilot:
        app, header = pilot.app, pilot.app.screen.query_one(KpixHeader)
        for (app.live, app.polling), word in zip(
            ((True, False), (False, True), (False, False)), words, strict=True
        ):
            await pilot.pause()
            assert word in str(header.render())


async def test_behind_a_pooler_the_database_is_asked(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "ASK", 0.02)
    monkeypatch.setattr(following, "ANEW", 1_000_000)
    async with looking(tmp_path, monkeypatch, pooler=True) as pilot:
        assert (pilot.app.live, pilot.app.polling) == (False, True)
        before = readings(world, "list_dashboards")
        asked = readings(world, "changes_since")
        await until(pilot, lambda: readings(world, "changes_since") > asked + 2)
        assert readings(world, "list_dashboards") == before
        monkeypatch.setattr(following, "ANEW", 5)
        kpi = kpi_of(world, "Trains on time")
        world.somebody("kpi_value.created", kpi)
        await until(pilot, lambda: readings(world, "list_dashboards") > before)
        again = readings(world, "list_dashboards")  # counted anew: nobody knows what changed
        await until(pilot, lambda: readings(world, "list_dashboards") > again)
        assert {None} < {since for name, since in world.asked if name == "changes_since"}


async def test_a_database_that_does_not_answer_is_offline_until_it_does(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "ASK", 0.02)
    async with looking(tmp_path, monkeypatch, pooler=True) as pilot:
        world.failing = Unavailable(reason="away")
        await until(pilot, lambda: not pilot.app.polling)
        await until(pilot, lambda: pilot.app.polling)


async def test_a_session_that_ended_is_noticed_by_asking(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "ASK", 0.02)
    async with looking(tmp_path, monkeypatch, pooler=True) as pilot:
        world.failing = SessionEnded()
        await on(pilot, LockScreen)
        assert not pilot.app.polling


class Listener:
    """Remembers what it is told, and is told what to tell."""

    def __init__(self, user_id: UUID, heard: Any, connected: Any) -> None:
        self.user_id, self.heard, self.connected = user_id, heard, connected
        self.stopped = False

    def start(self) -> None:
        self.connected(True)

    def stop(self) -> None:
        self.stopped = True


@pytest.fixture
def listeners(monkeypatch: pytest.MonkeyPatch) -> list[Listener]:
    """Those that were opened, in their order."""
    opened: list[Listener] = []

    def make(_context: FakeContext, *what: Any) -> Listener:
        opened.append(Listener(*what))
        return opened[-1]

    monkeypatch.setattr(FakeContext, "listener", make)
    return opened


async def test_nothing_is_drawn_on_a_locked_terminal(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch, listeners: list[Listener]
) -> None:
    monkeypatch.setattr("kpix_tui.tui.lock.app.lock", lambda _context, _token: None)
    async with looking(tmp_path, monkeypatch) as pilot:
        await on_trains(pilot)
        kpi = kpi_of(world, "Trains on time")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, LockScreen))
        assert listeners[0].stopped
        asked, locked = len(world.asked), text_of(pilot.app.screen)
        world.correct(kpi, 0, "12.3", "typo")
        listeners[0].heard(frozenset({value_of(kpi)}))  # was on its way
        await pilot.pause(0.1)
        assert (len(world.asked), text_of(pilot.app.screen)) == (asked, locked)
        pilot.app.post_message(SignedInAs(actor()))
        await on(pilot, DashboardScreen)
        await sees(pilot, "12.3", "● live")
        assert [one.stopped for one in listeners] == [True, False]


async def test_leaving_ends_the_listener(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch, listeners: list[Listener]
) -> None:
    async with looking(tmp_path, monkeypatch) as pilot:
        assert [one.user_id for one in listeners] == [USER]
        await pilot.press("ctrl+q")
    assert all(one.stopped for one in listeners)


async def test_a_listener_that_was_left_is_not_heard(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch, listeners: list[Listener]
) -> None:
    async with looking(tmp_path, monkeypatch) as pilot:
        pilot.app.follow()
        await caught_up(pilot)
        listeners[0].connected(False)
        await settled(pilot)
        assert pilot.app.live
        listeners[1].connected(False)
        await until(pilot, lambda: not pilot.app.live)


async def test_what_listens_is_live_again_when_the_database_answers_again(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch, listeners: list[Listener]
) -> None:
    async with looking(tmp_path, monkeypatch) as pilot:
        pilot.app.health(answers=False)
        assert not pilot.app.live
        await press(pilot, "r")
        assert pilot.app.live


# -- what a note says ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "value",
        "value - - -",
        "value - x",
        "Value - -",
        "unknown - -",
        "value  - -",
        "value - -\n",
    ],
)
def test_what_is_no_note_is_none(text: str) -> None:
    assert read_note(text) is None


def test_a_note_touches_what_it_names_and_what_it_leaves_open() -> None:
    board, kpi, other = (UUID(int=number) for number in (1, 2, 3))
    note = read_note(f"value {mark(board)} {mark(kpi)}")
    assert note == Change(Kind.VALUE, mark(board), mark(kpi))
    assert note.touches(dashboard=board)
    assert note.touches(dashboard=board, kpi=kpi)
    assert note.touches()
    assert not note.touches(dashboard=board, kpi=other)
    assert not note.touches(dashboard=other)
    several = Change(Kind.VALUE, mark(board))
    assert several.touches(dashboard=board, kpi=other)
    assert not several.touches(dashboard=other, kpi=other)


# -- two people change the same thing --------------------------------------------------------------


async def test_a_definition_that_somebody_else_changed_is_merged(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking(tmp_path, monkeypatch) as pilot:
        await on_trains(pilot)
        await press(pilot, "e")
        await on(pilot, KpiForm)
        shown = pilot.app.screen._kpi
        world.kpis[shown.id] = replace(shown, unit="min", version=2)
        world.somebody("kpi.updated", shown)
        world.failing = StaleVersion()
        await fill(pilot, name="Mine")
        await press(pilot, "ctrl+s")
        await on(pilot, Merge)
        await sees(pilot, GRACE, "Mine", "min")
        await press(pilot, "enter")
        await on(pilot, DashboardScreen)
        (_name, command) = next(one for one in reversed(world.asked) if one[0] == "update_kpi")
        assert (command.name, command.unit, command.version) == ("Mine", "min", 2)
        assert command.thresholds is None


async def test_a_value_that_somebody_else_entered_is_not_written_over_unseen(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking(tmp_path, monkeypatch) as pilot:
        await on_trains(pilot)
        await press(pilot, "v")
        await on(pilot, ValueForm)
        form = pilot.app.screen
        world.correct(form._kpi, 0, "77.7", "theirs")
        world.failing = ValueChangedMeanwhile(value=Decimal("77.7"), fields=("value",))
        await fill(pilot, value="88.8", reason="mine")
        await press(pilot, "ctrl+s")
        await on(pilot, Merge)
        await sees(pilot, "Ada Lovelace", "77.7", "88.8")
        await press(pilot, "left", "enter")
        await on(pilot, DashboardScreen)
        (_name, command) = next(one for one in reversed(world.asked) if one[0] == "enter_value")
        states = world.values[form._kpi.id][command.day]
        assert (command.value, command.expected_revision) == (Decimal("88.8"), len(states) - 1)


# -- what it looks like ----------------------------------------------------------------------------

LOOKS = [
    *(((120, 40), theme, "en") for theme in ("dark", "light", "mono")),
    *(((80, 24), theme, "en") for theme in ("dark", "light", "mono")),
    ((80, 24), "dark", "fr"),
]


class Pictures(SingleFileSnapshotExtension):
    """One text file a picture."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look[0][0]}-{look[1]}-{look[2]}")
async def test_news_while_polling_looks_as_it_did(
    tmp_path: Path, world: World, snapshot: SnapshotAssertion, look: tuple[Any, str, str]
) -> None:
    size, theme, locale = look
    app = interface(tmp_path, locale=locale)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        app.actor, app.polling = actor(), True
        app.speak(locale)
        app._without_colour.enabled = NAMES[theme] == MONO
        app.theme = NAMES[theme]
        app.replace_all(DashboardsScreen())
        await settled(pilot)
        kpi = kpi_of(world, "Trains on time")
        world.somebody("kpi_value.created", kpi, start=LATE)
        tell(pilot, value_of(kpi))
        await sees(pilot, GRACE)
        await settled(pilot)
        assert picture(app) == snapshot.use_extension(Pictures)
