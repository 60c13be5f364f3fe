"""May this actor do this to that? Python's answer, so that the interface can say why.

PostgreSQL answers the same question for itself (``migrations/sql/95_policies.sql``).
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kpix_tui.access.actor import Actor
from kpix_tui.access.permissions import (
    LEANS_ON,
    LEVEL_NEEDED,
    OWN_ONLY,
    Level,
    Permission,
    Scope,
    Visibility,
)
from kpix_tui.kernel.errors import Forbidden, message


class PermissionMissing(Forbidden):
    """None of the actor's roles grants the permission at all."""

    code = "access.permission_missing"
    message = message("Your role does not allow this ({permission}).")


class OutOfScope(Forbidden):
    """The actor's roles grant the permission, but not on this object."""

    code = "access.out_of_scope"
    message = message("Your role allows this only on what is yours or your team's ({permission}).")


@dataclass(frozen=True, slots=True)
class Target:
    """What a permission is asked for: a dashboard, a KPI on one, or an action about a KPI, that the
    actor sees.

    ``owners`` are the dashboard's, the KPI's, and the action's with who made it; any of them in
    reach is enough. ``level`` is the
    highest at which the dashboard is shared with the actor now, ``assigned`` whether the KPI's
    values are theirs, or a team's of theirs, to enter.
    """

    owners: frozenset[UUID]
    level: Level | None = None
    assigned: bool = False


_ENTRY = frozenset({Permission.KPI_VALUE_CREATE, Permission.KPI_VALUE_UPDATE})


def allows(actor: Actor, permission: Permission, target: Target | None = None) -> bool:
    """Whether ``actor`` holds ``permission`` over ``target``.

    Without a target the question is whether the actor may do it anywhere at all.
    """
    needed = (permission, LEANS_ON.get(permission, permission))
    return all(_allows(actor, one, target) for one in needed)


def _allows(actor: Actor, permission: Permission, target: Target | None) -> bool:
    scope = actor.grants.get(permission)
    if scope is None:
        return False
    if permission in OWN_ONLY:
        scope = Scope.OWN
    if target is None or scope is Scope.ORGANIZATION or permission is Permission.DASHBOARD_READ:
        return True
    reach = actor.team_mates | {actor.user_id} if scope is Scope.TEAM else {actor.user_id}
    return (
        not reach.isdisjoint(target.owners)
        or _shared(target.level, permission)
        or (target.assigned and permission in _ENTRY)
    )


def _shared(level: Level | None, permission: Permission) -> bool:
    needed = LEVEL_NEEDED.get(permission)
    return level is not None and needed is not None and level.rank >= needed.rank


def sees(actor: Actor, owner: UUID, visibility: Visibility, level: Level | None) -> bool:
    """Whether ``actor`` sees a dashboard of ``owner`` that is shared with them at ``level``."""
    reading = actor.grants.get(Permission.DASHBOARD_READ)
    if reading is None:
        return False
    mate = owner in actor.team_mates
    return (
        owner == actor.user_id
        or level is not None
        or actor.grants.get(Permission.DASHBOARD_ASSIGN) is Scope.ORGANIZATION
        or (visibility is Visibility.ORGANIZATION and reading is Scope.ORGANIZATION)
        or (visibility is not Visibility.PRIVATE and mate and reading is not Scope.OWN)
    )


def require(actor: Actor, permission: Permission, target: Target | None = None) -> None:
    """Refuse unless :func:`allows`.

    Raises:
        PermissionMissing: no role of the actor grants it.
        OutOfScope: a role grants it, but not over this target.
    """
    if allows(actor, permission, target):
        return
    for needed in (permission, LEANS_ON.get(permission, permission)):
        if needed not in actor.grants:
            raise PermissionMissing(permission=needed.value)
    raise OutOfScope(permission=permission.value)
