"""What is found and what one is told of opens where it is about, from keys to a real database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from kpix_tui.app.context import Context
from kpix_tui.domains.people.service.users import find_user
from kpix_tui.domains.plans.service import create_plan
from kpix_tui.domains.plans.views import CreatePlan
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.plans.screen import PlanScreen
from tests.services.factory import dashboard, kpi
from tests.tui.pilots import on, press, sees, started

AsPerson = Callable[[str | None], Context]


async def test_an_action_that_one_is_given_opens_from_the_inbox_and_from_the_search(
    as_person: AsPerson,
) -> None:
    admin = as_person("acme/admin")
    made = kpi(admin, dashboard(admin))
    user = admin.run(find_user, "Ursula User")
    due = date(2026, 12, 11)
    admin.run(create_plan, CreatePlan("Repair points", due, made.id, owner_id=user.id))
    async with started(as_person("acme/user")) as pilot:
        await on(pilot, DashboardsScreen)
        await press(pilot, "i")
        await sees(pilot, "Repair points")
        await press(pilot, "enter")
        await on(pilot, PlanScreen)
        await sees(pilot, "Repair points", "Ursula User")
        await press(pilot, "6", *"repair")
        await sees(pilot, "1 found")
        await press(pilot, "enter")
        await on(pilot, PlanScreen)
        await sees(pilot, "Repair points", "Ursula User")
