"""What tests of screens share."""

from __future__ import annotations

import pytest
from textual.notifications import Notification

from tests.tui.world import World, railway


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """The railway, behind the names of the use cases."""
    made = railway()
    made.install(monkeypatch)
    return made


@pytest.fixture(autouse=True)
def notices_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said stays said until the test ends, however slow the machine is."""
    monkeypatch.setattr(Notification, "time_left", 3600.0)
