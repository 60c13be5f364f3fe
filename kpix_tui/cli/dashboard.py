"""``kpix dashboard list | show | create | update | archive``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from kpix_tui.cli.base import Group, argument, command, option
from kpix_tui.cli.errors import NothingToChange
from kpix_tui.cli.figures import counts_text
from kpix_tui.cli.output import Listing, Output, reads, writes
from kpix_tui.cli.paging import Wanted, gather_dated, paged
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.domains.dashboards.views import CreateDashboard, Dashboard, UpdateDashboard
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.i18n.formats import format_day
from kpix_tui.i18n.sharing import visibility_word
from kpix_tui.kernel.errors import message

if TYPE_CHECKING:
    from kpix_tui.db.uow import UnitOfWork
    from kpix_tui.domains.overview.views import DashboardRow

dashboard = Group("dashboard", help=message("Dashboards: list, show, create, change."))

_NAMED = message("Title or id of the dashboard.")

_FIELDS = (
    "id",
    "title",
    "process",
    "description",
    "owner",
    "owner_id",
    "visibility",
    "kpis",
    "green",
    "orange",
    "red",
    "critical",
    "no_data",
    "updated_at",
    "archived_at",
    "version",
)


def _record(row: DashboardRow) -> dict[str, object]:
    counts = row.statuses
    return {
        "id": row.id,
        "title": row.title,
        "process": row.process,
        "description": row.description,
        "owner": row.owner_name,
        "owner_id": row.owner_id,
        "visibility": row.visibility,
        "kpis": counts.total,
        "green": counts.green,
        "orange": counts.orange,
        "red": counts.red,
        "critical": counts.critical,
        "no_data": counts.no_data,
        "updated_at": row.updated_at,
        "archived_at": row.archived_at,
        "version": row.version,
    }


def _headings() -> Sequence[Heading]:
    return (
        Heading(_("Title"), flexible=True),
        Heading(_("Process"), flexible=True, drop=1, least=8),
        Heading(_("KPIs"), right=True),
        Heading(_("Statuses")),
        Heading(_("Owner"), flexible=True, drop=2, least=10),
        Heading(_("Changed"), drop=3),
    )


def _cells(row: DashboardRow, canvas: Canvas, *, timezone: str) -> Sequence[Cell]:
    return (
        Cell(row.title),
        Cell(row.process),
        Cell(str(row.statuses.total)),
        Cell(counts_text(row.statuses, canvas)),
        Cell(row.owner_name),
        Cell(format_day(row.updated_at, timezone)),
    )


def _listing(timezone: str) -> Listing[DashboardRow]:
    return Listing(
        _record,
        _FIELDS,
        _headings,
        partial(_cells, timezone=timezone),
        message("No dashboards here. Create one: kpix dashboard create --title TITLE"),
    )


@command(
    dashboard,
    "list",
    message(
        "List dashboards with the statuses of their KPIs.\n"
        "Sorts: title, process, owner, updated_at, kpis, red, orange, green."
    ),
    examples=("kpix dashboard list", "kpix dashboard list --sort -red --json"),
)
@option("--archived", is_flag=True, help=message("The archived ones instead."))
@paged
@reads
@pass_session
def list_(session: Session, out: Output, wanted: Wanted, archived: bool) -> None:
    """List dashboards."""
    from kpix_tui.domains.overview.service import list_dashboards  # noqa: PLC0415 - SQLAlchemy

    use_case = partial(list_dashboards, archived=archived)
    page, timezone = session.run(gather_dated, use_case, wanted.for_(out))
    out.listing(_listing(timezone), page)


def _show(uow: UnitOfWork, name: str) -> DashboardRow:
    from kpix_tui.domains.dashboards.service import find_dashboard  # noqa: PLC0415 - SQLAlchemy
    from kpix_tui.domains.overview.service import show_dashboard  # noqa: PLC0415

    return show_dashboard(uow, find_dashboard(uow, name).id)


def _show_dated(uow: UnitOfWork, name: str) -> tuple[DashboardRow, str]:
    return _show(uow, name), uow.principal.timezone


@command(
    dashboard,
    "show",
    message("Show a dashboard.\nIts KPIs: kpix kpi list --dashboard DASHBOARD"),
    examples=("kpix dashboard show Transport",),
)
@argument("name", metavar="DASHBOARD", help=_NAMED)
@reads
@pass_session
def show(session: Session, out: Output, name: str) -> None:
    """Show a dashboard."""
    row, timezone = session.run(_show_dated, name)
    out.one(_record(row), partial(_pairs, row, timezone))


def _pairs(row: DashboardRow, timezone: str, canvas: Canvas) -> list[tuple[str, Cell]]:
    pairs = [
        (_("Title"), Cell(row.title, bold=True)),
        (_("Process"), Cell(row.process)),
        (_("Description"), Cell(row.description)),
        (_("Owner"), Cell(row.owner_name)),
        (_("Visible to"), Cell(visibility_word(row.visibility))),
        (_("KPIs"), Cell(str(row.statuses.total))),
        (_("Statuses"), Cell(counts_text(row.statuses, canvas))),
        (_("Changed"), Cell(format_day(row.updated_at, timezone))),
        (_("Id"), Cell(str(row.id), dim=True)),
    ]
    if row.archived_at is not None:
        pairs.insert(-1, (_("Archived"), Cell(format_day(row.archived_at, timezone))))
    return pairs


def _changed(found: Dashboard) -> dict[str, object]:
    return {
        "id": found.id,
        "title": found.title,
        "process": found.process,
        "description": found.description,
        "owner": found.owner_name,
        "owner_id": found.owner_id,
        "visibility": found.visibility,
        "updated_at": found.updated_at,
        "archived_at": found.archived_at,
        "version": found.version,
    }


@command(
    dashboard,
    "create",
    message("Create a dashboard, which is then yours."),
    examples=("kpix dashboard create --title 'Ponctualité TER' --process Transport",),
)
@option("--title", required=True, metavar="TITLE", help=message("Title, unique among yours."))
@option("--process", default="", metavar="NAME", help=message("The process it is about."))
@option("--description", default="", metavar="TEXT", help=message("What it is for."))
@writes
@pass_session
def create(session: Session, out: Output, title: str, process: str, description: str) -> None:
    """Create a dashboard."""
    from kpix_tui.domains.dashboards.service import create_dashboard  # noqa: PLC0415 - SQLAlchemy

    made = session.run(create_dashboard, CreateDashboard(title, process, description))
    out.done(
        _changed(made),
        _("The dashboard {title} is created.").format(title=made.title),
        _("Next, add KPIs: kpix kpi create --help, or kpix import values --help"),
    )


def _update(uow: UnitOfWork, name: str, changes: dict[str, Any]) -> Dashboard:
    from kpix_tui.domains.dashboards import service  # noqa: PLC0415 - brings SQLAlchemy

    found = service.find_dashboard(uow, name)
    whole = UpdateDashboard(found.id, found.version, found.title, found.process, found.description)
    return service.update_dashboard(uow, replace(whole, **changes))


@command(
    dashboard,
    "update",
    message("Change a dashboard's title, process or description."),
    examples=("kpix dashboard update Transport --title 'Transport 2027'",),
)
@argument("name", metavar="DASHBOARD", help=_NAMED)
@option("--title", metavar="TITLE", help=message("The new title."))
@option("--process", metavar="NAME", help=message("The new process."))
@option("--description", metavar="TEXT", help=message("The new description."))
@writes
@pass_session
def update(session: Session, out: Output, /, name: str, **texts: str | None) -> None:
    """Change a dashboard."""
    changes = {field: text for field, text in texts.items() if text is not None}
    if not changes:
        raise NothingToChange(names="--title, --process, --description")
    changed = session.run(_update, name, changes)
    out.done(_changed(changed), _("The dashboard {title} is changed.").format(title=changed.title))


@command(
    dashboard,
    "archive",
    message(
        "Put a dashboard away, or back with --restore.\n"
        "Nothing on it is lost; it just leaves the lists."
    ),
    examples=("kpix dashboard archive Transport --yes", "kpix dashboard archive ID --restore"),
)
@argument("name", metavar="DASHBOARD", help=_NAMED)
@option("--restore", is_flag=True, help=message("Put an archived dashboard back (by its id)."))
@option("--yes", is_flag=True, help=message("Do not ask."))
@writes
@pass_session
def archive(session: Session, out: Output, name: str, restore: bool, yes: bool) -> None:
    """Archive a dashboard."""
    from kpix_tui.domains.dashboards.service import archive_dashboard  # noqa: PLC0415 - SQLAlchemy

    row = session.run(_show, name)
    if not restore:
        question = ngettext(
            "Archive the dashboard {title} with {count} KPI?",
            "Archive the dashboard {title} with {count} KPIs?",
            row.statuses.total,
        )
        session.confirm(question.format(title=row.title, count=row.statuses.total), yes=yes)
    changed = session.run(archive_dashboard, row.id, archived=not restore)
    text = _("The dashboard {title} is back.") if restore else _("{title} is archived.")
    out.done(_changed(changed), text.format(title=changed.title))
