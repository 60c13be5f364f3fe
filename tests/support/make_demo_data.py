"""Prepares the public data that the demonstration ships, from the files as they were published.

    python tests/support/make_demo_data.py FOLDER_OF_PUBLISHED_FILES

writes the tables of ``kpix_tui/demo_data`` anew: one CSV file for each source and frequency, with
the first day of the period and one column for each KPI (by its code), and ``kpis.csv`` with the
definitions. Nothing here runs in the program. Derived figures are derived here, once: shares from
their numerators and denominators, daily means from hourly measurements that are valid.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "kpix_tui" / "demo_data"

Series = dict[date, Decimal]

UP, DOWN = "UP_IS_BETTER", "DOWN_IS_BETTER"

TRUSTS = {
    "R1H": "Barts Health",
    "RW6": "Pennine Acute Hospitals",
    "R1K": "London North West Healthcare",
    "RQM": "Chelsea and Westminster",
    "RF4": "Barking, Havering and Redbridge",
    "RJ2": "Lewisham and Greenwich",
    "RYJ": "Imperial College Healthcare",
    "RJZ": "King's College Hospital",
    "RAL": "Royal Free London",
    "RJE": "North Midlands",
    "RXF": "Mid Yorkshire Hospitals",
    "RWE": "Leicester",
    "RR8": "Leeds Teaching Hospitals",
    "RDU": "Frimley Health",
    "RQ6": "Royal Liverpool and Broadgreen",
    "RXP": "County Durham and Darlington",
    "RL4": "Royal Wolverhampton",
    "RXK": "Sandwell and West Birmingham",
    "RTD": "Newcastle upon Tyne Hospitals",
    "RTF": "Northumbria Healthcare",
    "RX1": "Nottingham",
    "RYX": "Central London Community Healthcare",
}
"""The trusts with most attendances, under the names that they bore in 2016 to 2019."""

REGIONS = {
    "NE": "North East",
    "NW": "North West",
    "YH": "Yorkshire and The Humber",
    "EM": "East Midlands",
    "WM": "West Midlands",
    "EE": "East",
    "LON": "London",
    "SE": "South East",
    "SW": "South West",
    "WAL": "Wales",
}

AGES = {
    "U1": "Under 1 year",
    "01-14": "01-14",
    "15-44": "15-44",
    "45-64": "45-64",
    "65-74": "65-74",
    "75-84": "75-84",
    "85": "85+",
}


@dataclass(frozen=True, slots=True)
class Kpi:
    """A line of ``kpis.csv``; ``table`` is the file with its values, empty when it has none."""

    dashboard: str
    code: str
    name: str
    unit: str
    decimals: int
    direction: str
    frequency: str
    green: str
    orange: str
    red: str
    target: str
    owner: str
    table: str
    description: str


def main(published: Path) -> None:
    """Write every table and the definitions."""
    tables: dict[str, dict[str, Series]] = defaultdict(dict)
    kpis: list[Kpi] = []
    for kpi, series in every_kpi(published):
        kpis.append(kpi)
        if kpi.table:
            tables[kpi.table][kpi.code] = series
    for name, columns in tables.items():
        write_table(DATA / f"{name}.csv", columns)
    with (DATA / "kpis.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        names = [spec.name for spec in fields(Kpi)]
        writer.writerow(names)
        writer.writerows([getattr(kpi, name) for name in names] for kpi in kpis)
    print(f"{len(kpis)} KPIs, {sum(len(s) for c in tables.values() for s in c.values())} values")


def every_kpi(published: Path) -> Iterator[tuple[Kpi, Series]]:
    """Every KPI with its published or derived values."""
    yield from emergency(published / "nhs_ae" / "ae_attendances_long.csv")
    yield from deaths(published / "ons_mortality" / "ons_mortality_weekly.csv")
    yield from energy(published)
    yield from air(published / "uci_air_quality" / "AirQualityUCI_iso_bom.csv")


def write_table(path: Path, columns: Mapping[str, Series]) -> None:
    """One row for each period that any column has, oldest first."""
    periods = sorted({day for series in columns.values() for day in series})
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["period", *columns])
        for day in periods:
            writer.writerow(
                [day.isoformat(), *(series.get(day, "") for series in columns.values())]
            )


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The records of a published file."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        yield from csv.DictReader(file)


def rounded(value: Decimal, decimals: int) -> Decimal:
    """``value`` to the decimals that are shipped."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)


# --- emergency departments -------------------------------------------------------------------


@dataclass(slots=True)
class Month:
    """What the departments of a trust did in a month."""

    attendances: int = 0
    breaches: int = 0
    admissions: int = 0

    def add(self, row: Mapping[str, str]) -> None:
        """Count one type of department."""
        self.attendances += int(row["attendances"])
        self.breaches += int(row["breaches"])
        self.admissions += int(row["admissions"])

    @property
    def within(self) -> Decimal:
        """Percentage of attendances that ended within four hours."""
        return rounded(100 - Decimal(100 * self.breaches) / self.attendances, 4)

    @property
    def admitted(self) -> Decimal:
        """Percentage of attendances that ended in an emergency admission."""
        return rounded(Decimal(100 * self.admissions) / self.attendances, 4)


def emergency(path: Path) -> Iterator[tuple[Kpi, Series]]:
    """The four-hour standard and admissions, by trust and for England."""
    months: dict[str, dict[date, Month]] = defaultdict(lambda: defaultdict(Month))
    for row in rows_of(path):
        groups = [row["org_code"], "ENGLAND"]
        groups += [f"{row['org_code']} type 1", "ENGLAND type 1"] if row["type"] == "1" else []
        for group in groups:
            months[group][date.fromisoformat(row["period"])].add(row)
    standard = {
        "ENGLAND": "England, all departments",
        "ENGLAND type 1": "England, major departments",
    }
    for group, name in (standard | TRUSTS).items():
        code = {"ENGLAND": "AE-ALL", "ENGLAND type 1": "AE-MAJOR"}.get(group, f"AE-{group}")
        yield (
            Kpi(
                "emergency",
                code,
                name,
                "%",
                1,
                UP,
                "MONTHLY",
                "95",
                "90",
                "85",
                "95",
                "manager" if group.startswith("ENGLAND") else "user",
                "nhs_ae_monthly",
                "Share of attendances admitted, transferred or discharged within four hours "
                "of arrival: 1 − breaches / attendances.",
            ),
            {day: month.within for day, month in months[group].items()},
        )
    for group in ("ENGLAND", *[code for code in TRUSTS if code != "RYX"][:12]):
        name = f"Admitted, {TRUSTS.get(group, 'England')}"
        code = "ADM-ALL" if group == "ENGLAND" else f"ADM-{group}"
        yield (
            Kpi(
                "flow",
                code,
                name,
                "%",
                1,
                DOWN,
                "MONTHLY",
                "28",
                "31",
                "35",
                "",
                "manager",
                "nhs_ae_monthly",
                "Share of attendances at major departments that ended in an emergency admission.",
            ),
            {day: month.admitted for day, month in months[f"{group} type 1"].items()},
        )
    yield (
        Kpi(
            "flow",
            "LEFT-UNSEEN",
            "Left before being seen",
            "%",
            1,
            DOWN,
            "MONTHLY",
            "3",
            "5",
            "8",
            "",
            "user",
            "",
            "Not in the published figures: a KPI that nobody has fed yet.",
        ),
        {},
    )


# --- weekly deaths ---------------------------------------------------------------------------


def deaths(path: Path) -> Iterator[tuple[Kpi, Series]]:
    """Deaths registered in a week, by region and by age, and against the weeks of five years."""
    found: dict[tuple[str, str], Series] = defaultdict(dict)
    for row in rows_of(path):
        day = date.fromisoformat(row["date"])
        if day.year >= 2016 and row["counts"] != "NA":
            # Published for the week that ends on this Friday: kpix keeps its Monday.
            monday = day - timedelta(days=day.weekday())
            found[row["category_1"], row["category_2"]][monday] = Decimal(row["counts"])
    total = found["Total deaths", "all ages"]
    usual = found["Total deaths", "average of same week over 5 years"]
    yield weekly_deaths("deaths-region", "DEATHS", "England and Wales", total)
    for code, name in REGIONS.items():
        yield weekly_deaths("deaths-region", f"DEATHS-{code}", name, found["Region", name])
    for code, name in AGES.items():
        ages = name.replace("-", " to ").replace("+", " and over")
        label = name if code == "U1" else f"Aged {ages}"
        series = {day: n for day, n in found["Persons", name].items() if day <= max(usual)}
        yield weekly_deaths("deaths-age", f"DEATHS-{code}", label, series)
    yield (
        Kpi(
            "deaths-age",
            "DEATHS-EXCESS",
            "Against the usual week",
            "%",
            1,
            DOWN,
            "WEEKLY",
            "2",
            "5",
            "10",
            "0",
            "manager",
            "ons_deaths_weekly",
            "Deaths of the week against the mean of the same week in the five years before.",
        ),
        {
            day: rounded(100 * (total[day] / usual[day] - 1), 2)
            for day in total.keys() & usual.keys()
        },
    )


def weekly_deaths(dashboard: str, code: str, name: str, series: Series) -> tuple[Kpi, Series]:
    """Thresholds stand at 105, 115 and 125 % of the mean of the years 2016 to 2019."""
    usual = [value for day, value in series.items() if day.year <= 2019]
    mean = sum(usual, Decimal()) / len(usual)
    green, orange, red = (str(rounded(mean * part / 100, 0)) for part in (105, 115, 125))
    owner = "manager" if code == "DEATHS" else "user"
    about = "Deaths registered in the week that ended on its Friday, provisional figures."
    return (
        Kpi(
            dashboard,
            code,
            name,
            "deaths",
            0,
            DOWN,
            "WEEKLY",
            green,
            orange,
            red,
            "",
            owner,
            "ons_deaths_weekly",
            about,
        ),
        series,
    )


# --- energy prices ---------------------------------------------------------------------------


def energy(published: Path) -> Iterator[tuple[Kpi, Series]]:
    """What a buyer of gas and oil pays, and how it moved in a year."""
    gas, oil = "USD/MMBtu", "USD/bbl"
    gas_bands, oil_bands = ("3", "4", "6"), ("75", "85", "95")
    on_gas, on_oil = "natural_gas", "oil_prices/brent"
    sources = (
        ("GAS-DAY", "Henry Hub gas, day", gas, "DAILY", gas_bands, f"{on_gas}/daily.csv", 730),
        ("GAS", "Henry Hub gas, month", gas, "MONTHLY", gas_bands, f"{on_gas}/monthly.csv", 3650),
        ("BRENT-DAY", "Brent oil, day", oil, "DAILY", oil_bands, f"{on_oil}-daily.csv", 730),
        ("BRENT", "Brent oil, week", oil, "WEEKLY", oil_bands, f"{on_oil}-weekly.csv", 1820),
        (
            "BRENT-MONTH",
            "Brent oil, month",
            oil,
            "MONTHLY",
            oil_bands,
            f"{on_oil}-monthly.csv",
            3650,
        ),
    )
    for code, name, unit, frequency, bands, path, days in sources:
        series = prices(published / path, frequency)
        table = f"energy_{frequency.lower()}"
        yield (
            Kpi(
                "energy",
                code,
                name,
                unit,
                2,
                DOWN,
                frequency,
                *bands,
                "",
                "manager",
                table,
                "Spot price, US Energy Information Administration.",
            ),
            latest(series, days),
        )
        if frequency == "MONTHLY":
            yield (
                Kpi(
                    "energy",
                    f"{code}-YEAR",
                    f"{name.split(',')[0]}, over twelve months",
                    "%",
                    1,
                    DOWN,
                    frequency,
                    "5",
                    "15",
                    "40",
                    "",
                    "user",
                    table,
                    "Price of the month against that of the same month a year before.",
                ),
                latest(over_a_year(series), days),
            )


def prices(path: Path, frequency: str) -> Series:
    """A published price list, by the first day of the period."""
    found: Series = {}
    for row in rows_of(path):
        text, price = list(row.values())[:2]
        day = date.fromisoformat(text if len(text) == 10 else f"{text}-01")
        start = {"DAILY": day, "WEEKLY": day - timedelta(days=day.weekday())}.get(
            frequency, day.replace(day=1)
        )
        if price:
            found[start] = Decimal(price)
    return found


def latest(series: Series, days: int) -> Series:
    """The last ``days`` days of a series."""
    since = max(series) - timedelta(days=days)
    return {day: value for day, value in series.items() if day > since}


def over_a_year(series: Series) -> Series:
    """The change in percent against the same month of the year before."""
    before = {day.replace(year=day.year + 1): value for day, value in series.items()}
    return {
        day: rounded(100 * (series[day] / before[day] - 1), 2)
        for day in series.keys() & before.keys()
    }


# --- air quality -----------------------------------------------------------------------------

MISSING = Decimal(-200)
"""What the file says where there is no measurement."""


def air(path: Path) -> Iterator[tuple[Kpi, Series]]:
    """Daily and weekly means of hourly measurements at a busy road of an Italian city."""
    hours = hourly(path)
    mean = "Mean of the valid hourly measurements."
    substances = (
        ("CO", "Carbon monoxide", "mg/m³", "CO(GT)", ("2", "3", "4"), 2),
        ("C6H6", "Benzene", "µg/m³", "C6H6(GT)", ("5", "10", "15"), 1),
        ("NOX", "Nitrogen oxides", "ppb", "NOx(GT)", ("150", "300", "450"), 0),
        ("NO2", "Nitrogen dioxide", "µg/m³", "NO2(GT)", ("100", "130", "160"), 0),
        ("NMHC", "Hydrocarbons without methane", "µg/m³", "NMHC(GT)", ("150", "250", "400"), 0),
    )
    for code, name, unit, column, bands, decimals in substances:
        about = (unit, decimals, mean)
        yield air_kpi(code, name, about, bands), by_day(hours[column], average)
        if code != "NMHC":
            weekly = air_kpi(f"{code}-WEEK", f"{name}, week", about, bands, frequency="WEEKLY")
            yield weekly, by_week(hours[column])
    dioxide = hours["NO2(GT)"]
    peak = "The highest hourly mean of the day; the European limit for an hour is 200 µg/m³."
    yield (
        air_kpi(
            "NO2-PEAK",
            "Nitrogen dioxide, worst hour",
            ("µg/m³", 0, peak),
            ("140", "170", "200"),
        ),
        by_day(dioxide, max),
    )
    above = "Hours of the day above the European limit of 200 µg/m³."
    yield (
        air_kpi(
            "NO2-HOURS", "Nitrogen dioxide, hours above limit", ("h", 0, above), ("0", "2", "6")
        ),
        by_day(dioxide, lambda values: Decimal(sum(value > 200 for value in values))),
    )
    coverage = "Share of the 24 hours with a valid measurement of nitrogen dioxide."
    yield (
        air_kpi(
            "NO2-VALID",
            "Measurements that are valid",
            ("%", 0, coverage),
            ("95", "85", "60"),
            direction=UP,
        ),
        by_day(dioxide, lambda values: rounded(Decimal(100 * len(values)) / 24, 2)),
    )


def air_kpi(
    code: str,
    name: str,
    about: tuple[str, int, str],
    bands: tuple[str, str, str],
    *,
    frequency: str = "DAILY",
    direction: str = DOWN,
) -> Kpi:
    """A KPI of the dashboard on air; ``about`` is its unit, its decimals and what it says."""
    unit, decimals, text = about
    return Kpi(
        "air",
        code,
        name,
        unit,
        decimals,
        direction,
        frequency,
        *bands,
        "",
        "user",
        f"air_{frequency.lower()}",
        text,
    )


def hourly(path: Path) -> dict[str, dict[date, list[Decimal]]]:
    """The valid measurements of each day, by column."""
    found: dict[str, dict[date, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    for row in rows_of(path):
        for column in ("CO(GT)", "C6H6(GT)", "NOx(GT)", "NO2(GT)", "NMHC(GT)"):
            value = Decimal(row[column])
            if value != MISSING:
                found[column][date.fromisoformat(row["Date"])].append(value)
    return found


def average(values: Iterable[Decimal]) -> Decimal:
    """The mean, to two decimals."""
    measured = list(values)
    return rounded(sum(measured, Decimal()) / len(measured), 2)


def by_day(days: Mapping[date, list[Decimal]], of: Callable[[list[Decimal]], Decimal]) -> Series:
    """One figure a day; a day without a measurement has none."""
    return {day: of(values) for day, values in days.items()}


def by_week(days: Mapping[date, list[Decimal]]) -> Series:
    """Means of the whole weeks."""
    weeks: dict[date, list[Decimal]] = defaultdict(list)
    for day, values in days.items():
        weeks[day - timedelta(days=day.weekday())].extend(values)
    first, last = min(days), max(days)
    return {
        monday: average(values)
        for monday, values in weeks.items()
        if monday >= first and monday + timedelta(days=6) <= last
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
