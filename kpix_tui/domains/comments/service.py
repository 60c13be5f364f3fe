"""Comments: write, reply, edit, delete, read back; who is mentioned and what is unread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.comments.views import (
    AddComment,
    Comment,
    CommentCount,
    CommentRevision,
    Draft,
    DraftChecked,
    EditComment,
    Mentionable,
    Subject,
    UnreadThread,
)
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest


def list_comments(
    uow: UnitOfWork, subject: Subject, page: PageRequest = FIRST_PAGE, *, unread: bool = False
) -> Page[Comment]:
    """One page of the comments on a KPI, a value or an action; each thread together, in order.

    Sorts: thread (the oldest thread first; ``-thread`` the newest), created_at, author. Replies
    follow what they reply to, oldest first, whichever way threads are sorted. With ``unread`` only
    what the actor has not read.

    Raises:
        KpiNotFound: there is none, or the actor may not see it.
        PermissionMissing: no role of the actor reads comments.
    """
    raise NotImplementedError


def get_comment(uow: UnitOfWork, comment_id: UUID) -> Comment:
    """One comment, deleted ones included (without their text).

    Raises:
        CommentNotFound: there is none, or the actor may not see its KPI.
    """
    raise NotImplementedError


def add_comment(uow: UnitOfWork, command: AddComment) -> Comment:
    """Write a comment or a reply; whoever is mentioned and sees the KPI is told.

    Raises:
        KpiNotFound, ValueNotFound: what it stands on is not there, or out of the actor's sight.
        CommentNotFound, CommentDeleted, ReplyElsewhere: ``reply_to`` cannot be replied to.
        Forbidden: the actor may not comment here.
        CommentEmpty, CommentTooLong, TooManyMentions: the text cannot be a comment.
        MentionAmbiguous: several have the name that is mentioned.
        MentionedOutOfSight: somebody would not be told, and ``command.anyway`` was not said.
    """
    raise NotImplementedError


def edit_comment(uow: UnitOfWork, command: EditComment) -> Comment:
    """Change the text of one's own comment; the old text stays in its history.

    The same text again changes nothing.

    Raises:
        CommentNotFound, CommentDeleted: there is none to change.
        CommentNotYours, Forbidden: somebody else wrote it, or the actor's role changes none.
        StaleVersion: it was changed since ``command.version``.
        InputInvalid: as for :func:`add_comment`.
    """
    raise NotImplementedError


def delete_comment(uow: UnitOfWork, comment_id: UUID) -> Comment:
    """Take a comment back: its place in the thread stays, its text goes into the history.

    Raises:
        CommentNotFound, CommentDeleted: there is none to delete.
        Forbidden: neither the actor's own, nor within reach of their ``comment:delete``.
    """
    raise NotImplementedError


def comment_history(
    uow: UnitOfWork, comment_id: UUID, page: PageRequest = FIRST_PAGE
) -> Page[CommentRevision]:
    """One page of the texts that a comment had, the newest first; sorts: revision.

    Of a deleted comment only its author and who may delete it read them; others see none.

    Raises:
        CommentNotFound: there is none, or the actor may not see its KPI.
    """
    raise NotImplementedError


def check_draft(uow: UnitOfWork, draft: Draft) -> DraftChecked:
    """Who would be told of a text, and who would not, before it is sent.

    Raises:
        KpiNotFound: there is none, or the actor may not see it.
        CommentTooLong, TooManyMentions: the text cannot be a comment.
    """
    raise NotImplementedError


def mentionable(
    uow: UnitOfWork, kpi_id: UUID, prefix: str = "", page: PageRequest = FIRST_PAGE
) -> Page[Mentionable]:
    """One page of the people and teams who may see a KPI and one word of whose name begins with
    ``prefix``, whatever the case and the accents; sorts: name, kind.

    Raises:
        KpiNotFound: there is none, or the actor may not see it.
    """
    raise NotImplementedError


def mark_thread_read(uow: UnitOfWork, thread_id: UUID, until: datetime | None = None) -> int:
    """Mark what is unread in a thread as read; how many comments that were.

    ``until`` is the instant of the newest comment that was shown: what came later stays unread.

    Raises:
        CommentNotFound: there is no such thread, or the actor may not see its KPI.
    """
    raise NotImplementedError


def mark_read(uow: UnitOfWork, subject: Subject, until: datetime | None = None) -> int:
    """Mark every comment on a KPI, a value or an action as read; how many were not.

    Raises:
        KpiNotFound: there is none, or the actor may not see it.
    """
    raise NotImplementedError


def comment_counts(uow: UnitOfWork, kpi_ids: Iterable[UUID]) -> Mapping[UUID, CommentCount]:
    """How many comments each KPI has and how many are unread, for lists; none are left out."""
    raise NotImplementedError


def unread_threads(uow: UnitOfWork, page: PageRequest = FIRST_PAGE) -> Page[UnreadThread]:
    """One page of the threads that concern the actor and have unread comments; sorts: last_at
    (the newest first unless asked otherwise), unread, kpi."""
    raise NotImplementedError
