"""The operator's work on the database: how it stands, its schema, backup and restore."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kpix_tui.app.context import Context
from kpix_tui.app.files import allowed_path
from kpix_tui.kernel.errors import Conflict, KpixError, Misconfigured, NotFound, message

if TYPE_CHECKING:
    from kpix_tui.db.embedded import EmbeddedStatus
    from kpix_tui.db.migrate import SchemaState


class BackupExists(Conflict):
    """A file stands where the backup would go."""

    code = "app.backup_exists"
    message = message("{path} exists already: name another file, or add --yes to replace it.")


class BackupMissing(NotFound):
    """There is no backup of this name."""

    code = "app.backup_missing"
    message = message("There is no file {path}.")


class BackupInvalid(KpixError):
    """The file is not a backup that kpix made."""

    code = "app.backup_invalid"
    message = message("{path} is not a backup of kpix: {reason}")


class BackupFailed(KpixError):
    """The backup or the restore did not succeed; what was there before is still there."""

    code = "app.backup_failed"
    message = message("{program} failed, and nothing was changed: {reason}")


class ProgramMissing(Misconfigured):
    """PostgreSQL's own program is not installed."""

    code = "app.program_missing"
    message = message(
        "{program} is not installed: install the client programs of PostgreSQL, "
        "of the version of your server or later."
    )


class EmbeddedOnly(Misconfigured):
    """Only the embedded server is started and stopped by kpix."""

    code = "app.embedded_only"
    message = message(
        "KPIX_DATABASE_URL names a server of its own: kpix neither starts nor stops that."
    )


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """How the database stands. ``embedded`` is None for a server of its own.

    ``schema`` is None where it was not looked at: an embedded server that does not run is not
    started for that.
    """

    url: str
    embedded: EmbeddedStatus | None
    schema: SchemaState | None


def database_status(context: Context) -> DatabaseStatus:
    """How the database stands; nothing is started.

    Raises:
        Unavailable, Misconfigured: the external server does not answer or cannot be used.
    """
    from kpix_tui.db import engine, migrate  # noqa: PLC0415 - SQLAlchemy loads late

    if not context.embedded:
        url = context.external_url()
        made = engine.make_engine(url, context.settings)
        try:
            return DatabaseStatus(str(url), None, migrate.schema_state(made))
        finally:
            made.dispose()
    status = context.server().status()
    schema = migrate.schema_state(context.owner_database()) if status.running else None
    return DatabaseStatus("", status, schema)


def upgrade(context: Context) -> SchemaState:
    """Bring the schema to this version, as the operator. Starts the embedded server.

    Raises:
        OperatorUnknown: the server is external and no operator's URL is set.
        DatabaseNewer: a newer kpix migrated it.
    """
    from kpix_tui.db import migrate  # noqa: PLC0415 - SQLAlchemy loads late

    owner = context.owner_database()
    state = migrate.schema_state(owner)
    if state.current:
        return state
    context.progress(message("Preparing the tables"))
    return migrate.upgrade(owner)


def embedded_server(context: Context) -> None:
    """Make sure that the server is kpix's own.

    Raises:
        EmbeddedOnly: it is not.
    """
    if not context.embedded:
        raise EmbeddedOnly


def database_url(context: Context, *, owner: bool = False) -> str:
    """The address that other programs use, without a password. Starts the embedded server.

    Raises:
        OperatorUnknown: the operator's was asked for, and none is set.
    """
    if context.embedded:
        address = context.server().start()
        return address.url(address.owner_user if owner else address.app_user)
    url = context.external_url(owner=owner)
    return url.set(drivername="postgresql", password=None).render_as_string()


# -- backup and restore ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Login:
    """How PostgreSQL's programs reach the database as the operator; no password in arguments."""

    url: str
    environment: dict[str, str]
    programs: Path | None
    """The folder of the programs; None: those on PATH."""

    def program(self, name: str) -> str:
        found = shutil.which(name, path=str(self.programs) if self.programs else None)
        if found is None:
            raise ProgramMissing(program=name)
        return found


def backup(context: Context, path: Path, *, replace: bool = False) -> int:
    """Write the whole database into one file of mode 0600; returns its size in bytes.

    The file appears when it is complete, and not before.

    Raises:
        BackupExists: there is such a file, and ``replace`` was not asked for.
        BackupFailed: pg_dump failed, or the file cannot be written or is none.
        OutsideExportFolder: a shared terminal has nothing to do there.
    """
    path = allowed_path(context.settings, path)
    if path.exists() and not path.is_file():  # a folder, or a device that a rename would replace
        raise BackupFailed(program="kpix", reason=f"{path}: {os.strerror(errno.EINVAL)}")
    if path.exists() and not replace:
        raise BackupExists(path=str(path))
    login = _login(context)
    program = login.program("pg_dump")
    context.progress(message("Writing the backup"))
    with _beside(path) as fresh:
        _run(
            login,
            [program, "--format=custom", "--no-password", f"--file={fresh}", login.url],
        )
        size = fresh.stat().st_size
        if replace:
            os.replace(fresh, path)
        else:
            _link(fresh, path)
    return size


def restore(context: Context, path: Path) -> SchemaState:
    """Put the database back as a backup has it, in one transaction; then bring it to this version.

    Whatever was entered since the backup is gone. Nobody is signed in afterwards, and no one-time
    code opens anything: those of the backup may have been revoked or used since.

    Raises:
        BackupMissing, BackupInvalid: the file is not there, or not a backup.
        BackupFailed: pg_restore failed; the database is as it was.
        OutsideExportFolder: a shared terminal has nothing to do there.
    """
    path = allowed_path(context.settings, path)
    if not path.is_file():
        raise BackupMissing(path=str(path))
    upgrade(context)  # a new database needs its roles before anything can be put into it
    login = _login(context)
    program = login.program("pg_restore")
    contents = _contents(login, program, path)
    context.progress(message("Restoring the backup"))
    with tempfile.NamedTemporaryFile("w", prefix="kpix-", encoding="utf-8") as wanted:
        wanted.write(_WAYS_IN.sub("", contents))
        wanted.flush()
        _run(
            login,
            [
                program,
                "--clean",
                "--if-exists",
                "--single-transaction",
                "--exit-on-error",
                "--no-password",
                f"--use-list={wanted.name}",
                f"--dbname={login.url}",
                str(path.absolute()),
            ],
        )
    return upgrade(context)


_WAYS_IN: Final = re.compile(r"^.* TABLE DATA private (?:session|code) .*\n", re.MULTILINE)
"""What a backup must not bring back: leaving it out leaves no moment in which it is there."""


def _contents(login: _Login, program: str, path: Path) -> str:
    """What a backup holds, as pg_restore lists it.

    Raises:
        BackupInvalid: it is not a backup of kpix.
    """
    try:
        contents = _run(login, [program, "--list", str(path.absolute())])
    except BackupFailed as error:
        raise BackupInvalid(path=str(path), reason=error.params["reason"]) from error
    if not re.search(r"TABLE kpix alembic_version\b", contents):
        raise BackupInvalid(path=str(path), reason="kpix.alembic_version")
    return contents


def _login(context: Context) -> _Login:
    if context.embedded:
        from kpix_tui.db.embedded.binaries import find_binaries  # noqa: PLC0415

        address = context.server().start()
        return _Login(address.url(address.owner_user), {}, find_binaries().folder)
    url = context.external_url(owner=True)
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    bare = url.set(drivername="postgresql", password=None)
    return _Login(bare.render_as_string(hide_password=False), secret, None)


_ALLOWED: Final = ("PATH", "HOME", "PGSSLROOTCERT", "PGPASSFILE", "SSL_CERT_FILE")


def _run(login: _Login, arguments: list[str]) -> str:
    """Run one of PostgreSQL's programs; its last line is the reason when it fails."""
    environment = {name: os.environ[name] for name in _ALLOWED if name in os.environ}
    name = Path(arguments[0]).name
    try:
        answer = subprocess.run(  # noqa: S603 - PostgreSQL's programs, and no shell
            arguments,
            env=environment | login.environment | {"LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            umask=0o077,
            check=False,
        )
    except OSError as error:
        raise BackupFailed(program=name, reason=error.strerror or str(error)) from error
    if answer.returncode != 0:
        lines = [line for line in answer.stderr.splitlines() if "error:" in line]
        told = (lines or answer.stderr.splitlines() or [str(answer.returncode)])[0]
        raise BackupFailed(program=name, reason=told.partition("error: ")[2] or told)
    return answer.stdout


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A file of mode 0600 in the same folder, gone afterwards unless it was moved."""
    try:
        handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
        os.close(handle)
    except OSError as error:
        raise BackupFailed(program="kpix", reason=f"{path}: {error.strerror}") from error
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _link(fresh: Path, path: Path) -> None:
    """Give the file its name, unless somebody took it meanwhile."""
    try:
        os.link(fresh, path)
    except FileExistsError as error:
        raise BackupExists(path=str(path)) from error
