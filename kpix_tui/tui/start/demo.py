"""Building the demonstration, with its progress, then opening it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.message import Message
from textual.widgets import Static

from kpix_tui.i18n.catalog import _
from kpix_tui.tui.start.screen import StartScreen

if TYPE_CHECKING:
    from kpix_tui.app.demo import DemoProgress

BAR = 32
"""Cells of the progress bar."""


class DemoScreen(StartScreen):
    """The start screen of the demonstration."""

    class Advanced(Message):
        """The build has come this far."""

        def __init__(self, progress: DemoProgress) -> None:
            super().__init__()
            self.progress = progress

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()

    async def fetch(self) -> None:
        """Build it unless it is there, then take up its session."""
        from kpix_tui.app.demo import build_demo  # noqa: PLC0415 - brings SQLAlchemy

        self._began = time.monotonic()

        def heard(progress: DemoProgress) -> None:
            self.post_message(self.Advanced(progress))

        await self.bridge.call(build_demo, self.kpix.context, progress=heard)
        await super().fetch()

    def on_demo_screen_advanced(self, event: Advanced) -> None:
        """Draw the bar, with what is done a second."""
        done, total = event.progress.done, max(1, event.progress.total)
        filled = BAR * done // total
        marks = "#." if self.kpix.ascii else "━┈"
        rate = done / max(0.001, time.monotonic() - self._began)
        line = _("{done} of {total}, {rate} a second").format(
            done=done, total=total, rate=round(rate)
        )
        bar = marks[0] * filled + marks[1] * (BAR - filled)
        step = _(event.progress.step)
        self.query_one("#start-state", Static).update(f"{step}\n{bar}\n{line}")
