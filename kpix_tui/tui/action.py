"""An action: something a person can do, with its keys. The registry is in ``actions.py``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kpix_tui.access.permissions import Permission

GLOBAL: Final = "global"


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person can do.

    ``keys`` are in Textual's spelling, the first one is shown. ``places`` are the screens and
    widgets (their ``PLACE``) where it applies. ``footer`` says whether the footer has room for it.
    """

    id: str
    title: str
    help: str
    keys: tuple[str, ...]
    places: tuple[str, ...]
    permission: Permission | None = None
    footer: bool = True
    palette: bool = True

    @property
    def method(self) -> str:
        """The name of the method that does it: ``do_enter`` for ``kpi.enter``."""
        return f"do_{self.id.rpartition('.')[2]}"


def quiet(id: str, title: str, help: str, keys: tuple[str, ...], places: tuple[str, ...]) -> Action:
    """An action that everybody knows: neither in the footer nor in the palette."""
    return Action(id, title, help, keys, places, footer=False, palette=False)


def local(id: str, title: str, help: str, keys: tuple[str, ...], places: tuple[str, ...]) -> Action:
    """An action that means something only where the focus is: not in the palette."""
    return Action(id, title, help, keys, places, palette=False)
