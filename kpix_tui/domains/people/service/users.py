"""Users: list, show, rename, activate and deactivate."""

from __future__ import annotations

from uuid import UUID

from kpix_tui.access.actor import actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import Target, require
from kpix_tui.db.errors import refusals
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.people.errors import (
    LastAdministrator,
    SelfDeactivation,
    UserAmbiguous,
    UserBeyondOwn,
    UserNotFound,
)
from kpix_tui.domains.people.queries import users as queries
from kpix_tui.domains.people.rules import EVERYBODY, valid_name
from kpix_tui.domains.people.views import UserDetail, UserRow
from kpix_tui.kernel.ids import as_id
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


def show_user_detail(uow: UnitOfWork, user_id: UUID) -> UserDetail:
    """One user, with their teams, and their roles as far as the actor may know them.

    Raises:
        UserNotFound: the organisation has no such user.
    """
    found = show_user(uow, user_id)
    return UserDetail(found, queries.roles_of(uow, user_id), queries.teams_of(uow, user_id))


def find_user(uow: UnitOfWork, name_email_or_id: str) -> UserRow:
    """The user that a person named; an e-mail that the actor may not know finds nobody.

    Raises:
        UserNotFound: nobody has this name, e-mail or id.
        UserAmbiguous: several have this name.
    """
    user_id = as_id(name_email_or_id)
    if user_id is not None:
        return show_user(uow, user_id)
    require(actor_of(uow), Permission.USER_READ)
    found = queries.users_called(uow, name_email_or_id.strip())
    if not found:
        raise UserNotFound(name=name_email_or_id)
    if len(found) > 1:
        raise UserAmbiguous(name=name_email_or_id)
    return found[0]


def rename_user(uow: UnitOfWork, user_id: UUID, name: str) -> UserRow:
    """Another name for a user, or with the permission for oneself only, for oneself.

    Raises:
        Forbidden: the actor may not.
        NameInvalid: the name is empty or too long.
        UserNotFound: the organisation has no such user.
    """
    require(actor_of(uow), Permission.USER_UPDATE, Target(frozenset({user_id})))
    if not queries.rename_user(uow, user_id, valid_name(name)):
        raise UserNotFound(name=str(user_id))
    uow.log("user.renamed", user_id=str(user_id))
    return show_user(uow, user_id)


def set_active(uow: UnitOfWork, user_id: UUID, active: bool) -> UserRow:
    """Let a user sign in, or no more: then their sessions and codes end, and their work stays.

    Doing it twice changes nothing.

    Raises:
        Forbidden: the actor may not, or (UserBeyondOwn) the user holds more than they do.
        UserNotFound: the organisation has no such user.
        SelfDeactivation: it is the actor.
        LastAdministrator: nobody would be left to administer the organisation.
    """
    require(actor_of(uow), Permission.USER_UPDATE, EVERYBODY)
    name = show_user(uow, user_id).name
    with refusals(
        {
            "self_deactivation": SelfDeactivation,
            "last_administrator": LastAdministrator,
            "user_beyond_own": lambda: UserBeyondOwn(name=name),
        }
    ):
        queries.set_active(uow, user_id, active)
    uow.log("user.activated" if active else "user.deactivated", user_id=str(user_id))
    return show_user(uow, user_id)
