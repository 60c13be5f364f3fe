"""Notifications: the inbox of whoever asks, and what they want to hear of.

The database writes them, from facts (``migrations/sql``); nobody else can.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from kpix_tui.db.uow import UnitOfWork
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
    raise NotImplementedError


def inbox(
    uow: UnitOfWork, page: PageRequest = FIRST_PAGE, wanted: InboxFilter | None = None
) -> Page[Notification]:
    """One page of the actor's notifications, the newest first; sorts: at, priority, kind, kpi.

    Raises the due dates that have come first (:func:`raise_due`). What is about a KPI that the
    actor sees no more is left out.
    """
    raise NotImplementedError


def get_notification(uow: UnitOfWork, notification_id: UUID) -> Notification:
    """One of the actor's notifications.

    Raises:
        NotificationNotFound: there is none in the actor's inbox.
    """
    raise NotImplementedError


def mark_read(uow: UnitOfWork, ids: Iterable[UUID], *, read: bool = True) -> int:
    """Mark notifications as read, or as unread again; how many changed.

    Raises:
        NotificationNotFound: one of them is not in the actor's inbox; nothing was changed.
    """
    raise NotImplementedError


def mark_all_read(
    uow: UnitOfWork, until: datetime | None = None, wanted: InboxFilter | None = None
) -> int:
    """Mark everything unread as read that came by ``until`` (now); how many that were."""
    raise NotImplementedError


def raise_due(uow: UnitOfWork) -> int:
    """Tell the actor of their actions whose due date has come near or has passed.

    There is no server that could do it at midnight: a session does at its start, and the inbox
    when it is opened. Each fact is told once, however often this runs. How many were new.
    """
    raise NotImplementedError


def preferences(uow: UnitOfWork) -> tuple[Preference, ...]:
    """Every kind, and whether the actor wants to hear of it (until they say otherwise, yes)."""
    raise NotImplementedError


def set_preference(uow: UnitOfWork, kind: Kind, *, wanted: bool) -> Preference:
    """Hear of a kind from now on, or no more; what has been told already stays."""
    raise NotImplementedError
