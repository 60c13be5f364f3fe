"""When the terminal locks, and what keeps it locked."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from textual import events
from textual.screen import Screen

from kpix_tui.access.actor import Actor
from kpix_tui.app.terminal import WIPE_BOTH
from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.kernel.errors import KpixError
from kpix_tui.tui.bridge import Bridge
from kpix_tui.tui.lock.session import lock
from kpix_tui.tui.look import LookApp
from kpix_tui.tui.messages import SessionLost
from kpix_tui.tui.work import begin

if TYPE_CHECKING:
    from kpix_tui.app.context import Context
    from kpix_tui.config import Settings

_log: Final = logging.getLogger("kpix.tui")

WATCH: Final = 5.0
"""Seconds between two looks at the clock."""
UNUSED: Final = 12 * 60 * 60
"""Seconds after which a session that nobody uses ends (``private.idle_time``): reading again what
others change would keep it open, and is no use."""
SEEN: Final = 120
"""Seconds after which the server of a shared terminal hears that somebody is still there."""

_ACTIVITY: Final = (
    events.Key,
    events.Paste,
    events.MouseDown,
    events.MouseScrollUp,
    events.MouseScrollDown,
)


class StillLocked(RuntimeError):
    """Something would have shown itself over the lock: kpix ends sooner than that."""


@dataclass
class Locked:
    """Whose terminal was locked, with which token, and whether the server knows."""

    actor: Actor
    token: str | None = None
    told: bool = False
    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """What would have been said in passing meanwhile."""


class LockingApp(LookApp):
    """What a terminal needs that people leave and come back to.

    From the lock on nothing but the screens of the lock is shown, the bridge is paused, and the
    session opens nothing on the server. A login like any other opens another one.
    """

    if TYPE_CHECKING:
        context: Context
        settings: Settings
        actor: Actor | None
        bridge: Bridge

    def __init__(self) -> None:
        super().__init__()
        self.locked: Locked | None = None
        self._active = self._seen = _now()

    @property
    def locked_token(self) -> str | None:
        """The token of the session that was locked here."""
        return self.locked.token if self.locked else None

    # -- when ----------------------------------------------------------------------------------

    def watch_for_idleness(self) -> None:
        """Look at the clock from time to time; nothing is written to the terminal for that."""
        self.set_interval(WATCH, self.look_at_the_clock)

    @property
    def idle(self) -> float:
        """Seconds since somebody touched a key."""
        return _since(self._active)

    async def on_event(self, event: events.Event) -> None:
        """Somebody is there."""
        if isinstance(event, _ACTIVITY):
            self._active = _now()
        await super().on_event(event)

    def look_at_the_clock(self) -> None:
        """Lock when nobody has touched a key for long enough; tell the server what it missed."""
        limit = self.settings.lock_after or UNUSED
        if self.locked is not None:
            self._tell()
        elif self.idle >= limit:
            self.lock(_why_by_time(limit // 60))
        elif self.settings.shared_terminal and _since(self._active) < SEEN <= _since(self._seen):
            self._show_up()

    def _show_up(self) -> None:
        """The server counts as idle whoever types for long without asking it for anything."""
        if self.actor is not None:
            self._seen = _now()
            begin(self, self._be_seen, group="seen")

    async def _be_seen(self) -> None:
        from kpix_tui.domains.accounts.service import whoami  # noqa: PLC0415 - brings SQLAlchemy

        try:
            await self.bridge.read(whoami)
        except NotSignedIn:
            self.post_message(SessionLost())
        except KpixError as error:
            _log.info("the server was not reached in passing: %s", error.code)

    def do_lock(self) -> None:
        """Hide everything until a password is given."""
        self.lock(_("Locked."))

    # -- locking -------------------------------------------------------------------------------

    def lock(self, reason: str) -> None:
        """Lock now: first what is seen, then the server."""
        from kpix_tui.tui.lock.screen import LockScreen  # noqa: PLC0415 - imports this

        if self.actor is None or self.locked is not None:
            return
        self.locked = Locked(self.actor)
        self.bridge.pause()
        self.clear_notifications()
        self.push_screen(LockScreen(self.actor, reason))
        self.wipe()
        self._tell()

    def wipe(self) -> None:
        """Clear the terminal and what scrolled away; a shared one's clipboard too."""
        if self._driver is not None:
            self._driver.write(WIPE_BOTH)
        if self.settings.shared_terminal and self.clipboard:
            self.copy_to_clipboard("")
        self.screen.refresh()

    def _tell(self) -> None:
        if self.locked is not None and not self.locked.told:
            begin(self, self._tell_server, group="lock", exclusive=True)

    async def _tell_server(self) -> None:
        locked = self.locked
        if locked is None:
            return
        try:
            if locked.token is None:
                locked.token = await self.bridge.aside(self.context.tokens.load)
            if locked.token is not None:
                await self.bridge.aside(lock, self.context, locked.token)
        except NotSignedIn:
            pass  # it opens nothing already
        except KpixError as error:
            self._untold(error)
            return
        locked.told = True

    def _untold(self, error: KpixError) -> None:
        from kpix_tui.tui.lock.screen import LockScreen  # noqa: PLC0415 - imports this

        for screen in self.screen_stack:
            if isinstance(screen, LockScreen):
                screen.show_untold(error)

    # -- unlocking -----------------------------------------------------------------------------

    def unlock(self, actor: Actor) -> bool:
        """Go on where one was; False when it is somebody else, who starts afresh."""
        locked, self.locked = self.locked, None
        if locked is None:
            return False
        self._active = _now()
        before = locked.actor
        if (actor.organization_id, actor.user_id) != (before.organization_id, before.user_id):
            self.bridge.close()
            self.bridge = self.new_bridge()
            self.forget()
            return False
        self.actor = actor
        self._open_again()
        self.bridge.resume()
        for message, options in locked.said:
            self.notify(message, **options)
        return True

    def _open_again(self) -> None:
        from kpix_tui.tui.lock.screen import LockScreen  # noqa: PLC0415 - imports this

        opened = False
        while not opened:
            opened = isinstance(self.screen, LockScreen)
            self.pop_screen()

    def new_bridge(self) -> Bridge:
        """Another way to the database, without what was asked for before."""
        raise NotImplementedError

    def forget(self) -> None:
        """Keep nothing of whoever was here."""
        raise NotImplementedError

    # -- staying locked ------------------------------------------------------------------------

    def notify(self, message: str, **options: Any) -> None:
        """Say something in passing; on a locked terminal, afterwards."""
        if self.locked is not None:
            self.locked.said.append((message, options))
            return
        super().notify(message, **options)

    def push_screen(self, screen: Screen[Any] | str, *arguments: Any, **options: Any) -> Any:
        """Show another screen; over the lock only its own."""
        if self.locked is not None and not getattr(screen, "OVER_LOCK", False):
            raise StillLocked(type(screen).__name__)
        return super().push_screen(screen, *arguments, **options)

    def switch_screen(self, screen: Screen[Any] | str) -> Any:
        """Replace the screen; a locked terminal replaces none."""
        if self.locked is not None:
            raise StillLocked(type(screen).__name__)
        return super().switch_screen(screen)

    def pop_screen(self) -> Any:
        """Leave the screen; the lock is not left, it is opened."""
        from kpix_tui.tui.lock.screen import LockScreen  # noqa: PLC0415 - imports this

        if self.locked is not None and isinstance(self.screen, LockScreen):
            raise StillLocked(type(self.screen).__name__)
        return super().pop_screen()


def _why_by_time(minutes: int) -> str:
    return ngettext(
        "Locked: no key for {count} minute.", "Locked: no key for {count} minutes.", minutes
    ).format(count=minutes)


def _now() -> tuple[float, float]:
    """By a clock that nobody sets, and by the one that goes on while the machine sleeps."""
    return time.monotonic(), time.time()


def _since(then: tuple[float, float]) -> float:
    return max(now - before for now, before in zip(_now(), then, strict=True))
