"""What is typed or pasted into a line."""

from __future__ import annotations

import pytest
from textual import events
from textual.app import App, ComposeResult

from kpix_tui.tui.widgets.inputs import LineInput


class OneLine(App[None]):
    def compose(self) -> ComposeResult:
        yield LineInput(value="before")


@pytest.mark.parametrize(
    ("pasted", "value"),
    [
        ("\nafter", "before"),
        (" after\nnext", "before after"),
        ("x" * 1_000_000, "before"),
        ("\x1b[31m\u202e" * 100_000, "before"),
    ],
)
async def test_a_paste_that_no_field_keeps_is_refused_whole(pasted: str, value: str) -> None:
    async with OneLine().run_test() as pilot:
        line = pilot.app.query_one(LineInput)
        line.focus()
        await pilot.press("end")
        line.post_message(events.Paste(pasted))
        await pilot.pause()
        assert line.value == value
