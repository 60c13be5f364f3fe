"""`c` on an action: what is said about it, from the list, the board and its own page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from kpix_tui.access.permissions import BuiltinRole, Permission, Scope
from kpix_tui.access.policy import allows
from kpix_tui.domains.comments.views import Subject
from kpix_tui.tui.comments.screen import CommentsScreen
from tests.tui.comments_world import GRACE, Talk
from tests.tui.pilots import notices, press, seen
from tests.tui.plans_world import Plans, depot
from tests.tui.support import actor
from tests.tui.test_plans import opened

RUNNING = "Open the second platform at rush hour"


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Plans:
    made = depot()
    made.install(monkeypatch)
    return made


@pytest.fixture
def talk(plans: Plans, monkeypatch: pytest.MonkeyPatch) -> Talk:
    """Something is said about the action, about its KPI and about another action."""
    made = Talk(plans.world)
    running, other = plans.called(RUNNING), plans.called("Repair the readers of two stations")
    made.say(Subject(running.kpi_id, action_id=running.id), "The platform opens in May", by=GRACE)
    made.say(Subject(running.kpi_id), "October was bad", by=GRACE)
    made.say(Subject(other.kpi_id, action_id=other.id), "One reader is mended", by=GRACE)
    made.install(monkeypatch)
    plans.install(monkeypatch)  # the world of the talk has no actions
    return made


@pytest.mark.usefixtures("talk")
@pytest.mark.parametrize("way", [("4",), ("4", "b", "right"), ("4", "enter")], ids=str)
async def test_c_opens_the_comments_of_the_action(tmp_path: Path, way: tuple[str, ...]) -> None:
    async with opened(tmp_path, *way, "c") as pilot:
        assert isinstance(pilot.app.screen, CommentsScreen)
        assert "The platform opens in May" in seen(pilot)
        assert RUNNING in seen(pilot)
        assert "October was bad" not in seen(pilot)
        assert "One reader is mended" not in seen(pilot)
        await press(pilot, "escape")
        assert RUNNING[:20] in seen(pilot)


async def test_without_an_action_c_says_why(tmp_path: Path, plans: Plans, talk: Talk) -> None:
    plans.plans.clear()
    async with opened(tmp_path, "4", "c") as pilot:
        assert notices(pilot) == ["There is no action under the cursor."]
        assert not [name for name, _what in talk.asked if name == "list_comments"]


def test_who_owns_the_action_alone_may_not_read_what_is_said_about_its_kpi(plans: Plans) -> None:
    """The thread is the KPI's: the service asks for the right over the KPI."""
    grace = UUID(int=77)
    reader = replace(
        actor(BuiltinRole.VIEWER), user_id=grace, grants={Permission.COMMENT_READ: Scope.OWN}
    )
    row = replace(
        plans.called(RUNNING),
        owner_id=grace,
        kpi_owner_id=UUID(int=78),
        dashboard_owner_id=UUID(int=79),
    )
    assert allows(reader, Permission.COMMENT_READ, row.target)
    assert not allows(reader, Permission.COMMENT_READ, row.talk_target)
    assert allows(reader, Permission.COMMENT_READ, replace(row, kpi_owner_id=grace).talk_target)
