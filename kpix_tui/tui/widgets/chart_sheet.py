"""What a chart looks like, as cells: character, ink and the band behind it. Pure.

Inks and bands are names; the widget turns them into the colours of the theme.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Final, NamedTuple

from rich.cells import cell_len

from kpix_tui.app.looks import GREEN, ORANGE, RED, look_of
from kpix_tui.domains.kpis.rules import thresholds_in_force
from kpix_tui.domains.kpis.views import Kpi, Thresholds
from kpix_tui.domains.values.views import ValueRow
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_number
from kpix_tui.kernel.numbers import decimals_of
from kpix_tui.kernel.periods import period_of, start_of
from kpix_tui.tui.widgets.figures import Writing, better_side
from kpix_tui.tui.widgets.plot import Dots, Scale, scale_for, ticks, zone

ZONES: Final = ("green", "orange", "red", "critical")
INKS: Final = (
    *ZONES,
    "limit-green",
    "limit-orange",
    "limit-red",
    "target",
    "line",
    "axis",
    "cursor",
)

SPACING: Final = 10
"""Columns between two periods, at most."""
FOOT: Final = 2
"""Lines of the axis below the plot."""


class Cell(NamedTuple):
    """One character of the chart."""

    character: str = " "
    ink: str = ""
    zone: str = ""


@dataclass(frozen=True)
class View:
    """Which periods are seen, and on how many cells."""

    kpi: Kpi
    writing: Writing
    left: int
    span: int
    width: int
    height: int
    margins: tuple[int, int] = (0, 0)
    """Columns of the labels on the left and on the right."""

    @property
    def rows(self) -> int:
        """Lines of the plot."""
        return max(1, self.height - FOOT)

    @property
    def columns(self) -> int:
        """Columns of the plot."""
        return max(1, self.width - sum(self.margins))

    @cached_property
    def spacing(self) -> float:
        """Columns from one period to the next."""
        return min(SPACING, (self.columns - 1) / max(1, self.span - 1))

    def x(self, number: int) -> float:
        """Where a period stands, in columns of the plot; the newest is at the right edge."""
        return self.columns - 1 - (self.left + self.span - 1 - number) * self.spacing

    def column(self, number: int) -> int | None:
        """The column of the widget where a period stands; None when it is not seen."""
        if not self.left <= number < self.left + self.span:
            return None
        return self.margins[0] + int(self.x(number))

    def number(self, column: int) -> int | None:
        """The period nearest to a column of the widget."""
        if not self.spacing:
            return self.left
        back = (self.columns - 1 - (column - self.margins[0])) / self.spacing
        found = self.left + self.span - 1 - round(back)
        return found if self.left <= found < self.left + self.span else None

    def thresholds(self, number: int) -> Thresholds:
        """The thresholds in force at the end of a period."""
        frequency = self.kpi.frequency
        end = period_of(frequency, start_of(frequency, number)).end
        return thresholds_in_force(self.kpi.thresholds, end)

    @cached_property
    def in_force(self) -> tuple[Thresholds, ...]:
        """The thresholds of every period that is seen."""
        if len(self.kpi.thresholds) == 1:
            return (self.kpi.thresholds[0].thresholds,) * self.span
        return tuple(self.thresholds(self.left + index) for index in range(self.span))


@dataclass
class Sheet:
    """The cells, line by line, and the view that they show."""

    view: View
    cells: list[list[Cell]] = field(default_factory=list)
    points: dict[int, int] = field(default_factory=dict)
    """The line of each value that is seen, by the number of its period."""

    def cursor_cells(self, number: int) -> tuple[tuple[int, int], ...]:
        """The line and column of what the cursor marks: the point, and the axis below it.

        Not a line across the plot: Textual 8.2.8 writes each changed line from its beginning, which
        made a step of the cursor cost 12 kB instead of 2.
        """
        column = self.view.column(number)
        if column is None:
            return ()
        below = (self.view.rows, column)
        row = self.points.get(number)
        return (below,) if row is None else ((row, column), below)


def draw(view: View, values: Mapping[int, ValueRow]) -> Sheet:
    """Draw the periods of ``view``, with the values that are known by the number of the period."""
    seen = {
        number: row
        for number, row in values.items()
        if view.left - 1 <= number <= view.left + view.span
    }
    inside = [row.value for number, row in seen.items() if view.left <= number]
    scale = scale_for(inside, set(view.in_force), view.rows)
    left = _left_labels(view, scale)
    right = _right_labels(view, scale)
    margins = (
        max(map(cell_len, left.values()), default=0) + 1,
        max((cell_len(text) for text, _ink in right.values()), default=0) + 1,
    )
    width = max(view.width, sum(margins) + 1)  # what a narrow terminal has no room for is cut off
    view = View(view.kpi, view.writing, view.left, view.span, width, view.height, margins)
    sheet = Sheet(view, [[Cell()] * view.width for _row in range(view.height)])
    _bands(sheet, scale)
    _limits(sheet, scale)
    _line(sheet, scale, seen)
    _edges(sheet, left, right)
    _axis(sheet)
    return sheet


# -- layers, from the back to the front ----------------------------------------------------------


def _period_at(view: View, column: int) -> int:
    """The index, from the left, of the period whose thresholds a column of the plot shows."""
    if not view.spacing:
        return view.span - 1
    back = round((view.columns - 1 - column) / view.spacing)
    return max(0, view.span - 1 - back)


def _bands(sheet: Sheet, scale: Scale) -> None:
    view = sheet.view
    stripes: dict[Thresholds, list[str]] = {}
    for column in range(view.columns):
        limits = view.in_force[_period_at(view, column)]
        if limits not in stripes:
            stripes[limits] = [
                look_of(*zone(scale.at(row), limits, view.kpi.direction)).name
                for row in range(view.rows)
            ]
        for row, name in enumerate(stripes[limits]):
            sheet.cells[row][view.margins[0] + column] = Cell(zone=name)


def _limits(sheet: Sheet, scale: Scale) -> None:
    """The thresholds as lines; where they change over time, as steps."""
    view = sheet.view
    plain, target = ("-", "=") if view.writing.ascii else ("┄", "╌")
    for column in range(view.columns):
        limits = view.in_force[_period_at(view, column)]
        for value, ink in _named(limits):
            if value is not None and scale.shows(value):
                row = scale.row(value)
                cell = sheet.cells[row][view.margins[0] + column]
                character = target if ink == "target" else plain
                sheet.cells[row][view.margins[0] + column] = Cell(character, ink, cell.zone)


def _named(limits: Thresholds) -> tuple[tuple[Decimal | None, str], ...]:
    """The limits and their inks; of two on one line the last is drawn."""
    return (
        (limits.target, "target"),
        (limits.red, "limit-red"),
        (limits.orange, "limit-orange"),
        (limits.green, "limit-green"),
    )


def _line(sheet: Sheet, scale: Scale, values: Mapping[int, ValueRow]) -> None:
    """The line through the values, broken at gaps; the points themselves where there is room."""
    view = sheet.view
    dots = Dots(view.columns, view.rows)
    marked = view.spacing >= 2
    for number, row in values.items():
        ink = "line" if marked else look_of(row.status, row.critical).name
        here = _point(view, scale, number, row)
        after = values.get(number + 1)
        if after is None:
            dots.line(here, here, (ink,))
        else:
            other = "line" if marked else look_of(after.status, after.critical).name
            dots.line(here, _point(view, scale, number + 1, after), (ink, other))
    for line, column, character, ink in dots.cells(ascii=view.writing.ascii):
        _put(sheet, line, column, character, ink)
    _points(sheet, scale, values, marked=marked)


def _points(sheet: Sheet, scale: Scale, values: Mapping[int, ValueRow], *, marked: bool) -> None:
    view = sheet.view
    for number, row in values.items():
        if view.column(number) is None:
            continue
        line = sheet.points[number] = scale.row(row.value)
        if marked:
            look = look_of(row.status, row.critical)
            _put(sheet, line, int(view.x(number)), look.mark(ascii=view.writing.ascii), look.name)


def _point(view: View, scale: Scale, number: int, row: ValueRow) -> tuple[float, float]:
    """Column and row of a value, in the middle of its cell."""
    down = scale.position(row.value) * (view.rows - 1)
    return int(view.x(number)) + 0.25, down + 0.375


def _put(sheet: Sheet, row: int, column: int, character: str, ink: str) -> None:
    """Draw over the band, inside the plot."""
    view = sheet.view
    if 0 <= row < view.rows and 0 <= column < view.columns:
        line = sheet.cells[row]
        column += view.margins[0]
        line[column] = Cell(character, ink, line[column].zone)


# -- labels --------------------------------------------------------------------------------------


def _left_labels(view: View, scale: Scale) -> dict[int, str]:
    """Round values, by line."""
    labels: dict[int, str] = {}
    for value in ticks(scale, max(2, view.rows // 3)):
        labels[scale.row(value)] = _short(value, view)
    return labels


def _short(value: Decimal, view: View) -> str:
    """A number for an axis: as it is, or with an exponent where it would be too long."""
    decimals = decimals_of(value.normalize())
    text = format_number(value, decimals=decimals, locale=view.writing.locale)
    return text if len(text) <= 9 else f"{value:.2e}"


def _right_labels(view: View, scale: Scale) -> dict[int, tuple[str, str]]:
    """The thresholds of the newest period that is seen, each on its line or the next free one.

    They stand in the order of their values even where several share a line, or a label would name
    the line of another. What lies outside the scale is named at the edge, with an arrow.
    """
    found = sorted(_limit_labels(view, scale)[: view.rows], key=lambda label: -label[0])
    labels: dict[int, tuple[str, str]] = {}
    for index, (_value, row, text, ink) in enumerate(found):
        below = max(row, max(labels, default=-1) + 1)
        labels[min(below, view.rows - len(found) + index)] = (text, ink)
    return labels


def _limit_labels(view: View, scale: Scale) -> list[tuple[Decimal, int, str, str]]:
    """Value, line, text and ink of every threshold, the most telling first."""
    limits = view.in_force[-1]
    writing, kpi = view.writing, view.kpi
    reaches, _worse = better_side(kpi.direction, ascii=writing.ascii)
    words = {"green": GREEN.word, "orange": ORANGE.word, "red": RED.word}
    arrows = ("^", "v") if writing.ascii else ("↑", "↓")
    labels = []
    for value, ink in reversed(_named(limits)):
        if value is None:
            continue
        name = ink.removeprefix("limit-")
        sign = "" if name == "target" else reaches
        letter = _(words[name])[0] if name in words else _("Target")[0]
        number = writing.number(value, kpi)
        text = f"{letter} {sign}{number if len(number) <= 10 else f'{value:.2e}'}"
        row = max(0, min(view.rows - 1, scale.row(value)))
        if not scale.shows(value):
            text = f"{text} {arrows[value < scale.low]}"
        labels.append((value, row, text, name))
    return labels


def _edges(sheet: Sheet, left: Mapping[int, str], right: Mapping[int, tuple[str, str]]) -> None:
    view = sheet.view
    for row, text in left.items():
        if 0 <= row < view.rows:
            _write(sheet, row, view.margins[0] - 1 - len(text), text, "axis")
    for row, (text, ink) in right.items():
        _write(sheet, row, view.width - view.margins[1] + 1, text, ink)


def _write(sheet: Sheet, row: int, column: int, text: str, ink: str) -> None:
    for offset, character in enumerate(text):
        if 0 <= column + offset < sheet.view.width:
            sheet.cells[row][column + offset] = Cell(character, ink)


def _axis(sheet: Sheet) -> None:
    """The line below the plot and the names of periods, as many as have room."""
    view = sheet.view
    flat, tick = ("-", "+") if view.writing.ascii else ("─", "┴")
    _write(sheet, view.rows, view.margins[0], flat * view.columns, "axis")
    room = max(len(_name(view, view.left)), len(_name(view, view.left + view.span - 1))) + 3
    step = max(1, -(-room // max(1, round(view.spacing)))) if view.spacing >= 1 else 0
    step = step or max(1, int(room / max(view.spacing, 0.01)) + 1)
    newest = view.left + view.span - 1
    taken = view.width
    for number in range(newest, view.left - 1, -step):
        column = view.margins[0] + int(view.x(number))
        text = _name(view, number)
        start = max(0, min(column - len(text) // 2, view.width - len(text)))
        if start + len(text) < taken:
            _write(sheet, view.rows, column, tick, "axis")
            _write(sheet, view.rows + 1, start, text, "axis")
            taken = start - 1


def _name(view: View, number: int) -> str:
    return view.writing.period(start_of(view.kpi.frequency, number), view.kpi.frequency)
