"""The one table of who may do what: resource x action x scope, and the four built-in roles.

``private.builtin_grants`` is the same table in the database, which keeps every organisation's
built-in roles equal to it; a test compares the two, and the answers of Python and of row-level
security for every cell (``tests/db/test_access_matrix.py``).
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Scope(StrEnum):
    """How far a permission reaches, narrowest first."""

    OWN = "OWN"
    TEAM = "TEAM"
    ORGANIZATION = "ORGANIZATION"

    @property
    def rank(self) -> int:
        """0 for the narrowest scope."""
        return list(Scope).index(self)


class Level(StrEnum):
    """How far a share opens a dashboard, least first."""

    VIEWER = "VIEWER"
    CONTRIBUTOR = "CONTRIBUTOR"
    MANAGER = "MANAGER"

    @property
    def rank(self) -> int:
        """0 for the least."""
        return list(Level).index(self)


class Permission(StrEnum):
    """``resource:action``; only the cells that mean something exist."""

    ORGANIZATION_READ = "organization:read"
    ORGANIZATION_UPDATE = "organization:update"
    USER_CREATE = "user:create"
    USER_READ = "user:read"
    USER_UPDATE = "user:update"
    TEAM_CREATE = "team:create"
    TEAM_READ = "team:read"
    TEAM_UPDATE = "team:update"
    TEAM_DELETE = "team:delete"
    ROLE_CREATE = "role:create"
    ROLE_READ = "role:read"
    ROLE_UPDATE = "role:update"
    ROLE_DELETE = "role:delete"
    ROLE_ASSIGN = "role:assign"
    DASHBOARD_CREATE = "dashboard:create"
    DASHBOARD_READ = "dashboard:read"
    DASHBOARD_UPDATE = "dashboard:update"
    DASHBOARD_DELETE = "dashboard:delete"
    DASHBOARD_ASSIGN = "dashboard:assign"
    KPI_CREATE = "kpi:create"
    KPI_READ = "kpi:read"
    KPI_UPDATE = "kpi:update"
    KPI_DELETE = "kpi:delete"
    KPI_VALUE_CREATE = "kpi_value:create"
    KPI_VALUE_READ = "kpi_value:read"
    KPI_VALUE_UPDATE = "kpi_value:update"
    COMMENT_CREATE = "comment:create"
    COMMENT_READ = "comment:read"
    COMMENT_UPDATE = "comment:update"
    COMMENT_DELETE = "comment:delete"
    ACTION_PLAN_CREATE = "action_plan:create"
    ACTION_PLAN_READ = "action_plan:read"
    ACTION_PLAN_UPDATE = "action_plan:update"
    ACTION_PLAN_DELETE = "action_plan:delete"
    ACTION_PLAN_ASSIGN = "action_plan:assign"
    IMPORT_CREATE = "import:create"
    AUDIT_READ = "audit:read"


class Visibility(StrEnum):
    """Who sees a dashboard without its being shared with them."""

    ORGANIZATION = "ORGANIZATION"
    TEAMS = "TEAMS"
    PRIVATE = "PRIVATE"

    def wider_than(self, other: Visibility) -> bool:
        """Whether more may see it so than with ``other``."""
        widest_first = tuple(Visibility)
        return widest_first.index(self) < widest_first.index(other)


class BuiltinRole(StrEnum):
    """The roles that every organisation has."""

    ADMIN = "ADMIN"
    MANAGER = "MANAGER"
    USER = "USER"
    VIEWER = "VIEWER"


_P = Permission
_EVERYTHING_READ: Final = (
    _P.ORGANIZATION_READ,
    _P.TEAM_READ,
    _P.ROLE_READ,
    _P.DASHBOARD_READ,
    _P.KPI_READ,
    _P.KPI_VALUE_READ,
    _P.COMMENT_READ,
    _P.ACTION_PLAN_READ,
)
_BUILDING: Final = (
    _P.DASHBOARD_CREATE,
    _P.DASHBOARD_UPDATE,
    _P.DASHBOARD_DELETE,
    _P.KPI_CREATE,
    _P.KPI_UPDATE,
    _P.KPI_DELETE,
)
_ENTRY: Final = (_P.KPI_VALUE_CREATE, _P.KPI_VALUE_UPDATE)
_ACTING: Final = (_P.ACTION_PLAN_UPDATE, _P.ACTION_PLAN_DELETE, _P.ACTION_PLAN_ASSIGN)

_COMMENTING: Final = MappingProxyType(
    {
        _P.COMMENT_CREATE: Scope.ORGANIZATION,
        _P.COMMENT_UPDATE: Scope.OWN,
        _P.COMMENT_DELETE: Scope.OWN,
    }
)

OWN_ONLY: Final = frozenset({_P.COMMENT_UPDATE})
"""What reaches one's own at any scope: nobody puts words into another's mouth."""

GRANTS: Final = MappingProxyType(
    {
        BuiltinRole.ADMIN: MappingProxyType(
            dict.fromkeys(Permission, Scope.ORGANIZATION) | dict.fromkeys(OWN_ONLY, Scope.OWN)
        ),
        BuiltinRole.MANAGER: MappingProxyType(
            dict.fromkeys(_EVERYTHING_READ, Scope.ORGANIZATION)
            | dict.fromkeys(_BUILDING, Scope.TEAM)
            | dict.fromkeys(_ENTRY, Scope.ORGANIZATION)
            | dict(_COMMENTING)
            | dict.fromkeys(_ACTING, Scope.TEAM)
            | {
                _P.ACTION_PLAN_CREATE: Scope.ORGANIZATION,
                _P.USER_READ: Scope.ORGANIZATION,
                _P.TEAM_UPDATE: Scope.TEAM,
                _P.DASHBOARD_ASSIGN: Scope.TEAM,
                _P.IMPORT_CREATE: Scope.ORGANIZATION,
            }
        ),
        BuiltinRole.USER: MappingProxyType(
            dict.fromkeys(_EVERYTHING_READ, Scope.ORGANIZATION)
            | dict.fromkeys(_BUILDING, Scope.OWN)
            | dict.fromkeys(_ENTRY, Scope.OWN)
            | dict(_COMMENTING)
            | dict.fromkeys(_ACTING, Scope.OWN)
            | {
                _P.ACTION_PLAN_CREATE: Scope.ORGANIZATION,
                _P.USER_READ: Scope.OWN,
                _P.DASHBOARD_ASSIGN: Scope.OWN,
                _P.IMPORT_CREATE: Scope.OWN,
            }
        ),
        BuiltinRole.VIEWER: MappingProxyType(
            dict.fromkeys(_EVERYTHING_READ, Scope.ORGANIZATION) | {_P.USER_READ: Scope.OWN}
        ),
    }
)

LEVEL_NEEDED: Final = MappingProxyType(
    dict.fromkeys(
        (
            *(_P.DASHBOARD_READ, _P.KPI_READ, _P.KPI_VALUE_READ, _P.ACTION_PLAN_READ),
            *(_P.COMMENT_READ, _P.COMMENT_CREATE),
        ),
        Level.VIEWER,
    )
    | dict.fromkeys((*_ENTRY, _P.ACTION_PLAN_CREATE), Level.CONTRIBUTOR)
    | dict.fromkeys(
        (
            _P.DASHBOARD_UPDATE,
            _P.DASHBOARD_ASSIGN,
            _P.KPI_CREATE,
            _P.KPI_UPDATE,
            _P.KPI_DELETE,
            *_ACTING,
        ),
        Level.MANAGER,
    )
)
"""The level at which a share extends a permission; what is not here, no share extends."""

LEANS_ON: Final = MappingProxyType(
    {
        _P.DASHBOARD_DELETE: _P.DASHBOARD_UPDATE,
        _P.KPI_CREATE: _P.KPI_UPDATE,
        _P.KPI_DELETE: _P.KPI_UPDATE,
        _P.ACTION_PLAN_DELETE: _P.ACTION_PLAN_UPDATE,
        _P.ACTION_PLAN_ASSIGN: _P.ACTION_PLAN_UPDATE,
    }
)
"""What a permission is worth nothing without: a KPI is made with its thresholds."""
