"""``kpix audit``: who did what to which object, and when."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from kpix_tui.cli.base import Command, option
from kpix_tui.cli.data import to_json
from kpix_tui.cli.output import Form, Listing, Output, reads
from kpix_tui.cli.paging import Wanted, gather, paged
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_datetime
from kpix_tui.kernel.errors import message
from kpix_tui.kernel.ids import as_id
from kpix_tui.kernel.paging import Page, PageRequest

if TYPE_CHECKING:
    from kpix_tui.app.audit import Asked
    from kpix_tui.db.uow import UnitOfWork
    from kpix_tui.domains.audit.views import AuditRow


def _record(row: AuditRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": row.at,
        "actor_id": row.actor_id,
        "actor": row.actor or None,
        "session_id": row.session_id,
        "action": row.action,
        "object_type": row.object_type,
        "object_id": row.object_id,
        "object": row.names.get(row.subject_id) if row.subject_id else None,
        "old": row.old,
        "new": row.new,
    }


def _flat(row: AuditRow) -> dict[str, Any]:
    """The same for a spreadsheet: the values as JSON on one line."""
    return {
        name: " ".join(line.strip() for line in to_json(value).split("\n"))
        if isinstance(value, dict)
        else value
        for name, value in _record(row).items()
    }


_FIELDS = (
    "id",
    "at",
    "actor_id",
    "actor",
    "session_id",
    "action",
    "object_type",
    "object_id",
    "object",
    "old",
    "new",
)


def _headings() -> Sequence[Heading]:
    return (
        Heading(_("Date")),
        Heading(_("Done by"), flexible=True, least=8),
        Heading(_("Action"), flexible=True),
        Heading(_("Object"), flexible=True),
        Heading(_("Changes"), flexible=True, drop=1),
    )


def _cells(timezone: str, row: AuditRow, canvas: Canvas) -> Sequence[Cell]:
    from kpix_tui.app import audit as words  # noqa: PLC0415 - --help does without

    return (
        Cell(format_datetime(row.at, timezone)),
        Cell(words.actor_words(row), dim=row.actor_id is None),
        Cell(words.action_words(row.action)),
        Cell(words.object_words(row)),
        Cell(words.summary(row, timezone, ascii=canvas.ascii), dim=True),
    )


def _listing(out: Output, timezone: str) -> Listing[AuditRow]:
    return Listing(
        _flat if out.form is Form.CSV else _record,
        _FIELDS,
        _headings,
        partial(_cells, timezone),
        message("Nothing was recorded that matches."),
    )


def _search(uow: UnitOfWork, wanted: Wanted, asked: Asked) -> tuple[Page[AuditRow], str]:
    from kpix_tui.domains.audit.service import list_audit  # noqa: PLC0415 - brings SQLAlchemy

    timezone = uow.principal.timezone
    only = asked.filter(timezone)

    def page(uow: UnitOfWork, request: PageRequest) -> Page[AuditRow]:
        return list_audit(uow, request, only)

    return gather(uow, page, wanted), timezone


def _one(uow: UnitOfWork, entry: str) -> tuple[AuditRow, str]:
    from kpix_tui.domains.audit.errors import AuditEntryNotFound  # noqa: PLC0415
    from kpix_tui.domains.audit.service import show_audit  # noqa: PLC0415 - brings SQLAlchemy

    entry_id = as_id(entry)
    if entry_id is None:
        raise AuditEntryNotFound(name=entry)
    return show_audit(uow, entry_id), uow.principal.timezone


def _pairs(row: AuditRow, timezone: str, canvas: Canvas) -> list[tuple[str, Cell]]:
    from kpix_tui.app import audit as words  # noqa: PLC0415 - --help does without

    arrow, nothing = ("->", "-") if canvas.ascii else ("→", "–")
    return [
        (_("Date"), Cell(format_datetime(row.at, timezone))),
        (_("Done by"), Cell(words.actor_words(row))),
        (_("Action"), Cell(words.action_words(row.action))),
        (_("Object"), Cell(words.object_words(row))),
        (_("Session"), Cell(str(row.session_id or ""))),
        *(
            (one.field, Cell(f"{one.old or nothing} {arrow} {one.new or nothing}"))
            for one in words.said(row, timezone)
        ),
    ]


@click.command(
    "audit",
    cls=Command,
    help=message(
        "Search the audit log: who did what to which object, and when.\n"
        "Sorts: at, who, what, object. The newest comes first."
    ),
    examples=(
        "kpix audit --since 2026-11-01 --who martin",
        "kpix audit --object ON-TIME --what kpi_value.corrected --json",
        "kpix audit --what deleted --until '2026-11-21 14:30' --csv",
        "kpix audit --entry 5f3c1f0e-6f6a-4a57-9d6c-2f4d0b1a9a51",
    ),
)
@option("--who", default="", metavar="NAME", help=message("Done by this user: name or id."))
@option(
    "--what",
    default="",
    metavar="ACTION",
    help=message("An action (kpi_value.corrected), a resource (kpi_value) or a verb (corrected)."),
)
@option(
    "--object",
    "about",
    default="",
    metavar="OBJECT",
    help=message("Done to this object: name, code or id."),
)
@option("--since", default="", metavar="DAY", help=message("From this day, or day and time, on."))
@option("--until", default="", metavar="DAY", help=message("Up to this day, or day and time."))
@option("--entry", metavar="ID", help=message("One entry, with all of its values."))
@paged
@reads
@pass_session
def audit(
    session: Session,
    out: Output,
    *,
    who: str,
    what: str,
    about: str,
    since: str,
    until: str,
    entry: str | None,
    wanted: Wanted,
) -> None:
    """Search the audit log."""
    from kpix_tui.app import audit as words  # noqa: PLC0415 - --help does without

    if entry is not None:
        row, timezone = session.run(_one, entry)
        out.one(_record(row), partial(_pairs, row, timezone))
        return
    asked = words.Asked(who, what, about, since, until)
    page, timezone = session.run(_search, wanted.for_(out), asked)
    out.listing(_listing(out, timezone), page)
