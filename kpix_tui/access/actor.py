"""Who is asking, with what their roles grant in the words of the table of permissions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from kpix_tui.access.permissions import Permission, Scope
from kpix_tui.kernel.principal import Principal

if TYPE_CHECKING:
    # Only for annotations: an actor must not bring the database drivers to the first frame.
    from kpix_tui.db.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Actor(Principal):
    """A principal whose rights this kpix understands.

    ``grants`` holds the widest scope that any of the roles gives for each permission.
    """

    grants: Mapping[Permission, Scope]

    @classmethod
    def from_principal(cls, principal: Principal) -> Actor:
        """The actor that a principal stands for; permissions of a newer kpix are left out."""
        known = {field.name: getattr(principal, field.name) for field in fields(Principal)}
        return cls(**known, grants=_widest(principal.cells))


def actor_of(uow: UnitOfWork) -> Actor:
    """The actor of a unit of work.

    Raises:
        NotSignedIn: it was opened without a session.
    """
    return Actor.from_principal(uow.principal)


def _widest(cells: tuple[tuple[str, str], ...]) -> dict[Permission, Scope]:
    known = set(Permission)
    found: dict[Permission, Scope] = {}
    for name, scope in sorted(cells, key=lambda cell: Scope(cell[1]).rank):
        if name in known:
            found[Permission(name)] = Scope(scope)
    return found
