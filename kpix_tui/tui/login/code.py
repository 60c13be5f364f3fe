"""Choosing a password with the one-time code of an invitation or of a reset."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from kpix_tui.access.actor import Actor
from kpix_tui.domains.accounts.views import RedeemCode
from kpix_tui.i18n.catalog import _
from kpix_tui.tui.errors import PasswordsDiffer
from kpix_tui.tui.lock.session import redeem
from kpix_tui.tui.widgets.fields import Field, TextField
from kpix_tui.tui.widgets.form import FormScreen


class CodeForm(FormScreen[Actor]):
    """The answer is who has signed in by it."""

    OVER_LOCK: ClassVar[bool] = True

    def __init__(self, email: str = "") -> None:
        super().__init__()
        self._email = email

    def heading(self) -> str:
        """The title."""
        return _("Choose a password")

    def fields(self) -> Iterable[Field[Any]]:
        """Who, the code, the password twice."""
        yield TextField("email", _("E-mail"), value=self._email, required=True)
        yield TextField(
            "code",
            _("Code"),
            required=True,
            help=_("As you were given it; capitals and hyphens do not matter."),
        )
        yield TextField(
            "password",
            _("New password"),
            password=True,
            required=True,
            help=_("12 characters or more; several words are easier to remember than signs."),
        )
        yield TextField("repeated", _("Once more"), password=True, required=True)

    def do_cancel(self) -> None:
        """Leave; what was typed is typed again sooner than a question is answered."""
        self.dismiss(None)

    async def save(self, values: dict[str, Any]) -> Actor:
        """Redeem it."""
        if values["password"] != values["repeated"]:
            raise PasswordsDiffer(fields=("repeated",))
        command = RedeemCode(
            values["email"],
            values["code"],
            values["password"],
            shared=self.kpix.settings.shared_terminal,
        )
        token = self.kpix.locked_token
        return await self.bridge.aside(redeem, self.kpix.context, command, token)
