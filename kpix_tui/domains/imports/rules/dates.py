"""One form for the days of a column, decided on all of its cells. Pure.

``03/04/2025`` is a day of April or of March. What a column writes is told by a cell that has only
one reading (``31/12/2025``); where there is none, a person says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from kpix_tui.domains.imports import errors
from kpix_tui.domains.imports.cells import DayCell
from kpix_tui.domains.imports.views import DateForm

_SLASHED: Final = re.compile(r"(\d\d?)([-/.])(\d\d?)\2(\d{4})", re.ASCII)
_SERIAL: Final = re.compile(r"[1-9]\d{4}", re.ASCII)
_EPOCHS: Final = {
    DateForm.SERIAL_1900: date(1899, 12, 30),
    DateForm.SERIAL_1904: date(1904, 1, 1),
}


def decide_date_form(column: str, cells: Iterable[str]) -> DateForm | None:
    """The form of a column's days; None: no cell needs one.

    Raises:
        errors.DateFormAmbiguous: a cell has two readings, and no other cell decides.
        errors.DateFormsMixed: one cell has the day first, another the month.
        errors.DateSerials: cells are numbers of days, and two calendars count them.
    """
    found: dict[DateForm, str] = {}
    ambiguous = serial = ""
    for cell in cells:
        if isinstance(cell, DayCell):
            continue
        written = _SLASHED.fullmatch(cell)
        if written is not None:
            first, second = int(written[1]), int(written[3])
            if first > 12 >= second:
                found.setdefault(DateForm.DAY_FIRST, cell)
            elif second > 12 >= first:
                found.setdefault(DateForm.MONTH_FIRST, cell)
            elif first != second:
                ambiguous = ambiguous or cell
        elif _SERIAL.fullmatch(cell):
            serial = serial or cell
    if len(found) > 1:
        raise errors.DateFormsMixed(
            fields=("date_form",),
            column=column,
            day_first=found[DateForm.DAY_FIRST],
            month_first=found[DateForm.MONTH_FIRST],
        )
    if serial:
        days = {form.name.lower(): str(serial_day(serial, form)) for form in _EPOCHS}
        raise errors.DateSerials(fields=("date_form",), column=column, value=serial, **days)
    if found:
        return next(iter(found))
    if ambiguous:
        raise errors.DateFormAmbiguous(
            fields=("date_form",),
            column=column,
            value=ambiguous,
            day_first=day_text(ambiguous, DateForm.DAY_FIRST),
            month_first=day_text(ambiguous, DateForm.MONTH_FIRST),
        )
    return None


def day_text(cell: str, form: DateForm | None) -> str:
    """``cell`` with its day in ISO form, where it is written in ``form``; else as it is."""
    if form is None or isinstance(cell, DayCell):
        return cell
    if form in _EPOCHS:
        return str(serial_day(cell, form)) if _SERIAL.fullmatch(cell) else cell
    written = _SLASHED.fullmatch(cell)
    if written is None:
        return cell
    first, second = int(written[1]), int(written[3])
    day, month = (first, second) if form is DateForm.DAY_FIRST else (second, first)
    return f"{written[4]}-{month:02}-{day:02}"


def serial_day(serial: str, form: DateForm) -> date:
    """The day that a spreadsheet counts as ``serial`` (five digits)."""
    return _EPOCHS[form] + timedelta(days=int(serial))
