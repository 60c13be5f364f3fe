"""The last look at every line before it goes to the terminal."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_CONTROLS: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


class WithoutColour(LineFilter):
    """Takes every colour away and keeps bold, dim, underline and reverse."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The same text without colours."""
        return [
            Segment(text, style.without_color if style else None, control)
            for text, style, control in segments
        ]


class WithoutControls(LineFilter):
    """Takes out what a terminal would obey: text from people must never be a command to it.

    Widgets show such characters as a mark (``widgets.text.plain``); this is for whatever forgets.
    They take no cell, so nothing moves.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The same text without control and direction-changing characters."""
        if not any(_CONTROLS.search(text) for text, _style, control in segments if not control):
            return segments
        return [
            Segment(text if control else _CONTROLS.sub("", text), style, control)
            for text, style, control in segments
        ]


_PLAIN: Final = str.maketrans(
    dict.fromkeys("─━▔−·", "-")
    | dict.fromkeys("│┃▌▐▕▏▊▎", "|")
    | dict.fromkeys("╭╮╰╯┌┐└┘├┤", "+")
    | dict.fromkeys("▁▂▃▄▅▆▇", "_")
    | {"█": "#", "▀": "-", "▼": "v", "▶": ">", "›": ">", "…": "~", "“": '"', "”": '"'}
)


class PlainCharacters(LineFilter):
    """Draws frames, bars and marks with ASCII where the terminal has nothing else.

    Each stands for one of the same width. Letters of people's names are left as they are.
    """

    def __init__(self, wanted: Callable[[], bool]) -> None:
        super().__init__()
        self._wanted = wanted

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The same text with plain characters, when they are wanted."""
        if not self._wanted():
            return segments
        return [
            Segment(text if control or text.isascii() else text.translate(_PLAIN), style, control)
            for text, style, control in segments
        ]
