"""What the inbox shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kpix_tui.domains.notifications.views import InboxFilter, Kind, Priority
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.notifications import kind_word
from kpix_tui.tui.inbox.cells import marked
from kpix_tui.tui.widgets.checks import Check, ChecksField
from kpix_tui.tui.widgets.fields import ChoiceField, Field
from kpix_tui.tui.widgets.form import FormScreen


class InboxForm(FormScreen[InboxFilter]):
    """The answer is what is wanted; nothing ticked keeps everything."""

    def __init__(self, wanted: InboxFilter) -> None:
        super().__init__()
        self._wanted = wanted

    def heading(self) -> str:
        """The title."""
        return _("What the inbox shows")

    def fields(self) -> Iterable[Field[Any]]:
        """State, priorities, kinds."""
        wanted = self._wanted
        yield ChoiceField(
            "unread",
            _("State"),
            [(False, _("read and unread")), (True, _("only unread"))],
            value=wanted.unread,
        )
        yield ChecksField(
            "priorities",
            _("Priorities"),
            [Check(one, marked(one)) for one in Priority],
            value=tuple(wanted.priorities),
            help=_("None ticked: all of them."),
        )
        yield ChecksField(
            "kinds",
            _("Kinds"),
            [Check(one, kind_word(one)) for one in Kind],
            value=tuple(wanted.kinds),
            help=_("None ticked: all of them."),
        )

    async def save(self, values: dict[str, Any]) -> InboxFilter:
        """Nothing is written: the list reads again."""
        return InboxFilter(
            unread=values["unread"],
            kinds=frozenset(values["kinds"]),
            priorities=frozenset(values["priorities"]),
        )


def shown_words(wanted: InboxFilter) -> str:
    """What is shown, where it is not everything."""
    parts = [_("only unread")] if wanted.unread else []
    parts += [marked(one) for one in Priority if one in wanted.priorities]
    parts += [kind_word(one) for one in Kind if one in wanted.kinds]
    return ", ".join(parts)
