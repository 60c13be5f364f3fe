"""Statuses, sparklines and figures as they are written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpix_tui.app.looks import LOOKS, look_of, tallies
from kpix_tui.domains.kpis.views import Status
from kpix_tui.domains.overview.views import KpiRow, SparkPoint, StatusCounts
from kpix_tui.tui.themes import THEMES
from kpix_tui.tui.widgets.figures import Writing, delta_cell, value_cell, variance_cell
from kpix_tui.tui.widgets.sparkline import ASCII_BLOCKS, BLOCKS, sparkline
from kpix_tui.tui.widgets.status import color_of, status_bar, status_cell, status_counts
from tests.tui.world import railway

COUNTS = st.builds(
    lambda green, orange, red, critical, none: StatusCounts(
        green, orange, red + critical, critical, none
    ),
    *[st.integers(0, 300)] * 5,
)


def points(*texts: str | None) -> list[SparkPoint]:
    """Points of a sparkline; None is a gap."""
    return [
        SparkPoint(
            date(2026, 1, 1),
            None if text is None else Decimal(text),
            Status.NO_DATA if text is None else Status.GREEN,
        )
        for text in texts
    ]


def row(name: str) -> KpiRow:
    """A KPI of the railway."""
    world = railway()
    return next(world.row(kpi) for kpi in world.kpis.values() if kpi.code == name)


# -- statuses ------------------------------------------------------------------------------------


def test_every_status_has_its_own_glyph_letter_and_word() -> None:
    for attribute in ("name", "glyph", "ascii", "word"):
        assert len({getattr(look, attribute) for look in LOOKS}) == len(LOOKS)
    assert all(look.ascii.isascii() for look in LOOKS)


def test_critical_is_a_flag_of_red_only() -> None:
    assert look_of(Status.RED, True).word == "Critical"
    assert look_of(Status.GREEN, True).word == "Green"


def test_a_narrow_cell_keeps_the_glyph() -> None:
    assert status_cell(Status.ORANGE, width=10).plain == "▲ Orange"
    assert status_cell(Status.ORANGE, width=3).plain == "▲"


@pytest.mark.parametrize("theme", [theme for theme in THEMES if theme.name != "kpix-mono"])
def test_a_theme_gives_every_status_its_own_colour(theme: object) -> None:
    variables = theme.variables  # type: ignore[attr-defined]  # a Theme
    colours = [variables[color_of(look).removeprefix("$")] for look in LOOKS]
    assert len(set(colours)) == len(LOOKS)


@given(COUNTS)
def test_red_and_critical_are_counted_once(counts: StatusCounts) -> None:
    assert sum(count for _look, count in tallies(counts)) == counts.total


@given(COUNTS, st.integers(5, 80), st.booleans())
def test_a_bar_is_as_long_as_its_place_and_hides_no_status(
    counts: StatusCounts, width: int, ascii: bool
) -> None:
    bar = status_bar(counts, width, ascii=ascii, colours=False).plain
    assert len(bar) == (width if counts.total else 0)
    assert len(set(bar)) == sum(1 for _look, count in tallies(counts) if count)


def test_counts_come_closer_before_one_is_cut() -> None:
    counts = StatusCounts(120, 30, 40, 12, 7)
    assert status_counts(counts).plain == "◆ 12  ■ 28  ▲ 30  ● 120  ○ 7"
    assert status_counts(counts, width=23).plain == "◆12 ■28 ▲30 ●120 ○7"


# -- sparklines ----------------------------------------------------------------------------------


def test_the_scale_goes_from_the_least_to_the_greatest_shown() -> None:
    assert sparkline(points("1", "4", "7")).plain == BLOCKS[0] + BLOCKS[3] + BLOCKS[-1]


def test_what_is_not_shown_does_not_move_the_scale() -> None:
    assert sparkline(points("1000", "1", "2"), width=2).plain == BLOCKS[0] + BLOCKS[-1]


def test_gaps_stay_visible() -> None:
    assert sparkline(points(None, "1", None, "2")).plain == f"·{BLOCKS[0]}·{BLOCKS[-1]}"
    assert sparkline(points(None, None)).plain == "··"
    assert sparkline(points()).plain == ""


def test_what_does_not_vary_stands_in_the_middle() -> None:
    assert set(sparkline(points("5", "5", "5")).plain) == {BLOCKS[3]}


@given(st.lists(st.none() | st.decimals(allow_nan=True, allow_infinity=True), max_size=30))
def test_any_numbers_can_be_drawn(numbers: list[Decimal | None]) -> None:
    drawn = sparkline(
        [SparkPoint(date(2026, 1, 1), number, Status.NO_DATA) for number in numbers], ascii=True
    )
    assert len(drawn.plain) == len(numbers)
    assert set(drawn.plain) <= {*ASCII_BLOCKS, "."}


# -- figures -------------------------------------------------------------------------------------


def test_a_change_says_which_way_and_whether_that_is_good() -> None:
    writing = Writing("en")
    assert delta_cell(row("COST"), 20, writing).plain == "↑ 0.20 worse"
    assert delta_cell(row("CANCEL"), 20, writing).plain == "↓ 0.20 better"
    assert delta_cell(row("CANCEL"), 20, Writing("en", ascii=True)).plain == "- 0.20 better"
    assert delta_cell(row("CANCEL"), 8, writing).plain == "↓ 0.20"
    assert delta_cell(row("CLEAN"), 20, writing).plain == ""


def test_no_change_is_said() -> None:
    same = row("COST")
    same = replace(same, previous=same.value)
    assert delta_cell(same, 20, Writing("en")).plain == "unchanged"


def test_rounding_never_seems_to_cross_a_threshold() -> None:
    near = replace(row("PUNCT"), value=Decimal("95.96"))
    assert value_cell(near, Writing("en")).plain.strip() == "95.96 %"


def test_a_variance_has_its_sign_and_the_numbers_of_the_language() -> None:
    assert variance_cell(row("PUNCT"), Writing("fr")).plain == "−4,6"
    assert variance_cell(row("PUNCT"), Writing("en", ascii=True)).plain == "-4.6"
    assert variance_cell(row("CLEAN"), Writing("en")).plain == ""


def test_units_stand_under_each_other() -> None:
    cells = [value_cell(row(code), Writing("en")).plain for code in ("PUNCT", "COST", "CLEAN")]
    assert {len(cell) - len(cell.rstrip()) for cell in cells} != {0}
    ends = {cell.index(" ") + 1 + 6 - len(cell) for cell in cells[:2]}
    assert ends == {0}
