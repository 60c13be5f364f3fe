"""What I want to hear of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.domains.notifications import service as notifications
from kpix_tui.domains.notifications.views import Kind, Preference
from kpix_tui.i18n.catalog import _, error_text
from kpix_tui.i18n.notifications import kind_word
from kpix_tui.kernel.errors import KpixError
from kpix_tui.tui.messages import SessionLost
from kpix_tui.tui.widgets.checks import Check, ChecksField
from kpix_tui.tui.widgets.fields import Field
from kpix_tui.tui.widgets.form import FormScreen

if TYPE_CHECKING:
    from kpix_tui.tui.app import KpixApp


class PreferencesForm(FormScreen[bool]):
    """Every kind, ticked where it is wanted."""

    def __init__(self, held: Sequence[Preference]) -> None:
        super().__init__()
        self._held = held

    def heading(self) -> str:
        """The title."""
        return _("What you want to hear of")

    def fields(self) -> Iterable[Field[Any]]:
        """The kinds."""
        yield ChecksField(
            "kinds",
            _("Kinds"),
            [Check(one.kind, kind_word(one.kind)) for one in self._held],
            value=[one.kind for one in self._held if one.wanted],
            help=_("From now on; what has come already stays in the inbox."),
        )

    async def save(self, values: dict[str, Any]) -> bool:
        """Write what has changed."""
        wanted: tuple[Kind, ...] = values["kinds"]
        for one in self._held:
            if (one.kind in wanted) != one.wanted:
                await self.bridge.write(
                    notifications.set_preference, one.kind, wanted=one.kind in wanted
                )
        return True


async def choose_kinds(app: KpixApp) -> None:
    """Read what is wanted so far, and ask."""
    try:
        held = await app.bridge.read(notifications.preferences)
    except NotSignedIn:
        app.post_message(SessionLost())
    except KpixError as error:
        app.notify(error_text(error), severity="error")
    else:
        app.push_screen(PreferencesForm(held))
