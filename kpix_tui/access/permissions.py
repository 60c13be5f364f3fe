"""The one table of who may do what: resource x action x scope, and the four built-in roles.

The table seeds every organisation's roles; row-level security reads the seeded rows, and a test
compares the two answers for every cell (``tests/db/test_access_matrix.py``).
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
    KPI_CREATE = "kpi:create"
    KPI_READ = "kpi:read"
    KPI_UPDATE = "kpi:update"
    KPI_DELETE = "kpi:delete"
    KPI_VALUE_CREATE = "kpi_value:create"
    KPI_VALUE_READ = "kpi_value:read"
    KPI_VALUE_UPDATE = "kpi_value:update"
    IMPORT_CREATE = "import:create"
    AUDIT_READ = "audit:read"


class BuiltinRole(StrEnum):
    """The roles that every organisation has."""

    ADMIN = "ADMIN"
    MANAGER = "MANAGER"
    USER = "USER"
    VIEWER = "VIEWER"


_P = Permission
_EVERYTHING_READ: Final = (
    _P.ORGANIZATION_READ,
    _P.USER_READ,
    _P.TEAM_READ,
    _P.ROLE_READ,
    _P.DASHBOARD_READ,
    _P.KPI_READ,
    _P.KPI_VALUE_READ,
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

GRANTS: Final = MappingProxyType(
    {
        BuiltinRole.ADMIN: MappingProxyType(dict.fromkeys(Permission, Scope.ORGANIZATION)),
        BuiltinRole.MANAGER: MappingProxyType(
            dict.fromkeys(_EVERYTHING_READ, Scope.ORGANIZATION)
            | dict.fromkeys(_BUILDING, Scope.TEAM)
            | dict.fromkeys(_ENTRY, Scope.ORGANIZATION)
            | {_P.IMPORT_CREATE: Scope.ORGANIZATION}
        ),
        BuiltinRole.USER: MappingProxyType(
            dict.fromkeys(_EVERYTHING_READ, Scope.ORGANIZATION)
            | dict.fromkeys(_BUILDING, Scope.OWN)
            | dict.fromkeys(_ENTRY, Scope.OWN)
            | {_P.IMPORT_CREATE: Scope.OWN}
        ),
        BuiltinRole.VIEWER: MappingProxyType(dict.fromkeys(_EVERYTHING_READ, Scope.ORGANIZATION)),
    }
)
