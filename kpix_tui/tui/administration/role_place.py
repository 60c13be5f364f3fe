"""What is done with one role, from the list and from its matrix alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from kpix_tui.domains.people import service as people
from kpix_tui.domains.people.errors import RoleBuiltIn
from kpix_tui.domains.people.views import RoleDetail, RoleRow
from kpix_tui.i18n.catalog import _, error_text
from kpix_tui.kernel.paging import PageRequest
from kpix_tui.tui.actions import Action
from kpix_tui.tui.administration.holders import HoldersScreen
from kpix_tui.tui.administration.people import MANY
from kpix_tui.tui.administration.role_form import DescribeRoleForm, NewRoleForm
from kpix_tui.tui.administration.words import role_name
from kpix_tui.tui.screen import KpixScreen


class RolePlace(KpixScreen[None]):
    """Subclasses say which role is the ``subject``."""

    ON_A_ROLE: ClassVar[tuple[str, ...]] = ("roles.duplicate", "roles.describe", "role.holders")
    CHANGES: ClassVar[tuple[str, ...]] = ("roles.describe",)

    @property
    def subject(self) -> RoleRow | RoleDetail | None:
        """The role that an action is for."""
        raise NotImplementedError

    def why_not(self, action: Action) -> str | None:
        """There must be a role, and built-in ones stay as they are."""
        role = self.subject
        if action.id in self.ON_A_ROLE and role is None:
            return _("There is no role under the cursor.")
        if reason := super().why_not(action):
            return reason
        if action.id in self.CHANGES and role is not None and role.built_in:
            return error_text(RoleBuiltIn(name=role_name(role.name)))
        if action.id == "role.holders" and role is not None and role.holders is None:
            return _("Your role does not show you who holds which role.")
        return None

    def opened(self, role: RoleDetail) -> None:
        """A role was made: show it."""
        raise NotImplementedError

    def _created(self, made: RoleDetail | None) -> None:
        if made is not None:
            self.opened(made)

    def _described(self, made: RoleDetail | None) -> None:
        if made is not None:
            self.reload()

    def do_duplicate(self) -> None:
        """A role of one's own that starts with the cells of this one."""
        if (role := self.subject) is not None:
            self._ask_new(role)

    def do_new(self) -> None:
        """A role of one's own, from nothing."""
        self._ask_new(None)

    def _ask_new(self, start: RoleRow | RoleDetail | None) -> None:
        async def ask() -> None:
            page = await self.bridge.read(people.list_roles, PageRequest(limit=MANY))
            form = NewRoleForm(page.rows, start.id if start else None)
            self.app.push_screen(form, self._created)

        self.attempt(ask, group="open", exclusive=True)

    def do_describe(self) -> None:
        """Another name or description."""
        self.with_detail(lambda role: self.app.push_screen(DescribeRoleForm(role), self._described))

    def with_detail(self, then: Callable[[RoleDetail], object]) -> None:
        """Read the role with its cells, then go on."""
        role = self.subject
        if role is None:
            return

        async def read() -> None:
            then(await self.bridge.read(people.show_role, role.id))

        self.attempt(read, group="open", exclusive=True)

    def do_holders(self) -> None:
        """Who holds it."""
        if (role := self.subject) is not None:
            self.kpix.open(HoldersScreen(role.id, role.name))
