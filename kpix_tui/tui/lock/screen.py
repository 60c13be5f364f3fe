"""The locked terminal: the last user's name and their password, or somebody else."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from kpix_tui.access.actor import Actor
from kpix_tui.domains.accounts.views import Login
from kpix_tui.i18n.catalog import _, error_text
from kpix_tui.kernel.errors import KpixError
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.lock.session import sign_in_again
from kpix_tui.tui.login.screen import LoginScreen
from kpix_tui.tui.messages import SignedInAs
from kpix_tui.tui.screen import KpixScreen, TypedAhead
from kpix_tui.tui.widgets.fields import TextField
from kpix_tui.tui.widgets.footer import KpixFooter
from kpix_tui.tui.widgets.inputs import LineInput
from kpix_tui.tui.widgets.notice import Notice
from kpix_tui.tui.widgets.text import plain


class LockScreen(TypedAhead[None], KpixScreen[None]):
    """Says who was here and nothing of what they saw. No key of the application works here."""

    PLACE: ClassVar[str] = "lock"
    BINDINGS = bindings_for("lock")
    OVER_LOCK: ClassVar[bool] = True

    def __init__(self, actor: Actor, reason: str) -> None:
        super().__init__()
        self._actor = actor
        self._reason = reason
        self._trying = False

    @property
    def is_modal(self) -> bool:
        """Nothing that the application binds reaches through."""
        return True

    def compose(self) -> ComposeResult:
        """Who, why, the password. There is no header: it would say where they were."""
        with Vertical(id="lock", classes="panel"):
            yield Static("k p i x", id="start-name", markup=False)
            yield Static(self._who(), classes="lock--who", markup=False)
            yield Static(self._reason, classes="lock--reason", markup=False)
            yield TextField("password", _("Password"), password=True, required=True)
        yield Notice(id="notice")
        yield KpixFooter()

    def _who(self) -> Content:
        organization = plain(self._actor.organization_name)
        return Content.assemble(
            (plain(self._actor.name), "bold"), "  ", (organization, "$text-muted")
        )

    def refresh_crumbs(self) -> None:
        """There is nothing to draw them in."""

    def begin(self) -> None:
        """Where typing starts."""
        self._password.focus()

    @property
    def _password(self) -> TextField:
        return self.query_one("#field-password", TextField)

    def why_not(self, action: Action) -> str | None:  # noqa: ARG002 - the answer of the whole screen
        """What this screen offers is available, and nothing else is offered."""
        return None

    def line_entered(self, _line: LineInput) -> None:
        """Enter tries the password."""
        self.do_unlock()

    def do_unlock(self) -> None:
        """Try the password."""
        if self._trying:
            return
        try:
            password = self._password.read()
        except KpixError as error:
            self._password.show_error(error)
            return
        login = Login(
            self._actor.email,
            password,
            shared=self.kpix.settings.shared_terminal,
            organization=self._actor.organization_name,
        )
        self._trying = True
        self.query_one("#notice", Notice).wait(_("Signing in…"))
        self.attempt(partial(self._try, login))

    async def _try(self, login: Login) -> None:
        try:
            token = self.kpix.locked_token
            actor = await self.bridge.aside(sign_in_again, self.kpix.context, login, token)
        except KpixError:
            self._clear()
            raise
        finally:
            self._trying = False
        self.app.post_message(SignedInAs(actor))

    def _clear(self) -> None:
        line = self.query_one(LineInput)
        line.value = ""
        line.focus()

    def show_untold(self, error: KpixError) -> None:
        """The server does not know yet that the terminal is locked."""
        said = _("The session is still open on the server: {reason}").format(
            reason=error_text(error)
        )
        self.query_one("#notice", Notice).show(said, _("It is tried again every few seconds."))

    def do_other(self) -> None:
        """Somebody else wants to work here."""
        self.app.push_screen(SwitchScreen())


class SwitchScreen(LoginScreen):
    """Who takes over? Esc leads back to whoever locked the terminal."""

    PLACE: ClassVar[str] = "switch"
    BINDINGS = bindings_for("switch")
    OVER_LOCK: ClassVar[bool] = True

    @property
    def is_modal(self) -> bool:
        """Nothing that the application binds reaches through."""
        return True

    def compose(self) -> ComposeResult:
        """Without a header, which would say who was here."""
        yield from self.body()
        yield Notice(id="notice")
        yield KpixFooter()

    def refresh_crumbs(self) -> None:
        """There is nothing to draw them in."""

    def why_not(self, action: Action) -> str | None:  # noqa: ARG002 - the answer of the whole screen
        """What this screen offers is available, and nothing else is offered."""
        return None

    async def sign_in(self, login: Login) -> Actor:
        """Sign in and end what was locked here."""
        token = self.kpix.locked_token
        return await self.bridge.aside(sign_in_again, self.kpix.context, login, token)

    def again(self) -> KpixScreen[Any] | None:
        """There is no way back to it."""
        return None

    def in_other_words(self, email: str) -> None:
        """Draw it in another language."""
        self.app.pop_screen()
        self.app.push_screen(SwitchScreen(email))

    def do_back(self) -> None:
        """Back to the lock."""
        self.app.pop_screen()
