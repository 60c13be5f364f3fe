"""My work: which values somebody owes, and since when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from kpix_tui.access.permissions import Visibility
from kpix_tui.app.context import Context
from kpix_tui.db.paging import SortUnknown
from kpix_tui.domains.accounts.service import whoami
from kpix_tui.domains.comments.service import add_comment, mark_thread_read
from kpix_tui.domains.comments.views import AddComment, Subject
from kpix_tui.domains.dashboards.service import archive_dashboard, get_dashboard, set_visibility
from kpix_tui.domains.kpis.service import assign_entry, delete_kpi
from kpix_tui.domains.kpis.views import Kpi, Status
from kpix_tui.domains.people import service as people
from kpix_tui.domains.plans.service import create_plan, move_plan
from kpix_tui.domains.plans.views import CreatePlan, MovePlan, PlanStatus
from kpix_tui.domains.work.service import my_plans, my_threads, my_work, owed_values
from kpix_tui.domains.work.views import OwedValue, WorkKind
from kpix_tui.kernel.paging import PageRequest
from kpix_tui.kernel.periods import Frequency
from tests.services import factory

People = Callable[[str | None], Context]


@pytest.fixture
def user(as_person: People) -> Context:
    return as_person("acme/user")


@pytest.fixture
def kpi(user: Context) -> Kpi:
    """The user's own, monthly, last fed for July; it is 21 November."""
    made = factory.kpi(user, factory.dashboard(user))
    factory.value(user, made, date(2026, 7, 1), "90")
    return made


def owed(context: Context) -> list[tuple[str, date, int]]:
    rows = context.run(owed_values).rows
    return [(row.kpi_name, row.period_start, row.missing) for row in rows]


def only(context: Context) -> OwedValue:
    (row,) = context.run(owed_values).rows
    return row


def test_the_owner_owes_what_nobody_else_was_asked_for(user: Context, kpi: Kpi) -> None:
    row = only(user)
    assert (row.period_start, row.due_on) == (date(2026, 8, 1), date(2026, 9, 1))
    assert (row.missing, row.late) == (3, 2)
    assert (row.status, row.critical, row.assigned) == (Status.RED, False, False)
    assert row.kpi_id == kpi.id


def test_it_empties_with_every_value(user: Context, kpi: Kpi) -> None:
    for month, left in ((8, 2), (9, 1), (10, 0)):
        factory.value(user, kpi, date(2026, month, 1), "96")
        assert [found[2] for found in owed(user)] == ([left] if left else [])


def test_a_gap_before_the_last_value_is_not_owed_again(user: Context, kpi: Kpi) -> None:
    factory.value(user, kpi, date(2026, 10, 1), "96")
    assert owed(user) == []


def test_who_was_asked_owes_it_and_the_owner_does_not(
    user: Context, kpi: Kpi, as_person: People
) -> None:
    manager, admin = as_person("acme/manager"), as_person("acme/admin")
    user.run(assign_entry, kpi.id, user_id=manager.run(whoami).user_id)
    assert owed(user) == []
    assert only(manager).assigned
    team = admin.run(people.create_team, "Operations")
    admin.run(people.add_member, team.id, user.run(whoami).user_id)
    user.run(assign_entry, kpi.id, team_id=team.id)
    assert only(user).assigned
    assert owed(admin) == []


def test_nothing_is_owed_before_the_start_nor_without_one(user: Context) -> None:
    board = factory.dashboard(user)
    factory.kpi(user, board, "Never fed")
    factory.kpi(user, board, "Next year", starts_on=date(2027, 1, 1))
    factory.kpi(user, board, "This month", starts_on=date(2026, 11, 1))
    factory.kpi(user, board, "Since May", starts_on=date(2026, 5, 20))
    assert owed(user) == [("Since May", date(2026, 5, 1), 6)]
    assert only(user).status is Status.NO_DATA


def test_what_is_put_away_or_out_of_sight_is_not_owed(
    user: Context, kpi: Kpi, as_person: People
) -> None:
    manager = as_person("acme/manager")
    user.run(assign_entry, kpi.id, user_id=manager.run(whoami).user_id)
    user.run(set_visibility, kpi.dashboard_id, Visibility.PRIVATE)
    assert owed(manager) == []
    user.run(set_visibility, kpi.dashboard_id, Visibility.ORGANIZATION)
    assert len(owed(manager)) == 1
    user.run(archive_dashboard, kpi.dashboard_id)
    assert owed(manager) == []


def test_a_deleted_kpi_owes_nothing(user: Context, kpi: Kpi) -> None:
    user.run(delete_kpi, kpi.id)
    assert owed(user) == []


def test_who_may_enter_nothing_owes_nothing(as_person: People, kpi: Kpi) -> None:
    assert owed(as_person("acme/viewer")) == []
    assert owed(as_person("globex/user")) == []


def test_the_longest_owed_comes_first_and_lists_are_searched(user: Context) -> None:
    board = factory.dashboard(user, "Ponctualité")
    for name, frequency, starts in (
        ("Daily", Frequency.DAILY, date(2026, 11, 18)),
        ("Yearly", Frequency.YEARLY, date(2024, 1, 1)),
        ("Weekly", Frequency.WEEKLY, date(2026, 11, 2)),
    ):
        factory.kpi(user, board, name, frequency=frequency, starts_on=starts)
    assert owed(user) == [
        ("Yearly", date(2024, 1, 1), 2),
        ("Weekly", date(2026, 11, 2), 2),
        ("Daily", date(2026, 11, 18), 3),
    ]
    by_name = user.run(owed_values, PageRequest(sort="-name", limit=2))
    assert [row.kpi_name for row in by_name.rows] == ["Yearly", "Weekly"]
    assert by_name.total == 3
    assert user.run(owed_values, PageRequest(text="ponctualite")).total == 3
    assert user.run(owed_values, PageRequest(text="week")).rows[0].kpi_name == "Weekly"


def test_twice_the_rows_take_the_same_number_of_queries(user: Context) -> None:
    board = factory.dashboard(user)
    counts = []
    for batch in range(2):
        for number in range(4):
            factory.kpi(user, board, f"KPI {batch}{number}", starts_on=date(2026, 1, 1))
        with factory.counted(user) as seen:
            assert user.run(owed_values).total == 4 * (batch + 1)
        counts.append(len(seen))
    assert counts == [1, 1]


def test_my_actions_are_those_that_are_mine_to_do(
    user: Context, kpi: Kpi, as_person: People
) -> None:
    manager = as_person("acme/manager").run(whoami).user_id
    for title, due, owner in (
        ("Later", date(2026, 12, 1), None),
        ("Overdue", date(2026, 11, 20), None),
        ("Not mine", date(2026, 11, 1), manager),
    ):
        user.run(create_plan, CreatePlan(title, due, kpi_id=kpi.id, owner_id=owner))
    assert [row.title for row in user.run(my_plans).rows] == ["Overdue", "Later"]
    done = user.run(my_plans).rows[0]
    for status in (PlanStatus.IN_PROGRESS, PlanStatus.DONE):
        user.run(move_plan, MovePlan(done.id, status))
    assert [row.title for row in user.run(my_plans).rows] == ["Later"]
    everything = user.run(my_work)
    assert [(row.kind, row.title) for row in everything.rows] == [
        (WorkKind.VALUE, ""),
        (WorkKind.ACTION, "Later"),
    ]
    only_actions = user.run(my_work, PageRequest(), frozenset({WorkKind.ACTION}))
    assert [row.due_on for row in only_actions.rows] == [date(2026, 12, 1)]


def test_who_holds_no_role_has_nothing_to_do(user: Context, kpi: Kpi, as_person: People) -> None:
    admin = as_person("acme/admin")
    user.run(create_plan, CreatePlan("Mine", date(2026, 12, 1), kpi_id=kpi.id))
    role = next(row for row in admin.run(people.list_roles).rows if row.name == "USER")
    admin.run(people.unassign_role, user.run(whoami).user_id, role.id)
    assert user.run(my_plans).total == 0
    assert user.run(my_threads).total == 0
    assert user.run(my_work).total == 0


def test_everything_to_do_is_one_list(user: Context, kpi: Kpi) -> None:
    factory.kpi(
        user, user.run(get_dashboard, kpi.dashboard_id), "Since May", starts_on=date(2026, 5, 1)
    )
    found = user.run(my_work)
    assert [(row.kind, row.kpi_name, row.late) for row in found.rows] == [
        (WorkKind.VALUE, "Since May", True),
        (WorkKind.VALUE, kpi.name, True),
    ]
    for offset, names in ((0, ["Since May"]), (1, [kpi.name]), (2, [])):
        page = user.run(my_work, PageRequest(offset, 1, "-kind"))
        assert ([row.kpi_name for row in page.rows], page.total) == (names, 2)
    with pytest.raises(SortUnknown):
        user.run(my_work, PageRequest(sort="name"))


def test_what_is_new_in_my_threads_is_work_too(user: Context, kpi: Kpi, as_person: People) -> None:
    manager = as_person("acme/manager")
    said = manager.run(add_comment, AddComment(Subject(kpi.id), "Why is it red?"))
    (thread,) = user.run(my_threads).rows
    assert (thread.thread_id, thread.unread, thread.author_name) == (said.id, 1, "Max Manager")
    item = user.run(my_work, PageRequest(), frozenset({WorkKind.THREAD})).rows[0]
    assert (item.id, item.title, item.count) == (said.id, "Max Manager: Why is it red?", 1)
    user.run(mark_thread_read, said.id)
    assert user.run(my_threads).total == 0
