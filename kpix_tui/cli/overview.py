"""``kpix overview`` and ``kpix top-risks``: the executive view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import click

from kpix_tui.app.looks import LOOKS
from kpix_tui.cli import figures
from kpix_tui.cli.base import Command, option
from kpix_tui.cli.data import to_csv
from kpix_tui.cli.kpi_filter import PROCESS, TEAM, team_id
from kpix_tui.cli.kpi_views import KPI_FIELDS, kpi_record, value_text
from kpix_tui.cli.output import Form, Listing, Output, reads, write, write_csv
from kpix_tui.cli.paging import Wanted, gather, paged
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell, Heading, draw_pairs, draw_table
from kpix_tui.cli.types import Choice, read_day
from kpix_tui.domains.overview.views import (
    RISKS,
    FigureRow,
    Figures,
    Grouping,
    KpiFilter,
    KpiRow,
    Moves,
    Overview,
    OverviewFilter,
    PlanCounts,
    StatusCounts,
)
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.i18n.formats import format_date
from kpix_tui.kernel.errors import message
from kpix_tui.kernel.periods import Frequency

if TYPE_CHECKING:
    from kpix_tui.db.uow import UnitOfWork
    from kpix_tui.kernel.paging import Page

_UNTIL = option("--until", metavar="DAY", help=message("As things stood on this day (today)."))


def _day(text: str | None) -> date | None:
    return None if text is None else read_day(text, Frequency.DAILY, "until")


# -- records ---------------------------------------------------------------------------------------


def _counts_record(counts: StatusCounts) -> dict[str, object]:
    return {
        "kpis": counts.total,
        "green": counts.green,
        "orange": counts.orange,
        "red": counts.red,
        "critical": counts.critical,
        "no_data": counts.no_data,
    }


def _figures_record(found: Figures) -> dict[str, object]:
    moves = found.moves
    return {
        **_counts_record(found.statuses),
        **{f"{name}_before": count for name, count in _counts_record(found.before).items()},
        "better": moves.better,
        "worse": moves.worse,
        "same": moves.same,
        "unknown": moves.unknown,
        "missing": found.missing,
        "plans_pending": found.plans.pending,
        "plans_overdue": found.plans.overdue,
        "plans_this_week": found.plans.this_week,
        "plans_not_effective": found.plans.not_effective,
    }


def _line_record(row: FigureRow) -> dict[str, object]:
    return {
        "title": row.title,
        "process": row.process,
        "dashboard_id": row.dashboard_id,
        **_figures_record(row.figures),
    }


_LINE_FIELDS = tuple(_line_record(FigureRow(None, "", "", Figures())))


def _record(found: Overview, lines: Page[FigureRow]) -> dict[str, object]:
    return {
        "day": found.day,
        "totals": _figures_record(found.totals),
        "lines": [_line_record(row) for row in lines.rows],
        "worst": [kpi_record(row) for row in found.worst],
        "worsening": [kpi_record(row) for row in found.worsening],
        "missing": [kpi_record(row) for row in found.unfed],
    }


# -- tables ----------------------------------------------------------------------------------------


def _line_headings(canvas: Canvas, first: str) -> Sequence[Heading]:
    marks = (Heading(look.mark(ascii=canvas.ascii), right=True) for look in LOOKS)
    return (
        Heading(first, flexible=True),
        Heading(_("KPIs"), right=True),
        *marks,
        Heading(_("Better"), right=True, drop=2),
        Heading(_("Worse"), right=True),
        Heading(_("Missing"), right=True, drop=1),
        Heading(_("Actions"), right=True, drop=3),
        Heading(_("Overdue"), right=True, drop=3),
        Heading(_("This week"), right=True, drop=4),
        Heading(_("No effect"), right=True, drop=5),
    )


def _line_cells(title: str, found: Figures, *, bold: bool = False) -> Sequence[Cell]:
    counts = found.statuses
    numbers = (counts.critical, counts.red - counts.critical, counts.orange, counts.green)
    plans = found.plans
    acted = (plans.pending, plans.overdue, plans.this_week, plans.not_effective)
    moved = (found.moves.better, found.moves.worse, found.missing, *acted)
    return (
        Cell(title, bold=bold),
        Cell(str(counts.total), bold=bold),
        *(_number(each, bold) for each in (*numbers, counts.no_data, *moved)),
    )


def _number(number: int, bold: bool) -> Cell:
    return Cell(str(number), bold=bold and number > 0, dim=not number)


def _kpi_headings() -> Sequence[Heading]:
    return (
        Heading(_("Status")),
        Heading(_("Code"), flexible=True, least=10),
        Heading(_("Name"), flexible=True, least=20),
        Heading(_("Value"), right=True),
        Heading(_("Beyond"), right=True),
        Heading(_("Before"), drop=1),
        Heading(_("Change"), drop=2),
        Heading(_("Owner"), flexible=True, drop=3, least=10),
        Heading(_("Dashboard"), flexible=True, drop=4, least=12),
    )


def _kpi_cells(row: KpiRow, canvas: Canvas) -> Sequence[Cell]:
    return (
        figures.status_cell(row.status, row.critical, canvas),
        Cell(row.code),
        Cell(row.name),
        Cell(value_text(row)),
        Cell(figures.distance_text(row.distance, canvas)),
        figures.status_cell(row.before.status, row.before.critical, canvas),
        Cell(figures.delta_text(row, canvas)),
        Cell(row.owner_name),
        Cell(row.dashboard_title),
    )


def _unfed_headings() -> Sequence[Heading]:
    return (
        Heading(_("Code"), flexible=True, least=10),
        Heading(_("Name"), flexible=True, least=20),
        Heading(_("Missing since")),
        Heading(_("Periods"), right=True),
        Heading(_("Values by"), flexible=True, least=12),
        Heading(_("Dashboard"), flexible=True, drop=1, least=12),
    )


def _unfed_cells(row: KpiRow, _canvas: Canvas) -> Sequence[Cell]:
    return (
        Cell(row.code),
        Cell(row.name),
        Cell(figures.period(row.missing_since, row.frequency)),
        Cell(str(row.missing)),
        Cell(", ".join(row.owed_by)),
        Cell(row.dashboard_title),
    )


_RISKS = Listing(
    kpi_record,
    KPI_FIELDS,
    _kpi_headings,
    _kpi_cells,
    message("No KPI is beyond its thresholds."),
)


# -- sentences -------------------------------------------------------------------------------------


def _head(found: Overview, canvas: Canvas) -> list[str]:
    totals = found.totals
    pairs = [
        (_("As of"), Cell(format_date(found.day))),
        (_("KPIs"), Cell(str(totals.statuses.total), bold=True)),
        (_("Statuses"), Cell(figures.counts_text(totals.statuses, canvas))),
        (_("Before"), Cell(figures.counts_text(totals.before, canvas))),
        (_("Moved"), Cell(moves_text(totals.moves))),
        (_("Missing"), Cell(str(totals.missing))),
        (_("Actions"), Cell(plans_text(totals.plans))),
    ]
    return draw_pairs(pairs, canvas)


def moves_text(moves: Moves) -> str:
    """How many KPIs went which way since the previous expected period of their own."""
    return ", ".join(
        (
            ngettext("{count} better", "{count} better", moves.better).format(count=moves.better),
            ngettext("{count} worse", "{count} worse", moves.worse).format(count=moves.worse),
            ngettext("{count} the same", "{count} the same", moves.same).format(count=moves.same),
            ngettext(
                "{count} without a value then or now",
                "{count} without a value then or now",
                moves.unknown,
            ).format(count=moves.unknown),
        )
    )


def plans_text(plans: PlanCounts) -> str:
    """How many actions are left to do, how many are due, how many did nothing."""
    return ", ".join(
        (
            ngettext("{count} to do", "{count} to do", plans.pending).format(count=plans.pending),
            ngettext("{count} overdue", "{count} overdue", plans.overdue).format(
                count=plans.overdue
            ),
            ngettext("{count} due this week", "{count} due this week", plans.this_week).format(
                count=plans.this_week
            ),
            ngettext(
                "{count} done without effect", "{count} done without effect", plans.not_effective
            ).format(count=plans.not_effective),
        )
    )


def _draw(found: Overview, lines: Page[FigureRow], grouping: Grouping, canvas: Canvas) -> str:
    first = _("Process") if grouping is Grouping.PROCESS else _("Dashboard")
    table = [_line_cells(row.title or _("(no process)"), row.figures) for row in lines.rows]
    table.append(_line_cells(_("Total"), found.totals, bold=True))
    parts = [_head(found, canvas), draw_table(_line_headings(canvas, first), table, canvas)]
    for title, headings, cells, rows in (
        (_("Worst"), _kpi_headings, _kpi_cells, found.worst),
        (_("Getting worse"), _kpi_headings, _kpi_cells, found.worsening),
        (_("Not entered"), _unfed_headings, _unfed_cells, found.unfed),
    ):
        if rows:
            drawn = draw_table(headings(), [cells(row, canvas) for row in rows], canvas)
            parts.append([canvas.paint(title, Cell("", bold=True)), *drawn])
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


# -- commands --------------------------------------------------------------------------------------


def _overview(
    uow: UnitOfWork, asked: OverviewFilter, team: str | None, grouping: Grouping, wanted: Wanted
) -> tuple[Overview, Page[FigureRow]]:
    from kpix_tui.domains.overview.service import overview as use_case  # noqa: PLC0415 - SQLAlchemy
    from kpix_tui.domains.overview.service import overview_lines  # noqa: PLC0415

    asked = replace(asked, team_id=team_id(uow, team))
    lines = gather(uow, partial(overview_lines, wanted=asked, grouping=grouping), wanted)
    return use_case(uow, asked, grouping), lines


@click.command(
    cls=Command,
    help=message(
        "The executive view: where everything stands, and who is due.\n"
        "Counts by status, what moved since the period before, the worst KPIs, those whose "
        "status got worse, and those whose values nobody entered. The CSV has the lines alone.\n"
        "Each KPI is compared with the previous expected period of its own.\n"
        "Sorts of the lines: worst, title, process, kpis, critical, red, orange, green, no_data, "
        "better, worse, missing, pending, overdue, this_week, not_effective."
    ),
    examples=(
        "kpix overview",
        "kpix overview --by dashboard --process Transport",
        "kpix overview --team Operations --until 2026-06-30 --json",
    ),
)
@option(
    "--by",
    "grouping",
    type=Choice(Grouping),
    default=Grouping.PROCESS.value,
    help=message("What the lines are (PROCESS)."),
)
@PROCESS
@TEAM
@_UNTIL
@paged
@reads
@pass_session
def overview(
    session: Session,
    out: Output,
    *,
    wanted: Wanted,
    grouping: Grouping,
    process: str | None,
    team: str | None,
    until: str | None,
) -> None:
    """Show the executive view."""
    asked = OverviewFilter(process=process, until=_day(until))
    found, lines = session.run(_overview, asked, team, grouping, wanted.for_(out))
    match out.form:
        case Form.JSON:
            out.json(_record(found, lines))
        case Form.CSV:
            write_csv(to_csv(_LINE_FIELDS, map(_line_record, lines.rows)))
        case _ if not found.totals.statuses.total:
            session.tell(_("No KPIs here. Create one: kpix kpi create --help"))
        case _:
            write(_draw(found, lines, grouping, out.canvas))


def _risks(
    uow: UnitOfWork, asked: OverviewFilter, team: str | None, wanted: Wanted
) -> Page[KpiRow]:
    from kpix_tui.domains.overview.service import list_kpis  # noqa: PLC0415 - brings SQLAlchemy

    kept = KpiFilter(RISKS, process=asked.process, team_id=team_id(uow, team))
    return gather(uow, partial(list_kpis, wanted=kept, until=asked.until), wanted)


@click.command(
    "top-risks",
    cls=Command,
    help=message(
        "The KPIs that are farthest beyond their thresholds.\n"
        "By status, critical first, then by the distance beyond green in widths of the band "
        "between the green and the orange threshold: KPIs of any unit compare."
    ),
    examples=("kpix top-risks", "kpix top-risks --limit 5 --json", "kpix top-risks --team Quality"),
)
@PROCESS
@TEAM
@_UNTIL
@paged
@reads
@pass_session
def top_risks(
    session: Session,
    out: Output,
    *,
    wanted: Wanted,
    process: str | None,
    team: str | None,
    until: str | None,
) -> None:
    """Show the worst KPIs."""
    asked = OverviewFilter(process=process, until=_day(until))
    out.listing(_RISKS, session.run(_risks, asked, team, wanted.for_(out)))
