"""What can be done with keys about action plans."""

from __future__ import annotations

from typing import Final

from kpix_tui.access.permissions import Permission
from kpix_tui.kernel.errors import message as _m
from kpix_tui.tui.action import GLOBAL, Action, local, quiet

_MANY: Final = ("plans", "board")
_ANY: Final = ("plans", "board", "plan")
_BOARD: Final = ("board",)
_CARDS: Final = ("cards",)
_KPI: Final = ("dashboard", "kpi")
_PICK: Final = ("pick",)

PLANS: Final[tuple[Action, ...]] = (
    Action(
        "nav.actions",
        _m("Actions"),
        _m("The action plans: mine, my teams', all."),
        ("4",),
        (GLOBAL,),
        footer=False,
    ),
    Action(
        "kpi.act",
        _m("New action"),
        _m("Decide on an action about the KPI: who, what, until when."),
        ("a",),
        _KPI,
        Permission.ACTION_PLAN_CREATE,
    ),
    Action(
        "kpi.plans",
        _m("Its actions"),
        _m("The actions about the KPI."),
        ("A",),
        _KPI,
        Permission.ACTION_PLAN_READ,
        footer=False,
    ),
    Action(
        "plans.new",
        _m("New"),
        _m("Decide on an action about a KPI: who, what, until when."),
        ("n",),
        _MANY,
        Permission.ACTION_PLAN_CREATE,
    ),
    Action(
        "plans.sub",
        _m("Sub-action"),
        _m("Split a part of the action off, for somebody to do."),
        ("n",),
        ("plan",),
        Permission.ACTION_PLAN_CREATE,
    ),
    Action(
        "plans.scope",
        _m("Whose"),
        _m("Mine, those of my teams, all, and mine again."),
        ("A",),
        _MANY,
    ),
    Action("plans.board", _m("Board"), _m("The same actions on a board."), ("b",), ("plans",)),
    Action("plans.list", _m("List"), _m("The same actions in a list."), ("b",), _BOARD),
    Action(
        "plans.edit",
        _m("Edit"),
        _m("Change the texts, days, owner, progress and criterion of the action."),
        ("e",),
        _ANY,
        Permission.ACTION_PLAN_UPDATE,
    ),
    Action(
        "plans.move",
        _m("Status"),
        _m("Start the action, call it done, cancel it, or take it up again."),
        ("m",),
        _ANY,
        Permission.ACTION_PLAN_UPDATE,
    ),
    Action(
        "plans.progress",
        _m("Progress"),
        _m("Say how far the action is, in percent."),
        ("p",),
        _ANY,
        Permission.ACTION_PLAN_UPDATE,
    ),
    Action(
        "plans.assign",
        _m("Reassign"),
        _m("Give the action, or all that are marked, to somebody else."),
        ("o",),
        _ANY,
        Permission.ACTION_PLAN_ASSIGN,
    ),
    Action(
        "plans.postpone",
        _m("Postpone"),
        _m("Give the action, or all that are marked, a later due date."),
        ("t",),
        _ANY,
        Permission.ACTION_PLAN_UPDATE,
    ),
    Action(
        "plans.delete",
        _m("Delete"),
        _m("Delete the action; its title is shown and you are asked."),
        ("d",),
        _ANY,
        Permission.ACTION_PLAN_DELETE,
        footer=False,
    ),
    Action(
        "plans.subject",
        _m("Its KPI"),
        _m("The KPI that the action is about."),
        ("g",),
        _ANY,
        footer=False,
    ),
    Action(
        "plans.closed",
        _m("Closed ones"),
        _m("Show what is done or cancelled as well, or not any more."),
        ("C",),
        ("plans",),
        footer=False,
    ),
    Action(
        "board.later",
        _m("Move on"),
        _m("Move the card to the column on the right."),
        ("greater_than_sign",),
        _BOARD,
        Permission.ACTION_PLAN_UPDATE,
        palette=False,
    ),
    Action(
        "board.earlier",
        _m("Move back"),
        _m("Move the card to the column on the left."),
        ("less_than_sign",),
        _BOARD,
        Permission.ACTION_PLAN_UPDATE,
        palette=False,
    ),
    local("board.open", _m("Open"), _m("Open the card under the cursor."), ("enter",), _CARDS),
    quiet("board.up", _m("Up"), _m("The card above."), ("up", "k"), _CARDS),
    quiet("board.down", _m("Down"), _m("The card below."), ("down", "j"), _CARDS),
    quiet("board.left", _m("Left"), _m("One column to the left."), ("left", "h"), _CARDS),
    quiet("board.right", _m("Right"), _m("One column to the right."), ("right", "l"), _CARDS),
    quiet("board.first", _m("First"), _m("The first card of the column."), ("home",), _CARDS),
    quiet("board.last", _m("Last"), _m("The last card of the column."), ("end",), _CARDS),
    local(
        "board.filter", _m("Filter"), _m("Keep what contains what you type."), ("slash",), _BOARD
    ),
    local("plans.back", _m("Back"), _m("Back to where you came from."), ("escape",), ("plan",)),
    Action(
        "plans.comments",
        _m("Comments"),
        _m("What is said about the action."),
        ("c",),
        _ANY,
        Permission.COMMENT_READ,
    ),
    quiet("board.clear", _m("Back"), _m("Drop the filter, then leave."), ("escape",), _BOARD),
    # A line of a form that holds one thing among many.
    local("pick.choose", _m("Choose"), _m("Type a part of its name."), ("enter", "space"), _PICK),
    quiet("pick.empty", _m("Nothing"), _m("Choose nothing."), ("delete", "backspace"), _PICK),
)
