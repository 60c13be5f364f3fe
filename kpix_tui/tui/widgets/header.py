"""One line: where I am, who I am, whether I see what others change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from kpix_tui.access.actor import Actor
from kpix_tui.domains.notifications.views import Priority, Unread
from kpix_tui.i18n.catalog import _, ngettext, npgettext
from kpix_tui.kernel.errors import message
from kpix_tui.tui.widgets.text import clip, plain

ROLES: Final = {
    "ADMIN": message("Admin"),
    "MANAGER": message("Manager"),
    "USER": message("User"),
    "VIEWER": message("Viewer"),
}
"""The built-in roles; those of an organisation are shown as it calls them."""


_NOTHING: Final = Unread()


class KpixHeader(Widget):
    """``Organisation › Dashboard › KPI`` on the left, who I am on the right.

    ``name · role · 3 unread · live``: what is unread lies in the inbox.
    """

    def __init__(self) -> None:
        super().__init__()
        self._crumbs: tuple[str, ...] = ()

    def show(self, crumbs: tuple[str, ...]) -> None:
        """Show this path after the organisation."""
        self._crumbs = crumbs
        self.refresh()

    def render(self) -> Content:
        """The line, cut from the left of the path when it is too long."""
        actor: Actor | None = getattr(self.app, "actor", None)
        unicode = not getattr(self.app, "ascii", False)
        unread: Unread = getattr(self.app, "unread", _NOTHING)
        right = _who(actor, unread, _link(self.app, unicode), unicode)
        room = max(0, self.content_size.width - right.cell_length - 2)
        path = (actor.organization_name if actor else "kpix", *self._crumbs)
        left = _path(path, room, " › " if unicode else " > ")
        gap = max(1, self.content_size.width - left.cell_length - right.cell_length)
        return Content.assemble(left, " " * gap, right)


def _path(parts: tuple[str, ...], room: int, separator: str) -> Content:
    """The last part whole and bold; the ones before it give way first."""
    clean = [plain(part) for part in parts]
    last = clip(clean[-1], room)
    before = clean[:-1]
    while before and cell_len(separator.join([*before, last])) > room:
        before.pop(0)
    head = "".join(part + separator for part in before)
    return Content.assemble((head, "$text-muted"), (last, "bold"))


def _link(app: object, unicode: bool) -> tuple[str, str]:
    """Whether what others change is shown: at once, a little later, or not at all."""
    dot, half, ring = ("●", "◐", "○") if unicode else ("*", "~", "-")
    if getattr(app, "live", False):
        return f"{dot} " + _("live"), "$text-success"
    if getattr(app, "polling", False):
        return f"{half} " + _("polling"), "$text-muted"
    return f"{ring} " + _("offline"), "$text-warning"


def _who(actor: Actor | None, unread: Unread, state: tuple[str, str], unicode: bool) -> Content:
    if actor is None:
        return Content("")
    who = " · " if unicode else " - "
    roles = ", ".join(_(ROLES.get(role, role)) for role in actor.roles)
    return Content.assemble(
        (clip(plain(actor.name), 24), "$foreground"),
        (who + clip(plain(roles), 20) + who, "$text-muted"),
        *_bell(unread, who),
        state,
    )


def _bell(unread: Unread, separator: str) -> Iterator[tuple[str, str]]:
    """How much is unread; what is urgent has a word of its own, for whoever sees no colours."""
    urgent = unread.counts.get(Priority.URGENT, 0)
    if urgent:
        text = ngettext("{count} urgent", "{count} urgent", urgent).format(count=urgent)
        yield f"!! {text}", "$text-error bold"
        yield separator, "$text-muted"
    if unread.total > urgent:
        rest = unread.total - urgent
        text = npgettext("notifications", "{count} unread", "{count} unread", rest)
        yield text.format(count=rest), "$accent bold"
        yield separator, "$text-muted"
