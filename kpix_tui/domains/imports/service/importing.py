"""Importing values from a file: read it all, judge every row, write what is accepted at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Final
from uuid import UUID

from kpix_tui.access.actor import Actor, actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import require
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.comments.service import add_comment
from kpix_tui.domains.comments.views import AddComment, Subject
from kpix_tui.domains.dashboards.service import get_dashboard
from kpix_tui.domains.imports import errors, queries
from kpix_tui.domains.imports.cells import Native, NumberCell
from kpix_tui.domains.imports.reader import Table, read_table
from kpix_tui.domains.imports.rules import (
    Accepted,
    Readings,
    Target,
    Targets,
    Verdict,
    day_text,
    decide_date_form,
    judge_rows,
    missing_by,
    refusal,
)
from kpix_tui.domains.imports.views import (
    EVERY,
    Correction,
    DateForm,
    DecimalMark,
    ImportDone,
    ImportProgress,
    ImportValues,
    NewKpiDefinition,
    NumberForm,
    StatusMove,
)
from kpix_tui.domains.kpis.rules import validate_thresholds
from kpix_tui.domains.kpis.service import create_kpi, list_definitions
from kpix_tui.domains.kpis.views import CreateKpi, Kpi
from kpix_tui.domains.values.rules import check_value
from kpix_tui.domains.values.service import write_values
from kpix_tui.domains.values.views import CorrectedValue, PeriodValue, ValuesWritten
from kpix_tui.i18n.errors import NumberAmbiguous
from kpix_tui.i18n.formats import decide_decimal_mark, parse_day, parse_number
from kpix_tui.kernel.errors import Cancelled, InputInvalid
from kpix_tui.kernel.numbers import decimals_of
from kpix_tui.kernel.periods import Frequency, Period, period_of

BATCH: Final = 10_000
"""Values written between two looks at progress and cancellation."""

SHOWN_CORRECTIONS: Final = 1_000
"""Corrections that a result lists; it counts all of them."""

_MOST_DECIMALS: Final = 2
"""Shown for a KPI that an import creates, unless its values need fewer."""


def import_values(
    uow: UnitOfWork,
    command: ImportValues,
    *,
    progress: Callable[[ImportProgress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ImportDone:
    """Bring the values of a file into their KPIs; a second run changes nothing.

    Every row is judged before anything is written. What is accepted is written in the caller's
    transaction, the rest comes back as refusals. With ``dry_run`` the same happens and is undone.

    Raises:
        Forbidden: the actor may not import, or not create KPIs on the dashboard.
        NotFound, InputInvalid: the file, the mapping or the definition of new KPIs cannot be used
            (``kpix_tui.domains.imports.errors``), or with ``strict`` a row is refused; nothing was
            written.
        Cancelled: ``cancelled`` answered True; the caller's transaction must not be committed.
    """
    actor = actor_of(uow)
    require(actor, Permission.IMPORT_CREATE)
    watch = Watch(progress, cancelled)
    _check(uow, command)
    table = read_table(
        command.path, command.mapping, watch.reading, command.reading, locale=actor.locale
    )
    forms = _number_forms(command, table)
    date_form = _date_form(command, table)
    verdict = judge_rows(
        table.rows,
        table.layout,
        _readings(uow, command, actor, forms, date_form),
        today=uow.today,
        missing_markers=command.reading.missing_markers,
    )
    watch.total = len(table.rows)
    with uow.rehearsal() if command.dry_run else nullcontext():
        created = _create_missing(uow, command, table, verdict)
        if command.strict and verdict.refusals:
            raise _refused_whole(verdict)
        written, moves = _write(uow, command, verdict.accepted, created, watch)
    done = _done(command, table, verdict, written, created=created.values(), moves=moves)
    done = replace(done, number_forms=tuple(forms.values()), date_form=date_form)
    if not command.dry_run:
        uow.log("values.imported", **counts_of(done))
    return done


def _refused_whole(verdict: Verdict) -> errors.RowsRefused:
    first = verdict.refusals[0]
    return errors.RowsRefused(
        fields=("strict",), refused=len(verdict.refusals), row=first.row, reason=first.error
    )


@dataclass(slots=True)
class Watch:
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
    mapping = command.mapping
    names_kpis = bool(mapping.kpi) or len(mapping.value) > 1 or EVERY in mapping.value
    if (command.kpi is None) is not names_kpis:
        raise errors.KpiNotNamed(fields=("kpi", "mapping"))
    if command.dashboard_id is not None:
        get_dashboard(uow, command.dashboard_id)
    if command.create is not None:
        if command.dashboard_id is None:
            raise errors.DashboardNotNamed(fields=("dashboard",))
        validate_thresholds(command.create.direction, command.create.thresholds)


def _number_forms(command: ImportValues, table: Table) -> dict[str, NumberForm]:
    """The one form in which each column of values is read; without those that need none.

    Raises:
        errors.NumberFormatAmbiguous, NumberFormatsMixed: it is not one.
    """
    is_missing = missing_by(command.reading.missing_markers)
    forms: dict[str, NumberForm] = {}
    # One column a KPI or a value; all columns of periods are one, since they hold one thing.
    together = command.mapping.period == EVERY
    names = [""] if together else [column.name for column in table.places.values]
    for name in names:
        cells = [
            row.value
            for row in table.rows
            if (together or row.column == name)
            and not isinstance(row.value, Native)
            and not is_missing(row.value)
        ]
        mark = command.reading.decimal_mark
        if mark is None:
            shown = name or table.places.values[0].name
            mark = _decided(shown, cells)
        if mark is not None:
            forms[name] = _example(name, mark, cells)
    return forms


def _decided(column: str, cells: Iterable[str]) -> DecimalMark | None:
    try:
        return decide_decimal_mark(cells)
    except NumberAmbiguous as error:
        raise errors.NumberFormatAmbiguous(
            fields=("decimal_mark",), column=column, **error.params
        ) from error


def _example(column: str, mark: DecimalMark, cells: Iterable[str]) -> NumberForm:
    """The first number that is written otherwise than kpix writes it, else the first."""
    first: NumberForm | None = None
    for cell in cells:
        try:
            number = parse_number(cell, decimal_mark=mark)
        except InputInvalid:
            continue
        if first is None:
            first = NumberForm(column, mark, cell, number)
        if str(number) != cell:
            return NumberForm(column, mark, cell, number)
    return first or NumberForm(column, mark, "", Decimal(0))


def _date_form(command: ImportValues, table: Table) -> DateForm | None:
    if command.reading.date_form is not None:
        return command.reading.date_form
    periods = dict.fromkeys(row.period for row in table.rows)
    return decide_date_form(table.layout.period, periods)


def _readings(
    uow: UnitOfWork,
    command: ImportValues,
    actor: Actor,
    forms: Mapping[str, NumberForm],
    date_form: DateForm | None,
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
        written = text if date_form is DateForm.DAY_FIRST else day_text(text, date_form)
        return period_of(frequency, parse_day(written, frequency, actor.locale))

    marks = {name: form.mark for name, form in forms.items()}
    everywhere = marks.get("")

    def number(column: str, text: str) -> Decimal:
        if isinstance(text, NumberCell) and (exact := text.decimal()) is not None:
            return check_value(exact)
        if isinstance(text, Native) and text.error:
            raise errors.CellInError(fields=("value",), value=str(text))
        return check_value(parse_number(text, decimal_mark=marks.get(column, everywhere)))

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
    refused = [row for row in verdict.accepted if row.target is target]
    verdict.accepted = [row for row in verdict.accepted if row.target is not target]
    verdict.refusals += [refusal(row.row, column, target.name, error) for row in refused]
    verdict.refusals.sort(key=lambda one: one.row)


def _write(
    uow: UnitOfWork,
    command: ImportValues,
    accepted: Sequence[Accepted],
    created: dict[Target, CreatedKpi],
    watch: Watch,
) -> tuple[ValuesWritten, tuple[StatusMove, ...]]:
    reason = command.reason or f"Import: {command.path.name}"
    settled = (watch.total or 0) - len(accepted)
    inserted = corrected = unchanged = 0
    corrections: list[CorrectedValue] = []
    kpis = {_id_of(row.target, created) for row in accepted}
    before = queries.states(uow, kpis)
    for start in range(0, len(accepted), BATCH):
        watch.reading(settled + start)
        batch = [
            PeriodValue(_id_of(row.target, created), row.period.start, row.value)
            for row in accepted[start : start + BATCH]
        ]
        written = write_values(uow, batch, reason=reason)
        if command.mapping.comment:
            _comment(uow, accepted[start : start + BATCH], written, created)
        inserted += written.inserted
        corrected += written.corrected
        unchanged += written.unchanged
        corrections += written.corrections[: SHOWN_CORRECTIONS - len(corrections)]
    watch.reading(watch.total or 0)
    moves = queries.moves(before, queries.states(uow, kpis))
    return ValuesWritten(inserted, corrected, unchanged, tuple(corrections)), moves


def _comment(
    uow: UnitOfWork,
    rows: Sequence[Accepted],
    written: ValuesWritten,
    created: dict[Target, CreatedKpi],
) -> None:
    """What the file says of values that it has just changed; read again it says nothing."""
    touched = set(written.touched)
    for row in rows:
        kpi = _id_of(row.target, created)
        if row.comment and (kpi, row.period.start) in touched:
            subject = Subject(kpi, period_start=row.period.start)
            add_comment(uow, AddComment(subject, row.comment, anyway=True))


def _id_of(target: Target, created: dict[Target, CreatedKpi]) -> UUID:
    return target.id if target.id is not None else created[target].id


def _done(
    command: ImportValues,
    table: Table,
    verdict: Verdict,
    written: ValuesWritten,
    *,
    created: Iterable[CreatedKpi],
    moves: tuple[StatusMove, ...],
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
        rows=table.counted,
        skipped=table.skipped,
        delimiter=table.layout.delimiter,
        encoding=table.encoding,
        sheet=table.sheet,
        header=table.heading,
        blind=table.blind,
        corrections=tuple(
            Correction(one.code, one.period_start, one.frequency, one.old, one.new)
            for one in written.corrections
        ),
        moves=moves,
    )


COUNTS: Final = ("rows", "inserted", "corrected", "unchanged", "missing", "refused", "skipped")


def counts_of(done: ImportDone) -> dict[str, object]:
    """The numbers of an import, by name."""
    return {name: getattr(done, name) for name in COUNTS}
