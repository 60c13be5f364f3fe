"""Fields that two people changed: a line each, mine on the left, theirs on the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

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
from kpix_tui.tui.widgets.text import clip, plain

_LABEL = 22
_BOX = 4
_GAP = 2


class Side(StrEnum):
    """Whose text stays."""

    MINE = "MINE"
    THEIRS = "THEIRS"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which what I typed is not what somebody else has saved, as people read it."""

    name: str
    label: str
    before: str
    mine: str
    theirs: str

    @property
    def side(self) -> Side | None:
        """Whose stays unless somebody chooses: of who alone changed it; None: both did."""
        if self.theirs == self.before:
            return Side.MINE
        return Side.THEIRS if self.mine == self.before else None


class Sides(ScrollView, can_focus=True):
    """``Due date  [x] 15/12/2026   [ ] 20/12/2026``; the arrows choose, nothing is chosen twice."""

    PLACE = "merge"
    BINDINGS = bindings_for("merge")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "sides--cursor",
        "sides--chosen",
        "sides--other",
        "sides--label",
    }

    cursor: reactive[int] = reactive(0)

    class Moved(Message):
        """Another line is under the cursor."""

    class Chosen(Message):
        """A side is chosen."""

    def __init__(self, lines: Sequence[Difference]) -> None:
        super().__init__()
        self._lines = tuple(lines)
        self._chosen = {line.name: line.side for line in lines if line.side is not None}

    @property
    def here(self) -> Difference:
        """The line under the cursor."""
        return self._lines[self.cursor]

    @property
    def chosen(self) -> Mapping[str, Side]:
        """The side that was chosen, by the name of the field."""
        return self._chosen

    @property
    def undecided(self) -> tuple[Difference, ...]:
        """The lines for which no side is chosen yet."""
        return tuple(line for line in self._lines if line.name not in self._chosen)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """A line each."""
        return len(self._lines)

    # -- keys and mouse ------------------------------------------------------------------------

    def do_up(self) -> None:
        """The line above."""
        self.cursor = max(0, self.cursor - 1)

    def do_down(self) -> None:
        """The line below."""
        self.cursor = min(len(self._lines) - 1, self.cursor + 1)

    def do_mine(self) -> None:
        """Keep mine."""
        self._choose(Side.MINE)

    def do_theirs(self) -> None:
        """Keep theirs."""
        self._choose(Side.THEIRS)

    def do_swap(self) -> None:
        """Keep the other one."""
        mine = self._chosen.get(self.here.name) is Side.MINE
        self._choose(Side.THEIRS if mine else Side.MINE)

    def _choose(self, side: Side) -> None:
        self._chosen[self.here.name] = side
        self.refresh()
        self.post_message(self.Chosen())

    def go_to(self, line: Difference) -> None:
        """Put the cursor on this line."""
        self.cursor = self._lines.index(line)

    def on_click(self, event: events.Click) -> None:
        """A click chooses the side that it hits."""
        row = event.y + self.scroll_offset.y
        if row >= len(self._lines):
            return
        self.cursor = row
        label, side = self._widths()
        self._choose(Side.MINE if event.x < label + side else Side.THEIRS)

    def watch_cursor(self, _old: int, new: int) -> None:
        """Keep the cursor visible."""
        self.post_message(self.Moved())
        top = self.scroll_offset.y
        if not top <= new < top + self.size.height:
            self.scroll_to(y=new if new < top else new - self.size.height + 1, animate=False)

    def on_resize(self) -> None:
        """All the lines can be reached."""
        self.virtual_size = Size(self.size.width, len(self._lines))

    # -- drawing -------------------------------------------------------------------------------

    def _widths(self) -> tuple[int, int]:
        """Cells of the labels and of each side."""
        longest = max(cell_len(plain(line.label)) for line in self._lines)
        label = min(_LABEL, longest) + _GAP
        return label, max(_BOX + _GAP + 1, (self.size.width - label) // 2)

    def titles(self, mine: str, theirs: str) -> str:
        """The line above the lines, each word above its side."""
        label, side = self._widths()
        return " " * (label + _BOX) + clip(mine, side - _GAP).ljust(side) + clip(theirs, side)

    def render_line(self, y: int) -> Strip:
        """Label, mine, theirs."""
        row = y + self.scroll_offset.y
        base = self.visual_style
        if row >= len(self._lines):
            return Strip.blank(self.size.width, base.rich_style)
        line = self._lines[row]
        if row == self.cursor and self.has_focus:
            base += self._style("sides--cursor")
        label, width = self._widths()
        called = clip(plain(line.label), label - _GAP)
        segments = [
            Segment(called, (base + self._style("sides--label")).rich_style),
            Segment(" " * (label - cell_len(called)), base.rich_style),
            *self._side(line, Side.MINE, width, base),
            *self._side(line, Side.THEIRS, width, base),
        ]
        return Strip(segments).adjust_cell_length(self.size.width, base.rich_style)

    def _side(self, line: Difference, side: Side, width: int, base: Style) -> list[Segment]:
        chosen = self._chosen.get(line.name) is side
        style = base + self._style("sides--chosen" if chosen else "sides--other")
        text = plain(line.mine if side is Side.MINE else line.theirs)
        shown = clip(text, width - _BOX - _GAP)
        padding = " " * (width - _BOX - cell_len(shown))
        box = "[x] " if chosen else "[ ] " if line.name in self._chosen else "[?] "
        return [
            Segment(box, style.rich_style),
            Segment(shown, style.rich_style),
            Segment(padding, base.rich_style),
        ]

    def _style(self, name: str) -> Style:
        """The style of a component; Textual 8.2.8 forgets ``reverse`` in ``get_visual_style``."""
        style = self.get_visual_style(name)
        reverse = self.get_component_styles(name).text_style.reverse
        return style + Style(reverse=True) if reverse else style
