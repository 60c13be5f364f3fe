"""The audit log on screen: reading it, searching it, one entry of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot
from textual.widgets import Input, Select

from kpix_tui.access.permissions import BuiltinRole
from kpix_tui.kernel.errors import Unavailable
from kpix_tui.tui.audit.entry import AuditEntry
from kpix_tui.tui.audit.form import AuditForm
from kpix_tui.tui.audit.screen import AuditScreen
from tests.tui.audit_world import KPI, NAMES, Log, busy
from tests.tui.hostile import HOSTILE
from tests.tui.picture import picture
from tests.tui.pilots import interface, notices, settled, text_of
from tests.tui.support import USER, actor
from tests.tui.test_snapshots import Pictures

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    made = busy()
    made.install(monkeypatch)
    return made


@asynccontextmanager
async def opened(
    home: Path,
    *,
    size: tuple[int, int] = (120, 40),
    role: BuiltinRole = BuiltinRole.ADMIN,
    **settings: Any,
) -> AsyncIterator[Pilot[Any]]:
    """The interface on the audit log."""
    app = interface(home, **settings)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        app.actor, app.live = actor(role), True
        app.replace_all(AuditScreen())
        await settled(pilot)
        yield pilot


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press, waiting for what each key begins."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


def seen(pilot: Pilot[Any]) -> str:
    """What is on the screen."""
    return text_of(pilot.app.screen)


async def fill(pilot: Pilot[Any], **texts: str) -> None:
    """Replace what stands in the lines of the form."""
    for name, text in texts.items():
        pilot.app.screen.query_one(f"#field-{name}").query_one(Input).value = text
    await settled(pilot)


async def test_who_did_what_to_which_object(tmp_path: Path, log: Log) -> None:
    async with opened(tmp_path) as pilot:
        text = seen(pilot)
        assert "Everything that was recorded." in text
        assert "20 Nov 2026 09:41" in text  # Paris
        assert "Value corrected" in text
        assert "PUNCT Trains on time, 1" in text
        assert "Value: 94.10 → 87" in text
        assert "the operator" in text
        assert "newer.invented" in text
        assert "8 rows" in text
        assert log.asked[-1][0].sort == "-at"


async def test_one_entry_shows_before_and_after_side_by_side(tmp_path: Path, log: Log) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, AuditEntry)
        lines = seen(pilot).splitlines()
        assert any("20 Nov 2026 09:41:17" in line for line in lines)
        assert any("Value" in line and "94.10" in line and "87" in line for line in lines)
        assert any("Status" in line and "Orange" in line and "Red" in line for line in lines)
        assert sum("Two stations" in line for line in lines) == 3  # wrapped, not cut
        await press(pilot, "y")
        assert "Value: 94.10 -> 87" in pilot.app.clipboard
        assert "Object: PUNCT Trains on time" in pilot.app.clipboard
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, AuditScreen)


async def test_an_entry_without_values_says_so(tmp_path: Path, log: Log) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "down", "enter")
        assert "Signed in" in seen(pilot)
        assert "No values were recorded with it." in seen(pilot)


async def test_searching_by_who_what_object_and_time(tmp_path: Path, log: Log) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "f")
        assert isinstance(pilot.app.screen, AuditForm)
        assert "^S Search  Esc Cancel" in seen(pilot)
        assert "Save" not in seen(pilot)
        await fill(pilot, who="max", about="", since="2026-11-20 07:00", until="2026-11-20")
        pilot.app.screen.query_one("#field-what").query_one(Select).value = "session"
        await settled(pilot)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, AuditScreen)
        wanted = log.asked[-1][1]
        assert (wanted.who, wanted.what) == ("max", "session")
        assert wanted.since == datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
        assert wanted.until == datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
        assert "done by max, action: Session, from 2026-11-20 07:00, until 2026-11-20" in seen(
            pilot
        )
        assert "1 row" in seen(pilot)
        await press(pilot, "f")
        assert "2026-11-20 07:00" in seen(pilot)  # what was asked stands in the form again
        await press(pilot, "escape", "A")
        assert "8 rows" in seen(pilot)
        await press(pilot, "A")
        assert notices(pilot) == ["Everything is shown already."]


async def test_a_search_that_cannot_be_is_said_beside_the_field(tmp_path: Path, log: Log) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "f")
        await fill(pilot, since="yesterday")
        assert "is not a moment" in seen(pilot)
        await fill(pilot, since="2026-11-20", until="2026-11-19")
        await press(pilot, "ctrl+s")
        assert "The end is before the beginning." in seen(pilot)
        assert isinstance(pilot.app.screen, AuditForm)


async def test_the_same_object_and_the_same_person(tmp_path: Path, log: Log) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "o")
        assert log.asked[-1][1].about == str(KPI)
        assert "object: PUNCT Trains on time" in seen(pilot)
        assert "2 rows" in seen(pilot)
        await press(pilot, "f")
        await fill(pilot, who="ada")
        await press(pilot, "ctrl+s")
        assert "done by ada, object: PUNCT Trains on time" in seen(pilot)
        await press(pilot, "A", "down", "down", "down", "u")
        assert log.asked[-1][1].who == "Max Weber"
        assert "3 rows" in seen(pilot)


async def test_what_has_no_person_or_no_object_says_so(tmp_path: Path, log: Log) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, *["down"] * 6, "u")
        assert notices(pilot)[-1] == "The operator of the database did this, and no user."
        await press(pilot, "down", "o")
        assert notices(pilot)[-1] == "This entry is about no object of its own."
        await press(pilot, "u")
        assert str(log.rows[-1].actor_id) in seen(pilot)


async def test_an_empty_log_says_what_to_do(tmp_path: Path, log: Log) -> None:
    log.rows.clear()
    async with opened(tmp_path) as pilot:
        assert "Nothing was recorded that matches." in seen(pilot)
        await press(pilot, "o")
        assert notices(pilot) == ["There is no entry under the cursor."]


async def test_a_server_that_does_not_answer(tmp_path: Path, log: Log) -> None:
    log.failing = Unavailable(reason="gone")
    async with opened(tmp_path) as pilot:
        assert "The database cannot be reached: gone" in seen(pilot)
        log.failing = None
        await press(pilot, "r")
        assert "8 rows" in seen(pilot)


async def test_from_the_palette_and_back(tmp_path: Path, log: Log) -> None:
    app = interface(tmp_path)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settled(pilot)
        app.actor, app.live = actor(), True
        await app.action_do("administration.audit")
        await settled(pilot)
        assert "Everything that was recorded." in seen(pilot)
        await press(pilot, "escape")
        assert "Who did what to which object" in seen(pilot)  # the menu of the administration
        await press(pilot, "minus")
        assert "Everything that was recorded." in seen(pilot)


async def test_those_who_may_not_are_told(tmp_path: Path, log: Log) -> None:
    async with opened(tmp_path, role=BuiltinRole.VIEWER) as pilot:
        app: Any = pilot.app
        await app.action_do("administration.audit")
        await settled(pilot)
        assert "audit:read" in notices(pilot)[-1]


@pytest.mark.parametrize("text", HOSTILE)
async def test_text_of_people_is_only_text(tmp_path: Path, log: Log, text: str) -> None:
    row = log.rows[0]
    log.rows[0] = replace(
        row, new={"reason": text, text: text}, names={**NAMES, USER: text, KPI: text}
    )
    async with opened(tmp_path) as pilot:
        await press(pilot, "enter", "y", "escape", "o", "f")
        assert isinstance(pilot.app.screen, AuditForm)


# -- pictures --------------------------------------------------------------------------------------

KEYS = {"audit": (), "audit-entry": ("enter",), "audit-search": ("f",)}
LOOKS = [(size, theme, "en") for size in SIZES for theme in ("dark", "light", "mono")]


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize(("size", "theme", "locale"), [*LOOKS, ("120x40", "dark", "fr")])
async def test_pictures(
    tmp_path: Path, snapshot: SnapshotAssertion, *, name: str, size: str, theme: str, locale: str
) -> None:
    async with opened(tmp_path, size=SIZES[size], theme=theme, locale=locale) as pilot:
        await press(pilot, *KEYS[name])
        assert picture(pilot.app) == snapshot.use_extension(Pictures)
