"""Following what others change: by listening, or by asking where that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kpix_tui.access.actor import Actor
from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.kernel.changes import ANYTHING
from kpix_tui.kernel.errors import KpixError
from kpix_tui.tui.messages import SessionLost
from kpix_tui.tui.work import begin

if TYPE_CHECKING:
    from kpix_tui.tui.live.app import LiveApp

Told = TypeVar("Told")

ASK: Final = 5.0
"""Seconds between two questions whether anything has changed."""
ANEW: Final = 720
"""Questions after which what changed is counted from a later instant: the count stays short."""


class Following:
    """Keeps ``app.live`` and ``app.polling`` true, and tells ``app.changed`` of changes.

    Whatever was missed while nobody listened is unknown: :data:`ANYTHING` may have changed.
    """

    def __init__(self, app: LiveApp, actor: Actor) -> None:
        self._app = app
        self._ended = False
        self._listens = False
        self._since: datetime | None = None
        self._digest: str | None = None
        self._questions = 0
        self._listener = (
            None
            if app.settings.pooler
            else app.context.listener(
                actor.user_id, self._here(app.changed), self._here(self._connected)
            )
        )
        self._asking = app.set_interval(ASK, self._ask)

    def begin(self) -> None:
        """Listen from now on, or ask."""
        if self._listener is None:
            self._ask()
        else:
            self._listener.start()

    def end(self) -> None:
        """Hear nothing more, at once."""
        self._ended = True
        self._asking.stop()
        if self._listener is not None:
            self._listener.stop()
        self._app.live = self._app.polling = False

    def _here(self, do: Callable[[Told], None]) -> Callable[[Told], None]:
        """``do`` as the application, for the thread of the listener."""

        def unless_ended(told: Told) -> None:
            if not self._ended:
                do(told)

        def hand_over(told: Told) -> None:
            self._app.call_later(unless_ended, told)

        return hand_over

    def recovered(self) -> None:
        """The database answers, again perhaps: whether it did is all that a screen knows."""
        if self._listens:
            self._app.live, self._app.polling = True, False

    def _connected(self, listens: bool) -> None:
        self._app.live = self._listens = listens
        self._since = self._digest = None
        if listens:
            self._app.polling = False
            self._app.changed(frozenset({ANYTHING}))
        else:
            self._ask()

    # -- asking ------------------------------------------------------------------------------------

    def _ask(self) -> None:
        if not self._app.live:
            begin(self._app, self._ask_now, group="changes", exclusive=True)

    async def _ask_now(self) -> None:
        from kpix_tui.domains.audit.service import changes_since  # noqa: PLC0415 - brings SQLAlchemy

        try:
            seen = await self._app.bridge.read(changes_since, self._since)
        except NotSignedIn:
            self._app.post_message(SessionLost())
        except KpixError:
            self._app.polling = False  # said in the header; the next question comes
        else:
            self._answered(seen)

    def _answered(self, seen: Any) -> None:
        if self._ended or self._app.live:
            return
        self._app.polling = True
        same = seen.digest == self._digest
        self._since, self._digest = seen.since, seen.digest
        self._questions += 1
        if self._questions % ANEW == 0:
            self._since = self._digest = None
        if not same:
            self._app.changed(frozenset({ANYTHING}))
