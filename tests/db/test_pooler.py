"""Behind a pooler in transaction mode: who one is and what limits hold end with the transaction.

The whole of ``tests/services`` passes through one with ``KPIX_TEST_POOLER=1``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from kpix_tui.app.context import Context, open_context
from kpix_tui.app.tokens import MemoryTokens
from kpix_tui.config import Settings
from kpix_tui.db.errors import PoolerUnannounced
from kpix_tui.domains.accounts.service import whoami
from kpix_tui.domains.dashboards.service import create_dashboard
from kpix_tui.domains.dashboards.views import CreateDashboard
from kpix_tui.kernel.clock import FixedClock
from tests.support import poolers
from tests.support.databases import Database

Open = Callable[..., Context]


@pytest.fixture
def behind(database: Database, tmp_path: Path, clock: FixedClock) -> Iterator[Open]:
    """Contexts that reach the test's database through a pooler."""
    opened: list[Context] = []

    def context(folder: Path, person: str = "acme/admin", **changes: object) -> Context:
        pooled = replace(database, server=replace(database.server, pooler=folder))
        settings: Settings = replace(pooled.settings(tmp_path), **changes)
        made = open_context(settings, clock)
        made.tokens = MemoryTokens(database.tokens[person])
        opened.append(made)
        return made

    yield context
    for made in opened:
        made.close()


def test_limits_hold_in_each_transaction_and_end_with_it(database: Database, behind: Open) -> None:
    names = ("search_path", "statement_timeout", "lock_timeout")
    with poolers.before(database.server, "kpix_local") as folder:
        context = behind(folder)
        for opened in (context.unit_of_work, context.anonymous) * 3:
            with opened() as uow:
                shown = [uow.session.scalar(text(f"show {name}")) for name in names]
            assert shown == ["kpix,pg_catalog", "30s", "5s"]
        with poolers.connect(folder, database.name, "kpix_local") as bare:
            left = [bare.execute(f"show {name}".encode()).fetchone() for name in names]
    assert left == [('"$user", public',), ("0",), ("0",)]


def test_nobody_inherits_who_the_transaction_before_was(database: Database, behind: Open) -> None:
    with poolers.before(database.server, "kpix_local") as folder:
        acme, globex = behind(folder), behind(folder, "globex/admin")
        acme.run(create_dashboard, CreateDashboard("Ours"))
        with poolers.connect(folder, database.name, "kpix_local") as bare:
            for _turn in range(6):  # the pooler has four connections
                assert acme.run(whoami).organization_name == "Acme"
                assert globex.run(whoami).organization_name == "Globex"
                kept = "select current_setting('kpix.principal', true), auth.user_id()"
                assert bare.execute(kept).fetchone() in ((None, None), ("", None))
                assert bare.execute("select count(*) from kpix.dashboard").fetchone() == (0,)


def test_a_principal_that_is_replayed_on_another_connection_is_nobody(
    database: Database, behind: Open
) -> None:
    with poolers.before(database.server, "kpix_local") as folder:
        with behind(folder).unit_of_work() as uow:
            stolen = uow.session.scalar(text("select current_setting('kpix.principal')"))
        replay = "select set_config('kpix.principal', %s, false)"
        with poolers.connect(folder, database.name, "kpix_local") as bare:
            for _turn in range(6):
                bare.execute(replay, (stolen,))
                assert bare.execute("select count(*) from kpix.app_user").fetchone() == (0,)


@pytest.mark.parametrize("ignored", ["", "options"])
def test_a_pooler_that_kpix_was_not_told_of_is_refused(
    database: Database, behind: Open, ignored: str
) -> None:
    """Whether it refuses what it does not know, or drops it without a word."""
    with poolers.before(database.server, "kpix_local", ignored=ignored) as folder:
        context = behind(folder, pooler=False)
        for _twice in range(2):
            with pytest.raises(PoolerUnannounced):
                context.run(whoami)
