"""The search: one line to type in, and below it what was found, best first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from kpix_tui.app.search import count_words, kind_word, plan_text
from kpix_tui.domains.kpis.views import Status
from kpix_tui.domains.plans.views import PlanStatus
from kpix_tui.domains.search import service
from kpix_tui.domains.search.rules import within, worth_searching
from kpix_tui.domains.search.views import Found, Hit, Kind, Marked
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.changes import Kind as Changed
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.search.form import NOTHING_LEFT_OUT, Narrowed, NarrowForm
from kpix_tui.tui.search.opening import screen_of
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.inputs import LineInput
from kpix_tui.tui.widgets.status import status_cell
from kpix_tui.tui.widgets.table import TYPING_PAUSE, PagedTable
from kpix_tui.tui.widgets.text import clip, plain

MARK = "$accent bold underline"
"""Of a word that was searched for: underlined where there are no colours."""


class SearchLine(LineInput):
    """What is searched for."""

    PLACE = "search_line"
    BINDINGS: ClassVar = bindings_for("search_line")


class Results(PagedTable[Hit]):
    """What was found. ``/`` leads back to the line, and there is nothing to sort by."""

    found: Found | None = None

    def nothing(self) -> tuple[str, str]:
        """What an empty list says: nothing was asked yet, or nothing matches."""
        if self.found is None:
            return _("Type at least two letters."), _(
                "In dashboards, KPIs, people, actions, comments."
            )
        return _("Nothing that you may see has these words."), _("Try fewer, or A for every kind.")

    def next_try(self) -> str:
        """What is typed belongs to the line."""
        return _("Press Esc, then r to try again.")

    def counted(self) -> str:
        """How many were found."""
        return "" if self.found is None else count_words(self.found)

    def do_filter(self) -> None:
        """Back to the line."""
        self.screen.query_one(SearchLine).focus()


class SearchScreen(KpixScreen[None]):
    """``text`` is searched for at once, ``narrowed`` as it says."""

    PLACE: ClassVar[str] = "search"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Changed]] = frozenset(
        {Changed.DASHBOARD, Changed.KPI, Changed.VALUE, Changed.PLAN, Changed.PEOPLE}
    )

    def __init__(self, text: str = "", narrowed: Narrowed = NOTHING_LEFT_OUT) -> None:
        super().__init__()
        self._text = text
        self._narrowed = narrowed
        self._typing: Timer | None = None

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (_("Search"),)

    def body(self) -> ComposeResult:
        """The line, what it is narrowed to, the results."""
        with Horizontal(id="search-bar"):
            yield Static("/", markup=False)
            yield SearchLine(
                value=self._text, placeholder=_("A word, or how it begins"), id="search-line"
            )
        yield Static(self._sentence(), id="search-narrowed", markup=False)
        yield Results(
            self._columns(),
            self._load,
            row_key=lambda hit: (hit.kind, hit.id),
            empty="",
            page_size=service.HITS,
            id="results",
        )

    def begin(self) -> None:
        """The list reads by itself, and nothing ahead: the next letter asks anew."""
        self.table.grid.ahead = 0
        self.line.focus()

    @property
    def line(self) -> SearchLine:
        """What is typed."""
        return self.query_one("#search-line", SearchLine)

    @property
    def table(self) -> Results:
        """What was found."""
        return self.query_one("#results", Results)

    def reload(self) -> None:
        """Search again."""
        self.table.reload()

    # -- searching -----------------------------------------------------------------------------

    async def _load(self, request: PageRequest) -> Page[Hit]:
        """The table drops an answer that comes after a newer question."""
        if not worth_searching(self._text):
            self.table.found = None
            return Page((), 0)
        wanted = self._narrowed.wanted(self._text)
        found = await self.bridge.read(service.search, wanted, request)
        self.table.found = found
        return found.page

    @on(SearchLine.Changed)
    def _typed(self, event: SearchLine.Changed) -> None:
        """Wait until the fingers rest."""
        event.stop()
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(TYPING_PAUSE, self._ask)

    def _ask(self) -> None:
        text = self.line.value.strip()
        if text != self._text:
            self._text = text
            self.table.restart()

    def narrow(self, narrowed: Narrowed) -> None:
        """Search among less, or more."""
        self._narrowed = narrowed
        self.query_one("#search-narrowed", Static).update(self._sentence())
        self.table.restart()
        self.refresh_bindings()

    def _sentence(self) -> Content:
        told = self._narrowed.words(self.kpix.locale)
        if not told:
            return Content.styled(_("Everything that you may see."), "$text-muted")
        return Content.assemble((_("Only") + "  ", "$text-muted"), clip(told, 300))

    # -- columns -------------------------------------------------------------------------------

    def _columns(self) -> Sequence[Column[Hit]]:
        return [
            Column(_("Kind, status"), self._kind, 15),
            Column(_("Title"), _title, 28, grow=3),
            Column(_("Found in"), _snippet, 28, grow=4, priority=1),
            Column(_("Dashboard or process"), _place, 20, grow=2, priority=2),
            Column(_("Owner"), _owner, 14, priority=3),
        ]

    def _kind(self, hit: Hit, width: int) -> Content:
        """A KPI and an action are known by their statuses."""
        match hit.status:
            case Status():
                return status_cell(hit.status, hit.critical, ascii=self.kpix.ascii, width=width)
            case PlanStatus():
                return Content(clip(plan_text(hit.status, ascii=self.kpix.ascii), width))
            case _:
                return Content.styled(clip(kind_word(hit.kind), width), "$text-muted")

    # -- actions -------------------------------------------------------------------------------

    def why_not(self, action: Action) -> str | None:
        """Everything is searched unless it was narrowed."""
        if action.id == "search.all" and self._narrowed == NOTHING_LEFT_OUT:
            return _("Everything is searched already.")
        return super().why_not(action)

    def do_narrow(self) -> None:
        """Ask to what."""
        self.app.push_screen(NarrowForm(self._narrowed), self._asked)

    def _asked(self, narrowed: Narrowed | None) -> None:
        if narrowed is not None:
            self.narrow(narrowed)

    def do_kind(self) -> None:
        """Everything, then one kind after the other."""
        kinds = (None, *Kind)
        after = kinds[(kinds.index(self._narrowed.kind) + 1) % len(kinds)]
        self.narrow(replace(self._narrowed, kind=after))

    def do_all(self) -> None:
        """Search everything again."""
        self.narrow(NOTHING_LEFT_OUT)

    def do_open(self) -> None:
        """Open the row under the cursor, while the line has the focus."""
        self.table.do_open()

    def do_up(self) -> None:
        """One row up, without leaving the line."""
        self.table.grid.do_up()

    def do_down(self) -> None:
        """One row down, without leaving the line."""
        self.table.grid.do_down()

    def do_leave(self) -> None:
        """From the line to the rows; with nothing typed, back to where one came from."""
        if worth_searching(self.line.value):
            self.table.focus()
        else:
            self.do_back()

    @on(SearchLine.Submitted)
    def _entered(self, event: SearchLine.Submitted) -> None:
        """What was typed last is searched for before it is opened."""
        event.stop()
        if self.line.value.strip() == self._text:
            self.do_open()
        else:
            self._ask()

    @on(PagedTable.Opened)
    def _opened(self, event: PagedTable.Opened) -> None:
        self.kpix.open(screen_of(event.row))

    def again(self) -> KpixScreen[Any]:
        """The same search anew."""
        return SearchScreen(self._text, self._narrowed)


def marked_cell(marked: Marked, width: int, style: str = "") -> Content:
    """A text in at most ``width`` cells with its marks, as plain text."""
    whole = clip("".join(plain(part) for part, _meant in marked.parts()), width)
    left, pieces = whole, []
    for part, meant in marked.parts():
        taken, left = left[: len(plain(part))], left[len(plain(part)) :]
        pieces.append(Content.styled(taken, MARK if meant else style))
    return Content("").join([*pieces, Content.styled(left, style)])


def _title(hit: Hit, width: int) -> Content:
    return marked_cell(hit.title, width, "bold")


def _snippet(hit: Hit, width: int) -> Content:
    return marked_cell(within(hit.snippet, width), width, "$text-muted")


def _place(hit: Hit, width: int) -> Content:
    return marked_cell(hit.place, width)


def _owner(hit: Hit, width: int) -> str:
    return clip(plain(hit.owner_name), width)
