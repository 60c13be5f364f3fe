"""The cells of a role as a table: resources down, actions across, how far each reaches inside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from kpix_tui.access.permissions import Permission, Scope
from kpix_tui.domains.people.rules import changes, rank
from kpix_tui.domains.people.views import CellChange, Cells
from kpix_tui.i18n.catalog import _
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.administration.cells import (
    ACTIONS,
    REACHES,
    RESOURCES,
    next_scope,
    permission_at,
)
from kpix_tui.tui.widgets.text import clip

_ROWS: Final = tuple(RESOURCES)
_COLUMNS: Final = tuple(ACTIONS)
_GAP: Final = 2
_SHORTEST: Final = 7
"""Cells of a column where there is hardly any room: a sign, a glyph, a blank and four letters."""


class Matrix(Widget, can_focus=True):
    """Draws line by line; line 0 names the actions.

    ``limits`` is what the person at the keyboard holds: no cell is set wider than that. A matrix
    that is ``locked`` shows and does not change.
    """

    PLACE = "matrix"
    BINDINGS = bindings_for("matrix")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "matrix--header",
        "matrix--here",
        "matrix--cursor",
        "matrix--none",
        "matrix--own",
        "matrix--team",
        "matrix--organization",
        "matrix--changed",
    }

    cursor: reactive[tuple[int, int]] = reactive((0, 0), repaint=False)

    class Moved(Message):
        """The cursor is on another cell, or a cell has another scope."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.locked = True
        self._known = False
        self._limits: Cells = {}
        self._before: dict[Permission, Scope] = {}
        self._cells: dict[Permission, Scope] = {}

    # -- contents ------------------------------------------------------------------------------

    def show(self, cells: Cells, limits: Cells, *, locked: bool) -> None:
        """Start from these cells; what was changed here is forgotten."""
        self._before, self._cells = dict(cells), dict(cells)
        self._limits, self.locked = limits, locked
        self._known = True
        self.redraw()

    def apply(self, changed: Iterable[CellChange]) -> None:
        """Put changes on top of what the matrix shows; those that are in it already vanish."""
        for change in changed:
            self._put(change.permission, change.after)
        self.redraw()

    @property
    def cells(self) -> Cells:
        """What stands in the matrix now."""
        return self._cells

    @property
    def changes(self) -> tuple[CellChange, ...]:
        """The cells that are not what they were."""
        return changes(self._before, self._cells)

    @property
    def here(self) -> Permission | None:
        """The permission under the cursor; None on a cell that means nothing."""
        row, column = self.cursor
        return permission_at(_ROWS[row], _COLUMNS[column])

    def scope_of(self, permission: Permission) -> Scope | None:
        """How far the role reaches with it."""
        return self._cells.get(permission)

    def limit_of(self, permission: Permission) -> Scope | None:
        """How far the person at the keyboard may let it reach."""
        return self._limits.get(permission)

    def do_toggle(self) -> None:
        """The cell under the cursor reaches one step farther; after the last one, nowhere."""
        here = self.here
        if here is not None and not self.locked:
            self._set(here, next_scope(here, self._cells.get(here), self._limits.get(here)))

    def do_undo(self) -> None:
        """The cell under the cursor as it was."""
        here = self.here
        if here is not None:
            self._set(here, self._before.get(here))

    def _put(self, permission: Permission, scope: Scope | None) -> None:
        if scope is None:
            self._cells.pop(permission, None)
        else:
            self._cells[permission] = scope

    def _set(self, permission: Permission, scope: Scope | None) -> None:
        self._put(permission, scope)
        self._refresh_rows(self.cursor[0])
        self.post_message(self.Moved())

    def redraw(self) -> None:
        """Draw everything again."""
        self.refresh()
        self.post_message(self.Moved())

    # -- moving --------------------------------------------------------------------------------

    def do_up(self) -> None:
        """The resource above."""
        self._move(-1, 0)

    def do_down(self) -> None:
        """The resource below."""
        self._move(1, 0)

    def do_left(self) -> None:
        """The action to the left."""
        self._move(0, -1)

    def do_right(self) -> None:
        """The action to the right."""
        self._move(0, 1)

    def do_first(self) -> None:
        """The first action."""
        self._move(0, -len(_COLUMNS))

    def do_last(self) -> None:
        """The last action."""
        self._move(0, len(_COLUMNS))

    def _move(self, rows: int, columns: int) -> None:
        row, column = self.cursor
        self.cursor = (
            max(0, min(len(_ROWS) - 1, row + rows)),
            max(0, min(len(_COLUMNS) - 1, column + columns)),
        )

    def watch_cursor(self, old: tuple[int, int], new: tuple[int, int]) -> None:
        """Draw the lines that changed."""
        self._refresh_rows(old[0], new[0])
        self.post_message(self.Moved())

    def _refresh_rows(self, *rows: int) -> None:
        self.refresh(*(Region(0, row, self.size.width, 1) for row in {0, *(r + 1 for r in rows)}))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """A line for the names of the actions, and one a resource."""
        return len(_ROWS) + 1

    @property
    def line(self) -> Region:
        """Where the cursor is, and what names its column while there is room for both."""
        row = self.cursor[0] + 1
        return Region(0, self.virtual_region.y + (0 if row == 1 else row), 1, 2 if row == 1 else 1)

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor; on the cell under the cursor it changes it."""
        title, cell = self._widths()
        row = event.y - 1
        column = (event.x - 1 - title) // cell
        if event.y > 0 and row < len(_ROWS) and 0 <= column < len(_COLUMNS):
            again = self.cursor == (row, column)
            self.cursor = (row, column)
            if again and event.chain > 1:
                self.do_toggle()

    # -- drawing -------------------------------------------------------------------------------

    def _widths(self) -> tuple[int, int]:
        """Cells for the names of the resources, and for each column with what separates it."""
        title = max(cell_len(_(name)) for name in RESOURCES.values()) + _GAP
        widest = 3 + max(cell_len(_(reach.word)) for reach in REACHES.values()) + _GAP
        room = (self.size.width - 1 - title) // len(_COLUMNS)
        return title, max(_SHORTEST + 1, min(widest, room))

    def render_line(self, y: int) -> Strip:
        """The names of the actions, or the cells of a resource."""
        row = y - 1
        if not self._known:
            segments = []  # no cell is empty before the cells are read
        elif y == 0:
            segments = self._header()
        elif row < len(_ROWS):
            segments = self._row(row)
        else:
            segments = []
        base = self.visual_style.rich_style
        return Strip(segments).simplify().adjust_cell_length(self.size.width, base)

    def _header(self) -> list[Segment]:
        title, width = self._widths()
        plain, here = self._style("matrix--header"), self._style("matrix--here")
        base = self.visual_style
        return [
            Segment(" " * (title + 1), base.rich_style),
            *(
                _padded(
                    " " + clip(_(name), width - _GAP),
                    width,
                    here if self.has_focus and index == self.cursor[1] else plain,
                )
                for index, name in enumerate(ACTIONS.values())
            ),
        ]

    def _row(self, row: int) -> list[Segment]:
        title, width = self._widths()
        here = self.has_focus and row == self.cursor[0]
        style = self._style("matrix--here") if here else self.visual_style
        segments = [
            Segment(" ", self.visual_style.rich_style),
            _padded(_(RESOURCES[_ROWS[row]]), title, style),
        ]
        for column, action in enumerate(_COLUMNS):
            at_cursor = (row, column) == self.cursor and (self.has_focus or not self.locked)
            segments += self._cell(permission_at(_ROWS[row], action), width, at_cursor=at_cursor)
        return segments

    def _cell(self, permission: Permission | None, width: int, *, at_cursor: bool) -> list[Segment]:
        space = Segment(" ", self.visual_style.rich_style)
        text, name = " ·", "matrix--none"
        if permission is not None:
            text, name = self._written(permission, width - 1)
        style = self._style(name)
        if at_cursor:
            style = style + self._style("matrix--cursor")
        return [_padded(text, width - 1, style), space]

    def _written(self, permission: Permission, width: int) -> tuple[str, str]:
        """A sign when the cell was changed, the glyph, and as much of the word as there is room."""
        scope = self._cells.get(permission)
        reach = REACHES[scope]
        before = rank(self._before.get(permission))
        sign = {0: " ", 1: "+", -1: "-"}[(rank(scope) > before) - (rank(scope) < before)]
        word = _(reach.word)
        if cell_len(word) > width - 3:
            word = _(reach.short)
        mark = reach.mark(ascii=getattr(self.app, "ascii", False))
        kept = sign == " "
        return f"{sign}{mark} {word}", f"matrix--{_name(scope)}" if kept else "matrix--changed"

    def _style(self, name: str) -> Style:
        """The style of a component; Textual 8.2.8 forgets ``reverse`` in ``get_visual_style``."""
        style = self.get_visual_style(name)
        reverse = self.get_component_styles(name).text_style.reverse
        return style + Style(reverse=True) if reverse else style


def _name(scope: Scope | None) -> str:
    return "none" if scope is None else scope.value.lower()


def _padded(text: str, width: int, style: Style) -> Segment:
    shown = clip(text, width)
    return Segment(shown + " " * (width - cell_len(shown)), style.rich_style)
