"""Before a role is saved: which cells change, and for whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from kpix_tui.domains.people import service as people
from kpix_tui.domains.people.views import AffectedUser, CellChange, RoleImpact, UpdateRole
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.kernel.errors import KpixError, StaleVersion
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.administration.user import UserScreen
from kpix_tui.tui.administration.words import change_mark, meaning, reach_cell, role_name, widens
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.notice import Notice
from kpix_tui.tui.widgets.table import PagedTable
from kpix_tui.tui.widgets.text import clip, plain

FEW: Final = 6
"""Cells that need no scrolling: then Tab does not stop at them."""


class ReviewScreen(KpixScreen[None]):
    """Nothing is written until it is confirmed here.

    ``impact`` is None for somebody who may change roles and not know who holds them.
    """

    PLACE: ClassVar[str] = "review"
    BINDINGS = bindings_for(PLACE)

    def __init__(
        self, command: UpdateRole, changes: Sequence[CellChange], impact: RoleImpact | None
    ) -> None:
        super().__init__()
        self._command = command
        self._changes = changes
        self._impact = impact
        self._saving = False

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (_("Roles"), role_name(self._command.name), _("Before it is saved"))

    def body(self) -> ComposeResult:
        """The cells, then the people."""
        yield Static(self._summary(), id="review-summary", markup=False)
        with VerticalScroll(id="review-cells", can_focus=len(self._changes) > FEW):
            yield Static(self._cells(), markup=False)
        yield PagedTable(
            self._columns(),
            self._load,
            row_key=lambda row: row.user_id,
            empty=self._nobody()[0],
            empty_step=self._nobody()[1],
            sort="name",
            id="affected",
        )

    def begin(self) -> None:
        """The people have the keys."""
        self.table.focus()

    @property
    def table(self) -> PagedTable[AffectedUser]:
        """Who is affected."""
        return self.query_one("#affected", PagedTable)

    def reload(self) -> None:
        """Show the people again."""
        self.table.reload()

    async def _load(self, request: PageRequest) -> Page[AffectedUser]:
        """A page of the people that the preview found: they came with one query."""
        wanted = request.text.casefold()
        affected = self._impact.affected if self._impact else ()
        rows = [one for one in affected if wanted in one.name.casefold()]
        rows.sort(key=lambda one: one.name.casefold(), reverse=request.descending)
        shown = rows[request.offset : request.offset + request.limit]
        return Page(tuple(shown), len(rows), request.offset)

    # -- what is said --------------------------------------------------------------------------

    def _nobody(self) -> tuple[str, str]:
        """What is said where no person is shown, and why."""
        if self._impact is None:
            return _("Your role does not show you who holds which role."), ""
        if not self._impact.holders:
            return _("Nobody holds this role."), _("Saving it changes nothing for anybody yet.")
        return (
            _("Nobody gains or loses anything."),
            _("What changes is allowed by other roles that they hold."),
        )

    def _summary(self) -> Content:
        count = len(self._changes)
        cells = ngettext("{count} cell changes", "{count} cells change", count)
        return Content.assemble(
            (cells.format(count=count), "bold"),
            "   ",
            (self._people(), "bold"),
            "\n",
            (
                _("Nothing is saved yet: Ctrl+S saves it, Esc goes back to the cells."),
                "$text-muted",
            ),
        )

    def _people(self) -> str:
        impact = self._impact
        if impact is None:
            return ""
        text = ngettext(
            "{affected} of {count} person who holds the role is affected",
            "{affected} of {count} people who hold the role are affected",
            impact.holders,
        )
        return text.format(affected=len(impact.affected), count=impact.holders)

    def _cells(self) -> Content:
        ascii = self.kpix.ascii
        wide = max(cell_len(meaning(one.permission)) for one in self._changes)
        return Content("\n").join(self._line(one, wide, ascii) for one in self._changes)

    def _line(self, change: CellChange, width: int, ascii: bool) -> Content:
        name = meaning(change.permission)
        arrow = " -> " if ascii else " → "
        return Content.assemble(
            change_mark(change),
            f" {name}{' ' * (width - cell_len(name))}   ",
            reach_cell(change.before, ascii=ascii),
            (arrow, "$text-muted"),
            reach_cell(change.after, ascii=ascii),
        )

    def _columns(self) -> list[Column[AffectedUser]]:
        return [
            Column(_("Name"), _name, 24, "name", grow=1),
            Column(_("What changes for them"), _gains, 40, grow=3),
        ]

    # -- actions -------------------------------------------------------------------------------

    @on(PagedTable.Opened)
    def _opened(self, event: PagedTable.Opened) -> None:
        self.kpix.open(UserScreen(event.row.user_id, event.row.name))

    def do_confirm(self) -> None:
        """Save the role and go back to it."""
        if not self._saving:
            self._saving = True
            self.attempt(self._save, group="save")

    async def _save(self) -> None:
        try:
            made = await self.bridge.write(people.update_role, self._command)
        finally:
            self._saving = False
        said = _("The role {name} is saved.").format(name=made.name)
        self.app.notify(said, markup=False)
        if self.is_current:
            self.kpix.back()

    def show_problem(self, error: KpixError) -> None:
        """Somebody was faster: the changes are put on top of theirs, to be looked at again."""
        super().show_problem(error)
        if isinstance(error, StaleVersion):
            step = _("Esc puts your changes on top of theirs.")
            self.query_one("#notice", Notice).show_error(error, step)


def _name(row: AffectedUser, width: int) -> Content:
    return Content.styled(clip(plain(row.name), width), "bold")


def _gains(row: AffectedUser, _width: int) -> Content:
    """``+ Archive dashboards   - Enter values``."""
    ordered = sorted(row.changes, key=lambda one: not widens(one))
    return Content("   ").join(
        Content.assemble(change_mark(one), " ", meaning(one.permission)) for one in ordered
    )
