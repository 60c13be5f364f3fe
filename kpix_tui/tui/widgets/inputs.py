"""Inputs that do not blink: a blinking cursor sends 2.6 kB/s to an idle terminal."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, ClassVar, Final, Protocol, runtime_checkable

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input, TextArea

LONGEST: Final = 10_000
"""Characters in a line, ten times what any field keeps. Every paint measures the whole line, so
that a file pasted by mistake would hold the interface for seconds at each key: the bell rings."""

PATIENCE: Final = 1.0
"""Seconds that Enter waits for the letters before it."""


@runtime_checkable
class TakesLines(Protocol):
    """A screen that goes on when a line is entered."""

    def line_entered(self, line: Widget) -> None:
        """Enter was pressed in ``line``, or something was chosen there."""


class LineInput(Input):
    """One line of text."""

    # Obeyed before the next key is handed out, or what is typed after Enter would arrive in the
    # field that it leaves.
    BINDINGS: ClassVar = [Binding("enter", "submit", show=False, priority=True)]

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", LONGEST)
        # Where the whole text is selected, one stray key replaces it.
        super().__init__(compact=True, select_on_focus=False, **options)
        self.cursor_blink = False

    async def action_submit(self) -> None:
        """Go on, once everything that was typed before is in the line."""
        typed = asyncio.Event()
        self.call_later(typed.set)
        with suppress(TimeoutError):
            await asyncio.wait_for(typed.wait(), PATIENCE)
        if isinstance(self.screen, TakesLines):
            self.screen.line_entered(self)
        else:
            await super().action_submit()

    def take(self, character: str) -> None:
        """Accept a character that was typed before the line had the focus."""
        if self.selection.is_empty:
            self.insert_text_at_cursor(character)
        else:
            self.replace(character, *self.selection)


class AreaInput(TextArea):
    """Several lines of text; Tab leaves it."""

    def __init__(self, text: str = "", **options: Any) -> None:
        super().__init__(text, tab_behavior="focus", compact=True, **options)
        self.cursor_blink = False
