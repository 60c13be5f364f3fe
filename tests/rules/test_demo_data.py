"""The figures of the demonstration, at any day on which somebody may open it."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import kpix_tui
from kpix_tui.app.demo_data import DemoKpi, load_demo
from kpix_tui.domains.kpis.rules import status_for, validate_thresholds
from kpix_tui.domains.kpis.views import Status
from kpix_tui.kernel.periods import Frequency, last_ended, period_of

TODAY = date(2026, 11, 21)
FOLDER = Path(kpix_tui.__file__).parent / "demo_data"


def all_kpis(today: date) -> list[DemoKpi]:
    """Every KPI of the demonstration."""
    return [kpi for dashboard in load_demo(today) for kpi in dashboard.kpis]


def find(code: str, today: date = TODAY) -> DemoKpi:
    """One KPI."""
    return next(kpi for kpi in all_kpis(today) if kpi.code == code)


def test_there_is_enough_of_everything() -> None:
    dashboards = load_demo(TODAY)
    kpis = all_kpis(TODAY)
    assert len(kpis) >= 60
    assert len(dashboards) >= 5
    assert len({dashboard.process for dashboard in dashboards}) >= 4
    assert len({kpi.code for kpi in kpis}) == len(kpis)
    assert {kpi.frequency for kpi in kpis} == {
        Frequency.DAILY,
        Frequency.WEEKLY,
        Frequency.MONTHLY,
    }
    assert {kpi.owner for kpi in kpis} >= {"manager", "user"}


def test_every_kpi_can_be_defined() -> None:
    for kpi in all_kpis(TODAY):
        validate_thresholds(kpi.direction, kpi.thresholds)


@pytest.mark.parametrize("weeks", range(0, 160, 9))
def test_all_statuses_are_there_whatever_the_day(weeks: int) -> None:
    today = TODAY + timedelta(weeks=weeks, days=weeks % 7)
    found: Counter[str] = Counter()
    for kpi in all_kpis(today):
        last = kpi.values[max(kpi.values)] if kpi.values else None
        status = status_for(last, kpi.thresholds, kpi.direction)
        found["CRITICAL" if status.critical else status.status.value] += 1
    assert set(found) == {"CRITICAL", *(status.value for status in Status)}, found


@pytest.mark.parametrize("days", [0, 1, 2, 3, 10, 41, 72, 130, 365, 1500])
def test_values_end_at_the_last_period_and_never_after(days: int) -> None:
    today = TODAY + timedelta(days=days)
    for dashboard in load_demo(today):
        by_frequency: dict[Frequency, list[date]] = {}
        for kpi in dashboard.kpis:
            assert all(period_of(kpi.frequency, day).start == day for day in kpi.values)
            if kpi.values:
                by_frequency.setdefault(kpi.frequency, []).append(max(kpi.values))
        for frequency, lasts in by_frequency.items():
            last = last_ended(frequency, today).start
            # Prices are made on weekdays only.
            slack = 3 if frequency is Frequency.DAILY else 0
            assert last - timedelta(days=slack) <= max(lasts) <= last, dashboard.title


def test_months_stay_months_of_the_year_and_days_stay_weekdays() -> None:
    moved, later = find("AE-ALL"), find("AE-ALL", TODAY.replace(year=2030))
    published = _column("nhs_ae_monthly.csv", "AE-ALL")
    for kpi in (moved, later):
        gaps = {day.year - old.year for day, old in zip(kpi.values, published, strict=False)}
        assert len(gaps) == 1
        assert [day.month for day in kpi.values] == [old.month for old in published][
            : len(kpi.values)
        ]
    prices = find("BRENT-DAY").values
    assert {day.weekday() for day in prices} == set(range(5))


def test_moving_changes_no_value_and_no_gap() -> None:
    kpi = find("CO")
    published = _column("air_daily.csv", "CO")
    shift = min(kpi.values) - min(published)
    assert shift.days % 7 == 0
    until = last_ended(Frequency.DAILY, TODAY).start
    assert kpi.values == {
        day + shift: value for day, value in published.items() if day + shift <= until
    }


def test_what_is_recent_enough_is_not_moved() -> None:
    kpi = find("BRENT-MONTH", date(2026, 8, 3))
    assert max(kpi.values) == date(2026, 7, 1)
    assert kpi.values == _column("energy_monthly.csv", "BRENT-MONTH")


def test_descriptions_name_source_licence_and_move() -> None:
    for dashboard in load_demo(TODAY):
        assert any(
            licence in dashboard.description
            for licence in ("Open Government Licence", "CC BY 4.0", "public domain")
        )
        assert "moved" in dashboard.description
        assert len(dashboard.title) <= 40
    assert len({dashboard.title for dashboard in load_demo(TODAY)}) == 6


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 300_000


def _column(table: str, code: str) -> dict[date, Decimal]:
    """The published values, read without kpix."""
    lines = (FOLDER / table).read_text(encoding="utf-8").splitlines()
    place = lines[0].split(",").index(code)
    rows = [line.split(",") for line in lines[1:]]
    return {date.fromisoformat(row[0]): Decimal(row[place]) for row in rows if row[place]}


SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
published = pytest.mark.skipif(not SHARED.is_dir(), reason="the published files are not here")


def _published(path: str) -> list[dict[str, str]]:
    with (SHARED / path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@published
def test_shares_are_those_of_the_published_counts() -> None:
    came: Counter[tuple[str, str]] = Counter()
    late: Counter[tuple[str, str]] = Counter()
    for row in _published("nhs_ae/ae_attendances_long.csv"):
        for group in (row["org_code"], "ALL"):
            came[group, row["period"]] += int(row["attendances"])
            late[group, row["period"]] += int(row["breaches"])
    for group in ("ALL", "RF4", "RYX"):
        for day, share in _column("nhs_ae_monthly.csv", f"AE-{group}").items():
            exact = 100 - Fraction(100 * late[group, str(day)], came[group, str(day)])
            assert abs(Fraction(share) - exact) <= Fraction(1, 20_000)


@published
def test_means_are_those_of_the_valid_hours() -> None:
    hours: dict[date, list[Fraction]] = {}
    for row in _published("uci_air_quality/AirQualityUCI_iso_bom.csv"):
        if row["NO2(GT)"] != "-200":
            hours.setdefault(date.fromisoformat(row["Date"]), []).append(Fraction(row["NO2(GT)"]))
    means = _column("air_daily.csv", "NO2")
    assert means.keys() == hours.keys()
    for day, mean in means.items():
        exact = sum(hours[day], Fraction()) / len(hours[day])
        assert abs(Fraction(mean) - exact) <= Fraction(1, 200)
    assert _column("air_daily.csv", "NO2-PEAK") == {day: max(of) for day, of in hours.items()}


@published
def test_weeks_are_those_that_end_on_the_published_friday() -> None:
    london = {
        date.fromisoformat(row["date"]) - timedelta(days=4): Decimal(row["counts"])
        for row in _published("ons_mortality/ons_mortality_weekly.csv")
        if row["category_2"] == "London" and row["date"] >= "2016"
    }
    assert _column("ons_deaths_weekly.csv", "DEATHS-LON") == london
