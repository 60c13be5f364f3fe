"""What can be done with keys about comments."""

from __future__ import annotations

from typing import Final

from kpix_tui.access.permissions import Permission
from kpix_tui.kernel.errors import message as _m
from kpix_tui.tui.action import Action, local, quiet

_COMMENTS: Final = ("comments",)
_THREAD: Final = ("thread",)
_WRITER: Final = ("writer",)
_MENTIONS: Final = ("mentions",)

COMMENTS: Final[tuple[Action, ...]] = (
    Action(
        "kpi.comments",
        _m("Comments"),
        _m("What is said about the KPI; in its history, about the value under the cursor."),
        ("c",),
        ("dashboard", "kpi"),
        Permission.COMMENT_READ,
    ),
    Action(
        "comments.write",
        _m("Write"),
        _m("Write a comment, or go on with the one that is begun."),
        ("n",),
        (*_COMMENTS, *_THREAD),
        Permission.COMMENT_CREATE,
    ),
    Action(
        "comments.reply",
        _m("Reply"),
        _m("Reply to the comment under the cursor."),
        ("enter",),
        _THREAD,
        Permission.COMMENT_CREATE,
    ),
    Action(
        "comments.edit",
        _m("Edit"),
        _m("Change your comment under the cursor; its earlier texts can still be read."),
        ("e",),
        (*_COMMENTS, *_THREAD),
        Permission.COMMENT_UPDATE,
    ),
    Action(
        "comments.delete",
        _m("Delete"),
        _m("Take your comment back; you are asked, and its place in the thread stays."),
        ("d",),
        _COMMENTS,
        Permission.COMMENT_DELETE,
    ),
    local(
        "comments.back",
        _m("Back"),
        _m("Back to where you came from; what you began to write is kept."),
        ("escape",),
        _COMMENTS,
    ),
    Action(
        "comments.next",
        _m("Next unread"),
        _m("To the next comment that is new to you."),
        ("u",),
        _COMMENTS,
        None,
        True,
        False,
    ),
    Action(
        "comments.trace",
        _m("Earlier texts"),
        _m("Every text that the comment had, and when."),
        ("t",),
        _COMMENTS,
    ),
    Action(
        "comments.copy",
        _m("Copy"),
        _m("Copy the text of the comment to the clipboard, over SSH too."),
        ("y",),
        _COMMENTS,
        None,
        False,
    ),
    Action(
        "comments.link",
        _m("Copy the link"),
        _m("Copy the address in the comment; of several, choose one."),
        ("Y",),
        _COMMENTS,
        None,
        False,
    ),
    quiet("thread.up", _m("Up"), _m("The comment above."), ("up", "k"), _THREAD),
    quiet("thread.down", _m("Down"), _m("The comment below."), ("down", "j"), _THREAD),
    quiet("thread.first", _m("First"), _m("The first comment."), ("home",), _THREAD),
    quiet("thread.last", _m("Last"), _m("The last comment."), ("end",), _THREAD),
    quiet("thread.page_up", _m("Page up"), _m("A page up."), ("pageup",), _THREAD),
    quiet("thread.page_down", _m("Page down"), _m("A page down."), ("pagedown",), _THREAD),
    local("writer.send", _m("Send"), _m("Send what you wrote."), ("ctrl+s",), _WRITER),
    local(
        "writer.drop",
        _m("Leave"),
        _m("Back to the comments; asks before what you wrote is lost. Tab leaves and keeps it."),
        ("escape",),
        _WRITER,
    ),
    local(
        "mentions.take",
        _m("Take"),
        _m("Write the name under the cursor."),
        ("tab", "enter"),
        _MENTIONS,
    ),
    quiet("mentions.up", _m("Up"), _m("The name above."), ("up",), _MENTIONS),
    quiet("mentions.down", _m("Down"), _m("The name below."), ("down",), _MENTIONS),
    local("mentions.close", _m("No name"), _m("Go on without a name."), ("escape",), _MENTIONS),
)
