"""SELECTs on comments, mentions and marks, returning views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Uuid,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, insert
from sqlalchemy.orm import aliased

from kpix_tui.db.paging import fetch_page, folded
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.comments.models import (
    CommentModel,
    CommentRevisionModel,
    MarkModel,
    MentionModel,
)
from kpix_tui.domains.comments.rules import excerpt
from kpix_tui.domains.comments.views import (
    Comment,
    CommentCount,
    CommentRevision,
    Mention,
    Mentionable,
    MentionKind,
    Subject,
    UnreadThread,
)
from kpix_tui.domains.kpis.models import KpiModel
from kpix_tui.domains.people.models import TeamMemberModel, TeamModel, UserModel
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.kernel.periods import Frequency

_Author = aliased(UserModel)
_Deleter = aliased(UserModel)
_Root = aliased(CommentModel)


def _unread(uow: UnitOfWork) -> ColumnElement[bool]:
    """Whether the actor has not read a comment, with their mark joined: what others wrote since
    they read the thread, or since they are here at all."""
    here = select(UserModel.created_at).where(
        UserModel.organization_id == uow.principal.organization_id,
        UserModel.id == uow.principal.user_id,
    )
    return (
        (CommentModel.author_id != uow.principal.user_id)
        & CommentModel.deleted_at.is_(None)
        & (CommentModel.created_at > func.coalesce(MarkModel.read_until, here.scalar_subquery()))
    )


def _marked(uow: UnitOfWork, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """With the actor's mark in the thread, where there is one."""
    return statement.outerjoin(
        MarkModel,
        (MarkModel.organization_id == CommentModel.organization_id)
        & (MarkModel.user_id == uow.principal.user_id)
        & (MarkModel.thread_id == CommentModel.thread_id),
    )


def _of_kpi(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """With the KPI, one that is not deleted."""
    return statement.join(
        KpiModel,
        (KpiModel.organization_id == CommentModel.organization_id)
        & (KpiModel.id == CommentModel.kpi_id)
        & KpiModel.deleted_at.is_(None),
    )


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
    statement = _of_kpi(
        select(
            CommentModel.id,
            CommentModel.thread_id,
            CommentModel.kpi_id,
            KpiModel.code.label("kpi_code"),
            KpiModel.name.label("kpi_name"),
            KpiModel.frequency,
            CommentModel.period_start,
            CommentModel.author_id,
            _Author.name.label("author_name"),
            CommentModel.body.label("text"),
            CommentModel.created_at,
            CommentModel.edited_at,
            CommentModel.deleted_at,
            _Deleter.name.label("deleted_by"),
            CommentModel.version,
            _unread(uow).label("unread"),
            _replies().label("replies"),
        )
    )
    return (
        _marked(uow, statement)
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
            "action_id": None,
            "mentions": mentions.get(row.id, ()),
        }
    )


def _standing_on(subject: Subject) -> ColumnElement[bool]:
    found = CommentModel.kpi_id == subject.kpi_id
    if subject.period_start is None:
        return found
    return found & (CommentModel.period_start == subject.period_start)


def comments(
    uow: UnitOfWork, subject: Subject, page: PageRequest, *, unread: bool
) -> Page[Comment]:
    """One page of the comments on something, each thread together."""
    statement = _comments(uow).where(_standing_on(subject))
    if unread:
        statement = statement.where(_unread(uow))
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
    mentioned = _mentions(uow, [row.id for row in found.rows])
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


# -- who may be mentioned --------------------------------------------------------------------------


def _named(uow: UnitOfWork, kpi_id: UUID, wanted: Any) -> Select[*tuple[Any, ...]]:
    """The people and teams whose name is ``wanted``, and how many of them may see the KPI.

    Who may see it is asked for those alone who are named.
    """
    here = uow.principal.organization_id
    people = (
        select(UserModel.id, UserModel.name)
        .where(UserModel.organization_id == here, UserModel.active, wanted(UserModel.name))
        .cte("people")
    )
    members = (
        select(TeamModel.id, TeamModel.name, UserModel.id.label("user_id"))
        .outerjoin(
            TeamMemberModel,
            (TeamMemberModel.organization_id == TeamModel.organization_id)
            & (TeamMemberModel.team_id == TeamModel.id),
        )
        .outerjoin(
            UserModel,
            (UserModel.organization_id == TeamMemberModel.organization_id)
            & (UserModel.id == TeamMemberModel.user_id)
            & UserModel.active,
        )
        .where(TeamModel.organization_id == here, wanted(TeamModel.name))
        .cte("members")
    )
    everybody = union(
        select(people.c.id), select(members.c.user_id).where(members.c.user_id.is_not(None))
    )
    reader = func.auth.comment_readers(
        kpi_id, cast(func.array(everybody.scalar_subquery()), ARRAY(Uuid))
    ).column_valued("reader")
    readers = select(reader.label("id")).cte("readers").prefix_with("materialized")
    return _counted(people, members, readers)


def _counted(people: Any, members: Any, readers: Any) -> Select[*tuple[Any, ...]]:
    users = select(
        literal(MentionKind.USER.value).label("kind"),
        people.c.id,
        people.c.name,
        literal(1).label("members"),
        func.count(readers.c.id).label("seeing"),
    ).outerjoin(readers, readers.c.id == people.c.id)
    teams = select(
        literal(MentionKind.TEAM.value),
        members.c.id,
        members.c.name,
        func.count(members.c.user_id),
        func.count(readers.c.id),
    ).outerjoin(readers, readers.c.id == members.c.user_id)
    named = union_all(
        users.group_by(people.c.id, people.c.name), teams.group_by(members.c.id, members.c.name)
    ).subquery("named")
    return select(named)


def _mentionable(row: Any) -> Mentionable:
    return Mentionable(MentionKind(row.kind), row.id, row.name, row.members, row.seeing)


def mentionable(uow: UnitOfWork, kpi_id: UUID, prefix: str, page: PageRequest) -> Page[Mentionable]:
    """One page of those who may see a KPI, a word of whose name begins with ``prefix``."""
    beginning = func.concat(" ", folded(prefix))

    def begins(name: Any) -> Any:
        return func.strpos(func.concat(" ", folded(name)), beginning) > 0

    statement = _named(uow, kpi_id, begins)
    named = statement.selected_columns
    return fetch_page(
        uow,
        statement.where(named.seeing > 0),
        page,
        sorts={"name": func.lower(named.name), "kind": named.kind},
        default="name",
        tie=tuple_(named.name, named.id),
    ).map(_mentionable)


def named_in(uow: UnitOfWork, kpi_id: UUID, tails: Sequence[str]) -> tuple[Mentionable, ...]:
    """The people and teams with whose name one of the texts begins, whether they see the KPI or
    not."""
    tail = func.unnest(cast(list(tails), ARRAY(CommentModel.body.type))).column_valued("tail")

    def begins(name: Any) -> Any:
        return exists(select(tail).where(func.starts_with(folded(tail), folded(name))))

    return tuple(map(_mentionable, uow.session.execute(_named(uow, kpi_id, begins))))


# -- what is unread --------------------------------------------------------------------------------


def mark(uow: UnitOfWork, which: ColumnElement[bool], until: datetime | None) -> int:
    """Move the actor's marks past what is unread; how many comments that were."""
    unread = _marked(uow, _of_kpi(select(CommentModel.thread_id, CommentModel.created_at))).where(
        CommentModel.organization_id == uow.principal.organization_id, which, _unread(uow)
    )
    if until is not None:
        unread = unread.where(CommentModel.created_at <= until)
    found = unread.subquery("unread")
    newest = select(
        literal(uow.principal.organization_id, Uuid),
        found.c.thread_id,
        func.max(found.c.created_at),
        func.count(),
    ).group_by(found.c.thread_id)
    rows = uow.session.execute(newest).all()
    if rows:
        _move(uow, {row[1]: row[2] for row in rows})
    return sum(row[3] for row in rows)


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


def standing_on(subject: Subject) -> ColumnElement[bool]:
    """The comments on something."""
    return _standing_on(subject)


def counts(uow: UnitOfWork, kpi_ids: Iterable[UUID]) -> Mapping[UUID, CommentCount]:
    """How many comments each KPI has, and how many are unread."""
    unread = func.count().filter(_unread(uow))
    statement = _marked(
        uow, select(CommentModel.kpi_id, func.count().label("every"), unread.label("new"))
    )
    rows = uow.session.execute(
        statement.where(
            CommentModel.organization_id == uow.principal.organization_id,
            CommentModel.kpi_id.in_(list(kpi_ids)),
            CommentModel.deleted_at.is_(None),
        ).group_by(CommentModel.kpi_id)
    )
    return {row.kpi_id: CommentCount(row.every, row.new) for row in rows}


def _mentioning_me(uow: UnitOfWork) -> Select[*tuple[Any, ...]]:
    here, me = uow.principal.organization_id, uow.principal.user_id
    mine = select(TeamMemberModel.team_id).where(
        TeamMemberModel.organization_id == here, TeamMemberModel.user_id == me
    )
    return select(MentionModel.comment_id).where(
        MentionModel.organization_id == here,
        or_(MentionModel.user_id == me, MentionModel.team_id.in_(mine)),
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
    statement = _of_kpi(
        select(
            CommentModel.thread_id,
            CommentModel.kpi_id,
            KpiModel.code.label("kpi_code"),
            KpiModel.name.label("kpi_name"),
            KpiModel.frequency,
            CommentModel.period_start,
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
        _marked(uow, statement)
        .where(
            CommentModel.organization_id == uow.principal.organization_id,
            CommentModel.thread_id.in_(_concerning(uow)),
            _unread(uow),
        )
        .group_by(
            CommentModel.thread_id,
            CommentModel.kpi_id,
            KpiModel.code,
            KpiModel.name,
            KpiModel.frequency,
            CommentModel.period_start,
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
        action_id=None,
        unread=row.unread,
        mentions_me=row.mentions_me,
        author_name=row.author_name,
        excerpt=excerpt(row.body),
        last_at=row.last_at,
    )
