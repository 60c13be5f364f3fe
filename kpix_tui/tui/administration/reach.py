"""What needs the whole of the organisation, said before it is tried."""

from __future__ import annotations

from kpix_tui.access.actor import Actor
from kpix_tui.access.permissions import Permission, Scope
from kpix_tui.access.policy import OutOfScope
from kpix_tui.i18n.catalog import error_text


def too_narrow(actor: Actor | None, permission: Permission) -> str | None:
    """Why somebody who does not hold it everywhere may not; None: they do."""
    if actor is None or actor.grants.get(permission) is Scope.ORGANIZATION:
        return None
    return error_text(OutOfScope(permission=permission.value))
