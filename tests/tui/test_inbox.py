"""The inbox and the bell: what is new, where it leads, what one wants to hear of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.domains.notifications.views import InboxFilter, Kind, Priority
from kpix_tui.kernel.changes import ANYTHING
from kpix_tui.kernel.errors import Unavailable
from kpix_tui.tui.comments.screen import CommentsScreen
from kpix_tui.tui.inbox.preferences import PreferencesForm
from kpix_tui.tui.inbox.screen import InboxScreen
from kpix_tui.tui.kpi.screen import KpiScreen
from kpix_tui.tui.lock.screen import LockScreen
from kpix_tui.tui.plans.screen import PlanScreen
from tests.tui.comments_world import Talk
from tests.tui.hostile import HOSTILE
from tests.tui.picture import picture
from tests.tui.pilots import notices, press, seen, settled, until
from tests.tui.plans_world import depot
from tests.tui.test_comments import asked, opened
from tests.tui.test_comments import talk as talk  # a fixture
from tests.tui.test_comments_snapshots import wear
from tests.tui.test_snapshots import SIZES, Pictures


def listed(pilot: Pilot[Any]) -> list[str]:
    """The lines of the inbox, without the padding."""
    lines = [" ".join(line.split()) for line in seen(pilot).splitlines()]
    return [line for line in lines if line.startswith(("● new", "read"))]


async def test_unread_ones_come_first_and_what_presses_among_them(
    tmp_path: Path, talk: Talk
) -> None:
    async with opened(tmp_path, "i") as pilot:
        assert isinstance(pilot.app.screen, InboxScreen)
        lines = listed(pilot)
        assert lines[0].startswith("● new !! Urgent PUNCT has become worse: from Orange to Cr")
        assert lines[1].startswith("● new ! High Grace Hopper mentions you on PUNCT: Two st")
        assert lines[2].startswith("● new . Low CANCEL has become better: from Red to")
        assert lines[3].startswith("read - Normal Grace Hopper replies on PUNCT: (deleted)")
        assert asked(talk, "inbox")[0][0].sort == "unread"
        await press(pilot, "i", "escape", "minus")
        assert isinstance(pilot.app.screen, InboxScreen)


async def test_the_bell_counts_and_tells_what_is_urgent_by_a_word(
    tmp_path: Path, talk: Talk
) -> None:
    async with opened(tmp_path) as pilot:
        await until(pilot, lambda: "!! 1 urgent · 2 unread" in seen(pilot))
        assert notices(pilot) == []  # what was there at the start is in the header
        talk.tell(Kind.STATUS_WORSE, Priority.URGENT, before="GREEN", after="RED")
        talk.tell(Kind.COMMENT, Priority.LOW, excerpt="Hello")
        pilot.app.changed(frozenset({ANYTHING}))  # type: ignore[attr-defined]
        await until(pilot, lambda: "!! 2 urgent · 3 unread" in seen(pilot))
        told = ["2 urgent notifications: i opens the inbox."]
        await until(pilot, lambda: notices(pilot) == told)
        await press(pilot, "i", "M")
        await until(pilot, lambda: "urgent ·" not in seen(pilot).splitlines()[0])
        await until(pilot, lambda: "5 marked as read." in notices(pilot))


async def test_enter_goes_to_what_it_is_about(tmp_path: Path, talk: Talk) -> None:
    async with opened(tmp_path, "i", "enter") as pilot:
        assert isinstance(pilot.app.screen, KpiScreen)
        await press(pilot, "escape")
        await until(pilot, lambda: listed(pilot)[0].startswith("● new ! High"))
        await press(pilot, "home", "enter")
        assert isinstance(pilot.app.screen, CommentsScreen)
        await until(pilot, lambda: " Value  Oct 2026" in seen(pilot))
        row: Any = pilot.app.screen.thread.current
        assert row.text.startswith("Two stations")
        await press(pilot, "escape")
        await until(pilot, lambda: "· 1 unread ·" in seen(pilot))
    assert [len(ids) for ids, read in asked(talk, "mark_read") if read] == [1, 1]


async def test_of_an_action_it_goes_to_the_action_as_long_as_there_is_one(
    tmp_path: Path, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = depot()
    plans.install(monkeypatch)
    talk.install(monkeypatch)
    talk.told.clear()
    plan = plans.called("Buy seats that are easy to clean")
    talk.tell(Kind.ACTION_ASSIGNED, Priority.HIGH, action=(plan.id, plan.title), due="2026-12-30")
    async with opened(tmp_path, "i", "enter") as pilot:
        assert isinstance(pilot.app.screen, PlanScreen)
        await until(pilot, lambda: "CLEAN" in seen(pilot))
        assert plan.title in seen(pilot).splitlines()[0]
        await press(pilot, "escape")
        del plans.plans[plan.id]
        await press(pilot, "home", "enter")
        await until(pilot, lambda: "deleted, or you may no longer see it." in seen(pilot))
        assert "History" not in seen(pilot)


async def test_a_comment_that_is_gone_is_said_to_be(tmp_path: Path, talk: Talk) -> None:
    (late,) = [one for one in talk.comments.values() if one.text.startswith("Two stations")]
    for one in [one for one in talk.comments.values() if one.thread_id == late.id]:
        del talk.comments[one.id]
    async with opened(tmp_path, "i", "down", "enter") as pilot:
        assert isinstance(pilot.app.screen, CommentsScreen)
        await until(pilot, lambda: "0 comments" in seen(pilot))
    assert notices(pilot) == ["This comment is no longer here, or you may no longer see it."]


async def test_one_is_marked_as_read_and_as_unread_again(tmp_path: Path, talk: Talk) -> None:
    async with opened(tmp_path, "i", "m") as pilot:
        await until(pilot, lambda: seen(pilot).splitlines()[0].count("urgent") == 0)
        assert asked(talk, "mark_read")[0][1] is True
        row: Any = pilot.app.screen.table.current  # type: ignore[attr-defined]
        assert row.priority is Priority.URGENT  # the cursor stays on it
        await press(pilot, "m")
        await until(pilot, lambda: "!! 1 urgent" in seen(pilot))


async def test_what_is_shown_can_be_narrowed(tmp_path: Path, talk: Talk) -> None:
    async with opened(tmp_path, "i", "f", "tab", "space", "tab", "space", "ctrl+s") as pilot:
        wanted = InboxFilter(
            kinds=frozenset({Kind.STATUS_WORSE}), priorities=frozenset({Priority.URGENT})
        )
        await until(pilot, lambda: len(listed(pilot)) == 1)
        assert asked(talk, "inbox")[-1][1] == wanted
        assert "Shown  !! Urgent, A KPI gets worse" in seen(pilot)
        await press(pilot, "M")
        await until(pilot, lambda: bool(asked(talk, "mark_all_read")))
        assert asked(talk, "mark_all_read")[0][1] == wanted


@pytest.mark.parametrize("keys", [("i", "o"), ("colon", *"notifications", "enter")])
async def test_kinds_are_chosen(tmp_path: Path, talk: Talk, keys: tuple[str, ...]) -> None:
    async with opened(tmp_path, *keys) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, PreferencesForm))
        await press(pilot, "down", "space", "ctrl+s")
        await until(pilot, lambda: not isinstance(pilot.app.screen, PreferencesForm))
    assert asked(talk, "set_preference") == [(Kind.STATUS_BETTER, False)]


async def test_an_empty_inbox_says_what_comes_there(tmp_path: Path, talk: Talk) -> None:
    talk.told.clear()
    async with opened(tmp_path, "i", "m", "enter") as pilot:
        assert "Nothing has happened that you should know." in seen(pilot)
        assert notices(pilot) == ["There is no notification under the cursor."]


async def test_refusals_are_said(tmp_path: Path, talk: Talk) -> None:
    async with opened(tmp_path, "i") as pilot:
        talk.failing = Unavailable(reason="no route")
        await press(pilot, "o")
        assert "no route" in notices(pilot)[0]
        talk.failing = NotSignedIn()
        await press(pilot, "o")
        await until(pilot, lambda: isinstance(pilot.app.screen, LockScreen))


@pytest.mark.parametrize("text", HOSTILE)
async def test_text_is_text(tmp_path: Path, talk: Talk, text: str) -> None:
    talk.told.clear()
    talk.tell(Kind.COMMENT, Priority.URGENT, excerpt=text)
    async with opened(tmp_path, "i", size="80x24") as pilot:
        assert "Grace Hopper comments on PUNCT" in seen(pilot)
        assert "\x1b" not in seen(pilot)


PAGES = {"inbox": ("i",), "inbox-form": ("i", "f"), "preferences": ("i", "o")}


@pytest.mark.usefixtures("talk")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
async def test_it_looks_as_it_did(
    name: str, size: str, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    pictures = snapshot.use_extension(Pictures)
    async with opened(tmp_path, *PAGES[name], size=size) as pilot:
        await until(pilot, lambda: "1 urgent" in seen(pilot))
        for theme in ("dark", "light", "mono"):
            await wear(pilot, theme)
            assert picture(pilot.app) == pictures(name=f"{name}-{size}-{theme}")


@pytest.mark.usefixtures("talk")
@pytest.mark.parametrize("name", PAGES)
async def test_it_looks_as_it_did_in_french(
    name: str, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with opened(tmp_path, *PAGES[name], locale="fr") as pilot:
        await until(pilot, lambda: "1 urgente" in seen(pilot))
        await settled(pilot)
        await wear(pilot, "dark")
        assert picture(pilot.app) == snapshot.use_extension(Pictures)(name=f"{name}-fr")
