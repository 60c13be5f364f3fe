"""A few places to go to: a name, how much there is, a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.widgets.text import clip

WIDEST: Final = 78
"""Cells of a line: a count must not stand far from the name that it belongs to."""
_LINES: Final = 3
"""A place takes two, and one keeps it from the next."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A place: its name and the sentence under it, in the language of who reads."""

    name: str
    sentence: str


class Menu(ScrollView, can_focus=True):
    """Two lines a place; the cursor is on both."""

    PLACE = "menu"
    BINDINGS = bindings_for("menu")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "menu--cursor",
        "menu--name",
        "menu--count",
        "menu--sentence",
    }

    cursor: reactive[int] = reactive(0)

    class Chosen(Message):
        """Enter, or a click, on a place."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, entries: Sequence[Entry], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._entries = entries
        self._counts = [""] * len(entries)

    def count(self, index: int, text: str) -> None:
        """Say beside a place how much there is."""
        self._counts[index] = text
        self.refresh()

    # -- keys and mouse ------------------------------------------------------------------------

    def do_up(self) -> None:
        """The place above."""
        self.cursor = max(0, self.cursor - 1)

    def do_down(self) -> None:
        """The place below."""
        self.cursor = min(len(self._entries) - 1, self.cursor + 1)

    def do_open(self) -> None:
        """Open the place under the cursor."""
        self.post_message(self.Chosen(self.cursor))

    def on_click(self, event: events.Click) -> None:
        """A click opens."""
        index = (event.y + self.scroll_offset.y) // _LINES
        if index < len(self._entries):
            self.cursor = index
            self.do_open()

    def watch_cursor(self, _old: int, new: int) -> None:
        """Keep the cursor visible."""
        top, line = self.scroll_offset.y, new * _LINES
        if not top <= line < top + self.size.height - 1:
            self.scroll_to(y=line if line < top else line - self.size.height + 2, animate=False)

    def on_resize(self) -> None:
        """All the places can be reached."""
        self.virtual_size = Size(self.size.width, len(self._entries) * _LINES)

    # -- drawing -------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """A name with its count, a sentence, or nothing."""
        index, part = divmod(y + self.scroll_offset.y, _LINES)
        base = self.visual_style
        if index >= len(self._entries) or part == _LINES - 1:
            return Strip.blank(self.size.width, base.rich_style)
        at_cursor = index == self.cursor
        cursor = self._style("menu--cursor")
        width = max(1, min(WIDEST, self.size.width) - 2)
        line = self._title(index, width) if part == 0 else self._sentence(index, width)
        edge = Segment(" ", (cursor if at_cursor else base).rich_style)
        segments = [
            Segment(text, (style + cursor if at_cursor else style).rich_style)
            for text, style in line
        ]
        return Strip([edge, *segments, edge]).adjust_cell_length(self.size.width, base.rich_style)

    def _title(self, index: int, width: int) -> list[tuple[str, Style]]:
        name = clip(self._entries[index].name, width)
        count = clip(self._counts[index], max(0, width - cell_len(name) - 2))
        gap = " " * (width - cell_len(name) - cell_len(count))
        return [
            (name + gap, self._style("menu--name")),
            (count, self._style("menu--count")),
        ]

    def _sentence(self, index: int, width: int) -> list[tuple[str, Style]]:
        said = clip(self._entries[index].sentence, width)
        return [(said + " " * (width - cell_len(said)), self._style("menu--sentence"))]

    def _style(self, name: str) -> Style:
        """The style of a component; Textual 8.2.8 forgets ``reverse`` in ``get_visual_style``."""
        style = self.get_visual_style(name)
        reverse = self.get_component_styles(name).text_style.reverse
        return style + Style(reverse=True) if reverse else style
