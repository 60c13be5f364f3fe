"""The report of the attack suite counts truly."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.attack_report import summary


def report(name: str, outcome: str, when: str = "call", **more: Any) -> pytest.TestReport:
    made = pytest.TestReport(
        nodeid=f"tests/db/attacks/x.py::{name}",
        location=("x.py", 1, name),
        keywords={},
        outcome=outcome,  # type: ignore[arg-type]  # what pytest itself puts there
        longrepr=more.pop("longrepr", None),
        when=when,  # type: ignore[arg-type]
        user_properties=[("attack", ("18", name))],
    )
    for key, value in more.items():
        setattr(made, key, value)
    return made


def test_each_outcome_is_counted_once() -> None:
    found = summary(
        [
            report("a", "passed"),
            report("a", "passed"),  # by somebody else
            report("b", "failed"),
            report("c", "skipped", wasxfail="reason and remedy"),
            report("d", "failed", longrepr="[XPASS(strict)] reason"),
            report("e", "failed", when="setup"),
            report("f", "skipped", when="setup"),
        ]
    )["18"]
    counted = {key: value for key, value in found.items() if isinstance(value, int)}
    assert counted == {
        "attacks": 4,
        "tried": 5,
        "refused": 2,
        "gained": 1,
        "remaining": 1,
        "no_longer_possible": 1,
        "not_tried": 2,
    }
    assert found["names"] == ["a", "b", "c", "d"]
    assert list(found["what_remains"].values()) == ["reason and remedy"]


def test_what_is_no_attack_is_not_counted() -> None:
    made = report("a", "passed")
    made.user_properties.clear()
    assert summary([made]) == {}
