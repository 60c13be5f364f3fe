"""What can be done with keys in the search."""

from __future__ import annotations

from typing import Final

from kpix_tui.kernel.errors import message as _m
from kpix_tui.tui.action import GLOBAL, Action, local

_SEARCH: Final = ("search",)
_LINE: Final = ("search_line",)

SEARCH: Final[tuple[Action, ...]] = (
    Action(
        "nav.find",
        _m("Search"),
        _m("Everything that you may see, by its words, as you type."),
        ("6",),
        (GLOBAL,),
        None,
        False,
    ),
    Action(
        "search.narrow",
        _m("Narrow"),
        _m("Choose a kind, a status, a process, an owner, days."),
        ("f",),
        _SEARCH,
    ),
    Action("search.kind", _m("Kind"), _m("Only the next kind of thing."), ("t",), _SEARCH),
    Action("search.all", _m("Everything"), _m("Search everything again."), ("A",), _SEARCH),
    local("search_line.open", _m("Open"), _m("Open the row under the cursor."), ("enter",), _LINE),
    local("search_line.up", _m("Up"), _m("One row up."), ("up",), _LINE),
    local("search_line.down", _m("Down"), _m("One row down."), ("down",), _LINE),
    local(
        "search_line.leave",
        _m("To the rows"),
        _m("To the rows; with nothing typed, leave the screen."),
        ("escape",),
        _LINE,
    ),
)
