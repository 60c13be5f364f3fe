"""Homes for embedded servers, and other processes that use them.

The folders are under /tmp and passable by everybody, so that the data is in them also when the
tests run as root; what needs a closed home makes its own.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from kpix_tui.db.embedded import EmbeddedServer, ServerAddress

IS_ROOT = os.geteuid() == 0

_CLIENT = """
import sys
from pathlib import Path
from kpix_tui.db.embedded import EmbeddedServer

server = EmbeddedServer(Path(sys.argv[1]), progress=lambda text: print("-", text, flush=True))
server.start()
print("pid", server.status().pid, flush=True)
sys.stdin.read()
server.release()
"""


class Client:
    """Another process that uses the server, until it is told to leave or is killed."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _CLIENT, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_for(self, start: str) -> str:
        """The next line that starts like this."""
        assert self.process.stdout is not None
        return next(line for line in self.process.stdout if line.startswith(start))

    def server_pid(self) -> int:
        """The number of the server's process, once it has joined it."""
        return int(self.wait_for("pid").split()[1])

    def leave(self) -> None:
        """Ask it to release the server."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def kill(self) -> None:
        """Kill it so that it can do nothing about it."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    def close(self) -> None:
        """End it, whatever state it is in."""
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        self.process.wait(60)


def _new_home() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="kx-", dir="/tmp"))
    folder.chmod(0o711)
    return folder


def _remove(home: Path) -> None:
    EmbeddedServer(home).destroy(force=True)
    shutil.rmtree(home)


@pytest.fixture
def empty_home() -> Iterator[Path]:
    """A home without a database."""
    home = _new_home()
    yield home
    _remove(home)


@pytest.fixture(scope="session")
def _one_home() -> Iterator[Path]:
    home = _new_home()
    yield home
    _remove(home)


@pytest.fixture
def home(_one_home: Path) -> Iterator[Path]:
    """A home that tests use one after the other, whose server is stopped after each of them."""
    yield _one_home
    EmbeddedServer(_one_home).stop(force=True)


@pytest.fixture
def server(home: Path) -> Iterator[EmbeddedServer]:
    """A server of that home, not started."""
    found = EmbeddedServer(home)
    yield found
    found.release()


@pytest.fixture
def client() -> Iterator[Callable[[Path], Client]]:
    """Starts other processes that use a home's server."""
    clients: list[Client] = []

    def start(home: Path) -> Client:
        clients.append(Client(home))
        return clients[-1]

    yield start
    for one in clients:
        one.close()


@pytest.fixture
def ask() -> Callable[..., object]:
    """Asks a question of one value."""

    def ask(
        address: ServerAddress, sql: str, *, user: str = "kpix_admin", database: str = "kpix"
    ) -> object:
        url = address.url(user, database)
        with psycopg.connect(url, connect_timeout=5, autocommit=True) as connection:
            cursor = connection.execute(sql)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    return ask
