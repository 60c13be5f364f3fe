"""Where the embedded server keeps what it has.

``<home>/postgres`` is the cluster folder. When kpix runs as root and the server's account cannot
get there (a home under /root, or from ``mktemp -d``), it is ``/var/lib/kpix/<digest of home>``:
the rights of folders that are not ours are never touched.

The cluster folder and the locks and configuration in it belong to whoever runs kpix; only
``data``, ``run`` and ``log`` belong to the server's account. So when kpix is root, it makes no file
where an unprivileged account could have put a link, and follows none when it reads there.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kpix_tui.db.embedded.account import Account, current_user, name_of
from kpix_tui.db.embedded.errors import (
    EmbeddedAccountChanged,
    EmbeddedDiskFull,
    EmbeddedFolderForeign,
    EmbeddedFolderUnreachable,
    EmbeddedFolderUnsafe,
    EmbeddedFolderUnusable,
    EmbeddedSocketImpossible,
)

SYSTEM_FOLDER: Final = Path("/var/lib/kpix")
PORT: Final = 5432
"""Only a part of the socket's name: nothing listens on TCP."""

_LONGEST_SOCKET: Final = 103
"""Bytes of ``sun_path`` on the strictest platform (macOS; Linux has 107)."""
_PLAIN: Final = re.compile(r"[\w./+@=-]+", re.ASCII)
"""Paths that libpq and PostgreSQL take as they are: neither splits them as a list of several."""


@dataclass(frozen=True, slots=True)
class Places:
    """The paths inside one cluster folder."""

    folder: Path

    @property
    def data(self) -> Path:
        """The data folder of PostgreSQL."""
        return self.folder / "data"

    @property
    def conf(self) -> Path:
        """The configuration, written anew at every start."""
        return self.folder / "conf"

    @property
    def log(self) -> Path:
        """The server's log files."""
        return self.folder / "log"

    @property
    def run(self) -> Path:
        """The socket, unless its path would be too long."""
        return self.folder / "run"

    @property
    def startup_log(self) -> Path:
        """What the server says before it opens its own log."""
        return self.folder / "startup.log"

    @property
    def control(self) -> Path:
        """Locked by whoever starts, stops, joins or leaves."""
        return self.folder / "control.lock"

    @property
    def in_use(self) -> Path:
        """Locked, together, by every process that uses the server."""
        return self.folder / "in-use.lock"

    @property
    def server(self) -> Path:
        """Locked by the processes of the server itself, through an inherited descriptor."""
        return self.folder / "server.lock"

    @property
    def held(self) -> Path:
        """Exists when the server stays although nobody uses it."""
        return self.folder / "held"

    def data_owner(self) -> int | None:
        """The number of the account that owns the data folder; None when there is none."""
        try:
            return os.lstat(self.data).st_uid
        except (FileNotFoundError, NotADirectoryError):
            return None


@contextmanager
def file_problems(path: Path) -> Iterator[None]:
    """Say a problem of the operating system with ``path`` as an error that names what to do.

    Raises:
        EmbeddedDiskFull: no room, or over quota.
        EmbeddedFolderUnusable: anything else.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full(path) from error
        raise EmbeddedFolderUnusable(
            path=str(error.filename or path), reason=error.strerror or str(error)
        ) from error


def read_plainly(path: Path, offset: int = 0) -> bytes:
    """The beginning (10 000 bytes) of a file in a folder of the server's account.

    Raises:
        OSError: it is not there, or it is a link, or not a file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
        return os.pread(descriptor, 10_000, offset)
    finally:
        os.close(descriptor)


def disk_full(path: Path) -> EmbeddedDiskFull:
    """The error, with the room there is where ``path`` would be."""
    return EmbeddedDiskFull(path=str(path), free_mb=free_bytes(path) // 1_000_000)


def free_bytes(path: Path) -> int:
    """The room left for an ordinary account on the disk that holds ``path``, in bytes."""
    return shutil.disk_usage(_nearest(path)).free


def existing_places(home: Path) -> Places | None:
    """The cluster folder that holds a database already, for this home."""
    found = (place for place in _candidates(home) if place.data_owner() is not None)
    return next(found, None)


def choose_places(home: Path, account: Account) -> Places:
    """The cluster folder of this home: the one there is, else where ``account`` can work.

    Raises:
        EmbeddedFolderUnreachable: the data is where the account cannot go.
        EmbeddedAccountChanged: the data belongs to another account than the one asked for.
    """
    with file_problems(home):
        if "\n" in str(home):  # PostgreSQL's own files name their folder on one line
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(home))
        if home.exists() and not home.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(home))
        known = existing_places(home)
    if known is None:
        inside, *elsewhere = _candidates(home)
        return inside if not elsewhere or account.can_pass(_nearest(home)) else elsewhere[0]
    if account.switched:
        _check_still_usable(known, account)
    return known


def _candidates(home: Path) -> tuple[Places, ...]:
    inside = Places(home / "postgres")
    if current_user().uid != 0:
        return (inside,)
    return (inside, Places(SYSTEM_FOLDER / _digest(home)))


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def _check_still_usable(places: Places, account: Account) -> None:
    if not account.can_pass(places.folder):
        raise EmbeddedFolderUnreachable(path=str(places.folder), account=account.name)
    owner = places.data_owner()
    if owner is not None and owner != account.uid:
        raise EmbeddedAccountChanged(
            path=str(places.folder), owner=name_of(owner), account=account.name
        )


def _nearest(path: Path) -> Path:
    """The deepest folder of ``path`` that exists."""
    return next(folder for folder in (path, *path.parents) if folder.exists())


def prepare(places: Places, account: Account) -> None:
    """Make the cluster folder, when it is absent; nobody but the one who runs kpix may own it.

    Raises:
        EmbeddedFolderForeign, EmbeddedFolderUnsafe: somebody else could change what is there.
        EmbeddedDiskFull, EmbeddedFolderUnusable: it cannot be made.
    """
    with file_problems(places.folder):
        # Passable by the server's account where that is another one; listable by nobody.
        if places.folder.parent == SYSTEM_FOLDER:
            make_system_folder()
        make_folders(places.folder, 0o711 if account.switched else 0o700)
        _check_mine(places.folder)


def furnish(places: Places, account: Account) -> None:
    """Make what the server needs beside its data; under the control lock.

    Raises:
        EmbeddedDiskFull, EmbeddedFolderUnusable: it cannot be made.
    """
    with file_problems(places.folder):
        _make(places.conf, 0o755 if account.switched else 0o700)
        for folder in (places.log, places.run):
            _make_for(folder, account)


def note_home(places: Places, home: Path) -> None:
    """Say, where the folder's name does not, whose database this is."""
    if places.folder.parent == SYSTEM_FOLDER:
        with file_problems(places.folder):
            (places.folder / "home.txt").write_bytes(os.fsencode(home) + b"\n")


def make_system_folder() -> None:
    """Make /var/lib/kpix, where root keeps what the server's account could not reach elsewhere.

    Raises:
        EmbeddedFolderForeign, EmbeddedFolderUnsafe: not root, or not only root, may change it.
        EmbeddedDiskFull, EmbeddedFolderUnusable: it cannot be made.
    """
    with file_problems(SYSTEM_FOLDER):
        make_folders(SYSTEM_FOLDER, 0o711)
        _check_mine(SYSTEM_FOLDER)


def make_folders(folder: Path, mode: int) -> None:
    """Make a folder and those above it that are absent, with exactly these rights."""
    if not folder.parent.exists():
        make_folders(folder.parent, mode)
    _make(folder, mode)


def _make(folder: Path, mode: int) -> None:
    try:
        folder.mkdir(mode=mode)
    except FileExistsError:
        return
    folder.chmod(mode)  # whatever the umask is


def _make_for(folder: Path, account: Account) -> None:
    """Make a private folder of the server's account, in a folder that only we can write."""
    _make(folder, 0o700)
    if os.lstat(folder).st_uid == os.geteuid():
        account.give(folder)


def _check_mine(folder: Path) -> None:
    found = os.lstat(folder)
    me = current_user()
    if not stat.S_ISDIR(found.st_mode):
        raise EmbeddedFolderUnusable(path=str(folder), reason=os.strerror(errno.ENOTDIR))
    if found.st_uid != me.uid:
        raise EmbeddedFolderForeign(path=str(folder), owner=name_of(found.st_uid), expected=me.name)
    if found.st_mode & 0o022:
        raise EmbeddedFolderUnsafe(path=str(folder))


def socket_folder(places: Places, account: Account) -> Path:
    """The folder of the socket, made when absent, mode 0700: nobody else even gets to the socket.

    It is in the cluster folder; when that path is too long for a socket, in a folder of its own
    under the temporary folder (``/var/lib/kpix`` for root), which is not used before it is sure
    that nobody else put it there.

    Raises:
        EmbeddedSocketImpossible: no place is short enough, or somebody else's folder is there.
    """
    preferred = places.run
    if _suits_a_socket(preferred):
        return preferred
    name = f"kpix-{account.uid}-{_digest(places.folder)}"
    bases = (SYSTEM_FOLDER,) if account.switched else (Path(tempfile.gettempdir()), Path("/tmp"))  # noqa: S108 - verified below
    for base in bases:
        if _suits_a_socket(base / name):
            with file_problems(base):
                if base == SYSTEM_FOLDER:
                    make_system_folder()
                _make_for(base / name, account)
            _check_private(base / name, account)
            return base / name
    raise EmbeddedSocketImpossible(path=str(preferred), reason=os.strerror(errno.ENAMETOOLONG))


def is_spare_socket_folder(folder: Path, places: Places) -> bool:
    """Whether this is the folder that holds nothing but this server's socket."""
    return folder.name.startswith("kpix-") and folder.name.endswith(_digest(places.folder))


def _suits_a_socket(folder: Path) -> bool:
    socket = os.fsencode(folder / f".s.PGSQL.{PORT}")
    return len(socket) <= _LONGEST_SOCKET and _PLAIN.fullmatch(str(folder)) is not None


def _check_private(folder: Path, account: Account) -> None:
    found = os.lstat(folder)
    private = stat.S_ISDIR(found.st_mode) and found.st_mode & 0o077 == 0
    if not private or found.st_uid != account.uid:
        raise EmbeddedSocketImpossible(
            path=str(folder), reason=f"{name_of(found.st_uid)}, {stat.filemode(found.st_mode)}"
        )
