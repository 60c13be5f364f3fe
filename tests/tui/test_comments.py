"""Comments on a KPI and on a value: what the keys do, who is named, what is never lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from textual import events
from textual.pilot import Pilot

from kpix_tui.access.permissions import BuiltinRole
from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.domains.comments.rules import MAXIMUM_TEXT
from kpix_tui.domains.comments.views import AddComment, Mentionable, MentionKind, Subject
from kpix_tui.kernel.errors import StaleVersion, Unavailable
from kpix_tui.tui.comments import screen as comments_screen
from kpix_tui.tui.comments import sending
from kpix_tui.tui.comments.screen import CommentsScreen
from kpix_tui.tui.comments.thread import Thread
from kpix_tui.tui.comments.trace import Trace
from kpix_tui.tui.comments.writing import WritingArea, name_before
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.kpi.screen import KpiScreen
from kpix_tui.tui.lock.screen import LockScreen
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.modals.picker import Picker
from tests.tui.comments_world import GRACE, LINUS, Talk, station_talk
from tests.tui.hostile import HOSTILE
from tests.tui.pilots import interface, notices, press, seen, settled, text_of, until
from tests.tui.support import actor

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
TALK = ("down", "enter", "down", "c")
"""From the list of dashboards to the comments on the trains' punctuality."""


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Talk:
    made = station_talk()
    made.install(monkeypatch)
    monkeypatch.setattr(comments_screen, "SEEN_AFTER", 0.01)
    monkeypatch.setattr(sending, "TYPING_PAUSE", 0.01)
    monkeypatch.setattr(sending, "THINKING_PAUSE", 0.01)
    return made


@asynccontextmanager
async def opened(
    home: Path,
    *keys: str,
    size: str = "120x40",
    role: BuiltinRole = BuiltinRole.ADMIN,
    locale: str = "en",
) -> AsyncIterator[Pilot[Any]]:
    """The interface on the list of dashboards, then these keys."""
    app = interface(home, locale=locale)
    async with app.run_test(size=SIZES[size], notifications=True) as pilot:
        await settled(pilot)
        app.actor, app.live = actor(role), True
        app.replace_all(DashboardsScreen())
        await settled(pilot)
        await press(pilot, *keys)
        yield pilot


def thread(pilot: Pilot[Any]) -> Thread:
    return pilot.app.screen.query_one(Thread)


def area(pilot: Pilot[Any]) -> WritingArea:
    return pilot.app.screen.query_one(WritingArea)


def said(pilot: Pilot[Any]) -> str:
    """What stands under the field."""
    return str(pilot.app.screen.query_one(".writer--message").render())


def under_cursor(pilot: Pilot[Any]) -> str:
    row = thread(pilot).current
    assert row is not None
    return row.text


def asked(talk: Talk, name: str) -> list[Any]:
    return [what for called, what in talk.asked if called == name]


def subject(talk: Talk) -> Subject:
    return Subject(next(one.id for one in talk.world.kpis.values() if one.code == "PUNCT"))


# -- reading ---------------------------------------------------------------------------------------


async def test_threads_with_replies_times_and_what_became_of_them(
    tmp_path: Path, talk: Talk
) -> None:
    async with opened(tmp_path, *TALK) as pilot:
        assert isinstance(pilot.app.screen, CommentsScreen)
        lines = [line.rstrip() for line in seen(pilot).splitlines()]
        assert " KPI  Trains on time   PUNCT   ■ Red" in lines
        assert "  Grace Hopper · 8 Nov 2026 07:00" in lines
        assert "      ↳ Ada Lovelace · 8 Nov 2026 09:00" in lines
        assert "      Deleted on 10 Nov 2026 10:00." in lines
        assert "      ↳ Ada Lovelace · 20 Nov 2026 06:00 · edited · Oct 2026" in lines
        assert "  Linus Pauling · 20 Nov 2026 08:00  ● new" in lines
        assert "  6 comments, 2 new" in lines
        assert under_cursor(pilot).startswith("Two stations")  # the first that is new
        assert "Nonsense." not in seen(pilot)
    assert talk.comments


async def test_what_was_seen_is_read_a_moment_later(tmp_path: Path, talk: Talk) -> None:
    async with opened(tmp_path, *TALK) as pilot:
        await until(pilot, lambda: len(asked(talk, "mark_thread_read")) == 2)
        assert not any(one.unread for one in talk.comments.values())
        assert "● new" in seen(pilot)  # one sees what was new until it is read again
        await press(pilot, "r")
        await until(pilot, lambda: "● new" not in seen(pilot))
        assert len(asked(talk, "mark_thread_read")) == 2


async def test_the_history_of_a_kpi_leads_to_what_is_said_about_a_value(
    tmp_path: Path, talk: Talk
) -> None:
    async with opened(tmp_path, "down", "enter", "down", "enter") as pilot:
        assert isinstance(pilot.app.screen, KpiScreen)
        pilot.app.screen.table.focus()
        await press(pilot, "c")
        assert " Value  Oct 2026" in seen(pilot)
        assert "Two stations" in seen(pilot)
        assert "Works on the northern line" not in seen(pilot)
        await press(pilot, "n", *"Noted", "ctrl+s")
        command: AddComment = asked(talk, "add_comment")[0]
        assert command.subject == Subject(subject(talk).kpi_id, date(2026, 10, 1))
        await press(pilot, "escape", "tab", "c")
        assert "Works on the northern line" in seen(pilot)


@pytest.mark.usefixtures("talk")
async def test_nobody_has_said_anything(tmp_path: Path) -> None:
    async with opened(tmp_path, "down", "enter", "c") as pilot:
        assert "No comment yet." in seen(pilot)
        assert "Press n to write the first one." in seen(pilot)
        await press(pilot, "e", "y", "enter")
        assert notices(pilot) == ["There is no comment under the cursor."] * 3
        await press(pilot, "escape", "minus")
        assert isinstance(pilot.app.screen, CommentsScreen)


async def test_a_refusal_is_said_and_can_be_tried_again(tmp_path: Path, talk: Talk) -> None:
    async with opened(tmp_path, "down", "enter", "down") as pilot:
        talk.failing = Unavailable(reason="no route")
        await press(pilot, "c")
        assert "The database cannot be reached: no route" in seen(pilot)
        assert "Press r to try again." in seen(pilot)
        await press(pilot, "r")
        await until(pilot, lambda: "Works on the northern line" in seen(pilot))
        assert "no route" not in seen(pilot)


async def test_a_lost_session_asks_for_the_password(tmp_path: Path, talk: Talk) -> None:
    async with opened(tmp_path, *TALK, "n", *"Half") as pilot:
        talk.failing = NotSignedIn()
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, LockScreen))


async def test_long_threads_are_read_in_pages(tmp_path: Path, talk: Talk) -> None:
    where = subject(talk)
    for number in range(240):
        ago = timedelta(days=40) - timedelta(minutes=number)
        talk.say(where, f"Number {number}", by=GRACE, ago=ago)
    async with opened(tmp_path, *TALK) as pilot:
        await until(pilot, lambda: "246 comments" in seen(pilot))
        assert [(page.offset, page.limit) for _where, page in asked(talk, "list_comments")] == [
            (0, 100),
            (146, 100),
        ]
        await press(pilot, "home")
        await until(pilot, lambda: thread(pilot).first == 46)
        assert under_cursor(pilot) == "Number 146"  # what was visible stays
        await press(pilot, "home", "home")
        await until(pilot, lambda: thread(pilot).first == 0)
        await press(pilot, "pageup", "home")
        assert under_cursor(pilot) == "Number 0"
        await press(pilot, "pagedown")
        assert under_cursor(pilot) != "Number 0"
        await press(pilot, "end")
        assert under_cursor(pilot).startswith("Is 96")


async def test_a_comment_longer_than_the_screen_is_scrolled_through(
    tmp_path: Path, talk: Talk
) -> None:
    talk.say(subject(talk), "\n".join(f"Line {n}" for n in range(60)), by=LINUS)
    async with opened(tmp_path, *TALK, "end", size="80x24") as pilot:
        assert "Line 0" in seen(pilot)
        for _step in range(12):
            await press(pilot, "down")
        assert "Line 59" in seen(pilot)
        await press(pilot, "up")
        assert under_cursor(pilot).startswith("Line 0")


# -- writing ---------------------------------------------------------------------------------------


async def test_a_comment_of_several_lines_is_written_and_sent(tmp_path: Path, talk: Talk) -> None:
    async with opened(tmp_path, *TALK, "n") as pilot:
        assert "New comment" in seen(pilot)
        assert "^S Send" in seen(pilot)
        await press(pilot, *"One", "enter", *"two", "ctrl+s")
        assert asked(talk, "add_comment") == [AddComment(subject(talk), "One\ntwo")]
        await until(pilot, lambda: under_cursor(pilot) == "One\ntwo")
        assert "New comment" not in seen(pilot)
        assert pilot.app.focused is thread(pilot)


@pytest.mark.parametrize("key", ["n", "enter", "e"])
async def test_what_is_typed_at_once_after_the_key_is_written(
    tmp_path: Path, talk: Talk, key: str
) -> None:
    async with opened(tmp_path, *TALK, "down") as pilot:
        before = under_cursor(pilot) if key == "e" else ""
        for one in (key, *"Merci, à tous"):
            pilot.app.post_message(events.Key(one, one if len(one) == 1 else None))
        await settled(pilot)
        assert area(pilot).text == f"{before}Merci, à tous"
    assert not asked(talk, "delete_comment")


async def test_a_reply_goes_under_what_it_answers(tmp_path: Path, talk: Talk) -> None:
    async with opened(tmp_path, *TALK, "home", "enter", *"Thanks") as pilot:
        assert "Reply to Grace Hopper" in seen(pilot)
        first = thread(pilot).current
        assert first is not None
        await press(pilot, "ctrl+s")
        assert asked(talk, "add_comment")[0].reply_to == first.id
        await until(pilot, lambda: under_cursor(pilot) == "Thanks")
        assert "↳ Ada Lovelace · 20 Nov 2026 10:00" in seen(pilot)


async def test_ones_own_is_changed_and_its_earlier_text_can_be_read(
    tmp_path: Path, talk: Talk
) -> None:
    async with opened(tmp_path, *TALK, "down") as pilot:
        await press(pilot, "e")
        assert "Your comment, changed" in seen(pilot)
        await press(pilot, *" at last", "ctrl+s")
        assert asked(talk, "edit_comment")[0].version == 2
        await until(pilot, lambda: under_cursor(pilot).endswith("Tuesday. at last"))
        await press(pilot, "t")
        assert isinstance(pilot.app.screen, Trace)
        assert "What Ada Lovelace wrote" in seen(pilot)
        assert "Checked: their clock was ten minutes slow." in seen(pilot)
        await press(pilot, "escape", "up", "e", "t", "d")
        assert notices(pilot) == [
            "Only Grace Hopper, who wrote it, can change it.",
            "This comment was never changed.",
        ]


async def test_a_comment_changed_meanwhile_is_not_overwritten(tmp_path: Path, talk: Talk) -> None:
    async with opened(tmp_path, *TALK, "down", "e", *"!") as pilot:
        talk.failing = StaleVersion()
        await press(pilot, "ctrl+s")
        assert "Somebody else has changed this in the meantime" in said(pilot)
        assert area(pilot).text.endswith("Tuesday.!")


async def test_one_is_deleted_after_a_question(tmp_path: Path, talk: Talk) -> None:
    async with opened(tmp_path, *TALK, "down", "d") as pilot:
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "n")
        assert not asked(talk, "delete_comment")
        await press(pilot, "d", "y")
        await until(pilot, lambda: "Deleted on 20 Nov 2026 10:00." in seen(pilot))
        await press(pilot, "enter", "y")
        assert notices(pilot) == ["This comment was deleted."] * 2
        await press(pilot, "t")
        assert "Checked: their clock was eleven" in seen(pilot)


async def test_who_may_only_read_is_told_so(tmp_path: Path, talk: Talk) -> None:
    async with opened(tmp_path, *TALK, "n", "d", role=BuiltinRole.VIEWER) as pilot:
        assert notices(pilot) == [
            "Your role does not allow this (comment:create).",
            "Your role does not allow this (comment:delete).",
        ]
    assert not asked(talk, "add_comment")


async def test_a_megabyte_is_refused_at_once_and_nothing_is_lost(
    tmp_path: Path, talk: Talk
) -> None:
    async with opened(tmp_path, *TALK, "n", *"Before") as pilot:
        pilot.app.post_message(events.Paste("x" * 1_000_000))
        await until(pilot, lambda: "would make 1000006: nothing was added" in said(pilot))
        assert area(pilot).text == "Before"
        pilot.app.post_message(events.Paste("y" * (MAXIMUM_TEXT - 6)))
        await until(pilot, lambda: len(area(pilot).text) == MAXIMUM_TEXT)
        await press(pilot, "z")
        assert "nothing was added" in said(pilot)
        assert len(area(pilot).text) == MAXIMUM_TEXT
    assert not asked(talk, "add_comment")


async def test_what_was_begun_is_kept_wherever_one_goes(tmp_path: Path, talk: Talk) -> None:
    async with opened(tmp_path, *TALK, "n", *"Half a thought") as pilot:
        await press(pilot, "tab", "up", "escape")
        assert notices(pilot) == ["What you were writing is kept: c leads back to it."]
        await press(pilot, "2", "down", "enter", "down", "c")
        assert area(pilot).text == "Half a thought"
        assert pilot.app.focused is area(pilot)
        await press(pilot, "escape", "n")
        assert area(pilot).text == "Half a thought"
        await press(pilot, "tab", "home", "enter")
        assert "Reply to Grace Hopper" in seen(pilot)
        assert area(pilot).text == "Half a thought"
        await press(pilot, "escape", "y")
        assert pilot.app.focused is thread(pilot)
        await press(pilot, "n")
        assert area(pilot).text == ""
        await press(pilot, "escape")
        assert pilot.app.focused is thread(pilot)
    assert not asked(talk, "add_comment")


# -- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@", ""),
        ("Ask @Gr", "Gr"),
        ("(@Grace Ho", "Grace Ho"),
        ("ada@acme", None),
        ("@@x", None),
        ("no name", None),
        ("@" + "x" * 61, None),
    ],
)
def test_a_name_begins_after_an_at_that_begins_a_word(text: str, found: str | None) -> None:
    assert name_before(text) == found


async def test_a_name_is_completed_and_told(tmp_path: Path, talk: Talk) -> None:
    async with opened(tmp_path, *TALK, "n", *"Ask @op") as pilot:
        await until(pilot, lambda: "4 of 5 people see it" in seen(pilot))
        assert "Tab Take" in seen(pilot)
        await press(pilot, "tab")
        assert area(pilot).text == "Ask @Operations "
        assert offered(pilot) == []
        assert pilot.app.focused is area(pilot)
        await until(pilot, lambda: "Will be told: Operations." in said(pilot))
        assert "Of Operations, 4 of 5 members may see this KPI." in said(pilot)
        await press(pilot, *"and @")
        await until(pilot, lambda: "Grace Hopper" in offered(pilot))
        await press(pilot, "down", "down", "up", "enter")
        assert area(pilot).text == "Ask @Operations and @Grace Hopper "
        await press(pilot, "ctrl+s")
        command: AddComment = asked(talk, "add_comment")[0]
        assert command.chosen == {talk.people[4].id, GRACE}


def offered(pilot: Pilot[Any]) -> list[str]:
    names: Any = pilot.app.screen.query_one("Mentions")
    return [str(option.prompt).split("  ")[0] for option in names.options]


async def test_only_who_may_see_the_kpi_is_offered(tmp_path: Path, talk: Talk) -> None:
    async with opened(tmp_path, *TALK, "n", *"@") as pilot:
        await until(pilot, lambda: len(offered(pilot)) == 4)
        assert offered(pilot) == ["Ada Lovelace", "Grace Hopper", "Linus Pauling", "Operations"]
        await press(pilot, "escape")
        assert offered(pilot) == []
        assert pilot.app.focused is area(pilot)
        await press(pilot, *"ro")
        assert offered(pilot) == []
        await press(pilot, "left", "enter")
        assert area(pilot).text == "@r\no"
        await press(pilot, *" @gr")
        await until(pilot, lambda: offered(pilot) == ["Grace Hopper"])
    assert talk.people


async def test_who_would_not_be_told_is_said_before_it_is_sent(tmp_path: Path, talk: Talk) -> None:
    async with opened(tmp_path, *TALK, "n", *"@Robin Lee, look @nobody") as pilot:
        await until(pilot, lambda: "would not be told: Robin Lee." in said(pilot))
        await press(pilot, *" at all")
        await until(pilot, lambda: "Names nobody here: nobody." in said(pilot))
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "n")
        assert area(pilot).text == "@Robin Lee, look @nobody at all"
        await press(pilot, "ctrl+s", "y")
        await until(pilot, lambda: len(asked(talk, "add_comment")) == 3)
        assert [one.anyway for one in asked(talk, "add_comment")] == [False, False, True]
        await until(pilot, lambda: "New comment" not in seen(pilot))


async def test_a_search_for_names_that_fails_is_said(tmp_path: Path, talk: Talk) -> None:
    async with opened(tmp_path, *TALK, "n", *"Hello ") as pilot:
        talk.failing = Unavailable(reason="no route")
        await press(pilot, "@")
        await until(pilot, lambda: "no route" in said(pilot))
        assert area(pilot).text == "Hello @"


@pytest.mark.parametrize("name", ["\u202eeman\u202c", "漢字カナ 한글", "[bold]x[/bold]"])
async def test_names_of_any_script_are_completed(tmp_path: Path, talk: Talk, name: str) -> None:
    talk.people = (Mentionable(MentionKind.USER, UUID(int=9), name),)
    async with opened(tmp_path, *TALK, "n", *"@", size="80x24") as pilot:
        await until(pilot, lambda: len(offered(pilot)) == 1)
        await press(pilot, "tab")
        assert area(pilot).text == f"@{name} "
        await press(pilot, "ctrl+s")
        assert asked(talk, "add_comment")[0].chosen == {UUID(int=9)}


# -- links, copies, hostile text -------------------------------------------------------------------


@pytest.mark.usefixtures("talk")
async def test_texts_and_links_are_copied(tmp_path: Path) -> None:
    async with opened(tmp_path, *TALK, "home", "Y") as pilot:
        assert pilot.app.clipboard == "https://trains.example/works/north?year=2026"
        await press(pilot, "y")
        assert pilot.app.clipboard.startswith("Works on the northern line until March")
        await press(pilot, "end", "Y")
        assert notices(pilot)[-1] == "There is no link in this comment."
        await press(pilot, "n", *"https://a.example https://b.example", "ctrl+s", "Y")
        assert isinstance(pilot.app.screen, Picker)
        await press(pilot, "down", "enter")
        assert pilot.app.clipboard == "https://b.example"


async def test_the_next_new_one_is_found(tmp_path: Path, talk: Talk) -> None:
    async with opened(tmp_path, *TALK, "u") as pilot:
        assert under_cursor(pilot).startswith("Is 96")
        await press(pilot, "u")
        assert notices(pilot) == ["There is nothing new below."]
    assert talk.comments


@pytest.mark.parametrize("text", HOSTILE)
async def test_text_is_text(tmp_path: Path, talk: Talk, text: str) -> None:
    made = talk.say(subject(talk), f"@Grace Hopper {text} https://x.example/[b]", by=LINUS)
    talk.people = (*talk.people, Mentionable(MentionKind.TEAM, UUID(int=8), text, 2, 1))
    async with opened(tmp_path, *TALK, "end", "t", "d", size="80x24") as pilot:
        await press(pilot, "escape", "y", "enter", "@")
        area(pilot).insert(text)
        await press(pilot, "ctrl+s")
        lines = text_of(pilot.app.screen)
        assert "\x1b" not in lines
        assert "\u202e" not in lines
    assert asked(talk, "add_comment")[0].reply_to == made.id
