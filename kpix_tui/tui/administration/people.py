"""What is done for one person, from the list and from their own page alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import Target
from kpix_tui.domains.accounts.views import CodeIssued, CodeKind
from kpix_tui.domains.people import service as people
from kpix_tui.domains.people.errors import SelfDeactivation, UserInactive
from kpix_tui.domains.people.views import RoleDetail, UserRow
from kpix_tui.i18n.catalog import _, error_text
from kpix_tui.kernel.paging import PageRequest
from kpix_tui.tui.actions import Action
from kpix_tui.tui.administration.code import CodeShown
from kpix_tui.tui.administration.forms import CodeForm, RenameForm, RolesForm
from kpix_tui.tui.administration.reach import too_narrow
from kpix_tui.tui.administration.words import title
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.screen import KpixScreen

MANY = 200
"""Roles that a form offers: an organisation has a handful."""


class PeopleScreen(KpixScreen[None]):
    """Subclasses say who the ``subject`` is."""

    ON_SOMEBODY: ClassVar = ("users.rename", "users.assign", "users.code", "users.switch")

    @property
    def subject(self) -> UserRow | None:
        """The person that an action is for."""
        raise NotImplementedError

    # -- permissions ---------------------------------------------------------------------------

    def target_of(self, action: Action) -> Target | None:
        """Everybody is their own: a right over one's own does not reach other people."""
        subject = self.subject
        if subject is None or action.id not in self.ON_SOMEBODY:
            return None
        return Target(frozenset({subject.id}))

    def why_not(self, action: Action) -> str | None:
        """There must be somebody; a deactivated person is given nothing new."""
        if action.id not in self.ON_SOMEBODY:
            return super().why_not(action)
        subject = self.subject
        if subject is None:
            return _("There is nobody under the cursor.")
        return super().why_not(action) or self._not_for(action, subject)

    def _not_for(self, action: Action, subject: UserRow) -> str | None:
        actor = self.kpix.actor
        if action.id == "users.switch" and actor is not None and actor.user_id == subject.id:
            return error_text(SelfDeactivation())
        if action.id in ("users.code", "users.assign") and not subject.active:
            return error_text(UserInactive(name=subject.name))
        if action.id == "users.assign" and too_narrow(actor, Permission.USER_READ):
            return _("Your role does not show you which roles they hold.")
        return None

    # -- actions -------------------------------------------------------------------------------

    def with_roles(self, then: Callable[[Sequence[RoleDetail]], object]) -> None:
        """Read the roles with what they allow, so that a form can say which of them reach too far,
        then go on."""

        async def read() -> None:
            page = await self.bridge.read(people.list_role_details, PageRequest(limit=MANY))
            then(page.rows)

        self.attempt(read, group="open", exclusive=True)

    def do_rename(self) -> None:
        """Another name."""
        if (subject := self.subject) is not None:
            self.app.push_screen(RenameForm(subject), self._changed)

    def do_assign(self) -> None:
        """Other roles."""
        subject = self.subject
        if subject is not None:
            self.with_roles(
                lambda roles: self.app.push_screen(RolesForm(subject, roles), self._changed)
            )

    def _changed(self, made: object) -> None:
        if made is not None:
            self.reload()

    def do_code(self) -> None:
        """A new code, for the password of whoever makes it."""
        if (subject := self.subject) is not None:
            self.app.push_screen(CodeForm(subject), self._coded)

    def _coded(self, made: CodeIssued | None) -> None:
        if made is not None:
            invited = made.kind is CodeKind.INVITATION
            self.app.push_screen(CodeShown(made.name, made.code, made.expires_at, invited=invited))

    def do_switch(self) -> None:
        """End the access, after a question; or give it back."""
        subject = self.subject
        if subject is None:
            return
        if not subject.active:
            self.attempt(partial(self._set_active, subject, active=True))
            return
        question = Confirm(
            _("Deactivate {name}?").format(name=title(subject.name)),
            _("Their sessions end at once and they cannot sign in. Everything they made stays."),
            yes=_("Deactivate"),
        )
        self.app.push_screen(question, partial(self._switch_asked, subject))

    def _switch_asked(self, subject: UserRow, sure: bool | None) -> None:
        if sure:
            self.attempt(partial(self._set_active, subject, active=False))

    async def _set_active(self, subject: UserRow, *, active: bool) -> None:
        await self.bridge.write(people.set_active, subject.id, active)
        self.reload()
        said = _("{name} can sign in again.") if active else _("{name} cannot sign in any more.")
        self.app.notify(said.format(name=subject.name), markup=False)
