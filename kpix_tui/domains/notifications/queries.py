"""SELECTs on notifications and preferences, returning views."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Uuid,
    case,
    column,
    func,
    null,
    select,
    table,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from kpix_tui.db.paging import fetch_page
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.notifications.models import NotificationModel, PreferenceModel
from kpix_tui.domains.notifications.views import (
    InboxFilter,
    Kind,
    Notification,
    Preference,
    Priority,
    Unread,
)
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.kernel.periods import Frequency


def _named(name: str, *columns: str) -> Any:
    """A table whose mapping belongs to a domain above this one."""
    return table(
        name,
        column("organization_id", Uuid),
        column("id", Uuid),
        *map(column, columns),
        schema="kpix",
    )


_ACTORS: Final = _named("app_user", "name")
_DASHBOARDS: Final = _named("dashboard", "title")
_KPIS: Final = _named("kpi", "code", "name", "frequency", "deleted_at")
_ACTIONS: Final = _named("action_plan", "title")
_COMMENTS: Final = _named("comment", "thread_id", "body")
_EXCERPT: Final = 200
_PRESSING: Final = case(
    {each.value: at for at, each in enumerate(Priority)}, value=NotificationModel.priority
)


def _mine(uow: UnitOfWork) -> ColumnElement[bool]:
    return (NotificationModel.organization_id == uow.principal.organization_id) & (
        NotificationModel.recipient_id == uow.principal.user_id
    )


def _wanted(uow: UnitOfWork, wanted: InboxFilter) -> list[ColumnElement[bool]]:
    found = [_mine(uow)]
    if wanted.unread:
        found.append(NotificationModel.read_at.is_(None))
    if wanted.kinds:
        found.append(NotificationModel.kind.in_([one.value for one in wanted.kinds]))
    if wanted.priorities:
        found.append(NotificationModel.priority.in_([one.value for one in wanted.priorities]))
    if wanted.kpi_id is not None:
        found.append(NotificationModel.kpi_id == wanted.kpi_id)
    return found


def unread(uow: UnitOfWork) -> Unread:
    """How many the actor has not read, by priority."""
    rows = uow.session.execute(
        select(NotificationModel.priority, func.count())
        .where(*_wanted(uow, InboxFilter(unread=True)))
        .group_by(NotificationModel.priority)
    )
    return Unread({Priority(priority): count for priority, count in rows})


_IDS: Final = select(NotificationModel.id)
_COLUMNS: Final = select(
    NotificationModel.id,
    NotificationModel.kind,
    NotificationModel.priority,
    NotificationModel.at.label("created_at"),
    NotificationModel.read_at,
    NotificationModel.actor_id,
    _ACTORS.c.name.label("actor_name"),
    NotificationModel.dashboard_id,
    _DASHBOARDS.c.title.label("dashboard_title"),
    NotificationModel.kpi_id,
    _KPIS.c.code.label("kpi_code"),
    _KPIS.c.name.label("kpi_name"),
    _KPIS.c.frequency,
    NotificationModel.period_start,
    NotificationModel.comment_id,
    _COMMENTS.c.thread_id,
    func.left(_COMMENTS.c.body, _EXCERPT).label("excerpt"),
    NotificationModel.action_id,
    _ACTIONS.c.title.label("action_title"),
    NotificationModel.facts,
)


def _with_names(uow: UnitOfWork, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """With the names that the reader sees; a comment that they see no more has no text."""
    here = uow.principal.organization_id

    def same(found: Any, key: Any) -> Any:
        return (found.c.organization_id == here) & (found.c.id == key)

    return (
        statement.select_from(NotificationModel)
        .outerjoin(_ACTORS, same(_ACTORS, NotificationModel.actor_id))
        .outerjoin(_DASHBOARDS, same(_DASHBOARDS, NotificationModel.dashboard_id))
        .outerjoin(_KPIS, same(_KPIS, NotificationModel.kpi_id))
        .outerjoin(_ACTIONS, same(_ACTIONS, NotificationModel.action_id))
        .outerjoin(_COMMENTS, same(_COMMENTS, NotificationModel.comment_id))
    )


def _view(row: Any) -> Notification:
    return Notification(
        **{
            **{name: value for name, value in row._mapping.items() if name != "of_all"},
            "kind": Kind(row.kind),
            "priority": Priority(row.priority),
            "frequency": Frequency(row.frequency) if row.frequency else None,
            "excerpt": " ".join((row.excerpt or "").split()),
        }
    )


def inbox(uow: UnitOfWork, page: PageRequest, wanted: InboxFilter) -> Page[Notification]:
    """One page of the actor's notifications: which they are first, their names for those alone."""
    by_name = bool(page.text) or page.column == "kpi"
    found = fetch_page(
        uow,
        (_with_names(uow, _IDS) if by_name else _IDS).where(*_wanted(uow, wanted)),
        page,
        sorts={
            "unread": (NotificationModel.read_at.is_not(None), _PRESSING),
            "at": NotificationModel.at,
            "priority": _PRESSING,
            "kind": NotificationModel.kind,
            "kpi": _KPIS.c.code,
        },
        default="-at",
        searched=(_KPIS.c.code, _KPIS.c.name, _ACTORS.c.name, _DASHBOARDS.c.title),
        tie=tuple_(NotificationModel.at, NotificationModel.id).desc(),
        details=lambda cut: (
            _with_names(uow, _COLUMNS).join(cut, cut.c.id == NotificationModel.id).where(_mine(uow))
        ),
    )
    return found.map(_view)


def notification(uow: UnitOfWork, notification_id: UUID) -> Notification | None:
    """One of the actor's notifications."""
    row = uow.session.execute(
        _with_names(uow, _COLUMNS).where(_mine(uow), NotificationModel.id == notification_id)
    ).one_or_none()
    return None if row is None else _view(row)


def states(uow: UnitOfWork, ids: Collection[UUID]) -> Mapping[UUID, datetime | None]:
    """When each of these notifications of the actor was read."""
    rows = uow.session.execute(
        select(NotificationModel.id, NotificationModel.read_at).where(
            _mine(uow), NotificationModel.id.in_(ids)
        )
    )
    return {row.id: row.read_at for row in rows}


def mark(uow: UnitOfWork, ids: Collection[UUID], *, read: bool) -> None:
    """Mark these notifications of the actor as read, or as unread."""
    uow.session.execute(
        update(NotificationModel)
        .where(_mine(uow), NotificationModel.id.in_(ids))
        .values(read_at=func.now() if read else null())
    )


def mark_all(uow: UnitOfWork, until: datetime | None, wanted: InboxFilter) -> int:
    """Mark everything unread that is wanted and came by ``until``; how many that were."""
    conditions = [*_wanted(uow, wanted), NotificationModel.read_at.is_(None)]
    if until is not None:
        conditions.append(NotificationModel.at <= until)
    rows = uow.session.execute(
        update(NotificationModel)
        .where(*conditions)
        .values(read_at=func.now())
        .returning(NotificationModel.id)
    )
    return len(rows.all())


def preferences(uow: UnitOfWork) -> tuple[Preference, ...]:
    """Every kind, and whether the actor wants to hear of it."""
    rows = uow.session.execute(
        select(PreferenceModel.kind, PreferenceModel.wanted).where(
            PreferenceModel.organization_id == uow.principal.organization_id,
            PreferenceModel.user_id == uow.principal.user_id,
        )
    )
    said = {row.kind: row.wanted for row in rows}
    return tuple(Preference(kind, said.get(kind.value, True)) for kind in Kind)


def put_preference(uow: UnitOfWork, kind: Kind, *, wanted: bool) -> None:
    """Write down whether the actor wants to hear of a kind."""
    statement = insert(PreferenceModel).values(
        organization_id=uow.principal.organization_id, kind=kind.value, wanted=wanted
    )
    uow.session.execute(
        statement.on_conflict_do_update(
            constraint="pk_notification_preference", set_={"wanted": wanted}
        )
    )
