"""A line of block characters: the last periods of a KPI, with its gaps.

The scale goes from the least to the greatest of the values shown, and nothing else moves it: two
sparklines compare shapes, not sizes. A series that does not vary stands in the middle. The colour
of a bar is the status of its value, ``fade`` takes some of it away (not for the terminal's own
colours, which have no shades).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from textual.content import Content

from kpix_tui.app.looks import look_of
from kpix_tui.domains.overview.views import SparkPoint
from kpix_tui.tui.widgets.status import color_of

BLOCKS: Final = "▁▂▃▄▅▆▇"
"""Not the full block: rows above each other would run together."""
ASCII_BLOCKS: Final = "_,-~=+*"
GAP: Final = "·"
ASCII_GAP: Final = "."


def sparkline(
    points: Sequence[SparkPoint],
    *,
    width: int | None = None,
    ascii: bool = False,
    fade: bool = False,
) -> Content:
    """One character a period, oldest first; with ``width`` the last that fit in it."""
    shown = points if width is None else points[max(0, len(points) - width) :]
    blocks, gap = (ASCII_BLOCKS, ASCII_GAP) if ascii else (BLOCKS, GAP)
    shade = " 65%" if fade else ""
    levels = _levels([point.value for point in shown])
    return Content.assemble(
        *(
            (gap, "$text-disabled")
            if level is None
            else (blocks[level], color_of(look_of(p.status)) + shade)
            for p, level in zip(shown, levels, strict=True)
        )
    )


def _levels(values: Sequence[Decimal | None]) -> list[int | None]:
    """The height of each value, from 0; None for a gap and for what is not a finite number."""
    finite = [value for value in values if value is not None and value.is_finite()]
    if not finite:
        return [None for _value in values]
    least, span = min(finite), max(finite) - min(finite)
    top = len(BLOCKS) - 1
    return [
        None
        if value is None or not value.is_finite()
        else (top // 2 if not span else min(top, int((value - least) / span * (top + 1))))
        for value in values
    ]
