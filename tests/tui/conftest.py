"""What tests of screens share."""

from __future__ import annotations

import pytest
from textual.notifications import Notification

from kpix_tui.tui.app import KpixApp
from tests.tui.world import World, railway


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """The railway, behind the names of the use cases."""
    made = railway()
    made.install(monkeypatch)
    return made


@pytest.fixture
def overview_first() -> None:
    """For tests that begin where people do."""


@pytest.fixture(autouse=True)
def begins_on_dashboards(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most walks begin on the list of dashboards, one key further than people do."""
    if "overview_first" not in request.fixturenames:
        monkeypatch.setattr(KpixApp, "do_overview", lambda app: app.do_dashboards())


@pytest.fixture(autouse=True)
def notices_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said stays said until the test ends, however slow the machine is."""
    monkeypatch.setattr(Notification, "time_left", 3600.0)
