"""The people of the organisation, and what can be done for one of them."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from kpix_tui.domains.accounts.views import Invited
from kpix_tui.domains.people import service as people
from kpix_tui.domains.people.views import UserRow
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_day
from kpix_tui.kernel.changes import Kind
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.administration.code import CodeShown
from kpix_tui.tui.administration.forms import InviteForm
from kpix_tui.tui.administration.people import PeopleScreen
from kpix_tui.tui.administration.user import UserScreen
from kpix_tui.tui.administration.words import role_names, state_cell
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.table import PagedTable
from kpix_tui.tui.widgets.text import clip, plain


class UsersScreen(PeopleScreen):
    """One line a person."""

    PLACE: ClassVar[str] = "users"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset({Kind.PEOPLE})

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (_("Administration"), _("Users"))

    def body(self) -> ComposeResult:
        """One list."""
        yield PagedTable(
            self._columns(),
            self._load,
            row_key=lambda row: row.id,
            empty=_("Nobody yet."),
            empty_step=_("Press n to invite somebody."),
            sort="name",
            id="users",
        )

    def begin(self) -> None:
        """The list reads by itself."""
        self.table.focus()

    @property
    def table(self) -> PagedTable[UserRow]:
        """The list."""
        return self.query_one("#users", PagedTable)

    @property
    def subject(self) -> UserRow | None:
        """The person under the cursor."""
        return self.table.current

    async def _load(self, request: PageRequest) -> Page[UserRow]:
        return await self.bridge.read(people.list_users, request)

    def reload(self) -> None:
        """Read the list again."""
        self.table.reload()

    def on_screen_resume(self) -> None:
        """Back from a person: something may have changed."""
        if self.table.total:
            self.reload()

    # -- columns -------------------------------------------------------------------------------

    def _columns(self) -> list[Column[UserRow]]:
        return [
            Column(_("Name"), _name, 18, "name", grow=1),
            Column(_("State"), self._state, 13),
            Column(_("Roles"), _roles, 16, grow=3),
            Column(_("Teams"), _teams, 14, grow=2, priority=2),
            Column(_("E-mail"), _email, 22, "email", grow=1, priority=3),
            Column(_("Since"), self._since, 11, "created_at", priority=4),
        ]

    def _state(self, row: UserRow, _width: int) -> Content:
        return state_cell(row, ascii=self.kpix.ascii)

    def _since(self, row: UserRow, _width: int) -> Content:
        text = format_day(row.created_at, self.kpix.timezone, self.kpix.locale)
        return Content.styled(text, "$text-muted")

    # -- actions -------------------------------------------------------------------------------

    @on(PagedTable.Opened)
    def _opened(self, event: PagedTable.Opened) -> None:
        self.kpix.open(UserScreen(event.row.id, event.row.name))

    @on(PagedTable.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    def do_invite(self) -> None:
        """Make an account for somebody, then show its code."""
        self.with_roles(lambda roles: self.app.push_screen(InviteForm(roles), self._invited))

    def _invited(self, made: Invited | None) -> None:
        if made is not None:
            self.reload()
            shown = CodeShown(made.user.name, made.code, made.expires_at, invited=True)
            self.app.push_screen(shown)

    def again(self) -> KpixScreen[Any]:
        """This list anew."""
        return UsersScreen()


def _name(row: UserRow, width: int) -> Content:
    style = "bold" if row.active else "$text-muted"
    return Content.styled(clip(plain(row.name), width), style)


def _roles(row: UserRow, _width: int) -> Content | str:
    if not row.roles and row.email is not None:
        return Content.styled(_("no role"), "$text-disabled")
    return role_names(row.roles)


def _teams(row: UserRow, _width: int) -> Content:
    return Content.styled(", ".join(plain(name) for name in row.teams), "$text-muted")


def _email(row: UserRow, _width: int) -> Content:
    return Content.styled(plain(row.email or ""), "$text-muted")
