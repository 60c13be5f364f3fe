"""``kpix dashboard shares | share | unshare``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from kpix_tui.access.permissions import Level
from kpix_tui.cli.base import argument, command, option
from kpix_tui.cli.dashboard import dashboard as dashboard
from kpix_tui.cli.output import Listing, Output, reads, writes
from kpix_tui.cli.paging import Wanted, gather_dated, paged
from kpix_tui.cli.recipients import Recipient, recipients
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.cli.types import Choice, read_day
from kpix_tui.domains.dashboards.views import (
    Dashboard,
    Share,
    ShareDashboard,
)
from kpix_tui.i18n import sharing as words
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.i18n.formats import format_date, format_day
from kpix_tui.kernel.errors import message
from kpix_tui.kernel.periods import Frequency

if TYPE_CHECKING:
    from datetime import date

    from kpix_tui.db.uow import UnitOfWork
    from kpix_tui.kernel.paging import Page

NAMED = message("Title or id of the dashboard.")


def find(uow: UnitOfWork, name: str) -> Dashboard:
    """The dashboard that a person named."""
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


def _share_cells(share: Share, _canvas: Canvas, *, timezone: str) -> Sequence[Cell]:
    return (
        Cell(_called(share)),
        Cell(words.level_word(share.level)),
        Cell(_last_day(share), color="yellow" if share.ended else None),
        Cell(share.shared_by),
        Cell(format_day(share.shared_at, timezone)),
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


def _shares(timezone: str) -> Listing[Share]:
    return Listing(
        _share_record,
        _SHARE_FIELDS,
        _share_headings,
        partial(_share_cells, timezone=timezone),
        message("It is shared with nobody by name. Share it: kpix dashboard share --help"),
    )


def _list_shares(uow: UnitOfWork, name: str, wanted: Wanted) -> tuple[Page[Share], str]:
    from kpix_tui.domains.dashboards.service import list_shares  # noqa: PLC0415 - SQLAlchemy

    board = find(uow, name).id
    return gather_dated(uow, lambda unit, page: list_shares(unit, board, page), wanted)


@command(
    dashboard,
    "shares",
    message(
        "List who a dashboard is shared with by name.\n"
        "Those that ended open nothing any more. Sorts: name, level, until, shared_at."
    ),
    examples=("kpix dashboard shares Transport",),
)
@argument("name", metavar="DASHBOARD", help=NAMED)
@paged
@reads
@pass_session
def shares(session: Session, out: Output, wanted: Wanted, name: str) -> None:
    """List shares."""
    page, timezone = session.run(_list_shares, name, wanted.for_(out))
    out.listing(_shares(timezone), page)


def _share(
    uow: UnitOfWork, name: str, recipient: Recipient, level: Level, until: date | None
) -> tuple[Dashboard, Share]:
    from kpix_tui.domains.dashboards.service import share_dashboard  # noqa: PLC0415 - SQLAlchemy

    found = find(uow, name)
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
@argument("name", metavar="DASHBOARD", help=NAMED)
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
@argument("name", metavar="DASHBOARD", help=NAMED)
@recipients
@option("--yes", is_flag=True, help=message("Do not ask."))
@writes
@pass_session
def unshare(session: Session, out: Output, name: str, recipient: Recipient, yes: bool) -> None:
    """End a share."""
    found = session.run(find, name)
    question = _("Share “{title}” with {name} no more?").format(
        title=found.title, name=recipient.named
    )
    session.confirm(question, yes=yes)
    ended = session.run(_unshare, found.id, recipient)
    out.done(
        _share_record(ended) | {"removed": True},
        _("{title} is not shared with {name} any more.").format(title=found.title, name=ended.name),
    )
