"""The commands of the guide on real files, and another reading of the same files."""

from __future__ import annotations

import csv
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.cli.conftest import Kpix
from tests.support.files import SHARED

GUIDE = Path(__file__).parents[2] / "docs/guide/imports.md"
real = pytest.mark.skipif(not SHARED.is_dir(), reason="the public files are not here")


def commands() -> dict[str, list[str]]:
    """The command lines of the guide by the file that they import."""
    text = GUIDE.read_text(encoding="utf-8").partition("## On public data")[2]
    found = (shlex.split(line) for line in text.splitlines() if line.startswith("kpix import"))
    return {words[3]: words[1:] for words in found}


def read(name: str, delimiter: str = ",") -> Iterator[dict[str, str]]:
    with (SHARED / name).open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file, delimiter=delimiter)


def ter() -> Iterator[str]:
    rows = read("sncf/regularite-mensuelle-ter_2023.csv", ";")
    return (row["Taux de régularité"] for row in rows)


def tgv() -> Iterator[str]:
    for row in read("sncf/reglarite-mensuelle-tgv-nationale_2024.csv", ";"):
        yield from (value for name, value in row.items() if name != "Date")


def accidents() -> Iterator[str]:
    for row in read("nhs_ae/ae_attendances_long.csv"):
        if row["type"] == "1":
            yield from (row["attendances"], row["breaches"])


def deaths() -> Iterator[str]:
    rows = read("ons_mortality/ons_mortality_weekly.csv")
    return (row["counts"] for row in rows if row["category_1"] == "Total deaths")


def brent_weeks() -> Iterator[str]:
    book = CalamineWorkbook.from_path(SHARED / "oil_prices/brent-week.xls")
    rows = book.get_sheet_by_name("Data 1").to_python()
    return (str(row[1]) for row in rows if hasattr(row[0], "year"))


def air(name: str, delimiter: str, hour: str) -> Iterator[str]:
    for row in read(name, delimiter):
        if row["Time"] == hour:
            yield from (row[column] for column in ("CO(GT)", "C6H6(GT)", "T"))


COMMA, ISO = (f"uci_air_quality/AirQualityUCI_{kind}.csv" for kind in ("decimal_comma", "iso_bom"))
READINGS: dict[str, Callable[[], Iterator[str]]] = {
    "sncf/regularite-mensuelle-ter_2023.csv": ter,
    "sncf/reglarite-mensuelle-tgv-nationale_2024.csv": tgv,
    "nhs_ae/ae_attendances_long.csv": accidents,
    "ons_mortality/ons_mortality_weekly.csv": deaths,
    "oil_prices/brent-monthly.csv": lambda: (
        row["Price"] for row in read("oil_prices/brent-monthly.csv")
    ),
    "oil_prices/brent-week.xls": brent_weeks,
    COMMA: lambda: air(COMMA, ";", "18.00.00"),
    ISO: lambda: air(ISO, ",", "18:00:00"),
    "uk_sdg/data/indicator_10-2-1.csv": lambda: (
        row["Value"] for row in read("uk_sdg/data/indicator_10-2-1.csv")
    ),
    "natural_gas/daily.csv": lambda: (row["Price"] for row in read("natural_gas/daily.csv")),
}


@real
@pytest.mark.parametrize("name", READINGS)
def test_the_counts_are_those_of_another_reading(
    name: str, kpix: Kpix, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = commands()[name]
    kpix("dashboard", "create", "--title", "D", "--process", "P")
    monkeypatch.chdir(SHARED)
    done = kpix(*line, "--json").json
    cells = list(READINGS[name]())
    filled = sum(1 for cell in cells if cell.strip() and cell != "-200")
    counts = {key: done[key] for key in ("inserted", "missing", "refused")}
    assert counts == {"inserted": filled, "missing": len(cells) - filled, "refused": 0}


@real
def test_commas_and_points_give_the_same_values(
    kpix: Kpix, monkeypatch: pytest.MonkeyPatch
) -> None:
    kpix("dashboard", "create", "--title", "D", "--process", "P")
    monkeypatch.chdir(SHARED)
    first = kpix(*commands()[COMMA], "--json").json
    again = kpix(*commands()[ISO], "--json").json
    assert again["unchanged"] == first["inserted"] > 0
    assert (again["inserted"], again["corrected"]) == (0, 0)


def test_every_command_of_the_guide_is_tried() -> None:
    assert set(commands()) == set(READINGS)
