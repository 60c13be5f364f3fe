"""One person: access, roles, teams."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.domains.people import service as people
from kpix_tui.domains.people.views import HeldRole, UserDetail, UserRow, UserTeam
from kpix_tui.i18n.catalog import _, error_text
from kpix_tui.i18n.formats import format_day
from kpix_tui.kernel.changes import Kind
from kpix_tui.kernel.errors import KpixError
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.administration.people import PeopleScreen
from kpix_tui.tui.administration.words import lead_cell, role_name, state_cell
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets.notice import instead
from kpix_tui.tui.widgets.text import clip, plain

LABEL = 12
"""Cells for what the lines are called."""


class UserScreen(PeopleScreen):
    """``name`` is shown until the person is read."""

    PLACE: ClassVar[str] = "user"
    BINDINGS = bindings_for(PLACE)
    SHOWS: ClassVar[frozenset[Kind]] = frozenset({Kind.PEOPLE})

    def __init__(self, user_id: UUID, name: str) -> None:
        super().__init__()
        self._user_id = user_id
        self._called = name
        self._user: UserRow | None = None

    def crumbs(self) -> tuple[str, ...]:
        """Where we are."""
        return (_("Administration"), _("Users"), self._called)

    def body(self) -> ComposeResult:
        """One page."""
        with VerticalScroll(id="user"):
            yield Static(_("Loading…"), id="user-page", markup=False)

    @property
    def subject(self) -> UserRow | None:
        """The person."""
        return self._user

    async def fetch(self) -> None:
        """Read the person anew."""
        page = self.query_one("#user-page", Static)
        try:
            detail = await self.bridge.read(people.show_user_detail, self._user_id)
        except NotSignedIn:
            raise
        except KpixError as error:
            if self._user is not None:
                raise
            step = _("Press r to try again.")
            page.update(instead(error_text(error), step, ascii=self.kpix.ascii))
            return
        self._user, self._called = detail.user, detail.user.name
        page.update(self._page(detail))
        self.refresh_crumbs()
        self.refresh_bindings()

    # -- the page ------------------------------------------------------------------------------

    def _page(self, detail: UserDetail) -> Content:
        user = detail.user
        ascii = self.kpix.ascii
        lines = [
            Content.styled(clip(plain(user.name), 120), "bold"),
            Content(""),
            _line(_("State"), Content.assemble(state_cell(user, ascii=ascii), "  ", _next(user))),
            _line(_("E-mail"), Content(plain(user.email or _("not shown to you")))),
            _line(_("Since"), Content(self._day(user.created_at))),
            Content(""),
            *self._section(
                _("Roles"), [self._role(one) for one in detail.roles], self._no_role(user)
            ),
            Content(""),
            *self._section(_("Teams"), [self._team(one) for one in detail.teams], _("In no team.")),
        ]
        return Content("\n").join(lines)

    def _no_role(self, user: UserRow) -> str:
        if user.email is None:
            return _("Not shown to you.")
        return _("No role: they sign in and see nothing. Press o to give one.")

    def _section(self, name: str, lines: list[Content], nothing: str) -> list[Content]:
        found = lines or [Content.styled(nothing, "$text-muted")]
        return [_line(name if not index else "", line) for index, line in enumerate(found)]

    def _role(self, role: HeldRole) -> Content:
        given = _("since {day}").format(day=self._day(role.assigned_at))
        if role.assigned_by is not None:
            given = _("since {day}, given by {name}").format(
                day=self._day(role.assigned_at), name=plain(role.assigned_by)
            )
        return Content.assemble(
            (f"{clip(role_name(role.name), 24):<24}", "bold"), (given, "$text-muted")
        )

    def _team(self, team: UserTeam) -> Content:
        return Content.assemble(
            f"{clip(plain(team.name), 24):<24}", lead_cell(team.lead, ascii=self.kpix.ascii)
        )

    def _day(self, instant: datetime) -> str:
        return format_day(instant, self.kpix.timezone, self.kpix.locale)

    def again(self) -> KpixScreen[Any]:
        """This page anew."""
        return UserScreen(self._user_id, self._called)


def _line(name: str, content: Content) -> Content:
    return Content.assemble((f"{name:<{LABEL}}", "$text-muted"), content)


def _next(user: UserRow) -> Content:
    """What to do where the person cannot sign in."""
    text = ""
    if not user.active:
        text = _("They cannot sign in. Press d to let them in again.")
    elif user.invited:
        text = _("They have not used their code yet. Press c to make another one.")
    return Content.styled(text, "$text-muted")
