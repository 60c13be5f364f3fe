"""Who can see a dashboard, and why."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from kpix_tui.domains.audit.views import LatestChange
from kpix_tui.domains.dashboards import service as dashboards
from kpix_tui.domains.dashboards.views import AccessReason, AccessRow, Dashboard
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.sharing import VISIBILITIES, may_word, visibility_word, why
from kpix_tui.kernel.changes import Change, Kind
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.administration.user import UserScreen
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.sharing.head import Head, Line
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.table import PagedTable
from kpix_tui.tui.widgets.text import clip, plain


class AccessScreen(KpixScreen[None]):
    """Everybody who sees the dashboard; every reason of the one under the cursor stands below."""

    PLACE: ClassVar[str] = "access"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset({Kind.DASHBOARD, Kind.PEOPLE})

    def __init__(self, dashboard_id: UUID, *, title: str = "") -> None:
        super().__init__()
        self._dashboard_id = dashboard_id
        self._title = title
        self._dashboard: Dashboard | None = None

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        title = self._dashboard.title if self._dashboard else self._title
        return (_("Dashboards"), title, _("Who can see it"))

    def body(self) -> ComposeResult:
        """Who sees it unnamed, everybody, the reasons of one."""
        yield Head(id="access-head")
        yield PagedTable(
            self._columns(),
            self._load,
            row_key=lambda row: row.user_id,
            empty=_("Nobody sees it."),
            sort="name",
            id="people",
        )
        yield Static("", id="access-why", markup=False)

    def begin(self) -> None:
        """The list reads by itself."""
        self.table.focus()
        super().reload()

    @property
    def table(self) -> PagedTable[AccessRow]:
        """The people."""
        return self.query_one("#people", PagedTable)

    async def fetch(self) -> None:
        """Who sees it unnamed."""
        found = await self.bridge.read(dashboards.get_dashboard, self._dashboard_id)
        self._dashboard = found
        self.query_one(Head).show(
            Line(
                _("Visible to"),
                visibility_word(found.visibility),
                _(VISIBILITIES[found.visibility][1]),
            )
        )
        self.refresh_crumbs()

    async def _load(self, request: PageRequest) -> Page[AccessRow]:
        return await self.bridge.read(dashboards.dashboard_access, self._dashboard_id, request)

    def concerns(self, change: Change) -> bool:
        """This dashboard, and whoever it is shared with."""
        return super().concerns(change) and change.touches(dashboard=self._dashboard_id)

    def tells_of(self, latest: LatestChange) -> bool:
        """What was done to this dashboard."""
        return latest.dashboard_id == self._dashboard_id and latest.kpi_id is None

    def reload(self) -> None:
        """Read everything again."""
        super().reload()
        self.table.reload()

    def _columns(self) -> list[Column[AccessRow]]:
        return [
            Column(_("Name"), _name, 20, "name", grow=1),
            Column(_("May"), _may, 12, "may"),
            Column(_("Why"), self._why, 36, "reason", grow=4),
        ]

    def _why(self, row: AccessRow, width: int) -> Content:
        """The strongest reason, and how many others there are."""
        others = len(row.reasons) - 1
        more = f"  +{others}" if others else ""
        text = clip(self._words(row.reasons[0]), width - len(more))
        return Content.assemble(text, (more, "$text-muted"))

    def _words(self, reason: AccessReason) -> str:
        return plain(
            why(
                reason.reason,
                via=reason.via,
                level=reason.level,
                until=reason.until,
                locale=self.kpix.locale,
            )
        )

    @on(PagedTable.Opened)
    def _opened(self, event: PagedTable.Opened) -> None:
        """The person: their roles and teams."""
        self.kpix.open(UserScreen(event.row.user_id, event.row.name))

    @on(PagedTable.Moved)
    def _moved(self, event: PagedTable.Moved) -> None:
        """Every reason of whoever is under the cursor."""
        row: AccessRow | None = event.row
        lines = [] if row is None else [self._said(row)]
        self.query_one("#access-why", Static).update(Content("\n").join(lines))

    def _said(self, row: AccessRow) -> Content:
        mark = "- " if self.kpix.ascii else "· "
        head = Content.assemble(
            (plain(row.name), "bold"),
            ("   " + _("may {what}").format(what=may_word(row.may)), "$text-muted"),
        )
        return Content("\n").join([head, *(Content(mark + self._words(r)) for r in row.reasons)])

    def again(self) -> KpixScreen[Any]:
        """This list anew."""
        return AccessScreen(self._dashboard_id, title=self._title)


def _name(row: AccessRow, width: int) -> Content:
    return Content.styled(clip(plain(row.name), width), "bold")


def _may(row: AccessRow, _width: int) -> str:
    return may_word(row.may)
