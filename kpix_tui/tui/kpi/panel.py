"""What a KPI is: its definition, its thresholds, its last value."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from kpix_tui.domains.kpis.views import ALWAYS
from kpix_tui.domains.overview.views import KpiDetail, KpiRow
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.tui.kpi.bands import band_rules
from kpix_tui.tui.kpi.words import direction_words, frequency_words
from kpix_tui.tui.widgets.figures import Writing, delta_cell
from kpix_tui.tui.widgets.status import status_cell, style_of
from kpix_tui.tui.widgets.text import clip, plain

ROOMY = 30
"""Lines of a terminal that has room for what only some need to read."""
OWED = 48
"""Cells for the names of those who enter the values."""


class Panel(Widget):
    """Two lines that everybody needs, then what only some do, as far as there is room."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._detail: KpiDetail | None = None

    def show(self, detail: KpiDetail) -> None:
        """Show this KPI."""
        self._detail = detail
        self.refresh(layout=True)

    @property
    def _writing(self) -> Writing:
        app = self.app
        return Writing(getattr(app, "locale", "en"), bool(getattr(app, "ascii", False)))

    def render(self) -> Content:
        """The lines."""
        if self._detail is None:
            return Content("")
        detail, width = self._detail, max(1, self.content_size.width)
        lines = [self._now(detail.row), self._bands(detail)]
        if self.app.size.height >= ROOMY:
            lines.append(self._definition(detail))
        if detail.kpi.description and self.app.size.height >= ROOMY:
            text = clip(plain(detail.kpi.description), width)
            lines.append(Content.styled(text, "$text-muted"))
        return Content("\n").join(line.truncate(width, ellipsis=True) for line in lines)

    def _now(self, row: KpiRow) -> Content:
        """Its status, the last value, what has changed, what is missing."""
        writing = self._writing
        parts = [status_cell(row.status, row.critical, ascii=writing.ascii)]
        if row.value is not None and row.period_start is not None:
            value = writing.value(row.value, row, row.thresholds)
            period = writing.period(row.period_start, row.frequency)
            parts.append(Content.assemble((value, "bold"), (f"  {period}", "$text-muted")))
            parts.append(delta_cell(row, 30, writing))
        if row.missing:
            text = ngettext("{count} period missing", "{count} periods missing", row.missing)
            parts.append(Content.styled(text.format(count=row.missing), "$text-warning"))
        return Content("   ").join(part for part in parts if part.plain)

    def _bands(self, detail: KpiDetail) -> Content:
        """The thresholds in force, and since when."""
        writing, row = self._writing, detail.row
        parts = [
            Content.assemble(
                (look.mark(ascii=writing.ascii), style_of(look)),
                f" {sign} {writing.value(value, row)}",
            )
            for look, sign, value in band_rules(row.thresholds, row.direction, ascii=writing.ascii)
        ]
        if row.thresholds.target is not None:
            target = writing.value(row.thresholds.target, row)
            parts.append(Content.styled(_("target {value}").format(value=target), "$accent"))
        dated = detail.kpi.thresholds
        if dated[-1].valid_from != ALWAYS:
            since = _("since {day}").format(day=writing.day(dated[-1].valid_from))
            parts.append(Content.styled(since, "$text-muted"))
        return Content("   ").join(parts)

    def _definition(self, detail: KpiDetail) -> Content:
        kpi = detail.kpi
        words = (
            plain(kpi.code),
            dict(frequency_words())[kpi.frequency],
            dict(direction_words())[kpi.direction],
            _("owner {name}").format(name=plain(kpi.owner_name)),
            *_owed_by(detail.row),
            plain(kpi.dashboard_title),
        )
        separator = " - " if self._writing.ascii else " · "
        return Content.styled(separator.join(words), "$text-muted")


def _owed_by(row: KpiRow) -> tuple[str, ...]:
    """Who enters the values, where it is not the owner."""
    if not row.assignees:
        return ()
    names = plain(", ".join(row.assignees))
    return (_("values by {names}").format(names=clip(names, OWED)),)
