"""One kpix process's hold on the embedded server: start or join it, leave it, keep it running."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from kpix_tui.db.embedded import cluster, locks, postmaster
from kpix_tui.db.embedded.account import Account, server_account
from kpix_tui.db.embedded.binaries import binaries_for, find_binaries
from kpix_tui.db.embedded.errors import EmbeddedInUse
from kpix_tui.db.embedded.places import (
    Places,
    choose_places,
    existing_places,
    file_problems,
    furnish,
    note_home,
    prepare,
    socket_folder,
)
from kpix_tui.db.embedded.views import EmbeddedStatus, ServerAddress
from kpix_tui.kernel.errors import KpixError, message

_SECONDS_FOR_CONTROL: Final = 300
"""How long another process may take to create, start or stop before we say that it is stuck."""


class EmbeddedServer:
    """The PostgreSQL server that kpix runs by itself, shared by every kpix on one ``home``.

    Each process that uses the server has a lease on it, a lock that the kernel drops when the
    process dies. Whoever leaves last stops the server. All methods may be called from any thread.

    ``account`` is the system account that runs the server when kpix runs as root; ``progress``
    hears short English texts, to be translated, when something takes a moment.
    """

    def __init__(
        self,
        home: Path,
        *,
        account: str | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        self._home = Path(os.path.realpath(home))
        self._named_account = account
        self._progress = progress or (lambda _text: None)
        self._mutex = threading.RLock()
        self._lease: int | None = None

    def start(self) -> ServerAddress:
        """Start the server or join it, creating the database when there is none, and use it.

        Calling it again changes nothing, except that a server that has died is started again.

        Raises:
            KpixError: see ``kpix_tui.db.embedded.errors``.
        """
        with self._mutex:
            account, places = self._place()
            with self._control(places, account) as control:
                if self._lease is None:
                    self._lease = _take_lease(places)
                try:
                    return self._bring_up(places, account, control)
                except KpixError:
                    self._drop_lease()
                    raise
                except (KeyboardInterrupt, SystemExit):
                    self._leave(places)
                    raise

    def release(self) -> None:
        """Stop using the server; the last one to leave stops it, unless it is held.

        Raises:
            EmbeddedStopFailed: it does not stop.
        """
        with self._mutex:
            if self._lease is None:
                return
            account, places = self._place()
            if places.data_owner() is None:  # deleted under us: PostgreSQL sees that and ends
                self._drop_lease()
                return
            with self._control(places, account):
                self._leave(places)

    def hold(self) -> None:
        """Start the server when needed, and keep it running although nobody uses it.

        That lasts until ``stop``, or until the server ends in another way.

        Raises:
            KpixError: as ``start``.
        """
        with self._mutex:
            account, places = self._place()
            with self._control(places, account) as control:
                self._bring_up(places, account, control)
                with file_problems(places.held):
                    places.held.touch(mode=0o600)

    def stop(self, *, force: bool = False) -> None:
        """Stop the server, held or not; nothing happens when none runs.

        Raises:
            EmbeddedInUse: other processes use it, and ``force`` was not asked for.
            EmbeddedStopFailed: it does not stop.
        """
        with self._mutex:
            account, places = self._place()
            if places.data_owner() is None:
                return
            with self._control(places, account):
                self._stop(places, force=force)

    def destroy(self, *, force: bool = False) -> None:
        """Stop the server and delete its database, for good.

        Raises:
            EmbeddedInUse: other processes use it, and ``force`` was not asked for.
            EmbeddedStopFailed: it does not stop, and nothing was deleted.
        """
        with self._mutex:
            account, places = self._place()
            if not places.folder.exists():
                return
            with self._control(places, account):
                self._stop(places, force=force)
                with file_problems(places.folder):
                    shutil.rmtree(places.folder)

    def status(self) -> EmbeddedStatus:
        """What there is, without starting anything.

        Raises:
            EmbeddedBusy: another process has been starting or stopping it for minutes.
        """
        with self._mutex:
            account, places = self._place()
            if places.data_owner() is None:
                return _describe(places, account, None, in_use=False)
            with self._control(places, account):
                found = postmaster.read(places) if postmaster.is_alive(places) else None
                return _describe(places, account, found, in_use=locks.is_taken(places.in_use))

    def _place(self) -> tuple[Account, Places]:
        with file_problems(self._home):
            known = existing_places(self._home)
            account = server_account(self._named_account, known.data_owner() if known else None)
            return account, choose_places(self._home, account)

    @contextmanager
    def _control(self, places: Places, account: Account) -> Iterator[int]:
        """Be the only process that starts, stops, joins or leaves; yields the lock's descriptor."""
        prepare(places, account)
        with ExitStack() as stack:
            with file_problems(places.control):
                control = stack.enter_context(
                    locks.exclusive(places.control, _SECONDS_FOR_CONTROL, self._say_that_we_wait)
                )
            furnish(places, account)
            yield control

    def _say_that_we_wait(self) -> None:
        self._progress(message("Waiting for another kpix to start or stop the database"))

    def _bring_up(self, places: Places, account: Account, control: int) -> ServerAddress:
        found = find_binaries()
        cluster.check_version(places, found)
        binaries = binaries_for(account, found, self._progress)
        if places.data_owner() is None:
            socket_folder(places, account)  # better refused before than after
            self._progress(message("Creating the database"))
            note_home(places, self._home)
            cluster.create(places, account, binaries, control)
        running = postmaster.bring_up(places, account, binaries, self._progress)
        return ServerAddress(running.socket_dir, running.port, cluster.OWNER, cluster.APPLICATION)

    def _leave(self, places: Places) -> None:
        self._drop_lease()
        if not places.held.exists() and not locks.is_taken(places.in_use):
            postmaster.stop(places)

    def _stop(self, places: Places, *, force: bool) -> None:
        mine = self._lease is not None
        self._drop_lease()
        if not force and locks.is_taken(places.in_use):
            self._lease = _take_lease(places) if mine else None
            raise EmbeddedInUse(path=str(places.folder))
        with file_problems(places.held):
            places.held.unlink(missing_ok=True)
        postmaster.stop(places)

    def _drop_lease(self) -> None:
        if self._lease is not None:
            os.close(self._lease)
            self._lease = None


def _take_lease(places: Places) -> int:
    with file_problems(places.in_use):
        descriptor = locks.open_lock(places.in_use)
        locks.share(descriptor)
        return descriptor


def _describe(
    places: Places, account: Account, found: postmaster.Postmaster | None, *, in_use: bool
) -> EmbeddedStatus:
    return EmbeddedStatus(
        data=places.data,
        log=places.log,
        server_version=find_binaries().version,
        data_version=cluster.data_version(places),
        running=found is not None and found.ready,
        pid=found.pid if found else None,
        in_use=in_use,
        held=found is not None and places.held.exists(),
        account=account.name,
    )
