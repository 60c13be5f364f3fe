"""Counts the attack suite: attacks tried, refused and gained on each server, as text and as JSON.

An attack is what is tried: tried by another person, from another login or at another isolation
level it is another case of the same attack. Controls (``@pytest.mark.honest``), which show that an
attack would find something or that an honest person may, are none.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import pytest

FOLDER = "tests/db/attacks/"
_ASIDE = frozenset({"server", "who", "person", "first", "isolation", "level"})
_PROPERTY = "attack"
_REPORTS: pytest.StashKey[list[pytest.TestReport]] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "honest: a control of the attack suite, and no attack")
    config.stash[_REPORTS] = []
    config.pluginmanager.register(_Collector(config), "kpix-attack-report")


def name_of(item: pytest.Item) -> str:
    """What a case tries, whoever tries it and wherever."""
    callspec = getattr(item, "callspec", None)
    parameters = {} if callspec is None else dict(callspec.params)
    if isinstance(parameters.get("attack"), str):
        return str(parameters["attack"])
    rest = [
        f"{key}={_short(value, item)}"
        for key, value in sorted(parameters.items())
        if key not in _ASIDE
    ]
    function = item.nodeid.removeprefix(FOLDER).split("[")[0]
    return f"{function}[{', '.join(rest)}]" if rest else function


def _short(value: object, item: pytest.Item) -> str:
    # What has no text of its own has a number in the test's name.
    return repr(value) if isinstance(value, (str, bytes, int, type(None))) else item.name


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(FOLDER) and item.get_closest_marker("honest") is None:
            callspec = getattr(item, "callspec", None)
            server = "-" if callspec is None else str(callspec.params.get("server", "-"))
            item.user_properties.append((_PROPERTY, (server, name_of(item))))


class _Collector:
    """Hears of every case that was run; under xdist in the process that hands them out."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or (report.when == "setup" and report.outcome != "passed"):
            self.config.stash[_REPORTS].append(report)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        found = summary(self.config.stash[_REPORTS])
        if not found or hasattr(self.config, "workerinput"):
            return
        terminalreporter.section("attacks")
        for server, counts in found.items():
            terminalreporter.write_line(
                f"PostgreSQL {server}: {counts['attacks']} attacks in {counts['tried']} cases"
                f" tried, {counts['refused']} refused, {counts['gained']} gained, "
                f"{counts['remaining']} known to remain possible"
            )
        if (cache := getattr(self.config, "cache", None)) is not None:
            path = cache.mkdir("attacks") / "attacks.json"
            path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
            terminalreporter.write_line(str(path))


def summary(reports: Iterable[pytest.TestReport]) -> dict[str, dict[str, Any]]:
    """By server: how many attacks, cases tried, refused, gained; what remains possible and why."""
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    names: dict[str, set[str]] = defaultdict(set)
    listed: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for report in reports:
        for key, value in report.user_properties:
            if key != _PROPERTY:
                continue
            server, name = value
            outcome = _outcome(report)
            outcomes[server][outcome] += 1
            if outcome != "not tried":
                names[server].add(name)
            if outcome in ("gained", "remaining", "no longer possible"):
                listed[server][outcome][report.nodeid] = str(getattr(report, "wasxfail", name))
    return {
        server: {
            "attacks": len(names[server]),
            "tried": sum(counts.values()) - counts["not tried"],
            "refused": counts["refused"],
            "gained": counts["gained"],
            "remaining": counts["remaining"],
            "no_longer_possible": counts["no longer possible"],
            "not_tried": counts["not tried"],
            "what_gained": listed[server]["gained"],
            "what_remains": listed[server]["remaining"],
            "what_no_longer_is": listed[server]["no longer possible"],
            "names": sorted(names[server]),
        }
        for server, counts in sorted(outcomes.items())
    }


def _outcome(report: pytest.TestReport) -> str:
    if report.when != "call":
        return "not tried"
    if hasattr(report, "wasxfail") and report.outcome == "skipped":
        return "remaining"
    if str(report.longrepr).startswith("[XPASS"):
        return "no longer possible"
    return {"passed": "refused", "failed": "gained"}.get(report.outcome, "not tried")
