"""Action plans on a real database: from a red KPI to an owner, a date and a result."""

from __future__ import annotations

from datetime import date
from typing import Any

from textual.pilot import Pilot
from textual.widgets import OptionList

from kpix_tui.app.context import Context
from kpix_tui.domains.plans import service
from kpix_tui.domains.plans.views import MovePlan, Plan, PlanStatus
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.kpi.screen import KpiScreen
from kpix_tui.tui.modals.merge import Merge
from kpix_tui.tui.plans.board import BoardScreen
from kpix_tui.tui.plans.form import PlanForm
from kpix_tui.tui.plans.list import PlansScreen
from kpix_tui.tui.plans.screen import PlanScreen
from tests.services import factory
from tests.services.plans import change, plan
from tests.tui.pilots import fill, notices, press, seen, sees, settled, until
from tests.tui.test_lock_real import Open, People
from tests.tui.test_lock_real import open_app as open_app  # a fixture


async def started(pilot: Pilot[Any]) -> None:
    """Signed in, wherever one starts."""
    app: Any = pilot.app
    await until(pilot, lambda: app.actor is not None)
    await settled(pilot)
    app.replace_all(DashboardsScreen())
    await settled(pilot)


def shows(pilot: Pilot[Any], kind: type[Any]) -> bool:
    """Whether a screen of this kind has the keys."""
    return isinstance(pilot.app.screen, kind)


def called(context: Context, title: str) -> Plan:
    """The action of this title, as it is now."""
    return context.run(service.find_plan, title)


async def test_from_a_red_kpi_to_a_result(as_person: People, open_app: Open) -> None:
    manager, user = as_person("acme/manager"), as_person("acme/user")
    made = factory.kpi(manager, factory.dashboard(manager), name="Punctuality")
    factory.value(manager, made, date(2026, 9, 1), "80")

    async with open_app(manager).run_test(size=(120, 40), notifications=True) as pilot:
        await started(pilot)
        pilot.app.push_screen(KpiScreen(made.id))
        await sees(pilot, "No open action.  a: decide on one", "Critical   80.00 %")
        await press(pilot, "a", *"Call the drivers", "enter", *"ursula")
        await until(pilot, lambda: len(pilot.app.screen.query_one(OptionList).options) == 1)
        await press(pilot, "enter", *"31/12/2099", "ctrl+s")
        await sees(pilot, "1 open action", "Call the drivers")
        await press(pilot, "A", "enter", "n", *"Find their numbers", "tab", "tab", *"30/12/2099")
        await press(pilot, "ctrl+s")
        await sees(pilot, "Sub-actions", "Find their")
        assert called(manager, "Find their numbers").parent_title == "Call the drivers"

    async with open_app(user).run_test(size=(120, 40), notifications=True) as pilot:
        await started(pilot)
        await press(pilot, "4")
        assert shows(pilot, PlansScreen)
        await sees(pilot, "[Mine]", "Call the drivers")
        await press(pilot, "p")
        await fill(pilot, progress="40")
        await press(pilot, "enter")
        await sees(pilot, "40 %", "In progress")
        await press(pilot, "b", "greater_than_sign")
        assert shows(pilot, BoardScreen)
        await sees(pilot, "has sub-actions that are not closed: close them first.")
        for status in (PlanStatus.IN_PROGRESS, PlanStatus.DONE):
            part = called(manager, "Find their numbers")
            manager.run(service.move_plan, MovePlan(part.id, status))
        await press(pilot, "r", "greater_than_sign")
        await sees(pilot, "Done 1")
        assert called(user, "Call the drivers").progress == 100
        await press(pilot, "enter")
        assert shows(pilot, PlanScreen)
        await sees(pilot, "Status: In progress → ", "Decided on.")


async def test_several_are_given_and_postponed_in_one_transaction(
    as_person: People, open_app: Open
) -> None:
    context = as_person("acme/manager")
    made = factory.kpi(context, factory.dashboard(context))
    for title in ("One", "Two", "Three"):
        plan(context, made, title, due_on=date(2099, 6, 1))
    async with open_app(context).run_test(size=(120, 40), notifications=True) as pilot:
        await started(pilot)
        await press(pilot, "4", "space", "space", "t", *"+30", "enter")
        await until(pilot, lambda: "2 actions postponed." in notices(pilot))
        days = sorted(called(context, title).due_on for title in ("One", "Two", "Three"))
        assert days == [date(2099, 6, 1), date(2099, 7, 1), date(2099, 7, 1)]
        await press(pilot, "space", "space", "space", "o", *"ursula")
        await until(pilot, lambda: len(pilot.app.screen.query_one(OptionList).options) == 1)
        await press(pilot, "enter")
        await until(pilot, lambda: any("3 actions: " in said for said in notices(pilot)))
        await sees(pilot, "Nothing to do here.")


async def test_two_people_change_an_action_at_once(as_person: People, open_app: Open) -> None:
    context, other = as_person("acme/manager"), as_person("acme/admin")
    made = factory.kpi(context, factory.dashboard(context))
    plan(context, made, "Together", due_on=date(2099, 6, 1))
    async with open_app(context).run_test(size=(120, 40), notifications=True) as pilot:
        await started(pilot)
        await press(pilot, "4", "e")
        assert shows(pilot, PlanForm)
        await fill(pilot, title="Mine", due="01/07/2099")
        present = called(other, "Together")
        other.run(service.update_plan, change(present, title="Theirs", cause="Theirs"))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: shows(pilot, Merge))
        await sees(pilot, "has changed this while you were typing.")
        await press(pilot, "left", "ctrl+s")
        await until(pilot, lambda: shows(pilot, PlansScreen))
        merged = called(context, "Mine")
        assert (merged.cause, merged.due_on) == ("Theirs", date(2099, 7, 1))
        assert "Mine" in seen(pilot)
