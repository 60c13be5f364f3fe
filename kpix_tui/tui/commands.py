"""The palette: every action that is available, and everything that is found by its words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.fuzzy import Matcher
from textual.timer import Timer
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.i18n.catalog import _, error_text
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.paging import PageRequest
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.keymap import key_label
from kpix_tui.tui.messages import SessionLost
from kpix_tui.tui.screen import KpixModal
from kpix_tui.tui.widgets.footer import KpixFooter, available_here
from kpix_tui.tui.widgets.inputs import LineInput
from kpix_tui.tui.widgets.text import plain
from kpix_tui.tui.work import begin

if TYPE_CHECKING:
    from kpix_tui.domains.search.views import Hit
    from kpix_tui.tui.app import KpixApp

TYPING_PAUSE = 0.15
SHOWN = 30
FOUND = 20
"""Dashboards, KPIs and the like that one search shows."""


@dataclass(frozen=True, slots=True)
class Command:
    """A line of the palette: what it is called, what is said beside it, what it does."""

    title: str
    note: str
    run: Callable[[], Awaitable[None] | None]


Finder = Callable[[str], Awaitable[list[Command]]]


def actions_here(app: KpixApp) -> list[Command]:
    """The actions that are available under the focus, as commands."""
    return [
        Command(_(action.title), key_label(app, action), partial(app.action_do, action.id))
        for action, able in available_here(app.screen)
        if able and action.palette
    ]


async def find_objects(app: KpixApp, text: str) -> list[Command]:
    """What the search finds by ``text``, best first."""
    from kpix_tui.app.search import kind_word  # noqa: PLC0415 - brings SQLAlchemy
    from kpix_tui.domains.search.rules import worth_searching  # noqa: PLC0415
    from kpix_tui.domains.search.service import search  # noqa: PLC0415 - brings SQLAlchemy
    from kpix_tui.domains.search.views import Wanted  # noqa: PLC0415

    if app.actor is None or not worth_searching(text):
        return []
    found = await app.bridge.read(search, Wanted(text), PageRequest(limit=FOUND))
    return [
        Command(hit.title.text, hit.place.text or kind_word(hit.kind), partial(_open, app, hit))
        for hit in found.page.rows
    ]


def _open(app: KpixApp, hit: Hit) -> None:
    from kpix_tui.tui.search.opening import screen_of  # noqa: PLC0415 - imports this

    app.open(screen_of(hit))


class Palette(KpixModal[Command]):
    """Type, choose with the arrows, Enter. The answer is the command; whoever opened it runs it."""

    PLACE: ClassVar[str] = "palette"
    BINDINGS = bindings_for("palette")

    def __init__(self, commands: list[Command], finder: Finder) -> None:
        super().__init__()
        self._commands = commands
        self._finder = finder
        self._shown: list[Command] = []
        self._typing: Timer | None = None

    def compose(self) -> ComposeResult:
        """A line to type in, what matches."""
        with Vertical(classes="dialog palette"):
            yield LineInput(placeholder=_("An action, a dashboard or a KPI"), id="palette-input")
            yield OptionList(id="palette-list", markup=False, compact=True)
            yield KpixFooter()

    def on_mount(self) -> None:
        """The actions, to begin with."""
        self.query_one(OptionList).can_focus = False
        self._show(self._commands)

    @on(LineInput.Changed)
    def _typed(self, event: LineInput.Changed) -> None:
        event.stop()
        self._show(self._matching(event.value))
        if self._typing is not None:
            self._typing.stop()
        if event.value.strip():
            self._typing = self.set_timer(TYPING_PAUSE, self._search)

    def _search(self) -> None:
        begin(self, self._find, group="find", exclusive=True)

    async def _find(self) -> None:
        text = self.query_one(LineInput).value.strip()
        try:
            found = await self._finder(text)
        except NotSignedIn:
            self.app.post_message(SessionLost())
            return
        except KpixError as error:
            self.app.notify(error_text(error), severity="error", markup=False)
            return
        if not self.query(OptionList):
            return  # the palette was left while the database searched
        self._show(self._matching(text) + found)
        if not self._shown:
            nothing = Option(Content(_("Nothing matches.")), disabled=True)
            self.query_one(OptionList).add_option(nothing)

    def _matching(self, text: str) -> list[Command]:
        if not text.strip():
            return self._commands
        matcher = Matcher(text)
        scored = [(matcher.match(command.title), command) for command in self._commands]
        scored.sort(key=lambda pair: -pair[0])
        return [command for score, command in scored if score > 0]

    def _show(self, commands: list[Command]) -> None:
        self._shown = commands[:SHOWN]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(
            Option(Content.assemble(plain(c.title), "  ", (plain(c.note), "$text-muted")))
            for c in self._shown
        )
        options.highlighted = 0 if self._shown else None

    def do_up(self) -> None:
        """The line above."""
        self.query_one(OptionList).action_cursor_up()

    def do_down(self) -> None:
        """The line below."""
        self.query_one(OptionList).action_cursor_down()

    @on(LineInput.Submitted)
    def _entered(self, event: LineInput.Submitted) -> None:
        event.stop()
        self.do_choose()

    def do_choose(self) -> None:
        """Do it."""
        index = self.query_one(OptionList).highlighted
        if index is not None:
            self.dismiss(self._shown[index])

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._shown[event.option_index])
