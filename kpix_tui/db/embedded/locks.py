"""Locks between processes. The kernel drops them when a process dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kpix_tui.db.embedded.errors import EmbeddedBusy

_PAUSE = 0.02
_MOMENT = 0.5


def open_lock(path: Path) -> int:
    """A descriptor of the lock file, made when absent; it is not inherited by programs we run."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def try_exclusive(descriptor: int) -> bool:
    """Take the lock alone, if nobody has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def share(descriptor: int) -> None:
    """Take the lock together with others; nobody takes it alone except under the control lock."""
    fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)


def is_taken(path: Path) -> bool:
    """Whether any process has the lock."""
    descriptor = open_lock(path)
    try:
        return not try_exclusive(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def exclusive(path: Path, seconds: float, on_wait: Callable[[], None]) -> Iterator[int]:
    """Wait for the lock and hold it alone; yields its descriptor.

    ``on_wait`` is called once, when it takes longer than a moment.

    Raises:
        EmbeddedBusy: somebody kept it for longer than ``seconds``.
    """
    began = time.monotonic()
    told = False
    while True:
        descriptor = open_lock(path)
        try:
            while not try_exclusive(descriptor):
                waited = time.monotonic() - began
                if waited > seconds:
                    raise EmbeddedBusy(path=str(path.parent), seconds=round(seconds))
                if waited > _MOMENT and not told:
                    told = True
                    on_wait()
                time.sleep(_PAUSE)
            if _is_still(path, descriptor):
                yield descriptor
                return
        finally:
            os.close(descriptor)


def _is_still(path: Path, descriptor: int) -> bool:
    """Whether the file was not deleted, with its database, while we waited for it."""
    try:
        return os.path.samestat(os.stat(path, follow_symlinks=False), os.fstat(descriptor))
    except FileNotFoundError:
        return False
