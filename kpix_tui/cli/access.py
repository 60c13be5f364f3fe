"""``kpix dashboard access | visibility | transfer``: who can see it, and whose it is.

The group with these commands and with those of ``dashboard.py`` and ``sharing.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from kpix_tui.access.permissions import Visibility
from kpix_tui.cli.base import argument, command, option
from kpix_tui.cli.output import Listing, Output, reads, writes
from kpix_tui.cli.paging import Wanted, gather, paged
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.sharing import NAMED, dashboard, find
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.cli.types import Choice
from kpix_tui.domains.dashboards.views import AccessReason, AccessRow, Dashboard, Transferred
from kpix_tui.i18n import sharing as words
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.kernel.errors import message

if TYPE_CHECKING:
    from kpix_tui.db.uow import UnitOfWork
    from kpix_tui.kernel.paging import Page


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

    board = find(uow, name).id
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
@argument("name", metavar="DASHBOARD", help=NAMED)
@paged
@reads
@pass_session
def access(session: Session, out: Output, wanted: Wanted, name: str) -> None:
    """List who sees it."""
    out.listing(_ACCESS, session.run(_list_access, name, wanted.for_(out)))


# -- visibility and owner --------------------------------------------------------------------------


def _set_visibility(uow: UnitOfWork, name: str, wanted: Visibility) -> Dashboard:
    from kpix_tui.domains.dashboards.service import set_visibility  # noqa: PLC0415 - SQLAlchemy

    return set_visibility(uow, find(uow, name).id, wanted)


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
@argument("name", metavar="DASHBOARD", help=NAMED)
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
    return find(uow, name), owner.id, owner.name


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
@argument("name", metavar="DASHBOARD", help=NAMED)
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
