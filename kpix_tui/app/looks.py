"""How both front ends show a status: by shape and word. Colours are each front end's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kpix_tui.domains.kpis.views import Status
from kpix_tui.domains.overview.views import StatusCounts
from kpix_tui.kernel.errors import message


@dataclass(frozen=True, slots=True)
class Look:
    """How a status is drawn. ``word`` is English, to translate.

    The glyphs differ in shape, so that nothing is lost without colours; ``ascii`` is what terminals
    without them get.
    """

    name: str
    glyph: str
    ascii: str
    word: str
    bold: bool = False

    def mark(self, *, ascii: bool) -> str:
        """The glyph that the terminal can show."""
        return self.ascii if ascii else self.glyph


GREEN: Final = Look("green", "●", "*", message("Green"))
ORANGE: Final = Look("orange", "▲", "^", message("Orange"))
RED: Final = Look("red", "■", "#", message("Red"))
CRITICAL: Final = Look("critical", "◆", "!", message("Critical"), bold=True)
NO_DATA: Final = Look("none", "○", "o", message("No data"))

LOOKS: Final = (CRITICAL, RED, ORANGE, GREEN, NO_DATA)
"""Worst first, the way they are listed."""

_BY_STATUS: Final = {
    Status.GREEN: GREEN,
    Status.ORANGE: ORANGE,
    Status.RED: RED,
    Status.NO_DATA: NO_DATA,
}


def look_of(status: Status, critical: bool = False) -> Look:
    """How a status is drawn; critical is a flag on red."""
    return CRITICAL if critical and status is Status.RED else _BY_STATUS[status]


def tallies(counts: StatusCounts) -> tuple[tuple[Look, int], ...]:
    """The count of each status, worst first; red does not count the critical ones again."""
    return (
        (CRITICAL, counts.critical),
        (RED, counts.red - counts.critical),
        (ORANGE, counts.orange),
        (GREEN, counts.green),
        (NO_DATA, counts.no_data),
    )
