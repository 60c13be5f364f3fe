"""Acting on what is red: the overview, the lists behind its numbers, My work and the actions at
10 000 KPIs, 1.2 million values, 20 000 actions and 50 000 comments in one organisation, among
fifty, with row-level security on. Each read is a unit of work of its own: the check of the session
and every round trip are in it.
"""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from kpix_tui.app.context import Context
from kpix_tui.domains.notifications.service import inbox
from kpix_tui.domains.overview.service import list_dashboards, list_kpis, overview
from kpix_tui.domains.overview.views import RISKS, Grouping, KpiFilter, Move, OverviewFilter
from kpix_tui.domains.people.service import list_teams
from kpix_tui.domains.plans.service import list_plans, plan_board
from kpix_tui.domains.plans.views import PlanFilter, PlanScope
from kpix_tui.domains.work.service import my_work
from kpix_tui.kernel.clock import SystemClock
from kpix_tui.kernel.paging import PageRequest
from tests.benchmarks import scope_data
from tests.benchmarks.report import Measure
from tests.benchmarks.scope import PEOPLE, prepared

READS = 60
MOST = 50.0
MOST_OF_MINE = 30.0
"""Milliseconds for 95 of 100 readings: of the present, and of what one has to do oneself."""


def measure(folder: Path, size: scope_data.Size = scope_data.ACTING) -> Iterator[Measure]:
    """Make the database, measure, and remove it."""
    with prepared(f"acting-{os.getpid()}", size) as (database, _scene):
        for name in PEOPLE:
            context = database.context(folder, SystemClock(), f"acme/{name}")
            try:
                yield from _reads(context, name)
            finally:
                context.close()


def _reads(context: Context, name: str) -> Iterator[Measure]:
    gc.set_threshold(50_000)  # as the interface does
    for what, (read, most) in _screens(context).items():
        read()
        taken = sorted(1000 * _seconds(read) for _number in range(READS))
        yield Measure(f"{what}, {name}, p50", statistics.median(taken), "ms")
        yield Measure(f"{what}, {name}, p95", taken[READS * 95 // 100 - 1], "ms", most=most)


Read = Callable[[], Any]


def _screens(context: Context) -> dict[str, tuple[Read, float | None]]:
    """By name, what a screen reads, and its bound; days in the past take the slower way."""
    run, team = context.run, context.run(list_teams).rows[0].id
    past = OverviewFilter(until=SystemClock().now().date() - timedelta(days=40))
    return {
        "overview": (lambda: run(overview), MOST),
        "overview by dashboard": (lambda: run(overview, grouping=Grouping.DASHBOARD), MOST),
        "overview of a process": (lambda: run(overview, OverviewFilter("Process 3")), MOST),
        "overview of a team": (lambda: run(overview, OverviewFilter(team_id=team)), MOST),
        "overview as of a past day": (lambda: run(overview, past), None),
        "top risks": (lambda: run(list_kpis, wanted=KpiFilter(RISKS)), MOST),
        "getting worse": (lambda: run(list_kpis, wanted=KpiFilter(move=Move.WORSE)), MOST),
        "not entered": (lambda: run(list_kpis, wanted=KpiFilter(missing=True)), MOST),
        "dashboards": (lambda: run(list_dashboards), MOST),
        "my work": (lambda: run(my_work), MOST_OF_MINE),
        "inbox": (lambda: run(inbox), MOST_OF_MINE),
        "actions": (lambda: run(list_plans), MOST),
        "actions of mine": (lambda: run(list_plans, wanted=PlanFilter(PlanScope.MINE)), MOST),
        "actions with a text": (lambda: run(list_plans, PageRequest(text="action 77")), MOST),
        "board": (lambda: run(plan_board), MOST),
    }


def _seconds(read: Read) -> float:
    begun = time.perf_counter()
    read()
    return time.perf_counter() - begun
