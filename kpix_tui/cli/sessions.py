"""``kpix session list | revoke`` and ``kpix lock``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import click

from kpix_tui.app.terminal import WIPE
from kpix_tui.cli.base import Command, Group, argument, command, option
from kpix_tui.cli.errors import OptionsExclusive, ParameterMissing
from kpix_tui.cli.output import Listing, Output, reads, write, writes
from kpix_tui.cli.paging import Wanted, gather, paged
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.i18n.formats import format_datetime
from kpix_tui.kernel.errors import message
from kpix_tui.kernel.ids import as_id

if TYPE_CHECKING:
    from kpix_tui.db.uow import UnitOfWork
    from kpix_tui.domains.accounts.views import SessionRow
    from kpix_tui.kernel.paging import Page, PageRequest

session = Group("session", help=message("Sessions: list, revoke."))

_KINDS = {"PERSONAL": message("personal"), "SHARED": message("shared terminal")}


def _record(row: SessionRow) -> dict[str, object]:
    return {
        "id": row.id,
        "user_id": row.user_id,
        "user": row.user_name,
        "kind": row.kind,
        "client": row.client,
        "login_role": row.login_role,
        "authenticated_at": row.authenticated_at,
        "last_seen_at": row.last_seen_at,
        "expires_at": row.expires_at,
        "locked": row.locked,
        "current": row.current,
    }


_FIELDS = (
    *("id", "user_id", "user", "kind", "client", "login_role", "authenticated_at"),
    *("last_seen_at", "expires_at", "locked", "current"),
)


def _listing(timezone: str) -> Listing[SessionRow]:
    return Listing(
        _record, _FIELDS, _headings, partial(_cells, timezone), message("No session matches.")
    )


def _headings() -> Sequence[Heading]:
    return (
        Heading(_("Session")),
        Heading(_("User"), flexible=True, least=10),
        Heading(_("State")),
        Heading(_("Kind"), drop=3),
        Heading(_("Address"), drop=2),
        Heading(_("Last used")),
        Heading(_("Ends"), drop=1),
    )


def _cells(timezone: str, row: SessionRow, _canvas: Canvas) -> Sequence[Cell]:
    state = _("this one") if row.current else _("locked") if row.locked else _("open")
    return (
        Cell(str(row.id)),
        Cell(row.user_name),
        Cell(state),
        Cell(_(_KINDS[row.kind])),
        Cell(row.client),
        Cell(format_datetime(row.last_seen_at, timezone)),
        Cell(format_datetime(row.expires_at, timezone)),
    )


def _list(
    uow: UnitOfWork, wanted: Wanted, user: str | None, *, everyone: bool
) -> tuple[Page[SessionRow], str]:
    from kpix_tui.domains.accounts.sessions import list_sessions  # noqa: PLC0415 - SQLAlchemy

    user_id = _user_id(uow, user)

    def page(uow: UnitOfWork, request: PageRequest) -> Page[SessionRow]:
        return list_sessions(uow, request, user_id=user_id, everyone=everyone)

    return gather(uow, page, wanted), uow.principal.timezone


def _user_id(uow: UnitOfWork, named: str | None) -> UUID | None:
    from kpix_tui.domains.people.service import find_user  # noqa: PLC0415 - brings SQLAlchemy

    return None if named is None else find_user(uow, named).id


_USER = option("--user", metavar="USER", help=message("Somebody's (e-mail, name or id)."))


@command(
    session,
    "list",
    message(
        "List your sessions, or somebody's.\n"
        "Those that open something, and the locked ones. Other people's need the right to change "
        "users. Sorts: user, authenticated_at, last_seen_at, expires_at, client."
    ),
    examples=("kpix session list", "kpix session list --all --filter 10.1. --csv"),
)
@_USER
@option("--all", "everyone", is_flag=True, help=message("Everybody's."))
@paged
@reads
@pass_session
def list_(session: Session, out: Output, wanted: Wanted, user: str | None, everyone: bool) -> None:
    """List sessions."""
    if user is not None and everyone:
        raise OptionsExclusive(first="--user", second="--all")
    page, timezone = session.run(_list, wanted.for_(out), user, everyone=everyone)
    out.listing(_listing(timezone), page)


@command(
    session,
    "revoke",
    message(
        "End sessions, yours or somebody's.\n"
        "They open nothing from the next moment on. The list shows their ids."
    ),
    examples=(
        "kpix session revoke 0b9c5a4e-6f0e-4d0b-9a53-3f0f3f1f1f1f",
        "kpix session revoke --others",
        "kpix session revoke --user sam@acme.test --yes",
    ),
)
@argument("ids", nargs=-1, metavar="[SESSION]...", help=message("The sessions to end."))
@option("--others", is_flag=True, help=message("All of yours but this one."))
@_USER
@option("--yes", is_flag=True, help=message("Do not ask."))
@writes
@pass_session
def revoke(
    session: Session,
    out: Output,
    *,
    ids: tuple[str, ...],
    others: bool,
    user: str | None,
    yes: bool,
) -> None:
    """Revoke sessions."""
    given = [
        name for name, set_ in (("SESSION", ids), ("--others", others), ("--user", user)) if set_
    ]
    if not given:
        path = click.get_current_context().command_path
        raise ParameterMissing(names="SESSION", path=path, fields=("session",))
    if len(given) > 1:
        raise OptionsExclusive(first=given[0], second=given[1])
    session.confirm(_question(ids, user), yes=yes)
    count = session.run(_revoke, ids, user)
    out.done(
        {"revoked": count},
        ngettext("{count} session ended.", "{count} sessions ended.", count).format(count=count),
    )


def _question(ids: tuple[str, ...], user: str | None) -> str:
    if user is not None:
        return _("End every session of {name}?").format(name=user)
    if not ids:
        return _("End all your sessions but this one?")
    return ngettext("End this session?", "End these {count} sessions?", len(ids)).format(
        count=len(ids)
    )


def _revoke(uow: UnitOfWork, ids: tuple[str, ...], user: str | None) -> int:
    from kpix_tui.domains.accounts import sessions  # noqa: PLC0415 - brings SQLAlchemy
    from kpix_tui.domains.accounts.errors import SessionNotFound  # noqa: PLC0415

    if not ids:
        return sessions.revoke_sessions(uow, _user_id(uow, user))
    for text in ids:
        session_id = as_id(text)
        if session_id is None:
            raise SessionNotFound(session=text, fields=("session",))
        sessions.revoke_session(uow, session_id)
    return len(ids)


@click.command(
    cls=Command,
    help=message(
        "Lock this terminal and its session.\n"
        "The screen and what scrolled away are cleared, and the session opens nothing any more: "
        "whoever goes on signs in, with kpix login or in the interface."
    ),
    examples=("kpix lock",),
)
@pass_session
def lock(session: Session) -> None:
    """Lock the session."""
    from kpix_tui.domains.accounts.sessions import lock_session  # noqa: PLC0415 - SQLAlchemy

    if sys.stdout.isatty():  # first: whatever the server answers, nobody reads on
        write(WIPE)
    session.run(lock_session)
    click.echo(_("Locked. To go on, sign in: kpix login"))
