"""A field that holds one thing among many: a KPI, a person. It is found by a part of its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from textual import events, on
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from kpix_tui.i18n.catalog import _
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.modals.picker import Finder, Picker
from kpix_tui.tui.screen import take_ahead
from kpix_tui.tui.widgets.fields import Field
from kpix_tui.tui.widgets.inputs import TakesLines
from kpix_tui.tui.widgets.text import clip, plain


@dataclass(frozen=True, slots=True)
class Picked:
    """What was chosen, and what it is called."""

    id: UUID
    title: str


class PickLine(Widget, can_focus=True):
    """One line: what is chosen. Enter, or a letter, opens the choices: ``ask`` does, at once."""

    PLACE = "pick"
    BINDINGS = bindings_for("pick")

    value: reactive[Picked | None] = reactive(None)

    class Emptied(Message):
        """Nothing shall be chosen."""

    def render(self) -> Content:
        """The title, or what to press."""
        if self.value is None:
            return Content.styled(_("Enter to choose"), "$text-disabled")
        return Content(clip(plain(self.value.title), self.content_size.width))

    def __init__(self, ask: Callable[[str], None], *, classes: str = "") -> None:
        super().__init__(classes=classes)
        self._ask = ask

    def do_choose(self) -> None:
        """Open the choices."""
        self._ask("")

    def do_empty(self) -> None:
        """Choose nothing."""
        self.post_message(self.Emptied())

    def on_key(self, event: events.Key) -> None:
        """A letter is the first of what is looked for; those that follow at once go along."""
        if not event.is_printable or not event.character:
            return
        if self.app.screen is not self.screen:
            event.stop().prevent_default()
            take_ahead(self.app.screen, event.character)
        elif not event.character.isspace():
            event.stop().prevent_default()
            self._ask(event.character)

    def on_click(self) -> None:
        """A click opens the choices too."""
        self.do_choose()


class PickField(Field[Picked | None]):
    """One thing among those that ``finder`` finds; ``title`` is what its window asks."""

    def __init__(
        self,
        name: str,
        label: str,
        finder: Finder[Picked],
        *,
        title: str,
        placeholder: str = "",
        value: Picked | None = None,
        help: str = "",
        required: bool = False,
    ) -> None:
        super().__init__(name, label, help=help, required=required)
        self._finder = finder
        self._title_text = title
        self._placeholder = placeholder
        self._line = PickLine(self._open, classes="field--control")
        self._line.value = value

    def control(self) -> Widget:
        """The line."""
        return self._line

    @property
    def raw(self) -> str:
        """What is chosen, as text."""
        return str(self._line.value.id) if self._line.value else ""

    def read(self) -> Picked | None:
        """What is chosen."""
        if self.required and self._line.value is None:
            raise self._missing()
        return self._line.value

    def put(self, value: Picked | None) -> None:
        """Choose this."""
        self._line.value = value
        self.show_error(None)

    def written(self, value: Picked | None) -> str:
        """What it is called."""
        return plain(value.title) if value else ""

    def _open(self, typed: str) -> None:
        """Open the choices, with what was typed already."""
        picker = Picker(self._title_text, self._finder, placeholder=self._placeholder)
        if typed:
            picker.wait_for(typed)
        self.app.push_screen(picker, self._chosen)

    def _chosen(self, chosen: Picked | None) -> None:
        if chosen is None:
            return
        self.put(chosen)
        if isinstance(self.screen, TakesLines):
            self.screen.line_entered(self._line)

    @on(PickLine.Emptied)
    def _emptied(self, event: PickLine.Emptied) -> None:
        event.stop()
        if not self.required:
            self.put(None)
