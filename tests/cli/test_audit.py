"""kpix audit: what was done, for people and for programs."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.cli.conftest import Kpix
from tests.support.databases import Database


@pytest.fixture
def busy(kpix: Kpix, trains: str, database: Database) -> str:
    """A value of ON-TIME was entered and corrected, in an organisation that lives in Paris."""
    with database.server.connect(database.name) as connection:
        connection.execute("update kpix.organization set timezone = 'Europe/Paris'")
    kpix("value", "add", "--kpi", trains, "--period", "2026-09", "--value", "94.10")
    kpix(
        *("value", "correct", "--kpi", trains, "--period", "2026-09", "--value", "87"),
        *("--reason", "=typing"),
    )
    with database.server.connect(database.name) as connection:
        connection.execute(
            "update kpix.audit_log set at = '2026-03-10 23:30:05+00'"
            " where action = 'kpi_value.corrected'"
        )
    return trains


def test_people_read_words(kpix: Kpix, busy: str) -> None:
    answer = kpix("audit", "--what", "kpi_value", "--object", busy.lower())
    assert answer.code == 0, answer.err
    heading, entered, corrected = answer.out.splitlines()
    assert heading.split() == ["Date", "Done", "by", "Action", "Object", "Changes"]
    assert "11 Mar 2026 00:30  Ada Admin  Value corrected  ON-TIME Trains on time, 1 Sep 2026" in (
        corrected
    )
    assert "Value: 94.10 → 87" in corrected
    assert "Status: Orange → Red" in corrected
    assert "Reason: – → =typing" in corrected
    assert "Value entered" in entered


def test_programs_read_exact_values(kpix: Kpix, busy: str) -> None:
    (entry,) = kpix("audit", "--what", "corrected", "--json").json
    assert entry["at"] == "2026-03-10T23:30:05+00:00"
    assert (entry["actor"], entry["action"]) == ("Ada Admin", "kpi_value.corrected")
    assert entry["object"] == "ON-TIME Trains on time"
    assert entry["object_id"].endswith("/2026-09-01")
    assert (entry["old"]["value"], entry["new"]["value"]) == ("94.10", 87)


def test_spreadsheets_read_one_line_an_entry(kpix: Kpix, busy: str) -> None:
    answer = kpix("audit", "--what", "corrected", "--csv")
    (row,) = csv.DictReader(io.StringIO(answer.out))
    assert json.loads(row["old"], parse_float=str)["value"] == "94.10"
    assert json.loads(row["new"])["reason"] == "=typing"


def test_days_are_those_of_the_organisation(kpix: Kpix, busy: str) -> None:
    def count(*flags: str) -> int:
        return len(kpix("audit", "--what", "corrected", "--json", *flags).json)

    assert count("--since", "2026-03-11", "--until", "2026-03-11") == 1
    assert count("--until", "2026-03-10") == 0
    assert count("--since", "2026-03-11 00:30", "--until", "2026-03-11 00:30") == 1
    assert count("--since", "11/03/2026 00h31") == 0


def test_one_entry(kpix: Kpix, busy: str) -> None:
    (entry,) = kpix("audit", "--what", "corrected", "--json").json
    assert kpix("audit", "--entry", entry["id"], "--json").json == entry
    told = kpix("audit", "--entry", entry["id"]).out
    assert ["Value", "94.10", "→", "87"] in [line.split() for line in told.splitlines()]
    assert entry["session_id"] in told


def test_filters_together(kpix: Kpix, busy: str) -> None:
    mine = kpix("audit", "--who", "ada", "--filter", "trains on time", "--sort", "at", "--json")
    assert [row["action"] for row in mine.json][-2:] == [
        "kpi_threshold.created",
        "kpi_value.created",
    ]
    assert kpix("audit", "--who", "vic", "--what", "kpi_value", "--json").json == []
    assert "Nothing was recorded" in kpix("audit", "--object", "no such thing").err


@pytest.mark.parametrize(
    ("flags", "said", "code"),
    [
        (("--what", "painted"), "painted", 1),
        (("--since", "yesterday"), "is not a moment", 1),
        (("--since", "2026-03-11 25:00"), "is not a moment", 1),
        (("--since", "2026-03-12", "--until", "2026-03-11"), "before the beginning", 1),
        (("--entry", "12"), "no entry 12", 1),
        (("--sort", "colour"), "at, who, what, object", 1),
    ],
)
def test_what_cannot_be_asked(kpix: Kpix, flags: tuple[str, ...], said: str, code: int) -> None:
    answer = kpix("audit", *flags)
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err


def test_only_those_who_may(kpix: Kpix) -> None:
    refused = kpix("audit", "--json", person="acme/manager")
    assert (refused.code, refused.out) == (4, "")
    assert refused.json["code"] == "access.permission_missing"


def test_in_french(kpix: Kpix, busy: str) -> None:
    told = kpix("--lang", "fr", "audit", "--what", "corrected").out
    assert "Valeur corrigée" in told
    assert "11/03/2026 00:30" in told
    assert "94,10 → 87" in told
