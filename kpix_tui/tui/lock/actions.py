"""What can be done about sessions: locking this terminal, unlocking it, ending others."""

from __future__ import annotations

from typing import Final

from kpix_tui.access.permissions import Permission
from kpix_tui.kernel.errors import message as _m
from kpix_tui.tui.action import GLOBAL, Action, local

SESSIONS: Final[tuple[Action, ...]] = (
    Action(
        "app.lock",
        _m("Lock"),
        _m("Hide everything on this terminal until a password is given."),
        ("ctrl+l",),
        (GLOBAL,),
        None,
        False,
    ),
    Action(
        "app.sessions",
        _m("My sessions"),
        _m("Where you are signed in, and ending it."),
        (),
        (GLOBAL,),
        None,
        False,
    ),
    local("lock.unlock", _m("Unlock"), _m("Go on where you were."), ("enter",), ("lock",)),
    local(
        "lock.other",
        _m("Another user"),
        _m("Sign in as somebody else; what is hidden here is gone then."),
        ("ctrl+n",),
        ("lock",),
    ),
    local(
        "switch.back",
        _m("Back"),
        _m("Back to whoever locked this terminal."),
        ("escape",),
        ("switch",),
    ),
    local(
        "login.code",
        _m("I have a code"),
        _m("Choose a password with the code of an invitation or of a reset."),
        ("ctrl+r",),
        ("login", "switch"),
    ),
    Action(
        "sessions.revoke",
        _m("End"),
        _m("End the session under the cursor: it opens nothing any more."),
        ("d",),
        ("sessions",),
    ),
    Action(
        "sessions.everyone",
        _m("All or mine"),
        _m("Show the sessions of everybody, or yours."),
        ("A",),
        ("sessions",),
        Permission.USER_UPDATE,
    ),
    Action(
        "sessions.others",
        _m("End the others"),
        _m("End all your sessions but this one."),
        ("D",),
        ("sessions",),
    ),
)
"""Their part of the registry."""
