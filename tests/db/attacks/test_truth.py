"""What is written is what the rules say, and what everybody else can read and find again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from kpix_tui.access.permissions import Permission, Scope
from kpix_tui.db.principal import token_bytes
from kpix_tui.domains.people import service
from kpix_tui.domains.people.views import CreateRole
from kpix_tui.kernel.clock import FixedClock
from tests.conftest import NOW
from tests.db.attacks.conftest import Attacker, Victim
from tests.support.databases import Database

Connection = psycopg.Connection[Any]
Become = Callable[[str | None], Attacker]
P, S = Permission, Scope


@pytest.fixture
def mine(attacker: Become, database: Database) -> Iterator[dict[str, Any]]:
    """A dashboard of Acme's user, with a KPI and its value: RED by the thresholds."""
    known = {"board": uuid4(), "thing": uuid4()}
    someone = attacker("acme/user")
    with someone.connection() as connection, connection.transaction():
        someone.begin(connection)
        for statement in (
            "insert into kpix.dashboard (organization_id, id, title, owner_id)"
            " values (auth.org(), %(board)s, 'mine', auth.user_id())",
            "insert into kpix.kpi (organization_id, id, dashboard_id, code, name, direction, frequency, owner_id)"
            " values (auth.org(), %(thing)s, %(board)s, left(%(thing)s::text, 8), 'mine', 'UP_IS_BETTER',"
            " 'MONTHLY', auth.user_id())",
            "insert into kpix.kpi_threshold (organization_id, kpi_id, valid_from, green, orange)"
            " values (auth.org(), %(thing)s, '2020-01-01', 90, 80)",
            "insert into kpix.kpi_value (organization_id, kpi_id, dashboard_id, period_start, period_end, value, status)"
            " values (auth.org(), %(thing)s, %(board)s, '2026-08-01', '2026-08-31', 10, 'RED')",
        ):
            connection.execute(statement.encode(), known)
    yield known
    with database.server.connect(database.name) as operator:
        operator.execute("set session_replication_role = replica")
        for table in ("kpi_value_revision", "kpi_value", "kpi_threshold"):
            operator.execute(f"delete from kpix.{table} where kpi_id = %(thing)s".encode(), known)
        operator.execute("delete from kpix.kpi where id = %(thing)s", known)
        operator.execute("delete from kpix.dashboard_share where dashboard_id = %(board)s", known)
        operator.execute("delete from kpix.dashboard where id = %(board)s", known)


# -- judged at the end of a transaction, by whoever one is then -------------------------------------

CHANGED = {
    "thresholds": "update kpix.kpi_threshold set green = 5, orange = 4 where kpi_id = %s",
    "new thresholds": "insert into kpix.kpi_threshold (organization_id, kpi_id, valid_from, green, orange)"
    " values (auth.org(), %s, '2026-01-01', 5, 4)",
    "the direction": "update kpix.kpi set direction = 'DOWN_IS_BETTER' where id = %s",
    "the frequency": "update kpix.kpi set frequency = 'YEARLY' where id = %s",
}
LEAVING = {
    "as nobody": "select set_config('kpix.principal', '', true)",
    "as an administrator of another organisation": "globex/admin",
    "with a principal that is forged": "select set_config('kpix.principal', '1|a|b|c|d|e|f', true)",
}


@pytest.mark.parametrize("leaving", LEAVING)
@pytest.mark.parametrize("changed", CHANGED)
def test_no_value_keeps_a_status_that_its_thresholds_do_not_give(
    changed: str, leaving: str, attacker: Become, mine: dict[str, Any], database: Database
) -> None:
    someone, how = attacker("acme/user"), LEAVING[leaving]
    with someone.connection() as connection:
        connection.execute("begin")
        someone.begin(connection)
        assert connection.execute(CHANGED[changed].encode(), (mine["thing"],)).rowcount == 1
        if how.startswith("select"):
            connection.execute(how.encode())
        else:
            connection.execute("select auth.begin(%b)", (token_bytes(database.tokens[how]),))
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation)):
            connection.execute("commit")


# -- days that no client can read --------------------------------------------------------------------

VALUE = (
    "insert into kpix.kpi_value (organization_id, kpi_id, dashboard_id, period_start, period_end, value, status)"
    " values (auth.org(), %(thing)s, %(board)s, {}, 1, 'RED')"
)
THRESHOLD = (
    "insert into kpix.kpi_threshold (organization_id, kpi_id, valid_from, green, orange)"
    " values (auth.org(), %(thing)s, {}, 90, 80)"
)
SHARE = (
    "insert into kpix.dashboard_share (organization_id, dashboard_id, user_id, level, expires_at)"
    " values (auth.org(), %(board)s, %(user)s, 'VIEWER', {})"
)
UNREADABLE = {
    "a dashboard changed at the end of time": "update kpix.dashboard set updated_at = 'infinity' where id = %(board)s",
    "a dashboard archived before time": "update kpix.dashboard set archived_at = '-infinity' where id = %(board)s",
    "a dashboard changed before the calendar": "update kpix.dashboard set updated_at = '0044-03-15 BC' where id = %(board)s",
    "a dashboard archived after the calendar": "update kpix.dashboard set archived_at = '10000-01-01' where id = %(board)s",
    "a KPI that starts never": "update kpix.kpi set starts_on = 'infinity' where id = %(thing)s",
    "a KPI that started before the calendar": "update kpix.kpi set starts_on = '0044-03-15 BC' where id = %(thing)s",
    "a KPI removed at the end of time": "update kpix.kpi set deleted_at = 'infinity' where id = %(thing)s",
    "thresholds from never on": THRESHOLD.format("'infinity'"),
    "thresholds from always on": THRESHOLD.format("'-infinity'"),
    "thresholds after the calendar": THRESHOLD.format("'10000-01-01'"),
    "a value of before the calendar": VALUE.format("'0500-01-01 BC', '0500-01-31 BC'"),
    "a value of always": VALUE.format("'-infinity', '-infinity'"),
    "a value after the calendar": VALUE.format("'10000-01-01', '10000-01-31'"),
    "a share that ends at the end of time": SHARE.format("'infinity'"),
    "a share that ended before time": SHARE.format("'-infinity'"),
    "a share that ends after the calendar": SHARE.format("'10000-01-01'"),
    "a version at its end": "update kpix.dashboard set version = 2147483647 where id = %(board)s",
    "a version set back": "update kpix.kpi set version = version - 1 where id = %(thing)s",
    "a version that skips one": "update kpix.kpi set version = version + 2 where id = %(thing)s",
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_nothing_is_closed_to_others_by_what_they_cannot_read(
    what: str, attacker: Become, mine: dict[str, Any]
) -> None:
    someone = attacker("acme/user")
    used = {name: value for name, value in mine.items() if f"%({name})" in UNREADABLE[what]}
    assert someone.gained(UNREADABLE[what], **used) == 0
    assert someone.notes, "it was not refused"
    assert not someone.notes[0].startswith("42"), someone.notes


# -- the audit log -------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["ISO, DMY", "SQL, DMY", "SQL, MDY", "German", "Postgres, DMY"])
def test_an_entry_names_its_value_however_the_client_writes_days(
    style: str, attacker: Become, mine: dict[str, Any], database: Database
) -> None:
    someone = attacker("acme/user")
    with someone.connection() as connection:
        connection.execute(f"set datestyle = '{style}'".encode())
        with connection.transaction():
            someone.begin(connection)
            connection.execute(VALUE.format("date '2025-02-01', date '2025-02-28'").encode(), mine)
            connection.execute(
                "update kpix.kpi_value set reason = 'x' where kpi_id = %s and period_start = date '2025-02-01'",
                (mine["thing"],),
            )
    with database.server.connect(database.name) as operator:
        found = operator.execute(
            "select action, object_id from kpix.audit_log where subject_id = %s and object_type = 'kpi_value'"
            " order by at desc limit 2",
            (mine["thing"],),
        ).fetchall()
    assert found == [
        ("kpi_value.corrected", f"{mine['thing']}/2025-02-01"),
        ("kpi_value.created", f"{mine['thing']}/2025-02-01"),
    ]


# -- changing what one does not see ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def blind(database: Database, victim: Victim, tmp_path_factory: pytest.TempPathFactory) -> UUID:
    """Acme's viewer corrects values everywhere, and reads no KPI but their own: there is none."""
    admin = database.context(tmp_path_factory.mktemp("blind"), FixedClock(NOW), "acme/admin")
    with admin.unit_of_work() as uow:
        cells = {
            P.DASHBOARD_READ: S.ORGANIZATION,
            P.KPI_READ: S.OWN,
            P.KPI_VALUE_READ: S.OWN,
            P.KPI_VALUE_UPDATE: S.ORGANIZATION,
            P.KPI_VALUE_CREATE: S.ORGANIZATION,
        }
        role = service.create_role(uow, CreateRole("Blind", cells))
        viewer = service.find_user(uow, "viewer@acme.test")
        service.assign_role(uow, viewer.id, role.id)
        service.unassign_role(uow, viewer.id, service.find_role(uow, "VIEWER").id)
    admin.close()
    return viewer.id


@pytest.mark.parametrize(
    "statement",
    [
        "update kpix.kpi_value set reason = 'x'",
        "update kpix.kpi_value set reason = 'x', critical = false",
        "update kpix.kpi_value set value = 87, status = 'RED', critical = true",
    ],
)
def test_values_of_kpis_out_of_sight_are_not_changed_blindly(
    statement: str, attacker: Become, blind: UUID, fingerprint: Callable[[], str]
) -> None:
    """Where a statement reads no column, the policies that show rows are not asked."""
    before, someone = fingerprint(), attacker("acme/viewer")
    assert someone.gained("select id from kpix.kpi") == 0
    assert someone.gained(statement) == 0
    assert fingerprint() == before
    assert not someone.notes
