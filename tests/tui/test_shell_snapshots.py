"""The screens around the data, at two sizes in three themes and in French, as text with styles.

``pytest tests/tui/test_shell_snapshots.py --snapshot-update`` writes them anew; read the diff.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.screen import Screen

from kpix_tui.tui.first_run.screen import FirstRunScreen, OrganizationForm
from kpix_tui.tui.login.screen import LoginScreen
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.settings.screen import PasswordForm, SettingsScreen
from kpix_tui.tui.themes import MONO, NAMES
from tests.tui.picture import picture
from tests.tui.pilots import interface, settled
from tests.tui.support import actor
from tests.tui.test_app import Plain

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
SCREENS: dict[str, list[type[Screen[Any]]]] = {
    "login": [LoginScreen],
    "first-run": [FirstRunScreen],
    "organization": [FirstRunScreen, OrganizationForm],
    "settings": [Plain, SettingsScreen],
    "password": [Plain, PasswordForm],
    "question": [Plain],
    "help": [Plain],
    "palette": [Plain],
}
KEYS = {"help": "question_mark", "palette": "colon"}
LOOKS = [
    *((name, size, theme, "en") for name in SCREENS for size in SIZES for theme in ("dark",)),
    *((name, "80x24", theme, "en") for name in SCREENS for theme in ("light", "mono")),
    ("login", "120x40", "dark", "fr"),
]


class Pictures(SingleFileSnapshotExtension):
    """One text file a picture."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.mark.parametrize("look", LOOKS, ids="-".join)
async def test_it_looks_as_it_did(
    tmp_path: Path, snapshot: SnapshotAssertion, look: tuple[str, str, str, str]
) -> None:
    name, size, theme, locale = look
    app = interface(tmp_path, locale=locale)
    async with app.run_test(size=SIZES[size], notifications=True) as pilot:
        await settled(pilot)
        app.actor = None if name in ("login", "first-run", "organization") else actor()
        app.live = app.actor is not None
        app._without_colour.enabled = NAMES[theme] == MONO
        app.theme = NAMES[theme]
        first, *others = SCREENS[name]
        app.replace_all(first())
        await settled(pilot)
        for screen in others:
            app.push_screen(screen())
            await settled(pilot)
        if name == "question":
            app.push_screen(Confirm("Archive “Punctuality”?", "Nothing is lost."))
        elif name in KEYS:
            await pilot.press(KEYS[name])
        await settled(pilot)
        assert picture(app) == snapshot.use_extension(Pictures)
