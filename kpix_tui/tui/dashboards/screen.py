"""The list of dashboards, with the statuses of what stands on them."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from kpix_tui.access.policy import Target
from kpix_tui.domains.audit.views import LatestChange
from kpix_tui.domains.dashboards import service as dashboards
from kpix_tui.domains.dashboards.views import Dashboard
from kpix_tui.domains.overview import service as overview
from kpix_tui.domains.overview.views import DashboardRow
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_day
from kpix_tui.i18n.sharing import narrowed_word
from kpix_tui.kernel.changes import Kind
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.dashboard.screen import DashboardScreen
from kpix_tui.tui.dashboards.form import DashboardForm
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.sharing.access import AccessScreen
from kpix_tui.tui.sharing.screen import SharingScreen
from kpix_tui.tui.themes import MONO
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.status import status_bar, status_counts
from kpix_tui.tui.widgets.table import PagedTable
from kpix_tui.tui.widgets.text import clip, plain

_ON_A_ROW = ("dashboards.edit", "dashboards.archive", "dashboards.sharing", "dashboards.access")


class DashboardsScreen(KpixScreen[None]):
    """Where one starts."""

    PLACE: ClassVar[str] = "dashboards"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset(Kind)

    def __init__(self, *, archived: bool = False) -> None:
        super().__init__()
        self._archived = archived

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (_("Archived dashboards") if self._archived else _("Dashboards"),)

    def body(self) -> ComposeResult:
        """One list."""
        empty = _("No dashboard is archived.") if self._archived else _("No dashboard yet.")
        step = (
            _("Press A to go back to those in use.")
            if self._archived
            else _("Press n to create the first one, or run: kpix import values FILE")
        )
        yield PagedTable(
            self._columns(),
            self._load,
            row_key=lambda row: row.id,
            empty=empty,
            empty_step=step,
            sort="title",
            id="dashboards",
        )

    def begin(self) -> None:
        """The list reads by itself."""
        self.table.focus()

    @property
    def table(self) -> PagedTable[DashboardRow]:
        """The list."""
        return self.query_one("#dashboards", PagedTable)

    async def _load(self, request: PageRequest) -> Page[DashboardRow]:
        return await self.bridge.read(overview.list_dashboards, request, archived=self._archived)

    def reload(self) -> None:
        """Read the list again."""
        self.table.reload()

    def tells_of(self, latest: LatestChange) -> bool:  # noqa: ARG002 - the same for all
        """Whatever was done to a dashboard or a KPI that one sees."""
        return True

    # -- columns -------------------------------------------------------------------------------

    def _columns(self) -> list[Column[DashboardRow]]:
        return [
            Column(_("Title"), _title, 30, "title", grow=1),
            Column(_("Process"), _process, 13, "process", priority=3),
            Column(_("Owner"), _owner, 14, "owner", priority=4),
            Column(_("KPIs"), lambda row, _width: str(row.statuses.total), 4, "kpis", "right"),
            Column("", self._bar, 8, priority=2),
            Column(_("Statuses"), self._counts, 23, "red"),
            Column(_("Changed"), self._changed_on, 11, "updated_at", priority=5),
        ]

    def _bar(self, row: DashboardRow, width: int) -> Content:
        colours = self.app.theme != MONO
        return status_bar(row.statuses, width, ascii=self.kpix.ascii, colours=colours)

    def _counts(self, row: DashboardRow, width: int) -> Content:
        if not row.statuses.total:
            return Content.styled(_("no KPI yet"), "$text-disabled")
        return status_counts(row.statuses, ascii=self.kpix.ascii, width=width)

    def _changed_on(self, row: DashboardRow, _width: int) -> Content:
        text = format_day(row.updated_at, self.kpix.timezone, self.kpix.locale)
        return Content.styled(text, "$text-muted")

    # -- actions -------------------------------------------------------------------------------

    def target_of(self, action: Action) -> Target | None:
        """The dashboard under the cursor."""
        row = self.table.current
        return row.target if row is not None and action.id in _ON_A_ROW else None

    def why_not(self, action: Action) -> str | None:
        """Something must be under the cursor, and archived dashboards take no changes."""
        if action.id in _ON_A_ROW and self.table.current is None:
            return _("There is no dashboard under the cursor.")
        if action.id == "dashboards.edit" and self._archived:
            return _("An archived dashboard takes no changes: put it back first, with d.")
        return super().why_not(action)

    @on(PagedTable.Opened)
    def _opened(self, event: PagedTable.Opened) -> None:
        self.kpix.open(DashboardScreen(event.row.id, title=event.row.title))

    @on(PagedTable.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    def on_screen_resume(self) -> None:
        """Back from a dashboard: its counts may have changed."""
        if self.table.total:
            self.reload()

    def do_new(self) -> None:
        """Create a dashboard and open it."""
        self.app.push_screen(DashboardForm(), self._created)

    def _created(self, made: Dashboard | None) -> None:
        if made is not None:
            self.reload()
            self.kpix.open(DashboardScreen(made.id, title=made.title))

    def do_edit(self) -> None:
        """Change the dashboard under the cursor."""
        if (row := self.table.current) is not None:
            self.app.push_screen(DashboardForm(row), self._changed)

    def _changed(self, made: Dashboard | None) -> None:
        if made is not None:
            self.reload()

    def do_archive(self) -> None:
        """Take the dashboard under the cursor out of the list, or put it back."""
        row = self.table.current
        if row is None:
            return
        if self._archived:
            self.attempt(partial(self._put_away, row, archived=False))
            return
        question = Confirm(
            _("Archive the dashboard “{title}”?").format(title=clip(plain(row.title), 200)),
            _(
                "It leaves this list with its {count} KPIs. Nothing is lost: A shows it again."
            ).format(count=row.statuses.total),
            yes=_("Archive"),
        )
        self.app.push_screen(question, partial(self._asked, row))

    def _asked(self, row: DashboardRow, sure: bool | None) -> None:
        if sure:
            self.attempt(partial(self._put_away, row, archived=True))

    async def _put_away(self, row: DashboardRow, *, archived: bool) -> None:
        await self.bridge.write(dashboards.archive_dashboard, row.id, archived=archived)
        self.reload()

    def do_sharing(self) -> None:
        """Who the dashboard under the cursor is shared with."""
        if (row := self.table.current) is not None:
            self.kpix.open(SharingScreen(row.id, title=row.title))

    def do_access(self) -> None:
        """Who can see the dashboard under the cursor."""
        if (row := self.table.current) is not None:
            self.kpix.open(AccessScreen(row.id, title=row.title))

    def do_archived(self) -> None:
        """To the archived dashboards, or back."""
        self.kpix.replace_all(DashboardsScreen(archived=not self._archived))

    def again(self) -> KpixScreen[Any]:
        """This list anew."""
        return DashboardsScreen(archived=self._archived)


def _title(row: DashboardRow, width: int) -> Content:
    """The title, and who sees it where that is not everybody."""
    title = Content.styled(clip(plain(row.title), width), "bold")
    note = narrowed_word(row.visibility)
    return Content.assemble(title, (f"  {note}", "$text-muted")) if note else title


def _process(row: DashboardRow, _width: int) -> str:
    return row.process


def _owner(row: DashboardRow, _width: int) -> str:
    return row.owner_name
