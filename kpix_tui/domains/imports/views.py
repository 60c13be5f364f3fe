"""What goes into and comes out of an import."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from kpix_tui.domains.kpis.views import Direction, Thresholds
from kpix_tui.i18n.formats import DecimalMark as DecimalMark
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.periods import Frequency


@dataclass(frozen=True, slots=True)
class NewKpiDefinition:
    """What KPIs that an import creates are made with."""

    frequency: Frequency
    direction: Direction
    thresholds: Thresholds
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column holds what; header names as they stand in the file."""

    period: str
    value: str
    kpi: str | None = None


@dataclass(frozen=True, slots=True)
class ImportValues:
    """A long CSV file: one value a row.

    Either ``mapping.kpi`` names the column with each row's KPI, or ``kpi`` is the code (or name)
    of the one that every row belongs to. ``create`` makes missing KPIs on the dashboard.
    """

    path: Path
    mapping: Mapping
    dashboard_id: UUID | None = None
    kpi: str | None = None
    create: NewKpiDefinition | None = None
    decimal_mark: DecimalMark | None = None
    missing_markers: tuple[str, ...] = ()
    dry_run: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused row: where it stands in the file (1 is the header), what it says and why.

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
class ImportDone:
    """What an import did, or with ``dry_run`` would do. ``missing`` counts empty values.

    ``rows`` are those with anything in them. ``delimiter``, ``encoding`` and ``decimal_mark``
    (None: no number needs one) say how the file was read; ``windows-1252`` is what is left when
    the bytes are no UTF-8, so accents deserve a look.
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
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal_mark: DecimalMark | None = None


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import is: rows read and rows in the file (None while unknown)."""

    done: int
    total: int | None
