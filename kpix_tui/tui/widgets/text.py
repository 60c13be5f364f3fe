"""Text cut to the cells that it may take."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from kpix_tui.kernel.text import plain as plain


def clip(text: str, width: int, mark: str = "…") -> str:
    """``text`` in at most ``width`` cells, ending with ``mark`` where it was cut."""
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    return set_cell_size(text, width - 1).rstrip() + mark
