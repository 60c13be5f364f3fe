"""What an application needs to show what others change."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from kpix_tui.kernel.changes import Change
from kpix_tui.tui.live.following import Following
from kpix_tui.tui.lock.app import LockingApp

if TYPE_CHECKING:
    from kpix_tui.domains.audit.views import LatestChange


class LiveApp(LockingApp):
    """Follows the organisation of whoever is signed in, and nobody while the terminal is locked."""

    def __init__(self) -> None:
        super().__init__()
        self._following: Following | None = None
        self._known: frozenset[UUID] = frozenset()

    def follow(self) -> None:
        """Show from now on what others change."""
        self.unfollow()
        if self.actor is not None:
            self._following = Following(self, self.actor)
            self._following.begin()

    def unfollow(self) -> None:
        """Hear nothing more; nobody waits for the connection to end."""
        following, self._following = self._following, None
        if following is not None:
            following.end()

    def lock(self, reason: str) -> None:
        """Lock, and listen to nothing behind it."""
        super().lock(reason)
        self.unfollow()

    def changed(self, changes: frozenset[Change]) -> None:
        """Something was changed: the screens that show it read it again, the hidden ones later."""
        from kpix_tui.tui.screen import KpixScreen  # noqa: PLC0415 - imports this

        for screen in self.screen_stack:
            if isinstance(screen, KpixScreen):
                screen.heed(changes)

    def news_among(self, latest: tuple[LatestChange, ...]) -> tuple[LatestChange, ...]:
        """Those that somebody else made and that were not told of yet; from now on they were."""
        before, self._known = self._known, frozenset(one.id for one in latest)
        me = self.actor.user_id if self.actor else None
        return tuple(one for one in latest if one.id not in before and one.actor_id != me)

    def health(self, answers: bool) -> None:
        """The database answered a screen, or could not be reached."""
        if not answers:
            self.live = self.polling = False
        elif self._following is not None:
            self._following.recovered()
