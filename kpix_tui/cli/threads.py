"""``kpix comment history | unread | read | mentionable``: what was said, what is new, to whom.

The group with these commands and with those of ``comment.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from kpix_tui.cli import figures
from kpix_tui.cli.base import argument, command, option
from kpix_tui.cli.comment import comment as comment
from kpix_tui.cli.comment import subject_of, wanted_id
from kpix_tui.cli.output import Listing, Output, reads, writes
from kpix_tui.cli.paging import Wanted, gather, gather_dated, paged
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.domains.comments.views import (
    CommentRevision,
    Mentionable,
    MentionKind,
    UnreadThread,
)
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.i18n.formats import format_datetime
from kpix_tui.kernel.errors import message

if TYPE_CHECKING:
    from kpix_tui.db.uow import UnitOfWork
    from kpix_tui.kernel.paging import Page

# -- history ---------------------------------------------------------------------------------------


def _revision_record(row: CommentRevision) -> dict[str, object]:
    return {"revision": row.revision, "text": row.text, "since": row.since, "until": row.until}


def _revision_headings() -> Sequence[Heading]:
    return (
        Heading(_("Rev."), right=True),
        Heading(_("Since")),
        Heading(_("Until"), drop=1),
        Heading(_("Text"), flexible=True, least=24),
    )


def _revision_cells(row: CommentRevision, _canvas: Canvas, *, timezone: str) -> Sequence[Cell]:
    return (
        Cell(str(row.revision)),
        Cell(format_datetime(row.since, timezone)),
        Cell(format_datetime(row.until, timezone) if row.until else ""),
        Cell(row.text),
    )


def _revisions(timezone: str) -> Listing[CommentRevision]:
    return Listing(
        _revision_record,
        ("revision", "text", "since", "until"),
        _revision_headings,
        partial(_revision_cells, timezone=timezone),
        message("It was deleted: only its author and the administrators can read what it said."),
    )


def _history(
    uow: UnitOfWork, comment_id: UUID, wanted: Wanted
) -> tuple[Page[CommentRevision], str]:
    from kpix_tui.domains.comments.service import comment_history  # noqa: PLC0415 - SQLAlchemy

    return gather_dated(uow, lambda unit, page: comment_history(unit, comment_id, page), wanted)


@command(
    comment,
    "history",
    message("Show every text that a comment had, the present one first.\nSorts: revision."),
    examples=("kpix comment history 5f3c1f0e-6f6a-4a57-9d6c-2f4d0b1a9a51",),
)
@argument("comment_id", metavar="ID", help=message("Id of the comment."))
@paged
@reads
@pass_session
def history(session: Session, out: Output, wanted: Wanted, comment_id: str) -> None:
    """Show the texts of a comment."""
    page, timezone = session.run(_history, wanted_id(comment_id), wanted.for_(out))
    out.listing(_revisions(timezone), page)


# -- what is unread --------------------------------------------------------------------------------

_FIELDS = (
    "thread_id",
    "kpi",
    "kpi_name",
    "kpi_id",
    "period_start",
    "action_id",
    "unread",
    "mentions_me",
    "author",
    "excerpt",
    "last_at",
)


def _record(row: UnreadThread) -> dict[str, object]:
    return {
        "thread_id": row.thread_id,
        "kpi": row.kpi_code,
        "kpi_name": row.kpi_name,
        "kpi_id": row.kpi_id,
        "period_start": row.period_start,
        "action_id": row.action_id,
        "unread": row.unread,
        "mentions_me": row.mentions_me,
        "author": row.author_name,
        "excerpt": row.excerpt,
        "last_at": row.last_at,
    }


def _headings() -> Sequence[Heading]:
    return (
        Heading(_("New"), right=True),
        Heading(_("KPI"), flexible=True, least=8),
        Heading(_("On"), drop=3),
        Heading(_("Author"), flexible=True, least=10),
        Heading(_("Date"), drop=1),
        Heading(_("Text"), flexible=True, least=24),
        Heading(_("Thread"), drop=2),
    )


def _cells(row: UnreadThread, _canvas: Canvas, *, timezone: str) -> Sequence[Cell]:
    return (
        Cell(f"{'@' if row.mentions_me else ''}{row.unread}", bold=row.mentions_me),
        Cell(row.kpi_code),
        Cell(figures.period(row.period_start, row.frequency)),
        Cell(row.author_name),
        Cell(format_datetime(row.last_at, timezone)),
        Cell(row.excerpt),
        Cell(str(row.thread_id)),
    )


def _threads(timezone: str) -> Listing[UnreadThread]:
    return Listing(
        _record,
        _FIELDS,
        _headings,
        partial(_cells, timezone=timezone),
        message("Nothing new in the threads that concern you."),
    )


def _unread(uow: UnitOfWork, wanted: Wanted) -> tuple[Page[UnreadThread], str]:
    from kpix_tui.domains.comments.service import unread_threads  # noqa: PLC0415 - SQLAlchemy

    return gather_dated(uow, unread_threads, wanted)


@command(
    comment,
    "unread",
    message(
        "List the threads with something new for you: those that you wrote or were mentioned in, "
        "and those on your KPIs.\nSorts: last_at, unread, kpi."
    ),
    examples=("kpix comment unread",),
)
@paged
@reads
@pass_session
def unread(session: Session, out: Output, wanted: Wanted) -> None:
    """List unread threads."""
    page, timezone = session.run(_unread, wanted.for_(out))
    out.listing(_threads(timezone), page)


def _mark_thread(uow: UnitOfWork, thread_id: UUID) -> int:
    from kpix_tui.domains.comments.service import mark_thread_read  # noqa: PLC0415 - SQLAlchemy

    return mark_thread_read(uow, thread_id)


def _mark(uow: UnitOfWork, kpi: str, period: str | None) -> int:
    from kpix_tui.domains.comments.service import mark_read  # noqa: PLC0415 - brings SQLAlchemy

    return mark_read(uow, subject_of(uow, kpi, period))


@command(
    comment,
    "read",
    message("Mark the comments on a KPI or on one of its values as read, or those of a thread."),
    examples=(
        "kpix comment read --kpi ON-TIME",
        "kpix comment read --thread 5f3c1f0e-6f6a-4a57-9d6c-2f4d0b1a9a51",
    ),
)
@option("--kpi", metavar="KPI", help=message("Code or id of the KPI."))
@option("--period", metavar="DAY", help=message("Only those on the value of this period."))
@option("--thread", metavar="ID", help=message("Id of the thread, or of a comment in it."))
@writes
@pass_session
def read(
    session: Session, out: Output, *, kpi: str | None, period: str | None, thread: str | None
) -> None:
    """Mark comments as read."""
    if thread is None:
        count = session.run(_mark, session.required(kpi, "--kpi", _("KPI")), period)
    else:
        count = session.run(_mark_thread, wanted_id(thread))
    text = ngettext("{count} comment marked as read.", "{count} comments marked as read.", count)
    out.done({"read": count}, text.format(count=count))


# -- who can be mentioned --------------------------------------------------------------------------


def _named_record(row: Mentionable) -> dict[str, object]:
    return {
        "kind": row.kind,
        "id": row.id,
        "name": row.name,
        "members": row.members if row.kind is MentionKind.TEAM else None,
        "seeing": row.seeing if row.kind is MentionKind.TEAM else None,
    }


def _named_headings() -> Sequence[Heading]:
    return (Heading(_("Name"), flexible=True), Heading(_("Sees it")), Heading(_("Id"), drop=1))


def _named_cells(row: Mentionable, _canvas: Canvas) -> Sequence[Cell]:
    sees = ""
    if row.kind is MentionKind.TEAM:
        sees = _("{seeing} of {members}").format(seeing=row.seeing, members=row.members)
    return (Cell(row.name), Cell(sees), Cell(str(row.id)))


_NAMED = Listing(
    _named_record,
    ("kind", "id", "name", "members", "seeing"),
    _named_headings,
    _named_cells,
    message("Nobody who sees this KPI is called so."),
)


def _mentionable(uow: UnitOfWork, kpi: str, prefix: str, wanted: Wanted) -> Page[Mentionable]:
    from kpix_tui.domains.comments.service import mentionable  # noqa: PLC0415 - SQLAlchemy

    found = subject_of(uow, kpi).kpi_id
    return gather(uow, lambda unit, page: mentionable(unit, found, prefix, page), wanted)


@command(
    comment,
    "mentionable",
    message(
        "List the people and teams who can be mentioned on a KPI, because they may see it.\n"
        "Sorts: name, kind."
    ),
    examples=("kpix comment mentionable --kpi ON-TIME sam",),
)
@option("--kpi", required=True, metavar="KPI", help=message("Code or id of the KPI."))
@argument("prefix", default="", metavar="[NAME]", help=message("How a word of the name begins."))
@paged
@reads
@pass_session
def mentionable(session: Session, out: Output, *, wanted: Wanted, kpi: str, prefix: str) -> None:
    """List who can be mentioned."""
    out.listing(_NAMED, session.run(_mentionable, kpi, prefix, wanted.for_(out)))
