"""Peer authentication on a host that people reach over SSH: the steps of the operator's guide.

A PostgreSQL 15 of the test's own, whose ``pg_hba.conf`` asks the kernel who is there, and two
system accounts made for the test. Making those needs root.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from kpix_tui.app.context import open_context
from kpix_tui.app.logins import grant_login, list_logins, revoke_login
from kpix_tui.app.tokens import MemoryTokens
from kpix_tui.config import Settings
from kpix_tui.db import migrate
from kpix_tui.domains.accounts.service import create_organization, create_user, login, whoami
from kpix_tui.domains.accounts.views import CreateOrganization, CreateUser, Login
from kpix_tui.kernel.errors import KpixError
from tests.support import servers
from tests.support.databases import PASSWORD

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "operators.md"

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="system accounts are made by root"),
    pytest.mark.skipif(shutil.which("useradd") is None, reason="there is no useradd here"),
]


@dataclass(frozen=True)
class Host:
    """A machine with a server that asks the kernel; ``people`` are system accounts."""

    folder: Path
    port: int
    people: tuple[str, str]
    stranger: str

    def settings(self, **changes: Any) -> Settings:
        """The operator's settings: root is let in as the superuser by a map."""
        return Settings(
            home=self.folder,
            state=self.folder / "state",
            config_file=self.folder / "none",
            **{
                "database_url": self.url(),
                "owner_database_url": self.url("postgres"),
                **changes,
            },
        )

    def url(self, role: str = "", database: str = "kpix") -> str:
        """Through the socket; without a role it is the account's own."""
        return f"postgresql://{role and f'{role}@'}/{database}?host={self.folder}&port={self.port}"

    def command(self, account: str, role: str = "") -> tuple[list[str], dict[str, Any]]:
        """psql of a system account: its arguments, and how to run it."""
        program = servers.binaries(servers.DEBIAN)
        assert program is not None
        arguments = [
            *(str(program / "psql"), "-h", str(self.folder), "-p", str(self.port)),
            *("-d", "kpix", "-AtXqw", *(("-U", role) if role else ())),
        ]
        return arguments, {
            "user": account,
            "group": pwd.getpwnam(account).pw_gid,
            "extra_groups": [],
            "env": {"PATH": "/usr/bin:/bin"},
            "cwd": "/",
            "text": True,
        }

    def psql(self, account: str, statement: str, role: str = "") -> tuple[str, str]:
        """What psql prints for a system account, and its complaint."""
        arguments, how = self.command(account, role)
        done = subprocess.run(
            [*arguments, "-c", statement], capture_output=True, timeout=60, check=False, **how
        )
        return done.stdout.strip(), done.stderr.strip()


def as_account(account: str, work: Callable[[], Any]) -> Any:
    """What ``work`` answers in a process that belongs to a system account, for good."""
    known = pwd.getpwnam(account)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(known.pw_gid)
            os.setuid(known.pw_uid)
            answer = work()
        except BaseException as error:  # noqa: BLE001 - the child has nobody to raise it to
            answer = f"{type(error).__name__}: {error}"
        os.write(writing, json.dumps(answer).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return json.loads(told)


@pytest.fixture(scope="module")
def accounts() -> Iterator[tuple[str, str, str]]:
    """Three system accounts that cannot be logged in to."""
    names = tuple(f"kpixt{uuid.uuid4().hex[:8]}" for _one in range(3))
    for name in names:
        subprocess.run(
            ["useradd", "--no-create-home", "--shell", "/usr/sbin/nologin", name], check=True
        )
    yield names[0], names[1], names[2]
    for name in names:
        subprocess.run(["userdel", name], check=True, capture_output=True)


def hba_of_the_guide() -> str:
    """The lines that the operator's guide tells people to write."""
    text = GUIDE.read_text(encoding="utf-8")
    return text.partition("<!-- pg_hba.conf -->\n```\n")[2].partition("```")[0]


@pytest.fixture(scope="module")
def host(accounts: tuple[str, str, str]) -> Iterator[Host]:
    """The server, with the tables, an organisation and a user for each of two accounts."""
    program = servers.binaries(servers.DEBIAN)
    if program is None:
        pytest.skip("PostgreSQL 15 is not installed here")
    folder = Path(tempfile.mkdtemp(prefix="kpix-peer-", dir="/tmp"))
    account = servers.server_account()
    assert account is not None
    folder.chmod(0o755)
    shutil.chown(folder, account)
    data = folder / "data"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    servers._run(
        [str(program / "initdb"), "-D", str(data), "-U", "postgres", "-A", "peer", "--no-sync"],
        account,
    )
    (data / "pg_hba.conf").write_text(
        f"local all postgres peer map=operator\n{hba_of_the_guide()}"
        "host all all 127.0.0.1/32 scram-sha-256\n"
    )
    (data / "pg_ident.conf").write_text("operator root postgres\n")
    options = f"-k {folder} -p {port} -c listen_addresses=127.0.0.1 -c fsync=off"
    servers._run(
        [
            *(str(program / "pg_ctl"), "-D", str(data), "-w", "-o", options),
            *("-l", str(folder / "log"), "start"),
        ],
        account,
    )
    made = Host(folder, port, (accounts[0], accounts[1]), accounts[2])
    try:
        _furnish(made)
        yield made
    finally:
        servers._run([str(program / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"], account)
        shutil.rmtree(folder, ignore_errors=True)


def _furnish(host: Host) -> None:
    """The steps of the guide: tables, a login for each account, an organisation, its people."""
    with psycopg.connect(
        host=str(host.folder), port=host.port, user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        connection.execute("create database kpix")
    operator = open_context(host.settings(database_url=None))
    migrate.upgrade(operator.owner_database())
    for person in host.people:
        made = grant_login(operator, person, peer=True)
        assert make_url(made.url) == make_url(host.url())
    operator.close()

    def people() -> str:
        context = open_context(host.settings())
        context.tokens = MemoryTokens(None)
        first = CreateOrganization("Acme", "Ada Admin", "ada@acme.test", PASSWORD)
        create_organization(context, first)
        context.tokens.save(login(context, Login("ada@acme.test", PASSWORD)).token)
        create_user(context, CreateUser("Max Manager", "max@acme.test", ("MANAGER",), PASSWORD))
        context.close()
        return "done"

    # The first administrator comes from the operator, with a login for the salt of the password.
    operator_too = grant_root(host)
    assert people() == "done", operator_too


def grant_root(host: Host) -> str:
    """Root, who is the operator of these tests, uses kpix under a login of its own."""
    operator = open_context(host.settings())
    made = grant_login(operator, "root", peer=True)
    operator.close()
    return made.name


def sign_in(host: Host, account: str, email: str) -> str:
    """The token that an account gets for an e-mail and a password."""

    def work() -> str:
        context = open_context(host.settings(owner_database_url=None))
        context.tokens = MemoryTokens(None)
        token = login(context, Login(email, PASSWORD)).token
        context.close()
        return token

    token: str = as_account(account, work)
    assert len(token) == 43, token
    return token


def who_am_i(host: Host, account: str, token: str) -> str:
    """The user that kpix takes an account for, or the code of its refusal."""

    def work() -> str:
        context = open_context(host.settings(owner_database_url=None))
        context.tokens = MemoryTokens(token)
        try:
            return context.run(whoami).name
        except KpixError as error:
            return error.code
        finally:
            context.close()

    told: str = as_account(account, work)
    return told


def test_an_account_reaches_the_database_as_its_own_login_only(host: Host) -> None:
    first, second = host.people
    assert host.psql(first, "select session_user") == (first, "")
    assert host.psql(second, "select session_user") == (second, "")
    for role in (second, "postgres", "root"):
        told, complaint = host.psql(first, "select 1", role=role)
        assert told == ""
        assert "Peer authentication failed" in complaint, complaint
    for role in ("kpix_app", "kpix_owner", "kpix_auth"):
        told, complaint = host.psql(first, "select 1", role=role)
        assert (told, "FATAL" in complaint) == ("", True)


def test_an_account_without_a_login_stays_outside(host: Host) -> None:
    told, complaint = host.psql(host.stranger, "select 1")
    assert told == ""
    assert "FATAL" in complaint
    told, complaint = host.psql("nobody", "select 1", role=host.people[0])
    assert told == ""
    assert "Peer authentication failed" in complaint


def test_a_stolen_token_is_refused(host: Host) -> None:
    first, second = host.people
    adas = sign_in(host, first, "ada@acme.test")
    maxs = sign_in(host, second, "max@acme.test")
    assert who_am_i(host, first, adas) == "Ada Admin"
    assert who_am_i(host, second, maxs) == "Max Manager"
    assert who_am_i(host, second, adas) == "account.session_ended"
    assert who_am_i(host, first, maxs) == "account.session_ended"
    # The theft did not end what was stolen from.
    assert who_am_i(host, first, adas) == "Ada Admin"


def test_neither_sees_what_the_other_runs_nor_stops_it(host: Host) -> None:
    first, second = host.people
    arguments, how = host.command(first)
    victim = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **how)
    assert victim.stdin is not None
    assert victim.stdout is not None
    try:
        victim.stdin.write("select 'zanzibar' || pg_backend_pid();\n")
        victim.stdin.flush()
        pid = victim.stdout.readline().strip().removeprefix("zanzibar")
        assert pid.isdecimal()
        seen = f"select usename, query from pg_stat_activity where pid = {pid}"
        assert host.psql(second, seen) == (f"{first}|<insufficient privilege>", "")
        assert host.psql(first, seen)[0].startswith(f"{first}|select 'zanzibar'")
        for attack in ("pg_terminate_backend", "pg_cancel_backend"):
            told, complaint = host.psql(second, f"select {attack}({pid})")
            assert told == ""
            assert "must be a member of the role" in complaint
        victim.stdin.write("select 'still here';\n")
        victim.stdin.flush()
        assert victim.stdout.readline().strip() == "still here"
    finally:
        victim.communicate(timeout=60)


def test_a_password_that_a_login_gives_itself_opens_nothing(host: Host) -> None:
    first, _second = host.people
    told, complaint = host.psql(first, f"alter role {first} password 'by itself'")
    assert (told, complaint) == ("", "")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            host="127.0.0.1", port=host.port, user=first, password="by itself", dbname="kpix"
        )


def test_revoking_shuts_the_account_out(host: Host) -> None:
    operator = open_context(host.settings())
    leaver = host.stranger
    grant_login(operator, leaver, peer=True)
    token = sign_in(host, leaver, "max@acme.test")
    assert who_am_i(host, leaver, token) == "Max Manager"
    gone = revoke_login(operator, leaver)
    assert gone.sessions == 1
    assert leaver not in {row.name for row in list_logins(operator)}
    operator.close()
    told, complaint = host.psql(leaver, "select 1")
    assert told == ""
    assert "FATAL" in complaint
