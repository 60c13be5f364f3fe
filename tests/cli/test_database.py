"""kpix db and kpix doctor, the embedded server and its backups included, as real processes."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Kpix
from tests.support.databases import PASSWORD


class Home:
    """kpix on an embedded database of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {name: text for name, text in os.environ.items() if not name.startswith("KPIX_")}
        self.environ = kept | {
            "KPIX_HOME": str(folder),
            "KPIX_PASSWORD": PASSWORD,
            "LANG": "C.UTF-8",
        }

    def __call__(self, *arguments: str, code: int = 0) -> str:
        answer = subprocess.run(
            [sys.executable, "-m", "kpix_tui", *arguments],
            env=self.environ,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert answer.returncode == code, answer.stderr
        return answer.stdout if code == 0 else answer.stderr


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    yield home
    home("db", "stop", "--force", "--yes")


def test_the_embedded_database_from_nothing_to_a_restored_backup(home: Home) -> None:
    before = json.loads(home("db", "status", "--json"))
    assert (before["embedded"], before["running"], before["schema"]) == (True, False, None)
    home("init", "--organization", "Acme", "--name", "Ada", "--email", "ada@acme.test")
    home("db", "start")
    home("login", "--email", "ada@acme.test")
    home("dashboard", "create", "--title", "Before")
    running = json.loads(home("db", "status", "--json"))
    assert (running["running"], running["held"], running["schema"]) == (True, True, "current")
    assert home("db", "url").startswith("postgresql://kpix_local@")

    invited = json.loads(
        home(
            *("user", "invite", "--name", "Zoé", "--email", "zoe@acme.test"),
            *("--role", "VIEWER", "--json"),
        )
    )
    backup = home.folder / "a.backup"
    home("db", "backup", str(backup))
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert "exists already" in home("db", "backup", str(backup), code=1)
    home("db", "backup", str(backup), "--yes")
    assert [path.name for path in home.folder.glob(".a.backup*")] == []

    home("dashboard", "create", "--title", "After")
    assert "--yes" in home("db", "restore", str(backup), code=2)
    home("db", "restore", str(backup), "--yes")
    # The session was in the backup: it may have been revoked since, so none comes back.
    assert "Your session has ended." in home("whoami", code=1)
    # Nor does the code, which may have been used.
    redeem = ("redeem", "--email", "zoe@acme.test", "--code", invited["code"])
    assert "not right" in home(*redeem, code=1)
    home("login", "--email", "ada@acme.test")
    titles = [row["title"] for row in json.loads(home("dashboard", "list", "--json"))]
    assert titles == ["Before"]
    home("dashboard", "create", "--title", "Again")  # grants and policies came back too

    (home.folder / "text").write_text("not a backup")
    assert "not a backup" in home("db", "restore", "text", "--yes", code=1)
    assert "no file" in home("db", "restore", "nothing", "--yes", code=1)
    assert "Well" in home("doctor")
    home("db", "stop")
    assert json.loads(home("db", "status", "--json"))["running"] is False


def test_a_server_of_its_own_is_not_started_or_stopped(kpix: Kpix) -> None:
    for verb in ("start", "stop"):
        answer = kpix("db", verb)
        assert (answer.code, answer.out) == (2, "")
    status = kpix("db", "status", "--json").json
    assert (status["embedded"], status["schema"]) == (False, "current")
    assert "of this version" in kpix("db", "status").out
    assert kpix("db", "upgrade", "--json").json["schema"] == "current"
    assert "kpix_local" in kpix("db", "url").out
    assert "postgres@" in kpix("db", "url", "--owner").out


def test_the_doctor_finds_what_is_wrong(kpix: Kpix) -> None:
    healthy = kpix("doctor", "--json")
    states = {check["name"]: check["state"] for check in healthy.json}
    assert states["schema"] == "ok"
    text = kpix("doctor")
    assert "● Well" in text.out
    alone = kpix("doctor", person=None)
    assert "Nobody is signed in." in alone.out
    # The clock of these tests stands still, far from the server's.
    assert (alone.code, states["clock"]) == (1, "problem")
    assert "What to do:" in alone.out
