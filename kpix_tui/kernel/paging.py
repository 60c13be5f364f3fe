"""One page of a list that is sorted and cut in SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")
Other = TypeVar("Other")

PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which rows are wanted: ``limit`` of them after ``offset``, sorted by ``sort``.

    ``sort`` names a column that the list offers; a leading ``-`` reverses it. ``text`` keeps the
    rows whose name or code contains it, whatever the case and the accents.
    """

    offset: int = 0
    limit: int = PAGE_SIZE
    sort: str | None = None
    text: str = ""

    @property
    def column(self) -> str | None:
        """The column to sort by, without its direction."""
        return self.sort.removeprefix("-") if self.sort else None

    @property
    def descending(self) -> bool:
        """Whether the sort is reversed."""
        return bool(self.sort) and str(self.sort).startswith("-")


FIRST_PAGE = PageRequest()


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """The rows of one page and the count of all the rows that the filter keeps."""

    rows: tuple[Row, ...]
    total: int
    offset: int = 0

    @property
    def has_next(self) -> bool:
        """Whether rows follow this page."""
        return self.offset + len(self.rows) < self.total

    def map(self, change: Callable[[Row], Other]) -> Page[Other]:
        """The same page with every row changed."""
        return Page(tuple(change(row) for row in self.rows), self.total, self.offset)
