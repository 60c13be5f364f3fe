"""Every screen at two sizes in three themes, and one in French, as text with its styles.

``pytest tests/tui/test_snapshots.py --snapshot-update`` writes them anew; read the diff.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.pilot import Pilot

from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.themes import MONO, NAMES
from tests.tui.picture import picture
from tests.tui.pilots import interface, settled
from tests.tui.support import actor

Steps = Callable[[Pilot[Any]], Awaitable[None]]


class Pictures(SingleFileSnapshotExtension):
    """One text file a picture."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.fixture
def pictures(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Snapshots as text files."""
    return snapshot.use_extension(Pictures)


KEYS = {
    "dashboards": (),
    "dashboard": ("down", "enter"),
    "dashboard-before": ("down", "enter", "down", "left_square_bracket", "left_square_bracket"),
    "kpi": ("down", "enter", "down", "enter"),
    "kpi-cursor": ("down", "enter", "down", "enter", "left", "left", "left"),
    "revisions": ("down", "enter", "down", "enter", "tab", "enter"),
    "form-dashboard": ("n",),
    "form-kpi": ("down", "enter", "down", "e"),
    "form-value": ("down", "enter", "down", "v", "8", "7", "full_stop", "5"),
    "archive": ("d",),
}
SIZES = {"80x24": (80, 24), "120x40": (120, 40)}


async def show(
    home: Path, name: str, *, size: str = "120x40", theme: str = "dark", locale: str = "en"
) -> str:
    """The picture after the keys of ``name``."""
    app = interface(home, locale=locale)
    async with app.run_test(size=SIZES[size]) as pilot:
        await settled(pilot)
        app.actor, app.live = actor(), True
        app._without_colour.enabled = NAMES[theme] == MONO
        app.theme = NAMES[theme]
        app.replace_all(DashboardsScreen())
        await settled(pilot)
        for key in KEYS[name]:
            await pilot.press(key)
            await settled(pilot)
        return picture(app)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", KEYS)
async def test_screen(name: str, size: str, tmp_path: Path, pictures: SnapshotAssertion) -> None:
    for theme in ("dark", "light", "mono"):
        drawn = await show(tmp_path, name, size=size, theme=theme)
        assert drawn == pictures(name=f"{name}-{size}-{theme}")


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("name", KEYS)
async def test_screen_in_french(name: str, tmp_path: Path, pictures: SnapshotAssertion) -> None:
    assert await show(tmp_path, name, locale="fr") == pictures(name=f"{name}-fr")


@pytest.mark.usefixtures("world")
async def test_there_are_no_colours_without_colours(tmp_path: Path) -> None:
    drawn = await show(tmp_path, "kpi-cursor", theme="mono")
    assert "#" not in drawn.rpartition("\n\n")[2]
