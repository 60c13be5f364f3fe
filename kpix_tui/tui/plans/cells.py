"""Actions as cells: status and due date with words, progress as a bar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from kpix_tui.domains.plans.views import PlanRow, PlanStatus, Verdict
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_date
from kpix_tui.i18n.plans import kind_word, overdue_words, status_word, verdict_word
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.text import clip, plain

_MARKS: Final = {
    PlanStatus.OPEN: ("○", "o"),
    PlanStatus.IN_PROGRESS: ("◐", "~"),
    PlanStatus.DONE: ("✓", "v"),
    PlanStatus.CANCELLED: ("×", "x"),
}
_STYLES: Final = {
    PlanStatus.OPEN: "",
    PlanStatus.IN_PROGRESS: "$accent",
    PlanStatus.DONE: "$status-green",
    PlanStatus.CANCELLED: "$text-disabled",
}
_VERDICTS: Final = {
    Verdict.EFFECTIVE: "$status-green",
    Verdict.NOT_EFFECTIVE: "$status-red bold",
    Verdict.TOO_EARLY: "$text-muted",
}
LATE: Final = "$status-red bold"
PERCENT: Final = 5
"""Cells for ``100 %``."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """How this terminal draws actions, and which day it is for the organisation."""

    today: date
    locale: str = "en"
    ascii: bool = False

    def status(self, status: PlanStatus, width: int | None = None) -> Content:
        """``◐ In progress``."""
        mark = _MARKS[status][self.ascii]
        text = f"{mark} {status_word(status.value)}"
        return Content.styled(text if width is None else clip(text, width), _STYLES[status])

    def verdict(self, verdict: Verdict, *, short: bool = False) -> Content:
        """``Not effective``."""
        return Content.styled(verdict_word(verdict.value, short=short), _VERDICTS[verdict])

    def progress(self, percent: int, width: int) -> Content:
        """``━━━━┄┄  60 %``; only the number where there is no room for a bar."""
        number = f"{percent} %".rjust(PERCENT)
        room = width - PERCENT - 1
        if room < 4:
            return Content(number.strip())
        # Begun is never drawn as nothing, nor almost done as done.
        done = max(percent * room // 100, int(percent > 0))
        full, rest = ("=", ".") if self.ascii else ("━", "┄")
        return Content.assemble(
            (full * done, "$accent"), (rest * (room - done), "$text-disabled"), " ", number
        )

    def due(self, row: PlanRow, width: int) -> Content:
        """The due date; what is overdue says so, by how much where there is room."""
        day = format_date(row.due_on, self.locale)
        if not row.overdue:
            return Content.styled(day, "$text-muted" if row.status.closed else "")
        texts = (
            f"! {day}  {overdue_words(row.due_on, self.today)}",
            f"! {day}  {_('overdue')}",
            f"! {_('overdue {count} d').format(count=(self.today - row.due_on).days)}",
            f"! {_('overdue')}",
        )
        fitting = next((text for text in texts if cell_len(text) <= width), texts[-1])
        return Content.styled(fitting, LATE)

    def result(self, row: PlanRow, width: int) -> Content:
        """How far it is; of what is done, whether it had an effect."""
        if row.verdict is not None:
            return self.verdict(row.verdict, short=True)
        if row.status is PlanStatus.CANCELLED:
            return Content.styled("-" if self.ascii else "–", "$text-disabled")
        return self.progress(row.progress, width)


def status_width() -> int:
    """Cells that the longest status takes in the current language, its mark included."""
    return 2 + max(cell_len(status_word(status.value)) for status in PlanStatus)


def due_width() -> int:
    """Cells that a date takes, and by how much something is overdue."""
    return max(11, 2 + cell_len(_("overdue {count} d").format(count=99)))


def columns(draw: Drawing) -> list[Column[PlanRow]]:
    """Status, title, owner, due date and progress stay; the rest follows with room."""
    return [
        Column(
            _("Status"),
            lambda row, width: draw.status(row.status, width),
            status_width(),
            "status",
        ),
        Column(_("Title"), title_cell, 21, "title", grow=6),
        Column(_("Owner"), _owner, 11, "owner", grow=1),
        Column(_("Due date"), draw.due, due_width(), "due", grow=3),
        Column(_("Progress"), draw.result, 11, "progress"),
        Column(_("KPI"), _kpi, 12, "kpi", grow=1, priority=1),
        Column(_("Kind"), _kind, 11, "kind", priority=2),
        Column(_("Dashboard"), _dashboard, 16, "dashboard", grow=2, priority=3),
    ]


def part_columns(draw: Drawing) -> list[Column[PlanRow]]:
    """Those of sub-actions, beside their action: as few as it takes."""
    return [
        Column(_("Status"), lambda row, width: draw.status(row.status, width), status_width()),
        Column(_("Title"), title_cell, 14, grow=1),
        Column(_("Owner"), _owner, 11, priority=1),
        Column(_("Due date"), draw.due, due_width()),
    ]


def title_cell(row: PlanRow, width: int) -> Content:
    """The title, and how many of its sub-actions are closed."""
    note = f"  {row.sub_plans_closed}/{row.sub_plans}" if row.sub_plans else ""
    title = clip(plain(row.title), max(1, width - len(note)))
    style = "$text-muted" if row.status.closed else "bold"
    return Content.assemble((title, style), (note, "$text-muted"))


def _owner(row: PlanRow, width: int) -> Content:
    return Content(clip(plain(row.owner_name), width))


def _kpi(row: PlanRow, width: int) -> Content:
    return Content.styled(clip(plain(row.kpi_code), width), "$text-muted")


def _kind(row: PlanRow, _width: int) -> Content:
    return Content.styled(kind_word(row.kind.value), "$text-muted")


def _dashboard(row: PlanRow, width: int) -> Content:
    return Content.styled(clip(plain(row.dashboard_title), width), "$text-muted")
