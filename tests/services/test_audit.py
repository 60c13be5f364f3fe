"""The audit log: who did what to which object, found again by any of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from kpix_tui.access.policy import OutOfScope, PermissionMissing
from kpix_tui.app.audit import said
from kpix_tui.app.context import Context
from kpix_tui.db.paging import SortUnknown
from kpix_tui.domains.accounts.service import logout
from kpix_tui.domains.audit.errors import (
    AuditActionUnknown,
    AuditEntryNotFound,
    AuditPeriodEmpty,
    RetentionInvalid,
)
from kpix_tui.domains.audit.rules import changes
from kpix_tui.domains.audit.service import list_audit, old_audit, prune_audit, show_audit
from kpix_tui.domains.audit.views import AuditFilter, AuditRow, Change
from kpix_tui.domains.dashboards.service import archive_dashboard
from kpix_tui.domains.kpis.service import delete_kpi
from kpix_tui.kernel.paging import Page, PageRequest
from tests.services import factory
from tests.support.databases import Database

AsPerson = Callable[[str | None], Context]


def found(context: Context, page: PageRequest | None = None, **wanted: object) -> Page[AuditRow]:
    """What a search brings."""
    return context.run(list_audit, page or PageRequest(), AuditFilter(**wanted))  # type: ignore[arg-type]


def actions(page: Page[AuditRow]) -> list[str]:
    """What was done, in the order of the list."""
    return [row.action for row in page.rows]


@pytest.fixture
def busy(context: Context, as_person: AsPerson) -> Context:
    """Acme's administrator made a KPI and corrected a value; a manager made a dashboard."""
    board = factory.dashboard(context)
    kpi = factory.kpi(context, board, "Brittany", code="BRE")
    factory.kpi(context, board, "Brittany coast", code="BRE-2")
    factory.value(context, kpi, date(2026, 9, 1), "123456.50")
    factory.value(context, kpi, date(2026, 9, 1), "87", "typing mistake")
    factory.dashboard(as_person("acme/manager"), "Workshops")
    return context


def test_the_newest_comes_first_with_who_what_and_the_values(busy: Context) -> None:
    page = found(busy)
    assert page.total == len(page.rows)
    assert [row.at for row in page.rows] == sorted((row.at for row in page.rows), reverse=True)
    newest, corrected = page.rows[:2]
    assert (newest.action, newest.actor) == ("dashboard.created", "Max Manager")
    assert newest.names[UUID(newest.object_id)] == "Workshops"
    assert (corrected.action, corrected.actor) == ("kpi_value.corrected", "Ada Admin")
    assert corrected.subject_id is not None
    assert corrected.names[corrected.subject_id] == "BRE Brittany"
    assert corrected.object_id == f"{corrected.subject_id}/2026-09-01"
    assert corrected.session_id is not None
    said = {change.field: change for change in changes(corrected.old, corrected.new)}
    assert said["value"] == Change("value", Decimal("123456.50"), 87)
    assert said["reason"] == Change("reason", "", "typing mistake")
    assert said["status"] == Change("status", "GREEN", "RED")


def test_by_who(busy: Context) -> None:
    by_name = found(busy, who="manager")
    assert set(actions(by_name)) == {"dashboard.created", "session.opened"}
    manager = by_name.rows[0].actor_id
    assert found(busy, who=str(manager)).rows == by_name.rows
    assert found(busy, who="nobody of this name").total == 0


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("kpi_value.corrected", {"kpi_value.corrected"}),
        ("kpi_value", {"kpi_value.corrected", "kpi_value.created"}),
        ("CORRECTED", {"kpi_value.corrected"}),
        ("kpi:created", {"kpi.created"}),
    ],
)
def test_by_what(busy: Context, what: str, expected: set[str]) -> None:
    assert set(actions(found(busy, what=what))) == expected


def test_what_is_never_recorded_is_said(busy: Context) -> None:
    with pytest.raises(AuditActionUnknown) as refused:
        found(busy, what="kpi.painted")
    assert refused.value.fields == ("what",)
    assert "kpi_value" in str(refused.value)


def test_by_what_it_was_done_to(busy: Context) -> None:
    exactly = found(busy, about="bre")
    assert actions(exactly) == [
        "kpi_value.corrected",
        "kpi_value.created",
        "kpi_threshold.created",
        "kpi.created",
    ]
    kpi = exactly.rows[0].subject_id
    assert found(busy, about=str(kpi)).rows == exactly.rows
    assert found(busy, about=f"{kpi}/2026-09-01").total == 2
    assert found(busy, about="Brittany").rows == exactly.rows
    assert found(busy, about="coast").total == 2
    assert {row.subject_id for row in found(busy, about="britt").rows} > {kpi}
    assert found(busy, about="nothing").total == 0
    assert found(busy, about="nothing/at all").total == 0


def test_by_time(busy: Context) -> None:
    every = found(busy).rows
    middle = every[3].at
    since = found(busy, since=middle)
    until = found(busy, until=middle)
    assert since.rows + until.rows == every
    with pytest.raises(AuditPeriodEmpty):
        found(busy, since=middle, until=middle)


def test_by_anything(busy: Context) -> None:
    def holding(text: str) -> list[str]:
        return actions(found(busy, PageRequest(text=text)))

    assert "kpi_value.corrected" in holding("brittany")
    assert set(holding("Max")) == {
        "dashboard.created",
        "session.opened",
        "user.created",
        "user_role.created",
    }
    assert set(holding("value corr")) == {"kpi_value.corrected"}
    assert set(holding("threshold")) == {"kpi_threshold.created"}
    assert holding("zanzibar") == []


def test_sorted_and_paged(busy: Context) -> None:
    every = found(busy).rows
    assert found(busy, PageRequest(sort="at")).rows == tuple(reversed(every))
    pages = [found(busy, PageRequest(offset=start, limit=4)) for start in range(0, 12, 4)]
    assert tuple(row for page in pages for row in page.rows) == every[:12]
    assert {page.total for page in pages} == {len(every)}
    assert found(busy, PageRequest(offset=1000)).total == len(every)
    who = [row.actor for row in found(busy, PageRequest(sort="who")).rows if row.actor]
    assert who == sorted(who)
    what = actions(found(busy, PageRequest(sort="-what")))
    assert what == sorted(what, reverse=True)
    assert len(found(busy, PageRequest(sort="object")).rows) == len(every)
    with pytest.raises(SortUnknown):
        found(busy, PageRequest(sort="colour"))


def test_one_entry(busy: Context) -> None:
    row = found(busy).rows[1]
    alone = busy.run(show_audit, row.id)
    assert (alone.action, alone.old, alone.new) == (row.action, row.old, row.new)
    with pytest.raises(AuditEntryNotFound):
        busy.run(show_audit, uuid4())


def test_what_is_gone_is_still_named(context: Context) -> None:
    board = factory.dashboard(context)
    kpi = factory.kpi(context, board)
    context.run(delete_kpi, kpi.id)
    context.run(archive_dashboard, board.id)
    archived, deleted = found(context).rows[:2]
    assert (archived.action, deleted.action) == ("dashboard.archived", "kpi.deleted")
    assert archived.names[board.id] == "Punctuality"
    assert "Brittany" in deleted.names[kpi.id]


@pytest.mark.parametrize("person", ["manager", "user", "viewer"])
def test_only_those_who_may(busy: Context, as_person: AsPerson, person: str) -> None:
    someone = as_person(f"acme/{person}")
    with pytest.raises(PermissionMissing):
        found(someone)
    with pytest.raises(PermissionMissing):
        someone.run(show_audit, found(busy).rows[0].id)


@pytest.mark.parametrize("scope", ["OWN", "TEAM"])
def test_a_narrow_scope_reads_nothing(
    busy: Context, as_person: AsPerson, database: Database, scope: str
) -> None:
    with database.server.connect(database.name) as connection:
        connection.execute(
            "insert into kpix.role_permission select organization_id, id, 'audit:read', %s"
            " from kpix.role where name = 'VIEWER'",
            (scope,),
        )
    with pytest.raises(OutOfScope):
        found(as_person("acme/viewer"))


def test_another_organisation_has_its_own(busy: Context, as_person: AsPerson) -> None:
    foreign = as_person("globex/admin")
    ours = {row.id for row in found(busy).rows}
    assert ours.isdisjoint(row.id for row in found(foreign).rows)
    assert found(foreign, about="BRE").total == 0
    with pytest.raises(AuditEntryNotFound):
        foreign.run(show_audit, next(iter(ours)))


def test_the_number_of_queries_does_not_grow(context: Context) -> None:
    board = factory.dashboard(context)

    def queries() -> int:
        seen: list[str] = []
        engine = context.database()
        listener = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listener)
        found(context)
        event.remove(engine, "before_cursor_execute", listener)
        return len(seen)

    factory.kpi(context, board, "One", code="ONE")
    few = queries()
    for name in ("Two", "Three", "Four"):
        factory.kpi(context, board, name, code=name)
    assert queries() == few


# -- forgetting ------------------------------------------------------------------------------------


def age(database: Database) -> None:
    """Move every entry to the autumn of 2025, as the superuser that nobody is."""
    with database.server.connect(database.name) as connection:
        connection.execute("update kpix.audit_log set at = at - (now() - timestamptz '2025-10-17')")


def test_the_operator_forgets_what_is_old_and_that_is_recorded(
    busy: Context, as_person: AsPerson, database: Database
) -> None:
    age(database)
    factory.dashboard(busy, "Recent")
    before = date(2026, 11, 1)
    with busy.owner() as uow:
        told = old_audit(uow, before)
    assert {one.organization for one in told.organizations} == {"Acme", "Globex"}
    kept = found(busy, since=datetime(2026, 1, 1, tzinfo=UTC)).total
    assert kept > 0
    with busy.owner() as uow:
        assert prune_audit(uow, before) == told
    page = found(busy)
    assert page.total == kept + 1
    record = page.rows[0]
    assert (record.action, record.actor_id, record.actor) == ("audit.pruned", None, "")
    assert record.new is not None
    here = next(one for one in told.organizations if one.organization == "Acme")
    assert (record.new["count"], record.new["before"]) == (here.entries, "2026-11-01")
    assert record.new["operator"] == "postgres"
    assert "audit.pruned" in actions(found(as_person("globex/admin")))


def test_that_the_log_was_pruned_is_never_forgotten(busy: Context, database: Database) -> None:
    age(database)
    for _time in range(2):
        with busy.owner() as uow:
            prune_audit(uow, date(2026, 11, 1))
        age(database)
    assert actions(found(busy)) == ["audit.pruned"]


def test_a_day_ends_where_the_organisation_is(busy: Context, database: Database) -> None:
    """23:30 UTC is the next day in Paris already, and not yet in New York."""
    with database.server.connect(database.name) as connection:
        connection.execute("update kpix.audit_log set at = '2026-03-10 23:30+00'")
        connection.execute(
            "update kpix.organization set timezone = case name when 'Acme' then 'Europe/Paris'"
            " else 'America/New_York' end"
        )
    with busy.owner() as uow:
        told = old_audit(uow, date(2026, 3, 11))
    assert [one.organization for one in told.organizations] == ["Globex"]
    with busy.owner() as uow:
        assert len(old_audit(uow, date(2026, 3, 12)).organizations) == 2
        assert old_audit(uow, date(2026, 3, 10)).entries == 0


def test_today_is_not_forgotten(busy: Context) -> None:
    with busy.owner() as uow, pytest.raises(RetentionInvalid):
        old_audit(uow, date(2026, 11, 22))
    with busy.owner() as uow, pytest.raises(RetentionInvalid):
        prune_audit(uow, date(2026, 11, 22))


def test_a_session_that_ends_is_recorded(busy: Context, as_person: AsPerson) -> None:
    user = as_person("acme/user")
    user.run(logout)
    newest = found(busy).rows[0]
    assert (newest.action, newest.actor) == ("session.closed", "Ursula User")
    assert newest.at - found(busy).rows[-1].at < timedelta(days=1)


def test_every_column_that_is_recorded_has_a_name_for_people(
    busy: Context, database: Database
) -> None:
    with database.server.connect(database.name) as connection:
        columns = connection.execute(
            "select distinct a.attname from pg_trigger t"
            " join pg_proc p on p.oid = t.tgfoid and p.proname like 'audit_%'"
            " join pg_attribute a on a.attrelid = t.tgrelid and a.attnum > 0"
        ).fetchall()
    assert len(columns) > 30
    row = found(busy).rows[0]
    for (column,) in columns:
        changed = replace(row, old={column: "before"}, new={column: "after"})
        assert [one.field for one in said(changed, "UTC")] != [column]
