"""A screen that reads again what others have changed, and says who did."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar, cast

from textual.screen import Screen

from kpix_tui.kernel.changes import Change, Kind
from kpix_tui.kernel.errors import KpixError
from kpix_tui.tui.live.words import said
from kpix_tui.tui.widgets.news import News
from kpix_tui.tui.work import begin

if TYPE_CHECKING:
    from kpix_tui.domains.audit.views import LatestChange
    from kpix_tui.tui.app import KpixApp

Answer = TypeVar("Answer")

READINGS: Final = frozenset({"fetch", "page", "chart"})
"""The groups of work that reads what is shown."""
PAUSE: Final = 0.25
"""Seconds between two readings that nobody asked for, at least."""


class LiveScreen(Screen[Answer]):
    """Subclasses say with ``SHOWS`` and :meth:`concerns` what they show, and read in ``reload``."""

    SHOWS: ClassVar[frozenset[Kind]] = frozenset()
    """The kinds of things that are on the screen."""

    catching_up: bool = False
    """Whether the reading under way is one that nobody asked for."""
    _stale: bool = False
    _by_others: bool = False
    _read_at: float = 0.0
    _waits: bool = False

    def concerns(self, change: Change) -> bool:
        """Whether what is shown may be another now."""
        return change.kind in self.SHOWS

    def tells_of(self, latest: LatestChange) -> bool:
        """Whether to say who made this change: it is about what is shown."""
        del latest
        return False

    def reload(self) -> None:
        """Read everything that is shown again; cursor, filter and what is typed stay."""
        raise NotImplementedError

    # -- what others change ------------------------------------------------------------------------

    def heed(self, changes: frozenset[Change]) -> None:
        """Something was changed, by anybody."""
        mine = [one for one in changes if one.kind is Kind.ANYTHING or self.concerns(one)]
        if mine:
            self._stale = True
            self._by_others |= any(one.kind is not Kind.ANYTHING for one in mine)
            self.catch_up()

    def on_screen_resume(self) -> None:
        """Seen again: what was changed meanwhile is read now."""
        self.catch_up()

    def catch_up(self) -> None:
        """Read again what was changed, soon: not while it is being read, nor all the time.

        An answer that is on its way may have been read before the change, so it is not enough; and
        giving it up for a new question, again and again, would never show anything.
        """
        self._waits = False
        if not self._stale or not self._is_shown:
            return
        if self._is_reading or time.monotonic() - self._read_at < PAUSE:
            self._wait()
            return
        self._stale, self.catching_up = False, True
        self._read_at = time.monotonic()
        self.reload()
        begin(self, self._say_who, group="news", exclusive=True)

    def _wait(self) -> None:
        if not self._waits:
            self._waits = True
            self.set_timer(PAUSE, self.catch_up)

    @property
    def _is_shown(self) -> bool:
        """Whether nothing but dialogs is above it."""
        shown = [one for one in self.app.screen_stack if isinstance(one, LiveScreen)]
        return bool(shown) and shown[-1] is self and self.is_mounted

    @property
    def _is_reading(self) -> bool:
        return any(
            work.group in READINGS
            and not work.is_finished
            and self in work.node.ancestors_with_self
            for work in self.app.workers
        )

    async def _say_who(self) -> None:
        """Who changed what. The database is asked: the note said nothing, and may be made up."""
        from kpix_tui.domains.audit.service import latest_changes  # noqa: PLC0415 - SQLAlchemy

        app = cast("KpixApp", self.app)
        try:
            latest = app.news_among(await app.bridge.read(latest_changes))
        except KpixError:
            return  # what was to be shown says it already
        told = [one for one in latest if self.tells_of(one)]
        by_others, self._by_others = self._by_others, False
        if told and by_others:
            self.query_one(News).say(said(told, app.locale))
