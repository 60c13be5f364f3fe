"""Who owes the values of a KPI."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from kpix_tui.access.policy import Target
from kpix_tui.domains.audit.views import LatestChange
from kpix_tui.domains.kpis import service as kpis
from kpix_tui.domains.kpis.views import Assignment, Kpi
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_day
from kpix_tui.kernel.changes import Change, Kind
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.modals.picker import Picker
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.sharing.head import Head, Line
from kpix_tui.tui.sharing.recipients import Recipient, find_recipients, team_words
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.table import PagedTable
from kpix_tui.tui.widgets.text import clip, plain


class EntryScreen(KpixScreen[None]):
    """Those who owe the values of ``kpi``; without any, its owner does."""

    PLACE: ClassVar[str] = "entry"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset({Kind.KPI, Kind.PEOPLE})

    def __init__(self, kpi: Kpi) -> None:
        super().__init__()
        self._kpi = kpi

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (self._kpi.dashboard_title, self._kpi.name, _("Who enters values"))

    def body(self) -> ComposeResult:
        """The owner, then those who owe."""
        yield Head(id="entry-head")
        yield PagedTable(
            self._columns(),
            self._load,
            row_key=lambda row: row.id,
            empty=_("Nobody is asked for the values: the owner enters them."),
            empty_step=_("Press n to assign them to a person or a team."),
            sort="name",
            id="assignments",
        )

    def begin(self) -> None:
        """The list reads by itself."""
        self.table.focus()
        super().reload()

    @property
    def table(self) -> PagedTable[Assignment]:
        """Those who owe."""
        return self.query_one("#assignments", PagedTable)

    async def fetch(self) -> None:
        """The KPI, and whose it is."""
        self._kpi = await self.bridge.read(kpis.get_kpi, self._kpi.id)
        self.query_one(Head).show(
            Line(
                _("Owner"),
                self._kpi.owner_name,
                _("Answers for the KPI; those below are asked for its values."),
            )
        )
        self.refresh_crumbs()
        self.refresh_bindings()

    async def _load(self, request: PageRequest) -> Page[Assignment]:
        return await self.bridge.read(kpis.list_assignments, self._kpi.id, request)

    def concerns(self, change: Change) -> bool:
        """This KPI, and whoever owes its values."""
        return super().concerns(change) and change.touches(kpi=self._kpi.id)

    def tells_of(self, latest: LatestChange) -> bool:
        """What was done to this KPI."""
        return latest.kpi_id == self._kpi.id

    def reload(self) -> None:
        """Read everything again."""
        super().reload()
        self.table.reload()

    def _columns(self) -> list[Column[Assignment]]:
        return [
            Column(_("Enters the values"), _name, 28, "name", grow=3),
            Column(_("Assigned by"), _assigned_by, 18, grow=1),
            Column(_("Since"), self._since, 11, "assigned_at"),
        ]

    def _since(self, row: Assignment, _width: int) -> Content:
        text = format_day(row.assigned_at, self.kpix.timezone, self.kpix.locale)
        return Content.styled(text, "$text-muted")

    # -- permissions ---------------------------------------------------------------------------

    def target_of(self, action: Action) -> Target | None:  # noqa: ARG002 - the same for all
        """The KPI."""
        return self._kpi.target

    def why_not(self, action: Action) -> str | None:
        """Somebody must be under the cursor to be taken off."""
        if action.id == "entry.remove" and self.table.current is None:
            return _("There is nobody under the cursor.")
        return super().why_not(action)

    # -- actions -------------------------------------------------------------------------------

    @on(PagedTable.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    def do_add(self) -> None:
        """Choose whom."""
        picker = Picker(
            _("Who enters the values of {name}?").format(name=clip(plain(self._kpi.name), 100)),
            partial(find_recipients, self.bridge),
            placeholder=_("A part of the name of a person or a team"),
        )
        self.app.push_screen(picker, self._chosen)

    def _chosen(self, recipient: Recipient | None) -> None:
        if recipient is None:
            return

        async def assign() -> None:
            await self.bridge.write(
                kpis.assign_entry,
                self._kpi.id,
                user_id=recipient.user_id,
                team_id=recipient.team_id,
            )
            self.reload()

        self.attempt(assign)

    def do_remove(self) -> None:
        """They owe them no more, after a question."""
        if (row := self.table.current) is None:
            return
        question = Confirm(
            _("Ask {name} for the values of {kpi} no more?").format(
                name=clip(plain(row.name), 100), kpi=clip(plain(self._kpi.name), 100)
            ),
            _("What they have entered stays."),
            yes=_("Remove"),
        )
        self.app.push_screen(question, partial(self._remove_asked, row))

    def _remove_asked(self, row: Assignment, sure: bool | None) -> None:
        async def remove() -> None:
            await self.bridge.write(
                kpis.unassign_entry, self._kpi.id, user_id=row.user_id, team_id=row.team_id
            )
            self.reload()

        if sure:
            self.attempt(remove)

    def again(self) -> KpixScreen[Any]:
        """This list anew."""
        return EntryScreen(self._kpi)


def _name(row: Assignment, width: int) -> Content:
    note = f"  {team_words(row.members)}" if row.team_id else ""
    return Content.assemble((clip(plain(row.name), width), "bold"), (note, "$text-muted"))


def _assigned_by(row: Assignment, _width: int) -> Content:
    return Content.styled(plain(row.assigned_by), "$text-muted")
