"""Where a comment is written: what it will be, the text, and who would be told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar
from uuid import UUID

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static, TextArea

from kpix_tui.domains.comments.rules import MAXIMUM_TEXT
from kpix_tui.domains.comments.views import Comment
from kpix_tui.i18n.catalog import _, error_text
from kpix_tui.kernel.errors import KpixError
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.comments.mentions import Mentions
from kpix_tui.tui.comments.writing import WritingArea
from kpix_tui.tui.errors import TextTooLong
from kpix_tui.tui.widgets.inputs import AreaInput
from kpix_tui.tui.widgets.text import clip, plain


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is being written: a comment, a reply to one, or another text of one's own.

    ``chosen`` are those who were taken from the list of names.
    """

    text: str = ""
    reply_to: Comment | None = None
    edited: Comment | None = None
    chosen: frozenset[UUID] = frozenset()

    @property
    def heading(self) -> str:
        """What it will be."""
        if self.edited is not None:
            return _("Your comment, changed")
        if self.reply_to is not None:
            name = clip(plain(self.reply_to.author_name), 60)
            return _("Reply to {name}").format(name=name)
        return _("New comment")

    @property
    def begun(self) -> bool:
        """Whether something would be lost."""
        return self.text.strip() != (self.edited.text if self.edited else "")


class Writer(Vertical):
    """Hidden while nothing is written."""

    PLACE = "writer"
    BINDINGS = bindings_for("writer")
    DEFAULT_CLASSES: ClassVar[str] = "writer"

    class Changed(Message):
        """Another text stands in it."""

    class Sent(Message):
        """It is to be sent."""

    class Left(Message):
        """It is to be dropped, or left where nothing is begun."""

    def __init__(self, mentions: Mentions, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sheet = Sheet()
        self._area = WritingArea(
            mentions, longest=MAXIMUM_TEXT, highlight_cursor_line=False, show_line_numbers=False
        )
        # Held and not looked for: an answer may come while the screen is being left.
        self._heading = Static("", classes="writer--heading", markup=False)
        self._message = Static("", classes="writer--message", markup=False)

    def compose(self) -> ComposeResult:
        """What it will be, the text, what is said about it."""
        yield self._heading
        yield self._area
        yield self._message

    @property
    def area(self) -> WritingArea:
        """The field that has the focus."""
        return self._area

    @property
    def sheet(self) -> Sheet:
        """What is being written now."""
        return replace(self._sheet, text=self._area.text)

    @property
    def open(self) -> bool:
        """Whether it is shown."""
        return self.has_class("-open")

    @property
    def failed(self) -> bool:
        """Whether something is wrong with it."""
        return self.has_class("-failed")

    def begin(self, sheet: Sheet) -> None:
        """Write this, from its end on."""
        self._sheet = sheet
        self._heading.update(sheet.heading)
        if self._area.text != sheet.text:
            self._area.load_text(sheet.text)
            self._area.move_cursor(self._area.document.end)
        self.advise("")
        self.add_class("-open")
        # At once and not when there is time: what is typed next belongs to it already.
        self.screen.set_focus(self._area)

    def end(self) -> None:
        """Nothing is written any more."""
        self._sheet = Sheet()
        self._area.load_text("")
        self.remove_class("-open")

    def take(self, mentioned: UUID, name: str) -> None:
        """Write the name of somebody who was chosen."""
        self._sheet = replace(self._sheet, chosen=self._sheet.chosen | {mentioned})
        self._area.put_name(name)

    # -- what is said about it -----------------------------------------------------------------

    def advise(self, text: str) -> None:
        """Say who would be told; nothing to say: how to write."""
        how = _("Enter starts a new line, @ names a person or a team.")
        self._say(text or how)

    def refuse(self, error: KpixError) -> None:
        """Say what is wrong with it."""
        self._say(error_text(error), failed=True)
        self.screen.set_focus(self._area)

    def wait(self, waiting: bool) -> None:
        """It is on its way, or not any more."""
        self.set_class(waiting, "-sending")

    def _say(self, text: str, *, failed: bool = False) -> None:
        self.set_class(failed, "-failed")
        self._message.update(text)

    @on(TextArea.Changed)
    def _changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if self.failed:
            self.advise("")
        self.post_message(self.Changed())

    @on(AreaInput.Refused)
    def _refused(self, event: AreaInput.Refused) -> None:
        """Too long: nothing was added to it."""
        event.stop()
        self.refuse(TextTooLong(limit=MAXIMUM_TEXT, length=event.length))

    # -- keys ----------------------------------------------------------------------------------

    def do_send(self) -> None:
        """Send it."""
        self.post_message(self.Sent())

    def do_drop(self) -> None:
        """Leave it."""
        self.post_message(self.Left())
