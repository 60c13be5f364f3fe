"""KPIs as records for programs and as lines for people."""

from __future__ import annotations

from collections.abc import Sequence

from kpix_tui.cli import figures
from kpix_tui.cli.output import Listing
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.domains.kpis.views import ALWAYS, Thresholds
from kpix_tui.domains.overview.views import KpiDetail, KpiRow
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_exactly
from kpix_tui.kernel.errors import message

KPI_FIELDS = (
    "id",
    "code",
    "name",
    "status",
    "critical",
    "value",
    "unit",
    "period_start",
    "period_end",
    "variance",
    "delta",
    "improved",
    "previous",
    "missing",
    "missing_since",
    "distance",
    "status_before",
    "critical_before",
    "direction",
    "frequency",
    "green",
    "orange",
    "red",
    "target",
    "dashboard",
    "dashboard_id",
    "owner",
    "owner_id",
    "assignees",
    "open_actions",
    "version",
)


def kpi_record(row: KpiRow) -> dict[str, object]:
    """A KPI with its last value; exact numbers."""
    return {
        "id": row.id,
        "code": row.code,
        "name": row.name,
        "status": row.status,
        "critical": row.critical,
        "value": row.value,
        "unit": row.unit,
        "period_start": row.period_start,
        "period_end": row.period_end,
        "variance": row.variance,
        "delta": row.delta,
        "improved": row.improved,
        "previous": row.previous,
        "missing": row.missing,
        "missing_since": row.missing_since,
        "distance": row.distance,
        "status_before": row.before.status,
        "critical_before": row.before.critical,
        "direction": row.direction,
        "frequency": row.frequency,
        "green": row.thresholds.green,
        "orange": row.thresholds.orange,
        "red": row.thresholds.red,
        "target": row.thresholds.target,
        "dashboard": row.dashboard_title,
        "dashboard_id": row.dashboard_id,
        "owner": row.owner_name,
        "owner_id": row.owner_id,
        "assignees": row.assignees,
        "open_actions": row.open_plans,
        "version": row.version,
    }


def value_text(row: KpiRow) -> str:
    """The last value with its unit; nothing when there is none."""
    return figures.with_unit(figures.number(row.value, row.decimals, row.thresholds), row.unit)


def _headings() -> Sequence[Heading]:
    return (
        Heading(_("Status")),
        Heading(_("Code"), flexible=True, least=10),
        Heading(_("Name"), flexible=True, least=22),
        Heading(_("Value"), right=True),
        Heading(_("Period")),
        Heading(_("Variance"), right=True, drop=1),
        Heading(_("Change"), drop=2),
        Heading(_("Missing"), right=True, drop=3),
        Heading(_("Owner"), flexible=True, drop=4, least=10),
        Heading(_("Dashboard"), flexible=True, drop=5, least=12),
    )


def _cells(row: KpiRow, canvas: Canvas) -> Sequence[Cell]:
    return (
        figures.status_cell(row.status, row.critical, canvas),
        Cell(row.code),
        Cell(row.name),
        Cell(value_text(row)),
        Cell(figures.period(row.period_start, row.frequency)),
        Cell(figures.signed(row.variance, row.decimals)),
        Cell(figures.delta_text(row, canvas)),
        Cell(str(row.missing) if row.missing else ""),
        Cell(row.owner_name),
        Cell(row.dashboard_title),
    )


KPIS = Listing(
    kpi_record,
    KPI_FIELDS,
    _headings,
    _cells,
    message("No KPIs here. Create one: kpix kpi create --help, or bring in a file: kpix import"),
)


def detail_record(detail: KpiDetail) -> dict[str, object]:
    """A KPI with its definition and every set of thresholds, oldest first."""
    kpi = detail.kpi
    return kpi_record(detail.row) | {
        "description": kpi.description,
        "decimals": kpi.decimals,
        "starts_on": kpi.starts_on,
        "thresholds": [
            {
                "from": None if dated.valid_from == ALWAYS else dated.valid_from,
                "green": dated.thresholds.green,
                "orange": dated.thresholds.orange,
                "red": dated.thresholds.red,
                "target": dated.thresholds.target,
            }
            for dated in kpi.thresholds
        ],
    }


def detail_pairs(detail: KpiDetail, canvas: Canvas) -> list[tuple[str, Cell]]:
    """A KPI, a line for each thing that is known of it."""
    kpi, row = detail.kpi, detail.row
    pairs = [
        (_("KPI"), Cell(f"{kpi.code}  {kpi.name}", bold=True)),
        (_("Dashboard"), Cell(kpi.dashboard_title)),
        (_("Description"), Cell(kpi.description)),
        (_("Measured"), Cell(_measured(detail))),
        (_("Status"), figures.status_cell(row.status, row.critical, canvas)),
        (_("Value"), Cell(value_text(row))),
        (_("Period"), Cell(figures.period(row.period_start, row.frequency))),
        (_("Variance"), Cell(figures.signed(row.variance, row.decimals))),
        (_("Change"), Cell(figures.delta_text(row, canvas))),
        (_("Missing"), Cell(str(row.missing))),
    ]
    pairs += [
        (
            _("Thresholds"),
            Cell(
                _("{when}: {bands}").format(
                    when=figures.since(dated.valid_from), bands=_bands(dated.thresholds)
                )
            ),
        )
        for dated in kpi.thresholds
    ]
    return [
        *pairs,
        (_("Owner"), Cell(kpi.owner_name)),
        (_("Values by"), Cell(", ".join(row.assignees))),
        (_("Id"), Cell(str(kpi.id), dim=True)),
    ]


def _measured(detail: KpiDetail) -> str:
    kpi = detail.kpi
    known = [
        kpi.unit,
        _(figures.FREQUENCIES[kpi.frequency]),
        _(figures.DIRECTIONS[kpi.direction]),
    ]
    return ", ".join(one for one in known if one)


def _bands(thresholds: Thresholds) -> str:
    named = (
        (_("green"), thresholds.green),
        (_("orange"), thresholds.orange),
        (_("red"), thresholds.red),
        (_("target"), thresholds.target),
    )
    return ", ".join(
        f"{name} {format_exactly(value)}" for name, value in named if value is not None
    )
