"""A program on a pseudo-terminal, watched: when it paints, what it writes, how big it is."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

COLUMNS, LINES = 120, 40
PATIENCE = 60.0
QUIET = 0.2
_CONTROL = re.compile(rb"\x1b\[[0-9;:?]*[ -/]*[@-~]")


class NothingPainted(RuntimeError):
    """The program ended, or never showed what was waited for."""


@dataclass(slots=True)
class Terminal:
    """A running program. Times are in seconds of the monotonic clock."""

    process: subprocess.Popen[bytes]
    master: int
    begun: float
    written: bytearray = field(default_factory=bytearray)

    def read(self, timeout: float) -> int:
        """Take what has been written, waiting up to ``timeout`` for it; how many bytes."""
        ready, _w, _x = select.select([self.master], [], [], timeout)
        if not ready:
            return 0
        try:
            found = os.read(self.master, 65536)
        except OSError:  # the other side is closed
            return 0
        self.written += found
        return len(found)

    def until(self, text: str) -> float:
        """Wait until ``text`` is painted; seconds since the program was started.

        Raises:
            NothingPainted: it is not.
        """
        wanted = text.encode()
        deadline = time.monotonic() + PATIENCE
        while wanted not in _CONTROL.sub(b"", bytes(self.written)):
            if time.monotonic() > deadline or self.process.poll() is not None:
                shown = _CONTROL.sub(b"", bytes(self.written[-3000:])).decode(errors="replace")
                raise NothingPainted(f"{text!r} was not painted: {shown}")
            self.read(0.05)
        return time.monotonic() - self.begun

    def until_quiet(self, seconds: float = QUIET) -> int:
        """Read until nothing has come for ``seconds``; how many bytes came."""
        total = 0
        while got := self.read(seconds):
            total += got
        return total

    def idle(self, seconds: float) -> int:
        """How many bytes are written in ``seconds`` in which nobody does anything."""
        end = time.monotonic() + seconds
        total = 0
        while (left := end - time.monotonic()) > 0:
            total += self.read(left)
        return total

    def press(self, key: bytes) -> tuple[float, int]:
        """Press a key: seconds to the first byte that answers, and all the bytes that do."""
        pressed = time.monotonic()
        os.write(self.master, key)
        first = self.read(1.0)
        seconds = time.monotonic() - pressed
        return seconds, first + self.until_quiet()

    def memory(self) -> int:
        """Resident memory of the program, in bytes."""
        resident: int = psutil.Process(self.process.pid).memory_info().rss
        return resident


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], directory: Path
) -> Iterator[Terminal]:
    """The program on a terminal of 120×40 with true colour; it is ended afterwards."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    begun = time.monotonic()
    process = subprocess.Popen(
        command,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=directory,
        env=dict(environment),
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield Terminal(process, master, begun)
    finally:
        _end(process, master)


def _end(process: subprocess.Popen[bytes], master: int) -> None:
    process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + 5
    while process.poll() is None:
        if time.monotonic() > deadline:
            process.kill()
        select.select([master], [], [], 0.05)
        try:
            os.read(master, 65536)
        except OSError:
            process.wait(5)
    os.close(master)


def environment(**settings: str) -> dict[str, str]:
    """What the programs are given: no PYTHON… variable slows them down."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR")}
    return kept | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"} | settings


@dataclass(slots=True)
class Keys:
    """What keys cost, each list in the order in which they were pressed."""

    seconds: list[float] = field(default_factory=list)
    written: list[int] = field(default_factory=list)

    def add(self, pressed: tuple[float, int]) -> None:
        """One more key."""
        self.seconds.append(pressed[0])
        self.written.append(pressed[1])

    @property
    def median(self) -> float:
        """Seconds from key to paint."""
        return statistics.median(self.seconds)
