"""What goes into and comes out of an import."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import UUID

from kpix_tui.domains.kpis.views import Direction, Status, Thresholds
from kpix_tui.i18n.formats import DecimalMark as DecimalMark
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.periods import Frequency

EVERY: Final = "*"
"""In place of a column's name: every column that is one."""


class DateForm(StrEnum):
    """How days are written, where one cell alone does not tell."""

    DAY_FIRST = "DAY_FIRST"
    MONTH_FIRST = "MONTH_FIRST"
    SERIAL_1900 = "SERIAL_1900"
    SERIAL_1904 = "SERIAL_1904"


@dataclass(frozen=True, slots=True)
class NewKpiDefinition:
    """What KPIs that an import creates are made with."""

    frequency: Frequency
    direction: Direction
    thresholds: Thresholds
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which columns hold what; header names as they stand in the file.

    ``period`` is a column, or :data:`EVERY`: the names of the value columns are periods. ``value``
    are columns (several give several KPIs, with the column's name added), or :data:`EVERY`: every
    other column is a KPI of its own; with periods in the header it is empty. The KPI's name is
    that of the ``kpi`` columns together.
    """

    period: str
    value: tuple[str, ...] = ()
    kpi: tuple[str, ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """Only rows whose ``column`` holds one of ``values`` (or, ``negated``, none of them)."""

    column: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What somebody says about how a file is to be read; None and empty: it is found out.

    ``header`` are the first and the last row of the header, as a spreadsheet numbers them.
    """

    sheet: str = ""
    header: tuple[int, int] | None = None
    decimal_mark: DecimalMark | None = None
    date_form: DateForm | None = None
    missing_markers: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportValues:
    """A file with values, and what its columns hold.

    Either ``mapping.kpi`` or columns of values name each value's KPI, or ``kpi`` is the code (or
    name) of the one that every row belongs to. ``create`` makes missing KPIs on the dashboard.
    With ``strict`` one refused row refuses the file.
    """

    path: Path
    mapping: Mapping
    dashboard_id: UUID | None = None
    kpi: str | None = None
    create: NewKpiDefinition | None = None
    reading: Reading = field(default_factory=Reading)
    dry_run: bool = False
    strict: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused row: where it stands in the file, what it says and why.

    ``column`` and ``value`` are those of the cell that is to blame; a long one is cut. ``error``
    is translated when it is shown, like any other.
    """

    row: int
    column: str
    value: str
    error: KpixError

    @property
    def code(self) -> str:
        """The stable code of the error."""
        return self.error.code

    @property
    def message(self) -> str:
        """The error in English."""
        return str(self.error)

    @property
    def params(self) -> dict[str, object]:
        """What the error's message is filled with."""
        return self.error.params


@dataclass(frozen=True, slots=True)
class NumberForm:
    """How the numbers of a column were read, with an example of one that tells."""

    column: str
    mark: DecimalMark
    cell: str
    number: Decimal


@dataclass(frozen=True, slots=True)
class Correction:
    """A value that stood there and that the file changes."""

    code: str
    period_start: date
    frequency: Frequency
    old: Decimal
    new: Decimal


@dataclass(frozen=True, slots=True)
class StatusMove:
    """A KPI that stands otherwise after the import than before it."""

    code: str
    name: str
    before: Status
    before_critical: bool
    after: Status
    after_critical: bool


@dataclass(frozen=True, slots=True)
class ImportDone:
    """What an import did, or with ``dry_run`` would do. ``missing`` counts empty values.

    ``rows`` are those with anything in them that are wanted, ``skipped`` those that the conditions
    leave out. ``delimiter``, ``encoding``, ``sheet``, ``header`` and the forms say how the file
    was read; ``windows-1252`` is what is left when the bytes are no UTF-8, so accents deserve a
    look. ``blind``: percentages and errors of cells cannot be told in this kind of file.
    """

    inserted: int
    corrected: int
    unchanged: int
    missing: int
    refused: int
    refusals: tuple[Refusal, ...]
    kpis_created: tuple[str, ...]
    dry_run: bool
    rows: int = 0
    skipped: int = 0
    delimiter: str = ""
    encoding: str = ""
    sheet: str = ""
    header: tuple[int, int] = (1, 1)
    blind: bool = False
    number_forms: tuple[NumberForm, ...] = ()
    date_form: DateForm | None = None
    corrections: tuple[Correction, ...] = ()
    moves: tuple[StatusMove, ...] = ()

    @property
    def decimal_mark(self) -> DecimalMark | None:
        """The one decimal mark of the file; None: no number needs one, or columns differ."""
        marks = {form.mark for form in self.number_forms}
        return marks.pop() if len(marks) == 1 else None


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import is: rows read and rows in the file (None while unknown)."""

    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A sheet of a workbook."""

    name: str
    visible: bool = True
    filled: bool = True
