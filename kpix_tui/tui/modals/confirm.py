"""A question before something is lost: it names the object, and No is the default."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from kpix_tui.i18n.catalog import _
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.screen import KpixModal
from kpix_tui.tui.widgets.text import plain


class Confirm(KpixModal[bool]):
    """``question`` names the object; ``consequence`` says what will happen to it."""

    PLACE: ClassVar[str] = "confirm"
    BINDINGS = bindings_for("confirm")

    def __init__(self, question: str, consequence: str = "", *, yes: str | None = None) -> None:
        super().__init__()
        self._question = plain(question)
        self._consequence = plain(consequence)
        self._yes = plain(yes or _("Yes"))

    def compose(self) -> ComposeResult:
        """Question, consequence, two buttons."""
        with Vertical(classes="dialog confirm"):
            yield Static(self._question, classes="dialog--title", markup=False)
            if self._consequence:
                yield Static(self._consequence, classes="dialog--text", markup=False)
            with Horizontal(classes="dialog--buttons"):
                yield Button(_labelled(_("No"), "n"), id="no", compact=True)
                yield Button(_labelled(self._yes, "y"), id="yes", compact=True)

    def on_mount(self) -> None:
        """Enter alone must not destroy anything."""
        self.query_one("#no").focus()

    def do_yes(self) -> None:
        """Go on."""
        self.dismiss(True)

    def do_no(self) -> None:
        """Leave things as they are."""
        self.dismiss(False)

    def do_swap(self) -> None:
        """To the other button."""
        self.focus_next(Button)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id == "yes")


def _labelled(text: str, key: str) -> Content:
    return Content.assemble((key, "bold"), "  ", text)
