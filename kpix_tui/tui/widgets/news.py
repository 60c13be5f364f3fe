"""A line that says in passing what somebody else has changed."""

from __future__ import annotations

from typing import Final

from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from kpix_tui.tui.widgets.text import clip, plain

SHOWN: Final = 10.0
"""Seconds for which it is shown."""


class News(Widget):
    """Lies over the line above the footer while there is something to say: nothing moves for it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.text = ""
        self._timer: Timer | None = None

    def say(self, text: str) -> None:
        """Say it for a while, instead of what was said before."""
        self.text = plain(text)
        self.set_class(True, "-shown")
        self.refresh()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(SHOWN, self.clear)

    def clear(self) -> None:
        """Say nothing."""
        self.set_class(False, "-shown")

    def render(self) -> Content:
        """The sentence, at the right edge."""
        mark = "~ " if getattr(self.app, "ascii", False) else "↻ "
        return Content(clip(mark + self.text, self.content_size.width))
