"""Python and PostgreSQL give the same answer to: may this person do this to that?

Every set of built-in roles, and made-up ones of every scope, x every permission x every relation to
the object: whose it is, who may see it, how it is shared, who owes its values. Python's answer is
``access.policy`` on the actor and the target; PostgreSQL's is what bare SQL as the application's
role returns or changes after ``auth.begin``, tried and undone, for every table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain, combinations
from typing import Final
from uuid import UUID

import psycopg
import pytest

from kpix_tui.access.actor import Actor
from kpix_tui.access.permissions import (
    GRANTS,
    BuiltinRole,
    Permission,
    Scope,
)
from kpix_tui.kernel.clock import FixedClock
from tests.db.matrix import CASES, Answers, World
from tests.support import databases, servers

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
P = Permission
ROLE_SETS: Final = tuple(
    chain.from_iterable(
        combinations([role.value for role in BuiltinRole], many)
        for many in range(len(BuiltinRole) + 1)
    )
)


@pytest.fixture(scope="module")
def world(server: servers.Server, run_id: str) -> Iterator[World]:
    """One furnished database for the module."""
    template, tokens = databases.peopled(server, run_id, FixedClock(NOW))
    with (
        databases.cloned(server, template, tokens) as database,
        database.server.connect(database.name) as connection,
    ):
        rows = connection.execute("select lower(name), organization_id from kpix.organization")
        organizations = {str(name): UUID(str(org)) for name, org in rows.fetchall()}
        made = World(connection, database, organizations)
        made.furnish()
        connection.execute(_ACCEPTED)
        connection.execute("analyze")
        yield made


# Runs a statement for each id, undoes it, and answers the ids for which it was let through.
_ACCEPTED: Final = b"""
create schema trial;
grant usage on schema trial to kpix_app;
create function trial.accepted(statement text, ids uuid[]) returns setof uuid
language plpgsql as $$
declare
    one uuid;
    changed bigint;
begin
    foreach one in array ids loop
        begin
            execute statement using one;
            get diagnostics changed = row_count;
            if changed > 0 then
                raise exception using errcode = 'KX002';
            end if;
        exception
            when sqlstate 'KX002' then return next one;
            -- The policy has let it through by then.
            when foreign_key_violation then return next one;
            when insufficient_privilege then null;
        end;
    end loop;
end $$;
grant execute on function trial.accepted(text, uuid[]) to kpix_app;
"""


Expectation = Callable[[Answers], set[UUID]]

READS: Final[Mapping[str, Expectation]] = {
    "select id from kpix.dashboard": lambda a: a.boards(P.DASHBOARD_READ),
    "select id from kpix.dashboard_share": lambda a: a.shares(P.DASHBOARD_READ),
    "select id from kpix.kpi": lambda a: a.kpis(P.KPI_READ),
    "select kpi_id from kpix.kpi_threshold": lambda a: a.kpis(P.KPI_READ),
    "select id from kpix.kpi_assignment": lambda a: a.assignments(P.KPI_READ),
    "select kpi_id from kpix.kpi_value": lambda a: a.kpis(P.KPI_VALUE_READ),
    "select kpi_id from kpix.kpi_state": lambda a: a.kpis(P.KPI_VALUE_READ),
    "select kpi_id from kpix.kpi_value_revision": lambda a: a.kpis(P.KPI_VALUE_READ),
    "select id from kpix.comment": lambda a: a.comments(P.COMMENT_READ),
    "select comment_id from kpix.comment_revision": lambda a: a.comments(P.COMMENT_READ),
    "select comment_id from kpix.comment_mention": lambda a: a.comments(P.COMMENT_READ),
    "select id from kpix.action_plan": lambda a: a.plans(P.ACTION_PLAN_READ),
    "select plan_id from kpix.action_plan_change": lambda a: a.plans(P.ACTION_PLAN_READ),
}
CHANGES: Final[Mapping[str, Expectation]] = {
    "update kpix.dashboard set process = 'other' returning id": lambda a: a.boards(
        P.DASHBOARD_UPDATE
    ),
    "update kpix.dashboard_share set level = 'VIEWER', expires_at = null,"
    " shared_by = (select auth.user_id()) returning id": lambda a: a.shares(P.DASHBOARD_ASSIGN),
    "delete from kpix.dashboard_share returning id": lambda a: a.shares(P.DASHBOARD_ASSIGN),
    "update kpix.kpi set name = 'other' returning id": lambda a: a.kpis(P.KPI_UPDATE),
    "update kpix.kpi_threshold set target = 5 returning kpi_id": lambda a: a.kpis(P.KPI_UPDATE),
    "delete from kpix.kpi_assignment returning id": lambda a: a.assignments(P.KPI_UPDATE),
    "update kpix.kpi_value set reason = 'typo' returning kpi_id": lambda a: a.kpis(
        P.KPI_VALUE_UPDATE
    ),
    "update kpix.comment set body = 'other' returning id": lambda a: a.comments(P.COMMENT_UPDATE),
    "update kpix.action_plan set cause = 'other' returning id": lambda a: a.plans(
        P.ACTION_PLAN_UPDATE
    ),
}
_KPI_OF: Final = (
    "insert into kpix.kpi (organization_id, id, dashboard_id, code, name, direction, frequency,"
    " owner_id) values ('{org}', gen_random_uuid(), $1, 'NEW', 'new', 'UP_IS_BETTER', 'DAILY',"
    " '{owner}')"
)
_VALUE_ON: Final = (
    "insert into kpix.kpi_value (organization_id, kpi_id, dashboard_id, period_start, period_end,"
    " value, status) values ('{org}', $1, '{board}', '2026-08-01', '2026-08-31', 1, 'RED')"
)
_TRANSFER: Final = "select auth.transfer_dashboard($1, '{mate}')"
BOARD_TRIES: Final[Mapping[str, Permission]] = {
    "update kpix.dashboard set archived_at = now() where id = $1": P.DASHBOARD_DELETE,
    "insert into kpix.dashboard_share (organization_id, dashboard_id, user_id, level)"
    " values ('{org}', $1, '{newcomer}', 'VIEWER')": P.DASHBOARD_ASSIGN,
    "select auth.set_visibility($1, 'TEAMS')": P.DASHBOARD_ASSIGN,
    _TRANSFER: P.DASHBOARD_ASSIGN,
}
KPI_TRIES: Final[Mapping[str, Permission]] = {
    "update kpix.kpi set deleted_at = now() where id = $1": P.KPI_DELETE,
    "insert into kpix.kpi_threshold (organization_id, kpi_id, valid_from, green, orange)"
    " values ('{org}', $1, '2026-12-01', 5, 4)": P.KPI_UPDATE,
    "insert into kpix.kpi_assignment (organization_id, kpi_id, user_id)"
    " values ('{org}', $1, '{mate}')": P.KPI_UPDATE,
    "insert into kpix.comment (organization_id, id, kpi_id, dashboard_id, thread_id, body)"
    " values ('{org}', $1, $1, '{org}', $1, 'x')": P.COMMENT_CREATE,
}
COMMENT_TRIES: Final[Mapping[str, Permission]] = {
    "select auth.delete_comment($1)": P.COMMENT_DELETE,
    "insert into kpix.comment_mark (organization_id, thread_id, read_until)"
    " values ('{org}', $1, '2026-09-01')": P.COMMENT_READ,
}
_PLAN_FOR: Final = (
    "insert into kpix.action_plan (organization_id, id, kpi_id, dashboard_id, title, kind, owner_id,"
    " due_on) select organization_id, gen_random_uuid(), id, dashboard_id, 'new', 'CORRECTIVE',"
    " '{owner}', '2026-12-01' from kpix.kpi where id = $1"
)
_DELETE_PLAN: Final = "update kpix.action_plan set deleted_at = now() where id = $1"
_GIVE_PLAN: Final = "update kpix.action_plan set owner_id = '{newcomer}' where id = $1"
OPEN_TO_MEMBERS: Final = (
    "select organization_id from kpix.organization",
    "select id from kpix.app_user",
    "select id from kpix.team",
    "select user_id from kpix.team_member",
    "select id from kpix.role",
    "select role_id from kpix.role_permission",
)
ONLY_FUNCTIONS_WRITE: Final = (
    "update kpix.organization set name = 'other'",
    "update kpix.app_user set name = 'other'",
    "insert into kpix.app_user (organization_id, id, name, email)"
    " values (auth.org(), gen_random_uuid(), 'x', 'x@x.test')",
    "insert into kpix.role (organization_id, id, name) values (auth.org(), gen_random_uuid(), 'x')",
    "update kpix.role set name = 'other'",
    "delete from kpix.role",
    "update kpix.role_permission set scope = 'ORGANIZATION'",
    "delete from kpix.role_permission",
    "insert into kpix.user_role (organization_id, user_id, role_id)"
    " select auth.org(), auth.user_id(), id from kpix.role",
    "delete from kpix.user_role",
    "delete from kpix.dashboard",
    "delete from kpix.kpi",
    "delete from kpix.kpi_threshold",
    "delete from kpix.kpi_value",
    "delete from kpix.kpi_value_revision",
    "delete from kpix.action_plan",
    "update kpix.action_plan set verdict = 'EFFECTIVE'",
    "insert into kpix.action_plan_change (organization_id, plan_id, version, new)"
    " select organization_id, id, 9, '{}' from kpix.action_plan",
    "update kpix.action_plan_change set new = '{}'",
    "delete from kpix.action_plan_change",
    "update kpix.kpi_assignment set user_id = auth.user_id()",
    "delete from kpix.comment",
    "update kpix.comment set deleted_at = now()",
    "update kpix.comment set author_id = auth.user_id()",
    "insert into kpix.comment_mention (organization_id, comment_id, user_id)"
    " select auth.org(), id, auth.user_id() from kpix.comment",
    "delete from kpix.comment_mention",
    "insert into kpix.notification (organization_id, recipient_id, fact, kind, priority, dashboard_id)"
    " select auth.org(), auth.user_id(), 'x', 'MENTION', 'URGENT', id from kpix.dashboard",
    "update kpix.notification set kind = 'MENTION'",
    "delete from kpix.notification",
    "delete from kpix.notification_preference",
    "update kpix.comment_revision set body = 'x'",
    "delete from kpix.comment_revision",
    "insert into kpix.audit_log (organization_id, action, object_type, object_id)"
    " values (auth.org(), 'a', 'b', 'c')",
    "delete from kpix.audit_log",
)
"""Not even an administrator: what the application does to these, it asks functions for."""


def ids(world: World, statement: str) -> set[UUID]:
    """The first column of what a statement returns; it is undone, and refusals are nothing."""
    try:
        with world.connection.transaction(force_rollback=True):
            return {row[0] for row in world.connection.execute(statement.encode()).fetchall()}
    except psycopg.errors.InsufficientPrivilege:
        return set()


def count(world: World, statement: str) -> int:
    """How many rows a statement changes; it is undone, and refusals are none."""
    try:
        with world.connection.transaction(force_rollback=True):
            return world.connection.execute(statement.encode()).rowcount
    except psycopg.errors.InsufficientPrivilege:
        return 0


def accepted(world: World, statement: str, tried: Iterable[UUID], **names: UUID) -> set[UUID]:
    """The ids for which the statement goes through; each is undone."""
    people = {name: world.people[name] for name in ("mate", "newcomer")}
    text = statement.format(**{"org": world.org, **people, **names})
    rows = world.connection.execute("select trial.accepted(%s, %s)", (text, list(tried))).fetchall()
    return {row[0] for row in rows}


def disagreements(
    world: World, actor: Actor, about: Permission | None = None
) -> tuple[list[str], dict[bool, int]]:
    """Where PostgreSQL does not answer like Python, and how often it said yes and no.

    With ``about``, row by row only what that permission is for; tables are read whole anyway.
    """
    wrong: list[str] = []
    counts = {True: 0, False: 0}
    for what, expected, answer, tried in _questions(world, Answers(world, actor), about):
        counts[True] += len(answer)
        counts[False] += len(tried - answer)
        for one in expected ^ answer:
            verdict = "Python only" if one in expected else "PostgreSQL only"
            wrong.append(f"{verdict}: {what} on {world.says.get(one, one)}")
    return wrong, counts


Question = tuple[str, set[UUID], set[UUID], set[UUID]]


def _questions(world: World, says: Answers, about: Permission | None) -> Iterator[Question]:
    every = {each.id for each in (*world.boards, *world.kpis, *world.plans)}
    boards, kpis = {b.id for b in world.boards}, {k.id for k in world.kpis}
    for statement, expectation in chain(READS.items(), CHANGES.items()):
        yield statement, expectation(says), ids(world, statement), every
    for statement, permission in BOARD_TRIES.items():
        if about in (None, permission):
            expected = says.owned(permission) if statement == _TRANSFER else says.boards(permission)
            yield statement, expected, accepted(world, statement, boards), boards
    for statement, permission in KPI_TRIES.items():
        if about in (None, permission):
            yield statement, says.kpis(permission), accepted(world, statement, kpis), kpis
    for statement, permission in COMMENT_TRIES.items():
        if about in (None, permission):
            answer = accepted(world, statement, world.comments)
            yield statement, says.comments(permission), answer, set(world.comments)
    if about in (None, P.KPI_CREATE, P.KPI_UPDATE):
        yield from _new_kpis(world, says)
    if about in (None, P.KPI_VALUE_CREATE):
        yield _new_values(world, says)
    if about is None or about.startswith("action_plan:"):
        yield from _plans(world, says)


def _new_kpis(world: World, says: Answers) -> Iterator[Question]:
    boards = {b.id for b in world.boards}
    for name in ("own", "mate", "colleague"):
        owner = world.people[name]
        may_own = says.by_scope(P.KPI_CREATE, owner)
        expected = says.boards(P.KPI_CREATE) if may_own else set()
        answer = accepted(world, _KPI_OF, boards, owner=owner)
        yield f"insert a KPI of {name}", expected, answer, boards


def _new_values(world: World, says: Answers) -> Question:
    answer: set[UUID] = set()
    for board in world.boards:
        on_it = [k.id for k in world.kpis if k.board is board]
        answer |= accepted(world, _VALUE_ON, on_it, board=board.id)
    kpis = {k.id for k in world.kpis}
    return "insert a value", says.kpis(P.KPI_VALUE_CREATE), answer, kpis


def _plans(world: World, says: Answers) -> Iterator[Question]:
    plans, kpis = {t.id for t in world.plans}, {k.id for k in world.kpis}
    gone = accepted(world, _DELETE_PLAN, plans)
    yield "delete an action", says.plans(P.ACTION_PLAN_DELETE), gone, plans
    given = accepted(world, _GIVE_PLAN, plans)
    yield "give an action away", says.given(world.people["newcomer"]), given, plans
    for name in ("own", "newcomer"):
        may_give = name == "own" or says.by_scope(P.ACTION_PLAN_ASSIGN, world.me)
        expected = says.kpis(P.ACTION_PLAN_CREATE) if may_give else set()
        answer = accepted(world, _PLAN_FOR, kpis, owner=world.people[name])
        yield f"insert an action for {name}", expected, answer, kpis


@pytest.mark.parametrize("case", CASES)
def test_python_and_postgresql_agree(world: World, case: str) -> None:
    about = next((p for p in P if case.startswith(f"{p} ")), None)
    with world.acting(*CASES[case]) as actor:
        wrong, counts = disagreements(world, actor, about)
    assert wrong == []
    assert counts[False] > 20, "what is another organisation's is refused at least"
    assert counts[True] > 100 or P.DASHBOARD_READ not in actor.grants


@pytest.mark.parametrize("case", CASES)
def test_people_teams_and_the_audit_log(world: World, case: str) -> None:
    with world.connection.transaction(force_rollback=True):
        all_of_acme = {
            statement: ids(world, f"{statement} where organization_id = '{world.org}'")
            for statement in (*OPEN_TO_MEMBERS, "select user_id from kpix.user_role")
        }
    with world.acting(*CASES[case]) as actor:
        says = Answers(world, actor)
        for statement in OPEN_TO_MEMBERS:
            extra = ids(world, statement) - all_of_acme[statement]
            # The roles that were made for this case came after.
            assert ids(world, statement) >= all_of_acme[statement]
            assert not extra or "role" in statement
        holders = ids(world, "select user_id from kpix.user_role")
        if says.everywhere(P.USER_READ):
            assert holders >= all_of_acme["select user_id from kpix.user_role"]
        else:
            assert holders <= {world.me}
        assert bool(ids(world, "select id from kpix.audit_log")) is says.everywhere(P.AUDIT_READ)
        _teams_answer(world, says)


def _teams_answer(world: World, says: Answers) -> None:
    teams = set(world.teams.values())
    manages_all = says.everywhere(P.TEAM_UPDATE)
    leads = says.actor.leads if says.actor.grants.get(P.TEAM_UPDATE) is Scope.TEAM else set()
    colleague, org = world.people["colleague"], world.org
    new = f"insert into kpix.team (organization_id, id, name) values ('{org}', $1, 'new')"
    assert bool(accepted(world, new, [org])) is says.everywhere(P.TEAM_CREATE)
    assert bool(count(world, "update kpix.team set version = 2")) is manages_all
    removed = ids(world, "delete from kpix.team returning id")
    assert removed == (teams if says.everywhere(P.TEAM_DELETE) else set())
    assert bool(count(world, "update kpix.team_member set is_lead = true")) is manages_all
    for lead in (False, True):
        join = (
            "insert into kpix.team_member (organization_id, team_id, user_id, is_lead)"
            f" values ('{org}', $1, '{colleague}', {lead})"
        )
        free = teams - {world.teams["theirs"]}
        reach = free if manages_all else free & leads if not lead else set()
        assert accepted(world, join, free) == reach
    let_go = ids(world, "delete from kpix.team_member returning user_id")
    mine = {world.people["mate"]} if leads else set()
    everybody = {world.people[name] for name in ("own", "mate", "colleague")}
    assert let_go == (everybody if manages_all else mine)


@pytest.mark.parametrize("case", ["ADMIN", "reads ORGANIZATION does ORGANIZATION"])
@pytest.mark.parametrize("statement", ONLY_FUNCTIONS_WRITE)
def test_what_only_functions_write_is_granted_to_nobody(
    world: World, case: str, statement: str
) -> None:
    with world.acting(*CASES[case]):
        assert count(world, statement) == 0


def test_nobody_reads_or_writes_anything(world: World) -> None:
    with world.connection.transaction(force_rollback=True):
        world.connection.execute("set local session authorization kpix_local")
        boards, kpis = [b.id for b in world.boards], [k.id for k in world.kpis]
        for statement in (*READS, *CHANGES, *OPEN_TO_MEMBERS):
            assert ids(world, statement) == set(), statement
        for statement in BOARD_TRIES:
            assert accepted(world, statement, boards) == set(), statement
        for statement in (*KPI_TRIES, _PLAN_FOR.replace("{owner}", str(world.me))):
            assert accepted(world, statement, kpis) == set(), statement
        plans = [t.id for t in world.plans]
        for statement in (_DELETE_PLAN, _GIVE_PLAN):
            assert accepted(world, statement, plans) == set(), statement


@pytest.mark.parametrize(
    "sabotage",
    [
        "create policy hole on kpix.kpi for update using (true)",
        "create policy hole on kpix.dashboard for select using (true)",
        "create policy hole on kpix.dashboard_share for insert with check (true)",
        "drop policy change on kpix.dashboard",
        "drop policy make on kpix.kpi",
        "drop policy remove on kpix.kpi_assignment",
        "drop policy see on kpix.kpi_value",
        "drop policy see on kpix.comment_mention",
        "drop policy change on kpix.comment",
        "update kpix.comment set author_id = kpi.owner_id from kpix.kpi where kpi.id = kpi_id",
        "drop policy make on kpix.action_plan",
        "create policy hole on kpix.action_plan for select using (true)",
        "update kpix.action_plan set owner_id = created_by",
        "drop policy see on kpix.kpi_state",
        "update kpix.role_permission set scope = 'ORGANIZATION' where permission = 'kpi:update'",
        "update kpix.role_permission set scope = 'OWN' where permission = 'kpi:delete'",
        "delete from kpix.role_permission where permission = 'kpi_value:create'",
        "delete from kpix.team_member",
        "delete from kpix.kpi_assignment",
        "update kpix.dashboard_share set expires_at = null",
        "update kpix.dashboard_share set level = 'MANAGER'",
        "update kpix.dashboard set visibility = 'ORGANIZATION'",
    ],
)
def test_the_comparison_notices_when_the_answers_drift_apart(world: World, sabotage: str) -> None:
    with world.connection.transaction(force_rollback=True):
        with world.acting("USER", "MANAGER") as before:
            pass
        world.connection.execute("set local session_replication_role = replica")
        world.connection.execute(sabotage.encode())
        world.connection.execute("set local session_replication_role = origin")
        with world.acting("USER", "MANAGER"):
            questions = _questions(world, Answers(world, before), None)
            assert any(expected != answer for _what, expected, answer, _tried in questions)


@pytest.mark.parametrize("roles", ROLE_SETS, ids="+".join)
def test_built_in_roles_grant_what_the_table_says(world: World, roles: tuple[str, ...]) -> None:
    widest: dict[Permission, Scope] = {}
    for permission, scope in chain.from_iterable(GRANTS[BuiltinRole(r)].items() for r in roles):
        widest[permission] = max(scope, widest.get(permission, scope), key=lambda one: one.rank)
    with world.acting(*roles) as actor:
        assert actor.grants == widest
        assert set(actor.roles) == set(roles)
    assert actor.team_mates == {world.people["own"], world.people["mate"]}
    assert actor.teams == {world.teams["ours"], world.teams["led"]}
    assert actor.leads == {world.teams["led"]}
