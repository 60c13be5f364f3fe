"""``kpix comment list | add | edit | delete``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kpix_tui.cli import figures
from kpix_tui.cli.base import Group, argument, command, option
from kpix_tui.cli.output import Listing, Output, reads, writes
from kpix_tui.cli.paging import Wanted, gather_dated, paged
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.cli.types import read_day
from kpix_tui.domains.comments.errors import ActionElsewhere, CommentNotFound
from kpix_tui.domains.comments.views import (
    AddComment,
    Comment,
    Draft,
    DraftChecked,
    EditComment,
    Subject,
)
from kpix_tui.i18n import comments as words
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_datetime
from kpix_tui.kernel.errors import message
from kpix_tui.kernel.ids import as_id
from kpix_tui.kernel.periods import period_of

if TYPE_CHECKING:
    from kpix_tui.db.uow import UnitOfWork
    from kpix_tui.kernel.paging import Page

comment = Group(
    "comment", help=message("Comments on KPIs and on their values: list, write, edit, delete.")
)

_KPI = option("--kpi", required=True, metavar="KPI", help=message("Code or id of the KPI."))
_PERIOD = option(
    "--period",
    metavar="DAY",
    help=message("The value of this period: any day of it, or 2026-W47, 2026-11, 2026-Q4, 2026."),
)
_ACTION = option("--action", metavar="ID", help=message("Id of an action about the KPI."))
_TEXT = option(
    "--text",
    required=True,
    metavar="TEXT",
    help=message("What to write; @ and a name mentions somebody. With - it is read from stdin."),
)
_CHOSEN = option(
    "--mention",
    "chosen",
    multiple=True,
    metavar="ID",
    help=message("Where several have the name that is mentioned: the id of who is meant."),
)
_ANYWAY = option(
    "--anyway",
    is_flag=True,
    help=message("Write it though somebody who is mentioned may not see the KPI."),
)
_ID = message("Id of the comment.")


def wanted_id(text: str) -> UUID:
    """The id of a comment that a person named.

    Raises:
        CommentNotFound: it is none.
    """
    known = as_id(text)
    if known is None:
        raise CommentNotFound(name=text)
    return known


def _typed(text: str) -> str:
    return sys.stdin.read() if text == "-" else text


def _chosen(ids: Sequence[str]) -> frozenset[UUID]:
    return frozenset(known for one in ids if (known := as_id(one)) is not None)


def subject_of(
    uow: UnitOfWork, kpi: str, period: str | None = None, action: str | None = None
) -> Subject:
    """A KPI, its value of a period or an action about it, as a person named them."""
    from kpix_tui.domains.kpis.service import find_kpi  # noqa: PLC0415 - brings SQLAlchemy

    found = find_kpi(uow, kpi)
    start = None
    if period is not None:
        start = period_of(found.frequency, read_day(period, found.frequency, "period")).start
    return Subject(found.id, start, None if action is None else _action_id(action))


def _action_id(text: str) -> UUID:
    known = as_id(text)
    if known is None:
        raise ActionElsewhere(fields=("action",))
    return known


# -- list ------------------------------------------------------------------------------------------

_FIELDS = (
    "id",
    "thread_id",
    "kpi",
    "kpi_id",
    "period_start",
    "action_id",
    "author",
    "author_id",
    "text",
    "mentions",
    "created_at",
    "edited_at",
    "deleted_at",
    "deleted_by",
    "unread",
    "version",
)


def _record(row: Comment) -> dict[str, object]:
    return {
        "id": row.id,
        "thread_id": row.thread_id,
        "kpi": row.kpi_code,
        "kpi_id": row.kpi_id,
        "period_start": row.period_start,
        "action_id": row.action_id,
        "author": row.author_name,
        "author_id": row.author_id,
        "text": row.text,
        "mentions": tuple(one.name for one in row.mentions),
        "created_at": row.created_at,
        "edited_at": row.edited_at,
        "deleted_at": row.deleted_at,
        "deleted_by": row.deleted_by,
        "unread": row.unread,
        "version": row.version,
    }


def _headings() -> Sequence[Heading]:
    return (
        Heading(_("New")),
        Heading(_("Author"), flexible=True, least=10),
        Heading(_("Date"), drop=2),
        Heading(_("On"), drop=1),
        Heading(_("Text"), flexible=True, least=24),
        Heading(_("Id"), drop=3),
    )


def _cells(row: Comment, canvas: Canvas, *, timezone: str) -> Sequence[Cell]:
    mark, indent = ("*", "> ") if canvas.ascii else ("●", "↳ ")
    text = words.deleted_words(row.deleted_by) if row.deleted_at else row.text
    edited = " " + _("(edited)") if row.edited_at and not row.deleted_at else ""
    return (
        Cell(mark if row.unread else ""),
        Cell(row.author_name),
        Cell(format_datetime(row.created_at, timezone)),
        Cell(figures.period(row.period_start, row.frequency)),
        Cell((indent if row.is_reply else "") + text + edited, dim=row.deleted_at is not None),
        Cell(str(row.id)),
    )


def _comments(timezone: str) -> Listing[Comment]:
    return Listing(
        _record,
        _FIELDS,
        _headings,
        partial(_cells, timezone=timezone),
        message("No comments here. Write one: kpix comment add --help"),
    )


_On = tuple[str, str | None, str | None]
"""A KPI, a period and an action, as they were typed."""


def _list(uow: UnitOfWork, on: _On, unread: bool, wanted: Wanted) -> tuple[Page[Comment], str]:
    from kpix_tui.domains.comments.service import list_comments  # noqa: PLC0415 - SQLAlchemy

    subject = subject_of(uow, *on)
    return gather_dated(
        uow, lambda unit, page: list_comments(unit, subject, page, unread=unread), wanted
    )


@command(
    comment,
    "list",
    message(
        "List the comments on a KPI, its values and its actions, each thread together.\n"
        "Sorts: thread (-thread: the newest thread first), created_at, author."
    ),
    examples=(
        "kpix comment list --kpi ON-TIME",
        "kpix comment list --kpi ON-TIME --period 2026-10 --unread --json",
    ),
)
@_KPI
@_PERIOD
@_ACTION
@option("--unread", is_flag=True, help=message("Only what you have not read."))
@paged
@reads
@pass_session
def list_(
    session: Session,
    out: Output,
    *,
    wanted: Wanted,
    kpi: str,
    period: str | None,
    action: str | None,
    unread: bool,
) -> None:
    """List comments."""
    page, timezone = session.run(_list, (kpi, period, action), unread, wanted.for_(out))
    out.listing(_comments(timezone), page)


# -- write -----------------------------------------------------------------------------------------


def _add(uow: UnitOfWork, on: _On, reply_to: UUID | None, rest: dict[str, Any]) -> Comment:
    from kpix_tui.domains.comments.service import add_comment  # noqa: PLC0415 - brings SQLAlchemy

    return add_comment(uow, AddComment(subject_of(uow, *on), reply_to=reply_to, **rest))


def _check(uow: UnitOfWork, kpi: str, text: str, chosen: frozenset[UUID]) -> DraftChecked:
    from kpix_tui.domains.comments.service import check_draft  # noqa: PLC0415 - brings SQLAlchemy

    return check_draft(uow, Draft(subject_of(uow, kpi).kpi_id, text, chosen))


@command(
    comment,
    "add",
    message(
        "Write a comment on a KPI, a value or an action, or in reply to another comment.\n"
        "Everybody who sees the KPI can read it. Text is text: nothing in it is interpreted."
    ),
    examples=(
        "kpix comment add --kpi ON-TIME --text 'Strike on line 4, @Sam Okafor: what next?'",
        "kpix comment add --kpi ON-TIME --period 2026-10 --text -",
        "kpix comment add --kpi ON-TIME --text '@Operations?' --dry-run",
    ),
)
@_KPI
@_PERIOD
@_ACTION
@_TEXT
@option("--reply-to", metavar="ID", help=message("Id of the comment that it answers."))
@_CHOSEN
@_ANYWAY
@option("--dry-run", is_flag=True, help=message("Only say who would be told."))
@writes
@pass_session
def add(
    session: Session,
    out: Output,
    *,
    kpi: str,
    period: str | None,
    action: str | None,
    text: str,
    reply_to: str | None,
    chosen: tuple[str, ...],
    anyway: bool,
    dry_run: bool,
) -> None:
    """Write a comment."""
    typed, meant = _typed(text), _chosen(chosen)
    if dry_run:
        _tell(out, session.run(_check, kpi, typed, meant))
        return
    answered = None if reply_to is None else wanted_id(reply_to)
    rest = {"text": typed, "chosen": meant, "anyway": anyway}
    made = session.run(_add, (kpi, period, action), answered, rest)
    out.done(_record(made), *_written(made, _("Comment {id} stands on {kpi}.")))


def _written(made: Comment, sentence: str) -> tuple[str, ...]:
    names = ", ".join(one.name for one in made.mentions)
    told = (_("Told: {names}.").format(names=names),) if names else ()
    return (sentence.format(id=made.id, kpi=made.kpi_code), *told)


def _tell(out: Output, checked: DraftChecked) -> None:
    named: dict[str, tuple[str, ...]] = {
        "told": tuple(one.name for one in checked.told),
        "out_of_sight": tuple(one.name for one in checked.out_of_sight),
        "unknown": checked.unknown,
        "ambiguous": checked.ambiguous,
    }
    partly = [
        {"name": one.name, "seeing": one.seeing, "members": one.members} for one in checked.partly
    ]
    out.done(
        {**named, "partly": partly},
        *(words.told_words(*map(", ".join, named.values())) or (_("Nobody is mentioned."),)),
        *(words.partly_words(one.name, one.seeing, one.members) for one in checked.partly),
    )


def _edit(uow: UnitOfWork, comment_id: UUID, rest: dict[str, Any]) -> Comment:
    from kpix_tui.domains.comments.service import edit_comment, get_comment  # noqa: PLC0415

    current = get_comment(uow, comment_id)
    return edit_comment(uow, EditComment(comment_id, current.version, **rest))


@command(
    comment,
    "edit",
    message(
        "Change the text of a comment of yours.\n"
        "What it said before stays readable: kpix comment history"
    ),
    examples=("kpix comment edit 5f3c1f0e-6f6a-4a57-9d6c-2f4d0b1a9a51 --text 'Line 4 and 5'",),
)
@argument("comment_id", metavar="ID", help=_ID)
@_TEXT
@_CHOSEN
@_ANYWAY
@writes
@pass_session
def edit(
    session: Session,
    out: Output,
    *,
    comment_id: str,
    text: str,
    chosen: tuple[str, ...],
    anyway: bool,
) -> None:
    """Change a comment."""
    rest = {"text": _typed(text), "chosen": _chosen(chosen), "anyway": anyway}
    made = session.run(_edit, wanted_id(comment_id), rest)
    out.done(_record(made), *_written(made, _("Comment {id} on {kpi} is changed.")))


def _one(uow: UnitOfWork, comment_id: UUID) -> Comment:
    from kpix_tui.domains.comments.service import get_comment  # noqa: PLC0415 - brings SQLAlchemy

    return get_comment(uow, comment_id)


def _delete(uow: UnitOfWork, comment_id: UUID) -> Comment:
    from kpix_tui.domains.comments.service import delete_comment  # noqa: PLC0415 - SQLAlchemy

    return delete_comment(uow, comment_id)


@command(
    comment,
    "delete",
    message(
        "Delete a comment: yours, or as an administrator anybody's.\n"
        "Its place in the thread stays. Its text is kept for its author and the administrators."
    ),
    examples=("kpix comment delete 5f3c1f0e-6f6a-4a57-9d6c-2f4d0b1a9a51 --yes",),
)
@argument("comment_id", metavar="ID", help=_ID)
@option("--yes", is_flag=True, help=message("Do not ask."))
@writes
@pass_session
def delete(session: Session, out: Output, comment_id: str, yes: bool) -> None:
    """Delete a comment."""
    found = session.run(_one, wanted_id(comment_id))
    question = _("Delete the comment of {name} on {kpi}?").format(
        name=found.author_name, kpi=found.kpi_code
    )
    session.confirm(question, yes=yes)
    gone = session.run(_delete, found.id)
    out.done(_record(gone), _("The comment on {kpi} is deleted.").format(kpi=gone.kpi_code))
