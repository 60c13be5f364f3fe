"""What can be done with keys in the administration."""

from __future__ import annotations

from typing import Final

from kpix_tui.access.permissions import Permission
from kpix_tui.kernel.errors import message as _m
from kpix_tui.tui.action import GLOBAL, Action, local, quiet

_PEOPLE: Final = ("users", "user")
_TEAM: Final = ("team",)
_ROLES: Final = ("roles", "role")
_MATRIX: Final = ("matrix",)


def _place(id: str, title: str, help: str, permission: Permission | None = None) -> Action:
    """A place that the palette opens from anywhere."""
    return Action(id, title, help, (), (GLOBAL,), permission, False)


ADMINISTRATION: Final[tuple[Action, ...]] = (
    Action(
        "nav.administration",
        _m("Administration"),
        _m("Users, teams, roles, sessions and the audit log."),
        ("7",),
        (GLOBAL,),
        None,
        False,
    ),
    _place(
        "administration.users",
        _m("Users"),
        _m("The people of the organisation, their roles and their access."),
        Permission.USER_READ,
    ),
    _place(
        "administration.teams",
        _m("Teams"),
        _m("The teams, who is in them and who leads."),
        Permission.TEAM_READ,
    ),
    _place(
        "administration.roles",
        _m("Roles"),
        _m("What each role allows, and who holds it."),
        Permission.ROLE_READ,
    ),
    _place(
        "administration.signed_in",
        _m("Sessions"),
        _m("Who is signed in, where from, and ending it."),
    ),
    quiet("menu.up", _m("Up"), _m("The line above."), ("up", "k"), ("menu",)),
    quiet("menu.down", _m("Down"), _m("The line below."), ("down", "j"), ("menu",)),
    local("menu.open", _m("Open"), _m("Open the place under the cursor."), ("enter",), ("menu",)),
    # Users.
    Action(
        "users.invite",
        _m("Invite"),
        _m("Make an account for somebody; a one-time code lets them in."),
        ("n",),
        ("users",),
        Permission.USER_CREATE,
    ),
    Action(
        "users.assign",
        _m("Roles"),
        _m("Give the person roles, and take them away."),
        ("o",),
        _PEOPLE,
        Permission.ROLE_ASSIGN,
    ),
    Action(
        "users.code",
        _m("New code"),
        _m("Make a one-time code with which the person chooses a password."),
        ("c",),
        _PEOPLE,
        Permission.USER_UPDATE,
    ),
    Action(
        "users.switch",
        _m("(De)activate"),
        _m("End the person's access, or give it back; their work stays."),
        ("d",),
        _PEOPLE,
        Permission.USER_UPDATE,
    ),
    Action(
        "users.rename",
        _m("Rename"),
        _m("Change the name of the person."),
        ("e",),
        _PEOPLE,
        Permission.USER_UPDATE,
    ),
    # Teams.
    Action(
        "teams.new",
        _m("New team"),
        _m("Create a team."),
        ("n",),
        ("teams",),
        Permission.TEAM_CREATE,
    ),
    Action(
        "teams.rename",
        _m("Rename"),
        _m("Change the name of the team."),
        ("e",),
        ("teams",),
        Permission.TEAM_UPDATE,
    ),
    Action(
        "teams.delete",
        _m("Delete"),
        _m("Delete the team; its name is shown and you are asked."),
        ("d",),
        ("teams",),
        Permission.TEAM_DELETE,
    ),
    Action(
        "team.add",
        _m("Add somebody"),
        _m("Type a part of a name, choose, Enter."),
        ("n",),
        _TEAM,
        Permission.TEAM_UPDATE,
    ),
    Action(
        "team.lead",
        _m("Lead or member"),
        _m("Make the member a lead, or a lead a member."),
        ("e",),
        _TEAM,
        Permission.TEAM_UPDATE,
    ),
    Action(
        "team.remove",
        _m("Remove"),
        _m("Take the person out of the team; you are asked."),
        ("d",),
        _TEAM,
        Permission.TEAM_UPDATE,
    ),
    # Roles.
    Action(
        "role.save",
        _m("Save"),
        _m("See what changes and who is affected, then save."),
        ("ctrl+s",),
        ("role",),
        Permission.ROLE_UPDATE,
    ),
    Action(
        "roles.new",
        _m("New role"),
        _m("Create a role of your own, from nothing or from another."),
        ("n",),
        ("roles",),
        Permission.ROLE_CREATE,
    ),
    Action(
        "roles.duplicate",
        _m("Copy"),
        _m("Create a role of your own that starts with the cells of this one."),
        ("c",),
        _ROLES,
        Permission.ROLE_CREATE,
    ),
    Action(
        "roles.describe",
        _m("Rename"),
        _m("Change the name and the description of the role."),
        ("e",),
        _ROLES,
        Permission.ROLE_UPDATE,
    ),
    Action(
        "roles.delete",
        _m("Delete"),
        _m("Delete the role; its name is shown and you are asked."),
        ("d",),
        ("roles",),
        Permission.ROLE_DELETE,
    ),
    Action(
        "role.holders",
        _m("Who holds it"),
        _m("The people who hold this role, since when, and who gave it."),
        ("w",),
        _ROLES,
        Permission.ROLE_READ,
    ),
    Action(
        "matrix.toggle",
        _m("Next scope"),
        _m("None, own, team, organisation, and none again."),
        ("space", "enter"),
        _MATRIX,
        Permission.ROLE_UPDATE,
    ),
    Action(
        "matrix.undo",
        _m("Put back"),
        _m("The cell under the cursor as it was."),
        ("z",),
        _MATRIX,
    ),
    quiet("matrix.up", _m("Up"), _m("One line up."), ("up", "k"), _MATRIX),
    quiet("matrix.down", _m("Down"), _m("One line down."), ("down", "j"), _MATRIX),
    quiet("matrix.left", _m("Left"), _m("One column to the left."), ("left", "h"), _MATRIX),
    quiet("matrix.right", _m("Right"), _m("One column to the right."), ("right", "l"), _MATRIX),
    quiet("matrix.first", _m("First"), _m("The first column."), ("home",), _MATRIX),
    quiet("matrix.last", _m("Last"), _m("The last column."), ("end",), _MATRIX),
    Action(
        "review.confirm",
        _m("Save"),
        _m("Save the role with these changes."),
        ("ctrl+s",),
        ("review",),
        Permission.ROLE_UPDATE,
    ),
    # Everywhere here.
    local(
        "administration.back",
        _m("Back"),
        _m("Back to where you came from."),
        ("escape",),
        ("user", "role"),
    ),
    local(
        "code.copy",
        _m("Copy"),
        _m("Copy the code to the clipboard, over SSH too."),
        ("y",),
        ("code",),
    ),
    local(
        "code.close",
        _m("Close"),
        _m("Close this window; the code is not shown again."),
        ("escape", "enter"),
        ("code",),
    ),
    local("checks.toggle", _m("Tick"), _m("Tick it, or not."), ("space",), ("checks",)),
    quiet("checks.up", _m("Up"), _m("The line above."), ("up", "k"), ("checks",)),
    quiet("checks.down", _m("Down"), _m("The line below."), ("down", "j"), ("checks",)),
)
