"""A day of two people at two real terminals, on one database. Nobody touches a mouse."""

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


def test_from_an_import_to_a_result(
    database: Database, context: Context, tmp_path: Path, last_month: date
) -> None:
    """Ada imports, Max sees red and asks her to act, she acts, and he sees that too."""
    found = kpi(context, dashboard(context, "Regional trains"), "Trains on time")
    value(context, found, last_month, "96")
    (tmp_path / "trains.csv").write_text(f"Month,On time\n{last_month:%Y-%m},90.5\n")
    link = "polling" if database.server.pooler else "live"
    people = {name: environment(database, tmp_path, name) for name in ("admin", "manager")}
    with tmux.panes(tmp_path, people) as opened:
        ada, max_ = opened["admin"], opened["manager"]
        max_.enter("kpix")
        max_.sees("1 KPI", "1 green", link)
        max_.press("2")
        max_.sees("Regional trains")
        max_.press("Enter")
        max_.sees("Trains on time", "● Green")

        _ada_imports(ada)
        # Who it was is told to those who listen; asking now and then only finds what is new.
        max_.sees("■ Red", "90.50", *(["Ada Admin corrected"] if link == "live" else []))
        max_.misses("● Green")

        _max_asks_her_to_act(max_)
        max_.press("1")
        max_.sees("1 red", "1 to do")

        _ada_acts(ada)
        max_.sees("0 to do", "1 red")
        for one in (ada, max_):
            one.press("C-q")
            one.sees("$")


def _ada_imports(ada: Pane) -> None:
    mapping = "--map 'period=Month,value=On time'"
    ada.enter(f"kpix import values trains.csv --kpi 'Trains on time' {mapping}")
    ada.sees("1 corrected")


def _max_asks_her_to_act(max_: Pane) -> None:
    max_.press("Enter")
    max_.sees("owner Ada Admin", "■ Red", "No open action")
    max_.press("a")
    max_.sees("New action")
    max_.write("Call the drivers")
    max_.press("Enter")
    max_.write("ada")
    max_.sees("Who does it?", "admin@acme.test")
    max_.press("Enter")
    max_.write("31/12/2099")
    max_.press("C-s")
    max_.sees("1 open action", "Call the drivers")
    max_.press("c")
    max_.sees("No comment yet")
    max_.press("n")
    max_.write("Who was not there, @Ada")
    max_.sees("Ada Admin")
    max_.press("Enter")
    max_.press("C-s")
    max_.sees("Who was not there, @Ada Admin", "1 comment")


def _ada_acts(ada: Pane) -> None:
    ada.enter("kpix")
    ada.sees("Overview", "1 red")
    ada.press("3")
    ada.sees("Call the drivers", "Who was not there")
    ada.press("Enter")
    ada.sees("○ Open", "Decided on.")
    ada.press("p")
    ada.sees("How far is")
    ada.press("BSpace")
    ada.write("40")
    ada.press("Enter")
    ada.sees("In progress", "40 %")
    ada.press("m")
    ada.sees("Done")
    ada.press("Down", "Enter")
    ada.sees("Done   ━", "100 %")
    ada.press("3")
    ada.sees("Who was not there")
    ada.misses("Call the drivers")
