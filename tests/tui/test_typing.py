"""Keys that arrive together, as a fast hand or a slow line sends them, land where they belong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual import events
from textual.pilot import Pilot

from kpix_tui.tui.commands import Palette
from kpix_tui.tui.kpi.value import ValueForm
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.widgets.inputs import LineInput
from kpix_tui.tui.widgets.table import FilterLine
from tests.tui.pilots import field, on, seen, settled, until
from tests.tui.test_screens import opened
from tests.tui.world import World

NAMES = {"/": "slash", ":": "colon", "?": "question_mark", " ": "space"}


async def burst(pilot: Pilot[Any], *keys: str) -> None:
    """Send keys without waiting for any of them."""
    for key in keys:
        pilot.app.post_message(events.Key(NAMES.get(key, key), key if len(key) == 1 else None))
    await settled(pilot)


async def test_what_is_typed_after_tab_belongs_to_the_next_field(
    tmp_path: Path, world: World
) -> None:
    async with opened(tmp_path) as pilot:
        await burst(pilot, "n")
        await burst(pilot, *"Safety", "tab", *"Works", "shift+tab", "!")
        assert field(pilot, "title").raw == "Safety!"
        assert field(pilot, "process").raw == "Works"


async def test_what_is_deleted_or_moved_over_is_so_before_the_next_letter(
    tmp_path: Path, world: World
) -> None:
    async with opened(tmp_path) as pilot:
        await burst(pilot, "n")
        await burst(pilot, *"Sagety", *["left"] * 3, "backspace", "f", "end", "!")
        assert field(pilot, "title").raw == "Safety!"
        await burst(pilot, *["tab"] * 2, *"Twi", "enter", *"liness", "backspace", *"!")
        assert field(pilot, "description").raw == "Twi\nlines!"


async def test_what_is_typed_after_enter_belongs_to_the_next_field(
    tmp_path: Path, world: World
) -> None:
    async with opened(tmp_path) as pilot:
        await burst(pilot, "n")
        await burst(pilot, *"Safety", "enter", *"Works", "enter", "!")
        assert field(pilot, "title").raw == "Safety"
        assert field(pilot, "process").raw == "Works"


async def test_enter_on_the_last_line_saves_all_that_was_typed_before(
    tmp_path: Path, world: World
) -> None:
    async with opened(tmp_path) as pilot:
        await burst(pilot, "down", "enter")
        await burst(pilot, "v")
        await on(pilot, ValueForm)
        await burst(pilot, *"12", "enter", *"counted again", "enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, ValueForm))
        assert "12" in seen(pilot)


async def test_a_value_typed_at_once_is_no_period(tmp_path: Path, world: World) -> None:
    async with opened(tmp_path) as pilot:
        await burst(pilot, "down", "enter")
        await burst(pilot, "v")
        await on(pilot, ValueForm)
        before = field(pilot, "period").raw
        await burst(pilot, *"12")
        assert (field(pilot, "period").raw, field(pilot, "value").raw) == (before, "12")


async def test_the_filter_takes_what_follows_its_key(tmp_path: Path, world: World) -> None:
    async with opened(tmp_path) as pilot:
        await burst(pilot, *"/ene")
        assert pilot.app.screen.query_one(FilterLine).value == "ene"
        await until(pilot, lambda: "Workshops" not in seen(pilot))


async def test_the_palette_takes_what_follows_its_key(tmp_path: Path, world: World) -> None:
    async with opened(tmp_path) as pilot:
        await burst(pilot, *":settings")
        await on(pilot, Palette)
        await until(pilot, lambda: pilot.app.screen.query_one(LineInput).value == "settings")


async def test_a_question_takes_no_letters(tmp_path: Path, world: World) -> None:
    async with opened(tmp_path) as pilot:
        await burst(pilot, "d", "q")
        assert isinstance(pilot.app.screen, Confirm)
        await burst(pilot, "q", "right", "h")
        assert pilot.app.focused.id == "no"  # type: ignore[union-attr]
        await burst(pilot, "l", "enter")
        assert "Energy" not in seen(pilot)


async def test_a_selected_text_is_replaced_by_what_was_typed_ahead(
    tmp_path: Path, world: World
) -> None:
    async with opened(tmp_path) as pilot:
        await burst(pilot, *"/ene")
        line = pilot.app.screen.query_one(FilterLine)
        line.select_all()
        line.take("x")
        assert line.value == "x"
