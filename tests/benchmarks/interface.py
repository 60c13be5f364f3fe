"""The interface against a trivial Textual app, in turns so that both meet the same machine."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from kpix_tui.app.tokens import FileTokens
from kpix_tui.config import load_settings
from tests.benchmarks.data import KPIS, Bench
from tests.benchmarks.report import Measure
from tests.benchmarks.terminal import Keys, Terminal, environment, running
from tests.benchmarks.trivial import READY

RUNS = 5
KEYS = 20
IDLE_SECONDS = 3.0
FIRST_TEXT = "k p i x"
TRIVIAL = (sys.executable, "-m", "tests.benchmarks.trivial")
KPIX = (sys.executable, "-m", "kpix_tui")
ROOT = Path(__file__).parents[2]
OVERVIEW = f"{KPIS} KPIs"
"""What the overview begins with, once it is read."""


def measure(bench: Bench, folder: Path) -> Iterator[Measure]:
    """First frame, overview, memory, keys and idling."""
    settings = settings_of(bench, folder)
    trivial: list[float] = []
    first: list[float] = []
    overview: list[float] = []
    sizes: tuple[list[int], list[int]] = ([], [])
    for run in range(RUNS + 1):
        with running(TRIVIAL, environment(), ROOT) as terminal:
            seconds = terminal.until(READY)
            terminal.until_quiet()
            small = terminal.memory()
        with running(KPIX, settings, folder) as terminal:
            frame = terminal.until(FIRST_TEXT)
            data = terminal.until(OVERVIEW)
            terminal.until_quiet(0.5)
            large = terminal.memory()
        if run:  # the first one fills the caches
            trivial.append(seconds)
            first.append(frame)
            overview.append(data)
            sizes[0].append(small)
            sizes[1].append(large)
    base = statistics.median(trivial)
    yield Measure.of("first frame", statistics.median(first), "s", base, limit=1.5)
    yield Measure.of("overview with data", statistics.median(overview), "s", base, limit=3.0)
    yield Measure.of(
        "resident memory",
        statistics.median(sizes[1]) / 1e6,
        "MB",
        statistics.median(sizes[0]) / 1e6,
        limit=2.0,
    )
    yield from _keys(bench, settings, folder)


def settings_of(bench: Bench, folder: Path) -> dict[str, str]:
    """The environment of kpix; the session is in its file, because it is rotated at each start."""
    settings = environment(
        KPIX_HOME=str(folder), KPIX_DATABASE_URL=bench.url, KPIX_LOCALE="en", KPIX_THEME="dark"
    )
    FileTokens(load_settings(settings, directory=folder).token_file).save(bench.token)
    return settings


def _keys(bench: Bench, settings: dict[str, str], folder: Path) -> Iterator[Measure]:
    with running((*TRIVIAL, "list"), environment(), ROOT) as terminal:
        terminal.until(READY)
        base = _walk(terminal)
    with running(KPIX, settings, folder) as terminal:
        terminal.until(OVERVIEW)
        terminal.until_quiet(0.5)
        on_overview = _walk(terminal)
        terminal.press(b"2")
        terminal.until(bench.titles[0])
        terminal.until_quiet(0.5)
        moving = _walk(terminal)
        terminal.until_quiet(0.5)
        idle = terminal.idle(IDLE_SECONDS)
        opened = terminal.press(b"\r")
        terminal.until_quiet(0.5)
        on_dashboard = _walk(terminal)
    milliseconds = 1000 * base.median
    yield Measure.of("key to paint", 1000 * moving.median, "ms", milliseconds, most=20.0)
    yield Measure.of(
        "key to paint, dashboard", 1000 * on_dashboard.median, "ms", milliseconds, most=20.0
    )
    yield Measure.of(
        "key to paint, overview", 1000 * on_overview.median, "ms", milliseconds, most=20.0
    )
    written = statistics.median(base.written)
    for name, keys in (
        ("bytes per key", moving),
        ("bytes per key, dashboard", on_dashboard),
        ("bytes per key, overview", on_overview),
    ):
        yield Measure.of(name, statistics.median(keys.written), "B", written, most=3000.0)
    yield Measure("bytes to open a dashboard", float(opened[1]), "B")
    yield Measure("bytes when idle", idle / IDLE_SECONDS, "B/s", most=0.0)


def _walk(terminal: Terminal) -> Keys:
    """Go down and up again, once to warm up."""
    keys = Keys()
    terminal.until_quiet(0.5)
    for number in range(-2, KEYS):
        pressed = terminal.press(b"\x1b[B" if number % 4 < 2 else b"\x1b[A")
        if number >= 0:
            keys.add(pressed)
    return keys
