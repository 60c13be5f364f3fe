"""The columns of the inbox, and which of them give way on a narrow terminal."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from textual.content import Content

from kpix_tui.app.notifications import notification_words
from kpix_tui.domains.notifications.views import Notification, Priority
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.notifications import priority_word
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.text import clip, plain

MARKS: Final = {
    Priority.URGENT: "!!",
    Priority.HIGH: "! ",
    Priority.NORMAL: "- ",
    Priority.LOW: ". ",
}
"""On any terminal, and of the same width: the words stand under each other."""

_STYLES: Final = {Priority.URGENT: "$text-error bold", Priority.HIGH: "bold"}


def columns(writing: Writing, timezone: str) -> list[Column[Notification]]:
    """Whether it is new, how much it presses and what it says stay."""

    def new(row: Notification, _width: int) -> Content:
        if row.read_at is not None:
            return Content.styled(_("read"), "$text-disabled")
        mark = "*" if writing.ascii else "●"
        return Content.styled(f"{mark} " + _("new"), "$accent bold")

    def period(row: Notification, _width: int) -> Content:
        if row.period_start is None or row.frequency is None:
            return Content("")
        return Content.styled(writing.period(row.period_start, row.frequency), "$text-muted")

    def when(row: Notification, _width: int) -> Content:
        return Content.styled(writing.moment(row.created_at, timezone), "$text-muted")

    urgency = max(cell_len(marked(one)) for one in Priority)
    return [
        Column(_("State"), new, max(7, 2 + cell_len(_("new"))), "unread"),
        Column(_("Priority"), _priority, max(urgency, 10), "priority"),
        Column(_("What happened"), _what, 30, "kind", grow=3),
        Column(_("KPI"), _kpi, 14, "kpi", priority=2),
        Column(_("Period"), period, 10, priority=3),
        Column(_("When"), when, 17, "at", priority=1),
    ]


def marked(priority: Priority) -> str:
    """Mark and word of a priority: ``!! Urgent``."""
    return f"{MARKS[priority]} {priority_word(priority)}"


def _priority(row: Notification, _width: int) -> Content:
    style = "$text-disabled" if row.read_at else _STYLES.get(row.priority, "")
    return Content.styled(marked(row.priority), style)


def _what(row: Notification, width: int) -> Content:
    text = clip(plain(notification_words(row)), width)
    return Content.styled(text, "$text-muted" if row.read_at else "")


def _kpi(row: Notification, width: int) -> Content:
    return Content.styled(clip(plain(row.kpi_name or ""), width), "$text-muted")
