"""May this actor do this to that? Python's answer, so that the interface can say why.

PostgreSQL answers the same question for itself (``migrations/sql/95_policies.sql``).
"""

from __future__ import annotations

from uuid import UUID

from kpix_tui.access.actor import Actor
from kpix_tui.access.permissions import Permission, Scope
from kpix_tui.kernel.errors import Forbidden, message


class PermissionMissing(Forbidden):
    """None of the actor's roles grants the permission at all."""

    code = "access.permission_missing"
    message = message("Your role does not allow this ({permission}).")


class OutOfScope(Forbidden):
    """The actor's roles grant the permission, but not on this object."""

    code = "access.out_of_scope"
    message = message("Your role allows this only on what is yours or your team's ({permission}).")


def allows(actor: Actor, permission: Permission, *owners: UUID) -> bool:
    """Whether ``actor`` holds ``permission`` over something that ``owners`` own.

    Without owners the question is whether the actor may do it anywhere at all. An object with
    several owners (a KPI and the dashboard it stands on) is reached through any of them.
    """
    scope = actor.grants.get(permission)
    if scope is None:
        return False
    if scope is Scope.ORGANIZATION or not owners:
        return True
    reach = actor.team_mates | {actor.user_id} if scope is Scope.TEAM else {actor.user_id}
    return not reach.isdisjoint(owners)


def require(actor: Actor, permission: Permission, *owners: UUID) -> None:
    """Refuse unless :func:`allows`.

    Raises:
        PermissionMissing: no role of the actor grants it.
        OutOfScope: a role grants it, but not over these owners.
    """
    if allows(actor, permission, *owners):
        return
    if permission not in actor.grants:
        raise PermissionMissing(permission=permission.value)
    raise OutOfScope(permission=permission.value)
