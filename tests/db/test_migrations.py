"""The schema goes up, down and up again, and the models say what the database has."""

from __future__ import annotations

import importlib.util
import pkgutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text

from kpix_tui import domains
from kpix_tui.access.permissions import Visibility
from kpix_tui.app.context import Context
from kpix_tui.db import engine, migrate
from kpix_tui.db.base import Base
from kpix_tui.db.errors import DatabaseNewer, DatabaseOutdated
from kpix_tui.domains.dashboards.service import get_dashboard
from kpix_tui.domains.people.errors import TeamNameTaken
from kpix_tui.domains.people.service import create_team, list_teams
from kpix_tui.domains.values.service import list_values
from tests.services import factory
from tests.support import databases, servers


@pytest.fixture
def empty(server: servers.Server, run_id: str, tmp_path: Path) -> Iterator[tuple[Engine, Engine]]:
    """A migrated database without anybody in it: the operator's engine and the application's."""
    template = databases.migrated(server, run_id)
    with databases.cloned(server, template, {}) as made:
        settings = made.settings(tmp_path)
        owner = engine.make_owner_engine(
            engine.embedded_url(str(settings.owner_database_url)), settings
        )
        application = engine.make_engine(engine.embedded_url(str(settings.database_url)), settings)
        yield owner, application
        owner.dispose()
        application.dispose()


def differences(owner: Engine) -> list[Any]:
    """What a new migration would have to do: the models compared with the database."""
    for package in pkgutil.iter_modules(domains.__path__):
        models = f"{domains.__name__}.{package.name}.models"
        if importlib.util.find_spec(models):
            importlib.import_module(models)
    with owner.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": lambda name, kind, _parents: (
                    name == "kpix" if kind == "schema" else name != "alembic_version"
                ),
            },
        )
        return list(compare_metadata(context, Base.metadata))


def test_models_and_database_agree(empty: tuple[Engine, Engine]) -> None:
    owner, _ = empty
    assert differences(owner) == []


def test_goes_down_and_up_again(empty: tuple[Engine, Engine]) -> None:
    owner, application = empty
    migrate.downgrade(owner)
    assert migrate.schema_state(owner).found is None
    migrate.upgrade(owner)
    assert migrate.schema_state(owner).current
    migrate.require_current(application)
    assert differences(owner) == []


def test_goes_back_one_step_and_up_again(empty: tuple[Engine, Engine]) -> None:
    owner, application = empty
    migrate.downgrade(owner, "0001")
    assert migrate.schema_state(owner).found == "0001"
    with pytest.raises(DatabaseOutdated):
        migrate.require_current(application)
    migrate.upgrade(owner)
    migrate.require_current(application)
    assert differences(owner) == []


def test_what_is_there_goes_along(
    context: Context, database: databases.Database, tmp_path: Path
) -> None:
    board = factory.dashboard(context)
    kpi = factory.kpi(context, board)
    factory.value(context, kpi, date(2026, 10, 1), "90")
    made = database.settings(tmp_path)
    owner = engine.make_owner_engine(engine.embedded_url(str(made.owner_database_url)), made)
    try:
        migrate.downgrade(owner, "0001")
        migrate.upgrade(owner)
    finally:
        owner.dispose()
    values = context.run(list_values, kpi.id)
    assert [row.value for row in values.rows] == [Decimal(90)]
    assert context.run(get_dashboard, board.id).visibility is Visibility.ORGANIZATION
    factory.value(context, kpi, date(2026, 10, 1), "91", "typo")


def test_teams_whose_names_differ_in_case_alone_are_told_apart(
    context: Context, database: databases.Database, tmp_path: Path
) -> None:
    long = "n" * 200
    names = ("Quality", "QUALITY", "quality", "Quality (2)", long, long.upper(), "Safety")
    made = database.settings(tmp_path)
    owner = engine.make_owner_engine(engine.embedded_url(str(made.owner_database_url)), made)
    members = {}
    try:
        migrate.downgrade(owner, "0008")
        with database.server.connect(database.name) as operator:
            operator.execute("set session_replication_role = replica")
            for day, name in enumerate(names, 1):
                operator.execute(
                    "insert into kpix.team (organization_id, id, name, created_at)"
                    " select organization_id, gen_random_uuid(), %s, make_date(2026, 1, %s)"
                    " from kpix.organization",
                    (name, day),
                )
            members = dict(operator.execute("select id, name from kpix.team").fetchall())
        migrate.upgrade(owner)
        migrate.downgrade(owner, "0008")
        migrate.upgrade(owner)
    finally:
        owner.dispose()
    found = {row.id: row.name for row in context.run(list_teams).rows}
    assert found.keys() < members.keys()  # those of one organisation, all of them
    assert {(members[one], name) for one, name in found.items() if members[one] != name} == {
        ("QUALITY", "QUALITY (3)"),
        ("quality", "quality (4)"),
        (long.upper(), f"{long.upper()[:196]} (2)"),
    }
    with pytest.raises(TeamNameTaken):
        context.run(create_team, "SAFETY")


def test_upgrading_twice_changes_nothing(empty: tuple[Engine, Engine]) -> None:
    owner, _ = empty
    before = migrate.schema_state(owner)
    assert migrate.upgrade(owner) == before


def test_an_older_schema_is_named(empty: tuple[Engine, Engine]) -> None:
    owner, application = empty
    with owner.begin() as connection:
        connection.execute(text("comment on schema auth is 'kpix of yesterday'"))
    with pytest.raises(DatabaseOutdated):
        migrate.require_current(application)
    migrate.upgrade(owner)
    migrate.require_current(application)


def test_a_newer_schema_is_left_alone(empty: tuple[Engine, Engine]) -> None:
    owner, application = empty
    with owner.begin() as connection:
        connection.execute(text("update kpix.alembic_version set version_num = '9999'"))
    with pytest.raises(DatabaseNewer):
        migrate.require_current(application)
    with pytest.raises(DatabaseNewer):
        migrate.upgrade(owner)
    assert migrate.schema_state(owner).found == "9999"


def test_a_backfill_that_policies_would_empty_fails_loudly(empty: tuple[Engine, Engine]) -> None:
    owner, _ = empty
    with owner.begin() as connection:
        connection.execute(text("set local role kpix_owner"))
        connection.execute(text("set local row_security = off"))
        with pytest.raises(Exception, match="row-level security"):
            connection.execute(text("update kpix.kpi set unit = 'x'"))


def test_upgrades_at_the_same_moment_wait_for_each_other(empty: tuple[Engine, Engine]) -> None:
    """As when the interface and a command are started together after an update."""
    owner, _ = empty
    engines = [create_engine(owner.url, pool_size=1, max_overflow=0) for _ in range(3)]
    with ThreadPoolExecutor(len(engines)) as pool:
        states = list(pool.map(migrate.upgrade, engines))
    for one in engines:
        one.dispose()
    assert [state.current for state in states] == [True] * 3
