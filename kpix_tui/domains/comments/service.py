"""Comments: write, reply, edit, delete, read back; who is mentioned and what is unread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, cast, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from kpix_tui.access.actor import actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import require
from kpix_tui.db.errors import RefusedByDatabase, refusals
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.comments.errors import (
    ActionElsewhere,
    CommentDeleted,
    CommentNotFound,
    CommentNotYours,
    MentionedOutOfSight,
    ReplyElsewhere,
)
from kpix_tui.domains.comments.models import CommentModel
from kpix_tui.domains.comments.queries import comments as queries
from kpix_tui.domains.comments.queries import people
from kpix_tui.domains.comments.queries import unread as reading
from kpix_tui.domains.comments.queries.common import standing_on
from kpix_tui.domains.comments.rules import (
    Resolved,
    after_ats,
    check_length,
    check_mentions,
    resolve,
    valid_text,
)
from kpix_tui.domains.comments.views import (
    AddComment,
    Comment,
    CommentCount,
    CommentRevision,
    Draft,
    DraftChecked,
    EditComment,
    Mention,
    Mentionable,
    MentionKind,
    Subject,
    UnreadThread,
)
from kpix_tui.domains.kpis.service import get_kpi
from kpix_tui.domains.values.errors import ValueNotFound
from kpix_tui.domains.values.queries import value_row
from kpix_tui.kernel.errors import KpixError, StaleVersion
from kpix_tui.kernel.ids import new_id
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
    require(actor_of(uow), Permission.COMMENT_READ)
    found = queries.comments(uow, subject, page, only_unread=unread)
    if not found.total:
        _readable(uow, subject.kpi_id)  # nobody wrote anything, or not for the actor
    return found


def get_comment(uow: UnitOfWork, comment_id: UUID) -> Comment:
    """One comment, deleted ones included (without their text).

    Raises:
        CommentNotFound: there is none, or the actor may not see its KPI.
    """
    require(actor_of(uow), Permission.COMMENT_READ)
    found = queries.comment(uow, comment_id)
    if found is None:
        raise CommentNotFound(name=str(comment_id))
    return found


def add_comment(uow: UnitOfWork, command: AddComment) -> Comment:
    """Write a comment or a reply; whoever is mentioned and sees the KPI is told.

    Raises:
        KpiNotFound, ValueNotFound: what it stands on is not there, or out of the actor's sight.
        CommentNotFound, CommentDeleted, ReplyElsewhere: ``reply_to`` cannot be replied to.
        Forbidden: the actor may not comment here.
        ActionElsewhere: the action is about another KPI, or there is none.
        CommentEmpty, CommentTooLong, TooManyMentions: the text cannot be a comment.
        MentionAmbiguous: several have the name that is mentioned.
        MentionedOutOfSight: somebody would not be told, and ``command.anyway`` was not said.
    """
    kpi = get_kpi(uow, command.subject.kpi_id)
    require(actor_of(uow), Permission.COMMENT_CREATE, kpi.target)
    text = valid_text(command.text)
    comment_id = new_id()
    thread_id, subject = _place(uow, command, comment_id)
    told = _told(uow, kpi.id, text, command.chosen, anyway=command.anyway)
    with refusals(
        dict.fromkeys(("fk_comment_action", "ck_comment_on"), _no_such_action)
        | {"ck_comment_thread": _answered_meanwhile}
    ):
        uow.session.execute(
            insert(CommentModel).values(
                organization_id=uow.principal.organization_id,
                id=comment_id,
                kpi_id=kpi.id,
                dashboard_id=kpi.dashboard_id,
                period_start=subject.period_start,
                action_id=subject.action_id,
                thread_id=thread_id,
                body=text,
            )
        )
    _mention(uow, comment_id, told)
    uow.log("comment.created", comment_id=str(comment_id), kpi_id=str(kpi.id))
    return get_comment(uow, comment_id)


def edit_comment(uow: UnitOfWork, command: EditComment) -> Comment:
    """Change the text of one's own comment; the old text stays in its history.

    The same text again changes nothing.

    Raises:
        CommentNotFound, CommentDeleted: there is none to change.
        CommentNotYours, Forbidden: somebody else wrote it, or the actor's role changes none.
        StaleVersion: it was changed since ``command.version``.
        InputInvalid: as for :func:`add_comment`.
    """
    current = _for_change(uow, command.id)
    if current.version != command.version:
        raise StaleVersion
    text = valid_text(command.text)
    told = _told(uow, current.kpi_id, text, command.chosen, anyway=command.anyway)
    if text != current.text:
        _write(uow, current, text)
        uow.log("comment.updated", comment_id=str(command.id))
    _mention(uow, command.id, told)
    return get_comment(uow, command.id)


def delete_comment(uow: UnitOfWork, comment_id: UUID) -> Comment:
    """Take a comment back: its place in the thread stays, its text goes into the history.

    Raises:
        CommentNotFound, CommentDeleted: there is none to delete.
        Forbidden: neither the actor's own, nor within reach of their ``comment:delete``.
    """
    current = get_comment(uow, comment_id)
    require(actor_of(uow), Permission.COMMENT_DELETE, current.target)
    if current.deleted_at is not None:
        raise CommentDeleted
    uow.session.execute(select(func.auth.delete_comment(comment_id)))
    uow.log("comment.deleted", comment_id=str(comment_id))
    return get_comment(uow, comment_id)


def comment_history(
    uow: UnitOfWork, comment_id: UUID, page: PageRequest = FIRST_PAGE
) -> Page[CommentRevision]:
    """One page of the texts that a comment had, the newest first; sorts: revision.

    Of a deleted comment only its author and who may delete it read them; others see none.

    Raises:
        CommentNotFound: there is none, or the actor may not see its KPI.
    """
    return queries.revisions(uow, get_comment(uow, comment_id).id, page)


def check_draft(uow: UnitOfWork, draft: Draft) -> DraftChecked:
    """Who would be told of a text, and who would not, before it is sent.

    Raises:
        KpiNotFound: there is none, or the actor may not see it.
        CommentTooLong, TooManyMentions: the text cannot be a comment.
    """
    check_length(draft.text)
    _readable(uow, draft.kpi_id)
    resolved = _resolved(uow, draft.kpi_id, draft.text, draft.chosen)
    return DraftChecked(
        told=tuple(_said(one) for one in resolved.meant if one.seeing),
        out_of_sight=tuple(_said(one) for one in resolved.meant if not one.seeing),
        partly=tuple(one for one in resolved.meant if 0 < one.seeing < one.members),
        unknown=resolved.unknown,
        ambiguous=resolved.ambiguous,
    )


def mentionable(
    uow: UnitOfWork, kpi_id: UUID, prefix: str = "", page: PageRequest = FIRST_PAGE
) -> Page[Mentionable]:
    """One page of the people and teams who may see a KPI and one word of whose name begins with
    ``prefix``, whatever the case and the accents; sorts: name, kind.

    Raises:
        KpiNotFound: there is none, or the actor may not see it.
    """
    _readable(uow, kpi_id)
    return people.mentionable(uow, kpi_id, prefix.strip(), page)


def mark_thread_read(uow: UnitOfWork, thread_id: UUID, until: datetime | None = None) -> int:
    """Mark what is unread in a thread as read; how many comments that were.

    ``until`` is the instant of the newest comment that was shown: what came later stays unread.

    Raises:
        CommentNotFound: there is no such thread, or the actor may not see its KPI.
    """
    thread = get_comment(uow, thread_id).thread_id
    return reading.mark(uow, reading.in_thread(thread), until)


def mark_read(uow: UnitOfWork, subject: Subject, until: datetime | None = None) -> int:
    """Mark every comment on a KPI, a value or an action as read; how many were not.

    Raises:
        KpiNotFound: there is none, or the actor may not see it.
    """
    _readable(uow, subject.kpi_id)
    return reading.mark(uow, standing_on(subject), until)


def comment_counts(uow: UnitOfWork, kpi_ids: Iterable[UUID]) -> Mapping[UUID, CommentCount]:
    """How many comments each KPI has and how many are unread, for lists; none are left out."""
    return reading.counts(uow, kpi_ids)


def unread_threads(uow: UnitOfWork, page: PageRequest = FIRST_PAGE) -> Page[UnreadThread]:
    """One page of the threads that concern the actor and have unread comments; sorts: last_at
    (the newest first unless asked otherwise), unread, kpi."""
    return reading.unread_threads(uow, page)


def _no_such_action() -> KpixError:
    return ActionElsewhere(fields=("action",))


def _answered_meanwhile() -> KpixError:
    """The comment that opens the thread was deleted while this reply was on its way."""
    return CommentDeleted(fields=("reply_to",))


def _readable(uow: UnitOfWork, kpi_id: UUID) -> None:
    """Refuse those who may not read what is written on a KPI."""
    require(actor_of(uow), Permission.COMMENT_READ, get_kpi(uow, kpi_id).target)


def _place(uow: UnitOfWork, command: AddComment, comment_id: UUID) -> tuple[UUID, Subject]:
    """The thread that a new comment goes into, its own for the first one, and what it is about."""
    subject = command.subject
    if command.reply_to is not None:
        return _thread_of(uow, command.reply_to, subject)
    if subject.period_start is not None and (
        value_row(uow, subject.kpi_id, subject.period_start) is None
    ):
        raise ValueNotFound(fields=("period",))
    return comment_id, subject


def _thread_of(uow: UnitOfWork, reply_to: UUID, subject: Subject) -> tuple[UUID, Subject]:
    answered = get_comment(uow, reply_to)
    opening = get_comment(uow, answered.thread_id) if answered.is_reply else answered
    if subject not in (opening.subject, Subject(opening.kpi_id)):
        raise ReplyElsewhere(fields=("reply_to",))
    if opening.deleted_at is not None or answered.deleted_at is not None:
        raise CommentDeleted(fields=("reply_to",))
    return opening.id, opening.subject


def _for_change(uow: UnitOfWork, comment_id: UUID) -> Comment:
    """Permission first, then the lock: the database locks only rows that may be updated."""
    actor = actor_of(uow)
    current = get_comment(uow, comment_id)
    require(actor, Permission.COMMENT_UPDATE)
    if current.author_id != actor.user_id:
        raise CommentNotYours(name=current.author_name)
    if current.deleted_at is not None:
        raise CommentDeleted
    queries.lock_comment(uow, comment_id)
    return get_comment(uow, comment_id)


def _write(uow: UnitOfWork, current: Comment, text: str) -> None:
    written = uow.session.execute(
        update(CommentModel)
        .where(
            CommentModel.organization_id == uow.principal.organization_id,
            CommentModel.id == current.id,
        )
        .values(body=text)
        .returning(CommentModel.id)
    )
    if written.first() is None:
        raise RefusedByDatabase  # a policy that hides a row from UPDATE says nothing


# -- mentions --------------------------------------------------------------------------------------


def _resolved(uow: UnitOfWork, kpi_id: UUID, text: str, chosen: frozenset[UUID]) -> Resolved:
    tails = after_ats(text)
    return resolve(text, people.named_in(uow, kpi_id, tails) if tails else (), chosen)


def _told(
    uow: UnitOfWork, kpi_id: UUID, text: str, chosen: frozenset[UUID], *, anyway: bool
) -> tuple[Mentionable, ...]:
    """Those whom a text mentions and who may see the KPI."""
    resolved = _resolved(uow, kpi_id, text, chosen)
    check_mentions(resolved)
    blind = [one.name for one in resolved.meant if not one.seeing]
    if blind and not anyway:
        raise MentionedOutOfSight(names=", ".join(blind), fields=("text",))
    return tuple(one for one in resolved.meant if one.seeing)


def _mention(uow: UnitOfWork, comment_id: UUID, told: Iterable[Mentionable]) -> None:
    ids: dict[MentionKind, list[UUID]] = {kind: [] for kind in MentionKind}
    for one in told:
        ids[one.kind].append(one.id)
    users, teams = (cast(ids[kind], ARRAY(Uuid)) for kind in MentionKind)
    uow.session.execute(select(func.auth.mention(comment_id, users, teams)))


def _said(one: Mentionable) -> Mention:
    return Mention(one.kind, one.id, one.name)
