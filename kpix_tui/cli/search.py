"""``kpix search``: everything that one may see, by its words, best first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from kpix_tui.cli.base import Command, argument, option
from kpix_tui.cli.figures import status_cell
from kpix_tui.cli.output import Form, Listing, Output, reads
from kpix_tui.cli.paging import Wanted, cut
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.cli.types import Choice, read_day
from kpix_tui.domains.kpis.views import Status
from kpix_tui.domains.plans.views import PlanStatus
from kpix_tui.domains.search.views import Found, Hit, Kind, StatusFilter
from kpix_tui.domains.search.views import Wanted as Query
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_day
from kpix_tui.kernel.errors import message
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.kernel.periods import Frequency

if TYPE_CHECKING:
    from datetime import date

    from kpix_tui.db.uow import UnitOfWork

_EVERYTHING = 10_000
"""More than a search ever ranks."""

_FIELDS = (
    "kind",
    "id",
    "title",
    "place",
    "snippet",
    "status",
    "critical",
    "owner",
    "dashboard_id",
    "kpi_id",
    "period_start",
    "action_id",
    "changed_at",
)


def _record(hit: Hit) -> dict[str, Any]:
    return {
        "kind": hit.kind,
        "id": hit.id,
        "title": hit.title.text,
        "title_marks": hit.title.marks,
        "place": hit.place.text,
        "snippet": hit.snippet.text,
        "snippet_marks": hit.snippet.marks,
        "status": hit.status,
        "critical": hit.critical if isinstance(hit.status, Status) else None,
        "owner": hit.owner_name or None,
        "dashboard_id": hit.dashboard_id,
        "kpi_id": hit.kpi_id,
        "period_start": hit.period_start,
        "action_id": hit.action_id,
        "changed_at": hit.changed_at,
    }


def _headings() -> Sequence[Heading]:
    return (
        Heading(_("Kind")),
        Heading(_("Status")),
        Heading(_("Title"), flexible=True),
        Heading(_("Found in"), flexible=True, drop=1),
        Heading(_("Dashboard or process"), flexible=True, drop=2, least=12),
        Heading(_("Owner"), flexible=True, drop=3, least=10),
        Heading(_("Changed"), drop=4),
    )


def _cells(hit: Hit, canvas: Canvas, *, timezone: str) -> Sequence[Cell]:
    from kpix_tui.app.search import kind_word  # noqa: PLC0415 - --help does without

    return (
        Cell(kind_word(hit.kind), dim=True),
        _status(hit, canvas),
        Cell(hit.title.text, bold=True),
        Cell(hit.snippet.text, dim=True),
        Cell(hit.place.text),
        Cell(hit.owner_name),
        Cell(format_day(hit.changed_at, timezone)),
    )


def _status(hit: Hit, canvas: Canvas) -> Cell:
    from kpix_tui.app.search import plan_text  # noqa: PLC0415 - --help does without

    match hit.status:
        case Status():
            return status_cell(hit.status, hit.critical, canvas)
        case PlanStatus():
            return Cell(plan_text(hit.status, ascii=canvas.ascii))
        case _:
            return Cell("")


def _search(
    uow: UnitOfWork, query: Query, owner: str | None, request: PageRequest
) -> tuple[Found, str]:
    from dataclasses import replace  # noqa: PLC0415

    from kpix_tui.domains.people.service import find_user  # noqa: PLC0415 - brings SQLAlchemy
    from kpix_tui.domains.search import service  # noqa: PLC0415

    if owner is not None:
        query = replace(query, owner_id=find_user(uow, owner).id)
    return service.search(uow, query, request), uow.principal.timezone


def _day(text: str | None, name: str) -> date | None:
    return None if text is None else read_day(text, Frequency.DAILY, name)


@click.command(
    "search",
    cls=Command,
    help=message(
        "Search everything that you may see: dashboards, KPIs, people, actions, comments.\n"
        "What has all the words, or words that begin so, best first. Case, accents and the endings "
        "of French and English words make no difference."
    ),
    examples=(
        "kpix search late trains",
        "kpix search ponctualite --kind KPI --status RED --status CRITICAL",
        "kpix search energy --process Operations --owner martin@acme.example --json",
        "kpix search quality --since 2026-11-01 --limit 20 --csv",
    ),
)
@argument("words", metavar="QUERY", nargs=-1, required=True, help=message("What to search for."))
@option("--kind", "kinds", type=Choice(Kind), multiple=True, help=message("Only this kind."))
@option(
    "--status",
    "statuses",
    type=Choice(StatusFilter),
    multiple=True,
    help=message("Only what has this status; the critical ones are red as well."),
)
@option("--process", default="", metavar="NAME", help=message("Only of this process."))
@option("--owner", metavar="USER", help=message("Only what this person owns: name, e-mail or id."))
@option("--since", metavar="DAY", help=message("Only what was changed on this day or later."))
@option("--until", metavar="DAY", help=message("Only what was changed on this day or earlier."))
@cut
@reads
@pass_session
def search(
    session: Session,
    out: Output,
    *,
    words: tuple[str, ...],
    kinds: tuple[Kind, ...],
    statuses: tuple[StatusFilter, ...],
    process: str,
    owner: str | None,
    since: str | None,
    until: str | None,
    wanted: Wanted,
) -> None:
    """Search everything."""
    query = Query(
        " ".join(words),
        frozenset(kinds),
        frozenset(statuses),
        process.strip(),
        since=_day(since, "since"),
        until=_day(until, "until"),
    )
    request = PageRequest(wanted.offset, wanted.for_(out).limit or _EVERYTHING)
    found, timezone = session.run(_search, query, owner, request)
    out.listing(_listing(timezone), Page(found.page.rows, len(found.page.rows), wanted.offset))
    if out.form is not Form.JSON and (found.more or len(found.page.rows) < found.page.total):
        session.tell(_told(found))


def _listing(timezone: str) -> Listing[Hit]:
    return Listing(
        _record,
        _FIELDS,
        _headings,
        partial(_cells, timezone=timezone),
        message("Nothing that you may see has these words. Try fewer, or only their beginnings."),
    )


def _told(found: Found) -> str:
    """How much there is besides what is listed."""
    from kpix_tui.app.search import count_words  # noqa: PLC0415 - --help does without

    if found.more:
        return _("{count}; the best of the first ones are listed. More words find less.").format(
            count=count_words(found)
        )
    return _("{shown} of {total}. More: --limit, --offset.").format(
        shown=len(found.page.rows), total=found.page.total
    )
