"""The five themes, and which of them a terminal gets.

Screens use these variables besides Textual's own: ``$status-green``, ``$status-orange``,
``$status-red``, ``$status-critical``, ``$status-none`` and ``$line`` (rules between things).
"""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

DARK: Final = "kpix-dark"
LIGHT: Final = "kpix-light"
MONO: Final = "kpix-mono"
CONTRAST: Final = "kpix-contrast"
TERMINAL: Final = "kpix-terminal"

NAMES: Final = {
    "dark": DARK,
    "light": LIGHT,
    "mono": MONO,
    "contrast": CONTRAST,
    "terminal": TERMINAL,
}
"""What settings call them."""

_DARK: Final = Theme(
    name=DARK,
    primary="#6cb6ff",
    secondary="#8b98a8",
    accent="#6cb6ff",
    foreground="#d7dde4",
    background="#12161c",
    surface="#171c23",
    panel="#1d232c",
    success="#57c785",
    warning="#e8a33d",
    error="#f0686a",
    dark=True,
    variables={
        "block-cursor-background": "#26405c",
        "block-cursor-foreground": "#f2f6fa",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#1f2630",
        "block-cursor-blurred-foreground": "#d7dde4",
        "footer-key-foreground": "#6cb6ff",
        "input-selection-background": "#34557a",
        "border": "#6cb6ff",
        "border-blurred": "#2b333e",
        "line": "#2b333e",
        "field": "#202731",
        "field-focus": "#263648",
        "scrollbar": "#38424f",
        "scrollbar-hover": "#4b5867",
        "scrollbar-active": "#6cb6ff",
        "scrollbar-background": "#12161c",
        "scrollbar-background-hover": "#12161c",
        "scrollbar-background-active": "#12161c",
        "scrollbar-corner-color": "#12161c",
        "text-muted": "#8b98a8",
        "text-disabled": "#596574",
        "status-green": "#57c785",
        "status-orange": "#e8a33d",
        "status-red": "#f0686a",
        "status-critical": "#ff4d6d",
        "status-none": "#8b98a8",
    },
)
_LIGHT: Final = Theme(
    name=LIGHT,
    primary="#0b5cad",
    secondary="#5b6673",
    accent="#0b5cad",
    foreground="#1b2430",
    background="#fbfbf9",
    surface="#f3f4f2",
    panel="#e9ebe9",
    success="#1a7f43",
    warning="#9a5b00",
    error="#bf2431",
    dark=False,
    variables={
        "block-cursor-background": "#cfe2f6",
        "block-cursor-foreground": "#10202f",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#e6e9ea",
        "block-cursor-blurred-foreground": "#1b2430",
        "footer-key-foreground": "#0b5cad",
        "input-cursor-background": "#1b2430",
        "input-cursor-foreground": "#fbfbf9",
        "input-selection-background": "#b9d5f2",
        "border": "#0b5cad",
        "border-blurred": "#d2d6d8",
        "line": "#d2d6d8",
        "field": "#ebedec",
        "field-focus": "#dce9f6",
        "scrollbar": "#c3c9cd",
        "scrollbar-hover": "#a9b1b7",
        "scrollbar-active": "#0b5cad",
        "scrollbar-background": "#fbfbf9",
        "scrollbar-background-hover": "#fbfbf9",
        "scrollbar-background-active": "#fbfbf9",
        "scrollbar-corner-color": "#fbfbf9",
        "text-muted": "#5b6673",
        "text-disabled": "#98a1a9",
        "status-green": "#1a7f43",
        "status-orange": "#9a5b00",
        "status-red": "#bf2431",
        "status-critical": "#a3003a",
        "status-none": "#5b6673",
    },
)
_CONTRAST: Final = Theme(
    name=CONTRAST,
    primary="#ffff00",
    secondary="#ffffff",
    accent="#ffff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    success="#00ff66",
    warning="#ffb000",
    error="#ff6b6b",
    dark=True,
    variables={
        "block-cursor-background": "#ffff00",
        "block-cursor-foreground": "#000000",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#404040",
        "block-cursor-blurred-foreground": "#ffffff",
        "footer-key-foreground": "#ffff00",
        "input-selection-background": "#0055ff",
        "border": "#ffff00",
        "border-blurred": "#ffffff",
        "line": "#ffffff",
        "field": "#262626",
        "field-focus": "#004a99",
        "scrollbar": "#ffffff",
        "scrollbar-hover": "#ffff00",
        "scrollbar-active": "#ffff00",
        "scrollbar-background": "#000000",
        "scrollbar-corner-color": "#000000",
        "text-muted": "#ffffff",
        "text-disabled": "#b0b0b0",
        "status-green": "#00ff66",
        "status-orange": "#ffb000",
        "status-red": "#ff6b6b",
        "status-critical": "#ff4dff",
        "status-none": "#ffffff",
    },
)


DEFAULTS: Final = {
    "ansi-background": "ansi_default",
    "ansi-foreground": "ansi_default",
} | {
    name: _DARK.variables[name]
    for name in (
        "line",
        "field",
        "field-focus",
        "status-green",
        "status-orange",
        "status-red",
        "status-critical",
        "status-none",
    )
}
"""What a theme of somebody else would lack."""


def _ansi(name: str, **colours: str) -> Theme:
    """A theme made of the terminal's own sixteen colours; without any: of none at all."""
    get = colours.get
    default = "ansi_default"
    variables = dict.fromkeys(
        (
            "block-cursor-background",
            "block-cursor-foreground",
            "block-cursor-blurred-background",
            "block-cursor-blurred-foreground",
            "block-hover-background",
            "footer-background",
            "footer-description-background",
            "input-cursor-background",
            "input-cursor-foreground",
            "input-selection-background",
            "input-selection-foreground",
            "screen-selection-background",
            "screen-selection-foreground",
            "border-blurred",
            "scrollbar-background",
            "scrollbar-background-hover",
            "scrollbar-background-active",
            "scrollbar-corner-color",
            "line",
            "field",
            "field-focus",
            "status-none",
        ),
        default,
    ) | {
        "block-cursor-text-style": "reverse",
        "block-cursor-blurred-text-style": "underline",
        "input-cursor-text-style": "reverse",
        "footer-key-foreground": get("accent", default),
        "border": get("accent", default),
        "scrollbar": get("accent", default),
        "scrollbar-hover": get("accent", default),
        "scrollbar-active": get("accent", default),
        "text-muted": get("muted", default),
        "text-disabled": get("muted", default),
        "status-green": get("green", default),
        "status-orange": get("orange", default),
        "status-red": get("red", default),
        "status-critical": get("critical", default),
    }
    return Theme(
        name=name,
        ansi=True,
        primary=get("accent", default),
        secondary=default,
        accent=get("accent", default),
        success=get("green", default),
        warning=get("orange", default),
        error=get("red", default),
        foreground=default,
        background=default,
        surface=default,
        panel=default,
        boost=default,
        variables=variables,
    )


THEMES: Final = (
    _DARK,
    _LIGHT,
    _CONTRAST,
    _ansi(MONO),
    _ansi(
        TERMINAL,
        accent="ansi_cyan",
        green="ansi_green",
        orange="ansi_yellow",
        red="ansi_red",
        critical="ansi_magenta",
    ),
)


def choose(wanted: str | None, color_system: str | None, *, no_color: bool) -> str:
    """The theme for a terminal: what was asked for, as far as the terminal can show it.

    Below 256 colours the colours of a theme would be guessed at (warning and error become the
    same red), so the terminal's own are used.
    """
    if no_color:
        return MONO
    named = NAMES.get(wanted or "", DARK)
    if named == MONO or color_system in ("256", "truecolor", "windows"):
        return named
    return TERMINAL
