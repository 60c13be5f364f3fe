"""The bell: how much is unread in the inbox, read now and then, and the way there."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, cast

from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.domains.notifications.views import Priority, Unread
from kpix_tui.i18n.catalog import ngettext
from kpix_tui.kernel.changes import Change
from kpix_tui.kernel.errors import KpixError
from kpix_tui.tui.live.app import LiveApp
from kpix_tui.tui.messages import SessionLost
from kpix_tui.tui.work import begin

if TYPE_CHECKING:
    from kpix_tui.tui.app import KpixApp

_log: Final = logging.getLogger("kpix.tui")

RING: Final = 60.0
"""Seconds between two looks into the inbox, for whoever is not told sooner."""
AWAY: Final = 600.0
"""Seconds without a key after which nobody looks: a session that nobody uses is to end."""


class BellApp(LiveApp):
    """What the header shows of the inbox."""

    def __init__(self) -> None:
        super().__init__()
        self.unread = Unread()

    def watch_the_bell(self) -> None:
        """Look into the inbox from time to time; nothing is written to the terminal for that."""
        self.set_interval(RING, self._look)

    def _look(self) -> None:
        if self.idle < AWAY:
            self.ring()

    def changed(self, changes: frozenset[Change]) -> None:
        """Something was changed: the inbox may hold more."""
        super().changed(changes)
        self.ring()

    def ring(self, *, first: bool = False) -> None:
        """Read how much is unread; ``first``: for somebody who has just come."""
        if self.actor is not None and self.locked is None:
            begin(self, self._welcome if first else self._read_unread, group="bell", exclusive=True)

    async def _welcome(self) -> None:
        """There is no server that tells people of due dates at midnight: this does."""
        from kpix_tui.domains.notifications import service  # noqa: PLC0415 - brings SQLAlchemy

        try:
            await self.bridge.write(service.raise_due)
        except KpixError as error:
            _log.info("due dates were not looked for: %s", error.code)
        await self._read_unread(quietly=True)

    async def _read_unread(self, *, quietly: bool = False) -> None:
        from kpix_tui.domains.notifications import service  # noqa: PLC0415 - brings SQLAlchemy

        try:
            found = await self.bridge.read(service.unread)
        except NotSignedIn:
            self.post_message(SessionLost())
        except KpixError as error:
            _log.info("the inbox was not read in passing: %s", error.code)
        else:
            self.show_unread(found, quietly=quietly)

    def show_unread(self, found: Unread, *, quietly: bool = False) -> None:
        """Show this in the header; only what is urgent and new is worth a word besides."""
        before, self.unread = self.unread, found
        if found != before:
            cast("KpixApp", self).redraw_headers()
        urgent = found.counts.get(Priority.URGENT, 0)
        if not quietly and urgent > before.counts.get(Priority.URGENT, 0):
            self._say_urgent(urgent)

    def _say_urgent(self, count: int) -> None:
        text = ngettext(
            "{count} urgent notification: i opens the inbox.",
            "{count} urgent notifications: i opens the inbox.",
            count,
        )
        self.notify(text.format(count=count), timeout=6)

    def forget(self) -> None:
        """Keep nothing of whoever was here."""
        self.unread = Unread()

    def do_inbox(self) -> None:
        """Open the inbox."""
        from kpix_tui.tui.inbox.screen import InboxScreen  # noqa: PLC0415 - imports this

        if not isinstance(self.screen, InboxScreen):
            cast("KpixApp", self).open(InboxScreen())

    def do_notifications(self) -> None:
        """Choose what to hear of."""
        from kpix_tui.tui.inbox.preferences import choose_kinds  # noqa: PLC0415 - imports this

        begin(self, lambda: choose_kinds(cast("KpixApp", self)), group="open", exclusive=True)
