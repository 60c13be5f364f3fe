"""What can be done with keys in the inbox."""

from __future__ import annotations

from typing import Final

from kpix_tui.kernel.errors import message as _m
from kpix_tui.tui.action import GLOBAL, Action, local

_INBOX: Final = ("inbox",)

INBOX: Final[tuple[Action, ...]] = (
    Action(
        "nav.inbox",
        _m("Inbox"),
        _m("What happened that you should know: mentions, statuses, assignments, due dates."),
        ("i",),
        (GLOBAL,),
        None,
        False,
    ),
    Action(
        "inbox.read",
        _m("Read or not"),
        _m("Mark the notification as read, or as unread again."),
        ("m",),
        _INBOX,
        None,
        True,
        False,
    ),
    Action(
        "inbox.all_read",
        _m("All read"),
        _m("Mark everything that is shown as read."),
        ("M",),
        _INBOX,
    ),
    local(
        "inbox.back",
        _m("Back"),
        _m("Back to where you came from."),
        ("escape",),
        _INBOX,
    ),
    Action(
        "inbox.narrow",
        _m("Show"),
        _m("Choose what is shown: only what is unread, only what presses, one kind."),
        ("f",),
        _INBOX,
    ),
    Action(
        "inbox.preferences",
        _m("Choose kinds"),
        _m("Choose what you want to hear of."),
        ("o",),
        _INBOX,
    ),
    Action(
        "app.notifications",
        _m("Notifications"),
        _m("Choose what you want to hear of."),
        (),
        (GLOBAL,),
        None,
        False,
    ),
)
