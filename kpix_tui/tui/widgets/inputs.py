"""Inputs that do not blink: a blinking cursor sends 2.6 kB/s to an idle terminal."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, ClassVar, Final, Protocol, runtime_checkable

from textual.binding import Binding
from textual.events import Key
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, TextArea
from textual.widgets.text_area import EditResult

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


@runtime_checkable
class TakesTab(Protocol):
    """A field that now and then means something by Tab."""

    def take_tab(self) -> bool:
        """Whether Tab was for the field, and the focus stays."""


async def obey_in_turn(widget: Widget, event: Key) -> None:
    """Move or delete before the next key is handed out.

    Textual inserts a letter when the widget is given the key, and looks for what else a key means
    once it has come up to the application: typed fast, `b` `Backspace` `c` would lose the `c`.
    """
    for binding in widget._bindings.key_to_bindings.get(event.key, ()):
        if not binding.priority and await widget.app.run_action(binding.action, widget):
            event.stop()
            event.prevent_default()
            return


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

    async def _on_key(self, event: Key) -> None:
        await obey_in_turn(self, event)

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
    """Several lines of text; Tab leaves it.

    What would make it longer than ``longest`` characters is not taken in at all, and said with
    :class:`Refused`: half of what was pasted would look like all of it.
    """

    class Refused(Message):
        """``length`` characters would have been too many; nothing was changed."""

        def __init__(self, area: AreaInput, length: int) -> None:
            super().__init__()
            self.area = area
            self.length = length

        @property
        def control(self) -> AreaInput:
            """The area."""
            return self.area

    def __init__(self, text: str = "", *, longest: int = LONGEST, **options: Any) -> None:
        super().__init__(text, tab_behavior="focus", compact=True, **options)
        self.longest = longest
        self.cursor_blink = False
        self.match_cursor_bracket = False  # it would read to the end for each key

    async def _on_key(self, event: Key) -> None:
        await obey_in_turn(self, event)

    def _replace_via_keyboard(
        self, insert: str, start: tuple[int, int], end: tuple[int, int]
    ) -> EditResult | None:
        """Keys, and both ways to paste, come through here."""
        length = len(self.text) - len(self.get_text_range(start, end)) + len(insert)
        if insert and length > self.longest:
            self.app.bell()
            self.post_message(self.Refused(self, length))
            return None
        return super()._replace_via_keyboard(insert, start, end)
