"""A team: who is in it and who leads."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from kpix_tui.access.permissions import Permission
from kpix_tui.domains.people import service as people
from kpix_tui.domains.people.errors import LeadsOutOfReach
from kpix_tui.domains.people.views import MemberRow, TeamRow, UserRow
from kpix_tui.i18n.catalog import _, error_text
from kpix_tui.i18n.formats import format_day
from kpix_tui.kernel.changes import Kind
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.administration.reach import too_narrow
from kpix_tui.tui.administration.user import UserScreen
from kpix_tui.tui.administration.words import activity_cell, lead_cell, title
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.modals.picker import Choice, Picker
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.table import PagedTable
from kpix_tui.tui.widgets.text import clip, plain

_ON_A_MEMBER = ("team.lead", "team.remove")
_HERE = ("team.add", *_ON_A_MEMBER)
OFFERED = 12
"""People that are offered while one types."""


class TeamScreen(KpixScreen[None]):
    """``team`` as the list showed it."""

    PLACE: ClassVar[str] = "team"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset({Kind.PEOPLE})

    def __init__(self, team: TeamRow) -> None:
        super().__init__()
        self._team = team

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (_("Administration"), _("Teams"), self._team.name)

    def body(self) -> ComposeResult:
        """Its members."""
        yield PagedTable(
            self._columns(),
            self._load,
            row_key=lambda row: row.user_id,
            empty=_("Nobody is in this team yet."),
            empty_step=_("Press n and type a name to add somebody."),
            sort="member",
            id="members",
        )

    def begin(self) -> None:
        """The list reads by itself."""
        self.table.focus()

    @property
    def table(self) -> PagedTable[MemberRow]:
        """The members."""
        return self.query_one("#members", PagedTable)

    async def _load(self, request: PageRequest) -> Page[MemberRow]:
        return await self.bridge.read(people.list_members, self._team.id, request)

    def reload(self) -> None:
        """Read the members again."""
        self.table.reload()

    # -- columns -------------------------------------------------------------------------------

    def _columns(self) -> list[Column[MemberRow]]:
        return [
            Column(_("Name"), _name, 26, "name", grow=1),
            Column(_("Part"), self._part, 10, "member"),
            Column(_("State"), self._state, 13),
            Column(_("Since"), self._since, 12, "joined_at", priority=1),
        ]

    def _part(self, row: MemberRow, _width: int) -> Content:
        return lead_cell(row.lead, ascii=self.kpix.ascii)

    def _state(self, row: MemberRow, _width: int) -> Content:
        return activity_cell(row.active, ascii=self.kpix.ascii)

    def _since(self, row: MemberRow, _width: int) -> Content:
        text = format_day(row.joined_at, self.kpix.timezone, self.kpix.locale)
        return Content.styled(text, "$text-muted")

    # -- permissions ---------------------------------------------------------------------------

    def why_not(self, action: Action) -> str | None:
        """A lead manages the members of the own team, and not who leads."""
        if action.id not in _HERE:
            return super().why_not(action)
        row = self.table.current
        if action.id in _ON_A_MEMBER and row is None:
            return _("There is nobody under the cursor.")
        return super().why_not(action) or self._out_of_reach(action, row)

    def _out_of_reach(self, action: Action, row: MemberRow | None) -> str | None:
        reason = too_narrow(self.kpix.actor, Permission.TEAM_UPDATE)
        if reason is None or not self._team.led:
            return reason
        about_leads = action.id == "team.lead" or (action.id == "team.remove" and row and row.lead)
        return error_text(LeadsOutOfReach()) if about_leads else None

    # -- actions -------------------------------------------------------------------------------

    @on(PagedTable.Opened)
    def _opened(self, event: PagedTable.Opened) -> None:
        self.kpix.open(UserScreen(event.row.user_id, event.row.name))

    @on(PagedTable.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    def do_add(self) -> None:
        """Choose somebody by name."""
        question = _("Add to the team “{team}”").format(team=title(self._team.name))
        self.app.push_screen(Picker(question, self._people), self._chosen)

    async def _people(self, text: str) -> list[Choice[UserRow]]:
        page = await self.bridge.read(people.list_users, PageRequest(limit=OFFERED, text=text))
        return [Choice(row, row.name, row.email or "") for row in page.rows if row.active]

    def _chosen(self, user: UserRow | None) -> None:
        async def add() -> None:
            if user is not None:
                await self.bridge.write(people.add_member, self._team.id, user.id)
                self.reload()

        self.attempt(add)

    def do_lead(self) -> None:
        """A lead of the member under the cursor, or a member of the lead."""
        row = self.table.current
        if row is None:
            return

        async def change() -> None:
            await self.bridge.write(people.set_lead, self._team.id, row.user_id, not row.lead)
            self.reload()

        self.attempt(change)

    def do_remove(self) -> None:
        """Take the member under the cursor out, after a question."""
        row = self.table.current
        if row is None:
            return
        question = Confirm(
            _("Take {name} out of the team “{team}”?").format(
                name=title(row.name), team=title(self._team.name)
            ),
            _("They lose what was shared with the team, and what only its members may change."),
            yes=_("Remove"),
        )
        self.app.push_screen(question, partial(self._asked, row))

    def _asked(self, row: MemberRow, sure: bool | None) -> None:
        async def remove() -> None:
            await self.bridge.write(people.remove_member, self._team.id, row.user_id)
            self.reload()

        if sure:
            self.attempt(remove)

    def again(self) -> KpixScreen[Any]:
        """This team anew."""
        return TeamScreen(self._team)


def _name(row: MemberRow, width: int) -> Content:
    return Content.styled(clip(plain(row.name), width), "bold" if row.active else "$text-muted")
