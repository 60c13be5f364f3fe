"""Values: enter, correct, read back; and what a change of thresholds does to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from kpix_tui.access.actor import actor_of
from kpix_tui.access.permissions import Permission
from kpix_tui.access.policy import require
from kpix_tui.db.errors import violating
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.kpis.errors import KpiHasValues, KpiNotFound
from kpix_tui.domains.kpis.models import KpiThresholdModel
from kpix_tui.domains.kpis.queries import kpis_by_id, lock_definitions
from kpix_tui.domains.kpis.rules import status_for, thresholds_in_force, validate_thresholds
from kpix_tui.domains.kpis.service import change_definition, get_kpi
from kpix_tui.domains.kpis.views import (
    DatedThresholds,
    Kpi,
    KpiChanged,
    Status,
    StatusesRecomputed,
    UpdateKpi,
)
from kpix_tui.domains.values import queries
from kpix_tui.domains.values.errors import (
    ValueChangedMeanwhile,
    ValueEnteredMeanwhile,
    ValueNotFound,
    ValuePeriodTaken,
)
from kpix_tui.domains.values.queries import StoredValue
from kpix_tui.domains.values.rules import check_reason, check_value, counted, period_for
from kpix_tui.domains.values.views import (
    CorrectedValue,
    EnterValue,
    PeriodValue,
    RevisionRow,
    ValueEntered,
    ValueRow,
    ValuesWritten,
)
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest
from kpix_tui.kernel.periods import Period, period_of


def enter_value(uow: UnitOfWork, command: EnterValue) -> ValueEntered:
    """Enter the value of a period, or correct it. The same value again changes nothing.

    Raises:
        KpiNotFound: there is none, or the actor may not see it.
        Forbidden: the actor may not enter values here.
        InputInvalid: the value, the period or the reason cannot be accepted.
        ValuePeriodTaken: ``expected_revision`` is 0 and the period has a value.
        ValueChangedMeanwhile: it was corrected since ``expected_revision``.
    """
    kpi = get_kpi(uow, command.kpi_id)
    lock_definitions(uow, [kpi.id], alone=False)
    kpi = get_kpi(uow, command.kpi_id)
    value = check_value(command.value)
    period = period_for(kpi.frequency, command.day, uow.today)
    current = queries.present(uow, [(kpi.id, period.start)]).get((kpi.id, period.start))
    _check_expected(command, current)
    permission = Permission.KPI_VALUE_UPDATE if current else Permission.KPI_VALUE_CREATE
    require(actor_of(uow), permission, kpi.target)
    entered = _judged(kpi, period, value)
    changed = current is None or current.value != value
    reason = check_reason(command.reason, required=current is not None and changed)
    if current is None:
        with violating("pk_kpi_value", ValueEnteredMeanwhile):
            queries.insert_values(uow, [entered], reason)
    elif changed:
        queries.update_values(uow, [entered], reason)
    return _outcome(entered, current, changed=changed)


def _check_expected(command: EnterValue, current: StoredValue | None) -> None:
    expected = command.expected_revision
    if expected is None or expected == (current.revision if current else 0):
        return
    if current is None:
        raise ValueNotFound(fields=("period",))
    if expected == 0:
        raise ValuePeriodTaken(value=current.value, fields=("period",))
    raise ValueChangedMeanwhile(value=current.value, fields=("value",))


def _judged(kpi: Kpi, period: Period, value: Decimal) -> StoredValue:
    status = status_for(value, thresholds_in_force(kpi.thresholds, period.end), kpi.direction)
    return StoredValue(kpi.id, period.start, period.end, value, status)


def _outcome(entered: StoredValue, before: StoredValue | None, *, changed: bool) -> ValueEntered:
    first = 1 if before is None else before.revision + changed
    return ValueEntered(
        kpi_id=entered.kpi_id,
        period_start=entered.period_start,
        period_end=entered.period_end,
        value=entered.value,
        status=entered.status.status,
        critical=entered.status.critical,
        revision=first,
        changed=changed,
        previous_value=before.value if before else None,
        previous_status=before.status.status if before else Status.NO_DATA,
    )


def write_values(
    uow: UnitOfWork, values: Sequence[PeriodValue], *, reason: str = "", dry_run: bool = False
) -> ValuesWritten:
    """Enter many values at once: all of them or, when one cannot be accepted, none.

    The caller has seen to it that each KPI and period comes once. Nothing is written with
    ``dry_run``, and everything is checked.

    Raises:
        KpiNotFound: the actor may not see one of the KPIs.
        Forbidden: the actor may not enter values, or not correct them, for one of the KPIs.
        InputInvalid: a value or a period cannot be accepted, or corrections lack a reason.
    """
    lock_definitions(uow, {value.kpi_id for value in values}, alone=True)
    kpis = kpis_by_id(uow, {value.kpi_id for value in values})
    today = uow.today
    judged = [_judged_of(kpis, value, today) for value in values]
    before = queries.present(uow, ((v.kpi_id, v.period_start) for v in judged))
    new = [v for v in judged if (v.kpi_id, v.period_start) not in before]
    corrected = [
        v
        for v in judged
        if (old := before.get((v.kpi_id, v.period_start))) is not None and old.value != v.value
    ]
    _require_each(uow, kpis, new, Permission.KPI_VALUE_CREATE)
    _require_each(uow, kpis, corrected, Permission.KPI_VALUE_UPDATE)
    reason = check_reason(reason, required=bool(corrected))
    if new and not dry_run:
        with violating("pk_kpi_value", ValueEnteredMeanwhile):
            queries.insert_values(uow, new, reason)
    if corrected and not dry_run:
        queries.update_values(uow, corrected, reason)
    return ValuesWritten(
        len(new),
        len(corrected),
        len(judged) - len(new) - len(corrected),
        tuple(_correction(kpis[v.kpi_id], before[v.kpi_id, v.period_start], v) for v in corrected),
        tuple((v.kpi_id, v.period_start) for v in (*new, *corrected)),
    )


def _correction(kpi: Kpi, before: StoredValue, after: StoredValue) -> CorrectedValue:
    return CorrectedValue(
        kpi.id, kpi.code, kpi.frequency, after.period_start, before.value, after.value
    )


def _judged_of(kpis: Mapping[UUID, Kpi], value: PeriodValue, today: date) -> StoredValue:
    kpi = kpis.get(value.kpi_id)
    if kpi is None:
        raise KpiNotFound(name=str(value.kpi_id))
    period = period_for(kpi.frequency, value.period_start, today)
    return _judged(kpi, period, check_value(value.value))


def _require_each(
    uow: UnitOfWork,
    kpis: Mapping[UUID, Kpi],
    values: Sequence[StoredValue],
    permission: Permission,
) -> None:
    actor = actor_of(uow)
    for kpi_id in {value.kpi_id for value in values}:
        require(actor, permission, kpis[kpi_id].target)


def list_values(
    uow: UnitOfWork,
    kpi_id: UUID,
    page: PageRequest = FIRST_PAGE,
    *,
    since: date | None = None,
    until: date | None = None,
) -> Page[ValueRow]:
    """One page of a KPI's values, newest first; sorts: period_start, value, status, entered_at.

    Raises:
        KpiNotFound: there is none, or the actor may not see it.
    """
    require(actor_of(uow), Permission.KPI_VALUE_READ)
    found = queries.values(uow, kpi_id, page, since, until)
    if not found.total:
        get_kpi(uow, kpi_id)  # there is none of it, or no such KPI
    return found


def value_history(uow: UnitOfWork, kpi_id: UUID, day: date) -> tuple[RevisionRow, ...]:
    """Every state of the value of the period that holds ``day``, the present one first.

    Raises:
        KpiNotFound: there is none, or the actor may not see it.
        ValueNotFound: the period has no value.
    """
    require(actor_of(uow), Permission.KPI_VALUE_READ)
    kpi = get_kpi(uow, kpi_id)
    period = period_of(kpi.frequency, day)
    current = queries.value_row(uow, kpi_id, period.start)
    if current is None:
        raise ValueNotFound(fields=("period",))
    present = RevisionRow(
        current.revision,
        current.value,
        current.status,
        current.critical,
        current.reason,
        current.entered_by,
        current.entered_at,
    )
    return (present, *queries.revisions(uow, kpi_id, period.start))


def update_kpi(uow: UnitOfWork, command: UpdateKpi) -> KpiChanged:
    """Change a KPI's definition, and with ``thresholds`` the statuses of the values they concern.

    Raises:
        KpiNotFound, Forbidden, StaleVersion, KpiCodeTaken, InputInvalid: as for creation.
        KpiHasValues: direction or frequency would change under existing values.
    """
    before = change_definition(uow, command)
    fixed = (command.direction, command.frequency) == (before.direction, before.frequency)
    if not fixed and queries.has_values(uow, command.id):
        raise KpiHasValues(fields=("direction", "frequency"))
    for dated in before.thresholds if not fixed and command.thresholds is None else ():
        validate_thresholds(command.direction, dated.thresholds)
    recomputed = StatusesRecomputed()
    if command.thresholds is not None:
        validate_thresholds(command.direction, command.thresholds)
        _put_thresholds(
            uow, command.id, DatedThresholds(command.thresholds_from, command.thresholds)
        )
        recomputed = _recompute(uow, command)
    uow.log("kpi.updated", kpi_id=str(command.id), statuses_changed=recomputed.changed)
    return KpiChanged(command.id, command.code.strip().upper(), before.version + 1, recomputed)


def _put_thresholds(uow: UnitOfWork, kpi_id: UUID, dated: DatedThresholds) -> None:
    """Set the thresholds that hold from a day on, in place of those of the same day."""
    new = asdict(dated.thresholds)
    key = {
        "organization_id": uow.principal.organization_id,
        "kpi_id": kpi_id,
        "valid_from": dated.valid_from,
    }
    uow.session.execute(
        insert(KpiThresholdModel)
        .values(**key, **new)
        .on_conflict_do_update(index_elements=list(key), set_=new)
    )


def _recompute(uow: UnitOfWork, command: UpdateKpi) -> StatusesRecomputed:
    """Judge again every value whose period ends on or after the day the thresholds hold from."""
    kpi = get_kpi(uow, command.id)
    before = queries.stored(uow, kpi.id, since=command.thresholds_from)
    after = [_judged(kpi, period_of(kpi.frequency, v.period_start), v.value) for v in before]
    moved = [new for old, new in zip(before, after, strict=True) if old.status != new.status]
    if moved:
        queries.update_values(uow, moved, None)
    return StatusesRecomputed(
        changed=len(moved),
        before=counted(v.status.status for v in before),
        after=counted(v.status.status for v in after),
    )
