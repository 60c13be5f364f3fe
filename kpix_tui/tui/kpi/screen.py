"""One KPI: what it is, its chart with the period under the cursor, its history."""

from __future__ import annotations

import asyncio
from datetime import date
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from textual import on
from textual.app import ComposeResult

from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import Target, allows
from kpix_tui.domains.audit.views import LatestChange
from kpix_tui.domains.comments.views import Subject
from kpix_tui.domains.kpis import service as kpis
from kpix_tui.domains.kpis.views import KpiChanged
from kpix_tui.domains.overview import service as overview
from kpix_tui.domains.overview.views import KpiDetail, KpiRow
from kpix_tui.domains.plans import service as plans
from kpix_tui.domains.plans.views import Plan
from kpix_tui.domains.values import service as values
from kpix_tui.domains.values.views import ValueEntered, ValueRow
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.changes import Change, Kind
from kpix_tui.kernel.clock import today
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.comments.screen import CommentsScreen
from kpix_tui.tui.kpi.form import KpiForm
from kpix_tui.tui.kpi.history import History
from kpix_tui.tui.kpi.panel import Panel
from kpix_tui.tui.kpi.plans import KpiPlans
from kpix_tui.tui.kpi.questions import confirm_delete
from kpix_tui.tui.kpi.revisions import Revisions
from kpix_tui.tui.kpi.value import ValueForm, say_entered
from kpix_tui.tui.plans.cells import Drawing
from kpix_tui.tui.plans.form import PlanForm, kpi_picked
from kpix_tui.tui.plans.list import PlansScreen
from kpix_tui.tui.plans.wanted import pending_about
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.sharing.entry import EntryScreen
from kpix_tui.tui.widgets.chart import FARTHEST, Chart
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.pick import Picked
from kpix_tui.tui.widgets.table import PagedTable


class KpiScreen(KpixScreen[None]):
    """``row`` is what the list knew already, for the title."""

    PLACE: ClassVar[str] = "kpi"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset(Kind) - {Kind.PEOPLE}

    def __init__(self, kpi_id: UUID, *, row: KpiRow | None = None) -> None:
        super().__init__()
        self._kpi_id = kpi_id
        self._row = row
        self._detail: KpiDetail | None = None

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        row = self._detail.row if self._detail else self._row
        return (row.dashboard_title, row.name) if row else (_("KPI"),)

    def _today(self) -> date:
        return today(self.kpix.context.clock, self.kpix.timezone)

    def body(self) -> ComposeResult:
        """Definition, chart, history."""
        writing = Writing(self.kpix.locale, self.kpix.ascii)
        self._history = History(writing, self.kpix.timezone)
        yield Panel(id="panel")
        yield KpiPlans(Drawing(self._today(), self.kpix.locale, self.kpix.ascii), id="kpi-plans")
        yield Chart(writing, id="chart")
        yield PagedTable(
            self._history.columns(),
            self._load,
            row_key=lambda row: row.period_start,
            empty=_("No value yet."),
            empty_step=_("Press v to enter the first one."),
            sort="-period_start",
            id="history",
        )

    def begin(self) -> None:
        """The chart is where one looks first."""
        self.chart.focus()
        super().reload()
        self._reload_plans()

    @property
    def chart(self) -> Chart:
        """The chart."""
        return self.query_one("#chart", Chart)

    @property
    def table(self) -> PagedTable[ValueRow]:
        """The history."""
        return self.query_one("#history", PagedTable)

    # -- reading -------------------------------------------------------------------------------

    async def fetch(self) -> None:
        """The definition, and the values that one looks at first."""
        latest = PageRequest(limit=FARTHEST, sort="-period_start")
        detail, held = await asyncio.gather(
            self.bridge.read(overview.show_kpi, self._kpi_id),
            self.bridge.read(values.list_values, self._kpi_id, latest),
        )
        self._detail = detail
        self._history.kpi = detail.kpi
        self.query_one(Panel).show(detail)
        last = detail.row.spark[-1].period_start if detail.row.spark else self._today()
        first = min(detail.first_period or last, last)
        self.chart.show(detail.kpi, first, last, held, detail.row.period_start)
        self.table.grid.redraw()
        self.refresh_crumbs()
        self.refresh_bindings()

    def _reload_plans(self) -> None:
        """What is done about it, for who may know."""
        actor = self.kpix.actor
        if actor is not None and allows(actor, Permission.ACTION_PLAN_READ):
            self.attempt(self._read_plans, group="plans", exclusive=True)

    async def _read_plans(self) -> None:
        page = await self.bridge.read(plans.list_plans, FIRST_PAGE, pending_about(self._kpi_id))
        self.query_one(KpiPlans).show(page)

    async def _load(self, request: PageRequest) -> Page[ValueRow]:
        return await self.bridge.read(values.list_values, self._kpi_id, request)

    @on(Chart.Wanted)
    def _chart_wants(self, event: Chart.Wanted) -> None:
        event.stop()

        async def read() -> None:
            wanted = PageRequest(limit=FARTHEST * 3, sort="period_start")
            page = await self.bridge.read(
                values.list_values, self._kpi_id, wanted, since=event.since, until=event.until
            )
            self.chart.put(event.since, event.until, page.rows)

        self.attempt(read, group="chart", exclusive=True)

    def reload(self) -> None:
        """Read everything again."""
        super().reload()
        self._reload_plans()
        self.table.reload()

    def concerns(self, change: Change) -> bool:
        """What is said of this KPI, or of several on its dashboard."""
        dashboard = self._detail.kpi.dashboard_id if self._detail else None
        touched = change.touches(dashboard=dashboard, kpi=self._kpi_id)
        return super().concerns(change) and touched

    def tells_of(self, latest: LatestChange) -> bool:
        """What was done to this KPI."""
        return latest.kpi_id == self._kpi_id

    # -- permissions ---------------------------------------------------------------------------

    def target_of(self, action: Action) -> Target | None:  # noqa: ARG002 - the same for all
        """The KPI."""
        return self._detail.kpi.target if self._detail else None

    def why_not(self, action: Action) -> str | None:
        """Nothing can be changed before it is read."""
        if self._detail is None and action.permission is not None:
            return _("Loading…")
        return super().why_not(action)

    # -- actions -------------------------------------------------------------------------------

    def do_earlier(self) -> None:
        """The period before, in the chart."""
        self.chart.do_left()

    def do_later(self) -> None:
        """The period after, in the chart."""
        self.chart.do_right()

    def do_enter(self) -> None:
        """Enter or correct the value of the period that is looked at."""
        if self._detail is None:
            return
        form = ValueForm(self._detail.kpi, self._today(), self._looked_at())
        self.app.push_screen(form, self._entered)

    def _looked_at(self) -> date | None:
        """The period under the cursor, of the history when that has the focus."""
        if self.table.has_focus_within and (row := self.table.current) is not None:
            return row.period_start
        period = self.chart.period
        return period.start if period else None

    def _entered(self, made: ValueEntered | None) -> None:
        if made is not None and self._detail is not None:
            say_entered(self.kpix, self._detail.row, made)
            self.reload()

    def do_edit(self) -> None:
        """Change the definition."""
        if self._detail is not None:
            kpi = self._detail.kpi
            self.app.push_screen(KpiForm(kpi.dashboard_id, kpi), self._changed)

    def _changed(self, made: KpiChanged | None) -> None:
        if made is not None:
            self.reload()

    def do_delete(self) -> None:
        """Delete the KPI, after a question."""
        if self._detail is not None:
            kpi = self._detail.kpi
            self.app.push_screen(confirm_delete(kpi.code, kpi.name), self._delete_asked)

    def _delete_asked(self, sure: bool | None) -> None:
        async def delete() -> None:
            await self.bridge.write(kpis.delete_kpi, self._kpi_id)
            self.app.pop_screen()

        if sure:
            self.attempt(delete)

    def do_act(self) -> None:
        """Decide on an action about it."""
        if self._detail is not None:
            form = PlanForm(self._today(), kpi=self._picked())
            self.app.push_screen(form, self._decided)

    def _picked(self) -> Picked:
        row = self._detail.row if self._detail else self._row
        return kpi_picked(self._kpi_id, row.code, row.name) if row else Picked(self._kpi_id, "")

    def _decided(self, made: Plan | None) -> None:
        if made is not None:
            self._reload_plans()

    def do_plans(self) -> None:
        """The actions about it."""
        picked = self._picked()
        self.kpix.open(PlansScreen(pending_about(picked.id), about=picked.title, kpi=picked))

    def do_comments(self) -> None:
        """What is said about the KPI, or about the value under the cursor of the history."""
        row = self.table.current if self.table.has_focus_within else None
        subject = Subject(self._kpi_id, row.period_start if row else None)
        self.kpix.open(CommentsScreen(subject))

    def do_owed(self) -> None:
        """Who owes the values."""
        if self._detail is not None:
            self.kpix.open(EntryScreen(self._detail.kpi))

    def on_screen_resume(self) -> None:
        """Back from elsewhere: who owes the values may have changed."""
        if self._detail is not None:
            super().reload()
            self._reload_plans()

    @on(PagedTable.Opened)
    def _opened(self, event: PagedTable.Opened) -> None:
        """Every state of the value, who and why."""
        self.attempt(partial(self._show_revisions, event.row), group="open", exclusive=True)

    async def _show_revisions(self, row: ValueRow) -> None:
        detail = self._detail
        if detail is None:
            return
        states = await self.bridge.read(values.value_history, self._kpi_id, row.period_start)
        writing = Writing(self.kpix.locale, self.kpix.ascii)
        period = writing.period(row.period_start, detail.kpi.frequency)
        self.app.push_screen(Revisions(detail.kpi, period, states, self.kpix.timezone))

    def again(self) -> KpixScreen[Any]:
        """This KPI anew."""
        return KpiScreen(self._kpi_id, row=self._row)
