"""Dashboards, KPIs, values, users: what each command does, says and refuses."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from pathlib import Path

import pytest

from kpix_tui.cli import doctor
from tests.cli.conftest import Kpix
from tests.support.databases import Database

KPI_FIELDS = {"id", "code", "name", "status", "critical", "value", "unit"}
KPI_FIELDS |= {"period_start", "period_end", "dashboard", "direction", "frequency", "variance"}
KPI_FIELDS |= {"delta", "missing", "owner"}
ADD = ("value", "add", "--kpi", "ON-TIME", "--period", "2026-10", "--value")
CORRECT = ("value", "correct", "--kpi", "ON-TIME", "--period", "2026-10", "--value")


def test_a_dashboard_from_creation_to_archive(kpix: Kpix) -> None:
    made = kpix("dashboard", "create", "--title", "Trains", "--process", "Transport", "--json")
    assert made.code == 0
    assert made.json["title"] == "Trains"
    changed = kpix("dashboard", "update", "Trains", "--description", "All of them", "--json")
    assert (changed.json["description"], changed.json["process"]) == ("All of them", "Transport")
    listed = kpix("dashboard", "list", "--json")
    assert [row["id"] for row in listed.json] == [made.json["id"]]
    assert "All of them" in kpix("dashboard", "show", made.json["id"]).out

    refused = kpix("dashboard", "archive", "Trains")
    assert (refused.code, refused.out) == (2, "")
    assert "Trains" in refused.err
    assert "--yes" in refused.err
    assert kpix("dashboard", "archive", "Trains", "--yes").code == 0
    assert kpix("dashboard", "list", "--json").json == []
    assert len(kpix("dashboard", "list", "--archived", "--json").json) == 1
    assert kpix("dashboard", "archive", made.json["id"], "--restore").code == 0
    assert len(kpix("dashboard", "list", "--json").json) == 1


def test_an_empty_list_is_empty_data_and_a_hint_beside_it(kpix: Kpix) -> None:
    for text in (kpix("dashboard", "list"), kpix("kpi", "list")):
        assert (text.code, text.out) == (0, "")
        assert "kpix" in text.err
    assert kpix("kpi", "list", "--json").out == "[]\n"
    header = kpix("kpi", "list", "--csv").out
    assert set(header.strip().split(",")) >= KPI_FIELDS


def test_a_value_and_its_status(kpix: Kpix, trains: str) -> None:
    first = kpix(*ADD, "91.50", "--json")
    assert first.code == 0
    assert (first.json["value"], first.json["status"], first.json["revision"]) == (
        "91.50",
        "RED",
        1,
    )
    row = kpix("kpi", "list", "--dashboard", "Trains", "--json").json[0]
    assert row.keys() >= KPI_FIELDS
    assert (row["code"], row["status"], row["critical"]) == (trains, "RED", False)
    assert (row["period_start"], row["period_end"]) == ("2026-10-01", "2026-10-31")
    assert Decimal(row["variance"]) == Decimal("-3.5")

    again = kpix(*ADD, "95.25")
    assert again.code == 1
    assert "correct it" in again.err
    assert kpix(*CORRECT, "95.25").code == 2
    corrected = kpix(*CORRECT, "95,25", "--reason", "Typo", "--json")
    assert (corrected.json["status"], corrected.json["previous_status"]) == ("GREEN", "RED")
    assert kpix(*CORRECT, "95.25", "--reason", "Typo").out.count("already") == 1

    history = kpix("value", "history", "--kpi", trains, "--period", "15/10/2026", "--json").json
    assert [(one["revision"], one["value"], one["reason"]) for one in history] == [
        (2, "95.25", "Typo"),
        (1, "91.50", ""),
    ]
    listed = kpix("value", "list", "--kpi", trains, "--json").json
    assert [one["value"] for one in listed] == ["95.25"]


def test_correcting_what_is_not_there(kpix: Kpix, trains: str) -> None:
    answer = kpix(*CORRECT, "95", "--reason", "Typo", "--json")
    assert (answer.code, answer.out) == (1, "")
    assert answer.json["code"] == "value.not_found"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("1,234", "i18n.number_ambiguous"),
        ("NaN", "i18n.number_invalid"),
        ("many", "i18n.number_invalid"),
        ("1" * 39, "i18n.number_too_long"),
    ],
)
def test_numbers_that_are_none(kpix: Kpix, trains: str, value: str, code: str) -> None:
    answer = kpix(*ADD, value, "--json")
    assert (answer.code, answer.out) == (1, "")
    assert answer.json["code"] == code
    assert answer.json["fields"] == ["value"]


@pytest.mark.parametrize(
    ("period", "code"),
    [
        ("2026-02-30", "i18n.day_invalid"),
        ("2026", "i18n.period_too_coarse"),
        ("2026-W27", "i18n.period_straddles"),
        ("2027-01", "value.period_future"),
    ],
)
def test_periods_that_are_none(kpix: Kpix, trains: str, period: str, code: str) -> None:
    answer = kpix("value", "add", "--kpi", trains, "--period", period, "--value", "1", "--json")
    assert answer.json["code"] == code
    assert answer.json["fields"] == ["period"] or code == "value.period_future"


def test_every_row_reaches_a_program_and_a_limit_limits(kpix: Kpix, trains: str) -> None:
    for month in range(1, 7):
        kpix("value", "add", "--kpi", trains, "--period", f"2026-0{month}", "--value", "93")
    listing = ("value", "list", "--kpi", trains)
    assert len(kpix(*listing, "--json").json) == 6
    rows = kpix(*listing, "--limit", "2", "--offset", "1", "--sort", "period_start", "--json").json
    assert [row["period_start"] for row in rows] == ["2026-02-01", "2026-03-01"]
    some = kpix(*listing, "--since", "2026-03", "--until", "2026-04", "--csv")
    found = list(csv.DictReader(io.StringIO(some.out)))
    assert [row["period_start"] for row in found] == ["2026-04-01", "2026-03-01"]
    assert {row["value"] for row in found} == {"93"}
    cut = kpix(*listing, "--limit", "2")
    assert len(cut.out.splitlines()) == 3
    assert "2 of 6" in cut.err
    assert kpix(*listing, "--sort", "colour", "--json").json["code"] == "paging.sort_unknown"


def test_a_kpi_from_definition_to_deletion(kpix: Kpix, trains: str) -> None:
    kpix(*ADD, "91.50")
    changed = kpix("kpi", "update", trains, "--orange", "91", "--no-red", "--json")
    assert changed.json["statuses_changed"] == 1
    shown = kpix("kpi", "show", trains, "--json").json
    assert (shown["status"], shown["red"], shown["name"]) == ("ORANGE", None, "Trains on time")
    assert shown["thresholds"] == [
        {"from": None, "green": 95, "orange": 91, "red": None, "target": None}
    ]
    later = kpix("kpi", "update", trains, "--green", "97", "--from", "2026-12")
    assert later.code == 0
    assert len(kpix("kpi", "show", trains, "--json").json["thresholds"]) == 2
    text = kpix("kpi", "show", trains).out
    assert "▲ Orange" in text
    assert "monthly, up is better" in text
    assert kpix("kpi", "show", trains, "--csv").out.count("\n") == 2

    assert kpix("kpi", "update", trains, "--json").json["code"] == "cli.nothing_to_change"
    both = kpix("kpi", "update", trains, "--red", "80", "--no-red", "--json")
    assert both.json["code"] == "cli.options_exclusive"
    unsure = kpix("kpi", "delete", trains)
    assert unsure.code == 2
    assert "Trains on time" in unsure.err
    assert kpix("kpi", "delete", trains, "--yes", "--json").json["deleted"] is True
    assert kpix("kpi", "show", trains, "--json").json["code"] == "kpi.not_found"


def test_thresholds_that_contradict_each_other(kpix: Kpix, trains: str) -> None:
    answer = kpix("kpi", "update", trains, "--green", "80")
    assert answer.code == 1
    assert "The orange threshold" in answer.err
    assert kpix("kpi", "show", trains, "--json").json["green"] == 95


def test_a_chart_shows_values_gaps_and_thresholds(kpix: Kpix, trains: str) -> None:
    assert "No value" in kpix("kpi", "chart", trains).err
    for month, value in ((6, "96"), (7, "93"), (9, "80")):
        kpix("value", "add", "--kpi", trains, "--period", f"2026-0{month}", "--value", value)
    drawn = kpix("kpi", "chart", trains).out
    assert "● Green" in drawn
    assert "▲ Orange" in drawn
    assert "◆ Critical" in drawn
    assert "missing" in drawn
    points = kpix("kpi", "chart", trains, "--json").json
    assert [point["period_start"][5:7] for point in points] == ["06", "07", "08", "09", "10"]
    assert points[3]["critical"] is True
    header = "period_start,value,status,critical\n"
    assert kpix("kpi", "chart", trains, "--csv").out.startswith(header)


def test_a_chart_marks_every_critical_value_and_begins_with_the_kpi(
    kpix: Kpix, trains: str
) -> None:
    for month, value in ((8, "80"), (9, "81"), (10, "96")):
        kpix("value", "add", "--kpi", trains, "--period", f"2026-{month:02}", "--value", value)
    drawn = kpix("kpi", "chart", trains).out
    assert drawn.count("◆ Critical") == 2
    assert "missing" not in drawn
    begun = (*("kpi", "create", "--dashboard", "Trains", "--name", "New", "--code", "NEW"),)
    bands = ("--green", "95", "--orange", "92", "--frequency", "MONTHLY")
    made = kpix(*begun, *bands, "--direction", "UP_IS_BETTER", "--starts-on", "2026-09-15")
    assert made.code == 0, made.err
    months = [point["period_start"] for point in kpix("kpi", "chart", "NEW", "--json").json]
    assert months == ["2026-09-01", "2026-10-01"]


def test_days_are_those_of_the_organisation(kpix: Kpix, database: Database) -> None:
    for title in ("Kept", "Gone"):
        kpix("dashboard", "create", "--title", title)
    gone = kpix("dashboard", "show", "Gone", "--json").json["id"]
    kpix("dashboard", "archive", "Gone", "--yes")
    late = "2026-11-20 23:30+00"  # the 21st in Kiritimati
    with database.server.connect(database.name) as connection:
        connection.execute("set session_replication_role = replica")  # no audit of it
        connection.execute("update kpix.organization set timezone = 'Pacific/Kiritimati'")
        connection.execute(f"update kpix.dashboard set updated_at = '{late}'")
        connection.execute(
            f"update kpix.dashboard set archived_at = '{late}' where archived_at is not null"
        )
        connection.execute(f"update kpix.app_user set created_at = '{late}'")
    for command in (
        ("dashboard", "list"),
        ("dashboard", "show", "Kept"),
        ("dashboard", "show", gone),
        ("user", "list"),
    ):
        text = kpix(*command).out
        assert "21 Nov 2026" in text, command
        assert "20 Nov 2026" not in text, command
    assert "Archived" in kpix("dashboard", "show", gone).out


def test_a_period_that_has_a_value_names_the_command_that_corrects_it(
    kpix: Kpix, trains: str
) -> None:
    kpix(*ADD, "93")
    assert "kpix value correct" in kpix(*ADD, "94").err


def test_an_import_that_meets_unknown_kpis_names_the_option_that_creates_them(
    kpix: Kpix, trains: str, tmp_path: Path
) -> None:
    path = tmp_path / "new.csv"
    path.write_text("k,d,v\nON-TIME,2026-09,93\nNOWHERE,2026-09,1\n")
    answer = kpix("import", "values", str(path), "--map", "kpi=k,period=d,value=v")
    assert "NOWHERE" in answer.out
    assert "--create-missing" in answer.err


def test_the_doctor_speaks_french_to_people_and_english_to_programs(kpix: Kpix) -> None:
    french = {"LANG": "fr_FR.UTF-8"}
    text = kpix("doctor", env=french).out
    assert "version du serveur" in text
    assert "server.version" not in text
    names = {check["name"] for check in kpix("doctor", "--json", env=french).json}
    assert "server.version" in names


def test_every_check_of_the_doctor_has_a_name_for_people() -> None:
    folder = Path(doctor.__file__).parents[1] / "app" / "doctor"
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    names = re.findall(r'(?:ok|warning|problem|_folder)\(\s*"([a-z.]+)"', source)
    assert set(names) == set(doctor._NAMES)


def test_ascii_terminals_get_ascii(kpix: Kpix, trains: str) -> None:
    kpix(*ADD, "80")
    for command in (("kpi", "list"), ("kpi", "chart", trains), ("dashboard", "list")):
        text = kpix(*command, env={"KPIX_ASCII": "1"}).out
        assert "!" in text
        assert "◆" not in text


def test_french(kpix: Kpix, trains: str) -> None:
    kpix(*ADD, "91.5")
    text = kpix("kpi", "list", env={"LANG": "fr_FR.UTF-8"}).out
    assert "■ Rouge" in text
    assert "91,50" in text
    assert "oct. 2026" in text
    flag = kpix("--lang", "fr", "kpi", "list").out
    assert flag == text
    data = kpix("kpi", "list", "--json", env={"LANG": "fr_FR.UTF-8"}).json
    assert (data[0]["value"], data[0]["status"]) == ("91.5", "RED")
    assert kpix("--lang", "xx", "kpi", "list").code == 2


def test_the_language_of_the_settings_holds_for_a_command_that_is_not_understood(
    kpix: Kpix, tmp_path: Path
) -> None:
    (tmp_path / "own.toml").write_text('locale = "fr"\n', encoding="utf-8")
    own = {"KPIX_CONFIG": str(tmp_path / "own.toml")}
    assert "n’existe pas" in kpix("overviw", env=own).err
    assert "n’existe pas" not in kpix("--lang", "en", "overviw", env=own).err
    (tmp_path / "own.toml").write_text("locale = [", encoding="utf-8")
    assert "overviw" in kpix("overviw", env=own).err


@pytest.mark.usefixtures("trains")
def test_a_number_that_cannot_be_read_names_its_option(kpix: Kpix) -> None:
    assert kpix(*ADD, "NaN").err == '--value: "NaN" is not a number.\n'


def test_an_import_that_asks_for_the_decimal_mark_names_the_option(
    kpix: Kpix, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text('day,rate\n2026-10-01,"1,234"\n', encoding="utf-8")
    answer = kpix("import", "values", "a.csv", "--kpi", "TER", "--map", "period=day,value=rate")
    assert "(--decimal-mark POINT|COMMA)." in answer.err


def test_users(kpix: Kpix) -> None:
    listed = kpix("user", "list", "--json").json
    assert len(listed) == 4
    made = kpix(
        *("user", "create", "--name", "Nia", "--email", "nia@acme.test", "--role", "viewer"),
        "--json",
        env={"KPIX_NEW_PASSWORD": "four words in a row"},
    )
    assert made.json["roles"] == ["VIEWER"]
    assert "four words" not in made.out + made.err
    rows = list(csv.DictReader(io.StringIO(kpix("user", "list", "--csv").out)))
    assert len(rows) == 5
    nobody = kpix("user", "create", "--name", "N", "--email", "n@acme.test", "--role", "viewer")
    assert (nobody.code, "KPIX_NEW_PASSWORD" in nobody.err) == (2, True)


@pytest.mark.parametrize(
    "command",
    [
        ("dashboard", "create", "--title", "Mine"),
        ("user", "create", "--name", "N", "--email", "n@x.test", "--role", "USER"),
        (*ADD, "1"),
    ],
)
def test_a_viewer_may_not_write(kpix: Kpix, trains: str, command: tuple[str, ...]) -> None:
    env = {"KPIX_NEW_PASSWORD": "four words in a row"}
    answer = kpix(*command, person="acme/viewer", env=env)
    assert (answer.code, answer.out) == (4, "")
    assert len(answer.err.splitlines()) == 1


def test_another_organisation_sees_nothing(kpix: Kpix, trains: str) -> None:
    assert kpix("kpi", "list", "--json", person="globex/admin").json == []
    assert kpix("kpi", "show", trains, person="globex/admin").code == 1


def test_a_problem_has_the_shape_of_rfc_9457(kpix: Kpix) -> None:
    answer = kpix("dashboard", "show", "Nope", "--json")
    assert answer.out == ""
    problem = answer.json
    assert problem["type"] == "urn:kpix:problem:dashboard.not_found"
    assert problem["title"] == "Not found"
    assert problem["detail"] == "There is no dashboard Nope."
    assert problem["params"] == {"name": "Nope"}
    assert problem["correlation_id"]


def test_hostile_text_is_shown_harmlessly(kpix: Kpix) -> None:
    title = "[/foo] \u202eevil"
    assert kpix("dashboard", "create", "--title", title).code == 0
    for text in (kpix("dashboard", "list"), kpix("dashboard", "show", title)):
        assert "[/foo] evil" in text.out
        assert "\u202e" not in text.out


def test_a_defect_is_one_sentence_with_its_reference(
    kpix: Kpix, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("kpix_tui.domains.overview.service.list_dashboards", broken)
    answer = kpix("dashboard", "list", "--json")
    assert answer.code == 1
    assert answer.json["code"] == "cli.unexpected"
    assert answer.json["correlation_id"] in answer.json["detail"]
    assert "secret" not in answer.err
    assert "Traceback" not in answer.err


def test_an_interruption(kpix: Kpix, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_args: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kpix_tui.domains.overview.service.list_dashboards", interrupted)
    assert kpix("dashboard", "list").code == 130
