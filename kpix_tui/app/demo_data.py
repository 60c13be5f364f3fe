"""The figures of the demonstration, moved to the present. Reads files of the package, no database.

What was published years ago would leave every KPI without a value for years. So the dates are moved
forward: by whole years where the season matters, otherwise to the last period that has ended.
Weekdays stay weekdays. What would fall into the future is left out.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from importlib.resources.abc import Traversable

from kpix_tui.domains.kpis.views import Direction, Thresholds
from kpix_tui.kernel.periods import Frequency, last_ended, period_of

Series = dict[date, Decimal]

_WEEK = timedelta(days=7)
_DAYS_IN_A_YEAR = 365.2425


@dataclass(frozen=True, slots=True)
class DemoKpi:
    """A KPI and its values, by the first day of each period, oldest first."""

    code: str
    name: str
    description: str
    unit: str
    decimals: int
    direction: Direction
    frequency: Frequency
    thresholds: Thresholds
    owner: str
    values: Series


@dataclass(frozen=True, slots=True)
class DemoDashboard:
    """A dashboard; ``owner`` is the key of one of the people."""

    title: str
    process: str
    description: str
    owner: str
    kpis: tuple[DemoKpi, ...]


def load_demo(today: date, folder: Traversable | None = None) -> tuple[DemoDashboard, ...]:
    """Every dashboard with values that end at the last period before ``today``."""
    root = files("kpix_tui") / "demo_data" if folder is None else folder
    rows = _rows(root / "kpis.csv")
    tables = {name: _table(root / f"{name}.csv") for name in {row["table"] for row in rows} - {""}}
    described = tomllib.loads((root / "dashboards.toml").read_text(encoding="utf-8"))
    return tuple(
        _dashboard(entry, [row for row in rows if row["dashboard"] == entry["key"]], tables, today)
        for entry in described["dashboard"]
    )


def _dashboard(
    entry: Mapping[str, str | bool],
    rows: Iterable[Mapping[str, str]],
    tables: Mapping[str, Mapping[str, Series]],
    today: date,
) -> DemoDashboard:
    kpis = [_kpi(row, tables) for row in rows]
    moves = {
        frequency: _move(frequency, kpis, today, season=bool(entry["season"]))
        for frequency in {kpi.frequency for kpi in kpis}
    }
    return DemoDashboard(
        title=str(entry["title"]),
        process=str(entry["process"]),
        description=f"{entry['description']} {_said(entry, moves.values())}",
        owner=str(entry["owner"]),
        kpis=tuple(moves[kpi.frequency].applied_to(kpi, today) for kpi in kpis),
    )


def _said(entry: Mapping[str, str | bool], moves: Iterable[Move]) -> str:
    years = max(move.years for move in moves)
    if years:
        return f"Figures of {entry['published']}, moved forward by {years} years for this demo."
    return f"Figures of {entry['published']}, moved to the present for this demo."


def _rows(path: Traversable) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def _table(path: Traversable) -> dict[str, Series]:
    columns: dict[str, Series] = {}
    for row in _rows(path):
        start = date.fromisoformat(row.pop("period"))
        for code, text in row.items():
            if text:
                columns.setdefault(code, {})[start] = Decimal(text)
    return columns


def _kpi(row: Mapping[str, str], tables: Mapping[str, Mapping[str, Series]]) -> DemoKpi:
    return DemoKpi(
        code=row["code"],
        name=row["name"],
        description=row["description"],
        unit=row["unit"],
        decimals=int(row["decimals"]),
        direction=Direction(row["direction"]),
        frequency=Frequency(row["frequency"]),
        thresholds=Thresholds(
            green=Decimal(row["green"]),
            orange=Decimal(row["orange"]),
            red=Decimal(row["red"]),
            target=Decimal(row["target"]) if row["target"] else None,
        ),
        owner=row["owner"],
        values=tables[row["table"]][row["code"]] if row["table"] else {},
    )


@dataclass(frozen=True, slots=True)
class Move:
    """How far forward dates go: so many months, or so many whole weeks."""

    frequency: Frequency
    months: int = 0
    weeks: int = 0
    years: int = 0

    def of(self, start: date) -> date:
        """The first day of the period to which ``start`` goes."""
        if self.frequency is Frequency.MONTHLY:
            return period_of(self.frequency, start).shift(self.months).start
        return start + self.weeks * _WEEK

    def applied_to(self, kpi: DemoKpi, today: date) -> DemoKpi:
        """The KPI with its values moved, up to the last period that has ended."""
        until = last_ended(kpi.frequency, today).start
        moved = {self.of(start): value for start, value in sorted(kpi.values.items())}
        return replace(kpi, values={day: value for day, value in moved.items() if day <= until})


def _move(frequency: Frequency, kpis: Iterable[DemoKpi], today: date, *, season: bool) -> Move:
    """The least move by which the latest value of these KPIs reaches the last period."""
    starts = [max(kpi.values) for kpi in kpis if kpi.frequency is frequency and kpi.values]
    goal = last_ended(frequency, today).start
    move = Move(frequency)
    steps = 0
    while starts and move.of(max(starts)) < goal:
        steps += 1
        move = _step(frequency, steps, season=season)
    return move


def _step(frequency: Frequency, steps: int, *, season: bool) -> Move:
    years = steps if season else 0
    if frequency is Frequency.MONTHLY:
        return Move(frequency, months=12 * steps if season else steps, years=years)
    weeks = round(steps * _DAYS_IN_A_YEAR / 7) if season else steps
    return Move(frequency, weeks=weeks, years=years)
