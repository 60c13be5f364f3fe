"""The search on screen: as one types, narrowed, opened; what is late, empty, hostile or refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot
from textual.widgets import Select

from kpix_tui.access.permissions import BuiltinRole
from kpix_tui.domains.comments.views import Subject
from kpix_tui.domains.people import service as people
from kpix_tui.domains.people.errors import UserNotFound
from kpix_tui.domains.search.views import Hit, Kind, Marked, StatusFilter
from kpix_tui.kernel.errors import Unavailable
from kpix_tui.tui.administration.user import UserScreen
from kpix_tui.tui.comments.screen import CommentsScreen
from kpix_tui.tui.dashboard.screen import DashboardScreen
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.kpi.screen import KpiScreen
from kpix_tui.tui.plans.screen import PlanScreen
from kpix_tui.tui.search.form import NarrowForm
from kpix_tui.tui.search.screen import SearchScreen
from kpix_tui.tui.themes import MONO, NAMES
from tests.tui.comments_world import station_talk
from tests.tui.hostile import HOSTILE
from tests.tui.picture import picture
from tests.tui.pilots import fill, interface, notices, press, settled, text_of, until
from tests.tui.plans_world import depot
from tests.tui.search_world import Finder
from tests.tui.support import actor
from tests.tui.test_snapshots import SIZES, Pictures
from tests.tui.world import ENTERED, World


@pytest.fixture
def finder(world: World, monkeypatch: pytest.MonkeyPatch) -> Finder:
    made = Finder(world)
    made.install(monkeypatch)
    return made


@asynccontextmanager
async def opened(
    home: Path, text: str = "", *, size: str = "120x40", theme: str = "dark", **settings: Any
) -> AsyncIterator[Pilot[Any]]:
    """The interface on the search, with the answer to ``text`` on screen."""
    app = interface(home, **settings)
    async with app.run_test(size=SIZES[size], notifications=True) as pilot:
        await settled(pilot)
        app._without_colour.enabled = NAMES[theme] == MONO
        app.theme = NAMES[theme]
        app.actor, app.live = actor(BuiltinRole.ADMIN), True
        app.replace_all(DashboardsScreen())
        await settled(pilot)
        await press(pilot, "6")
        await press(pilot, *text)
        if text:
            await answered(pilot, text)
        yield pilot


async def answered(pilot: Pilot[Any], text: str) -> None:
    """The answer to ``text`` is there."""
    await until(pilot, lambda: screen(pilot)._text == text and screen(pilot).table.found)
    await settled(pilot)


def screen(pilot: Pilot[Any]) -> SearchScreen:
    """The search."""
    found = pilot.app.screen
    assert isinstance(found, SearchScreen)
    return found


def seen(pilot: Pilot[Any]) -> str:
    """What is on the screen."""
    return text_of(pilot.app.screen)


async def test_it_searches_as_one_types(tmp_path: Path, finder: Finder) -> None:
    async with opened(tmp_path) as pilot:
        assert "Type at least two letters." in seen(pilot)
        assert "Everything that you may see." in seen(pilot)
        await press(pilot, *"tr")
        await answered(pilot, "tr")
        text = seen(pilot)
        assert "Regional trains" in text
        assert "PUNCT  Trains on time" in text
        assert "■ Red" in text
        assert f"{screen(pilot).table.total} found" in text
        await press(pilot, *"ains o")
        await answered(pilot, "trains o")
        assert [finder.asked[0].text, finder.asked[-1].text] == ["tr", "trains o"]
        await press(pilot, *["backspace"] * 7)
        await until(pilot, lambda: "Type at least two letters." in seen(pilot))
        assert min(len(wanted.text) for wanted in finder.asked) == 2


async def test_more_than_was_looked_at_is_said(tmp_path: Path, finder: Finder) -> None:
    finder.more = True
    async with opened(tmp_path, "tr") as pilot:
        assert "more than" in seen(pilot)


async def test_a_late_answer_replaces_no_newer_one(tmp_path: Path, finder: Finder) -> None:
    late = finder.gates["tr"] = Event()
    async with opened(tmp_path) as pilot:
        await press_now(pilot, *"tr")
        await until(pilot, lambda: [one.text for one in finder.asked] == ["tr"])
        await press_now(pilot, *["backspace"] * 2, *"ener")
        await until(pilot, lambda: "Energy" in seen(pilot))
        late.set()
        await settled(pilot)
        assert "Energy" in seen(pilot)
        assert "Regional trains" not in seen(pilot)


async def press_now(pilot: Pilot[Any], *keys: str) -> None:
    """Press without waiting for what is held back."""
    for key in keys:
        await pilot.press(key)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("regional", DashboardScreen), ("recommend", KpiScreen), ("lovel", UserScreen)],
)
async def test_enter_opens_what_was_found(
    tmp_path: Path, finder: Finder, monkeypatch: pytest.MonkeyPatch, text: str, kind: type
) -> None:
    def nobody(_uow: Any, user_id: UUID) -> Any:
        raise UserNotFound(name=str(user_id))

    monkeypatch.setattr(people, "show_user_detail", nobody)
    async with opened(tmp_path, text) as pilot:
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, kind)
        await press(pilot, "escape")
        assert screen(pilot)._text == text


async def test_an_action_and_a_comment_on_it_open_where_they_stand(
    tmp_path: Path, finder: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans, talk = depot(), station_talk()
    plans.install(monkeypatch)
    talk.install(monkeypatch)
    finder.install(monkeypatch)
    plan = plans.called("Buy seats that are easy to clean")
    on_it = Subject(plan.kpi_id, action_id=plan.id)
    comment = talk.say(on_it, "Ordered in blue.")
    talk.say(on_it, "They came in grey.")
    given = {"snippet": Marked(""), "owner_name": "", "changed_at": ENTERED}
    finder.said += [
        Hit(Kind.ACTION, plan.id, Marked(plan.title), Marked("Trains"), **given),
        Hit(
            Kind.COMMENT,
            comment.id,
            Marked("of seats"),
            Marked("Trains"),
            kpi_id=plan.kpi_id,
            action_id=plan.id,
            **given,
        ),
    ]
    async with opened(tmp_path, "seats") as pilot:
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, PlanScreen)
        await until(pilot, lambda: "CLEAN" in seen(pilot))
        await press(pilot, "escape", "down", "enter")
        assert isinstance(pilot.app.screen, CommentsScreen)
        await until(pilot, lambda: "2 comments" in seen(pilot))
        assert "Action  Buy seats that are easy to clean" in seen(pilot)
        assert pilot.app.screen.thread.current == comment
        del plans.plans[plan.id]
        await press(pilot, "escape", "enter")
        await until(pilot, lambda: "Action  It was deleted, or you may" in seen(pilot))


async def test_the_arrows_move_without_leaving_the_line(tmp_path: Path, finder: Finder) -> None:
    async with opened(tmp_path, "tr") as pilot:
        first = screen(pilot).table.current
        await press(pilot, "down")
        second = screen(pilot).table.current
        assert first != second
        await press(pilot, "up")
        assert screen(pilot).table.current == first
        await press(pilot, *"ai")
        await answered(pilot, "trai")


async def test_the_ways_in_and_out(tmp_path: Path, finder: Finder) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, DashboardsScreen)
        await press(pilot, "6", *"tr")
        await answered(pilot, "tr")
        await press(pilot, "escape")
        assert screen(pilot).focused is screen(pilot).table.grid
        await press(pilot, "6")
        assert screen(pilot).focused is screen(pilot).line
        await press(pilot, "escape", "slash")
        assert screen(pilot).focused is screen(pilot).line
        await press(pilot, "escape", "escape")
        assert isinstance(pilot.app.screen, DashboardsScreen)
        await press(pilot, "minus")
        await settled(pilot)
        assert "PUNCT" in seen(pilot)  # the same search anew


async def test_keys_narrow(tmp_path: Path, finder: Finder) -> None:
    async with opened(tmp_path, "tr") as pilot:
        await press(pilot, "escape", "A")
        assert "Everything is searched already." in notices(pilot)
        await press(pilot, "t")
        assert "kind: Dashboard" in seen(pilot)
        assert finder.asked[-1].kinds == frozenset({Kind.DASHBOARD})
        await press(pilot, "t", "t")
        assert "kind: Person" in seen(pilot)
        assert "Nothing that you may see has these words." in seen(pilot)
        await press(pilot, "A")
        assert "Everything that you may see." in seen(pilot)
        assert finder.asked[-1].kinds == frozenset()


async def test_a_form_narrows(
    tmp_path: Path, finder: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(_uow: Any, name: str) -> Any:
        if name != "ada":
            raise UserNotFound(name=name)
        return type("Row", (), {"id": UUID(int=1), "name": "Ada [/foo]"})()

    monkeypatch.setattr(people, "find_user", find)
    async with opened(tmp_path, "tr") as pilot:
        await press(pilot, "escape", "f")
        form = pilot.app.screen
        assert isinstance(form, NarrowForm)
        form.query_one("#field-status").query_one(Select).value = StatusFilter.RED
        await fill(
            pilot, process="Transport", owner="nobody", since="2026-11-02", until="1/11/2026"
        )
        await press(pilot, "ctrl+s")
        assert pilot.app.screen is form
        assert "The last day is before the first" in seen(pilot)
        await fill(pilot, until="")
        await press(pilot, "ctrl+s")
        assert pilot.app.screen is form
        assert "nobody" in seen(pilot)
        await fill(pilot, owner="ada")
        await press(pilot, "ctrl+s")
        text = seen(pilot)
        assert "status: Red, process: Transport, owner: Ada [/foo], from 2 Nov 2026" in text
        wanted = finder.asked[-1]
        assert wanted.statuses == frozenset({StatusFilter.RED})
        assert (wanted.owner_id, wanted.process) == (UUID(int=1), "Transport")
        assert str(wanted.since) == "2026-11-02"
        await press(pilot, "f", "escape")
        assert finder.asked[-1] == wanted


async def test_a_refusal_keeps_what_was_typed(tmp_path: Path, finder: Finder) -> None:
    finder.failing = Unavailable(reason="gone [/foo]")
    async with opened(tmp_path) as pilot:
        await press(pilot, *"trai")
        await until(pilot, lambda: "gone [/foo]" in seen(pilot))
        assert "Press Esc, then r to try again." in seen(pilot)
        finder.failing = None
        await press(pilot, "escape", "r")
        await until(pilot, lambda: "Regional trains" in seen(pilot))
        assert screen(pilot).line.value == "trai"


async def test_a_query_that_is_too_long_says_so(tmp_path: Path, finder: Finder) -> None:
    async with opened(tmp_path) as pilot:
        screen(pilot).line.value = "x" * 201
        await until(pilot, lambda: "200 characters at most" in seen(pilot))


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_texts_are_text(tmp_path: Path, finder: Finder, text: str) -> None:
    board = finder.world.dashboard(f"zebra {text}", text, f"zebra {text}")
    finder.world.kpi(
        board,
        f"zebra {text}",
        next(iter(finder.world.kpis.values())).thresholds[0].thresholds,
        "90",
    )
    finder.extra.append((f"zebra {text}", "zebra@rail.test"))
    async with opened(tmp_path, "zebra") as pilot:
        assert "3 found" in seen(pilot)
        screen(pilot).line.value = text
        await settled(pilot)
        await press(pilot, "escape")


async def test_the_palette_finds_what_the_search_finds(tmp_path: Path, finder: Finder) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "escape", "colon", *"recommend")
        await until(pilot, lambda: "NPS  Passengers who recommend us" in seen(pilot))
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, KpiScreen)


PICTURES = {
    "search-empty": ("", ()),
    "search": ("tra", ()),
    "search-nothing": ("nowhere", ()),
    "search-rows": ("tra", ("escape", "t", "t")),
    "search-form": ("tra", ("escape", "f")),
}


@pytest.fixture
def pictures(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(Pictures)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PICTURES)
async def test_pictures(
    tmp_path: Path, finder: Finder, pictures: SnapshotAssertion, name: str, size: str
) -> None:
    text, keys = PICTURES[name]
    for theme in ("dark", "light", "mono"):
        async with opened(tmp_path, text, size=size, theme=theme) as pilot:
            await press(pilot, *keys)
            assert picture(pilot.app) == pictures(name=f"{name}-{size}-{theme}")


async def test_in_french(tmp_path: Path, finder: Finder, pictures: SnapshotAssertion) -> None:
    async with opened(tmp_path, "tra", locale="fr") as pilot:
        await press(pilot, "escape", "t", "t")
        assert picture(pilot.app) == pictures(name="search-120x40-fr")


async def test_in_ascii(tmp_path: Path, finder: Finder) -> None:
    async with opened(tmp_path, "tra", ascii=True) as pilot:
        assert "# Red" in seen(pilot)
