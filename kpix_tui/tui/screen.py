"""The base of every screen: header, footer, loading, and what an action does or why it cannot.

A screen sets ``PLACE`` (its name in the registry of actions), ``BINDINGS = bindings_for(PLACE)``,
``crumbs`` (what follows the organisation in the header), composes its ``body`` and reads in
``fetch``. ``SHOWS`` and ``concerns`` say what others may change of it: then it reads again by
itself. Its actions are methods ``do_<name>``; ``why_not`` says why one is unavailable.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual import on
from textual.app import ComposeResult
from textual.screen import ModalScreen, Screen

from kpix_tui.access.policy import Target, require
from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.i18n.catalog import error_text
from kpix_tui.kernel.errors import Forbidden, KpixError
from kpix_tui.tui.actions import GLOBAL, Action, bindings_for
from kpix_tui.tui.live.screen import LiveScreen
from kpix_tui.tui.messages import SessionLost
from kpix_tui.tui.widgets.footer import KpixFooter
from kpix_tui.tui.widgets.header import KpixHeader
from kpix_tui.tui.widgets.inputs import LineInput
from kpix_tui.tui.widgets.news import News
from kpix_tui.tui.widgets.notice import Notice
from kpix_tui.tui.widgets.table import PagedTable
from kpix_tui.tui.work import begin

if TYPE_CHECKING:
    from kpix_tui.tui.app import KpixApp
    from kpix_tui.tui.bridge import Bridge

Answer = TypeVar("Answer")


class KpixScreen(LiveScreen[Answer]):
    """A full screen with a header, a body, a footer, and one place for what went wrong."""

    PLACE: ClassVar[str] = GLOBAL
    _unread: KpixError | None = None
    """Why the last reading failed."""

    @property
    def kpix(self) -> KpixApp:
        """The application, with its type."""
        return cast("KpixApp", self.app)

    @property
    def bridge(self) -> Bridge:
        """The way to the database."""
        return self.kpix.bridge

    def crumbs(self) -> tuple[str, ...]:
        """What the header shows after the organisation, as plain text."""
        return ()

    def body(self) -> ComposeResult:
        """The widgets between header and footer."""
        yield from ()

    def compose(self) -> ComposeResult:
        """Header, body, the place for notices, footer."""
        yield KpixHeader()
        yield from self.body()
        yield Notice(id="notice")
        yield News(id="news")
        yield KpixFooter()

    def on_mount(self) -> None:
        """Show the breadcrumb and read. Textual calls this besides a subclass's own."""
        self.refresh_crumbs()
        self.begin()

    def begin(self) -> None:
        """The first reading."""
        self.reload()

    def refresh_crumbs(self) -> None:
        """Draw the header again, after what it names has changed."""
        self.query_one(KpixHeader).show(self.crumbs())

    # -- reading -------------------------------------------------------------------------------

    async def fetch(self) -> None:
        """Read what the screen shows and show it; refusals may be left to :meth:`reload`."""

    def reload(self) -> None:
        """Read again, instead of any reading under way."""
        self.attempt(self.fetch, group="fetch", exclusive=True)

    def attempt(
        self, work: Callable[[], Awaitable[None]], *, group: str = "work", exclusive: bool = False
    ) -> None:
        """Run ``work`` beside the event loop; what it refuses is said on the screen."""

        async def guarded() -> None:
            try:
                await work()
            except KpixError as error:
                self._unread = error if group == "fetch" else None
                if not (group == "fetch" and self._says_already(error)):
                    self.show_problem(error)
            else:
                if group == "fetch":
                    self._read_again()

        begin(self, guarded, group=group, exclusive=exclusive)

    def _read_again(self) -> None:
        """What was said is out of date, unless it is about something that the person did."""
        if self._unread is not None or not self.catching_up:
            self.query_one("#notice", Notice).clear()
        self._unread, self.catching_up = None, False

    def _says_already(self, error: KpixError) -> bool:
        """Whether a list says it where its rows would stand."""
        return any(
            each.failure is not None and each.failure.code == error.code
            for each in self.query(PagedTable)
        )

    @on(PagedTable.Failed)
    def _list_failed(self, event: PagedTable.Failed) -> None:
        """One place is enough to say it."""
        if self._unread is not None and self._unread.code == event.error.code:
            self.query_one("#notice", Notice).clear()

    def show_problem(self, error: KpixError) -> None:
        """Say what went wrong, above the footer; a lost session leads to the login."""
        if isinstance(error, NotSignedIn):
            self.app.post_message(SessionLost())
            return
        self.query_one("#notice", Notice).show_error(error)

    # -- actions -------------------------------------------------------------------------------

    def target_of(self, action: Action) -> Target | None:  # noqa: ARG002 - for subclasses
        """What the action would change; None: the question is asked in general."""
        return None

    def why_not(self, action: Action) -> str | None:
        """Why the action is not available here, as a sentence; None when it is."""
        actor = self.kpix.actor
        if action.permission is None or actor is None:
            return None
        try:
            require(actor, action.permission, self.target_of(action))
        except Forbidden as error:
            return error_text(error)
        return None

    def again(self) -> KpixScreen[Any] | None:
        """This view anew, for going back to it after it was left; None: it cannot be."""
        return None

    def do_back(self) -> None:
        """Leave this screen."""
        self.kpix.back()

    def do_refresh(self) -> None:
        """Read again."""
        self.reload()


class TypedAhead(Screen[Answer]):
    """Keeps what is typed before there is anything to type in, and hands it to the first input."""

    def __init__(self) -> None:
        super().__init__()
        self._began = False
        self._ahead: list[str] = []

    def wait_for(self, character: str) -> None:
        """Keep a character until there is something to type in."""
        self._ahead.append(character)

    @property
    def began(self) -> bool:
        """Whether the inputs are there."""
        return self._began

    def on_mount(self) -> None:
        """Hand what was typed ahead to the first input."""
        self._began = True
        for character in self._ahead:
            take_ahead(self, character)


class KpixModal(TypedAhead[Answer], ModalScreen[Answer]):
    """A dialog: its own keys only, Escape leaves it."""

    PLACE: ClassVar[str] = "modal"
    BINDINGS = bindings_for("modal")

    @property
    def kpix(self) -> KpixApp:
        """The application, with its type."""
        return cast("KpixApp", self.app)

    @property
    def bridge(self) -> Bridge:
        """The way to the database."""
        return self.kpix.bridge

    def why_not(self, action: Action) -> str | None:  # noqa: ARG002 - the answer of every dialog
        """Everything that a dialog offers is available."""
        return None

    def do_close(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)


def take_ahead(screen: Screen[Any], character: str) -> bool:
    """Give a character that no widget took to the input that it was meant for.

    Keys that arrive together, as they do over a slow line, are handed to the widget that had the
    focus before the first of them was obeyed.
    """
    if isinstance(screen.focused, LineInput):
        screen.focused.take(character)
        return True
    if not isinstance(screen, TypedAhead) or screen.focused is not None:
        return False
    if not screen.began:
        screen.wait_for(character)
        return True
    for line in screen.query(LineInput):
        screen.set_focus(line)
        line.take(character)
        return True
    return False
