"""A line to PostgreSQL that takes its time, and counts what goes over it.

It stands before the socket of a server as a socket of its own. Everything arrives ``latency`` / 2
later in each direction. The round trips of what one waits for are counted over all connections: a
request is one deeper than the deepest answer that had arrived when it was sent, so that what is
asked side by side counts once. The end of a transaction does not count: who reads has the answer by
then, and whatever waits for the end all the same is counted with what follows it.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

SOCKET = ".s.PGSQL.5432"
_CHUNK = 1 << 16
_AROUND = (b"begin", b"select auth.begin", b"select pg_catalog.set_config")
"""What a transaction begins with, besides what is asked in it."""
_ENDS = (b"COMMIT", b"ROLLBACK")


@dataclass(slots=True)
class Counts:
    """What went over the line since it was last asked."""

    trips: int = 0
    statements: list[bytes] = field(default_factory=list)


class SlowLine:
    """Made by :func:`slow_line`; ``folder`` is the host to connect to."""

    def __init__(self, server: Path, folder: Path, latency: float) -> None:
        self.folder = folder
        self._server = server / SOCKET
        self._latency = latency
        self._lock = threading.Lock()
        self._counts = Counts()
        self._round = 0
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / SOCKET))
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def counted(self) -> Counts:
        """What was counted since the last call."""
        with self._lock:
            found, self._counts = self._counts, Counts()
            self._round += 1
        return found

    def close(self) -> None:
        """Take no more connections."""
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server))
                _Connection(self, client, server, self._latency)

    def _asked(self, statements: list[bytes], after: tuple[int, int]) -> tuple[int, int]:
        """How deep what is sent now is, and in which round; ``after`` as deep as that at least."""
        with self._lock:
            self._counts.statements += [s for s in statements if not s.startswith(_AROUND + _ENDS)]
            ended = after[1] if after[0] == self._round else 0
            return self._round, max(self._counts.trips, ended) + 1

    def _answered(self, depth: tuple[int, int]) -> None:
        with self._lock:
            if depth[0] == self._round:
                self._counts.trips = max(self._counts.trips, depth[1])


class _Connection:
    """Both directions of one connection."""

    def __init__(
        self, line: SlowLine, client: socket.socket, server: socket.socket, latency: float
    ) -> None:
        self._line = line
        self._depth = self._ended = (0, 0)
        self._waits = self._ends = False
        self._messages = _Messages()
        for source, target, see in ((client, server, self._sent), (server, client, self._came)):
            passed: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
            threading.Thread(target=_take, args=(source, passed, latency), daemon=True).start()
            threading.Thread(target=_give, args=(target, passed, see), daemon=True).start()

    def _sent(self, data: bytes) -> None:
        statements = self._messages.statements(data)
        depth = self._line._asked(statements, self._ended)
        if not self._waits:
            self._waits, self._depth = True, depth
            self._ends = bool(statements) and statements[0].startswith(_ENDS)

    def _came(self, data: bytes) -> None:
        del data
        if self._waits:
            self._waits = False
            if self._ends:
                self._ended = self._depth
            else:
                self._line._answered(self._depth)


class _Messages:
    """Picks the statements out of what a client sends, and remembers what it prepared."""

    def __init__(self) -> None:
        self._rest = b""
        self._began = False
        self._prepared: dict[bytes, bytes] = {}

    def statements(self, data: bytes) -> list[bytes]:
        """The statements that are executed."""
        self._rest += data
        found = []
        while message := self._next():
            kind, body = message
            if kind == b"P":
                name, text = body.split(b"\0")[:2]
                self._prepared[name] = text
            elif kind == b"B":
                found.append(self._prepared[body.split(b"\0")[1]])
            elif kind == b"Q":
                found.append(body.rstrip(b"\0"))
        return found

    def _next(self) -> tuple[bytes, bytes] | None:
        if not self._began and len(self._rest) >= 4:
            # What a connection begins with has no kind.
            length = int.from_bytes(self._rest[:4])
            if len(self._rest) < length:
                return None
            self._began = length != 8  # asking for encryption is answered before the real beginning
            self._rest = self._rest[length:]
        if len(self._rest) < 5:
            return None
        length = int.from_bytes(self._rest[1:5])
        if len(self._rest) < length + 1:
            return None
        kind, body = self._rest[:1], self._rest[5 : length + 1]
        self._rest = self._rest[length + 1 :]
        return kind, body


def _take(source: socket.socket, passed: SimpleQueue[tuple[float, bytes]], latency: float) -> None:
    data = b" "
    while data:
        try:
            data = source.recv(_CHUNK)
        except OSError:
            data = b""
        passed.put((time.monotonic() + latency / 2, data))


def _give(target: socket.socket, passed: SimpleQueue[tuple[float, bytes]], see: object) -> None:
    assert callable(see)
    while True:
        due, data = passed.get()
        time.sleep(max(0.0, due - time.monotonic()))
        with suppress(OSError):
            if not data:
                target.shutdown(socket.SHUT_RDWR)
                target.close()
                return
            see(data)
            target.sendall(data)


@contextmanager
def slow_line(server: Path, folder: Path, latency: float) -> Iterator[SlowLine]:
    """A line of ``latency`` seconds for a round trip to the server whose socket is in a folder."""
    line = SlowLine(server, folder, latency)
    try:
        yield line
    finally:
        line.close()
