"""The administration at two sizes in three themes, and in French, as text with its styles.

``pytest tests/tui/test_administration_snapshots.py --snapshot-update`` writes them anew; read the
diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from kpix_tui.tui.themes import MONO, NAMES
from tests.tui.people_world import People
from tests.tui.picture import picture
from tests.tui.pilots import settled
from tests.tui.test_administration import TEAMS, USERS, administration
from tests.tui.test_administration import people as people  # a fixture
from tests.tui.test_roles import CHANGED, QUALITY, ROLES
from tests.tui.test_snapshots import SIZES, Pictures

GRACE = (*USERS, "down", "down")
KEYS = {
    "menu": ("7", "down"),
    "users": USERS,
    "user": (*GRACE, "enter"),
    "invite": (*USERS, "n", "A", "n", "n", "tab", "tab", "down", "space"),
    "user-roles": (*GRACE, "o", "down"),
    "code-form": (*GRACE, "c"),
    "code": (*GRACE, "c", "x", "ctrl+s"),
    "deactivate": (*GRACE, "d"),
    "teams": TEAMS,
    "team": (*TEAMS, "enter"),
    "team-empty": (*TEAMS, "end", "enter"),
    "team-add": (*TEAMS, "enter", "n"),
    "roles": ROLES,
    "role-new": (*ROLES, "n"),
    "role": QUALITY,
    "role-built-in": (*ROLES, "down", "enter", "right", "right"),
    "role-changed": (*CHANGED, "right"),
    "holders": (*QUALITY, "w"),
    "review": (*CHANGED, "ctrl+s"),
}


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", KEYS)
async def test_it_looks_as_it_did(
    name: str, size: str, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    pictures = snapshot.use_extension(Pictures)
    async with administration(tmp_path, *KEYS[name], size=SIZES[size]) as pilot:
        for theme in ("dark", "light", "mono"):
            pilot.app._without_colour.enabled = NAMES[theme] == MONO  # type: ignore[attr-defined]
            pilot.app.theme = NAMES[theme]
            pilot.app.refresh_css(animate=False)  # which it would do when it finds the time
            await settled(pilot)
            assert picture(pilot.app) == pictures(name=f"{name}-{size}-{theme}")


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("name", KEYS)
async def test_it_looks_as_it_did_in_french(
    name: str, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with administration(tmp_path, *KEYS[name], locale="fr") as pilot:
        pilot.app.theme = NAMES["dark"]
        await settled(pilot)
        assert picture(pilot.app) == snapshot.use_extension(Pictures)(name=f"{name}-fr")


async def test_there_are_no_colours_without_colours(tmp_path: Path, people: People) -> None:
    async with administration(tmp_path, *CHANGED) as pilot:
        pilot.app._without_colour.enabled = True  # type: ignore[attr-defined]
        pilot.app.theme = MONO
        await settled(pilot)
        assert "#" not in picture(pilot.app).rpartition("\n\n")[2]
    assert people.roles
