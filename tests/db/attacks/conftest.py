"""The victim's data, and attackers who hold the application's password and psql."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from kpix_tui.access.permissions import Level
from kpix_tui.app.context import Context
from kpix_tui.db.principal import token_bytes
from kpix_tui.domains.dashboards.service import create_dashboard, share_dashboard
from kpix_tui.domains.dashboards.views import CreateDashboard, ShareDashboard
from kpix_tui.domains.kpis.service import assign_entry, create_kpi
from kpix_tui.domains.kpis.views import CreateKpi, Direction, Thresholds
from kpix_tui.domains.people.service.teams import add_member, create_team
from kpix_tui.domains.people.service.users import find_user
from kpix_tui.domains.plans.service import create_plan
from kpix_tui.domains.plans.views import CreatePlan
from kpix_tui.domains.values.service import enter_value
from kpix_tui.domains.values.views import EnterValue
from kpix_tui.kernel.clock import FixedClock
from kpix_tui.kernel.periods import Frequency
from tests.conftest import NOW
from tests.support import databases, servers
from tests.support.databases import Database

SECRET = "zanzibar"
"""A word that only the victim's rows hold."""


@dataclass
class Victim:
    """What Acme has: a dashboard with one KPI that its administrator owns, corrected once; its
    manager may look at it, and the administrator, alone in a team, owes its values and has
    something to do about it."""

    organization_id: Any
    user_id: Any
    dashboard_id: Any
    kpi_id: Any


@dataclass
class Attacker:
    """Somebody with the application's login role. ``token`` is None for those without a kpix login."""

    database: Database
    token: str | None
    victim: Victim
    notes: list[str] = field(default_factory=list)

    @contextmanager
    def connection(self, user: str = "kpix_local") -> Iterator[psycopg.Connection[Any]]:
        """A bare connection of the application's role."""
        with self.database.server.connect(self.database.name, user) as connection:
            connection.execute("set statement_timeout = '20s'")
            yield connection

    def begin(self, connection: psycopg.Connection[Any]) -> None:
        """Sign in for the transaction, when the attacker has a login at all."""
        if self.token is not None:
            connection.execute("select auth.begin(%b)", (token_bytes(self.token),))

    def gained(self, statement: str, **parameters: Any) -> int:
        """Rows that a statement returned or changed in the attacker's own transaction.

        Refused by an error counts as none. What it changed is committed.
        """
        known = {
            "org": self.victim.organization_id,
            "user": self.victim.user_id,
            "dashboard": self.victim.dashboard_id,
            "kpi": self.victim.kpi_id,
            "word": SECRET,
            **parameters,
        }
        used = {key: value for key, value in known.items() if f"%({key})" in statement}
        with self.connection() as connection:
            try:
                with connection.transaction():
                    self.begin(connection)
                    if statement.endswith("to stdout"):
                        with connection.cursor().copy(statement.encode()) as copied:
                            return len(list(copied))
                    return self._rows(connection.execute(statement.encode(), used or None))
            except psycopg.Error as error:
                self.notes.append(f"{error.sqlstate} {str(error).splitlines()[0]}")
                # A message that tells the secret is a gain like a row.
                return int(SECRET in str(error))

    @staticmethod
    def _rows(cursor: psycopg.Cursor[Any]) -> int:
        if cursor.description is None:
            return max(cursor.rowcount, 0)
        return len([row for row in cursor.fetchall() if any(cell is not None for cell in row)])


@pytest.fixture(scope="module")
def database(
    server: servers.Server, run_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """One database for a module: every test asserts that it left it as it was."""
    template, tokens = databases.peopled(server, run_id, FixedClock(NOW))
    with databases.cloned(server, template, tokens) as made:
        yield made


@pytest.fixture(scope="module")
def victim(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    admin = database.context(tmp_path_factory.mktemp("victim"), FixedClock(NOW), "acme/admin")
    yield _furnish(admin)
    admin.close()


def _furnish(admin: Context) -> Victim:
    with admin.unit_of_work() as uow:
        made = create_dashboard(uow, CreateDashboard(f"{SECRET} board", SECRET, SECRET))
        kpi = create_kpi(
            uow,
            CreateKpi(
                made.id,
                f"{SECRET} rate",
                Direction.UP_IS_BETTER,
                Frequency.MONTHLY,
                Thresholds(Decimal(95), Decimal(92), Decimal(88)),
                code="ZANZIBAR",
            ),
        )
        enter_value(uow, EnterValue(kpi.id, date(2026, 9, 1), Decimal("123456.5"), SECRET))
        enter_value(uow, EnterValue(kpi.id, date(2026, 9, 1), Decimal(87), f"{SECRET} typo"))
        crew = create_team(uow, f"{SECRET} crew")
        add_member(uow, crew.id, uow.principal.user_id)
        manager = find_user(uow, "manager@acme.test")
        share_dashboard(uow, ShareDashboard(made.id, Level.VIEWER, user_id=manager.id))
        assign_entry(uow, kpi.id, team_id=crew.id)
        create_plan(uow, CreatePlan(f"{SECRET} action", date(2026, 12, 1), kpi.id, cause=SECRET))
        return Victim(uow.principal.organization_id, uow.principal.user_id, made.id, kpi.id)


@pytest.fixture
def attacker(database: Database, victim: Victim) -> Callable[[str | None], Attacker]:
    def become(person: str | None) -> Attacker:
        return Attacker(database, database.tokens[person] if person else None, victim)

    return become


@pytest.fixture
def fingerprint(database: Database) -> Callable[[], str]:
    """A digest of everything Acme has, read as superuser; equal before and after means untouched.

    The audit log and the time a session was last seen are what honest reading may move.
    """
    tables = (
        "kpix.organization",
        "kpix.app_user",
        "kpix.role",
        "kpix.role_permission",
        "kpix.user_role",
        "kpix.team",
        "kpix.team_member",
        "kpix.dashboard",
        "kpix.kpi",
        "kpix.kpi_threshold",
        "kpix.kpi_value",
        "kpix.kpi_value_revision",
        "kpix.kpi_state",
        "kpix.action_plan",
        "kpix.action_plan_change",
        "kpix.dashboard_share",
        "kpix.kpi_assignment",
        "kpix.comment",
        "kpix.comment_revision",
        "kpix.comment_mention",
        "private.code",
        "private.credential",
        "private.secret",
        "private.search_document",
        "private.search_space",
    )

    def read() -> str:
        digest = hashlib.sha256()
        with database.server.connect(database.name) as connection:
            for table in tables:
                rows = connection.execute(f"select t::text from {table} t order by 1".encode())
                digest.update(repr(rows.fetchall()).encode())
            digest.update(
                repr(
                    connection.execute("""
                select n.nspname, c.relname, c.relkind, c.relacl::text, c.relrowsecurity, c.relforcerowsecurity
                from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspname in ('kpix', 'auth', 'private', 'public') order by 1, 2
            """).fetchall()
                ).encode()
            )
            for query in (
                "select polname, polrelid from pg_policy order by 1, 2",
                "select oid::regprocedure::text, prosrc, proacl::text from pg_proc"
                " where pronamespace in ('auth'::regnamespace, 'private'::regnamespace) order by 1",
                "select tgname, tgrelid, tgenabled from pg_trigger order by 1, 2",
                "select rolname, rolsuper, rolbypassrls from pg_roles"
                " where rolname in ('postgres', 'kpix_owner', 'kpix_auth', 'kpix_app', 'kpix_local') order by 1",
                "select count(*) from pg_largeobject_metadata",
            ):
                digest.update(repr(connection.execute(query.encode()).fetchall()).encode())
        return digest.hexdigest()

    return read
