"""Imports, from the file to what stands in the database.

Real files are compared with a reading of their own: the csv module, Decimal, and statuses computed
here from the definition, with nothing of kpix in between.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from kpix_tui.access.policy import OutOfScope, PermissionMissing
from kpix_tui.app.context import Context
from kpix_tui.domains.dashboards.errors import DashboardNotFound
from kpix_tui.domains.dashboards.service import create_dashboard
from kpix_tui.domains.dashboards.views import CreateDashboard
from kpix_tui.domains.imports import errors
from kpix_tui.domains.imports.service import import_values, importing
from kpix_tui.domains.imports.views import (
    DecimalMark,
    ImportDone,
    ImportProgress,
    ImportValues,
    Mapping,
    NewKpiDefinition,
    Reading,
)
from kpix_tui.domains.kpis.errors import ThresholdsNotMonotone
from kpix_tui.domains.kpis.service import create_kpi, list_definitions
from kpix_tui.domains.kpis.views import CreateKpi, Direction, Kpi, Thresholds
from kpix_tui.domains.values.service import list_values, value_history
from kpix_tui.domains.values.views import ValueRow
from kpix_tui.kernel.errors import Cancelled, KpixError
from kpix_tui.kernel.paging import PageRequest
from kpix_tui.kernel.periods import Frequency
from tests.support.files import SHARED

real = pytest.mark.skipif(not SHARED.is_dir(), reason="the real files are not here")

UP = NewKpiDefinition(
    Frequency.MONTHLY,
    Direction.UP_IS_BETTER,
    Thresholds(Decimal(95), Decimal(92), Decimal(88)),
    "%",
)
DOWN = NewKpiDefinition(
    Frequency.MONTHLY, Direction.DOWN_IS_BETTER, Thresholds(Decimal(3), Decimal(4), Decimal(6))
)
LONG = Mapping(kpi=("kpi",), period="period", value=("value",))
ONE = Mapping(period="period", value=("value",))


@pytest.fixture
def dashboard(context: Context) -> UUID:
    """An empty dashboard of Acme's administrator."""
    return context.run(create_dashboard, CreateDashboard("Transport")).id


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a file and gives its path."""

    def make(text: str) -> Path:
        path = tmp_path / "values.csv"
        path.write_bytes(text.encode())
        return path

    return make


Write = Callable[[str], Path]


def stored(context: Context, kpi: Kpi) -> list[ValueRow]:
    """Every value of a KPI, oldest first."""
    page = PageRequest(limit=100_000, sort="period_start")
    return list(context.run(list_values, kpi.id, page).rows)


def everything(context: Context) -> dict[str, dict[date, tuple[Decimal, str, bool]]]:
    """What stands in the database: KPI name, first day of the period, value and status."""
    return {
        kpi.name: {
            row.period_start: (row.value, row.status.value, row.critical)
            for row in stored(context, kpi)
        }
        for kpi in context.run(list_definitions)
    }


def judged(value: Decimal, green: str, orange: str, red: str, *, up: bool) -> tuple[str, bool]:
    """The definition of a status, written down once more."""
    sign = 1 if up else -1
    g, o, r = (sign * Decimal(text) for text in (green, orange, red))
    if sign * value >= g:
        return "GREEN", False
    if sign * value >= o:
        return "ORANGE", False
    return "RED", sign * value < r


def counts(done: ImportDone) -> tuple[int, int, int, int, int]:
    """Inserted, corrected, unchanged, missing, refused."""
    return done.inserted, done.corrected, done.unchanged, done.missing, done.refused


# --- real files ------------------------------------------------------------------------------


@real
def test_trains_of_2023_by_region(context: Context, dashboard: UUID) -> None:
    path = SHARED / "sncf" / "regularite-mensuelle-ter_2023.csv"
    expected: dict[str, dict[date, tuple[Decimal, str, bool]]] = defaultdict(dict)
    missing = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            if not row["Taux de régularité"]:
                missing += 1
                continue
            value = Decimal(row["Taux de régularité"])
            month = date.fromisoformat(row["Date"] + "-01")
            expected[row["Région"]][month] = (value, *judged(value, "95", "92", "88", up=True))
    command = ImportValues(
        path,
        Mapping(kpi=("Région",), period="Date", value=("Taux de régularité",)),
        dashboard_id=dashboard,
        create=UP,
    )
    done = context.run(import_values, command)
    total = sum(map(len, expected.values()))
    assert counts(done) == (total, 0, 0, missing, 0)
    assert (total, missing, len(done.kpis_created)) == (1832, 37, 28)
    assert (done.delimiter, done.encoding, done.decimal_mark) == (";", "utf-8", DecimalMark.POINT)
    assert everything(context) == expected

    again = context.run(import_values, command)
    assert counts(again) == (0, 0, total, missing, 0)
    assert again.kpis_created == ()
    assert everything(context) == expected


@real
def test_brent_by_week_into_one_kpi(context: Context, dashboard: UUID) -> None:
    path = SHARED / "oil_prices" / "brent-weekly.csv"
    expected = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            friday, value = date.fromisoformat(row["Date"]), Decimal(row["Price"])
            monday = friday - timedelta(days=friday.weekday())
            expected[monday] = (value, *judged(value, "3", "4", "6", up=False))
    context.run(
        create_kpi,
        CreateKpi(
            dashboard, "Brent spot", DOWN.direction, Frequency.WEEKLY, DOWN.thresholds, code="BRENT"
        ),
    )
    command = ImportValues(path, Mapping(period="Date", value=("Price",)), kpi="BRENT")
    assert counts(context.run(import_values, command)) == (2049, 0, 0, 0, 0)
    assert everything(context) == {"Brent spot": expected}
    assert counts(context.run(import_values, command)) == (0, 0, 2049, 0, 0)


@real
@pytest.mark.parametrize(
    ("column", "frequency", "missing"),
    [("Month", Frequency.MONTHLY, 0), ("Date", Frequency.DAILY, 1)],
)
def test_natural_gas(
    context: Context,
    dashboard: UUID,
    column: str,
    frequency: Frequency,
    missing: int,
) -> None:
    path = SHARED / "natural_gas" / f"{frequency.lower()}.csv"
    expected = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat((row[column] + "-01")[:10])
            if row["Price"]:
                value = Decimal(row["Price"])
                expected[day] = (value, *judged(value, "3", "4", "6", up=False))
    command = ImportValues(
        path,
        Mapping(period=column, value=("price",)),
        kpi="GAS",
        dashboard_id=dashboard,
        create=replace(DOWN, frequency=frequency),
    )
    assert counts(context.run(import_values, command)) == (len(expected), 0, 0, missing, 0)
    assert everything(context) == {"GAS": expected}
    assert context.run(list_definitions)[0].decimals == 2
    assert counts(context.run(import_values, command)) == (0, 0, len(expected), missing, 0)


@real
def test_decimal_commas_and_french_dates_of_air_quality(
    context: Context, dashboard: UUID, write: Write
) -> None:
    """The hours at noon; this copy of the file has no name above its dates."""
    lines = (SHARED / "uci_air_quality" / "AirQualityUCI_decimal_comma.csv").read_text().split("\n")
    noon = [line for line in lines if ";12.00.00;" in line]
    path = write("\r\n".join(["Date" + lines[0].strip(), *(line.strip() for line in noon), ""]))
    answers = SHARED / "uci_air_quality" / "AirQualityUCI_iso_bom.csv"
    with answers.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Time"] == "12:00:00"]
    expected = {
        date.fromisoformat(row["Date"]): Decimal(row["C6H6(GT)"])
        for row in rows
        if row["C6H6(GT)"] != "-200"
    }
    command = ImportValues(
        path,
        Mapping(period="Date", value=("C6H6(GT)",)),
        kpi="Benzene at noon",
        dashboard_id=dashboard,
        create=replace(DOWN, frequency=Frequency.DAILY),
        reading=Reading(missing_markers=("-200",)),
    )
    done = context.run(import_values, command)
    assert counts(done) == (len(expected), 0, 0, len(rows) - len(expected), 0)
    assert (done.delimiter, done.decimal_mark) == (";", DecimalMark.COMMA)
    found = everything(context)["Benzene at noon"]
    assert {day: value for day, (value, *_) in found.items()} == expected


# --- small files -----------------------------------------------------------------------------


def test_refusals_say_row_column_value_and_reason(
    context: Context, dashboard: UUID, write: Write
) -> None:
    path = write(
        "kpi;period;value\n"
        "A;2026-09;1,5\n"
        "A;2026-13;2,5\n"
        "A;2026-08;beaucoup\n"
        "\n"
        ";2026-08;1\n"
        "A;2026-08;\n"
        "A;2027-01;4\n"
        "A;09/2026;7\n"
        "A;2026-07;1;5\n"
    )
    command = ImportValues(path, LONG, dashboard_id=dashboard, create=UP)
    done = context.run(import_values, command)
    assert counts(done) == (1, 0, 0, 1, 6)
    assert done.rows == 8
    assert [(r.row, r.column, r.value) for r in done.refusals] == [
        (3, "period", "2026-13"),
        (4, "value", "beaucoup"),
        (6, "kpi", ""),
        (8, "period", "2027-01"),
        (9, "period", "09/2026"),
        (10, "value", "1"),
    ]
    assert all(r.message and "{" not in r.message for r in done.refusals)
    assert done.refusals[4].params == {"first_row": 2, "value": Decimal("1.5")}
    assert counts(context.run(import_values, command)) == (0, 0, 1, 1, 6)


def test_weeks_are_read_in_every_form_and_the_end_of_the_calendar_is_only_far_away(
    context: Context, dashboard: UUID, write: Write
) -> None:
    path = write(
        "period,value\n2026-W40,1\nS41 2026,2\n2026-10-18,3\n9999-12-31,4\n2025-W53,5\n2026-09,6\n"
    )
    weekly = replace(UP, frequency=Frequency.WEEKLY)
    command = ImportValues(path, ONE, kpi="A", dashboard_id=dashboard, create=weekly)
    done = context.run(import_values, command)
    assert [(r.row, r.column) for r in done.refusals] == [(n, "period") for n in (5, 6, 7)]
    assert {day: value for day, (value, *_) in everything(context)["A"].items()} == {
        date(2026, 9, 28): Decimal(1),
        date(2026, 10, 5): Decimal(2),
        date(2026, 10, 12): Decimal(3),
    }


def test_changed_values_are_corrections_with_a_reason(
    context: Context, dashboard: UUID, write: Write
) -> None:
    first = ImportValues(
        write("kpi,period,value\nA,2026-09,91\nA,2026-10,96\n"),
        LONG,
        dashboard_id=dashboard,
        create=UP,
    )
    context.run(import_values, first)
    second = replace(first, path=write("kpi,period,value\nA,2026-09,91.5\nA,2026-10,96.0\n"))
    done = context.run(import_values, second)
    assert counts(done) == (0, 1, 1, 0, 0)
    (kpi,) = context.run(list_definitions)
    now, before = context.run(value_history, kpi.id, date(2026, 9, 1))
    assert (before.value, now.value) == (Decimal(91), Decimal("91.5"))
    assert now.reason == "Import: values.csv"
    third = replace(first, path=write("kpi,period,value\nA,2026-09,92\n"), reason="Audit")
    assert counts(context.run(import_values, third)) == (0, 1, 0, 0, 0)
    assert context.run(value_history, kpi.id, date(2026, 9, 1))[0].reason == "Audit"


def test_a_dry_run_says_the_same_and_leaves_nothing(
    context: Context, dashboard: UUID, write: Write
) -> None:
    path = write("kpi,period,value\nA,2026-09,91\nB,2026-10,96\nB,2026-10,97\n")
    command = ImportValues(path, LONG, dashboard_id=dashboard, create=UP, dry_run=True)
    dry = context.run(import_values, command)
    assert everything(context) == {}
    wet = context.run(import_values, replace(command, dry_run=False))
    assert counts(dry) == counts(wet) == (2, 0, 0, 0, 1)
    assert dry.kpis_created == wet.kpis_created
    assert (dry.dry_run, wet.dry_run) == (True, False)
    change = replace(command, path=write("kpi,period,value\nA,2026-09,95\n"))
    assert counts(context.run(import_values, change)) == (0, 1, 0, 0, 0)
    assert everything(context)["A"] == {date(2026, 9, 1): (Decimal(91), "RED", False)}


def test_without_create_unknown_kpis_refuse_their_rows(
    context: Context, dashboard: UUID, write: Write
) -> None:
    context.run(
        create_kpi,
        CreateKpi(dashboard, "Régularité", UP.direction, UP.frequency, UP.thresholds, code="REG"),
    )
    path = write("kpi,period,value\nreg,2026-08,1\nREGULARITE,2026-09,2\nZ,2026-09,3\n")
    done = context.run(import_values, ImportValues(path, LONG))
    assert counts(done) == (2, 0, 0, 0, 1)
    assert isinstance(done.refusals[0].error, errors.KpiUnknown)
    other = context.run(create_dashboard, CreateDashboard("Other")).id
    done = context.run(import_values, ImportValues(path, LONG, dashboard_id=other))
    assert counts(done) == (0, 0, 0, 0, 3)


def test_one_format_for_the_whole_column(context: Context, dashboard: UUID, write: Write) -> None:
    path = write("kpi;period;value\nA;2026-08;1,234\nA;2026-09;2,5\n")
    command = ImportValues(path, LONG, dashboard_id=dashboard, create=UP)
    done = context.run(import_values, command)
    assert done.decimal_mark is DecimalMark.COMMA
    assert everything(context)["A"][date(2026, 8, 1)][0] == Decimal("1.234")


def test_a_column_that_can_be_read_two_ways_is_refused_until_someone_says(
    context: Context, dashboard: UUID, write: Write
) -> None:
    path = write("kpi;period;value\nA;2026-08;1,234\nA;2026-09;12\n")
    command = ImportValues(path, LONG, dashboard_id=dashboard, create=UP)
    with pytest.raises(errors.NumberFormatAmbiguous) as refused:
        context.run(import_values, command)
    sentence = str(refused.value)
    assert "1234" in sentence
    assert "1.234" in sentence
    assert everything(context) == {}
    context.run(import_values, replace(command, reading=Reading(decimal_mark=DecimalMark.POINT)))
    assert everything(context)["A"][date(2026, 8, 1)][0] == Decimal(1234)


def test_names_that_no_kpi_can_have_refuse_their_rows(
    context: Context, dashboard: UUID, write: Write
) -> None:
    path = write(f"kpi,period,value\n{'x' * 5000},2026-08,1\nA,2026-08,2\n")
    done = context.run(import_values, ImportValues(path, LONG, dashboard_id=dashboard, create=UP))
    assert counts(done) == (1, 0, 0, 0, 1)
    assert (done.refusals[0].row, done.refusals[0].column) == (2, "kpi")
    assert list(everything(context)) == ["A"]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("", errors.FileEmpty),
        ("kpi,period,value\n", errors.FileWithoutRows),
        ("kpi,period,worth\nA,2026-01,1\n", errors.ColumnMissing),
        ("kpi,period,value\nA,2026-01,\0\n", errors.FileNotText),
        ("kpi,period,value\nA,2026-01,1\nA,2026-02," + "9" * 10_000_000, errors.CellTooLong),
    ],
)
def test_bad_files_leave_nothing(
    context: Context, dashboard: UUID, write: Write, content: str, error: type[KpixError]
) -> None:
    command = ImportValues(write(content), LONG, dashboard_id=dashboard, create=UP)
    with pytest.raises(error):
        context.run(import_values, command)
    assert everything(context) == {}


def test_commands_that_cannot_work(context: Context, dashboard: UUID, write: Write) -> None:
    path = write("kpi,period,value\nA,2026-01,1\n")
    broken = replace(UP, thresholds=Thresholds(Decimal(90), Decimal(95)))
    cases: list[tuple[ImportValues, type[KpixError]]] = [
        (ImportValues(path, ONE), errors.KpiNotNamed),
        (ImportValues(path, LONG, kpi="A"), errors.KpiNotNamed),
        (ImportValues(path, LONG, create=UP), errors.DashboardNotNamed),
        (ImportValues(path, ONE, kpi="A"), errors.KpiUnknown),
        (ImportValues(path, LONG, dashboard_id=UUID(int=1)), DashboardNotFound),
        (
            ImportValues(path, LONG, dashboard_id=dashboard, create=broken),
            ThresholdsNotMonotone,
        ),
    ]
    for command, error in cases:
        with pytest.raises(error):
            context.run(import_values, command)
    assert everything(context) == {}


def test_progress_and_cancelling(
    context: Context, dashboard: UUID, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 500)
    days = [date(2020, 1, 1) + timedelta(days=n) for n in range(1500)]
    path = write("period,value\n" + "".join(f"{day},1\n" for day in days))
    command = ImportValues(
        path, ONE, dashboard_id=dashboard, kpi="A", create=replace(UP, frequency=Frequency.DAILY)
    )
    seen: list[ImportProgress] = []
    looks = 0

    def cancelled() -> bool:
        nonlocal looks
        looks += 1
        return looks == 5

    with pytest.raises(Cancelled):
        context.run(import_values, command, progress=seen.append, cancelled=cancelled)
    assert everything(context) == {}
    assert seen == [
        ImportProgress(0, None),
        ImportProgress(1000, None),
        ImportProgress(0, 1500),
        ImportProgress(500, 1500),
    ]
    done = context.run(import_values, command, progress=seen.append)
    assert done.inserted == 1500
    assert seen[-1] == ImportProgress(1500, 1500)


# --- who may ---------------------------------------------------------------------------------


def test_a_viewer_may_not_import(as_person: Callable[[str | None], Context], write: Write) -> None:
    viewer = as_person("acme/viewer")
    with pytest.raises(PermissionMissing):
        viewer.run(import_values, ImportValues(write("period,value\n"), ONE, kpi="A"))


def test_a_user_imports_into_what_is_theirs(
    context: Context,
    dashboard: UUID,
    as_person: Callable[[str | None], Context],
    write: Write,
) -> None:
    user = as_person("acme/user")
    context.run(
        import_values,
        ImportValues(
            write("kpi,period,value\nTheirs,2026-01,1\n"), LONG, dashboard_id=dashboard, create=UP
        ),
    )
    own = user.run(create_dashboard, CreateDashboard("My own")).id
    user.run(create_kpi, CreateKpi(own, "Mine", UP.direction, UP.frequency, UP.thresholds))
    path = write("kpi,period,value\nMine,2026-02,2\nTheirs,2026-02,2\n")
    done = user.run(import_values, ImportValues(path, LONG))
    assert counts(done) == (1, 0, 0, 0, 1)
    assert isinstance(done.refusals[0].error, OutOfScope)
    with pytest.raises(OutOfScope):
        user.run(import_values, ImportValues(path, LONG, dashboard_id=dashboard, create=UP))


def test_another_organisation_is_not_there(
    context: Context,
    dashboard: UUID,
    as_person: Callable[[str | None], Context],
    write: Write,
) -> None:
    path = write("kpi,period,value\nA,2026-01,1\n")
    command = ImportValues(path, LONG, dashboard_id=dashboard, create=UP)
    context.run(import_values, command)
    stranger = as_person("globex/admin")
    with pytest.raises(DashboardNotFound):
        stranger.run(import_values, command)
    done = stranger.run(import_values, ImportValues(path, LONG))
    assert counts(done) == (0, 0, 0, 0, 1)
