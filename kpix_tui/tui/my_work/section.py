"""A list among others on one screen: what it is of and how much stands above it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.table import Loader, PagedTable
from kpix_tui.tui.widgets.text import plain

Row = TypeVar("Row")


class SectionTable(PagedTable[Row]):
    """A list that says when it has read how much there is."""

    class Taken(Message):
        """Rows were read, none of them perhaps."""

    def taken(self, rows: Sequence[Row]) -> None:  # noqa: ARG002 - how many there are in all counts
        """Tell the section."""
        self.post_message(self.Taken())


class Section(Vertical, Generic[Row]):
    """A title with the number of rows, and the rows; one line where there is nothing to do."""

    class Counted(Message):
        """How much there is was read."""

    def __init__(
        self,
        title: str,
        columns: Sequence[Column[Row]],
        loader: Loader[Row],
        *,
        row_key: Callable[[Row], Hashable],
        nothing: str,
        id: str,
    ) -> None:
        super().__init__(id=id)
        self._title = title
        self._nothing = nothing
        self.table = SectionTable(columns, loader, row_key=row_key, empty=nothing, id=f"{id}-rows")
        self.total: int | None = None

    def compose(self) -> ComposeResult:
        """The title, the rows."""
        yield Static(self._heading(), classes="section--title", markup=False)
        yield self.table

    @on(SectionTable.Taken)
    def _read(self, event: SectionTable.Taken) -> None:
        """Say how much there is; a filter leaves the section as it is."""
        event.stop()
        if self.table.total != self.total and not self.table.request.text:
            self.total = self.table.total
            self.set_class(not self.total, "-nothing")
            self.query_one(".section--title", Static).update(self._heading())
            self.post_message(self.Counted())

    def _heading(self) -> Content:
        if self.total is None:
            return Content.styled(self._title, "bold")
        if not self.total:
            return Content.assemble((self._title, "bold"), f"   {plain(self._nothing)}")
        return Content.assemble((self._title, "bold"), (f"   {self.total}", "$accent bold"))

    @property
    def current(self) -> Any:
        """The row under the cursor."""
        return self.table.current
