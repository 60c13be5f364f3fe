"""Comments where they stand, and what they said before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, null, select, tuple_, union_all
from sqlalchemy.orm import aliased

from kpix_tui.db.paging import fetch_page
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.comments.models import CommentModel, CommentRevisionModel, MentionModel
from kpix_tui.domains.comments.queries.common import marked, of_kpi, standing_on, unread
from kpix_tui.domains.comments.views import (
    Comment,
    CommentRevision,
    Mention,
    MentionKind,
    Subject,
)
from kpix_tui.domains.kpis.models import KpiModel
from kpix_tui.domains.people.models import TeamModel, UserModel
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.kernel.periods import Frequency

_Author = aliased(UserModel)
_Deleter = aliased(UserModel)
_Root = aliased(CommentModel)


def _replies() -> Any:
    reply = aliased(CommentModel)
    return (
        select(func.count())
        .select_from(reply)
        .where(
            reply.organization_id == CommentModel.organization_id,
            reply.thread_id == CommentModel.id,
            reply.id != CommentModel.id,
            reply.deleted_at.is_(None),
        )
        .correlate(CommentModel)
        .scalar_subquery()
    )


def _comments(uow: UnitOfWork) -> Select[*tuple[Any, ...]]:
    statement = of_kpi(
        select(
            CommentModel.id,
            CommentModel.thread_id,
            CommentModel.kpi_id,
            KpiModel.code.label("kpi_code"),
            KpiModel.name.label("kpi_name"),
            KpiModel.frequency,
            CommentModel.period_start,
            CommentModel.action_id,
            CommentModel.author_id,
            _Author.name.label("author_name"),
            CommentModel.body.label("text"),
            CommentModel.created_at,
            CommentModel.edited_at,
            CommentModel.deleted_at,
            _Deleter.name.label("deleted_by"),
            CommentModel.version,
            unread(uow).label("unread"),
            _replies().label("replies"),
        )
    )
    return (
        marked(uow, statement)
        .join(
            _Author,
            (_Author.organization_id == CommentModel.organization_id)
            & (_Author.id == CommentModel.author_id),
        )
        .outerjoin(
            _Deleter,
            (_Deleter.organization_id == CommentModel.organization_id)
            & (_Deleter.id == CommentModel.deleted_by),
        )
        .join(
            _Root,
            (_Root.organization_id == CommentModel.organization_id)
            & (_Root.id == CommentModel.thread_id),
        )
        .where(CommentModel.organization_id == uow.principal.organization_id)
    )


def _view(row: Any, mentions: Mapping[UUID, tuple[Mention, ...]]) -> Comment:
    known = {name: value for name, value in row._mapping.items() if name != "of_all"}
    return Comment(
        **{
            **known,
            "frequency": Frequency(row.frequency),
            "mentions": mentions.get(row.id, ()),
        }
    )


def comments(
    uow: UnitOfWork, subject: Subject, page: PageRequest, *, only_unread: bool
) -> Page[Comment]:
    """One page of the comments on something, each thread together."""
    statement = _comments(uow).where(standing_on(subject))
    if only_unread:
        statement = statement.where(unread(uow))
    found = fetch_page(
        uow,
        statement,
        page,
        sorts={
            "thread": (_Root.created_at, _Root.id),
            "created_at": CommentModel.created_at,
            "author": func.lower(_Author.name),
        },
        default="thread",
        searched=(CommentModel.body, _Author.name),
        tie=tuple_(CommentModel.created_at, CommentModel.id),
    )
    mentioned = _mentions(uow, [row.id for row in found.rows]) if found.rows else {}
    return found.map(lambda row: _view(row, mentioned))


def comment(uow: UnitOfWork, comment_id: UUID) -> Comment | None:
    """One comment, where its KPI is not deleted."""
    row = uow.session.execute(_comments(uow).where(CommentModel.id == comment_id)).one_or_none()
    return None if row is None else _view(row, _mentions(uow, [row.id]))


def lock_comment(uow: UnitOfWork, comment_id: UUID) -> None:
    """Hold one's own comment until the transaction ends: what is read after this stays true."""
    uow.session.execute(
        select(CommentModel.id)
        .where(
            CommentModel.organization_id == uow.principal.organization_id,
            CommentModel.id == comment_id,
        )
        .with_for_update()
    )


def _mentions(uow: UnitOfWork, comment_ids: Sequence[UUID]) -> Mapping[UUID, tuple[Mention, ...]]:
    rows = uow.session.execute(
        select(
            MentionModel.comment_id,
            MentionModel.user_id,
            MentionModel.team_id,
            func.coalesce(TeamModel.name, UserModel.name).label("name"),
        )
        .outerjoin(
            UserModel,
            (UserModel.organization_id == MentionModel.organization_id)
            & (UserModel.id == MentionModel.user_id),
        )
        .outerjoin(
            TeamModel,
            (TeamModel.organization_id == MentionModel.organization_id)
            & (TeamModel.id == MentionModel.team_id),
        )
        .where(
            MentionModel.organization_id == uow.principal.organization_id,
            MentionModel.comment_id.in_(comment_ids),
        )
        .order_by(func.lower(func.coalesce(TeamModel.name, UserModel.name)), MentionModel.id)
    )
    found: dict[UUID, tuple[Mention, ...]] = {}
    for row in rows:
        kind = MentionKind.USER if row.team_id is None else MentionKind.TEAM
        one = Mention(kind, row.team_id or row.user_id, row.name)
        found[row.comment_id] = (*found.get(row.comment_id, ()), one)
    return found


def revisions(uow: UnitOfWork, comment_id: UUID, page: PageRequest) -> Page[CommentRevision]:
    """One page of the texts that a comment had, the present one included, newest first."""
    here = uow.principal.organization_id
    past = select(
        CommentRevisionModel.revision,
        CommentRevisionModel.body.label("text"),
        CommentRevisionModel.since,
        CommentRevisionModel.until,
    ).where(
        CommentRevisionModel.organization_id == here,
        CommentRevisionModel.comment_id == comment_id,
    )
    present = select(
        CommentModel.version,
        CommentModel.body,
        func.coalesce(CommentModel.edited_at, CommentModel.created_at),
        null(),
    ).where(
        CommentModel.organization_id == here,
        CommentModel.id == comment_id,
        CommentModel.deleted_at.is_(None),
    )
    texts = union_all(past, present).subquery("texts")
    return fetch_page(
        uow,
        select(texts),
        page,
        sorts={"revision": texts.c.revision},
        default="-revision",
        tie=texts.c.revision,
    ).map(lambda row: CommentRevision(row.revision, row.text, row.since, row.until))
