"""Deciding what each row of a file is. Pure: no file, no database.

A row is *accepted*, *missing* (it has no value, which is no fault of the row) or *refused* with
the :class:`~kpix_tui.kernel.errors.KpixError` that says why. Rows are judged one after the other,
and every one of them, before anything is written.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from kpix_tui.domains.imports import errors
from kpix_tui.domains.imports.views import Refusal
from kpix_tui.domains.values.errors import ValuePeriodFuture
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.periods import Frequency, Period

SHOWN: Final = 200
"""Characters of a refused cell that are repeated in its refusal."""


def fold(text: str) -> str:
    """``text`` as it is compared when case, accents and blanks do not matter."""
    plain = unicodedata.normalize("NFKD", text)
    kept = "".join(character for character in plain if not unicodedata.combining(character))
    return " ".join(kept.casefold().split())


def find_column(header: Sequence[str], name: str) -> int:
    """Where the column ``name`` stands, from 0: as it is written, else by :func:`fold`.

    Raises:
        errors.ColumnMissing: there is none; the existing ones are listed.
        errors.ColumnRepeated: there are several, so the name does not say which.
    """
    folded = fold(name)
    exact = [place for place, column in enumerate(header) if column == name]
    places = exact or [place for place, column in enumerate(header) if fold(column) == folded]
    if not places or not folded:
        columns = ", ".join(" ".join(column.split()) for column in header if column.strip())
        raise errors.ColumnMissing(fields=("mapping",), column=name, columns=columns)
    if len(places) > 1:
        raise errors.ColumnRepeated(fields=("mapping",), column=name)
    return places[0]


@dataclass(frozen=True, slots=True)
class RawRow:
    """What a row says in the mapped columns, as text without surrounding blanks.

    ``number`` is the one that a spreadsheet shows. ``cells`` is how many cells the row has,
    without the blank ones at its end.
    """

    number: int
    period: str
    value: str
    kpi: str
    cells: int


@dataclass(frozen=True, slots=True)
class Target:
    """The KPI that a row belongs to. Without an ``id`` it is to be created."""

    name: str
    frequency: Frequency
    id: UUID | None = None
    code: str = ""


class Targets:
    """Finds KPIs by what files call them: a code, else a name, whatever the case and accents."""

    def __init__(self, known: Iterable[Target], new_frequency: Frequency | None = None) -> None:
        """``known`` exist; with ``new_frequency`` other names become KPIs to be created."""
        self._codes: dict[str, Target] = {}
        self._names: dict[str, list[Target]] = {}
        self._found: dict[str, Target] = {}
        self._new_frequency = new_frequency
        for target in known:
            self._codes[fold(target.code)] = target
            self._names.setdefault(fold(target.name), []).append(target)

    def find(self, text: str) -> Target:
        """The KPI called ``text``; the same object for the same KPI.

        Raises:
            errors.KpiBlank: ``text`` is empty.
            errors.KpiUnknown: there is none, and none is to be created.
            errors.KpiAmbiguous: several KPIs have this name.
        """
        found = self._found.get(text)
        if found is None:
            found = self._found[text] = self._look_up(text)
        return found

    def _look_up(self, text: str) -> Target:
        folded = fold(text)
        if not folded:
            raise errors.KpiBlank(fields=("kpi",))
        if folded in self._codes:
            return self._codes[folded]
        named = self._names.get(folded, [])
        spelled = [target for target in named if target.name == text] or named
        if len(spelled) > 1:
            codes = ", ".join(sorted(target.code for target in spelled))
            raise errors.KpiAmbiguous(fields=("kpi",), name=text, codes=codes)
        return spelled[0] if spelled else self._new(text, folded)

    def _new(self, text: str, folded: str) -> Target:
        if self._new_frequency is None:
            raise errors.KpiUnknown(fields=("kpi",), name=text)
        target = Target(text, self._new_frequency)
        self._names[folded] = [target]
        return target


@dataclass(frozen=True, slots=True)
class Layout:
    """How the file is laid out: the names of its mapped columns, and how many columns it has."""

    period: str
    value: str
    kpi: str
    columns: int
    delimiter: str


@dataclass(frozen=True, slots=True)
class Readings:
    """How the cells are read. Each raises the KpixError that says why it cannot."""

    target: Callable[[str], Target]
    period: Callable[[str, Frequency], Period]
    number: Callable[[str], Decimal]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A row that can be written."""

    row: int
    target: Target
    period: Period
    value: Decimal


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
    first_rows: dict[tuple[Target, date], Accepted] = {}
    for row in rows:
        if row.cells <= layout.columns and is_missing(row.value):
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
    column, cell = layout.value, row.value
    try:
        if row.cells > layout.columns:
            raise errors.RowTooWide(
                cells=row.cells, columns=layout.columns, delimiter=layout.delimiter
            )
        column, cell = layout.kpi, row.kpi
        target = readings.target(row.kpi)
        column, cell = layout.period, row.period
        period = _period(row.period, target.frequency, readings, today)
        column, cell = layout.value, row.value
        return Accepted(row.number, target, period, readings.number(row.value))
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
    first_rows: dict[tuple[Target, date], Accepted],
) -> Accepted | Refusal:
    first = first_rows.setdefault((accepted.target, accepted.period.start), accepted)
    if first is accepted:
        return accepted
    error = errors.RowRepeated(first_row=first.row, value=first.value)
    return refusal(row.number, layout.period, row.period, error)


def refusal(row: int, column: str, cell: str, error: KpixError) -> Refusal:
    """A refused row. The error's traceback is let go: it would hold every row's variables."""
    error.__traceback__ = error.__cause__ = error.__context__ = None
    return Refusal(row, column, cell if len(cell) <= SHOWN else cell[:SHOWN] + "…", error)
