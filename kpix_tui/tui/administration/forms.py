"""The forms of people: inviting, renaming, roles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from textual.widget import Widget
from textual.widgets import Static

from kpix_tui.access.actor import Actor
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.accounts import service as accounts
from kpix_tui.domains.accounts.views import CodeIssued, Invited, InviteUser, IssueCode
from kpix_tui.domains.people import service as people
from kpix_tui.domains.people.rules import beyond
from kpix_tui.domains.people.views import RoleDetail, UserRow
from kpix_tui.i18n.catalog import _
from kpix_tui.tui.administration.words import role_name, role_note, title
from kpix_tui.tui.widgets.checks import Check, ChecksField
from kpix_tui.tui.widgets.fields import Field, TextField
from kpix_tui.tui.widgets.form import FormScreen


class InviteForm(FormScreen[Invited]):
    """An account for somebody; the answer holds the code that lets them in."""

    def __init__(self, roles: Sequence[RoleDetail]) -> None:
        super().__init__()
        self._roles = roles

    def heading(self) -> str:
        """The title."""
        return _("Invite somebody")

    def fields(self) -> Iterable[Field[Any]]:
        """Name, e-mail, roles."""
        yield TextField("name", _("Name"), required=True)
        yield TextField(
            "email",
            _("E-mail"),
            required=True,
            help=_("They sign in with it. kpix sends no mail: you pass the code on."),
        )
        notes = _notes(self._roles, self.kpix.actor)
        lines = [
            Check(one.name, role_name(one.name), note)
            for one, note in zip(self._roles, notes, strict=True)
        ]
        yield ChecksField("roles", _("Roles"), lines, required=True)

    async def save(self, values: dict[str, Any]) -> Invited:
        """Make the account and its code."""
        return await self.bridge.write(accounts.invite_user, InviteUser(**values))


class RenameForm(FormScreen[UserRow]):
    """Another name for somebody."""

    def __init__(self, user: UserRow) -> None:
        super().__init__()
        self._user = user

    def heading(self) -> str:
        """The title."""
        return _("Rename {name}").format(name=title(self._user.name))

    def fields(self) -> Iterable[Field[Any]]:
        """The name."""
        yield TextField("name", _("Name"), value=self._user.name, required=True)

    async def save(self, values: dict[str, Any]) -> UserRow:
        """Write it."""
        return await self.bridge.write(people.rename_user, self._user.id, values["name"])


class CodeForm(FormScreen[CodeIssued]):
    """A one-time code for somebody; whoever makes it proves that they are at the keyboard."""

    def __init__(self, user: UserRow) -> None:
        super().__init__()
        self._user = user

    def heading(self) -> str:
        """The title."""
        return _("A new code for {name}").format(name=title(self._user.name))

    def fields(self) -> Iterable[Widget]:
        """The password of the actor."""
        yield Static(
            _("With it they choose a new password. An earlier code opens nothing any more."),
            classes="dialog--text",
            markup=False,
        )
        yield TextField(
            "password",
            _("Your password"),
            password=True,
            required=True,
            help=_("Your own: it proves that it is you at the keyboard."),
        )

    async def save(self, values: dict[str, Any]) -> CodeIssued:
        """Make it."""
        command = IssueCode(self._user.id, values["password"])
        return await self.bridge.call(accounts.issue_code, self.kpix.context, command)


class RolesForm(FormScreen[bool]):
    """What somebody may do: the roles that they hold, ticked."""

    def __init__(self, user: UserRow, roles: Sequence[RoleDetail]) -> None:
        super().__init__()
        self._user = user
        self._roles = roles
        self._held = tuple(role.id for role in roles if role.name in user.roles)

    def heading(self) -> str:
        """The title."""
        return _("Roles of {name}").format(name=title(self._user.name))

    def fields(self) -> Iterable[Field[Any]]:
        """The roles of the organisation."""
        notes = _notes(self._roles, self.kpix.actor)
        yield ChecksField(
            "roles",
            _("Roles"),
            [
                Check(one.id, role_name(one.name), note)
                for one, note in zip(self._roles, notes, strict=True)
            ],
            value=self._held,
            help=_("Together they allow what any of them allows."),
        )

    async def save(self, values: dict[str, Any]) -> bool:
        """Give and take what was ticked differently, all or nothing."""
        await self.bridge.write(set_roles, self._user.id, self._held, values["roles"])
        return True


def _notes(roles: Sequence[RoleDetail], actor: Actor | None) -> Iterator[str]:
    """What each role is for, or that it is not the actor's to give."""
    held = actor.grants if actor else {}
    for role in roles:
        if beyond(held, role.cells):
            yield _("Not yours to give or to take: it allows more than you may.")
        else:
            yield role_note(role)


def set_roles(
    uow: UnitOfWork, user_id: UUID, held: Collection[UUID], wanted: Collection[UUID]
) -> None:
    """Give a user the roles ``wanted`` and take the others of ``held``, in one transaction.

    Raises:
        KpixError: what :func:`assign_role` and :func:`unassign_role` refuse.
    """
    for role_id in wanted:
        if role_id not in held:
            people.assign_role(uow, user_id, role_id)
    for role_id in held:
        if role_id not in wanted:
            people.unassign_role(uow, user_id, role_id)
