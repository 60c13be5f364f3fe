"""A one-time code, shown once: what it is for, how long it holds, how to pass it on."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from kpix_tui.i18n.catalog import _
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.screen import KpixModal
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.footer import KpixFooter
from kpix_tui.tui.widgets.text import clip, plain


class CodeShown(KpixModal[None]):
    """``name`` is whom it is for. kpix keeps no copy: what is closed cannot be opened again."""

    PLACE: ClassVar[str] = "code"
    BINDINGS = bindings_for("code")

    def __init__(self, name: str, code: str, expires_at: datetime, *, invited: bool) -> None:
        super().__init__()
        self._name = clip(plain(name), 60)
        self._code = code
        self._expires_at = expires_at
        self._invited = invited

    def compose(self) -> ComposeResult:
        """For whom, the code alone on its line, until when, what to do with it."""
        with Vertical(classes="dialog code"):
            yield Static(self._heading(), classes="dialog--title", markup=False)
            yield Static(Content(self._code), id="code", markup=False)
            yield Static(self._until(), id="code-until", markup=False)
            yield Static(self._steps(), classes="dialog--text", markup=False)
            yield KpixFooter()

    def _heading(self) -> str:
        if self._invited:
            return _("{name} is invited").format(name=self._name)
        return _("A new code for {name}").format(name=self._name)

    def _until(self) -> Content:
        actor = self.kpix.actor
        writing = Writing(self.kpix.locale, self.kpix.ascii)
        until = writing.moment(self._expires_at, actor.timezone if actor else "UTC")
        return Content.assemble(
            (_("Valid once, until {time}.").format(time=until), "$foreground"),
            " ",
            (_("It is not shown again."), "bold"),
        )

    def _steps(self) -> str:
        return _(
            "Give it to {name} in person or by telephone. At the login they choose “I have a"
            " code”, type their e-mail and this code, and choose their password."
        ).format(name=self._name)

    def do_copy(self) -> None:
        """Copy the code to the clipboard."""
        self.app.copy_to_clipboard(self._code)
        self.app.notify(_("The code is copied."), markup=False, timeout=3)
