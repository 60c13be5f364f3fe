"""How a file is laid out: which cells of a row are values, and of what. Pure.

Three layouts: a value a row (*long*), a column for each period, a column for each KPI. A row gives
as many values as it has mapped columns of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kpix_tui.domains.imports import errors
from kpix_tui.domains.imports.cells import DayCell, Native
from kpix_tui.domains.imports.rules.columns import column_name, find_column, fold, width
from kpix_tui.domains.imports.rules.judging import RawRow
from kpix_tui.domains.imports.views import EVERY, Condition, Mapping
from kpix_tui.i18n.formats import parse_day
from kpix_tui.kernel.errors import InputInvalid
from kpix_tui.kernel.periods import Frequency

OURS: Final = ("kpix row", "kpix column", "kpix reason")
"""Columns of a file of refused rows that are about the row and no data."""

BETWEEN: Final = " / "
"""Between the parts of a KPI's name that several columns give."""


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """A column of values: its place, its name, what it adds to the KPI's name, and its period
    where the header gives it."""

    place: int
    name: str
    part: str = ""
    period: str | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """Where the mapped columns stand, from 0."""

    values: tuple[ValueColumn, ...]
    kpi: tuple[int, ...] = ()
    period: int | None = None
    comment: int | None = None
    where: tuple[tuple[int, frozenset[str], bool], ...] = ()


def find_places(
    header: Sequence[str],
    mapping: Mapping,
    where: Sequence[Condition] = (),
    locale: str | None = None,
) -> Places:
    """The columns that the mapping names.

    Raises:
        errors.ColumnMissing, errors.ColumnRepeated, errors.ColumnUsedTwice: a name is of none, of
            several, or mapped twice.
        errors.NoPeriodColumns: each column was to be a period, and the header names none.
        errors.NoValueColumns: every other column was to be a KPI, and there is none.
    """
    names = [*mapping.kpi, *([] if mapping.period == EVERY else [mapping.period])]
    names += [] if EVERY in mapping.value else [*mapping.value]
    names += [mapping.comment] if mapping.comment else []
    places: dict[str, int] = {}
    for name in names:
        place = find_column(header, name)
        if place in places.values():
            raise errors.ColumnUsedTwice(fields=("mapping",), column=name)
        places[name] = place
    conditions = tuple(
        (find_column(header, one.column), frozenset(map(fold, one.values)), one.negated)
        for one in where
    )
    taken = {*places.values(), *(place for place, *_ in conditions)}
    return Places(
        values=_values(header, mapping, places, taken, locale),
        kpi=tuple(places[name] for name in mapping.kpi),
        period=places.get(mapping.period),
        comment=places.get(mapping.comment),
        where=conditions,
    )


def _values(
    header: Sequence[str],
    mapping: Mapping,
    places: dict[str, int],
    taken: set[int],
    locale: str | None,
) -> tuple[ValueColumn, ...]:
    if mapping.period == EVERY:
        columns = tuple(
            ValueColumn(place, column_name(header, place), period=period)
            for place, name in enumerate(header)
            if place not in taken and (period := period_named(name, locale)) is not None
        )
        if not columns:
            raise errors.NoPeriodColumns(fields=("mapping",))
        return columns
    if EVERY in mapping.value:
        columns = tuple(
            ValueColumn(place, column_name(header, place), part=column_name(header, place))
            for place, name in enumerate(header)
            if place not in taken and name.strip() and name not in OURS
        )
        if not columns:
            raise errors.NoValueColumns(fields=("mapping",))
        return columns
    several = len(mapping.value) > 1
    return tuple(
        ValueColumn(places[name], column_name(header, places[name]), part=name if several else "")
        for name in mapping.value
    )


def period_named(name: str, locale: str | None = None) -> str | None:
    """The period that a column's name is, in a form that is read again; None: it is none."""
    text = name.strip()
    if isinstance(name, Native) and not isinstance(name, DayCell) and not text.isdecimal():
        return None
    try:
        parse_day(text, Frequency.YEARLY, locale)
    except InputInvalid:
        return None
    return text


def passes(cells: Sequence[str], places: Places) -> bool:
    """Whether a row is one of those that are wanted."""
    for place, values, negated in places.where:
        cell = fold(cells[place]) if place < len(cells) else ""
        if (cell in values) is negated:
            return False
    return True


def values_of(number: int, cells: Sequence[str], places: Places) -> Iterator[RawRow]:
    """The values of a row, in the order of their columns."""
    kpi = BETWEEN.join(filter(None, (_cell(cells, place) for place in places.kpi)))
    period = "" if places.period is None else _cell(cells, places.period)
    comment = "" if places.comment is None else _cell(cells, places.comment)
    filled = width(cells)
    for column in places.values:
        name = kpi
        if column.part:
            name = f"{kpi}{BETWEEN}{column.part}" if kpi else column.part
        yield RawRow(
            number,
            period if column.period is None else column.period,
            _cell(cells, column.place),
            name,
            filled,
            column.name,
            comment,
        )


def _cell(cells: Sequence[str], place: int) -> str:
    """The cell without surrounding blanks; a row may end early."""
    if place >= len(cells):
        return ""
    cell = cells[place]
    return cell if isinstance(cell, Native) else cell.strip()
