"""The lock, the code and the list of sessions, at two sizes in three themes and in French.

``pytest tests/tui/test_lock_snapshots.py --snapshot-update`` writes them anew; read the diff.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from kpix_tui.domains.accounts.views import SessionRow
from kpix_tui.kernel.paging import Page
from kpix_tui.tui.login.screen import LoginScreen
from kpix_tui.tui.sessions.screen import SessionsScreen
from kpix_tui.tui.themes import MONO, NAMES
from tests.tui.picture import picture
from tests.tui.pilots import interface, settled
from tests.tui.support import NOW, USER, actor
from tests.tui.test_app import Plain

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
SCREENS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "lock": (Plain, ("ctrl+l",)),
    "switch": (Plain, ("ctrl+l", "ctrl+n")),
    "code": (LoginScreen, ("ctrl+r",)),
    "sessions": (SessionsScreen, ("down",)),
    "sessions-all": (lambda: SessionsScreen(everyone=True), ()),
}
LOOKS = [
    *(
        (name, size, theme, "en")
        for name in SCREENS
        for size in SIZES
        for theme in ("dark", "light", "mono")
    ),
    *((name, "120x40", "dark", "fr") for name in SCREENS),
]
NAMED = ("Ada Lovelace", "Grace Hopper", "Anne-Marie de la Rochefoucauld-Liancourt")
CLIENTS = ("local", "10.12.4.17", "2001:db8:85a3::8a2e:370:7334")


def rows(_uow: object, _page: object, *, everyone: bool) -> Page[SessionRow]:
    """Three sessions of Ada, or of three people."""
    found = tuple(
        SessionRow(
            id=UUID(int=number),
            user_id=USER,
            user_name=NAMED[number if everyone else 0],
            kind="SHARED" if number == 2 else "PERSONAL",
            authenticated_at=NOW - timedelta(days=number, hours=2),
            last_seen_at=NOW - timedelta(minutes=7 * number),
            expires_at=NOW + timedelta(days=30 - number),
            locked=number == 2,
            client=CLIENTS[number],
            login_role="kpix_local",
            current=number == 0,
        )
        for number in range(3)
    )
    return Page(found, len(found))


class Pictures(SingleFileSnapshotExtension):
    """One text file a picture."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.mark.parametrize("look", LOOKS, ids="-".join)
async def test_it_looks_as_it_did(
    tmp_path: Path,
    snapshot: SnapshotAssertion,
    look: tuple[str, str, str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kpix_tui.domains.accounts.sessions.list_sessions", rows)
    monkeypatch.setattr("kpix_tui.tui.lock.app.lock", lambda _context, _token: None)
    name, size, theme, locale = look
    screen, keys = SCREENS[name]
    app = interface(tmp_path, locale=locale)
    async with app.run_test(size=SIZES[size], notifications=True) as pilot:
        await settled(pilot)
        app.actor = None if name == "code" else actor()
        app.live = app.actor is not None
        app._without_colour.enabled = NAMES[theme] == MONO
        app.theme = NAMES[theme]
        app.replace_all(screen())
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
        assert picture(app) == snapshot.use_extension(Pictures)
