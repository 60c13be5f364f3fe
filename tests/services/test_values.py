"""Values: entered, corrected, kept in every state; and what is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from kpix_tui.access.policy import OutOfScope, PermissionMissing
from kpix_tui.app.context import Context
from kpix_tui.domains.kpis.errors import KpiNotFound
from kpix_tui.domains.kpis.views import Status
from kpix_tui.domains.values import service
from kpix_tui.domains.values.errors import (
    ReasonMissing,
    ReasonTooLong,
    ValueChangedMeanwhile,
    ValueEnteredMeanwhile,
    ValueNotFinite,
    ValueNotFound,
    ValuePeriodFuture,
    ValuePeriodTaken,
    ValueTooLarge,
)
from kpix_tui.domains.values.views import EnterValue, PeriodValue
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.ids import new_id
from kpix_tui.kernel.paging import PageRequest
from tests.services import factory

People = Callable[[str | None], Context]
SEPTEMBER = date(2026, 9, 17)


def test_any_day_stands_for_its_period(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    entered = factory.value(context, made, SEPTEMBER, "93.58127679295562")
    assert (entered.period_start, entered.period_end) == (date(2026, 9, 1), date(2026, 9, 30))
    assert (entered.value, entered.status) == (Decimal("93.58127679295562"), Status.ORANGE)
    assert (entered.revision, entered.changed, entered.previous_status) == (1, True, Status.NO_DATA)


def test_a_correction_keeps_what_was_there(context: Context, as_person: People) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    factory.value(context, made, SEPTEMBER, "97")
    corrected = factory.value(as_person("acme/manager"), made, SEPTEMBER, "80", "typo")
    assert (corrected.revision, corrected.status, corrected.critical) == (2, Status.RED, True)
    assert (corrected.previous_value, corrected.previous_status) == (Decimal(97), Status.GREEN)
    history = context.run(service.value_history, made.id, SEPTEMBER)
    assert [(r.revision, r.value, r.status, r.reason, r.entered_by) for r in history] == [
        (2, Decimal(80), Status.RED, "typo", "Max Manager"),
        (1, Decimal(97), Status.GREEN, "", "Ada Admin"),
    ]


def test_the_same_value_again_changes_nothing(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    factory.value(context, made, SEPTEMBER, "97")
    again = factory.value(context, made, SEPTEMBER, "97.00")
    assert (again.changed, again.revision) == (False, 1)
    assert len(context.run(service.value_history, made.id, SEPTEMBER)) == 1


@pytest.mark.parametrize(
    ("day", "number", "reason", "error"),
    [
        (SEPTEMBER, "NaN", "", ValueNotFinite),
        (SEPTEMBER, "Infinity", "", ValueNotFinite),
        (SEPTEMBER, "1e20", "", ValueTooLarge),
        (SEPTEMBER, "0." + "1" * 21, "", ValueTooLarge),
        (date(2026, 12, 1), "1", "", ValuePeriodFuture),
        (SEPTEMBER, "1", "r" * 1001, ReasonTooLong),
    ],
)
def test_what_cannot_be_entered(
    context: Context, day: date, number: str, reason: str, error: type[KpixError]
) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    with pytest.raises(error) as refused:
        factory.value(context, made, day, number, reason)
    assert refused.value.fields
    assert context.run(service.list_values, made.id).total == 0


def test_the_period_under_way_is_accepted(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    assert factory.value(context, made, date(2026, 11, 30), "1").changed


def test_a_correction_needs_a_reason(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    factory.value(context, made, SEPTEMBER, "97")
    with pytest.raises(ReasonMissing):
        factory.value(context, made, SEPTEMBER, "98", "  ")


def test_what_was_expected_to_stand_there(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))

    def enter(number: str, expected: int) -> None:
        context.run(
            service.enter_value,
            EnterValue(made.id, SEPTEMBER, Decimal(number), "because", expected),
        )

    with pytest.raises(ValueNotFound):
        enter("1", expected=1)
    enter("1", expected=0)
    with pytest.raises(ValuePeriodTaken):
        enter("2", expected=0)
    enter("2", expected=1)
    with pytest.raises(ValueChangedMeanwhile):
        enter("3", expected=1)


def test_two_first_entries_at_once(context: Context, as_person: People) -> None:
    """The second waits for the first in the database and is then told, never merged silently."""
    made = factory.kpi(context, factory.dashboard(context))
    other = as_person("acme/manager")
    answers: list[KpixError] = []

    def enter_too() -> None:
        try:
            factory.value(other, made, SEPTEMBER, "2")
        except KpixError as error:
            answers.append(error)

    thread = threading.Thread(target=enter_too)
    with context.unit_of_work() as uow:
        service.enter_value(uow, EnterValue(made.id, SEPTEMBER, Decimal(1)))
        thread.start()
        factory.wait_until_blocked(context)
    thread.join(10)
    assert [type(answer) for answer in answers] == [ValueEnteredMeanwhile]
    assert context.run(service.value_history, made.id, SEPTEMBER)[0].value == 1


def test_many_at_once(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    values = [PeriodValue(made.id, date(2026, m, 1), Decimal(85 + m)) for m in range(1, 10)]
    first = context.run(service.write_values, values, dry_run=True)
    assert (first.inserted, context.run(service.list_values, made.id).total) == (9, 0)
    assert context.run(service.write_values, values).inserted == 9
    again = context.run(service.write_values, values)
    assert (again.inserted, again.corrected, again.unchanged) == (0, 0, 9)
    changed = [PeriodValue(made.id, date(2026, 1, 1), Decimal(50)), *values[1:]]
    with pytest.raises(ReasonMissing):
        context.run(service.write_values, changed)
    written = context.run(service.write_values, changed, reason="restated")
    assert (written.inserted, written.corrected, written.unchanged) == (0, 1, 8)
    assert context.run(service.value_history, made.id, date(2026, 1, 1))[0].reason == "restated"


def test_many_or_none(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    values = [
        PeriodValue(made.id, date(2026, 1, 1), Decimal(1)),
        PeriodValue(new_id(), date(2026, 1, 1), Decimal(1)),
    ]
    with pytest.raises(KpiNotFound):
        context.run(service.write_values, values)
    assert context.run(service.list_values, made.id).total == 0


def test_nothing_to_write(context: Context) -> None:
    written = context.run(service.write_values, [])
    assert (written.inserted, written.corrected, written.unchanged) == (0, 0, 0)


def test_pages_newest_first(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    values = [PeriodValue(made.id, date(2026, m, 1), Decimal(m)) for m in range(1, 11)]
    context.run(service.write_values, values)
    page = context.run(service.list_values, made.id, PageRequest(limit=3))
    assert [row.value for row in page.rows] == [10, 9, 8]
    assert page.total == 10
    window = context.run(
        service.list_values,
        made.id,
        PageRequest(sort="period_start"),
        since=date(2026, 3, 15),
        until=date(2026, 5, 2),
    )
    assert [row.value for row in window.rows] == [3, 4, 5]


def test_no_history_without_a_value(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    with pytest.raises(ValueNotFound):
        context.run(service.value_history, made.id, SEPTEMBER)


def test_roles(as_person: People) -> None:
    admin, user, viewer = (as_person(f"acme/{who}") for who in ("admin", "user", "viewer"))
    theirs = factory.kpi(admin, factory.dashboard(admin))
    mine = factory.kpi(user, factory.dashboard(user, "Mine"), "Mine")
    factory.value(user, mine, SEPTEMBER, "1")
    with pytest.raises(OutOfScope):
        factory.value(user, theirs, SEPTEMBER, "1")
    with pytest.raises(PermissionMissing):
        factory.value(viewer, theirs, SEPTEMBER, "1")
    with pytest.raises(OutOfScope):
        user.run(service.write_values, [PeriodValue(theirs.id, SEPTEMBER, Decimal(1))])
    factory.value(as_person("acme/manager"), theirs, SEPTEMBER, "1")
    assert viewer.run(service.list_values, theirs.id).total == 1
    with pytest.raises(KpiNotFound):
        as_person("globex/admin").run(service.list_values, theirs.id)


def test_everything_is_in_the_audit_log(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    factory.value(context, made, SEPTEMBER, "97")
    factory.value(context, made, SEPTEMBER, "80", "typo")
    with context.unit_of_work() as uow:
        found = uow.driver.execute(
            "select action, old ->> 'value', new ->> 'value', actor_id from kpix.audit_log"
            " where object_type = 'kpi_value' order by at"
        ).fetchall()
        actor = uow.principal.user_id
    assert found == [
        ("kpi_value.created", None, "97", actor),
        ("kpi_value.corrected", "97", "80", actor),
    ]
