"""The head of the overview: how many KPIs stand where, and how that moved."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content
from textual.widget import Widget

from kpix_tui.app.looks import tallies
from kpix_tui.domains.overview.views import Figures, Moves, PlanCounts
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.tui.overview.asked import Asked
from kpix_tui.tui.themes import MONO
from kpix_tui.tui.widgets.status import counted_word, status_bar, status_counts, style_of
from kpix_tui.tui.widgets.text import clip, plain


class Headline(Widget):
    """What is looked at; the counts with what they gained or lost; a bar; what moved; actions."""

    def __init__(self, asked: Asked, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._asked = asked
        self._figures: Figures | None = None

    def show(self, asked: Asked, figures: Figures | None) -> None:
        """Show these figures; None while they are read."""
        self._asked, self._figures = asked, figures
        self.refresh()

    @property
    def _ascii(self) -> bool:
        return bool(getattr(self.app, "ascii", False))

    def render(self) -> Content:
        """Five lines."""
        width = self.content_size.width
        figures = self._figures or Figures()
        if not figures.statuses.total:
            return self._scope(width)
        bar = status_bar(figures.statuses, width, ascii=self._ascii, colours=self.app.theme != MONO)
        counts = counts_line(figures, width, ascii=self._ascii)
        moved = moves_line(figures, width, ascii=self._ascii)
        acted = plans_line(figures.plans, width)
        return Content("\n").join([self._scope(width), counts, bar, moved, acted])

    def _scope(self, width: int) -> Content:
        """As of when, and of what."""
        locale = getattr(self.app, "locale", "en")
        words = [plain(word) for word in self._asked.words(locale)]
        if not words:
            return Content.styled(_("Everything you may see, as of today"), "$text-muted")
        separator = " - " if self._ascii else " · "
        shown = clip(separator.join(words), max(0, width - 24))
        return Content.assemble(
            (shown, "$accent bold"), ("   0 ", "$accent"), (_("everything"), "$text-muted")
        )


def counts_line(figures: Figures, width: int, *, ascii: bool) -> Content:
    """``312 KPIs   ◆ 8 critical +1   ■ 31 red −2``; what does not fit goes without differences,
    then without words."""
    total = figures.statuses.total
    count = ngettext("{count} KPI", "{count} KPIs", total).format(count=total)
    head = Content.styled(count, "bold")
    long = Content("   ").join([head, *_counts_with_differences(figures, ascii)])
    if long.cell_length <= width:
        return long
    left = width - len(count) - 3
    return Content.assemble(
        head, "   ", status_counts(figures.statuses, ascii=ascii, words=True, width=left)
    )


def _counts_with_differences(figures: Figures, ascii: bool) -> Iterable[Content]:
    before = {look.name: count for look, count in tallies(figures.before)}
    for look, count in tallies(figures.statuses):
        if not count and not before[look.name]:
            continue
        text = f"{look.mark(ascii=ascii)} {counted_word(look, count)}"
        difference = signed_count(count - before[look.name], ascii=ascii)
        yield Content.assemble((text, style_of(look)), (f" {difference}".rstrip(), "$text-muted"))


def signed_count(number: int, *, ascii: bool) -> str:
    """``+3`` or ``−3``; nothing for no difference."""
    if not number:
        return ""
    minus = "-" if ascii else "\u2212"
    return f"+{number}" if number > 0 else f"{minus}{-number}"


def moves_line(figures: Figures, width: int, *, ascii: bool) -> Content:
    """What became of each KPI since its own period before, and what is missing."""
    moves = figures.moves
    up, down = ("+", "-") if ascii else ("↗", "↘")
    parts = [
        (f"{up} {better(moves)}", "$status-green" if moves.better else "$text-muted"),
        (f"{down} {worse(moves)}", "$status-red" if moves.worse else "$text-muted"),
        (_unchanged(moves), "$text-muted"),
        (_unknown(moves), "$text-muted"),
    ]
    return _as_much_as_fits(_("Since the period before:"), parts, width)


def plans_line(plans: PlanCounts, width: int) -> Content:
    """What is left to do, what is due, what was done and had no effect."""
    week, failed = plans.this_week, plans.not_effective
    parts = [
        (ngettext("{count} to do", "{count} to do", plans.pending), plans.pending, ""),
        (ngettext("{count} overdue", "{count} overdue", plans.overdue), plans.overdue, "red"),
        (ngettext("{count} due this week", "{count} due this week", week), week, "orange"),
        (
            ngettext("{count} done without effect", "{count} done without effect", failed),
            *(failed, "orange"),
        ),
    ]
    styled = [
        (text.format(count=count), f"$status-{color}" if color and count else "$text-muted")
        for text, count, color in parts
    ]
    return _as_much_as_fits(_("Actions:"), styled, width)


def _as_much_as_fits(head: str, parts: Iterable[tuple[str, str]], width: int) -> Content:
    line = Content.styled(head, "$text-muted")
    for text, style in parts:
        longer = Content.assemble(line, "  ", (text, style))
        if longer.cell_length > width:
            break
        line = longer
    return line


def better(moves: Moves) -> str:
    """How many got better."""
    return ngettext("{count} better", "{count} better", moves.better).format(count=moves.better)


def worse(moves: Moves) -> str:
    """How many got worse."""
    return ngettext("{count} worse", "{count} worse", moves.worse).format(count=moves.worse)


def _unchanged(moves: Moves) -> str:
    return ngettext("{count} the same", "{count} the same", moves.same).format(count=moves.same)


def _unknown(moves: Moves) -> str:
    text = ngettext(
        "{count} without a value then or now", "{count} without a value then or now", moves.unknown
    )
    return text.format(count=moves.unknown)
