"""Lists: ``--limit --offset --sort --filter``, all of it done in SQL."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kpix_tui.cli.base import option
from kpix_tui.cli.output import Form, Output
from kpix_tui.cli.types import COUNT, WholeNumber
from kpix_tui.kernel.errors import message
from kpix_tui.kernel.paging import PAGE_SIZE, Page, PageRequest

if TYPE_CHECKING:
    from kpix_tui.db.uow import UnitOfWork

Row = TypeVar("Row")
Result = TypeVar("Result")

_BATCH: Final = 1000
"""Rows that one query brings."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows a command line asks for; without ``limit`` as many as there are."""

    limit: int | None
    offset: int
    sort: str | None
    text: str

    def for_(self, out: Output) -> Wanted:
        """The same with a limit where a person reads along; programs and pipes get every row."""
        if self.limit is None and out.form is Form.TEXT and sys.stdout.isatty():
            return Wanted(PAGE_SIZE, self.offset, self.sort, self.text)
        return self


def paged(function: Callable[..., Result]) -> Callable[..., Result]:
    """Give a command the options of a list, as its argument ``wanted``."""

    @functools.wraps(function)
    def command(
        *args: Any, limit: int | None, offset: int, sort: str | None, text: str, **options: Any
    ) -> Result:
        return function(*args, wanted=Wanted(limit, offset, sort, text), **options)

    for decorate in reversed((*_CUT, *_ORDERED)):
        command = decorate(command)
    return command


def cut(function: Callable[..., Result]) -> Callable[..., Result]:
    """Give a command the options of a list whose order is its own, as its argument ``wanted``."""

    @functools.wraps(function)
    def command(*args: Any, limit: int | None, offset: int, **options: Any) -> Result:
        return function(*args, wanted=Wanted(limit, offset, None, ""), **options)

    for decorate in reversed(_CUT):
        command = decorate(command)
    return command


_CUT: Final = (
    option(
        "--limit",
        type=WholeNumber(1),
        metavar="N",
        help=message("At most so many rows (all of them; on a terminal 100)."),
    ),
    option(
        "--offset",
        type=COUNT,
        default=0,
        metavar="N",
        help=message("Leave out so many rows at the start."),
    ),
)
_ORDERED: Final = (
    option("--sort", metavar="COLUMN", help=message("Sort by a column; -COLUMN reverses.")),
    option(
        "--filter",
        "text",
        default="",
        metavar="TEXT",
        help=message("Only rows whose name or code contains it."),
    ),
)


def gather_dated(
    uow: UnitOfWork,
    use_case: Callable[[UnitOfWork, PageRequest], Page[Row]],
    wanted: Wanted,
) -> tuple[Page[Row], str]:
    """The rows that are wanted, and the time zone in which their instants are days."""
    return gather(uow, use_case, wanted), uow.principal.timezone


def gather(
    uow: UnitOfWork,
    use_case: Callable[[UnitOfWork, PageRequest], Page[Row]],
    wanted: Wanted,
) -> Page[Row]:
    """The rows that are wanted, however many queries that takes, in one transaction."""
    rows: list[Row] = []
    while True:
        left = _BATCH if wanted.limit is None else min(_BATCH, wanted.limit - len(rows))
        request = PageRequest(wanted.offset + len(rows), left, wanted.sort, wanted.text)
        page = use_case(uow, request)
        rows += page.rows
        if not page.rows or not page.has_next or len(rows) == wanted.limit:
            return Page(tuple(rows), page.total, wanted.offset)
