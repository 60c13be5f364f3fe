"""One thing among many, found by typing a part of its name: a person, a team."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.errors import KpixError
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.messages import SessionLost
from kpix_tui.tui.screen import KpixModal
from kpix_tui.tui.widgets.footer import KpixFooter
from kpix_tui.tui.widgets.inputs import LineInput
from kpix_tui.tui.widgets.notice import Notice
from kpix_tui.tui.widgets.text import clip, plain
from kpix_tui.tui.work import begin

Value = TypeVar("Value")

WIDEST = 40
"""Cells for the titles."""
TYPING_PAUSE = 0.15
"""Seconds without a key before what was typed is looked for."""


@dataclass(frozen=True, slots=True)
class Choice(Generic[Value]):
    """Something to choose: what it is called, and what is said beside it."""

    value: Value
    title: str
    note: str = ""


Finder = Callable[[str], Awaitable[Sequence[Choice[Value]]]]


class Picker(KpixModal[Value]):
    """Type, choose with the arrows, Enter; the answer is the value of the choice.

    ``finder`` is asked for the choices that contain what was typed, with nothing typed too. There
    is no line to type in without ``search``. ``current`` is where the cursor is to begin with.
    """

    PLACE: ClassVar[str] = "picker"
    BINDINGS = bindings_for("picker")

    def __init__(
        self,
        title: str,
        finder: Finder[Value],
        *,
        placeholder: str = "",
        search: bool = True,
        current: Value | None = None,
    ) -> None:
        super().__init__()
        self._title_text = title
        self._finder = finder
        self._placeholder = placeholder
        self._can_search = search
        self._current = current
        self._shown: Sequence[Choice[Value]] = ()
        self._answered: str | None = None
        self._entered_early = False
        self._typing: Timer | None = None

    def compose(self) -> ComposeResult:
        """What is asked, a line to type in, what matches."""
        with Vertical(classes="dialog palette picker"):
            yield Static(plain(self._title_text), classes="dialog--title", markup=False)
            if self._can_search:
                yield LineInput(placeholder=self._placeholder, id="palette-input")
            options = OptionList(id="palette-list", markup=False, compact=True)
            options.can_focus = False  # the keys are the window's
            yield options
            yield Notice(id="notice")
            yield KpixFooter()

    def on_mount(self) -> None:
        """The first of all, to begin with."""
        self._search()

    @property
    def _text(self) -> str:
        return self.query_one(LineInput).value.strip() if self._can_search else ""

    @on(LineInput.Changed)
    def _typed(self, event: LineInput.Changed) -> None:
        event.stop()
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(TYPING_PAUSE, self._search)

    def _search(self) -> None:
        begin(self, self._find, group="find", exclusive=True)

    async def _find(self) -> None:
        notice = self.query_one("#notice", Notice)
        text = self._text
        try:
            found = await self._finder(text)
        except NotSignedIn:
            self.app.post_message(SessionLost())
        except KpixError as error:
            notice.show_error(error)
        else:
            notice.clear()
            self._answered = text
            self._show(found)
            if self._entered_early and len(found) == 1:
                self.do_choose()
            self._entered_early = False

    def _show(self, choices: Sequence[Choice[Value]]) -> None:
        self._shown = choices
        options = self.query_one(OptionList)
        options.clear_options()
        if not choices:
            options.add_option(Option(Content(_("Nothing matches.")), disabled=True))
            return
        width = min(WIDEST, max(cell_len(plain(one.title)) for one in choices))
        options.add_options(_option(one, width) for one in choices)
        values = [one.value for one in choices]
        options.highlighted = values.index(self._current) if self._current in values else 0

    def do_up(self) -> None:
        """The line above."""
        self.query_one(OptionList).action_cursor_up()

    def do_down(self) -> None:
        """The line below."""
        self.query_one(OptionList).action_cursor_down()

    @on(LineInput.Submitted)
    def _entered(self, event: LineInput.Submitted) -> None:
        event.stop()
        self.do_choose()

    def do_choose(self) -> None:
        """Take it; before the answer to what was typed is there, only what alone matches."""
        if self._text != self._answered:
            self._entered_early = True
            self._search()
            return
        index = self.query_one(OptionList).highlighted
        if index is not None and self._shown:
            self.dismiss(self._shown[index].value)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._shown[event.option_index].value)


def _option(choice: Choice[Any], width: int) -> Option:
    """The notes stand under each other."""
    title = clip(plain(choice.title), WIDEST)
    padding = " " * (2 + max(0, width - cell_len(title)))
    return Option(Content.assemble(title, padding, (plain(choice.note), "$text-muted")))
