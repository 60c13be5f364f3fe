"""The executive view: where everything stands, what moved, and what needs somebody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final
from uuid import UUID

from textual import on
from textual.app import ComposeResult

from kpix_tui.domains.audit.views import LatestChange
from kpix_tui.domains.overview import service as overview
from kpix_tui.domains.overview.views import RISKS, Grouping, KpiFilter, Overview
from kpix_tui.domains.people import service as people
from kpix_tui.domains.plans.views import PlanFilter
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.kernel.changes import Kind
from kpix_tui.kernel.clock import today
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.kpi.screen import KpiScreen
from kpix_tui.tui.kpis.screen import KpisScreen
from kpix_tui.tui.modals.picker import Choice, Picker
from kpix_tui.tui.overview.asked import Asked, process_name
from kpix_tui.tui.overview.cells import concerns
from kpix_tui.tui.overview.concerns import Concern, Concerns
from kpix_tui.tui.overview.headline import Headline
from kpix_tui.tui.overview.lines import NUMBER, Line, columns, line_title
from kpix_tui.tui.plans.list import PlansScreen
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.themes import MONO
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.table import PagedTable

ALL = "*"
"""The choice of every process or team: an empty name is a process too."""
_CHOICES = 50
LEAST = 6
"""Lines that the figures have at least, their titles among them."""
AROUND = 10
"""Lines that the header, the head and the footer take."""


class OverviewScreen(KpixScreen[None]):
    """Where one starts. What is looked at stays with the application while one moves around."""

    PLACE: ClassVar[str] = "overview"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset({Kind.VALUE, Kind.KPI, Kind.DASHBOARD, Kind.PLAN})

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (_("Overview"),)

    @property
    def asked(self) -> Asked:
        """What is looked at."""
        return self.kpix.asked

    def body(self) -> ComposeResult:
        """The head, the figures, the KPIs that need somebody."""
        yield Headline(self.asked, id="headline")
        yield PagedTable(
            self._columns(),
            self._load,
            row_key=_key,
            empty=_("No KPI yet."),
            empty_step=_("Press 2 for the dashboards: n makes one, and KPIs go on it."),
            sort="worst",
            cells=True,
            id="lines",
        )
        yield Concerns(id="concerns")

    def _columns(self) -> list[Column[Line]]:
        by_process = self.asked.grouping is Grouping.PROCESS
        first = _("Process") if by_process else _("Dashboard")
        return columns(first, ascii=self.kpix.ascii, colours=self.app.theme != MONO)

    def begin(self) -> None:
        """The figures read by themselves, and the rest with them."""
        self.table.focus()

    @property
    def table(self) -> PagedTable[Line]:
        """The figures."""
        return self.query_one("#lines", PagedTable)

    # -- reading -------------------------------------------------------------------------------

    async def _load(self, request: PageRequest) -> Page[Line]:
        """One page of figures, below the line of the totals; everything comes with the first."""
        asked = self.asked
        if request.offset:
            page = await self.bridge.read(
                overview.overview_lines,
                replace(request, offset=request.offset - 1),
                wanted=asked.wanted,
                grouping=asked.grouping,
            )
            lines = tuple(Line(row, row.figures) for row in page.rows)
            return Page(lines, page.total + 1, request.offset)
        first = replace(request, limit=request.limit - 1)
        found = await self.bridge.read(
            overview.overview, asked.wanted, asked.grouping, first, top=self._top
        )
        self._show(asked, found)
        if not found.totals.statuses.total:
            return Page((), 0, 0)
        below = (Line(row, row.figures) for row in found.rows.rows)
        return Page((Line(None, found.totals), *below), found.rows.total + 1, 0)

    @property
    def _top(self) -> int:
        """How many KPIs of a list there may be room for."""
        return max(LEAST, self.size.height - LEAST)

    def _show(self, asked: Asked, found: Overview) -> None:
        writing = Writing(self.kpix.locale, self.kpix.ascii, not self.app.current_theme.ansi)
        self.query_one(Headline).show(asked, found.totals)
        self.query_one(Concerns).show(concerns(found, writing))
        # Of no KPI at all, none is good or bad.
        self.query_one(Concerns).display = bool(found.totals.statuses.total)
        self._share_room(found.rows.total + 1)

    def _share_room(self, lines: int) -> None:
        """The figures take what they need, and half of it at most."""
        room = self.size.height - AROUND
        self.table.styles.height = max(LEAST, min(lines + 1, room // 2))

    def on_resize(self) -> None:
        """Another half."""
        if self.table.total:
            self._share_room(self.table.total)

    def reload(self) -> None:
        """Read everything again."""
        self.table.reload()

    def tells_of(self, latest: LatestChange) -> bool:  # noqa: ARG002 - the same for all
        """Whatever was done to a dashboard or a KPI that one sees."""
        return True

    def on_screen_resume(self) -> None:
        """Back from what was opened: it may have changed."""
        if self.table.total:
            self.reload()

    # -- what is looked at ---------------------------------------------------------------------

    def _look_at(self, asked: Asked) -> None:
        self.kpix.asked = asked
        self.query_one(Headline).show(asked, None)
        self.table.restart()
        self.refresh_bindings()

    def why_not(self, action: Action) -> str | None:
        """Tomorrow has not happened."""
        if action.id == "overview.later" and self.asked.wanted.until is None:
            return _("These are the latest values.")
        if action.id == "overview.everything" and not self.asked.narrowed:
            return _("Nothing is left out.")
        return super().why_not(action)

    def do_earlier(self) -> None:
        """As of the end of the month before."""
        self._look_at(self.asked.earlier(today(self.kpix.context.clock, self.kpix.timezone)))

    def do_later(self) -> None:
        """As of a month later."""
        self._look_at(self.asked.later(today(self.kpix.context.clock, self.kpix.timezone)))

    def do_everything(self) -> None:
        """Without any filter."""
        self._look_at(Asked(grouping=self.asked.grouping))

    def do_group(self) -> None:
        """By process or by dashboard."""
        by_process = self.asked.grouping is Grouping.PROCESS
        other = Grouping.DASHBOARD if by_process else Grouping.PROCESS
        self._look_at(replace(self.asked, grouping=other))
        self.table.grid.set_columns(self._columns())

    def do_process(self) -> None:
        """Choose a process."""
        picker = Picker[str](_("Process"), self._processes, placeholder=_("Name of the process"))
        self.app.push_screen(picker, self._process_chosen)

    async def _processes(self, text: str) -> list[Choice[str]]:
        request = PageRequest(limit=_CHOICES, sort="title", text=text)
        page = await self.bridge.read(overview.overview_lines, request)
        found = [
            Choice(
                f"={row.process}",
                process_name(row.process),
                _kpis(row.figures.statuses.total),
            )
            for row in page.rows
        ]
        return found if text else [Choice(ALL, _("Every process")), *found]

    def _process_chosen(self, chosen: str | None) -> None:
        if chosen is not None:
            process = None if chosen == ALL else chosen[1:]
            self._look_at(replace(self.asked, wanted=replace(self.asked.wanted, process=process)))

    def do_team(self) -> None:
        """Choose a team."""
        picker = Picker[tuple[UUID | None, str]](
            _("Team"), self._teams, placeholder=_("Name of the team")
        )
        self.app.push_screen(picker, self._team_chosen)

    async def _teams(self, text: str) -> list[Choice[tuple[UUID | None, str]]]:
        page = await self.bridge.read(people.list_teams, PageRequest(limit=_CHOICES, text=text))
        found: list[Choice[tuple[UUID | None, str]]] = [
            Choice((team.id, team.name), team.name) for team in page.rows
        ]
        return found if text else [Choice((None, ""), _("Every team")), *found]

    def _team_chosen(self, chosen: tuple[UUID | None, str] | None) -> None:
        if chosen is not None:
            team_id, name = chosen
            wanted = replace(self.asked.wanted, team_id=team_id)
            self._look_at(replace(self.asked, wanted=wanted, team_name=name))

    # -- what is behind it ---------------------------------------------------------------------

    def do_other(self) -> None:
        """From the figures to the KPIs, and back."""
        there = self.query_one(Concerns)
        self.set_focus(self.table.grid if there.has_focus else there)

    @on(PagedTable.Opened)
    def _opened(self, event: PagedTable.Opened) -> None:
        """The list behind the number under the cursor; all KPIs of the line elsewhere."""
        line: Line = event.row
        number = NUMBER.get(event.table.column.key or "", NUMBER["kpis"])
        if number.plans is not None:
            self._open_plans(line, number.plans, _(number.about))
            return
        kept = number.keep(self.asked.kpis)
        dashboard_id = None
        if line.row is not None:
            kept = replace(kept, process=line.row.process)
            dashboard_id = line.row.dashboard_id
        self.kpix.open(
            KpisScreen(
                kept,
                about=self._about(line, _(number.about)),
                dashboard_id=dashboard_id,
                until=self.asked.wanted.until,
                sort="missing" if kept.missing else "worst",
            )
        )

    def _open_plans(self, line: Line, wanted: PlanFilter, what: str) -> None:
        """The actions behind a number; as they are now."""
        asked = self.asked.wanted
        wanted = replace(wanted, process=asked.process, team_id=asked.team_id)
        if line.row is not None:
            process, dashboard_id = line.row.process, line.row.dashboard_id
            wanted = replace(wanted, process=process, dashboard_id=dashboard_id)
        about = " · ".join(self._about(line, what))
        self.kpix.open(PlansScreen(wanted, about=about))

    def _about(self, line: Line, what: str) -> tuple[str, ...]:
        words = [] if line.row is None else [line_title(line)]
        said = self.asked.words(self.kpix.locale)
        return (*(word for word in said if word not in words), *words, what)

    @on(Concerns.Opened)
    def _concern_opened(self, event: Concerns.Opened) -> None:
        if event.row is not None:
            self.kpix.open(KpiScreen(event.row.id, row=event.row))
            return
        self.kpix.open(self._list_of(event.concern))

    def _list_of(self, concern: Concern) -> KpisScreen:
        """All the KPIs of a list."""
        kept = CONCERNS[concern.key](self.asked.kpis)
        return KpisScreen(
            kept,
            about=(*self.asked.words(self.kpix.locale), concern.title),
            until=self.asked.wanted.until,
            sort="missing" if kept.missing else "worst",
        )

    def again(self) -> KpixScreen[Any]:
        """This view anew."""
        return OverviewScreen()


def _at_risk(kept: KpiFilter) -> KpiFilter:
    return replace(kept, standings=RISKS)


CONCERNS: Final[Mapping[str, Callable[[KpiFilter], KpiFilter]]] = {
    "worst": _at_risk,
    "worsening": NUMBER["worse"].keep,
    "unfed": NUMBER["missing"].keep,
}
"""The filter of the whole list, from the filter of the overview."""


def _key(line: Line) -> object:
    return None if line.row is None else (line.row.dashboard_id, line.row.process)


def _kpis(count: int) -> str:
    return ngettext("{count} KPI", "{count} KPIs", count).format(count=count)
