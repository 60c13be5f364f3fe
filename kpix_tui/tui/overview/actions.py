"""What can be done with keys on the overview and on the lists behind it."""

from __future__ import annotations

from typing import Final

from kpix_tui.kernel.errors import message as _m
from kpix_tui.tui.action import GLOBAL, Action, quiet

_OVERVIEW: Final = ("overview",)
_CONCERNS: Final = ("concerns",)

OVERVIEW: Final[tuple[Action, ...]] = (
    Action(
        "nav.overview",
        _m("Overview"),
        _m("Where everything stands, and what needs somebody."),
        ("1",),
        (GLOBAL,),
        None,
        False,
    ),
    Action(
        "concerns.open",
        _m("Open"),
        _m("Open the KPI under the cursor, or the whole list on its last line."),
        ("enter",),
        _CONCERNS,
    ),
    quiet("concerns.up", _m("Up"), _m("One line up."), ("up", "k"), _CONCERNS),
    quiet("concerns.down", _m("Down"), _m("One line down."), ("down", "j"), _CONCERNS),
    quiet("concerns.left", _m("Left"), _m("The list on the left."), ("left", "h"), _CONCERNS),
    quiet("concerns.right", _m("Right"), _m("The list on the right."), ("right", "l"), _CONCERNS),
    quiet("concerns.first", _m("First"), _m("The first line."), ("home",), _CONCERNS),
    quiet("concerns.last", _m("Last"), _m("The last line."), ("end",), _CONCERNS),
    Action(
        "overview.other",
        _m("Up / down"),
        _m("From the figures to the KPIs below them, and back; Tab does the same."),
        ("o",),
        _OVERVIEW,
        palette=False,
    ),
    Action(
        "overview.group",
        _m("Process / dashboard"),
        _m("A line for each process, or for each dashboard."),
        ("g",),
        _OVERVIEW,
    ),
    Action(
        "overview.process",
        _m("Process"),
        _m("Look at one process, or at all of them."),
        ("p",),
        _OVERVIEW,
    ),
    Action(
        "overview.team",
        _m("Team"),
        _m("Look at what one team owns and owes, or at everything."),
        ("t",),
        _OVERVIEW,
    ),
    Action(
        "overview.earlier",
        _m("Month before"),
        _m("As things stood at the end of the month before."),
        ("left_square_bracket",),
        _OVERVIEW,
    ),
    Action(
        "overview.later",
        _m("Month after"),
        _m("As things stood a month later; in the end, now."),
        ("right_square_bracket",),
        _OVERVIEW,
        footer=False,
    ),
    Action(
        "overview.everything",
        _m("Everything"),
        _m("Drop the process, the team and the day."),
        ("0",),
        _OVERVIEW,
        footer=False,
    ),
)
