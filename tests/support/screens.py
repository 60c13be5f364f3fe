"""Every screen as a picture: ``python -m tests.support.screens FOLDER`` (``make screens``).

Those before a login need no database; the others show the demonstration, built in a folder of its
own. Writes SVG, and PNG beside it where ``rsvg-convert`` is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any, cast

from rich.cells import cell_len
from textual.pilot import Pilot

from kpix_tui.config import load_settings
from kpix_tui.kernel.errors import Unavailable
from kpix_tui.tui.app import KpixApp
from kpix_tui.tui.login.screen import LoginScreen
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.search.screen import SearchScreen
from kpix_tui.tui.widgets.news import News
from tests.support.answers import State, StatefulApp
from tests.support.states import MOMENT, READING, Reading, Steps, anew
from tests.tui.pilots import on, settled, until
from tests.tui.support import FakeContext

_TEXT = re.compile(
    r'(<text [^>]*?x=")([\d.]+)("[^>]*?textLength=")([\d.]+)("[^>]*>)((?:&#160;)+)([^<]+)<'
)

SIZES = ((80, 24), (120, 40))
THEMES = ("dark", "light", "mono")


@dataclass(frozen=True, slots=True)
class Shot:
    """One screen: what to do to see it, and whether it needs the demonstration."""

    name: str
    steps: Steps
    demo: bool = True
    themes: tuple[str, ...] = THEMES


def keys(*pressed: str) -> Steps:
    """Press these, waiting for what each one begins."""

    async def press(pilot: Pilot[Any]) -> None:
        for key in pressed:
            await pilot.press(key)
            await settled(pilot)

    return press


async def _login(pilot: Pilot[Any]) -> None:
    await on(pilot, LoginScreen)
    await settled(pilot)


async def _confirm(pilot: Pilot[Any]) -> None:
    await on(pilot, LoginScreen)
    pilot.app.push_screen(Confirm("Delete “Punctuality”?", "Its 24 values go with it."))
    await settled(pilot)


async def _first_run(pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: type(pilot.app.screen).__name__ == "FirstRunScreen")


async def _organization(pilot: Pilot[Any]) -> None:
    await _first_run(pilot)
    await keys("enter", *"Acme")(pilot)


_TALK = ("down", "down", "enter", "slash", *"AE-ALL", "enter", "c")


def searched(text: str, *pressed: str) -> Steps:
    """Search for ``text``, then press these."""

    async def search(pilot: Pilot[Any]) -> None:
        await keys("6", *text)(pilot)
        screen = cast("SearchScreen", pilot.app.screen)
        await until(pilot, lambda: screen.table.found is not None)
        await keys(*pressed)(pilot)

    return search


async def _news(pilot: Pilot[Any]) -> None:
    """Somebody else has entered a value, and this terminal asks for changes."""
    await keys("enter")(pilot)
    pilot.app.live, pilot.app.polling = False, True
    pilot.app.screen.query_one(News).say("Grace Hopper entered Oct 2026 of PUNCT")
    await settled(pilot)


async def _offline(pilot: Pilot[Any]) -> None:
    await keys("enter")(pilot)
    pilot.app.live = False
    pilot.app.screen.show_problem(Unavailable(reason="connection refused"))
    await settled(pilot)


def _state(reading: Reading, state: State) -> Shot:
    """A screen in a state; what is not full has no colour that the full one lacks."""

    async def see(pilot: Pilot[Any]) -> None:
        await keys(*reading.keys)(pilot)
        await pilot.pause(MOMENT)
        await settled(pilot)
        assert isinstance(pilot.app.screen, reading.screen), pilot.app.screen
        if state is not State.FULL:
            await anew(pilot, state)

    themes = THEMES if state is State.FULL else THEMES[:1]
    return Shot(reading.named(state), see, themes=themes)


SHOTS = (
    Shot("login", _login, demo=False),
    Shot("first-run", _first_run, demo=False),
    Shot("first-run-form", _organization, demo=False),
    Shot("question", _confirm, demo=False),
    Shot("live-news", _news),
    Shot("live-offline", _offline),
    Shot("overview-cell", keys("1", "down", "right", "right", "right", "right")),
    Shot("overview-kpis", keys("1", "tab", "right", "down")),
    Shot("overview-process", keys("1", "p")),
    Shot("dashboards-filter", keys("slash", *"en", "enter")),
    Shot("dashboards-new", keys("n")),
    Shot("kpi-edit", keys("enter", "enter", "e")),
    Shot("value", keys("enter", "v")),
    Shot("comments-reply", keys(*_TALK, "enter", *"Ask @sa")),
    Shot("inbox-form", keys("i", "f")),
    Shot("preferences", keys("i", "o")),
    Shot("sharing-picker", keys("down", "down", "down", "p", "n", *"na")),
    Shot("sharing-form", keys("down", "down", "down", "p", "e")),
    Shot("actions-marked", keys("4", "A", "A", "space", "down", "space")),
    Shot("action-effect", keys("4", "A", "A", "C", "slash", *"blood", "enter", "enter")),
    Shot("action-new", keys("4", "n")),
    Shot("action-status", keys("4", "m")),
    Shot("actions-postpone", keys("4", "t")),
    Shot("help", keys("question_mark")),
    Shot("palette", keys("colon", *"re")),
    Shot("settings", keys("comma")),
    Shot("search-start", keys("6")),
    Shot("search-nothing", searched("nowhere")),
    Shot("search-narrowed", searched("re", "escape", "t", "t")),
    Shot("search-form", searched("re", "escape", "f")),
    *(_state(reading, state) for reading in READING for state in reading.states),
)


@contextmanager
def before_login(home: Path, *, first_run: bool, **settings: Any) -> Iterator[KpixApp]:
    """The interface with nobody signed in and no database."""
    from kpix_tui.tui.start import screen as start

    kept = start.resume, start.first_run
    start.resume = lambda _context: None
    start.first_run = lambda _context: first_run
    try:
        yield KpixApp(cast("Any", FakeContext(home, **settings)))
    finally:
        start.resume, start.first_run = kept


async def photograph(app: KpixApp, shot: Shot, size: tuple[int, int]) -> str:
    """The screen of ``shot`` as SVG."""
    async with app.run_test(size=size, notifications=True) as pilot:
        if shot.demo:
            await until(pilot, lambda: app.actor is not None)
            await settled(pilot)
            await keys("2")(pilot)
        await shot.steps(pilot)
        return app.export_screenshot(title=shot.name)


def render(folder: Path, wanted: str = "", locale: str = "en") -> None:
    """Write every picture into ``folder``."""
    from kpix_tui.app.context import open_context
    from kpix_tui.app.demo import build_demo, demo_settings

    folder.mkdir(parents=True, exist_ok=True)
    shots = [shot for shot in SHOTS if wanted in shot.name]
    with tempfile.TemporaryDirectory(prefix="kpix-screens-") as home:
        settings = demo_settings(load_settings({"KPIX_HOME": home}))
        context = open_context(settings)
        try:
            if any(shot.demo for shot in shots):
                build_demo(context)
            for shot in shots:
                for size in SIZES:
                    for theme in shot.themes:
                        look = {"theme": theme, "locale": locale}
                        _one(folder, shot, size, look, context)
        finally:
            context.close()


def _one(
    folder: Path, shot: Shot, size: tuple[int, int], look: dict[str, str], context: Any
) -> None:
    path = folder / "-".join((shot.name, f"{size[0]}x{size[1]}", *look.values()))
    path = path.with_name(path.name + ".svg")
    if shot.demo:
        context.settings = replace(context.settings, **look)
        svg = asyncio.run(photograph(StatefulApp(context), shot, size))
    else:
        first = shot.name.startswith("first-run")
        with before_login(folder, first_run=first, **look) as app:
            svg = asyncio.run(photograph(app, shot, size))
    path.write_text(_steady(svg), encoding="utf-8")
    converter = shutil.which("rsvg-convert")
    if converter:
        subprocess.run([converter, "-o", str(path.with_suffix(".png")), str(path)], check=True)


def _steady(svg: str) -> str:
    """The same picture where blanks at the start of a text are a place and not characters.

    Some renderers drop them and pull the text to the left.
    """

    def moved(found: re.Match[str]) -> str:
        before, x, middle, length, end, blanks, text = found.groups()
        width = float(length) / cell_len(unescape(blanks + text))
        shift = width * blanks.count("&#160;")
        start = float(x) + shift
        return f"{before}{start:g}{middle}{float(length) - shift:g}{end}{text}<"

    return _TEXT.sub(moved, svg)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("screens"))
    parser.add_argument("--only", default="", help="screens whose name contains this")
    parser.add_argument("--locale", default="en")
    options = parser.parse_args()
    os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    os.environ.pop("NO_COLOR", None)
    render(options.folder, options.only, options.locale)
    sys.stdout.write(f"{options.folder}\n")


if __name__ == "__main__":
    main()
