"""Theme, language, characters and locking; and the password."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar

from kpix_tui.domains.accounts.views import ChangePassword
from kpix_tui.i18n.catalog import _, available_locales, ngettext
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.errors import PasswordsDiffer
from kpix_tui.tui.settings.file import save_settings
from kpix_tui.tui.start.session import change_password
from kpix_tui.tui.widgets.fields import ChoiceField, Field, TextField
from kpix_tui.tui.widgets.form import FormScreen


def languages() -> list[tuple[str, str]]:
    """The languages that kpix speaks, each by its own name."""
    return list(available_locales().items())


def _lock_choices(chosen: int) -> list[tuple[int, str]]:
    """Minutes to choose from, and what somebody wrote into the file."""
    offered = sorted({5, 10, 15, 30, 60, chosen} - {0})
    words = ngettext("{count} minute", "{count} minutes", 2)
    return [(0, _("never")), *((n, words.format(count=n)) for n in offered)]


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
            help=_("Password and notifications are in the palette, with : or Ctrl+P."),
        )

        if not settings.shared_terminal:
            yield ChoiceField(
                "lock_minutes",
                _("Lock after"),
                _lock_choices(settings.lock_minutes),
                value=settings.lock_minutes,
                help=_("Without a key. Ctrl+L locks at once."),
            )

    async def save(self, values: dict[str, Any]) -> bool:
        """Keep them and show them; a shared terminal forgets them with whoever is there."""
        settings = self.kpix.settings
        if not settings.shared_terminal:
            await self.bridge.call(save_settings, settings.config_file, values)
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
