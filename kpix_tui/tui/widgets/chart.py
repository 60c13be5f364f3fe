"""A large chart of one KPI: its line, its bands, and the period under the cursor read out.

It draws cells, from 40 × 10 upwards, and nothing in it is said by colour alone: bands are named at
the right edge, points are the glyphs of their status. Values arrive by :meth:`Chart.put` for the
days that :class:`Chart.Wanted` names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from rich.segment import Segment
from textual import events
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from kpix_tui.domains.kpis.rules import thresholds_in_force
from kpix_tui.domains.kpis.views import Kpi
from kpix_tui.domains.values.views import ValueRow
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.paging import Page
from kpix_tui.kernel.periods import Period, ordinal, period_of, start_of
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.widgets.chart_sheet import INKS, ZONES, Cell, Sheet, View, draw
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.readout import readout

NEAREST: Final = 6
"""Periods in the closest view."""
FARTHEST: Final = 400
"""Periods in the farthest view: more lines would lie on each other."""
ROOMY: Final = 16
"""Lines of a chart that can spare one below the readout."""


class Chart(Widget, can_focus=True):
    """One KPI over time. The arrows move the cursor, ``<`` and ``>`` the distance."""

    PLACE = "chart"
    BINDINGS = bindings_for("chart")
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"chart--{name}" for name in INKS} | {
        f"chart--on-{name}" for name in ZONES
    }

    cursor: reactive[int] = reactive(0, repaint=False)
    span: reactive[int] = reactive(24, repaint=False)

    class Wanted(Message):
        """The values of these days are needed."""

        def __init__(self, since: date, until: date) -> None:
            super().__init__()
            self.since = since
            self.until = until

    class Moved(Message):
        """The cursor is on another period."""

        def __init__(self, period: Period) -> None:
            super().__init__()
            self.period = period

    @dataclass(frozen=True, slots=True)
    class _Held:
        """The numbers of the periods whose values are held."""

        first: int
        last: int

        def covers(self, first: int, last: int) -> bool:
            return self.first <= first and last <= self.last

    def __init__(self, writing: Writing, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._writing = writing
        self._kpi: Kpi | None = None
        self._first = 0
        self._last = 0
        self._left = 0
        self._values: dict[int, ValueRow] = {}
        self._held: Chart._Held | None = None
        self._sheet: Sheet | None = None
        self._strips: dict[int, Strip] = {}
        self._chosen_span: int | None = None

    # -- what the screen gives -----------------------------------------------------------------

    def show(
        self, kpi: Kpi, first: date, last: date, latest: Page[ValueRow], at: date | None = None
    ) -> None:
        """Show ``kpi`` from the period of ``first`` to that of ``last``, the cursor on ``at``.

        ``latest`` are its newest values, the first page of them.
        """
        fresh = self._kpi is None or self._kpi.id != kpi.id
        at_end = self.cursor >= self._last
        self._kpi = kpi
        self._first = ordinal(kpi.frequency, first)
        self._last = max(self._first, ordinal(kpi.frequency, last))
        self._values = {ordinal(kpi.frequency, row.period_start): row for row in latest.rows}
        complete = len(latest.rows) == latest.total
        self._held = Chart._Held(self._first if complete else min(self._values), self._last)
        if fresh or at_end:
            self.cursor = min(self._last, ordinal(kpi.frequency, at or last))
        self._fit()
        self._ask()

    def put(self, since: date, until: date, rows: Iterable[ValueRow]) -> None:
        """The values of the days that were wanted."""
        if self._kpi is None:
            return
        frequency = self._kpi.frequency
        self._values = {ordinal(frequency, row.period_start): row for row in rows}
        self._held = Chart._Held(ordinal(frequency, since), ordinal(frequency, until))
        self._redraw()

    @property
    def period(self) -> Period | None:
        """The period under the cursor."""
        if self._kpi is None:
            return None
        frequency = self._kpi.frequency
        return period_of(frequency, start_of(frequency, self.cursor))

    # -- moving --------------------------------------------------------------------------------

    def do_left(self) -> None:
        """The period before."""
        self._move_to(self.cursor - 1)

    def do_right(self) -> None:
        """The period after."""
        self._move_to(self.cursor + 1)

    def do_first(self) -> None:
        """The first period."""
        self._move_to(self._first)

    def do_last(self) -> None:
        """The last period."""
        self._move_to(self._last)

    def do_page_up(self) -> None:
        """Three quarters of the window back."""
        self._move_to(self.cursor - max(1, self.span * 3 // 4))

    def do_page_down(self) -> None:
        """Three quarters of the window ahead."""
        self._move_to(self.cursor + max(1, self.span * 3 // 4))

    def do_closer(self) -> None:
        """Half as many periods."""
        self._zoom(self.span // 2)

    def do_farther(self) -> None:
        """Twice as many periods."""
        self._zoom(self.span * 2)

    def _zoom(self, span: int) -> None:
        total = self._last - self._first + 1
        self._chosen_span = max(min(NEAREST, total), min(span, total, FARTHEST))
        self._fit()
        self._ask()

    def _move_to(self, number: int) -> None:
        if self._kpi is None:
            return
        self.cursor = max(self._first, min(self._last, number))
        if not self._left <= self.cursor < self._left + self.span:
            self._scroll()
            self._ask()

    def _fit(self) -> None:
        """As many periods as have two columns each, unless somebody chose otherwise."""
        total = self._last - self._first + 1
        wanted = self._chosen_span or max(NEAREST, (self.size.width - 16) // 2)
        self.span = max(1, min(wanted, total, FARTHEST))
        self._left = max(self._first, min(self.cursor - self.span // 2, self._last - self.span + 1))
        self._redraw()

    def _scroll(self) -> None:
        """Move the window by what is missing, and a little ahead."""
        ahead = min(self.span // 4, 12)
        left = (
            self.cursor - ahead if self.cursor < self._left else self.cursor - self.span + 1 + ahead
        )
        self._left = max(self._first, min(left, self._last - self.span + 1))
        self._redraw()

    def _ask(self) -> None:
        """Ask for values when some of the window are not held; a window more on each side."""
        last = self._left + self.span - 1
        held = self._held is not None and self._held.covers(self._left, last)
        if self._kpi is None or held or not self.size.width:
            return
        frequency = self._kpi.frequency
        first = max(self._first, self._left - self.span)
        final = min(self._last, last + self.span)
        end = period_of(frequency, start_of(frequency, final)).end
        self.post_message(self.Wanted(start_of(frequency, first), end))

    @property
    def _head(self) -> int:
        """Lines above the plot."""
        return 2 if self.size.height >= ROOMY else 1

    # -- drawing -------------------------------------------------------------------------------

    def watch_cursor(self, old: int, new: int) -> None:
        """Draw the readout and the cells that changed."""
        sheet = self._sheet
        if sheet is None:
            return
        head = self._head
        cells = sheet.cursor_cells(old) + sheet.cursor_cells(new)
        regions = [Region(column, head + row, 1, 1) for row, column in cells]
        regions.append(Region(0, 0, self.size.width, 1))
        self.refresh(*regions)
        if (period := self.period) is not None:
            self.post_message(self.Moved(period))

    def on_resize(self) -> None:
        """Another size, another number of periods."""
        self._fit()
        self._ask()

    def notify_style_update(self) -> None:
        """Another theme, or the focus."""
        super().notify_style_update()
        self._strips.clear()

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor there."""
        if self._sheet is not None:
            number = self._sheet.view.number(event.x - self.styles.gutter.left)
            if number is not None:
                self._move_to(number)

    def _redraw(self) -> None:
        self._sheet = None
        self._strips.clear()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The readout, the plot, the axis."""
        width = self.size.width
        blank = Strip.blank(width, self.visual_style.rich_style)
        kpi = self._kpi
        if kpi is None:
            return blank
        if y < self._head:
            return self._head_line(kpi, y)
        if self._held is None:
            waiting = Content.styled(_("Loading…"), "$text-muted")
            return self._content_strip(waiting) if y == self._head + 1 else blank
        if self._sheet is None:
            self._sheet = draw(self._view(kpi), self._values)
        row = y - self._head
        if row >= len(self._sheet.cells):
            return blank
        strip = self._strips.get(row)
        if strip is None:
            strip = self._strips[row] = self._strip(self._sheet.cells[row])
        return self._with_cursor(strip, self._sheet, row)

    def _view(self, kpi: Kpi) -> View:
        return View(
            kpi=kpi,
            writing=self._writing,
            left=self._left,
            span=self.span,
            width=self.size.width,
            height=max(3, self.size.height - self._head),
        )

    def _head_line(self, kpi: Kpi, y: int) -> Strip:
        period = self.period
        if y or period is None or self._held is None:
            return Strip.blank(self.size.width, self.visual_style.rich_style)
        line = readout(
            kpi,
            period,
            self._values.get(self.cursor),
            self._values.get(self.cursor - 1),
            thresholds=thresholds_in_force(kpi.thresholds, period.end),
            writing=self._writing,
            width=self.size.width,
        )
        return self._content_strip(line)

    def _content_strip(self, content: Content) -> Strip:
        base = self.visual_style
        parse = self.app.stylesheet.parse_style
        segments = [
            Segment(text, style.rich_style)
            for text, style in content.render(base, end="", parse_style=parse)
        ]
        return Strip(segments).adjust_cell_length(self.size.width, base.rich_style)

    def _strip(self, cells: Iterable[Cell]) -> Strip:
        """The cells of a row, neighbours of one style together."""
        segments: list[Segment] = []
        run, run_key = "", None
        for character, ink, zone in cells:
            if (ink, zone) != run_key and run:
                segments.append(Segment(run, self._ink(*run_key).rich_style if run_key else None))
                run = ""
            run, run_key = run + character, (ink, zone)
        if run and run_key:
            segments.append(Segment(run, self._ink(*run_key).rich_style))
        return Strip(segments).adjust_cell_length(self.size.width, self.visual_style.rich_style)

    def _ink(self, ink: str, zone: str) -> Style:
        """The style of a character drawn on a band."""
        base = self.get_visual_style(f"chart--on-{zone}") if zone else self.visual_style
        paper = Style(background=base.background)
        if not ink:
            return self.visual_style + paper
        drawn = self.get_visual_style(f"chart--{ink}")
        inked = Style(foreground=drawn.foreground, bold=drawn.bold, dim=drawn.dim)
        return self.visual_style + inked + paper

    def _with_cursor(self, strip: Strip, sheet: Sheet, row: int) -> Strip:
        """The strip with the cell that the cursor marks on it, if there is one."""
        for marked, column in sheet.cursor_cells(self.cursor):
            if marked == row and column < self.size.width:
                character, ink, zone = sheet.cells[row][column]
                if row == sheet.view.rows:
                    character = "^" if self._writing.ascii else "▲"
                    style = self._ink("cursor", zone)
                else:
                    style = self._ink(ink, zone) + Style(reverse=True)
                cell = Strip([Segment(character, style.rich_style)])
                return Strip.join([strip.crop(0, column), cell, strip.crop(column + 1)])
        return strip
