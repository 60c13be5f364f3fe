"""The audit log: the newest entry first, searched by who, what, which object and when."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from kpix_tui.app.audit import Asked, action_words, actor_words, object_words, summary
from kpix_tui.domains.audit import service as audit
from kpix_tui.domains.audit.views import AuditRow
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.changes import Kind
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.audit.entry import AuditEntry
from kpix_tui.tui.audit.form import AuditForm
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.table import PagedTable
from kpix_tui.tui.widgets.text import clip

_EVERYTHING = Asked()
_ON_A_ROW = ("audit.same", "audit.person")


class AuditScreen(KpixScreen[None]):
    """``asked`` is what is searched for; nothing, to begin with."""

    PLACE: ClassVar[str] = "audit"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset(Kind)

    def __init__(self, asked: Asked = _EVERYTHING) -> None:
        super().__init__()
        self._asked = asked

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (_("Administration"), _("Audit log"))

    def body(self) -> ComposeResult:
        """What is searched for, then the entries."""
        yield Static(self._sentence(), id="audit-asked", markup=False)
        yield PagedTable(
            self._columns(),
            self._load,
            row_key=lambda row: row.id,
            empty=_("Nothing was recorded that matches."),
            empty_step=_("Press A to see everything."),
            sort="-at",
            id="audit",
        )

    def begin(self) -> None:
        """The list reads by itself."""
        self.table.focus()

    @property
    def table(self) -> PagedTable[AuditRow]:
        """The list."""
        return self.query_one("#audit", PagedTable)

    async def _load(self, request: PageRequest) -> Page[AuditRow]:
        wanted = self._asked.filter(self._timezone, self.kpix.locale)
        return await self.bridge.read(audit.list_audit, request, wanted)

    def reload(self) -> None:
        """Read the list again."""
        self.table.reload()

    @property
    def _timezone(self) -> str:
        return self.kpix.actor.timezone if self.kpix.actor else "UTC"

    # -- columns -------------------------------------------------------------------------------

    def _columns(self) -> list[Column[AuditRow]]:
        return [
            Column(_("Date"), self._date, 17, "at"),
            Column(_("Done by"), _actor, 13, "who", grow=1),
            Column(_("Action"), _action, 20, "what"),
            Column(_("Object"), self._object, 22, "object", grow=3),
            Column(_("Changes"), self._changes, 20, grow=4, priority=1),
        ]

    def _date(self, row: AuditRow, _width: int) -> Content:
        writing = Writing(self.kpix.locale, self.kpix.ascii)
        return Content.styled(writing.moment(row.at, self._timezone), "$text-muted")

    def _object(self, row: AuditRow, width: int) -> Content:
        return Content.styled(clip(object_words(row, self.kpix.locale), width), "bold")

    def _changes(self, row: AuditRow, width: int) -> Content:
        told = summary(row, self._timezone, self.kpix.locale, ascii=self.kpix.ascii)
        return Content.styled(clip(told, width), "$text-muted")

    # -- searching -----------------------------------------------------------------------------

    def _sentence(self) -> Content:
        told = self._asked.words()
        if not told:
            return Content.styled(_("Everything that was recorded."), "$text-muted")
        return Content.assemble((_("Only") + "  ", "$text-muted"), clip(told, 300))

    def search(self, asked: Asked) -> None:
        """Show what ``asked`` keeps, from the newest on."""
        self._asked = asked
        self.query_one("#audit-asked", Static).update(self._sentence())
        self.table.restart()
        self.refresh_bindings()

    def why_not(self, action: Action) -> str | None:
        """Something must be under the cursor, or be searched for."""
        row = self.table.current
        if action.id in _ON_A_ROW and row is None:
            return _("There is no entry under the cursor.")
        if action.id == "audit.same" and row is not None and row.subject_id is None:
            return _("This entry is about no object of its own.")
        if action.id == "audit.person" and row is not None and row.actor_id is None:
            return _("The operator of the database did this, and no user.")
        if action.id == "audit.all" and self._asked == _EVERYTHING:
            return _("Everything is shown already.")
        return super().why_not(action)

    def do_search(self) -> None:
        """Ask what to look for."""
        self.app.push_screen(AuditForm(self._asked, self._timezone), self._asked_for)

    def _asked_for(self, asked: Asked | None) -> None:
        if asked is not None:
            self.search(asked)

    def do_same(self) -> None:
        """Only the object under the cursor."""
        row = self.table.current
        if row is not None and row.subject_id is not None:
            name = row.names.get(row.subject_id, "")
            self.search(Asked(about=str(row.subject_id), label=name))

    def do_person(self) -> None:
        """Only the person under the cursor."""
        row = self.table.current
        if row is not None and row.actor_id is not None:
            self.search(Asked(who=row.actor or str(row.actor_id)))

    def do_all(self) -> None:
        """Drop what was searched for."""
        self.search(_EVERYTHING)

    @on(PagedTable.Opened)
    def _opened(self, event: PagedTable.Opened) -> None:
        self.app.push_screen(AuditEntry(event.row, self._timezone))

    @on(PagedTable.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    def again(self) -> KpixScreen[Any]:
        """The log anew, with the same search."""
        return AuditScreen(self._asked)


def _actor(row: AuditRow, width: int) -> str:
    return clip(actor_words(row), width)


def _action(row: AuditRow, width: int) -> str:
    return clip(action_words(row.action), width)
