"""Two organisations as an example draws them, and the calls that people make in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from kpix_tui.access.permissions import Level, Permission, Visibility
from kpix_tui.db.principal import begin
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.accounts import service as accounts
from kpix_tui.domains.accounts import sessions
from kpix_tui.domains.accounts.views import InviteUser
from kpix_tui.domains.audit import service as audit
from kpix_tui.domains.comments import service as comments
from kpix_tui.domains.comments.views import AddComment, Draft, EditComment, Subject
from kpix_tui.domains.dashboards import service as dashboards
from kpix_tui.domains.dashboards.views import CreateDashboard, ShareDashboard
from kpix_tui.domains.kpis import service as kpis
from kpix_tui.domains.kpis.views import CreateKpi, Direction, Thresholds
from kpix_tui.domains.notifications import service as notifications
from kpix_tui.domains.notifications.views import Kind
from kpix_tui.domains.overview import service as overview
from kpix_tui.domains.people.rules import scopes_of
from kpix_tui.domains.people.service import roles, teams, users
from kpix_tui.domains.plans import service as plans
from kpix_tui.domains.plans.views import (
    AssignPlans,
    CreatePlan,
    Criterion,
    CriterionKind,
    MovePlan,
    PlanFilter,
    PlanStatus,
    PostponePlans,
    SetProgress,
)
from kpix_tui.domains.search import service as search
from kpix_tui.domains.search.views import Wanted
from kpix_tui.domains.values import service as values
from kpix_tui.domains.values.views import EnterValue
from kpix_tui.kernel.clock import FixedClock
from kpix_tui.kernel.paging import PageRequest
from kpix_tui.kernel.periods import Frequency
from tests.conftest import NOW
from tests.support.databases import ORGANIZATIONS, PEOPLE, Database

ALL = PageRequest(limit=500)
DAY = date(2026, 9, 1)
CELLS = [(permission, scope) for permission in Permission for scope in scopes_of(permission)]
Call = tuple[int, str, int, int]


class Rehearsed(UnitOfWork):
    """A unit of work that is several people one after the other."""

    def become(self, token: str) -> bool:
        """Whether the database accepts the token."""
        self._principal = begin(self.driver, token)
        return self._principal is not None


@dataclass
class World:
    """What there is in both organisations, first Acme's, then Globex', in the order it was made."""

    uow: Rehearsed
    tokens: list[str]
    organizations: list[UUID]
    people: list[UUID] = field(default_factory=list)
    teams: list[UUID] = field(default_factory=list)
    boards: list[UUID] = field(default_factory=list)
    kpis: list[UUID] = field(default_factory=list)
    comments: list[UUID] = field(default_factory=list)
    plans: list[UUID] = field(default_factory=list)
    roles: list[UUID] = field(default_factory=list)
    above: bool = False

    def run(self, statement: str, **parameters: Any) -> list[Any]:
        """As the superuser."""
        with self.superuser():
            cursor = self.uow.driver.execute(statement.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def superuser(self) -> Iterator[None]:
        """The application's login is put aside for the block."""
        if self.above:
            yield
            return
        self.uow.driver.execute("reset session authorization")
        self.above = True
        try:
            yield
        finally:
            self.above = False
            self.uow.driver.execute("set session authorization kpix_local")

    def asked(self, statement: str) -> list[Any]:
        """As who is signed in."""
        cursor = self.uow.driver.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []

    def put(self, table: str, **row: Any) -> UUID:
        """A row with an identifier of its own."""
        made = uuid4()
        if table not in (
            "team_member",
            "kpi_threshold",
            "kpi_value",
            "kpi_state",
            "role_permission",
            "user_role",
        ):
            row["id"] = made
        names, marks = ", ".join(row), ", ".join(f"%({name})s" for name in row)
        self.run(f"insert into kpix.{table} ({names}) values ({marks})", **row)
        return made

    # -- what is drawn -----------------------------------------------------------------------------

    def furnish(self, facts: dict[str, Any]) -> None:
        with self.superuser():
            self.run("set local session_replication_role = replica")
            for number, organization in enumerate(self.organizations):
                self._furnish(number, organization, facts["organizations"][number])
            self.run("set local session_replication_role = origin")
            for organization in self.organizations:
                self._index(organization)

    def _furnish(self, number: int, org: UUID, facts: dict[str, Any]) -> None:
        word = ORGANIZATIONS[number]
        found = self.run(
            "select user_id from private.credential where organization_id = %(org)s order by email",
            org=org,
        )
        mine = [user for (user,) in found]
        self.people += mine
        for user in mine:
            self.run(
                "update kpix.app_user set name = %(n)s where id = %(u)s", n=f"{word} {user}", u=user
            )
        self._roles(org, word, mine, facts["roles"])
        crews = [self.put("team", organization_id=org, name=f"{word} {n}") for n in range(2)]
        self.teams += crews
        for crew, person, lead in facts["members"]:
            ids = {"team_id": crews[crew], "user_id": mine[person]}
            self.put("team_member", organization_id=org, is_lead=lead, **ids)
        for n, (owner, visibility, kpi_owner) in enumerate(facts["boards"]):
            self._board(org, f"{word} {n}", mine[owner], visibility, mine[kpi_owner])
        for board, whom, level, ends in facts["shares"]:
            ids = _whom(whom, mine, crews) | {"dashboard_id": self.boards[number * 3 + board]}
            self.put(
                "dashboard_share",
                organization_id=org,
                level=level,
                expires_at=ends,
                shared_by=mine[0],
                **ids,
            )
        for kpi, whom in facts["assignments"]:
            ids = _whom(whom, mine, crews) | {"kpi_id": self.kpis[number * 3 + kpi]}
            self.put("kpi_assignment", organization_id=org, assigned_by=mine[0], **ids)

    def _roles(self, org: UUID, word: str, mine: list[UUID], drawn: list[Any]) -> None:
        for person, cells in enumerate(drawn, start=1):
            role = self.put("role", organization_id=org, name=f"{word} {person}")
            self.roles.append(role)
            for permission, scope in cells or ():
                self.put(
                    "role_permission",
                    organization_id=org,
                    role_id=role,
                    permission=permission,
                    scope=scope,
                )
            if cells is not None:
                self.run("delete from kpix.user_role where user_id = %(u)s", u=mine[person])
                self.put("user_role", organization_id=org, role_id=role, user_id=mine[person])

    def _board(self, org: UUID, title: str, owner: UUID, visibility: str, kpi_owner: UUID) -> None:
        board = self.put(
            "dashboard", organization_id=org, title=title, owner_id=owner, visibility=visibility
        )
        kpi = self.put(
            "kpi",
            organization_id=org,
            dashboard_id=board,
            code=title,
            name=title,
            direction="UP_IS_BETTER",
            frequency="MONTHLY",
            owner_id=kpi_owner,
        )
        self.boards.append(board)
        self.kpis.append(kpi)
        keys = {"organization_id": org, "kpi_id": kpi}
        self.put("kpi_threshold", **keys, valid_from=date(1, 1, 1), green=95, orange=90)
        self.put(
            "kpi_value",
            **keys,
            dashboard_id=board,
            period_start=DAY,
            period_end=date(2026, 9, 30),
            value=97,
            status="GREEN",
            reason=title,
            entered_by=kpi_owner,
        )
        self.plans.append(
            self.put(
                "action_plan",
                **keys,
                dashboard_id=board,
                title=title,
                cause=title,
                kind="CORRECTIVE",
                owner_id=kpi_owner,
                created_by=owner,
                due_on=DAY,
            )
        )
        comment = uuid4()
        self.run(
            "insert into kpix.comment (organization_id, id, thread_id, kpi_id, dashboard_id, author_id, body)"
            " values (%(org)s, %(id)s, %(id)s, %(kpi)s, %(board)s, %(author)s, %(body)s)",
            org=org,
            id=comment,
            kpi=kpi,
            board=board,
            author=kpi_owner,
            body=f"{title} @{title}",
        )
        self.comments.append(comment)
        self.put(
            "kpi_state",
            **keys,
            dashboard_id=board,
            period_start=DAY,
            period_end=date(2026, 9, 30),
            value=97,
            status="GREEN",
        )

    def _index(self, org: UUID) -> None:
        """What triggers would have written, which were not awake."""
        self.run("select private.present(%(org)s, %(org)s, %(org)s)", org=org)
        for kind in ("DASHBOARD", "KPI", "PERSON", "ACTION", "COMMENT"):
            self.run(
                "select private.search_refresh(%(org)s, %(kind)s, null, null, null)",
                org=org,
                kind=kind,
            )

    # -- what is looked at -------------------------------------------------------------------------

    def rows_of(self, number: int) -> list[Any]:
        """A digest of everything that an organisation has."""
        return self.run(_DIGESTS, org=self.organizations[number])

    def secrets_of(self, number: int) -> set[str]:
        """Everything that names a row of an organisation, and the word in all of its texts."""
        found = {
            ORGANIZATIONS[number],
            ORGANIZATIONS[number].title(),
            str(self.organizations[number]),
        }
        for table in (
            *("app_user", "team", "dashboard", "kpi", "role", "dashboard_share"),
            *("comment", "comment_mention", "action_plan"),
        ):
            statement = f"select id::text from kpix.{table} where organization_id = %(org)s"
            found |= {i for (i,) in self.run(statement, org=self.organizations[number])}
        return found


def _whom(drawn: int, mine: list[UUID], crews: list[UUID]) -> dict[str, UUID]:
    return {"user_id": mine[drawn]} if drawn < 4 else {"team_id": crews[drawn - 4]}


_TABLES = (
    *(f"kpix.{table}" for table in (
        "organization", "app_user", "role", "role_permission", "user_role", "team", "team_member", "dashboard",
        "dashboard_share", "kpi", "kpi_assignment", "kpi_threshold", "kpi_value", "kpi_value_revision",
        "kpi_state", "audit_log", "comment", "comment_revision", "comment_mention", "comment_mark",
        "action_plan", "action_plan_change",
        "notification", "notification_preference",
    )),
    *(f"private.{table}" for table in ("credential", "session", "code")),
)  # fmt: skip
_DIGESTS = " union all ".join(
    f"select '{table}', md5(string_agg(t::text, '|' order by t::text)) from {table} t"
    " where organization_id = %(org)s"
    for table in _TABLES
)

# -- calls: each gets two numbers with which it picks what it is about, in either organisation ---------

Operation = Callable[[World, int, int], Any]
OPERATIONS: dict[str, Operation] = {
    "list_dashboards": lambda w, a, b: overview.list_dashboards(w.uow, ALL, archived=bool(a % 2)),
    "show_dashboard": lambda w, a, b: overview.show_dashboard(w.uow, _pick(w.boards, a)),
    "find_dashboard": lambda w, a, b: dashboards.find_dashboard(
        w.uow, f"{ORGANIZATIONS[b % 2]} {a % 3}"
    ),
    "list_kpis": lambda w, a, b: overview.list_kpis(w.uow, ALL, dashboard_id=_pick(w.boards, a)),
    "show_kpi": lambda w, a, b: overview.show_kpi(w.uow, _pick(w.kpis, a)),
    "find_kpi": lambda w, a, b: kpis.find_kpi(w.uow, f"{ORGANIZATIONS[b % 2]} {a % 3}"),
    "list_values": lambda w, a, b: values.list_values(w.uow, _pick(w.kpis, a), ALL),
    "value_history": lambda w, a, b: values.value_history(w.uow, _pick(w.kpis, a), DAY),
    "enter_value": lambda w, a, b: values.enter_value(
        w.uow, EnterValue(_pick(w.kpis, a), DAY, Decimal(b), "corrected")
    ),
    "list_plans": lambda w, a, b: plans.list_plans(
        w.uow, PageRequest(sort=("due", "owner", "kpi")[b % 3], text=("", "new", "0")[a % 3])
    ),
    "plan_board": lambda w, a, b: plans.plan_board(w.uow, PlanFilter(owner_id=_pick(w.people, a))),
    "show_plan": lambda w, a, b: plans.show_plan(w.uow, _pick(w.plans, a)),
    "find_plan": lambda w, a, b: plans.find_plan(w.uow, f"{ORGANIZATIONS[b % 2]} {a % 3}"),
    "plan_history": lambda w, a, b: plans.plan_history(w.uow, _pick(w.plans, a), ALL),
    "create_plan": lambda w, a, b: plans.create_plan(
        w.uow,
        CreatePlan(
            f"new {a}{b}",
            DAY,
            _pick(w.kpis, a),
            parent_id=_pick(w.plans, b) if b % 2 else None,
            owner_id=_pick(w.people, b),
            criterion=Criterion(_pick(w.kpis, b), CriterionKind.LEVEL, Decimal(b), 1),
        ),
    ),
    "move_plan": lambda w, a, b: plans.move_plan(
        w.uow, MovePlan(_pick(w.plans, a), tuple(PlanStatus)[b % 4])
    ),
    "set_progress": lambda w, a, b: plans.set_progress(
        w.uow, SetProgress(_pick(w.plans, a), 10 * (b % 11))
    ),
    "assign_plans": lambda w, a, b: plans.assign_plans(
        w.uow, AssignPlans((_pick(w.plans, a), _pick(w.plans, b)), _pick(w.people, b))
    ),
    "postpone_plans": lambda w, a, b: plans.postpone_plans(
        w.uow, PostponePlans((_pick(w.plans, a), _pick(w.plans, b)), days=1 + b)
    ),
    "delete_plan": lambda w, a, b: plans.delete_plan(w.uow, _pick(w.plans, a)),
    "list_comments": lambda w, a, b: comments.list_comments(
        w.uow, Subject(_pick(w.kpis, a)), ALL, unread=bool(b % 2)
    ),
    "show_comment": lambda w, a, b: comments.get_comment(w.uow, _pick(w.comments, a)),
    "comment_history": lambda w, a, b: comments.comment_history(w.uow, _pick(w.comments, a)),
    "add_comment": lambda w, a, b: comments.add_comment(
        w.uow,
        AddComment(
            Subject(_pick(w.kpis, a)),
            f"@Max Manager @{w.uow.principal.organization_name} {b}",
            reply_to=_pick(w.comments, b) if b % 2 else None,
            chosen=frozenset({_pick(w.people, b)}),
            anyway=a > b,
        ),
    ),
    "edit_comment": lambda w, a, b: comments.edit_comment(
        w.uow, EditComment(_pick(w.comments, a), 1 + b % 2, f"changed {b}")
    ),
    "delete_comment": lambda w, a, b: comments.delete_comment(w.uow, _pick(w.comments, a)),
    "check_draft": lambda w, a, b: comments.check_draft(
        w.uow, Draft(_pick(w.kpis, a), f"@{w.uow.principal.organization_name} 0")
    ),
    "mentionable": lambda w, a, b: comments.mentionable(w.uow, _pick(w.kpis, a), "", ALL),
    "mark_thread_read": lambda w, a, b: comments.mark_thread_read(w.uow, _pick(w.comments, a)),
    "mark_read": lambda w, a, b: comments.mark_read(w.uow, Subject(_pick(w.kpis, a))),
    "comment_counts": lambda w, a, b: comments.comment_counts(w.uow, w.kpis),
    "inbox": lambda w, a, b: notifications.inbox(w.uow, ALL),
    "unread": lambda w, a, b: notifications.unread(w.uow),
    "mark_all_read": lambda w, a, b: notifications.mark_all_read(w.uow),
    "preferences": lambda w, a, b: notifications.set_preference(
        w.uow, tuple(Kind)[a % len(Kind)], wanted=bool(b % 2)
    ),
    "unread_threads": lambda w, a, b: comments.unread_threads(w.uow, ALL),
    "create_dashboard": lambda w, a, b: dashboards.create_dashboard(
        w.uow, CreateDashboard(f"{w.uow.principal.organization_name} new {a}{b}")
    ),
    "archive_dashboard": lambda w, a, b: dashboards.archive_dashboard(w.uow, _pick(w.boards, a)),
    "create_kpi": lambda w, a, b: kpis.create_kpi(
        w.uow,
        CreateKpi(
            _pick(w.boards, a),
            f"new {b}",
            Direction.UP_IS_BETTER,
            Frequency.MONTHLY,
            Thresholds(Decimal(2), Decimal(1)),
        ),
    ),
    "delete_kpi": lambda w, a, b: kpis.delete_kpi(w.uow, _pick(w.kpis, a)),
    "assign_entry": lambda w, a, b: kpis.assign_entry(
        w.uow, _pick(w.kpis, a), user_id=_pick(w.people, b)
    ),
    "unassign_entry": lambda w, a, b: kpis.unassign_entry(
        w.uow, _pick(w.kpis, a), team_id=_pick(w.teams, b)
    ),
    "list_assignments": lambda w, a, b: kpis.list_assignments(w.uow, _pick(w.kpis, a), ALL),
    "share_dashboard": lambda w, a, b: dashboards.share_dashboard(
        w.uow, ShareDashboard(_pick(w.boards, a), tuple(Level)[b % 3], user_id=_pick(w.people, b))
    ),
    "share_with_team": lambda w, a, b: dashboards.share_dashboard(
        w.uow, ShareDashboard(_pick(w.boards, a), tuple(Level)[b % 3], team_id=_pick(w.teams, b))
    ),
    "unshare_dashboard": lambda w, a, b: dashboards.unshare_dashboard(
        w.uow, _pick(w.boards, a), user_id=_pick(w.people, b)
    ),
    "list_shares": lambda w, a, b: dashboards.list_shares(w.uow, _pick(w.boards, a), ALL),
    "dashboard_access": lambda w, a, b: dashboards.dashboard_access(w.uow, _pick(w.boards, a), ALL),
    "set_visibility": lambda w, a, b: dashboards.set_visibility(
        w.uow, _pick(w.boards, a), tuple(Visibility)[b % 3]
    ),
    "transfer_dashboard": lambda w, a, b: dashboards.transfer_dashboard(
        w.uow, _pick(w.boards, a), _pick(w.people, b)
    ),
    "search": lambda w, a, b: search.search(w.uow, Wanted(("new", "00", "11", "22")[a % 4]), ALL),
    "list_users": lambda w, a, b: users.list_users(w.uow, ALL),
    "show_user": lambda w, a, b: users.show_user_detail(w.uow, _pick(w.people, a)),
    "find_user": lambda w, a, b: users.find_user(w.uow, f"manager@{ORGANIZATIONS[a % 2]}.test"),
    "rename_user": lambda w, a, b: users.rename_user(w.uow, _pick(w.people, a), "renamed"),
    "set_active": lambda w, a, b: users.set_active(w.uow, _pick(w.people, a), bool(b % 2)),
    "invite_user": lambda w, a, b: accounts.invite_user(
        w.uow, InviteUser("new", f"new{a}{b}@new.test", ())
    ),
    "list_teams": lambda w, a, b: teams.list_teams(w.uow, ALL),
    "list_members": lambda w, a, b: teams.list_members(w.uow, _pick(w.teams, a), ALL),
    "create_team": lambda w, a, b: teams.create_team(w.uow, f"new {a}{b}"),
    "delete_team": lambda w, a, b: teams.delete_team(w.uow, _pick(w.teams, a)),
    "add_member": lambda w, a, b: teams.add_member(
        w.uow, _pick(w.teams, a), _pick(w.people, b), lead=a > b
    ),
    "remove_member": lambda w, a, b: teams.remove_member(
        w.uow, _pick(w.teams, a), _pick(w.people, b)
    ),
    "list_roles": lambda w, a, b: roles.list_roles(w.uow, ALL),
    "show_role": lambda w, a, b: roles.show_role(w.uow, _pick(w.roles, a)),
    "assign_role": lambda w, a, b: roles.assign_role(w.uow, _pick(w.people, a), _pick(w.roles, b)),
    "unassign_role": lambda w, a, b: roles.unassign_role(
        w.uow, _pick(w.people, a), _pick(w.roles, b)
    ),
    "list_holders": lambda w, a, b: roles.list_holders(w.uow, _pick(w.roles, a), ALL),
    "list_audit": lambda w, a, b: audit.list_audit(w.uow, ALL),
    "list_sessions": lambda w, a, b: sessions.list_sessions(w.uow, ALL, user_id=_pick(w.people, a)),
    "revoke_sessions": lambda w, a, b: sessions.revoke_sessions(w.uow, _pick(w.people, a)),
}


def _pick(things: list[UUID], number: int) -> UUID:
    return things[number % len(things)]


# -- what is drawn -------------------------------------------------------------------------------------

_person, _one_of_three = st.integers(0, 3), st.integers(0, 2)
_cells = st.lists(st.sampled_from(CELLS), max_size=12, unique_by=lambda cell: cell[0])
_organization = st.fixed_dictionaries(
    {
        # Of all but the administrator; with None they keep the built-in role.
        "roles": st.lists(st.none() | _cells, min_size=3, max_size=3),
        "members": st.lists(
            st.tuples(st.integers(0, 1), _person, st.booleans()),
            max_size=6,
            unique_by=lambda m: m[:2],
        ),
        "boards": st.lists(
            st.tuples(_person, st.sampled_from(Visibility), _person), min_size=3, max_size=3
        ),
        "shares": st.lists(
            st.tuples(
                _one_of_three,
                st.integers(0, 5),
                st.sampled_from(Level),
                st.sampled_from([None, "2026-01-01", "2027-01-01"]),
            ),
            max_size=5,
            unique_by=lambda share: share[:2],
        ),
        "assignments": st.lists(
            st.tuples(_one_of_three, st.integers(0, 5)), max_size=3, unique_by=lambda pair: pair
        ),
    }
)
WORLDS = st.fixed_dictionaries({"organizations": st.tuples(_organization, _organization)})
CALLS = st.lists(
    st.tuples(
        st.integers(0, 7), st.sampled_from(sorted(OPERATIONS)), st.integers(0, 7), st.integers(0, 7)
    ),
    min_size=3,
    max_size=12,
)


@contextmanager
def world_of(database: Database, superuser: Engine, facts: dict[str, Any]) -> Iterator[World]:
    """Both organisations as drawn, for the block."""
    with Session(superuser, autoflush=False, expire_on_commit=False) as session:
        uow = Rehearsed(session, FixedClock(NOW))
        uow.driver.execute("set session authorization kpix_local")
        people = [f"{org}/{person}" for org in ORGANIZATIONS for person in sorted(PEOPLE)]
        world = World(uow, [database.tokens[person] for person in people], [])
        found = world.run("select organization_id from kpix.organization order by name")
        world.organizations = [organization for (organization,) in found]
        world.furnish(facts)
        yield world
        session.rollback()
