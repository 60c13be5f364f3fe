"""Sessions that are open: locking, leaving, listing and revoking them."""

from __future__ import annotations

from uuid import UUID

from kpix_tui.access.actor import actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import require
from kpix_tui.db.principal import token_bytes
from kpix_tui.db.uow import UnitOfWork, Units
from kpix_tui.domains.accounts import queries
from kpix_tui.domains.accounts.errors import SessionEnded, SessionNotFound
from kpix_tui.domains.accounts.views import SessionRow
from kpix_tui.domains.people.rules import EVERYBODY
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest


def list_sessions(
    uow: UnitOfWork,
    page: PageRequest = FIRST_PAGE,
    *,
    user_id: UUID | None = None,
    everyone: bool = False,
) -> Page[SessionRow]:
    """One page of sessions: the actor's, another user's, or those of ``everyone``.

    Sorts: user, authenticated_at, last_seen_at, expires_at, client; the last used first.

    Raises:
        Forbidden: they are somebody else's, and the actor does not manage the users.
    """
    actor = actor_of(uow)
    wanted = None if everyone else user_id or actor.user_id
    if wanted != actor.user_id:
        require(actor, Permission.USER_UPDATE, EVERYBODY)
    return queries.sessions(uow, page, wanted)


def revoke_session(uow: UnitOfWork, session_id: UUID) -> None:
    """End a session from the next transaction on; the actor's own one as well.

    Raises:
        SessionNotFound: it has ended already, or the actor may not end it.
    """
    if not queries.revoke_session(uow, session_id):
        raise SessionNotFound(session=str(session_id), fields=("session",))
    uow.log("session.revoked", session_id=str(session_id))


def revoke_sessions(uow: UnitOfWork, user_id: UUID | None = None) -> int:
    """End a user's sessions (default: the actor's), except the one that asks; how many there were.

    Raises:
        Forbidden: they are somebody else's, and the actor does not manage the users.
    """
    actor = actor_of(uow)
    wanted = user_id or actor.user_id
    if wanted != actor.user_id:
        require(actor, Permission.USER_UPDATE, EVERYBODY)
    ended = queries.revoke_sessions(uow, wanted)
    uow.log("sessions.revoked", of_user_id=str(wanted), count=ended)
    return ended


def lock_session(uow: UnitOfWork) -> None:
    """Have the session open nothing from here on; a login opens the next one.

    Raises:
        SessionEnded: it was ended meanwhile, and opens nothing anyway.
    """
    if not queries.lock(uow):
        raise SessionEnded
    uow.log("session.locked", user_id=str(uow.principal.user_id))


def leave_session(units: Units, token: str) -> None:
    """End the session of ``token``, which was locked or idle; one that is in use goes on."""
    try:
        shown = token_bytes(token)
    except SessionEnded:
        return  # it is no token, and opens nothing
    with units.anonymous() as uow:
        queries.leave(uow, shown)
