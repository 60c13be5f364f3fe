"""From the commit of one to the screens of thirty others, on one server.

Twenty-nine clients are programs that listen and read a dashboard again as a screen does; the
thirtieth is kpix on a terminal, until the value is painted. Each reports when it had the value.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

from kpix_tui.domains.values.service import enter_value
from kpix_tui.domains.values.views import EnterValue
from tests.benchmarks.data import Bench, months
from tests.benchmarks.interface import KPIX, OVERVIEW, ROOT, settings_of
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


@dataclass(frozen=True, slots=True)
class Held:
    """A client had a value at an instant."""

    client: str
    number: int
    at: float


class Client:
    """A program of several clients, and what they report."""

    def __init__(self, process: subprocess.Popen[str], heard: SimpleQueue[Held]) -> None:
        self.process = process
        self.listens = 0
        self._heard = heard
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            match line.split():
                case [word] if word == LISTENS:
                    self.listens += 1
                case [word, client, number, at] if word == HELD:
                    self._heard.put(Held(client, int(number), float(at)))


def measure(bench: Bench, folder: Path) -> Iterator[Measure]:
    """Commit to repaint, and what a live terminal writes while nothing happens."""
    settings = settings_of(bench, folder)
    _enter(bench, Decimal(FIRST - 10) / 10)
    heard: SimpleQueue[Held] = SimpleQueue()
    with ExitStack() as stack:
        clients = [stack.enter_context(_client(bench, heard, n)) for n in _shares()]
        terminal = stack.enter_context(running(KPIX, settings, folder))
        terminal.until(OVERVIEW)
        terminal.until_quiet(1.0)
        terminal.press(b"2")
        terminal.until(bench.titles[0])
        terminal.press(b"\r")
        terminal.until("Indicator 0000")
        terminal.until_quiet(1.0)
        while sum(client.listens for client in clients) < CLIENTS:
            time.sleep(0.1)
        idle = terminal.idle(IDLE_SECONDS)
        committed, painted = _change(bench, terminal)
        time.sleep(2)
    held, stale = _delays(committed, _all(heard))
    milliseconds = [1000 * seconds for seconds in painted]
    yield from _spread("commit to having read, 29 clients", held)
    yield from _spread("commit to paint, a terminal", milliseconds)
    yield from _spread("commit to repaint, 30 clients", held + milliseconds, most=MOST)
    yield Measure("clients left with an old value", float(stale), "", most=0.0)
    yield Measure("bytes when live and idle", idle / IDLE_SECONDS, "B/s", most=0.0)


def _delays(committed: dict[int, float], reports: list[Held]) -> tuple[list[float], int]:
    """Milliseconds from each commit to a client's having it or a later one; clients left behind.

    A client that reads while three values are committed may have the third one only.
    """
    by_client: dict[str, list[Held]] = defaultdict(list)
    for report in reports:
        by_client[report.client].append(report)
    last = max(committed)
    stale = CLIENTS - sum(any(r.number == last for r in found) for found in by_client.values())
    delays = [
        1000 * (min(r.at for r in found if r.number >= number) - at)
        for found in by_client.values()
        for number, at in committed.items()
        if any(r.number >= number for r in found)
    ]
    return delays, stale


def _shares() -> Iterator[int]:
    """How many clients each program has."""
    for number in range(PROGRAMS):
        yield CLIENTS // PROGRAMS + (number < CLIENTS % PROGRAMS)


@contextmanager
def _client(bench: Bench, heard: SimpleQueue[Held], clients: int) -> Iterator[Client]:
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


def _all(heard: SimpleQueue[Held]) -> list[Held]:
    found = []
    while not heard.empty():
        found.append(heard.get())
    return found


def _spread(name: str, taken: list[float], **bound: Any) -> Iterator[Measure]:
    ordered = sorted(taken)
    yield Measure(f"{name}, p50", statistics.median(ordered), "ms")
    yield Measure(f"{name}, p95", ordered[len(ordered) * 95 // 100 - 1], "ms", **bound)
