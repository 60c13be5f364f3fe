"""What changes is told when it is committed, to those who listen, and tells nothing by itself."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from kpix_tui.access.permissions import Level, Visibility
from kpix_tui.app.context import Context
from kpix_tui.db.listen import MANY
from kpix_tui.domains.accounts.service import logout
from kpix_tui.domains.audit.service import changes_since, latest_changes
from kpix_tui.domains.comments.service import add_comment
from kpix_tui.domains.comments.views import AddComment, Subject
from kpix_tui.domains.dashboards.service import set_visibility, share_dashboard, update_dashboard
from kpix_tui.domains.dashboards.views import ShareDashboard, UpdateDashboard
from kpix_tui.domains.kpis.service import assign_entry, delete_kpi
from kpix_tui.domains.people.service import add_member, create_team, find_user, rename_user
from kpix_tui.domains.values.service import enter_value, write_values
from kpix_tui.domains.values.views import EnterValue, PeriodValue
from kpix_tui.kernel.changes import ANYTHING, Change, Kind, mark
from tests.services.factory import dashboard, kpi, value
from tests.services.plans import plan
from tests.support.databases import Database

PATIENCE = 30
DAY = date(2026, 9, 1)
As = Callable[[str | None], Context]


class Heard:
    """What a listener tells, in its order."""

    def __init__(self) -> None:
        self.told: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def next(self) -> Any:
        """What is told next; fails when nothing is."""
        return self.told.get(timeout=PATIENCE)

    def until(self, *wanted: Change) -> set[Change]:
        """Everything that is told until all of this was."""
        found: set[Change] = set()
        while not found >= set(wanted):
            found |= self.next()
        return found


def who(context: Context) -> UUID:
    with context.unit_of_work() as uow:
        return uow.principal.user_id


@contextmanager
def listening(context: Context) -> Iterator[Heard]:
    heard = Heard()
    listener = context.listener(who(context), heard.told.put, heard.told.put)
    listener.start()
    assert heard.next() is True
    try:
        yield heard
    finally:
        listener.stop()
        assert listener.join(PATIENCE)


def test_a_value_is_told_of_when_it_is_committed_and_not_before(as_person: As) -> None:
    admin = as_person("acme/admin")
    board = dashboard(admin)
    found = kpi(admin, board)
    told = Change(Kind.VALUE, mark(board.id), mark(found.id))
    with listening(as_person("acme/viewer")) as heard:
        with admin.unit_of_work() as uow:
            with uow.rehearsal():
                enter_value(uow, EnterValue(found.id, date(2026, 7, 1), Decimal(91)))
            assert uow.driver.execute("select 1").fetchone() == (1,)
        with admin.unit_of_work() as uow:
            enter_value(uow, EnterValue(found.id, DAY, Decimal(91)))
            assert heard.told.empty()
        assert heard.next() == {told}
        assert heard.told.empty()


def _share(context: Context, board: Any, _kpi: Any) -> None:
    with context.unit_of_work() as uow:
        viewer = find_user(uow, "viewer@acme.test")
        share_dashboard(uow, ShareDashboard(board.id, Level.VIEWER, user_id=viewer.id))


def _assign(context: Context, _board: Any, one: Any) -> None:
    with context.unit_of_work() as uow:
        assign_entry(uow, one.id, user_id=find_user(uow, "user@acme.test").id)


def _team(context: Context, _board: Any, _kpi: Any) -> None:
    with context.unit_of_work() as uow:
        add_member(uow, create_team(uow, "Night shift").id, uow.principal.user_id)


def _rename(context: Context, _board: Any, _kpi: Any) -> None:
    with context.unit_of_work() as uow:
        rename_user(uow, find_user(uow, "user@acme.test").id, "Ursula Upton")


CHANGES: list[tuple[str, Callable[[Context, Any, Any], Any], Kind]] = [
    ("a correction", lambda c, _b, k: value(c, k, DAY, "90", "typo"), Kind.VALUE),
    ("another KPI", lambda c, b, _k: kpi(c, b, "Normandy"), Kind.KPI),
    ("a KPI deleted", lambda c, _b, k: c.run(delete_kpi, k.id), Kind.KPI),
    ("who enters", _assign, Kind.KPI),
    ("an action", lambda c, _b, k: plan(c, k), Kind.PLAN),
    (
        "a comment",
        lambda c, _b, k: c.run(add_comment, AddComment(Subject(k.id), "Why?")),
        Kind.COMMENT,
    ),
    ("another dashboard", lambda c, _b, _k: dashboard(c, "Comfort"), Kind.DASHBOARD),
    ("a title", lambda c, b, _k: c.run(update_dashboard, _titled(b)), Kind.DASHBOARD),
    (
        "who sees it",
        lambda c, b, _k: c.run(set_visibility, b.id, Visibility.PRIVATE),
        Kind.DASHBOARD,
    ),
    ("a share", _share, Kind.DASHBOARD),
    ("a team", _team, Kind.PEOPLE),
    ("a name", _rename, Kind.PEOPLE),
]


def _titled(board: Any) -> UpdateDashboard:
    return UpdateDashboard(board.id, board.version, "Another title", board.process, "")


@pytest.mark.parametrize(
    ("change", "kind"), [one[1:] for one in CHANGES], ids=[c[0] for c in CHANGES]
)
def test_what_screens_show_is_told_of(
    as_person: As, change: Callable[[Context, Any, Any], Any], kind: Kind
) -> None:
    admin = as_person("acme/admin")
    board = dashboard(admin)
    found = kpi(admin, board)
    value(admin, found, DAY, "91")
    with (
        listening(as_person("acme/viewer")) as heard,
        listening(as_person("globex/admin")) as others,
    ):
        change(admin, board, found)
        assert kind in {one.kind for one in heard.next()}
        assert others.told.empty()


def test_ten_thousand_values_are_as_many_notes_as_they_have_dashboards(as_person: As) -> None:
    admin = as_person("acme/admin")
    boards = [dashboard(admin, f"Board {number}") for number in range(2)]
    kpis = [kpi(admin, boards[number % 2], f"KPI {number}") for number in range(10)]
    rows = tuple(
        PeriodValue(one.id, date(2026, month, 1), Decimal(91))
        for one in kpis
        for month in range(1, 11)
    )
    with listening(as_person("acme/viewer")) as heard:
        admin.run(write_values, rows)
        assert heard.next() == {Change(Kind.VALUE, mark(board.id)) for board in boards}
        assert heard.told.empty()


def terminate_listeners(database: Database) -> int:
    """How many connections that listen were killed on the server."""
    with database.server.connect("postgres") as connection:
        rows = connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = %s and application_name = 'kpix listen'",
            (database.name,),
        )
        return len(rows.fetchall())


def test_a_connection_that_was_killed_is_opened_again(as_person: As, database: Database) -> None:
    admin = as_person("acme/admin")
    found = kpi(admin, dashboard(admin))
    with listening(as_person("acme/viewer")) as heard:
        assert terminate_listeners(database) == 1
        assert (heard.next(), heard.next()) == (False, True)
        value(admin, found, DAY, "91")
        assert {one.kind for one in heard.next()} == {Kind.VALUE}


def test_one_waits_for_a_server_that_is_away(as_person: As, database: Database) -> None:
    with listening(as_person("acme/viewer")) as heard:
        database.put_away()
        assert heard.next() is False
        assert heard.next() is False
        database.bring_back()
        while not heard.next():
            pass


def test_nobody_listens_for_a_session_that_has_ended(as_person: As) -> None:
    viewer = as_person("acme/viewer")
    heard = Heard()
    listener = viewer.listener(who(viewer), heard.told.put, heard.told.put)
    viewer.run(logout)
    listener.start()
    assert listener.join(PATIENCE)
    assert heard.next() is False
    listener.stop()


def test_nobody_listens_for_a_session_of_somebody_else(as_person: As) -> None:
    heard = Heard()
    listener = as_person("acme/viewer").listener(
        who(as_person("acme/admin")), heard.told.put, heard.told.put
    )
    listener.start()
    assert listener.join(PATIENCE)
    assert heard.next() is False
    listener.stop()


def test_what_fails_for_no_known_reason_ends_the_listener_and_is_logged(
    as_person: As, caplog: pytest.LogCaptureFixture
) -> None:
    admin = as_person("acme/admin")
    told: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def fail(_changes: object) -> None:
        raise ZeroDivisionError

    listener = admin.listener(who(admin), fail, told.put)
    listener.start()
    assert told.get(timeout=PATIENCE) is True
    dashboard(admin)
    assert told.get(timeout=PATIENCE) is False
    assert listener.join(PATIENCE)
    listener.stop()
    assert "the listener failed" in caplog.text


def test_a_flood_of_notes_is_one_and_what_is_none_is_dropped(
    as_person: As, database: Database
) -> None:
    """Whoever may listen may also make up notes, in any number."""
    admin = as_person("acme/admin")
    with listening(admin) as heard, admin.unit_of_work() as uow:
        uow.driver.execute("select auth.listen()")
        uow.driver.commit()
        (channel,) = uow.driver.execute("select pg_listening_channels()").fetchone() or ("",)
        for payload in (
            "",
            "value",
            "value x y",
            "unknown - -",
            "VALUE - -",
            "value - -\n",
            "é" * 999,
        ):
            uow.driver.execute("select pg_notify(%s, %s)", (channel, payload))
        for number in range(10 * MANY):
            uow.driver.execute("select pg_notify(%s, %s)", (channel, f"value {number:016x} -"))
        uow.driver.commit()
        found: set[Change] = set()
        while ANYTHING not in found:
            found |= heard.next()


def test_who_cannot_listen_asks_whether_anything_has_changed(as_person: As) -> None:
    admin, viewer = as_person("acme/admin"), as_person("acme/viewer")
    found = kpi(admin, dashboard(admin))
    first = viewer.run(changes_since)
    assert viewer.run(changes_since, first.since) == first
    dashboard(as_person("globex/admin"))
    assert viewer.run(changes_since, first.since) == first
    value(admin, found, DAY, "91")
    second = viewer.run(changes_since, first.since)
    assert (second.since, second.digest != first.digest) == (first.since, True)


def test_a_change_that_is_committed_late_is_not_missed(as_person: As) -> None:
    """It was recorded before the question and becomes visible after it."""
    admin, viewer = as_person("acme/admin"), as_person("acme/viewer")
    found = kpi(admin, dashboard(admin))
    with admin.unit_of_work() as uow:
        enter_value(uow, EnterValue(found.id, DAY, Decimal(91)))
        first = viewer.run(changes_since)
        assert viewer.run(changes_since, first.since) == first
    assert viewer.run(changes_since, first.since) != first


def test_the_latest_changes_are_those_that_one_sees(as_person: As) -> None:
    admin, viewer = as_person("acme/admin"), as_person("acme/viewer")
    board = dashboard(admin)
    found = kpi(admin, board)
    value(admin, found, DAY, "91")
    newest = viewer.run(latest_changes)[0]
    assert (newest.actor, newest.action, newest.name) == (
        "Ada Admin",
        "kpi_value.created",
        "BRITTANY",
    )
    assert (newest.kpi_id, newest.dashboard_id, newest.period_start) == (found.id, board.id, DAY)
    assert newest.frequency == "MONTHLY"
    admin.run(add_comment, AddComment(Subject(found.id), "Why?"))
    newest = viewer.run(latest_changes)[0]
    assert (newest.action, newest.name, newest.kpi_id) == ("comment.created", "BRITTANY", found.id)
    plan(admin, found, "Call the supplier")
    newest = viewer.run(latest_changes)[0]
    assert (newest.action, newest.name) == ("action_plan.created", "Call the supplier")
    assert (newest.kpi_id, newest.dashboard_id) == (found.id, board.id)
    admin.run(set_visibility, board.id, Visibility.PRIVATE)
    assert viewer.run(latest_changes) == ()
    assert admin.run(latest_changes)[0].action == "dashboard.updated"
    assert as_person("globex/admin").run(latest_changes) == ()
