"""The keys of this place; typing narrows them down."""

from __future__ import annotations

from textwrap import wrap
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from kpix_tui.i18n.catalog import _
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.keymap import keys_of, label_of
from kpix_tui.tui.screen import KpixModal
from kpix_tui.tui.widgets.footer import KpixFooter
from kpix_tui.tui.widgets.inputs import LineInput

KEYS = 12
TITLE = 22
"""Cells of the columns."""

Entry = tuple[Action, str | None]
"""An action and, when it is not available, why."""


class Help(KpixModal[None]):
    """Every action under the focus, with its keys; what is not available says why."""

    PLACE: ClassVar[str] = "help"
    BINDINGS = bindings_for("help")

    def __init__(self, entries: list[Entry]) -> None:
        super().__init__()
        self._entries = entries

    def compose(self) -> ComposeResult:
        """A line to type in, the keys."""
        with Vertical(classes="dialog help"):
            yield Static(_("Keys of this place"), classes="dialog--title", markup=False)
            yield LineInput(placeholder=_("Type to filter"), id="help-filter")
            with VerticalScroll(id="help-list", can_focus=False):
                yield Static("", id="help-lines", markup=False)
            yield KpixFooter()

    def on_resize(self) -> None:
        """The lines depend on the width."""
        self.call_after_refresh(self._show, self.query_one(LineInput).value)

    @on(LineInput.Changed)
    def _filter(self, event: LineInput.Changed) -> None:
        self._show(event.value)

    def _show(self, text: str) -> None:
        wanted = text.strip().casefold()
        lines = [
            self._line(action, reason)
            for action, reason in self._entries
            if wanted in f"{_(action.title)} {_(action.help)} {self._keys(action)}".casefold()
        ]
        nothing = Content(_("Nothing matches."))
        self.query_one("#help-lines", Static).update(Content("\n").join(lines or [nothing]))

    def _keys(self, action: Action) -> str:
        return " ".join(label_of(key) for key in keys_of(self.app, action))

    def _line(self, action: Action, reason: str | None) -> Content:
        style = "$footer-key-foreground bold" if reason is None else "$text-disabled"
        title = self._title
        said = wrap(reason or _(action.help), max(20, self._room - KEYS - title))
        return Content.assemble(
            (f"{self._keys(action):<{KEYS}}", style),
            (f"{_(action.title):<{title}}", "" if reason is None else "$text-disabled"),
            (("\n" + " " * (KEYS + title)).join(said), "$text-muted"),
        )

    @property
    def _title(self) -> int:
        """Cells for the names of actions: some languages need more of them."""
        return max([TITLE, *(2 + len(_(action.title)) for action, _reason in self._entries)])

    @property
    def _room(self) -> int:
        return self.query_one("#help-list").scrollable_content_region.width

    def do_scroll_up(self) -> None:
        """Towards the first key."""
        self.query_one("#help-list").scroll_up(animate=False)

    def do_scroll_down(self) -> None:
        """Towards the last key."""
        self.query_one("#help-list").scroll_down(animate=False)
