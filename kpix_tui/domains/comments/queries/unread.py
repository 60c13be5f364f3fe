"""What is unread, and marking it read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, any_, func, select, union
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.orm import aliased

from kpix_tui.db.paging import fetch_page
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.comments.models import CommentModel, MarkModel, MentionModel
from kpix_tui.domains.comments.queries.common import marked, of_kpi, unread
from kpix_tui.domains.comments.rules import excerpt
from kpix_tui.domains.comments.views import CommentCount, UnreadThread
from kpix_tui.domains.kpis.models import KpiModel
from kpix_tui.domains.people.models import TeamMemberModel, UserModel
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.kernel.periods import Frequency

_Author = aliased(UserModel)


def mark(uow: UnitOfWork, which: ColumnElement[bool], until: datetime | None) -> int:
    """Move the actor's marks past what is unread; how many comments that were."""
    newest = marked(
        uow,
        of_kpi(
            select(
                CommentModel.thread_id,
                func.max(CommentModel.created_at).label("read_until"),
                func.count().label("comments"),
            )
        ),
    ).where(CommentModel.organization_id == uow.principal.organization_id, which, unread(uow))
    if until is not None:
        newest = newest.where(CommentModel.created_at <= until)
    rows = uow.session.execute(newest.group_by(CommentModel.thread_id)).all()
    if rows:
        _move(uow, {row.thread_id: row.read_until for row in rows})
    return sum(row.comments for row in rows)


def _move(uow: UnitOfWork, newest: Mapping[UUID, datetime]) -> None:
    statement = insert(MarkModel).values(
        [
            {
                "organization_id": uow.principal.organization_id,
                "thread_id": thread,
                "read_until": until,
            }
            for thread, until in newest.items()
        ]
    )
    uow.session.execute(
        statement.on_conflict_do_update(
            constraint="pk_comment_mark",
            set_={"read_until": func.greatest(MarkModel.read_until, statement.excluded.read_until)},
        )
    )


def in_thread(thread_id: UUID) -> ColumnElement[bool]:
    """The comments of a thread."""
    return CommentModel.thread_id == thread_id


def counts(uow: UnitOfWork, kpi_ids: Iterable[UUID]) -> Mapping[UUID, CommentCount]:
    """How many comments each KPI has, and how many are unread."""
    new = func.count().filter(unread(uow)).label("new")
    statement = marked(uow, select(CommentModel.kpi_id, func.count().label("every"), new))
    rows = uow.session.execute(
        statement.where(
            CommentModel.organization_id == uow.principal.organization_id,
            CommentModel.kpi_id.in_(list(kpi_ids)),
            CommentModel.deleted_at.is_(None),
        ).group_by(CommentModel.kpi_id)
    )
    return {row.kpi_id: CommentCount(row.every, row.new) for row in rows}


def _mentioning_me(uow: UnitOfWork) -> Any:
    """The ids of comments that mention the actor or a team of theirs; each by its own index."""
    here, me = uow.principal.organization_id, uow.principal.user_id
    teams = select(TeamMemberModel.team_id).where(
        TeamMemberModel.organization_id == here, TeamMemberModel.user_id == me
    )
    found = select(MentionModel.comment_id).where(MentionModel.organization_id == here)
    return found.where(MentionModel.user_id == me).union_all(
        found.where(MentionModel.team_id == any_(func.array(teams.scalar_subquery())))
    )


def _concerning(uow: UnitOfWork) -> Any:
    """The threads that the actor wrote in, was mentioned in, or that stand on a KPI of theirs."""
    here, me = uow.principal.organization_id, uow.principal.user_id
    mine = select(KpiModel.id).where(KpiModel.organization_id == here, KpiModel.owner_id == me)
    found = select(CommentModel.thread_id).where(CommentModel.organization_id == here)
    return union(
        found.where(CommentModel.author_id == me),
        found.where(CommentModel.id.in_(_mentioning_me(uow))),
        found.where(CommentModel.kpi_id.in_(mine)),
    )


def unread_threads(uow: UnitOfWork, page: PageRequest) -> Page[UnreadThread]:
    """One page of the threads that concern the actor and have something new."""
    newest = CommentModel.created_at.desc()
    statement = of_kpi(
        select(
            CommentModel.thread_id,
            CommentModel.kpi_id,
            KpiModel.code.label("kpi_code"),
            KpiModel.name.label("kpi_name"),
            KpiModel.frequency,
            CommentModel.period_start,
            CommentModel.action_id,
            func.count().label("unread"),
            func.bool_or(CommentModel.id.in_(_mentioning_me(uow))).label("mentions_me"),
            func.max(CommentModel.created_at).label("last_at"),
            _newest(_Author.name, newest).label("author_name"),
            _newest(CommentModel.body, newest).label("body"),
        )
    ).join(
        _Author,
        (_Author.organization_id == CommentModel.organization_id)
        & (_Author.id == CommentModel.author_id),
    )
    return fetch_page(
        uow,
        marked(uow, statement)
        .where(
            CommentModel.organization_id == uow.principal.organization_id,
            CommentModel.thread_id.in_(_concerning(uow)),
            unread(uow),
        )
        .group_by(
            CommentModel.thread_id,
            CommentModel.kpi_id,
            KpiModel.code,
            KpiModel.name,
            KpiModel.frequency,
            CommentModel.period_start,
            CommentModel.action_id,
        ),
        page,
        sorts={
            "last_at": func.max(CommentModel.created_at),
            "unread": func.count(),
            "kpi": KpiModel.code,
        },
        default="-last_at",
        tie=CommentModel.thread_id,
    ).map(_thread)


def _newest(column: Any, order: Any) -> Any:
    return func.array_agg(aggregate_order_by(column, order))[1]


def _thread(row: Any) -> UnreadThread:
    return UnreadThread(
        thread_id=row.thread_id,
        kpi_id=row.kpi_id,
        kpi_code=row.kpi_code,
        kpi_name=row.kpi_name,
        frequency=Frequency(row.frequency),
        period_start=row.period_start,
        action_id=row.action_id,
        unread=row.unread,
        mentions_me=row.mentions_me,
        author_name=row.author_name,
        excerpt=excerpt(row.body),
        last_at=row.last_at,
    )
