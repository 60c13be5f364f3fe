"""Short ways to name people and to give them rights, through the service layer."""

from __future__ import annotations

from uuid import UUID

from kpix_tui.access.permissions import BuiltinRole, Permission, Scope
from kpix_tui.app.context import Context
from kpix_tui.domains.people import service
from kpix_tui.domains.people.views import CreateRole, RoleDetail

NAMES = {
    "admin": "Ada Admin",
    "manager": "Max Manager",
    "user": "Ursula User",
    "viewer": "Vic Viewer",
}


def person(context: Context, who: str) -> UUID:
    """The id of one of the four people of the context's organisation."""
    return context.run(service.find_user, NAMES.get(who, who)).id


def role(context: Context, name: str) -> UUID:
    """The id of a role."""
    return context.run(service.find_role, name).id


def give(context: Context, who: str, cells: dict[Permission, Scope], name: str) -> RoleDetail:
    """A role of the organisation's own with these cells, in place of the one that ``who`` has."""
    made = context.run(service.create_role, CreateRole(name, cells))
    user_id = person(context, who)
    for held in context.run(service.show_user_detail, user_id).roles:
        context.run(service.unassign_role, user_id, held.role_id)
    context.run(service.assign_role, user_id, made.id)
    return made


def second_admin(context: Context, who: str = "manager") -> UUID:
    """Makes somebody an administrator as well."""
    user_id = person(context, who)
    context.run(service.assign_role, user_id, role(context, BuiltinRole.ADMIN))
    return user_id


def everything(context: Context) -> tuple[object, ...]:
    """All that is known of people, to see that a refusal changed nothing."""
    users = context.run(service.list_users).rows
    return (
        [context.run(service.show_user_detail, user.id) for user in users],
        context.run(service.list_roles),
        context.run(service.list_teams),
    )
