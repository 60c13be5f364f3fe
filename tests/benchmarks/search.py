"""How long a search takes, in the service and with row-level security on: at ten thousand texts,
and at a million of fifty organisations of which the measured one has a fifth."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from kpix_tui.app.context import Context
from kpix_tui.domains.search.service import search
from kpix_tui.domains.search.views import Kind, StatusFilter, Wanted
from kpix_tui.kernel.clock import SystemClock
from tests.benchmarks import search_data
from tests.benchmarks.report import Measure
from tests.support import databases, servers

PEOPLE: Final = ("admin", "manager", "viewer")
RUNS: Final = 40
BOUNDS: Final = ((search_data.TENTH, 8.0), (search_data.FULL, 20.0))
"""Milliseconds within which 95 % of the searches answer."""

QUERIES: Final = {
    "two letters": Wanted("pr"),
    "a common word": Wanted("propropro"),
    "a rare word": Wanted("coandé"),
    "no word": Wanted("qwertz"),
    "two words": Wanted("motéma chipropro"),
    "two common beginnings": Wanted("propro qua"),
    "a kind": Wanted("propropro", frozenset({Kind.COMMENT})),
    "a process": Wanted("propropro", process="Process 3"),
    "a status": Wanted("propropro", statuses=frozenset({StatusFilter.RED})),
}


def measure(folder: Path) -> Iterator[Measure]:
    """Make each database, measure, and remove it."""
    for size, most in BOUNDS:
        yield from _measure(folder, size, most)


def _measure(folder: Path, size: search_data.Size, most: float) -> Iterator[Measure]:
    run = f"search-{os.getpid()}-{size.rows}"
    server = servers.join(os.environ.get("KPIX_TEST_POSTGRES", servers.EMBEDDED), run)
    try:
        template, tokens = databases.peopled(server, run, SystemClock())
        with databases.cloned(server, template, tokens) as database:
            print(f"Writing {size.rows} texts …", file=sys.stderr)
            with server.connect(database.name) as connection:
                search_data.fill(connection, size)
            for person in PEOPLE:
                context = database.context(folder, SystemClock(), f"acme/{person}")
                with closing(context):
                    yield from _searches(context, f"{size.rows} texts, {person}", most)
    finally:
        servers.leave(server, run)


def _searches(context: Context, name: str, most: float) -> Iterator[Measure]:
    everything: list[float] = []
    for what, wanted in QUERIES.items():
        taken = sorted([_taken(context, wanted) for _run in range(-3, RUNS)][3:])
        everything += taken
        yield Measure(f"{name}: {what}, median", taken[len(taken) // 2], "ms")
    everything.sort()
    yield Measure(f"{name}, p95", everything[len(everything) * 95 // 100], "ms", most=most)


def _taken(context: Context, wanted: Wanted) -> float:
    """Milliseconds from the call to the page of hits, the transaction included."""
    begun = time.perf_counter()
    context.run(search, wanted)
    return 1000 * (time.perf_counter() - begun)
