"""Comments at two sizes in three themes, and in French, as text with its styles.

``pytest tests/tui/test_comments_snapshots.py --snapshot-update`` writes them anew; read the diff.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from kpix_tui.tui.comments import screen as comments_screen
from kpix_tui.tui.themes import MONO, NAMES
from tests.tui.comments_world import Talk
from tests.tui.picture import picture
from tests.tui.pilots import seen, settled, until
from tests.tui.test_comments import TALK, opened
from tests.tui.test_comments import talk as talk  # a fixture
from tests.tui.test_snapshots import SIZES, Pictures

PAGES = {
    "comments": (TALK, "Is 96"),
    "comments-empty": (("down", "enter", "c"), "COST"),
    "comments-value": (("down", "enter", "down", "enter", "tab", "c"), "91"),
    "writer": ((*TALK, "home", "enter", *"Thank you, @Robin Lee"), "Robin Lee."),
    "mentions": ((*TALK, "n", *"Ask @"), "Operations  "),
    "trace": ((*TALK, "down", "t"), "ten minutes slow"),
    "delete": ((*TALK, "down", "d"), "Checked"),
}
"""What to press, and what is on the screen when it is there."""


@pytest.fixture(autouse=True)
def nothing_is_read_meanwhile(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is new stays new while it is looked at."""
    assert talk.comments
    monkeypatch.setattr(comments_screen, "SEEN_AFTER", 3600.0)


async def wear(pilot: Pilot[Any], theme: str) -> None:
    pilot.app._without_colour.enabled = NAMES[theme] == MONO  # type: ignore[attr-defined]
    pilot.app.theme = NAMES[theme]
    pilot.app.refresh_css(animate=False)  # which it would do when it finds the time
    await settled(pilot)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
async def test_it_looks_as_it_did(
    name: str, size: str, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    pictures = snapshot.use_extension(Pictures)
    keys, shown = PAGES[name]
    async with opened(tmp_path, *keys, size=size) as pilot:
        await until(pilot, lambda: shown in seen(pilot))
        for theme in ("dark", "light", "mono"):
            await wear(pilot, theme)
            assert picture(pilot.app) == pictures(name=f"{name}-{size}-{theme}")


@pytest.mark.parametrize("name", PAGES)
async def test_it_looks_as_it_did_in_french(
    name: str, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    keys, shown = PAGES[name]
    async with opened(tmp_path, *keys, locale="fr") as pilot:
        await until(pilot, lambda: shown in seen(pilot))
        await wear(pilot, "dark")
        assert picture(pilot.app) == snapshot.use_extension(Pictures)(name=f"{name}-fr")
