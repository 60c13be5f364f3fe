"""Deciding what each row of a file is. Pure: no file, no database.

A row is *accepted*, *missing* (it has no value, which is no fault of the row) or *refused* with
the :class:`~kpix_tui.kernel.errors.KpixError` that says why. Rows are judged one after the other,
and every one of them, before anything is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from kpix_tui.domains.imports import errors
from kpix_tui.domains.imports.rules.columns import fold
from kpix_tui.domains.imports.rules.matching import Target
from kpix_tui.domains.imports.views import Refusal
from kpix_tui.domains.values.errors import ValuePeriodFuture
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.periods import Frequency, Period

SHOWN: Final = 200
"""Characters of a refused cell that are repeated in its refusal."""


class RawRow(NamedTuple):
    """A value of a row, as text without surrounding blanks; wide rows have several.

    ``number`` is the one that a spreadsheet shows. ``cells`` is how many cells the row has,
    without the blank ones at its end. ``column`` is the name of the value's column.
    """

    number: int
    period: str
    value: str
    kpi: str
    cells: int
    column: str = "value"
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the file is laid out: the names of its mapped columns, and how many columns it has.

    ``period`` and ``kpi`` are empty where a value's own column says them.
    """

    period: str
    kpi: str
    columns: int
    delimiter: str = ","


@dataclass(frozen=True, slots=True)
class Readings:
    """How the cells are read. Each raises the KpixError that says why it cannot."""

    target: Callable[[str], Target]
    period: Callable[[str, Frequency], Period]
    number: Callable[[str, str], Decimal]
    """Of a column (its name) and a cell."""


class Accepted(NamedTuple):
    """A row that can be written."""

    row: int
    target: Target
    period: Period
    value: Decimal
    text: str = ""
    """The cell as it stands in the file."""
    column: str = ""
    comment: str = ""


@dataclass(slots=True)
class Verdict:
    """What every row of a file is; ``missing`` counts rows."""

    accepted: list[Accepted] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    missing: int = 0


def missing_by(markers: Sequence[str]) -> Callable[[str], bool]:
    """Whether a cell has no value: it is empty, or one of ``markers`` whatever its case."""
    folded = {fold(marker) for marker in markers}
    if not folded:
        return lambda cell: not cell
    return lambda cell: not cell or fold(cell) in folded


def judge_rows(
    rows: Iterable[RawRow],
    layout: Layout,
    readings: Readings,
    *,
    today: date,
    missing_markers: Sequence[str] = (),
) -> Verdict:
    """Judge every row. Of several rows for one KPI and period the first is accepted, the later
    ones are refused: which one is right is for a person to say.
    """
    verdict = Verdict()
    is_missing = missing_by(missing_markers)
    first_rows: dict[tuple[int, date], Accepted] = {}
    too_wide = 0
    for row in rows:
        if row.cells > layout.columns:
            if row.number == too_wide:
                continue  # it is refused once, however many values it has
            too_wide = row.number
        elif is_missing(row.value):
            verdict.missing += 1
            continue
        judged = _judge(row, layout, readings, today)
        if isinstance(judged, Accepted):
            judged = _unless_repeated(judged, row, layout, first_rows)
        if isinstance(judged, Accepted):
            verdict.accepted.append(judged)
        else:
            verdict.refusals.append(judged)
    return verdict


def _judge(row: RawRow, layout: Layout, readings: Readings, today: date) -> Accepted | Refusal:
    column, cell = row.column, row.value
    try:
        if row.cells > layout.columns:
            raise errors.RowTooWide(
                cells=row.cells, columns=layout.columns, delimiter=layout.delimiter
            )
        column, cell = layout.kpi or row.column, row.kpi
        target = readings.target(row.kpi)
        column, cell = layout.period or row.column, row.period
        period = _period(row.period, target.frequency, readings, today)
        column, cell = row.column, row.value
        number = readings.number(row.column, cell)
        return Accepted(row.number, target, period, number, cell, row.column, row.comment)
    except KpixError as error:
        return refusal(row.number, column, cell, error)


def _period(text: str, frequency: Frequency, readings: Readings, today: date) -> Period:
    if not text:
        raise errors.PeriodBlank(fields=("period",))
    period = readings.period(text, frequency)
    if period.start > today:
        raise ValuePeriodFuture(fields=("period",), period_start=period.start)
    return period


def _unless_repeated(
    accepted: Accepted,
    row: RawRow,
    layout: Layout,
    first_rows: dict[tuple[int, date], Accepted],
) -> Accepted | Refusal:
    # Targets are one object for one KPI (``Targets``): comparing them whole takes longer.
    first = first_rows.setdefault((id(accepted.target), accepted.period.start), accepted)
    if first is accepted:
        return accepted
    error = errors.RowRepeated(first_row=first.row, value=first.value)
    return refusal(row.number, layout.period or row.column, row.period, error)


def refusal(row: int, column: str, cell: str, error: KpixError) -> Refusal:
    """A refused row. The error's traceback is let go: it would hold every row's variables."""
    error.__traceback__ = error.__cause__ = error.__context__ = None
    return Refusal(row, column, cell if len(cell) <= SHOWN else cell[:SHOWN] + "…", error)
