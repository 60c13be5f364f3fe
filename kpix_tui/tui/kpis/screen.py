"""A list of KPIs of any dashboards: what stands behind a number."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from textual import on
from textual.app import ComposeResult

from kpix_tui.access.policy import Target
from kpix_tui.domains.audit.views import LatestChange
from kpix_tui.domains.overview import service as overview
from kpix_tui.domains.overview.views import EVERY_KPI, KpiDetail, KpiFilter, KpiRow
from kpix_tui.domains.values.views import ValueEntered
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.changes import Kind
from kpix_tui.kernel.clock import today
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.dashboard.columns import columns
from kpix_tui.tui.kpi.screen import KpiScreen
from kpix_tui.tui.kpi.value import ValueForm, say_entered
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.table import PagedTable
from kpix_tui.tui.widgets.text import clip, plain


class KpisScreen(KpixScreen[None]):
    """The KPIs that ``wanted`` keeps; ``about`` says what they have in common."""

    PLACE: ClassVar[str] = "kpis"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset({Kind.VALUE, Kind.KPI, Kind.DASHBOARD, Kind.PLAN})

    def __init__(
        self,
        wanted: KpiFilter = EVERY_KPI,
        *,
        about: tuple[str, ...] = (),
        dashboard_id: UUID | None = None,
        until: date | None = None,
        sort: str = "worst",
    ) -> None:
        super().__init__()
        self._wanted = wanted
        self._about = about
        self._dashboard_id = dashboard_id
        self._until = until
        self._sort = sort

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (_("KPIs"), *self._about)

    def body(self) -> ComposeResult:
        """One list."""
        writing = Writing(self.kpix.locale, self.kpix.ascii, not self.app.current_theme.ansi)
        yield PagedTable(
            [*columns(writing), Column(_("Dashboard"), _dashboard, 16, "dashboard", grow=2)],
            self._load,
            row_key=lambda row: row.id,
            empty=_("No KPI here any more."),
            empty_step=_("Press Esc to go back."),
            sort=self._sort,
            id="kpis",
        )

    def begin(self) -> None:
        """The list reads by itself."""
        self.table.focus()

    @property
    def table(self) -> PagedTable[KpiRow]:
        """The list."""
        return self.query_one("#kpis", PagedTable)

    async def _load(self, request: PageRequest) -> Page[KpiRow]:
        return await self.bridge.read(
            overview.list_kpis,
            request,
            dashboard_id=self._dashboard_id,
            wanted=self._wanted,
            until=self._until,
        )

    def reload(self) -> None:
        """Read the list again."""
        self.table.reload()

    def tells_of(self, latest: LatestChange) -> bool:
        """Whatever was done to a KPI."""
        return latest.kpi_id is not None

    def on_screen_resume(self) -> None:
        """Back from a KPI: its row may have changed."""
        if self.table.total:
            self.reload()

    def target_of(self, action: Action) -> Target | None:
        """The KPI under the cursor."""
        row = self.table.current
        return row.target if row is not None and action.id == "dashboard.enter" else None

    def why_not(self, action: Action) -> str | None:
        """Something must be under the cursor."""
        if action.id == "dashboard.enter" and self.table.current is None:
            return _("There is no KPI under the cursor.")
        return super().why_not(action)

    @on(PagedTable.Opened)
    def _opened(self, event: PagedTable.Opened) -> None:
        self.kpix.open(KpiScreen(event.row.id, row=event.row))

    @on(PagedTable.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    def do_enter(self) -> None:
        """Enter a value of the KPI under the cursor: the first that is missing."""
        row = self.table.current
        if row is None:
            return

        async def read() -> None:
            self._ask_value(await self.bridge.read(overview.show_kpi, row.id))

        self.attempt(read, group="open", exclusive=True)

    def _ask_value(self, detail: KpiDetail) -> None:
        row = detail.row
        start = row.missing_since or (row.spark[-1].period_start if row.spark else None)
        form = ValueForm(detail.kpi, today(self.kpix.context.clock, self.kpix.timezone), start)
        self.app.push_screen(form, lambda made: self._entered(row, made))

    def _entered(self, row: KpiRow, made: ValueEntered | None) -> None:
        if made is not None:
            say_entered(self.kpix, row, made)
            self.reload()

    def again(self) -> KpixScreen[Any]:
        """This list anew."""
        return KpisScreen(
            self._wanted,
            about=self._about,
            dashboard_id=self._dashboard_id,
            until=self._until,
            sort=self._sort,
        )


def _dashboard(row: KpiRow, width: int) -> str:
    return clip(plain(row.dashboard_title), width)
