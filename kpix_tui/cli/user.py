"""``kpix user list | create``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from kpix_tui.cli.base import Group, command, option
from kpix_tui.cli.output import Listing, Output, reads, writes
from kpix_tui.cli.paging import Wanted, gather_dated, paged
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_day
from kpix_tui.kernel.errors import message

if TYPE_CHECKING:
    from kpix_tui.domains.people.views import UserRow

user = Group("user", help=message("Users of your organisation."))


def _record(row: UserRow) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "email": row.email,
        "active": row.active,
        "roles": row.roles,
        "created_at": row.created_at,
    }


def _headings() -> Sequence[Heading]:
    return (
        Heading(_("Name"), flexible=True),
        Heading(_("E-mail"), flexible=True, least=20),
        Heading(_("Roles")),
        Heading(_("Active"), drop=1),
        Heading(_("Since"), drop=2),
    )


def _cells(row: UserRow, _canvas: Canvas, *, timezone: str) -> Sequence[Cell]:
    return (
        Cell(row.name),
        Cell(row.email),
        Cell(", ".join(row.roles)),
        Cell(_("yes") if row.active else _("no")),
        Cell(format_day(row.created_at, timezone)),
    )


def _listing(timezone: str) -> Listing[UserRow]:
    return Listing(
        _record,
        ("id", "name", "email", "active", "roles", "created_at"),
        _headings,
        partial(_cells, timezone=timezone),
        message("No users match."),
    )


@command(
    user,
    "list",
    message("List users.\nSorts: name, email, created_at."),
    examples=("kpix user list", "kpix user list --filter martin --csv"),
)
@paged
@reads
@pass_session
def list_(session: Session, out: Output, wanted: Wanted) -> None:
    """List users."""
    from kpix_tui.domains.people.service import list_users  # noqa: PLC0415 - brings SQLAlchemy

    page, timezone = session.run(gather_dated, list_users, wanted.for_(out))
    out.listing(_listing(timezone), page)


@command(
    user,
    "create",
    message(
        "Create a user.\n"
        "Their first password is typed twice, or read from KPIX_NEW_PASSWORD (else KPIX_PASSWORD)."
    ),
    examples=("kpix user create --name 'Sam Okafor' --email sam@acme.test --role MANAGER",),
)
@option("--name", required=True, metavar="NAME", help=message("Full name."))
@option("--email", required=True, metavar="E-MAIL", help=message("E-mail to sign in with."))
@option(
    "--role",
    "roles",
    required=True,
    multiple=True,
    metavar="ROLE",
    help=message("ADMIN, MANAGER, USER or VIEWER; may be repeated."),
)
@writes
@pass_session
def create(session: Session, out: Output, name: str, email: str, roles: tuple[str, ...]) -> None:
    """Create a user."""
    from kpix_tui.domains.accounts import service  # noqa: PLC0415 - brings SQLAlchemy
    from kpix_tui.domains.accounts.views import CreateUser  # noqa: PLC0415

    session.run(service.whoami)  # before anything is typed: is anybody signed in?
    secret = session.password(
        _("First password of {name}").format(name=name),
        "KPIX_NEW_PASSWORD",
        "KPIX_PASSWORD",
        twice=True,
    )
    made = service.create_user(session.context, CreateUser(name, email, roles, secret))
    out.done(
        _record(made),
        _("{name} can sign in with {email}.").format(name=made.name, email=made.email),
    )
