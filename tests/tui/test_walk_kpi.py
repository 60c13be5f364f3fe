"""KPIs and their values, from keys to rows of a real database and back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from textual.widgets import Select, TextArea

from kpix_tui.app.context import Context
from kpix_tui.domains.dashboards.views import Dashboard
from kpix_tui.domains.kpis.service import delete_kpi, get_kpi, list_definitions
from kpix_tui.domains.kpis.views import Direction, Kpi
from kpix_tui.domains.values.service import list_values, value_history
from kpix_tui.domains.values.views import ValueRow
from kpix_tui.kernel.paging import PageRequest
from kpix_tui.kernel.periods import Frequency
from kpix_tui.tui.dashboard.screen import DashboardScreen
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.kpi.form import KpiForm
from kpix_tui.tui.kpi.revisions import Revisions
from kpix_tui.tui.kpi.screen import KpiScreen
from kpix_tui.tui.kpi.value import ValueForm
from kpix_tui.tui.widgets.chart import Chart
from tests.services.factory import dashboard, kpi, value
from tests.support.databases import Database
from tests.tui.pilots import field, fill, message, notices, on, press, seen, sees, settled, started

AsPerson = Callable[[str | None], Context]


@pytest.fixture
def board(context: Context) -> Dashboard:
    """A dashboard."""
    return dashboard(context, "Trains")


@pytest.fixture
def brittany(context: Context, board: Dashboard) -> Kpi:
    """A KPI with two and a half years of months, the last one orange."""
    made = kpi(context, board, "Brittany", code="BZH", decimals=1, description="On time.")
    for index in range(30):
        month = 2024 * 12 + 4 + index
        value(context, made, date(month // 12, month % 12 + 1, 1), str(90 + index % 7))
    value(context, made, date(2026, 10, 1), "93.25", "Recount")
    return made


async def open_dashboard(pilot: Any) -> None:
    """Open the only dashboard."""
    await on(pilot, DashboardsScreen)
    await press(pilot, "enter")
    await on(pilot, DashboardScreen)


async def open_kpi(pilot: Any) -> None:
    """Open the only KPI."""
    await open_dashboard(pilot)
    await press(pilot, "enter")
    await on(pilot, KpiScreen)


async def choose(pilot: Any, name: str, choice: object) -> None:
    """Choose in a list of a form."""
    field(pilot, name).query_one(Select).value = choice
    await settled(pilot)


def stored(context: Context, of: Kpi) -> list[ValueRow]:
    """The values that the database holds, newest first."""
    return list(context.run(list_values, of.id, PageRequest()).rows)


# -- the definition ------------------------------------------------------------------------------


async def test_a_kpi_is_made_judged_and_given_its_first_value(
    context: Context, board: Dashboard
) -> None:
    async with started(context) as pilot:
        await open_dashboard(pilot)
        await press(pilot, "n")
        await fill(pilot, name="Delay", unit="min", green="5", orange="8")
        said = message(pilot, "orange")
        assert "green" in said
        assert seen(pilot).count(said[:30]) == 1
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, KpiForm)
        await choose(pilot, "direction", Direction.DOWN_IS_BETTER)
        await fill(pilot, orange="8", red="12", target="4", starts_on="2026-08")
        await sees(pilot, "● ≤ 5    ▲ ≤ 8    ■ > 8    ◆ > 12")
        pilot.app.screen.query_one(TextArea).text = "Mean delay on arrival."
        await fill(pilot, starts_on="some day")
        assert "is not a day or a period" in message(pilot, "starts_on")
        await fill(pilot, starts_on="2026-08", orange="x")
        assert "is not a number" in message(pilot, "orange")
        assert "● ≤ 5" not in seen(pilot)
        await fill(pilot, orange="8")
        await press(pilot, "ctrl+s")
        await on(pilot, DashboardScreen)
        (made,) = context.run(list_definitions, board.id)
        assert (made.name, made.unit, made.direction) == ("Delay", "min", Direction.DOWN_IS_BETTER)
        assert made.starts_on == date(2026, 8, 1)
        assert made.thresholds[0].thresholds.target == Decimal(4)

        await sees(pilot, "○ No data", "1 KPI")
        await press(pilot, "enter")
        await on(pilot, KpiScreen)
        await sees(pilot, "3 periods missing", "No value yet.", "Press v to enter the first one.")
        await press(pilot, "v")
        await fill(pilot, value="13")
        await sees(pilot, "◆ Critical   variance +8.0")
        await press(pilot, "ctrl+s")
        assert notices(pilot) == ["Entered 13.0 min: ◆ Critical"]
        await sees(pilot, "◆ Critical   13.0 min")
        await press(pilot, "escape")
        await sees(pilot, "◆ 1 critical")


async def test_new_thresholds_move_statuses_and_say_how_many(
    context: Context, brittany: Kpi
) -> None:
    async with started(context) as pilot:
        await open_kpi(pilot)
        await press(pilot, "e")
        await fill(pilot, name="Brittany coast", green="94", thresholds_from="2026-10")
        await press(pilot, "ctrl+s")
        await sees(pilot, "Trains › Brittany coast", "since 1 Oct 2026", "● ≥ 94.0 %")
        assert notices(pilot) == []
        await press(pilot, "e")
        await fill(pilot, orange="93.5")
        await press(pilot, "ctrl+s")
        assert notices(pilot) == ["1 value has another status now."]
        await sees(pilot, "■ Red   93.3 %")
    found = context.run(get_kpi, brittany.id)
    assert found.name == "Brittany coast"
    assert found.thresholds[-1].valid_from == date(2026, 10, 1)
    assert stored(context, brittany)[0].status == "RED"


async def test_the_form_says_what_cannot_be_changed(context: Context, brittany: Kpi) -> None:
    async with started(context) as pilot:
        await open_kpi(pilot)
        await press(pilot, "e")
        await choose(pilot, "frequency", Frequency.WEEKLY)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, KpiForm)
        said = message(pilot, "direction")
        assert field(pilot, "direction").has_class("-failed")
        assert seen(pilot).count(said[:40]) == 1
        await choose(pilot, "frequency", Frequency.MONTHLY)
        await fill(pilot, code="")
        await press(pilot, "ctrl+s")
        assert message(pilot, "code") == "Fill in this field."
    assert context.run(get_kpi, brittany.id) == brittany


async def test_a_kpi_is_deleted_with_its_values(context: Context, brittany: Kpi) -> None:
    async with started(context) as pilot:
        await open_kpi(pilot)
        await press(pilot, "d", "n")
        assert isinstance(pilot.app.screen, KpiScreen)
        await press(pilot, "d")
        await sees(pilot, "Delete the KPI BZH Brittany?")
        await press(pilot, "y")
        await on(pilot, DashboardScreen)
        await sees(pilot, "No KPI on this dashboard yet.")
    assert context.run(list_definitions, brittany.dashboard_id) == ()


async def test_a_kpi_is_deleted_from_its_dashboard(context: Context, brittany: Kpi) -> None:
    async with started(context) as pilot:
        await open_dashboard(pilot)
        await press(pilot, "d", "y")
        await sees(pilot, "No KPI on this dashboard yet.")
    assert context.run(list_definitions, brittany.dashboard_id) == ()


async def test_a_kpi_that_is_gone_says_so_and_offers_nothing(
    context: Context, brittany: Kpi
) -> None:
    async with started(context) as pilot:
        await open_dashboard(pilot)
        context.run(delete_kpi, brittany.id)
        await press(pilot, "enter")
        await sees(pilot, "There is no KPI")
        for key in ("v", "e", "d"):
            await press(pilot, key)
            assert isinstance(pilot.app.screen, KpiScreen)
        assert notices(pilot) == ["Loading…"] * 3


# -- values --------------------------------------------------------------------------------------


async def test_a_value_is_entered_corrected_and_both_states_are_read(
    context: Context, brittany: Kpi
) -> None:
    async with started(context) as pilot:
        await open_dashboard(pilot)
        await sees(pilot, "▲ 1 orange")
        await press(pilot, "v")
        await fill(pilot, period="2026-11", value="95,25")
        await sees(pilot, "● Green   variance +0.3")
        await press(pilot, "ctrl+s")
        assert notices(pilot) == ["Entered 95.25 %: ● Green"]
        await sees(pilot, "● 1 green", "Nov 2026")

        await press(pilot, "enter")
        await on(pilot, KpiScreen)
        await press(pilot, "v")
        await sees(pilot, "Corrects 95.25 %, entered by Ada Admin.")
        await fill(pilot, value="91")
        await press(pilot, "ctrl+s")
        assert message(pilot, "reason") == "A correction needs a reason."
        await fill(pilot, reason="Two stations reported late.")
        await press(pilot, "ctrl+s")
        assert notices(pilot)[-1] == "Corrected 95.25 % to 91.0 %: ■ Red"
        await sees(pilot, "■ Red   91.0 %  Nov 2026")

        await press(pilot, "tab", "enter")
        assert isinstance(pilot.app.screen, Revisions)
        text = seen(pilot)
        assert text.index("Revision 2   91.0 %   ■ Red") < text.index("Two stations reported late.")
        assert text.index("Two stations reported late.") < text.index("Revision 1   95.25 %")
        assert "first entry" in text
        await press(pilot, "escape")
    newest = context.run(value_history, brittany.id, date(2026, 11, 1))
    assert [(state.revision, state.value) for state in newest] == [
        (2, Decimal(91)),
        (1, Decimal("95.25")),
    ]
    assert newest[0].reason == "Two stations reported late."
    assert newest[0].entered_by == "Ada Admin"


async def test_the_same_value_again_changes_nothing(context: Context, brittany: Kpi) -> None:
    async with started(context) as pilot:
        await open_kpi(pilot)
        await press(pilot, "v")
        await fill(pilot, value="93.25")
        await press(pilot, "ctrl+s")
        assert notices(pilot) == ["93.25 % stood there already: nothing has changed."]
    assert stored(context, brittany)[0].revision == 2


async def test_somebody_else_entered_it_first(context: Context, brittany: Kpi) -> None:
    async with started(context) as pilot:
        await open_kpi(pilot)
        await press(pilot, "v")
        await fill(pilot, period="2026-11", value="94")
        await sees(pilot, "▲ Orange")
        value(context, brittany, date(2026, 11, 1), "96")
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, ValueForm)
        await sees(pilot, "Corrects 96.0 %, entered by Ada Admin.")
        await fill(pilot, reason="Ours is right.")
        await press(pilot, "ctrl+s")
        assert notices(pilot)[-1] == "Corrected 96.0 % to 94.0 %: ▲ Orange"
    assert [(row.value, row.revision) for row in stored(context, brittany)[:1]] == [
        (Decimal(94), 2)
    ]


async def test_the_value_of_a_past_month_is_corrected_from_its_row(
    context: Context, brittany: Kpi
) -> None:
    async with started(context) as pilot:
        await open_kpi(pilot)
        await press(pilot, "tab", "down", "down", "v")
        assert message(pilot, "period") == "= Aug 2026: 1 Aug 2026 to 31 Aug 2026"
        await fill(pilot, value="99", reason="Recount")
        await press(pilot, "ctrl+s")
        await sees(pilot, "99.0 %")
    assert stored(context, brittany)[2].value == Decimal(99)


async def test_the_value_form_without_a_database_keeps_what_was_typed(
    context: Context, brittany: Kpi, database: Database
) -> None:
    async with started(context) as pilot:
        await open_kpi(pilot)
        database.put_away()
        await press(pilot, "v")
        await fill(pilot, period="2026-11", value="94")
        await sees(pilot, "The database cannot be reached")
        database.bring_back()
        await press(pilot, "ctrl+s")
        assert notices(pilot)[-1] == "Entered 94.0 %: ▲ Orange"


# -- the chart -----------------------------------------------------------------------------------


async def test_the_chart_is_walked_and_zoomed(context: Context, brittany: Kpi) -> None:
    async with started(context, size=(60, 30)) as pilot:
        await open_kpi(pilot)
        chart = pilot.app.screen.query_one(Chart)
        await sees(pilot, "Oct 2026   93.25 %")
        spans = [chart.span]
        for key in ("greater_than_sign", "less_than_sign", "less_than_sign"):
            await press(pilot, key)
            spans.append(chart.span)
        assert spans == [21, 10, 20, 30]
        for keys, month in (
            (("home",), "May 2024"),
            (("left",), "May 2024"),
            (("right",), "Jun 2024"),
            (("end", "left_square_bracket"), "Sep 2026"),
            (("right_square_bracket", "right_square_bracket"), "Oct 2026"),
            (("plus", "plus", "pageup"), "May 2026"),
            (("pagedown",), "Oct 2026"),
        ):
            await press(pilot, *keys)
            assert chart.render_line(0).text.startswith(month)
        await pilot.click(Chart, offset=(20, 4))
        await settled(pilot)
        assert not chart.render_line(0).text.startswith("Oct 2026")


async def test_a_member_may_enter_values_of_their_own_kpis_only(
    as_person: AsPerson, brittany: Kpi
) -> None:
    user = as_person("acme/user")
    async with started(user) as pilot:
        await open_kpi(pilot)
        await press(pilot, "v")
        assert isinstance(pilot.app.screen, KpiScreen)
        assert "only on what is yours" in notices(pilot)[-1]
        await press(pilot, "2", "n")
        await fill(pilot, title="Mine")
        await press(pilot, "ctrl+s")
        await on(pilot, DashboardScreen)
        await press(pilot, "n")
        await fill(pilot, name="My own", green="9", orange="8")
        await press(pilot, "ctrl+s")
        await press(pilot, "v")
        await fill(pilot, value="10")
        await press(pilot, "ctrl+s")
        assert notices(pilot)[-1] == "Entered 10.0: ● Green"
