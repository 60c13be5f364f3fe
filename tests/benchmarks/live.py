"""From the commit of one to the screens of thirty others, on one server.

Twenty-nine clients are programs that listen and read a dashboard again as a screen does; the
thirtieth is kpix on a terminal, until the value is painted. Each reports when it had the value.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

from kpix_tui.domains.values.service import enter_value
from kpix_tui.domains.values.views import EnterValue
from tests.benchmarks.data import Bench, months
from tests.benchmarks.interface import KPIX, ROOT, settings_of
from tests.benchmarks.live_client import HELD, LISTENS
from tests.benchmarks.report import Measure
from tests.benchmarks.terminal import Terminal, environment, running

CLIENTS = 29
PROGRAMS = 5
"""Python programs that the clients are threads of: thirty of them do not fit a small machine."""
CHANGES = 40
FIRST = 200
"""Tenths of the first value: far below all others, so that its KPI is the first of the list."""
EVERY = 0.7
"""Seconds between two changes: time for all to have read."""
IDLE_SECONDS = 12.0
"""More than two questions of a terminal that polls."""
MOST = 500.0


class Client:
    """A program of several clients, and what they report."""

    def __init__(
        self, process: subprocess.Popen[str], heard: SimpleQueue[tuple[int, float]]
    ) -> None:
        self.process = process
        self.listens = 0
        self._heard = heard
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            word, _space, rest = line.partition(" ")
            if word == LISTENS:
                self.listens += 1
            elif word == HELD:
                number, at = rest.split()
                self._heard.put((int(number), float(at)))


def measure(bench: Bench, folder: Path) -> Iterator[Measure]:
    """Commit to repaint, and what a live terminal writes while nothing happens."""
    settings = settings_of(bench, folder)
    _enter(bench, Decimal(FIRST - 10) / 10)
    heard: SimpleQueue[tuple[int, float]] = SimpleQueue()
    with ExitStack() as stack:
        clients = [stack.enter_context(_client(bench, heard, n)) for n in _shares()]
        terminal = stack.enter_context(running(KPIX, settings, folder))
        terminal.until(bench.titles[0])
        terminal.press(b"\r")
        terminal.until("Indicator 0000")
        terminal.until_quiet(1.0)
        while sum(client.listens for client in clients) < CLIENTS:
            time.sleep(0.1)
        idle = terminal.idle(IDLE_SECONDS)
        committed, painted = _change(bench, terminal)
        time.sleep(2)
    held = [1000 * (at - committed[number]) for number, at in _all(heard) if number in committed]
    yield from _spread("commit to having read, 29 clients", held)
    yield from _spread("commit to paint, a terminal", [1000 * seconds for seconds in painted])
    yield from _spread(
        "commit to repaint, 30 clients", held + [1000 * s for s in painted], most=MOST
    )
    yield Measure(
        "changes not seen", float(CHANGES * (CLIENTS + 1) - len(held) - len(painted)), "", most=0.0
    )
    yield Measure("bytes when live and idle", idle / IDLE_SECONDS, "B/s", most=0.0)


def _shares() -> Iterator[int]:
    """How many clients each program has."""
    for number in range(PROGRAMS):
        yield CLIENTS // PROGRAMS + (number < CLIENTS % PROGRAMS)


@contextmanager
def _client(bench: Bench, heard: SimpleQueue[tuple[int, float]], clients: int) -> Iterator[Client]:
    arguments = (bench.url, str(bench.dashboards[0]), str(bench.kpis[0]), str(clients))
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.live_client", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(KPIX_TOKEN=bench.database.tokens["acme/user"]),
    )
    try:
        yield Client(process, heard)
    finally:
        process.terminate()
        process.wait(30)


def _change(bench: Bench, terminal: Terminal) -> tuple[dict[int, float], list[float]]:
    """Correct the value again and again: when each was committed, and how long its paint took."""
    committed: dict[int, float] = {}
    painted: list[float] = []
    for number in range(CHANGES):
        value = Decimal(FIRST + number) / 10
        _enter(bench, value)
        committed[FIRST + number] = begun = time.monotonic()
        terminal.until(f"{value:.1f}")
        painted.append(time.monotonic() - begun)
        time.sleep(max(0.0, EVERY - painted[-1]))
    return committed, painted


def _enter(bench: Bench, value: Decimal) -> None:
    bench.context.run(enter_value, EnterValue(bench.kpis[0], months()[-1], value, "again"))


def _all(heard: SimpleQueue[tuple[int, float]]) -> list[tuple[int, float]]:
    found = []
    while not heard.empty():
        found.append(heard.get())
    return found


def _spread(name: str, taken: list[float], **bound: Any) -> Iterator[Measure]:
    ordered = sorted(taken)
    yield Measure(f"{name}, p50", statistics.median(ordered), "ms")
    yield Measure(f"{name}, p95", ordered[len(ordered) * 95 // 100 - 1], "ms", **bound)
