"""The tables of rights: what the database holds is what Python holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from kpix_tui.access.permissions import GRANTS, LEVEL_NEEDED, Level, Permission
from tests.support.databases import Database


@pytest.fixture
def superuser(database: Database) -> Iterator[psycopg.Connection[Any]]:
    with database.server.connect(database.name) as connection:
        yield connection


def test_the_table_of_the_database_is_that_of_python(superuser: psycopg.Connection[Any]) -> None:
    rows = superuser.execute("select role, permission, scope from private.builtin_grants()")
    expected = {
        (r.value, p.value, s.value) for r, cells in GRANTS.items() for p, s in cells.items()
    }
    assert set(rows.fetchall()) == expected


def test_the_levels_of_the_database_are_those_of_python(superuser: psycopg.Connection[Any]) -> None:
    for permission in Permission:
        row = superuser.execute("select private.level_needed(%s)", (permission.value,)).fetchone()
        needed = LEVEL_NEEDED.get(permission)
        assert row == (needed.value if needed else None,)
    for level in Level:
        row = superuser.execute("select private.level_rank(%s)", (level.value,)).fetchone()
        assert row == (level.rank + 1,)


def test_an_upgrade_puts_the_built_in_roles_right(superuser: psycopg.Connection[Any]) -> None:
    cells = (
        "select r.organization_id, r.name, rp.permission, rp.scope from kpix.role r"
        " join kpix.role_permission rp using (organization_id) where rp.role_id = r.id"
        " order by 1, 2, 3"
    )
    with superuser.transaction(force_rollback=True):
        before = superuser.execute(cells).fetchall()
        for damage in (
            "update kpix.role_permission set scope = 'OWN' where permission = 'kpi:read'",
            "delete from kpix.role_permission where permission = 'kpi:update'",
            "insert into kpix.role_permission (organization_id, role_id, permission, scope)"
            " select organization_id, id, 'of:yesterday', 'OWN' from kpix.role",
        ):
            superuser.execute(damage.encode())
        assert superuser.execute(cells).fetchall() != before
        superuser.execute("set local role kpix_auth")
        superuser.execute("select private.sync_builtin_roles()")
        superuser.execute("reset role")
        assert superuser.execute(cells).fetchall() == before
