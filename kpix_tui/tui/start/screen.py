"""The first frame: shown before the database is even looked for."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.errors import KpixError
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.first_run.screen import FirstRunScreen
from kpix_tui.tui.messages import SignedInAs
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.start.session import first_run, resume


class StartScreen(KpixScreen[None]):
    """Says what it waits for; with a refusal, ``r`` tries again."""

    PLACE: ClassVar[str] = "start"
    BINDINGS = bindings_for("start")

    def body(self) -> ComposeResult:
        """The name, and what is going on."""
        with Vertical(id="start"):
            yield Static("k p i x", id="start-name", markup=False)
            yield Static(_("Starting the database…"), id="start-state", markup=False)

    def begin(self) -> None:
        """Only after the first frame is on the terminal."""
        self.call_after_refresh(self.reload)

    def show_problem(self, error: KpixError) -> None:
        """What failed is not under way any more."""
        self.query_one("#start-state", Static).update("")
        super().show_problem(error)

    async def fetch(self) -> None:
        """Take up the session, or ask for one."""
        self.query_one("#start-state", Static).update(_("Starting the database…"))
        actor = await self.bridge.call(resume, self.kpix.context)
        if actor is not None:
            self.app.post_message(SignedInAs(actor))
        elif await self.bridge.call(first_run, self.kpix.context):
            self.kpix.replace_all(FirstRunScreen())
        else:
            self.kpix.ask_who()
