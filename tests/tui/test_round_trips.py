"""What opening a screen costs on a slow line: round trips that one waits for, and statements."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from kpix_tui.app.context import Context
from kpix_tui.domains.comments.views import Subject
from kpix_tui.domains.dashboards.views import Dashboard
from kpix_tui.domains.kpis.views import Kpi
from kpix_tui.domains.plans.views import Plan
from kpix_tui.kernel.clock import FixedClock
from kpix_tui.tui.administration.roles import RolesScreen
from kpix_tui.tui.administration.teams import TeamsScreen
from kpix_tui.tui.administration.users import UsersScreen
from kpix_tui.tui.audit.screen import AuditScreen
from kpix_tui.tui.comments.screen import CommentsScreen
from kpix_tui.tui.dashboard.screen import DashboardScreen
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.inbox.screen import InboxScreen
from kpix_tui.tui.kpi.screen import KpiScreen
from kpix_tui.tui.kpis.screen import KpisScreen
from kpix_tui.tui.my_work.screen import MyWorkScreen
from kpix_tui.tui.overview.screen import OverviewScreen
from kpix_tui.tui.plans.board import BoardScreen
from kpix_tui.tui.plans.list import PlansScreen
from kpix_tui.tui.plans.screen import PlanScreen
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.sessions.screen import SessionsScreen
from kpix_tui.tui.sharing.access import AccessScreen
from kpix_tui.tui.sharing.screen import SharingScreen
from tests.services import factory
from tests.services.plans import part, plan
from tests.support.databases import Database
from tests.support.slow_line import SlowLine, slow_line
from tests.tui.pilots import settled, started, until

LATENCY = 0.06
"""Seconds: long beside what the interface and the server take, so that nothing else is counted."""
TRIPS = 3
STATEMENTS = 4


@dataclass(frozen=True)
class Scene:
    """Something of everything that a screen may be about."""

    board: Dashboard
    kpi: Kpi
    plan: Plan


SCREENS: dict[str, Callable[[Scene], KpixScreen[Any]]] = {
    "overview": lambda _scene: OverviewScreen(),
    "dashboards": lambda _scene: DashboardsScreen(),
    "dashboard": lambda scene: DashboardScreen(scene.board.id),
    "KPI": lambda scene: KpiScreen(scene.kpi.id),
    "KPIs": lambda _scene: KpisScreen(),
    "my work": lambda _scene: MyWorkScreen(),
    "actions": lambda _scene: PlansScreen(),
    "board": lambda _scene: BoardScreen(),
    "action": lambda scene: PlanScreen(scene.plan.id),
    "comments": lambda scene: CommentsScreen(Subject(scene.kpi.id)),
    "inbox": lambda _scene: InboxScreen(),
    "users": lambda _scene: UsersScreen(),
    "teams": lambda _scene: TeamsScreen(),
    "roles": lambda _scene: RolesScreen(),
    "audit": lambda _scene: AuditScreen(),
    "sharing": lambda scene: SharingScreen(scene.board.id),
    "who can see it": lambda scene: AccessScreen(scene.board.id),
    "sessions": lambda _scene: SessionsScreen(),
}


@asynccontextmanager
async def on_a_slow_line(
    database: Database, folder: Path, clock: FixedClock
) -> AsyncIterator[tuple[Pilot[Any], SlowLine]]:
    with slow_line(database.server.folder, folder, LATENCY) as line:
        far = replace(database, server=replace(database.server, folder=folder))
        context = far.context(folder, clock, "acme/admin")
        async with started(context) as pilot:
            await until(pilot, lambda: pilot.app.live)
            yield pilot, line
        context.close()


async def quiet(pilot: Pilot[Any]) -> None:
    """Nothing is asked any more, and nothing comes by itself."""
    for _pause in range(3):
        await settled(pilot)
        await until(pilot, lambda: not pilot.app.bridge.busy)
        await pilot.pause(LATENCY)


@pytest.fixture
def scene(context: Context) -> Scene:
    """A KPI with a year of values, an action about it and a part of that."""
    board = factory.dashboard(context)
    found = factory.kpi(context, board)
    for month in range(1, 11):
        factory.value(context, found, date(2026, month, 1), str(80 + month))
    made = plan(context, found)
    part(context, made)
    return Scene(board, found, made)


async def test_a_screen_costs_few_round_trips_and_statements(
    database: Database, scene: Scene, tmp_path: Path, clock: FixedClock
) -> None:
    """Opened for the second time: the first one opens the connections."""
    costs = {}
    async with on_a_slow_line(database, tmp_path, clock) as (pilot, line):
        for name, make in SCREENS.items():
            for _time in range(2):
                await quiet(pilot)
                line.counted()
                await pilot.app.push_screen(make(scene))
                await quiet(pilot)
                found = line.counted()
                await pilot.app.pop_screen()
            costs[name] = (found.trips, len(found.statements))
    assert costs == {
        name: (min(trips, TRIPS), min(statements, STATEMENTS))
        for name, (trips, statements) in costs.items()
    }
