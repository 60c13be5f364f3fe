"""What lists show, in a number of queries that does not depend on how much there is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from kpix_tui.app.context import Context
from kpix_tui.db.paging import SortUnknown
from kpix_tui.domains.kpis.errors import KpiNotFound
from kpix_tui.domains.kpis.service import delete_kpi
from kpix_tui.domains.kpis.views import Direction, Status, Thresholds
from kpix_tui.domains.overview import service
from kpix_tui.domains.overview.errors import TooLongAgo
from kpix_tui.domains.plans.service import delete_plan, find_plan
from kpix_tui.domains.plans.views import PlanStatus
from kpix_tui.domains.values.service import write_values
from kpix_tui.domains.values.views import PeriodValue
from kpix_tui.kernel.ids import new_id
from kpix_tui.kernel.paging import PageRequest
from kpix_tui.kernel.periods import Frequency
from tests.services import factory
from tests.services.plans import move, plan


def test_a_row_says_where_a_kpi_stands(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context), starts_on=date(2026, 1, 1))
    for month, number in ((7, "96"), (8, "94"), (9, "90")):
        factory.value(context, made, date(2026, month, 1), number)
    row = context.run(service.show_kpi, made.id).row
    assert (row.status, row.critical, row.value, row.previous) == (Status.RED, False, 90, 94)
    assert (row.variance, row.delta, row.improved, row.missing) == (-5, -4, False, 1)
    assert (row.period_start, row.period_end) == (date(2026, 9, 1), date(2026, 9, 30))
    assert len(row.spark) == 24
    assert [(p.value, p.status) for p in row.spark[-4:]] == [
        (96, Status.GREEN),
        (94, Status.ORANGE),
        (90, Status.RED),
        (None, Status.NO_DATA),
    ]


def test_a_row_counts_the_actions_that_are_not_closed(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    for title in ("One", "Two", "Three", "Four"):
        plan(context, made, title)
    move(context, context.run(find_plan, "Two"), PlanStatus.IN_PROGRESS)
    move(context, context.run(find_plan, "Three"), PlanStatus.CANCELLED)
    context.run(delete_plan, context.run(find_plan, "Four").id)
    assert context.run(service.show_kpi, made.id).row.open_plans == 2
    assert [row.open_plans for row in context.run(service.list_kpis).rows] == [2]


def test_there_is_no_delta_across_a_gap(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    factory.value(context, made, date(2026, 7, 1), "96")
    factory.value(context, made, date(2026, 9, 1), "97")
    row = context.run(service.show_kpi, made.id).row
    assert (row.previous, row.delta, row.improved) == (None, None, None)


def test_as_of_an_earlier_day(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    for month, number in ((7, "96"), (9, "90")):
        factory.value(context, made, date(2026, month, 1), number)
    row = context.run(service.show_kpi, made.id, date(2026, 8, 20)).row
    assert (row.value, row.status, row.missing) == (96, Status.GREEN, 0)
    assert row.spark[-1].period_start == date(2026, 7, 1)


def test_a_period_that_ends_on_the_day_asked_for_is_over(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    factory.value(context, made, date(2026, 7, 1), "96")
    row = context.run(service.show_kpi, made.id, date(2026, 8, 31)).row
    assert row.spark[-1].period_start == date(2026, 8, 1)
    assert row.missing == 1


def test_the_worst_status_comes_first_however_narrow_a_band(context: Context) -> None:
    board, day = factory.dashboard(context), date(2026, 9, 1)
    narrow = Thresholds(Decimal(1), Decimal("0.99999999999999999999"), Decimal("-1e19"))
    factory.value(context, factory.kpi(context, board, "red", thresholds=narrow), day, "-1e18")
    factory.value(context, factory.kpi(context, board, "critical"), day, "80")
    names = [row.name for row in context.run(service.list_kpis).rows]
    assert names == ["critical", "red"]


def test_the_period_under_way_is_shown_once_it_has_a_value(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    factory.value(context, made, date(2026, 11, 3), "96")
    row = context.run(service.show_kpi, made.id).row
    assert row.spark[-1].period_start == date(2026, 11, 1)
    assert row.missing == 0


def test_a_kpi_without_values_is_no_data(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    row = context.run(service.show_kpi, made.id).row
    assert (row.status, row.value, row.variance, row.missing) == (Status.NO_DATA, None, None, 0)
    assert row.thresholds == factory.BANDS


def test_worst_first(context: Context) -> None:
    board = factory.dashboard(context)
    day = date(2026, 9, 1)
    for name, number in (
        ("green", "99"),
        ("red", "91"),
        ("redder", "89"),
        ("critical", "80"),
        ("orange", "93"),
    ):
        factory.value(context, factory.kpi(context, board, name), day, number)
    factory.kpi(context, board, "nothing")
    down = factory.kpi(
        context,
        board,
        "down",
        direction=Direction.DOWN_IS_BETTER,
        thresholds=Thresholds(Decimal(10), Decimal(20)),
    )
    factory.value(context, down, day, "1000")
    names = [row.name for row in context.run(service.list_kpis).rows]
    assert names == ["critical", "down", "redder", "red", "orange", "green", "nothing"]
    last = [row.name for row in context.run(service.list_kpis, PageRequest(sort="-worst")).rows]
    assert last[-1] == "nothing"
    assert context.run(service.list_kpis, PageRequest(text="RED")).total == 2


def test_counts_on_a_dashboard(context: Context) -> None:
    board = factory.dashboard(context)
    for name, number in (("a", "99"), ("b", "93"), ("c", "91"), ("d", "1")):
        factory.value(context, factory.kpi(context, board, name), date(2026, 9, 1), number)
    gone = factory.kpi(context, board, "gone")
    factory.kpi(context, board, "empty")
    context.run(delete_kpi, gone.id)
    counts = context.run(service.show_dashboard, board.id).statuses
    assert (counts.green, counts.orange, counts.red, counts.critical, counts.no_data) == (
        1,
        1,
        2,
        1,
        1,
    )
    assert counts.total == 5
    assert context.run(service.list_dashboards).rows[0].statuses == counts


@pytest.mark.parametrize("frequency", list(Frequency))
def test_missing_periods_of_each_frequency(context: Context, frequency: Frequency) -> None:
    made = factory.kpi(
        context, factory.dashboard(context), frequency=frequency, starts_on=date(2020, 1, 1)
    )
    empty = context.run(service.show_kpi, made.id).row.missing
    context.run(write_values, [PeriodValue(made.id, date(2020, 1, 1), Decimal(1))])
    assert context.run(service.show_kpi, made.id).row.missing == empty - 1 > 0


def test_an_unknown_sort_is_named(context: Context) -> None:
    with pytest.raises(SortUnknown):
        context.run(service.list_kpis, PageRequest(sort="colour"))


def test_what_does_not_exist(context: Context) -> None:
    with pytest.raises(KpiNotFound):
        context.run(service.show_kpi, new_id())


@pytest.mark.parametrize("use_case", [service.list_kpis, service.list_dashboards])
def test_twice_the_data_takes_the_same_queries(context: Context, use_case: Any) -> None:
    numbers = []
    for round_ in range(2):
        for number in range(3):
            board = factory.dashboard(context, f"Board {round_}{number}")
            made = factory.kpi(context, board, f"KPI {round_}{number}")
            factory.value(context, made, date(2026, 9, 1), "1")
        with factory.counted(context) as seen:
            assert context.run(use_case).total == 3 * (round_ + 1)
        numbers.append(len(seen))
    assert numbers[0] == numbers[1] <= 4


@pytest.mark.parametrize("frequency", Frequency)
def test_the_first_years_are_refused_and_the_first_day_after_them_is_shown(
    context: Context, frequency: Frequency
) -> None:
    made = factory.kpi(context, factory.dashboard(context), frequency=frequency)
    for use_case in (partial(service.show_kpi, kpi_id=made.id), service.list_kpis):
        with pytest.raises(TooLongAgo, match="from 0100-01-01 on") as refused:
            context.run(use_case, until=date(99, 12, 31))
        assert refused.value.fields == ("until",)
    row = context.run(service.show_kpi, made.id, date(100, 1, 1)).row
    assert len(row.spark) == 24
