"""What dashboards, KPIs and their forms do with keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from kpix_tui.access.permissions import BuiltinRole
from kpix_tui.domains.kpis.views import ALWAYS, Direction
from kpix_tui.domains.values.errors import ValueChangedMeanwhile
from kpix_tui.kernel.errors import StaleVersion
from kpix_tui.tui.dashboard.screen import DashboardScreen
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.kpi.form import KpiForm
from kpix_tui.tui.kpi.screen import KpiScreen
from kpix_tui.tui.kpi.value import ValueForm
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.modals.merge import Merge
from tests.tui.hostile import HOSTILE
from tests.tui.pilots import fill, interface, message, notices, press, seen, settled
from tests.tui.support import actor
from tests.tui.world import World, railway

Opened = Callable[..., Any]


@asynccontextmanager
async def opened(
    home: Path,
    *,
    size: tuple[int, int] = (120, 40),
    role: BuiltinRole = BuiltinRole.ADMIN,
    **settings: Any,
) -> AsyncIterator[Pilot[Any]]:
    """The interface on the list of dashboards."""
    app = interface(home, **settings)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        app.actor, app.live = actor(role), True
        app.replace_all(DashboardsScreen())
        await settled(pilot)
        yield pilot


# -- the list of dashboards ----------------------------------------------------------------------


@pytest.mark.usefixtures("world")
async def test_the_list_shows_counts_and_says_when_there_are_none(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        assert "Regional trains" in seen(pilot)
        assert "no KPI yet" in seen(pilot)
        assert "3 rows" in seen(pilot)


async def test_an_empty_list_says_what_to_do(tmp_path: Path, monkeypatch: Any) -> None:
    World().install(monkeypatch)
    async with opened(tmp_path) as pilot:
        assert "No dashboard yet." in seen(pilot)
        assert "Press n to create the first one" in seen(pilot)
        await press(pilot, "e")
        assert notices(pilot) == ["There is no dashboard under the cursor."]


async def test_a_new_dashboard_is_opened(tmp_path: Path, world: World) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "n")
        await fill(pilot, title="Safety", process="Works")
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, DashboardScreen)
        assert "No KPI on this dashboard yet." in seen(pilot)
        assert "Safety" in {one.title for one in world.dashboards.values()}


async def test_editing_keeps_what_was_typed_when_somebody_was_faster(
    tmp_path: Path, world: World
) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "e")
        world.failing = StaleVersion()
        await fill(pilot, title="Another title")
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, Merge)
        assert "Another title" in seen(pilot)
        assert "Energy" in seen(pilot)


async def test_archiving_names_the_object_and_asks(tmp_path: Path, world: World) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "d")
        assert isinstance(pilot.app.screen, Confirm)
        assert "Archive the dashboard “Energy”?" in seen(pilot)
        await press(pilot, "n")
        assert "Energy" in seen(pilot)
        await press(pilot, "d", "y")
        assert "Energy" not in seen(pilot)
        await press(pilot, "A")
        assert "Energy" in seen(pilot)
        await press(pilot, "d")
        assert "No dashboard is archived." in seen(pilot)
        assert all(one.archived_at is None for one in world.dashboards.values())


@pytest.mark.usefixtures("world")
async def test_a_viewer_is_told_why_not(tmp_path: Path) -> None:
    async with opened(tmp_path, role=BuiltinRole.VIEWER) as pilot:
        await press(pilot, "n")
        assert isinstance(pilot.app.screen, DashboardsScreen)
        assert "does not allow this" in notices(pilot)[0]


async def test_filtering_asks_the_service(tmp_path: Path, world: World) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "slash", "e", "n", "e")
        await pilot.pause(0.3)
        await settled(pilot)
        assert "Regional trains" not in seen(pilot)
        assert world.asked[-1][1].text == "ene"


# -- a dashboard ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("world")
async def test_worst_first_with_counts_above(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter")
        lines = seen(pilot).splitlines()
        assert "5 KPIs   ◆ 1 critical   ■ 1 red   ▲ 1 orange   ● 1 green   ○ 1 no data" in lines[2]
        names = [line.split("  ")[0].split()[-1] for line in lines[6:11]]
        assert names == ["Critical", "Red", "Orange", "Green", "data"]


async def test_the_period_can_be_moved_back_and_forth(tmp_path: Path, world: World) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter", "right_square_bracket")
        assert notices(pilot) == ["These are the latest values."]
        await press(pilot, "left_square_bracket")
        assert "As of 30 Sep 2026" in seen(pilot)
        assert world.asked[-1][1][1] == date(2026, 9, 30)
        await press(pilot, "left_square_bracket")
        assert "As of 31 Aug 2026" in seen(pilot)
        for _step in range(3):
            await press(pilot, "right_square_bracket")
        assert "As of" not in seen(pilot)


@pytest.mark.usefixtures("world")
async def test_a_value_changes_the_row(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter")
        assert "15.10 €/km" in seen(pilot).splitlines()[6]
        await press(pilot, "v")
        await fill(pilot, value="12,40", reason="Invoice of the other region")
        await press(pilot, "ctrl+s")
        assert notices(pilot) == ["Corrected 15.10 €/km to 12.40 €/km: ● Green"]
        assert "12.40 €/km" in seen(pilot)


@pytest.mark.usefixtures("world")
async def test_deleting_a_kpi_names_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter", "d")
        assert "Delete the KPI COST Cost per train kilometre?" in seen(pilot)
        await press(pilot, "y")
        assert "Cost per train" not in seen(pilot)
        assert "4 KPIs" in seen(pilot)


# -- a value -------------------------------------------------------------------------------------


async def test_the_value_form_says_period_number_and_status_at_once(
    tmp_path: Path, world: World
) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter", "down", "v")
        assert isinstance(pilot.app.screen, ValueForm)
        await fill(pilot, period="11/2026", value="1 094,5")
        assert message(pilot, "period") == "= Nov 2026: 1 Nov 2026 to 30 Nov 2026"
        assert message(pilot, "value") == "= 1,094.5 %"
        assert "● Green" in seen(pilot)
        await fill(pilot, value="91,5")
        assert "■ Red   variance −4.5" in seen(pilot)
        await press(pilot, "ctrl+s")
        entered = dict(world.asked)["enter_value"]
        assert (entered.day, entered.value) == (date(2026, 11, 1), Decimal("91.5"))
        assert entered.expected_revision in (None, 0)


@pytest.mark.usefixtures("world")
async def test_a_correction_needs_a_reason_and_keeps_what_was_typed(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter", "down", "v")
        assert "Corrects 91.4 %, entered by Ada Lovelace." in seen(pilot)
        await fill(pilot, value="93")
        await press(pilot, "ctrl+s")
        assert message(pilot, "reason") == "A correction needs a reason."
        assert "= 93.0 %" in seen(pilot)


async def test_somebody_else_was_faster(tmp_path: Path, world: World) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter", "down", "v")
        world.failing = ValueChangedMeanwhile(value=Decimal("92.2"), fields=("value",))
        await fill(pilot, value="93", reason="Recount")
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, Merge)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ValueForm)
        assert "Recount" in seen(pilot)
        await press(pilot, "ctrl+s")
        assert not isinstance(pilot.app.screen, ValueForm)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("period", "2099-01", "has not begun yet"),
        ("period", "yesterday", "is not a day or a period"),
        ("value", "1,5,5", "is not a number"),
        ("value", "", "Fill in this field."),
    ],
)
async def test_bad_input_is_said_beside_its_field(
    field: str, text: str, said: str, tmp_path: Path
) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter", "down", "v")
        await fill(pilot, **{field: text})
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, ValueForm)
        assert said in message(pilot, field)


# -- a KPI ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("world")
async def test_the_kpi_shows_definition_chart_and_history(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter", "down", "enter")
        assert isinstance(pilot.app.screen, KpiScreen)
        text = seen(pilot)
        for part in (
            "● ≥ 96.0 %",
            "since 1 Mar 2026",
            "PUNCT · Monthly · Up is better",
            "G ≥96.0",
            "Two stations rep",
            "Share of trains",
        ):
            assert part in text


@pytest.mark.usefixtures("world")
async def test_brackets_move_the_period_of_the_chart(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter", "down", "enter", "left_square_bracket")
        assert "Sep 2026   90.2 %" in seen(pilot)
        await press(pilot, "right_square_bracket")
        assert "Oct 2026   91.4 %" in seen(pilot)


@pytest.mark.usefixtures("world")
async def test_enter_on_the_history_shows_every_revision(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter", "down", "enter", "tab", "enter")
        text = seen(pilot)
        assert text.index("Revision 2   91.4 %") < text.index("Revision 1   91.6 %")
        assert "Two stations reported late." in text
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, KpiScreen)


async def test_the_value_of_the_period_looked_at_is_corrected(tmp_path: Path, world: World) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter", "down", "enter", "left", "left", "v")
        assert message(pilot, "period").startswith("= Aug 2026")
        await fill(pilot, value="90", reason="Recount")
        await press(pilot, "ctrl+s")
        assert dict(world.asked)["enter_value"].day == date(2026, 8, 1)
        assert "Aug 2026   90.0 %" in seen(pilot)


@pytest.mark.usefixtures("world")
async def test_deleting_from_the_kpi_goes_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter", "down", "enter", "d", "y")
        assert isinstance(pilot.app.screen, DashboardScreen)
        assert "Trains on time" not in seen(pilot)


# -- the form of a KPI ---------------------------------------------------------------------------


async def test_a_kpi_is_created_with_thresholds_judged_while_typing(
    tmp_path: Path, world: World
) -> None:
    async with opened(tmp_path, size=(120, 50)) as pilot:
        await press(pilot, "down", "enter", "n")
        await fill(pilot, name="Delay", green="5", orange="3")
        assert "● ≥ 5" in seen(pilot)
        await fill(pilot, orange="8")
        assert "The orange threshold must not be better than the green one" in message(
            pilot, "orange"
        )
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, KpiForm)
        pilot.app.screen.query_one("#field-direction Select").value = Direction.DOWN_IS_BETTER  # type: ignore[attr-defined]
        await settled(pilot)
        assert "● ≤ 5" in seen(pilot)
        await fill(pilot, red="12,5", starts_on="2026-01")
        await press(pilot, "ctrl+s")
        command = dict(world.asked)["create_kpi"]
        assert command.thresholds.red == Decimal("12.5")
        assert command.direction is Direction.DOWN_IS_BETTER
        assert command.starts_on == date(2026, 1, 1)
        assert command.code is None
        assert "Delay" in seen(pilot)


async def test_thresholds_that_did_not_change_are_not_sent(tmp_path: Path, world: World) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter", "down", "e")
        await fill(pilot, name="Trains in time")
        await press(pilot, "ctrl+s")
        assert dict(world.asked)["update_kpi"].thresholds is None
        assert "Trains in time" in seen(pilot)


async def test_new_thresholds_hold_from_a_day_and_say_what_moved(
    tmp_path: Path, world: World
) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter", "down", "e")
        await fill(pilot, green="97", thresholds_from="2026-10")
        await press(pilot, "ctrl+s")
        command = dict(world.asked)["update_kpi"]
        assert command.thresholds.green == Decimal(97)
        assert command.thresholds_from == date(2026, 10, 1)
        assert notices(pilot) == ["3 values have another status now."]
        await press(pilot, "e")
        await fill(pilot, thresholds_from="")
        await press(pilot, "ctrl+s")
        assert dict(world.asked)["update_kpi"].thresholds_from == ALWAYS


async def test_a_form_that_was_typed_in_asks_before_it_is_left(
    tmp_path: Path, world: World
) -> None:
    async with opened(tmp_path) as pilot:
        await press(pilot, "down", "enter", "n")
        await fill(pilot, name="Delay")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "n")
        assert isinstance(pilot.app.screen, KpiForm)
        assert "Delay" in seen(pilot)
        assert not any(name == "create_kpi" for name, _command in world.asked)


# -- text from people ----------------------------------------------------------------------------

NASTY = (*HOSTILE, "x" * 500, "漢字" * 250, "[/]" * 160)


def nasty_world(text: str) -> World:
    """Every text is this one."""
    made = railway()
    made.owner = text
    trains = made.dashboard(text, text, text)
    for unit in (text, ""):
        kpi = made.kpi(
            trains,
            text,
            next(iter(made.kpis.values())).thresholds[0].thresholds,
            "94 93 . 95 80",
            code=text,
            unit=unit,
            description=text,
        )
        made.correct(kpi, 0, "81", text)
    return made


@pytest.mark.parametrize(
    ("text", "size"), [*((text, (80, 24)) for text in NASTY), (NASTY[0], (120, 40))]
)
async def test_hostile_text_breaks_no_screen(
    text: str, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = nasty_world(text)
    made.install(monkeypatch)
    dashboard = next(one for one in made.dashboards.values() if one.title == text)
    async with opened(tmp_path, size=size) as pilot:
        await press(pilot, "e", "escape", "d", "n")
        pilot.app.open(DashboardScreen(dashboard.id, title=text))  # type: ignore[attr-defined]
        await settled(pilot)
        await press(pilot, "E", "escape", "e", "escape", "d", "n", "v")
        await fill(pilot, period=text[:200], value=text[:200], reason=text[:200])
        await press(pilot, "ctrl+s", "escape", "y", "v")
        await fill(pilot, value="99", reason="why")
        await press(pilot, "ctrl+s", "enter")
        assert isinstance(pilot.app.screen, KpiScreen)
        await press(pilot, "left", "tab", "enter", "escape", "question_mark", "escape")
        assert dict(made.asked)["enter_value"].reason == "why"
        assert "\x1b" not in seen(pilot)
        assert "\u202e" not in seen(pilot)
        assert all(len(line.encode()) < 4000 for line in seen(pilot).splitlines())


@pytest.mark.parametrize("ascii", [True])
async def test_plain_terminals_get_plain_characters(
    ascii: bool, tmp_path: Path, world: World
) -> None:
    for kpi in world.kpis.values():
        if "€" in kpi.unit:
            world.kpis[kpi.id] = type(kpi)(**{**_fields(kpi), "unit": "EUR"})
    async with opened(tmp_path, ascii=ascii) as pilot:
        await press(pilot, "down", "enter")
        assert _strange(seen(pilot)) == set()
        for form in ("v", "e", "n"):
            await press(pilot, form)
            assert _strange(seen(pilot)) - set("€…") == set()
            await press(pilot, "escape")
        await press(pilot, "down", "enter")
        assert _strange(seen(pilot)) == set()


def _fields(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}


def _strange(text: str) -> set[str]:
    """Characters that are not ASCII."""
    return {character for character in text if not character.isascii()}


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (3, 40), (120, 2)])
async def test_no_size_breaks_a_screen(size: tuple[int, int], tmp_path: Path, world: World) -> None:
    """A terminal may be made as small as one likes, and large again."""
    async with opened(tmp_path) as pilot:
        for keys in (("e",), ("escape", "enter"), ("enter",), ("v",)):
            await press(pilot, *keys)
            for shape in (size, (120, 40)):
                await pilot.resize_terminal(*shape)
                await settled(pilot)
            assert len(seen(pilot).splitlines()) > 10
        await pilot.resize_terminal(*size)
        await press(pilot, "escape", "left", "right")
        await pilot.resize_terminal(120, 40)
        await settled(pilot)
        assert isinstance(pilot.app.screen, KpiScreen)
