"""``kpix user list | show | create | invite | reset | rename | activate | deactivate | assign |
unassign``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from kpix_tui.cli.base import Group, argument, command, option
from kpix_tui.cli.codes import code_lines, code_record, handing_over
from kpix_tui.cli.output import Listing, Output, reads, writes
from kpix_tui.cli.paging import Wanted, gather_dated, paged
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_day
from kpix_tui.kernel.errors import message

if TYPE_CHECKING:
    from kpix_tui.db.uow import UnitOfWork
    from kpix_tui.domains.accounts.views import Invited, InviteUser
    from kpix_tui.domains.people.views import UserDetail, UserRow

user = Group("user", help=message("Users of your organisation."))

_NAMED = message("Name, e-mail or id of the user.")
_FIELDS = ("id", "name", "email", "active", "invited", "roles", "teams", "created_at")


def _record(row: UserRow) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "email": row.email,
        "active": row.active,
        "invited": row.invited,
        "roles": row.roles,
        "teams": row.teams,
        "created_at": row.created_at,
    }


def _headings() -> Sequence[Heading]:
    return (
        Heading(_("Name"), flexible=True),
        Heading(_("E-mail"), flexible=True, least=20),
        Heading(_("Roles"), flexible=True, least=8),
        Heading(_("Teams"), flexible=True, least=8, drop=2),
        Heading(_("State"), drop=1),
        Heading(_("Since"), drop=3),
    )


def _state(row: UserRow) -> str:
    if not row.active:
        return _("deactivated")
    return _("invited") if row.invited else _("active")


def _cells(row: UserRow, _canvas: Canvas, *, timezone: str) -> Sequence[Cell]:
    return (
        Cell(row.name),
        Cell(row.email or ""),
        Cell(", ".join(row.roles)),
        Cell(", ".join(row.teams)),
        Cell(_state(row)),
        Cell(format_day(row.created_at, timezone)),
    )


def _listing(timezone: str) -> Listing[UserRow]:
    return Listing(
        _record,
        _FIELDS,
        _headings,
        partial(_cells, timezone=timezone),
        message("No users match."),
    )


@command(
    user,
    "list",
    message(
        "List users.\n"
        "E-mails and roles of others are shown to those who may read them. "
        "Sorts: name, email, created_at."
    ),
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


def _find(uow: UnitOfWork, name: str) -> UserRow:
    from kpix_tui.domains.people.service import find_user  # noqa: PLC0415 - brings SQLAlchemy

    return find_user(uow, name)


def _detail(uow: UnitOfWork, name: str) -> tuple[UserDetail, str]:
    from kpix_tui.domains.people.service import show_user_detail  # noqa: PLC0415 - SQLAlchemy

    return show_user_detail(uow, _find(uow, name).id), uow.principal.timezone


def _detail_record(found: UserDetail) -> dict[str, object]:
    return _record(found.user) | {
        "held": [
            {
                "role_id": one.role_id,
                "role": one.name,
                "assigned_at": one.assigned_at,
                "assigned_by": one.assigned_by,
            }
            for one in found.roles
        ],
        "memberships": [
            {"team_id": one.team_id, "team": one.name, "lead": one.lead} for one in found.teams
        ],
    }


@command(
    user,
    "show",
    message("Show a user, their roles and who gave them, and their teams."),
    examples=("kpix user show sam@acme.test", "kpix user show 'Sam Okafor' --json"),
)
@argument("name", metavar="USER", help=_NAMED)
@reads
@pass_session
def show(session: Session, out: Output, name: str) -> None:
    """Show a user."""
    found, timezone = session.run(_detail, name)
    out.one(_detail_record(found), partial(_pairs, found, timezone))


def _pairs(found: UserDetail, timezone: str, _canvas: Canvas) -> list[tuple[str, Cell]]:
    row = found.user
    roles = [
        _("{role} (since {day}, by {name})").format(
            role=one.name,
            day=format_day(one.assigned_at, timezone),
            name=one.assigned_by or "kpix",
        )
        for one in found.roles
    ]
    teams = [_("{team} (lead)").format(team=t.name) if t.lead else t.name for t in found.teams]
    return [
        (_("Name"), Cell(row.name, bold=True)),
        (_("E-mail"), Cell(row.email or "")),
        (_("State"), Cell(_state(row))),
        (_("Roles"), Cell(", ".join(roles))),
        (_("Teams"), Cell(", ".join(teams))),
        (_("Since"), Cell(format_day(row.created_at, timezone))),
        (_("Id"), Cell(str(row.id), dim=True)),
    ]


_NAME = option("--name", required=True, metavar="NAME", help=message("Full name."))
_EMAIL = option("--email", required=True, metavar="E-MAIL", help=message("E-mail to sign in with."))
_ROLES = option(
    "--role",
    "roles",
    required=True,
    multiple=True,
    metavar="ROLE",
    help=message("ADMIN, MANAGER, USER, VIEWER or one of your own; may be repeated."),
)


@command(
    user,
    "create",
    message(
        "Create a user.\n"
        "Their first password is typed twice, or read from KPIX_NEW_PASSWORD (else KPIX_PASSWORD)."
    ),
    examples=("kpix user create --name 'Sam Okafor' --email sam@acme.test --role MANAGER",),
)
@_NAME
@_EMAIL
@_ROLES
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
        _("{name} can sign in with {email}.").format(name=made.name, email=email),
    )


def _invite(uow: UnitOfWork, command: InviteUser) -> tuple[Invited, str]:
    from kpix_tui.domains.accounts.service import invite_user  # noqa: PLC0415 - SQLAlchemy

    return invite_user(uow, command), uow.principal.timezone


@command(
    user,
    "invite",
    message(
        "Invite somebody by a one-time code.\n"
        "No e-mail is sent: hand the code over yourself. It is good for 72 hours, and lets them "
        "choose their password with kpix redeem or in the interface."
    ),
    examples=("kpix user invite --name 'Sam Okafor' --email sam@acme.test --role USER",),
)
@_NAME
@_EMAIL
@_ROLES
@writes
@pass_session
def invite(session: Session, out: Output, name: str, email: str, roles: tuple[str, ...]) -> None:
    """Invite a user."""
    from kpix_tui.domains.accounts.views import InviteUser  # noqa: PLC0415 - only here

    made, timezone = session.run(_invite, InviteUser(name, email, roles))
    out.done(
        _record(made.user) | {"code": made.code, "expires_at": made.expires_at},
        *handing_over(made.user.name, made.user.email, made.code, made.expires_at, timezone),
    )


@command(
    user,
    "reset",
    message(
        "Give a user a one-time code for a new password.\n"
        "The code is good for an hour, or for 72 where they never had a password; earlier codes "
        "end. It takes the account over, so that your own password is asked for, unseen, or read "
        "from KPIX_PASSWORD."
    ),
    examples=("kpix user reset sam@acme.test",),
)
@argument("name", metavar="USER", help=_NAMED)
@writes
@pass_session
def reset(session: Session, out: Output, name: str) -> None:
    """Issue a code."""
    from kpix_tui.domains.accounts import service  # noqa: PLC0415 - brings SQLAlchemy
    from kpix_tui.domains.accounts.views import IssueCode  # noqa: PLC0415

    actor, found = session.run(service.whoami), session.run(_find, name)
    secret = session.password(_("Your password"), "KPIX_PASSWORD")
    made = service.issue_code(session.context, IssueCode(found.id, secret))
    out.done(code_record(made), *code_lines(made, actor.timezone))


def _rename(uow: UnitOfWork, name: str, new_name: str) -> UserRow:
    from kpix_tui.domains.people.service import rename_user  # noqa: PLC0415 - SQLAlchemy

    return rename_user(uow, _find(uow, name).id, new_name)


@command(
    user,
    "rename",
    message("Give a user another name."),
    examples=("kpix user rename sam@acme.test --name 'Sam Okafor-Lee'",),
)
@argument("user_", metavar="USER", help=_NAMED)
@_NAME
@writes
@pass_session
def rename(session: Session, out: Output, user_: str, name: str) -> None:
    """Rename a user."""
    changed = session.run(_rename, user_, name)
    out.done(_record(changed), _("The name is {name} now.").format(name=changed.name))


def _set_active(uow: UnitOfWork, row: UserRow, active: bool) -> UserRow:
    from kpix_tui.domains.people.service import set_active  # noqa: PLC0415 - SQLAlchemy

    return set_active(uow, row.id, active)


@command(
    user,
    "activate",
    message("Let a deactivated user sign in again."),
    examples=("kpix user activate sam@acme.test",),
)
@argument("name", metavar="USER", help=_NAMED)
@writes
@pass_session
def activate(session: Session, out: Output, name: str) -> None:
    """Activate a user."""
    changed = session.run(_set_active, session.run(_find, name), True)
    out.done(_record(changed), _("{name} can sign in again.").format(name=changed.name))


@command(
    user,
    "deactivate",
    message(
        "Let a user sign in no more.\n"
        "Their sessions and codes end at once. What they own and entered stays, under their name."
    ),
    examples=("kpix user deactivate sam@acme.test --yes",),
)
@argument("name", metavar="USER", help=_NAMED)
@option("--yes", is_flag=True, help=message("Do not ask."))
@writes
@pass_session
def deactivate(session: Session, out: Output, name: str, yes: bool) -> None:
    """Deactivate a user."""
    found = session.run(_find, name)
    question = _("Deactivate {name} and end their sessions?")
    session.confirm(question.format(name=found.name), yes=yes)
    changed = session.run(_set_active, found, False)
    out.done(_record(changed), _("{name} can sign in no more.").format(name=changed.name))


def _assign(uow: UnitOfWork, name: str, role: str, assigned: bool) -> UserDetail:
    from kpix_tui.domains.people import service  # noqa: PLC0415 - brings SQLAlchemy

    use_case = service.assign_role if assigned else service.unassign_role
    return use_case(uow, _find(uow, name).id, service.find_role(uow, role).id)


_ROLE = argument("role", metavar="ROLE", help=message("Name or id of the role."))


@command(
    user,
    "assign",
    message("Give a user a role, beside those they have."),
    examples=("kpix user assign sam@acme.test MANAGER",),
)
@argument("name", metavar="USER", help=_NAMED)
@_ROLE
@writes
@pass_session
def assign(session: Session, out: Output, name: str, role: str) -> None:
    """Assign a role."""
    _tell_roles(out, session.run(_assign, name, role, True))


@command(
    user,
    "unassign",
    message("Take a role from a user."),
    examples=("kpix user unassign sam@acme.test MANAGER",),
)
@argument("name", metavar="USER", help=_NAMED)
@_ROLE
@writes
@pass_session
def unassign(session: Session, out: Output, name: str, role: str) -> None:
    """Take a role away."""
    _tell_roles(out, session.run(_assign, name, role, False))


def _tell_roles(out: Output, found: UserDetail) -> None:
    roles = ", ".join(one.name for one in found.roles)
    text = _("{name} holds: {roles}") if roles else _("{name} holds no role.")
    out.done(_detail_record(found), text.format(name=found.user.name, roles=roles))
