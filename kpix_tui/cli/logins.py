"""``kpix db grant-login | revoke-login | logins | prune-audit``: the operator's work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import click

from kpix_tui.cli.base import Command, argument, option
from kpix_tui.cli.output import Listing, Output, reads, writes
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.cli.types import WholeNumber, read_day
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.i18n.formats import format_date, format_datetime
from kpix_tui.kernel.errors import message
from kpix_tui.kernel.paging import Page
from kpix_tui.kernel.periods import Frequency

if TYPE_CHECKING:
    from kpix_tui.db.logins import LoginRow
    from kpix_tui.db.uow import UnitOfWork
    from kpix_tui.domains.audit.views import Pruned

_NAME = argument("name", metavar="NAME", help=message("What the login is called."))


@click.command(
    "grant-login",
    cls=Command,
    help=message(
        "Make a database login for one user or one device.\n"
        "Prints the KPIX_DATABASE_URL to use there, with a password that is shown this once. "
        "The login is nobody in kpix: its users still sign in.\n"
        "With --peer it has no password: it is for the system account of the same name."
    ),
    examples=("kpix db grant-login ada-laptop", "kpix db grant-login ada --peer --connections 6"),
)
@_NAME
@option("--peer", is_flag=True, help=message("Peer authentication: no password."))
@option(
    "--connections",
    type=WholeNumber(1),
    default=12,
    show_default=True,
    metavar="N",
    help=message("Connections that it may have open; a terminal has up to three."),
)
@writes
@pass_session
def grant_login(session: Session, out: Output, name: str, peer: bool, connections: int) -> None:
    """Make a login."""
    from kpix_tui.app import logins as work  # noqa: PLC0415 - --help does without

    made = work.grant_login(session.context, name, peer=peer, connections=connections)
    session.tell(
        _("For the system account {name}; it needs a line for peer in pg_hba.conf.").format(
            name=made.name
        )
        if peer
        else _("Keep this line: the password in it is not shown again.")
    )
    out.done(
        {
            "name": made.name,
            "peer": made.peer,
            "connections": made.connections,
            "url": made.url,
        },
        f"KPIX_DATABASE_URL={made.url}",
    )


@click.command(
    "revoke-login",
    cls=Command,
    help=message(
        "Remove a database login, and end its sessions and connections.\n"
        "Only those that kpix db grant-login made."
    ),
    examples=("kpix db revoke-login ada-laptop", "kpix db revoke-login ada --yes"),
)
@_NAME
@option("--yes", is_flag=True, help=message("Do not ask."))
@writes
@pass_session
def revoke_login(session: Session, out: Output, name: str, yes: bool) -> None:
    """Remove a login."""
    from kpix_tui.app import logins as work  # noqa: PLC0415 - --help does without

    session.confirm(
        _("Remove the login {name}, with its sessions and connections?").format(name=name), yes=yes
    )
    gone = work.revoke_login(session.context, name)
    out.done(
        {"name": gone.name, "sessions": gone.sessions, "connections": gone.connections},
        _("The login {name} is removed. Sessions ended: {sessions}. Connections: {count}.").format(
            name=gone.name, sessions=gone.sessions, count=gone.connections
        ),
    )


def _record(row: LoginRow) -> dict[str, object]:
    return {
        "name": row.name,
        "made_by_kpix": row.made_by_kpix,
        "peer": row.peer,
        "connections": row.connections,
        "limit": row.limit,
        "sessions": row.sessions,
        "last_seen_at": row.last_seen_at,
    }


def _headings() -> Sequence[Heading]:
    return (
        Heading(_("Login"), flexible=True),
        Heading(_("Proof")),
        Heading(_("Connections"), right=True),
        Heading(_("Sessions"), right=True),
        Heading(_("Last seen"), drop=1),
    )


def _cells(row: LoginRow, _canvas: Canvas) -> Sequence[Cell]:
    limit = "" if row.limit is None else f" / {row.limit}"
    seen = "" if row.last_seen_at is None else format_datetime(row.last_seen_at, "UTC")
    return (
        Cell(row.name),
        Cell(_proof(row), dim=not row.made_by_kpix),
        Cell(f"{row.connections}{limit}"),
        Cell(str(row.sessions)),
        Cell(seen and f"{seen} UTC"),
    )


def _proof(row: LoginRow) -> str:
    if row.peer is None:
        return _("not made by kpix")
    return _("system account") if row.peer else _("password")


_LOGINS = Listing(
    _record,
    ("name", "made_by_kpix", "peer", "connections", "limit", "sessions", "last_seen_at"),
    _headings,
    _cells,
    message("There are no logins. Make one with: kpix db grant-login NAME"),
)


@click.command(
    "logins",
    cls=Command,
    help=message("List the database logins, with what each has open."),
    examples=("kpix db logins", "kpix db logins --json"),
)
@reads
@pass_session
def logins(session: Session, out: Output) -> None:
    """List logins."""
    from kpix_tui.app import logins as work  # noqa: PLC0415 - --help does without

    rows = work.list_logins(session.context)
    out.listing(_LOGINS, Page(rows, len(rows)))


@click.command(
    "prune-audit",
    cls=Command,
    help=message(
        "Remove entries of the audit log that are older than a day.\n"
        "Days are those of each organisation's calendar. Says what will go and asks; that it was "
        "done stays in each log for good."
    ),
    examples=("kpix db prune-audit --before 2023-01-01", "kpix db prune-audit --before 2023 --yes"),
)
@option(
    "--before",
    required=True,
    metavar="DAY",
    help=message("The first day that is kept; 2023 is 1 January 2023."),
)
@option("--yes", is_flag=True, help=message("Do not ask."))
@writes
@pass_session
def prune_audit(session: Session, out: Output, before: str, yes: bool) -> None:
    """Remove old audit entries."""
    from kpix_tui.domains.audit import service  # noqa: PLC0415 - brings SQLAlchemy

    day = read_day(before, Frequency.YEARLY, "before")
    found = _as_owner(session, partial(service.old_audit, before=day))
    if found.entries:
        for sentence in _sentences(found):
            session.tell(sentence)
        session.confirm(
            _("Remove what was recorded before {day}, for good?").format(day=format_date(day)),
            yes=yes,
        )
        found = _as_owner(session, partial(service.prune_audit, before=day))
    out.done(
        {
            "before": found.before,
            "entries": found.entries,
            "organizations": [
                {
                    "id": one.organization_id,
                    "name": one.organization,
                    "entries": one.entries,
                    "oldest": one.oldest,
                }
                for one in found.organizations
            ],
        },
        _removed(found.entries, day),
    )


def _as_owner(session: Session, use_case: Callable[[UnitOfWork], Pruned]) -> Pruned:
    with session.context.owner() as uow:
        return use_case(uow)


def _sentences(found: Pruned) -> list[str]:
    return [
        ngettext(
            "{organization}: {count} entry, since {oldest}.",
            "{organization}: {count} entries, since {oldest}.",
            one.entries,
        ).format(
            organization=one.organization,
            count=one.entries,
            oldest=format_date(one.oldest.date()),
        )
        for one in found.organizations
    ]


def _removed(entries: int, day: date) -> str:
    if not entries:
        return _("Nothing was recorded before {day}.").format(day=format_date(day))
    return ngettext("{count} entry was removed.", "{count} entries were removed.", entries).format(
        count=entries
    )
