"""Two organisations with random people, rights, teams and shares; random calls by random people.

Never is a row of the other organisation returned or changed, and what a person lists is what
``access.policy`` says they see. An example is one transaction of a superuser who acts as the
application's login, and is undone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine

from kpix_tui.access.actor import actor_of
from kpix_tui.access.permissions import Level, Permission, Scope, Visibility
from kpix_tui.access.policy import Target, allows, sees
from kpix_tui.config import Settings
from kpix_tui.db import engine as engines
from kpix_tui.db.errors import database_errors
from kpix_tui.domains.overview import service as overview
from kpix_tui.domains.people.service import users
from kpix_tui.domains.plans.service import list_plans
from kpix_tui.domains.search.service import search
from kpix_tui.domains.search.views import Hit, Kind, Wanted
from kpix_tui.kernel.clock import FixedClock
from kpix_tui.kernel.errors import Forbidden, KpixError, NotFound
from tests.conftest import NOW
from tests.db.closed_world import ALL, CALLS, OPERATIONS, WORLDS, Call, Operation, World, world_of
from tests.support import databases, servers
from tests.support.databases import ORGANIZATIONS, Database


@pytest.fixture(scope="module")
def database(server: servers.Server, run_id: str) -> Iterator[Database]:
    template, tokens = databases.peopled(server, run_id, FixedClock(NOW))
    with databases.cloned(server, template, tokens) as made:
        yield made


@pytest.fixture(scope="module")
def superuser(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    home: Path = tmp_path_factory.mktemp("properties")
    options = Settings(home=home, state=home, config_file=home / "none")
    url = engines.embedded_url(database.server.url(database.name, "postgres"))
    made = engines.make_owner_engine(url, options)
    yield made
    made.dispose()


@settings(
    max_examples=40,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(facts=WORLDS, calls=CALLS)
def test_organisations_are_closed_and_lists_are_what_the_policy_says(
    database: Database, superuser: Engine, facts: dict[str, Any], calls: list[Call]
) -> None:
    with world_of(database, superuser, facts) as world:
        for call in calls:
            _try(world, call)
        for number in range(len(world.tokens)):
            _compare(world, number)


ORDINARY = {
    "roles": [None, None, None],
    "members": [],
    "boards": [(0, Visibility.PRIVATE, 0)] * 3,
    "shares": [],
    "assignments": [],
}


HOLES: dict[str, tuple[str, str]] = {
    "told of acme": (
        "alter policy see on kpix.dashboard using (true)",
        "select title from kpix.dashboard",
    ),
    "changed rows of acme": (
        "alter policy see on kpix.team_member using (true);"
        " alter policy remove on kpix.team_member using (true);"
        " alter table kpix.team_member disable trigger audit",
        "delete from kpix.team_member",
    ),
}


@pytest.mark.parametrize("found", HOLES)
def test_a_hole_would_be_found(
    database: Database, superuser: Engine, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    weakness, statement = HOLES[found]
    monkeypatch.setitem(OPERATIONS, "slip", lambda w, a, b: w.asked(statement))
    facts = ORDINARY | {"members": [(0, 1, False)]}
    with world_of(database, superuser, {"organizations": (facts, facts)}) as world:
        _try(world, (4, "slip", 0, 0))
        world.run(weakness)
        with pytest.raises(AssertionError, match=found):
            _try(world, (4, "slip", 0, 0))


def test_a_list_that_shows_too_much_would_be_found(database: Database, superuser: Engine) -> None:
    with world_of(database, superuser, {"organizations": (ORDINARY, ORDINARY)}) as world:
        _compare(world, 3)
        world.run(
            "alter policy see on kpix.dashboard using (organization_id = (select auth.org()))"
        )
        with pytest.raises(AssertionError):
            _compare(world, 3)


def _try(world: World, call: Call) -> None:
    who, operation, first, second = call
    other = 1 - who // 4
    if not world.uow.become(world.tokens[who]):
        return  # deactivated, or signed out by an administrator
    before = world.rows_of(other)
    said = _said(world, OPERATIONS[operation], first, second)
    assert world.rows_of(other) == before, f"{operation} changed rows of {ORGANIZATIONS[other]}"
    told = {secret for secret in world.secrets_of(other) if secret in said}
    assert not told, f"{operation} told of {ORGANIZATIONS[other]}: {said}"


def _said(world: World, operation: Operation, first: int, second: int) -> str:
    """What a call answers; of a refusal what it says besides what the caller said."""
    try:
        with database_errors(), world.uow.session.begin_nested():
            answer = operation(world, first, second)
            world.uow.session.flush()
            world.uow.driver.execute("set constraints all immediate")
            return repr(answer)
    except KpixError as refusal:
        asked = (
            {str(value) for value in refusal.params.values()}
            if isinstance(refusal, NotFound)
            else set()
        )
        said = str(refusal)
        for text in asked:
            said = said.replace(text, "")
        return said


# -- what the policy says ----------------------------------------------------------------------------


def _compare(world: World, number: int) -> None:
    if not world.uow.become(world.tokens[number]):
        return
    actor = actor_of(world.uow)
    boards, things = _expected(world, number, actor)
    listed = _listed(lambda: overview.list_dashboards(world.uow, ALL).rows)
    assert {row.id for row in listed} == boards
    shown = _listed(lambda: overview.list_kpis(world.uow, ALL).rows)
    assert {row.id for row in shown} == things
    plans = _plans(world, actor, things)
    planned = _listed(lambda: list_plans(world.uow, ALL).rows)
    assert {row.id for row in planned} == plans
    found = _found(world)
    assert {hit.id for hit in found if hit.kind in {Kind.DASHBOARD, Kind.KPI}} == boards | things
    assert {hit.id for hit in found if hit.kind is Kind.ACTION} <= plans
    assert {hit.kpi_id for hit in found if hit.kind is Kind.COMMENT} <= things
    own = dict(_emails(world))
    everybody = actor.grants.get(Permission.USER_READ) is Scope.ORGANIZATION
    for row in _listed(lambda: users.list_users(world.uow, ALL).rows):
        assert row.email == (own[row.id] if everybody or row.id == actor.user_id else None)


def _plans(world: World, actor: Any, things: set[UUID]) -> set[UUID]:
    """The actions that are seen: those about KPIs that are, as far as they may be read."""
    levels = _levels(world, actor.organization_id, actor)
    return {
        plan
        for plan, kpi, board, *owners in world.run(
            "select p.id, p.kpi_id, p.dashboard_id, p.owner_id, p.created_by, k.owner_id, d.owner_id"
            " from kpix.action_plan p join kpix.kpi k on k.id = p.kpi_id"
            " join kpix.dashboard d on d.id = p.dashboard_id where p.deleted_at is null"
        )
        if kpi in things
        and allows(actor, Permission.ACTION_PLAN_READ, Target(frozenset(owners), levels.get(board)))
    }


def _found(world: World) -> list[Hit]:
    """What is found by the word in all texts of an organisation, and by the one in those of the
    calls; each of them is read again by the policies."""
    return [
        hit
        for word in (*ORGANIZATIONS, "new")
        for hit in search(world.uow, Wanted(word), ALL).page.rows
    ]


def _listed(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Forbidden:
        return ()


def _emails(world: World) -> list[Any]:
    return world.run("select user_id, email from private.credential")


def _expected(world: World, number: int, actor: Any) -> tuple[set[UUID], set[UUID]]:
    org = world.organizations[number // 4]
    levels = _levels(world, org, actor)
    owed = {
        kpi
        for kpi, user, team in world.run(
            "select kpi_id, user_id, team_id from kpix.kpi_assignment where organization_id = %(org)s",
            org=org,
        )
        if user == actor.user_id or team in actor.teams
    }
    boards, things = set(), set()
    for board, owner, visibility in world.run(
        "select id, owner_id, visibility from kpix.dashboard"
        " where organization_id = %(org)s and archived_at is null",
        org=org,
    ):
        if not sees(actor, owner, Visibility(visibility), levels.get(board)):
            continue
        boards.add(board)
        for kpi, kpi_owner in world.run(
            "select id, owner_id from kpix.kpi where organization_id = %(org)s and dashboard_id = %(b)s"
            " and deleted_at is null",
            org=org,
            b=board,
        ):
            target = Target(frozenset({owner, kpi_owner}), levels.get(board), kpi in owed)
            if allows(actor, Permission.KPI_READ, target):
                things.add(kpi)
    return boards, things


def _levels(world: World, org: UUID, actor: Any) -> dict[UUID, Level]:
    found: dict[UUID, Level] = {}
    for board, level, user, team in world.run(
        "select dashboard_id, level, user_id, team_id from kpix.dashboard_share"
        " where organization_id = %(org)s and (expires_at is null or expires_at > now())",
        org=org,
    ):
        if user == actor.user_id or team in actor.teams:
            found[board] = max(
                found.get(board, Level.VIEWER), Level(level), key=lambda one: one.rank
            )
    return found
