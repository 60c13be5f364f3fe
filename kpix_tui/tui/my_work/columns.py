"""The columns of the lists of My work."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content

from kpix_tui.domains.comments.views import UnreadThread
from kpix_tui.domains.plans.views import PlanRow
from kpix_tui.domains.work.views import OwedValue
from kpix_tui.i18n.catalog import _, ngettext, npgettext
from kpix_tui.tui.plans.cells import Drawing, due_width, title_cell
from kpix_tui.tui.plans.cells import status_width as plan_status_width
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.status import status_cell, status_width
from kpix_tui.tui.widgets.text import clip, plain


def owed_columns(writing: Writing) -> list[Column[OwedValue]]:
    """Which period, of what, since when, and how it stood last."""

    def period(row: OwedValue, _width: int) -> Content:
        return Content(writing.period(row.period_start, row.frequency))

    def last(row: OwedValue, width: int) -> Content:
        return status_cell(row.status, row.critical, ascii=writing.ascii, width=width)

    def since(row: OwedValue, _width: int) -> Content:
        return Content.styled(writing.day(row.due_on), "$text-muted")

    return [
        Column(_("Period"), period, 11),
        Column(_("Late"), _late, 12),
        Column(_("Code"), _code, 10, "code", grow=1, priority=2),
        Column(_("KPI"), _name, 18, "name", grow=4),
        Column(_("Dashboard"), _dashboard, 14, "dashboard", grow=2, priority=3),
        Column(_("Owed since"), since, 12, "due", priority=4),
        Column(_("Status"), last, status_width(), priority=1),
    ]


def plan_columns(draw: Drawing) -> list[Column[PlanRow]]:
    """What, until when, how far, about which KPI; whose it is goes without saying."""
    return [
        Column(_("Status"), lambda row, width: draw.status(row.status, width), plan_status_width()),
        Column(_("Due date"), draw.due, due_width(), "due", grow=2),
        Column(_("Title"), title_cell, 21, "title", grow=5),
        Column(_("Progress"), draw.result, 11, "progress", priority=1),
        Column(_("KPI"), _plan_kpi, 14, "kpi", grow=2, priority=2),
    ]


def _plan_kpi(row: PlanRow, width: int) -> Content:
    return Content.styled(clip(plain(row.kpi_name), width), "$text-muted")


def thread_columns(writing: Writing, timezone: str) -> list[Column[UnreadThread]]:
    """How much is new, whether it is to me, who said what last, about which KPI, when."""

    def when(row: UnreadThread, _width: int) -> Content:
        return Content.styled(writing.moment(row.last_at, timezone), "$text-muted")

    return [
        Column(_("New"), _new, 14, "unread"),
        Column(_("Said last"), _said, 26, grow=6),
        Column(_("KPI"), _thread_kpi, 14, "kpi", grow=2, priority=2),
        Column(_("When"), when, 17, "last_at", priority=1),
    ]


def _new(row: UnreadThread, _width: int) -> Content:
    """What is meant for me says so in a word."""
    if row.mentions_me:
        return Content.assemble(("@ ", "$accent bold"), (_("to you"), "bold"))
    text = npgettext("comments", "{count} unread", "{count} unread", row.unread)
    return Content(text.format(count=row.unread))


def _said(row: UnreadThread, width: int) -> Content:
    name = clip(plain(row.author_name), 20)
    said = clip(plain(row.excerpt), max(1, width - cell_len(name) - 2))
    return Content.assemble((f"{name}: ", "$text-muted"), said)


def _thread_kpi(row: UnreadThread, width: int) -> Content:
    return Content.styled(clip(plain(row.kpi_name), width), "$text-muted")


def _late(row: OwedValue, _width: int) -> Content:
    """How many earlier ones are owed, in a word and not in a colour alone."""
    if not row.late:
        return Content.styled(_("due now"), "$text-muted")
    text = ngettext("{count} late", "{count} late", row.late).format(count=row.late)
    return Content.styled(text, "$text-warning bold")


def _code(row: OwedValue, width: int) -> Content:
    return Content.styled(clip(plain(row.kpi_code), width), "$text-muted")


def _name(row: OwedValue, width: int) -> Content:
    return Content(clip(plain(row.kpi_name), width))


def _dashboard(row: OwedValue, width: int) -> Content:
    return Content.styled(clip(plain(row.dashboard_title), width), "$text-muted")
