"""The life of the embedded server: made, started, shared, left, killed, held."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy.engine import make_url

from kpix_tui.db.embedded import EmbeddedServer, ServerAddress, locks, postmaster
from kpix_tui.db.embedded.errors import EmbeddedInUse
from kpix_tui.db.embedded.places import Places

Ask = Callable[..., Any]


def _pid(server: EmbeddedServer) -> int:
    pid = server.status().pid
    assert pid is not None
    return pid


def _leftovers(home: Path) -> list[Path]:
    return list((home / "postgres").glob("new-*"))


def test_the_first_start_makes_the_database(empty_home: Path, ask: Ask) -> None:
    said: list[str] = []
    server = EmbeddedServer(empty_home, progress=said.append)
    address = server.start()
    try:
        assert said[0] == "Creating the database"
        assert ask(address, "SHOW server_version").startswith("18.")
        assert ask(address, "SHOW data_checksums") == "on"
        assert ask(address, "SHOW fsync") == "on"
        assert ask(address, "SHOW server_encoding") == "UTF8"
        sort = "SELECT concat(datlocprovider, datlocale) FROM pg_database WHERE datname = 'kpix'"
        assert ask(address, sort) == "bC.UTF-8"
        assert ask(address, "SELECT current_user", user="kpix_local") == "kpix_local"
        powers = "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls"
        assert ask(address, f"{powers} FROM pg_roles WHERE rolname = 'kpix_local'") is False
        assert _leftovers(empty_home) == []
    finally:
        server.release()
    assert not server.status().running


def test_nobody_listens_on_tcp_and_nobody_is_trusted(
    server: EmbeddedServer, home: Path, ask: Ask
) -> None:
    address = server.start()
    assert ask(address, "SHOW listen_addresses") == ""
    processes = [psutil.Process(_pid(server)), *psutil.Process(_pid(server)).children()]
    assert [seen for one in processes for seen in one.net_connections("inet")] == []
    rules = "SELECT string_agg(concat_ws(' ', type, database, user_name, auth_method), ';')"
    assert ask(address, f"{rules} FROM pg_hba_file_rules WHERE error IS NULL") == (
        "local {all} {kpix_admin,kpix_local} peer"
    )
    for folder in (home / "postgres/data", address.socket_dir):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    socket = address.socket_dir / f".s.PGSQL.{address.port}"
    assert stat.S_IMODE(socket.stat().st_mode) == 0o700


def test_it_knows_only_the_account_that_runs_kpix(server: EmbeddedServer, ask: Ask) -> None:
    me = psutil.Process().username()
    names = "SELECT string_agg(DISTINCT sys_name, ',') FROM pg_ident_file_mappings"
    assert ask(server.start(), names) == me


def test_starting_twice_is_starting_once(server: EmbeddedServer) -> None:
    address = server.start()
    pid = _pid(server)
    assert server.start() == address
    assert _pid(server) == pid


def test_leaving_twice_and_from_another_thread_is_leaving_once(server: EmbeddedServer) -> None:
    server.start()
    threads = [threading.Thread(target=server.release) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    server.release()
    assert not server.status().running


def test_a_start_is_quick(server: EmbeddedServer) -> None:
    server.start()
    server.release()
    began = time.monotonic()
    server.start()
    assert time.monotonic() - began < 10  # 0.05 s when the machine is free


def test_the_last_one_to_leave_stops_it(server: EmbeddedServer, home: Path) -> None:
    other = EmbeddedServer(home)
    assert server.start() == other.start()
    server.release()
    assert other.status().running
    assert other.status().in_use
    other.release()
    assert not other.status().running


def test_processes_that_start_at_once_share_one_server(
    empty_home: Path, client: Callable[[Path], Any]
) -> None:
    clients = [client(empty_home) for _ in range(4)]
    assert len({one.server_pid() for one in clients}) == 1
    for one in clients:
        one.leave()
    for one in clients:
        assert one.process.wait(60) == 0
    status = EmbeddedServer(empty_home).status()
    assert (status.running, status.in_use, _leftovers(empty_home)) == (False, False, [])


def test_the_server_of_a_killed_client_is_joined_and_then_stopped(
    server: EmbeddedServer, home: Path, client: Callable[[Path], Any]
) -> None:
    first = client(home)
    pid = first.server_pid()
    first.kill()
    assert server.status().running
    assert not server.status().in_use
    server.start()
    assert _pid(server) == pid
    server.release()
    assert not server.status().running


def test_a_kill_while_it_creates_the_database_leaves_no_half_of_one(
    empty_home: Path, client: Callable[[Path], Any], ask: Ask
) -> None:
    first = client(empty_home)
    first.wait_for("- Creating")
    time.sleep(0.2)
    first.kill()
    server = EmbeddedServer(empty_home)
    assert ask(server.start(), "SELECT 1", user="kpix_local") == 1
    assert _leftovers(empty_home) == []
    server.release()


def test_a_killed_server_is_started_again_with_its_data(server: EmbeddedServer, ask: Ask) -> None:
    address = server.start()
    ask(address, "CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer")
    pid = _pid(server)
    os.kill(pid, signal.SIGKILL)
    address = server.start()
    assert _pid(server) != pid
    assert ask(address, "SELECT answer FROM kept") == 42


def test_a_pid_file_whose_process_is_dead(server: EmbeddedServer, home: Path, ask: Ask) -> None:
    _leave_a_pid_file(server, home, postmaster._NOBODY)
    assert ask(server.start(), "SELECT 1") == 1


def test_a_pid_file_whose_number_was_given_to_another_process(
    server: EmbeddedServer, home: Path, ask: Ask
) -> None:
    owner = (home / "postgres/data").stat()
    other = subprocess.Popen(["sleep", "60"], user=owner.st_uid, group=owner.st_gid, cwd="/")
    try:
        _leave_a_pid_file(server, home, other.pid)
        assert ask(server.start(), "SELECT 1") == 1
        server.release()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def _leave_a_pid_file(server: EmbeddedServer, home: Path, pid: int) -> None:
    """Kill a server, and let its files name another process."""
    address = server.start()
    os.kill(_pid(server), signal.SIGKILL)
    while locks.is_taken(Places(home / "postgres").server):
        time.sleep(0.01)
    lock = address.socket_dir / f".s.PGSQL.{address.port}.lock"
    for file in (home / "postgres/data/postmaster.pid", lock):
        lines = file.read_text().split("\n")
        file.write_text("\n".join([str(pid), *lines[1:]]))
    server.release()


def test_a_server_whose_socket_was_cleaned_away_is_started_again(
    server: EmbeddedServer, ask: Ask
) -> None:
    address = server.start()
    (address.socket_dir / f".s.PGSQL.{address.port}").unlink()
    assert ask(server.start(), "SELECT 1") == 1


def test_it_holds_no_lock_of_the_client_that_started_it(server: EmbeddedServer, home: Path) -> None:
    folder = Path("/proc/self/fd")
    if not folder.exists():
        pytest.skip("no /proc on this platform")
    server.start()
    files = psutil.Process(_pid(server)).open_files()
    names = [os.readlink(fd) for fd in Path(f"/proc/{_pid(server)}/fd").iterdir()]
    ours = {Path(name).name for name in names if name.endswith(".lock")}
    assert ours == {"server.lock"}, files


def test_a_server_is_recognised_where_there_is_no_proc(server: EmbeddedServer) -> None:
    if not Path("/bin/ps").exists():
        pytest.skip("no ps on this machine")
    server.start()
    assert postmaster._is_called_postgres(_pid(server))
    assert not postmaster._is_called_postgres(os.getpid())


def test_held_it_stays_until_it_is_stopped(server: EmbeddedServer, home: Path) -> None:
    operator = EmbeddedServer(home)
    operator.hold()
    server.start()
    server.release()
    status = operator.status()
    assert (status.running, status.held, status.in_use) == (True, True, False)
    operator.stop()
    operator.stop()
    status = operator.status()
    assert (status.running, status.held) == (False, False)


def test_it_is_not_stopped_under_others_unless_forced(server: EmbeddedServer, home: Path) -> None:
    server.start()
    operator = EmbeddedServer(home)
    operator.start()
    with pytest.raises(EmbeddedInUse):
        operator.stop()
    assert operator.status().in_use
    server.release()
    assert operator.status().running, "the refused stop took away the operator's own lease"
    server.start()
    operator.stop(force=True)
    assert not operator.status().running
    server.start()
    assert server.status().running


@pytest.mark.parametrize("step", ["_spawn", "_launch"])
def test_interrupted_while_starting_it_leaves_nothing_running(
    server: EmbeddedServer, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = getattr(postmaster, step)

    def interrupted(*arguments: Any) -> Any:
        original(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(postmaster, step, interrupted)
        with pytest.raises(KeyboardInterrupt):
            server.start()
    assert not server.status().running


def test_asking_for_the_status_makes_nothing(empty_home: Path) -> None:
    status = EmbeddedServer(empty_home).status()
    assert (status.running, status.data_version, status.pid) == (False, None, None)
    assert list(empty_home.iterdir()) == []
    EmbeddedServer(empty_home).stop()
    EmbeddedServer(empty_home).release()
    assert list(empty_home.iterdir()) == []


def test_the_status_of_a_running_server(server: EmbeddedServer, home: Path) -> None:
    server.start()
    status = server.status()
    assert status.data == home / "postgres/data"
    assert status.data_version == status.server_version.partition(".")[0] == "18"
    assert status.account == psutil.Process(_pid(server)).username()
    assert status.account != "root"


def test_destroyed_it_is_gone(empty_home: Path) -> None:
    server = EmbeddedServer(empty_home)
    server.start()
    server.destroy()
    assert list(empty_home.iterdir()) == []
    assert not server.status().running
    server.destroy()
    server.release()


def test_leaving_a_database_that_was_deleted(server: EmbeddedServer, home: Path) -> None:
    server.start()
    pid = _pid(server)
    data = Places(home / "postgres").data
    data.rename(home / "elsewhere")
    server.release()
    os.kill(pid, signal.SIGKILL)
    while locks.is_taken(Places(home / "postgres").server):
        time.sleep(0.01)
    (home / "elsewhere").rename(data)


def test_nothing_of_the_environment_reaches_it(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in (
        ("PGDATA", "/nowhere"),
        ("PGPORT", "1"),
        ("PGOPTIONS", "-c fsync=off"),
        ("LANG", "xx_YY"),
        ("LD_PRELOAD", ""),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    assert server.start().port == 5432
    assert server.status().running


def test_a_home_by_two_names_is_one_home(
    server: EmbeddedServer, home: Path, tmp_path: Path
) -> None:
    address = server.start()
    (tmp_path / "link").symlink_to(home)
    other = EmbeddedServer(tmp_path / "link")
    try:
        assert other.start() == address
        assert other.status().pid == _pid(server)
    finally:
        other.release()


def test_a_home_that_does_not_exist_under_a_strict_umask(empty_home: Path, ask: Ask) -> None:
    home = empty_home / "not" / "yet"
    before = os.umask(0o077)
    try:
        server = EmbeddedServer(home)
        assert ask(server.start(), "SELECT 1") == 1
        server.destroy()
    finally:
        os.umask(before)


@pytest.mark.parametrize("name", ["x" * 120, "a b,\"c' $(touch z)é", "%41&host=x"])
def test_a_home_with_a_path_that_no_socket_can_have(home: Path, name: str, ask: Ask) -> None:
    first = EmbeddedServer(home)
    first.start()
    first.release()
    odd = home / name
    odd.mkdir()
    server = EmbeddedServer(odd)
    (home / "postgres").rename(odd / "postgres")
    try:
        address = server.start()
        assert not str(address.socket_dir).startswith(str(home))
        assert stat.S_IMODE(address.socket_dir.stat().st_mode) == 0o700
        assert ask(address, "SELECT 1", user="kpix_local") == 1
        other = EmbeddedServer(odd)
        assert other.start() == address
        other.release()
    finally:
        server.stop(force=True)
        (odd / "postgres").rename(home / "postgres")
    assert not address.socket_dir.exists()


def test_the_address_as_a_url() -> None:
    address = ServerAddress(Path("/tmp/a folder"), 5432)
    assert address.url("kpix_local") == (
        "postgresql://kpix_local@/kpix?host=%2Ftmp%2Fa%20folder&port=5432"
    )
    read = make_url(address.url("kpix_admin", "other"))
    assert (read.username, read.database) == ("kpix_admin", "other")
    assert read.query == {"host": "/tmp/a folder", "port": "5432"}
