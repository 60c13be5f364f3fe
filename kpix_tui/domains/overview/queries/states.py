"""Where KPIs stand, now or as of a day, as a FROM element of the same columns."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, DateTime, and_, case, cast, false, func, lateral, or_, select
from sqlalchemy import Date as SqlDate
from sqlalchemy import literal_column as literal
from sqlalchemy.orm import aliased

from kpix_tui.domains.kpis.models import KpiModel, KpiThresholdModel
from kpix_tui.domains.overview.views import Standing
from kpix_tui.domains.values.models import KpiStateModel, KpiValueModel

_LENGTHS: Final[dict[str, ColumnElement[Any]]] = {
    "DAILY": literal("interval '1 day'"),
    "WEEKLY": literal("interval '7 days'"),
    "MONTHLY": literal("interval '1 month'"),
    "QUARTERLY": literal("interval '3 months'"),
    "YEARLY": literal("interval '1 year'"),
}
_UNITS: Final[dict[str, ColumnElement[Any]]] = {
    "DAILY": literal("'day'"),
    "WEEKLY": literal("'week'"),
    "MONTHLY": literal("'month'"),
    "QUARTERLY": literal("'quarter'"),
    "YEARLY": literal("'year'"),
}
_LAST_DAY: Final[ColumnElement[Any]] = literal("date '9999-12-31'")


def states(until: Any) -> Any:
    """The columns of :class:`KpiStateModel` for every KPI that is not deleted; None: as of now.

    Now they are read from where the database keeps them, for a day in the past from the values.
    """
    if until is None:
        return KpiStateModel.__table__.alias("state")
    return _as_of(until)


def _as_of(until: Any) -> Any:
    last = _last_value(until)
    bands = in_force(last.c.period_end)
    before = aliased(KpiValueModel)
    length = case(_LENGTHS, value=KpiModel.frequency)
    unit = case(_UNITS, value=KpiModel.frequency)
    starts = func.date_trunc(unit, cast(KpiModel.starts_on, DateTime))
    due_from = func.coalesce(last.c.period_start + length, starts)
    within = due_from + length <= _LAST_DAY
    return (
        select(
            KpiModel.organization_id,
            KpiModel.id.label("kpi_id"),
            KpiModel.dashboard_id,
            last.c.period_start,
            last.c.period_end,
            last.c.value,
            last.c.status,
            func.coalesce(last.c.critical, false()).label("critical"),
            _distance(last, bands).label("distance"),
            before.status.label("previous_status"),
            func.coalesce(before.critical, false()).label("previous_critical"),
            case((within, cast(due_from, SqlDate))).label("due_from"),
            case((within, cast(due_from + length, SqlDate))).label("due_on"),
        )
        .select_from(KpiModel)
        .outerjoin(last, literal("true"))
        .outerjoin(bands, literal("true"))
        .outerjoin(
            before,
            and_(
                before.organization_id == KpiModel.organization_id,
                before.kpi_id == KpiModel.id,
                before.period_start == cast(last.c.period_start - length, SqlDate),
            ),
        )
        .where(KpiModel.deleted_at.is_(None))
        .subquery("state")
    )


def _last_value(until: Any) -> Any:
    """The last value of the KPI at hand whose period began by ``until``: by the primary key."""
    return lateral(
        select(
            KpiValueModel.value,
            KpiValueModel.status,
            KpiValueModel.critical,
            KpiValueModel.period_start,
            KpiValueModel.period_end,
        )
        .where(
            KpiValueModel.organization_id == KpiModel.organization_id,
            KpiValueModel.kpi_id == KpiModel.id,
            KpiValueModel.period_start <= until,
        )
        .order_by(KpiValueModel.period_start.desc())
        .limit(1)
        .correlate(KpiModel),
        name="last_value",
    )


def in_force(period_end: Any) -> Any:
    """The thresholds of the KPI at hand on the last day of a period; the first ones hold for
    every earlier day too."""
    valid_from = KpiThresholdModel.valid_from
    return lateral(
        select(
            KpiThresholdModel.green,
            KpiThresholdModel.orange,
            KpiThresholdModel.red,
            KpiThresholdModel.target,
        )
        .where(
            KpiThresholdModel.organization_id == KpiModel.organization_id,
            KpiThresholdModel.kpi_id == KpiModel.id,
        )
        .order_by(valid_from > period_end, func.abs(valid_from - period_end))
        .limit(1)
        .correlate_except(KpiThresholdModel),
        name="in_force",
    )


def _distance(last: Any, bands: Any) -> ColumnElement[Any]:
    """How far beyond green, in widths of the band; where the band has none, in sizes of green."""
    beyond = case(
        (KpiModel.direction == "UP_IS_BETTER", bands.c.green - last.c.value),
        else_=last.c.value - bands.c.green,
    )
    band = func.nullif(func.abs(bands.c.green - bands.c.orange), 0)
    return beyond / func.coalesce(band, func.nullif(func.abs(bands.c.green), 0), literal("1"))


# -- conditions on a state -------------------------------------------------------------------------


def rank(status: Any, critical: Any) -> ColumnElement[Any]:
    """0 for critical, then red, orange, green; null without a value."""
    return case(
        (critical, 0), (status == "RED", 1), (status == "ORANGE", 2), (status == "GREEN", 3)
    )


def worst(state: Any) -> tuple[ColumnElement[Any], ...]:
    """What *worst first* sorts by: the status, then the distance beyond green relative to the
    band. No data comes after everything that has some."""
    return rank(state.c.status, state.c.critical), -state.c.distance


def rank_before(state: Any) -> ColumnElement[Any]:
    """The rank at the previous expected period."""
    return rank(state.c.previous_status, state.c.previous_critical)


def worse(state: Any) -> ColumnElement[bool]:
    """Whether the status is worse than at the previous expected period."""
    return rank(state.c.status, state.c.critical) < rank_before(state)


def better(state: Any) -> ColumnElement[bool]:
    """Whether the status is better than at the previous expected period."""
    return rank(state.c.status, state.c.critical) > rank_before(state)


def unfed(state: Any, present: Any) -> ColumnElement[bool]:
    """Whether an expected period has ended before ``present`` and nobody entered its value."""
    found: ColumnElement[bool] = state.c.due_on <= present
    return found


def stands(state: Any, standing: Standing) -> ColumnElement[bool]:
    """Whether a KPI stands there by its last value."""
    return _stands(state.c.status, state.c.critical, standing)


def stood(state: Any, standing: Standing) -> ColumnElement[bool]:
    """Whether it stood there at the previous expected period."""
    return _stands(state.c.previous_status, state.c.previous_critical, standing)


def _stands(status: Any, critical: Any, standing: Standing) -> ColumnElement[bool]:
    match standing:
        case Standing.NO_DATA:
            found: ColumnElement[bool] = status.is_(None)
        case Standing.CRITICAL:
            found = critical
        case Standing.RED:
            found = and_(status == "RED", ~critical)
        case _:
            found = status == standing.value
    return found


def stands_at_any(state: Any, standings: frozenset[Standing]) -> ColumnElement[bool]:
    """Whether a KPI stands at one of them."""
    return or_(*(stands(state, each) for each in sorted(standings)))
