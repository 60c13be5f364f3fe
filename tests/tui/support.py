"""A context without a database, for tests of the interface alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import ANY
from uuid import UUID

from kpix_tui.access.actor import Actor
from kpix_tui.access.permissions import GRANTS, BuiltinRole
from kpix_tui.config import Settings
from kpix_tui.kernel.clock import Clock, FixedClock

ORGANIZATION = UUID(int=1)
USER = UUID(int=2)
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def actor(role: BuiltinRole = BuiltinRole.ADMIN, name: str = "Ada Lovelace") -> Actor:
    """Somebody of the organisation Acme, with the grants of a built-in role."""
    return Actor(
        organization_id=ORGANIZATION,
        organization_name="Acme",
        timezone="Europe/Paris",
        user_id=USER,
        name=name,
        email="ada@acme.test",
        session_id=UUID(int=3),
        roles=(role.value,),
        locale="en",
        shared_terminal=False,
        expires_at=NOW + timedelta(days=30),
        cells=tuple((cell.value, scope.value) for cell, scope in GRANTS[role].items()),
        team_mates=frozenset(),
        teams=frozenset(),
        leads=frozenset(),
        grants=dict(GRANTS[role]),
    )


@dataclass
class FakeUnit:
    """A unit of work that remembers whether it was cancelled."""

    clock: Clock
    cancelled: threading.Event = field(default_factory=threading.Event)
    session: Any = None
    principal: Any = field(default_factory=lambda: SimpleNamespace(user_id=ANY))
    """Whoever the screens belong to."""

    def cancel(self) -> None:
        """Remember it."""
        self.cancelled.set()


class FakeTokens:
    """A token in memory."""

    def __init__(self, token: str | None = None) -> None:
        self.token = token

    def load(self) -> str | None:
        """The token."""
        return self.token

    def save(self, token: str) -> None:
        """Keep it."""
        self.token = token

    def clear(self) -> None:
        """Forget it."""
        self.token = None


class FakeContext:
    """Runs use cases with a :class:`FakeUnit`; ``units`` are those that were opened."""

    server_version: int | None = None
    """Of no server: there is nothing to warn of."""

    def __init__(self, home: Path, **settings: Any) -> None:
        self.settings = Settings(
            home=home, state=home / "state", config_file=home / "kpix.toml", **settings
        )
        self.clock = FixedClock(NOW)
        self.tokens = FakeTokens()
        self.units: list[FakeUnit] = []

    embedded = True

    def database(self) -> None:
        """There is none to start."""

    @contextmanager
    def unit_of_work(
        self, token: str | None = None, *, on_open: Callable[[Any], None] = lambda _unit: None
    ) -> Iterator[FakeUnit]:
        """A new fake unit."""
        unit = FakeUnit(self.clock)
        self.units.append(unit)
        on_open(unit)
        yield unit

    anonymous = unit_of_work
    owner = unit_of_work

    def run(self, use_case: Callable[..., Any], /, *args: Any, **options: Any) -> Any:
        """One fake unit of work."""
        with self.unit_of_work() as unit:
            return use_case(unit, *args, **options)

    def listener(
        self,
        _user_id: UUID,
        _heard: Callable[[Any], None],
        connected: Callable[[bool], None],
    ) -> Any:
        """One that listens at once, and hears nothing."""
        return SimpleNamespace(start=lambda: connected(True), stop=lambda: None)

    def close(self) -> None:
        """Nothing to close."""
