"""The paged table: a window of pages, a cursor that stays, sorting and filtering elsewhere."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest
from textual.content import Content
from textual.pilot import Pilot

from kpix_tui.kernel.errors import Unavailable
from kpix_tui.kernel.paging import PAGE_SIZE, Page, PageRequest
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.app import KpixApp
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets import table as table_module
from kpix_tui.tui.widgets.columns import Column, lay_out
from kpix_tui.tui.widgets.table import PagedTable
from tests.tui.hostile import HOSTILE
from tests.tui.pilots import settled, until
from tests.tui.support import FakeContext, actor

Row = tuple[int, str]


class ListScreen(KpixScreen[None]):
    """A list of numbered names, sorted and cut the way SQL would."""

    PLACE = "start"
    BINDINGS = bindings_for("start")

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.names = names
        self.asked: list[PageRequest] = []
        self.refusal: Unavailable | None = None
        self.opened: list[Row] = []

    def body(self) -> Any:
        columns: list[Column[Row]] = [
            Column("Name", lambda row, _w: row[1], 20, key="name", grow=1),
            Column("Number", lambda row, _w: Content(str(row[0])), 8, key="n", align="right"),
            Column("Extra", lambda _row, _w: "extra", 30, priority=2),
        ]
        yield PagedTable(
            columns,
            self.page,
            row_key=lambda row: row[0],
            empty="Nothing here.",
            empty_step="Press n.",
            sort="name",
        )

    async def page(self, request: PageRequest) -> Page[Row]:
        self.asked.append(request)
        if self.refusal:
            raise self.refusal
        rows = [(i, name) for i, name in enumerate(self.names) if request.text in name]
        if request.descending:
            rows.reverse()
        end = request.offset + request.limit
        return Page(tuple(rows[request.offset : end]), len(rows), request.offset)

    def on_paged_table_opened(self, event: PagedTable.Opened) -> None:
        self.opened.append(event.row)

    @property
    def table(self) -> PagedTable[Row]:
        return cast("PagedTable[Row]", self.query_one(PagedTable))

    @property
    def text(self) -> str:
        grid = self.table.grid
        return "\n".join(grid.render_line(y).text for y in range(grid.size.height))


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KpixApp:
    monkeypatch.setattr(table_module, "TYPING_PAUSE", 0.001)
    monkeypatch.setattr(KpixApp, "on_mount", lambda _self: None)
    made = KpixApp(cast("Any", FakeContext(tmp_path)))
    made.actor = actor()
    return made


async def show(pilot: Pilot[Any], names: list[str]) -> ListScreen:
    screen = ListScreen(names)
    await pilot.app.push_screen(screen)
    await settled(pilot)
    screen.table.focus()
    await pilot.pause()
    return screen


def many(count: int) -> list[str]:
    return [f"name {i:05}" for i in range(count)]


class DistantList(ListScreen):
    """Answers after the rows have got their place and their size."""

    async def page(self, request: PageRequest) -> Page[Row]:
        found = await super().page(request)
        await asyncio.sleep(0.2)
        return found


async def test_a_list_that_opens_is_read_once(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = DistantList(many(300))
        await pilot.app.push_screen(screen)
        await until(pilot, lambda: "name 00000" in screen.text)
        assert [request.offset for request in screen.asked] == [0]
        screen.table.focus()
        await pilot.press("end")
        await until(pilot, lambda: "name 00299" in screen.text)
        assert [request.offset for request in screen.asked] == [0, 200]


async def test_only_what_is_near_is_read_and_held(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await show(pilot, many(10_000))
        assert [r.offset for r in screen.asked] == [0]
        await pilot.press("end")
        await settled(pilot)
        assert screen.table.current == (9_999, "name 09999")
        assert {r.offset for r in screen.asked} <= {0, 9_900}
        for _page in range(40):
            await pilot.press("pageup")
        await settled(pilot)
        assert len(screen.table.grid._rows) <= 6 * PAGE_SIZE
        assert screen.table.current is not None


async def test_movement_by_letters_arrows_and_ends(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await show(pilot, many(50))
        await pilot.press("j", "down", "down", "k")
        assert screen.table.current == (2, "name 00002")
        await pilot.press("pagedown")
        assert screen.table.grid.cursor > 10
        await pilot.press("end", "down")
        assert screen.table.grid.cursor == 49
        await pilot.press("home", "up")
        assert screen.table.grid.cursor == 0


async def test_sorting_is_asked_for_not_done(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await show(pilot, many(5))
        await pilot.press("s")
        await settled(pilot)
        assert screen.asked[-1].sort == "-name"
        assert screen.table.current == (4, "name 00004")
        await pilot.press("right", "s")
        await settled(pilot)
        assert screen.asked[-1].sort == "n"
        assert "Number ▴" in screen.text


async def test_filter_as_i_type_and_drop_it_again(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await show(pilot, many(500))
        await pilot.press("slash", *"0012")
        await until(pilot, lambda: screen.table.total == 11)
        await pilot.press("enter")
        assert screen.table.grid.has_focus
        await pilot.press("escape")
        await until(pilot, lambda: screen.table.total == 500)
        await pilot.press("slash", "z", "z")
        await until(pilot, lambda: "Nothing matches." in screen.text)


async def test_enter_opens_the_row(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await show(pilot, many(5))
        await pilot.press("down", "enter")
        await pilot.pause()
        assert screen.opened == [(1, "name 00001")]


async def test_an_empty_list_says_what_to_do(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await show(pilot, [])
        assert "Nothing here." in screen.text
        assert "Press n." in screen.text


async def test_a_refusal_is_said_and_can_be_tried_again(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = ListScreen(many(3))
        screen.refusal = Unavailable(reason="no route")
        await app.push_screen(screen)
        await settled(pilot)
        assert "no route" in screen.text
        screen.refusal = None
        screen.table.reload()
        await settled(pilot)
        assert "name 00002" in screen.text


async def test_rows_stay_when_a_later_reading_fails(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await show(pilot, many(3))
        screen.refusal = Unavailable(reason="no route")
        screen.table.reload()
        await settled(pilot)
        assert "name 00002" in screen.text
        assert "no route" in str(screen.table.query_one(".count").render())


async def test_the_cursor_stays_on_its_row_when_others_come(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await show(pilot, many(20))
        await pilot.press(*["down"] * 7)
        screen.names = [f"name {i:05}" for i in range(20)]
        screen.table.reload()
        await settled(pilot)
        assert screen.table.current == (7, "name 00007")


async def test_a_late_answer_is_dropped(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await show(pilot, many(5))
        gate = asyncio.Event()
        normal = screen.page

        async def slow(request: PageRequest) -> Page[Row]:
            await gate.wait()
            return Page(((0, "late"),), 1)

        screen.table._loader = slow
        screen.table.reload()
        await pilot.pause()
        screen.table._loader = normal
        screen.table.reload()
        gate.set()
        await settled(pilot)
        assert "late" not in screen.text
        assert screen.table.total == 5


async def test_hostile_names_are_only_text(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await show(pilot, list(HOSTILE))
        assert "[/foo]" in screen.text
        assert "\x1b" not in screen.text
        assert "\u202e" not in screen.text
        for _row in HOSTILE:
            await pilot.press("y", "down")
        await pilot.press("slash", *"[/foo]")
        await until(pilot, lambda: screen.table.total == 1)


async def test_a_click_moves_and_a_click_on_a_title_sorts(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await show(pilot, many(5))
        await pilot.click(screen.table.grid, offset=(4, 3))
        assert screen.table.current == (2, "name 00002")
        await pilot.click(screen.table.grid, offset=(4, 3), times=2)
        await pilot.pause()
        assert screen.opened == [(2, "name 00002")]
        await pilot.click(screen.table.grid, offset=(4, 0))
        await settled(pilot)
        assert screen.asked[-1].sort == "-name"


def test_columns_drop_by_priority_and_share_what_is_left() -> None:
    def cell(_row: object, _width: int) -> str:
        return ""

    columns: list[Column[object]] = [
        Column("A", cell, 10, grow=1),
        Column("B", cell, 10, priority=2),
        Column("C", cell, 10, priority=1),
    ]
    assert [laid.column.title for laid in lay_out(columns, 40)] == ["A", "B", "C"]
    assert [laid.column.title for laid in lay_out(columns, 30)] == ["A", "C"]
    assert [laid.column.title for laid in lay_out(columns, 12)] == ["A"]
    assert [laid.width for laid in lay_out(columns, 40)] == [16, 10, 10]
