"""The figures of the overview: a line for each process or dashboard, and what each number opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from textual.content import Content

from kpix_tui.app.looks import CRITICAL, GREEN, NO_DATA, ORANGE, RED, Look
from kpix_tui.domains.overview.views import (
    FigureRow,
    Figures,
    KpiFilter,
    Move,
    Standing,
)
from kpix_tui.domains.plans.views import Due, PlanFilter, Verdict
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.errors import message
from kpix_tui.tui.overview.asked import process_name
from kpix_tui.tui.plans.wanted import PENDING
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.status import status_bar, style_of
from kpix_tui.tui.widgets.text import clip, plain


@dataclass(frozen=True, slots=True)
class Line:
    """A line of figures; the first one is the total of all (``row`` None)."""

    row: FigureRow | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a line: how it is counted, how it looks, and the filter of the list behind it.

    ``title`` is English; ``about`` says in a breadcrumb what the list is.
    """

    key: str
    title: str
    about: str
    width: int
    priority: int
    count: Callable[[Figures], int]
    style: str
    keep: Callable[[KpiFilter], KpiFilter]
    plans: PlanFilter | None = None
    """For numbers of actions: which ones, everywhere; the line narrows them down."""


def _standing(look: Look, standing: Standing, count: Callable[[Figures], int]) -> Number:
    def keep(kept: KpiFilter) -> KpiFilter:
        return replace(kept, standings=frozenset({standing}))

    return Number(standing.lower(), "", look.word, 4, 0, count, style_of(look), keep)


_LOOKS: Final = {
    "critical": CRITICAL,
    "red": RED,
    "orange": ORANGE,
    "green": GREEN,
    "no_data": NO_DATA,
}


def _unchanged(kept: KpiFilter) -> KpiFilter:
    return kept


NUMBERS: Final = (
    Number(
        *("kpis", message("KPIs"), message("KPIs"), 4, 0),
        lambda found: found.statuses.total,
        "",
        _unchanged,
    ),
    _standing(CRITICAL, Standing.CRITICAL, lambda found: found.statuses.critical),
    _standing(RED, Standing.RED, lambda found: found.statuses.red - found.statuses.critical),
    _standing(ORANGE, Standing.ORANGE, lambda found: found.statuses.orange),
    _standing(GREEN, Standing.GREEN, lambda found: found.statuses.green),
    _standing(NO_DATA, Standing.NO_DATA, lambda found: found.statuses.no_data),
    Number(
        *("better", message("Better"), message("Better than before"), 6, 5),
        lambda found: found.moves.better,
        "$status-green",
        lambda kept: replace(kept, move=Move.BETTER),
    ),
    Number(
        *("worse", message("Worse"), message("Getting worse"), 6, 0),
        lambda found: found.moves.worse,
        "$status-red",
        lambda kept: replace(kept, move=Move.WORSE),
    ),
    Number(
        *("missing", message("Missing"), message("Not entered"), 8, 0),
        lambda found: found.missing,
        "$status-orange",
        lambda kept: replace(kept, missing=True),
    ),
    Number(
        *("pending", message("Actions"), message("To do"), 7, 2),
        lambda found: found.plans.pending,
        *("", _unchanged, PlanFilter(statuses=PENDING)),
    ),
    Number(
        *("overdue", message("Overdue"), message("Overdue"), 9, 1),
        lambda found: found.plans.overdue,
        *("$status-red", _unchanged, PlanFilter(due=Due.OVERDUE)),
    ),
    Number(
        *("this_week", message("This week"), message("Due this week"), 13, 6),
        lambda found: found.plans.this_week,
        *("$status-orange", _unchanged, PlanFilter(due=Due.THIS_WEEK)),
    ),
    Number(
        *("not_effective", message("No effect"), message("Done without effect"), 10, 7),
        lambda found: found.plans.not_effective,
        *("$status-orange", _unchanged, PlanFilter(verdict=Verdict.NOT_EFFECTIVE)),
    ),
)
NUMBER: Final = {number.key: number for number in NUMBERS}


def columns(first: str, *, ascii: bool, colours: bool) -> list[Column[Line]]:
    """The title of a line, called ``first``; a bar, and a column for each number."""

    def bar(line: Line, width: int) -> Content:
        return status_bar(line.figures.statuses, width, ascii=ascii, colours=colours)

    return [
        Column(first, _title, 18, "title", grow=2),
        Column(_("Statuses"), bar, 12, "worst", grow=3, priority=4),
        *(_column(number, ascii) for number in NUMBERS),
    ]


def _column(number: Number, ascii: bool) -> Column[Line]:
    look = _LOOKS.get(number.key)
    title = look.mark(ascii=ascii) if look else _(number.title)

    def cell(line: Line, _width: int) -> Content:
        return number_cell(number.count(line.figures), number.style)

    return Column(title, cell, number.width, number.key, "right", priority=number.priority)


def number_cell(count: int, style: str) -> Content:
    """A number in its colour; nothing to see is dimmed."""
    return Content.styled(str(count), style if count else "$text-disabled")


def _title(line: Line, width: int) -> Content:
    return Content.styled(clip(plain(line_title(line)), width), "bold" if line.row is None else "")


def line_title(line: Line) -> str:
    """What a line is about."""
    if line.row is None:
        return _("All")
    return line.row.title if line.row.dashboard_id else process_name(line.row.process)
