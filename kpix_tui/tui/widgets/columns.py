"""The columns of a list: how wide, which side, and which of them give way first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from textual.content import Content

Row = TypeVar("Row")

GAP = 2


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column of a :class:`~kpix_tui.tui.widgets.table.PagedTable`.

    ``key`` is the name to sort by in SQL (``None``: not sortable) and ``title`` is translated
    already. ``cell`` gets the row and the width it may fill; a ``str`` is taken as plain text.
    ``width`` is the least width; what is left over is shared by ``grow``. Columns of a higher
    ``priority`` number disappear first; those of priority 0 never do.
    """

    title: str
    cell: Callable[[Row, int], Content | str]
    width: int
    key: str | None = None
    align: Literal["left", "right"] = "left"
    grow: int = 0
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Laid(Generic[Row]):
    """A column with its place on the line."""

    column: Column[Row]
    start: int
    width: int


def lay_out(columns: Sequence[Column[Row]], room: int) -> tuple[Laid[Row], ...]:
    """Choose the columns that fit in ``room`` cells and give each its width."""
    kept = list(columns)
    while _needed(kept) > room and any(column.priority for column in kept):
        kept.remove(max(reversed(kept), key=lambda column: column.priority))
    spare = max(0, room - _needed(kept))
    shares = sum(column.grow for column in kept)
    laid: list[Laid[Row]] = []
    start = 0
    for column in kept:
        extra = spare * column.grow // shares if shares else 0
        laid.append(Laid(column, start, column.width + extra))
        start += column.width + extra + GAP
    return tuple(laid)


def _needed(columns: Sequence[Column[Row]]) -> int:
    return sum(column.width for column in columns) + GAP * max(0, len(columns) - 1)
