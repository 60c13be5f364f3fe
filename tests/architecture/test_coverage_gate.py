"""The gate of ``make check`` lets nothing through that must be covered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.coverage_gate import main


def report(
    path: str, *, covered: int, missing: tuple[list[int], list[list[int]]]
) -> dict[str, Any]:
    """A report of coverage.py with one file."""
    lines, branches = missing
    return {
        "totals": {"num_branches": 100, "covered_branches": covered},
        "files": {path: {"missing_lines": lines, "missing_branches": branches}},
    }


@pytest.mark.parametrize(
    ("path", "covered", "missing", "code"),
    [
        ("kpix_tui/tui/app.py", 95, ([1], []), 0),
        ("kpix_tui/tui/app.py", 94, ([], []), 1),
        ("kpix_tui/domains/kpis/rules.py", 99, ([], []), 0),
        ("kpix_tui/domains/kpis/rules.py", 99, ([7], []), 1),
        ("kpix_tui/domains/kpis/rules.py", 99, ([], [[3, 5]]), 1),
        ("kpix_tui/kernel/periods.py", 99, ([7], []), 1),
        ("kpix_tui/access/policy.py", 99, ([7], []), 1),
    ],
)
def test_the_gate(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    path: str,
    covered: int,
    missing: tuple[list[int], list[list[int]]],
    code: int,
) -> None:
    file = tmp_path / "coverage.json"
    file.write_text(json.dumps(report(path, covered=covered, missing=missing)))
    assert main(str(file)) == code
    assert f"{covered}.0 %" in capsys.readouterr().out
