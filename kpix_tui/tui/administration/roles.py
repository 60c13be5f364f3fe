"""The roles of the organisation: the built-in ones and its own."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from kpix_tui.domains.people import service as people
from kpix_tui.domains.people.errors import RoleHeld
from kpix_tui.domains.people.views import RoleDetail, RoleRow
from kpix_tui.i18n.catalog import _, error_text
from kpix_tui.kernel.changes import Kind
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.administration.role import RoleScreen
from kpix_tui.tui.administration.role_place import RolePlace
from kpix_tui.tui.administration.words import role_name, role_note, title
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.table import PagedTable
from kpix_tui.tui.widgets.text import clip


class RolesScreen(RolePlace):
    """One line a role."""

    PLACE: ClassVar[str] = "roles"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset({Kind.PEOPLE})
    ON_A_ROLE: ClassVar = (*RolePlace.ON_A_ROLE, "roles.delete")
    CHANGES: ClassVar = (*RolePlace.CHANGES, "roles.delete")

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (_("Administration"), _("Roles"))

    def body(self) -> ComposeResult:
        """One list."""
        yield PagedTable(
            self._columns(),
            self._load,
            row_key=lambda row: row.id,
            empty=_("No role."),
            empty_step=_("Press n to create one."),
            sort="role",
            id="roles",
        )

    def begin(self) -> None:
        """The list reads by itself."""
        self.table.focus()

    @property
    def table(self) -> PagedTable[RoleRow]:
        """The list."""
        return self.query_one("#roles", PagedTable)

    @property
    def subject(self) -> RoleRow | None:
        """The role under the cursor."""
        return self.table.current

    async def _load(self, request: PageRequest) -> Page[RoleRow]:
        return await self.bridge.read(people.list_roles, request)

    def reload(self) -> None:
        """Read the list again."""
        self.table.reload()

    def on_screen_resume(self) -> None:
        """Back from a role: it may allow more or less."""
        if self.table.total:
            self.reload()

    # -- columns -------------------------------------------------------------------------------

    def _columns(self) -> list[Column[RoleRow]]:
        return [
            Column(_("Role"), _name, 20, "role", grow=1),
            Column(_("Kind"), _kind, 11),
            Column(_("Held by"), _holders, 8, align="right"),
            Column(_("Rights"), lambda row, _width: str(row.cells), 7, align="right", priority=1),
            Column(_("What it is for"), _note, 22, grow=3),
        ]

    # -- actions -------------------------------------------------------------------------------

    def why_not(self, action: Action) -> str | None:
        """A role that people hold is not deleted."""
        if reason := super().why_not(action):
            return reason
        row = self.subject
        if action.id == "roles.delete" and row is not None and row.holders:
            return error_text(RoleHeld(count=row.holders, name=row.name))
        return None

    @on(PagedTable.Opened)
    def _opened(self, event: PagedTable.Opened) -> None:
        self.kpix.open(RoleScreen(event.row.id, name=event.row.name))

    @on(PagedTable.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    def opened(self, role: RoleDetail) -> None:
        """Set its cells next."""
        self.reload()
        self.kpix.open(RoleScreen(role.id, name=role.name))

    def do_delete(self) -> None:
        """Delete the role under the cursor, after a question."""
        if (row := self.subject) is None:
            return
        question = Confirm(
            _("Delete the role “{name}”?").format(name=title(row.name)),
            _("Nobody holds it. What it allowed is forgotten; the audit log keeps it."),
            yes=_("Delete"),
        )
        self.app.push_screen(question, partial(self._asked, row))

    def _asked(self, row: RoleRow, sure: bool | None) -> None:
        async def delete() -> None:
            await self.bridge.write(people.delete_role, row.id)
            self.reload()

        if sure:
            self.attempt(delete)

    def again(self) -> KpixScreen[Any]:
        """This list anew."""
        return RolesScreen()


def _name(row: RoleRow, width: int) -> Content:
    return Content.styled(clip(role_name(row.name), width), "bold")


def _kind(row: RoleRow, _width: int) -> Content:
    if row.built_in:
        return Content.styled(_("built-in"), "$text-muted")
    return Content.styled(_("yours"), "$accent")


def _holders(row: RoleRow, _width: int) -> str:
    return "" if row.holders is None else str(row.holders)


def _note(row: RoleRow, _width: int) -> Content:
    return Content.styled(role_note(row), "$text-muted")
