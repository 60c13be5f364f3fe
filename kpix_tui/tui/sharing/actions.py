"""What can be done with keys about sharing."""

from __future__ import annotations

from typing import Final

from kpix_tui.access.permissions import Permission
from kpix_tui.kernel.errors import message as _m
from kpix_tui.tui.action import Action, local, quiet

_BOARD: Final = ("dashboards", "dashboard")
_SHARES: Final = ("sharing",)
_ENTRY: Final = ("entry",)
_PICKER: Final = ("picker",)

SHARING: Final[tuple[Action, ...]] = (
    Action(
        "dashboards.sharing",
        _m("Sharing"),
        _m("Who owns the dashboard, who it is shared with, and how far."),
        ("p",),
        _BOARD,
    ),
    Action(
        "dashboards.access",
        _m("Who can see it"),
        _m("Everybody who sees the dashboard, and why."),
        ("P",),
        (*_BOARD, *_SHARES),
        footer=False,
    ),
    Action(
        "sharing.add",
        _m("Share"),
        _m("Share it with a person or a team, if you like until a day."),
        ("n",),
        _SHARES,
        Permission.DASHBOARD_ASSIGN,
    ),
    Action(
        "sharing.change",
        _m("Edit"),
        _m("Change what the person or the team may do, and until when."),
        ("e",),
        _SHARES,
        Permission.DASHBOARD_ASSIGN,
    ),
    Action(
        "sharing.remove",
        _m("Remove"),
        _m("Share it with them no more; their name is shown and you are asked."),
        ("d",),
        _SHARES,
        Permission.DASHBOARD_ASSIGN,
    ),
    Action(
        "sharing.visibility",
        _m("Visibility"),
        _m("Choose who sees the dashboard without being named."),
        ("V",),
        _SHARES,
        Permission.DASHBOARD_ASSIGN,
    ),
    Action(
        "sharing.transfer",
        _m("Hand over"),
        _m("Make somebody else its owner; the KPIs of the owner go along."),
        ("o",),
        _SHARES,
        Permission.DASHBOARD_ASSIGN,
    ),
    Action(
        "kpi.owed",
        _m("Who enters"),
        _m("The people and teams who owe the values of the KPI."),
        ("p",),
        ("kpi",),
    ),
    Action(
        "entry.add",
        _m("Assign"),
        _m("Make a person or a team owe the values."),
        ("n",),
        _ENTRY,
        Permission.KPI_UPDATE,
    ),
    Action(
        "entry.remove",
        _m("Remove"),
        _m("They owe the values no more; their name is shown and you are asked."),
        ("d",),
        _ENTRY,
        Permission.KPI_UPDATE,
    ),
    local(
        "picker.choose", _m("Choose"), _m("Take the line under the cursor."), ("enter",), _PICKER
    ),
    quiet("picker.up", _m("Up"), _m("The line above."), ("up",), _PICKER),
    quiet("picker.down", _m("Down"), _m("The line below."), ("down",), _PICKER),
    local("picker.close", _m("Close"), _m("Close this window."), ("escape",), _PICKER),
    local(
        "sharing.back",
        _m("Back"),
        _m("Back to where you came from."),
        ("escape",),
        ("sharing", "access", "entry"),
    ),
)
