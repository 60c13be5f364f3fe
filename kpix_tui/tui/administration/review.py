"""Before a role is saved: which cells change, and for whom."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from kpix_tui.domains.people import service as people
from kpix_tui.domains.people.views import AffectedUser, CellChange, RoleImpact, UpdateRole
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.administration.user import UserScreen
from kpix_tui.tui.administration.words import change_mark, meaning, reach_cell, role_name, widens
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.table import PagedTable
from kpix_tui.tui.widgets.text import clip, plain


class ReviewScreen(KpixScreen[None]):
    """Nothing is written until it is confirmed here."""

    PLACE: ClassVar[str] = "review"
    BINDINGS = bindings_for(PLACE)

    def __init__(self, command: UpdateRole, impact: RoleImpact) -> None:
        super().__init__()
        self._command = command
        self._impact = impact

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (_("Roles"), role_name(self._impact.name), _("Before it is saved"))

    def body(self) -> ComposeResult:
        """The cells, then the people."""
        yield Static(self._summary(), id="review-summary", markup=False)
        with VerticalScroll(id="review-cells", can_focus=False):
            yield Static(self._cells(), markup=False)
        yield PagedTable(
            self._columns(),
            self._load,
            row_key=lambda row: row.user_id,
            empty=_("Nobody gains or loses anything."),
            empty_step=_("Nobody holds the role, or their other roles allow the same."),
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
        rows = [one for one in self._impact.affected if wanted in one.name.casefold()]
        rows.sort(key=lambda one: one.name.casefold(), reverse=request.descending)
        shown = rows[request.offset : request.offset + request.limit]
        return Page(tuple(shown), len(rows), request.offset)

    # -- what is said --------------------------------------------------------------------------

    def _summary(self) -> Content:
        impact = self._impact
        cells = ngettext("{count} cell changes", "{count} cells change", len(impact.changes))
        people_ = ngettext(
            "{affected} of {count} person who holds the role is affected",
            "{affected} of {count} people who hold the role are affected",
            impact.holders,
        )
        return Content.assemble(
            (cells.format(count=len(impact.changes)), "bold"),
            ("   ", ""),
            (people_.format(affected=len(impact.affected), count=impact.holders), "bold"),
            "\n",
            (
                _("Nothing is saved yet: Ctrl+S saves it, Esc goes back to the cells."),
                "$text-muted",
            ),
        )

    def _cells(self) -> Content:
        ascii = self.kpix.ascii
        wide = max(cell_len(meaning(one.permission)) for one in self._impact.changes)
        return Content("\n").join(self._line(one, wide, ascii) for one in self._impact.changes)

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

        async def save() -> None:
            made = await self.bridge.write(people.update_role, self._command)
            self.app.notify(
                _("The role {name} is saved.").format(name=made.name), markup=False, timeout=4
            )
            self.kpix.back()

        self.attempt(save)


def _name(row: AffectedUser, width: int) -> Content:
    return Content.styled(clip(plain(row.name), width), "bold")


def _gains(row: AffectedUser, _width: int) -> Content:
    """``+ Archive dashboards   - Enter values``."""
    ordered = sorted(row.changes, key=lambda one: not widens(one))
    return Content("   ").join(
        Content.assemble(change_mark(one), " ", meaning(one.permission)) for one in ordered
    )
