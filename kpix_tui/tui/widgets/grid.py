"""The lines of a paged table: a header, rows drawn on demand, a cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.widgets.columns import GAP, Column, Laid, lay_out
from kpix_tui.tui.widgets.text import clip, plain

Row = TypeVar("Row")

PAGES_HELD = 5
AHEAD = 20
"""Rows that are read beyond what is visible."""


class Grid(ScrollView, Generic[Row], can_focus=True):
    """Draws the visible lines only. Line 0 is the header and does not scroll."""

    PLACE = "table"
    BINDINGS = bindings_for("table")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "grid--header",
        "grid--header-cursor",
        "grid--cursor",
        "grid--cell",
        "grid--dim",
        "grid--mark",
        "grid--failed",
    }

    cursor: reactive[int] = reactive(0, repaint=False)
    cursor_column: reactive[int] = reactive(0, repaint=False)

    class Entered(Message):
        """A second click on the row under the cursor."""

    class Shifted(Message):
        """Other rows are visible, or the cursor has moved."""

        def __init__(self, *, row_changed: bool) -> None:
            super().__init__()
            self.row_changed = row_changed

    class HeaderClicked(Message):
        """A click on the title of a column."""

        def __init__(self, column: Column[Any]) -> None:
            super().__init__()
            self.column = column

    def __init__(
        self, columns: Sequence[Column[Row]], request: PageRequest, *, cells: bool = False
    ) -> None:
        super().__init__()
        self._cells = cells
        self._columns = columns
        self._request = request
        self._laid: tuple[Laid[Row], ...] = ()
        self._rows: dict[int, Row] = {}
        self._said: tuple[str, str, bool] | None = None
        self._strips: dict[tuple[int, bool], Strip] = {}
        self._marked: Callable[[Row], bool] | None = None
        self.total = 0
        self.ahead = AHEAD
        """Rows that are read beyond those that are seen."""

    # -- contents ------------------------------------------------------------------------------

    def set_columns(self, columns: Sequence[Column[Row]]) -> None:
        """Show other columns."""
        self._columns = columns
        self.on_resize()

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self._rows.get(self.cursor)

    @property
    def column(self) -> Column[Row]:
        """The column under the cursor."""
        return self._laid[self.cursor_column].column if self._laid else self._columns[0]

    @property
    def wanted(self) -> tuple[int, int]:
        """The first and last row that should be loaded."""
        first = max(0, self.scroll_offset.y - self.ahead)
        last = self.scroll_offset.y + max(1, self.size.height) + self.ahead
        return first, min(last, max(0, self.total - 1)) if self.total else 0

    def holds(self, index: int) -> bool:
        """Whether the row of this index is loaded."""
        return index in self._rows

    def mark(self, marked: Callable[[Row], bool]) -> None:
        """Show before each row whether it is ``marked``."""
        self._marked = marked
        self.redraw()

    def put(self, page: Page[Row], *, fresh: bool) -> None:
        """Take a page in; ``fresh`` forgets the others."""
        if fresh:
            self._rows.clear()
        self._rows.update(enumerate(page.rows, page.offset))
        self._forget_far(page.offset)
        self._said = None
        self.total = page.total
        self.virtual_size = Size(self.size.width, page.total + 1)
        self.cursor = min(self.cursor, max(0, page.total - 1))
        self.redraw()

    def stay_on(self, same: Callable[[Row], bool]) -> None:
        """Put the cursor on the loaded row that ``same`` recognises, if it is there."""
        for index, row in self._rows.items():
            if same(row):
                self.cursor = index
                return

    def restart(self, request: PageRequest) -> None:
        """Another sort or filter: from the top. The rows stay until others come."""
        self._request = request
        self.cursor = 0
        self.scroll_to(y=0, animate=False)

    def say(self, text: str, step: str = "", *, failed: bool = False) -> None:
        """Show a sentence instead of rows."""
        self._said = (text, step, failed)
        self.total = 0
        self._rows.clear()
        self.virtual_size = Size(self.size.width, 1)
        self.redraw()

    def cell_text(self) -> str | None:
        """The text of the cell under the cursor."""
        row = self.current
        if row is None or not self._laid:
            return None
        laid = self._laid[self.cursor_column]
        cell = laid.column.cell(row, 1000)
        return (cell if isinstance(cell, str) else cell.plain).strip()

    def redraw(self) -> None:
        """Draw everything again."""
        self._strips.clear()
        self.refresh()

    def _forget_far(self, offset: int) -> None:
        size = self._request.limit
        reach = PAGES_HELD // 2 * size
        for index in [i for i in self._rows if not offset - reach <= i < offset + size + reach]:
            del self._rows[index]

    # -- moving --------------------------------------------------------------------------------

    def do_up(self) -> None:
        """One row up."""
        self._move(-1)

    def do_down(self) -> None:
        """One row down."""
        self._move(1)

    def do_page_up(self) -> None:
        """A page up."""
        self._move(-max(1, self.size.height - 2))

    def do_page_down(self) -> None:
        """A page down."""
        self._move(max(1, self.size.height - 2))

    def do_first(self) -> None:
        """The first row."""
        self._move(-self.total)

    def do_last(self) -> None:
        """The last row."""
        self._move(self.total)

    def do_left(self) -> None:
        """One column to the left."""
        self.cursor_column = max(0, self.cursor_column - 1)

    def do_right(self) -> None:
        """One column to the right."""
        self.cursor_column = min(max(0, len(self._laid) - 1), self.cursor_column + 1)

    def _move(self, rows: int) -> None:
        self.cursor = max(0, min(self.total - 1, self.cursor + rows))

    def watch_cursor(self, old: int, new: int) -> None:
        """Keep the cursor visible and draw the two lines that changed.

        Leaving the window moves it by a third, not by a line: a line costs as many bytes.
        """
        room = max(1, self.size.height - 1)
        top = self.scroll_offset.y
        if not top <= new < top + room:
            shown = room // 3 if new < top else room - 1 - room // 3
            self.scroll_to(y=max(0, new - shown), animate=False)
        for index in (old, new):
            self._strips.pop((index, True), None)
            self._strips.pop((index, False), None)
            self.refresh_line(index + 1)
        self.post_message(self.Shifted(row_changed=True))

    def watch_cursor_column(self) -> None:
        """The title of the column and the row under the cursor show it."""
        self.redraw()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other rows may have to be read."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Shifted(row_changed=False))

    def on_resize(self) -> None:
        """Choose the columns that fit."""
        self._laid = lay_out(self._columns, max(1, self.scrollable_content_region.width - 2))
        self.cursor_column = min(self.cursor_column, max(0, len(self._laid) - 1))
        self.virtual_size = Size(self.size.width, self.total + 1)
        self.redraw()
        self.post_message(self.Shifted(row_changed=False))

    def watch_show_vertical_scrollbar(self) -> None:
        """It takes its room from the columns, and the size of the list stays what it was."""
        self.on_resize()

    def notify_style_update(self) -> None:
        """Another theme, or the focus: every line looks different."""
        super().notify_style_update()
        self._strips.clear()

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a second one opens; on a title it sorts."""
        column = next(
            (i for i, laid in enumerate(self._laid) if event.x - 1 < laid.start + laid.width + GAP),
            max(0, len(self._laid) - 1),
        )
        if event.y == 0:
            self.post_message(self.HeaderClicked(self._laid[column].column))
            return
        row = event.y - 1 + self.scroll_offset.y
        if row >= self.total:
            return
        again = row == self.cursor
        self.cursor, self.cursor_column = row, column
        if again and event.chain > 1:
            self.post_message(self.Entered())

    # -- drawing -------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """The header, a row, or a line of what is said instead of rows."""
        width = self.size.width
        if y == 0:
            return self._header(width)
        if self._said is not None:
            return self._sentence(y, width)
        index = y - 1 + self.scroll_offset.y
        at_cursor = index == self.cursor
        key = (index, at_cursor)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._row_strip(index, at_cursor, width)
        return strip

    def _style(self, name: str) -> Style:
        """The style of a component; Textual 8.2.8 forgets ``reverse`` in ``get_visual_style``."""
        style = self.get_visual_style(name)
        reverse = self.get_component_styles(name).text_style.reverse
        return style + Style(reverse=True) if reverse else style

    @property
    def _ascii(self) -> bool:
        return bool(getattr(self.app, "ascii", False))

    def _header(self, width: int) -> Strip:
        normal = self._style("grid--header")
        cursor = self._style("grid--header-cursor")
        cells = [
            (self._title(laid), cursor if i == self.cursor_column and self.has_focus else normal)
            for i, laid in enumerate(self._laid)
        ]
        return self._line(cells, normal, width)

    def _title(self, laid: Laid[Row]) -> Content:
        title = laid.column.title
        if laid.column.key is not None and laid.column.key == self._request.column:
            marks = ("^", "v") if self._ascii else ("▴", "▾")
            title = f"{clip(title, laid.width - 2)} {marks[self._request.descending]}"
        return Content(clip(title, laid.width))

    def _row_strip(self, index: int, at_cursor: bool, width: int) -> Strip:
        base = self._style("grid--cursor") if at_cursor else self.visual_style
        if index >= self.total:
            return Strip.blank(width, base.rich_style)
        row = self._rows.get(index)
        if row is None:
            waiting = self._style("grid--dim")
            return self._line([(Content("…"), waiting)], base, width)
        cells = [(_content(laid.column.cell(row, laid.width)), base) for laid in self._laid]
        at = self.cursor_column
        if self._cells and at_cursor and self.has_focus and self._laid[at].column.align == "right":
            # The number under the cursor is what opens; elsewhere it is the row.
            cells[at] = (Content(cells[at][0].plain), base + self._style("grid--cell"))
        if self._marked is None or not self._marked(row):
            return self._line(cells, base, width)
        mark = Segment("*" if self._ascii else "✓", (base + self._style("grid--mark")).rich_style)
        return self._line(cells, base, width, before=mark)

    def _line(
        self,
        cells: list[tuple[Content, Style]],
        base: Style,
        width: int,
        *,
        before: Segment | None = None,
    ) -> Strip:
        parse = self.app.stylesheet.parse_style
        space = base.rich_style
        segments = [before or Segment(" ", space)]
        for (content, style), laid in zip(cells, self._laid, strict=False):
            fitted = content.truncate(laid.width, ellipsis=True)
            missing = " " * (laid.width - fitted.cell_length)
            drawn = [
                Segment(text, span.rich_style)
                for text, span in fitted.render(style, end="", parse_style=parse)
            ]
            padding = [Segment(missing, style.rich_style)] if missing else []
            right = laid.column.align == "right"
            segments += padding + drawn if right else drawn + padding
            segments.append(Segment(" " * GAP, space))
        # Simplified: over SSH every change of style costs some forty bytes.
        return Strip(segments).simplify().adjust_cell_length(width, space)

    def _sentence(self, y: int, width: int) -> Strip:
        text, step, failed = self._said or ("", "", False)
        line = {2: text, 3: step}.get(y, "")
        style = self.visual_style
        if y == 2 and failed:
            style = self._style("grid--failed")
        elif y == 3:
            style = self._style("grid--dim")
        segments = [Segment("  " + clip(plain(line), width - 3), style.rich_style)]
        return Strip(segments).adjust_cell_length(width, self.visual_style.rich_style)


def _content(cell: Content | str) -> Content:
    return Content(plain(cell)) if isinstance(cell, str) else cell
