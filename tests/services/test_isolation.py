"""Whatever people of two organisations do, neither sees or changes a row of the other.

Random sequences of use cases by random people, aimed at objects of both organisations. Both have
dashboards, KPIs and texts of the same names, so that looking up by name could go astray.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kpix_tui.app.context import Context
from kpix_tui.domains.comments import service as comments
from kpix_tui.domains.comments.views import AddComment, EditComment, Subject
from kpix_tui.domains.dashboards import service as dashboards
from kpix_tui.domains.dashboards.views import CreateDashboard, UpdateDashboard
from kpix_tui.domains.kpis import service as kpis
from kpix_tui.domains.kpis.views import CreateKpi, Direction, Thresholds, UpdateKpi
from kpix_tui.domains.notifications import service as notifications
from kpix_tui.domains.overview import service as overview
from kpix_tui.domains.people import service as people
from kpix_tui.domains.plans import service as plans
from kpix_tui.domains.plans.views import (
    AssignPlans,
    CreatePlan,
    Criterion,
    CriterionKind,
    MovePlan,
    PlanStatus,
    PostponePlans,
    SetProgress,
)
from kpix_tui.domains.values import service as values
from kpix_tui.domains.values.views import EnterValue, PeriodValue
from kpix_tui.kernel.clock import FixedClock
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.paging import PageRequest
from kpix_tui.kernel.periods import Frequency
from tests.support import databases, servers
from tests.support.databases import ORGANIZATIONS, PEOPLE

NOW: Final = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
OTHER: Final = {"acme": "globex", "globex": "acme"}
TABLES: Final = (
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
    "kpix.comment",
    "kpix.comment_revision",
    "kpix.comment_mention",
    "kpix.comment_mark",
    "kpix.action_plan",
    "kpix.action_plan_change",
    "kpix.notification",
    "kpix.notification_preference",
    "kpix.audit_log",
    "private.credential",
)
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
BANDS: Final = Thresholds(Decimal(3), Decimal(2), Decimal(1))


@dataclass(frozen=True)
class Step:
    """One call: who, what, on which of the objects there are, with which number."""

    person: str
    action: str
    first: int
    second: int
    number: int


@dataclass
class World:
    """Two organisations in one database, and the superuser's view of both."""

    superuser: psycopg.Connection[Any]
    contexts: dict[str, Context]
    organizations: dict[str, UUID] = field(default_factory=dict)

    def ids(self, table: str) -> list[UUID]:
        """Every object of a kind, of both organisations; those that are not put away."""
        there = {
            "dashboard": "archived_at is null",
            "kpi": "deleted_at is null",
            "action_plan": "deleted_at is null",
        }.get(table, "true")
        rows = self.superuser.execute(
            f"select id from kpix.{table} where {there} order by id".encode()
        )
        return [row[0] for row in rows]

    def version(self, table: str, one: UUID) -> int:
        """The version that an object is at."""
        query = f"select version from kpix.{table} where id = %s".encode()
        row = self.superuser.execute(query, (one,)).fetchone()
        return int(row[0]) if row else 0

    def ids_of(self, organization: str) -> set[str]:
        """Every identifier that belongs to an organisation."""
        query = " union ".join(
            f"select id::text from kpix.{table} where organization_id = %(org)s"
            for table in ("app_user", "role", "dashboard", "kpi", "comment", "action_plan")
        )
        org = self.organizations[organization]
        return {str(org), *(r[0] for r in self.superuser.execute(query.encode(), {"org": org}))}

    def fingerprint(self, organization: str) -> str:
        """Changes when any row of the organisation does."""
        query = " union all ".join(
            f"select '{table}', md5(coalesce(string_agg(t::text, ',' order by t::text), ''))"
            f" from {table} t where organization_id = %(org)s"
            for table in TABLES
        )
        rows = self.superuser.execute(query.encode(), {"org": self.organizations[organization]})
        return repr(rows.fetchall())


@pytest.fixture(scope="module")
def world(
    server: servers.Server, run_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One database for all examples: what they leave behind is there for the next."""
    clock, home = FixedClock(NOW), tmp_path_factory.mktemp("isolation")
    template, tokens = databases.peopled(server, run_id, clock)
    with databases.cloned(server, template, tokens) as made, server.connect(made.name) as superuser:
        contexts = {
            f"{organization}/{person}": made.context(home, clock, f"{organization}/{person}")
            for organization in ORGANIZATIONS
            for person in PEOPLE
        }
        found = superuser.execute("select lower(name), organization_id from kpix.organization")
        world = World(superuser, contexts, dict(found.fetchall()))  # type: ignore[arg-type]
        for organization in ORGANIZATIONS:
            _furnish(contexts[f"{organization}/admin"])
        yield world
        for context in contexts.values():
            context.close()


def _furnish(context: Context) -> None:
    board = context.run(dashboards.create_dashboard, CreateDashboard("Board 0"))
    made = context.run(kpis.create_kpi, _new_kpi(board.id, 0))
    context.run(values.enter_value, EnterValue(made.id, date(2026, 1, 1), Decimal(2)))
    context.run(plans.create_plan, CreatePlan("Same title", date(2026, 12, 1), made.id))


def _new_kpi(board: UUID, number: int, owner: UUID | None = None) -> CreateKpi:
    return CreateKpi(
        board,
        f"Name {number}",
        Direction.UP_IS_BETTER,
        Frequency.MONTHLY,
        BANDS,
        code=f"K{number}",
        owner_id=owner,
    )


def _new_thresholds(kpi: UUID, version: int, step: Step) -> UpdateKpi:
    return UpdateKpi(
        id=kpi,
        version=version,
        name=f"Name {step.number}",
        code=f"K{step.second}",
        description="",
        unit="%",
        decimals=1,
        direction=Direction.UP_IS_BETTER,
        frequency=Frequency.MONTHLY,
        thresholds=Thresholds(Decimal(step.number), Decimal(step.number)),
    )


class Calls:
    """The use cases by name, each aimed at one or two of the objects there are."""

    def __init__(self, world: World, step: Step) -> None:
        nothing = [UUID(int=0)]
        boards = world.ids("dashboard") or nothing
        found, users = world.ids("kpi") or nothing, world.ids("app_user")
        self.step = step
        self.board = boards[step.first % len(boards)]
        self.kpi = found[step.first % len(found)]
        self.other_kpi = found[step.second % len(found)]
        self.user = users[step.second % len(users)]
        self.board_version = world.version("dashboard", self.board)
        self.kpi_version = world.version("kpi", self.kpi)
        self.day = date(2026, 1 + step.number % 3, 1)
        remarks = world.ids("comment") or nothing
        self.comment = remarks[step.first % len(remarks)]
        self.comment_version = world.version("comment", self.comment)
        plans_there = world.ids("action_plan") or nothing
        self.plan = plans_there[step.second % len(plans_there)]
        self.run = world.contexts[step.person].run

    def create_dashboard(self) -> object:
        return self.run(dashboards.create_dashboard, CreateDashboard(f"Board {self.step.number}"))

    def update_dashboard(self) -> object:
        command = UpdateDashboard(
            self.board, self.board_version, f"Board {self.step.number}", "p", "d"
        )
        return self.run(dashboards.update_dashboard, command)

    def archive_dashboard(self) -> object:
        if self.step.second % 3:
            return self.show_dashboard()  # or there would soon be none left
        archived = self.step.number % 3 > 0
        return self.run(dashboards.archive_dashboard, self.board, archived=archived)

    def find_dashboard(self) -> object:
        return self.run(dashboards.find_dashboard, f"Board {self.step.number}")

    def show_dashboard(self) -> object:
        return self.run(overview.show_dashboard, self.board)

    def list_dashboards(self) -> object:
        return self.run(overview.list_dashboards, archived=self.step.number % 2 == 0)

    def create_kpi(self) -> object:
        return self.run(kpis.create_kpi, _new_kpi(self.board, self.step.number))

    def create_kpi_for_somebody(self) -> object:
        return self.run(kpis.create_kpi, _new_kpi(self.board, self.step.number, self.user))

    def update_kpi(self) -> object:
        return self.run(values.update_kpi, _new_thresholds(self.kpi, self.kpi_version, self.step))

    def delete_kpi(self) -> object:
        if self.step.second % 3:
            return self.show_kpi()  # or there would soon be none left
        return self.run(kpis.delete_kpi, self.kpi)

    def find_kpi(self) -> object:
        return self.run(kpis.find_kpi, f"k{self.step.number}")

    def show_kpi(self) -> object:
        return self.run(overview.show_kpi, self.kpi)

    def list_kpis(self) -> object:
        return self.run(overview.list_kpis, PageRequest(text="name"))

    def list_kpis_of_a_dashboard(self) -> object:
        return self.run(overview.list_kpis, dashboard_id=self.board)

    def list_definitions(self) -> object:
        return self.run(kpis.list_definitions, self.board)

    def enter_value(self) -> object:
        command = EnterValue(self.kpi, self.day, Decimal(self.step.second), "because")
        return self.run(values.enter_value, command)

    def write_values(self) -> object:
        written = [
            PeriodValue(kpi, self.day, Decimal(self.step.number))
            for kpi in {self.kpi, self.other_kpi}
        ]
        return self.run(values.write_values, written, reason="because")

    def list_values(self) -> object:
        return self.run(values.list_values, self.kpi)

    def value_history(self) -> object:
        return self.run(values.value_history, self.kpi, self.day)

    def add_comment(self) -> object:
        reply_to = self.comment if self.step.number % 3 == 0 else None
        command = AddComment(Subject(self.kpi), "@Max Manager, look", reply_to, anyway=True)
        return self.run(comments.add_comment, command)

    def edit_comment(self) -> object:
        command = EditComment(self.comment, self.comment_version, f"other {self.step.number}")
        return self.run(comments.edit_comment, command)

    def delete_comment(self) -> object:
        if self.step.second % 3:
            return self.list_comments()  # or there would soon be none left
        return self.run(comments.delete_comment, self.comment)

    def list_comments(self) -> object:
        return self.run(comments.list_comments, Subject(self.kpi))

    def mark_read(self) -> object:
        return self.run(comments.mark_thread_read, self.comment)

    def inbox(self) -> object:
        return self.run(notifications.inbox), self.run(notifications.unread)

    def unread_threads(self) -> object:
        return self.run(comments.unread_threads)

    def create_plan(self) -> object:
        of = {"parent_id": self.plan} if self.step.number % 3 else {"kpi_id": self.kpi}
        criterion = Criterion(self.other_kpi, CriterionKind.LEVEL, Decimal(2), 1)
        command = CreatePlan("Same title", self.day, owner_id=self.user, criterion=criterion, **of)
        return self.run(plans.create_plan, command)

    def move_plan(self) -> object:
        status = tuple(PlanStatus)[self.step.number % 4]
        return self.run(plans.move_plan, MovePlan(self.plan, status))

    def set_progress(self) -> object:
        return self.run(plans.set_progress, SetProgress(self.plan, self.step.number))

    def assign_plans(self) -> object:
        return self.run(plans.assign_plans, AssignPlans((self.plan,), self.user))

    def postpone_plans(self) -> object:
        return self.run(plans.postpone_plans, PostponePlans((self.plan,), days=1))

    def find_plan(self) -> object:
        return self.run(plans.find_plan, "same title")

    def show_plan(self) -> object:
        return self.run(plans.show_plan, self.plan)

    def list_plans(self) -> object:
        return self.run(plans.list_plans, PageRequest(text="same"))

    def plan_board(self) -> object:
        return self.run(plans.plan_board)

    def plan_history(self) -> object:
        return self.run(plans.plan_history, self.plan)

    def delete_plan(self) -> object:
        if self.step.second % 3:
            return self.list_plans()  # or there would soon be none left
        return self.run(plans.delete_plan, self.plan)

    def list_users(self) -> object:
        return self.run(people.list_users)

    def show_user(self) -> object:
        return self.run(people.show_user, self.user)

    def list_roles(self) -> object:
        return self.run(people.list_roles)


ACTIONS: Final = tuple(name for name in vars(Calls) if not name.startswith("_"))
steps = st.builds(
    Step,
    person=st.sampled_from(
        [f"{org}/{person}" for org in ORGANIZATIONS for person in (*PEOPLE, "admin", "admin")]
    ),
    action=st.sampled_from(ACTIONS),
    first=st.integers(0, 40),
    second=st.integers(0, 40),
    number=st.integers(0, 11),
)

_LAST: Final = ("delete_kpi", "archive_dashboard")
EVERY_ACTION: Final = [
    Step(f"{organization}/admin", action, first, second, number=7)
    for action in (*(name for name in ACTIONS if name not in _LAST), *_LAST)
    for second in (30, 33)
    for organization in ORGANIZATIONS
    for first in (0, 1)
]
"""Each action twice by both administrators, on their own objects and on the others'."""


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@example(sequence=EVERY_ACTION)
@given(sequence=st.lists(steps, min_size=8, max_size=20))
def test_no_call_returns_or_changes_what_is_foreign(world: World, sequence: Sequence[Step]) -> None:
    for step in sequence:
        mine = step.person.split("/")[0]
        theirs = OTHER[mine]
        before = world.fingerprint(theirs)
        calls = Calls(world, step)
        answer = _answer(getattr(calls, step.action))
        assert world.fingerprint(theirs) == before, step
        named = (*(calls.board, calls.kpi, calls.other_kpi, calls.user, calls.comment), calls.plan)
        told = {str(one) for one in named}
        foreign = world.ids_of(theirs)
        if isinstance(answer, KpixError):
            foreign -= told  # what the caller named may be named in a refusal
        assert foreign.isdisjoint(_UUID.findall(repr(answer))), step
        assert f"@{theirs}.test" not in repr(answer), step


def _answer(call: Callable[[], object]) -> object:
    """What a call returns, or how it is refused with all that the refusal says."""
    try:
        return call()
    except KpixError as error:
        error.args = (str(error), repr(error.params))
        return error


def test_the_steps_reach_what_they_aim_at(world: World) -> None:
    """After all these examples there have been changes of every kind."""
    rows = world.superuser.execute("select distinct action from kpix.audit_log")
    assert {row[0] for row in rows} >= {
        "dashboard.created",
        "dashboard.archived",
        "dashboard.updated",
        "kpi.created",
        "kpi.updated",
        "kpi.deleted",
        "kpi_threshold.updated",
        "kpi_value.created",
        "kpi_value.corrected",
        "comment.created",
        "comment.updated",
        "comment.deleted",
    }
