"""Create the organisation and its first administrator, or look at the demonstration first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from kpix_tui.access.actor import Actor
from kpix_tui.domains.accounts.views import CreateOrganization
from kpix_tui.i18n.catalog import _
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.errors import PasswordsDiffer
from kpix_tui.tui.messages import SignedInAs
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.settings.screen import languages
from kpix_tui.tui.start.session import create_organization
from kpix_tui.tui.widgets.fields import ChoiceField, Field, TextField
from kpix_tui.tui.widgets.form import FormScreen


class FirstRunScreen(KpixScreen[None]):
    """Two ways to begin."""

    PLACE: ClassVar[str] = "first_run"
    BINDINGS = bindings_for("first_run")

    def body(self) -> ComposeResult:
        """What kpix is, and the two ways."""
        with Vertical(id="first-run", classes="panel"):
            yield Static("k p i x", id="start-name", markup=False)
            yield Static(
                _("Nobody uses this database yet."), classes="first-run--lead", markup=False
            )
            yield Static(self._ways(), markup=False)

    def _ways(self) -> Content:
        key = "$footer-key-foreground bold"
        return Content.assemble(
            ("Enter  ", key),
            _("Create your organisation and its first administrator"),
            "\n\n",
            ("d      ", key),
            _("Look at the demonstration, in a database of its own"),
        )

    def why_not(self, action: Action) -> str | None:
        """On another server only an operator may make the first organisation."""
        context = self.kpix.context
        reachable = context.embedded or context.settings.owner_database_url is not None
        if action.id == "first_run.create" and not reachable:
            return _("This server's operator creates the organisation, with: kpix init")
        return super().why_not(action)

    def do_create(self) -> None:
        """Open the form."""
        self.app.push_screen(OrganizationForm(), self._created)

    def do_demo(self) -> None:
        """Leave this database for the demonstration."""
        self.kpix.open_demo()

    def _created(self, actor: Actor | None) -> None:
        if actor is not None:
            self.app.post_message(SignedInAs(actor))


class OrganizationForm(FormScreen[Actor]):
    """The organisation and its first administrator."""

    def heading(self) -> str:
        """The title."""
        return _("Your organisation")

    def fields(self) -> Iterable[Field[Any]]:
        """Who, how to sign in, where."""
        yield TextField("organization", _("Organisation"), required=True)
        yield TextField("name", _("Your name"), required=True)
        yield TextField("email", _("E-mail"), required=True)
        yield TextField(
            "password",
            _("Password"),
            password=True,
            required=True,
            help=_("12 characters or more; several words are easier to remember than signs."),
        )
        yield TextField("repeated", _("Once more"), password=True, required=True)
        yield TextField(
            "timezone", _("Time zone"), value="UTC", required=True, help=_("Example: Europe/Paris")
        )
        yield ChoiceField("locale", _("Language"), languages(), value=self.kpix.locale)

    async def save(self, values: dict[str, Any]) -> Actor:
        """Make them, and sign in."""
        if values["password"] != values.pop("repeated"):
            raise PasswordsDiffer(fields=("repeated",))
        command = CreateOrganization(**values)
        return await self.bridge.call(create_organization, self.kpix.context, command)
