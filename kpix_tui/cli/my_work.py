"""``kpix my-work``: what I have to do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import click

from kpix_tui.cli import figures
from kpix_tui.cli.base import Command, option
from kpix_tui.cli.output import Listing, Output, reads
from kpix_tui.cli.paging import Wanted, gather, paged
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.cli.types import Choice
from kpix_tui.domains.work.views import WorkItem, WorkKind
from kpix_tui.i18n.catalog import _, ngettext, npgettext
from kpix_tui.i18n.formats import format_date
from kpix_tui.kernel.errors import message

if TYPE_CHECKING:
    from kpix_tui.db.uow import UnitOfWork
    from kpix_tui.kernel.paging import Page

_KINDS: Final = {
    WorkKind.VALUE: message("Value"),
    WorkKind.ACTION: message("Action"),
    WorkKind.THREAD: message("Comments"),
}
_FIELDS: Final = (
    *("kind", "id", "kpi_id", "kpi_code", "kpi_name", "title", "frequency", "period_start"),
    *("due_on", "late", "count"),
)


def _record(row: WorkItem) -> dict[str, object]:
    return {name: getattr(row, name) for name in _FIELDS}


def _headings() -> Sequence[Heading]:
    return (
        Heading(_("Kind")),
        Heading(_("What"), flexible=True, least=20),
        Heading(_("Due")),
        Heading(_("State")),
        Heading(_("Code"), flexible=True, least=10, drop=1),
        Heading(_("KPI"), flexible=True, least=16),
    )


def _cells(row: WorkItem, _canvas: Canvas) -> Sequence[Cell]:
    state = _state(row)
    return (
        Cell(_(_KINDS[row.kind])),
        Cell(_what(row)),
        Cell("" if row.due_on is None else format_date(row.due_on)),
        Cell(state, color="yellow" if row.late else None),
        Cell(row.kpi_code),
        Cell(row.kpi_name),
    )


def _what(row: WorkItem) -> str:
    if row.title or row.frequency is None:
        return row.title
    return figures.period(row.period_start, row.frequency)


def _state(row: WorkItem) -> str:
    """How pressing it is, in words."""
    match row.kind:
        case WorkKind.VALUE if row.late:
            text = ngettext("{count} late", "{count} late", row.count - 1)
            return text.format(count=row.count - 1)
        case WorkKind.VALUE:
            return _("due now")
        case WorkKind.ACTION:
            return _("overdue") if row.late else ""
        case _:
            text = npgettext("comments", "{count} unread", "{count} unread", row.count)
            return text.format(count=row.count)


_WORK: Final = Listing(
    _record,
    _FIELDS,
    _headings,
    _cells,
    message("Nothing to do: no value is owed, no action is open, and everything is read."),
)


def _my_work(uow: UnitOfWork, kinds: frozenset[WorkKind], wanted: Wanted) -> Page[WorkItem]:
    from kpix_tui.domains.work.service import my_work as use_case  # noqa: PLC0415 - SQLAlchemy

    return gather(uow, partial(use_case, kinds=kinds), wanted)


@click.command(
    cls=Command,
    help=message(
        "What I have to do: values that I owe, my actions, and what is new in my threads.\n"
        "Kind by kind, and in each the most pressing first. Sorts: kind."
    ),
    examples=(
        "kpix my-work",
        "kpix my-work --kind value --csv",
        "kpix my-work --kind action --kind thread --json",
    ),
)
@option(
    "--kind",
    "kinds",
    type=Choice(WorkKind),
    multiple=True,
    help=message("Only this kind; can be given again."),
)
@paged
@reads
@pass_session
def my_work(session: Session, out: Output, wanted: Wanted, kinds: tuple[WorkKind, ...]) -> None:
    """What I have to do."""
    out.listing(_WORK, session.run(_my_work, frozenset(kinds), wanted.for_(out)))
