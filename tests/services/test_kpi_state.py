"""Where KPIs stand is kept beside the values: always what one would compute from nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest

from kpix_tui.app.context import Context
from kpix_tui.db import engine, migrate
from kpix_tui.domains.imports.service import import_values
from kpix_tui.domains.imports.views import ImportValues, NewKpiDefinition
from kpix_tui.domains.imports.views import Mapping as Columns
from kpix_tui.domains.kpis.rules import thresholds_in_force
from kpix_tui.domains.kpis.service import delete_kpi, get_kpi
from kpix_tui.domains.kpis.views import Direction, Kpi, Thresholds
from kpix_tui.domains.values.service import enter_value, update_kpi
from kpix_tui.domains.values.views import EnterValue
from kpix_tui.kernel.periods import Frequency, Period, period_of
from tests.services import factory
from tests.support import databases

State = tuple[Any, ...]
NOBODY: State = (None, None, None, None, False, None, None, False)
_KEPT = """
    select kpi_id, period_start, period_end, value, status, critical, distance, previous_status,
        previous_critical, due_from, due_on
    from kpix.kpi_state
"""
_VALUES = "select kpi_id, period_start, value, status, critical from kpix.kpi_value"
TOLERATED = Decimal("1e-12")
"""PostgreSQL and Python round a quotient in different places."""


def kept(context: Context) -> dict[UUID, State]:
    """What the database keeps."""
    with context.owner_database().connect() as connection:
        return {row[0]: tuple(row[1:]) for row in connection.exec_driver_sql(_KEPT)}


def computed(context: Context, kpis: list[Kpi]) -> dict[UUID, State]:
    """The same from every value there is, by the rules in Python."""
    with context.owner_database().connect() as connection:
        found = connection.exec_driver_sql(_VALUES).all()
    return {
        kpi.id: _state(kpi, {row[1]: (row[2], row[3], row[4]) for row in found if row[0] == kpi.id})
        for kpi in kpis
    }


def _state(kpi: Kpi, values: Mapping[date, tuple[Decimal, str, bool]]) -> State:
    if not values:
        first = period_of(kpi.frequency, kpi.starts_on) if kpi.starts_on else None
        return (*NOBODY, *_due(first))
    last = period_of(kpi.frequency, max(values))
    value, status, critical = values[last.start]
    before = values.get(last.shift(-1).start, (None, None, False))
    bands = thresholds_in_force(kpi.thresholds, last.end)
    distance = _distance(kpi.direction, bands, value)
    state = (last.start, last.end, value, status, critical, distance, before[1], before[2])
    return (*state, *_due(last.shift(1)))


def _distance(direction: Direction, bands: Thresholds, value: Decimal) -> Decimal:
    beyond = bands.green - value if direction is Direction.UP_IS_BETTER else value - bands.green
    return beyond / (abs(bands.green - bands.orange) or abs(bands.green) or 1)


def _due(period: Period | None) -> tuple[date | None, date | None]:
    return (period.start, period.end + timedelta(1)) if period else (None, None)


def assert_true(context: Context, kpis: list[Kpi]) -> None:
    """Everything that is kept is what is computed."""
    found, expected = kept(context), computed(context, kpis)
    assert found.keys() == expected.keys()
    for kpi_id, state in expected.items():
        for one, other in zip(found[kpi_id], state, strict=True):
            if isinstance(other, Decimal):
                assert abs(one - other) < TOLERATED
            else:
                assert one == other, (found[kpi_id], state)


@pytest.mark.parametrize("frequency", Frequency)
@pytest.mark.parametrize("direction", Direction)
def test_after_everything_that_can_happen(
    context: Context, frequency: Frequency, direction: Direction
) -> None:
    random = Random(f"{frequency} {direction}")
    board = factory.dashboard(context)
    bands = Thresholds(Decimal(95), Decimal(92), Decimal(88))
    if direction is Direction.DOWN_IS_BETTER:
        bands = Thresholds(Decimal(88), Decimal(92), Decimal(95))
    ways = {"frequency": frequency, "direction": direction, "thresholds": bands}
    kpis = [factory.kpi(context, board, f"KPI {n}", **ways) for n in range(3)]
    kpis.append(factory.kpi(context, board, "starts", starts_on=date(2025, 3, 5), **ways))
    assert_true(context, kpis)
    today = date(2026, 11, 1)
    for _step in range(25):
        kpi = random.choice(kpis)
        day = today - timedelta(random.randint(0, 1500))
        factory.value(context, kpi, day, str(random.randint(8000, 10000) / 100), "typed wrongly")
        assert_true(context, kpis)
    for kpi, since in zip(kpis, (date(2026, 1, 1), date(2024, 1, 1), today), strict=False):
        level = Decimal(random.randint(85, 99))
        changed = Thresholds(level, level)
        command = factory.update(kpi, thresholds=changed, thresholds_from=since)
        context.run(update_kpi, command)
        kpis[kpis.index(kpi)] = context.run(get_kpi, kpi.id)
        assert_true(context, kpis)
    gone = kpis.pop(0)
    context.run(delete_kpi, gone.id)
    assert_true(context, kpis)


def test_after_a_change_of_frequency_and_direction(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context), starts_on=date(2026, 1, 20))
    bands = Thresholds(Decimal(1), Decimal(2))
    context.run(
        update_kpi,
        factory.update(
            made,
            frequency=Frequency.YEARLY,
            direction=Direction.DOWN_IS_BETTER,
            thresholds=bands,
        ),
    )
    assert kept(context)[made.id][-2:] == (date(2026, 1, 1), date(2027, 1, 1))
    assert_true(context, [context.run(get_kpi, made.id)])


def test_at_both_ends_of_the_calendar(context: Context) -> None:
    board = factory.dashboard(context)
    first = factory.kpi(context, board, "first", frequency=Frequency.DAILY)
    factory.value(context, first, date(1, 1, 1), "1")
    last = factory.kpi(
        context, board, "last", frequency=Frequency.YEARLY, starts_on=date(9999, 1, 1)
    )
    states = kept(context)
    assert states[first.id][0] == date(1, 1, 1)
    assert states[first.id][-2:] == (date(1, 1, 2), date(1, 1, 3))
    assert states[last.id] == (*NOBODY, None, None)


def test_after_an_import(context: Context, tmp_path: Path) -> None:
    board = factory.dashboard(context)
    file = tmp_path / "values.csv"
    file.write_text("KPI;Month;Value\nA;2026-08;90\nA;2026-09;99\nB;2026-09;93\n")
    definition = NewKpiDefinition(
        Frequency.MONTHLY, Direction.UP_IS_BETTER, factory.BANDS, unit="%"
    )
    command = ImportValues(
        file,
        Columns(period="Month", value=("Value",), kpi=("KPI",)),
        dashboard_id=board.id,
        create=definition,
    )
    context.run(import_values, command)
    ids = list(kept(context))
    assert len(ids) == 2
    assert_true(context, [context.run(get_kpi, kpi_id) for kpi_id in ids])


def test_two_entries_at_once_leave_the_later_period(
    context: Context, as_person: Callable[[str], Context]
) -> None:
    """The second to write waits for where the KPI stands, and then sees what the first wrote."""
    made = factory.kpi(context, factory.dashboard(context))
    other = as_person("acme/manager")
    august = threading.Thread(target=factory.value, args=(other, made, date(2026, 8, 1), "99"))
    with context.unit_of_work() as uow:
        enter_value(uow, EnterValue(made.id, date(2026, 9, 1), Decimal(90)))
        august.start()
        factory.wait_until_blocked(context)
    august.join(20)
    assert not august.is_alive()
    state = kept(context)[made.id]
    assert (state[0], state[3], state[6]) == (date(2026, 9, 1), "RED", "GREEN")


def test_an_upgrade_fills_it(
    context: Context, database: databases.Database, tmp_path: Path
) -> None:
    board = factory.dashboard(context)
    kpis = [factory.kpi(context, board, f"KPI {n}", starts_on=date(2026, 3, 9)) for n in range(3)]
    for month, number in ((7, "96"), (8, "93"), (9, "80")):
        factory.value(context, kpis[0], date(2026, month, 1), number)
    factory.value(context, kpis[1], date(2026, 9, 1), "99.5")
    gone = factory.kpi(context, board, "gone")
    context.run(delete_kpi, gone.id)
    before = kept(context)
    made = database.settings(tmp_path)
    owner = engine.make_owner_engine(engine.embedded_url(str(made.owner_database_url)), made)
    try:
        migrate.downgrade(owner, "0004")
        migrate.upgrade(owner)
    finally:
        owner.dispose()
    assert kept(context) == before
    assert_true(context, kpis)
