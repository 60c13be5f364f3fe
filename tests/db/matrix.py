"""What the matrix of access tries: one person, and things in every relation to them.

Everything is put into the tables as a superuser, past triggers and policies; the person's roles are
changed for every case, and what a case changes is undone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg

from kpix_tui.access.actor import Actor
from kpix_tui.access.permissions import BuiltinRole, Level, Permission, Scope, Visibility
from kpix_tui.access.policy import Target, allows, sees
from kpix_tui.db.principal import new_token, token_bytes, token_hash
from kpix_tui.kernel.principal import Principal
from tests.support.databases import Database

RELATIONS = ("own", "mate", "colleague")
SHARES: Mapping[str, Level | None] = {
    "not shared": None,
    "shared to view": Level.VIEWER,
    "shared to contribute": Level.CONTRIBUTOR,
    "shared to manage": Level.MANAGER,
    "shared with my team": Level.CONTRIBUTOR,
    "shared with others": None,
    "shared until yesterday": None,
}
KPIS = (
    ("own", "not assigned"),
    ("mate", "not assigned"),
    ("colleague", "assigned to me"),
    ("colleague", "assigned to my team"),
    ("colleague", "assigned to others"),
)
PLANS = (
    ("own", "colleague"),
    ("colleague", "own"),
    ("mate", "colleague"),
    ("colleague", "mate"),
    ("colleague", "colleague"),
)
"""Who an action is for, and who made it."""
Cells = Mapping[Permission, Scope]
P = Permission


@dataclass(frozen=True)
class Board:
    """A dashboard, as far as access goes. ``level`` is what of its sharing counts today."""

    id: UUID
    owner: UUID
    visibility: Visibility
    level: Level | None
    foreign: bool = False

    @property
    def target(self) -> Target:
        return Target(frozenset({self.owner}), self.level)


@dataclass(frozen=True)
class Indicator:
    """A KPI on a dashboard, with thresholds, a value that was corrected, perhaps an assignment."""

    id: UUID
    owner: UUID
    board: Board
    assigned: bool

    @property
    def target(self) -> Target:
        owners = frozenset({self.owner, self.board.owner})
        return Target(owners, self.board.level, self.assigned)


@dataclass(frozen=True)
class Remark:
    """A comment on a KPI, edited once, that mentions a colleague."""

    author: UUID
    kpi: Indicator

    @property
    def target(self) -> Target:
        return Target(frozenset({self.author}))


@dataclass(frozen=True)
class Task:
    """An action about a KPI."""

    id: UUID
    owner: UUID
    author: UUID
    kpi: Indicator

    @property
    def target(self) -> Target:
        about = self.kpi.target
        return Target(about.owners | {self.owner, self.author}, about.level)


@dataclass
class World:
    """Acme with ``me`` in it, and the same things in Globex, where I am a stranger."""

    connection: psycopg.Connection[Any]
    database: Database
    organizations: Mapping[str, UUID]
    people: dict[str, UUID] = field(default_factory=dict)
    teams: dict[str, UUID] = field(default_factory=dict)
    boards: list[Board] = field(default_factory=list)
    kpis: list[Indicator] = field(default_factory=list)
    plans: list[Task] = field(default_factory=list)
    roles: dict[str, UUID] = field(default_factory=dict)
    shares: dict[UUID, Board] = field(default_factory=dict)
    assignments: dict[UUID, Indicator] = field(default_factory=dict)
    comments: dict[UUID, Remark] = field(default_factory=dict)
    says: dict[UUID, str] = field(default_factory=dict)
    token: str = field(default_factory=new_token)

    @property
    def me(self) -> UUID:
        return self.people["own"]

    @property
    def org(self) -> UUID:
        return self.organizations["acme"]

    def put(self, table: str, says: str = "", /, **values: Any) -> UUID:
        """One row of Acme, or of ``organization_id``; its id."""
        made = uuid4()
        row = {"organization_id": self.org, **values}
        if table not in _WITHOUT_ID:
            row.setdefault("id", made)
        names, marks = ", ".join(row), ", ".join(f"%({name})s" for name in row)
        schema = "" if "." in table else "kpix."
        self.connection.execute(
            f"insert into {schema}{table} ({names}) values ({marks})".encode(), row
        )
        self.says[made] = says or table
        return made

    # -- what there is -----------------------------------------------------------------------------

    def furnish(self) -> None:
        """People, teams, and a dashboard with two KPIs for every relation to me."""
        self.connection.execute("set session_replication_role = replica")
        for name in (*RELATIONS, "newcomer", "stranger"):
            org = self.organizations["globex" if name == "stranger" else "acme"]
            self.people[name] = self.put(
                "app_user", name, organization_id=org, name=name, email=f"{name}@matrix.test"
            )
        self._teams()
        self._session()
        for owner, visibility, shared in product(RELATIONS, Visibility, SHARES):
            self._board(owner, visibility, shared)
        self._foreign()
        self.connection.execute("set session_replication_role = origin")

    def _teams(self) -> None:
        members = {"ours": ("own", "mate"), "led": ("own",), "theirs": ("colleague",)}
        for name, people in members.items():
            self.teams[name] = self.put("team", name, name=name)
            for person in people:
                leads = name == "led"
                ids = {"team_id": self.teams[name], "user_id": self.people[person]}
                self.put("team_member", **ids, is_lead=leads)
        self.put("team_member", team_id=self.teams["led"], user_id=self.people["mate"])

    def _session(self) -> None:
        self.connection.execute(
            "insert into private.session (id, family_id, organization_id, user_id, token_hash,"
            " login_role, kind, authenticated_at, last_seen_at, expires_at)"
            " values (gen_random_uuid(), gen_random_uuid(), %s, %s, %s, 'kpix_local', 'PERSONAL',"
            " now(), now(), now() + interval '1 day')",
            (self.org, self.me, token_hash(self.token)),
        )

    def _board(self, owner: str, visibility: Visibility, shared: str) -> None:
        says = f"{owner}'s {visibility.value} dashboard {shared}"
        made = self.put(
            "dashboard",
            says,
            title=says,
            owner_id=self.people[owner],
            visibility=visibility.value,
        )
        board = Board(made, self.people[owner], visibility, SHARES[shared])
        self.boards.append(board)
        self._share(board, shared)
        # In turns: every board has KPIs of two kinds, every kind stands on boards of every kind.
        for kind in (len(self.boards) % 5, len(self.boards) % 7 % 5):
            kpi_owner, assigned = KPIS[kind]
            self._kpi(board, f"{says}: {kpi_owner}'s KPI {assigned}", kpi_owner, assigned)

    def _share(self, board: Board, shared: str) -> None:
        if shared == "not shared":
            return
        whom: dict[str, Any] = {"user_id": self.me}
        if shared == "shared with my team":
            whom = {"team_id": self.teams["ours"]}
        elif shared == "shared with others":
            whom = {"team_id": self.teams["theirs"]}
        elif shared == "shared until yesterday":
            whom["expires_at"] = "2026-01-01"
        level = board.level or Level.MANAGER
        made = self.put(
            "dashboard_share",
            self.says[board.id],
            dashboard_id=board.id,
            level=level.value,
            shared_by=board.owner,
            **whom,
        )
        self.shares[made] = board

    def _kpi(self, board: Board, says: str, owner: str, assigned: str) -> None:
        made = self._bare_kpi(board, says, self.people[owner], f"M{len(self.kpis):04}")
        mine = assigned in ("assigned to me", "assigned to my team")
        kpi = Indicator(made, self.people[owner], board, mine)
        self.kpis.append(kpi)
        # Eleven to one round of five: every kind of action is about KPIs of every kind.
        whose, author = PLANS[len(self.kpis) * 3 // 11 % 5]
        self._plan(kpi, f"{says}: action for {whose} by {author}", whose, author)
        whom = {
            "assigned to me": {"user_id": self.me},
            "assigned to my team": {"team_id": self.teams["ours"]},
            "assigned to others": {"team_id": self.teams["theirs"]},
        }.get(assigned)
        if whom:
            by = {"assigned_by": board.owner}
            self.assignments[self.put("kpi_assignment", says, kpi_id=made, **by, **whom)] = kpi
        self._comment(kpi, RELATIONS[len(self.kpis) % len(RELATIONS)])

    def _comment(self, kpi: Indicator, author: str) -> None:
        made, by = uuid4(), self.people[author]
        org = {"organization_id": self.organizations["globex"]} if kpi.board.foreign else {}
        self.says[made] = f"{author}'s comment on {self.says[kpi.id]}"
        place = {"kpi_id": kpi.id, "dashboard_id": kpi.board.id, "thread_id": made}
        self.put("comment", id=made, author_id=by, body="x", version=2, **place, **org)
        when = {"since": "2026-09-01", "until": "2026-09-02"}
        self.put("comment_revision", comment_id=made, revision=1, body="y", **when, **org)
        self.put("comment_mention", comment_id=made, user_id=by, **org)
        self.comments[made] = Remark(by, kpi)

    def _plan(self, kpi: Indicator, says: str, whose: str, author: str) -> None:
        people = {"owner_id": self.people[whose], "created_by": self.people[author]}
        org = {"organization_id": self.organizations["globex"]} if kpi.board.foreign else {}
        made = self.put(
            "action_plan",
            says,
            kpi_id=kpi.id,
            dashboard_id=kpi.board.id,
            title="Matrix",
            kind="CORRECTIVE",
            due_on="2026-12-01",
            **people,
            **org,
        )
        self.put("action_plan_change", plan_id=made, version=1, new="{}", **org)
        self.plans.append(Task(made, people["owner_id"], people["created_by"], kpi))

    def _bare_kpi(self, board: Board, says: str, owner: UUID, code: str) -> UUID:
        org = {"organization_id": self.organizations["globex"]} if board.foreign else {}
        made = self.put(
            "kpi",
            says,
            dashboard_id=board.id,
            code=code,
            name="Matrix",
            direction="UP_IS_BETTER",
            frequency="MONTHLY",
            owner_id=owner,
            **org,
        )
        self.put("kpi_threshold", kpi_id=made, valid_from="0001-01-01", green=3, orange=2, **org)
        value = {"kpi_id": made, "period_start": "2026-09-01", "value": 1, "status": "RED"} | org
        entry = {"reason": "", "entered_by": owner}
        self.put(
            "kpi_value",
            **value,
            **entry,
            dashboard_id=board.id,
            period_end="2026-09-30",
            revision=2,
        )
        self.put(
            "kpi_value_revision",
            **value,
            **entry,
            revision=1,
            critical=False,
            entered_at="2026-10-01",
        )
        last = {**value, "period_end": "2026-09-30", "distance": 2}
        self.put("kpi_state", **last, dashboard_id=board.id)
        return made

    def _foreign(self) -> None:
        stranger, org = self.people["stranger"], self.organizations["globex"]
        made = self.put(
            "dashboard",
            "another organisation's dashboard",
            organization_id=org,
            title="x",
            owner_id=stranger,
        )
        board = Board(made, stranger, Visibility.ORGANIZATION, None, foreign=True)
        self.boards.append(board)
        kpi = self._bare_kpi(board, "another organisation's KPI", stranger, "FOREIGN")
        self.kpis.append(Indicator(kpi, stranger, board, assigned=False))
        self._comment(self.kpis[-1], "stranger")
        says = "another organisation's action"
        self._plan(self.kpis[-1], says, "stranger", "stranger")

    # -- who asks ----------------------------------------------------------------------------------

    @contextmanager
    def acting(self, *roles: Cells | str) -> Iterator[Actor]:
        """Me with these roles (built-in ones by name), as the application's login role."""
        with self.connection.transaction(force_rollback=True):
            self.connection.execute("set local session_replication_role = replica")
            for number, role in enumerate(roles):
                self.connection.execute(
                    "insert into kpix.user_role (organization_id, user_id, role_id)"
                    " values (%s, %s, %s)",
                    (self.org, self.me, self._role(number, role)),
                )
            self.connection.execute("set local session_replication_role = origin")
            yield self.sign_in()

    def sign_in(self) -> Actor:
        """From here to the end of the transaction I have the application's password and psql."""
        self.connection.execute("set local session authorization kpix_local")
        answer = self.connection.execute("select auth.begin(%b)", (token_bytes(self.token),))
        row = answer.fetchone()
        assert row is not None
        return Actor.from_principal(Principal.from_answer(row[0]))

    def _role(self, number: int, role: Cells | str) -> UUID:
        if isinstance(role, str):
            row = self.connection.execute(
                "select id from kpix.role where organization_id = %s and name = %s",
                (self.org, role),
            ).fetchone()
            assert row is not None
            return UUID(str(row[0]))
        made = self.put("role", name=f"Custom {number}")
        for permission, scope in role.items():
            cell = {"permission": permission.value, "scope": scope.value}
            self.put("role_permission", role_id=made, **cell)
        return made


_WITHOUT_ID = frozenset(
    {
        "team_member",
        "role_permission",
        "kpi_threshold",
        "kpi_value",
        "kpi_value_revision",
        "comment_revision",
        "action_plan_change",
        "kpi_state",
    }
)


class Answers:
    """What Python says: which of the world's things a permission reaches."""

    def __init__(self, world: World, actor: Actor) -> None:
        self.world = world
        self.actor = actor

    def seen(self, board: Board) -> bool:
        return not board.foreign and sees(self.actor, board.owner, board.visibility, board.level)

    def on_board(self, permission: Permission, board: Board) -> bool:
        return self.seen(board) and allows(self.actor, permission, board.target)

    def on_kpi(self, permission: Permission, kpi: Indicator) -> bool:
        """A KPI that is not seen is out of reach, and so is a value that is not to be read."""
        needed = {P.KPI_READ, permission}
        if permission is P.KPI_VALUE_UPDATE:
            needed.add(P.KPI_VALUE_READ)
        return self.seen(kpi.board) and all(allows(self.actor, p, kpi.target) for p in needed)

    def boards(self, permission: Permission) -> set[UUID]:
        return {b.id for b in self.world.boards if self.on_board(permission, b)}

    def owned(self, permission: Permission) -> set[UUID]:
        """Boards that are reached by scope: a share reaches no transfer."""
        boards = (b for b in self.world.boards if self.seen(b))
        return {b.id for b in boards if self.by_scope(permission, b.owner)}

    def by_scope(self, permission: Permission, owner: UUID) -> bool:
        return allows(self.actor, permission, Target(frozenset({owner})))

    def kpis(self, permission: Permission) -> set[UUID]:
        return {k.id for k in self.world.kpis if self.on_kpi(permission, k)}

    def on_plan(self, permission: Permission, plan: Task) -> bool:
        """An action is seen with its KPI, and what is not seen is out of reach."""
        about = self.seen(plan.kpi.board) and allows(self.actor, P.KPI_READ, plan.kpi.target)
        needed = (P.ACTION_PLAN_READ, permission)
        return about and all(allows(self.actor, p, plan.target) for p in needed)

    def plans(self, permission: Permission) -> set[UUID]:
        return {t.id for t in self.world.plans if self.on_plan(permission, t)}

    def given(self, newcomer: UUID) -> set[UUID]:
        """Actions that can be given to somebody: whoever gives one away still sees it."""
        return {
            t.id
            for t in self.world.plans
            if self.on_plan(P.ACTION_PLAN_ASSIGN, t)
            and self.on_plan(P.ACTION_PLAN_READ, replace(t, owner=newcomer))
        }

    def shares(self, permission: Permission) -> set[UUID]:
        return {i for i, b in self.world.shares.items() if self.on_board(permission, b)}

    def assignments(self, permission: Permission) -> set[UUID]:
        return {i for i, k in self.world.assignments.items() if self.on_kpi(permission, k)}

    def comments(self, permission: Permission) -> set[UUID]:
        """Those to read, or their author's to change, or to delete: what is not seen is not."""
        return {
            made
            for made, one in self.world.comments.items()
            if self.on_kpi(P.COMMENT_READ, one.kpi)
            and (permission is P.COMMENT_READ or allows(self.actor, permission, one.target))
        }

    def everywhere(self, permission: Permission) -> bool:
        return allows(self.actor, permission, Target(frozenset()))


# -- the roles that are tried ---------------------------------------------------------------------

Roles = tuple[Cells | str, ...]
_READING: Final = tuple(p for p in P if p.value.endswith(":read"))
_DOING: Final = tuple(p for p in P if p not in _READING)
_ON_OBJECTS: Final = tuple(
    p
    for p in P
    if p.value.split(":")[0] in ("dashboard", "kpi", "kpi_value", "action_plan", "comment")
)


def _cases() -> Iterator[tuple[str, Roles]]:
    """Roles with a name for the test. Several built-in ones grant what the widest of them does."""
    yield "no role", ()
    for role in BuiltinRole:
        yield role.value, (role.value,)
    for reading in Scope:
        for doing in Scope:
            cells = dict.fromkeys(_READING, reading) | dict.fromkeys(_DOING, doing)
            yield f"reads {reading} does {doing}", (cells,)
    everything = dict.fromkeys(P, Scope.OWN) | dict.fromkeys(_READING, Scope.ORGANIZATION)
    for one in _ON_OBJECTS:
        yield f"{one} left out", ({p: s for p, s in everything.items() if p is not one},)
        yield f"{one} on one's own", (dict.fromkeys(P, Scope.TEAM) | {one: Scope.OWN},)
    gives = dict.fromkeys(P, Scope.OWN) | {P.DASHBOARD_ASSIGN: Scope.ORGANIZATION}
    yield "gives every dashboard away", (gives,)
    yield "gives what they do not see", ({P.DASHBOARD_ASSIGN: Scope.ORGANIZATION},)
    yield "two halves", (dict.fromkeys(_READING, Scope.TEAM), dict.fromkeys(_DOING, Scope.OWN))


CASES: Final[Mapping[str, Roles]] = dict(_cases())
