"""Two people at two real terminals, on one database. Nobody touches a mouse."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kpix_tui.app.context import Context
from kpix_tui.app.tokens import FileTokens
from kpix_tui.config import load_settings
from kpix_tui.kernel.clock import SystemClock
from kpix_tui.kernel.periods import Frequency, last_ended
from tests.services.factory import dashboard, kpi, value
from tests.support import tmux
from tests.support.databases import Database
from tests.support.tmux import Pane

People = dict[str, Pane]


def environment(database: Database, folder: Path, person: str) -> dict[str, str]:
    """A home of one's own, in which one is signed in."""
    home = folder / person
    home.mkdir()
    given = {
        "KPIX_HOME": str(home),
        "KPIX_DATABASE_URL": database.server.application_url(database.name, "kpix_local"),
        "KPIX_POOLER": "1" if database.server.pooler else "0",
        "KPIX_LOCALE": "en",
        "KPIX_THEME": "dark",
    }
    tokens = FileTokens(load_settings(given, directory=home).token_file)
    tokens.save(database.tokens[f"acme/{person}"])
    return given


@pytest.fixture
def last_month() -> date:
    """The first day of the month that ended last."""
    return last_ended(Frequency.MONTHLY, SystemClock().now().date()).start


def test_one_enters_a_value_and_the_other_sees_it_turn_red(
    database: Database, context: Context, tmp_path: Path, last_month: date
) -> None:
    board = dashboard(context, "Regional trains")
    found = kpi(context, board, "Trains on time")
    value(context, found, last_month, "96")
    link = "polling" if database.server.pooler else "live"
    people = {name: environment(database, tmp_path, name) for name in ("admin", "viewer")}
    with tmux.panes(tmp_path, people) as opened:
        admin, viewer = opened["admin"], opened["viewer"]
        for one in (admin, viewer):
            one.sees("1 KPI", "1 green")
            one.press("2")
            one.sees("Regional trains")
            one.press("Enter")
            one.sees("Trains on time", "● Green", link)
        admin.press("v")
        admin.sees("Enter a value")
        admin.write("88.5")
        admin.press("Tab")
        admin.write("counted again")
        admin.sees("88.5", "counted again", "Corrects")
        admin.press("C-s")
        admin.sees("Corrected")
        shown = viewer.sees("■ Red", "Ada Admin corrected")
        assert "● Green" not in shown
        viewer.press("C-q")
        admin.press("C-q")
