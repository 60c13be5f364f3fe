"""The interface on a real terminal without a database: ``python -m tests.tui.terminal_app HOME``.

The database does not answer, so the start screen stays; with ``crash`` as second argument the
application fails while a password is in a local variable.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, cast

from kpix_tui.kernel.errors import Unavailable
from kpix_tui.tui import app as interface
from tests.tui.support import FakeContext


class Unreachable(FakeContext):
    """A context whose database never answers."""

    def database(self) -> None:
        """Refuse."""
        raise Unavailable(reason="test")


class Crashing(interface.KpixApp):
    """Fails once it is on the screen."""

    def on_ready(self) -> None:
        """Fail with a secret at hand."""
        password = "correct horse battery staple"
        raise RuntimeError(len(password))


if __name__ == "__main__":
    if sys.argv[2:] == ["crash"]:
        interface.KpixApp = Crashing  # type: ignore[misc]  # what run_interface starts
    context = cast("Any", Unreachable(Path(sys.argv[1])))
    sys.exit(interface.run_interface(context))
