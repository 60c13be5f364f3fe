"""The overview at two sizes in three themes, and in French, as text with its styles.

``pytest tests/tui/test_overview_snapshots.py --snapshot-update`` writes them anew; read the diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from kpix_tui.domains.kpis.views import Direction
from kpix_tui.kernel.periods import Frequency
from kpix_tui.tui.themes import MONO, NAMES
from tests.tui.picture import picture
from tests.tui.pilots import interface, settled
from tests.tui.support import actor
from tests.tui.test_snapshots import SIZES, Pictures
from tests.tui.world import World, railway, thresholds

KEYS = {
    "overview": (),
    "overview-cell": ("down", "right", "right", "right", "right"),
    "overview-dashboards": ("g",),
    "overview-kpis": ("o", "right", "down"),
    "overview-before": ("left_square_bracket", "left_square_bracket"),
    "overview-process": ("p",),
    "overview-list": ("enter",),
    "overview-empty-list": ("down", "down", "right", "right", "right", "enter"),
}
THEMED = ("overview", "overview-kpis", "overview-list")
ALL_SIZES = SIZES | {"200x60": (200, 60)}


@pytest.fixture
def pictures(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Snapshots as text files."""
    return snapshot.use_extension(Pictures)


def network() -> World:
    """The railway with KPIs that fell, that rose and that nobody fed."""
    world = railway()
    trains, shops, energy = world.dashboards.values()
    up, down = thresholds("95", "92", "88"), thresholds("10", "14", "20")
    world.kpi(trains, "Seats free of faults", up, "96 97 93", code="SEATS")
    world.kpi(trains, "Doors that close", up, "99 98 87.2", code="DOORS")
    world.kpi(trains, "Announcements understood", up, "93 96 . .", code="VOICE")
    lower = Direction.DOWN_IS_BETTER
    world.kpi(shops, "Days in the workshop", down, "9 12 22 25", code="DAYS", direction=lower)
    world.kpi(shops, "Parts on the shelf", up, "90 96", code="PARTS")
    world.kpi(
        energy, "Depots measured", up, "97 . . . .", code="DEPOTS", frequency=Frequency.WEEKLY
    )
    return world


async def show(
    home: Path, name: str, *, size: str = "120x40", theme: str = "dark", locale: str = "en"
) -> str:
    """The picture after the keys of ``name``."""
    app = interface(home, locale=locale)
    async with app.run_test(size=ALL_SIZES[size]) as pilot:
        await settled(pilot)
        app.actor, app.live = actor(), True
        app._without_colour.enabled = NAMES[theme] == MONO
        app.theme = NAMES[theme]
        app.do_overview()
        await settled(pilot)
        for key in KEYS[name]:
            await pilot.press(key)
            await settled(pilot)
        return picture(app)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> World:
    """The network, behind the names of the use cases."""
    world = network()
    world.install(monkeypatch)
    return world


@pytest.mark.usefixtures("overview_first", "installed")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", THEMED)
async def test_screen(name: str, size: str, tmp_path: Path, pictures: SnapshotAssertion) -> None:
    for theme in ("dark", "light", "mono"):
        drawn = await show(tmp_path, name, size=size, theme=theme)
        assert drawn == pictures(name=f"{name}-{size}-{theme}")


@pytest.mark.usefixtures("overview_first", "installed")
@pytest.mark.parametrize("name", [name for name in KEYS if name not in THEMED])
async def test_screen_in_dark(name: str, tmp_path: Path, pictures: SnapshotAssertion) -> None:
    assert await show(tmp_path, name) == pictures(name=f"{name}-dark")


@pytest.mark.usefixtures("overview_first", "installed")
async def test_screen_with_room(tmp_path: Path, pictures: SnapshotAssertion) -> None:
    drawn = await show(tmp_path, "overview-kpis", size="200x60")
    assert drawn == pictures(name="overview-200x60")


@pytest.mark.usefixtures("overview_first", "installed")
@pytest.mark.parametrize("name", ["overview", "overview-process"])
async def test_screen_in_french(name: str, tmp_path: Path, pictures: SnapshotAssertion) -> None:
    assert await show(tmp_path, name, locale="fr") == pictures(name=f"{name}-fr")


@pytest.mark.usefixtures("overview_first", "installed")
async def test_screen_in_ascii(tmp_path: Path, pictures: SnapshotAssertion) -> None:
    app = interface(tmp_path, ascii=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        app.actor = actor()
        app.do_overview()
        await settled(pilot)
        drawn = picture(app)
    assert not set("◆■▲●○━─▴→×↗↘") & set(drawn)
    assert drawn == pictures(name="overview-ascii")
