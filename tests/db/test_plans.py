"""No query calls a function of ours once a row: policies ask once, and the plans show it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from uuid import UUID

import psycopg
import pytest

from kpix_tui.db.principal import begin
from kpix_tui.kernel.clock import FixedClock
from tests.benchmarks import scope_data
from tests.benchmarks.scope import PEOPLE, Person, person
from tests.benchmarks.scope_reads import screens, statements
from tests.conftest import NOW
from tests.support import databases, servers
from tests.support.databases import Database
from tests.support.plans import Statement, called_per_row, calls, plan_of

Filled = tuple[Database, scope_data.Scene]

SCREENS = tuple(screens(UUID(int=0), UUID(int=0)))
TABLES = (
    *("organization", "app_user", "role", "role_permission", "user_role", "team", "team_member"),
    *("dashboard", "dashboard_share", "kpi", "kpi_assignment", "kpi_threshold"),
    *("kpi_value", "kpi_value_revision", "kpi_state", "audit_log"),
)
MOST_CALLS = 200
"""Under the number of KPIs that are seen, and far under that of the values."""


@pytest.fixture(scope="module")
def filled(server: servers.Server, run_id: str) -> Iterator[Filled]:
    """Three organisations, 300 KPIs in the one that is read; the database counts calls."""
    template, tokens = databases.peopled(server, run_id, FixedClock(NOW))
    with databases.cloned(server, template, tokens) as made:
        with made.server.connect(made.name) as connection:
            scene = scope_data.fill(connection, scope_data.SMALL, 1)
            connection.execute(f"alter database {made.name} set track_functions = 'all'".encode())
        yield made, scene


@pytest.fixture(scope="module", params=PEOPLE)
def reader(
    filled: Filled, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Person]:
    """Each of the people of the measured organisation."""
    with person(filled[0], tmp_path_factory.mktemp("plans"), request.param) as found:
        yield found


@pytest.mark.parametrize("screen", SCREENS)
def test_screens_answer_as_by_hand_and_ask_once(
    filled: Filled, reader: Person, screen: str
) -> None:
    scene = filled[1]
    sent = statements(reader.context, screens(scene.dashboards[0], scene.kpis[0])[screen])
    assert sent
    for statement in sent:
        by_policies = reader.policies.rows(statement)
        assert by_policies == reader.superuser.rows(reader.views.rewritten(statement))
        with reader.policies.transaction():
            assert called_per_row(plan_of(reader.policies.connection, statement)) == []
            assert _most_called(reader.policies.connection, statement) < MOST_CALLS


@pytest.mark.parametrize("table", TABLES)
def test_whole_tables_ask_once(reader: Person, table: str) -> None:
    columns = "id, name" if table == "app_user" else "*"
    statement = Statement(f"select {columns} from kpix.{table}")
    with reader.policies.transaction():
        assert called_per_row(plan_of(reader.policies.connection, statement)) == []
        assert _most_called(reader.policies.connection, statement) < MOST_CALLS


def _most_called(connection: psycopg.Connection[Any], statement: Statement) -> int:
    before = calls(connection)
    connection.execute(statement.text.encode(), statement.parameters)
    after = calls(connection)
    counted = {name: after[name] - before.get(name, 0) for name in after}
    assert counted["private.verified"], "nothing is counted"
    return max(counted.values())


SABOTAGE = (
    "organization_id = auth.org()",
    "organization_id = (select auth.org()) and auth.everywhere('kpi:read')",
    "(select auth.scope('kpi:' || status)) is null",
)


@pytest.mark.parametrize("policy", SABOTAGE)
def test_a_policy_that_asks_for_every_row_is_noticed(filled: Filled, policy: str) -> None:
    database, _scene = filled
    statement = Statement("select count(value) from kpix.kpi_value where not critical")
    with ExitStack() as stack:
        connection = stack.enter_context(database.server.connect(database.name))
        stack.enter_context(connection.transaction(force_rollback=True))
        connection.execute(b"drop policy see on kpix.kpi_value")
        connection.execute(
            f"create policy slow on kpix.kpi_value for select using ({policy})".encode()
        )
        connection.execute(b"set local session authorization kpix_local")
        assert begin(connection, database.tokens["acme/manager"]) is not None
        plan = plan_of(connection, statement)
        assert called_per_row(plan) or _most_called(connection, statement) >= MOST_CALLS
