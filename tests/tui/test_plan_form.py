"""The form of an action: what is chosen, what is refused, what two people wrote."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import OptionList, Select, TextArea

from kpix_tui.domains.plans.errors import CriterionFixed, PlanOwnerOutOfSight
from kpix_tui.domains.plans.views import CreatePlan, Criterion, CriterionKind, PlanKind, UpdatePlan
from kpix_tui.kernel.errors import StaleVersion
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.modals.merge import Merge
from kpix_tui.tui.modals.picker import Picker
from kpix_tui.tui.plans.form import PlanForm
from kpix_tui.tui.plans.list import PlansScreen
from kpix_tui.tui.plans.small import ProgressForm
from kpix_tui.tui.widgets import table as table_module
from kpix_tui.tui.widgets.days import last_day
from kpix_tui.tui.widgets.inputs import LineInput
from tests.tui.pilots import field, fill, message, press, seen, until
from tests.tui.plans_world import Plans, depot
from tests.tui.test_plans import opened


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Plans:
    monkeypatch.setattr(table_module, "TYPING_PAUSE", 0.001)
    made = depot()
    made.install(monkeypatch)
    return made


async def pick(pilot: Pilot[Any], text: str) -> None:
    """Type a part of a name into what has the focus, and take the only one that has it."""
    await press(pilot, *text)
    assert isinstance(pilot.app.screen, Picker)
    await until(pilot, lambda: len(pilot.app.screen.query_one(OptionList).options) == 1)
    await press(pilot, "enter")


async def choose(pilot: Pilot[Any], name: str, value: object) -> None:
    """Choose in a list that opens."""
    field(pilot, name).query_one(Select).value = value
    await pilot.pause()


async def write(pilot: Pilot[Any], name: str, text: str) -> None:
    """Write several lines."""
    field(pilot, name).query_one(TextArea).text = text
    await pilot.pause()


async def test_a_new_action_from_the_first_to_the_last_field(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "n") as pilot:
        await pick(pilot, "cost")
        assert "COST  Cost per train kilometre" in seen(pilot)
        await press(pilot, *"Compare", "enter")
        await pick(pilot, "grace")
        await press(pilot, *"S51 2026", "enter", *"1/12/2026", "enter")
        assert message(pilot, "due") == "= 20 Dec 2026"
        await choose(pilot, "kind", PlanKind.PREVENTIVE)
        assert "Keeps it from happening elsewhere." in message(pilot, "kind")
        await write(pilot, "cause", "Nobody compares.")
        await write(pilot, "why", "One\n\nTwo")
        await choose(pilot, "criterion", CriterionKind.SHIFT)
        assert "better than before it by so much" in message(pilot, "criterion")
        await fill(pilot, amount="1,5")
        await press(pilot, "ctrl+s")
        assert plans.asked_for("create_plan") == CreatePlan(
            "Compare",
            date(2026, 12, 20),
            kpi_id=plans.kpi("COST"),
            kind=PlanKind.PREVENTIVE,
            cause="Nobody compares.",
            whys=("One", "", "Two"),
            owner_id=plans.user("Grace Hopper"),
            starts_on=date(2026, 12, 1),
            criterion=Criterion(plans.kpi("COST"), CriterionKind.SHIFT, Decimal("1.5"), 3),
        )
        assert isinstance(pilot.app.screen, PlansScreen)


async def test_what_is_missing_is_said_beside_it(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "n", "ctrl+s") as pilot:
        for name in ("kpi", "title", "due"):
            assert message(pilot, name) == "Fill in this field."
        assert plans.asked[-1][0] == "list_plans"
        await choose(pilot, "criterion", CriterionKind.LEVEL)
        await pick(pilot, "clean")
        await fill(pilot, title="Wash", due="31/12/2026")
        await press(pilot, "ctrl+s")
        assert message(pilot, "amount") == "Fill in this field."
        await fill(pilot, amount="95")
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, PlansScreen)


async def test_what_is_refused_keeps_what_was_typed(plans: Plans, tmp_path: Path) -> None:
    plans.failing["create_plan"] = PlanOwnerOutOfSight(
        name="Ada", dashboard="Energy", fields=("owner",)
    )
    async with opened(tmp_path, "4", "n") as pilot:
        await pick(pilot, "clean")
        await fill(pilot, title="Wash", due="20/12/2026", start="24/12/2026")
        await press(pilot, "ctrl+s")
        assert "Ada does not see the dashboard Energy" in message(pilot, "owner")
        plans.failing.clear()
        await press(pilot, "ctrl+s")
        assert "is before the start, 24 Dec 2026." in message(pilot, "due")
        assert "Wash" in seen(pilot)
        await fill(pilot, start="31/02/2026")
        assert "31/02/2026" in message(pilot, "start")
        await fill(pilot, start="")
        assert message(pilot, "start") == "May stay empty."
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "n", "ctrl+s")
        assert plans.called("Wash").due_on == date(2026, 12, 20)


async def test_progress_and_texts_are_saved_together(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "e") as pilot:
        assert "Edit “Open the second platform at rush hour”" in seen(pilot)
        assert not pilot.app.screen.query("#field-criterion")
        await fill(pilot, title="Open both platforms", progress="140")
        await press(pilot, "ctrl+s")
        assert "140 is not in between" in message(pilot, "progress")
        await fill(pilot, progress="75")
        await press(pilot, "ctrl+s")
        plan = plans.called("Open both platforms")
        assert (plan.progress, plan.criterion is None) == (75, False)
        assert isinstance(plans.asked_for("update_plan"), UpdatePlan)
        assert plans.asked_for("set_progress").version == 3


async def test_the_criterion_can_be_dropped_and_measured_elsewhere(
    plans: Plans, tmp_path: Path
) -> None:
    async with opened(tmp_path, "4", "down", "e") as pilot:
        assert not field(pilot, "amount").display
        await choose(pilot, "criterion", CriterionKind.LEVEL)
        assert field(pilot, "amount").display
        await fill(pilot, amount="90")
        field(pilot, "criterion-kpi").focus()
        await pick(pilot, "passengers")
        await press(pilot, "ctrl+s")
        seats = plans.called("Buy seats that are easy to clean")
        assert seats.criterion is not None
        assert seats.criterion.kpi_code == "NPS"
        await press(pilot, "e")
        field(pilot, "criterion-kpi").focus()
        await press(pilot, "delete", "ctrl+s")
        criterion = plans.called("Buy seats that are easy to clean").criterion
        assert criterion is not None
        assert criterion.kpi_code == "CLEAN"
        await press(pilot, "e")
        await choose(pilot, "criterion", None)
        await press(pilot, "ctrl+s")
        assert plans.called("Buy seats that are easy to clean").criterion is None


async def test_a_criterion_that_is_fixed_meanwhile_says_so(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "down", "e") as pilot:
        await choose(pilot, "criterion", CriterionKind.LEVEL)
        await fill(pilot, amount="90")
        plans.failing["update_plan"] = CriterionFixed(fields=("criterion_kpi",))
        await press(pilot, "ctrl+s")
        assert "fixed when the action started" in message(pilot, "criterion_kpi")


async def test_two_people_change_it_at_once(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "e") as pilot:
        await fill(pilot, title="Mine", due="31/12/2026")
        plan = plans.called("Open the second platform at rush hour")
        plans.change(
            plan, "Grace Hopper", title="Theirs", owner_id=plans.user("Linus Pauling"), cause="New"
        )
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, Merge)
        rows = [" ".join(line.strip(" │").split()) for line in seen(pilot).splitlines()]
        assert [row for row in rows if "[x]" in row or "[?]" in row] == [
            "What to do [?] Mine [?] Theirs",
            "Owner [ ] Ada Lovelace [x] Linus Pauling",
            "Due date [x] 31 Dec 2026 [ ] 12 Nov 2026",
            "Root cause [ ] One platform serves two lines. [x] New",
        ]
        await press(pilot, "left", "ctrl+s")
        merged = plans.called("Mine")
        assert (merged.owner_name, merged.cause) == ("Linus Pauling", "New")
        assert merged.due_on == date(2026, 12, 31)


async def test_a_conflict_that_says_nothing_more_keeps_what_was_typed(
    plans: Plans, tmp_path: Path
) -> None:
    plans.failing |= {"update_plan": StaleVersion(), "set_progress": StaleVersion()}
    async with opened(tmp_path, "4", "e") as pilot:
        await fill(pilot, title="Mine")
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, PlanForm)
        assert "Somebody else has changed this" in seen(pilot)
        await press(pilot, "escape", "y", "p")
        await fill(pilot, progress="70")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ProgressForm)
        assert "Somebody else has changed this" in seen(pilot)


async def test_a_line_to_choose_in(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "n") as pilot:
        assert "Enter to choose" in seen(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, Picker)
        await press(pilot, "escape", "space", "escape")
        assert isinstance(pilot.app.screen, PlanForm)
        field(pilot, "owner").focus()
        await press(pilot, "delete")
        assert "Ada Lovelace" in str(field(pilot, "owner").query_one("PickLine").render())
        await pilot.click("#field-owner PickLine")
        await until(pilot, lambda: isinstance(pilot.app.screen, Picker))
    assert plans.asked


async def test_what_is_typed_at_once_opens_one_window(plans: Plans, tmp_path: Path) -> None:
    async with opened(tmp_path, "4", "n") as pilot:
        await pilot.press(*"clean")
        await until(pilot, lambda: isinstance(pilot.app.screen, Picker))
        line = pilot.app.screen.query_one(LineInput)
        await until(pilot, lambda: line.value == "clean")
        assert sum(isinstance(one, Picker) for one in pilot.app.screen_stack) == 1
        below = pilot.app.screen_stack[-2].query_one("#field-kpi PickLine")
        below.post_message(events.Key("x", "x"))
        await until(pilot, lambda: pilot.app.screen.query_one(LineInput).value == "cleanx")
    assert plans.asked


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-18", date(2026, 12, 18)),
        ("18/12/2026", date(2026, 12, 18)),
        ("2026-W51", date(2026, 12, 20)),
        ("déc. 2026", date(2026, 12, 31)),
        ("T4 2026", date(2026, 12, 31)),
        ("2027", date(2027, 12, 31)),
    ],
)
def test_a_period_means_its_last_day(text: str, day: date) -> None:
    assert last_day(text, "fr") == day
