"""Who holds a role, since when, and who gave it."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from kpix_tui.domains.people import service as people
from kpix_tui.domains.people.views import HolderRow
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_day
from kpix_tui.kernel.changes import Kind
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.administration.user import UserScreen
from kpix_tui.tui.administration.words import activity_cell, role_name
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.table import PagedTable
from kpix_tui.tui.widgets.text import clip, plain


class HoldersScreen(KpixScreen[None]):
    """One line a person."""

    PLACE: ClassVar[str] = "holders"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset({Kind.PEOPLE})

    def __init__(self, role_id: UUID, name: str) -> None:
        super().__init__()
        self._role_id = role_id
        self._called = name

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (_("Roles"), role_name(self._called), _("Who holds it"))

    def body(self) -> ComposeResult:
        """One list."""
        yield PagedTable(
            self._columns(),
            self._load,
            row_key=lambda row: row.user_id,
            empty=_("Nobody holds this role."),
            empty_step=_("It is given on the list of users, with o."),
            sort="name",
            id="holders",
        )

    def begin(self) -> None:
        """The list reads by itself."""
        self.table.focus()

    @property
    def table(self) -> PagedTable[HolderRow]:
        """The list."""
        return self.query_one("#holders", PagedTable)

    async def _load(self, request: PageRequest) -> Page[HolderRow]:
        return await self.bridge.read(people.list_holders, self._role_id, request)

    def reload(self) -> None:
        """Read the list again."""
        self.table.reload()

    def _columns(self) -> list[Column[HolderRow]]:
        return [
            Column(_("Name"), _name, 24, "name", grow=1),
            Column(_("State"), self._state, 13),
            Column(_("Since"), self._since, 12, "assigned_at"),
            Column(_("Given by"), _given_by, 20, grow=1, priority=1),
        ]

    def _state(self, row: HolderRow, _width: int) -> Content:
        return activity_cell(row.active, ascii=self.kpix.ascii)

    def _since(self, row: HolderRow, _width: int) -> Content:
        text = format_day(row.assigned_at, self.kpix.timezone, self.kpix.locale)
        return Content.styled(text, "$text-muted")

    @on(PagedTable.Opened)
    def _opened(self, event: PagedTable.Opened) -> None:
        self.kpix.open(UserScreen(event.row.user_id, event.row.name))

    def again(self) -> KpixScreen[Any]:
        """This list anew."""
        return HoldersScreen(self._role_id, self._called)


def _name(row: HolderRow, width: int) -> Content:
    return Content.styled(clip(plain(row.name), width), "bold" if row.active else "$text-muted")


def _given_by(row: HolderRow, _width: int) -> Content:
    return Content.styled(plain(row.assigned_by or ""), "$text-muted")
