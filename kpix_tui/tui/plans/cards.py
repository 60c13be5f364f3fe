"""The four columns of a board, drawn line by line: a card is cells, not a widget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from kpix_tui.domains.plans.views import Board, BoardColumn, PlanRow
from kpix_tui.i18n.catalog import _
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.plans.cells import Drawing, title_cell
from kpix_tui.tui.widgets.text import clip, plain

GAP = 2
HEAD = 2
"""Lines of a column's heading."""
ROOMY = 30
"""Lines of a screen that has room for titles of two lines, and for KPIs."""
WIDE = 26
"""Cells of a column that has room for a bar."""
BAR = 12


@dataclass(slots=True)
class Place:
    """Where the cursor of a column is, and which card is the first that is visible."""

    card: int = 0
    top: int = 0


class Cards(Widget, can_focus=True):
    """Columns of cards with a cursor; what is beyond the visible ones is counted."""

    PLACE = "cards"
    BINDINGS = bindings_for("cards")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "cards--head",
        "cards--head-here",
        "cards--rule",
        "cards--cursor",
        "cards--dim",
        "cards--failed",
    }

    class Opened(Message):
        """Enter on a card."""

        def __init__(self, row: PlanRow) -> None:
            super().__init__()
            self.row = row

    class Moved(Message):
        """Another card is under the cursor."""

    def __init__(self, drawing: Drawing, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._drawing = drawing
        self._columns: tuple[BoardColumn, ...] = ()
        self._places: list[Place] = []
        self._here = 0
        self._said = (_("Loading…"), "")
        self._failed = False

    # -- contents ------------------------------------------------------------------------------

    @property
    def current(self) -> PlanRow | None:
        """The action of the card under the cursor."""
        if not self._columns or not (rows := self._columns[self._here].rows):
            return None
        return rows[self._places[self._here].card]

    @property
    def shown(self) -> bool:
        """Whether the columns were read."""
        return bool(self._columns)

    def show(self, board: Board, nothing: tuple[str, str]) -> None:
        """Show ``board``; the cursor follows its card. ``nothing`` is said of an empty one."""
        followed = self.current
        first = not self._columns
        self._columns = board.columns
        self._places = [
            self._kept(place, column.rows)
            for place, column in zip(
                self._places or [Place() for _column in board.columns], board.columns, strict=True
            )
        ]
        self._failed = False
        self._said = ("", "") if any(column.total for column in board.columns) else nothing
        if followed is not None:
            self.go_to(followed)
        elif first:
            self._here = next((i for i, one in enumerate(board.columns) if one.rows), 0)
        self._changed()

    def say(self, text: str, step: str = "", *, failed: bool = False) -> None:
        """Say this while no column is shown yet."""
        self._said, self._failed = (text, step), failed
        self.refresh()

    def _kept(self, place: Place, rows: Sequence[PlanRow]) -> Place:
        card = max(0, min(place.card, len(rows) - 1))
        return Place(card, min(place.top, card))

    def go_to(self, wanted: PlanRow) -> None:
        """Put the cursor on the card of this action, if it is there."""
        for index, column in enumerate(self._columns):
            for card, row in enumerate(column.rows):
                if row.id == wanted.id:
                    self._here = index
                    self._to_card(card)

    # -- keys and mouse ------------------------------------------------------------------------

    def do_left(self) -> None:
        """One column to the left."""
        self._to_column(self._here - 1)

    def do_right(self) -> None:
        """One column to the right."""
        self._to_column(self._here + 1)

    def do_up(self) -> None:
        """The card above."""
        self._step(-1)

    def do_down(self) -> None:
        """The card below."""
        self._step(1)

    def do_first(self) -> None:
        """The first card of the column."""
        self._step(-self._last)

    def do_last(self) -> None:
        """The last card of the column."""
        self._step(self._last)

    def do_open(self) -> None:
        """Open the card under the cursor."""
        if (row := self.current) is not None:
            self.post_message(self.Opened(row))

    @property
    def _last(self) -> int:
        return len(self._columns[self._here].rows) - 1 if self._columns else 0

    def _to_column(self, index: int) -> None:
        if 0 <= index < len(self._columns):
            self._here = index
            self._changed()

    def _step(self, cards: int) -> None:
        if self._columns:
            place = self._places[self._here]
            self._to_card(max(0, min(self._last, place.card + cards)))
            self._changed()

    def _to_card(self, card: int) -> None:
        """Move the cursor of the column, and as many cards up or down as it takes to see it."""
        place = self._places[self._here]
        place.card = card
        place.top = max(min(place.top, card), card - self._visible + 1)

    def _changed(self) -> None:
        self.refresh()
        self.post_message(self.Moved())

    def on_resize(self) -> None:
        """The cursor stays visible."""
        for place in self._places:
            place.top = max(place.top, place.card - self._visible + 1)
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a second one opens."""
        if not self._columns:
            return
        column = min(event.x // (self._width + GAP), len(self._columns) - 1)
        card = self._places[column].top + (event.y - HEAD) // self._card
        if event.y >= HEAD and card < len(self._columns[column].rows):
            self._here = column
            self._to_card(card)
            self._changed()
            if event.chain > 1:
                self.do_open()

    # -- drawing -------------------------------------------------------------------------------

    @property
    def _width(self) -> int:
        """Cells of a column."""
        columns = max(1, len(self._columns))
        return max(1, (self.size.width - GAP * (columns - 1)) // columns)

    @property
    def _roomy(self) -> bool:
        return self.app.size.height >= ROOMY

    @property
    def _card(self) -> int:
        """Lines of a card, the blank one below it included."""
        return 6 if self._roomy else 4

    @property
    def _visible(self) -> int:
        """Cards that a column has room for."""
        return max(1, (self.size.height - HEAD - 1) // self._card)

    def render_line(self, y: int) -> Strip:
        """The same line of each column, side by side."""
        base = self.visual_style
        if not self._columns or self._said[0]:
            if 2 <= y <= 3:
                return self._sentence(y - 2)
            if not self._columns:
                return Strip.blank(self.size.width, base.rich_style)
        segments: list[Segment] = []
        for index in range(len(self._columns)):
            content, style = self._part(index, y)
            segments += self._fitted(content, style)
            segments.append(Segment(" " * GAP, base.rich_style))
        return Strip(segments).simplify().adjust_cell_length(self.size.width, base.rich_style)

    def _sentence(self, line: int) -> Strip:
        """What is said, or what to do then."""
        style = self.visual_style
        if line == 0 and self._failed:
            style = self._style("cards--failed")
        elif line == 1:
            style = self._style("cards--dim")
        text = clip(plain(self._said[line]), self.size.width)
        segments = [Segment(text, style.rich_style)]
        return Strip(segments).adjust_cell_length(self.size.width, self.visual_style.rich_style)

    def _part(self, index: int, y: int) -> tuple[Content, Style]:
        """A line of a column: heading, rule, a line of a card, or how many are below."""
        here = index == self._here and self.has_focus
        if y == 0:
            return self._heading(index, here=here)
        if y == 1:
            rule = "─" * self._width
            return Content(rule), self._style("cards--head-here" if here else "cards--rule")
        place, rows = self._places[index], self._columns[index].rows
        slot, line = divmod(y - HEAD, self._card)
        if slot >= self._visible:
            return self._below(index, line)
        if place.top + slot >= len(rows):
            return Content(""), self.visual_style
        at_cursor = here and place.top + slot == place.card and line < self._card - 1
        style = self._style("cards--cursor") if at_cursor else self.visual_style
        return self._card_line(rows[place.top + slot], line), style

    def _heading(self, index: int, *, here: bool) -> tuple[Content, Style]:
        column = self._columns[index]
        status = self._drawing.status(column.status)
        count = str(column.total)
        room = self._width - len(count) - 1
        heading = Content.assemble(status.truncate(room, ellipsis=True), " ", (count, "bold"))
        return heading, self._style("cards--head-here" if here else "cards--head")

    def _below(self, index: int, line: int) -> tuple[Content, Style]:
        """How many cards are below the last visible one."""
        column = self._columns[index]
        more = column.total - self._places[index].top - self._visible
        text = _("{count} more below").format(count=more) if more > 0 and line == 0 else ""
        return Content(clip(text, self._width)), self._style("cards--dim")

    def _card_line(self, row: PlanRow, line: int) -> Content:
        """Title, KPI where there is room, due date, how far and who."""
        width = self._width
        lines = [self._drawing.due(row, width), self._who(row, width), Content("")]
        if self._roomy:
            kpi = clip(plain(f"{row.kpi_code} {row.kpi_name}"), width)
            lines = [*self._titles(row), Content.styled(kpi, "$text-muted"), *lines]
        else:
            lines = [title_cell(row, width), *lines]
        return lines[line]

    def _titles(self, row: PlanRow) -> list[Content]:
        """Two lines."""
        lines = wrap(plain(row.title), self._width, max_lines=2, placeholder="…")
        style = "$text-muted" if row.status.closed else "bold"
        return [Content.styled(text, style) for text in [*lines, "", ""][:2]]

    def _who(self, row: PlanRow, width: int) -> Content:
        """How far, and who."""
        number = self._drawing.result(row, BAR if width >= WIDE else 0)
        name = clip(plain(row.owner_name), max(0, width - number.cell_length - 2))
        return Content.assemble(number, "  ", (name, "$text-muted"))

    def _fitted(self, content: Content, style: Style) -> list[Segment]:
        """The content in exactly the cells of a column."""
        parse = self.app.stylesheet.parse_style
        fitted = content.truncate(self._width, ellipsis=True)
        drawn = [
            Segment(text, span.rich_style)
            for text, span in fitted.render(style, end="", parse_style=parse)
        ]
        return [*drawn, Segment(" " * (self._width - fitted.cell_length), style.rich_style)]

    def _style(self, name: str) -> Style:
        """The style of a component; Textual 8.2.8 forgets ``reverse`` in ``get_visual_style``."""
        style = self.get_visual_style(name)
        reverse = self.get_component_styles(name).text_style.reverse
        return style + Style(reverse=True) if reverse else style
