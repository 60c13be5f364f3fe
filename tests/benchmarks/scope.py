"""What row-level security costs: the statements of the screens at 10 million values, with the
policies and with the same conditions written by hand, in turns.

The conditions by hand run as a superuser, whom no policy concerns, on views that the planner puts
into the statement.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from kpix_tui.access.actor import Actor
from kpix_tui.app.context import Context
from kpix_tui.db.principal import begin
from kpix_tui.kernel.clock import SystemClock
from tests.benchmarks import scope_data
from tests.benchmarks.report import Measure
from tests.benchmarks.scope_reads import ByHand, by_hand, screens, statements
from tests.support import databases, servers
from tests.support.plans import Statement, called_per_row, plan_of

PEOPLE = ("admin", "manager", "user", "viewer")
RUNS = 15
WARM = 15
"""Runs that fill caches, and bring what is prepared to the plan that is kept."""
MORE = 2.0
"""Milliseconds that security may cost on a screen where they are more than the time by hand."""
OF_A_DASHBOARD = ("head of a dashboard", "dashboard", "history of a KPI")
"""Measured on dashboards that few see as well."""
DIFFERENT = 3
"""How many dashboards and KPIs are read, one after the other."""


class NotTheSame(RuntimeError):
    """The conditions by hand do not answer like the policies, or a plan calls functions per row."""


class Taken(NamedTuple):
    """Seconds: by the clock, and what the server computed, which nobody else's work adds to."""

    clock: float
    processor: float


@dataclass(frozen=True)
class Side:
    """A way to read: a connection, and the session to begin with where policies look at one."""

    connection: psycopg.Connection[Any]
    token: str | None = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Begun, and committed at the end: a rollback makes the driver forget what it prepared."""
        with self.connection.transaction():
            if self.token is not None:
                begin(self.connection, self.token)
            yield

    def taken(self, wanted: list[Statement], *, prepare: bool) -> Taken:
        """How long the statements take, rows fetched; the check of the session is not in it."""
        with self.transaction():
            busy, begun = self._processor(), time.perf_counter()
            for each in wanted:
                cursor = self.connection.execute(
                    each.text.encode(), each.parameters, prepare=prepare
                )
                cursor.fetchall()
            return Taken(time.perf_counter() - begun, self._processor() - busy)

    def _processor(self) -> float:
        """Seconds that the server has computed for this connection since it was opened."""
        used = Path(f"/proc/{self.connection.info.backend_pid}/schedstat").read_text("ascii")
        return int(used.split()[0]) / 1e9

    def rows(self, wanted: Statement) -> list[Any]:
        """What a statement answers, in no order."""
        with self.transaction():
            found = self.connection.execute(wanted.text.encode(), wanted.parameters, prepare=False)
            return sorted(map(repr, found.fetchall()))


@dataclass(frozen=True)
class Person:
    """Somebody, and both ways in which they read."""

    name: str
    context: Context
    policies: Side
    superuser: Side
    views: ByHand


def measure(folder: Path, size: scope_data.Size = scope_data.FULL) -> Iterator[Measure]:
    """Make the database, measure, and remove it."""
    with prepared(f"scope-{os.getpid()}", size) as (database, scene):
        for name in PEOPLE:
            with person(database, folder, name) as found:
                yield from _screens(found, scene)


@contextmanager
def prepared(
    run: str, size: scope_data.Size
) -> Iterator[tuple[databases.Database, scope_data.Scene]]:
    """A server of its own, and ``size`` of everything."""
    server = servers.join(os.environ.get("KPIX_TEST_POSTGRES", servers.EMBEDDED), run)
    try:
        template, tokens = databases.peopled(server, run, SystemClock())
        with databases.cloned(server, template, tokens) as database:
            print(f"Writing {size.values} values …", file=sys.stderr)
            with database.server.connect(database.name) as connection:
                scene = scope_data.fill(connection, size, DIFFERENT)
            yield database, scene
    finally:
        servers.leave(server, run)


@contextmanager
def person(database: databases.Database, folder: Path, name: str) -> Iterator[Person]:
    """Acme's person of this name, with the views of what they may see."""
    token = database.tokens[f"acme/{name}"]
    with ExitStack() as stack:
        context = database.context(folder, SystemClock(), f"acme/{name}")
        stack.callback(context.close)
        policies = stack.enter_context(database.server.connect(database.name, "kpix_local"))
        superuser = stack.enter_context(database.server.connect(database.name))
        superuser.execute("set row_security = off")
        for connection in (policies, superuser):
            connection.execute("set search_path = kpix, pg_catalog")
        with policies.transaction():
            principal = begin(policies, token)
        assert principal is not None
        views = by_hand(superuser, name, Actor.from_principal(principal))
        yield Person(name, context, Side(policies, token), Side(superuser), views)


def _screens(person: Person, scene: scope_data.Scene) -> Iterator[Measure]:
    open_ones = list(zip(scene.dashboards, scene.kpis, strict=True))
    wanted = _sent(person, open_ones)
    of_closed = _sent(person, _closed(person))
    wanted |= {f"{screen} of few": of_closed[screen] for screen in OF_A_DASHBOARD}
    for screen, of_each in wanted.items():
        _check(person, of_each[0])
        for prepare in (False, True):
            policies, bare = _in_turns(person, of_each, prepare=prepare)
            name = f"{screen}, {person.name}{', prepared' if prepare else ''}"
            for how in Taken._fields:
                value, base = (1000 * getattr(side, how) for side in (policies, bare))
                yield Measure.of(f"{name}, {how}", value, "ms", base, limit=2.0, more=MORE)


def _sent(person: Person, things: list[tuple[UUID, UUID]]) -> dict[str, list[list[Statement]]]:
    """By screen, what is sent for each of the dashboards and KPIs."""
    found: dict[str, list[list[Statement]]] = {}
    for dashboard, kpi in things:
        for screen, read in screens(dashboard, kpi).items():
            found.setdefault(screen, []).append(statements(person.context, read))
    return found


def _closed(person: Person) -> list[tuple[UUID, UUID]]:
    """Dashboards, and a KPI of each, that the person sees and the organisation does not."""
    rows = person.superuser.connection.execute(
        f"select d.id, min(k.id::text)::uuid from {person.views.joined}.dashboard d"
        f" join {person.views.joined}.kpi k on k.dashboard_id = d.id"
        " where d.visibility <> 'ORGANIZATION' group by d.id order by d.id limit %s".encode(),
        (DIFFERENT,),
    )
    return [(dashboard, kpi) for dashboard, kpi in rows.fetchall()]


def _check(person: Person, wanted: list[Statement]) -> None:
    """Both sides answer the same, and no plan calls a function once a row."""
    for statement in wanted:
        by_policies = person.policies.rows(statement)
        if by_policies != person.superuser.rows(person.views.rewritten(statement)):
            raise NotTheSame(statement.text)
        with person.policies.transaction():
            if found := called_per_row(plan_of(person.policies.connection, statement)):
                raise NotTheSame("\n".join([statement.text, *found]))


def _in_turns(
    person: Person, of_each: list[list[Statement]], *, prepare: bool
) -> tuple[Taken, Taken]:
    """The medians."""
    bare = [[person.views.rewritten(each) for each in wanted] for wanted in of_each]
    taken: tuple[list[Taken], list[Taken]] = ([], [])
    for run in range(-WARM, RUNS):
        number = run % len(of_each)
        sides = [(person.policies, of_each[number], 0), (person.superuser, bare[number], 1)]
        for side, wanted, which in sides if run % 2 else reversed(sides):
            found = side.taken(wanted, prepare=prepare)
            if run >= 0:
                taken[which].append(found)
    return _medians(taken[0]), _medians(taken[1])


def _medians(taken: list[Taken]) -> Taken:
    return Taken(*(statistics.median(each) for each in zip(*taken, strict=True)))
