"""What tests of screens share."""

from __future__ import annotations

import pytest

from tests.tui.world import World, railway


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """The railway, behind the names of the use cases."""
    made = railway()
    made.install(monkeypatch)
    return made
