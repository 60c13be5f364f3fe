"""What stands above a list of people: labels, words, and what they mean."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from kpix_tui.tui.widgets.text import clip, plain


@dataclass(frozen=True, slots=True)
class Line:
    """A label, what it stands for, and a sentence about it where there is room."""

    label: str
    text: str
    note: str = ""


class Head(Widget):
    """One line each, the texts under each other."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="head")
        self._lines: tuple[Line, ...] = ()

    def show(self, *lines: Line) -> None:
        """Show these."""
        self._lines = lines
        self.refresh(layout=True)

    def render(self) -> Content:
        """The lines."""
        label = max((cell_len(line.label) for line in self._lines), default=0) + 2
        room = max(1, self.content_size.width - label)
        return Content("\n").join(self._line(line, label, room) for line in self._lines)

    def _line(self, line: Line, label: int, room: int) -> Content:
        text = clip(plain(line.text), room)
        left = room - cell_len(text) - 3
        note = f"   {clip(plain(line.note), left)}" if line.note and left > 10 else ""
        padding = " " * (label - cell_len(line.label))
        return Content.assemble(
            (line.label + padding, "$text-muted"), (text, "bold"), (note, "$text-muted")
        )
