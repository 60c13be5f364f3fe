"""My sessions, or everybody's: where from, how long, and ending them."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from kpix_tui.access.policy import Target
from kpix_tui.domains.accounts import sessions
from kpix_tui.domains.accounts.views import SessionRow
from kpix_tui.domains.people.rules import EVERYBODY
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.i18n.formats import format_datetime
from kpix_tui.kernel.errors import message
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.tui.actions import Action, bindings_for
from kpix_tui.tui.messages import SessionLost
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.table import PagedTable
from kpix_tui.tui.widgets.text import clip, plain

KINDS: Final = {"PERSONAL": message("personal"), "SHARED": message("shared terminal")}


class SessionsScreen(KpixScreen[None]):
    """One row a session that opens something, or that waits locked."""

    PLACE: ClassVar[str] = "sessions"
    BINDINGS = bindings_for(PLACE)

    def __init__(self, *, everyone: bool = False) -> None:
        super().__init__()
        self._everyone = everyone

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        if self._everyone:
            return (_("Administration"), _("Everybody's sessions"))
        return (_("My sessions"),)

    def body(self) -> ComposeResult:
        """One list."""
        yield PagedTable(
            self._columns(),
            self._load,
            row_key=lambda row: row.id,
            empty=_("Nobody is signed in."),
            sort="-last_seen_at",
            id="sessions",
        )

    def begin(self) -> None:
        """The list reads by itself."""
        self.table.focus()

    @property
    def table(self) -> PagedTable[SessionRow]:
        """The list."""
        return self.query_one("#sessions", PagedTable)

    async def _load(self, request: PageRequest) -> Page[SessionRow]:
        return await self.bridge.read(sessions.list_sessions, request, everyone=self._everyone)

    def reload(self) -> None:
        """Read the list again."""
        self.table.reload()

    # -- columns -------------------------------------------------------------------------------

    def _columns(self) -> list[Column[SessionRow]]:
        user: list[Column[SessionRow]] = [
            Column(_("User"), _user, 16, "user", grow=2),
        ]
        return [
            *(user if self._everyone else []),
            Column(_("State"), _state, 11),
            Column(_("Address"), _client, 14, "client", grow=1),
            Column(_("Kind"), _kind, 16, priority=2),
            Column(_("Since"), self._since, 17, "authenticated_at", priority=4),
            Column(_("Last used"), self._seen, 17, "last_seen_at"),
            Column(_("Ends"), self._ends, 17, "expires_at", priority=1),
            Column(_("Login role"), _role, 12, priority=3),
        ]

    def _since(self, row: SessionRow, _width: int) -> Content:
        return self._moment(row.authenticated_at)

    def _seen(self, row: SessionRow, _width: int) -> Content:
        return self._moment(row.last_seen_at)

    def _ends(self, row: SessionRow, _width: int) -> Content:
        return self._moment(row.expires_at)

    def _moment(self, instant: datetime) -> Content:
        timezone = self.kpix.actor.timezone if self.kpix.actor else "UTC"
        return Content(format_datetime(instant, timezone, self.kpix.locale))

    # -- actions -------------------------------------------------------------------------------

    def why_not(self, action: Action) -> str | None:
        """Something must be under the cursor, and there must be something to do with it."""
        if action.id == "sessions.revoke" and self.table.current is None:
            return _("There is no session under the cursor.")
        if action.id == "table.open":
            return _("A session has nothing more to show; d ends it.")
        if action.id == "sessions.others" and self._everyone:
            return _("These are everybody's: press A for yours.")
        return super().why_not(action)

    def target_of(self, action: Action) -> Target | None:
        """Sessions belong to people: everybody's need the right to change anybody."""
        return EVERYBODY if action.id == "sessions.everyone" else None

    @on(PagedTable.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    def do_everyone(self) -> None:
        """To everybody's sessions, or back to mine."""
        self.app.switch_screen(SessionsScreen(everyone=not self._everyone))

    def do_revoke(self) -> None:
        """End the session under the cursor, after a question that says whose and which."""
        row = self.table.current
        if row is None:
            return
        question = (
            _("End this session, the one you are using?")
            if row.current
            else _("End the session of {name}, last used {when}?").format(
                name=clip(plain(row.user_name), 100), when=self._moment(row.last_seen_at)
            )
        )
        consequence = _("It opens nothing any more; what is typed there and not saved is lost.")
        asked = Confirm(question, consequence, yes=_("End"))
        self.app.push_screen(asked, partial(self._asked, row))

    def _asked(self, row: SessionRow, sure: bool | None) -> None:
        if sure:
            self.attempt(partial(self._revoke, row))

    async def _revoke(self, row: SessionRow) -> None:
        await self.bridge.write(sessions.revoke_session, row.id)
        if row.current:
            self.app.post_message(SessionLost())
        else:
            self.reload()

    def do_others(self) -> None:
        """End all of mine but this one."""
        question = Confirm(
            _("End all your sessions but this one?"),
            _("Whoever works with one of them signs in again."),
            yes=_("End"),
        )
        self.app.push_screen(question, self._asked_about_others)

    def _asked_about_others(self, sure: bool | None) -> None:
        if sure:
            self.attempt(self._revoke_others)

    async def _revoke_others(self) -> None:
        count = await self.bridge.write(sessions.revoke_sessions)
        said = ngettext("{count} session ended.", "{count} sessions ended.", count)
        self.app.notify(said.format(count=count), markup=False)
        self.reload()

    def again(self) -> KpixScreen[Any]:
        """This list anew."""
        return SessionsScreen(everyone=self._everyone)


def _state(row: SessionRow, _width: int) -> Content:
    if row.current:
        return Content.styled(_("this one"), "bold")
    return Content.styled(_("locked"), "$text-muted") if row.locked else Content(_("open"))


def _user(row: SessionRow, width: int) -> Content:
    return Content(clip(plain(row.user_name), width))


def _client(row: SessionRow, width: int) -> Content:
    return Content(clip(plain(row.client), width))


def _kind(row: SessionRow, width: int) -> Content:
    return Content.styled(clip(_(KINDS[row.kind]), width), "$text-muted")


def _role(row: SessionRow, width: int) -> Content:
    return Content.styled(clip(plain(row.login_role), width), "$text-muted")
