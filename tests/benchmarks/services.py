"""Reads at 1 000 KPIs × 120 periods, and how fast a file comes in."""

from __future__ import annotations

import csv
import statistics
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from kpix_tui.domains.imports.service import import_values
from kpix_tui.domains.imports.views import ImportValues, Mapping, NewKpiDefinition
from kpix_tui.domains.kpis.views import Direction
from kpix_tui.domains.overview.service import list_dashboards, list_kpis, show_dashboard, show_kpi
from kpix_tui.domains.values.service import list_values
from kpix_tui.kernel.paging import PageRequest
from kpix_tui.kernel.periods import Frequency
from tests.benchmarks.data import PERIODS, THRESHOLDS, Bench, analyze, months, value_of
from tests.benchmarks.report import Measure

READS = 100
IMPORTED_KPIS = 500


def measure(bench: Bench, folder: Path) -> Iterator[Measure]:
    """Reads first: the import adds to the data."""
    yield from _reads(bench)
    yield from _import(bench, folder)


def _reads(bench: Bench) -> Iterator[Measure]:
    """Each read is a unit of work of its own, session check and round trips included."""
    run = bench.context.run
    reads: dict[str, Callable[[int], Any]] = {
        "dashboards": lambda _n: run(list_dashboards),
        "dashboard": lambda n: run(show_dashboard, bench.dashboards[n % len(bench.dashboards)]),
        "KPIs of a dashboard": lambda n: run(
            list_kpis, dashboard_id=bench.dashboards[n % len(bench.dashboards)]
        ),
        "KPIs of the organisation, 100 worst": lambda _n: run(list_kpis, PageRequest(limit=100)),
        "KPI": lambda n: run(show_kpi, bench.kpis[n * 7 % len(bench.kpis)]),
        "values of a KPI": lambda n: run(list_values, bench.kpis[n * 7 % len(bench.kpis)]),
    }
    for name, read in reads.items():
        read(0)
        taken = sorted(_timed(read, number) for number in range(READS))
        yield Measure(f"read {name}, p50", 1000 * statistics.median(taken), "ms")
        yield Measure(f"read {name}, p95", 1000 * taken[READS * 95 // 100 - 1], "ms", most=50.0)


def _timed(read: Callable[[int], Any], number: int) -> float:
    begun = time.perf_counter()
    read(number)
    return time.perf_counter() - begun


def _import(bench: Bench, folder: Path) -> Iterator[Measure]:
    path = folder / "import.csv"
    rows = _write_file(path)
    bare = rows / _bare(bench)
    command = ImportValues(
        path,
        Mapping(period="Month", value=("Rate",), kpi=("Indicator",)),
        dashboard_id=bench.dashboards[0],
        create=NewKpiDefinition(Frequency.MONTHLY, Direction.UP_IS_BETTER, THRESHOLDS, "%"),
    )
    for name in ("import, new values", "import again, nothing new"):
        begun = time.perf_counter()
        done = bench.context.run(import_values, command)
        speed = rows / (time.perf_counter() - begun)
        assert done.inserted + done.unchanged == rows, done
        yield Measure(name, speed, "rows/s", bare, speed / bare)
        analyze(bench.database)
    yield Measure("bare INSERT … SELECT FROM unnest", bare, "rows/s")


def _write_file(path: Path) -> int:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Indicator", "Month", "Rate"])
        for kpi in range(IMPORTED_KPIS):
            for period, start in enumerate(months()):
                writer.writerow([f"Imported {kpi:03}", f"{start:%Y-%m}", value_of(kpi, period)])
    return IMPORTED_KPIS * PERIODS


def _bare(bench: Bench) -> float:
    """Seconds for as many rows into a plain table: no policy, no trigger, no status, no check."""
    kpis = [number for number in range(IMPORTED_KPIS) for _period in range(PERIODS)]
    starts = list(months()) * IMPORTED_KPIS
    values: list[Decimal] = [
        value_of(kpi, period) for kpi in range(IMPORTED_KPIS) for period in range(PERIODS)
    ]
    with bench.database.server.connect(bench.database.name) as connection:
        connection.execute("create schema bench")
        connection.execute(
            "create table bench.value"
            " (kpi int, start date, value numeric, primary key (kpi, start))"
        )
        begun = time.perf_counter()
        connection.execute(
            "insert into bench.value select * from unnest(%s::int[], %s::date[], %s::numeric[])",
            (kpis, starts, values),
        )
        taken = time.perf_counter() - begun
        connection.execute("drop schema bench cascade")
    return taken
