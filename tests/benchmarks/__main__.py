"""``make bench``: measure, print, and keep the numbers as JSON in ``bench-results/``."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.benchmarks import (
    acting,
    data,
    interface,
    live,
    report,
    scope,
    scope_data,
    search,
    search_data,
    services,
)

PARTS = {"services": services.measure, "interface": interface.measure, "live": live.measure}
ON_THEIR_OWN = {
    "acting": (acting.measure, scope_data.ACTING),
    "scope": (scope.measure, scope_data.FULL),
    "search": (search.measure, search_data.FULL),
}
"""Have databases of their own, take minutes and are measured only when they are asked for."""


def _measures(parts: list[str], folder: Path) -> Iterator[report.Measure]:
    print(f"Preparing {data.KPIS} KPIs with {data.PERIODS} periods each …", file=sys.stderr)
    with data.prepared(folder, f"bench-{os.getpid()}") as bench:
        # The interface is measured before the import adds to the data.
        for part in sorted(parts):
            print(f"Measuring: {part} …", file=sys.stderr)
            yield from PARTS[part](bench, folder)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=sorted([*PARTS, *ON_THEIR_OWN]), help="one part")
    parser.add_argument("--json", action="store_true", help="print the JSON, not the table")
    options = parser.parse_args()
    parts = [options.only] if options.only else list(PARTS)
    with tempfile.TemporaryDirectory(prefix="kpix-bench-") as folder:
        if options.only in ON_THEIR_OWN:
            measured, size = ON_THEIR_OWN[options.only]
            measures = list(measured(Path(folder)))
            about: dict[str, Any] = {**asdict(size), "parts": parts}
        else:
            measures = list(_measures(parts, Path(folder)))
            about = {"kpis": data.KPIS, "periods": data.PERIODS, "parts": parts}
    path = report.write(measures, Path("bench-results"), about)
    print(path.read_text(encoding="utf-8") if options.json else report.table(measures))
    print(f"\n{path}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
