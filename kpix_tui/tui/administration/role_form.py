"""The name and the description of a role; the cells are set in its matrix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from kpix_tui.domains.people import service as people
from kpix_tui.domains.people.views import (
    Cells,
    CreateRole,
    RoleDetail,
    RoleRow,
    UpdateRole,
)
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.errors import StaleVersion
from kpix_tui.tui.administration.words import role_name
from kpix_tui.tui.modals.merge import Theirs
from kpix_tui.tui.widgets.fields import AreaField, ChoiceField, Field, TextField
from kpix_tui.tui.widgets.form import FormScreen


class NewRoleForm(FormScreen[RoleDetail]):
    """A role of the organisation's own, with the cells of another one to begin with."""

    def __init__(self, roles: Sequence[RoleRow], start: UUID | None = None) -> None:
        super().__init__()
        self._roles = roles
        self._start = start

    def heading(self) -> str:
        """The title."""
        return _("New role")

    def fields(self) -> Iterable[Field[Any]]:
        """Name, description, what it starts with."""
        yield TextField("name", _("Name"), required=True)
        yield AreaField("description", _("What it is for"))
        nothing: list[tuple[UUID | None, str]] = [(None, _("nothing: it allows nothing yet"))]
        yield ChoiceField(
            "start",
            _("Starts with"),
            nothing + [(role.id, role_name(role.name)) for role in self._roles],
            value=self._start,
            help=_("What it allows is set next, cell by cell."),
        )

    async def save(self, values: dict[str, Any]) -> RoleDetail:
        """Make it."""
        cells: Cells = {}
        if values["start"] is not None:
            cells = (await self.bridge.read(people.show_role, values["start"])).cells
        command = CreateRole(values["name"], cells, values["description"])
        return await self.bridge.write(people.create_role, command)


class DescribeRoleForm(FormScreen[RoleDetail]):
    """Another name or description."""

    def __init__(self, role: RoleDetail) -> None:
        super().__init__()
        self._role = role

    def heading(self) -> str:
        """The title."""
        return _("Rename the role")

    def fields(self) -> Iterable[Field[Any]]:
        """Name and description."""
        yield TextField("name", _("Name"), value=self._role.name, required=True)
        yield AreaField("description", _("What it is for"), value=self._role.description)

    async def theirs(self, _stale: StaleVersion) -> Theirs:
        """The role as it is now."""
        now = await self.bridge.read(people.show_role, self._role.id)
        return Theirs({"name": now.name, "description": now.description}, now)

    def adopt(self, origin: RoleDetail) -> None:
        """Save on top of this version, with the cells that it has."""
        self._role = origin

    async def save(self, values: dict[str, Any]) -> RoleDetail:
        """Write it, with the cells that it has."""
        role = self._role
        command = UpdateRole(
            role.id, role.version, values["name"], values["description"], role.cells
        )
        return await self.bridge.write(people.update_role, command)
