"""Two people on one database: what one does, the other sees without touching a key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from kpix_tui.app.context import Context, open_context
from kpix_tui.app.tokens import MemoryTokens
from kpix_tui.db import listen
from kpix_tui.domains.accounts.sessions import revoke_sessions
from kpix_tui.domains.dashboards.service import update_dashboard
from kpix_tui.domains.dashboards.views import UpdateDashboard
from kpix_tui.kernel.clock import FixedClock
from kpix_tui.tui.dashboard.screen import DashboardScreen
from kpix_tui.tui.dashboards.form import DashboardForm
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.live import following
from kpix_tui.tui.lock.screen import LockScreen
from kpix_tui.tui.modals.merge import Merge
from tests.services.factory import dashboard, kpi, value
from tests.support import poolers
from tests.support.databases import Database
from tests.tui.pilots import fill, on, press, seen, sees, settled, started, until

As = Callable[[str | None], Context]
DAY = date(2026, 10, 1)


@asynccontextmanager
async def looking(context: Context) -> AsyncIterator[Pilot[Any]]:
    """The interface, live, on the first dashboard."""
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        await until(pilot, lambda: pilot.app.live or pilot.app.polling)
        await settled(pilot)
        await press(pilot, "enter")
        await on(pilot, DashboardScreen)
        yield pilot


async def elsewhere(work: Callable[..., Any], *args: Any) -> Any:
    """Somebody else does this while the interface goes on."""
    return await asyncio.to_thread(work, *args)


def terminate_listeners(database: Database) -> None:
    with database.server.connect("postgres") as connection:
        killed = connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = %s and application_name = 'kpix listen'",
            (database.name,),
        ).fetchall()
    assert killed == [(True,)]


async def test_a_kpi_turns_red_without_a_key(as_person: As) -> None:
    admin = as_person("acme/admin")
    board = dashboard(admin)
    first, second = kpi(admin, board), kpi(admin, board, "Normandy")
    value(admin, first, DAY, "96")
    async with looking(as_person("acme/viewer")) as pilot:
        await sees(pilot, "● live", "● Green", "Normandy")
        await press(pilot, "down")
        at = pilot.app.screen.table.current.name
        await elsewhere(value, admin, first, DAY, "91", "typo")
        await sees(pilot, "■ Red", "Ada Admin corrected Oct 2026 of BRITTANY")
        assert pilot.app.screen.table.current.name == at
        await elsewhere(value, admin, second, DAY, "85")
        await sees(pilot, "◆ Critical", "Ada Admin entered Oct 2026 of NORMANDY")


async def test_nothing_stale_remains_after_a_lost_connection(
    as_person: As, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is changed while nobody listens is on the screen once somebody does again."""
    admin = as_person("acme/admin")
    found = kpi(admin, dashboard(admin))
    value(admin, found, DAY, "96")
    monkeypatch.setattr(following, "ASK", 3600.0)
    async with looking(as_person("acme/viewer")) as pilot:
        await sees(pilot, "● live", "● Green")
        gate = asyncio.Event()
        loop = asyncio.get_running_loop()
        connect = listen.listening_connection

        def closed(*args: Any) -> Any:
            asyncio.run_coroutine_threadsafe(gate.wait(), loop).result(60)
            return connect(*args)

        monkeypatch.setattr(listen, "listening_connection", closed)
        await elsewhere(terminate_listeners, database)
        await sees(pilot, "◐ polling")  # the database answers, and nobody listens
        await settled(pilot)
        await elsewhere(value, admin, found, DAY, "91", "typo")
        assert "● Green" in seen(pilot)
        gate.set()
        await sees(pilot, "● live", "■ Red")
        await settled(pilot)
        assert "● Green" not in seen(pilot)


async def test_a_server_that_is_away_is_said_and_what_changed_meanwhile_is_read(
    as_person: As, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = as_person("acme/admin")
    kpi(admin, dashboard(admin))
    monkeypatch.setattr(following, "ASK", 0.2)
    monkeypatch.setattr(listen, "PATIENCE", (0.2,))
    async with looking(as_person("acme/viewer")) as pilot:
        await elsewhere(database.put_away)
        await sees(pilot, "○ offline")
        await elsewhere(database.bring_back)
        await sees(pilot, "● live")


async def test_behind_a_pooler_it_polls_and_says_so(
    database: Database,
    as_person: As,
    tmp_path: Path,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(following, "ASK", 0.2)
    admin = as_person("acme/admin")
    found = kpi(admin, dashboard(admin))
    value(admin, found, DAY, "96")
    with poolers.before(database.server, "kpix_local") as folder:
        pooled = replace(database, server=replace(database.server, pooler=folder))
        viewer = open_context(pooled.settings(tmp_path), clock)
        viewer.tokens = MemoryTokens(database.tokens["acme/viewer"])
        try:
            async with looking(viewer) as pilot:
                await sees(pilot, "◐ polling", "● Green")
                await elsewhere(value, admin, found, DAY, "91", "typo")
                await sees(pilot, "■ Red")
                assert not pilot.app.live
        finally:
            viewer.close()


async def test_a_session_that_was_ended_elsewhere_listens_to_nothing(
    as_person: As, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "ASK", 0.2)
    viewer = as_person("acme/viewer")
    dashboard(as_person("acme/admin"))
    async with looking(viewer) as pilot:
        owner = pilot.app.actor.user_id
        await elsewhere(as_person("acme/admin").run, revoke_sessions, owner)
        await elsewhere(terminate_listeners, database)
        await on(pilot, LockScreen)


async def test_two_who_change_the_same_dashboard_choose_what_stays(as_person: As) -> None:
    admin = as_person("acme/admin")
    board = dashboard(admin)
    async with looking(as_person("acme/admin")) as pilot:
        await press(pilot, "E")
        await on(pilot, DashboardForm)
        command = UpdateDashboard(board.id, board.version, "Theirs", board.process, "described")
        await elsewhere(admin.run, update_dashboard, command)
        await fill(pilot, title="Mine")
        await press(pilot, "ctrl+s")
        await on(pilot, Merge)
        await sees(pilot, "Mine", "Theirs", "described")
        await press(pilot, "left", "enter")
        await on(pilot, DashboardScreen)
        await sees(pilot, "Mine", "described")
