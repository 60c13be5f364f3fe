"""A status as people see it: glyph, word and colour, never the colour alone."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from textual.content import Content

from kpix_tui.app.looks import LOOKS, Look, look_of, tallies
from kpix_tui.domains.kpis.views import Status
from kpix_tui.domains.overview.views import StatusCounts
from kpix_tui.i18n.catalog import _, ngettext


def color_of(look: Look) -> str:
    """The theme's variable for its colour."""
    return f"$status-{look.name}"


def style_of(look: Look) -> str:
    """The style of glyph and word."""
    return f"{color_of(look)} bold" if look.bold else color_of(look)


def failed_mark(*, ascii: bool) -> str:
    """What stands before a sentence about something that went wrong: the glyph of no status."""
    return "x" if ascii else "✗"


def status_cell(
    status: Status, critical: bool = False, *, ascii: bool = False, width: int | None = None
) -> Content:
    """``● Green``; only the glyph where ``width`` has no room for the word."""
    look = look_of(status, critical)
    mark, word = look.mark(ascii=ascii), _(look.word)
    if width is not None and len(mark) + 1 + len(word) > width:
        return Content.styled(mark, style_of(look))
    return Content.styled(f"{mark} {word}", style_of(look))


def status_width() -> int:
    """Cells that the longest status takes in the current language, its glyph included."""
    return 2 + max(cell_len(_(look.word)) for look in LOOKS)


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
                f"{look.mark(ascii=ascii)}{inside}{counted_word(look, count) if words else count}",
                style_of(look),
            )
            for look, count in present
        )

    for found in (line(" ", "   " if words else "  ", words), line("", " ", words)):
        if width is None or found.cell_length <= width:
            return found
    return line("", " ", words=False)


def counted_word(look: Look, count: int) -> str:
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
        Content.styled(fills[look.name] * share, color_of(look))
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
