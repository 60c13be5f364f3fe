"""Leaving a shared terminal: nobody stays signed in, nothing stays on it."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from kpix_tui.app.terminal import WIPE
from kpix_tui.kernel.errors import KpixError
from kpix_tui.tui.lock.session import end

if TYPE_CHECKING:
    from kpix_tui.app.context import Context

_log: Final = logging.getLogger("kpix.tui")


def leave_terminal(context: Context) -> None:
    """End the session of a shared terminal and clear it; elsewhere nothing is to be done."""
    if not context.settings.shared_terminal:
        return
    if sys.__stdout__ is not None and sys.__stdout__.isatty():
        with suppress(OSError):  # the terminal has gone, and with it what it showed
            sys.__stdout__.write(WIPE)
            sys.__stdout__.flush()
    token = context.tokens.load()
    if token is None:
        return
    try:
        end(context, token)
    except KpixError as error:
        _log.warning("a session was left open: %s", error.code)  # until it is idle for too long
    context.tokens.clear()
