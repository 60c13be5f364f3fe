"""The people and teams that ``@`` may mean, in a list at the caret."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from rich.cells import cell_len
from textual import on
from textual.content import Content
from textual.geometry import Offset
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from kpix_tui.tui.modals.picker import Choice
from kpix_tui.tui.widgets.text import clip, plain

WIDEST: Final = 32
"""Cells for a name."""


class Mentions(OptionList, can_focus=False):
    """Shown while there is something to choose; the keys come from the field that has the focus."""

    DEFAULT_CLASSES: ClassVar[str] = "mentions"

    class Taken(Message):
        """Somebody was chosen."""

        def __init__(self, value: Any) -> None:
            super().__init__()
            self.value = value

    class Toggled(Message):
        """The list was opened or closed."""

    def __init__(self) -> None:
        super().__init__(markup=False, compact=True)
        self._choices: Sequence[Choice[Any]] = ()

    @property
    def open(self) -> bool:
        """Whether there is something to choose."""
        return bool(self._choices)

    def offer(self, choices: Sequence[Choice[Any]], at: Offset) -> None:
        """Show ``choices`` below the cell ``at`` of the screen, or above it."""
        self._choices = tuple(choices)
        self.clear_options()
        if choices:
            width = min(WIDEST, max(cell_len(plain(one.title)) for one in choices))
            self.add_options(_line(one, width) for one in choices)
            self.highlighted = 0
            self.absolute_offset = at
        self.set_class(self.open, "-open")
        self.post_message(self.Toggled())

    def do_close(self) -> None:
        """Offer nothing any more."""
        if self.open:
            self.offer((), Offset())

    def do_up(self) -> None:
        """The line above."""
        self.action_cursor_up()

    def do_down(self) -> None:
        """The line below."""
        self.action_cursor_down()

    def do_take(self) -> None:
        """Take the line under the cursor."""
        self._take(self.highlighted or 0)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._take(event.option_index)

    def _take(self, index: int) -> None:
        chosen = self._choices[index].value
        self.do_close()
        self.post_message(self.Taken(chosen))


def _line(choice: Choice[Any], width: int) -> Option:
    """The notes stand under each other."""
    name = clip(plain(choice.title), WIDEST)
    padding = " " * (2 + max(0, width - cell_len(name)))
    return Option(Content.assemble(name, padding, (plain(choice.note), "$text-muted")))
