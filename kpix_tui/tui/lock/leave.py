"""Leaving a locked or a shared terminal: nobody stays signed in, nothing stays on a shared one."""

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


def leave_terminal(context: Context, locked: str | None) -> None:
    """End the session that was ``locked``, or that of a shared terminal, which is cleared too.

    A session in use on somebody's own terminal goes on: the next kpix takes it up.
    """
    shared = context.settings.shared_terminal
    if shared:
        _clear_terminal()
    token = locked or (context.tokens.load() if shared else None)
    if token is None:
        return
    try:
        end(context, token)
    except KpixError as error:
        _log.warning("a session was left open: %s", error.code)  # until it is idle for too long
    if context.tokens.load() == token:  # unless somebody has signed in from another terminal
        context.tokens.clear()


def _clear_terminal() -> None:
    if sys.__stdout__ is not None and sys.__stdout__.isatty():
        with suppress(OSError):  # the terminal has gone, and with it what it showed
            sys.__stdout__.write(WIPE)
            sys.__stdout__.flush()
