"""Comments on a real database: two people talk, and what is new is theirs to read."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from textual.pilot import Pilot

from kpix_tui.app.context import Context
from kpix_tui.domains.comments import service
from kpix_tui.domains.comments.views import Comment, Subject
from kpix_tui.domains.kpis.views import Kpi
from kpix_tui.tui.comments import screen as comments_screen
from kpix_tui.tui.comments.screen import CommentsScreen
from kpix_tui.tui.comments.writing import WritingArea
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from tests.services import factory
from tests.tui.pilots import press, seen, settled, until
from tests.tui.test_lock_real import Open, People
from tests.tui.test_lock_real import open_app as open_app  # a fixture


@pytest.fixture(autouse=True)
def seen_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comments_screen, "SEEN_AFTER", 0.01)


@pytest.fixture
def kpi(context: Context) -> Kpi:
    """With a value, on a dashboard that the organisation sees."""
    made = factory.kpi(context, factory.dashboard(context))
    factory.value(context, made, date(2026, 10, 1), "91")
    return made


async def arrived(pilot: Pilot[Any], *keys: str) -> None:
    """Signed in, then these keys."""
    await until(pilot, lambda: isinstance(pilot.app.screen, DashboardsScreen))
    await settled(pilot)
    await press(pilot, *keys)


def said(context: Context, kpi: Kpi) -> tuple[Comment, ...]:
    return context.run(service.list_comments, Subject(kpi.id)).rows


async def test_two_people_talk(
    as_person: People, open_app: Open, context: Context, kpi: Kpi
) -> None:
    user = as_person("acme/user")
    name = context.run(service.mentionable, kpi.id).rows[0].name
    async with open_app(user).run_test(size=(120, 40), notifications=True) as pilot:
        await arrived(pilot, "enter", "c")
        await until(pilot, lambda: "No comment yet." in seen(pilot))
        await press(pilot, "n", *f"What happened, @{name[:3]}")
        await until(pilot, lambda: bool(pilot.app.screen.mentions.open))  # type: ignore[attr-defined]
        await press(pilot, "tab", "enter", *"See https://a.example/x.", "ctrl+s")
        await until(pilot, lambda: "1 comment" in seen(pilot))
    (first,) = said(context, kpi)
    assert first.text == f"What happened, @{name} \nSee https://a.example/x."
    assert [one.name for one in first.mentions] == [name]
    assert first.unread

    async with open_app(context).run_test(size=(120, 40), notifications=True) as pilot:
        await arrived(pilot, "enter", "enter", "c")
        await until(pilot, lambda: "1 comment, 1 new" in seen(pilot))
        await until(pilot, lambda: not said(context, kpi)[0].unread)
        await press(pilot, "enter", *"A strike", "ctrl+s")
        await until(pilot, lambda: "2 comments" in seen(pilot))
        await press(pilot, "e", *" of two days", "ctrl+s")
        await until(pilot, lambda: "edited" in seen(pilot))
        await press(pilot, "d", "y")
        await until(pilot, lambda: "Deleted on" in seen(pilot))
        await press(pilot, "t")
        await until(pilot, lambda: "A strike of two days" in seen(pilot))
    assert [row.text for row in said(user, kpi)][1] == ""


async def test_a_value_has_comments_of_its_own(open_app: Open, context: Context, kpi: Kpi) -> None:
    async with open_app(context).run_test(size=(120, 40), notifications=True) as pilot:
        await arrived(pilot, "enter", "enter", "tab", "c")
        await until(pilot, lambda: " Value  Oct 2026" in seen(pilot))
        await press(pilot, "n", *"Late figures", "ctrl+s")
        await until(pilot, lambda: "1 comment" in seen(pilot))
    assert said(context, kpi)[0].period_start == date(2026, 10, 1)


async def test_a_viewer_reads_and_does_not_write(
    as_person: People, open_app: Open, context: Context, kpi: Kpi
) -> None:
    viewer = as_person("acme/viewer")
    async with open_app(viewer).run_test(size=(120, 40), notifications=True) as pilot:
        await arrived(pilot, "enter", "c", "n")
        assert isinstance(pilot.app.screen, CommentsScreen)
        assert not pilot.app.screen.query_one(WritingArea).has_focus
        await until(pilot, lambda: "Your role does not allow this" in seen(pilot))
    assert said(context, kpi) == ()
