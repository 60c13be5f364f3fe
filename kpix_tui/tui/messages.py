"""What screens tell the application and each other."""

from __future__ import annotations

from textual.message import Message

from kpix_tui.access.actor import Actor


class SignedInAs(Message):
    """Somebody is signed in."""

    def __init__(self, actor: Actor) -> None:
        super().__init__()
        self.actor = actor


class SessionLost(Message):
    """The session has ended: sign in again."""
