"""Sharing of a dashboard: its owner, who sees it unnamed, and who it is shared with by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from kpix_tui.access.permissions import Visibility
from kpix_tui.access.policy import Target
from kpix_tui.domains.audit.views import LatestChange
from kpix_tui.domains.dashboards import service as dashboards
from kpix_tui.domains.dashboards.errors import DashboardNotFound
from kpix_tui.domains.dashboards.views import Dashboard, Share
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.i18n.formats import format_date, format_day
from kpix_tui.i18n.sharing import VISIBILITIES, level_word, until_words, visibility_word
from kpix_tui.kernel.changes import Change, Kind
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.modals.picker import Choice, Picker
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.sharing.access import AccessScreen
from kpix_tui.tui.sharing.form import ShareForm
from kpix_tui.tui.sharing.head import Head, Line
from kpix_tui.tui.sharing.recipients import Recipient, find_people, find_recipients, team_words
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.table import PagedTable
from kpix_tui.tui.widgets.text import clip, plain

_ON_A_ROW = ("sharing.change", "sharing.remove")


class SharingScreen(KpixScreen[None]):
    """``title`` is shown until the dashboard is read."""

    PLACE: ClassVar[str] = "sharing"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset({Kind.DASHBOARD, Kind.PEOPLE})
    SPARE: ClassVar[tuple[str, ...]] = ("table.open",)
    """Enter does what e does here."""

    def __init__(self, dashboard_id: UUID, *, title: str = "") -> None:
        super().__init__()
        self._dashboard_id = dashboard_id
        self._title = title
        self._dashboard: Dashboard | None = None

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (_("Dashboards"), self._called, _("Sharing"))

    @property
    def _called(self) -> str:
        return self._dashboard.title if self._dashboard else self._title

    def body(self) -> ComposeResult:
        """Owner and visibility, then the shares."""
        yield Head(id="sharing-head")
        yield PagedTable(
            self._columns(),
            self._load,
            row_key=lambda share: share.id,
            empty=_("It is shared with nobody by name."),
            empty_step=_("Press n to share it with a person or a team."),
            sort="name",
            id="shares",
        )

    def begin(self) -> None:
        """The list reads by itself."""
        self.table.focus()
        super().reload()

    @property
    def table(self) -> PagedTable[Share]:
        """The shares."""
        return self.query_one("#shares", PagedTable)

    # -- reading -------------------------------------------------------------------------------

    async def fetch(self) -> None:
        """Owner and visibility."""
        found = await self.bridge.read(dashboards.get_dashboard, self._dashboard_id)
        self._dashboard = found
        self.query_one(Head).show(
            Line(_("Owner"), found.owner_name),
            Line(
                _("Visible to"),
                visibility_word(found.visibility),
                _(VISIBILITIES[found.visibility][1]),
            ),
        )
        self.refresh_crumbs()
        self.refresh_bindings()

    async def _load(self, request: PageRequest) -> Page[Share]:
        return await self.bridge.read(dashboards.list_shares, self._dashboard_id, request)

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

    # -- columns -------------------------------------------------------------------------------

    def _columns(self) -> list[Column[Share]]:
        return [
            Column(_("Shared with"), self._recipient, 24, "name", grow=3),
            Column(_("May be"), _level, 12, "level"),
            Column(_("Until"), self._until, 18, "until"),
            Column(_("Shared by"), _shared_by, 16, grow=1, priority=2),
            Column(_("Since"), self._since, 11, "shared_at", priority=1),
        ]

    def _recipient(self, share: Share, width: int) -> Content:
        name = clip(plain(share.name), width)
        style = "$text-disabled" if share.ended else "bold"
        note = f"  {team_words(share.members)}" if share.team_id else ""
        return Content.assemble((name, style), (note, "$text-muted"))

    def _until(self, share: Share, _width: int) -> Content:
        if share.until is None:
            return Content.styled(_("for good"), "$text-muted")
        if not share.ended:
            return Content(format_date(share.until, self.kpix.locale))
        ended = until_words(share.until, ended=True, locale=self.kpix.locale)
        return Content.styled(ended, "$text-warning")

    def _since(self, share: Share, _width: int) -> Content:
        text = format_day(share.shared_at, self.kpix.timezone, self.kpix.locale)
        return Content.styled(text, "$text-muted")

    # -- permissions ---------------------------------------------------------------------------

    def target_of(self, action: Action) -> Target | None:
        """The dashboard; a share of it lets nobody give it away."""
        if self._dashboard is None:
            return None
        target = self._dashboard.target
        return Target(target.owners) if action.id == "sharing.transfer" else target

    def why_not(self, action: Action) -> str | None:
        """Somebody must be under the cursor, and nothing is changed before it is read."""
        if action.permission is not None and self._dashboard is None:
            return _("Loading…")
        if action.id in _ON_A_ROW and self.table.current is None:
            return _("There is nobody under the cursor.")
        return super().why_not(action)

    # -- actions -------------------------------------------------------------------------------

    @on(PagedTable.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    @on(PagedTable.Opened)
    async def _opened(self) -> None:
        await self.app.run_action("app.do('sharing.change')")

    def do_access(self) -> None:
        """Everybody who sees it, and why."""
        self.kpix.open(AccessScreen(self._dashboard_id, title=self._called))

    def do_add(self) -> None:
        """Choose whom, then how far."""
        picker = Picker(
            _("Share “{title}” with").format(title=clip(plain(self._called), 100)),
            partial(find_recipients, self.bridge),
            placeholder=_("A part of the name of a person or a team"),
        )
        self.app.push_screen(picker, self._chosen)

    def _chosen(self, recipient: Recipient | None) -> None:
        if recipient is not None:
            self._ask(recipient)

    def do_change(self) -> None:
        """Another level, or another day."""
        if (share := self.table.current) is not None:
            recipient = Recipient(share.name, user_id=share.user_id, team_id=share.team_id)
            self._ask(recipient, share)

    def _ask(self, recipient: Recipient, share: Share | None = None) -> None:
        form = ShareForm(self._dashboard_id, self._called, recipient, share)
        self.app.push_screen(form, self._shared)

    def _shared(self, made: Share | None) -> None:
        if made is not None:
            self.reload()

    def do_remove(self) -> None:
        """Share it no more, after a question."""
        if (share := self.table.current) is None:
            return
        question = Confirm(
            _("Share “{title}” with {name} no more?").format(
                title=clip(plain(self._called), 100), name=clip(plain(share.name), 100)
            ),
            _("Whoever sees it for another reason goes on seeing it: P shows who does."),
            yes=_("Remove"),
        )
        self.app.push_screen(question, partial(self._remove_asked, share))

    def _remove_asked(self, share: Share, sure: bool | None) -> None:
        async def remove() -> None:
            await self.bridge.write(
                dashboards.unshare_dashboard,
                self._dashboard_id,
                user_id=share.user_id,
                team_id=share.team_id,
            )

        if sure:
            self._then_read(remove)

    def do_visibility(self) -> None:
        """Choose who sees it unnamed."""
        picker = Picker(
            _("Who sees “{title}” without being named?").format(
                title=clip(plain(self._called), 100)
            ),
            _find_visibility,
            search=False,
            current=self._dashboard.visibility if self._dashboard else None,
        )
        self.app.push_screen(picker, self._visibility_chosen)

    def _visibility_chosen(self, chosen: Visibility | None) -> None:
        if chosen is None:
            return
        visibility = chosen

        async def write() -> None:
            await self.bridge.write(dashboards.set_visibility, self._dashboard_id, visibility)

        self._then_read(write)

    def do_transfer(self) -> None:
        """Choose the new owner, then ask."""
        picker = Picker(
            _("Hand “{title}” over to").format(title=clip(plain(self._called), 100)),
            partial(find_people, self.bridge),
            placeholder=_("A part of the name of a person"),
        )
        self.app.push_screen(picker, self._owner_chosen)

    def _owner_chosen(self, recipient: Recipient | None) -> None:
        if recipient is None or recipient.user_id is None or self._dashboard is None:
            return
        question = Confirm(
            _("Make {name} the owner of “{title}”?").format(
                name=clip(plain(recipient.name), 100), title=clip(plain(self._called), 100)
            ),
            _("The KPIs on it that {owner} owns go along.").format(
                owner=clip(plain(self._dashboard.owner_name), 100)
            ),
            yes=_("Hand over"),
        )
        self.app.push_screen(question, partial(self._transfer_asked, recipient.user_id))

    def _transfer_asked(self, user_id: UUID, sure: bool | None) -> None:
        async def hand_over() -> None:
            done = await self.bridge.write(
                dashboards.transfer_dashboard, self._dashboard_id, user_id
            )
            text = ngettext(
                "{name} owns {title} now, and {count} KPI on it.",
                "{name} owns {title} now, and {count} KPIs on it.",
                done.kpis,
            ).format(name=done.owner_name, title=done.title, count=done.kpis)
            self.app.notify(text)

        if sure:
            self._then_read(hand_over)

    def _then_read(self, write: Callable[[], Awaitable[None]]) -> None:
        """Write, then show it; who has just given their own sight away goes back to the list."""

        async def both() -> None:
            await write()
            try:
                await self.fetch()
            except DashboardNotFound:
                self.kpix.do_dashboards()
            else:
                self.table.reload()

        self.attempt(both)

    def again(self) -> KpixScreen[Any]:
        """This sharing anew."""
        return SharingScreen(self._dashboard_id, title=self._called)


async def _find_visibility(_text: str) -> list[Choice[Visibility]]:
    """Each visibility, and who sees the dashboard then."""
    return [
        Choice(each, visibility_word(each.value), _(VISIBILITIES[each.value][1]))
        for each in Visibility
    ]


def _level(share: Share, _width: int) -> Content:
    return Content.styled(level_word(share.level), "$text-disabled" if share.ended else "")


def _shared_by(share: Share, _width: int) -> Content:
    return Content.styled(plain(share.shared_by), "$text-muted")
