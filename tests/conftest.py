"""Fixtures that every kind of test uses: a server, a database of one's own, a signed-in context."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest

from kpix_tui.app.context import Context
from kpix_tui.i18n.catalog import set_locale
from kpix_tui.kernel.clock import FixedClock
from tests.support import databases, poolers, servers

pytest_plugins = ["tests.support.attack_report"]

# Nothing is timed in tests: a machine that is busy elsewhere must not fail them.
hypothesis.settings.register_profile("kpix", deadline=None)
hypothesis.settings.load_profile("kpix")

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def pytest_xdist_auto_num_workers() -> int:
    """Two for each core: a test waits for the server or the screen half of its time."""
    return min(2 * (os.cpu_count() or 1), 16)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test speaks English until it asks for French, whatever the one before it spoke."""
    for name in ("LC_ALL", "LC_MESSAGES", "KPIX_LOCALE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    set_locale("en")


@pytest.fixture(scope="session")
def run_id(request: pytest.FixtureRequest) -> str:
    """One name for all the workers of a run."""
    workers = getattr(request.config, "workerinput", None)
    return workers["testrunuid"][:12] if workers else f"single-{os.getpid()}"


@pytest.fixture(scope="session")
def server(run_id: str) -> Iterator[servers.Server]:
    """The server of the embedded version; ``KPIX_TEST_POSTGRES=15`` asks for Debian's, and
    ``KPIX_TEST_POOLER=1`` puts PgBouncer in transaction mode between it and the application."""
    joined = servers.join(os.environ.get("KPIX_TEST_POSTGRES", servers.EMBEDDED), run_id)
    with ExitStack() as stack:
        stack.callback(servers.leave, joined, run_id)
        if os.environ.get("KPIX_TEST_POOLER"):
            folder = stack.enter_context(poolers.before(joined, "kpix_local"))
            joined = replace(joined, pooler=folder)
        yield joined


@pytest.fixture
def clock() -> FixedClock:
    """Saturday 21 November 2026, noon UTC."""
    return FixedClock(NOW)


@pytest.fixture
def database(
    server: servers.Server, run_id: str, clock: FixedClock
) -> Iterator[databases.Database]:
    """A database of this test's own: organisations Acme and Globex, four people each."""
    template, tokens = databases.peopled(server, run_id, clock)
    with databases.cloned(server, template, tokens) as made:
        yield made


@pytest.fixture
def as_person(
    database: databases.Database, tmp_path: Path, clock: FixedClock
) -> Iterator[Callable[[str | None], Context]]:
    """Contexts signed in as somebody: ``as_person("acme/viewer")``, or as nobody with None."""
    opened: list[Context] = []

    def sign_in(person: str | None) -> Context:
        context = database.context(tmp_path, clock, person)
        opened.append(context)
        return context

    yield sign_in
    for context in opened:
        context.close()


@pytest.fixture
def context(as_person: Callable[[str | None], Context]) -> Context:
    """Signed in as Acme's administrator."""
    return as_person("acme/admin")
