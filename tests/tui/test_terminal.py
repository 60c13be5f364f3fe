"""On a real pseudo-terminal: whatever ends kpix, the terminal is whole again."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kpix_tui.app.terminal import WIPE, WIPE_BOTH

ROOT = Path(__file__).parents[2]
PATIENCE = 30
COLOUR = re.compile(rb"\x1b\[[0-9;:]*m")


@dataclass
class Terminal:
    """A process on a pseudo-terminal, and everything it has written."""

    process: subprocess.Popen[bytes]
    master: int
    slave: int
    written: bytes = field(default=b"")

    def read_until(self, text: bytes) -> None:
        """Read until ``text`` has been written."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.written:
            assert time.monotonic() < deadline, self.written[-2000:]
            self._read_some()

    def read_to_the_end(self) -> int:
        """Read until the process has ended; its exit code."""
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < deadline, "it does not end"
            self._read_some()
        while self._read_some():
            pass
        return self.process.returncode

    def read_until_after(self, text: bytes, start: int) -> None:
        """Read until ``text`` has been written behind ``start``."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.written[start:]:
            assert time.monotonic() < deadline, self.written[start:][-2000:]
            self._read_some()

    def read_for(self, seconds: float) -> None:
        """Read whatever comes in this time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._read_some()

    def send(self, keys: bytes) -> None:
        """Type."""
        os.write(self.master, keys)

    def _read_some(self) -> bool:
        ready, _w, _x = select.select([self.master], [], [], 0.05)
        if ready:
            self.written += os.read(self.master, 65536)
        return bool(ready)

    @property
    def echoes(self) -> bool:
        """Whether the terminal shows what is typed, line by line."""
        local = termios.tcgetattr(self.slave)[3]
        return bool(local & termios.ECHO and local & termios.ICANON)


@contextmanager
def running(home: Path, *arguments: str, **environment: str) -> Iterator[Terminal]:
    """The interface on a terminal of its own."""
    master, slave = pty.openpty()
    clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLORTERM")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.tui.terminal_app", str(home), *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=ROOT,
        env=clean | {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"} | environment,
        start_new_session=True,
    )
    terminal = Terminal(process, master, slave)
    try:
        yield terminal
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(master)
        os.close(slave)


def assert_whole(terminal: Terminal) -> None:
    """The screen is left, the cursor shown, mouse and paste reporting off, echo on."""
    after = terminal.written.rpartition(b"\x1b[?1049h")[2]
    for sequence in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?2004l"):
        assert sequence in after, sequence
    assert terminal.echoes


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_whole(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path) as terminal:
        terminal.read_until(b"k p i x")
        assert not terminal.echoes
        terminal.process.send_signal(number)
        assert terminal.read_to_the_end() == 128 + number
        assert_whole(terminal)


def test_ctrl_q_quits_with_success(tmp_path: Path) -> None:
    with running(tmp_path) as terminal:
        terminal.read_until(b"k p i x")
        terminal.send(b"\x11")
        assert terminal.read_to_the_end() == 0
        assert_whole(terminal)


def test_a_crash_shows_no_local_variable(tmp_path: Path) -> None:
    with running(tmp_path, "crash") as terminal:
        assert terminal.read_to_the_end() == 1
        assert b"RuntimeError" in terminal.written
        assert b"correct horse" not in terminal.written.partition(b"raise RuntimeError")[2]
        assert b"locals" not in terminal.written
        assert_whole(terminal)


def test_no_color_means_no_colour_at_all(tmp_path: Path) -> None:
    with running(tmp_path, NO_COLOR="1", COLORTERM="truecolor") as terminal:
        terminal.read_until(b"test")
        terminal.send(b"?")
        terminal.read_until(b"Keys of this place")
        terminal.send(b"\x11")
        terminal.read_to_the_end()
    assert coloured(terminal.written) == set()


def test_sixteen_colours_are_the_terminals_own(tmp_path: Path) -> None:
    with running(tmp_path, TERM="xterm") as terminal:
        terminal.read_until(b"test")
        terminal.send(b"\x11")
        terminal.read_to_the_end()
    used = coloured(terminal.written)
    assert used
    assert not {code for code in used if b"38;" in code or b"48;" in code}


SECRETS = (b"Regional trains", b"Transport", b"Trains on time", b"Dashboards", b"91.4")


def after_the_lock(terminal: Terminal) -> bytes:
    """What was written since the terminal was cleared for the lock."""
    before, cleared, after = terminal.written.rpartition(WIPE_BOTH.encode())
    assert cleared, before[-500:]
    return after


def lock(terminal: Terminal) -> None:
    """Look at the KPIs of a dashboard, then lock."""
    terminal.read_until(b"Regional trains")
    terminal.send(b"\x1b[B\r")
    terminal.read_until(b"Trains on time")
    terminal.send(b"\x0c")
    terminal.read_until(b"Locked.")


@pytest.mark.parametrize(
    "kind", [{}, {"TERM": "xterm"}, {"NO_COLOR": "1"}], ids=["256", "16", "none"]
)
def test_a_lock_leaves_nothing_on_the_screen_nor_in_what_scrolled_away(
    tmp_path: Path, kind: dict[str, str]
) -> None:
    """In every theme: one whose background let through what is below would show it."""
    with running(tmp_path, "work", **kind) as terminal:
        lock(terminal)
        terminal.send(b"2:wrong\r")
        terminal.read_until(b"is not right")
        terminal.read_for(1.0)
        written = after_the_lock(terminal)
        assert b"Ada Lovelace" in written
        assert [secret for secret in SECRETS if secret in written] == []
        for part in (b"\x1b[2J", b"\x1b[3J"):  # on both screens of the terminal
            assert WIPE_BOTH.encode().count(part) == 3
        terminal.send(b"open sesame\r")
        terminal.read_until_after(b"Trains on time", len(terminal.written))
        terminal.send(b"\x11")
        assert terminal.read_to_the_end() == 0
        assert_whole(terminal)


def test_whoever_takes_over_sees_nothing_of_what_was_open(tmp_path: Path) -> None:
    """Not for the length of a frame: the screens below are taken away unseen."""
    with running(tmp_path, "work") as terminal:
        lock(terminal)
        terminal.send(b"\x0e")
        terminal.read_until(b"E-mail")
        terminal.send(b"grace@acme.test\r")
        terminal.read_for(0.5)
        terminal.send(b"open sesame\r")
        terminal.read_until(b"Grace Hopper")
        terminal.read_for(0.5)
        written = after_the_lock(terminal)
        assert b"Regional trains" in written  # the list of dashboards, read anew
        assert b"Trains on time" not in written


def test_leaving_a_shared_terminal_clears_it(tmp_path: Path) -> None:
    with running(tmp_path, "share") as terminal:
        lock(terminal)
        terminal.send(b"\x11")
        assert terminal.read_to_the_end() == 0
        assert_whole(terminal)
    assert terminal.written.endswith(WIPE.encode())


def test_nothing_is_written_while_nothing_happens(tmp_path: Path) -> None:
    with running(tmp_path) as terminal:
        terminal.read_until(b"test")
        while terminal._read_some():
            pass
        before = len(terminal.written)
        deadline = time.monotonic() + 1.5
        while time.monotonic() < deadline:
            terminal._read_some()
        assert len(terminal.written) == before


def coloured(written: bytes) -> set[bytes]:
    """The sequences that set a colour (39 and 49, the defaults, are none)."""
    found = set()
    for sequence in COLOUR.findall(written):
        codes = re.split(rb"[;:]", sequence[2:-1])
        if any(code.isdigit() and _is_colour(int(code)) for code in codes):
            found.add(sequence)
    return found


def _is_colour(code: int) -> bool:
    return 30 <= code <= 38 or 40 <= code <= 48 or 90 <= code <= 97 or 100 <= code <= 107
