"""What has been seen of the comments: it is marked as read, a moment after it was on the screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from kpix_tui.domains.comments.views import Comment


@dataclass
class Seen:
    """The unread comments that were on the screen and are not marked yet."""

    waiting: dict[UUID, datetime] = field(default_factory=dict)
    """The newest comment that was seen of each thread."""
    marked: set[UUID] = field(default_factory=set)

    def add(self, rows: Iterable[Comment]) -> bool:
        """Take in what is visible; whether any of it is to be marked."""
        for row in rows:
            if row.unread and row.id not in self.marked:
                self.marked.add(row.id)
                before = self.waiting.get(row.thread_id, row.created_at)
                self.waiting[row.thread_id] = max(before, row.created_at)
        return bool(self.waiting)

    def take(self) -> dict[UUID, datetime]:
        """What is to be marked now: of each thread, everything up to an instant."""
        taken, self.waiting = self.waiting, {}
        return taken

    def forget(self) -> None:
        """Everything was read again."""
        self.waiting.clear()
        self.marked.clear()
