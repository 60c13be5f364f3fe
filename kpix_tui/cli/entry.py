"""``kpix kpi assign | unassign | assignments``: who owes the values.

The group with these commands and with those of ``kpi.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from kpix_tui.cli.base import argument, command, option
from kpix_tui.cli.kpi import kpi as kpi
from kpix_tui.cli.output import Listing, Output, reads, writes
from kpix_tui.cli.paging import Wanted, gather_dated, paged
from kpix_tui.cli.recipients import Recipient, recipients
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.domains.kpis.views import Assignment, Kpi
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.i18n.formats import format_day
from kpix_tui.kernel.errors import message

if TYPE_CHECKING:
    from kpix_tui.db.uow import UnitOfWork
    from kpix_tui.kernel.paging import Page

_NAMED = message("Code or id of the KPI.")


def _record(row: Assignment) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "kind": "USER" if row.team_id is None else "TEAM",
        "user_id": row.user_id,
        "team_id": row.team_id,
        "members": None if row.team_id is None else row.members,
        "assigned_by": row.assigned_by,
        "assigned_at": row.assigned_at,
    }


def _headings() -> Sequence[Heading]:
    return (
        Heading(_("Enters the values"), flexible=True),
        Heading(_("Assigned by"), flexible=True, drop=2, least=10),
        Heading(_("Since"), drop=1),
    )


def _cells(row: Assignment, _canvas: Canvas, *, timezone: str) -> Sequence[Cell]:
    name = row.name
    if row.team_id is not None:
        text = ngettext("team of {count} person", "team of {count} people", row.members)
        name = f"{name} ({text.format(count=row.members)})"
    return (Cell(name), Cell(row.assigned_by), Cell(format_day(row.assigned_at, timezone)))


_FIELDS = ("id", "name", "kind", "user_id", "team_id", "members", "assigned_by", "assigned_at")


def _assignments(timezone: str) -> Listing[Assignment]:
    return Listing(
        _record,
        _FIELDS,
        _headings,
        partial(_cells, timezone=timezone),
        message("Nobody is asked for the values: the owner enters them. Assign: kpix kpi assign"),
    )


def _list(uow: UnitOfWork, name: str, wanted: Wanted) -> tuple[Page[Assignment], str]:
    from kpix_tui.domains.kpis.service import find_kpi, list_assignments  # noqa: PLC0415 - SQLAlchemy

    found = find_kpi(uow, name).id
    return gather_dated(uow, lambda unit, page: list_assignments(unit, found, page), wanted)


@command(
    kpi,
    "assignments",
    message("List who owes the values of a KPI.\nSorts: name, assigned_at."),
    examples=("kpix kpi assignments BRENT",),
)
@argument("name", metavar="KPI", help=_NAMED)
@paged
@reads
@pass_session
def assignments(session: Session, out: Output, wanted: Wanted, name: str) -> None:
    """List who owes the values."""
    page, timezone = session.run(_list, name, wanted.for_(out))
    out.listing(_assignments(timezone), page)


def _assign(uow: UnitOfWork, name: str, recipient: Recipient) -> tuple[Kpi, Assignment]:
    from kpix_tui.domains.kpis.service import assign_entry, find_kpi  # noqa: PLC0415 - SQLAlchemy

    found = find_kpi(uow, name)
    return found, assign_entry(uow, found.id, **recipient.ids(uow))


@command(
    kpi,
    "assign",
    message(
        "Make a person or a team owe the values of a KPI.\n"
        "Whoever owes them may enter them, where a role lets them enter values at all."
    ),
    examples=("kpix kpi assign BRENT --team Purchasing",),
)
@argument("name", metavar="KPI", help=_NAMED)
@recipients
@writes
@pass_session
def assign(session: Session, out: Output, name: str, recipient: Recipient) -> None:
    """Assign the values."""
    found, made = session.run(_assign, name, recipient)
    out.done(
        _record(made),
        _("{name} owes the values of {code}.").format(name=made.name, code=found.code),
    )


def _unassign(uow: UnitOfWork, name: str, recipient: Recipient) -> tuple[Kpi, Assignment]:
    from kpix_tui.domains.kpis.service import find_kpi, unassign_entry  # noqa: PLC0415 - SQLAlchemy

    found = find_kpi(uow, name)
    return found, unassign_entry(uow, found.id, **recipient.ids(uow))


@command(
    kpi,
    "unassign",
    message("A person or a team owes the values no more.\nWhat they have entered stays."),
    examples=("kpix kpi unassign BRENT --team Purchasing --yes",),
)
@argument("name", metavar="KPI", help=_NAMED)
@recipients
@option("--yes", is_flag=True, help=message("Do not ask."))
@writes
@pass_session
def unassign(session: Session, out: Output, name: str, recipient: Recipient, yes: bool) -> None:
    """Take the values off somebody."""
    question = _("Ask {name} for the values of {kpi} no more?").format(
        name=recipient.named, kpi=name
    )
    session.confirm(question, yes=yes)
    found, ended = session.run(_unassign, name, recipient)
    out.done(
        _record(ended) | {"removed": True},
        _("{name} owes the values of {code} no more.").format(name=ended.name, code=found.code),
    )
