"""Names chosen to hurt whoever reads them: nothing reaches the terminal as a command."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from kpix_tui.cli import output
from kpix_tui.cli.data import to_json
from kpix_tui.cli.text import shown
from tests.cli.conftest import Kpix

HOSTILE = "[/foo] \x1b[31mred\x1b]0;title\x07 \x9b2J \u202eback\u2066"
COMMANDS = ("\x1b", "\x07", "\x9b", "\u202e", "\u2066")


def harmless(text: str) -> bool:
    return not any(mark in text for mark in COMMANDS)


@pytest.fixture
def hostile(kpix: Kpix) -> Kpix:
    """A dashboard and a KPI with a value, hostile in every text."""
    kpix("dashboard", "create", "--title", HOSTILE, "--process", HOSTILE, "--description", HOSTILE)
    made = kpix(
        *("kpi", "create", "--dashboard", HOSTILE, "--name", HOSTILE, "--code", "BAD"),
        *("--unit", "\x1b[5m%", "--frequency", "MONTHLY", "--direction", "UP_IS_BETTER"),
        *("--green", "95", "--orange", "92"),
    )
    assert made.code == 0, made.err
    kpix("value", "add", "--kpi", "BAD", "--period", "2026-09", "--value", "90")
    corrected = ("--period", "2026-09", "--value", "91", "--reason", HOSTILE)
    assert kpix("value", "correct", "--kpi", "BAD", *corrected).code == 0
    act = ("--title", HOSTILE, "--description", HOSTILE, "--cause", HOSTILE, "--why", HOSTILE)
    assert kpix("action", "create", "--kpi", "BAD", "--due", "2026-12-11", *act).code == 0
    part = ("--parent", HOSTILE, "--title", f"{HOSTILE} part", "--due", "2026-12-11")
    assert kpix("action", "create", *part).code == 0
    assert kpix("comment", "add", "--kpi", "BAD", "--text", HOSTILE).code == 0
    return kpix


@pytest.mark.parametrize(
    "arguments",
    [
        ("dashboard", "create", "--title", f"{HOSTILE} 2"),
        ("dashboard", "list"),
        ("dashboard", "show", HOSTILE),
        ("dashboard", "update", HOSTILE, "--title", f"{HOSTILE} 3"),
        ("dashboard", "archive", HOSTILE),
        ("dashboard", "archive", HOSTILE, "--yes"),
        ("kpi", "list"),
        ("kpi", "show", "BAD"),
        ("kpi", "chart", "BAD"),
        ("kpi", "update", "BAD", "--name", f"{HOSTILE} 4"),
        ("kpi", "delete", "BAD"),
        ("kpi", "delete", "BAD", "--yes"),
        ("value", "list", "--kpi", "BAD"),
        ("value", "history", "--kpi", "BAD", "--period", "2026-09"),
        ("value", "correct", "--kpi", "BAD", "--period", "2026-09", "--value", "92"),
        ("user", "list"),
        ("action", "list"),
        ("action", "board"),
        ("action", "show", HOSTILE),
        ("action", "history", HOSTILE),
        ("action", "progress", HOSTILE, "40"),
        ("action", "delete", HOSTILE),
        ("comment", "list", "--kpi", "BAD"),
        ("overview",),
        ("overview", "--by", "dashboard"),
        ("top-risks",),
        ("my-work",),
        ("inbox", "list"),
        ("audit",),
        ("search", "back"),
        (HOSTILE,),
        ("kpi", "show", HOSTILE),
        ("import", "values", HOSTILE, "--kpi", "BAD"),
        ("value", "list", "--kpi", "BAD", "--limit", HOSTILE),
    ],
    ids=lambda arguments: " ".join(arguments[:2]).replace(HOSTILE, "hostile"),
)
def test_no_text_commands_the_terminal(hostile: Kpix, arguments: tuple[str, ...]) -> None:
    answer = hostile(*arguments)
    assert answer.out or answer.err
    assert harmless(answer.out)
    assert harmless(answer.err)


def test_csv_is_exact_in_a_pipe_and_harmless_on_a_terminal(
    hostile: Kpix, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert HOSTILE in hostile("dashboard", "list", "--csv").out
    pieces: list[str] = []
    monkeypatch.setattr(output, "write", pieces.append)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    output.write_csv(f"title\n{HOSTILE}\n")
    assert pieces == [f"title\n{shown(HOSTILE)}\n"]


def test_json_holds_no_control_characters_and_loses_none() -> None:
    text = "".join(map(chr, range(0xA0)))
    written = to_json(text)
    assert json.loads(written) == text
    assert all(" " <= character < "\x7f" for character in written)


def test_a_backup_replaces_no_device(kpix: Kpix, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        assert kpix("db", "backup", name, "--yes", "--json").json["code"] == "app.backup_failed"
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
