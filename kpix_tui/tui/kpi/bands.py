"""Which values are green, orange, red and critical, in one line."""

from __future__ import annotations

from decimal import Decimal

from textual.content import Content
from textual.widgets import Static

from kpix_tui.app.looks import CRITICAL, GREEN, ORANGE, RED, Look
from kpix_tui.domains.kpis.views import Direction, Thresholds
from kpix_tui.i18n.formats import format_exactly
from kpix_tui.tui.widgets.figures import better_side
from kpix_tui.tui.widgets.status import style_of


def band_rules(
    thresholds: Thresholds, direction: Direction, *, ascii: bool
) -> list[tuple[Look, str, Decimal]]:
    """Each status with the sign and the threshold that decide it, best first."""
    reaches, worse = better_side(direction, ascii=ascii)
    rules = [
        (GREEN, reaches, thresholds.green),
        (ORANGE, reaches, thresholds.orange),
        (RED, worse, thresholds.orange),
    ]
    return rules if thresholds.red is None else [*rules, (CRITICAL, worse, thresholds.red)]


def bands_line(
    thresholds: Thresholds, direction: Direction, *, ascii: bool, locale: str
) -> Content:
    """``● ≥ 95   ▲ ≥ 92   ■ < 92   ◆ < 88``."""
    parts = [
        Content.assemble(
            (look.mark(ascii=ascii), style_of(look)), f" {sign} ", format_exactly(value, locale)
        )
        for look, sign, value in band_rules(thresholds, direction, ascii=ascii)
    ]
    return Content("    ").join(parts)


class Bands(Static):
    """The line, under the thresholds of a form; empty while they cannot be read."""

    def __init__(self, *, ascii: bool, locale: str) -> None:
        super().__init__("", classes="bands", markup=False)
        self.display = False
        self._ascii = ascii
        self._locale = locale

    def show(self, thresholds: Thresholds | None, direction: Direction) -> None:
        """Show what these thresholds say."""
        self.display = thresholds is not None
        if thresholds is not None:
            self.update(bands_line(thresholds, direction, ascii=self._ascii, locale=self._locale))
