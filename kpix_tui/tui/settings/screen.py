"""Theme, language and characters; and the password."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar

from kpix_tui.domains.accounts.views import ChangePassword
from kpix_tui.i18n.catalog import _, available_locales
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.errors import PasswordsDiffer
from kpix_tui.tui.settings.file import save_settings
from kpix_tui.tui.start.session import change_password
from kpix_tui.tui.widgets.fields import ChoiceField, Field, TextField
from kpix_tui.tui.widgets.form import FormScreen


def languages() -> list[tuple[str, str]]:
    """The languages that kpix speaks, each by its own name."""
    return list(available_locales().items())


class SettingsScreen(FormScreen[bool]):
    """What is chosen holds at once, and at the next start."""

    def heading(self) -> str:
        """The title."""
        return _("Settings")

    def fields(self) -> Iterable[Field[Any]]:
        """Theme, language, characters."""
        settings = self.kpix.settings
        yield ChoiceField(
            "theme",
            _("Theme"),
            [
                ("dark", _("Dark")),
                ("light", _("Light")),
                ("contrast", _("High contrast")),
                ("mono", _("Black and white")),
                ("terminal", _("The terminal's own colours")),
            ],
            value=settings.theme or "dark",
            help=_("Below 256 colours the terminal's own are used."),
        )
        yield ChoiceField("locale", _("Language"), languages(), value=self.kpix.locale)
        yield ChoiceField(
            "ascii",
            _("Characters"),
            [(False, "● ▲ ■ ◆ ○"), (True, "ASCII  * ^ # ! o")],
            value=self.kpix.ascii,
            help=_("Your password is changed from the palette, with : or Ctrl+P."),
        )

    async def save(self, values: dict[str, Any]) -> bool:
        """Keep them and show them."""
        await self.bridge.call(save_settings, self.kpix.settings.config_file, values)
        self.kpix.apply_settings(replace(self.kpix.settings, **values))
        return True


class PasswordForm(FormScreen[bool]):
    """A new password; every other session of the person ends."""

    PLACE: ClassVar[str] = "form"
    BINDINGS = bindings_for("form")

    def heading(self) -> str:
        """The title."""
        return _("Change my password")

    def fields(self) -> Iterable[Field[Any]]:
        """The current one, the new one twice."""
        yield TextField("current", _("Current password"), password=True, required=True)
        yield TextField(
            "new",
            _("New password"),
            password=True,
            required=True,
            help=_("12 characters or more; several words are easier to remember than signs."),
        )
        yield TextField("repeated", _("Once more"), password=True, required=True)

    async def save(self, values: dict[str, Any]) -> bool:
        """Change it."""
        if values["new"] != values["repeated"]:
            raise PasswordsDiffer(fields=("repeated",))
        command = ChangePassword(current=values["current"], new=values["new"])
        await self.bridge.call(change_password, self.kpix.context, command)
        self.app.notify(_("Your password has been changed."), markup=False)
        return True
