"""The way into the administration: what there is to look after, and how much of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from textual import on
from textual.app import ComposeResult

from kpix_tui.domains.people import service as people
from kpix_tui.i18n.catalog import _, error_text, ngettext
from kpix_tui.kernel.changes import Kind
from kpix_tui.kernel.errors import Forbidden
from kpix_tui.kernel.errors import message as _m
from kpix_tui.kernel.paging import PageRequest
from kpix_tui.tui.actions import action_of, bindings_for
from kpix_tui.tui.administration.menu import Entry, Menu
from kpix_tui.tui.screen import KpixScreen

_ONE: Final = PageRequest(limit=1)


@dataclass(frozen=True, slots=True)
class Place:
    """A place: the action that opens it, what is done there, and how much of it there is."""

    action: str
    sentence: str
    count: Callable[[Any], int] | None = None


PLACES: Final = (
    Place(
        "administration.users",
        _m("Invite people, give them roles, send a new code, end an access."),
        lambda uow: people.list_users(uow, _ONE).total,
    ),
    Place(
        "administration.teams",
        _m("Who works with whom, and who leads."),
        lambda uow: people.list_teams(uow, _ONE).total,
    ),
    Place(
        "administration.roles",
        _m("What people may do, and how far it reaches."),
        lambda uow: people.list_roles(uow, _ONE).total,
    ),
    Place("administration.signed_in", _m("Who is signed in, where from, and ending it.")),
    Place("administration.audit", _m("Who did what to which object, and when.")),
)


class AdministrationScreen(KpixScreen[None]):
    """One entry a place."""

    PLACE: ClassVar[str] = "administration"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset({Kind.PEOPLE})

    def __init__(self) -> None:
        super().__init__()
        self._counted = False

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (_("Administration"),)

    def body(self) -> ComposeResult:
        """The menu."""
        entries = [Entry(_(action_of(one.action).title), _(one.sentence)) for one in PLACES]
        yield Menu(entries, id="administration")

    def begin(self) -> None:
        """The places at once, their counts when they are read."""
        self.menu.focus()
        super().begin()

    def do_back(self) -> None:
        """To the dashboards: this is the first screen of its own."""
        self.kpix.do_dashboards()

    @property
    def menu(self) -> Menu:
        """The places."""
        return self.query_one(Menu)

    async def fetch(self) -> None:
        """How many there are of each; what may not be counted says so in its place."""
        for index, place in enumerate(PLACES):
            if place.count is None:
                continue
            try:
                count = await self.bridge.read(place.count)
            except Forbidden as error:
                self.menu.count(index, error_text(error))
            else:
                self.menu.count(index, _counted(place.action, count))
        self._counted = True

    @on(Menu.Chosen)
    async def _chosen(self, event: Menu.Chosen) -> None:
        """Open it, or say why it stays closed."""
        event.stop()
        await self.kpix.action_do(PLACES[event.index].action)

    def on_screen_resume(self) -> None:
        """Back from a place: there may be more or fewer."""
        if self._counted:
            self.reload()

    def again(self) -> KpixScreen[Any]:
        """This menu anew."""
        return AdministrationScreen()


def _counted(action: str, count: int) -> str:
    match action:
        case "administration.users":
            text = ngettext("{count} user", "{count} users", count)
        case "administration.teams":
            text = ngettext("{count} team", "{count} teams", count)
        case _:
            text = ngettext("{count} role", "{count} roles", count)
    return text.format(count=count)
