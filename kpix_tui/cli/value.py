"""``kpix value list | add | correct | history``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kpix_tui.cli import figures
from kpix_tui.cli.base import Group, command, option
from kpix_tui.cli.output import Listing, Output, reads, writes
from kpix_tui.cli.paging import Wanted, gather, paged
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.cli.types import NUMBER, read_day
from kpix_tui.domains.kpis.views import Kpi, Status, Thresholds
from kpix_tui.domains.values.views import EnterValue, RevisionRow, ValueEntered, ValueRow
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_datetime
from kpix_tui.kernel.errors import message
from kpix_tui.kernel.paging import Page
from kpix_tui.kernel.periods import period_of

if TYPE_CHECKING:
    from kpix_tui.db.uow import UnitOfWork
    from kpix_tui.kernel.paging import PageRequest

value = Group("value", help=message("Values of KPIs: list, enter, correct, history."))

_KPI = option("--kpi", required=True, metavar="KPI", help=message("Code or id of the KPI."))
_PERIOD = option(
    "--period",
    required=True,
    metavar="DAY",
    help=message("Any day of the period, or the period itself: 2026-W47, 2026-11, 2026-Q4, 2026."),
)
_VALUE = option(
    "--value",
    "number",
    required=True,
    type=NUMBER,
    help=message("The value. A point is the decimal mark; 1,234 has two readings and is refused."),
)

_FIELDS = (
    "period_start",
    "period_end",
    "value",
    "status",
    "critical",
    "revision",
    "reason",
    "entered_by",
    "entered_at",
)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A value, or an earlier state of it, and what it takes to write it down."""

    row: ValueRow | RevisionRow
    start: date
    end: date
    kpi: Kpi
    timezone: str

    @property
    def thresholds(self) -> Thresholds:
        """Those in force at the end of the period."""
        from kpix_tui.domains.kpis.rules import thresholds_in_force  # noqa: PLC0415 - not for help

        return thresholds_in_force(self.kpi.thresholds, self.end)


def _record(shown: _Shown) -> dict[str, object]:
    row = shown.row
    return {
        "period_start": shown.start,
        "period_end": shown.end,
        "value": row.value,
        "status": row.status,
        "critical": row.critical,
        "revision": row.revision,
        "reason": row.reason,
        "entered_by": row.entered_by,
        "entered_at": row.entered_at,
    }


def _headings() -> Sequence[Heading]:
    return (
        Heading(_("Period")),
        Heading(_("Value"), right=True),
        Heading(_("Status")),
        Heading(_("Rev."), right=True),
        Heading(_("Entered by"), flexible=True, least=12, drop=1),
        Heading(_("On"), drop=2),
        Heading(_("Reason"), flexible=True, least=12),
    )


def _cells(shown: _Shown, canvas: Canvas) -> Sequence[Cell]:
    row, kpi = shown.row, shown.kpi
    return (
        Cell(figures.period(shown.start, kpi.frequency)),
        Cell(
            figures.with_unit(figures.number(row.value, kpi.decimals, shown.thresholds), kpi.unit)
        ),
        figures.status_cell(row.status, row.critical, canvas),
        Cell(str(row.revision)),
        Cell(row.entered_by),
        Cell(format_datetime(row.entered_at, shown.timezone)),
        Cell(row.reason),
    )


_VALUES = Listing(
    _record,
    _FIELDS,
    _headings,
    _cells,
    message("No values here. Enter one: kpix value add --help"),
)


def _list(
    uow: UnitOfWork, name: str, since: str | None, until: str | None, wanted: Wanted
) -> Page[_Shown]:
    from kpix_tui.access.actor import actor_of  # noqa: PLC0415 - brings SQLAlchemy
    from kpix_tui.domains.kpis.service import find_kpi  # noqa: PLC0415
    from kpix_tui.domains.values.service import list_values  # noqa: PLC0415

    kpi = find_kpi(uow, name)
    first, last = _day(since, kpi, "since"), _day(until, kpi, "until")

    def values(uow: UnitOfWork, page: PageRequest) -> Page[ValueRow]:
        end = None if last is None else period_of(kpi.frequency, last).end
        return list_values(uow, kpi.id, page, since=first, until=end)

    zone = actor_of(uow).timezone
    found = gather(uow, values, wanted)
    return found.map(lambda row: _Shown(row, row.period_start, row.period_end, kpi, zone))


def _day(text: str | None, kpi: Kpi, option: str) -> date | None:
    return None if text is None else read_day(text, kpi.frequency, option)


@command(
    value,
    "list",
    message(
        "List the values of a KPI, newest first.\nSorts: period_start, value, status, entered_at."
    ),
    examples=(
        "kpix value list --kpi BRENT --limit 12",
        "kpix value list --kpi BRENT --since 2026 --sort period_start --csv",
    ),
)
@_KPI
@option("--since", metavar="DAY", help=message("From this period on."))
@option("--until", metavar="DAY", help=message("Up to this period."))
@paged
@reads
@pass_session
def list_(
    session: Session,
    out: Output,
    *,
    wanted: Wanted,
    kpi: str,
    since: str | None,
    until: str | None,
) -> None:
    """List values."""
    out.listing(_VALUES, session.run(_list, kpi, since, until, wanted.for_(out)))


def _add(uow: UnitOfWork, name: str, period: str, number: Decimal) -> tuple[Kpi, ValueEntered]:
    from kpix_tui.domains.kpis.service import find_kpi  # noqa: PLC0415 - brings SQLAlchemy
    from kpix_tui.domains.values.service import enter_value  # noqa: PLC0415

    kpi = find_kpi(uow, name)
    day = read_day(period, kpi.frequency, "period")
    return kpi, enter_value(uow, EnterValue(kpi.id, day, number, expected_revision=0))


@command(
    value,
    "add",
    message(
        "Enter the value of a period.\n"
        "A period that has a value already is refused: kpix value correct"
    ),
    examples=(
        "kpix value add --kpi BRENT --period 2026-W46 --value 63.20",
        "kpix value add --kpi ON-TIME --period 2026-10 --value 93,4 --json",
    ),
)
@_KPI
@_PERIOD
@_VALUE
@writes
@pass_session
def add(session: Session, out: Output, kpi: str, period: str, number: Decimal) -> None:
    """Enter a value."""
    _done(out, *session.run(_add, kpi, period, number))


def _correct(
    uow: UnitOfWork, name: str, period: str, number: Decimal, reason: str
) -> tuple[Kpi, ValueEntered]:
    from kpix_tui.domains.kpis.service import find_kpi  # noqa: PLC0415 - brings SQLAlchemy
    from kpix_tui.domains.values.service import enter_value, value_history  # noqa: PLC0415

    kpi = find_kpi(uow, name)
    day = read_day(period, kpi.frequency, "period")
    present = value_history(uow, kpi.id, day)[0].revision
    return kpi, enter_value(uow, EnterValue(kpi.id, day, number, reason, present))


@command(
    value,
    "correct",
    message("Correct the value of a period.\nThe old value stays readable: kpix value history"),
    examples=(
        "kpix value correct --kpi BRENT --period 2026-W46 --value 63.25 --reason 'Final figure'",
    ),
)
@_KPI
@_PERIOD
@_VALUE
@option("--reason", required=True, metavar="TEXT", help=message("Why the value changes."))
@writes
@pass_session
def correct(
    session: Session, out: Output, *, kpi: str, period: str, number: Decimal, reason: str
) -> None:
    """Correct a value."""
    _done(out, *session.run(_correct, kpi, period, number, reason))


def _done(out: Output, kpi: Kpi, entered: ValueEntered) -> None:
    record = {
        "kpi": kpi.code,
        "kpi_id": kpi.id,
        "period_start": entered.period_start,
        "period_end": entered.period_end,
        "value": entered.value,
        "status": entered.status,
        "critical": entered.critical,
        "revision": entered.revision,
        "changed": entered.changed,
        "previous_value": entered.previous_value,
        "previous_status": entered.previous_status,
    }
    out.done(record, _sentence(kpi, entered))


def _sentence(kpi: Kpi, entered: ValueEntered) -> str:
    text = _("{kpi}, {period}: {value}, {status}.")
    if not entered.changed:
        text = _("{kpi}, {period}: {value}, {status}. It stood there already.")
    elif entered.previous_value is not None:
        text = _("{kpi}, {period}: {value}, {status} (was {before}).")
    return text.format(
        kpi=kpi.code,
        period=figures.period(entered.period_start, kpi.frequency),
        value=_text(entered.value, kpi),
        status=figures.status_word(Status(entered.status), entered.critical),
        before=_text(entered.previous_value, kpi),
    )


def _text(number: Decimal | None, kpi: Kpi) -> str:
    return figures.with_unit(figures.exactly(number), kpi.unit)


def _history(uow: UnitOfWork, name: str, period: str) -> Page[_Shown]:
    from kpix_tui.access.actor import actor_of  # noqa: PLC0415 - brings SQLAlchemy
    from kpix_tui.domains.kpis.service import find_kpi  # noqa: PLC0415
    from kpix_tui.domains.values.service import value_history  # noqa: PLC0415

    kpi = find_kpi(uow, name)
    day = read_day(period, kpi.frequency, "period")
    rows = value_history(uow, kpi.id, day)
    span = period_of(kpi.frequency, day)
    zone = actor_of(uow).timezone
    shown = tuple(_Shown(row, span.start, span.end, kpi, zone) for row in rows)
    return Page(shown, len(shown))


@command(
    value,
    "history",
    message("Show every state of a period's value: who, when and why; the present one first."),
    examples=("kpix value history --kpi BRENT --period 2026-W46",),
)
@_KPI
@_PERIOD
@reads
@pass_session
def history(session: Session, out: Output, kpi: str, period: str) -> None:
    """Show the revisions of a value."""
    out.listing(_VALUES, session.run(_history, kpi, period))
