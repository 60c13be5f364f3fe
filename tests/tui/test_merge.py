"""Two people change the same thing: both are shown, and nothing is written over unseen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from kpix_tui.kernel.errors import KpixError, NotFound, StaleVersion
from kpix_tui.tui.app import KpixApp
from kpix_tui.tui.modals.merge import Merge, Theirs
from kpix_tui.tui.themes import MONO, NAMES
from kpix_tui.tui.widgets.checks import Check, ChecksField
from kpix_tui.tui.widgets.fields import AreaField, ChoiceField, Field, NumberField, TextField
from kpix_tui.tui.widgets.form import FormScreen
from kpix_tui.tui.widgets.sides import Difference, Side
from tests.tui.hostile import HOSTILE
from tests.tui.picture import picture
from tests.tui.pilots import fill, interface, press, seen, settled
from tests.tui.support import actor
from tests.tui.test_app import Plain
from tests.tui.test_snapshots import SIZES, Pictures


@dataclass(frozen=True)
class Thing:
    """What two people change."""

    title: str = "Rail"
    amount: Decimal | None = Decimal("12.5")
    way: int = 1
    notes: str = ""
    days: tuple[int, ...] = (1,)
    version: int = 1


class ThingForm(FormScreen[Thing]):
    """Changes ``stored[0]`` unless somebody else has done so since ``thing`` was read."""

    def __init__(self, stored: list[Thing], by: str = "Grace Hopper") -> None:
        super().__init__()
        self.stored = stored
        self.thing = stored[0]
        self.by = by
        self.unreadable: KpixError | None = None

    def heading(self) -> str:
        return "Thing"

    def fields(self) -> list[Field[Any]]:
        thing = self.thing
        return [
            TextField("title", "Title", value=thing.title, required=True),
            NumberField("amount", "Amount", value=thing.amount, unit="kg"),
            ChoiceField("way", "Way", [(1, "up [/foo]"), (2, "down")], value=thing.way),
            AreaField("notes", "Notes", value=thing.notes),
            ChecksField("days", "Days", [Check(1, "Monday"), Check(2, "Tuesday")], value=(1,)),
        ]

    async def save(self, values: dict[str, Any]) -> Thing:
        if self.stored[0].version != self.thing.version:
            raise StaleVersion
        self.stored[0] = Thing(**values, version=self.thing.version + 1)
        return self.stored[0]

    async def theirs(self, stale: StaleVersion) -> Theirs | None:
        assert isinstance(stale, StaleVersion)
        if self.unreadable:
            raise self.unreadable
        now = self.stored[0]
        values = {name: getattr(now, name) for name in ("title", "amount", "way", "notes", "days")}
        return Theirs(values, now, self.by)

    def adopt(self, origin: Thing) -> None:
        self.thing = origin


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the form: no start, no database."""
    monkeypatch.setattr(KpixApp, "on_mount", lambda _self: None)


@asynccontextmanager
async def editing(
    home: Path, form: ThingForm, *, size: str = "120x40", theme: str = "dark", locale: str = "en"
) -> AsyncIterator[Pilot[Any]]:
    """The form, open."""
    app = interface(home, locale=locale)
    async with app.run_test(size=SIZES[size], notifications=True) as pilot:
        app.actor, app.live = actor(), True
        app.speak(locale)
        app._without_colour.enabled = NAMES[theme] == MONO
        app.theme = NAMES[theme]
        await app.push_screen(Plain())
        app.push_screen(form)
        await settled(pilot)
        yield pilot


async def save_over(pilot: Pilot[Any], form: ThingForm, theirs: Thing, **mine: str) -> None:
    """Type, while somebody else saves, then save."""
    await fill(pilot, **mine)
    form.stored[0] = replace(theirs, version=form.stored[0].version + 1)
    await press(pilot, "ctrl+s")


async def test_what_only_one_has_changed_is_chosen_already(tmp_path: Path) -> None:
    form = ThingForm([Thing()])
    async with editing(tmp_path, form) as pilot:
        theirs = Thing(way=2, notes="Theirs", days=(1, 2))
        await save_over(pilot, form, theirs, title="Mine", amount="14")
        assert isinstance(pilot.app.screen, Merge)
        assert "Grace Hopper has changed this while you were typing." in seen(pilot)
        lines = [line.strip(" │") for line in seen(pilot).splitlines() if "[x]" in line]
        assert [" ".join(line.split()) for line in lines] == [
            "Title [x] Mine [ ] Rail",
            "Amount [x] 14 kg [ ] 12.5 kg",
            "Way [ ] up [/foo] [x] down",
            "Notes [ ] [x] Theirs",
            "Days [ ] Monday [x] Monday, Tuesday",
        ]
        await press(pilot, "enter")
        assert form.stored == [Thing("Mine", Decimal(14), 2, "Theirs", (1, 2), version=3)]
        assert isinstance(pilot.app.screen, Plain)


async def test_what_both_have_changed_must_be_chosen(tmp_path: Path) -> None:
    form = ThingForm([Thing()])
    async with editing(tmp_path, form) as pilot:
        await save_over(pilot, form, Thing(title="Theirs", way=2), title="Mine", amount="14")
        assert "Both have changed it: choose" in seen(pilot)
        await press(pilot, "down", "ctrl+s")
        assert "Choose first for: Title" in seen(pilot)
        assert form.stored[0].version == 2
        await press(pilot, "left", "space", "ctrl+s")
        assert form.stored == [Thing("Theirs", Decimal(14), 2, version=3)]


@pytest.mark.parametrize(("key", "title"), [("left", "Mine"), ("right", "Theirs")])
async def test_either_side_can_be_chosen(key: str, title: str, tmp_path: Path) -> None:
    form = ThingForm([Thing()], by="")
    async with editing(tmp_path, form) as pilot:
        await save_over(pilot, form, Thing(title="Theirs"), title="Mine")
        assert "Somebody else has changed this while you were typing." in seen(pilot)
        await press(pilot, key, "enter")
        assert form.stored[0].title == title


async def test_a_click_chooses_the_side_that_it_hits(tmp_path: Path) -> None:
    form = ThingForm([Thing()])
    async with editing(tmp_path, form) as pilot:
        await save_over(pilot, form, Thing(title="Theirs"), title="Mine")
        await pilot.click("Sides", offset=(70, 0))
        await pilot.click("Sides", offset=(20, 0))
        await pilot.click("Sides", offset=(20, 5))
        await press(pilot, "enter")
        assert form.stored[0].title == "Mine"


async def test_going_back_keeps_what_was_typed_and_writes_nothing(tmp_path: Path) -> None:
    form = ThingForm([Thing()])
    async with editing(tmp_path, form) as pilot:
        await save_over(pilot, form, Thing(title="Theirs", notes="Theirs"), title="Mine")
        await press(pilot, "right", "escape")
        assert pilot.app.screen is form
        assert "Mine" in seen(pilot)
        await press(pilot, "ctrl+s")  # still stale: their notes are not written over either
        assert isinstance(pilot.app.screen, Merge)
        await press(pilot, "left", "enter")
        assert form.stored[0] == Thing("Mine", notes="Theirs", version=3)


async def test_another_change_meanwhile_is_merged_in_its_turn(tmp_path: Path) -> None:
    form = ThingForm([Thing()])
    async with editing(tmp_path, form) as pilot:
        await save_over(pilot, form, Thing(title="Theirs"), title="Mine")
        form.stored[0] = Thing(title="Theirs", notes="Again", version=3)
        await press(pilot, "left", "enter")
        assert "Again" in seen(pilot)
        await press(pilot, "enter")
        assert form.stored[0] == Thing("Mine", notes="Again", version=4)


async def test_the_same_typed_by_both_asks_nothing(tmp_path: Path) -> None:
    form = ThingForm([Thing()])
    async with editing(tmp_path, form) as pilot:
        await save_over(pilot, form, Thing(title="Same"), title="Same")
        assert form.stored == [Thing("Same", version=3)]


async def test_what_is_gone_meanwhile_is_said_in_the_form(tmp_path: Path) -> None:
    form = ThingForm([Thing()])
    form.unreadable = NotFound()
    async with editing(tmp_path, form) as pilot:
        await save_over(pilot, form, Thing(title="Theirs"), title="Mine")
        assert pilot.app.screen is form
        assert "Not found." in seen(pilot)


async def test_hostile_texts_are_only_text(tmp_path: Path) -> None:
    form = ThingForm([Thing()], by="[/foo]\x1b[31m")
    async with editing(tmp_path, form) as pilot:
        hostile = "".join(HOSTILE)
        await save_over(pilot, form, Thing(title=hostile, notes=hostile), title="[/bar]")
        assert "[/foo]" in seen(pilot)
        assert "[/bar]" in seen(pilot)
        assert "\x1b" not in seen(pilot)


async def test_many_lines_scroll_to_the_one_under_the_cursor(tmp_path: Path) -> None:
    lines = [Difference(str(i), f"Field {i}", "", "a", "") for i in range(30)]
    app = interface(tmp_path)
    async with app.run_test(size=SIZES["80x24"], notifications=True) as pilot:
        app.push_screen(Merge(lines))
        await settled(pilot)
        await press(pilot, *["down"] * 40, "up", "down")
        assert "Field 29" in seen(pilot)
        await press(pilot, *["up"] * 40)
        assert "Field 0" in seen(pilot)


def test_who_alone_changed_it_keeps_it() -> None:
    assert Difference("a", "A", before="1", mine="2", theirs="1").side is Side.MINE
    assert Difference("a", "A", before="1", mine="1", theirs="2").side is Side.THEIRS
    assert Difference("a", "A", before="1", mine="2", theirs="3").side is None


THEIRS = Thing("Night trains", Decimal(11), 2, "Two stations have no reader yet.", (1, 2))


async def shown(home: Path, **look: str) -> str:
    """The picture of a merge."""
    form = ThingForm([Thing()])
    async with editing(home, form, **look) as pilot:
        await save_over(pilot, form, THEIRS, title="Regional trains", amount="14")
        await press(pilot, "down", "right")
        return picture(pilot.app)


@pytest.mark.parametrize("size", SIZES)
async def test_screen(size: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    pictures = snapshot.use_extension(Pictures)
    for theme in ("dark", "light", "mono"):
        drawn = await shown(tmp_path, size=size, theme=theme)
        assert drawn == pictures(name=f"merge-{size}-{theme}")


async def test_screen_in_french(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    pictures = snapshot.use_extension(Pictures)
    assert await shown(tmp_path, locale="fr") == pictures(name="merge-fr")
