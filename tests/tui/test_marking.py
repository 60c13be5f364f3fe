"""Marking rows: Space, what one act concerns, and how long the marks stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from textual.pilot import Pilot

from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.app import KpixApp
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets import table as table_module
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.marking import MarkingTable
from tests.tui.pilots import interface, press, seen, settled, until
from tests.tui.support import actor
from tests.tui.test_app import Plain

Row = tuple[int, str]


class Names(KpixScreen[None]):
    """A list whose rows can be marked."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.names = names

    def body(self) -> Any:
        column: Column[Row] = Column("Name", lambda row, _w: row[1], 20, key="name", grow=1)
        yield MarkingTable([column], self.page, row_key=lambda row: row[0], empty="Nothing.")

    async def page(self, request: PageRequest) -> Page[Row]:
        rows = [(i, name) for i, name in enumerate(self.names) if request.text in name]
        if request.descending:
            rows.reverse()
        return Page(tuple(rows[request.offset : request.offset + request.limit]), len(rows))

    @property
    def table(self) -> MarkingTable[Row]:
        return cast("MarkingTable[Row]", self.query_one(MarkingTable))


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KpixApp:
    monkeypatch.setattr(table_module, "TYPING_PAUSE", 0.001)
    monkeypatch.setattr(KpixApp, "on_mount", lambda _self: None)
    made = interface(tmp_path)
    made.actor = actor()
    return made


async def show(pilot: Pilot[Any], names: list[str]) -> Names:
    await pilot.app.push_screen(Plain())
    screen = Names(names)
    await pilot.app.push_screen(screen)
    await settled(pilot)
    screen.table.focus()
    await pilot.pause()
    return screen


def marks(pilot: Pilot[Any]) -> list[str]:
    """The lines that show a mark."""
    return [line[1:].strip() for line in seen(pilot).splitlines() if line[:1] in ("✓", "*")]


async def test_space_marks_and_goes_on(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await show(pilot, ["a", "b", "c"])
        assert screen.table.chosen == ((0, "a"),)
        await press(pilot, "space", "down", "space")
        assert screen.table.chosen == screen.table.marked == ((0, "a"), (2, "c"))
        assert marks(pilot) == ["a", "c"]
        assert "3 rows   2 marked" in seen(pilot)
        await press(pilot, "home", "space")
        assert marks(pilot) == ["c"]


async def test_marks_stay_through_filter_sort_and_reading_again(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await show(pilot, ["apple", "pear", "plum"])
        await press(pilot, "space", "slash", *"pl")
        await until(pilot, lambda: screen.table.total == 2)
        await press(pilot, "enter", "s", "s", "space")
        screen.names[0] = "apple, red"
        screen.table.reload()
        await settled(pilot)
        assert screen.table.marked == ((0, "apple, red"), (2, "plum"))
        assert "filtered by “pl”   2 marked" in seen(pilot)


async def test_escape_drops_the_marks_then_the_filter_then_leaves(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await show(pilot, ["a", "b"])
        await press(pilot, "slash", "b")
        await until(pilot, lambda: screen.table.total == 1)
        await press(pilot, "enter", "space", "escape")
        assert screen.table.marked == ()
        assert screen.table.total == 1
        await press(pilot, "escape")
        await until(pilot, lambda: screen.table.total == 2)
        await press(pilot, "escape")
        assert pilot.app.screen is not screen


async def test_an_empty_list_has_nothing_to_mark(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await show(pilot, [])
        await press(pilot, "space")
        assert screen.table.chosen == ()


async def test_a_plain_terminal_gets_a_plain_mark(app: KpixApp) -> None:
    app.ascii = True
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await show(pilot, ["a"])
        await press(pilot, "space")
        assert marks(pilot) == ["a"]
        assert "✓" not in seen(pilot)
