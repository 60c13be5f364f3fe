"""What a command answers: a table or sentences for people, JSON or CSV for programs, on stdout."""

from __future__ import annotations

import functools
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

import click

from kpix_tui.cli.base import option
from kpix_tui.cli.data import Record, to_csv, to_json
from kpix_tui.cli.errors import OptionsExclusive
from kpix_tui.cli.session import Session
from kpix_tui.cli.text import Canvas, Cell, Heading, draw_pairs, draw_table, shown
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.errors import message
from kpix_tui.kernel.paging import Page

Row = TypeVar("Row")
P = ParamSpec("P")
Result = TypeVar("Result")


class Form(Enum):
    """How a command answers."""

    TEXT = auto()
    JSON = auto()
    CSV = auto()


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """A kind of list: its records for programs, its columns for people, and what to say of none."""

    record: Callable[[Row], Record]
    fields: tuple[str, ...]
    headings: Callable[[], Sequence[Heading]]
    cells: Callable[[Row, Canvas], Sequence[Cell]]
    empty: str
    """English, with what to do next."""


@dataclass(frozen=True, slots=True)
class Output:
    """Where a command puts its answer."""

    form: Form
    session: Session

    @property
    def canvas(self) -> Canvas:
        """What the terminal, or the pipe, can show."""
        terminal = sys.stdout.isatty()
        environ = self.session.environ
        return Canvas(
            columns=shutil.get_terminal_size().columns if terminal else None,
            colors=terminal and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb",
            ascii=self.session.settings.ascii or not _can_show("●▲■◆○…"),
        )

    def listing(self, kind: Listing[Row], page: Page[Row]) -> None:
        """Print a list."""
        match self.form:
            case Form.JSON:
                self.json([kind.record(row) for row in page.rows])
            case Form.CSV:
                write_csv(to_csv(kind.fields, map(kind.record, page.rows)))
            case _:
                self._table(kind, page)

    def _table(self, kind: Listing[Row], page: Page[Row]) -> None:
        canvas = self.canvas
        if not page.rows:
            self.session.tell(_(kind.empty))
            return
        rows = [kind.cells(row, canvas) for row in page.rows]
        write("\n".join(draw_table(kind.headings(), rows, canvas)) + "\n")
        if len(page.rows) < page.total:
            self.session.tell(
                _("{shown} of {total}. More: --limit, --offset, or --filter to search.").format(
                    shown=len(page.rows), total=page.total
                )
            )

    def one(self, record: Record, pairs: Callable[[Canvas], Sequence[tuple[str, Cell]]]) -> None:
        """Print one thing with all that is known of it."""
        match self.form:
            case Form.JSON:
                self.json(record)
            case Form.CSV:
                flat = {key: one for key, one in record.items() if not _is_nested(one)}
                write_csv(to_csv(tuple(flat), [flat]))
            case _:
                canvas = self.canvas
                write("\n".join(draw_pairs(pairs(canvas), canvas)) + "\n")

    def done(self, record: Record, *sentences: str) -> None:
        """Print what a change did."""
        if self.form is Form.JSON:
            self.json(record)
        else:
            write("".join(f"{shown(sentence)}\n" for sentence in sentences))

    def json(self, value: Any) -> None:
        """Print JSON, in ASCII where the terminal is not in UTF-8."""
        write(to_json(value, ascii_only=not _can_show("é€𝄞")) + "\n")


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list | tuple) and any(isinstance(one, dict) for one in value)
    )


def _can_show(text: str) -> bool:
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def write(text: str) -> None:
    """Put text on stdout; what its encoding does not have is shown as ``?``."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding))


def write_csv(text: str) -> None:
    """Put CSV on stdout, as it is; a terminal gets it without what would move its cursor."""
    write(shown(text) if sys.stdout.isatty() else text)


def silence() -> None:
    """Nobody reads stdout any more: let the rest go nowhere, the interpreter's flush included."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


_JSON = option("--json", "as_json", is_flag=True, help=message("Answer in JSON."))
_CSV = option("--csv", "as_csv", is_flag=True, help=message("Answer in CSV."))


def reads(
    function: Callable[Concatenate[Output, P], Result],
) -> Callable[P, Result]:
    """Give a command that reads ``--json`` and ``--csv``, and its :class:`Output`."""

    @functools.wraps(function)
    def answered(*args: Any, as_json: bool, as_csv: bool, **options: Any) -> Result:
        if as_json and as_csv:
            raise OptionsExclusive(first="--json", second="--csv")
        form = Form.JSON if as_json else Form.CSV if as_csv else Form.TEXT
        return function(_output(form), *args, **options)

    return cast("Callable[P, Result]", _JSON(_CSV(answered)))


def writes(
    function: Callable[Concatenate[Output, P], Result],
) -> Callable[P, Result]:
    """Give a command that changes something ``--json``, and its :class:`Output`."""

    @functools.wraps(function)
    def answered(*args: Any, as_json: bool, **options: Any) -> Result:
        form = Form.JSON if as_json else Form.TEXT
        return function(_output(form), *args, **options)

    return cast("Callable[P, Result]", _JSON(answered))


def _output(form: Form) -> Output:
    return Output(form, click.get_current_context().ensure_object(Session))
