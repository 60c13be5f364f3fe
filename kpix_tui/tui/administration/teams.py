"""The teams of the organisation."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from kpix_tui.domains.people import service as people
from kpix_tui.domains.people.views import TeamRow, UpdateTeam
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.i18n.formats import format_day
from kpix_tui.kernel.changes import Kind
from kpix_tui.kernel.errors import StaleVersion
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.administration.reach import too_narrow
from kpix_tui.tui.administration.team import TeamScreen
from kpix_tui.tui.administration.words import title
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.modals.merge import Theirs
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.fields import Field, TextField
from kpix_tui.tui.widgets.form import FormScreen
from kpix_tui.tui.widgets.table import PagedTable
from kpix_tui.tui.widgets.text import clip, plain

_ON_A_TEAM = ("teams.rename", "teams.delete")


class TeamForm(FormScreen[TeamRow]):
    """Creates a team, or renames ``team``."""

    def __init__(self, team: TeamRow | None = None) -> None:
        super().__init__()
        self._team = team

    def heading(self) -> str:
        """The title."""
        return _("New team") if self._team is None else _("Rename the team")

    def fields(self) -> Iterable[Field[Any]]:
        """The name."""
        name = self._team.name if self._team else ""
        yield TextField("name", _("Name"), value=name, required=True)

    async def theirs(self, _stale: StaleVersion) -> Theirs | None:
        """The team as it is now."""
        if self._team is None:
            return None
        now = await self.bridge.read(people.show_team, self._team.id)
        return Theirs({"name": now.name}, now)

    def adopt(self, origin: TeamRow) -> None:
        """Save on top of this version."""
        self._team = origin

    async def save(self, values: dict[str, Any]) -> TeamRow:
        """Write it."""
        if self._team is None:
            return await self.bridge.write(people.create_team, values["name"])
        command = UpdateTeam(self._team.id, self._team.version, values["name"])
        return await self.bridge.write(people.update_team, command)


class TeamsScreen(KpixScreen[None]):
    """One line a team."""

    PLACE: ClassVar[str] = "teams"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset({Kind.PEOPLE})

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (_("Administration"), _("Teams"))

    def body(self) -> ComposeResult:
        """One list."""
        yield PagedTable(
            self._columns(),
            self._load,
            row_key=lambda row: row.id,
            empty=_("No team yet."),
            empty_step=_("Press n to create the first one, then Enter to fill it."),
            sort="name",
            id="teams",
        )

    def begin(self) -> None:
        """The list reads by itself."""
        self.table.focus()

    @property
    def table(self) -> PagedTable[TeamRow]:
        """The list."""
        return self.query_one("#teams", PagedTable)

    async def _load(self, request: PageRequest) -> Page[TeamRow]:
        return await self.bridge.read(people.list_teams, request)

    def reload(self) -> None:
        """Read the list again."""
        self.table.reload()

    def on_screen_resume(self) -> None:
        """Back from a team: it may have more or fewer members."""
        if self.table.total:
            self.reload()

    # -- columns -------------------------------------------------------------------------------

    def _columns(self) -> list[Column[TeamRow]]:
        return [
            Column(_("Name"), _name, 24, "name", grow=2),
            Column(_("Members"), lambda row, _width: str(row.members), 8, "members", "right"),
            Column(_("Leads"), self._leads, 26, grow=3),
            Column("", self._mine, 12, priority=1),
            Column(_("Since"), self._since, 11, "created_at", priority=2),
        ]

    def _leads(self, row: TeamRow, _width: int) -> Content:
        if not row.leads:
            return Content.styled(_("nobody leads it"), "$text-disabled")
        star = "*" if self.kpix.ascii else "★"
        names = ", ".join(plain(name) for name in row.leads)
        return Content.assemble((f"{star} ", "$accent"), names)

    def _mine(self, row: TeamRow, _width: int) -> Content:
        if row.led:
            return Content.styled(_("you lead it"), "$accent")
        return Content.styled(_("yours") if row.mine else "", "$text-muted")

    def _since(self, row: TeamRow, _width: int) -> Content:
        text = format_day(row.created_at, self.kpix.timezone, self.kpix.locale)
        return Content.styled(text, "$text-muted")

    # -- actions -------------------------------------------------------------------------------

    def why_not(self, action: Action) -> str | None:
        """Something must be under the cursor, and names are for whoever manages all teams."""
        if action.id in _ON_A_TEAM and self.table.current is None:
            return _("There is no team under the cursor.")
        if reason := super().why_not(action):
            return reason
        if action.id in _ON_A_TEAM and action.permission is not None:
            return too_narrow(self.kpix.actor, action.permission)
        return None

    @on(PagedTable.Opened)
    def _opened(self, event: PagedTable.Opened) -> None:
        self.kpix.open(TeamScreen(event.row))

    @on(PagedTable.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    def do_new(self) -> None:
        """Create a team and open it."""
        self.app.push_screen(TeamForm(), self._created)

    def _created(self, made: TeamRow | None) -> None:
        if made is not None:
            self.reload()
            self.kpix.open(TeamScreen(made))

    def do_rename(self) -> None:
        """Another name for the team under the cursor."""
        if (row := self.table.current) is not None:
            self.app.push_screen(TeamForm(row), self._renamed)

    def _renamed(self, made: TeamRow | None) -> None:
        if made is not None:
            self.reload()

    def do_delete(self) -> None:
        """Delete the team under the cursor, after a question."""
        row = self.table.current
        if row is None:
            return
        lost = ngettext(
            "{count} person leaves it and loses what was shared with it; they stay in kpix.",
            "{count} people leave it and lose what was shared with it; they stay in kpix.",
            row.members,
        )
        question = Confirm(
            _("Delete the team “{name}”?").format(name=title(row.name)),
            lost.format(count=row.members),
            yes=_("Delete"),
        )
        self.app.push_screen(question, partial(self._asked, row))

    def _asked(self, row: TeamRow, sure: bool | None) -> None:
        async def delete() -> None:
            await self.bridge.write(people.delete_team, row.id)
            self.reload()

        if sure:
            self.attempt(delete)

    def again(self) -> KpixScreen[Any]:
        """This list anew."""
        return TeamsScreen()


def _name(row: TeamRow, width: int) -> Content:
    return Content.styled(clip(plain(row.name), width), "bold")
