"""Fails where fewer branches are covered than the house asks for.

    python -m tests.support.coverage_gate .coverage.json

Nineteen in twenty of all branches: a floor that is never lowered. Every line and branch of the
rules, of the periods and of the permissions, because there a mistake is a wrong colour or a leak
and nobody sees it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

OVERALL = 95.0
COMPLETE = (
    "kpix_tui/domains/*/rules.py",
    "kpix_tui/domains/*/rules/*.py",
    "kpix_tui/kernel/periods.py",
    "kpix_tui/access/*.py",
)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One file that must be covered whole and is not."""

    path: str
    lines: tuple[int, ...]
    branches: tuple[tuple[int, int], ...]

    def __str__(self) -> str:
        jumps = ", ".join(f"{here}->{there}" for here, there in self.branches)
        return f"{self.path}: lines {list(self.lines)}, branches {jumps or 'none'} not covered"


def branch_percentage(report: dict[str, Any]) -> float:
    """Share of all the branches that were taken, in percent; 100 where there are none."""
    totals = report["totals"]
    branches = totals["num_branches"]
    return 100.0 if not branches else 100.0 * totals["covered_branches"] / branches


def shortfalls(report: dict[str, Any]) -> Iterator[Shortfall]:
    """The files of :data:`COMPLETE` that are not covered whole."""
    for path, found in sorted(report["files"].items()):
        if not any(fnmatch(path, pattern) for pattern in COMPLETE):
            continue
        lines = tuple(found["missing_lines"])
        branches = tuple((here, there) for here, there in found["missing_branches"])
        if lines or branches:
            yield Shortfall(path, lines, branches)


def main(path: str) -> int:
    """Print what is missing; the exit code is 1 when anything is."""
    report = json.loads(Path(path).read_text(encoding="utf-8"))
    percentage = branch_percentage(report)
    missing = list(shortfalls(report))
    print(f"Branches covered: {percentage:.1f} % (at least {OVERALL:.0f} %)")
    for shortfall in missing:
        print(f"Must be covered whole: {shortfall}")
    return 1 if missing or percentage < OVERALL else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
