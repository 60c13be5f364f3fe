"""``kpix`` and ``python -m kpix_tui``: where the two front ends meet."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from kpix_tui.cli.main import program

if TYPE_CHECKING:
    from kpix_tui.app.context import Context


def main() -> int:
    """Run the command line; returns the exit code."""
    return program(_interface)


def _interface(context: Context) -> int:
    # Modules are objects that stay: looking for garbage among them takes a fifth of the start.
    gc.set_threshold(50_000)
    from kpix_tui.tui.app import run_interface  # noqa: PLC0415 - commands do without Textual

    return run_interface(context)


if __name__ == "__main__":
    sys.exit(main())
