"""The chart: what it draws, what its cursor reads out, and what a key costs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import on
from textual.app import ComposeResult

from kpix_tui.domains.kpis.rules import status_for, thresholds_in_force
from kpix_tui.domains.kpis.views import Direction, Kpi, Status, Thresholds
from kpix_tui.domains.values.views import ValueRow
from kpix_tui.kernel.paging import Page
from kpix_tui.kernel.periods import Frequency, last_ended, ordinal
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets.chart import FARTHEST, NEAREST, Chart
from kpix_tui.tui.widgets.chart_sheet import View, draw
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.plot import Dots, Scale, scale_for, ticks, zone
from tests.tui.pilots import interface, settled
from tests.tui.world import DOWN, TODAY, UP, World, thresholds

LIMITS = thresholds("95", "92", "88", "97")


def kpi(
    frequency: Frequency = Frequency.WEEKLY,
    limits: Thresholds = LIMITS,
    direction: Direction = UP,
) -> Kpi:
    """A KPI without values."""
    world = World()
    dashboard = world.dashboard("D")
    return world.kpi(dashboard, "K", limits, "", frequency=frequency, direction=direction)


def rows_of(one: Kpi, numbers: list[str | None]) -> list[ValueRow]:
    """Values up to the last period that has ended; None is a gap."""
    last = last_ended(one.frequency, TODAY)
    rows = []
    for back, text in enumerate(reversed(numbers)):
        if text is not None:
            period = last.shift(-back)
            value = Decimal(text)
            limits = thresholds_in_force(one.thresholds, period.end)
            found = status_for(value, limits, one.direction)
            rows.append(
                ValueRow(
                    period.start,
                    period.end,
                    value,
                    found.status,
                    found.critical,
                    1,
                    "",
                    "Ada",
                    datetime(2026, 11, 1, tzinfo=UTC),
                )
            )
    return rows


def sheet_of(
    one: Kpi, numbers: list[str | None], width: int, height: int, *, ascii: bool = False
) -> list[str]:
    """The lines of the chart with these values, all of them seen."""
    rows = rows_of(one, numbers)
    last = ordinal(one.frequency, last_ended(one.frequency, TODAY).start)
    writing = Writing("en", ascii)
    view = View(one, writing, last - len(numbers) + 1, len(numbers), width, height)
    drawn = draw(view, {ordinal(one.frequency, row.period_start): row for row in rows})
    assert all(len(line) == drawn.view.width >= width for line in drawn.cells)
    return ["".join(cell.character for cell in line) for line in drawn.cells]


# -- arithmetic ----------------------------------------------------------------------------------


@given(
    st.lists(st.decimals(-1_000_000, 1_000_000, places=3), max_size=30),
    st.integers(1, 60),
)
def test_every_value_and_both_thresholds_are_inside(values: list[Decimal], rows: int) -> None:
    scale = scale_for(values, [LIMITS], rows)
    assert scale.low < scale.high
    for value in [*values, LIMITS.green, LIMITS.orange]:
        assert scale.shows(value)
        assert 0 <= scale.row(value) < rows


def test_the_scale_does_not_go_below_zero_for_what_never_does() -> None:
    assert scale_for([Decimal(0)], [thresholds("2", "5")], 10).low == 0


def test_a_threshold_far_away_does_not_flatten_the_line() -> None:
    scale = scale_for([Decimal(94)], [thresholds("95", "92", "10")], 10)
    assert not scale.shows(Decimal(10))


def test_ticks_are_round_and_inside() -> None:
    scale = Scale(Decimal("86.3"), Decimal("98.8"), 20)
    assert ticks(scale, 7) == [Decimal(n) for n in (88, 90, 92, 94, 96, 98)]


@given(
    st.decimals(80, 100, places=2),
    st.sampled_from([(UP, thresholds("95", "92", "88")), (DOWN, thresholds("88", "92", "95"))]),
)
def test_a_band_is_the_status_of_its_height(
    value: Decimal, rule: tuple[Direction, Thresholds]
) -> None:
    direction, limits = rule
    found = status_for(value, limits, direction)
    assert zone(value, limits, direction) == (found.status, found.critical)


def test_a_line_goes_through_both_its_ends() -> None:
    dots = Dots(10, 4)
    dots.line((0, 0), (9, 3), ("first", "second"))
    cells = {(row, column): style for row, column, _character, style in dots.cells(ascii=False)}
    assert cells[0, 0] == "first"
    assert cells[3, 9] == "second"


def test_dots_outside_the_sheet_are_left_out() -> None:
    dots = Dots(2, 2)
    dots.dot(-1, 0, "a")
    dots.dot(0, 8, "a")
    assert not list(dots.cells(ascii=False))


# -- what is drawn -------------------------------------------------------------------------------


def test_the_edge_names_every_limit_and_its_side() -> None:
    text = "\n".join(sheet_of(kpi(), ["94.0", "96.1", "91.0"], 60, 20))
    for label in ("G ≥95.0", "O ≥92.0", "R ≥88.0", "T 97.0"):
        assert label in text


def test_down_is_better_turns_the_signs() -> None:
    one = kpi(limits=thresholds("2", "3"), direction=DOWN)
    text = "\n".join(sheet_of(one, ["1", "4"], 60, 20))
    assert "G ≤2.0" in text
    assert "O ≤3.0" in text


def test_a_limit_outside_is_named_at_the_edge_with_an_arrow() -> None:
    lines = sheet_of(kpi(limits=thresholds("95", "92", "10")), ["94"], 60, 20)
    assert any("R ≥10.0 ↓" in line for line in lines)


@pytest.mark.parametrize("height", [6, 8, 16])
def test_limits_that_share_a_line_are_named_from_the_highest_down(height: int) -> None:
    one = kpi(limits=thresholds("140", "170", "200"), direction=DOWN)
    lines = sheet_of(one, ["160", "950"], 60, height)
    places = [next(i for i, line in enumerate(lines) if label in line) for label in "ROG"]
    assert places == sorted(places)
    assert len(set(places)) == len(places)


def test_points_are_the_glyphs_of_their_status() -> None:
    text = "\n".join(sheet_of(kpi(), ["96", "93", "90", "80"], 60, 24))
    for glyph in "●▲■◆":
        assert text.count(glyph) == 1


def test_a_gap_breaks_the_line() -> None:
    together = sheet_of(kpi(), ["93", "93", "93"], 60, 20)
    apart = sheet_of(kpi(), ["93", None, "93"], 60, 20)
    braille = [
        sum("\u2801" <= c <= "\u28ff" for line in x for c in line) for x in (together, apart)
    ]
    assert braille[0] > 8
    assert braille[1] == 0


def test_plain_terminals_get_plain_characters() -> None:
    one = kpi(direction=DOWN, limits=thresholds("2", "3", "20"))
    numbers: list[str | None] = ["1", "2.5", None, "4", "2"]
    assert all(line.isascii() for line in sheet_of(one, numbers, 60, 20, ascii=True))


@pytest.mark.parametrize("size", [(40, 8), (40, 10), (80, 16), (180, 48), (12, 3)])
@pytest.mark.parametrize("numbers", [[], ["94"], ["1", "100"] * 60, [None] * 5])
def test_every_size_can_be_drawn(size: tuple[int, int], numbers: list[str | None]) -> None:
    assert len(sheet_of(kpi(), numbers or [None], *size)) == size[1]


def test_enormous_and_tiny_values_can_be_drawn() -> None:
    for numbers in (["1e20", "-1e20"], ["0.00000000000000000001", "0"], ["5", "5"]):
        sheet_of(kpi(limits=thresholds("1e19", "1")), list(numbers), 60, 20)


# -- the widget ----------------------------------------------------------------------------------


class ChartScreen(KpixScreen[None]):
    """A chart alone, with values at hand."""

    def __init__(self, one: Kpi, rows: list[ValueRow]) -> None:
        super().__init__()
        self.one, self.rows = one, rows
        self.wanted: list[tuple[date, date]] = []

    def body(self) -> ComposeResult:
        """The chart."""
        yield Chart(Writing("en"))

    def begin(self) -> None:
        """Show it."""
        chart = self.query_one(Chart)
        latest = Page(tuple(self.rows[:FARTHEST]), len(self.rows))
        chart.show(self.one, self.rows[-1].period_start, self.rows[0].period_start, latest)
        chart.focus()

    @on(Chart.Wanted)
    def _give(self, event: Chart.Wanted) -> None:
        self.wanted.append((event.since, event.until))
        known = [row for row in self.rows if event.since <= row.period_start <= event.until]
        self.query_one(Chart).put(event.since, event.until, known)


async def shown(pilot: Any, app: Any, count: int) -> tuple[ChartScreen, Chart]:
    """The chart with so many weekly values."""
    one = kpi()
    numbers: list[str | None] = [str(90 + index % 9) for index in range(count)]
    screen = ChartScreen(one, rows_of(one, numbers))
    await settled(pilot)
    app.replace_all(screen)
    await settled(pilot)
    return screen, screen.query_one(Chart)


def line(chart: Chart, y: int = 0) -> str:
    """A line of the chart."""
    return chart.render_line(y).text


@pytest.mark.usefixtures("world")
async def test_the_cursor_reads_out_period_value_status_and_variance(tmp_path: Path) -> None:
    app = interface(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        screen, chart = await shown(pilot, app, 30)
        await pilot.press("left")
        row = screen.rows[1]
        assert chart.period is not None
        assert chart.period.start == row.period_start
        read = line(chart)
        assert f"{row.value:.1f} %" in read
        assert "W45 2026" in read
        assert {Status.GREEN: "● Green", Status.ORANGE: "▲ Orange"}.get(row.status, "") in read
        assert "variance −4.0" in read


@pytest.mark.usefixtures("world")
async def test_home_and_end_go_to_the_ends_and_no_further(tmp_path: Path) -> None:
    app = interface(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        screen, chart = await shown(pilot, app, 300)
        await pilot.press("home", "left")
        await settled(pilot)
        assert chart.period is not None
        assert chart.period.start == screen.rows[-1].period_start
        assert "W" in line(chart)
        await pilot.press("end", "right")
        assert chart.period.start == screen.rows[0].period_start


@pytest.mark.usefixtures("world")
async def test_values_are_asked_for_as_the_window_moves_and_never_all(tmp_path: Path) -> None:
    app = interface(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        screen, chart = await shown(pilot, app, 2000)
        await pilot.press("home")
        await settled(pilot)
        assert len(screen.wanted) == 1
        assert len(chart._values) <= chart.span * 3
        assert "No data" not in line(chart)


@pytest.mark.usefixtures("world")
async def test_two_keys_change_the_distance_within_limits(tmp_path: Path) -> None:
    app = interface(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        _screen, chart = await shown(pilot, app, 2000)
        for _time in range(12):
            await pilot.press("less_than_sign")
        assert chart.span == FARTHEST
        for _time in range(12):
            await pilot.press("greater_than_sign")
        assert chart.span == NEAREST
        await settled(pilot)
        assert line(chart).strip()


@pytest.mark.usefixtures("world")
async def test_a_click_puts_the_cursor_there(tmp_path: Path) -> None:
    app = interface(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        _screen, chart = await shown(pilot, app, 30)
        before = chart.cursor
        await pilot.click(Chart, offset=(60, 12))
        assert before - 20 < chart.cursor < before


@pytest.mark.usefixtures("world")
async def test_a_step_of_the_cursor_repaints_four_cells_and_the_readout(tmp_path: Path) -> None:
    app = interface(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        _screen, chart = await shown(pilot, app, 30)
        painted: list[Any] = []
        real = chart.refresh

        def refresh(*regions: Any, **options: Any) -> Any:
            painted.extend(regions)
            return real(*regions, **options)

        chart.refresh = refresh  # type: ignore[method-assign]  # watched, then done
        await pilot.press("left")
        assert sorted(region.width for region in painted) == [1, 1, 1, 1, 118]
