"""Runs command lines in this process, on a database of the test's own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kpix_tui.app import versions
from kpix_tui.app.context import Context
from kpix_tui.app.logging import stop_logging
from kpix_tui.cli.main import run
from kpix_tui.cli.session import Session
from kpix_tui.config import Settings
from kpix_tui.kernel.clock import FixedClock
from tests.support.databases import Database


@dataclass(frozen=True)
class Answer:
    """What a command line left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The data, or with an error the problem; numbers stay text, so that none is rounded."""
        return json.loads(self.out or self.err, parse_float=str)


Kpix = Callable[..., Answer]


@pytest.fixture(autouse=True)
def no_log() -> Iterator[None]:
    """What a command has begun to log ends with the test."""
    yield
    stop_logging()


@pytest.fixture(autouse=True)
def secure_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is installed here may lack security fixes: that is not what is tested."""
    monkeypatch.setattr(versions, "SECURITY_MINORS", {18: versions.SECURITY_MINORS[18]})


@pytest.fixture
def environ(database: Database, tmp_path: Path) -> dict[str, str]:
    settings = database.settings(tmp_path)
    return {
        "KPIX_HOME": str(tmp_path),
        "KPIX_DATABASE_URL": str(settings.database_url),
        "KPIX_OWNER_DATABASE_URL": str(settings.owner_database_url),
    }


@pytest.fixture
def kpix(
    database: Database,
    tmp_path: Path,
    clock: FixedClock,
    environ: dict[str, str],
    *,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Kpix:
    """``kpix("kpi", "list", "--json", person="acme/viewer")``"""
    monkeypatch.chdir(tmp_path)

    def call(
        *arguments: str, person: str | None = "acme/admin", env: dict[str, str] | None = None
    ) -> Answer:
        kept = []

        def open_(_settings: Settings, _progress: Callable[[str], None]) -> Context:
            kept.append(database.context(tmp_path, clock, person))
            return kept[-1]

        capsys.readouterr()
        monkeypatch.setattr("sys.argv", ["kpix", *arguments])
        code = run(arguments, Session(environ=environ | (env or {}), opener=open_))
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return call


@pytest.fixture
def trains(kpix: Kpix) -> str:
    """A dashboard with the KPI ON-TIME: monthly, 95 / 92 / 88 %."""
    kpix("dashboard", "create", "--title", "Trains", "--process", "Transport")
    made = kpix(
        *("kpi", "create", "--dashboard", "Trains", "--name", "Trains on time"),
        *("--code", "ON-TIME", "--unit", "%", "--frequency", "MONTHLY"),
        *("--direction", "UP_IS_BETTER", "--green", "95", "--orange", "92", "--red", "88"),
    )
    assert made.code == 0, made.err
    return "ON-TIME"
