"""Notifications: raised from facts for those whom they concern, once, and read by them alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from kpix_tui.access.permissions import Level, Visibility
from kpix_tui.app.context import Context
from kpix_tui.domains.comments import service as comments
from kpix_tui.domains.comments.errors import ActionElsewhere
from kpix_tui.domains.comments.views import AddComment, Comment, EditComment, Subject
from kpix_tui.domains.dashboards.service import (
    set_visibility,
    share_dashboard,
    transfer_dashboard,
)
from kpix_tui.domains.dashboards.views import ShareDashboard
from kpix_tui.domains.kpis.service import assign_entry, get_kpi
from kpix_tui.domains.kpis.views import Kpi, Thresholds
from kpix_tui.domains.notifications import service
from kpix_tui.domains.notifications.errors import NotificationNotFound
from kpix_tui.domains.notifications.views import (
    InboxFilter,
    Kind,
    Notification,
    Priority,
)
from kpix_tui.domains.people.service import add_member, create_team, find_user
from kpix_tui.domains.plans.service import create_plan
from kpix_tui.domains.plans.views import CreatePlan
from kpix_tui.domains.values.service import enter_value, update_kpi, write_values
from kpix_tui.domains.values.views import EnterValue, PeriodValue
from kpix_tui.kernel.ids import new_id
from kpix_tui.kernel.paging import PageRequest
from tests.services import factory
from tests.support.databases import Database

People = Callable[[str | None], Context]
MONTHS = [date(2026, month, 1) for month in range(1, 11)]


@pytest.fixture
def kpi(context: Context) -> Kpi:
    """A KPI of Acme's administrator that all of Acme sees: monthly, 95 / 92 / 88."""
    return factory.kpi(context, factory.dashboard(context), code="ON-TIME")


def person(context: Context, who: str) -> UUID:
    return context.run(find_user, f"{who}@acme.test").id


def told(context: Context, **wanted: Any) -> list[Notification]:
    """What somebody's inbox holds, the newest first."""
    page = PageRequest(sort=wanted.pop("sort", None))
    return list(context.run(service.inbox, page, InboxFilter(**wanted)).rows)


def kinds(context: Context) -> list[Kind]:
    return [row.kind for row in told(context)]


def enter(context: Context, on: Kpi, day: date, number: str, reason: str = "") -> None:
    context.run(enter_value, EnterValue(on.id, day, Decimal(number), reason))


def write(context: Context, on: Kpi, text: str, **more: Any) -> Comment:
    return context.run(comments.add_comment, AddComment(Subject(on.id), text, **more))


# -- statuses --------------------------------------------------------------------------------------


def test_a_kpi_that_gets_worse_is_told_to_its_owner(
    context: Context, kpi: Kpi, as_person: People
) -> None:
    manager = as_person("acme/manager")
    enter(manager, kpi, MONTHS[0], "97")
    assert told(context) == [], "from no data to green is no news"
    enter(manager, kpi, MONTHS[1], "90")
    (row,) = told(context)
    assert (row.kind, row.priority, row.read_at) == (Kind.STATUS_WORSE, Priority.HIGH, None)
    assert (row.kpi_code, row.dashboard_title) == ("ON-TIME", "Punctuality")
    assert (row.period_start, row.actor_name) == (MONTHS[1], "Max Manager")
    assert row.facts == {
        "before": "GREEN",
        "before_critical": False,
        "after": "RED",
        "after_critical": False,
    }
    assert told(manager) == [], "nobody is told of what they did themselves"


@pytest.mark.parametrize(
    ("number", "kind", "priority"),
    [
        ("93", Kind.STATUS_WORSE, Priority.NORMAL),
        ("91", Kind.STATUS_WORSE, Priority.HIGH),
        ("80", Kind.STATUS_WORSE, Priority.URGENT),
    ],
)
def test_how_much_it_presses(
    context: Context, kpi: Kpi, as_person: People, *, number: str, kind: Kind, priority: Priority
) -> None:
    manager = as_person("acme/manager")
    enter(manager, kpi, MONTHS[0], number)
    (row,) = told(context)
    assert (row.kind, row.priority, row.facts["before"]) == (kind, priority, "NO_DATA")
    enter(manager, kpi, MONTHS[1], "99")
    assert next((one.kind, one.priority) for one in told(context)) == (
        Kind.STATUS_BETTER,
        Priority.LOW,
    )


def test_a_correction_and_other_thresholds_are_told_like_a_value(
    context: Context, kpi: Kpi, as_person: People
) -> None:
    manager = as_person("acme/manager")
    enter(context, kpi, MONTHS[0], "97")
    enter(manager, kpi, MONTHS[0], "90", "typo")
    assert kinds(context) == [Kind.STATUS_WORSE]
    context.run(transfer_dashboard, kpi.dashboard_id, person(context, "user"))
    changed = factory.update(
        context.run(get_kpi, kpi.id),
        thresholds=Thresholds(Decimal(60), Decimal(50), Decimal(40)),
    )
    context.run(update_kpi, changed)
    assert kinds(as_person("acme/user")) == [Kind.STATUS_BETTER]


def test_everybody_whose_business_it_is_is_told(
    context: Context, kpi: Kpi, as_person: People
) -> None:
    crew = context.run(create_team, "Crew")
    context.run(add_member, crew.id, person(context, "user"))
    context.run(assign_entry, kpi.id, team_id=crew.id)
    enter(as_person("acme/manager"), kpi, MONTHS[0], "90")
    assert kinds(context) == [Kind.STATUS_WORSE]
    assert kinds(as_person("acme/user")) == [Kind.STATUS_WORSE, Kind.ENTRY_ASSIGNED]
    assert told(as_person("acme/viewer")) == []


def test_who_may_not_see_it_is_not_told(context: Context, kpi: Kpi, as_person: People) -> None:
    context.run(assign_entry, kpi.id, user_id=person(context, "user"))
    manager = person(context, "manager")
    context.run(share_dashboard, ShareDashboard(kpi.dashboard_id, Level.VIEWER, user_id=manager))
    context.run(set_visibility, kpi.dashboard_id, Visibility.PRIVATE)
    enter(as_person("acme/manager"), kpi, MONTHS[0], "90")
    assert told(as_person("acme/user")) == [], "what told of the assignment is out of sight too"
    assert kinds(context) == [Kind.STATUS_WORSE]


def test_who_lost_sight_reads_and_counts_it_no_more(
    context: Context, kpi: Kpi, as_person: People
) -> None:
    user = as_person("acme/user")
    write(context, kpi, "@Ursula User secret")
    assert user.run(service.unread).total == 1
    context.run(set_visibility, kpi.dashboard_id, Visibility.PRIVATE)
    assert told(user) == []
    assert user.run(service.unread).total == 0
    context.run(set_visibility, kpi.dashboard_id, Visibility.ORGANIZATION)
    assert [row.excerpt for row in told(user)] == ["@Ursula User secret"]


def test_an_import_is_one_notification_a_kpi(context: Context, kpi: Kpi, as_person: People) -> None:
    other = factory.kpi(context, factory.dashboard(context, "Other"), "Normandy")
    enter(context, kpi, MONTHS[0], "97")
    enter(context, other, MONTHS[0], "90")
    manager = as_person("acme/manager")
    numbers = ("90", "97", "80", "97", "93")
    with manager.unit_of_work() as uow:
        for number, day in zip(numbers, MONTHS[1:], strict=False):
            batch = [PeriodValue(one.id, day, Decimal(number)) for one in (kpi, other)]
            write_values(uow, batch)
    rows = {row.kpi_id: row for row in told(context)}
    assert len(told(context)) == 2
    assert (rows[kpi.id].kind, rows[kpi.id].facts["before"]) == (Kind.STATUS_WORSE, "GREEN")
    assert (rows[other.id].kind, rows[other.id].facts["after"]) == (Kind.STATUS_BETTER, "ORANGE")
    with manager.unit_of_work() as uow:
        for number, day in zip(("80", "93"), MONTHS[6:], strict=False):
            write_values(uow, [PeriodValue(kpi.id, day, Decimal(number))])
    assert len(told(context)) == 2, "where it stood before, it stands again"


def test_what_is_undone_was_not_told(context: Context, kpi: Kpi, as_person: People) -> None:
    with as_person("acme/manager").unit_of_work() as uow, uow.rehearsal():
        enter_value(uow, EnterValue(kpi.id, MONTHS[0], Decimal(80)))
    assert told(context) == []


# -- comments --------------------------------------------------------------------------------------


def test_a_mention_a_reply_and_a_comment_on_what_is_mine(
    context: Context, kpi: Kpi, as_person: People
) -> None:
    manager, user = as_person("acme/manager"), as_person("acme/user")
    first = write(manager, kpi, "What happened?\n@Ursula User")
    assert [(row.kind, row.priority) for row in told(user)] == [(Kind.MENTION, Priority.HIGH)]
    (row,) = told(context)
    assert (row.kind, row.priority, row.excerpt) == (
        Kind.COMMENT,
        Priority.LOW,
        "What happened? @Ursula User",
    )
    assert (row.comment_id, row.thread_id) == (first.id, first.id)
    reply = write(user, kpi, "A strike, @Max Manager", reply_to=first.id)
    (row,) = told(manager)
    assert (row.kind, row.comment_id) == (Kind.MENTION, reply.id), "one row, the more pressing kind"
    write(context, kpi, "I see", reply_to=first.id)
    assert kinds(manager) == [Kind.REPLY, Kind.MENTION]
    assert kinds(user) == [Kind.REPLY, Kind.MENTION]
    assert kinds(context) == [Kind.COMMENT, Kind.COMMENT]


def test_who_is_mentioned_by_an_edit_is_told_and_nobody_twice(
    context: Context, kpi: Kpi, as_person: People
) -> None:
    manager = as_person("acme/manager")
    made = write(context, kpi, "look")
    for version, text in ((1, "@Max Manager look"), (2, "@Max Manager look!"), (3, "look")):
        context.run(comments.edit_comment, EditComment(made.id, version, text))
    context.run(comments.edit_comment, EditComment(made.id, 4, "@Max Manager again"))
    assert kinds(manager) == [Kind.MENTION]


def test_of_a_deleted_comment_nothing_is_left_to_read(
    context: Context, kpi: Kpi, as_person: People
) -> None:
    made = write(context, kpi, "@Max Manager oops")
    context.run(comments.delete_comment, made.id)
    assert [row.excerpt for row in told(as_person("acme/manager"))] == [""]


def test_a_team_is_told_those_of_it_who_see_it(
    context: Context, kpi: Kpi, as_person: People
) -> None:
    crew = context.run(create_team, "Crew")
    for who in ("user", "viewer", "admin"):
        context.run(add_member, crew.id, person(context, who))
    context.run(
        share_dashboard,
        ShareDashboard(kpi.dashboard_id, Level.VIEWER, user_id=person(context, "viewer")),
    )
    context.run(set_visibility, kpi.dashboard_id, Visibility.PRIVATE)
    write(context, kpi, "@Crew look")
    assert kinds(as_person("acme/viewer")) == [Kind.MENTION]
    assert told(as_person("acme/user")) == []
    assert told(context) == []


# -- actions ---------------------------------------------------------------------------------------


def plan(context: Context, on: Kpi, owner: UUID, due: date) -> UUID:
    """An action for somebody."""
    command = CreatePlan("Fix it", due, kpi_id=on.id, owner_id=owner)
    return context.run(create_plan, command).id


def test_an_action_is_told_to_whom_it_is_given(
    context: Context, kpi: Kpi, as_person: People
) -> None:
    made = plan(context, kpi, person(context, "manager"), date(2027, 6, 30))
    (row,) = told(as_person("acme/manager"))
    assert (row.kind, row.action_id, row.action_title) == (Kind.ACTION_ASSIGNED, made, "Fix it")
    assert row.facts == {"due": "2027-06-30"}
    assert told(context) == []


def test_due_dates_are_told_once_however_often_they_are_asked_for(
    context: Context, kpi: Kpi, as_person: People, database: Database
) -> None:
    manager = as_person("acme/manager")
    made = plan(context, kpi, person(context, "manager"), date(2027, 6, 30))
    manager.run(service.mark_all_read)
    assert manager.run(service.raise_due) == 0
    for days, kind in ((2, Kind.ACTION_DUE), (-1, Kind.ACTION_OVERDUE)):
        _due(database, made, days)
        assert manager.run(service.raise_due) == 1
        assert manager.run(service.raise_due) == 0
        assert told(manager, unread=True)[0].kind is kind
    assert kinds(manager)[0] is Kind.ACTION_OVERDUE
    assert context.run(service.raise_due) == 0, "it is the owner's"


def _due(database: Database, action: UUID, days: int) -> None:
    """The due date as if it had been set so: the database goes by its own calendar."""
    with database.server.connect(database.name) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "update kpix.action_plan set due_on = current_date + %s where id = %s", (days, action)
        )


def test_a_comment_on_an_action_is_told_to_its_owner(
    context: Context, kpi: Kpi, as_person: People
) -> None:
    manager = as_person("acme/manager")
    made = plan(context, kpi, person(context, "manager"), date(2027, 6, 30))
    comment = context.run(comments.add_comment, AddComment(Subject(kpi.id, None, made), "done?"))
    assert comment.action_id == made
    assert kinds(manager) == [Kind.COMMENT, Kind.ACTION_ASSIGNED]
    answer = write(manager, kpi, "soon", reply_to=comment.id)
    assert answer.action_id == made
    found = context.run(comments.list_comments, Subject(kpi.id, None, made))
    assert [row.text for row in found.rows] == ["done?", "soon"]
    other = factory.kpi(context, factory.dashboard(context, "Other"), "Normandy")
    for on in (Subject(other.id, None, made), Subject(kpi.id, None, new_id())):
        with pytest.raises(ActionElsewhere):
            context.run(comments.add_comment, AddComment(on, "x"))


# -- the inbox -------------------------------------------------------------------------------------


def test_read_and_unread(context: Context, kpi: Kpi, as_person: People) -> None:
    manager = as_person("acme/manager")
    for number in range(3):
        write(context, kpi, f"@Max Manager {number}")
    rows = told(manager)
    assert manager.run(service.unread).counts == {Priority.HIGH: 3}
    assert manager.run(service.unread).highest is Priority.HIGH
    assert manager.run(service.mark_read, [rows[0].id, rows[0].id]) == 1
    assert manager.run(service.mark_read, [rows[0].id]) == 0
    assert [row.id for row in told(manager, unread=True)] == [row.id for row in rows[1:]]
    assert manager.run(service.mark_read, [rows[0].id], read=False) == 1
    assert manager.run(service.mark_all_read, rows[1].created_at) == 2
    assert manager.run(service.mark_all_read) == 1
    assert manager.run(service.unread).highest is None
    assert manager.run(service.unread).total == 0


def test_the_inbox_is_ones_own(context: Context, kpi: Kpi, as_person: People) -> None:
    write(context, kpi, "@Max Manager")
    (row,) = told(as_person("acme/manager"))
    assert as_person("acme/manager").run(service.get_notification, row.id) == row
    for other in (context, as_person("globex/admin")):
        with pytest.raises(NotificationNotFound):
            other.run(service.get_notification, row.id)
        with pytest.raises(NotificationNotFound):
            other.run(service.mark_read, [row.id])


def test_filtered_and_sorted(context: Context, kpi: Kpi, as_person: People) -> None:
    manager = as_person("acme/manager")
    write(manager, kpi, "hm")
    enter(manager, kpi, MONTHS[0], "80")
    write(manager, kpi, "@Ada Admin")
    assert [row.kind for row in told(context, sort="priority")] == [
        Kind.STATUS_WORSE,
        Kind.MENTION,
        Kind.COMMENT,
    ]
    assert [row.kind for row in told(context, kinds=frozenset({Kind.MENTION}))] == [Kind.MENTION]
    assert len(told(context, priorities=frozenset({Priority.LOW}))) == 1
    assert told(context, kpi_id=new_id()) == []
    found = context.run(service.inbox, PageRequest(text="on-time", limit=1))
    assert (len(found.rows), found.total) == (1, 3)


def test_each_person_chooses_what_they_hear_of(
    context: Context, kpi: Kpi, as_person: People
) -> None:
    manager = as_person("acme/manager")
    assert all(one.wanted for one in manager.run(service.preferences))
    manager.run(service.set_preference, Kind.MENTION, wanted=False)
    write(context, kpi, "@Max Manager")
    assert told(manager) == []
    manager.run(service.set_preference, Kind.MENTION, wanted=True)
    write(context, kpi, "@Max Manager")
    assert kinds(manager) == [Kind.MENTION]
    context.run(service.set_preference, Kind.STATUS_WORSE, wanted=False)
    assert [one.kind for one in context.run(service.preferences) if not one.wanted] == [
        Kind.STATUS_WORSE
    ]
    enter(manager, kpi, MONTHS[0], "80")
    assert told(context) == []


def test_the_inbox_takes_the_same_number_of_queries_however_full_it_is(
    context: Context, kpi: Kpi, as_person: People
) -> None:
    manager = as_person("acme/manager")

    def queries() -> int:
        with factory.counted(manager) as seen:
            told(manager)
            manager.run(service.unread)
            return len(seen)

    write(context, kpi, "@Max Manager")
    before = queries()
    for number in range(5):
        write(context, kpi, f"@Max Manager {number}")
    assert queries() == before <= 4
