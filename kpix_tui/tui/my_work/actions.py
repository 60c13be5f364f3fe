"""What can be done with keys about my work."""

from __future__ import annotations

from typing import Final

from kpix_tui.access.permissions import Permission
from kpix_tui.kernel.errors import message as _m
from kpix_tui.tui.action import GLOBAL, Action

_WORK: Final = ("my_work",)

MY_WORK: Final[tuple[Action, ...]] = (
    Action(
        "my_work.enter",
        _m("Enter value"),
        _m("Enter the value that is owed; the next one follows until nothing is late."),
        ("v",),
        _WORK,
        Permission.KPI_VALUE_CREATE,
    ),
    Action(
        "my_work.kpi",
        _m("Open KPI"),
        _m("Open the KPI of the line under the cursor."),
        ("o",),
        _WORK,
    ),
    Action(
        "nav.my_work",
        _m("My work"),
        _m("The values I owe, my actions, and what is said to me."),
        ("3",),
        (GLOBAL,),
        None,
        False,
    ),
)
