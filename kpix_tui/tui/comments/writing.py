"""The field that a comment is written in: several lines, and people completed after ``@``."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from rich.cells import cell_len
from textual import events
from textual.geometry import Offset
from textual.message import Message
from textual.widgets import TextArea

from kpix_tui.tui.actions import actions_at
from kpix_tui.tui.comments.mentions import Mentions
from kpix_tui.tui.keymap import keys_of
from kpix_tui.tui.widgets.inputs import AreaInput

_BEING_TYPED: Final = re.compile(r"(?:^|(?<=[^\w@]))@([^@\n]{0,60})$")
"""What stands before the caret of somebody who types a name; the ``@`` of an address is none."""


def name_before(text: str) -> str | None:
    """The part of a name that ends ``text``, without its ``@``; None: no name is being typed."""
    found = _BEING_TYPED.search(text)
    return found.group(1) if found else None


class WritingArea(AreaInput):
    """Enter starts a new line. While names are offered, the keys that choose among them do that."""

    DEFAULT_CLASSES: ClassVar[str] = "writing"

    class Naming(Message):
        """Part of a name stands before the caret (None: none does, or not any more)."""

        def __init__(self, text: str | None) -> None:
            super().__init__()
            self.text = text

    def __init__(self, mentions: Mentions, **options: Any) -> None:
        super().__init__(**options)
        self._mentions = mentions
        self._naming: str | None = None
        self._settled: tuple[int, int] | None = None
        """Where an ``@`` stands after which nothing more is offered: a name was taken, or none."""

    @property
    def PLACE(self) -> str:  # noqa: N802 - what the registry of actions calls it
        """The choice among names while they are offered."""
        return "mentions" if self._mentions.open else ""

    async def on_key(self, event: events.Key) -> None:
        """Keys of the list of names, while it is open."""
        if self._mentions.open and self._choose_by(event.key):
            event.stop().prevent_default()

    def take_tab(self) -> bool:
        """Whether Tab has taken a name, and does not leave the field."""
        return self._mentions.open and self._choose_by("tab")

    def _choose_by(self, key: str) -> bool:
        for action in actions_at("mentions"):
            if key in keys_of(self.app, action):
                if action.id == "mentions.close":
                    self._settle()
                getattr(self._mentions, action.method)()
                return True
        return False

    # -- the name before the caret -----------------------------------------------------------------

    @property
    def naming(self) -> str | None:
        """The part of a name that is before the caret."""
        typed = self._typed
        return None if typed is None or self._at(typed) == self._settled else typed

    @property
    def _typed(self) -> str | None:
        row, column = self.cursor_location
        return name_before(self.document.get_line(row)[:column]) if self.has_focus else None

    def _at(self, typed: str) -> tuple[int, int]:
        """Where the ``@`` before what was typed stands."""
        row, column = self.cursor_location
        return row, column - len(typed) - 1

    def _settle(self) -> None:
        """Offer nothing more for the name before the caret."""
        typed = self._typed
        self._settled = None if typed is None else self._at(typed)

    @property
    def below_name(self) -> Offset:
        """The cell of the screen under the ``@`` of the part of a name."""
        typed = cell_len(self.naming or "")
        return self.cursor_screen_offset - (typed + 1, -1)

    def put_name(self, name: str) -> None:
        """Write ``name`` in the place of the part that was typed."""
        row, column = self.cursor_location
        typed = self.naming
        if typed is not None:
            self._settle()
            self._replace_via_keyboard(f"{name} ", (row, column - len(typed)), (row, column))
            self._say_naming(None)

    def on_text_area_changed(self) -> None:
        """Another part of a name, or none."""
        if self._typed is None:
            self._settled = None
        self._say_naming(self.naming)

    def on_text_area_selection_changed(self, event: TextArea.SelectionChanged) -> None:
        """The caret may have left the name."""
        if self.naming is None or not event.selection.is_empty:
            self._say_naming(None)

    def on_blur(self) -> None:
        """Nothing is being typed in here."""
        self._say_naming(None)

    def _say_naming(self, text: str | None) -> None:
        if text != self._naming:
            self._naming = text
            self.post_message(self.Naming(text))
