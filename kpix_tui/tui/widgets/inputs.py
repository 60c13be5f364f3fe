"""Inputs that do not blink: a blinking cursor sends 2.6 kB/s to an idle terminal."""

from __future__ import annotations

from typing import Any, Final

from textual.widgets import Input, TextArea

LONGEST: Final = 10_000
"""Characters in a line, ten times what any field keeps. Every paint measures the whole line, so
that a file pasted by mistake would hold the interface for seconds at each key: the bell rings."""


class LineInput(Input):
    """One line of text."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", LONGEST)
        # Where the whole text is selected, one stray key replaces it.
        super().__init__(compact=True, select_on_focus=False, **options)
        self.cursor_blink = False

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
