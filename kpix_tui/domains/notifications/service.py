"""Notifications: the inbox of whoever asks, and what they want to hear of.

The database writes them, from facts (``migrations/sql``); nobody else can.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.notifications import queries
from kpix_tui.domains.notifications.errors import NotificationNotFound
from kpix_tui.domains.notifications.views import (
    InboxFilter,
    Kind,
    Notification,
    Preference,
    Unread,
)
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest


def unread(uow: UnitOfWork) -> Unread:
    """How many notifications the actor has not read, by priority: one cheap query."""
    return queries.unread(uow)


def inbox(
    uow: UnitOfWork, page: PageRequest = FIRST_PAGE, wanted: InboxFilter | None = None
) -> Page[Notification]:
    """One page of the actor's notifications, the newest first; sorts: at, priority, kind, kpi.

    Raises the due dates that have come first (:func:`raise_due`). What is about a KPI that the
    actor sees no more is left out.
    """
    raise_due(uow)
    return queries.inbox(uow, page, wanted or InboxFilter())


def get_notification(uow: UnitOfWork, notification_id: UUID) -> Notification:
    """One of the actor's notifications.

    Raises:
        NotificationNotFound: there is none in the actor's inbox.
    """
    found = queries.notification(uow, notification_id)
    if found is None:
        raise NotificationNotFound(name=str(notification_id))
    return found


def mark_read(uow: UnitOfWork, ids: Iterable[UUID], *, read: bool = True) -> int:
    """Mark notifications as read, or as unread again; how many changed.

    Raises:
        NotificationNotFound: one of them is not in the actor's inbox; nothing was changed.
    """
    asked = tuple(dict.fromkeys(ids))
    states = queries.states(uow, asked)
    for one in asked:
        if one not in states:
            raise NotificationNotFound(name=str(one))
    changing = [one for one in asked if (states[one] is None) is read]
    if changing:
        queries.mark(uow, changing, read=read)
    return len(changing)


def mark_all_read(
    uow: UnitOfWork, until: datetime | None = None, wanted: InboxFilter | None = None
) -> int:
    """Mark everything unread as read, or what came by ``until``; how many that were."""
    return queries.mark_all(uow, until, wanted or InboxFilter())


def raise_due(uow: UnitOfWork) -> int:
    """Tell the actor of their actions whose due date has come near or has passed.

    There is no server that could do it at midnight: a session does at its start, and the inbox
    when it is opened. Each fact is told once, however often this runs. How many were new.
    """
    return int(uow.session.scalar(select(func.auth.raise_due())) or 0)


def preferences(uow: UnitOfWork) -> tuple[Preference, ...]:
    """Every kind, and whether the actor wants to hear of it (until they say otherwise, yes)."""
    return queries.preferences(uow)


def set_preference(uow: UnitOfWork, kind: Kind, *, wanted: bool) -> Preference:
    """Hear of a kind from now on, or no more; what has been told already stays."""
    queries.put_preference(uow, kind, wanted=wanted)
    return Preference(kind, wanted)
