"""Who sees a dashboard, and what they may do there: ``auth.dashboard_access`` says of everybody
what row-level security lets each of them see, and what a share may not do, nobody can do with it.

People, roles, teams and shares are random, from seeds that never change.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from kpix_tui.db.principal import new_token, token_bytes, token_hash
from kpix_tui.kernel.clock import FixedClock
from tests.support import databases, servers
from tests.support.databases import Database

CELLS = ("dashboard:read", "dashboard:update", "dashboard:assign", "kpi_value:create")
SCOPES = (None, "OWN", "TEAM", "ORGANIZATION")
LEVELS = ("VIEWER", "CONTRIBUTOR", "MANAGER")
PEOPLE, TEAMS, BOARDS = 14, 4, 12


@dataclass
class Crowd:
    """People and dashboards of one organisation, put there as a superuser."""

    connection: psycopg.Connection[Any]
    organization: UUID
    dice: random.Random
    cells: tuple[str, ...] = CELLS
    tokens: dict[UUID, str] = field(default_factory=dict)
    inactive: set[UUID] = field(default_factory=set)
    boards: list[UUID] = field(default_factory=list)
    counted: int = 0

    def put(self, table: str, **values: Any) -> UUID:
        """One row; its id, drawn from the dice."""
        made = UUID(int=self.dice.getrandbits(128))
        row = {"organization_id": self.organization, **values}
        if table not in ("user_role", "role_permission", "team_member"):
            row["id"] = made
        names, marks = ", ".join(row), ", ".join(f"%({name})s" for name in row)
        self.connection.execute(
            f"insert into kpix.{table} ({names}) values ({marks})".encode(), row
        )
        return made

    def name(self) -> str:
        """A name that nothing else has."""
        self.counted += 1
        return f"N{self.counted:03}"

    def person(self) -> UUID:
        """Somebody with a role or two of random cells, or with none; one in eight is deactivated."""
        active = self.dice.random() > 0.12
        name = self.name()
        made = self.put("app_user", name=name, email=f"{name}@crowd.test".lower(), active=active)
        for _role in range(self.dice.choice((0, 1, 1, 1, 2))):
            role = self.put("role", name=self.name())
            for cell in self.cells:
                scope = self.dice.choice(SCOPES)
                if scope:
                    self.put("role_permission", role_id=role, permission=cell, scope=scope)
            self.put("user_role", user_id=made, role_id=role)
        self.tokens[made] = self._session(made)
        if not active:
            self.inactive.add(made)
        return made

    def _session(self, user: UUID) -> str:
        token = new_token()
        self.connection.execute(
            "insert into private.session (id, family_id, organization_id, user_id, token_hash,"
            " login_role, kind, authenticated_at, last_seen_at, expires_at)"
            " values (gen_random_uuid(), gen_random_uuid(), %s, %s, %s, 'kpix_local', 'PERSONAL',"
            " now(), now(), now() + interval '1 day')",
            (self.organization, user, token_hash(token)),
        )
        return token

    def fill(self) -> None:
        """Teams, dashboards of every visibility, shares that end, have ended, or never do."""
        people = [self.person() for _each in range(PEOPLE)]
        teams = [self.put("team", name=self.name()) for _each in range(TEAMS)]
        for team in teams:
            for member in self.dice.sample(people, self.dice.randint(1, 4)):
                self.put("team_member", team_id=team, user_id=member)
        for number in range(BOARDS):
            owner = self.dice.choice(people)
            visibility = ("ORGANIZATION", "TEAMS", "PRIVATE")[number % 3]
            board = self.put("dashboard", title=self.name(), owner_id=owner, visibility=visibility)
            self.boards.append(board)
            others = [person for person in people if person != owner]
            for person in self.dice.sample(others, self.dice.randint(0, 3)):
                self.share(board, owner, user_id=person)
            for team in self.dice.sample(teams, self.dice.randint(0, 2)):
                self.share(board, owner, team_id=team)

    def share(self, board: UUID, by: UUID, **whom: UUID) -> None:
        """At a random level; one in three has ended."""
        now = datetime.now(UTC)
        end = self.dice.choice((None, now + timedelta(days=3), now - timedelta(seconds=1)))
        level = self.dice.choice(LEVELS)
        self.put(
            "dashboard_share", dashboard_id=board, level=level, expires_at=end, shared_by=by, **whom
        )


@pytest.fixture(scope="module")
def database(server: servers.Server, run_id: str) -> Iterator[Database]:
    """One database for the module: each crowd is an organisation's own people besides the others."""
    clock = FixedClock(datetime(2026, 11, 21, 12, tzinfo=UTC))
    template, tokens = databases.peopled(server, run_id, clock)
    with databases.cloned(server, template, tokens) as made:
        yield made


@pytest.fixture
def superuser(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """Past triggers and policies."""
    with database.server.connect(database.name) as connection:
        connection.execute("set session_replication_role = replica")
        yield connection


def crowd(connection: psycopg.Connection[Any], seed: int, cells: tuple[str, ...] = CELLS) -> Crowd:
    """People of Acme, beside its four of the beginning."""
    found = connection.execute(
        "select organization_id from kpix.organization where name = 'Acme'"
    ).fetchone()
    assert found is not None
    made = Crowd(connection, UUID(str(found[0])), random.Random(seed), cells)
    made.counted = seed * 1000
    made.fill()
    return made


def as_somebody(database: Database, token: str, query: str, *parameters: Any) -> list[Any]:
    """What a query answers to the owner of a token, on the application's own connection."""
    with (
        database.server.connect(database.name, "kpix_local") as connection,
        connection.transaction(),
    ):
        connection.execute("select auth.begin(%b)", (token_bytes(token),))
        return connection.execute(query.encode(), parameters or None).fetchall()


REALLY = """
    select d.id, d.id in (select auth.dashboards('dashboard:update')),
        d.id in (select auth.dashboards('kpi_value:create'))
    from kpix.dashboard d
"""


def really(database: Database, made: Crowd) -> set[tuple[UUID, UUID, str]]:
    """Dashboard, person and the most they may do there, asked as each person."""
    found = set()
    for person, token in made.tokens.items():
        for board, changes, enters in as_somebody(database, token, REALLY):
            may = "MANAGER" if changes else "CONTRIBUTOR" if enters else "VIEWER"
            found.add((board, person, may))
    return {row for row in found if row[0] in made.boards}


def said(database: Database, made: Crowd, token: str) -> set[tuple[UUID, UUID, str]]:
    """The same as the function says it to one person."""
    query = "select distinct user_id, may from auth.dashboard_access(%s)"
    return {
        (board, user, may)
        for board in made.boards
        for user, may in as_somebody(database, token, query, board)
        if user in made.tokens
    }


@pytest.mark.parametrize("seed", [1, 3, 4, 5, 6])
def test_it_says_exactly_what_each_person_sees(
    database: Database, superuser: psycopg.Connection[Any], seed: int
) -> None:
    made = crowd(superuser, seed)
    actual = really(database, made)
    assert len(actual) > 12
    assert {may for _board, _user, may in actual} == set(LEVELS)
    assert said(database, made, database.tokens["acme/admin"]) == actual
    assert not {user for _board, user, _may in actual} & made.inactive


def test_everybody_who_sees_a_dashboard_is_told_the_same(
    database: Database, superuser: psycopg.Connection[Any]
) -> None:
    made = crowd(superuser, 11)
    actual = really(database, made)
    for person, token in made.tokens.items():
        mine = {board for board, user, _may in actual if user == person}
        assert said(database, made, token) == {row for row in actual if row[0] in mine}


def test_roles_of_others_are_told_to_who_may_know_them(
    database: Database, superuser: psycopg.Connection[Any]
) -> None:
    made = crowd(superuser, 12)
    board = made.put("dashboard", title="Open", owner_id=next(iter(made.tokens)))
    query = "select reason, via from auth.dashboard_access(%s) where user_id <> auth.user_id()"
    told = as_somebody(database, database.tokens["acme/admin"], query, board)
    assert {reason for reason, _via in told} >= {"ORGANIZATION", "ADMINISTRATOR"}
    assert None not in {via for reason, via in told if reason in ("ORGANIZATION", "ADMINISTRATOR")}
    untold = as_somebody(database, database.tokens["acme/viewer"], query, board)
    assert {reason for reason, _via in untold} >= {"ORGANIZATION", "ADMINISTRATOR"}
    assert {via for reason, via in untold if reason in ("ORGANIZATION", "ADMINISTRATOR")} == {None}


# -- a share, and what it lets nobody do -----------------------------------------------------------


@dataclass
class Delegation:
    """A private dashboard of Acme's user, and a friend to whom it may be shared."""

    crowd: Crowd
    board: UUID
    owner: UUID
    friend: UUID
    friend_token: str
    third: UUID

    def share(self, level: str, ends: timedelta | None) -> None:
        """Share it with the friend."""
        end = None if ends is None else datetime.now(UTC) + ends
        self.crowd.put(
            "dashboard_share",
            dashboard_id=self.board,
            user_id=self.friend,
            level=level,
            expires_at=end,
            shared_by=self.owner,
        )


@pytest.fixture
def delegation(database: Database, superuser: psycopg.Connection[Any]) -> Iterator[Delegation]:
    """The friend holds the role USER."""
    connection = superuser
    rows = connection.execute(
        "select u.name, u.id, u.organization_id from kpix.app_user u"
        " join kpix.organization o using (organization_id) where o.name = 'Acme'"
    ).fetchall()
    ids = {name: (user, organization) for name, user, organization in rows}
    owner, organization = ids["Max Manager"]
    dice = random.Random(str(new_token()))
    made = Crowd(connection, organization, dice)
    board = made.put("dashboard", title=new_token(), owner_id=owner, visibility="PRIVATE")
    yield Delegation(
        made,
        board,
        owner,
        ids["Ursula User"][0],
        database.tokens["acme/user"],
        ids["Vic Viewer"][0],
    )
    connection.execute("delete from kpix.dashboard_share where dashboard_id = %s", (board,))
    connection.execute("delete from kpix.dashboard where id = %s", (board,))


SEES = "select 1 from kpix.dashboard where id = %s"
PASS_ON = (
    "insert into kpix.dashboard_share (organization_id, id, dashboard_id, user_id, level, expires_at)"
    " values (auth.org(), gen_random_uuid(), %s, %s, 'VIEWER', now() + %s::interval) returning 1"
)
PROLONG = (
    "update kpix.dashboard_share set expires_at = now() + %s::interval,"
    " shared_by = auth.user_id(), shared_at = now() where dashboard_id = %s returning 1"
)
GIVE_AWAY = "select auth.transfer_dashboard(%s, auth.user_id())"
SHOW = "select auth.set_visibility(%s, 'ORGANIZATION')"


def test_a_share_that_ended_opens_nothing(database: Database, delegation: Delegation) -> None:
    mine = (database, delegation.friend_token)
    assert as_somebody(*mine, SEES, delegation.board) == []
    delegation.share("MANAGER", timedelta(seconds=-1))
    assert as_somebody(*mine, SEES, delegation.board) == []
    assert as_somebody(*mine, PROLONG, "1 day", delegation.board) == []
    for query, *parameters in (
        (PASS_ON, delegation.board, delegation.third, "1 hour"),
        (SHOW, delegation.board),
        (GIVE_AWAY, delegation.board),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_somebody(*mine, query, *parameters)
    assert as_somebody(*mine, "select * from auth.dashboard_access(%s)", delegation.board) == []


@pytest.mark.parametrize("level", ["VIEWER", "CONTRIBUTOR"])
def test_only_a_manager_shares_on(database: Database, delegation: Delegation, level: str) -> None:
    mine = (database, delegation.friend_token)
    delegation.share(level, None)
    assert as_somebody(*mine, SEES, delegation.board)
    assert as_somebody(*mine, PROLONG, "1 day", delegation.board) == []
    for query, *parameters in (
        (PASS_ON, delegation.board, delegation.third, "1 hour"),
        (SHOW, delegation.board),
        (GIVE_AWAY, delegation.board),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_somebody(*mine, query, *parameters)


def test_a_delegation_until_a_date_stays_one(database: Database, delegation: Delegation) -> None:
    mine = (database, delegation.friend_token)
    delegation.share("MANAGER", timedelta(days=2))
    for interval in ("3 days", "infinity"):
        with pytest.raises(psycopg.Error):
            as_somebody(*mine, PASS_ON, delegation.board, delegation.third, interval)
        with pytest.raises(psycopg.Error):
            as_somebody(*mine, PROLONG, interval, delegation.board)
    forever = PASS_ON.replace("now() + %s::interval", "nullif(%s, '')::timestamptz")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_somebody(*mine, forever, delegation.board, delegation.third, "")
    for query in (GIVE_AWAY, SHOW, SHOW.replace("ORGANIZATION", "TEAMS")):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_somebody(*mine, query, delegation.board)
    as_somebody(*mine, SHOW.replace("ORGANIZATION", "PRIVATE"), delegation.board)
    assert as_somebody(*mine, PASS_ON, delegation.board, delegation.third, "1 day") == [(1,)]
    assert len(as_somebody(*mine, PROLONG, "1 day", delegation.board)) == 2


def test_a_manager_for_good_shares_for_good_and_gives_nothing_away(
    database: Database, delegation: Delegation
) -> None:
    mine = (database, delegation.friend_token)
    delegation.share("MANAGER", None)
    assert as_somebody(*mine, PASS_ON, delegation.board, delegation.third, "9 years") == [(1,)]
    as_somebody(*mine, SHOW, delegation.board)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_somebody(*mine, GIVE_AWAY, delegation.board)


def test_owners_are_active_people_of_the_organisation(
    database: Database, delegation: Delegation
) -> None:
    connection = delegation.crowd.connection
    foreign = connection.execute(
        "select u.id from kpix.app_user u join kpix.organization o using (organization_id)"
        " where o.name = 'Globex' limit 1"
    ).fetchone()
    gone = delegation.crowd.put(
        "app_user", name="Gone", email=f"{new_token()}@x".lower(), active=False
    )
    assert foreign is not None
    give = "select auth.transfer_dashboard(%s, %s)"
    for user in (foreign[0], gone, UUID(int=0), None):
        with pytest.raises(psycopg.errors.InvalidParameterValue):
            as_somebody(database, database.tokens["acme/admin"], give, delegation.board, user)


def test_another_organisation_reaches_nothing(database: Database, delegation: Delegation) -> None:
    delegation.share("MANAGER", None)
    foreign = (database, database.tokens["globex/admin"])
    assert as_somebody(*foreign, "select * from auth.dashboard_access(%s)", delegation.board) == []
    assert as_somebody(*foreign, "select auth.shares_until(%s)", delegation.board) == [(None,)]
    assert as_somebody(*foreign, "select 1 from kpix.dashboard_share") == []
    for query in (SHOW, GIVE_AWAY):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_somebody(*foreign, query, delegation.board)


def test_sharing_is_audited(database: Database, delegation: Delegation) -> None:
    admin = (database, database.tokens["acme/admin"])
    as_somebody(*admin, PASS_ON, delegation.board, delegation.third, "1 day")
    as_somebody(*admin, SHOW, delegation.board)
    as_somebody(
        *admin, "select auth.transfer_dashboard(%s, %s)", delegation.board, delegation.friend
    )
    as_somebody(
        *admin,
        "delete from kpix.dashboard_share where dashboard_id = %s returning 1",
        delegation.board,
    )
    rows = as_somebody(
        *admin,
        "select action, old ->> 'visibility', new ->> 'visibility', new ->> 'owner_id', actor_id is not null"
        " from kpix.audit_log where object_id like %s order by at",
        f"{delegation.board}%",
    )
    assert rows == [
        ("dashboard_share.created", None, None, None, True),
        ("dashboard.updated", "PRIVATE", "ORGANIZATION", None, True),
        ("dashboard.updated", None, None, str(delegation.friend), True),
        ("dashboard_share.deleted", None, None, None, True),
    ]
