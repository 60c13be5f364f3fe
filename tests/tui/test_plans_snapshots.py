"""The screens of action plans at two sizes in three themes, and in French."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.tui.picture import picture
from tests.tui.plans_world import Plans, depot
from tests.tui.test_plans import opened
from tests.tui.test_snapshots import Pictures

KEYS = {
    "list": ("4", "A", "A", "C", "space", "down", "space"),
    "board": ("4", "A", "A", "b", "right"),
    "one": ("4", "enter"),
    "edit": ("4", "e"),
    "new": ("4", "n"),
    "status": ("4", "m"),
    "postpone": ("4", "t"),
    "kpi": ("4", "g"),
}


@pytest.fixture
def pictures(snapshot: SnapshotAssertion) -> SnapshotAssertion:

    return snapshot.use_extension(Pictures)


@pytest.fixture(autouse=True)
def plans(monkeypatch: pytest.MonkeyPatch) -> Plans:
    made = depot()
    made.install(monkeypatch)
    return made


@pytest.mark.parametrize("size", ["80x24", "120x40"])
@pytest.mark.parametrize("name", KEYS)
async def test_screen(name: str, size: str, tmp_path: Path, pictures: SnapshotAssertion) -> None:
    for theme in ("dark", "light", "mono"):
        async with opened(tmp_path, *KEYS[name], size=size, theme=theme) as pilot:
            assert picture(pilot.app) == pictures(name=f"{name}-{size}-{theme}")


@pytest.mark.parametrize("name", KEYS)
async def test_screen_in_french(name: str, tmp_path: Path, pictures: SnapshotAssertion) -> None:
    async with opened(tmp_path, *KEYS[name], locale="fr") as pilot:
        assert picture(pilot.app) == pictures(name=f"{name}-fr")


async def test_a_plain_terminal(tmp_path: Path, pictures: SnapshotAssertion) -> None:
    async with opened(tmp_path, *KEYS["board"], size="80x24", theme="mono", ascii=True) as pilot:
        assert picture(pilot.app) == pictures(name="board-ascii")


async def test_nothing_to_do(plans: Plans, tmp_path: Path, pictures: SnapshotAssertion) -> None:
    plans.plans.clear()
    async with opened(tmp_path, "4", size="80x24") as pilot:
        assert picture(pilot.app) == pictures(name="empty")
