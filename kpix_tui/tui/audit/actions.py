"""What can be done with keys in the audit log."""

from __future__ import annotations

from typing import Final

from kpix_tui.access.permissions import Permission
from kpix_tui.kernel.errors import message as _m
from kpix_tui.tui.action import GLOBAL, Action, local

_LOG: Final = ("audit",)
_ENTRY: Final = ("audit_entry",)
_FORM: Final = ("audit_form",)

AUDIT: Final[tuple[Action, ...]] = (
    Action(
        "administration.audit",
        _m("Audit log"),
        _m("Who did what to which object, and when."),
        (),
        (GLOBAL,),
        Permission.AUDIT_READ,
        False,
    ),
    Action(
        "audit.search",
        _m("Search"),
        _m("Choose who, what, which object and when."),
        ("f",),
        _LOG,
    ),
    Action(
        "audit.same",
        _m("Same object"),
        _m("Only what was done to the object under the cursor."),
        ("o",),
        _LOG,
    ),
    Action(
        "audit.person",
        _m("Same person"),
        _m("Only what was done by the person under the cursor."),
        ("u",),
        _LOG,
        None,
        False,
    ),
    Action("audit.all", _m("Everything"), _m("Drop what was searched for."), ("A",), _LOG),
    local("audit_form.save", _m("Search"), _m("Show what was asked for."), ("ctrl+s",), _FORM),
    local(
        "audit_form.cancel",
        _m("Cancel"),
        _m("Search for nothing else; asks before what was typed is lost."),
        ("escape",),
        _FORM,
    ),
    local(
        "audit_entry.copy",
        _m("Copy"),
        _m("Copy the whole entry to the clipboard, over SSH too."),
        ("y",),
        _ENTRY,
    ),
    local("audit_entry.close", _m("Close"), _m("Close this window."), ("escape", "enter"), _ENTRY),
)
