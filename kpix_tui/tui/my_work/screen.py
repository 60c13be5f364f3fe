"""My work: the values I owe, what I do about red KPIs, what is said to me. It empties as I work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar, Final

from textual import on
from textual.app import ComposeResult

from kpix_tui.access.policy import Target
from kpix_tui.domains.comments.views import Subject, UnreadThread
from kpix_tui.domains.kpis import service as kpis
from kpix_tui.domains.kpis.views import Kpi
from kpix_tui.domains.plans.views import PlanRow
from kpix_tui.domains.values.views import ValueEntered
from kpix_tui.domains.work import service as work
from kpix_tui.domains.work.views import OwedValue
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.changes import Kind
from kpix_tui.kernel.clock import today
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.comments.screen import CommentsScreen
from kpix_tui.tui.kpi.screen import KpiScreen
from kpix_tui.tui.kpi.value import ValueForm, say_entered
from kpix_tui.tui.my_work.columns import owed_columns, plan_columns, thread_columns
from kpix_tui.tui.my_work.section import Section
from kpix_tui.tui.plans.cells import Drawing
from kpix_tui.tui.plans.screen import PlanScreen
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.table import PagedTable

_OWED: Final = "owed"
_ON_A_LINE: Final = ("my_work.enter", "my_work.kpi")


class MyWorkScreen(KpixScreen[None]):
    """One list below the other; Tab goes from one to the next that has something to do."""

    PLACE: ClassVar[str] = "my_work"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset(Kind)

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (_("My work"),)

    def body(self) -> ComposeResult:
        """A section for each kind of work."""
        writing = Writing(self.kpix.locale, self.kpix.ascii)
        yield Section(
            _("Values I owe"),
            owed_columns(writing),
            self._load_owed,
            row_key=lambda row: row.kpi_id,
            nothing=_("Nothing: every value that I owe is there."),
            id=_OWED,
        )
        yield Section(
            _("My actions"),
            plan_columns(Drawing(self._today(), self.kpix.locale, self.kpix.ascii)),
            self._load_plans,
            row_key=lambda row: row.id,
            nothing=_("None that is open."),
            id="doing",
        )
        yield Section(
            _("Said to me"),
            thread_columns(writing, self.kpix.timezone),
            self._load_threads,
            row_key=lambda row: row.thread_id,
            nothing=_("Nothing new in my threads."),
            id="threads",
        )

    def begin(self) -> None:
        """The lists read by themselves."""
        self._section(_OWED).table.focus()

    def _section(self, name: str) -> Section[Any]:
        return self.query_one(f"#{name}", Section)

    @property
    def sections(self) -> Iterator[Section[Any]]:
        """From top to bottom."""
        return iter(self.query(Section))

    async def _load_owed(self, request: PageRequest) -> Page[OwedValue]:
        return await self.bridge.read(work.owed_values, request)

    async def _load_plans(self, request: PageRequest) -> Page[PlanRow]:
        return await self.bridge.read(work.my_plans, request)

    async def _load_threads(self, request: PageRequest) -> Page[UnreadThread]:
        return await self.bridge.read(work.my_threads, request)

    def reload(self) -> None:
        """Read every list again."""
        for section in self.sections:
            section.table.reload()

    def on_screen_resume(self) -> None:
        """Back from what was opened: it may be done."""
        if all(section.total is not None for section in self.sections):
            self.reload()

    @on(Section.Counted)
    def _counted(self) -> None:
        """Go on with what is left, once all is read: a list with nothing to do is not shown."""
        if any(one.total is None for one in self.sections):
            return
        if not any(one.total and one.table.has_focus_within for one in self.sections):
            left = next((one for one in self.sections if one.total), None)
            if left is not None:
                left.table.focus()
        self.refresh_bindings()

    # -- permissions ---------------------------------------------------------------------------

    @property
    def _line(self) -> Any:
        """The row under the cursor of the list that has the focus."""
        return next((one.current for one in self.sections if one.table.has_focus_within), None)

    def target_of(self, action: Action) -> Target | None:  # noqa: ARG002 - the same for all
        """The KPI of the line under the cursor."""
        return getattr(self._line, "target", None)

    def why_not(self, action: Action) -> str | None:
        """There must be a line, and a value that is owed."""
        if action.id in _ON_A_LINE and self._line is None:
            return _("There is no line under the cursor.")
        if action.id == "my_work.enter" and not isinstance(self._line, OwedValue):
            return _("This line owes no value.")
        return super().why_not(action)

    # -- actions -------------------------------------------------------------------------------

    @on(PagedTable.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    @on(PagedTable.Opened)
    async def _opened(self, event: PagedTable.Opened) -> None:
        """Go to what is to be done."""
        event.stop()
        match event.row:
            case OwedValue():
                await self.kpix.action_do("my_work.enter")
            case PlanRow(id=plan_id, title=title):
                self.kpix.open(PlanScreen(plan_id, title=title))
            case thread:
                subject = Subject(thread.kpi_id, thread.period_start, thread.action_id)
                self.kpix.open(CommentsScreen(subject, at=thread.thread_id))

    def do_kpi(self) -> None:
        """The KPI of the line."""
        self.kpix.open(KpiScreen(self._line.kpi_id))

    def do_enter(self) -> None:
        """The value that is owed under the cursor."""
        self._ask_for(self._line)

    def _ask_for(self, row: OwedValue) -> None:
        async def ask() -> None:
            kpi = await self.bridge.read(kpis.get_kpi, row.kpi_id)
            form = ValueForm(kpi, self._today(), row.period_start)
            self.app.push_screen(form, lambda made: self._entered(kpi, made))

        self.attempt(ask, group="open", exclusive=True)

    def _entered(self, kpi: Kpi, made: ValueEntered | None) -> None:
        if made is not None:
            say_entered(self.kpix, kpi, made)
            self._section(_OWED).table.reload()

    def _today(self) -> date:
        return today(self.kpix.context.clock, self.kpix.timezone)

    def do_back(self) -> None:
        """To the dashboards: this is the first screen of its own."""
        self.kpix.do_dashboards()

    def again(self) -> KpixScreen[Any]:
        """These lists anew."""
        return MyWorkScreen()
