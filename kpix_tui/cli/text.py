"""Text for a terminal or a pipe: widths, columns, colours. User text never moves the cursor."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import click

_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn")


def clean(text: str) -> str:
    """``text`` on one line, without what could move a cursor or turn the writing around."""
    spaced = " ".join(text.split())
    return "".join(c for c in spaced if unicodedata.category(c) not in _INVISIBLE)


def shown(text: str) -> str:
    """``text`` on the lines it has, without what could move a cursor or turn the writing around."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in _INVISIBLE)


def width(text: str) -> int:
    """The columns that ``text`` takes in a terminal."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def cut(text: str, columns: int, ellipsis: str = "…") -> str:
    """``text`` in at most ``columns``, its end replaced where it is longer."""
    if width(text) <= columns:
        return text
    kept = text
    while kept and width(kept) > columns - len(ellipsis):
        kept = kept[:-1]
    return kept + ellipsis


@dataclass(frozen=True, slots=True)
class Cell:
    """A text with a colour, which says nothing that the text does not."""

    text: str
    color: str | None = None
    bold: bool = False
    dim: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A column. ``drop`` is the order in which columns go where there is no room (0: never).

    A ``flexible`` column is cut before others are dropped, down to ``least`` columns.
    """

    title: str
    right: bool = False
    flexible: bool = False
    drop: int = 0
    least: int = 16


@dataclass(frozen=True, slots=True)
class Canvas:
    """What is drawn on: ``columns`` is None where nothing limits the width (a pipe, a file)."""

    columns: int | None = None
    colors: bool = False
    ascii: bool = False

    @property
    def ellipsis(self) -> str:
        """What stands for a text that was cut."""
        return "..." if self.ascii else "…"

    def paint(self, text: str, cell: Cell) -> str:
        """``text`` in the colour of ``cell``, if there are colours."""
        if not self.colors or not (cell.color or cell.bold or cell.dim):
            return text
        return click.style(text, fg=cell.color, bold=cell.bold or None, dim=cell.dim or None)


def draw_table(
    headings: Sequence[Heading], rows: Iterable[Sequence[Cell]], canvas: Canvas
) -> list[str]:
    """The lines of a table, the headings first."""
    lines = [[Cell(heading.title, bold=True) for heading in headings]]
    lines += [[_clean(cell) for cell in row] for row in rows]
    widths = [max(width(line[at].text) for line in lines) for at in range(len(headings))]
    shown = _fit(headings, widths, canvas.columns)
    return [_line([(headings[at], line[at], size) for at, size in shown], canvas) for line in lines]


def draw_pairs(pairs: Iterable[tuple[str, Cell]], canvas: Canvas) -> list[str]:
    """Labels and what they stand for, one a line; what is empty is left out."""
    known = [(label, cell) for label, cell in pairs if cell.text]
    size = max((width(label) for label, _cell in known), default=0)
    return [
        f"{canvas.paint(label, Cell('', dim=True))}{' ' * (size - width(label))}  "
        + canvas.paint(_clean(cell).text, cell)
        for label, cell in known
    ]


def _clean(cell: Cell) -> Cell:
    return Cell(clean(cell.text), cell.color, cell.bold, cell.dim)


def _line(cells: Sequence[tuple[Heading, Cell, int]], canvas: Canvas) -> str:
    drawn = []
    for heading, cell, size in cells:
        text = cut(cell.text, size, canvas.ellipsis)
        space = " " * max(size - width(text), 0)
        painted = canvas.paint(text, cell)
        drawn.append(space + painted if heading.right else painted + space)
    return "  ".join(drawn).rstrip()


def _fit(
    headings: Sequence[Heading], widths: Sequence[int], columns: int | None
) -> list[tuple[int, int]]:
    """Which columns are shown, and how wide: flexible ones shrink, then the least ones go."""
    shown = list(range(len(headings)))
    if columns is None:
        return [(at, widths[at]) for at in shown]
    order = sorted((at for at in shown if headings[at].drop), key=lambda at: -headings[at].drop)
    while order and _least(headings, widths, shown) > columns:
        shown.remove(order.pop(0))
    sizes = {at: _least_of(headings[at], widths[at]) for at in shown}
    for _spare in range(columns - _least(headings, widths, shown)):
        cut_most = min(shown, key=lambda at: sizes[at] / max(widths[at], 1))
        sizes[cut_most] += sizes[cut_most] < widths[cut_most]
    return list(sizes.items())


def _least_of(heading: Heading, natural: int) -> int:
    least = max(heading.least, width(heading.title))
    return min(natural, least) if heading.flexible else natural


def _least(headings: Sequence[Heading], widths: Sequence[int], shown: Sequence[int]) -> int:
    return sum(_least_of(headings[at], widths[at]) for at in shown) + 2 * (len(shown) - 1)
