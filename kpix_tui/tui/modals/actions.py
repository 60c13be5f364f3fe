"""What can be done with keys in forms, questions and other windows."""

from __future__ import annotations

from typing import Final

from kpix_tui.kernel.errors import message as _m
from kpix_tui.tui.action import Action, local, quiet

_MERGE: Final = ("merge",)

DIALOGS: Final[tuple[Action, ...]] = (
    # Forms and questions.
    Action("form.save", _m("Save"), _m("Save what was typed."), ("ctrl+s",), ("form",), None, True),
    Action(
        "form.cancel",
        _m("Cancel"),
        _m("Leave without saving; asks before what was typed is lost."),
        ("escape",),
        ("form",),
    ),
    local("confirm.yes", _m("Yes"), _m("Go on."), ("y",), ("confirm",)),
    local("confirm.no", _m("No"), _m("Leave things as they are."), ("n", "escape"), ("confirm",)),
    quiet(
        "confirm.swap",
        _m("Other button"),
        _m("To the other button."),
        ("left", "right", "h", "l"),
        ("confirm",),
    ),
    local(
        "modal.close",
        _m("Close"),
        _m("Close this window."),
        ("escape",),
        ("modal", "help", "palette"),
    ),
    # Two people changed the same thing.
    local("merge.mine", _m("Yours"), _m("Keep yours."), ("left", "h"), _MERGE),
    local("merge.theirs", _m("Theirs"), _m("Keep theirs."), ("right", "l"), _MERGE),
    quiet("merge.swap", _m("Other side"), _m("Keep the other one."), ("space",), _MERGE),
    quiet("merge.up", _m("Up"), _m("The line above."), ("up", "k"), _MERGE),
    quiet("merge.down", _m("Down"), _m("The line below."), ("down", "j"), _MERGE),
    local(
        "merge.keep",
        _m("Save"),
        _m("Save what was chosen."),
        ("ctrl+s", "enter"),
        ("merging",),
    ),
    local(
        "merge.close",
        _m("Back to the form"),
        _m("Decide nothing; what you typed is still there."),
        ("escape",),
        ("merging",),
    ),
)
