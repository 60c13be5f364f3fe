"""kpix as a process: what it imports, what it does with pipes, terminals and signals."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

HEAVY = ("textual", "sqlalchemy", "psycopg", "alembic", "babel", "argon2", "sentry_sdk")
ON_ITS_TERMINAL = (
    "import fcntl, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "from kpix_tui.__main__ import main; sys.exit(main())"
)
BILL = ("--name", "Bill")
IMPORTED = (
    "import sys; from kpix_tui.cli.main import run; code = run(sys.argv[1:]);"
    f"print('LOADED', code, [name for name in {HEAVY} if name in sys.modules])"
)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], 0),
        (["--version"], 0),
        (["kpi", "--help"], 0),
        (["import", "values", "--help"], 0),
        (["--lang", "fr", "value", "correct", "--help"], 0),
        (["kpi", "nope"], 2),
        (["kpi", "list", "--nope"], 2),
        (["kpi", "list", "--limit", "x", "--json"], 2),
        (["value", "correct", "--kpi", "X", "--period", "2026", "--value", "1"], 2),
    ],
)
def test_help_and_argument_errors_load_nothing_heavy(arguments: list[str], code: int) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", IMPORTED, *arguments], capture_output=True, text=True, check=True
    )
    assert answer.stdout.splitlines()[-1] == f"LOADED {code} []"


def test_nobody_signed_in_is_one_sentence_and_exit_1(tmp_path: Path) -> None:
    environ = {**os.environ, "KPIX_HOME": str(tmp_path), "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "kpix_tui", "kpi", "list"]
    answer = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == "You are not signed in. Sign in with: kpix login\n"
    answer = subprocess.run(
        [*command, "--json"], env=environ, capture_output=True, text=True, check=False
    )
    assert (answer.returncode, answer.stdout) == (1, "")
    assert json.loads(answer.stderr)["code"] == "account.not_signed_in"


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    environ = {**os.environ, "KPIX_HOME": str(tmp_path)}
    reading, writing = os.pipe()
    os.close(reading)
    answer = subprocess.run(
        [sys.executable, "-m", "kpix_tui", "--help"],
        env=environ,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert answer.returncode == 141
    assert answer.stderr == b""


def test_passwords_are_asked_for_twice_and_never_shown(
    environ: dict[str, str], tmp_path: Path
) -> None:
    main, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", ON_ITS_TERMINAL, "init", "--organization", "Initech", *BILL],
        env={**os.environ, **environ, "LANG": "C.UTF-8", "TERM": "dumb"},
        cwd=tmp_path,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    seen = _talk(
        main,
        [
            ("E-mail", "bill@initech.test"),
            ("Password", "a battery of horses"),
            ("The same again", "a battery of houses"),
            ("Password", "a battery of horses"),
            ("The same again", "a battery of horses"),
        ],
    )
    assert process.wait(30) == 0, seen
    assert "bill@initech.test" in seen
    assert "The two passwords are not the same." in seen
    assert "horses" not in seen
    assert "Next, sign in: kpix login --email bill@initech.test" in seen


def _talk(terminal: int, replies: list[tuple[str, str]], seconds: float = 30) -> str:
    """Answer each question when it has been asked; returns everything that was shown."""
    seen, unanswered, end = "", "", time.monotonic() + seconds
    while time.monotonic() < end:
        ready, _, _ = select.select([terminal], [], [], 0.5)
        if not ready:
            continue
        try:
            new = os.read(terminal, 4096).decode()
        except OSError:  # the process has gone
            break
        seen, unanswered = seen + new, unanswered + new
        if replies and replies[0][0] in unanswered and unanswered.rstrip(" ").endswith(":"):
            os.write(terminal, (replies.pop(0)[1] + "\n").encode())
            unanswered = ""
    os.close(terminal)
    return seen
