"""Under which system account PostgreSQL runs: it refuses to run as root."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kpix_tui.db.embedded.errors import (
    EmbeddedAccountMissing,
    EmbeddedAccountPrivileged,
    EmbeddedProgramFailed,
    EmbeddedUserUnnamed,
)

CANDIDATES: Final = ("kpix", "postgres", "nobody")
"""When kpix runs as root and was told nothing: the first of these that exists."""

_ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
"""Nothing of the user's: PG* variables would redirect it, a locale would translate its errors."""


@dataclass(frozen=True, slots=True)
class Account:
    """A system account; ``switched`` when it is not the one that runs kpix (which is root)."""

    name: str
    uid: int
    gid: int
    switched: bool

    def run(
        self,
        arguments: Sequence[str | Path],
        *,
        timeout: float,
        text_in: str = "",
        stderr: int = subprocess.STDOUT,
        keep_open: tuple[int, ...] = (),
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as this account, out of reach of Ctrl+C; output and errors together.

        Raises:
            EmbeddedProgramFailed: it cannot be run, or was killed after ``timeout`` seconds.
        """
        words = [os.fspath(part) for part in arguments]
        try:
            return subprocess.run(  # noqa: S603 - the wheel's programs and /bin/sh, no shell text
                words,
                input=text_in,
                stdout=subprocess.PIPE,
                stderr=stderr,
                timeout=timeout,
                pass_fds=keep_open,
                start_new_session=True,
                cwd="/",
                env=_ENVIRONMENT,
                umask=0o077,
                encoding="utf-8",
                errors="replace",
                check=False,
                user=self.uid if self.switched else None,
                group=self.gid if self.switched else None,
                extra_groups=[] if self.switched else None,
            )
        except (OSError, subprocess.SubprocessError) as error:
            reason = error.strerror if isinstance(error, OSError) else f"{timeout:.0f} s"
            raise EmbeddedProgramFailed(
                program=words[0], account=self.name, reason=reason
            ) from error

    def can_pass(self, path: Path) -> bool:
        """Whether this account can enter the folder, or run the program, ``path``."""
        if not self.switched:
            return os.access(path, os.X_OK)
        found = self.run(["/bin/sh", "-c", 'test -x "$1"', "sh", path], timeout=10)
        return found.returncode == 0

    def give(self, folder: Path) -> None:
        """Make it the owner of a folder that this process has just made."""
        if self.switched:
            os.chown(folder, self.uid, self.gid, follow_symlinks=False)


def name_of(uid: int) -> str:
    """The name of a system account, or its number when it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def current_user() -> Account:
    """The account that runs kpix.

    Raises:
        EmbeddedUserUnnamed: it has no entry in the user database.
    """
    uid = os.geteuid()
    try:
        entry = pwd.getpwuid(uid)
    except KeyError as error:
        raise EmbeddedUserUnnamed(uid=uid) from error
    return Account(entry.pw_name, uid, entry.pw_gid, switched=False)


def server_account(named: str | None, owner_uid: int | None = None) -> Account:
    """The account that runs the server: this process's own, and an unprivileged one for root.

    ``named`` is what the settings ask for (root only); otherwise whoever owns the data folder
    already (``owner_uid``), otherwise the first of ``CANDIDATES`` that exists.

    Raises:
        EmbeddedUserUnnamed: the account that runs kpix has no name.
        EmbeddedAccountMissing: the account does not exist.
        EmbeddedAccountPrivileged: the account is root.
    """
    me = current_user()
    if me.uid != 0:
        return me
    if named is None and owner_uid:  # data that root owns was copied there by root
        named = name_of(owner_uid)
    wanted = CANDIDATES if named is None else (named,)
    for name in wanted:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid == 0:
            raise EmbeddedAccountPrivileged(account=name)
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switched=True)
    raise EmbeddedAccountMissing(account=" / ".join(wanted))
