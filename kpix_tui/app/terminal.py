"""What a terminal keeps of what it has shown, and taking that away."""

from __future__ import annotations

from typing import Final

_EMPTY: Final = "\x1b[H\x1b[2J\x1b[3J"
"""To the first line; clear the screen; clear what scrolled away (xterm's ED 3)."""

WIPE: Final = _EMPTY
"""Clears an ordinary screen and its scrollback."""

WIPE_BOTH: Final = f"{_EMPTY}\x1b[?1049l{_EMPTY}\x1b[?1049h{_EMPTY}"
"""Clears the interface's screen and the one that the shell left behind it, with the scrollback of
both: some terminals keep one for each."""
