"""The server's process: starting it, knowing whether it lives, stopping it.

Whether it lives is known from a lock (``server.lock``) that its processes inherit at the start,
not from the process number that it writes down: numbers are used again, and mean nothing in
another container that shares the folder.
"""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from kpix_tui.db.embedded import locks
from kpix_tui.db.embedded.account import Account
from kpix_tui.db.embedded.binaries import Binaries
from kpix_tui.db.embedded.cluster import NO_ROOM, last_lines, write_configuration
from kpix_tui.db.embedded.errors import (
    EmbeddedNotReady,
    EmbeddedSocketImpossible,
    EmbeddedStartFailed,
    EmbeddedStopFailed,
)
from kpix_tui.db.embedded.places import (
    PORT,
    Places,
    disk_full,
    file_problems,
    free_bytes,
    is_spare_socket_folder,
    read_plainly,
    socket_folder,
)
from kpix_tui.kernel.errors import KpixError, message

SECONDS_TO_START: Final = 120
"""Generous: after a crash the server replays its journal first."""
SECONDS_TO_STOP: Final = 60
_PAUSE: Final = 0.01
_LITTLE: Final = 1_000_000
_NOBODY: Final = 2**31 - 1
"""A process number that no system gives."""
_NO_SOCKET: Final = re.compile(r"could not (?:create|bind) (?:any )?Unix[^\n]*")

_Answer = TypeVar("_Answer")

_REASON: Final = re.compile(r"(?:FATAL|PANIC|ERROR|DETAIL|HINT):\s+(?!Future log)(.+)")

# $! is the number of the server itself, since exec replaces the subshell.
_LAUNCH: Final = 'exec "$@" >&2 & echo $!'


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What the running server wrote into ``postmaster.pid``."""

    pid: int
    socket_dir: Path
    port: int
    ready: bool


def is_alive(places: Places) -> bool:
    """Whether any process of the server lives. Call it under the control lock only."""
    with file_problems(places.server):
        return locks.is_taken(places.server)


def read(places: Places) -> Postmaster | None:
    """What the server that lives wrote down; None while it has not, or when it is dead."""
    path = places.data / "postmaster.pid"
    with file_problems(path):
        try:
            lines = os.fsdecode(read_plainly(path)).split("\n")
        except FileNotFoundError:
            return None
    if len(lines) < 8 or not lines[0].isdecimal() or not _is_postgres(int(lines[0]), places):
        return None
    return Postmaster(int(lines[0]), Path(lines[4]), int(lines[3]), lines[7].strip() == "ready")


def _is_postgres(pid: int, places: Places) -> bool:
    """Whether process ``pid`` is a server on this data folder, and not another with its number."""
    process = Path(f"/proc/{pid}")
    if not Path("/proc/self/cwd").exists():
        return _is_called_postgres(pid)
    try:
        program = (process / "cmdline").read_bytes().partition(b"\0")[0]
        return program.endswith(b"postgres") and (process / "cwd").samefile(places.data)
    except OSError:  # it does not exist, or is somebody else's
        return False


def _is_called_postgres(pid: int) -> bool:
    """The same where there is no /proc (macOS)."""
    listed = subprocess.run(  # noqa: S603 - a number
        ["/bin/ps", "-o", "comm=", "-p", str(pid)], capture_output=True, timeout=10, check=False
    )
    return listed.stdout.strip().endswith(b"postgres")


def bring_up(
    places: Places, account: Account, binaries: Binaries, progress: Callable[[str], None]
) -> Postmaster:
    """The running server, started when there is none; under the control lock.

    Raises:
        EmbeddedNotReady: one runs and does not become ready.
        EmbeddedStartFailed: it did not come up, with its last words.
        EmbeddedDiskFull, EmbeddedSocketImpossible: it did not, for that reason.
    """
    state = _wait_until(lambda: _settled(places), SECONDS_TO_START)
    if state is None:
        raise EmbeddedNotReady(seconds=SECONDS_TO_START, log=str(places.log))
    if state.server is not None:
        if _socket(state.server.socket_dir).exists():
            return state.server
        stop(places)  # a cleaner of temporary files took its socket: nobody can join it any more
    progress(message("Starting the database"))
    return _launch(places, account, binaries)


def _socket(folder: Path) -> Path:
    return folder / f".s.PGSQL.{PORT}"


@dataclass(frozen=True, slots=True)
class _Settled:
    server: Postmaster | None
    """Ready; None when there is none."""


def _settled(places: Places) -> _Settled | None:
    """What there is; None while a server is starting or ending."""
    if not is_alive(places):
        return _Settled(None)
    found = read(places)
    return _Settled(found) if found is not None and found.ready else None


def _wait_until(look: Callable[[], _Answer | None], seconds: float) -> _Answer | None:
    """The first answer of ``look`` that is not None; None after ``seconds``."""
    deadline = time.monotonic() + seconds
    while (answer := look()) is None and time.monotonic() < deadline:
        time.sleep(_PAUSE)
    return answer


def _launch(places: Places, account: Account, binaries: Binaries) -> Postmaster:
    socket_dir = socket_folder(places, account)
    _clear_stale_files(places, account, socket_dir)
    with file_problems(places.held):
        places.held.unlink(missing_ok=True)
    write_configuration(places)
    before = _log_sizes(places)
    pid = _spawn(places, account, _command(places, binaries, socket_dir))

    def came_up() -> _Settled | None:
        state = _settled(places)
        return None if state and state.server and state.server.pid != pid else state

    state = _wait_until(came_up, SECONDS_TO_START)
    if state is None:
        raise EmbeddedNotReady(seconds=SECONDS_TO_START, log=str(places.log))
    if state.server is None:
        raise _why_not(places, socket_dir, before)
    return state.server


def _command(places: Places, binaries: Binaries, socket_dir: Path) -> list[str | Path]:
    options = {
        "config_file": places.conf / "postgresql.conf",
        "hba_file": places.conf / "pg_hba.conf",
        "ident_file": places.conf / "pg_ident.conf",
        "unix_socket_directories": socket_dir,
    }
    given = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    return [binaries.postgres, "-D", places.data, *given]


def _spawn(places: Places, account: Account, command: list[str | Path]) -> int:
    """Start the server in a session of its own, holding ``server.lock``; its process number."""
    with file_problems(places.folder):
        lock = locks.open_lock(places.server)
        log = os.open(
            places.startup_log,
            os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC,
            0o600,
        )
    try:
        if not locks.try_exclusive(lock):
            raise EmbeddedStartFailed(reason=str(places.server), log=str(places.log))
        answer = account.run(
            ["/bin/sh", "-c", _LAUNCH, "sh", *command], timeout=30, stderr=log, keep_open=(lock,)
        )
    finally:
        os.close(log)
        os.close(lock)
    return int(answer.stdout)


def _clear_stale_files(places: Places, account: Account, socket_dir: Path) -> None:
    """Undo what a dead server left, where its process number now belongs to something else.

    PostgreSQL sees by itself that a number is dead, but a number that was given again looks to it
    like a server that runs. Its pid file is kept, with an impossible number: the rest of it is how
    PostgreSQL finds out whether a part of the old server still uses the shared memory.
    """
    path = places.data / "postmaster.pid"
    with file_problems(path):
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return
    with file_problems(path), os.fdopen(descriptor, "r+b") as file:
        found = os.fstat(descriptor)
        first, *rest = file.read(10_000).split(b"\n")
        plain = stat.S_ISREG(found.st_mode) and found.st_nlink == 1
        if (
            not plain
            or found.st_uid != account.uid
            or not first.isdigit()
            or not _is_unrelated(int(first), places)
        ):
            return
        file.seek(0)
        file.truncate()
        file.write(b"\n".join([str(_NOBODY).encode(), *rest]))
        Path(f"{_socket(socket_dir)}.lock").unlink(missing_ok=True)


def _is_unrelated(pid: int, places: Places) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_postgres(pid, places)


def _why_not(places: Places, socket_dir: Path, before: dict[Path, int]) -> KpixError:
    words = "\n".join(_said(log, before.get(log, 0)) for log in _log_sizes(places))
    if NO_ROOM.search(words) or free_bytes(places.data) < _LITTLE:
        return disk_full(places.data)
    if refusal := _NO_SOCKET.search(words):
        return EmbeddedSocketImpossible(path=str(socket_dir), reason=refusal[0])
    reasons = _REASON.findall(words)[-3:] or [last_lines(words)]
    return EmbeddedStartFailed(reason=" / ".join(reasons), log=str(places.log))


def _log_sizes(places: Places) -> dict[Path, int]:
    """Where what the server says from now on begins, in each of its log files."""
    weekdays = {log: log.lstat().st_size for log in places.log.glob("*.log")}
    return {places.startup_log: 0, **weekdays}


def _said(log: Path, offset: int) -> str:
    """What was added to a log file, its last 4 000 bytes at most."""
    with file_problems(log):
        size = log.lstat().st_size
        begin = max(size - 4_000, offset if offset <= size else 0)
        return read_plainly(log, begin).decode("utf-8", "replace")


def stop(places: Places) -> None:
    """Stop the server, cutting off who is connected, and wait until it is gone.

    Call it under the control lock. Nothing happens when no server runs.

    Raises:
        EmbeddedStopFailed: it is still there after ``SECONDS_TO_STOP``.
    """
    asked: Postmaster | None = None

    def gone() -> bool | None:
        nonlocal asked
        if not is_alive(places):
            return True
        if asked is None and (asked := read(places)) is not None:
            with suppress(ProcessLookupError):
                os.kill(asked.pid, signal.SIGINT)  # PostgreSQL's "fast" shutdown
        return None

    if _wait_until(gone, SECONDS_TO_STOP) is None:
        raise EmbeddedStopFailed(
            pid=asked.pid if asked else "?", seconds=SECONDS_TO_STOP, log=str(places.log)
        )
    if asked is not None and is_spare_socket_folder(asked.socket_dir, places):
        with suppress(OSError):  # not empty, or gone: it is only tidied
            asked.socket_dir.rmdir()
