"""What kpix is compared with: the least that Textual does. ``python -m tests.benchmarks.trivial``.

Without an argument one label; with ``list`` a list to move in.
"""

from __future__ import annotations

import sys

from textual.app import App, ComposeResult
from textual.widgets import Label, OptionList

READY = "trivial and ready"


class Trivial(App[None]):
    """A label, or a list under it."""

    def compose(self) -> ComposeResult:
        """Nothing more than that."""
        yield Label(READY)
        if sys.argv[1:] == ["list"]:
            yield OptionList(*(f"Row {number}" for number in range(30)))


if __name__ == "__main__":
    Trivial().run()
