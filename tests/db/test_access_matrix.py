"""Python and PostgreSQL give the same answer to: may this person do this to that?

Every set of built-in roles x every permission x whose the object is. Python's answer is
``access.policy.allows`` on the actor and the owners; PostgreSQL's is what bare SQL as the
application's role returns or changes after ``auth.begin``, tried and rolled back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, combinations, product
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg
import pytest

from kpix_tui.access.actor import Actor
from kpix_tui.access.permissions import GRANTS, BuiltinRole, Permission, Scope
from kpix_tui.access.policy import allows
from kpix_tui.db.principal import new_token, token_bytes, token_hash
from kpix_tui.domains.accounts.service import whoami
from kpix_tui.kernel.clock import FixedClock
from tests.support import databases, servers
from tests.support.databases import Database

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
P = Permission
ROLE_SETS: Final = tuple(
    chain.from_iterable(combinations(BuiltinRole, count) for count in range(len(BuiltinRole) + 1))
)
RELATIONS: Final = ("own", "mate", "colleague")

ORGANIZATION_TRIES: Final = {
    P.ORGANIZATION_READ: ["select name from kpix.organization where organization_id = %(org)s"],
    P.USER_READ: ["select email from kpix.app_user where organization_id = %(org)s"],
    P.TEAM_READ: ["select user_id from kpix.team_member where organization_id = %(org)s"],
    P.ROLE_READ: ["select scope from kpix.role_permission where organization_id = %(org)s"],
    P.AUDIT_READ: ["select action from kpix.audit_log where organization_id = %(org)s"],
}
DASHBOARD_TRIES: Final = {
    P.DASHBOARD_READ: ["select title from kpix.dashboard where id = %(dashboard)s"],
    P.DASHBOARD_CREATE: [
        "insert into kpix.dashboard (organization_id, id, title, owner_id)"
        " values (%(org)s, gen_random_uuid(), 'new', %(dashboard_owner)s)"
    ],
    P.DASHBOARD_UPDATE: ["update kpix.dashboard set title = 'other' where id = %(dashboard)s"],
    P.DASHBOARD_DELETE: ["update kpix.dashboard set archived_at = now() where id = %(dashboard)s"],
    P.KPI_CREATE: [
        "insert into kpix.kpi (organization_id, id, dashboard_id, code, name, direction, frequency,"
        " owner_id) values (%(org)s, gen_random_uuid(), %(dashboard)s, 'NEW', 'new',"
        " 'UP_IS_BETTER', 'DAILY', %(dashboard_owner)s)",
    ],
}
KPI_TRIES: Final = {
    P.KPI_READ: [
        "select name from kpix.kpi where id = %(kpi)s",
        "select green from kpix.kpi_threshold where kpi_id = %(kpi)s",
    ],
    P.KPI_UPDATE: [
        "update kpix.kpi set name = 'other' where id = %(kpi)s",
        "update kpix.kpi_threshold set green = 4 where kpi_id = %(kpi)s",
        "insert into kpix.kpi_threshold (organization_id, kpi_id, valid_from, green, orange)"
        " values (%(org)s, %(kpi)s, '2026-06-01', 5, 4)",
    ],
    P.KPI_DELETE: ["update kpix.kpi set deleted_at = now() where id = %(kpi)s"],
    P.KPI_VALUE_READ: [
        "select value from kpix.kpi_value where kpi_id = %(kpi)s",
        "select value from kpix.kpi_value_revision where kpi_id = %(kpi)s",
    ],
    P.KPI_VALUE_CREATE: [
        "insert into kpix.kpi_value (organization_id, kpi_id, period_start, period_end, value,"
        " status) values (%(org)s, %(kpi)s, '2026-08-01', '2026-08-31', 1, 'GREEN')"
    ],
    P.KPI_VALUE_UPDATE: [
        "update kpix.kpi_value set value = 2, reason = 'typo' where kpi_id = %(kpi)s"
    ],
}
PEOPLE_TRIES: Final = {
    P.USER_CREATE: [
        "select auth.create_user(gen_random_uuid(), 'New', 'new@matrix.test',"
        " sha256('new')::bytea, array['USER'])::text"
    ],
}
NOTHING_WRITES_IT_YET: Final = {
    P.ORGANIZATION_UPDATE: "update kpix.organization set name = 'other'",
    P.USER_UPDATE: "update kpix.app_user set name = 'other'",
    P.TEAM_CREATE: "insert into kpix.team (organization_id, id, name)"
    " values (auth.org(), gen_random_uuid(), 'new')",
    P.TEAM_UPDATE: "update kpix.team set name = 'other'",
    P.TEAM_DELETE: "delete from kpix.team",
    P.ROLE_CREATE: "insert into kpix.role (organization_id, id, name)"
    " values (auth.org(), gen_random_uuid(), 'new')",
    P.ROLE_UPDATE: "update kpix.role_permission set scope = 'ORGANIZATION'",
    P.ROLE_DELETE: "delete from kpix.role_permission",
    P.ROLE_ASSIGN: "insert into kpix.user_role (organization_id, user_id, role_id)"
    " select auth.org(), auth.user_id(), id from kpix.role",
}
"""No use case needs these yet, so the database grants them to nobody, administrators included."""
ONLY_PYTHON_ASKS: Final = {P.IMPORT_CREATE}
"""An import writes KPIs and values, which the database judges as such."""


@dataclass(frozen=True)
class Thing:
    """A dashboard and a KPI on it, and who owns each; ``whose`` says it for messages."""

    whose: str
    org: UUID
    dashboard: UUID
    dashboard_owner: UUID
    kpi: UUID
    kpi_owner: UUID

    def parameters(self) -> dict[str, UUID]:
        return {
            name: getattr(self, name) for name in ("org", "dashboard", "dashboard_owner", "kpi")
        }


@dataclass(frozen=True)
class Person:
    """Somebody of Acme who holds a set of roles, and things of every kind of owner."""

    actor: Actor
    token: str
    things: tuple[Thing, ...]


def label(roles: tuple[BuiltinRole, ...]) -> str:
    return "+".join(roles) or "no role"


@pytest.fixture(scope="module")
def database(server: servers.Server, run_id: str) -> Iterator[Database]:
    """One database for the module: every try is rolled back."""
    template, tokens = databases.peopled(server, run_id, FixedClock(NOW))
    with databases.cloned(server, template, tokens) as made:
        yield made


class Furnisher:
    """Puts people and things into the tables as a superuser, past triggers and policies."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._count = 0
        connection.execute("set session_replication_role = replica")
        rows = connection.execute("select lower(name), organization_id from kpix.organization")
        self.organizations: dict[str, UUID] = dict(rows.fetchall())

    def put(self, table: str, **values: Any) -> None:
        names, marks = ", ".join(values), ", ".join(f"%({name})s" for name in values)
        self._connection.execute(f"insert into {table} ({names}) values ({marks})".encode(), values)

    def user(self, organization: str, roles: tuple[BuiltinRole, ...] = ()) -> UUID:
        made, org = uuid4(), self.organizations[organization]
        self.put("kpix.app_user", organization_id=org, id=made, name="X", email=f"{made}@x.test")
        self._connection.execute(
            "insert into kpix.user_role (organization_id, user_id, role_id)"
            " select organization_id, %s, id from kpix.role"
            " where organization_id = %s and name = any (%s)",
            (made, org, list(roles)),
        )
        return made

    def team(self, organization: str, *members: UUID) -> None:
        org, team = self.organizations[organization], uuid4()
        self.put("kpix.team", organization_id=org, id=team, name=str(team))
        for member in members:
            self.put("kpix.team_member", organization_id=org, team_id=team, user_id=member)

    def session(self, organization: str, user: UUID) -> str:
        token = new_token()
        self._connection.execute(
            "insert into private.session (id, family_id, organization_id, user_id, token_hash,"
            " login_role, kind, authenticated_at, last_seen_at, expires_at)"
            " values (gen_random_uuid(), gen_random_uuid(), %s, %s, %s, 'kpix_local', 'PERSONAL',"
            " now(), now(), now() + interval '1 day')",
            (self.organizations[organization], user, token_hash(token)),
        )
        return token

    def thing(self, whose: str, organization: str, kpi_owner: UUID, dashboard_owner: UUID) -> Thing:
        org, dashboard, kpi = self.organizations[organization], uuid4(), uuid4()
        self._count += 1
        self.put(
            "kpix.dashboard",
            organization_id=org,
            id=dashboard,
            title=f"Board {self._count}",
            owner_id=dashboard_owner,
        )
        self.put(
            "kpix.kpi",
            organization_id=org,
            id=kpi,
            dashboard_id=dashboard,
            code=f"M{self._count}",
            name="Matrix",
            direction="UP_IS_BETTER",
            frequency="MONTHLY",
            owner_id=kpi_owner,
        )
        key = {"organization_id": org, "kpi_id": kpi}
        self.put("kpix.kpi_threshold", **key, valid_from="0001-01-01", green=3, orange=2)
        value = {
            **key,
            "period_start": "2026-09-01",
            "value": 1,
            "status": "RED",
            "reason": "",
            "entered_by": kpi_owner,
        }
        self.put("kpix.kpi_value", **value, period_end="2026-09-30", revision=2)
        self.put("kpix.kpi_value_revision", **value, revision=1, critical=False, entered_at=NOW)
        return Thing(whose, org, dashboard, dashboard_owner, kpi, kpi_owner)


@pytest.fixture(scope="module")
def people(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[BuiltinRole, ...], Person]:
    """One person for every set of roles; a team with each of them in it, a colleague in another."""
    home = tmp_path_factory.mktemp("matrix")
    with database.server.connect(database.name) as connection:
        furnish = Furnisher(connection)
        mate, colleague = furnish.user("acme"), furnish.user("acme")
        stranger = furnish.user("globex")
        furnish.team("acme", colleague)
        foreign = furnish.thing("another organisation's", "globex", stranger, stranger)
        found = {}
        for roles in ROLE_SETS:
            me = furnish.user("acme", roles)
            furnish.team("acme", me, mate)
            owners = {"own": me, "mate": mate, "colleague": colleague}
            things = tuple(
                furnish.thing(f"{mine} on {theirs}'s", "acme", owners[mine], owners[theirs])
                for mine, theirs in product(RELATIONS, RELATIONS)
            )
            token = furnish.session("acme", me)
            actor = _actor(database, home, token)
            found[roles] = Person(actor, token, (*things, foreign))
    return found


def _actor(database: Database, home: Path, token: str) -> Actor:
    database.tokens["matrix"] = token
    context = database.context(home, FixedClock(NOW), "matrix")
    try:
        return context.run(whoami)
    finally:
        context.close()


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """The application's role, with its password and psql."""
    with database.server.connect(database.name, "kpix_local") as made:
        yield made


def lets(
    connection: psycopg.Connection[Any], statement: str, parameters: dict[str, Any] | None = None
) -> bool:
    """Whether a statement returns or changes any row; it is undone, and refusals are a no."""
    try:
        with connection.transaction(force_rollback=True):
            cursor = connection.execute(statement.encode(), parameters)
            return bool(cursor.fetchall() if cursor.description else cursor.rowcount)
    except psycopg.errors.InsufficientPrivilege:
        return False


def disagreements(
    connection: psycopg.Connection[Any], person: Person
) -> tuple[list[str], dict[bool, int]]:
    """Where PostgreSQL does not answer like Python, and how often both said yes and no."""
    wrong: list[str] = []
    counts = {True: 0, False: 0}
    for permission, whose, expected, statement, parameters in _questions(person):
        answer = lets(connection, statement, parameters)
        counts[answer] += 1
        if answer is not expected:
            wrong.append(f"{permission} on {whose}: Python {expected}, PostgreSQL {answer}")
    return wrong, counts


def _questions(person: Person) -> Iterator[tuple[str, str, bool, str, dict[str, Any]]]:
    actor = person.actor
    for thing in person.things:
        here = thing.org == actor.organization_id
        tries = (
            (DASHBOARD_TRIES, (thing.dashboard_owner,)),
            (KPI_TRIES, (thing.kpi_owner, thing.dashboard_owner)),
        )
        for statements, owners in tries:
            for permission, texts in statements.items():
                expected = here and allows(actor, permission, *owners)
                for text in texts:
                    yield permission, thing.whose, expected, text, thing.parameters()
    for org in {thing.org for thing in person.things}:
        here = org == actor.organization_id
        for permission, texts in ORGANIZATION_TRIES.items():
            # Whoever signs in has to learn who and where they are, so names are open to all.
            named = permission is not P.AUDIT_READ and not actor.roles
            expected = here and (named or allows(actor, permission))
            for text in texts:
                yield permission, f"organisation {here}", expected, text, {"org": org}
    may_create = allows(actor, P.USER_CREATE) and allows(actor, P.ROLE_ASSIGN)
    for text in PEOPLE_TRIES[P.USER_CREATE]:
        yield P.USER_CREATE, "a new user", may_create, text, {}


def test_every_permission_is_tried() -> None:
    tried: list[Mapping[Permission, object]] = [
        ORGANIZATION_TRIES,
        DASHBOARD_TRIES,
        KPI_TRIES,
        PEOPLE_TRIES,
        NOTHING_WRITES_IT_YET,
    ]
    assert sorted([*chain.from_iterable(tried), *ONLY_PYTHON_ASKS]) == sorted(Permission)


@pytest.mark.parametrize("roles", ROLE_SETS, ids=label)
def test_roles_grant_what_the_table_says(
    people: dict[tuple[BuiltinRole, ...], Person], roles: tuple[BuiltinRole, ...]
) -> None:
    widest: dict[Permission, Scope] = {}
    for permission, scope in chain.from_iterable(GRANTS[role].items() for role in roles):
        widest[permission] = max(scope, widest.get(permission, scope), key=lambda one: one.rank)
    actor = people[roles].actor
    assert actor.grants == widest
    assert set(actor.roles) == set(roles)
    assert len(actor.team_mates) == 2, "oneself and one other"


@pytest.mark.parametrize("roles", ROLE_SETS, ids=label)
def test_python_and_postgresql_agree(
    connection: psycopg.Connection[Any],
    people: dict[tuple[BuiltinRole, ...], Person],
    roles: tuple[BuiltinRole, ...],
) -> None:
    person = people[roles]
    with connection.transaction(force_rollback=True):
        connection.execute("select auth.begin(%b)", (token_bytes(person.token),))
        wrong, counts = disagreements(connection, person)
    assert wrong == []
    assert counts[False] > 15, "what is another organisation's is refused at least"
    assert counts[True] > 40 or not roles


@pytest.mark.parametrize(
    "sabotage",
    [
        "create policy hole on kpix.kpi for update using (true)",
        "create policy hole on kpix.dashboard for select using (true)",
        "drop policy change on kpix.dashboard",
        "drop policy make on kpix.kpi",
        "update kpix.role_permission set scope = 'ORGANIZATION' where permission = 'kpi:update'",
        "update kpix.role_permission set scope = 'OWN' where permission = 'kpi:delete'",
        "delete from kpix.role_permission where permission = 'kpi_value:create'",
        "delete from kpix.team_member",
    ],
)
def test_the_comparison_notices_when_the_answers_drift_apart(
    database: Database, people: dict[tuple[BuiltinRole, ...], Person], sabotage: str
) -> None:
    person = people[(BuiltinRole.MANAGER,)]
    with (
        database.server.connect(database.name) as connection,
        connection.transaction(force_rollback=True),
    ):
        connection.execute("set local session_replication_role = replica")
        connection.execute(sabotage.encode())
        connection.execute("set local session_replication_role = origin")
        connection.execute("set local session authorization kpix_local")
        connection.execute("select auth.begin(%b)", (token_bytes(person.token),))
        assert disagreements(connection, person)[0] != []


def test_nobody_reads_or_writes_anything(
    connection: psycopg.Connection[Any], people: dict[tuple[BuiltinRole, ...], Person]
) -> None:
    person = people[(BuiltinRole.ADMIN,)]
    for permission, whose, _expected, statement, parameters in _questions(person):
        assert not lets(connection, statement, parameters), (permission, whose)


@pytest.mark.parametrize("permission", NOTHING_WRITES_IT_YET)
def test_what_no_use_case_needs_is_granted_to_nobody(
    connection: psycopg.Connection[Any],
    people: dict[tuple[BuiltinRole, ...], Person],
    permission: Permission,
) -> None:
    admin = people[(BuiltinRole.ADMIN,)]
    assert allows(admin.actor, permission), "Python would let an administrator"
    with connection.transaction(force_rollback=True):
        connection.execute("select auth.begin(%b)", (token_bytes(admin.token),))
        assert not lets(connection, NOTHING_WRITES_IT_YET[permission])
