"""A screen as text: what it says, and in which styles, line by line. A diff shows all."""

from __future__ import annotations

from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.app import App


def picture(app: App[Any]) -> str:
    """The characters; then for each line its runs of styles; then what the styles are."""
    strips = app.screen._compositor.render_strips()
    legend: dict[str, str] = {}
    text = "\n".join(f"|{strip.text}|" for strip in strips)
    runs = "\n".join(
        f"{number:>2} {_runs(strip, legend)}".rstrip() for number, strip in enumerate(strips)
    )
    styles = "\n".join(f"{name:>2} {style}" for style, name in legend.items())
    return f"{text}\n\n{runs}\n\n{styles}\n"


def _runs(strip: Any, legend: dict[str, str]) -> str:
    found: list[tuple[str, int]] = []
    for segment in Segment.simplify(strip):
        style = _style(segment.style)
        name = legend.setdefault(style, _name(len(legend)))
        if found and found[-1][0] == name:
            found[-1] = (name, found[-1][1] + segment.cell_length)
        else:
            found.append((name, segment.cell_length))
    return " ".join(f"{name}{length}" for name, length in found)


def _style(style: Style | None) -> str:
    if style is None:
        return "none"
    shown = Style(
        color=style.color,
        bgcolor=style.bgcolor,
        bold=style.bold,
        dim=style.dim,
        italic=style.italic,
        underline=style.underline,
        reverse=style.reverse,
    )
    return str(shown)


def _name(number: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return letters[number] if number < 26 else letters[number // 26 - 1] + letters[number % 26]
