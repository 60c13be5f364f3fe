"""Several of a few: lines to tick, each with a word of explanation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.widgets.fields import Field
from kpix_tui.tui.widgets.text import clip, plain

Value = TypeVar("Value")

_BOX = 4
_GAP = 2


@dataclass(frozen=True, slots=True)
class Check(Generic[Value]):
    """A line: what it stands for, what it is called, what is said beside it."""

    value: Value
    title: str
    note: str = ""


class Checks(ScrollView, Generic[Value], can_focus=True):
    """Lines with a cursor and a box each: ``[x] Manager   Changes what is their teams'``."""

    PLACE = "checks"
    BINDINGS = bindings_for("checks")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "checks--cursor",
        "checks--ticked",
        "checks--note",
    }

    cursor: reactive[int] = reactive(0)

    class Moved(Message):
        """The cursor is on another line, or the focus has come or gone."""

    class Ticked(Message):
        """A line was ticked, or not any more."""

    def __init__(
        self, lines: Sequence[Check[Value]], ticked: Sequence[Value], *, classes: str = ""
    ) -> None:
        super().__init__(classes=classes)
        self._lines = tuple(lines)
        self._ticked = [line.value for line in lines if line.value in ticked]

    @property
    def ticked(self) -> tuple[Value, ...]:
        """What is ticked, in the order of the lines."""
        return tuple(line.value for line in self._lines if line.value in self._ticked)

    def tick(self, values: Sequence[Value]) -> None:
        """Tick these and no others."""
        self._ticked = [line.value for line in self._lines if line.value in values]
        self.refresh()
        self.post_message(self.Ticked())

    def titles(self, values: Sequence[Value]) -> str:
        """What these are called."""
        return ", ".join(line.title for line in self._lines if line.value in values)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """A line each."""
        return max(1, len(self._lines))

    # -- keys and mouse ------------------------------------------------------------------------

    def do_up(self) -> None:
        """The line above."""
        self.cursor = max(0, self.cursor - 1)

    def do_down(self) -> None:
        """The line below."""
        self.cursor = min(len(self._lines) - 1, self.cursor + 1)

    def do_toggle(self) -> None:
        """Tick the line under the cursor, or not."""
        value = self.here.value
        if value in self._ticked:
            self._ticked.remove(value)
        else:
            self._ticked.append(value)
        self.refresh()
        self.post_message(self.Ticked())

    def on_click(self, event: events.Click) -> None:
        """A click ticks."""
        row = event.y + self.scroll_offset.y
        if row < len(self._lines):
            self.cursor = row
            self.do_toggle()

    @property
    def here(self) -> Check[Value]:
        """The line under the cursor."""
        return self._lines[self.cursor]

    def on_focus(self) -> None:
        """What is said of the line under the cursor is wanted now."""
        self.post_message(self.Moved())

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

    def render_line(self, y: int) -> Strip:
        """Box, name, note."""
        row = y + self.scroll_offset.y
        base = self.visual_style
        if row >= len(self._lines):
            return Strip.blank(self.size.width, base.rich_style)
        line = self._lines[row]
        title = max(cell_len(plain(one.title)) for one in self._lines)
        ticked = line.value in self._ticked
        style = self._style("checks--ticked") if ticked else base
        note, dim = plain(line.note), self._style("checks--note")
        box = "[x] " if ticked else "[ ] "
        if self.has_focus and row == self.cursor:
            cursor = self._style("checks--cursor")
            base, style, dim = base + cursor, style + cursor, dim + cursor
        called = clip(plain(line.title), max(8, self.size.width - _BOX))
        segments = [
            Segment(box + called, style.rich_style),
            Segment(" " * (title - cell_len(called) + _GAP), base.rich_style),
            Segment(clip(note, max(0, self.size.width - _BOX - title - _GAP)), dim.rich_style),
        ]
        return Strip(segments).adjust_cell_length(self.size.width, base.rich_style)

    def _style(self, name: str) -> Style:
        """The style of a component; Textual 8.2.8 forgets ``reverse`` in ``get_visual_style``."""
        style = self.get_visual_style(name)
        reverse = self.get_component_styles(name).text_style.reverse
        return style + Style(reverse=True) if reverse else style


class ChecksField(Field[tuple[Value, ...]]):
    """A field that holds several of a few."""

    def __init__(
        self,
        name: str,
        label: str,
        lines: Sequence[Check[Value]],
        *,
        value: Sequence[Value] = (),
        help: str = "",
        required: bool = False,
    ) -> None:
        super().__init__(name, label, help=help, required=required)
        self._checks = Checks(lines, value, classes="field--control")

    def control(self) -> Widget:
        """The lines."""
        return self._checks

    @property
    def raw(self) -> str:
        """What is ticked, as text."""
        return ",".join(str(one) for one in self._checks.ticked)

    def read(self) -> tuple[Value, ...]:
        """What is ticked."""
        if self.required and not self._checks.ticked:
            raise self._missing()
        return self._checks.ticked

    def put(self, value: tuple[Value, ...]) -> None:
        """Tick these and no others."""
        self._checks.tick(value)

    def written(self, value: tuple[Value, ...] | None) -> str:
        """What the ticked lines are called."""
        return plain(self._checks.titles(value or ()))

    def on_checks_ticked(self) -> None:
        """Take an error away as soon as it is mended."""
        self.show_error(None)
        self.on_checks_moved()

    def on_checks_moved(self) -> None:
        """Say in full what the line under the cursor is for."""
        if not self.has_class("-failed"):
            self.say(plain(self._checks.here.note) or self.help)
