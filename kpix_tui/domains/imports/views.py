"""What goes into and comes out of an import."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from kpix_tui.domains.kpis.views import Direction, Thresholds
from kpix_tui.kernel.periods import Frequency


class DecimalMark(StrEnum):
    """What separates units from decimals in a column of numbers."""

    POINT = "POINT"
    COMMA = "COMMA"


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

    ``code`` and ``params`` are those of the :class:`~kpix_tui.kernel.errors.KpixError` behind it.
    """

    row: int
    column: str
    value: str
    code: str
    message: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportDone:
    """What an import did, or with ``dry_run`` would do. ``missing`` counts empty values."""

    inserted: int
    corrected: int
    unchanged: int
    missing: int
    refused: int
    refusals: tuple[Refusal, ...]
    kpis_created: tuple[str, ...]
    dry_run: bool


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import is: rows read and rows in the file (None while unknown)."""

    done: int
    total: int | None
