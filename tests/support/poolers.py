"""PgBouncer in transaction mode before a test server: no transaction keeps its connection."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.support.servers import POOLER_PORT, Server, server_account

CONFIGURATION = """
[databases]
* = host={server}

[pgbouncer]
unix_socket_dir = {folder}
listen_port = {port}
pidfile = {folder}/pid
logfile = {folder}/log
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 4
# The next transaction goes to the connection that rested longest, never to the same again.
server_round_robin = 1
ignore_startup_parameters = {ignored}
"""


@contextmanager
def before(server: Server, *users: str, ignored: str = "") -> Iterator[Path]:
    """The socket folder of a pooler for ``users``; ``ignored`` are startup parameters it drops."""
    program = shutil.which("pgbouncer")
    if program is None:
        pytest.skip("pgbouncer is not installed here")
    runs_as = server_account()
    with tempfile.TemporaryDirectory(prefix="kpix-pooler-") as made:
        folder = Path(made)
        settings = folder / "pgbouncer.ini"
        settings.write_text(
            CONFIGURATION.format(
                server=server.folder, folder=folder, port=POOLER_PORT, ignored=ignored
            )
        )
        (folder / "users").write_text("".join(f'"{user}" ""\n' for user in users))
        if runs_as:
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, runs_as)
        process = subprocess.Popen(
            [program, "-q", str(settings)], user=runs_as, cwd="/", env=os.environ
        )
        try:
            _wait(process, folder / f".s.PGSQL.{POOLER_PORT}")
            yield folder
        finally:
            process.terminate()
            process.wait(timeout=30)


def connect(folder: Path, database: str, user: str) -> psycopg.Connection[tuple[object, ...]]:
    """A bare connection through the pooler, in autocommit, that prepares nothing."""
    return psycopg.connect(
        host=str(folder),
        port=POOLER_PORT,
        dbname=database,
        user=user,
        autocommit=True,
        prepare_threshold=None,
    )


def _wait(process: subprocess.Popen[bytes], socket: Path) -> None:
    deadline = time.monotonic() + 30
    while not socket.exists():
        assert process.poll() is None, "pgbouncer did not start"
        assert time.monotonic() < deadline, "pgbouncer does not listen"
        time.sleep(0.05)
