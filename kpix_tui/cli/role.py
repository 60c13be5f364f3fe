"""``kpix role list | show | holders | create | update | delete``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click

from kpix_tui.access.permissions import Permission, Scope
from kpix_tui.cli.base import Group, argument, command, option
from kpix_tui.cli.errors import GrantInvalid, NothingToChange
from kpix_tui.cli.output import Output, reads, writes
from kpix_tui.cli.paging import Wanted, gather, gather_dated, paged
from kpix_tui.cli.role_views import (
    ROLES,
    detail_record,
    holders_of_a_role,
    impact_lines,
    impact_record,
    pairs,
)
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.types import Choice
from kpix_tui.domains.people.views import CreateRole, UpdateRole
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.errors import message

if TYPE_CHECKING:
    from kpix_tui.db.uow import UnitOfWork
    from kpix_tui.domains.people.views import HolderRow, RoleDetail, RoleImpact
    from kpix_tui.kernel.paging import Page, PageRequest

role = Group("role", help=message("Roles: what each allows, and who holds it."))


class Grant(click.ParamType[tuple[Permission, Scope]]):
    """``PERMISSION=SCOPE``, in any case."""

    name = "grant"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,  # noqa: ARG002 - click's signature
        ctx: click.Context | None,  # noqa: ARG002
    ) -> tuple[Permission, Scope]:
        """Read both, and show how it is written where that fails."""
        permission, _equals, scope = str(value).partition("=")
        try:
            return Permission(permission.strip().lower()), Scope(scope.strip().upper())
        except ValueError:
            raise GrantInvalid(
                value=value,
                permissions=" ".join(Permission),
                scopes="|".join(Scope),
                fields=("grant",),
            ) from None


class OnePermission(Choice[Permission]):
    """A permission, in any case."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Permission:
        """Find it, and name the others where there is no such one."""
        found = str(value).strip().lower()
        known = next((one for one in Permission if one == found), None)
        return known or super().convert(value, param, ctx)


_GRANT: Final = option(
    "--grant",
    "grants",
    type=Grant(),
    multiple=True,
    metavar="PERMISSION=SCOPE",
    help=message("Allow this so far: OWN, TEAM or ORGANIZATION; may be repeated."),
)
_ROLE: Final = argument("name", metavar="ROLE", help=message("Name or id of the role."))


def _find(uow: UnitOfWork, name: str) -> RoleDetail:
    from kpix_tui.domains.people.service import find_role  # noqa: PLC0415 - brings SQLAlchemy

    return find_role(uow, name)


@command(
    role,
    "list",
    message("List roles, built-in ones first.\nSorts: role, name."),
    examples=("kpix role list", "kpix role list --json"),
)
@paged
@reads
@pass_session
def list_(session: Session, out: Output, wanted: Wanted) -> None:
    """List roles."""
    from kpix_tui.domains.people.service import list_roles  # noqa: PLC0415 - brings SQLAlchemy

    out.listing(ROLES, session.run(gather, list_roles, wanted.for_(out)))


@command(
    role,
    "show",
    message("Show a role and all that it allows.\nWho holds it: kpix role holders ROLE"),
    examples=("kpix role show MANAGER", "kpix role show Auditor --json"),
)
@_ROLE
@reads
@pass_session
def show(session: Session, out: Output, name: str) -> None:
    """Show a role."""
    found = session.run(_find, name)
    out.one(detail_record(found), partial(pairs, found))


def _holders(uow: UnitOfWork, name: str, wanted: Wanted) -> tuple[Page[HolderRow], str]:
    from kpix_tui.domains.people.service import list_holders  # noqa: PLC0415 - SQLAlchemy

    role_id = _find(uow, name).id

    def page(uow: UnitOfWork, request: PageRequest) -> Page[HolderRow]:
        return list_holders(uow, role_id, request)

    return gather_dated(uow, page, wanted)


@command(
    role,
    "holders",
    message("List who holds a role, since when and by whom.\nSorts: name, assigned_at."),
    examples=("kpix role holders ADMIN",),
)
@_ROLE
@paged
@reads
@pass_session
def holders(session: Session, out: Output, wanted: Wanted, name: str) -> None:
    """List holders."""
    page, timezone = session.run(_holders, name, wanted.for_(out))
    out.listing(holders_of_a_role(timezone), page)


@command(
    role,
    "create",
    message(
        "Create a role.\n"
        "What it allows cannot reach further than what you may do yourself. Give it to people with "
        "kpix user assign."
    ),
    examples=(
        "kpix role create --name Auditor --grant audit:read=ORGANIZATION --grant kpi:read=TEAM",
    ),
)
@option("--name", required=True, metavar="NAME", help=message("Its name."))
@option("--description", default="", metavar="TEXT", help=message("What it is for."))
@_GRANT
@writes
@pass_session
def create(
    session: Session,
    out: Output,
    name: str,
    description: str,
    grants: tuple[tuple[Permission, Scope], ...],
) -> None:
    """Create a role."""
    from kpix_tui.domains.people.service import create_role  # noqa: PLC0415 - SQLAlchemy

    made = session.run(create_role, CreateRole(name, dict(grants), description))
    out.done(detail_record(made), _("The role {name} is created.").format(name=made.name))


def _preview(
    uow: UnitOfWork, name: str, changes: Mapping[str, Any], change: _CellsChange
) -> tuple[UpdateRole, RoleImpact]:
    from kpix_tui.domains.people.service import preview_role  # noqa: PLC0415 - SQLAlchemy

    command = _whole(uow, name, changes, change)
    return command, preview_role(uow, command)


_CellsChange = tuple[tuple[tuple[Permission, Scope], ...], tuple[Permission, ...]]
"""What is granted, and what is revoked."""


def _whole(
    uow: UnitOfWork, name: str, changes: Mapping[str, Any], change: _CellsChange
) -> UpdateRole:
    found, (granted, revoked) = _find(uow, name), change
    cells = {one: scope for one, scope in found.cells.items() if one not in revoked}
    kept = UpdateRole(found.id, found.version, found.name, found.description, cells | dict(granted))
    return replace(kept, **changes)


@command(
    role,
    "update",
    message(
        "Change a role: its name, its description, what it allows.\n"
        "Says who is affected and asks before it saves; with --dry-run it only says so."
    ),
    examples=(
        "kpix role update Auditor --grant kpi:read=ORGANIZATION --dry-run",
        "kpix role update Auditor --revoke audit:read --yes",
    ),
)
@_ROLE
@option("--name", "new_name", metavar="NAME", help=message("The new name."))
@option("--description", metavar="TEXT", help=message("The new description."))
@_GRANT
@option(
    "--revoke",
    "revoked",
    type=OnePermission(Permission),
    multiple=True,
    metavar="PERMISSION",
    help=message("Allow this no more; may be repeated."),
)
@option("--dry-run", is_flag=True, help=message("Only say what would change, and for whom."))
@option("--yes", is_flag=True, help=message("Do not ask."))
@writes
@pass_session
def update(
    session: Session,
    out: Output,
    *,
    name: str,
    new_name: str | None,
    description: str | None,
    grants: tuple[tuple[Permission, Scope], ...],
    revoked: tuple[Permission, ...],
    dry_run: bool,
    yes: bool,
) -> None:
    """Change a role."""
    texts = {"name": new_name, "description": description}
    changes = {field: text for field, text in texts.items() if text is not None}
    if not (changes or grants or revoked):
        raise NothingToChange(names="--name, --description, --grant, --revoke")
    change = (grants, revoked)
    if dry_run:
        _command, impact = session.run(_preview, name, changes, change)
        out.done(impact_record(impact), *impact_lines(impact))
        return
    if yes:
        command = session.run(_whole, name, changes, change)
    else:
        command, impact = session.run(_preview, name, changes, change)
        session.confirm(" ".join((*impact_lines(impact), _("Save it?"))), yes=False)
    _save(session, out, command)


def _save(session: Session, out: Output, command: UpdateRole) -> None:
    from kpix_tui.domains.people.service import update_role  # noqa: PLC0415 - SQLAlchemy

    changed = session.run(update_role, command)
    out.done(detail_record(changed), _("The role {name} is changed.").format(name=changed.name))


@command(
    role,
    "delete",
    message("Delete a role that nobody holds."),
    examples=("kpix role delete Auditor --yes",),
)
@_ROLE
@option("--yes", is_flag=True, help=message("Do not ask."))
@writes
@pass_session
def delete(session: Session, out: Output, name: str, yes: bool) -> None:
    """Delete a role."""
    from kpix_tui.domains.people.service import delete_role  # noqa: PLC0415 - SQLAlchemy

    found = session.run(_find, name)
    session.confirm(_("Delete the role {name}?").format(name=found.name), yes=yes)
    gone = session.run(delete_role, found.id)
    out.done(detail_record(gone), _("The role {name} is deleted.").format(name=gone.name))
