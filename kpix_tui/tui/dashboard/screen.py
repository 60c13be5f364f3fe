"""A dashboard: one row a KPI, worst first, as of a period that can be moved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from textual import on
from textual.app import ComposeResult

from kpix_tui.access.policy import Target
from kpix_tui.domains.audit.views import LatestChange
from kpix_tui.domains.comments.views import Subject
from kpix_tui.domains.dashboards.views import Dashboard
from kpix_tui.domains.kpis import service as kpis
from kpix_tui.domains.kpis.views import KpiChanged
from kpix_tui.domains.overview import service as overview
from kpix_tui.domains.overview.views import DashboardRow, KpiDetail, KpiRow
from kpix_tui.domains.plans.views import Plan
from kpix_tui.domains.values.views import ValueEntered
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.changes import Change, Kind
from kpix_tui.kernel.clock import today
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.kernel.periods import Frequency, period_of
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.comments.screen import CommentsScreen
from kpix_tui.tui.dashboard.columns import columns
from kpix_tui.tui.dashboard.summary import Summary
from kpix_tui.tui.dashboards.form import DashboardForm
from kpix_tui.tui.kpi.form import KpiForm
from kpix_tui.tui.kpi.questions import confirm_delete
from kpix_tui.tui.kpi.screen import KpiScreen
from kpix_tui.tui.kpi.value import ValueForm, say_entered
from kpix_tui.tui.plans.form import PlanForm, kpi_picked
from kpix_tui.tui.plans.list import PlansScreen
from kpix_tui.tui.plans.wanted import pending_about
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.sharing.access import AccessScreen
from kpix_tui.tui.sharing.screen import SharingScreen
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.table import PagedTable

_ON_A_ROW = (
    *("dashboard.enter", "dashboard.delete", "kpi.edit"),
    *("kpi.act", "kpi.plans", "kpi.comments"),
)


class DashboardScreen(KpixScreen[None]):
    """``title`` is shown until the dashboard is read."""

    PLACE: ClassVar[str] = "dashboard"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset(Kind) - {Kind.PEOPLE}

    def __init__(self, dashboard_id: UUID, *, title: str = "") -> None:
        super().__init__()
        self._dashboard_id = dashboard_id
        self._title = title
        self._row: DashboardRow | None = None
        self._until: date | None = None

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (_("Dashboards"), self._called)

    @property
    def _called(self) -> str:
        return self._row.title if self._row else self._title

    def body(self) -> ComposeResult:
        """Counts, then the KPIs."""
        yield Summary(id="summary")
        yield PagedTable(
            columns(self._writing()),
            self._load,
            row_key=lambda row: row.id,
            empty=_("No KPI on this dashboard yet."),
            empty_step=_("Press n to create the first one, or run: kpix import values FILE"),
            sort="worst",
            id="kpis",
        )

    def _writing(self) -> Writing:
        shades = not self.app.current_theme.ansi
        return Writing(self.kpix.locale, self.kpix.ascii, shades)

    def begin(self) -> None:
        """Counts; the list reads by itself."""
        self.table.focus()
        super().reload()

    @property
    def table(self) -> PagedTable[KpiRow]:
        """The KPIs."""
        return self.query_one("#kpis", PagedTable)

    async def fetch(self) -> None:
        """The dashboard and its counts."""
        row = await self.bridge.read(overview.show_dashboard, self._dashboard_id, self._until)
        self._row = row
        self.query_one(Summary).show(row, self._until)
        self.refresh_crumbs()
        self.refresh_bindings()

    async def _load(self, request: PageRequest) -> Page[KpiRow]:
        return await self.bridge.read(
            overview.list_kpis, request, dashboard_id=self._dashboard_id, until=self._until
        )

    def reload(self) -> None:
        """Read counts and rows again."""
        super().reload()
        self.table.reload()

    def concerns(self, change: Change) -> bool:
        """What is on this dashboard."""
        return super().concerns(change) and change.touches(dashboard=self._dashboard_id)

    def tells_of(self, latest: LatestChange) -> bool:
        """What was done here."""
        return latest.dashboard_id == self._dashboard_id

    def on_screen_resume(self) -> None:
        """Back from a KPI: its row may have changed."""
        if self._row is not None:
            self.reload()

    # -- permissions ---------------------------------------------------------------------------

    def target_of(self, action: Action) -> Target | None:
        """The KPI under the cursor, or the dashboard it stands on."""
        row = self.table.current
        if row is not None and action.id in _ON_A_ROW:
            return row.target
        return self._row.target if self._row else None

    def why_not(self, action: Action) -> str | None:
        """Something must be under the cursor, and tomorrow has not happened."""
        if action.id in _ON_A_ROW and self.table.current is None:
            return _("There is no KPI under the cursor.")
        if action.id == "kpi.later" and self._until is None:
            return _("These are the latest values.")
        return super().why_not(action)

    # -- periods -------------------------------------------------------------------------------

    def do_earlier(self) -> None:
        """As of the period before, of the KPI under the cursor."""
        row = self.table.current
        frequency = row.frequency if row else Frequency.MONTHLY
        if self._until is not None:
            shown = period_of(frequency, self._until)
        elif row is not None and row.spark:
            shown = period_of(frequency, row.spark[-1].period_start)
        else:
            shown = period_of(frequency, self._today())
        self._move_to(shown.shift(-1).end)

    def do_later(self) -> None:
        """As of the period after; in the end, now."""
        if self._until is None:
            return
        row = self.table.current
        frequency = row.frequency if row else Frequency.MONTHLY
        end = period_of(frequency, self._until).shift(1).end
        self._move_to(end if end < self._today() else None)

    def _move_to(self, until: date | None) -> None:
        self._until = until
        self.reload()

    def _today(self) -> date:
        return today(self.kpix.context.clock, self.kpix.timezone)

    # -- actions -------------------------------------------------------------------------------

    @on(PagedTable.Opened)
    def _opened(self, event: PagedTable.Opened) -> None:
        self.kpix.open(KpiScreen(event.row.id, row=event.row))

    @on(PagedTable.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    def do_enter(self) -> None:
        """Enter a value of the KPI under the cursor."""
        self._with_definition(self._ask_value)

    def do_edit(self) -> None:
        """Change the KPI under the cursor."""
        self._with_definition(
            lambda detail: self.app.push_screen(
                KpiForm(detail.kpi.dashboard_id, detail.kpi), self._kpi_changed
            )
        )

    def do_new(self) -> None:
        """Create a KPI here."""
        self.app.push_screen(KpiForm(self._dashboard_id), self._kpi_changed)

    def do_delete(self) -> None:
        """Delete the KPI under the cursor, after a question."""
        if (row := self.table.current) is not None:
            self.app.push_screen(
                confirm_delete(row.code, row.name), partial(self._delete_asked, row)
            )

    def do_act(self) -> None:
        """Decide on an action about the KPI under the cursor."""
        if (row := self.table.current) is not None:
            picked = kpi_picked(row.id, row.code, row.name)
            self.app.push_screen(PlanForm(self._today(), kpi=picked), self._decided)

    def _decided(self, made: Plan | None) -> None:
        if made is not None:
            self.reload()

    def do_plans(self) -> None:
        """The actions about the KPI under the cursor."""
        if (row := self.table.current) is not None:
            picked = kpi_picked(row.id, row.code, row.name)
            self.kpix.open(PlansScreen(pending_about(row.id), about=picked.title, kpi=picked))

    def do_comments(self) -> None:
        """What is said about the KPI under the cursor."""
        if (row := self.table.current) is not None:
            self.kpix.open(CommentsScreen(Subject(row.id)))

    def do_describe(self) -> None:
        """Change the dashboard itself."""
        if self._row is not None:
            self.app.push_screen(DashboardForm(self._row), self._described)

    def do_sharing(self) -> None:
        """Who this dashboard is shared with."""
        self.kpix.open(SharingScreen(self._dashboard_id, title=self._called))

    def do_access(self) -> None:
        """Who can see this dashboard."""
        self.kpix.open(AccessScreen(self._dashboard_id, title=self._called))

    def _with_definition(self, then: Callable[[KpiDetail], object]) -> None:
        """Read the definition of the KPI under the cursor, then go on."""
        row = self.table.current
        if row is None:
            return

        async def read() -> None:
            then(await self.bridge.read(overview.show_kpi, row.id, self._until))

        self.attempt(read, group="open", exclusive=True)

    def _ask_value(self, detail: KpiDetail) -> None:
        start = detail.row.spark[-1].period_start if detail.row.spark else None
        form = ValueForm(detail.kpi, self._today(), start)
        self.app.push_screen(form, partial(self._entered, detail.row))

    def _entered(self, row: KpiRow, made: ValueEntered | None) -> None:
        if made is not None:
            say_entered(self.kpix, row, made)
            self.reload()

    def _kpi_changed(self, made: KpiChanged | None) -> None:
        if made is not None:
            self.reload()

    def _described(self, made: Dashboard | None) -> None:
        if made is not None:
            self.reload()

    def _delete_asked(self, row: KpiRow, sure: bool | None) -> None:
        async def delete() -> None:
            await self.bridge.write(kpis.delete_kpi, row.id)
            self.reload()

        if sure:
            self.attempt(delete)

    def again(self) -> KpixScreen[Any]:
        """This dashboard anew."""
        return DashboardScreen(self._dashboard_id, title=self._called)
