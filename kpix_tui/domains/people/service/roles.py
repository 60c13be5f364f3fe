"""Roles: list, show, create, change, delete, and who is affected by a change."""

from __future__ import annotations

from kpix_tui.access.actor import actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import require
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.people import queries
from kpix_tui.domains.people.views import RoleRow
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest


def list_roles(uow: UnitOfWork, page: PageRequest = FIRST_PAGE) -> Page[RoleRow]:
    """One page of roles, built-in ones first; sorts: role, name."""
    require(actor_of(uow), Permission.ROLE_READ)
    return queries.roles(uow, page)
