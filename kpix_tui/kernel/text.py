"""Text from people, made harmless for one line of a terminal or a sentence."""

from __future__ import annotations

import unicodedata
from typing import Final

_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_MARK: Final = "\ufffd"


def plain(text: str) -> str:
    """``text`` on one line: control and direction-changing characters become a visible mark.

    A name must not be able to move the cursor, break the line or reverse what stands after it.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        _MARK if one in _BIDI or unicodedata.category(one) in ("Cc", "Cs") else one
        for one in " ".join(text.splitlines()).replace("\t", " ")
    )
