"""The comments on a KPI, a value or an action, and the field to write one in."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, ClassVar, Final
from uuid import UUID

from textual import on
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widgets import Static

from kpix_tui.access.policy import Target
from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.domains.comments import service as comments
from kpix_tui.domains.comments.views import Comment, Subject
from kpix_tui.domains.overview import service as overview
from kpix_tui.domains.overview.views import KpiDetail
from kpix_tui.domains.plans import service as plans
from kpix_tui.domains.plans.errors import PlanNotFound
from kpix_tui.domains.values import service as values
from kpix_tui.domains.values.views import ValueRow
from kpix_tui.i18n.catalog import _, error_text, ngettext
from kpix_tui.kernel.changes import Change, Kind
from kpix_tui.kernel.errors import Forbidden, KpixError
from kpix_tui.kernel.paging import PAGE_SIZE, Page, PageRequest
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.comments.block import Speech, links_of
from kpix_tui.tui.comments.mentions import Mentions
from kpix_tui.tui.comments.seen import Seen
from kpix_tui.tui.comments.sending import SendsComments
from kpix_tui.tui.comments.thread import Thread
from kpix_tui.tui.comments.trace import Trace
from kpix_tui.tui.comments.words import about_lines
from kpix_tui.tui.comments.writer import Sheet, Writer
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.modals.picker import Choice, Picker
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.sharing.head import Head
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.text import clip, plain

SEEN_AFTER: Final = 1.0
"""Seconds on the screen after which a comment has been read."""

_ON_A_COMMENT: Final = (
    *("comments.reply", "comments.edit", "comments.delete"),
    *("comments.trace", "comments.copy", "comments.link"),
)
_ON_A_TEXT: Final = tuple(name for name in _ON_A_COMMENT if name != "comments.trace")


class CommentsScreen(SendsComments):
    """``called`` is the title of the action that they are about; ``at`` the comment to begin at."""

    PLACE: ClassVar[str] = "comments"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset({Kind.COMMENT, Kind.KPI})

    def __init__(self, subject: Subject, *, called: str = "", at: UUID | None = None) -> None:
        super().__init__(subject)
        self._called = called
        self._at = at
        self._detail: KpiDetail | None = None
        self._seen = Seen()
        self._looking: Timer | None = None

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        if self._detail is None:
            return (_("Comments"),)
        return (self._detail.row.dashboard_title, self._detail.row.name, _("Comments"))

    def body(self) -> ComposeResult:
        """What they are about, the comments, how many, the field, the names."""
        writing = Writing(self.kpix.locale, self.kpix.ascii)
        wide = self._subject.period_start is None and self._subject.action_id is None
        mentions = Mentions()
        yield Head(id="comments-head")
        yield Thread(Speech(writing, self.kpix.timezone, wide=wide), id="thread")
        yield Static("", id="comments-count", classes="count", markup=False)
        yield Writer(mentions, id="writer")
        yield mentions

    def begin(self) -> None:
        """Go on with what was being written here."""
        self.thread.say(_("Loading…"))
        self.set_focus(self.thread)
        if (kept := self.kpix.drafts.get(self._subject)) is not None:
            self.writer.begin(kept)
        super().begin()

    @property
    def thread(self) -> Thread:
        """The comments."""
        return self.query_one("#thread", Thread)

    def concerns(self, change: Change) -> bool:
        """What is said about this KPI."""
        return super().concerns(change) and change.touches(kpi=self._subject.kpi_id)

    # -- reading -----------------------------------------------------------------------------------

    async def fetch(self) -> None:
        """What they are about, and the newest of them, or those that were shown."""
        try:
            detail, value, called, page = await asyncio.gather(
                self.bridge.read(overview.show_kpi, self._subject.kpi_id),
                self._read_value(),
                self._read_called(),
                self._read_page(),
            )
        except NotSignedIn:
            raise
        except KpixError as error:
            if self.thread.rows:
                raise
            self.thread.say(error_text(error), _("Press r to try again."), failed=True)
            return
        self._detail = detail
        writing = Writing(self.kpix.locale, self.kpix.ascii)
        self.query_one(Head).show(*about_lines(detail, value, called, writing))
        self.refresh_crumbs()
        await self._show(page)

    async def _read_value(self) -> ValueRow | None:
        day = self._subject.period_start
        if day is None:
            return None
        found = await self.bridge.read(
            values.list_values, self._subject.kpi_id, PageRequest(limit=1), since=day, until=day
        )
        return found.rows[0] if found.rows else None

    async def _read_called(self) -> str | None:
        """What the action is called that they are about; empty: it is gone. None: about none."""
        if self._subject.action_id is None or self._called:
            return self._called or None
        try:
            return (await self.bridge.read(plans.get_plan, self._subject.action_id)).title
        except (PlanNotFound, Forbidden):
            return ""

    async def _read_page(self) -> Page[Comment]:
        """From the first one that was shown on; to begin with, the last page."""
        shown = self.thread.rows
        if shown:
            return await self._read(self.thread.first, len(shown) + PAGE_SIZE)
        page = await self._read(0, PAGE_SIZE)
        return await self._read(page.total - PAGE_SIZE, PAGE_SIZE) if page.has_next else page

    async def _read(self, offset: int, limit: int) -> Page[Comment]:
        wanted = PageRequest(offset=offset, limit=limit, sort="thread")
        return await self.bridge.read(comments.list_comments, self._subject, wanted)

    async def _show(self, page: Page[Comment]) -> None:
        fresh = not self.thread.rows
        self._seen.forget()
        if page.rows:
            self.thread.put(page)
        else:
            self.thread.say(_("No comment yet."), _("Press n to write the first one."))
        if fresh:
            await self._go_to_beginning()
        self._say_count()
        self._look()
        self.refresh_bindings()

    async def _go_to_beginning(self) -> None:
        """To the comment that was asked for, else to the first that is new, else to the last."""
        while self._at is not None and not self.thread.go_to(self._at) and self.thread.first:
            await self._read_earlier()
        if self._at is not None and not self.thread.go_to(self._at):
            self.app.notify(_("This comment is no longer here, or you may no longer see it."))
            self._at = None
        if self._at is None:
            new = next((row.id for row in self.thread.rows if row.unread), None)
            if new is None or not self.thread.go_to(new):
                self.thread.do_last()

    @on(Thread.Wanted)
    def _earlier_wanted(self, event: Thread.Wanted) -> None:
        event.stop()
        self.attempt(self._read_earlier, group="earlier", exclusive=True)

    async def _read_earlier(self) -> None:
        """A page of those before the first that is shown."""
        end = self.thread.first
        offset = max(0, end - PAGE_SIZE)
        page = await self._read(offset, end - offset)
        if self.thread.first == end:
            self.thread.put_before(page)
            self._say_count()

    def _say_count(self) -> None:
        total, new = self.thread.total, sum(row.unread for row in self.thread.rows)
        text = ngettext("{count} comment", "{count} comments", total).format(count=total)
        if new:
            text += ", " + ngettext("{count} new", "{count} new", new).format(count=new)
        self.query_one("#comments-count", Static).update(text)

    # -- what is new -------------------------------------------------------------------------------

    @on(Thread.Scrolled)
    def _scrolled(self, event: Thread.Scrolled) -> None:
        event.stop()
        self._look()

    @on(Thread.Moved)
    def _moved(self, event: Thread.Moved) -> None:
        event.stop()
        self.refresh_bindings()
        self._look()

    def _look(self) -> None:
        """What can be seen counts as read a moment later."""
        if self._seen.add(self.thread.in_sight) and self._looking is None:
            self._looking = self.set_timer(SEEN_AFTER, self._looked)

    def _looked(self) -> None:
        self._looking = None
        self.attempt(self._mark_seen, group="seen")

    async def _mark_seen(self) -> None:
        """The marks stay on the screen until it is read again: one sees what was new."""
        for thread_id, until in self._seen.take().items():
            await self.bridge.write(comments.mark_thread_read, thread_id, until)
        self.kpix.ring()

    # -- permissions -------------------------------------------------------------------------------

    def target_of(self, action: Action) -> Target | None:
        """The comment that it changes, or the KPI that it is written about."""
        row = self.thread.current
        if action.id in ("comments.edit", "comments.delete"):
            return row.target if row else None
        return self._detail.kpi.target if self._detail else None

    def why_not(self, action: Action) -> str | None:
        """Something must be under the cursor, and it must be one's own to be changed."""
        row = self.thread.current
        if action.id in _ON_A_COMMENT and row is None:
            return _("There is no comment under the cursor.")
        if row is not None and (reason := self._why_not_this(action, row)):
            return reason
        if action.id == "comments.next" and self._next_new() is None:
            return _("There is nothing new below.")
        return super().why_not(action)

    def _why_not_this(self, action: Action, row: Comment) -> str | None:
        if action.id in _ON_A_TEXT and row.deleted_at is not None:
            return _("This comment was deleted.")
        if action.id == "comments.edit" and not self._mine(row):
            return _("Only {name}, who wrote it, can change it.").format(
                name=plain(row.author_name)
            )
        if action.id == "comments.link" and not links_of(row):
            return _("There is no link in this comment.")
        if action.id == "comments.trace" and row.edited_at is None and row.deleted_at is None:
            return _("This comment was never changed.")
        return None

    def _mine(self, row: Comment) -> bool:
        return self.kpix.actor is not None and row.author_id == self.kpix.actor.user_id

    # -- actions -----------------------------------------------------------------------------------

    def do_write(self) -> None:
        """Write a comment."""
        self.write(Sheet())

    def do_reply(self) -> None:
        """Reply to the one under the cursor."""
        if (row := self.thread.current) is not None:
            self.write(Sheet(reply_to=row))

    def do_edit(self) -> None:
        """Change the one under the cursor."""
        if (row := self.thread.current) is not None:
            self.write(Sheet(row.text, edited=row, chosen=frozenset(m.id for m in row.mentions)))

    def do_delete(self) -> None:
        """Take the one under the cursor back, after a question."""
        if (row := self.thread.current) is None:
            return
        question = Confirm(
            _("Delete the comment “{text}”?").format(text=clip(plain(row.text), 60)),
            _("Its place in the thread stays; you can still read what it said, with t."),
            yes=_("Delete"),
        )
        self.app.push_screen(question, partial(self._delete_asked, row))

    def _delete_asked(self, row: Comment, sure: bool | None) -> None:
        async def delete() -> None:
            self.thread.change([await self.bridge.write(comments.delete_comment, row.id)])

        if sure:
            self.attempt(delete)

    def do_next(self) -> None:
        """To the next one that is new."""
        if (row := self._next_new()) is not None:
            self.thread.go_to(row.id)

    def _next_new(self) -> Comment | None:
        below = self.thread.rows[self.thread.cursor + 1 :]
        return next((row for row in below if row.unread), None)

    def do_trace(self) -> None:
        """Every text that it had."""
        if (row := self.thread.current) is not None:
            self.attempt(partial(self._show_trace, row), group="open", exclusive=True)

    async def _show_trace(self, row: Comment) -> None:
        page = await self.bridge.read(comments.comment_history, row.id)
        self.app.push_screen(Trace(row, page, self.kpix.timezone))

    def do_copy(self) -> None:
        """Copy the text."""
        if (row := self.thread.current) is not None:
            self._copy(row.text)

    def do_link(self) -> None:
        """Copy the address in it, the one that is chosen of several."""
        links = links_of(self.thread.current) if self.thread.current else []
        if len(links) == 1:
            self._copy(links[0])
        elif links:
            choices = [Choice(link, link) for link in links]

            async def find(_text: str) -> list[Choice[str]]:
                return choices

            self.app.push_screen(Picker(_("Copy which link?"), find, search=False), self._copy)

    def _copy(self, text: str | None) -> None:
        if text:
            self.app.copy_to_clipboard(text)
            said = clip(" ".join(plain(text).split()), 60)
            self.app.notify(_("Copied: {text}").format(text=said), timeout=2)

    # -- after writing -------------------------------------------------------------------------

    def sent(self, made: Comment) -> None:
        """Show it, and go to it."""
        self.set_focus(self.thread)

        async def show() -> None:
            await self._show(await self._read_page())
            self.thread.go_to(made.id)

        self.attempt(show, group="fetch", exclusive=True)

    def left(self) -> None:
        """Back to the comments."""
        self.set_focus(self.thread)

    def do_back(self) -> None:
        """Leave; what is begun is kept."""
        if self._subject in self.kpix.drafts:
            self.app.notify(_("What you were writing is kept: c leads back to it."), timeout=4)
        super().do_back()

    def again(self) -> KpixScreen[Any]:
        """These comments anew."""
        return CommentsScreen(self._subject, called=self._called)
