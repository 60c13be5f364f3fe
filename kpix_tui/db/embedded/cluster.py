"""Making a data folder, all or nothing, and the configuration it runs with."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Final

from kpix_tui.db.embedded.account import Account, current_user
from kpix_tui.db.embedded.binaries import Binaries
from kpix_tui.db.embedded.errors import (
    EmbeddedCreateFailed,
    EmbeddedFolderUnreachable,
    EmbeddedVersionMismatch,
)
from kpix_tui.db.embedded.places import Places, disk_full, file_problems, read_plainly

OWNER: Final = "kpix_admin"
APPLICATION: Final = "kpix_local"
DATABASE: Final = "kpix"
NO_ROOM: Final = re.compile("No space left on device|Disk quota exceeded")

_SECONDS_TO_CREATE: Final = 120
_FRESH: Final = "new-"

_FIRST_STATEMENTS: Final = f"""\
CREATE ROLE {APPLICATION} LOGIN;
CREATE DATABASE {DATABASE} OWNER {OWNER};
REVOKE ALL ON DATABASE postgres FROM PUBLIC;
REVOKE ALL ON DATABASE template1 FROM PUBLIC;
"""

_SETTINGS: Final = """\
# Written by kpix at every start: changes made here are lost. Use ALTER SYSTEM.
listen_addresses = ''
port = 5432
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 64MB
dynamic_shared_memory_type = posix
io_method = sync
max_logical_replication_workers = 0
max_wal_size = 256MB
fsync = on
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
default_text_search_config = 'pg_catalog.simple'
logging_collector = on
log_directory = '../log'
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
log_file_mode = 0600
log_line_prefix = '%m [%p] %q%u@%d %a '
log_checkpoints = off
# A statement may hold what a person typed; the values of its parameters are never logged.
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
"""

_WHO_MAY_COME_IN: Final = f"""\
# Written by kpix at every start. No trust, no password, no TCP: the system account is the proof.
local all {OWNER},{APPLICATION} peer map=kpix
"""


def data_version(places: Places) -> str | None:
    """The major version of PostgreSQL that made the data folder; None when there is none."""
    with file_problems(places.data):
        try:
            return read_plainly(places.data / "PG_VERSION").decode("ascii", "replace").strip()
        except FileNotFoundError:
            return None


def check_version(places: Places, binaries: Binaries) -> None:
    """Refuse a data folder that these programs cannot read.

    Raises:
        EmbeddedVersionMismatch: another major version made it.
    """
    found = data_version(places)
    if found is not None and found != binaries.major:
        raise EmbeddedVersionMismatch(path=str(places.data), found=found, expected=binaries.major)


def _remove_leftovers(places: Places) -> None:
    """Delete what a process that was killed while it created a database left behind."""
    for fresh in places.folder.glob(f"{_FRESH}*"):
        shutil.rmtree(fresh, ignore_errors=True)


def create(places: Places, account: Account, binaries: Binaries, control: int) -> None:
    """Make the data folder, with the roles and the database of kpix in it.

    It is made under another name and renamed when it is complete, so that neither a kill nor a
    full disk leaves half of one. ``control``, the descriptor of the control lock, is handed to
    the programs: if this process is killed, the next one waits until they have ended.

    Raises:
        EmbeddedFolderUnreachable: the account cannot get to the cluster folder.
        EmbeddedDiskFull: nothing is left of what was begun.
        EmbeddedCreateFailed: PostgreSQL refused, with its words.
    """
    _remove_leftovers(places)
    if not account.can_pass(places.folder):
        raise EmbeddedFolderUnreachable(path=str(places.folder), account=account.name)
    fresh = places.folder / f"{_FRESH}{secrets.token_hex(4)}"
    try:
        with file_problems(places.folder):
            fresh.mkdir(mode=0o700)
            account.give(fresh)
        for program, text_in in (
            (_initdb(binaries, fresh), ""),
            (_first_session(binaries, fresh), _FIRST_STATEMENTS),
        ):
            done = account.run(
                program, timeout=_SECONDS_TO_CREATE, text_in=text_in, keep_open=(control,)
            )
            _check(places, done)
        with file_problems(places.folder):
            fresh.rename(places.data)
            _sync(places)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _initdb(binaries: Binaries, folder: Path) -> list[str | Path]:
    return [
        binaries.initdb,
        "-D",
        folder,
        f"--username={OWNER}",
        "--auth=reject",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--data-checksums",
        "--no-instructions",
    ]


def _first_session(binaries: Binaries, folder: Path) -> list[str | Path]:
    """PostgreSQL alone with a terminal, listening to nobody."""
    return [binaries.postgres, "--single", "-D", folder, "-c", "exit_on_error=on", "postgres"]


def _check(places: Places, done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode == 0:
        return
    if NO_ROOM.search(done.stdout):
        raise disk_full(places.folder)
    raise EmbeddedCreateFailed(path=str(places.folder), reason=last_lines(done.stdout))


def last_lines(output: str) -> str:
    """The last lines of what a program said, in one line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return " / ".join(lines[-5:])


def _sync(places: Places) -> None:
    descriptor = os.open(places.folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_configuration(places: Places) -> None:
    """Write the three configuration files: of this version of kpix, for who runs it now."""
    name = current_user().name.replace('"', '""')
    who_is_who = "".join(f'kpix "{name}" {role}\n' for role in (OWNER, APPLICATION))
    with file_problems(places.conf):
        for file, text in (
            ("postgresql.conf", _SETTINGS),
            ("pg_hba.conf", _WHO_MAY_COME_IN),
            ("pg_ident.conf", who_is_who),
        ):
            _write(places.conf / file, text)


def _write(path: Path, text: str) -> None:
    with suppress(FileNotFoundError):
        if path.read_text(encoding="utf-8") == text:
            return
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.chmod(0o644)
    fresh.rename(path)
