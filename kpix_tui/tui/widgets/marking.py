"""A list whose rows can be marked with Space, so that one act concerns all of them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, TypeVar

from kpix_tui.i18n.catalog import ngettext
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.widgets.table import PagedTable

Row = TypeVar("Row")


class MarkingTable(PagedTable[Row]):
    """Marks stay through sorting, filtering and reading again, until they are dropped."""

    PLACE = "marks"
    BINDINGS = bindings_for("marks")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._marks: dict[Hashable, Row] = {}
        self._grid.mark(self._marked)

    @property
    def marked(self) -> tuple[Row, ...]:
        """The marked rows, in the order in which they were marked, as they were read last."""
        return tuple(self._marks.values())

    @property
    def chosen(self) -> tuple[Row, ...]:
        """What an act concerns: the marked rows; without any, the one under the cursor."""
        here = () if self.current is None else (self.current,)
        return self.marked or here

    def _marked(self, row: Row) -> bool:
        return self._row_key(row) in self._marks

    def do_mark(self) -> None:
        """Mark the row under the cursor, or not any more, and go on to the next."""
        if (row := self.current) is None:
            return
        if self._marks.pop(self._row_key(row), None) is None:
            self._marks[self._row_key(row)] = row
        self._redraw_marks()
        self._grid.do_down()

    def unmark(self) -> None:
        """No row is marked any more."""
        self._marks.clear()
        self._redraw_marks()

    def _redraw_marks(self) -> None:
        self._grid.redraw()
        self._say_count()
        self.screen.refresh_bindings()

    def taken(self, rows: Sequence[Row]) -> None:
        """What is marked is kept as it stands now."""
        for row in rows:
            if self._marked(row):
                self._marks[self._row_key(row)] = row

    def counted(self) -> str:
        """How many rows there are, and how many are marked."""
        count = len(self._marks)
        said = ngettext("{count} marked", "{count} marked", count).format(count=count)
        return f"{super().counted()}   {said}" if count else super().counted()

    def do_clear(self) -> None:
        """Drop the marks; without any, the filter; without one, leave the screen."""
        if self._marks:
            self.unmark()
        else:
            super().do_clear()
