"""Roles that an organisation made up: nothing is passed over where a right is half of one."""

from __future__ import annotations

import pytest

from kpix_tui.access.policy import PermissionMissing
from kpix_tui.app.context import Context
from kpix_tui.domains.dashboards.service import archive_dashboard
from kpix_tui.domains.kpis.service import delete_kpi
from tests.services import factory
from tests.support.databases import Database


def test_deleting_without_the_right_to_update_is_refused_and_said(
    context: Context, database: Database
) -> None:
    board = factory.dashboard(context)
    kpi = factory.kpi(context, board)
    with database.server.connect(database.name) as superuser:
        superuser.execute(
            b"delete from kpix.role_permission"
            b" where permission in ('dashboard:update', 'kpi:update')"
        )
    with pytest.raises(PermissionMissing, match="dashboard:update"):
        context.run(archive_dashboard, board.id)
    with pytest.raises(PermissionMissing, match="kpi:update"):
        context.run(delete_kpi, kpi.id)
