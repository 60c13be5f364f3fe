"""The KPIs that need somebody: the worst, those getting worse, those that nobody fed.

Side by side where there is room, one after the other where there is not. Drawn line by line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from rich.segment import Segment
from textual import events
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from kpix_tui.domains.overview.views import KpiRow
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.widgets.columns import GAP, Column, Laid, lay_out
from kpix_tui.tui.widgets.text import clip, plain

HEAD: Final = 2
"""Lines above the rows: the title and a rule."""
NARROWEST: Final = 35
"""Cells that a list needs beside others."""
APART: Final = 3


@dataclass(frozen=True, slots=True)
class Concern:
    """One of the lists: its first rows, how many there are in all, and its columns."""

    key: str
    title: str
    none: str
    """What an empty list says."""
    total: int
    rows: Sequence[KpiRow]
    columns: Sequence[Column[KpiRow]]


class Concerns(Widget, can_focus=True):
    """Lists with one cursor; the last line of a list that goes on opens all of it."""

    PLACE = "concerns"
    BINDINGS = bindings_for("concerns")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "concerns--title",
        "concerns--current",
        "concerns--rule",
        "concerns--cursor",
        "concerns--dim",
    }

    at: reactive[tuple[int, int]] = reactive((0, 0), repaint=False)
    """The list and the line of the cursor."""

    class Opened(Message):
        """Enter on a KPI, or on the line that stands for the rest (``row`` None)."""

        def __init__(self, concern: Concern, row: KpiRow | None) -> None:
            super().__init__()
            self.concern = concern
            self.row = row

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lists: Sequence[Concern] = ()
        self._laid: list[tuple[Laid[KpiRow], ...]] = []

    # -- contents ------------------------------------------------------------------------------

    def show(self, lists: Sequence[Concern]) -> None:
        """Show these; the cursor stays on its line while there is one."""
        self._lists = lists
        self._lay_out()
        which, line = self.at
        self.at = (which, max(0, min(line, self._lines_of(which) - 1)))
        self.refresh()

    @property
    def current(self) -> KpiRow | None:
        """The KPI under the cursor."""
        which, line = self.at
        rows = self._lists[which].rows if self._lists else ()
        return rows[line] if line < min(len(rows), self._rows_shown(which)) else None

    @property
    def side_by_side(self) -> bool:
        """Whether all of them fit beside each other."""
        needed = NARROWEST * len(self._lists) + APART * (len(self._lists) - 1)
        return self.size.width - 2 >= needed

    @property
    def _room(self) -> int:
        return max(0, self.size.height - HEAD)

    def _rows_shown(self, which: int) -> int:
        """How many KPIs of a list are shown; the last line may say that there are more."""
        concern = self._lists[which]
        more = concern.total > min(len(concern.rows), self._room)
        return max(0, min(len(concern.rows), self._room - more))

    def _lines_of(self, which: int) -> int:
        if not self._lists:
            return 0
        return self._rows_shown(which) + (self._lists[which].total > self._rows_shown(which))

    def _width_of_one(self) -> int:
        if not self.side_by_side:
            return max(1, self.size.width - 2)
        count = len(self._lists)
        return (self.size.width - 2 - APART * (count - 1)) // count

    def _lay_out(self) -> None:
        self._laid = [lay_out(each.columns, self._width_of_one()) for each in self._lists]

    def on_resize(self) -> None:
        """Other columns, other lines."""
        self._lay_out()
        which, line = self.at
        self.at = (which, max(0, min(line, self._lines_of(which) - 1)))
        self.refresh()

    # -- moving --------------------------------------------------------------------------------

    def _to(self, which: int, line: int) -> None:
        if not self._lists:
            return
        which = max(0, min(len(self._lists) - 1, which))
        self.at = (which, max(0, min(self._lines_of(which) - 1, line)))

    def do_up(self) -> None:
        """One line up."""
        self._to(self.at[0], self.at[1] - 1)

    def do_down(self) -> None:
        """One line down."""
        self._to(self.at[0], self.at[1] + 1)

    def do_left(self) -> None:
        """The list on the left."""
        self._to(self.at[0] - 1, self.at[1])

    def do_right(self) -> None:
        """The list on the right."""
        self._to(self.at[0] + 1, self.at[1])

    def do_first(self) -> None:
        """The first line."""
        self._to(self.at[0], 0)

    def do_last(self) -> None:
        """The last line."""
        self._to(self.at[0], self._lines_of(self.at[0]))

    def do_open(self) -> None:
        """Open what is under the cursor."""
        if self._lists and self._lines_of(self.at[0]):
            self.post_message(self.Opened(self._lists[self.at[0]], self.current))

    def watch_at(self, old: tuple[int, int], new: tuple[int, int]) -> None:
        """Draw the two lines that changed, and the titles when the list did."""
        if old[0] != new[0]:
            self.refresh()
            return
        for _list, line in (old, new):
            self.refresh(Region(0, HEAD + line, self.size.width, 1))

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a second one opens."""
        which = self._list_at(event.x)
        line = event.y - HEAD
        if which is None:
            return
        again = (which, line) == self.at
        self._to(which, max(0, line))
        if again and event.chain > 1:
            self.do_open()

    def _list_at(self, x: int) -> int | None:
        if not self._lists:
            return None
        if self.side_by_side:
            return min(len(self._lists) - 1, max(0, x - 1) // (self._width_of_one() + APART))
        return self.at[0]

    # -- drawing -------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """The titles, a rule, or the line of each list that is shown."""
        base = self.visual_style.rich_style
        if not self._lists:
            return Strip.blank(self.size.width, base)
        shown = range(len(self._lists)) if self.side_by_side else (self.at[0],)
        segments = [Segment(" ", base)]
        for place, which in enumerate(shown):
            if place:
                segments.append(Segment(" " * APART, base))
            segments += self._cell(which, y)
        if y == 0 and not self.side_by_side:
            segments = [Segment(" ", base), *self._tabs()]
        return Strip(segments).simplify().adjust_cell_length(self.size.width, base)

    def _style(self, name: str) -> Style:
        """As in a grid: Textual 8.2.8 forgets ``reverse`` in ``get_visual_style``."""
        style = self.get_visual_style(name)
        reverse = self.get_component_styles(name).text_style.reverse
        return style + Style(reverse=True) if reverse else style

    def _cell(self, which: int, y: int) -> list[Segment]:
        """One line of one list, as wide as it is."""
        width = self._width_of_one()
        if y == 0:
            return self._drawn(self._title(which), self.visual_style, width)
        if y == 1:
            rule = "-" if getattr(self.app, "ascii", False) else "─"
            return self._drawn(Content(rule * width), self._style("concerns--rule"), width)
        line = y - HEAD
        under = self.at == (which, line)
        base = self._style("concerns--cursor") if under and self.has_focus else self.visual_style
        return self._drawn(self._line(which, line), base, width)

    def _line(self, which: int, line: int) -> Content:
        concern, rows = self._lists[which], self._rows_shown(which)
        if line < rows:
            return self._row(which, concern.rows[line])
        if line == rows and concern.total > rows:
            more = concern.total - rows
            text = ngettext("{count} more", "{count} more", more).format(count=more)
            return Content.styled(f"… {text}", "$accent")
        if line == 0 and not concern.total:
            return Content.styled(clip(concern.none, self._width_of_one()), "$text-muted")
        return Content("")

    def _row(self, which: int, row: KpiRow) -> Content:
        parts: list[Any] = []
        for place, laid in enumerate(self._laid[which]):
            found = laid.column.cell(row, laid.width)
            cell = Content(plain(found)) if isinstance(found, str) else found
            cell = cell.truncate(laid.width, ellipsis=True)
            space = " " * (laid.width - cell.cell_length)
            parts += [" " * GAP] if place else []
            parts += [space, cell] if laid.column.align == "right" else [cell, space]
        return Content.assemble(*parts)

    def _title(self, which: int) -> Content:
        concern = self._lists[which]
        current = which == self.at[0] and self.has_focus
        style = "$accent bold" if current else "bold"
        return Content.assemble((concern.title, style), (f"  {concern.total}", "$text-muted"))

    def _tabs(self) -> list[Segment]:
        """All titles on one line, the one that is shown first among them."""
        parts: list[Any] = []
        for which, concern in enumerate(self._lists):
            chosen = which == self.at[0]
            style = ("$accent bold" if self.has_focus else "bold") if chosen else "$text-muted"
            parts += ["   "] if which else []
            parts += [(f"{concern.title} {concern.total}", style)]
        return self._drawn(Content.assemble(*parts), self.visual_style, self.size.width - 2)

    def _drawn(self, content: Content, base: Style, width: int) -> list[Segment]:
        fitted = content.truncate(width, ellipsis=True)
        parse = self.app.stylesheet.parse_style
        drawn = [
            Segment(text, span.rich_style)
            for text, span in fitted.render(base, end="", parse_style=parse)
        ]
        return [*drawn, Segment(" " * (width - fitted.cell_length), base.rich_style)]


def headings() -> dict[str, tuple[str, str]]:
    """The title of each list, and what it says when it is empty."""
    return {
        "worst": (_("Worst"), _("Every KPI with a value is green.")),
        "worsening": (_("Getting worse"), _("No status is worse than before.")),
        "unfed": (_("Not entered"), _("Every value that is due has been entered.")),
    }
