"""The list of actions: overdue ones first, sorted and filtered, several at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult

from kpix_tui.domains.plans import service as plans
from kpix_tui.domains.plans.views import Plan, PlanFilter, PlanRow, PlanScope
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.changes import Kind
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.plans.acts import PlanActs
from kpix_tui.tui.plans.cells import columns
from kpix_tui.tui.plans.form import PlanForm
from kpix_tui.tui.plans.wanted import MY_PENDING, PENDING, WantedLine, next_scope
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets.marking import MarkingTable
from kpix_tui.tui.widgets.pick import Picked
from kpix_tui.tui.widgets.table import PagedTable


class PlansScreen(PlanActs):
    """The actions that ``wanted`` keeps; ``about`` says what they have in common.

    ``kpi`` is what a new action is about to begin with.
    """

    PLACE: ClassVar[str] = "plans"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset({Kind.PLAN})

    def __init__(
        self,
        wanted: PlanFilter = MY_PENDING,
        *,
        about: str = "",
        kpi: Picked | None = None,
        text: str = "",
    ) -> None:
        super().__init__()
        self._text = text
        self._wanted = wanted
        self._about = about
        self._kpi = kpi

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (_("Actions"), self._about) if self._about else (_("Actions"),)

    def body(self) -> ComposeResult:
        """Whose, then the list."""
        yield WantedLine(self._about, id="plans-wanted")
        yield MarkingTable(
            columns(self.drawing),
            self._load,
            row_key=lambda row: row.id,
            empty=_("Nothing to do here."),
            empty_step=self._empty_step(),
            sort="due",
            text=self._text,
            id="plans",
        )

    def _empty_step(self) -> str:
        if self._wanted.scope is PlanScope.ALL:
            return _("Press n for a new action, C to see closed ones, or a on a KPI.")
        return _("Press A for the actions of others, n for a new one, C to see closed ones.")

    def begin(self) -> None:
        """The list reads by itself."""
        self.query_one(WantedLine).show(self._wanted)
        self.table.focus()

    @property
    def table(self) -> MarkingTable[PlanRow]:
        """The list."""
        return self.query_one("#plans", MarkingTable)

    async def _load(self, request: PageRequest) -> Page[PlanRow]:
        return await self.bridge.read(plans.list_plans, request, self._wanted)

    def reload(self) -> None:
        """Read the list again."""
        self.table.reload()

    def on_screen_resume(self) -> None:
        """Back from an action: its row may have changed."""
        if self.table.total:
            self.reload()

    # -- what is acted on ----------------------------------------------------------------------

    @property
    def subject(self) -> PlanRow | None:
        """The action under the cursor."""
        return self.table.current

    @property
    def chosen(self) -> Sequence[PlanRow]:
        """The marked ones, else the one under the cursor."""
        return self.table.chosen

    def done_with_several(self) -> None:
        """No marks are needed any more."""
        self.table.unmark()

    @on(PagedTable.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    @on(PagedTable.Opened)
    def _opened(self, event: PagedTable.Opened) -> None:
        from kpix_tui.tui.plans.screen import PlanScreen  # noqa: PLC0415 - it opens lists

        self.kpix.open(PlanScreen(event.row.id, title=event.row.title))

    # -- what is looked at ---------------------------------------------------------------------

    def do_scope(self) -> None:
        """Mine, my teams', all."""
        self._look_at(next_scope(self._wanted))

    def do_closed(self) -> None:
        """What is done or cancelled as well, or not any more."""
        statuses = frozenset() if self._wanted.statuses else PENDING
        self._look_at(replace(self._wanted, statuses=statuses))

    def _look_at(self, wanted: PlanFilter) -> None:
        self._wanted = wanted
        self.query_one(WantedLine).show(wanted)
        self.table.say_when_empty(_("Nothing to do here."), self._empty_step())
        self.table.unmark()
        self.table.restart()

    def do_board(self) -> None:
        """The same on a board."""
        from kpix_tui.tui.plans.board import BoardScreen  # noqa: PLC0415 - it opens this list

        text = self.table.request.text
        self.app.switch_screen(
            BoardScreen(self._wanted, about=self._about, kpi=self._kpi, text=text)
        )

    def do_new(self) -> None:
        """A new action."""
        self.app.push_screen(PlanForm(self.today(), kpi=self._kpi), self._made)

    def _made(self, made: Plan | None) -> None:
        if made is not None:
            self.reload()

    def again(self) -> KpixScreen[Any]:
        """This list anew."""
        text = self.table.request.text
        return PlansScreen(self._wanted, about=self._about, kpi=self._kpi, text=text)
