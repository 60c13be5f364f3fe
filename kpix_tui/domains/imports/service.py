"""Importing values from a file: read it all, judge every row, write what is accepted at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final
from uuid import UUID

from kpix_tui.access.actor import Actor, actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import require
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.dashboards.service import get_dashboard
from kpix_tui.domains.imports import errors
from kpix_tui.domains.imports.reader import Table, read_table
from kpix_tui.domains.imports.rules import (
    Accepted,
    Readings,
    Target,
    Targets,
    Verdict,
    judge_rows,
    missing_by,
    refusal,
)
from kpix_tui.domains.imports.views import (
    DecimalMark,
    ImportDone,
    ImportProgress,
    ImportValues,
    NewKpiDefinition,
)
from kpix_tui.domains.kpis.rules import validate_thresholds
from kpix_tui.domains.kpis.service import create_kpi, list_definitions
from kpix_tui.domains.kpis.views import CreateKpi, Kpi
from kpix_tui.domains.values.rules import check_value
from kpix_tui.domains.values.service import write_values
from kpix_tui.domains.values.views import PeriodValue, ValuesWritten
from kpix_tui.i18n.errors import NumberAmbiguous
from kpix_tui.i18n.formats import decide_decimal_mark, parse_day, parse_number
from kpix_tui.kernel.errors import Cancelled, InputInvalid
from kpix_tui.kernel.numbers import decimals_of
from kpix_tui.kernel.periods import Frequency, Period, period_of

_BATCH: Final = 10_000
"""Values written between two looks at progress and cancellation."""

_MOST_DECIMALS: Final = 2
"""Shown for a KPI that an import creates, unless its values need fewer."""


def import_values(
    uow: UnitOfWork,
    command: ImportValues,
    *,
    progress: Callable[[ImportProgress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ImportDone:
    """Bring the values of a CSV file into their KPIs; a second run changes nothing.

    Every row is judged before anything is written. What is accepted is written in the caller's
    transaction, the rest comes back as refusals. With ``dry_run`` the same happens and is undone.

    Raises:
        Forbidden: the actor may not import, or not create KPIs on the dashboard.
        NotFound, InputInvalid: the file, the mapping or the definition of new KPIs cannot be used
            (``kpix_tui.domains.imports.errors``); nothing was written.
        Cancelled: ``cancelled`` answered True; the caller's transaction must not be committed.
    """
    actor = actor_of(uow)
    require(actor, Permission.IMPORT_CREATE)
    watch = _Watch(progress, cancelled)
    _check(uow, command)
    table = read_table(command.path, command.mapping, watch.reading)
    mark = _decimal_mark(command, table)
    verdict = judge_rows(
        table.rows,
        table.layout,
        _readings(uow, command, actor, mark),
        today=uow.today,
        missing_markers=command.missing_markers,
    )
    watch.total = len(table.rows)
    with uow.rehearsal() if command.dry_run else nullcontext():
        created = _create_missing(uow, command, table, verdict)
        written = _write(uow, command, verdict.accepted, created, watch)
    done = _done(command, table, verdict, written, mark=mark, created=created.values())
    if not command.dry_run:
        uow.log("values.imported", **_counts(done))
    return done


@dataclass(slots=True)
class _Watch:
    """Tells how far the import is and notices when somebody cancels it."""

    progress: Callable[[ImportProgress], None] | None
    cancelled: Callable[[], bool] | None
    total: int | None = None

    def reading(self, done: int) -> None:
        if self.cancelled is not None and self.cancelled():
            raise Cancelled
        if self.progress is not None:
            self.progress(ImportProgress(done, self.total))


def _check(uow: UnitOfWork, command: ImportValues) -> None:
    if (command.kpi is None) is (command.mapping.kpi is None):
        raise errors.KpiNotNamed(fields=("kpi", "mapping"))
    if command.dashboard_id is not None:
        get_dashboard(uow, command.dashboard_id)
    if command.create is not None:
        if command.dashboard_id is None:
            raise errors.DashboardNotNamed(fields=("dashboard",))
        validate_thresholds(command.create.direction, command.create.thresholds)


def _decimal_mark(command: ImportValues, table: Table) -> DecimalMark | None:
    """The one format in which the whole column is read; None where no number needs one."""
    if command.decimal_mark is not None:
        return command.decimal_mark
    is_missing = missing_by(command.missing_markers)
    cells = (row.value for row in table.rows if not is_missing(row.value))
    try:
        return decide_decimal_mark(cells)
    except NumberAmbiguous as error:
        raise errors.NumberFormatAmbiguous(
            fields=("decimal_mark",), column=table.layout.value, **error.params
        ) from error


def _readings(
    uow: UnitOfWork, command: ImportValues, actor: Actor, mark: DecimalMark | None
) -> Readings:
    known = list_definitions(uow, command.dashboard_id)
    rights = {kpi.id: kpi.target for kpi in known}
    targets = _targets(known, command)
    one = None if command.kpi is None else targets.find(command.kpi)

    @cache
    def target(text: str) -> Target:
        found = one or targets.find(text)
        if found.id is not None:
            require(actor, Permission.KPI_VALUE_CREATE, rights[found.id])
        return found

    @cache
    def period(text: str, frequency: Frequency) -> Period:
        return period_of(frequency, parse_day(text, frequency, actor.locale))

    def number(text: str) -> Decimal:
        return check_value(parse_number(text, decimal_mark=mark))

    return Readings(target, period, number)


def _targets(known: Iterable[Kpi], command: ImportValues) -> Targets:
    targets = (Target(kpi.name, kpi.frequency, kpi.id, kpi.code) for kpi in known)
    return Targets(targets, command.create.frequency if command.create else None)


def _create_missing(
    uow: UnitOfWork, command: ImportValues, table: Table, verdict: Verdict
) -> dict[Target, CreatedKpi]:
    """Create the KPIs that have values; a name that cannot be one refuses its rows."""
    created: dict[Target, CreatedKpi] = {}
    if command.create is None or command.dashboard_id is None:
        return created
    rows: dict[Target, list[Accepted]] = {}
    for accepted in verdict.accepted:
        if accepted.target.id is None:
            rows.setdefault(accepted.target, []).append(accepted)
    for target, accepted_rows in rows.items():
        new = _new_kpi(command.dashboard_id, command.create, target, accepted_rows)
        try:
            made = create_kpi(uow, new)
        except InputInvalid as error:
            _refuse(verdict, target, table, error)
        else:
            created[target] = CreatedKpi(made.id, made.code)
    return created


@dataclass(frozen=True, slots=True)
class CreatedKpi:
    """A KPI that this import made."""

    id: UUID
    code: str


def _new_kpi(
    dashboard_id: UUID, definition: NewKpiDefinition, target: Target, rows: Sequence[Accepted]
) -> CreateKpi:
    return CreateKpi(
        dashboard_id=dashboard_id,
        name=target.name,
        direction=definition.direction,
        frequency=definition.frequency,
        thresholds=definition.thresholds,
        unit=definition.unit,
        decimals=min(max(decimals_of(row.value) for row in rows), _MOST_DECIMALS),
    )


def _refuse(verdict: Verdict, target: Target, table: Table, error: InputInvalid) -> None:
    """Turn the accepted rows of a target into refusals, in their places."""
    column = table.layout.kpi
    refused = [row for row in verdict.accepted if row.target == target]
    verdict.accepted = [row for row in verdict.accepted if row.target != target]
    verdict.refusals += [refusal(row.row, column, target.name, error) for row in refused]
    verdict.refusals.sort(key=lambda one: one.row)


def _write(
    uow: UnitOfWork,
    command: ImportValues,
    accepted: Sequence[Accepted],
    created: dict[Target, CreatedKpi],
    watch: _Watch,
) -> ValuesWritten:
    reason = command.reason or f"Import: {command.path.name}"
    settled = (watch.total or 0) - len(accepted)
    inserted = corrected = unchanged = 0
    for start in range(0, len(accepted), _BATCH):
        watch.reading(settled + start)
        batch = [
            PeriodValue(_id_of(row.target, created), row.period.start, row.value)
            for row in accepted[start : start + _BATCH]
        ]
        written = write_values(uow, batch, reason=reason)
        inserted += written.inserted
        corrected += written.corrected
        unchanged += written.unchanged
    watch.reading(watch.total or 0)
    return ValuesWritten(inserted, corrected, unchanged)


def _id_of(target: Target, created: dict[Target, CreatedKpi]) -> UUID:
    return target.id if target.id is not None else created[target].id


def _done(
    command: ImportValues,
    table: Table,
    verdict: Verdict,
    written: ValuesWritten,
    *,
    mark: DecimalMark | None,
    created: Iterable[CreatedKpi],
) -> ImportDone:
    return ImportDone(
        inserted=written.inserted,
        corrected=written.corrected,
        unchanged=written.unchanged,
        missing=verdict.missing,
        refused=len(verdict.refusals),
        refusals=tuple(verdict.refusals),
        kpis_created=tuple(kpi.code for kpi in created),
        dry_run=command.dry_run,
        rows=len(table.rows),
        delimiter=table.layout.delimiter,
        encoding=table.encoding,
        decimal_mark=mark,
    )


def _counts(done: ImportDone) -> dict[str, object]:
    names = ("inserted", "corrected", "unchanged", "missing", "refused", "dry_run", "rows")
    return {name: getattr(done, name) for name in names}
