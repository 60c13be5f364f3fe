"""One action: all that is known of it, its sub-actions, and every change."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical, VerticalScroll
from textual.widgets import Static

from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.domains.audit.views import LatestChange
from kpix_tui.domains.plans import service as plans
from kpix_tui.domains.plans.errors import PlanNotFound
from kpix_tui.domains.plans.views import PlanChange, PlanDetail, PlanRow
from kpix_tui.i18n.catalog import _, error_text
from kpix_tui.kernel.changes import Change, Kind
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.plans.acts import PlanActs
from kpix_tui.tui.plans.cells import part_columns
from kpix_tui.tui.plans.form import PlanForm
from kpix_tui.tui.plans.history import ChangeShown, PlanHistory
from kpix_tui.tui.plans.sheet import Sheet
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets.notice import instead
from kpix_tui.tui.widgets.table import PagedTable

PARTS = 6
"""Sub-actions that are seen without scrolling."""
WIDE = 110
"""Cells of a terminal that has room for the sheet beside the lists."""


class PlanScreen(PlanActs):
    """``title`` is shown until the action is read."""

    PLACE: ClassVar[str] = "plan"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset({Kind.PLAN, Kind.VALUE})

    def __init__(self, plan_id: UUID, *, title: str = "") -> None:
        super().__init__()
        self._plan_id = plan_id
        self._called = title
        self._detail: PlanDetail | None = None
        self._why_not_read = ""

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (_("Actions"), self._called)

    def body(self) -> ComposeResult:
        """The sheet; beside or below it the sub-actions and the history."""
        self._history = PlanHistory(self.kpix.timezone, self.kpix.locale, ascii=self.kpix.ascii)
        with Container(id="plan-body"):
            with VerticalScroll(id="plan-sheet"):
                yield Static(_("Loading…"), id="plan-page", markup=False)
            with Vertical(id="plan-side"):
                yield Static(_("Sub-actions"), id="plan-parts-title", classes="side--title")
                yield PagedTable(
                    part_columns(self.drawing),
                    self._load_parts,
                    row_key=lambda row: row.id,
                    empty=_("No sub-action."),
                    id="plan-parts",
                )
                yield Static(_("History"), classes="side--title")
                yield PagedTable(
                    self._history.columns(),
                    self._load_history,
                    row_key=lambda change: change.at,
                    empty=_("No change yet."),
                    sort="-at",
                    id="plan-history",
                )

    def begin(self) -> None:
        """The sheet is what one reads first."""
        self._show_parts()
        self.query_one("#plan-sheet").focus()
        super().reload()

    def on_resize(self) -> None:
        """Side by side where there is room; the lines of the sheet depend on the width."""
        self.query_one("#plan-body").set_class(self.size.width >= WIDE, "-wide")
        self.call_after_refresh(self._show_sheet)

    @property
    def parts(self) -> PagedTable[PlanRow]:
        """The sub-actions."""
        return self.query_one("#plan-parts", PagedTable)

    @property
    def history(self) -> PagedTable[PlanChange]:
        """The changes."""
        return self.query_one("#plan-history", PagedTable)

    # -- reading -------------------------------------------------------------------------------

    async def fetch(self) -> None:
        """The action, with its sub-actions and its verdict."""
        try:
            detail = await self.bridge.read(plans.show_plan, self._plan_id)
        except NotSignedIn:
            raise
        except PlanNotFound:
            self._detail = None
            self._say_unread(_("This action was deleted, or you may no longer see it."))
            return
        except KpixError as error:
            if self._detail is not None:
                raise
            self._say_unread(error_text(error), _("Press r to try again."))
            return
        self._detail, self._called = detail, detail.plan.title
        self.query_one("#plan-side").display = True
        self._show_sheet()
        self._show_parts()
        self.parts.reload()
        self.refresh_crumbs()
        self.refresh_bindings()

    def _say_unread(self, why: str, step: str = "") -> None:
        """There is nothing to show: this is why, and what to do then."""
        self._why_not_read = why
        page = self.query_one("#plan-page", Static)
        page.update(instead(why, step, ascii=self.kpix.ascii))
        self.query_one("#plan-side").display = False
        self.refresh_bindings()

    def _show_sheet(self) -> None:
        if self._detail is not None:
            page = self.query_one("#plan-page", Static)
            sheet = Sheet(self._detail, self.drawing, self.kpix.timezone)
            page.update(sheet.content(page.content_region.width))

    def _show_parts(self) -> None:
        """The list of sub-actions is there when there are any, as high as it takes."""
        count = len(self._detail.sub_plans) if self._detail else 0
        self.parts.display = self.query_one("#plan-parts-title").display = bool(count)
        self.parts.styles.height = min(count, PARTS) + 1  # the titles

    async def _load_parts(self, request: PageRequest) -> Page[PlanRow]:
        """They came with the action, all of them."""
        rows = self._detail.sub_plans if self._detail else ()
        wanted = request.text.casefold()
        kept = tuple(row for row in rows if wanted in row.title.casefold())
        return Page(
            kept[request.offset : request.offset + request.limit], len(kept), request.offset
        )

    async def _load_history(self, request: PageRequest) -> Page[PlanChange]:
        return await self.bridge.read(plans.plan_history, self._plan_id, request)

    def reload(self) -> None:
        """Read everything again."""
        super().reload()
        self.history.reload()

    def concerns(self, change: Change) -> bool:
        """What is said of actions about its KPI; its verdict may hang on values of others."""
        kpi = self._detail.plan.kpi_id if self._detail else None
        of_a_plan = change.kind is Kind.PLAN and change.touches(kpi=kpi)
        return of_a_plan or change.kind is Kind.VALUE

    def tells_of(self, latest: LatestChange) -> bool:
        """What was done to actions about its KPI."""
        kpi = self._detail.plan.kpi_id if self._detail else None
        return latest.kpi_id == kpi and latest.action.startswith("action_plan.")

    def on_screen_resume(self) -> None:
        """Back from a sub-action or the KPI: something may have changed."""
        if self._detail is not None:
            self.reload()

    # -- what is acted on ----------------------------------------------------------------------

    @property
    def subject(self) -> PlanRow | None:
        """The action."""
        return self._detail.plan if self._detail else None

    def why_not(self, action: Action) -> str | None:
        """Nothing can be changed before it is read; a sub-action has none of its own."""
        plan = self.subject
        if plan is None and action.permission is not None:
            return self._why_not_read or _("Loading…")
        if action.id == "plans.sub" and plan is not None and plan.parent_id is not None:
            return _("It is a sub-action itself, and has none of its own.")
        return super().why_not(action)

    def do_sub(self) -> None:
        """A part of it, for somebody to do."""
        if self._detail is not None:
            self.app.push_screen(PlanForm(self.today(), parent=self._detail.plan), self._changed)

    def deleted(self) -> None:
        """Leave what is gone."""
        self.kpix.back()

    @on(PagedTable.Opened, "#plan-parts")
    def _part_opened(self, event: PagedTable.Opened) -> None:
        self.kpix.open(PlanScreen(event.row.id, title=event.row.title))

    @on(PagedTable.Opened, "#plan-history")
    def _change_opened(self, event: PagedTable.Opened) -> None:
        self.app.push_screen(ChangeShown(self._called, event.row, self._history))

    def again(self) -> KpixScreen[Any]:
        """This action anew."""
        return PlanScreen(self._plan_id, title=self._called)
