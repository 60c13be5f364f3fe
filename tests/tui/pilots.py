"""Driving the interface in tests without ever sleeping for a fixed time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, cast

from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input
from textual.worker import WorkerCancelled

from kpix_tui.app.context import Context
from kpix_tui.tui.app import KpixApp
from kpix_tui.tui.widgets.fields import Field
from tests.tui.support import FakeContext

PATIENCE = 30.0
"""Seconds; far more than anything takes that is answered at all."""


def interface(home: Path, **settings: Any) -> KpixApp:
    """The application on a context without a database."""
    return KpixApp(cast("Any", FakeContext(home, **settings)))


@asynccontextmanager
async def started(
    context: Context, *, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Pilot[Any]]:
    """The interface on a real context, as a person starts it."""
    app = KpixApp(context)
    async with app.run_test(size=size, notifications=True) as pilot:
        yield pilot
    # Whoever quits waits for nobody; a test gives back every connection before its context closes.
    for thread in app.bridge._threads:
        await asyncio.to_thread(thread.join, 30)


async def settled(pilot: Pilot[Any]) -> None:
    """Everything that was begun is done, or given up for something newer.

    What a locked terminal has asked for is answered when it is unlocked, and perhaps never: after
    :data:`PATIENCE` nobody waits for it any longer.
    """
    await pilot.pause()
    for worker in tuple(pilot.app.workers):
        if (task := worker._task) is not None and not task.done():
            _done, waiting = await asyncio.wait({task}, timeout=PATIENCE)
            if waiting:
                continue
        with suppress(WorkerCancelled):
            await worker.wait()
    await pilot.pause()


async def until(pilot: Pilot[Any], condition: Callable[[], Any]) -> None:
    """Wait for something that comes by itself, and for the screen it comes on to be painted."""
    for _attempt in range(1000):
        await pilot.pause(0.01)
        if condition() and seen(pilot):
            return
    raise AssertionError(text_of(pilot.app.screen))


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press, waiting for what each key begins."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


def field(pilot: Pilot[Any], name: str) -> Field[Any]:
    """The field of the form that is open."""
    return pilot.app.screen.query_one(f"#field-{name.replace('_', '-')}", Field)


async def fill(pilot: Pilot[Any], **texts: str) -> None:
    """Replace what stands in fields."""
    for name, text in texts.items():
        field(pilot, name).query_one(Input).value = text
    await settled(pilot)


def message(pilot: Pilot[Any], name: str) -> str:
    """What is said beside a field."""
    return str(field(pilot, name).query_one(".field--message").render())


def seen(pilot: Pilot[Any]) -> str:
    """What is on the screen."""
    return text_of(pilot.app.screen)


async def sees(pilot: Pilot[Any], *parts: str) -> None:
    """Wait until all of this is on the screen."""
    await until(pilot, lambda: all(part in seen(pilot) for part in parts))


async def on(pilot: Pilot[Any], screen: type) -> None:
    """Wait for a screen, and for what it reads."""
    await until(pilot, lambda: isinstance(pilot.app.screen, screen))
    await settled(pilot)


async def palette(pilot: Pilot[Any], text: str) -> None:
    """Do what the palette finds first."""
    await press(pilot, "colon", *text, "enter")


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
