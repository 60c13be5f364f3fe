"""Text from people, made fit for a line of the terminal."""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len, set_cell_size

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(text: str) -> str:
    """``text`` on one line: control and direction-changing characters become a visible mark.

    A name must not be able to move the cursor, break the line or reverse what stands after it.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        "�" if character in _BIDI or unicodedata.category(character) in ("Cc", "Cs") else character
        for character in text.replace("\r\n", " ").replace("\n", " ").replace("\t", " ")
    )


def clip(text: str, width: int, mark: str = "…") -> str:
    """``text`` in at most ``width`` cells, ending with ``mark`` where it was cut."""
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    return set_cell_size(text, width - 1).rstrip() + mark
