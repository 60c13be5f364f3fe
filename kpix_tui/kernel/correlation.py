"""The id under which the log keeps everything that belongs to one command or one request."""

from __future__ import annotations

import secrets
from contextvars import ContextVar
from typing import Final

_current: Final[ContextVar[str | None]] = ContextVar("kpix_correlation", default=None)


def new_correlation_id() -> str:
    """Begin a new command or request: what follows in this context is logged under the new id."""
    made = secrets.token_hex(4)
    _current.set(made)
    return made


def correlation_id() -> str:
    """The id of what is going on, begun here when nothing was yet."""
    return _current.get() or new_correlation_id()
