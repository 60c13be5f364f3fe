"""A list that is sorted, filtered and cut in SQL, and drawn line by line.

The table holds a window of pages around what is visible; it never asks for the whole list.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.i18n.catalog import _, error_text, ngettext
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.paging import PAGE_SIZE, Page, PageRequest
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.messages import SessionLost
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.grid import Grid
from kpix_tui.tui.widgets.inputs import LineInput
from kpix_tui.tui.widgets.status import failed_mark
from kpix_tui.tui.work import begin

Row = TypeVar("Row")
Loader = Callable[[PageRequest], Awaitable[Page[Row]]]

TYPING_PAUSE = 0.15
"""Seconds without a key before the filter is sent."""


class FilterLine(LineInput):
    """What is typed after ``/``."""

    PLACE = "filter"
    BINDINGS = bindings_for("filter")


class PagedTable(Vertical, Generic[Row]):
    """Rows with a cursor, a filter line and a count.

    ``loader`` is a coroutine function that takes a :class:`PageRequest`. ``row_key`` tells rows
    apart, so that the cursor stays on its row when the list is read again. ``empty`` is what an
    empty list says, and ``empty_step`` what to do then. ``text`` is what it is filtered by first.
    With ``cells`` Enter is about the cell under the cursor, which is then shown as well as the row.
    """

    class Opened(Message):
        """Enter, or a second click, on a row."""

        def __init__(self, table: PagedTable[Any], row: Any) -> None:
            super().__init__()
            self.table = table
            self.row = row

        @property
        def control(self) -> PagedTable[Any]:
            """The table, for ``@on(PagedTable.Opened, "#id")``."""
            return self.table

    class Moved(Message):
        """The cursor is on another row (None: on none)."""

        def __init__(self, table: PagedTable[Any], row: Any) -> None:
            super().__init__()
            self.table = table
            self.row = row

        @property
        def control(self) -> PagedTable[Any]:
            """The table."""
            return self.table

    class Failed(Message):
        """What it shows could not be read, which stands where the rows would."""

        def __init__(self, table: PagedTable[Any], error: KpixError) -> None:
            super().__init__()
            self.table = table
            self.error = error

        @property
        def control(self) -> PagedTable[Any]:
            """The table."""
            return self.table

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        loader: Loader[Row],
        *,
        row_key: Callable[[Row], Hashable],
        empty: str,
        empty_step: str = "",
        sort: str | None = None,
        text: str = "",
        cells: bool = False,
        page_size: int = PAGE_SIZE,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.request = PageRequest(limit=page_size, sort=sort, text=text)
        self._loader = loader
        self._row_key = row_key
        self._empty = (empty, empty_step)
        self._grid: Grid[Row] = Grid(columns, self.request, cells=cells)
        # Held and not looked for: an answer may come while the screen is being left.
        self._count_line = Static("", classes="count", markup=False)
        self._pages: set[int] = set()
        self._reading: int | None = None
        self._number = 0
        self.failure: KpixError | None = None
        self._keep = True
        self._typing: Timer | None = None

    def compose(self) -> ComposeResult:
        """The filter line, hidden until it is asked for; the rows; the count."""
        with Horizontal(classes="filter"):
            yield Static("/", markup=False)
            yield FilterLine(value=self.request.text, placeholder=_("Filter"))
        yield self._grid
        yield self._count_line

    def on_mount(self) -> None:
        """Read the first page."""
        self._filter_bar.display = bool(self.request.text)
        self.reload()

    # -- what the screen asks ----------------------------------------------------------------------

    @property
    def grid(self) -> Grid[Row]:
        """The part that has the focus."""
        return self._grid

    @property
    def current(self) -> Row | None:
        """The row under the cursor, if it is loaded."""
        return self._grid.current

    @property
    def column(self) -> Column[Row]:
        """The column under the cursor."""
        return self._grid.column

    @property
    def total(self) -> int:
        """How many rows the filter keeps."""
        return self._grid.total

    def reload(self) -> None:
        """Read what is visible again; the cursor stays on its row."""
        self._read(keep=True)

    def restart(self) -> None:
        """Read other rows, from the top: what the loader keeps has changed."""
        self._grid.restart(self.request)
        self._read(keep=False)

    def _read(self, *, keep: bool) -> None:
        """Read anew; what is shown stays until the answer is there."""
        self._number += 1
        self._keep = keep
        self._pages.clear()
        if not self._grid.total:
            self._grid.say(_("Loading…"))
        self._load()

    def say_when_empty(self, text: str, step: str = "") -> None:
        """Say this from here on where there is no row, and what to do then."""
        self._empty = (text, step)

    def focus(self, scroll_visible: bool = True) -> PagedTable[Row]:
        """Focus the rows."""
        self._grid.focus(scroll_visible)
        return self

    # -- reading -----------------------------------------------------------------------------------

    def _load(self) -> None:
        self._reading = self._next_page()
        begin(self, partial(self._load_missing, self._number), group="page", exclusive=True)

    async def _load_missing(self, number: int) -> None:
        """Read the pages that the visible rows lie on, the nearest first, until none is missing."""
        try:
            while number == self._number and (page := self._next_page()) is not None:
                self._reading = page
                request = replace(self.request, offset=page * self._page_size)
                found = await self._loader(request)
                if number == self._number:
                    self._show(page, found)
        except KpixError as error:
            if number == self._number:
                self._reading = None
                self._show_problem(error)

    @property
    def _page_size(self) -> int:
        """Rows of a page."""
        return self.request.limit

    def _next_page(self) -> int | None:
        first, last = self._grid.wanted
        wanted = range(first // self._page_size, max(first, last) // self._page_size + 1)
        return next((page for page in wanted if page not in self._pages), None)

    def _show(self, page: int, found: Page[Row]) -> None:
        self._reading = self.failure = None
        fresh = not self._pages
        kept = self._grid.current if fresh and self._keep else None
        self._pages.add(page)
        self._grid.put(found, fresh=fresh)
        held = {one for one in self._pages if self._grid.holds(one * self._page_size)}
        self._pages = held | {page}
        if kept is not None:
            key = self._row_key(kept)
            self._grid.stay_on(lambda row: self._row_key(row) == key)
        self.taken(found.rows)
        self._say_count()
        if fresh:
            self.post_message(self.Moved(self, self.current))

    def taken(self, rows: Sequence[Row]) -> None:
        """These rows were read just now."""

    def _show_problem(self, error: KpixError) -> None:
        if isinstance(error, NotSignedIn):
            self.app.post_message(SessionLost())
            return
        self.failure = error
        self.post_message(self.Failed(self, error))
        text = error_text(error)
        if self._grid.total:
            mark = failed_mark(ascii=bool(getattr(self.app, "ascii", False)))
            self._count(f"{mark} {text}", failed=True)
        else:
            self._grid.say(text, self.next_try(), failed=True)

    def _say_count(self) -> None:
        total = self._grid.total
        if not total and self.request.text:
            self._grid.say(_("Nothing matches."), _("Press Esc to see everything again."))
        elif not total:
            self._grid.say(*self.nothing())
        self._count(self.counted())

    def nothing(self) -> tuple[str, str]:
        """What an empty list says, and what to do then."""
        return self._empty

    def next_try(self) -> str:
        """What to press where it could not be read."""
        return _("Press r to try again.")

    def counted(self) -> str:
        """What the line below the rows says of them."""
        total = self._grid.total
        count = ngettext("{count} row", "{count} rows", total).format(count=total)
        kept = _("{count}, filtered by “{text}”").format(count=count, text=self.request.text)
        return kept if self.request.text else count

    def _count(self, text: str, *, failed: bool = False) -> None:
        self._count_line.set_class(failed, "-failed")
        self._count_line.update(text)

    # -- filtering and sorting ---------------------------------------------------------------------

    def do_filter(self) -> None:
        """Open the filter line."""
        line = self.query_one(FilterLine)
        self._filter_bar.display = True
        # At once and not when there is time: what is typed next belongs to the line already.
        self.screen.set_focus(line)

    def do_done(self) -> None:
        """Back to the rows, with the filter."""
        self._filter_bar.display = bool(self.query_one(FilterLine).value.strip())
        self._grid.focus()

    @property
    def _filter_bar(self) -> Horizontal:
        return self.query_one(".filter", Horizontal)

    def do_clear(self) -> None:
        """Drop the filter; without one, leave the screen."""
        line = self.query_one(FilterLine)
        if not self._filter_bar.display:
            back = getattr(self.screen, "do_back", None)
            if back is not None:
                back()
            return
        line.value = ""
        self._filter_bar.display = False
        self._grid.focus()

    def do_sort(self) -> None:
        """Sort by the column under the cursor, or reverse."""
        self._sort_by(self._grid.column)

    @on(Grid.HeaderClicked)
    def _header_clicked(self, event: Grid.HeaderClicked) -> None:
        event.stop()
        self._sort_by(event.column)

    def _sort_by(self, column: Column[Row]) -> None:
        if column.key is None:
            self.app.notify(_("This list cannot be sorted by this column."), markup=False)
            return
        reverse = self.request.sort == column.key
        self._change(sort=f"-{column.key}" if reverse else column.key)

    @on(FilterLine.Changed)
    def _typed(self, event: FilterLine.Changed) -> None:
        event.stop()
        if self._typing is not None:
            self._typing.stop()
        text = event.value.strip()
        self._typing = self.set_timer(TYPING_PAUSE if text else 0.001, self._apply_filter)

    def _apply_filter(self) -> None:
        text = self.query_one(FilterLine).value.strip()
        if text != self.request.text:
            self._change(text=text)

    def _change(self, *, sort: str | None = None, text: str | None = None) -> None:
        self.request = replace(
            self.request,
            sort=self.request.sort if sort is None else sort,
            text=self.request.text if text is None else text,
        )
        self.restart()

    # -- from the rows -----------------------------------------------------------------------------

    def do_open(self) -> None:
        """Open the row under the cursor."""
        if (row := self.current) is not None:
            self.post_message(self.Opened(self, row))

    def do_copy(self) -> None:
        """Copy the cell under the cursor."""
        if (text := self._grid.cell_text()) is not None:
            self.app.copy_to_clipboard(text)
            self.app.notify(_("Copied: {text}").format(text=text), markup=False, timeout=2)

    @on(Grid.Entered)
    def _entered(self, event: Grid.Entered) -> None:
        event.stop()
        self.do_open()

    @on(Grid.Shifted)
    def _shifted(self, event: Grid.Shifted) -> None:
        event.stop()
        if (page := self._next_page()) is not None and page != self._reading:
            self._load()
        if event.row_changed:
            self.post_message(self.Moved(self, self.current))
