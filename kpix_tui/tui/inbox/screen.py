"""The inbox: what happened that I should know, unread first; Enter goes to it."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from kpix_tui.domains.comments.views import Subject
from kpix_tui.domains.notifications import service as notifications
from kpix_tui.domains.notifications.views import InboxFilter, Notification
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.kernel.changes import Kind
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.comments.screen import CommentsScreen
from kpix_tui.tui.inbox.cells import columns
from kpix_tui.tui.inbox.form import InboxForm, shown_words
from kpix_tui.tui.inbox.preferences import choose_kinds
from kpix_tui.tui.kpi.screen import KpiScreen
from kpix_tui.tui.plans.screen import PlanScreen
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.table import PagedTable
from kpix_tui.tui.work import begin

_EVERYTHING: Final = InboxFilter()


class InboxScreen(KpixScreen[None]):
    """``wanted`` is what is shown; everything, to begin with."""

    PLACE: ClassVar[str] = "inbox"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset({Kind.NOTIFICATION})

    def __init__(self, wanted: InboxFilter = _EVERYTHING) -> None:
        super().__init__()
        self._wanted = wanted

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (_("Inbox"),)

    def body(self) -> ComposeResult:
        """What is shown, and the notifications."""
        yield Static("", id="inbox-shown", markup=False)
        yield PagedTable(
            columns(Writing(self.kpix.locale, self.kpix.ascii), self.kpix.timezone),
            self._load,
            row_key=lambda row: row.id,
            empty=_("Nothing has happened that you should know."),
            empty_step=_("Mentions, changes of status, assignments and due dates come here."),
            sort="unread",
            id="inbox",
        )

    def begin(self) -> None:
        """The list reads by itself."""
        self.table.focus()
        self._say_shown()

    @property
    def table(self) -> PagedTable[Notification]:
        """The notifications."""
        return self.query_one("#inbox", PagedTable)

    async def _load(self, request: PageRequest) -> Page[Notification]:
        return await self.bridge.read(notifications.inbox, request, self._wanted)

    def reload(self) -> None:
        """Read again, the bell too."""
        self.table.reload()
        self.kpix.ring()

    def on_screen_resume(self) -> None:
        """Back from what a notification was about: it has been read."""
        if self.table.total:
            self.reload()

    def _say_shown(self) -> None:
        line = self.query_one("#inbox-shown", Static)
        words = shown_words(self._wanted)
        line.display = bool(words)
        line.update(Content.assemble((_("Shown") + "  ", "$text-muted"), (words, "bold")))

    # -- what can be done --------------------------------------------------------------------------

    def why_not(self, action: Action) -> str | None:
        """Something must be under the cursor."""
        if action.id == "inbox.read" and self.table.current is None:
            return _("There is no notification under the cursor.")
        return super().why_not(action)

    @on(PagedTable.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    def do_read(self) -> None:
        """Read, or not any more."""
        if (row := self.table.current) is not None:
            self.attempt(partial(self._mark, row, read=row.read_at is None))

    async def _mark(self, row: Notification, *, read: bool) -> None:
        await self.bridge.write(notifications.mark_read, [row.id], read=read)
        self.reload()

    def do_all_read(self) -> None:
        """Everything that is shown."""
        self.attempt(self._mark_all)

    async def _mark_all(self) -> None:
        count = await self.bridge.write(notifications.mark_all_read, None, self._wanted)
        text = ngettext("{count} marked as read.", "{count} marked as read.", count)
        self.app.notify(text.format(count=count), timeout=3)
        self.reload()

    def do_narrow(self) -> None:
        """Choose what is shown."""
        self.app.push_screen(InboxForm(self._wanted), self._narrowed)

    def _narrowed(self, wanted: InboxFilter | None) -> None:
        if wanted is not None:
            self._wanted = wanted
            self._say_shown()
            self.table.restart()

    def do_preferences(self) -> None:
        """Choose what to hear of."""
        begin(self, partial(choose_kinds, self.kpix), group="open", exclusive=True)

    @on(PagedTable.Opened)
    def _opened(self, event: PagedTable.Opened) -> None:
        row: Notification = event.row
        if (screen := _about(row)) is not None:
            self.kpix.open(screen)
        else:
            self.app.notify(_("There is nothing to open."))
        if row.read_at is None:
            self.attempt(partial(self._mark, row, read=True))

    def again(self) -> KpixScreen[Any]:
        """The inbox anew."""
        return InboxScreen(self._wanted)


def _about(row: Notification) -> KpixScreen[Any] | None:
    """The screen of what a notification is about: a comment, else an action, else the KPI."""
    if row.kpi_id is None:
        return None
    if row.comment_id is not None:
        subject = Subject(row.kpi_id, row.period_start, row.action_id)
        return CommentsScreen(subject, called=row.action_title or "", at=row.comment_id)
    if row.action_id is not None:
        return PlanScreen(row.action_id, title=row.action_title or "")
    return KpiScreen(row.kpi_id)
