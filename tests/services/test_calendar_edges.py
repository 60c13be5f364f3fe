"""Values at the very beginning of the calendar: files do hold 0001-01-01."""

from __future__ import annotations

from datetime import date

import pytest

from kpix_tui.app.context import Context
from kpix_tui.domains.overview.service import list_kpis, show_kpi
from kpix_tui.kernel.periods import Frequency
from tests.services import factory


@pytest.mark.parametrize("frequency", Frequency)
def test_a_value_of_the_first_day_there_is_can_be_listed(
    context: Context, frequency: Frequency
) -> None:
    board = factory.dashboard(context)
    made = factory.kpi(context, board, frequency=frequency)
    factory.value(context, made, date.min, "96")
    row = context.run(show_kpi, made.id).row
    assert (row.period_start, row.previous) == (date.min, None)
    assert context.run(list_kpis, dashboard_id=board.id).rows == (row,)
