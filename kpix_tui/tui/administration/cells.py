"""The cells of a role: what each one is called, how it is drawn, and which comes after which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kpix_tui.access.permissions import Permission, Scope
from kpix_tui.domains.people.rules import rank, scopes_of
from kpix_tui.kernel.errors import message as _m

RESOURCES: Final = {
    "dashboard": _m("Dashboards"),
    "kpi": _m("KPIs and thresholds"),
    "kpi_value": _m("Values"),
    "comment": _m("Comments"),
    "action_plan": _m("Action plans"),
    "import": _m("Imports"),
    "user": _m("Users"),
    "team": _m("Teams"),
    "role": _m("Roles"),
    "organization": _m("Organisation"),
    "audit": _m("Audit log"),
}
"""The lines of the matrix: the daily work first."""

ACTIONS: Final = {
    "read": _m("Read"),
    "create": _m("Create"),
    "update": _m("Update"),
    "delete": _m("Delete"),
    "assign": _m("Assign"),
}
"""The columns of the matrix."""

MEANINGS: Final = {
    Permission.ORGANIZATION_READ: _m("See the organisation's settings"),
    Permission.ORGANIZATION_UPDATE: _m("Change the organisation's settings"),
    Permission.USER_CREATE: _m("Invite users"),
    Permission.USER_READ: _m("See the e-mail addresses and roles of users"),
    Permission.USER_UPDATE: _m("Rename users, send them codes, end their access"),
    Permission.TEAM_CREATE: _m("Create teams"),
    Permission.TEAM_READ: _m("See teams and their members"),
    Permission.TEAM_UPDATE: _m("Change teams and their members"),
    Permission.TEAM_DELETE: _m("Delete teams"),
    Permission.ROLE_CREATE: _m("Create roles"),
    Permission.ROLE_READ: _m("See roles and what they allow"),
    Permission.ROLE_UPDATE: _m("Change roles"),
    Permission.ROLE_DELETE: _m("Delete roles"),
    Permission.ROLE_ASSIGN: _m("Give roles to users and take them away"),
    Permission.DASHBOARD_CREATE: _m("Create dashboards"),
    Permission.DASHBOARD_READ: _m("See dashboards"),
    Permission.DASHBOARD_UPDATE: _m("Change dashboards"),
    Permission.DASHBOARD_ASSIGN: _m("Share dashboards and hand them over"),
    Permission.DASHBOARD_DELETE: _m("Archive dashboards"),
    Permission.KPI_CREATE: _m("Create KPIs"),
    Permission.KPI_READ: _m("See KPIs"),
    Permission.KPI_UPDATE: _m("Change KPIs and their thresholds"),
    Permission.KPI_DELETE: _m("Delete KPIs"),
    Permission.KPI_VALUE_CREATE: _m("Enter values"),
    Permission.KPI_VALUE_READ: _m("See values"),
    Permission.KPI_VALUE_UPDATE: _m("Correct values"),
    Permission.COMMENT_CREATE: _m("Write comments"),
    Permission.COMMENT_READ: _m("Read comments"),
    Permission.COMMENT_UPDATE: _m("Change comments"),
    Permission.COMMENT_DELETE: _m("Delete comments"),
    Permission.ACTION_PLAN_CREATE: _m("Create actions"),
    Permission.ACTION_PLAN_READ: _m("See actions"),
    Permission.ACTION_PLAN_UPDATE: _m("Change actions and how far they are"),
    Permission.ACTION_PLAN_DELETE: _m("Delete actions"),
    Permission.ACTION_PLAN_ASSIGN: _m("Give actions to other people"),
    Permission.IMPORT_CREATE: _m("Import values from files"),
    Permission.AUDIT_READ: _m("Read the audit log"),
}
"""What each cell lets people do."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How a scope is drawn: the fuller the circle, the farther it reaches. Words to translate."""

    glyph: str
    ascii: str
    word: str
    short: str
    sentence: str

    def mark(self, *, ascii: bool) -> str:
        """The glyph that the terminal can show."""
        return self.ascii if ascii else self.glyph


REACHES: Final[dict[Scope | None, Reach]] = {
    None: Reach("○", "-", _m("none"), _m("none"), _m("not allowed")),
    Scope.OWN: Reach("◔", "o", _m("own"), _m("own"), _m("what is their own")),
    Scope.TEAM: Reach("◑", "O", _m("team"), _m("team"), _m("their own and their teams'")),
    Scope.ORGANIZATION: Reach(
        "●", "@", _m("organisation"), _m("org."), _m("everywhere in the organisation")
    ),
}

SPECIAL: Final[dict[tuple[Permission, Scope | None], str]] = {
    (Permission.TEAM_UPDATE, Scope.TEAM): _m("the members of the teams that they lead"),
    (Permission.USER_READ, Scope.OWN): _m("their own only"),
    (Permission.USER_UPDATE, Scope.OWN): _m("their own name only"),
}
"""Cells whose scope means something else than it does elsewhere."""


def permission_at(resource: str, action: str) -> Permission | None:
    """The permission of a cell; None where the two together mean nothing."""
    name = f"{resource}:{action}"
    return Permission(name) if name in set(Permission) else None


def steps(permission: Permission, limit: Scope | None) -> tuple[Scope | None, ...]:
    """The scopes that a cell may be given, from none on; nothing wider than ``limit``."""
    return (None, *(one for one in scopes_of(permission) if rank(one) <= rank(limit)))


def next_scope(permission: Permission, scope: Scope | None, limit: Scope | None) -> Scope | None:
    """What comes after ``scope``; after the last one, none."""
    possible = steps(permission, limit)
    wider = (one for one in possible if rank(one) > rank(scope))
    return next(wider, None)
