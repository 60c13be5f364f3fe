"""A status as people see it: glyph, word and colour, never the colour alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from kpix_tui.domains.kpis.views import Status
from kpix_tui.domains.overview.views import StatusCounts
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.kernel.errors import message as _m


@dataclass(frozen=True, slots=True)
class Look:
    """How a status is drawn. ``word`` is English, to translate; ``color`` is a theme's variable.

    The glyphs differ in shape, so that nothing is lost without colours; ``ascii`` is what terminals
    without them get.
    """

    name: str
    glyph: str
    ascii: str
    word: str
    color: str
    bold: bool = False

    @property
    def style(self) -> str:
        """The style of glyph and word."""
        return f"{self.color} bold" if self.bold else self.color

    def mark(self, *, ascii: bool) -> str:
        """The glyph that the terminal can show."""
        return self.ascii if ascii else self.glyph


GREEN: Final = Look("green", "●", "*", _m("Green"), "$status-green")
ORANGE: Final = Look("orange", "▲", "^", _m("Orange"), "$status-orange")
RED: Final = Look("red", "■", "#", _m("Red"), "$status-red")
CRITICAL: Final = Look("critical", "◆", "!", _m("Critical"), "$status-critical", bold=True)
NO_DATA: Final = Look("none", "○", "o", _m("No data"), "$status-none")

LOOKS: Final = (CRITICAL, RED, ORANGE, GREEN, NO_DATA)
"""Worst first, the way they are listed."""

_BY_STATUS: Final = {
    Status.GREEN: GREEN,
    Status.ORANGE: ORANGE,
    Status.RED: RED,
    Status.NO_DATA: NO_DATA,
}


def look_of(status: Status, critical: bool = False) -> Look:
    """How a status is drawn."""
    return CRITICAL if critical and status is Status.RED else _BY_STATUS[status]


def status_cell(
    status: Status, critical: bool = False, *, ascii: bool = False, width: int | None = None
) -> Content:
    """``● Green``; only the glyph where ``width`` has no room for the word."""
    look = look_of(status, critical)
    mark, word = look.mark(ascii=ascii), _(look.word)
    if width is not None and len(mark) + 1 + len(word) > width:
        return Content.styled(mark, look.style)
    return Content.styled(f"{mark} {word}", look.style)


def status_width() -> int:
    """Cells that the longest status takes in the current language, its glyph included."""
    return 2 + max(cell_len(_(look.word)) for look in LOOKS)


def tallies(counts: StatusCounts) -> tuple[tuple[Look, int], ...]:
    """The count of each status, worst first; red does not count the critical ones again."""
    return (
        (CRITICAL, counts.critical),
        (RED, counts.red - counts.critical),
        (ORANGE, counts.orange),
        (GREEN, counts.green),
        (NO_DATA, counts.no_data),
    )


def status_counts(
    counts: StatusCounts, *, ascii: bool = False, words: bool = False, width: int | None = None
) -> Content:
    """``■ 3  ▲ 1  ● 12``: the statuses that occur, with ``words`` after the numbers.

    What does not fit in ``width`` is written closer together, then without words: no count is ever
    cut.
    """
    present = [(look, count) for look, count in tallies(counts) if count]

    def line(inside: str, between: str, words: bool) -> Content:
        return Content(between).join(
            Content.styled(
                f"{look.mark(ascii=ascii)}{inside}{_counted(look, count) if words else count}",
                look.style,
            )
            for look, count in present
        )

    for found in (line(" ", "   " if words else "  ", words), line("", " ", words)):
        if width is None or found.cell_length <= width:
            return found
    return line("", " ", words=False)


def _counted(look: Look, count: int) -> str:
    """``3 red``: the word agrees with the number in languages that have it so."""
    match look.name:
        case "critical":
            text = ngettext("{count} critical", "{count} critical", count)
        case "red":
            text = ngettext("{count} red", "{count} red", count)
        case "orange":
            text = ngettext("{count} orange", "{count} orange", count)
        case "green":
            text = ngettext("{count} green", "{count} green", count)
        case _:
            text = ngettext("{count} no data", "{count} no data", count)
    return text.format(count=count)


def status_bar(
    counts: StatusCounts, width: int, *, ascii: bool = False, colours: bool = True
) -> Content:
    """A bar as long as ``width``, shared by the statuses in proportion; each has one cell at least.

    Without colours the statuses are told apart by their fill. The counts stand beside it anyway.
    """
    present = [(look, count) for look, count in tallies(counts) if count]
    fills = dict(zip((look.name for look in LOOKS), _fills(ascii, colours), strict=True))
    shares = _shares([count for _look, count in present], width)
    return Content("").join(
        Content.styled(fills[look.name] * share, look.color)
        for (look, _count), share in zip(present, shares, strict=True)
    )


def _fills(ascii: bool, colours: bool) -> str:
    if ascii:
        return "!#^*."
    return "━━━━┄" if colours else "█▓▒━┄"


def _shares(counts: Iterable[int], width: int) -> list[int]:
    """``width`` cells in proportion to ``counts``, at least one each."""
    numbers = list(counts)
    total = sum(numbers)
    if not total or width < len(numbers):
        return [0 for _number in numbers]
    shares = [max(1, number * width // total) for number in numbers]
    while sum(shares) != width:
        step = 1 if sum(shares) < width else -1
        shares[shares.index(max(shares))] += step
    return shares
