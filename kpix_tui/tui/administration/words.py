"""People, teams and roles as the screens write them: glyph and word, never the colour alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from textual.content import Content

from kpix_tui.access.permissions import Permission, Scope
from kpix_tui.domains.people.views import CellChange, RoleDetail, RoleRow, UserRow
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.errors import message as _m
from kpix_tui.tui.administration.cells import MEANINGS, REACHES, SPECIAL
from kpix_tui.tui.widgets.header import ROLES
from kpix_tui.tui.widgets.text import clip, plain

_ACTIVE: Final = ("●", "*", _m("Active"), "$status-green")
_INVITED: Final = ("◇", "?", _m("Invited"), "$accent")
_ENDED: Final = ("○", "-", _m("Deactivated"), "$text-muted")

_NOTES: Final = {
    "ADMIN": _m("Everything in the organisation"),
    "MANAGER": _m("Builds for their teams, enters values everywhere"),
    "USER": _m("Builds and enters what is their own"),
    "VIEWER": _m("Reads"),
}
"""What the built-in roles are for."""


def state_cell(user: UserRow, *, ascii: bool) -> Content:
    """``● Active``: may the person sign in?"""
    glyph, plain_mark, word, colour = _state(user)
    return Content.styled(f"{plain_mark if ascii else glyph} {_(word)}", colour)


def activity_cell(active: bool, *, ascii: bool) -> Content:
    """The same where nothing is known of invitations."""
    glyph, plain_mark, word, colour = _ACTIVE if active else _ENDED
    return Content.styled(f"{plain_mark if ascii else glyph} {_(word)}", colour)


def _state(user: UserRow) -> tuple[str, str, str, str]:
    if not user.active:
        return _ENDED
    return _INVITED if user.invited else _ACTIVE


def lead_cell(lead: bool, *, ascii: bool) -> Content:
    """``★ Lead`` or ``· Member``."""
    if lead:
        return Content.styled(f"{'*' if ascii else '★'} {_('Lead')}", "$accent bold")
    return Content.styled(f"{'-' if ascii else '·'} {_('Member')}", "$text-muted")


def role_name(name: str) -> str:
    """A built-in role in the current language, any other as the organisation calls it."""
    return _(ROLES[name]) if name in ROLES else plain(name)


def role_names(names: Iterable[str]) -> str:
    """Several roles on one line."""
    return ", ".join(role_name(name) for name in names)


def role_note(role: RoleRow | RoleDetail) -> str:
    """What the role is for, in a few words."""
    return _(_NOTES[role.name]) if role.name in _NOTES else plain(role.description)


def meaning(permission: Permission) -> str:
    """What the permission lets people do."""
    return _(MEANINGS[permission])


def how_far(permission: Permission, scope: Scope | None) -> str:
    """How far the permission reaches at this scope, in words."""
    return _(SPECIAL.get((permission, scope), REACHES[scope].sentence))


def reach_cell(scope: Scope | None, *, ascii: bool) -> Content:
    """``◑ team``."""
    reach = REACHES[scope]
    style = "$text-muted" if scope is None else "$foreground"
    return Content.styled(f"{reach.mark(ascii=ascii)} {_(reach.word)}", style)


def widens(change: CellChange) -> bool:
    """Whether the cell allows more than before."""
    before = -1 if change.before is None else change.before.rank
    return (-1 if change.after is None else change.after.rank) > before


def change_mark(change: CellChange) -> Content:
    """``+`` for more, ``−`` for less: a sign and not a colour."""
    return Content.styled("+" if widens(change) else "-", "$accent bold")


def title(name: str) -> str:
    """A name within a sentence."""
    return clip(plain(name), 120)
