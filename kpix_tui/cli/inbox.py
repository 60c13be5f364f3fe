"""``kpix inbox list | count | read | preferences``: what happened that concerns whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from kpix_tui.cli import figures
from kpix_tui.cli.base import Group, argument, command, option
from kpix_tui.cli.errors import NothingToChange
from kpix_tui.cli.output import Listing, Output, reads, writes
from kpix_tui.cli.paging import Wanted, gather_dated, paged
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.cli.types import Choice
from kpix_tui.domains.notifications.errors import NotificationNotFound
from kpix_tui.domains.notifications.views import (
    InboxFilter,
    Kind,
    Notification,
    Preference,
    Priority,
    Unread,
)
from kpix_tui.i18n import notifications as words
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.i18n.formats import format_datetime
from kpix_tui.kernel.errors import message
from kpix_tui.kernel.ids import as_id
from kpix_tui.kernel.paging import Page

if TYPE_CHECKING:
    from kpix_tui.db.uow import UnitOfWork

inbox = Group("inbox", help=message("Your notifications: list, mark as read, choose which."))

_FIELDS = (
    "id",
    "kind",
    "priority",
    "created_at",
    "read_at",
    "actor",
    "dashboard",
    "dashboard_id",
    "kpi",
    "kpi_id",
    "period_start",
    "comment_id",
    "thread_id",
    "action",
    "action_id",
    "text",
)
_COLORS = {Priority.URGENT: "red", Priority.HIGH: "yellow"}


def _record(row: Notification) -> dict[str, object]:
    return {
        "id": row.id,
        "kind": row.kind,
        "priority": row.priority,
        "created_at": row.created_at,
        "read_at": row.read_at,
        "actor": row.actor_name,
        "dashboard": row.dashboard_title,
        "dashboard_id": row.dashboard_id,
        "kpi": row.kpi_code,
        "kpi_id": row.kpi_id,
        "period_start": row.period_start,
        "comment_id": row.comment_id,
        "thread_id": row.thread_id,
        "action": row.action_title,
        "action_id": row.action_id,
        "text": _sentence(row),
    }


def _sentence(row: Notification) -> str:
    return words.sentence(
        row.kind,
        row.facts,
        {
            "actor": row.actor_name,
            "kpi": row.kpi_code,
            "action": row.action_title,
            "dashboard": row.dashboard_title,
            "excerpt": row.excerpt,
        },
    )


def _headings() -> Sequence[Heading]:
    return (
        Heading(_("New")),
        Heading(_("Priority"), drop=3),
        Heading(_("Date"), drop=1),
        Heading(_("What happened"), flexible=True, least=30),
        Heading(_("On"), drop=4),
        Heading(_("Id"), drop=2),
    )


def _cells(row: Notification, canvas: Canvas, *, timezone: str) -> Sequence[Cell]:
    mark = "*" if canvas.ascii else "●"
    period = figures.period(row.period_start, row.frequency) if row.frequency else ""
    return (
        Cell("" if row.read_at else mark),
        Cell(words.priority_word(row.priority), color=_COLORS.get(row.priority)),
        Cell(format_datetime(row.created_at, timezone)),
        Cell(_sentence(row), bold=row.read_at is None),
        Cell(period),
        Cell(str(row.id)),
    )


def _listing(timezone: str) -> Listing[Notification]:
    return Listing(
        _record,
        _FIELDS,
        _headings,
        partial(_cells, timezone=timezone),
        message("Nothing here. What you are told of: kpix inbox preferences"),
    )


def _list(uow: UnitOfWork, only: InboxFilter, wanted: Wanted) -> tuple[Page[Notification], str]:
    from kpix_tui.domains.notifications.service import inbox  # noqa: PLC0415 - brings SQLAlchemy

    return gather_dated(uow, lambda unit, page: inbox(unit, page, only), wanted)


@command(
    inbox,
    "list",
    message(
        "List what happened that concerns you, the newest first.\nSorts: at, priority, kind, kpi."
    ),
    examples=("kpix inbox list --unread", "kpix inbox list --kind MENTION --json"),
)
@option("--unread", is_flag=True, help=message("Only what you have not read."))
@option("--kind", type=Choice(Kind), multiple=True, help=message("Only of this kind, or these."))
@option(
    "--priority",
    type=Choice(Priority),
    multiple=True,
    help=message("Only of this priority, or these."),
)
@paged
@reads
@pass_session
def list_(
    session: Session,
    out: Output,
    *,
    wanted: Wanted,
    unread: bool,
    kind: tuple[Kind, ...],
    priority: tuple[Priority, ...],
) -> None:
    """List notifications."""
    only = InboxFilter(unread, frozenset(kind), frozenset(priority))
    page, timezone = session.run(_list, only, wanted.for_(out))
    out.listing(_listing(timezone), page)


def _count(uow: UnitOfWork) -> Unread:
    from kpix_tui.domains.notifications.service import raise_due, unread  # noqa: PLC0415

    raise_due(uow)
    return unread(uow)


@command(
    inbox,
    "count",
    message("Say how many notifications you have not read, by priority."),
    examples=("kpix inbox count --json",),
)
@reads
@pass_session
def count(session: Session, out: Output) -> None:
    """Count what is unread."""
    found = session.run(_count)
    by = {priority: found.counts.get(priority, 0) for priority in Priority}
    out.one(
        {"unread": found.total, **{name.lower(): number for name, number in by.items()}},
        lambda _canvas: [
            (_("Unread"), Cell(str(found.total))),
            *((words.priority_word(name), Cell(str(number))) for name, number in by.items()),
        ],
    )


def _mark(uow: UnitOfWork, ids: tuple[UUID, ...], read: bool) -> int:
    from kpix_tui.domains.notifications.service import mark_read  # noqa: PLC0415 - SQLAlchemy

    return mark_read(uow, ids, read=read)


def _mark_all(uow: UnitOfWork) -> int:
    from kpix_tui.domains.notifications.service import mark_all_read  # noqa: PLC0415 - SQLAlchemy

    return mark_all_read(uow)


def _ids(texts: tuple[str, ...]) -> tuple[UUID, ...]:
    found = tuple((text, as_id(text)) for text in texts)
    for text, known in found:
        if known is None:
            raise NotificationNotFound(name=text)
    return tuple(known for _text, known in found if known is not None)


@command(
    inbox,
    "read",
    message("Mark notifications as read, or with --unread as unread again."),
    examples=(
        "kpix inbox read --all",
        "kpix inbox read 5f3c1f0e-6f6a-4a57-9d6c-2f4d0b1a9a51 --unread",
    ),
)
@argument("ids", metavar="[ID]...", nargs=-1, help=message("Ids of notifications."))
@option("--all", "everything", is_flag=True, help=message("All that are unread."))
@option("--unread", is_flag=True, help=message("Mark them as unread again."))
@writes
@pass_session
def read(
    session: Session, out: Output, *, ids: tuple[str, ...], everything: bool, unread: bool
) -> None:
    """Mark notifications."""
    if not ids and not everything:
        raise NothingToChange(names="ID, --all")
    changed = session.run(_mark_all) if everything else session.run(_mark, _ids(ids), not unread)
    text = ngettext("{count} notification marked.", "{count} notifications marked.", changed)
    out.done({"changed": changed}, text.format(count=changed))


# -- preferences -----------------------------------------------------------------------------------


def _preference_record(row: Preference) -> dict[str, object]:
    return {"kind": row.kind, "wanted": row.wanted}


def _preference_headings() -> Sequence[Heading]:
    return (Heading(_("Kind")), Heading(_("Told")), Heading(_("When"), flexible=True))


def _preference_cells(row: Preference, _canvas: Canvas) -> Sequence[Cell]:
    return (
        Cell(row.kind),
        Cell(_("yes") if row.wanted else _("no"), dim=not row.wanted),
        Cell(words.kind_word(row.kind)),
    )


_PREFERENCES = Listing(
    _preference_record,
    ("kind", "wanted"),
    _preference_headings,
    _preference_cells,
    message("Nothing here."),
)


def _choose(uow: UnitOfWork, on: tuple[Kind, ...], off: tuple[Kind, ...]) -> tuple[Preference, ...]:
    from kpix_tui.domains.notifications.service import preferences, set_preference  # noqa: PLC0415

    for kind in on + off:
        set_preference(uow, kind, wanted=kind in on)
    return preferences(uow)


@command(
    inbox,
    "preferences",
    message(
        "Show what you are told of, or choose it with --on and --off.\n"
        "What you have been told already stays in the inbox."
    ),
    examples=("kpix inbox preferences", "kpix inbox preferences --off STATUS_BETTER --on REPLY"),
)
@option("--on", type=Choice(Kind), multiple=True, help=message("Hear of this kind."))
@option("--off", type=Choice(Kind), multiple=True, help=message("Hear no more of this kind."))
@reads
@pass_session
def preferences(
    session: Session, out: Output, *, on: tuple[Kind, ...], off: tuple[Kind, ...]
) -> None:
    """Show or change the preferences."""
    rows = session.run(_choose, on, off)
    out.listing(_PREFERENCES, Page(rows, len(rows)))
