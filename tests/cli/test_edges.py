"""What no ordinary call reaches: bare commands, batches, unknown words, what is already there."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest

from kpix_tui.app import database
from kpix_tui.app.database import (
    BackupExists,
    BackupFailed,
    BackupInvalid,
    DatabaseStatus,
    _contents,
    _link,
    _Login,
    _run,
)
from kpix_tui.app.demo import DemoProgress, DemoStep
from kpix_tui.cli import main
from kpix_tui.cli.base import Command, Option
from kpix_tui.cli.db import _pairs
from kpix_tui.cli.demo import _Narration
from kpix_tui.cli.paging import Wanted, gather
from kpix_tui.cli.session import Session
from kpix_tui.cli.text import Canvas
from kpix_tui.db.embedded.account import Account, name_of
from kpix_tui.db.embedded.locks import _is_still
from kpix_tui.db.embedded.places import Places
from kpix_tui.db.embedded.postmaster import _is_unrelated
from kpix_tui.db.embedded.views import EmbeddedStatus
from kpix_tui.kernel.paging import Page, PageRequest
from kpix_tui.resources import ResourceMissing, resource_folder
from tests.cli.conftest import Kpix


def test_a_command_with_nothing_to_explain_has_a_bare_help() -> None:
    hidden = Option(["--hidden"], hidden=True, help="Not for people.")
    bare = Command("bare", params=[hidden], add_help_option=False)
    with click.Context(bare, info_name="bare") as ctx:
        assert bare.get_help(ctx).splitlines() == ["Usage: bare [OPTIONS]"]


def test_a_long_list_is_gathered_in_batches() -> None:
    asked = []

    def batch(_uow: object, request: PageRequest) -> Page[int]:
        asked.append((request.offset, request.limit))
        rows = range(request.offset, min(request.offset + request.limit, 2500))
        return Page(tuple(rows), 2500, request.offset)

    uow: Any = None
    found = gather(uow, batch, Wanted(None, 0, None, ""))
    assert found.rows == tuple(range(2500))
    assert asked == [(0, 1000), (1000, 1000), (2000, 1000)]
    assert len(gather(uow, batch, Wanted(1200, 0, None, "")).rows) == 1200


def test_a_shell_that_asks_what_could_follow_is_answered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(signal, "signal", lambda _number, _handler: None)
    monkeypatch.setenv("_KPIX_COMPLETE", "bash_source")
    with pytest.raises(SystemExit):
        main.program(lambda _context: 0)
    assert "_KPIX_COMPLETE" in capsys.readouterr().out


def test_words_that_are_no_choice_name_the_choices(kpix: Kpix, trains: str) -> None:
    answer = kpix("kpi", "update", trains, "--frequency", "HOURLY")
    assert answer.code == 2
    assert "MONTHLY" in answer.err


def test_an_update_of_nothing_names_what_could_change(kpix: Kpix, trains: str) -> None:
    answer = kpix("dashboard", "update", "Trains")
    assert answer.code != 0
    assert "--title" in answer.err


def test_a_file_of_windows_is_said_to_be_one(kpix: Kpix, trains: str, tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes("période,v\n2026-09,93\n".encode("windows-1252"))
    answer = kpix("import", "values", str(path), "--kpi", trains, "--map", "period=période,value=v")
    assert "Windows-1252" in answer.out


def test_the_interface_gets_the_context_and_its_code_is_the_answer(tmp_path: Path) -> None:
    environ = {"KPIX_HOME": str(tmp_path)}
    session = Session(environ=environ, interface=lambda context: int(context.embedded))
    assert session.open_interface() == 1
    session.close()
    with pytest.raises(RuntimeError, match="no interface"):
        Session(environ=environ).open_interface()


def test_a_step_of_the_demonstration_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    step = next(iter(DemoStep))
    tell = _Narration(Session(environ={}))
    tell(DemoProgress(step, 0, 2))
    tell(DemoProgress(step, 1, 2))
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_backup_never_takes_the_name_of_a_file_that_appeared(tmp_path: Path) -> None:
    for name in ("fresh", "taken"):
        (tmp_path / name).write_text(name)
    with pytest.raises(BackupExists):
        _link(tmp_path / "fresh", tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "taken"


def test_an_incomplete_installation_names_what_is_missing() -> None:
    with pytest.raises(ResourceMissing) as caught:
        resource_folder("nothing")
    assert "nothing" in str(caught.value)


def test_an_account_without_a_name_is_its_number() -> None:
    assert name_of(4_000_000_001) == "4000000001"


def test_a_lock_whose_file_was_deleted_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with path.open("w") as file:
        assert _is_still(path, file.fileno())
        path.unlink()
        assert not _is_still(path, file.fileno())


def test_how_a_server_of_kpix_stands_is_told_in_words() -> None:
    stopped = EmbeddedStatus(
        data=Path("data"),
        log=Path("log"),
        server_version="18.6",
        data_version=None,
        running=False,
        pid=None,
        in_use=False,
        held=False,
        account="kpix",
    )
    kept = replace(stopped, running=True, pid=42, held=True, in_use=True, data_version="18")

    def words(status: EmbeddedStatus) -> dict[str, str]:
        pairs = _pairs(DatabaseStatus("", status, None), Canvas())
        return {label: cell.text for label, cell in pairs}

    assert words(stopped)["State"] == "stopped"
    assert words(stopped)["Data"] == "none yet"
    assert words(kept)["State"] == "runs, process 42, kept running by kpix db start"
    assert words(kept)["Used now"] == "yes"
    assert words(kept)["Data"] == "data"


def test_an_account_that_is_kpix_own_needs_no_handing_over(tmp_path: Path) -> None:
    own = Account("me", os.geteuid(), os.getegid(), switched=False)
    before = tmp_path.stat().st_uid
    own.give(tmp_path)
    assert tmp_path.stat().st_uid == before
    assert own.can_pass(tmp_path)
    assert not own.can_pass(tmp_path / "nowhere")


def test_a_backup_of_another_program_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_run", lambda _login, _arguments: "TABLE public orders")
    with pytest.raises(BackupInvalid) as caught:
        _contents(_Login("", {}, None), "pg_restore", tmp_path / "theirs")
    assert "kpix.alembic_version" in str(caught.value)


def test_a_program_of_postgresql_that_cannot_be_run_is_named(tmp_path: Path) -> None:
    program = tmp_path / "pg_dump"
    program.write_text("no program")
    with pytest.raises(BackupFailed) as caught:
        _run(_Login("", {}, None), [str(program)])
    assert caught.value.params["program"] == "pg_dump"


def test_a_process_number_is_a_server_s_only_if_it_is_one(tmp_path: Path) -> None:
    places = Places(tmp_path)
    assert _is_unrelated(os.getpid(), places)
    assert not _is_unrelated(2**22 + 1, places)  # Linux gives no such number
