"""What happens less often: terminals, long lists, other encodings, missing programs, defects."""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import pytest

from kpix_tui.app.context import Context, OperatorUnknown, open_context
from kpix_tui.app.database import backup, database_url
from kpix_tui.app.demo import DemoOpened, DemoProgress, DemoStep
from kpix_tui.app.logging import MAX_BYTES
from kpix_tui.cli import main, problems
from kpix_tui.cli.accounts import timezone_here
from kpix_tui.cli.data import to_json
from kpix_tui.cli.db import _schema_word
from kpix_tui.cli.output import write
from kpix_tui.cli.session import Session
from kpix_tui.cli.types import NUMBER, read_number
from kpix_tui.db.migrate import SchemaState
from kpix_tui.kernel.errors import Conflict, KpixError
from tests.cli.conftest import Kpix
from tests.support.databases import Database


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Makes stdout and stderr a terminal of so many columns."""

    def become(columns: int) -> None:
        for stream in (sys.stdout, sys.stderr, sys.stdin):
            monkeypatch.setattr(stream, "isatty", lambda: True)
        monkeypatch.setenv("COLUMNS", str(columns))

    return become


@pytest.mark.parametrize("columns", [80, 120])
def test_a_terminal_is_never_exceeded(
    kpix: Kpix, trains: str, terminal: Callable[[int], None], columns: int
) -> None:
    for month, value in ((8, "96"), (9, "93"), (10, "80")):
        kpix("value", "add", "--kpi", trains, "--period", f"2026-{month:02}", "--value", value)
    terminal(columns)
    for command in (
        ("kpi", "list"),
        ("kpi", "chart", trains),
        ("dashboard", "list"),
        ("value", "list", "--kpi", trains),
        ("user", "list"),
    ):
        lines = kpix(*command, env={"NO_COLOR": "1"}).out.splitlines()
        assert max(map(len, lines)) <= columns
        assert "\x1b" not in "".join(lines)
    assert "\x1b[" in kpix("kpi", "list").out


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        (["  "], "organization"),
        (["Initech", "x" * 201], "name"),
        (["Initech", "Bill", "no address"], "email"),
    ],
)
def test_what_cannot_be_accepted_is_said_before_the_password_is_asked_for(
    kpix: Kpix,
    terminal: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
    answers: list[str],
    field: str,
) -> None:
    asked: list[str] = []

    def prompt(label: str, **_options: object) -> str:
        asked.append(label)
        return answers[len(asked) - 1]

    terminal(80)
    monkeypatch.setattr(click, "prompt", prompt)
    refused = kpix("init", "--json")
    assert (refused.code, refused.json["fields"]) == (1, [field])
    assert asked == ["Organisation", "Your name", "E-mail"][: len(answers)]


def test_a_time_zone_that_is_none_is_said_before_anything_is_asked(
    kpix: Kpix, terminal: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal(80)
    monkeypatch.setattr(click, "prompt", lambda *_label, **_options: pytest.fail("it asked"))
    assert kpix("init", "--timezone", "Mars/Olympus", "--json").json["fields"] == ["timezone"]


def test_a_no_leaves_everything_as_it_is(
    kpix: Kpix, trains: str, terminal: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal(80)
    monkeypatch.setattr(click, "confirm", lambda *_question, **_options: False)
    assert kpix("kpi", "delete", trains).code == 130
    assert kpix("kpi", "show", trains).code == 0
    monkeypatch.setattr(click, "confirm", lambda *_question, **_options: True)
    assert kpix("kpi", "delete", trains).code == 0


def test_a_change_is_said_to_be_better_or_worse(kpix: Kpix, trains: str) -> None:
    for month, value in (("08", "96"), ("09", "93"), ("10", "93.5")):
        kpix("value", "add", "--kpi", trains, "--period", f"2026-{month}", "--value", value)
    assert "↑ 0.50 better" in kpix("kpi", "list").out
    assert "↓ 3.00 worse" in kpix("kpi", "list", "--until", "2026-09-30").out
    correct = ("value", "correct", "--kpi", trains, "--period", "2026-10", "--value", "93")
    kpix(*correct, "--reason", "r")
    assert "unchanged" in kpix("kpi", "list").out


def test_one_value_is_drawn_in_the_middle(kpix: Kpix) -> None:
    kpix("dashboard", "create", "--title", "D")
    same = ("--green", "5", "--orange", "5", "--frequency", "DAILY", "--code", "X")
    kpix("kpi", "create", "--dashboard", "D", "--name", "x", "--direction", "UP_IS_BETTER", *same)
    kpix("value", "add", "--kpi", "X", "--period", "2026-11-20", "--value", "5")
    assert "●" in kpix("kpi", "chart", "X").out


def test_many_refusals_are_counted_for_people_and_listed_for_programs(
    kpix: Kpix, trains: str, tmp_path: Path
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("d,v\n2026-09,93\n" + "".join(f"2026-{n},1\n" for n in range(20, 50)))
    command = ("import", "values", str(path), "--kpi", trains, "--map", "period=d,value=v")
    people = kpix(*command)
    assert people.code == 0
    listed = people.out.partition("Reason")[2].splitlines()
    assert len([line for line in listed if line]) == 20
    assert "10 more refused rows" in people.err
    assert len(kpix(*command, "--json").json["refusals"]) == 30


def test_progress_is_shown_to_whoever_watches(
    kpix: Kpix,
    trains: str,
    tmp_path: Path,
    terminal: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "some.csv"
    path.write_text("d,v\n2026-09,93\n")
    terminal(80)
    ticks = iter(range(1000))
    monkeypatch.setattr("kpix_tui.cli.imports.time.monotonic", lambda: next(ticks))
    answer = kpix("import", "values", str(path), "--kpi", trains, "--map", "period=d,value=v")
    assert "rows/s" in answer.err
    assert answer.err.endswith("\r\x1b[K")


def test_a_terminal_that_is_not_in_utf8(monkeypatch: pytest.MonkeyPatch, kpix: Kpix) -> None:
    kpix("dashboard", "create", "--title", "Ponctualité ●")
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="latin-1", write_through=True)
    monkeypatch.setattr(sys, "stdout", narrow)
    kpix("dashboard", "list", "--json")
    kpix("dashboard", "show", "Ponctualité ●")
    written = narrow.buffer.getvalue().decode("latin-1")  # type: ignore[attr-defined]
    assert "Ponctualit\\u00e9 \\u25cf" in written
    assert "Ponctualité ?" in written
    write("…")


def test_postgresql_programs_that_are_not_there(
    kpix: Kpix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    answer = kpix("db", "backup", "b", "--json")
    assert (answer.code, answer.json["code"]) == (2, "app.program_missing")
    assert not (tmp_path / "b").exists()


def test_a_backup_that_fails_leaves_nothing(
    kpix: Kpix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "pg_dump"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'pg_dump: error: disk on fire' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    answer = kpix("db", "backup", "b", "--json")
    assert answer.json["code"] == "app.backup_failed"
    assert "disk on fire" in answer.json["detail"]
    assert [path.name for path in tmp_path.iterdir() if "b" in path.name] == ["bin"]
    program.write_text("no program")
    assert kpix("db", "backup", "b", "--json").json["code"] == "app.backup_failed"
    assert kpix("db", "backup", "no/folder/b", "--json").json["code"] == "app.backup_failed"


def test_an_external_server_needs_its_operator(database: Database, tmp_path: Path) -> None:
    context = open_context(replace(database.settings(tmp_path), owner_database_url=None))
    with pytest.raises(OperatorUnknown):
        database_url(context, owner=True)
    with pytest.raises(OperatorUnknown):
        backup(context, tmp_path / "b")
    context.close()


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (None, None),
        (SchemaState("9999", "0001", known=False, current=False), "newer"),
        (SchemaState("0001", "0001", known=True, current=True), "current"),
        (SchemaState(None, "0001", known=True, current=False), "empty"),
        (SchemaState("0000", "0001", known=True, current=False), "outdated"),
    ],
)
def test_the_word_for_a_schema(state: SchemaState | None, word: str | None) -> None:
    assert _schema_word(state) == word


def test_the_demonstration_is_built_then_opened(
    kpix: Kpix, monkeypatch: pytest.MonkeyPatch, terminal: Callable[[int], None]
) -> None:
    asked = []

    def build(_context: object, *, reset: bool, progress: Callable[[Any], None]) -> DemoOpened:
        asked.append(reset)
        progress(DemoProgress(DemoStep.PEOPLE, 0, 4))
        progress(DemoProgress(DemoStep.PEOPLE, 4, 4))
        return DemoOpened(built=True, signed_in=True)

    terminal(80)
    monkeypatch.setattr("kpix_tui.app.demo.build_demo", build)
    answer = kpix("demo", "--no-open", "--reset")
    assert answer.code == 0
    assert "Creating the organisation and its people…" in answer.err
    assert "The demonstration is ready" in answer.err
    monkeypatch.setattr(Session, "open_interface", lambda _session: 7)
    assert kpix("demo").code == 7
    assert asked == [True, False]


def test_without_a_command_the_interface_opens(kpix: Kpix, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "open_interface", lambda _session: 0)
    assert kpix().code == 0
    assert kpix("--version").out.startswith("kpix ")


def test_the_process_leaves_by_the_front_door(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit) as left:
        main._terminated(signal.SIGTERM, None)
    assert left.value.code == 143


def test_every_kind_of_parameter_has_a_plain_form() -> None:
    class Hard(KpixError):
        code = "test.hard"

    error = Hard(
        number=Decimal("1.50"),
        nan=Decimal("NaN"),
        day=date(2026, 1, 2),
        cause=Conflict(),
        at=datetime(2026, 1, 2, tzinfo=UTC),
        many=("a", Decimal(2)),
        path=Path("x"),
    )
    params = problems.problem_of(error)["params"]
    assert params["number"] == Decimal("1.50")
    assert (params["nan"], params["cause"], params["path"]) == ("NaN", "conflict", "x")
    assert params["many"] == ["a", Decimal(2)]
    assert problems.problem_of(error)["title"] == "Refused"


def test_usage_errors_of_click_are_ours() -> None:
    assert problems.from_click(click.UsageError("odd")).params == {"detail": "odd"}
    assert "odd" in str(problems.from_click(click.MissingParameter("odd")))


def test_a_defect_before_there_is_a_log(tmp_path: Path) -> None:
    session = Session(environ={"KPIX_HOME": str(tmp_path), "KPIX_POOL_SIZE": "x"})
    assert problems.unexpected(ZeroDivisionError("why"), session).code == "cli.unexpected_early"


def test_arguments_that_click_refuses(kpix: Kpix) -> None:
    assert kpix("kpi", "show", "--json").json["code"] == "cli.parameter_missing"
    assert kpix("kpi", "show", "a", "b", "--json").json["code"] == "cli.usage"
    assert kpix("kpi", "list", "--json", "--csv").json["code"] == "cli.options_exclusive"
    assert kpix("nope").code == kpix("kpi").code == 2


def test_where_this_machine_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Paris")
    assert timezone_here() == "Europe/Paris"
    monkeypatch.setenv("TZ", "")
    monkeypatch.setattr(Path, "resolve", lambda _path: Path("/usr/share/zoneinfo/Asia/Tokyo"))
    assert timezone_here() == "Asia/Tokyo"
    monkeypatch.setattr(Path, "resolve", lambda _path: Path("/etc/localtime"))
    assert timezone_here() == "UTC"


def test_numbers_as_machines_and_as_people_write_them() -> None:
    assert read_number("63.125") == Decimal("63.125")
    assert read_number("63,12") == Decimal("63.12")
    assert read_number("1 234,5") == Decimal("1234.5")
    assert NUMBER.convert(Decimal(1), None, None) == Decimal(1)


def test_json_has_no_form_for_what_it_does_not_know() -> None:
    with pytest.raises(TypeError):
        to_json(object())


def test_a_log_that_loses_lines_is_said_once(kpix: Kpix, tmp_path: Path) -> None:
    log = tmp_path / "state" / "kpix.log"
    log.parent.mkdir()
    log.write_text("x" * MAX_BYTES)
    log.with_name("kpix.log.lock").mkdir()
    answer = kpix("dashboard", "create", "--title", "D")
    assert answer.code == 0
    assert answer.err.count("not recorded") == 1
    assert "kpix.log.lock" in answer.err
    doctor = kpix("doctor", "--json")
    (check,) = [check for check in doctor.json if check["name"] == "log"]
    assert (doctor.code, check["state"]) == (1, "problem")


@pytest.mark.parametrize(("version", "told"), [(180001, True), (180006, False), (None, False)])
def test_a_server_without_its_security_fixes_is_told_once(
    kpix: Kpix, monkeypatch: pytest.MonkeyPatch, version: int | None, told: bool
) -> None:
    monkeypatch.setattr(Context, "server_version", version)
    answer = kpix("dashboard", "list")
    assert answer.code == 0
    lines = [line for line in answer.err.splitlines() if "security" in line]
    assert len(lines) == told
    if told:
        assert "18.1" in lines[0]
        assert "Install PostgreSQL" in lines[0]
    assert "Warning: PostgreSQL" not in kpix("doctor").err


def test_the_version_is_known_once_the_database_is_open(
    database: Database, context: Context
) -> None:
    assert context.server_version is None
    with context.unit_of_work():
        found = context.server_version
    assert str((found or 0) // 10_000) == database.server.version
