"""Action plans: the list, the board, one action, and what the keys do there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from kpix_tui.access.permissions import BuiltinRole, Permission
from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.domains.plans.errors import PlanNotFound
from kpix_tui.domains.plans.views import (
    AssignPlans,
    Due,
    MovePlan,
    PlanFilter,
    PlanKind,
    PlanScope,
    PlanStatus,
    PostponePlans,
    SetProgress,
    Verdict,
)
from kpix_tui.kernel.errors import Unavailable
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.kpi.screen import KpiScreen
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.modals.merge import Merge
from kpix_tui.tui.modals.picker import Picker
from kpix_tui.tui.plans.board import BoardScreen
from kpix_tui.tui.plans.form import PlanForm
from kpix_tui.tui.plans.history import ChangeShown
from kpix_tui.tui.plans.list import PlansScreen
from kpix_tui.tui.plans.screen import PlanScreen
from kpix_tui.tui.plans.small import PostponeForm, ProgressForm
from kpix_tui.tui.themes import MONO, NAMES
from kpix_tui.tui.widgets import table as table_module
from kpix_tui.tui.widgets.notice import Notice
from tests.tui.hostile import HOSTILE
from tests.tui.pilots import fill, interface, message, notices, press, seen, sees, settled, until
from tests.tui.plans_world import Plans, depot
from tests.tui.support import actor
from tests.tui.world import TODAY

SIZES = {"80x24": (80, 24), "120x40": (120, 40), "160x50": (160, 50)}


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Plans:
    monkeypatch.setattr(table_module, "TYPING_PAUSE", 0.001)
    made = depot()
    made.install(monkeypatch)
    return made


@asynccontextmanager
async def opened(
    home: Path,
    *keys: str,
    size: str = "120x40",
    role: BuiltinRole = BuiltinRole.ADMIN,
    theme: str = "dark",
    locale: str = "en",
    ascii: bool = False,
) -> AsyncIterator[Pilot[Any]]:
    """The interface on the list of dashboards, then these keys."""
    app = interface(home, locale=locale, ascii=ascii)
    async with app.run_test(size=SIZES[size], notifications=True) as pilot:
        await settled(pilot)
        app.actor, app.live = actor(role), True
        app._without_colour.enabled = NAMES[theme] == MONO
        app.theme = NAMES[theme]
        app.replace_all(DashboardsScreen())
        await settled(pilot)
        await press(pilot, *keys)
        yield pilot


def lines(pilot: Pilot[Any], first: int, last: int) -> list[str]:
    """Some lines of the screen, their blanks collapsed."""
    return [" ".join(line.split()) for line in seen(pilot).splitlines()[first:last]]


def refused(pilot: Pilot[Any]) -> str:
    """What is said above the footer."""
    return pilot.app.screen.query_one("#notice", Notice).text


def options(pilot: Pilot[Any]) -> list[str]:
    return [str(option.prompt) for option in pilot.app.screen.query_one(OptionList).options]


# -- the list --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("plans")
async def test_mine_that_are_left_to_do_overdue_first(tmp_path: Path) -> None:
    async with opened(tmp_path, "4", size="160x50") as pilot:
        assert isinstance(pilot.app.screen, PlansScreen)
        assert "[Mine]" in lines(pilot, 2, 3)[0]
        rows = lines(pilot, 5, 8)
        assert rows[0].startswith("◐ In progress Open the second platform at rus… 1/2 Ada")
        assert "! 12 Nov 2026 overdue" in rows[0]
        assert " 60 % PUNCT " in rows[0]
        assert rows[1].startswith("○ Open Buy seats that are easy to clean")
        assert "30 Dec 2026" in rows[1]
        assert rows[2] == ""


async def test_whose_they_are_and_the_closed_ones(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4") as pilot:
        await press(pilot, "A")
        assert plans.asked[-1][1][1].scope is PlanScope.TEAMS
        assert "Repair the readers" in seen(pilot)
        await press(pilot, "A")
        assert plans.asked[-1][1][1].scope is PlanScope.ALL
        assert "Lease locomotives" not in seen(pilot)
        assert "not closed" in seen(pilot)
        await press(pilot, "C")
        assert "8 rows" in seen(pilot)
        assert "not closed" not in seen(pilot)
        assert "no effect" in seen(pilot)
        await press(pilot, "A", "C")
        assert plans.asked[-1][1][1] == PlanFilter(
            scope=PlanScope.MINE, statuses=frozenset({PlanStatus.OPEN, PlanStatus.IN_PROGRESS})
        )


async def test_an_empty_list_says_what_to_do(plans: Plans, tmp_path: Path) -> None:
    plans.plans.clear()
    async with opened(tmp_path, "4") as pilot:
        assert "Nothing to do here." in seen(pilot)
        assert "Press A for the actions of others, n for a new one" in seen(pilot)
        await press(pilot, "A", "A")
        await sees(pilot, "Press n for a new action")
        await press(pilot, "e")
        assert "There is no action under the cursor." in notices(pilot)
        await press(pilot, "o")
        assert notices(pilot).count("There is no action under the cursor.") == 2


async def test_a_list_that_cannot_be_read_says_so(plans: Plans, tmp_path: Path) -> None:
    plans.failing["list_plans"] = Unavailable(reason="no route")
    async with opened(tmp_path, "4") as pilot:
        assert "no route" in seen(pilot)
        assert "Press r to try again." in seen(pilot)
        plans.failing.clear()
        await press(pilot, "r")
        assert "Open the second" in seen(pilot)


@pytest.mark.usefixtures("plans")
async def test_filter_and_sort_are_asked_for(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "A", "A", "slash", *"re") as pilot:
        await until(pilot, lambda: plans.asked[-1][1][0].text == "re")
        await press(pilot, "enter", "right", "s")
        page = plans.asked[-1][1][0]
        assert (page.text, page.sort) == ("re", "title")


@pytest.mark.usefixtures("plans")
async def test_what_has_been_asked_for_is_said_above(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        wanted = PlanFilter(
            due=Due.OVERDUE, kind=PlanKind.PREVENTIVE, verdict=Verdict.NOT_EFFECTIVE
        )
        pilot.app.push_screen(PlansScreen(wanted, about="Purchasing [/foo]"))
        await settled(pilot)
        said = lines(pilot, 2, 3)[0]
        assert said.endswith("Purchasing [/foo] · overdue · Preventive · Not effective")


# -- several at once -------------------------------------------------------------------------------


async def test_marked_ones_are_given_to_somebody_else(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "A", "space", "space", "o") as pilot:
        assert isinstance(pilot.app.screen, Picker)
        assert "Who is it for: 2 actions" in seen(pilot)
        pilot.app.screen.query_one("#palette-input").value = "Linus"  # type: ignore[attr-defined]
        await until(pilot, lambda: len(options(pilot)) == 1)
        await press(pilot, "enter")
        command = plans.asked_for("assign_plans")
        assert isinstance(command, AssignPlans)
        assert len(command.ids) == 2
        assert command.owner_id == plans.user("Linus Pauling")
        assert "2 actions: Linus Pauling" in notices(pilot)
        assert "marked" not in seen(pilot)


async def test_what_is_theirs_already_is_counted(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "space", "o", *"Ada") as pilot:
        await until(pilot, lambda: len(options(pilot)) == 1)
        await press(pilot, "enter")
        assert "0 actions: Ada Lovelace\n1 was so already." in notices(pilot)
        assert plans.called("Open the second platform at rush hour").version == 2


@pytest.mark.usefixtures("plans")
async def test_nobody_is_chosen(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "o", "escape", "t", "escape") as pilot:
        assert isinstance(pilot.app.screen, PlansScreen)
        assert not [name for name, _what in plans.asked if name != "list_plans"]


@pytest.mark.parametrize(
    ("typed", "due_on", "days"),
    [
        ("31/12/2026", date(2026, 12, 31), None),
        ("2026-W52", date(2026, 12, 27), None),
        ("Dec 2026", date(2026, 12, 31), None),
        ("Q1 2027", date(2027, 3, 31), None),
        ("2027", date(2027, 12, 31), None),
        ("+14", None, 14),
    ],
)
async def test_marked_ones_are_postponed(
    plans: Plans, typed: str, due_on: date | None, days: int | None, tmp_path: Path
) -> None:
    async with opened(tmp_path, "4", "A", "space", "down", "space", "t") as pilot:
        assert isinstance(pilot.app.screen, PostponeForm)
        assert "Until when are 2 actions postponed?" in seen(pilot)
        await fill(pilot, due=typed)
        said = "14 days later" if days else f"= {due_on.day} " if due_on else ""
        assert said in message(pilot, "due")
        await press(pilot, "enter")
        command = plans.asked_for("postpone_plans")
        assert command == PostponePlans(command.ids, due_on, days)
        assert len(command.ids) == 2
        assert "2 actions postponed." in notices(pilot)


@pytest.mark.usefixtures("plans")
async def test_a_postponement_that_is_none_is_refused_beside_the_day(tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "t") as pilot:
        await fill(pilot, due="nonsense")
        assert "nonsense" in message(pilot, "due")
        await fill(pilot, due="01/01/2020")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, PostponeForm)
        assert "is due on 12 Nov 2026 already" in message(pilot, "due")
        await fill(pilot, due="")
        await press(pilot, "ctrl+s")
        assert "Fill in this field." in message(pilot, "due")


@pytest.mark.usefixtures("plans")
async def test_closed_ones_are_neither_given_nor_postponed(tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "A", "A", "C", "end", "space", "home", "space", "t") as pilot:
        assert "is closed: take it up again first, with m." in notices(pilot)[-1]
        await press(pilot, "escape", "end", "e", "p")
        assert notices(pilot)[-2:] == ["It is closed: take it up again first, with m."] * 2


async def test_what_is_not_mine_says_so(plans: Plans, tmp_path: Path) -> None:
    theirs = plans.called("Repair the readers of two stations")
    plans.plans[theirs.id] = replace(
        theirs,
        created_by_id=theirs.owner_id,
        kpi_owner_id=theirs.owner_id,
        dashboard_owner_id=theirs.owner_id,
    )
    async with opened(tmp_path, "4", "A", role=BuiltinRole.USER) as pilot:
        app: Any = pilot.app
        mine = pilot.app.screen.query_one("#plans")
        await press(pilot, *["down"] * 5)
        while mine.current.id != theirs.id:  # type: ignore[attr-defined]
            await press(pilot, "up")
        await press(pilot, "e", "o")
        assert all("only on what is yours" in said for said in notices(pilot)[-2:])
        await press(pilot, "space", "home", "space", "t")
        assert notices(pilot)[-1].startswith("Repair the readers of two stations: Your role")
        assert Permission.ACTION_PLAN_UPDATE in app.actor.grants


# -- one at a time ---------------------------------------------------------------------------------


async def test_its_status_is_chosen(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "down", "m") as pilot:
        assert options(pilot)[0].endswith("as it is now")
        assert options(pilot)[2].endswith("choose it to see why")
        await press(pilot, "enter")
        assert not [one for one in plans.asked if one[0] == "move_plan"]
        await press(pilot, "m", "down", "enter")
        command = plans.asked_for("move_plan")
        assert isinstance(command, MovePlan)
        assert command.status is PlanStatus.IN_PROGRESS
        assert "Buy seats that are easy to clean: ◐ In progress" in notices(pilot)


@pytest.mark.usefixtures("plans")
async def test_a_way_that_there_is_not_is_explained(tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "down", "m", "down", "down", "enter") as pilot:
        assert "it has not been started yet; start it first." in seen(pilot)
        await press(pilot, "up", "m", "down", "enter")
        assert "has sub-actions that are not closed: close them first." in seen(pilot)


async def test_progress_is_typed(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "p") as pilot:
        assert isinstance(pilot.app.screen, ProgressForm)
        for typed, said in (("140", "140 is not in between"), ("12,5", "12.5 is not in between")):
            await fill(pilot, progress=typed)
            assert said in message(pilot, "progress")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ProgressForm)
        await fill(pilot, progress="80")
        await press(pilot, "enter")
        command = plans.asked_for("set_progress")
        assert isinstance(command, SetProgress)
        assert command.progress == 80
        assert "80 %" in seen(pilot)


async def test_progress_of_two_people_is_merged(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "p") as pilot:
        await fill(pilot, progress="80")
        plans.change(plans.called("Open the second platform at rush hour"), "Grace", progress=70)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, Merge)
        assert "Grace has changed this" in seen(pilot)
        await press(pilot, "left", "enter")
        assert plans.called("Open the second platform at rush hour").progress == 80


async def test_it_is_deleted_after_a_question(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "d") as pilot:
        assert isinstance(pilot.app.screen, Confirm)
        assert "Its 2 sub-actions are deleted with it." in seen(pilot)
        await press(pilot, "n", "down", "d")
        assert "Delete the action “Buy seats that are easy to clean”?" in seen(pilot)
        await press(pilot, "y")
        assert "Buy seats" not in {one.title for one in plans.plans.values()}
        assert "Buy seats" not in seen(pilot)


@pytest.mark.usefixtures("plans")
async def test_the_kpi_of_an_action_is_a_key_away(tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "g") as pilot:
        assert isinstance(pilot.app.screen, KpiScreen)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, PlansScreen)
        await press(pilot, "minus")
        assert isinstance(pilot.app.screen, KpiScreen)


async def test_who_was_signed_out_is_asked_to_sign_in(plans: Plans, tmp_path: Path) -> None:
    plans.failing["list_plans"] = NotSignedIn()
    async with opened(tmp_path, "4") as pilot:
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "LockScreen")


# -- the board -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("plans")
async def test_four_columns_with_counts(tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "A", "A", "b") as pilot:
        assert isinstance(pilot.app.screen, BoardScreen)
        assert lines(pilot, 4, 5) == ["○ Open 3 ◐ In progress 1 ✓ Done 3 × Cancelled 1"]
        assert "! 12 Nov 2026  overdue" in seen(pilot)
        assert "no effect" in seen(pilot)
        await press(pilot, "b")
        assert isinstance(pilot.app.screen, PlansScreen)
        assert "not closed" in seen(pilot)


async def test_arrows_move_between_columns_and_cards(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "A", "A", "b") as pilot:
        screen: Any = pilot.app.screen
        titles = [screen.subject.title]
        for key in ("down", "end", "up", "home", "right", "right", "l", "l", "left", "h"):
            await press(pilot, key)
            titles.append(screen.subject.title)
        assert titles[0] == titles[4] == "Paint the edge of the platform"
        assert titles[1] == titles[3] == "Repair the readers of two stations"
        assert titles[2] == "Buy seats that are easy to clean"
        assert titles[5] == titles[10] == "Open the second platform at rush hour"
        assert titles[7] == titles[8] == "Lease locomotives"
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, PlanScreen)
        assert plans.asked_for("plan_history")


async def test_a_key_moves_a_card_and_the_cursor_goes_with_it(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "b", "greater_than_sign") as pilot:
        screen: Any = pilot.app.screen
        assert screen.subject.title == "Buy seats that are easy to clean"
        assert screen.subject.status is PlanStatus.IN_PROGRESS
        await press(pilot, "less_than_sign")
        assert "it has been started; it can be done or cancelled." in refused(pilot)
        await press(pilot, "greater_than_sign")
        assert screen.subject.status is PlanStatus.DONE
        await press(pilot, "greater_than_sign")
        assert "it is done; all that can follow is to take it up again." in refused(pilot)
        assert [one[1].status for one in plans.asked if one[0] == "move_plan"] == [
            PlanStatus.IN_PROGRESS,
            PlanStatus.OPEN,
            PlanStatus.DONE,
            PlanStatus.CANCELLED,
        ]


@pytest.mark.usefixtures("plans")
async def test_there_is_nothing_beyond_the_first_and_the_last_column(tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "A", "A", "b", "less_than_sign") as pilot:
        assert notices(pilot)[-1] == "It is in the first column."
        await press(pilot, "right", "right", "right", "greater_than_sign")
        assert notices(pilot)[-1] == "It is in the last column."


async def test_the_board_is_filtered_and_scoped(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "b", "A", "A", "slash", *"pla") as pilot:
        await until(pilot, lambda: plans.asked[-1][1][1] == "pla")
        await press(pilot, "enter")
        assert lines(pilot, 5, 6) == ["○ Open 1 ◐ In progress 1 ✓ Done 2 × Cancelled 0"]
        await press(pilot, "b")
        assert plans.asked[-1][1][0].text == "pla"
        await sees(pilot, "filtered by “pla”")
        await press(pilot, "b", "slash", *"zzz", "enter")
        await sees(pilot, "Nothing matches.", "Press Esc to see everything again.")
        await press(pilot, "escape")
        await sees(pilot, "Paint the edge")
        pilot.app.push_screen(BoardScreen())
        await settled(pilot)
        await press(pilot, "escape")
        await sees(pilot, "Paint the edge")


async def test_an_empty_board_says_what_to_do(plans: Plans, tmp_path: Path) -> None:
    plans.plans.clear()
    async with opened(tmp_path, "4", "b") as pilot:
        await sees(pilot, "Nothing to do here.", "Press A for the actions of others")
        await press(pilot, "up", "left", "end", "enter", "greater_than_sign")
        assert notices(pilot) == ["There is no action under the cursor."]


async def test_a_board_that_cannot_be_read_says_so(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4") as pilot:
        plans.failing["plan_board"] = Unavailable(reason="no route")
        await press(pilot, "b")
        assert "no route" in seen(pilot)
        plans.failing.clear()
        await press(pilot, "down", "right", "end", "r")
        await sees(pilot, "Open the second platform")


async def test_many_cards_scroll_and_are_counted(plans: Plans, tmp_path: Path) -> None:
    for number in range(60):
        plans.add(f"Number {number:02}", "CLEAN", "Ada Lovelace", 60 + number)
    async with opened(tmp_path, "4", "b", size="80x24") as pilot:
        assert "57 more below" in seen(pilot)
        await press(pilot, "end")
        assert "Number 48" in seen(pilot)
        assert "11 more below" in seen(pilot)
        await press(pilot, "home")
        assert "Number 48" not in seen(pilot)
        await press(pilot, "down", "down", "down", "down", "down")
        await pilot.resize_terminal(80, 16)
        await settled(pilot)
        assert "Number 04" in seen(pilot)


@pytest.mark.usefixtures("plans")
async def test_a_click_moves_and_a_second_one_opens(tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "A", "A", "b") as pilot:
        screen: Any = pilot.app.screen
        await pilot.click("Cards", offset=(32, 3))
        assert screen.subject.title == "Open the second platform at rush hour"
        await pilot.click("Cards", offset=(32, 30))
        assert screen.subject.title == "Open the second platform at rush hour"
        await pilot.click("Cards", offset=(2, 3), times=2)
        await settled(pilot)
        assert isinstance(pilot.app.screen, PlanScreen)


@pytest.mark.usefixtures("plans")
async def test_back_from_an_action_the_board_and_the_list_are_read_again(tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "b", "enter", "m", "down", "enter") as pilot:
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, BoardScreen)
        assert "◐ In progress 2" in lines(pilot, 4, 5)[0]
        await press(pilot, "b", "enter", "escape")
        assert isinstance(pilot.app.screen, PlansScreen)


# -- one action ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("plans")
async def test_everything_about_an_action(tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "enter") as pilot:
        assert isinstance(pilot.app.screen, PlanScreen)
        said = seen(pilot)
        for text in (
            "! overdue by 8 days",
            "PUNCT  Trains on time",
            "decided by Ada Lovelace on",
            "12 Nov 2026  (started on 12 Oct 2026)",
            "until the works are over.",
            "One platform serves two lines.",
            "1. Trains wait before the station.",
            "PUNCT is 96.0 % or better",
            "Judged once it is done.",
            "Ask the neigh",
            "Progress: 40 % → 60 %",
            "Decided on.",
        ):
            assert text in said, text


@pytest.mark.parametrize(
    ("title", "verdict", "why"),
    [
        ("Run replacement buses", "Not effective", "the mean went from 1.60 % to 2.10 %."),
        ("Call back whoever complains", "Too early to say", "the period that ends on 31 Mar"),
    ],
)
async def test_a_verdict_in_words(
    plans: Plans, title: str, verdict: str, why: str, tmp_path: Path
) -> None:
    async with opened(tmp_path) as pilot:
        pilot.app.push_screen(PlanScreen(plans.called(title).id))
        await settled(pilot)
        said = " ".join(line[:56].strip() for line in seen(pilot).splitlines())
        assert verdict in said
        assert why in " ".join(said.split())


async def test_values_that_are_missing_are_named(plans: Plans, tmp_path: Path) -> None:
    plan = plans.called("Run replacement buses")
    values = plans.world.values[plans.kpi("CANCEL")]
    values.pop(date(2026, 9, 1))
    async with opened(tmp_path, size="80x24") as pilot:
        pilot.app.push_screen(PlanScreen(plan.id))
        await settled(pilot)
        await press(pilot, *["down"] * 12)
        await sees(pilot, "the value of Sep 2026 is missing.")


async def test_cancelled_ones_are_not_judged(plans: Plans, tmp_path: Path) -> None:
    done = plans.called("Run replacement buses")
    plans.plans[done.id] = replace(done, status=PlanStatus.CANCELLED, whys=(), cause="")
    async with opened(tmp_path) as pilot:
        pilot.app.push_screen(PlanScreen(done.id))
        await settled(pilot)
        assert "Cancelled: nothing is judged." in seen(pilot)
        pilot.app.push_screen(PlanScreen(plans.called("Lease locomotives").id))
        await settled(pilot)
        assert "No criterion: whether it has an effect is" in seen(pilot)


@pytest.mark.usefixtures("plans")
async def test_sub_actions_are_opened_and_made(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "enter", "tab", "enter") as pilot:
        assert "Part of" in seen(pilot)
        await press(pilot, "n")
        assert notices(pilot)[-1] == "It is a sub-action itself, and has none of its own."
        await press(pilot, "escape", "n")
        assert isinstance(pilot.app.screen, PlanForm)
        assert "Part of “Open the second platform at rush hour”" in seen(pilot)
        await fill(pilot, title="Ask for a second inspector", due="+3")
        assert "+3" in message(pilot, "due")
        await fill(pilot, due="27/11/2026")
        await press(pilot, "ctrl+s")
        made = plans.called("Ask for a second inspector")
        assert made.parent_title == "Open the second platform at rush hour"
        assert "Ask for a" in seen(pilot)


@pytest.mark.usefixtures("plans")
async def test_a_change_is_shown_in_full(tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "enter", "tab", "tab", "enter") as pilot:
        assert isinstance(pilot.app.screen, ChangeShown)
        assert "Grace Hopper, 12 Oct 2026" in seen(pilot)
        assert "22 Oct 2026" in seen(pilot)
        await press(pilot, "escape", "down", "enter")
        assert "Decided on." in seen(pilot)


async def test_every_kind_of_change_is_told(plans: Plans, tmp_path: Path) -> None:
    plan = plans.called("Buy seats that are easy to clean")
    plan = plans.change(
        plan,
        title="Buy seats",
        kind=PlanKind.PREVENTIVE,
        status=PlanStatus.IN_PROGRESS,
        owner_id=plans.user("Grace Hopper"),
        whys=("a", "b"),
        description="[/foo]",
        starts_on=TODAY,
    )
    async with opened(tmp_path, ascii=True) as pilot:
        pilot.app.push_screen(PlanScreen(plan.id))
        await settled(pilot)
        await press(pilot, "tab", "enter")
        told = [str(one.render()).split() for one in pilot.app.screen.query(".revision")]
        assert [" ".join(words) for words in told] == [
            "Title Before Buy seats that are easy to clean After Buy seats",
            "Kind Before Corrective After Preventive",
            "Status Before Open After In progress",
            "Owner Before Ada Lovelace After Grace Hopper",
            "Whys Before - After a / b",
            "Description Before - After [/foo]",
            "Starts on Before - After 20 Nov 2026",
        ]


async def test_an_action_that_is_gone_says_so(plans: Plans, tmp_path: Path) -> None:
    gone = "This action was deleted, or you may no longer see it."
    async with opened(tmp_path, "4") as pilot:
        plans.failing["show_plan"] = PlanNotFound(name="it")
        await press(pilot, "enter")
        assert seen(pilot).count(gone) == 1
        assert "Loading…" not in seen(pilot)
        await press(pilot, "e")
        assert notices(pilot)[-1] == gone
        await press(pilot, "n", "d")
        assert isinstance(pilot.app.screen, PlanScreen)


async def test_an_action_that_is_deleted_meanwhile_is_shown_no_more(
    plans: Plans, tmp_path: Path
) -> None:
    async with opened(tmp_path, "4", "enter") as pilot:
        await sees(pilot, "One platform serves two lines.")
        plans.failing["show_plan"] = PlanNotFound(name="it")
        await press(pilot, "r")
        await sees(pilot, "This action was deleted")
        assert "One platform" not in seen(pilot)


async def test_an_action_that_cannot_be_read_is_read_again(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4") as pilot:
        plans.failing["show_plan"] = Unavailable(reason="no route")
        await press(pilot, "enter")
        await sees(pilot, "no route", "Press r to try again.")
        assert "Loading…" not in seen(pilot)
        plans.failing.clear()
        await press(pilot, "r")
        await sees(pilot, "One platform serves two lines.", "History")


async def test_deleting_from_its_own_page_leads_back(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "down", "enter", "d", "y") as pilot:
        assert isinstance(pilot.app.screen, PlansScreen)
        assert len(plans.plans) == 7


@pytest.mark.usefixtures("plans")
async def test_previous_view_leads_back_to_each(tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "enter", "escape", "minus") as pilot:
        assert isinstance(pilot.app.screen, PlanScreen)
        await press(pilot, "escape", "escape", "minus")
        assert not isinstance(pilot.app.screen, PlansScreen)


# -- on a KPI --------------------------------------------------------------------------------------


async def kpi_screen(pilot: Pilot[Any], plans: Plans, code: str) -> None:
    pilot.app.push_screen(KpiScreen(plans.kpi(code)))
    await settled(pilot)


async def test_its_open_actions_are_counted_and_listed(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await kpi_screen(pilot, plans, "PUNCT")
        assert "3 open actions   ! 1 overdue   A: show them, a: one more" in seen(pilot)
        assert "Open the second platform at rush hour" in seen(pilot)
        await press(pilot, "A")
        assert isinstance(pilot.app.screen, PlansScreen)
        assert "PUNCT  Trains on time" in seen(pilot)
        assert "3 rows" in seen(pilot)
        await press(pilot, "escape")
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert "3 open actions   ! 1 overdue" in seen(pilot)
        assert "Open the second platform" not in seen(pilot)


async def test_an_action_is_decided_on_from_a_kpi(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await kpi_screen(pilot, plans, "COST")
        assert "No open action.  a: decide on one" in seen(pilot)
        await press(pilot, "a")
        assert isinstance(pilot.app.screen, PlanForm)
        assert "COST  Cost per train kilometre" in seen(pilot)
        await press(pilot, *"Ask")
        await fill(pilot, due="2026-12-18")
        await press(pilot, "ctrl+s")
        assert plans.called("Ask").kpi_code == "COST"
        await sees(pilot, "1 open action")


async def test_who_may_read_no_actions_is_told_of_none(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        app: Any = pilot.app
        grants = {k: v for k, v in app.actor.grants.items() if "action_plan" not in k}
        app.actor = replace(app.actor, grants=grants)
        await kpi_screen(pilot, plans, "COST")
        assert "open action" not in seen(pilot)
        assert not [one for one in plans.asked if one[0] == "list_plans"]


@pytest.mark.usefixtures("plans")
async def test_an_action_is_decided_on_from_a_row_of_a_dashboard(
    plans: Plans, tmp_path: Path
) -> None:
    async with opened(tmp_path, "down", "enter", "a") as pilot:
        assert isinstance(pilot.app.screen, PlanForm)
        await press(pilot, *"Do it")
        await fill(pilot, due="18/12/2026")
        await press(pilot, "ctrl+s")
        code = plans.called("Do it").kpi_code
        await press(pilot, "A")
        assert isinstance(pilot.app.screen, PlansScreen)
        assert code in seen(pilot)
        await press(pilot, "escape", "a", "escape")
        assert not isinstance(pilot.app.screen, PlanForm)


async def test_hostile_texts_are_only_text_everywhere(plans: Plans, tmp_path: Path) -> None:
    hostile = "".join(HOSTILE)
    plan = plans.called("Open the second platform at rush hour")
    plans.change(plan, hostile, title=hostile[:190], description=hostile, cause=hostile)
    plans.plans[plan.id] = replace(plans.plans[plan.id], whys=(hostile,), kpi_name=hostile)
    for keys in (
        ("4",),
        ("4", "b"),
        ("4", "enter"),
        ("4", "enter", "tab", "tab", "enter"),
        ("4", "d"),
        ("4", "m"),
        ("4", "o"),
        ("4", "t"),
        ("4", "p"),
        ("4", "e"),
        ("4", "m", "down", "enter"),
    ):
        async with opened(tmp_path, *keys) as pilot:
            assert "\x1b" not in seen(pilot)
            assert "\u202e" not in seen(pilot)
            assert "[/foo]" in seen(pilot), keys
