"""Driving the interface in tests without ever sleeping for a fixed time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from textual.pilot import Pilot
from textual.widget import Widget

from kpix_tui.tui.app import KpixApp
from tests.tui.support import FakeContext


def interface(home: Path, **settings: Any) -> KpixApp:
    """The application on a context without a database."""
    return KpixApp(cast("Any", FakeContext(home, **settings)))


async def settled(pilot: Pilot[Any]) -> None:
    """Everything that was begun is done."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def until(pilot: Pilot[Any], condition: Callable[[], Any]) -> None:
    """Wait for something that comes by itself."""
    for _attempt in range(300):
        await pilot.pause(0.01)
        if condition():
            return
    raise AssertionError(text_of(pilot.app.screen))


async def type_in(pilot: Pilot[Any], text: str) -> None:
    """Type into what has the focus, any character at all."""
    focused: Any = pilot.app.focused
    focused.value = text
    await pilot.pause()


def text_of(widget: Widget) -> str:
    """What is on the screen, line by line."""
    width, height = widget.app.size
    lines = widget.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in lines[:height] if strip.cell_length <= width)


def notices(pilot: Pilot[Any]) -> list[str]:
    """What the notifications say."""
    return [notification.message for notification in pilot.app._notifications]
