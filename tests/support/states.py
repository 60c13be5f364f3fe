"""The screens that read, how one comes to each, and which of the four states it has.

A state is seen where one comes to the screen as it is, and opens it anew while every reading is
answered as the state has it (:mod:`tests.support.answers`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from textual.pilot import Pilot

from kpix_tui.tui.administration.holders import HoldersScreen
from kpix_tui.tui.administration.review import ReviewScreen
from kpix_tui.tui.administration.role import RoleScreen
from kpix_tui.tui.administration.roles import RolesScreen
from kpix_tui.tui.administration.screen import AdministrationScreen
from kpix_tui.tui.administration.team import TeamScreen
from kpix_tui.tui.administration.teams import TeamsScreen
from kpix_tui.tui.administration.user import UserScreen
from kpix_tui.tui.administration.users import UsersScreen
from kpix_tui.tui.audit.screen import AuditScreen
from kpix_tui.tui.comments.screen import CommentsScreen
from kpix_tui.tui.dashboard.screen import DashboardScreen
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.first_run.screen import FirstRunScreen
from kpix_tui.tui.inbox.screen import InboxScreen
from kpix_tui.tui.kpi.screen import KpiScreen
from kpix_tui.tui.kpis.screen import KpisScreen
from kpix_tui.tui.lock.screen import LockScreen, SwitchScreen
from kpix_tui.tui.login.screen import LoginScreen
from kpix_tui.tui.my_work.screen import MyWorkScreen
from kpix_tui.tui.overview.screen import OverviewScreen
from kpix_tui.tui.plans.board import BoardScreen
from kpix_tui.tui.plans.list import PlansScreen
from kpix_tui.tui.plans.screen import PlanScreen
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.search.screen import SearchScreen
from kpix_tui.tui.sessions.screen import SessionsScreen
from kpix_tui.tui.sharing.access import AccessScreen
from kpix_tui.tui.sharing.entry import EntryScreen
from kpix_tui.tui.sharing.screen import SharingScreen
from kpix_tui.tui.start.demo import DemoScreen
from kpix_tui.tui.start.screen import StartScreen
from tests.support.answers import State, StatefulApp
from tests.tui.pilots import settled

Steps = Callable[[Pilot[Any]], Awaitable[None]]

MOMENT: Final = 0.3
"""Seconds after which a screen that waits looks as it will: typing has ended as well."""
_ONE: Final = {State.EMPTY: "it shows one thing, which is there or is not"}


@dataclass(frozen=True, slots=True)
class Reading:
    """A screen that reads: the name of its pictures and the keys that lead to it from the list of
    dashboards of the demonstration. ``without`` says why it never is in a state."""

    name: str
    screen: type[KpixScreen[Any]]
    keys: tuple[str, ...]
    without: Mapping[State, str] = field(default_factory=dict)

    @property
    def states(self) -> tuple[State, ...]:
        """Those that it can be in, the full one first."""
        return tuple(state for state in State if state not in self.without)

    def named(self, state: State) -> str:
        """The name of a picture."""
        return self.name if state is State.FULL else f"{self.name}-{state}"


_FOURTH: Final = ("down", "down", "down")

READING: Final = (
    Reading("overview", OverviewScreen, ("1",)),
    Reading("overview-list", KpisScreen, ("1", "tab", "end", "enter")),
    Reading("dashboards", DashboardsScreen, ()),
    Reading("dashboard", DashboardScreen, ("enter",)),
    Reading("kpi", KpiScreen, ("enter", "enter")),
    Reading(
        "comments", CommentsScreen, ("down", "down", "enter", "slash", *"AE-ALL", "enter", "c")
    ),
    Reading("inbox", InboxScreen, ("i",)),
    Reading("my-work", MyWorkScreen, ("3",)),
    Reading("actions", PlansScreen, ("4", "A", "A")),
    Reading("actions-board", BoardScreen, ("4", "A", "A", "b", "right")),
    Reading("action", PlanScreen, ("4", "A", "A", "slash", *"minor", "enter", "enter"), _ONE),
    Reading("search", SearchScreen, ("6", *"ener")),
    Reading("sharing", SharingScreen, (*_FOURTH, "p")),
    Reading(
        "access",
        AccessScreen,
        (*_FOURTH, "P"),
        {State.EMPTY: "whoever looks at it is in it"},
    ),
    Reading("entry", EntryScreen, ("down", "down", "enter", "enter", "p")),
    Reading(
        "administration",
        AdministrationScreen,
        ("7",),
        {State.EMPTY: "a menu has its entries, whatever it counts"},
    ),
    Reading("users", UsersScreen, ("7", "enter"), {State.EMPTY: "whoever looks at it is in it"}),
    Reading("user", UserScreen, ("7", "enter", "enter"), _ONE),
    Reading("teams", TeamsScreen, ("7", "down", "enter")),
    Reading("team", TeamScreen, ("7", "down", "enter", "enter")),
    Reading(
        "roles",
        RolesScreen,
        ("7", "down", "down", "enter"),
        {State.EMPTY: "the built-in roles are always there"},
    ),
    Reading("role", RoleScreen, ("7", "down", "down", "enter", "down", "enter"), _ONE),
    Reading("holders", HoldersScreen, ("7", "down", "down", "enter", "down", "enter", "w")),
    Reading("audit", AuditScreen, ("7", *_FOURTH, "down", "enter")),
    Reading(
        "sessions",
        SessionsScreen,
        ("colon", *"my sess", "enter"),
        {State.EMPTY: "the session that one looks from is in it"},
    ),
)

NOT_READING: Final[Mapping[type[KpixScreen[Any]], str]] = {
    StartScreen: "it waits for the database itself, and has pictures of its own",
    DemoScreen: "it waits for the demonstration to be built",
    FirstRunScreen: "nothing is there to be read before it is done",
    LoginScreen: "nobody may read before it is done",
    SwitchScreen: "nobody may read before it is done",
    LockScreen: "it shows nothing of what was read",
    ReviewScreen: "it is a question about a change that is under way, and cannot be opened anew",
}
"""Why the other screens have no such states."""


async def anew(pilot: Pilot[Any], state: State) -> None:
    """Open the screen that is shown anew, in this state."""
    app = pilot.app
    assert isinstance(app, StatefulApp)
    screen = app.screen
    assert isinstance(screen, KpixScreen)
    again = screen.again()
    assert again is not None, screen
    app.answer(state)
    if state is State.EMPTY:
        app.ring()
    await app.switch_screen(again)
    await pilot.pause(MOMENT)
    if state is not State.LOADING:
        await settled(pilot)
