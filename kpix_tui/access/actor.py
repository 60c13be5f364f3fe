"""Who is asking, as the database proved it at the start of the transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from kpix_tui.access.permissions import Permission, Scope

if TYPE_CHECKING:
    # Only for annotations: an actor must not bring the database drivers to the first frame.
    from kpix_tui.db.principal import Principal
    from kpix_tui.db.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Actor:
    """The user behind a session, with what their roles grant.

    ``grants`` holds the widest scope that any of the roles gives for each permission.
    ``team_mates`` are the users who share a team with the actor.
    """

    organization_id: UUID
    organization_name: str
    timezone: str
    user_id: UUID
    name: str
    email: str
    locale: str
    session_id: UUID
    shared_terminal: bool
    roles: tuple[str, ...]
    grants: Mapping[Permission, Scope]
    team_mates: frozenset[UUID] = frozenset()

    @classmethod
    def from_principal(cls, principal: Principal) -> Actor:
        """The actor that a principal stands for; permissions of a newer kpix are left out."""
        return cls(
            organization_id=principal.organization_id,
            organization_name=principal.organization_name,
            timezone=principal.timezone,
            user_id=principal.user_id,
            name=principal.name,
            email=principal.email,
            locale=principal.locale,
            session_id=principal.session_id,
            shared_terminal=principal.shared,
            roles=principal.roles,
            grants=_widest(principal.grants),
            team_mates=principal.team_mates,
        )


def actor_of(uow: UnitOfWork) -> Actor:
    """The actor of a unit of work.

    Raises:
        NotSignedIn: it was opened without a session.
    """
    return Actor.from_principal(uow.principal)


def _widest(grants: tuple[tuple[str, str], ...]) -> dict[Permission, Scope]:
    known = set(Permission)
    found: dict[Permission, Scope] = {}
    for name, scope in sorted(grants, key=lambda grant: Scope(grant[1]).rank):
        if name in known:
            found[Permission(name)] = Scope(scope)
    return found
