"""A screen that a comment is written on: names, who would be told, sending it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Final
from uuid import UUID

from textual import on
from textual.timer import Timer

from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.domains.comments import service as comments
from kpix_tui.domains.comments.errors import MentionedOutOfSight
from kpix_tui.domains.comments.views import (
    AddComment,
    Comment,
    Draft,
    EditComment,
    Mentionable,
    Subject,
)
from kpix_tui.i18n.catalog import _, error_text
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.paging import PageRequest
from kpix_tui.tui.comments.mentions import Mentions
from kpix_tui.tui.comments.words import advice, mention_note
from kpix_tui.tui.comments.writer import Sheet, Writer
from kpix_tui.tui.comments.writing import WritingArea
from kpix_tui.tui.messages import SessionLost
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.modals.picker import Choice
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.work import begin

OFFERED: Final = 6
"""Names that are offered at once."""
TYPING_PAUSE: Final = 0.15
"""Seconds without a key before names are looked for."""
THINKING_PAUSE: Final = 0.5
"""Seconds without a key before it is said who would be told."""


class SendsComments(KpixScreen[None]):
    """What is being written is kept with the application, whatever happens to the screen."""

    def __init__(self, subject: Subject) -> None:
        super().__init__()
        self._subject = subject
        self._typing: Timer | None = None
        self._thinking: Timer | None = None
        self._sending = False

    @property
    def writer(self) -> Writer:
        """Where a comment is written."""
        return self.query_one("#writer", Writer)

    @property
    def mentions(self) -> Mentions:
        """The names that are offered."""
        return self.query_one(Mentions)

    def sent(self, made: Comment) -> None:
        """A comment was sent, or changed."""
        raise NotImplementedError

    def left(self) -> None:
        """Nothing is written any more."""
        raise NotImplementedError

    def write(self, sheet: Sheet) -> None:
        """Write this, or go on with what is begun already."""
        begun = self.kpix.drafts.get(self._subject)
        if begun is not None and begun.edited is None and sheet.edited is None:
            sheet = replace(begun, reply_to=sheet.reply_to)
        self.writer.begin(sheet)

    # -- while it is written -----------------------------------------------------------------------

    @on(Writer.Changed)
    def _changed(self) -> None:
        """Keep it; say who would be told, once the keys rest."""
        sheet = self.writer.sheet
        if sheet.begun:
            self.kpix.drafts[self._subject] = sheet
        else:
            self.kpix.drafts.pop(self._subject, None)
        if self._thinking is not None:
            self._thinking.stop()
        if "@" in sheet.text:
            self._thinking = self.set_timer(THINKING_PAUSE, self._think)
        elif not self.writer.failed:
            self.writer.advise("")

    def _think(self) -> None:
        begin(self, self._advise, group="advise", exclusive=True)

    async def _advise(self) -> None:
        """Who would be told, and who would not: said before anything is sent."""
        sheet = self.writer.sheet
        draft = Draft(self._subject.kpi_id, sheet.text, sheet.chosen)
        try:
            found = await self.bridge.read(comments.check_draft, draft)
        except NotSignedIn:
            self.app.post_message(SessionLost())
        except KpixError as error:
            self.writer.refuse(error)
        else:
            if self.writer.open and not (self._sending or self.writer.failed):
                self.writer.advise(advice(found, self._being_typed))

    @property
    def _being_typed(self) -> str | None:
        """The part of a name that may still become one that somebody has."""
        naming = self.writer.area.naming
        return naming if naming and (self.mentions.open or " " not in naming) else None

    # -- names ---------------------------------------------------------------------------------

    @on(WritingArea.Naming)
    def _naming(self, event: WritingArea.Naming) -> None:
        event.stop()
        if self._typing is not None:
            self._typing.stop()
        if event.text is None:
            self.workers.cancel_group(self, "names")
            self.mentions.do_close()
        else:
            self._typing = self.set_timer(TYPING_PAUSE, partial(self._look_for, event.text))

    def _look_for(self, text: str) -> None:
        begin(self, partial(self._find_names, text), group="names", exclusive=True)

    async def _find_names(self, text: str) -> None:
        wanted = PageRequest(limit=OFFERED)
        try:
            page = await self.bridge.read(
                comments.mentionable, self._subject.kpi_id, text.strip(), wanted
            )
        except NotSignedIn:
            self.app.post_message(SessionLost())
        except KpixError as error:
            self.writer.refuse(error)
        else:
            self._offer(text, page.rows)

    def _offer(self, text: str, found: tuple[Mentionable, ...]) -> None:
        """Show who was found, unless something else is being typed by now."""
        area = self.writer.area
        if area.naming == text:
            choices = [Choice(one, one.name, mention_note(one)) for one in found]
            self.mentions.offer(choices, area.below_name)

    @on(Mentions.Taken)
    def _taken(self, event: Mentions.Taken) -> None:
        event.stop()
        self.writer.take(event.value.id, event.value.name)

    @on(Mentions.Toggled)
    def _toggled(self, event: Mentions.Toggled) -> None:
        event.stop()
        self.refresh_bindings()

    # -- sending -------------------------------------------------------------------------------

    @on(Writer.Sent)
    def _send_asked(self) -> None:
        self._send(anyway=False)

    def _send(self, *, anyway: bool) -> None:
        """Send it; nothing is lost when that is refused."""
        if not self._sending:
            self._sending = True
            self.writer.wait(True)
            begin(self, partial(self._try_to_send, anyway=anyway), group="send")

    async def _try_to_send(self, *, anyway: bool) -> None:
        sheet = self.writer.sheet
        try:
            made = await self._command(sheet, anyway=anyway)()
        except NotSignedIn:
            self.app.post_message(SessionLost())
        except MentionedOutOfSight as error:
            self._ask_anyway(error)
        except KpixError as error:
            self.writer.refuse(error)
        else:
            self.writer.end()
            self.sent(made)
        finally:
            self._sending = False
            self.writer.wait(False)

    def _command(self, sheet: Sheet, *, anyway: bool) -> Callable[[], Awaitable[Comment]]:
        if sheet.edited is not None:
            edit = EditComment(
                sheet.edited.id, sheet.edited.version, sheet.text, sheet.chosen, anyway
            )
            return partial(self.bridge.write, comments.edit_comment, edit)
        reply_to: UUID | None = sheet.reply_to.id if sheet.reply_to else None
        add = AddComment(self._subject, sheet.text, reply_to, sheet.chosen, anyway)
        return partial(self.bridge.write, comments.add_comment, add)

    def _ask_anyway(self, error: KpixError) -> None:
        self.writer.refuse(error)
        question = Confirm(
            _("Send it although not everybody who is mentioned will be told?"),
            error_text(error),
            yes=_("Send"),
        )
        self.app.push_screen(question, self._anyway_asked)

    def _anyway_asked(self, sure: bool | None) -> None:
        if sure:
            self._send(anyway=True)

    # -- leaving -------------------------------------------------------------------------------

    @on(Writer.Left)
    def _left(self) -> None:
        """Drop it, after a question where something would be lost."""
        if not self.writer.sheet.begun:
            self._drop(True)
            return
        question = Confirm(
            _("Drop what you wrote?"),
            _("Tab leads back to the comments and keeps it."),
            yes=_("Drop"),
        )
        self.app.push_screen(question, self._drop)

    def _drop(self, sure: bool | None) -> None:
        if sure:
            self.writer.end()
            self.left()
