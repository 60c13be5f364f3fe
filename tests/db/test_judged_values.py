"""The database judges every value again: whatever a client says, the status is that of the
thresholds in force and the period is one of the KPI's frequency."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from kpix_tui.app.context import Context
from kpix_tui.db.errors import ConstraintViolated
from kpix_tui.db.principal import token_bytes
from kpix_tui.domains.kpis.rules import status_for
from kpix_tui.domains.kpis.views import Direction, Kpi, Thresholds
from kpix_tui.domains.values.service import update_kpi
from kpix_tui.kernel.periods import Frequency, period_of
from tests.services import factory
from tests.support.databases import Database

D = Decimal
INSERT = (
    "insert into kpix.kpi_value (organization_id, kpi_id, dashboard_id, period_start, period_end,"
    " value, status, critical) values (%s, %s, %s, %s, %s, %s, %s, %s)"
)


@pytest.fixture
def psql(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """Acme's administrator with the application's password, each statement a transaction."""
    with database.server.connect(database.name, "kpix_local") as connection:
        yield connection


@pytest.fixture
def attempt(database: Database, psql: psycopg.Connection[Any]) -> Callable[..., bool]:
    """Whether statements are let through together; they are undone."""

    def run(*statements: tuple[str, tuple[Any, ...]]) -> bool:
        try:
            with psql.transaction(force_rollback=True):
                psql.execute("select auth.begin(%b)", (token_bytes(database.tokens["acme/admin"]),))
                for statement, parameters in statements:
                    psql.execute(statement.encode(), parameters)
                psql.execute("set constraints all immediate")
        except psycopg.errors.CheckViolation as error:
            return error.diag.constraint_name != "ck_kpi_value_judged"
        return True

    return run


def row(kpi: Kpi, context: Context, **changes: Any) -> tuple[str, tuple[Any, ...]]:
    """An honest value of October 2026, but for ``changes``."""
    org = context.run(lambda uow: uow.principal.organization_id)
    value = changes.get("value", D(90))
    found = status_for(value, kpi.thresholds[-1].thresholds, kpi.direction)
    period = period_of(kpi.frequency, date(2026, 10, 8))
    honest = {
        "start": period.start,
        "end": period.end,
        "value": value,
        "status": found.status.value,
        "critical": found.critical,
    }
    return INSERT, (org, kpi.id, kpi.dashboard_id, *(honest | changes).values())


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("red", [None, D(88)])
def test_the_status_is_that_of_the_thresholds(
    context: Context, attempt: Callable[..., bool], direction: Direction, red: Decimal | None
) -> None:
    board = factory.dashboard(context)
    green, orange = (D(95), D(92)) if direction is Direction.UP_IS_BETTER else (D(80), D(85))
    bands = Thresholds(green, orange, red)
    kpi = factory.kpi(context, board, direction=direction, thresholds=bands)
    for value in map(
        D, ("0", "79.99", "80", "80.01", "85", "85.01", "87.9", "88", "88.1", "92", "95", "99")
    ):
        honest = status_for(value, bands, direction)
        for status in ("GREEN", "ORANGE", "RED"):
            for critical in {status == "RED", False}:
                said = {"value": value, "status": status, "critical": critical}
                expected = (status, critical) == (honest.status.value, honest.critical)
                assert attempt(row(kpi, context, **said)) is expected, said


@pytest.mark.parametrize("frequency", Frequency)
def test_the_period_is_one_of_the_frequency(
    context: Context, attempt: Callable[..., bool], frequency: Frequency
) -> None:
    kpi = factory.kpi(context, factory.dashboard(context), frequency=frequency)
    assert attempt(row(kpi, context))
    period = period_of(frequency, date(2026, 10, 8))
    day = date.resolution
    assert not attempt(row(kpi, context, start=period.start - day))
    assert not attempt(row(kpi, context, end=period.end + day))
    shifted = row(kpi, context, start=period.start + day, end=period.end + day)
    assert attempt(shifted) is (frequency is Frequency.DAILY)
    for edge in (date.min, date(2024, 2, 29), date.max):
        first = period_of(frequency, edge)
        assert attempt(row(kpi, context, start=first.start, end=first.end)), edge


def test_the_thresholds_are_those_at_the_end_of_the_period(
    context: Context, attempt: Callable[..., bool]
) -> None:
    kpi = factory.kpi(context, factory.dashboard(context))
    lower = Thresholds(D(50), D(40), D(30))
    change = factory.update(kpi, thresholds=lower, thresholds_from=date(2026, 10, 31))
    context.run(update_kpi, change)
    september = {"start": date(2026, 9, 1), "end": date(2026, 9, 30), "value": D(60)}
    assert attempt(row(kpi, context, **september, status="RED", critical=True))
    assert not attempt(row(kpi, context, **september, status="GREEN", critical=False))
    assert attempt(row(kpi, context, value=D(60), status="GREEN", critical=False))
    assert not attempt(row(kpi, context, value=D(60), status="RED", critical=True))


def test_one_liar_among_many_is_enough(context: Context, attempt: Callable[..., bool]) -> None:
    board = factory.dashboard(context)
    honest, other = factory.kpi(context, board), factory.kpi(context, board, "Normandy")
    assert attempt(row(honest, context), row(other, context))
    assert not attempt(row(honest, context), row(other, context, status="GREEN", critical=False))


def test_corrections_are_judged_too(context: Context, attempt: Callable[..., bool]) -> None:
    kpi = factory.kpi(context, factory.dashboard(context))
    factory.value(context, kpi, date(2026, 10, 1), "90")
    where = " where kpi_id = %s"
    assert attempt(("update kpix.kpi_value set value = 91, reason = 'typo'" + where, (kpi.id,)))
    assert not attempt(("update kpix.kpi_value set value = 99, reason = 'typo'" + where, (kpi.id,)))
    assert not attempt(("update kpix.kpi_value set status = 'GREEN'" + where, (kpi.id,)))


def test_thresholds_do_not_leave_values_behind(
    context: Context, attempt: Callable[..., bool]
) -> None:
    kpi = factory.kpi(context, factory.dashboard(context))
    factory.value(context, kpi, date(2026, 10, 1), "90")
    lower = ("update kpix.kpi_threshold set green = 90, orange = 89 where kpi_id = %s", (kpi.id,))
    harmless = ("update kpix.kpi_threshold set green = 94 where kpi_id = %s", (kpi.id,))
    turned = ("update kpix.kpi set direction = 'DOWN_IS_BETTER' where id = %s", (kpi.id,))
    assert attempt(harmless)
    assert not attempt(lower)
    judged = ("update kpix.kpi_value set status = 'ORANGE' where kpi_id = %s", (kpi.id,))
    to_orange = ("update kpix.kpi_threshold set orange = 90 where kpi_id = %s", (kpi.id,))
    assert not attempt(to_orange)
    assert not attempt(judged, to_orange), "too early"
    assert attempt(to_orange, judged)
    assert not attempt(turned)
    assert not attempt(("update kpix.kpi set frequency = 'DAILY' where id = %s", (kpi.id,)))


def test_the_end_of_the_transaction_asks(context: Context, database: Database) -> None:
    """Nothing has to be switched on: what is left misjudged is refused by COMMIT."""
    kpi = factory.kpi(context, factory.dashboard(context))
    factory.value(context, kpi, date(2026, 10, 1), "90")
    with pytest.raises(ConstraintViolated) as refused, context.unit_of_work() as uow:
        uow.driver.execute(
            b"update kpix.kpi_threshold set green = 90, orange = 89 where kpi_id = %s", (kpi.id,)
        )
    assert refused.value.params == {"constraint": "ck_kpi_value_judged"}
