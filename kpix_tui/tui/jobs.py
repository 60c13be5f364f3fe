"""One request to the database, from the event loop to a thread and back."""

from __future__ import annotations

import asyncio
import contextvars
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from kpix_tui.kernel.errors import Cancelled


class CancellableUnit(Protocol):
    """What the bridge needs of a unit of work."""

    def cancel(self) -> None:
        """Cancel on the server what the unit is waiting for; any thread may call it."""
        ...


@dataclass(slots=True)
class Job:
    """One request, from the loop to a thread and back. ``number`` is its place in time.

    ``aside`` is what goes on while the bridge is paused. Of a ``unit_of_work`` the work takes the
    unit, and a refusal of the session comes before anything was done; else it takes nothing.
    """

    number: int
    work: Callable[[Any], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    context: contextvars.Context
    lane: queue.SimpleQueue[Job | None]
    writes: bool
    unit_of_work: bool
    aside: bool
    unit: CancellableUnit | None = None
    dropped: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def track(self, unit: CancellableUnit) -> None:
        """From here on the unit can be cancelled; it was asked for already: stop before work."""
        self.unit = unit
        if self.dropped.is_set():
            raise Cancelled

    def leave(self) -> None:
        """Wait for a cancellation under way: later it would hit the next user of the connection."""
        with self.lock:
            self.unit = None

    def cancel(self) -> None:
        """Cancel the unit on the server, unless its work is over."""
        with self.lock:
            if self.unit is not None:
                self.unit.cancel()
