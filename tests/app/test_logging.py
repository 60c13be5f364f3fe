"""The log tells what happened and never a secret, whoever hands it one."""

from __future__ import annotations

import json
import logging
import multiprocessing
import shutil
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kpix_tui.app.logging import (
    MAX_BYTES,
    LogUnwritable,
    SharedRotatingFile,
    configure_logging,
    log_failure,
    stop_logging,
)
from kpix_tui.app.redaction import REDACTED, redact
from kpix_tui.config import Settings
from kpix_tui.domains.accounts.views import Login
from kpix_tui.kernel.correlation import correlation_id, new_correlation_id

TOKEN = "pQ3x9vK2mN8rT5wY1zA4bC7dE0fG6hJ-LkM_oPqRsTu"
HEXADECIMAL = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

log = logging.getLogger("kpix.tests")


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """Settings whose log is on; it is closed afterwards."""
    made = Settings(home=tmp_path, state=tmp_path / "state", config_file=tmp_path / "kpix.toml")
    configure_logging(made)
    yield made
    stop_logging()
    logging.getLogger("kpix").setLevel(logging.NOTSET)


def entries(settings: Settings) -> list[dict[str, Any]]:
    """The lines of the log, read back."""
    return [json.loads(line) for line in settings.log_file.read_text().splitlines()]


def test_a_line_says_when_what_and_under_which_id(settings: Settings) -> None:
    begun = new_correlation_id()
    log.info("kpi.created", extra={"kpi_id": "42", "code": "TER"})
    (entry,) = entries(settings)
    assert entry["event"] == "kpi.created"
    assert (entry["kpi_id"], entry["code"]) == ("42", "TER")
    assert entry["correlation_id"] == begun == correlation_id()
    assert entry["time"].endswith("+00:00")


def test_every_command_has_an_id_of_its_own() -> None:
    assert new_correlation_id() != new_correlation_id()


def test_only_the_owner_reads_it(settings: Settings) -> None:
    log.info("anything")
    assert stat.S_IMODE(settings.log_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.state.stat().st_mode) == 0o700


def test_the_level_is_a_setting(settings: Settings) -> None:
    configure_logging(replace(settings, log_level="WARNING"))
    log.info("not this")
    log.warning("this")
    logging.getLogger("a.library").warning("and this")
    assert [entry["event"] for entry in entries(settings)] == ["this", "and this"]


@pytest.mark.parametrize(
    "fields",
    [
        {"password": "hunter2-secret"},
        {"newPassword": "hunter2-secret"},
        {"session_token": "hunter2-secret"},
        {"api_key": "hunter2-secret"},
        {"KPIX_TOKEN": "hunter2-secret"},
        {"sentryDSN": "hunter2-secret"},
        {"nested": {"list": [{"secret": "hunter2-secret"}]}},
        {"command": Login("a@b.test", "hunter2-secret")},
        {"options": ("--password=hunter2-secret",)},
        {"url": "postgresql://kpix:hunter2-secret@db.example/kpix"},
    ],
)
def test_no_field_brings_a_secret_in(settings: Settings, fields: dict[str, Any]) -> None:
    log.warning("attempt", extra=fields)
    assert "hunter2" not in settings.log_file.read_text()


@pytest.mark.parametrize(
    "text",
    [
        "password=hunter2-secret",
        'body {"password": "hunter2-secret"}',
        "Authorization: Bearer hunter2-secret",
        "connect postgresql://kpix:hunter2-secret@db.example/kpix",
        "INSERT ...\n[parameters: ('hunter2-secret', 1)]",
        "DETAIL:  Key (email)=(hunter2-secret) already exists.",
        f"presented {TOKEN} again",
        f"digest {HEXADECIMAL}",
    ],
)
def test_no_text_brings_a_secret_in(settings: Settings, text: str) -> None:
    log.warning("%s", text)
    log.error("it failed", exc_info=RuntimeError(text))
    written = settings.log_file.read_text()
    assert "hunter2" not in written
    assert TOKEN not in written
    assert HEXADECIMAL not in written
    assert written.count(REDACTED) >= 2


def test_ordinary_words_stay() -> None:
    kept = {
        "kpi_id": "0191e7a4-3f2b-7c11-9d11-2f0f3c1b9a77",
        "monkey": "yes",
        "path": "/home/someone/.local/share/kpix/a-rather-long-folder-name-for-2026/Figures.csv",
        "event": "password.changed",
        "done": 3,
        "share": 0.5,
        "nothing": None,
    }
    assert redact(kept) == kept


def test_a_traceback_names_no_local_variables(settings: Settings) -> None:
    password = "correct horse battery staple"
    try:
        int(password[:0])
    except ValueError:
        log.exception("it failed")
    assert password not in settings.log_file.read_text()
    assert "test_logging.py" in entries(settings)[0]["error"]


def test_an_unwritable_log_is_said(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    settings = Settings(tmp_path, tmp_path / "state", tmp_path / "kpix.toml")
    with pytest.raises(LogUnwritable) as caught:
        configure_logging(settings)
    assert str(settings.log_file) in str(caught.value)


def test_a_lost_line_is_kept_for_the_doctor(tmp_path: Path) -> None:
    handler = SharedRotatingFile(tmp_path / "log")
    handler.emit(logging.makeLogRecord({"msg": "%d", "args": ("not a number",)}))
    handler.close()
    assert handler.failure is not None


def test_a_log_that_cannot_be_rotated_loses_lines_and_says_so(settings: Settings) -> None:
    assert log_failure(settings) is None
    settings.log_file.write_text("x" * MAX_BYTES)
    settings.log_file.with_name("kpix.log.lock").mkdir()
    assert "kpix.log.lock" in (log_failure(settings) or "")


def test_a_log_that_cannot_be_opened_is_a_reason_too(tmp_path: Path) -> None:
    settings = Settings(tmp_path, tmp_path / "state", tmp_path / "kpix.toml")
    settings.log_file.mkdir(parents=True)
    assert "kpix.log" in (log_failure(settings) or "")


def test_a_log_whose_folder_is_gone_stops_nobody(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    handler = SharedRotatingFile(folder / "log")
    shutil.rmtree(folder)
    handler.emit(logging.makeLogRecord({"msg": "lost"}))
    assert handler.failure is not None
    folder.mkdir()
    handler.emit(logging.makeLogRecord({"msg": "kept"}))
    handler.close()
    assert (folder / "log").read_text() == "kept\n"


def test_two_who_rotate_at_once_rotate_once(tmp_path: Path) -> None:
    first, second = (SharedRotatingFile(tmp_path / "log") for _ in range(2))
    first.emit(logging.makeLogRecord({"msg": "one"}))
    second.doRollover()
    first.doRollover()
    first.emit(logging.makeLogRecord({"msg": "two"}))
    assert sorted(path.name for path in tmp_path.glob("log*")) == ["log", "log.1", "log.lock"]
    assert (tmp_path / "log").read_text() == "two\n"
    first.close()
    second.close()


def test_a_log_that_was_closed_is_opened_again(tmp_path: Path) -> None:
    handler = SharedRotatingFile(tmp_path / "log")
    handler.close()
    handler.emit(logging.makeLogRecord({"msg": "one"}))
    handler.close()
    assert (tmp_path / "log").read_text() == "one\n"


def test_a_record_that_has_an_id_keeps_it(settings: Settings) -> None:
    log.info("kept", extra={"correlation_id": "given"})
    assert entries(settings)[0]["correlation_id"] == "given"


def test_the_name_of_a_file_that_is_no_text_is_kept(settings: Settings) -> None:
    log.info("read", extra={"path": "caf\udce9.csv"})
    assert entries(settings)[0]["path"] == "caf\udce9.csv"


def _write(path: Path, name: str, count: int) -> None:
    handler = SharedRotatingFile(path, max_bytes=9_000, backups=50)
    for number in range(count):
        handler.emit(logging.makeLogRecord({"msg": f"{name} {number}"}))
    handler.close()


def test_processes_share_the_file_and_lose_nothing_when_it_is_rotated(tmp_path: Path) -> None:
    path = tmp_path / "log"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(path, name, 2_000)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    files = [found for found in tmp_path.glob("log*") if not found.name.endswith(".lock")]
    lines = [line for found in files for line in found.read_text().splitlines()]
    assert sorted(lines) == sorted(f"{name} {number}" for name in "ab" for number in range(2_000))
    assert len(files) > 2


def _fail(error: Exception) -> None:
    raise error


def test_a_shared_terminal_logs_nothing_about_persons(settings: Settings) -> None:
    configure_logging(replace(settings, shared_terminal=True))
    log.info("login.accepted", extra={"user_id": "0191e7a4", "account": "ab12", "throttled": True})
    log.info("value.entered by %s", "Ada Lovelace", extra={"count": 3, "names": ["Ada"]})
    error = ValueError("Ada Lovelace has 12.5 %")
    error.__cause__ = LookupError("ada@acme.test")
    try:
        _fail(error)
    except ValueError:
        log.exception("it failed for %s", "Ada")
    written = settings.log_file.read_text()
    for word in ("Ada", "0191e7a4", "ab12", "acme", "12.5"):
        assert word not in written
    accepted, entered, failed = entries(settings)
    assert (accepted["event"], accepted["throttled"]) == ("login.accepted", True)
    assert entered["count"] == 3
    assert accepted["correlation_id"]
    assert "ValueError" in failed["error"]
    assert "LookupError" in failed["error"]
    assert "test_logging.py" in failed["error"]
