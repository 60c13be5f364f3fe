"""``kpix kpi list | show | create | update | delete``."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kpix_tui.cli.base import Group, argument, command, option
from kpix_tui.cli.chart import draw_chart
from kpix_tui.cli.data import to_csv
from kpix_tui.cli.errors import NothingToChange, OptionsExclusive
from kpix_tui.cli.kpi_filter import Kept, kept_kpis, kpi_filter
from kpix_tui.cli.kpi_views import KPIS, detail_pairs, detail_record, value_text
from kpix_tui.cli.output import Form, Output, reads, write, write_csv, writes
from kpix_tui.cli.paging import Wanted, gather, paged
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.types import COUNT, NUMBER, Choice, read_day
from kpix_tui.domains.kpis.views import (
    CreateKpi,
    Direction,
    Kpi,
    KpiChanged,
    Thresholds,
    UpdateKpi,
)
from kpix_tui.i18n.catalog import _, ngettext
from kpix_tui.kernel.errors import message
from kpix_tui.kernel.periods import Frequency

if TYPE_CHECKING:
    from kpix_tui.db.uow import UnitOfWork
    from kpix_tui.domains.overview.views import KpiDetail, KpiRow, SparkPoint
    from kpix_tui.kernel.paging import Page

kpi = Group("kpi", help=message("KPIs: list, show, create, change."))

_NAMED = message("Code or id of the KPI.")


def _day(text: str | None, option: str, frequency: Frequency = Frequency.DAILY) -> date | None:
    return None if text is None else read_day(text, frequency, option)


def _list(
    uow: UnitOfWork, dashboard: str | None, until: date | None, kept: Kept, wanted: Wanted
) -> Page[KpiRow]:
    from kpix_tui.domains.dashboards.service import find_dashboard  # noqa: PLC0415 - SQLAlchemy
    from kpix_tui.domains.overview.service import list_kpis  # noqa: PLC0415

    dashboard_id = None if dashboard is None else find_dashboard(uow, dashboard).id
    use_case = partial(
        list_kpis, dashboard_id=dashboard_id, wanted=kpi_filter(uow, kept), until=until
    )
    return gather(uow, use_case, wanted)


@command(
    kpi,
    "list",
    message(
        "List KPIs with their last values, worst first.\n"
        "Sorts: worst, status, code, name, value, period, variance, missing, owner, dashboard."
    ),
    examples=(
        "kpix kpi list --dashboard 'Ponctualité TER'",
        "kpix kpi list --filter brent --until 2026-06-30 --json",
        "kpix kpi list --status red --worsening --process Transport",
    ),
)
@option("--dashboard", metavar="DASHBOARD", help=message("Only those of this one (title or id)."))
@option("--until", metavar="DAY", help=message("As things stood on this day (today)."))
@kept_kpis
@paged
@reads
@pass_session
def list_(
    session: Session,
    out: Output,
    *,
    wanted: Wanted,
    kept: Kept,
    dashboard: str | None,
    until: str | None,
) -> None:
    """List KPIs."""
    out.listing(KPIS, session.run(_list, dashboard, _day(until, "until"), kept, wanted.for_(out)))


def _show(uow: UnitOfWork, name: str, until: date | None = None) -> KpiDetail:
    from kpix_tui.domains.kpis.service import find_kpi  # noqa: PLC0415 - brings SQLAlchemy
    from kpix_tui.domains.overview.service import show_kpi  # noqa: PLC0415

    return show_kpi(uow, find_kpi(uow, name).id, until)


@command(
    kpi,
    "show",
    message("Show a KPI: definition, thresholds, last value."),
    examples=("kpix kpi show BRENT", "kpix kpi show BRENT --json"),
)
@argument("name", metavar="KPI", help=_NAMED)
@option("--until", metavar="DAY", help=message("As things stood on this day (today)."))
@reads
@pass_session
def show(session: Session, out: Output, name: str, until: str | None) -> None:
    """Show a KPI."""
    detail = session.run(_show, name, _day(until, "until"))
    out.one(detail_record(detail), partial(detail_pairs, detail))


def _chart(uow: UnitOfWork, name: str, until: date | None) -> KpiRow:
    """The row of a KPI with the points of expected periods: from its start or its first value."""
    from kpix_tui.domains.overview.rules import expected_points  # noqa: PLC0415 - not for --help

    detail = _show(uow, name, until)
    since = detail.kpi.starts_on or detail.first_period
    row = detail.row
    return replace(row, spark=expected_points(row.frequency, row.spark, since))


_POINT = ("period_start", "value", "status", "critical")


def _point(point: SparkPoint) -> dict[str, object]:
    return {field: getattr(point, field) for field in _POINT}


@command(
    kpi,
    "chart",
    message(
        "Draw the last 24 expected periods of a KPI in the terminal.\n"
        "A mark stands where the value is between the least and the greatest; the dotted columns "
        "are the green and the orange threshold. Periods without a value are empty."
    ),
    examples=("kpix kpi chart BRENT",),
)
@argument("name", metavar="KPI", help=_NAMED)
@option("--until", metavar="DAY", help=message("As things stood on this day (today)."))
@reads
@pass_session
def chart(session: Session, out: Output, name: str, until: str | None) -> None:
    """Draw a KPI."""
    row = session.run(_chart, name, _day(until, "until"))
    match out.form:
        case Form.JSON:
            out.json([_point(point) for point in row.spark])
        case Form.CSV:
            write_csv(to_csv(_POINT, map(_point, row.spark)))
        case _:
            lines = draw_chart(row, out.canvas)
            if not lines:
                session.tell(_("No value in the last 24 expected periods."))
            write("".join(f"{line}\n" for line in lines))


@command(
    kpi,
    "create",
    message(
        "Create a KPI on a dashboard.\n"
        "A threshold is the worst value that still belongs to its band: green first, then orange, "
        "then red, beyond which a value is critical. In numbers a point is the decimal mark."
    ),
    examples=(
        "kpix kpi create --dashboard Transport --name 'Trains on time' --unit % \\",
        "    --frequency MONTHLY --direction UP_IS_BETTER --green 95 --orange 92 --red 88",
    ),
)
@option("--dashboard", required=True, metavar="DASHBOARD", help=message("Its title or id."))
@option("--name", required=True, metavar="NAME", help=message("What is measured."))
@option(
    "--frequency", required=True, type=Choice(Frequency), help=message("How often it is measured.")
)
@option("--direction", required=True, type=Choice(Direction), help=message("Which way is better."))
@option("--green", required=True, type=NUMBER, help=message("The worst value that is green."))
@option("--orange", required=True, type=NUMBER, help=message("The worst value that is orange."))
@option("--red", type=NUMBER, help=message("The worst value that is not critical."))
@option("--target", type=NUMBER, help=message("What is aimed at."))
@option("--code", metavar="CODE", help=message("Short unique name (made from the name)."))
@option("--unit", default="", metavar="TEXT", help=message("As %, min, €."))
@option(
    "--decimals",
    type=COUNT,
    default=2,
    show_default=True,
    metavar="N",
    help=message("Decimals that are shown."),
)
@option("--description", default="", metavar="TEXT", help=message("How it is measured."))
@option(
    "--starts-on", metavar="DAY", help=message("From when values are expected (from the first).")
)
@writes
@pass_session
def create(session: Session, out: Output, /, dashboard: str, **given: Any) -> None:
    """Create a KPI."""
    bands = ("green", "orange", "red", "target")
    thresholds = Thresholds(**{band: given.pop(band) for band in bands})
    given["starts_on"] = _day(given["starts_on"], "starts_on", given["frequency"])
    made = session.run(_create, dashboard, given, thresholds)
    out.done(
        _changed(made),
        _("The KPI {code} is created.").format(code=made.code),
        _("Next, enter a value: kpix value add --kpi {code} --period DAY --value NUMBER").format(
            code=made.code
        ),
    )


def _create(
    uow: UnitOfWork, dashboard: str, given: dict[str, Any], thresholds: Thresholds
) -> KpiChanged:
    from kpix_tui.domains.dashboards.service import find_dashboard  # noqa: PLC0415 - SQLAlchemy
    from kpix_tui.domains.kpis.service import create_kpi  # noqa: PLC0415

    place = find_dashboard(uow, dashboard).id
    return create_kpi(uow, CreateKpi(dashboard_id=place, thresholds=thresholds, **given))


def _changed(made: KpiChanged) -> dict[str, object]:
    return {
        "id": made.id,
        "code": made.code,
        "version": made.version,
        "statuses_changed": made.statuses_changed,
    }


@command(
    kpi,
    "update",
    message(
        "Change a KPI; what is not named stays.\n"
        "New thresholds hold --from a day on. Without it they take the place of the last ones, for "
        "every period in which those hold. Statuses are computed again, and the answer says how "
        "many changed."
    ),
    examples=(
        "kpix kpi update BRENT --name 'Brent, spot price'",
        "kpix kpi update BRENT --green 70 --orange 80 --from 2027-01",
    ),
)
@argument("name", metavar="KPI", help=_NAMED)
@option("--name", "new_name", metavar="NAME", help=message("What is measured."))
@option("--code", metavar="CODE", help=message("Short unique name."))
@option("--description", metavar="TEXT", help=message("How it is measured."))
@option("--unit", metavar="TEXT", help=message("As %, min, €."))
@option("--decimals", type=COUNT, metavar="N", help=message("Decimals that are shown."))
@option(
    "--frequency",
    type=Choice(Frequency),
    help=message("How often it is measured (only while it has no values)."),
)
@option(
    "--direction",
    type=Choice(Direction),
    help=message("Which way is better (only while it has no values)."),
)
@option("--green", type=NUMBER, help=message("The worst value that is green."))
@option("--orange", type=NUMBER, help=message("The worst value that is orange."))
@option("--red", type=NUMBER, help=message("The worst value that is not critical."))
@option("--no-red", is_flag=True, help=message("No value is critical any more."))
@option("--target", type=NUMBER, help=message("What is aimed at."))
@option("--no-target", is_flag=True, help=message("No target any more."))
@option("--from", "since", metavar="DAY", help=message("When the thresholds begin to hold."))
@writes
@pass_session
def update(
    session: Session,
    out: Output,
    /,
    *,
    name: str,
    new_name: str | None,
    since: str | None,
    **given: Any,
) -> None:
    """Change a KPI."""
    changes = {"name": new_name} | {
        field: given[field]
        for field in ("code", "description", "unit", "decimals", "frequency", "direction")
    }
    changes = {field: value for field, value in changes.items() if value is not None}
    bands = _bands(given)
    if not changes and not bands:
        raise NothingToChange(names="--name, --code, --unit, --green, --orange, --red …")
    changed = session.run(_update, name, changes, bands, since)
    sentence = ngettext(
        "The KPI {code} is changed, and with it the status of {count} value.",
        "The KPI {code} is changed, and with it the statuses of {count} values.",
        changed.statuses_changed,
    )
    if not changed.statuses_changed:
        sentence = _("The KPI {code} is changed; no status moved.")
    out.done(_changed(changed), sentence.format(code=changed.code, count=changed.statuses_changed))


def _bands(given: dict[str, Any]) -> dict[str, Decimal | None]:
    """The thresholds that the options change; None takes one away."""
    bands: dict[str, Decimal | None] = {}
    for band in ("green", "orange", "red", "target"):
        if given[band] is not None:
            bands[band] = given[band]
        if given.get(f"no_{band}"):
            if band in bands:
                raise OptionsExclusive(first=f"--{band}", second=f"--no-{band}")
            bands[band] = None
    return bands


def _update(
    uow: UnitOfWork,
    name: str,
    changes: dict[str, Any],
    bands: dict[str, Decimal | None],
    since: str | None,
) -> KpiChanged:
    from kpix_tui.domains.kpis.service import find_kpi  # noqa: PLC0415 - brings SQLAlchemy
    from kpix_tui.domains.values.service import update_kpi  # noqa: PLC0415

    found = find_kpi(uow, name)
    whole = _as_it_is(found)
    if bands:
        whole = _with_thresholds(whole, found, bands, since)
    return update_kpi(uow, replace(whole, **changes))


def _as_it_is(found: Kpi) -> UpdateKpi:
    return UpdateKpi(
        id=found.id,
        version=found.version,
        name=found.name,
        code=found.code,
        description=found.description,
        unit=found.unit,
        decimals=found.decimals,
        direction=found.direction,
        frequency=found.frequency,
    )


def _with_thresholds(
    whole: UpdateKpi, found: Kpi, bands: dict[str, Decimal | None], since: str | None
) -> UpdateKpi:
    """The bands on top of those in force from the day on; without a day, on top of the last."""
    from kpix_tui.domains.kpis.rules import thresholds_in_force  # noqa: PLC0415 - not for --help

    day = _day(since, "from", found.frequency) or found.thresholds[-1].valid_from
    before = thresholds_in_force(found.thresholds, day)
    changed: dict[str, Any] = dict(bands)
    return replace(whole, thresholds=replace(before, **changed), thresholds_from=day)


@command(
    kpi,
    "delete",
    message(
        "Delete a KPI.\n"
        "It leaves every list and its code is free again; what was recorded stays in the database."
    ),
    examples=("kpix kpi delete BRENT --yes",),
)
@argument("name", metavar="KPI", help=_NAMED)
@option("--yes", is_flag=True, help=message("Do not ask."))
@writes
@pass_session
def delete(session: Session, out: Output, name: str, yes: bool) -> None:
    """Delete a KPI."""
    detail = session.run(_show, name)
    found = detail.kpi
    question = _("Delete the KPI {code} ({name}, last value {value}) from {dashboard}?").format(
        code=found.code,
        name=found.name,
        value=value_text(detail.row) or _("none"),
        dashboard=found.dashboard_title,
    )
    session.confirm(question, yes=yes)
    session.run(_delete, found.id)
    out.done(
        {"id": found.id, "code": found.code, "deleted": True},
        _("The KPI {code} is deleted.").format(code=found.code),
    )


def _delete(uow: UnitOfWork, kpi_id: UUID) -> None:
    from kpix_tui.domains.kpis.service import delete_kpi  # noqa: PLC0415 - brings SQLAlchemy

    delete_kpi(uow, kpi_id)
