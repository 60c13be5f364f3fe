"""The comments on something, drawn line by line: the newest at the bottom, replies indented."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace
from itertools import accumulate
from typing import ClassVar
from uuid import UUID

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

from kpix_tui.domains.comments.views import Comment
from kpix_tui.kernel.paging import Page
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.comments.block import Speech
from kpix_tui.tui.widgets.text import clip, plain

_BEGIN_TO_WRITE = ("comments.write", "comments.reply", "comments.edit")
_BAR = 2
"""Cells for the bar beside the comment under the cursor."""


class Thread(ScrollView, can_focus=True):
    """Holds the comments from ``first`` on, of ``total``; asks for those before when they near."""

    PLACE = "thread"
    # Obeyed before the next key is handed out, or what is typed after them would arrive here.
    BINDINGS: ClassVar[list[BindingType]] = [
        replace(binding, priority=binding.id in _BEGIN_TO_WRITE)
        for binding in bindings_for("thread")
        if isinstance(binding, Binding)
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "thread--bar",
        "thread--cursor",
        "thread--dim",
        "thread--failed",
    }

    cursor: reactive[int] = reactive(0, repaint=False)

    class Moved(Message):
        """The cursor is on another comment, or the comment under it is another one."""

    class Scrolled(Message):
        """Other comments are visible."""

    class Wanted(Message):
        """What stands before the first comment, or after the last, is wanted."""

    def __init__(self, speech: Speech, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._speech = speech
        self._rows: list[Comment] = []
        self._blocks: list[tuple[Content, ...]] = []
        self._starts: list[int] = [0]
        self._said: tuple[str, str, bool] | None = None
        self.first = 0
        self.total = 0

    # -- contents ----------------------------------------------------------------------------------

    @property
    def rows(self) -> tuple[Comment, ...]:
        """The comments that are loaded."""
        return tuple(self._rows)

    @property
    def current(self) -> Comment | None:
        """The comment under the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    @property
    def in_sight(self) -> tuple[Comment, ...]:
        """The comments of which the beginning can be seen."""
        top, bottom = self.scroll_offset.y, self.scroll_offset.y + self.size.height
        return tuple(
            row
            for row, start, block in zip(self._rows, self._starts, self._blocks, strict=False)
            if top <= start + _blanks(block) < bottom
        )

    def put(self, page: Page[Comment], *, on: UUID | None = None) -> None:
        """Show these and no others; the cursor goes to ``on``, or stays on its comment."""
        kept = on or (self.current.id if self.current else None)
        self._rows, self.first, self.total = list(page.rows), page.offset, page.total
        self._said = None
        self._lay_out()
        self._stay_on(kept)

    def put_before(self, page: Page[Comment]) -> None:
        """Show these above the others; what is visible stays where it is."""
        before = self._starts[-1]
        self._rows = [*page.rows, *self._rows]
        self.first, self.total = page.offset, page.total
        self._lay_out()
        self.scroll_to(y=self.scroll_offset.y + self._starts[-1] - before, animate=False)
        self.set_reactive(Thread.cursor, self.cursor + len(page.rows))
        self.post_message(self.Moved())

    def change(self, changed: Iterable[Comment]) -> None:
        """Show these in the place of what they were."""
        fresh = {row.id: row for row in changed}
        self._rows = [fresh.get(row.id, row) for row in self._rows]
        self._lay_out()
        self.post_message(self.Moved())

    def say(self, text: str, step: str = "", *, failed: bool = False) -> None:
        """Show a sentence instead of comments."""
        self._said = (text, step, failed)
        self._rows, self.first, self.total = [], 0, 0
        self._lay_out()

    def go_to(self, comment_id: UUID) -> bool:
        """Put the cursor on a comment; whether it is loaded."""
        for index, row in enumerate(self._rows):
            if row.id == comment_id:
                self.cursor = index
                self._show(index)
                return True
        return False

    def _stay_on(self, comment_id: UUID | None) -> None:
        if comment_id is None or not self.go_to(comment_id):
            self.cursor = max(0, min(self.cursor, len(self._rows) - 1))
        self.post_message(self.Moved())

    def _lay_out(self) -> None:
        width = max(1, self.scrollable_content_region.width - _BAR - 1)
        self._blocks = [self._speech.lines(row, width) for row in self._rows]
        self._starts = [0, *accumulate(len(block) for block in self._blocks)]
        self.virtual_size = Size(self.size.width, self._starts[-1])
        self.refresh()

    # -- moving ------------------------------------------------------------------------------------

    def do_up(self) -> None:
        """The comment above; of a long one, its lines above."""
        if not self._scroll_within(-1):
            self._move(-1)

    def do_down(self) -> None:
        """The comment below; of a long one, its lines below."""
        if not self._scroll_within(1):
            self._move(1)

    def do_page_up(self) -> None:
        """A page up."""
        self._page(-1)

    def do_page_down(self) -> None:
        """A page down."""
        self._page(1)

    def do_first(self) -> None:
        """The first comment that is loaded."""
        self._move(-len(self._rows))

    def do_last(self) -> None:
        """The last one."""
        self._move(len(self._rows))

    def _move(self, steps: int) -> None:
        before = self.cursor
        self.cursor = max(0, min(len(self._rows) - 1, before + steps))
        if self.cursor != before:
            self._show(self.cursor)
        if self.cursor == 0 and self.first:
            self.post_message(self.Wanted())

    def _scroll_within(self, direction: int) -> bool:
        """Scroll inside the comment under the cursor while part of it is out of sight that way."""
        if not self._rows:
            return True
        top, room = self.scroll_offset.y, max(1, self.size.height)
        start, end = self._starts[self.cursor], self._starts[self.cursor + 1]
        hidden = end - (top + room) if direction > 0 else top - start
        if hidden <= 0 or end - start <= room:
            return False
        self.scroll_to(y=top + direction * min(hidden, max(1, room - 2)), animate=False)
        return True

    def _page(self, direction: int) -> None:
        room = max(1, self.size.height - 2)
        line = self._starts[self.cursor] + direction * room
        index = bisect_right(self._starts, max(0, line)) - 1
        self._move(index - self.cursor or direction)

    def _show(self, index: int) -> None:
        """Scroll as little as shows the whole comment, or its beginning."""
        if not self._rows:
            return
        top, room = self.scroll_offset.y, max(1, self.size.height)
        start, end = self._starts[index], self._starts[index + 1]
        if end > top + room:
            top = end - room
        self.scroll_to(y=min(top, start), animate=False)

    def watch_cursor(self) -> None:
        """The bar stands elsewhere."""
        self.refresh()
        self.post_message(self.Moved())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other comments are read now."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Scrolled())

    def on_resize(self) -> None:
        """Every line is another one."""
        self._lay_out()
        if self._rows:
            self._show(self.cursor)

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor on a comment."""
        line = event.y + self.scroll_offset.y
        if line < self._starts[-1]:
            self.cursor = bisect_right(self._starts, line) - 1

    # -- drawing -----------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """A line of a comment, or of what is said instead."""
        if self._said is not None:
            return self._sentence(y)
        line = y + self.scroll_offset.y
        base = self.visual_style
        if line >= self._starts[-1]:
            return Strip.blank(self.size.width, base.rich_style)
        index = bisect_right(self._starts, line) - 1
        block, at = self._blocks[index], line - self._starts[index]
        return self._line(block[at], base, here=index == self.cursor and at >= _blanks(block))

    def _line(self, content: Content, base: Style, *, here: bool) -> Strip:
        parse = self.app.stylesheet.parse_style
        bar = self._style("thread--cursor" if self.has_focus else "thread--bar")
        segments = [Segment("▌ " if here else "  ", bar.rich_style)]
        segments += [
            Segment(text, style.rich_style)
            for text, style in content.render(base, end="", parse_style=parse)
        ]
        return Strip(segments).simplify().adjust_cell_length(self.size.width, base.rich_style)

    def _sentence(self, y: int) -> Strip:
        text, step, failed = self._said or ("", "", False)
        line = {1: text, 2: step}.get(y, "")
        style = self.visual_style
        if y == 1 and failed:
            style = self._style("thread--failed")
        elif y == 2:
            style = self._style("thread--dim")
        segments = [Segment("  " + clip(plain(line), self.size.width - 3), style.rich_style)]
        return Strip(segments).adjust_cell_length(self.size.width, self.visual_style.rich_style)

    def _style(self, name: str) -> Style:
        """The style of a component; Textual 8.2.8 forgets ``reverse`` in ``get_visual_style``."""
        style = self.get_visual_style(name)
        reverse = self.get_component_styles(name).text_style.reverse
        return style + Style(reverse=True) if reverse else style


def _blanks(block: tuple[Content, ...]) -> int:
    """The lines of a block before it says anything."""
    return 0 if block and block[0].plain else 1
