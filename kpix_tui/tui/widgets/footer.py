"""One line: the keys of the focused place."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.dom import DOMNode
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, TextArea

from kpix_tui.i18n.catalog import _
from kpix_tui.tui.actions import GLOBAL, Action, actions_at
from kpix_tui.tui.keymap import key_label

_GAP = 2
_FIRST_TO_GO = ("table.sort", "table.filter")
"""What every list has makes room for what only this one can do; a screen's ``SPARE`` is next."""


class KpixFooter(Widget):
    """Keys and what they do; what is not available is dimmed, and says why when pressed."""

    shown: reactive[tuple[tuple[Action, bool], ...]] = reactive(())

    def on_mount(self) -> None:
        """Follow the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)
        self.app.screen_change_signal.subscribe(self, self._covered)
        self._follow(self.screen)

    def _covered(self, _screen: Screen[object]) -> None:
        """Another screen is on top, or this one is again."""
        self.refresh()

    def _follow(self, screen: Screen[object]) -> None:
        self.shown = tuple(available_here(screen))

    def _cells(self) -> list[tuple[str, str, str, bool]]:
        """Id, key, title and availability of what fits, help and palette kept at the end."""
        rows = self._rows()
        room = self.content_size.width + _GAP  # the last gap may be cut off
        spare = (*_FIRST_TO_GO, *getattr(self.screen, "SPARE", ()))
        common = [row for name in spare for row in rows if row[0] == name]
        while len(rows) > 2 and sum(_width(row) for row in rows) > room:
            rows.remove(common.pop(0) if common else rows[-3])
        return rows

    def _rows(self) -> list[tuple[str, str, str, bool]]:
        """Everything that has a key here; of two that share one, the inner place answers."""
        typing = isinstance(self.screen.focused, Input | TextArea)
        rows: dict[str, tuple[str, str, str, bool]] = {}
        for action, able in self.shown:
            key = key_label(self.app, action, typing=typing) if action.footer else ""
            if key:
                rows.setdefault(key, (action.id, key, _(action.title), able))
        return list(rows.values())

    def render(self) -> Content:
        """The line; empty under a dialog, where these keys do nothing."""
        parts: list[Content] = []
        if not self.screen.is_active:
            return Content("")
        for _id, key, title, able in self._cells():
            style = "$footer-key-foreground bold" if able else "$text-disabled"
            words = "$text-muted" if able else "$text-disabled"
            parts.append(Content.assemble((key, style), " ", (title, words), " " * _GAP))
        return Content("").join(parts)

    async def on_click(self, event: events.Click) -> None:
        """A click on a key does what the key does."""
        start = 0
        for row in self._cells():
            end = start + _width(row)
            if start <= event.x - self.styles.gutter.left < end - _GAP:
                await self.app.run_action(f"app.do('{row[0]}')")
                return
            start = end


def _width(row: tuple[str, str, str, bool]) -> int:
    return cell_len(row[1]) + 1 + cell_len(row[2]) + _GAP


def places_of(screen: Screen[object]) -> list[str]:
    """The places under the focus, the innermost first, then the screen and everywhere."""
    start: DOMNode = screen.focused or screen
    places = [place for node in start.ancestors_with_self if (place := getattr(node, "PLACE", ""))]
    if not screen.is_modal:
        places.append(GLOBAL)
    return list(dict.fromkeys(places))


def available_here(screen: Screen[object]) -> Iterator[tuple[Action, bool]]:
    """The actions under the focus, each with whether it is available now."""
    seen: set[str] = set()
    for place in places_of(screen):
        for action in actions_at(place):
            if action.id not in seen:
                seen.add(action.id)
                yield action, reason_against(screen, action) is None


def reason_against(screen: Screen[object], action: Action) -> str | None:
    """Why ``action`` is not available under the focus of ``screen``; None when it is."""
    start: DOMNode = screen.focused or screen
    for node in start.ancestors_with_self:
        ask = getattr(node, "why_not", None)
        if ask is not None and (reason := ask(action)):
            return str(reason)
    return None
