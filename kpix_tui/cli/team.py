"""``kpix team list | show | members | create | rename | delete | add | lead | remove``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from kpix_tui.cli.base import Group, argument, command, option
from kpix_tui.cli.output import Listing, Output, reads, writes
from kpix_tui.cli.paging import Wanted, gather_dated, paged
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.i18n.formats import format_day
from kpix_tui.kernel.errors import message

if TYPE_CHECKING:
    from kpix_tui.db.uow import UnitOfWork
    from kpix_tui.domains.people.views import MemberRow, TeamRow
    from kpix_tui.kernel.paging import Page, PageRequest

team = Group("team", help=message("Teams of your organisation, their members and leads."))

_FIELDS = ("id", "name", "members", "leads", "mine", "led", "created_at", "version")


def _record(row: TeamRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in _FIELDS}


def _headings() -> Sequence[Heading]:
    return (
        Heading(_("Team"), flexible=True),
        Heading(_("Members"), right=True),
        Heading(_("Leads"), flexible=True, least=10),
        Heading(_("Mine"), drop=1),
        Heading(_("Since"), drop=2),
    )


def _cells(row: TeamRow, _canvas: Canvas, *, timezone: str) -> Sequence[Cell]:
    return (
        Cell(row.name),
        Cell(str(row.members)),
        Cell(", ".join(row.leads)),
        Cell(_("lead") if row.led else _("yes") if row.mine else ""),
        Cell(format_day(row.created_at, timezone)),
    )


def _teams(timezone: str) -> Listing[TeamRow]:
    return Listing(
        _record,
        _FIELDS,
        _headings,
        partial(_cells, timezone=timezone),
        message("No teams here. Create one: kpix team create --name NAME"),
    )


def _member_record(row: MemberRow) -> dict[str, object]:
    return {
        "user_id": row.user_id,
        "name": row.name,
        "active": row.active,
        "lead": row.lead,
        "joined_at": row.joined_at,
    }


def _member_headings() -> Sequence[Heading]:
    return (Heading(_("Name"), flexible=True), Heading(_("Lead")), Heading(_("Since"), drop=1))


def _member_cells(row: MemberRow, _canvas: Canvas, *, timezone: str) -> Sequence[Cell]:
    name = row.name if row.active else _("{name} (deactivated)").format(name=row.name)
    return (
        Cell(name, dim=not row.active),
        Cell(_("lead") if row.lead else ""),
        Cell(format_day(row.joined_at, timezone)),
    )


def _listed_members(timezone: str) -> Listing[MemberRow]:
    return Listing(
        _member_record,
        ("user_id", "name", "active", "lead", "joined_at"),
        _member_headings,
        partial(_member_cells, timezone=timezone),
        message("No members match. Add one: kpix team add TEAM USER"),
    )


_TEAM = argument("name", metavar="TEAM", help=message("Name or id of the team."))
_USER = argument("user", metavar="USER", help=message("Name, e-mail or id of the user."))
_CALLED = option("--name", "new_name", required=True, metavar="NAME", help=message("Its name."))


def _find(uow: UnitOfWork, name: str) -> TeamRow:
    from kpix_tui.domains.people.service import find_team  # noqa: PLC0415 - brings SQLAlchemy

    return find_team(uow, name)


@command(
    team,
    "list",
    message("List teams.\nSorts: name, members, created_at."),
    examples=("kpix team list", "kpix team list --sort -members --json"),
)
@paged
@reads
@pass_session
def list_(session: Session, out: Output, wanted: Wanted) -> None:
    """List teams."""
    from kpix_tui.domains.people.service import list_teams  # noqa: PLC0415 - brings SQLAlchemy

    page, timezone = session.run(gather_dated, list_teams, wanted.for_(out))
    out.listing(_teams(timezone), page)


@command(
    team,
    "show",
    message("Show a team.\nIts members: kpix team members TEAM"),
    examples=("kpix team show 'Night shift'",),
)
@_TEAM
@reads
@pass_session
def show(session: Session, out: Output, name: str) -> None:
    """Show a team."""
    row, timezone = session.run(_find_dated, name)
    out.one(_record(row), partial(_pairs, row, timezone))


def _find_dated(uow: UnitOfWork, name: str) -> tuple[TeamRow, str]:
    return _find(uow, name), uow.principal.timezone


def _pairs(row: TeamRow, timezone: str, _canvas: Canvas) -> list[tuple[str, Cell]]:
    return [
        (_("Team"), Cell(row.name, bold=True)),
        (_("Members"), Cell(str(row.members))),
        (_("Leads"), Cell(", ".join(row.leads))),
        (_("Since"), Cell(format_day(row.created_at, timezone))),
        (_("Id"), Cell(str(row.id), dim=True)),
    ]


def _members(uow: UnitOfWork, name: str, wanted: Wanted) -> tuple[Page[MemberRow], str]:
    from kpix_tui.domains.people.service import list_members  # noqa: PLC0415 - SQLAlchemy

    team_id = _find(uow, name).id

    def page(uow: UnitOfWork, request: PageRequest) -> Page[MemberRow]:
        return list_members(uow, team_id, request)

    return gather_dated(uow, page, wanted)


@command(
    team,
    "members",
    message("List the members of a team, leads first.\nSorts: member, name, joined_at."),
    examples=("kpix team members 'Night shift'",),
)
@_TEAM
@paged
@reads
@pass_session
def members(session: Session, out: Output, wanted: Wanted, name: str) -> None:
    """List members."""
    page, timezone = session.run(_members, name, wanted.for_(out))
    out.listing(_listed_members(timezone), page)


@command(
    team,
    "create",
    message("Create a team.\nThen add its members: kpix team add TEAM USER"),
    examples=("kpix team create --name 'Night shift'",),
)
@_CALLED
@writes
@pass_session
def create(session: Session, out: Output, new_name: str) -> None:
    """Create a team."""
    from kpix_tui.domains.people.service import create_team  # noqa: PLC0415 - SQLAlchemy

    made = session.run(create_team, new_name)
    out.done(_record(made), _("The team {name} is created.").format(name=made.name))


def _rename(uow: UnitOfWork, name: str, new_name: str) -> TeamRow:
    from kpix_tui.domains.people.service import update_team  # noqa: PLC0415 - SQLAlchemy
    from kpix_tui.domains.people.views import UpdateTeam  # noqa: PLC0415

    found = _find(uow, name)
    return update_team(uow, UpdateTeam(found.id, found.version, new_name))


@command(
    team,
    "rename",
    message("Give a team another name."),
    examples=("kpix team rename 'Night shift' --name Nights",),
)
@_TEAM
@_CALLED
@writes
@pass_session
def rename(session: Session, out: Output, name: str, new_name: str) -> None:
    """Rename a team."""
    changed = session.run(_rename, name, new_name)
    out.done(_record(changed), _("The name is {name} now.").format(name=changed.name))


@command(
    team,
    "delete",
    message(
        "Delete a team.\n"
        "Its members stay users; what was shared with the team or assigned to it is not any more."
    ),
    examples=("kpix team delete 'Night shift' --yes",),
)
@_TEAM
@option("--yes", is_flag=True, help=message("Do not ask."))
@writes
@pass_session
def delete(session: Session, out: Output, name: str, yes: bool) -> None:
    """Delete a team."""
    from kpix_tui.domains.people.service import delete_team  # noqa: PLC0415 - SQLAlchemy

    found = session.run(_find, name)
    question = ngettext(
        "Delete the team {name} with {count} member?",
        "Delete the team {name} with {count} members?",
        found.members,
    )
    session.confirm(question.format(name=found.name, count=found.members), yes=yes)
    gone = session.run(delete_team, found.id)
    out.done(_record(gone), _("The team {name} is deleted.").format(name=gone.name))


def _ids(uow: UnitOfWork, team_name: str, user: str) -> tuple[UUID, UUID]:
    from kpix_tui.domains.people.service import find_user  # noqa: PLC0415 - brings SQLAlchemy

    return _find(uow, team_name).id, find_user(uow, user).id


def _add(uow: UnitOfWork, team_name: str, user: str, lead: bool) -> MemberRow:
    from kpix_tui.domains.people.service import add_member  # noqa: PLC0415 - SQLAlchemy

    return add_member(uow, *_ids(uow, team_name, user), lead=lead)


@command(
    team,
    "add",
    message("Put a user into a team."),
    examples=(
        "kpix team add 'Night shift' sam@acme.test",
        "kpix team add 'Night shift' kim@acme.test --lead",
    ),
)
@_TEAM
@_USER
@option("--lead", is_flag=True, help=message("As a lead, who manages the other members."))
@writes
@pass_session
def add(session: Session, out: Output, name: str, user: str, lead: bool) -> None:
    """Add a member."""
    made = session.run(_add, name, user, lead)
    text = _("{name} leads the team.") if made.lead else _("{name} is in the team.")
    out.done(_member_record(made), text.format(name=made.name))


def _lead(uow: UnitOfWork, team_name: str, user: str, lead: bool) -> MemberRow:
    from kpix_tui.domains.people.service import set_lead  # noqa: PLC0415 - brings SQLAlchemy

    return set_lead(uow, *_ids(uow, team_name, user), lead)


@command(
    team,
    "lead",
    message("Make a member a lead of their team, or no more with --not."),
    examples=(
        "kpix team lead 'Night shift' sam@acme.test",
        "kpix team lead 'Night shift' kim@acme.test --not",
    ),
)
@_TEAM
@_USER
@option("--not", "no_more", is_flag=True, help=message("A member like the others again."))
@writes
@pass_session
def lead(session: Session, out: Output, name: str, user: str, no_more: bool) -> None:
    """Make a member a lead, or no more."""
    made = session.run(_lead, name, user, not no_more)
    text = _("{name} leads the team.") if made.lead else _("{name} leads the team no more.")
    out.done(_member_record(made), text.format(name=made.name))


def _remove(uow: UnitOfWork, team_name: str, user: str) -> MemberRow:
    from kpix_tui.domains.people.service import remove_member  # noqa: PLC0415 - SQLAlchemy

    return remove_member(uow, *_ids(uow, team_name, user))


@command(
    team,
    "remove",
    message("Take a user out of a team."),
    examples=("kpix team remove 'Night shift' sam@acme.test",),
)
@_TEAM
@_USER
@writes
@pass_session
def remove(session: Session, out: Output, name: str, user: str) -> None:
    """Remove a member."""
    gone = session.run(_remove, name, user)
    out.done(_member_record(gone), _("{name} is out of the team.").format(name=gone.name))
