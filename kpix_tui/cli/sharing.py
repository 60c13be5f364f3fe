"""``kpix dashboard shares | share | unshare | access | visibility | transfer``.

The group with these commands and with those of ``dashboard.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from kpix_tui.access.permissions import Level, Visibility
from kpix_tui.cli.base import argument, command, option
from kpix_tui.cli.dashboard import dashboard as dashboard
from kpix_tui.cli.output import Listing, Output, reads, writes
from kpix_tui.cli.paging import Wanted, gather, paged
from kpix_tui.cli.recipients import Recipient, recipients
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.cli.types import Choice, read_day
from kpix_tui.domains.dashboards.views import (
    AccessReason,
    AccessRow,
    Dashboard,
    Share,
    ShareDashboard,
    Transferred,
)
from kpix_tui.i18n import sharing as words
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.i18n.formats import format_date
from kpix_tui.kernel.errors import message
from kpix_tui.kernel.periods import Frequency

if TYPE_CHECKING:
    from datetime import date

    from kpix_tui.db.uow import UnitOfWork
    from kpix_tui.kernel.paging import Page

_NAMED = message("Title or id of the dashboard.")


def _found(uow: UnitOfWork, name: str) -> Dashboard:
    from kpix_tui.domains.dashboards.service import find_dashboard  # noqa: PLC0415 - SQLAlchemy

    return find_dashboard(uow, name)


# -- shares ----------------------------------------------------------------------------------------

_SHARE_FIELDS = (
    "id",
    "name",
    "kind",
    "user_id",
    "team_id",
    "members",
    "level",
    "until",
    "ended",
    "shared_by",
    "shared_at",
)


def _share_record(share: Share) -> dict[str, object]:
    return {
        "id": share.id,
        "name": share.name,
        "kind": "USER" if share.team_id is None else "TEAM",
        "user_id": share.user_id,
        "team_id": share.team_id,
        "members": None if share.team_id is None else share.members,
        "level": share.level,
        "until": share.until,
        "ended": share.ended,
        "shared_by": share.shared_by,
        "shared_at": share.shared_at,
    }


def _share_headings() -> Sequence[Heading]:
    return (
        Heading(_("Shared with"), flexible=True),
        Heading(_("May be")),
        Heading(_("Until")),
        Heading(_("Shared by"), flexible=True, drop=1, least=10),
        Heading(_("Since"), drop=2),
    )


def _share_cells(share: Share, _canvas: Canvas) -> Sequence[Cell]:
    return (
        Cell(_called(share)),
        Cell(words.level_word(share.level)),
        Cell(_last_day(share), color="yellow" if share.ended else None),
        Cell(share.shared_by),
        Cell(format_date(share.shared_at.date())),
    )


def _called(share: Share) -> str:
    if share.team_id is None:
        return share.name
    text = ngettext("team of {count} person", "team of {count} people", share.members)
    return f"{share.name} ({text.format(count=share.members)})"


def _until(share: Share) -> str:
    if share.until is None:
        return _("for good")
    return words.until_words(share.until, ended=share.ended)


def _last_day(share: Share) -> str:
    """Under the title of its column, where the sentence would say it twice."""
    if share.until is None or share.ended:
        return _until(share)
    return format_date(share.until)


_SHARES = Listing(
    _share_record,
    _SHARE_FIELDS,
    _share_headings,
    _share_cells,
    message("It is shared with nobody by name. Share it: kpix dashboard share --help"),
)


def _list_shares(uow: UnitOfWork, name: str, wanted: Wanted) -> Page[Share]:
    from kpix_tui.domains.dashboards.service import list_shares  # noqa: PLC0415 - SQLAlchemy

    board = _found(uow, name).id
    return gather(uow, lambda unit, page: list_shares(unit, board, page), wanted)


@command(
    dashboard,
    "shares",
    message(
        "List who a dashboard is shared with by name.\n"
        "Those that ended open nothing any more. Sorts: name, level, until, shared_at."
    ),
    examples=("kpix dashboard shares Transport",),
)
@argument("name", metavar="DASHBOARD", help=_NAMED)
@paged
@reads
@pass_session
def shares(session: Session, out: Output, wanted: Wanted, name: str) -> None:
    """List shares."""
    out.listing(_SHARES, session.run(_list_shares, name, wanted.for_(out)))


def _share(
    uow: UnitOfWork, name: str, recipient: Recipient, level: Level, until: date | None
) -> tuple[Dashboard, Share]:
    from kpix_tui.domains.dashboards.service import share_dashboard  # noqa: PLC0415 - SQLAlchemy

    found = _found(uow, name)
    made = share_dashboard(uow, ShareDashboard(found.id, level, until=until, **recipient.ids(uow)))
    return found, made


@command(
    dashboard,
    "share",
    message(
        "Share a dashboard with a person or a team, or change how it is shared with them.\n"
        "A viewer sees it; a contributor enters values as well; a manager changes it and shares "
        "it as well. Nobody is let do what none of their roles allows."
    ),
    examples=(
        "kpix dashboard share Transport --team Operations --level CONTRIBUTOR",
        "kpix dashboard share Transport --user 'Sam Okafor' --level MANAGER --until 2026-12-31",
    ),
)
@argument("name", metavar="DASHBOARD", help=_NAMED)
@recipients
@option(
    "--level", type=Choice(Level), default=Level.VIEWER, help=message("How far they are let in.")
)
@option("--until", metavar="DAY", help=message("The last day (for good)."))
@writes
@pass_session
def share(
    session: Session,
    out: Output,
    /,
    *,
    name: str,
    recipient: Recipient,
    level: Level,
    until: str | None,
) -> None:
    """Share a dashboard."""
    day = None if until is None else read_day(until, Frequency.DAILY, "until")
    found, made = session.run(_share, name, recipient, level, day)
    out.done(
        _share_record(made),
        _("{title} is shared with {name}: {level}, {until}.").format(
            title=found.title,
            name=made.name,
            level=words.level_word(made.level),
            until=_until(made),
        ),
    )


def _unshare(uow: UnitOfWork, dashboard_id: UUID, recipient: Recipient) -> Share:
    from kpix_tui.domains.dashboards.service import unshare_dashboard  # noqa: PLC0415 - SQLAlchemy

    return unshare_dashboard(uow, dashboard_id, **recipient.ids(uow))


@command(
    dashboard,
    "unshare",
    message(
        "Share a dashboard with a person or a team no more.\n"
        "Whoever sees it for another reason goes on seeing it: kpix dashboard access"
    ),
    examples=("kpix dashboard unshare Transport --team Operations --yes",),
)
@argument("name", metavar="DASHBOARD", help=_NAMED)
@recipients
@option("--yes", is_flag=True, help=message("Do not ask."))
@writes
@pass_session
def unshare(session: Session, out: Output, name: str, recipient: Recipient, yes: bool) -> None:
    """End a share."""
    found = session.run(_found, name)
    question = _("Share “{title}” with {name} no more?").format(
        title=found.title, name=recipient.user or recipient.team or "?"
    )
    session.confirm(question, yes=yes)
    ended = session.run(_unshare, found.id, recipient)
    out.done(
        _share_record(ended) | {"removed": True},
        _("{title} is not shared with {name} any more.").format(title=found.title, name=ended.name),
    )


# -- who can see it --------------------------------------------------------------------------------


def _access_record(row: AccessRow) -> dict[str, object]:
    return {
        "user": row.name,
        "user_id": row.user_id,
        "may": row.may,
        "why": tuple(_why(reason) for reason in row.reasons),
        "reasons": [
            {
                "reason": reason.reason,
                "level": reason.level,
                "via": reason.via or None,
                "until": reason.until,
            }
            for reason in row.reasons
        ],
    }


def _why(reason: AccessReason) -> str:
    return words.why(reason.reason, via=reason.via, level=reason.level, until=reason.until)


def _access_headings() -> Sequence[Heading]:
    return (
        Heading(_("Name"), flexible=True, least=12),
        Heading(_("May")),
        Heading(_("Why"), flexible=True, least=24),
    )


def _access_cells(row: AccessRow, _canvas: Canvas) -> Sequence[Cell]:
    return (
        Cell(row.name),
        Cell(words.may_word(row.may)),
        Cell("; ".join(_why(reason) for reason in row.reasons)),
    )


_ACCESS = Listing(
    _access_record,
    ("user", "user_id", "may", "why"),
    _access_headings,
    _access_cells,
    message("Nobody sees it."),
)


def _list_access(uow: UnitOfWork, name: str, wanted: Wanted) -> Page[AccessRow]:
    from kpix_tui.domains.dashboards.service import dashboard_access  # noqa: PLC0415 - SQLAlchemy

    board = _found(uow, name).id
    return gather(uow, lambda unit, page: dashboard_access(unit, board, page), wanted)


@command(
    dashboard,
    "access",
    message(
        "Say who can see a dashboard, what they may do there, and every reason why.\n"
        "Sorts: name, may, reason."
    ),
    examples=("kpix dashboard access Transport", "kpix dashboard access Transport --json"),
)
@argument("name", metavar="DASHBOARD", help=_NAMED)
@paged
@reads
@pass_session
def access(session: Session, out: Output, wanted: Wanted, name: str) -> None:
    """List who sees it."""
    out.listing(_ACCESS, session.run(_list_access, name, wanted.for_(out)))


# -- visibility and owner --------------------------------------------------------------------------


def _set_visibility(uow: UnitOfWork, name: str, wanted: Visibility) -> Dashboard:
    from kpix_tui.domains.dashboards.service import set_visibility  # noqa: PLC0415 - SQLAlchemy

    return set_visibility(uow, _found(uow, name).id, wanted)


@command(
    dashboard,
    "visibility",
    message(
        "Say who sees a dashboard without being named.\n"
        "ORGANIZATION: everybody whose role reads the dashboards of the organisation. TEAMS: "
        "those who are in a team with its owner. PRIVATE: its owner, and those it is shared with."
    ),
    examples=("kpix dashboard visibility Transport PRIVATE",),
)
@argument("name", metavar="DASHBOARD", help=_NAMED)
@argument(
    "wanted",
    metavar="VISIBILITY",
    type=Choice(Visibility),
    help=message("ORGANIZATION, TEAMS or PRIVATE."),
)
@writes
@pass_session
def visibility(session: Session, out: Output, name: str, wanted: Visibility) -> None:
    """Change the visibility."""
    found = session.run(_set_visibility, name, wanted)
    out.done(
        {"id": found.id, "title": found.title, "visibility": found.visibility},
        _("Visibility of {title}: {visibility}. {who}").format(
            title=found.title,
            visibility=words.visibility_word(found.visibility),
            who=_(words.VISIBILITIES[found.visibility][1]),
        ),
    )


def _new_owner(uow: UnitOfWork, name: str, user: str) -> tuple[Dashboard, UUID, str]:
    from kpix_tui.domains.people.service import find_user  # noqa: PLC0415 - brings SQLAlchemy

    owner = find_user(uow, user)
    return _found(uow, name), owner.id, owner.name


def _transfer(uow: UnitOfWork, dashboard_id: UUID, user_id: UUID) -> Transferred:
    from kpix_tui.domains.dashboards.service import transfer_dashboard  # noqa: PLC0415 - SQLAlchemy

    return transfer_dashboard(uow, dashboard_id, user_id)


@command(
    dashboard,
    "transfer",
    message(
        "Make somebody else the owner of a dashboard.\n"
        "The KPIs on it that the old owner owns go along. Only the new owner, or who manages "
        "their dashboards, can give it back."
    ),
    examples=("kpix dashboard transfer Transport --to 'Sam Okafor' --yes",),
)
@argument("name", metavar="DASHBOARD", help=_NAMED)
@option(
    "--to",
    "user",
    required=True,
    metavar="USER",
    help=message("The new owner, by name, e-mail or id."),
)
@option("--yes", is_flag=True, help=message("Do not ask."))
@writes
@pass_session
def transfer(session: Session, out: Output, name: str, user: str, yes: bool) -> None:
    """Hand a dashboard over."""
    found, user_id, owner = session.run(_new_owner, name, user)
    question = _("Make {name} the owner of “{title}”?").format(name=owner, title=found.title)
    session.confirm(question, yes=yes)
    done = session.run(_transfer, found.id, user_id)
    text = ngettext(
        "{name} owns {title} now, and {count} KPI on it.",
        "{name} owns {title} now, and {count} KPIs on it.",
        done.kpis,
    )
    out.done(
        {
            "id": done.dashboard_id,
            "title": done.title,
            "owner": done.owner_name,
            "owner_id": done.owner_id,
            "kpis": done.kpis,
        },
        text.format(name=done.owner_name, title=done.title, count=done.kpis),
    )
