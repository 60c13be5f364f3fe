"""The interface on a real terminal without a database: ``python -m tests.tui.terminal_app HOME``.

The database does not answer, so the start screen stays; with ``crash`` as second argument the
application fails while a password is in a local variable. With ``work`` somebody is signed in and
looks at the railway; the terminal is unlocked with :data:`PASSWORD`, and ``share`` makes it a
shared one.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest

from kpix_tui.access.actor import Actor
from kpix_tui.domains.accounts.errors import LoginRefused
from kpix_tui.domains.accounts.views import Login
from kpix_tui.kernel.errors import Unavailable
from kpix_tui.tui import app as interface
from tests.tui.support import FakeContext, actor
from tests.tui.world import railway


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


PASSWORD = "open sesame"


def _sign_in_again(_context: object, login: Login, _locked: str | None) -> Actor:
    if login.password != PASSWORD:
        raise LoginRefused
    if login.email == actor().email:
        return actor()
    return replace(actor(name="Grace Hopper"), user_id=UUID(int=9))


def _somebody_works(home: Path, *, shared: bool) -> FakeContext:
    context = FakeContext(home, shared_terminal=shared)
    context.tokens.save("token")
    patch = pytest.MonkeyPatch()  # never undone: the process ends with it
    railway().install(patch)
    patch.setattr("kpix_tui.tui.start.screen.resume", lambda _context: actor())
    patch.setattr(interface.KpixApp, "do_overview", lambda app: app.do_dashboards())
    patch.setattr("kpix_tui.tui.lock.app.lock", lambda _context, _token: None)
    patch.setattr("kpix_tui.tui.lock.screen.sign_in_again", _sign_in_again)
    patch.setattr("kpix_tui.tui.lock.leave.end", lambda _context, _token: None)
    return context


if __name__ == "__main__":
    mode = sys.argv[2] if sys.argv[2:] else ""
    if mode == "crash":
        interface.KpixApp = Crashing  # type: ignore[misc]  # what run_interface starts
    made: FakeContext = Unreachable(Path(sys.argv[1]))
    if mode in ("work", "share"):
        made = _somebody_works(Path(sys.argv[1]), shared=mode == "share")
    sys.exit(interface.run_interface(cast("Any", made)))
