"""Who runs the embedded server when kpix is root, and who may come in."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kpix_tui.db.embedded import EmbeddedServer, account, errors, places
from kpix_tui.db.embedded import server as server_module
from kpix_tui.db.embedded.binaries import Binaries, find_binaries

Ask = Callable[..., Any]
as_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root hands the server over to an account"
)


def _start_once(home: Path) -> EmbeddedServer:
    """A server that has run, and does not any more."""
    server = EmbeddedServer(home)
    server.start()
    server.release()
    return server


def _answer_of_psql(address: Any, who: str) -> str:
    found = find_binaries()
    entry = pwd.getpwnam(who)
    done = subprocess.run(
        [found.folder / "psql", address.url("kpix_admin"), "-wAtc", "SELECT 'in'"],
        user=entry.pw_uid,
        group=entry.pw_gid,
        extra_groups=[],
        cwd="/",
        env={},
        check=False,
        capture_output=True,
        text=True,
        timeout=20,
    )
    return done.stdout + done.stderr


@as_root
def test_another_account_comes_neither_to_the_socket_nor_through_it(home: Path) -> None:
    if not account.server_account("daemon").can_pass(find_binaries().folder / "psql"):
        pytest.skip("psql is where other accounts cannot run it")
    server = EmbeddedServer(home)
    address = server.start()
    assert "Permission denied" in _answer_of_psql(address, "daemon")
    address.socket_dir.chmod(0o755)
    (address.socket_dir / f".s.PGSQL.{address.port}").chmod(0o777)
    assert "Peer authentication failed" in _answer_of_psql(address, "daemon")
    assert "Peer authentication failed" in _answer_of_psql(address, server.status().account)
    assert _answer_of_psql(address, "root") == "in\n"
    address.socket_dir.chmod(0o700)
    server.release()


@as_root
def test_a_home_that_the_account_cannot_enter_keeps_its_rights(
    tmp_path: Path, empty_home: Path, monkeypatch: pytest.MonkeyPatch, ask: Ask
) -> None:
    system = empty_home / "system"
    monkeypatch.setattr(places, "SYSTEM_FOLDER", system)
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    before = [folder.stat() for folder in (tmp_path, home)]
    server = EmbeddedServer(home)
    assert ask(server.start(), "SELECT 1", user="kpix_local") == 1
    data = server.status().data
    assert data.parents[1] == system
    assert data.owner() == server.status().account
    assert (data.parent / "home.txt").read_text() == f"{home}\n"
    assert [part.stat().st_mode & 0o777 for part in (system, data)] == [0o711, 0o700]
    after = [folder.stat() for folder in (tmp_path, home)]
    assert [(s.st_mode, s.st_uid) for s in before] == [(s.st_mode, s.st_uid) for s in after]
    assert list(home.iterdir()) == []
    home.chmod(0o755)  # a folder that opens later does not hide the database there is
    assert server.status().data == data
    server.destroy()


@as_root
def test_a_system_folder_of_somebody_else(
    tmp_path: Path, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = empty_home / "system"
    system.mkdir(mode=0o755)
    os.chown(system, pwd.getpwnam("daemon").pw_uid, -1)
    monkeypatch.setattr(places, "SYSTEM_FOLDER", system)
    with pytest.raises(errors.EmbeddedFolderForeign, match="daemon"):
        EmbeddedServer(tmp_path).start()


@as_root
def test_data_where_the_account_can_go_no_more(home: Path) -> None:
    server = _start_once(home)
    home.chmod(0o700)
    with pytest.raises(errors.EmbeddedFolderUnreachable):
        server.start()
    home.chmod(0o711)


@as_root
def test_programs_that_the_account_cannot_run_are_copied(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, ask: Ask
) -> None:
    found = find_binaries()
    package = found.folder.parents[1]
    hidden = tmp_path / "closed"
    hidden.mkdir(mode=0o700)
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, hidden / part.name, symlinks=True)
    private = Binaries(hidden / package.name / "pginstall" / "bin", found.version)
    monkeypatch.setattr(places, "SYSTEM_FOLDER", home / "system")
    monkeypatch.setattr(server_module, "find_binaries", lambda: private)
    said: list[str] = []
    server = EmbeddedServer(home, progress=said.append)
    before = os.umask(0o077)
    try:
        assert ask(server.start(), "SELECT 1") == 1
    finally:
        os.umask(before)
    assert "Copying PostgreSQL to where its account can run it" in said
    (copy,) = (home / "system").glob("bin-*")
    assert copy.owner() == "root"
    server.release()
    said.clear()
    server.start()
    assert said == ["Starting the database"]
    server.release()
    copy.chmod(0o777)
    with pytest.raises(errors.EmbeddedFolderUnsafe):
        server.start()


@as_root
def test_data_of_another_account_than_the_one_named(home: Path) -> None:
    _start_once(home)
    with pytest.raises(errors.EmbeddedAccountChanged, match="KPIX_POSTGRES_ACCOUNT"):
        EmbeddedServer(home, account="daemon").start()


@as_root
def test_data_keeps_its_account_when_another_one_appears(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = EmbeddedServer(home)
    server.start()
    name = server.status().account
    monkeypatch.setattr(account, "CANDIDATES", ("daemon",))
    assert server.status().account == name
    server.release()


def test_root_needs_an_account(monkeypatch: pytest.MonkeyPatch, empty_home: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(account, "CANDIDATES", ("no-such-1", "no-such-2"))
    with pytest.raises(errors.EmbeddedAccountMissing, match="no-such-1 / no-such-2"):
        EmbeddedServer(empty_home).start()
    with pytest.raises(errors.EmbeddedAccountMissing, match="KPIX_POSTGRES_ACCOUNT"):
        EmbeddedServer(empty_home, account="no-such-3").start()
    with pytest.raises(errors.EmbeddedAccountPrivileged):
        EmbeddedServer(empty_home, account="root").start()
    monkeypatch.undo()


def test_an_ordinary_user_runs_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = pwd.getpwnam("daemon")
    monkeypatch.setattr(os, "geteuid", lambda: daemon.pw_uid)
    found = account.server_account("ignored", owner_uid=0)
    assert (found.name, found.uid, found.switched) == ("daemon", daemon.pw_uid, False)


def test_a_user_without_a_name(monkeypatch: pytest.MonkeyPatch, empty_home: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 2**31 - 7)
    with pytest.raises(errors.EmbeddedUserUnnamed, match=str(2**31 - 7)):
        EmbeddedServer(empty_home).start()
    monkeypatch.undo()
