"""What readouts and panels say of numbers, by direction."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from kpix_tui.tui.kpi.revisions import Revisions
from tests.tui.pilots import fill, press, seen
from tests.tui.test_screens import opened
from tests.tui.world import World, thresholds


async def test_a_kpi_without_decimals_shows_the_value_as_it_was_entered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    world.kpi(world.dashboard("People"), "Hires", thresholds("5", "3"), "7.46", decimals=0, unit="")
    world.install(monkeypatch)
    async with opened(tmp_path) as pilot:
        await press(pilot, "enter", "enter", "tab")
        history = next(line for line in seen(pilot).splitlines()[2:] if "Ada Lovelace  " in line)
        assert "7.46" in history
        await press(pilot, "v")
        assert "Corrects 7.46, entered by Ada Lovelace." in seen(pilot)
        await press(pilot, "escape", "enter")
        assert isinstance(pilot.app.screen, Revisions)
        assert "Revision 1   7.46" in seen(pilot)


async def test_a_dashboard_moved_back_without_a_kpi_is_moved_by_months(
    tmp_path: Path, world: World
) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "down", "enter", "left_square_bracket")
        assert "As of 31 Oct 2026" in seen(pilot)


async def test_the_description_of_a_kpi_gives_way_on_a_small_terminal(
    tmp_path: Path, world: World
) -> None:
    async with opened(tmp_path, size=(80, 24)) as pilot:
        await press(pilot, "down", "enter", "down", "enter")
        assert "Share of trains" not in seen(pilot)
        assert "PUNCT · Monthly" not in seen(pilot)


async def test_a_threshold_that_is_mended_elsewhere_loses_its_error(
    tmp_path: Path, world: World
) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter", "n")
        await fill(pilot, name="Delay", green="5", orange="8")
        form = pilot.app.screen
        assert len(form.query(".-failed")) == 1
        await fill(pilot, green="9")
        assert len(form.query(".-failed")) == 0
        assert Decimal(form.query_one("#field-green").read()) == 9  # type: ignore[attr-defined]
