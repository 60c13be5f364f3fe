"""The board of actions: four columns, and cards that move between them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Static

from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.domains.plans import service as plans
from kpix_tui.domains.plans.views import Plan, PlanFilter, PlanRow, PlanStatus
from kpix_tui.i18n.catalog import _, error_text
from kpix_tui.kernel.changes import Kind
from kpix_tui.kernel.errors import KpixError
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.plans.acts import PlanActs
from kpix_tui.tui.plans.cards import Cards
from kpix_tui.tui.plans.form import PlanForm
from kpix_tui.tui.plans.wanted import MY_PENDING, WantedLine, next_scope
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets.pick import Picked
from kpix_tui.tui.widgets.table import TYPING_PAUSE, FilterLine

_COLUMNS: Final = tuple(PlanStatus)


class BoardScreen(PlanActs):
    """The actions that ``wanted`` keeps, whatever their status; ``text`` filters them."""

    PLACE: ClassVar[str] = "board"
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
        self._wanted = wanted
        self._about = about
        self._kpi = kpi
        self._text = text
        self._typing: Timer | None = None

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (
            (_("Actions"), self._about, _("Board")) if self._about else (_("Actions"), _("Board"))
        )

    def body(self) -> ComposeResult:
        """Whose, a filter line that is hidden until it is asked for, the columns."""
        yield WantedLine(self._about, id="plans-wanted")
        with Horizontal(id="board-filter", classes="filter-line"):
            yield Static("/", markup=False)
            yield FilterLine(value=self._text, placeholder=_("Filter"))
        yield Cards(self.drawing, id="cards")

    def begin(self) -> None:
        """Whose they are at once, the columns when they are read."""
        self.query_one(WantedLine).show(replace(self._wanted, statuses=frozenset()))
        self._filter_bar.display = bool(self._text)
        self.cards.focus()
        super().begin()

    @property
    def cards(self) -> Cards:
        """The columns."""
        return self.query_one(Cards)

    @property
    def _filter_bar(self) -> Horizontal:
        return self.query_one("#board-filter", Horizontal)

    async def fetch(self) -> None:
        """The four columns."""
        wanted = replace(self._wanted, statuses=frozenset())
        if not self.cards.shown:
            self.cards.say(_("Loading…"))
        try:
            board = await self.bridge.read(plans.plan_board, wanted, text=self._text)
        except NotSignedIn:
            raise
        except KpixError as error:
            if self.cards.shown:
                raise
            self.cards.say(error_text(error), _("Press r to try again."), failed=True)
            return
        self.query_one(WantedLine).show(wanted)
        self.cards.show(board, self._nothing())

    def _nothing(self) -> tuple[str, str]:
        if self._text:
            return _("Nothing matches."), _("Press Esc to see everything again.")
        return _("Nothing to do here."), _("Press A for the actions of others, n for a new one.")

    def on_screen_resume(self) -> None:
        """Back from an action: its card may have changed."""
        if self.cards.current is not None:
            self.reload()

    # -- what is acted on ----------------------------------------------------------------------

    @property
    def subject(self) -> PlanRow | None:
        """The action of the card under the cursor."""
        return self.cards.current

    @on(Cards.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    @on(Cards.Opened)
    def _opened(self, event: Cards.Opened) -> None:
        from kpix_tui.tui.plans.screen import PlanScreen  # noqa: PLC0415 - it opens boards

        self.kpix.open(PlanScreen(event.row.id, title=event.row.title))

    def why_not(self, action: Action) -> str | None:
        """There is nothing beyond the first and the last column."""
        row = self.subject
        if row is not None:
            if action.id == "board.earlier" and row.status is _COLUMNS[0]:
                return _("It is in the first column.")
            if action.id == "board.later" and row.status is _COLUMNS[-1]:
                return _("It is in the last column.")
        return super().why_not(action)

    def do_later(self) -> None:
        """To the column on the right; why that is refused is said on the screen."""
        self._shift(1)

    def do_earlier(self) -> None:
        """To the column on the left; why that is refused is said on the screen."""
        self._shift(-1)

    def _shift(self, columns: int) -> None:
        if (row := self.subject) is not None:
            self.move(row, _COLUMNS[_COLUMNS.index(row.status) + columns])

    # -- what is looked at ---------------------------------------------------------------------

    def do_scope(self) -> None:
        """Mine, my teams', all."""
        self._wanted = next_scope(self._wanted)
        self.reload()

    def do_list(self) -> None:
        """The same in a list."""
        from kpix_tui.tui.plans.list import PlansScreen  # noqa: PLC0415 - it opens this board

        self.app.switch_screen(
            PlansScreen(self._wanted, about=self._about, kpi=self._kpi, text=self._text)
        )

    def do_filter(self) -> None:
        """Open the filter line."""
        self._filter_bar.display = True
        self.set_focus(self.query_one(FilterLine))

    def do_done(self) -> None:
        """Back to the cards, with the filter."""
        self._filter_bar.display = bool(self._text)
        self.cards.focus()

    def do_clear(self) -> None:
        """Drop the filter; without one, leave the screen."""
        if not self._filter_bar.display:
            self.do_back()
            return
        self.query_one(FilterLine).value = ""
        self._filter_bar.display = False
        self.cards.focus()

    @on(FilterLine.Changed)
    def _typed(self, event: FilterLine.Changed) -> None:
        event.stop()
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(TYPING_PAUSE, self._apply_filter)

    def _apply_filter(self) -> None:
        text = self.query_one(FilterLine).value.strip()
        if text != self._text:
            self._text = text
            self.reload()

    def do_new(self) -> None:
        """A new action."""
        self.app.push_screen(PlanForm(self.today(), kpi=self._kpi), self._made)

    def _made(self, made: Plan | None) -> None:
        if made is not None:
            self.reload()

    def again(self) -> KpixScreen[Any]:
        """This board anew."""
        return BoardScreen(self._wanted, about=self._about, kpi=self._kpi, text=self._text)
