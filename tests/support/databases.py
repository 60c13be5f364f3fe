"""A fresh database for every test: a clone of one that was migrated and peopled once a run."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from kpix_tui.app.context import Context, open_context
from kpix_tui.app.tokens import MemoryTokens
from kpix_tui.config import Settings
from kpix_tui.db import engine, migrate
from kpix_tui.domains.accounts import service as accounts
from kpix_tui.domains.accounts.views import CreateOrganization, CreateUser, Login
from kpix_tui.kernel.clock import Clock
from tests.support.servers import Server, shared

PASSWORD = "correct horse battery staple"
PEOPLE = {
    "admin": ("Ada Admin", "ADMIN"),
    "manager": ("Max Manager", "MANAGER"),
    "user": ("Ursula User", "USER"),
    "viewer": ("Vic Viewer", "VIEWER"),
}
ORGANIZATIONS = ("acme", "globex")


@dataclass(frozen=True)
class Database:
    """One test's database."""

    server: Server
    name: str
    tokens: dict[str, str]
    """Session tokens by ``organisation/person``: ``acme/admin``."""

    def settings(self, home: Path) -> Settings:
        """Settings that reach it as the application and as the operator."""
        return Settings(
            home=home,
            state=home / "state",
            config_file=home / "kpix.toml",
            database_url=self.server.application_url(self.name, "kpix_local"),
            owner_database_url=self.server.url(self.name, "postgres"),
            pooler=self.server.pooler is not None,
        )

    def context(self, home: Path, clock: Clock, person: str | None = "acme/admin") -> Context:
        """A context signed in as ``person``; nobody with None."""
        context = open_context(self.settings(home), clock)
        context.tokens = MemoryTokens(self.tokens[person] if person else None)
        return context

    def put_away(self) -> None:
        """Let nobody in and show everybody out, as a server that stops does."""
        with self.server.connect("postgres") as connection:
            connection.execute(f"alter database {self.name} allow_connections false".encode())
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
                (self.name,),
            )

    def bring_back(self) -> None:
        """Let everybody in again."""
        with self.server.connect("postgres") as connection:
            connection.execute(f"alter database {self.name} allow_connections true".encode())


def _create(server: Server, name: str, template: str = "template0") -> None:
    with server.connect("postgres") as connection:
        # Copied as files: three times faster than through the log, where nothing is synced.
        connection.execute(
            f"create database {name} template {template} strategy file_copy".encode()
        )
        if template != "template0":
            # A clone has the rows of its template, and not the rights on the database itself.
            connection.execute(f"revoke all on database {name} from public".encode())
            connection.execute(f"grant connect on database {name} to kpix_app".encode())


def drop(server: Server, name: str) -> None:
    """Remove a database, whoever is still connected."""
    with server.connect("postgres") as connection:
        connection.execute(f"drop database if exists {name} with (force)".encode())


def migrated(server: Server, run: str) -> str:
    """The name of an empty database of this version, made by the first who asks."""
    with shared(f"empty-{server.version}", run) as note:
        if not note.exists():
            _create(server, "kpix_empty")
            with server.connect("postgres") as connection:
                connection.execute("create role kpix_local login")
            settings = Settings(
                home=note.parent, state=note.parent, config_file=note.parent / "none"
            )
            owner = engine.make_owner_engine(
                engine.embedded_url(server.url("kpix_empty", "postgres")), settings
            )
            migrate.upgrade(owner)
            owner.dispose()
            note.write_text("done")
    return "kpix_empty"


def peopled(server: Server, run: str, clock: Clock) -> tuple[str, dict[str, str]]:
    """A database with two organisations of four people each, and a session for each of them."""
    empty = migrated(server, run)
    with shared(f"peopled-{server.version}", run) as note:
        if not note.exists():
            _create(server, "kpix_peopled", empty)
            # Not through a pooler: it would keep a connection, and nobody may be in a template.
            direct = replace(server, pooler=None)
            tokens = _people(Database(direct, "kpix_peopled", {}), note.parent, clock)
            note.write_text(json.dumps(tokens))
        return "kpix_peopled", json.loads(note.read_text())


def _people(database: Database, home: Path, clock: Clock) -> dict[str, str]:
    tokens: dict[str, str] = {}
    context = database.context(home, clock, None)
    for organization in ORGANIZATIONS:
        name, _role = PEOPLE["admin"]
        email = f"admin@{organization}.test"
        accounts.create_organization(
            context, CreateOrganization(organization.title(), name, email, PASSWORD)
        )
        tokens[f"{organization}/admin"] = accounts.login(context, Login(email, PASSWORD)).token
        context.tokens.save(tokens[f"{organization}/admin"])
        for person, (full_name, role) in PEOPLE.items():
            if person == "admin":
                continue
            email = f"{person}@{organization}.test"
            accounts.create_user(context, CreateUser(full_name, email, (role,), PASSWORD))
            tokens[f"{organization}/{person}"] = accounts.login(
                context, Login(email, PASSWORD)
            ).token
    context.close()
    return tokens


@contextmanager
def cloned(server: Server, template: str, tokens: dict[str, str]) -> Iterator[Database]:
    """A database of its own for the block."""
    name = f"t_{uuid.uuid4().hex}"
    _create(server, name, template)
    try:
        yield Database(server, name, tokens)
    finally:
        drop(server, name)
