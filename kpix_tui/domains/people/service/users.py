"""Users: list, show, rename, activate and deactivate."""

from __future__ import annotations

from uuid import UUID

from kpix_tui.access.actor import actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import require
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.people import queries
from kpix_tui.domains.people.errors import UserNotFound
from kpix_tui.domains.people.views import UserRow
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest


def list_users(uow: UnitOfWork, page: PageRequest = FIRST_PAGE) -> Page[UserRow]:
    """One page of users; sorts: name, email, created_at."""
    require(actor_of(uow), Permission.USER_READ)
    return queries.users(uow, page)


def show_user(uow: UnitOfWork, user_id: UUID) -> UserRow:
    """One user.

    Raises:
        UserNotFound: the organisation has no such user.
    """
    require(actor_of(uow), Permission.USER_READ)
    found = queries.user(uow, user_id)
    if found is None:
        raise UserNotFound(name=str(user_id))
    return found
