"""E-mail, password, language; a clear refusal; which organisation, when there are several."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Select, Static

from kpix_tui.access.actor import Actor
from kpix_tui.domains.accounts.errors import OrganizationAmbiguous
from kpix_tui.domains.accounts.views import Login
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.errors import KpixError
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.login.code import CodeForm
from kpix_tui.tui.messages import SignedInAs
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.settings.screen import languages
from kpix_tui.tui.start.session import sign_in
from kpix_tui.tui.widgets.fields import ChoiceField, Field, TextField
from kpix_tui.tui.widgets.inputs import LineInput
from kpix_tui.tui.widgets.notice import Notice


class LoginScreen(KpixScreen[None]):
    """Who is there? Enter goes to the next field and, on the last one, signs in."""

    PLACE: ClassVar[str] = "login"
    BINDINGS = bindings_for("login")

    def __init__(self, email: str = "") -> None:
        super().__init__()
        self._email = email
        self._trying = False

    def body(self) -> ComposeResult:
        """The three fields, and a fourth when it is needed."""
        with Vertical(id="login", classes="panel"):
            yield Static("k p i x", id="start-name", markup=False)
            yield TextField("email", _("E-mail"), value=self._email, required=True)
            yield TextField("password", _("Password"), password=True, required=True)
            yield ChoiceField(
                "locale",
                _("Language"),
                languages(),
                value=self.kpix.locale,
            )

    def begin(self) -> None:
        """Where typing starts."""
        self._field("password" if self._email else "email").focus()

    def _field(self, name: str) -> Field[Any]:
        return self.query_one(f"#field-{name}", Field)

    def line_entered(self, line: LineInput) -> None:
        """Enter goes to the password; from there it signs in."""
        if line.password or self.query("#field-organization"):
            self.do_sign_in()
        else:
            self._field("password").focus()

    @on(Select.Changed, "#field-locale Select")
    def _language(self, event: Select.Changed) -> None:
        """The whole screen speaks the other language at once."""
        locale = str(event.value)
        if locale != self.kpix.locale:
            self.kpix.speak(locale)
            self.kpix.language_chosen = True
            self.in_other_words(self._field("email").raw)

    def in_other_words(self, email: str) -> None:
        """Draw it in another language."""
        self.kpix.replace_all(LoginScreen(email))

    def do_sign_in(self) -> None:
        """Try."""
        if self._trying:
            return
        self.query_one("#notice", Notice).clear()
        try:
            login = Login(
                email=self._field("email").read(),
                password=self._field("password").read(),
                shared=self.kpix.settings.shared_terminal,
                organization=self._organization(),
            )
        except KpixError as error:
            for name in error.fields:
                self._field(name).show_error(error)
                self._field(name).focus()
            return
        self._trying = True
        self.query_one("#notice", Notice).wait(_("Signing in…"))
        self.attempt(partial(self._try, login))

    async def _try(self, login: Login) -> None:
        try:
            actor = await self.sign_in(login)
        except OrganizationAmbiguous as error:
            await self._ask_organization(error)
        else:
            self.app.post_message(SignedInAs(actor))
        finally:
            self._trying = False

    async def sign_in(self, login: Login) -> Actor:
        """Open the session."""
        return await self.bridge.call(sign_in, self.kpix.context, login)

    def do_code(self) -> None:
        """Choose a password with a one-time code instead."""
        self.app.push_screen(CodeForm(self._field("email").raw), self._redeemed)

    def _redeemed(self, actor: Actor | None) -> None:
        if actor is not None:
            self.app.post_message(SignedInAs(actor))

    def _organization(self) -> str | None:
        found = self.query("#field-organization")
        return found.first(ChoiceField).read() if found else None

    async def _ask_organization(self, error: OrganizationAmbiguous) -> None:
        names = error.params["names"]
        several = names.split(", ") if isinstance(names, str) else list(names)
        await self.query("#field-organization").remove()
        field = ChoiceField(
            "organization", _("Organisation"), [(n, n) for n in several], value=several[0]
        )
        await self.query_one("#login").mount(field)
        field.focus()
        self.show_problem(error)
