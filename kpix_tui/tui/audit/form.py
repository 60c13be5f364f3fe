"""What to look for in the audit log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from kpix_tui.app.audit import RESOURCES, Asked
from kpix_tui.domains.audit.rules import ACTIONS, check_period
from kpix_tui.i18n.catalog import _
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.widgets.fields import ChoiceField, Field, TextField
from kpix_tui.tui.widgets.form import FormScreen


class AuditForm(FormScreen[Asked]):
    """The answer is what was asked; empty fields keep everything."""

    PLACE: ClassVar[str] = "audit_form"
    BINDINGS = bindings_for(PLACE)

    def __init__(self, asked: Asked, timezone: str) -> None:
        super().__init__()
        self._asked = asked
        self._timezone = timezone

    def heading(self) -> str:
        """The title."""
        return _("Search the audit log")

    def fields(self) -> Iterable[Field[Any]]:
        """Who, what, which object, when."""
        asked = self._asked
        yield TextField("who", _("Done by"), value=asked.who, help=_("A part of a name."))
        yield ChoiceField("what", _("Action"), _choices(), value=asked.what)
        yield TextField("about", _("Object"), value=asked.about, help=_("Its name, code or id."))
        yield TextField(
            "since",
            _("From"),
            value=asked.since,
            help=_("A day, or a day and a time: 2026-11-21 14:30."),
            check=lambda text: Asked(since=text).filter(self._timezone, self.kpix.locale),
        )
        yield TextField(
            "until",
            _("To"),
            value=asked.until,
            help=_("That day, or minute, included."),
            check=lambda text: Asked(until=text).filter(self._timezone, self.kpix.locale),
        )

    async def save(self, values: dict[str, Any]) -> Asked:
        """Nothing is written: the list reads again."""
        label = self._asked.label if values["about"] == self._asked.about else ""
        asked = Asked(**values, label=label)
        check_period(asked.filter(self._timezone, self.kpix.locale))
        return asked


def _choices() -> list[tuple[str, str]]:
    """Anything; then each kind of object, followed by what is done to it."""
    found = [("", _("anything"))]
    for resource, words in sorted(RESOURCES.items(), key=lambda pair: _(pair[1])):
        actions = [action for action in ACTIONS if action.partition(".")[0] == resource]
        found.append((resource, _(words)))
        found += [(action, f"  {_(ACTIONS[action])}") for action in actions]
    return found
