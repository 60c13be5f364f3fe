"""One database login for each user or device: what it can do, what it cannot, and how it ends."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from kpix_tui.app.context import Context, ServerUnknown, open_context
from kpix_tui.app.logins import LoginsElsewhere, grant_login, list_logins, revoke_login
from kpix_tui.app.tokens import MemoryTokens
from kpix_tui.config import Settings
from kpix_tui.db.errors import RefusedByDatabase
from kpix_tui.db.logins import (
    LoginForeign,
    LoginNameInvalid,
    LoginNotDropped,
    LoginNotFound,
    LoginTaken,
)
from kpix_tui.db.principal import token_bytes
from kpix_tui.domains.accounts.service import login, whoami
from kpix_tui.domains.accounts.views import Login
from kpix_tui.domains.audit.service import list_audit
from kpix_tui.kernel.clock import FixedClock
from tests.conftest import NOW
from tests.support.databases import PASSWORD, Database

Named = Callable[[str], str]


@pytest.fixture
def names(database: Database) -> Iterator[Named]:
    """Names of this test's own, since roles belong to the whole server; removed afterwards."""
    given: list[str] = []

    def name(base: str) -> str:
        given.append(f"{base}_{uuid.uuid4().hex[:8]}")
        return given[-1]

    yield name
    with database.server.connect(database.name) as connection:
        for one in given:
            if connection.execute("select from pg_roles where rolname = %s", (one,)).fetchone():
                connection.execute(f'drop owned by "{one}"'.encode())
                connection.execute(f'drop role "{one}"'.encode())


@pytest.fixture
def operator(context: Context) -> Context:
    """The operator's context; tests reach their server without a password."""
    return context


@contextmanager
def as_login(
    database: Database, home: Path, name: str, token: str | None = None
) -> Iterator[Context]:
    """A context that connects with a login of its own."""
    settings = Settings(
        home=home,
        state=home / "state",
        config_file=home / "kpix.toml",
        database_url=database.server.url(database.name, name),
    )
    context = open_context(settings, FixedClock(NOW))
    context.tokens = MemoryTokens(token)
    try:
        yield context
    finally:
        context.close()


def signed_in(database: Database, home: Path, name: str, person: str = "user") -> str:
    """The token of a session that was opened with the login ``name``."""
    with as_login(database, home, name) as context:
        return login(context, Login(f"{person}@acme.test", PASSWORD)).token


def bare(database: Database, name: str) -> psycopg.Connection[Any]:
    """What somebody with psql has."""
    return database.server.connect(database.name, name)


def test_a_login_is_a_member_of_the_application_and_nothing_else(
    operator: Context, database: Database, names: Named, tmp_path: Path
) -> None:
    name = names("Ada.Laptop-1")
    made = grant_login(operator, name, connections=5)
    assert made.url.startswith(f"postgresql://{name}:")
    assert "Laptop" not in repr(made).partition("url")[2]
    row = next(row for row in list_logins(operator) if row.name == name)
    assert (row.made_by_kpix, row.peer, row.limit) == (True, False, 5)
    assert (row.connections, row.sessions, row.last_seen_at) == (0, 0, None)
    with database.server.connect(database.name) as connection:
        powers = connection.execute(
            "select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolinherit,"
            " rolcanlogin from pg_roles where rolname = %s",
            (name,),
        ).fetchone()
        member = connection.execute(
            "select array_agg(roleid::regrole::text) from pg_auth_members m join pg_roles r"
            " on r.oid = m.member where rolname = %s",
            (name,),
        ).fetchone()
        kept = connection.execute(
            "select rolpassword from pg_authid where rolname = %s", (name,)
        ).fetchone()
    assert powers == (False, False, False, False, False, True, True)
    assert member == (["kpix_app"],)
    assert kept is not None
    assert str(kept[0]).startswith("SCRAM-SHA-256$")
    token = signed_in(database, tmp_path, name)
    with as_login(database, tmp_path, name, token) as context:
        assert context.run(whoami).name == "Ursula User"
        row = next(row for row in list_logins(operator) if row.name == name)
        assert row.connections == 1
        assert row.sessions == 1
        assert row.last_seen_at is not None


def test_the_password_is_the_one_that_was_printed(
    operator: Context, database: Database, names: Named
) -> None:
    """The tests' server trusts everybody, so that the server's own check is asked for."""
    name = names("scram")
    password = grant_login(operator, name).url.split(":")[2].partition("@")[0]
    with database.server.connect(database.name) as connection:
        kept = connection.execute(
            "select rolpassword from pg_authid where rolname = %s", (name,)
        ).fetchone()
    assert kept is not None
    assert _scram_matches(str(kept[0]), password)
    assert not _scram_matches(str(kept[0]), "another")


def _scram_matches(verifier: str, password: str) -> bool:
    """RFC 5802: what the server stores is made of the password, a salt and a count."""
    import base64
    import hashlib
    import hmac

    _scheme, parameters, keys = verifier.split("$")
    rounds, salt = parameters.split(":")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(rounds))
    client = hmac.digest(salted, b"Client Key", "sha256")
    stored = base64.b64encode(hashlib.sha256(client).digest()).decode()
    return stored == keys.partition(":")[0]


def test_a_login_for_a_system_account_has_no_password_and_cannot_use_one(
    operator: Context, database: Database, names: Named
) -> None:
    name = names("peer")
    made = grant_login(operator, name, peer=True)
    url = make_url(made.url)
    assert (url.username, url.password, url.host, url.database) == (None, None, None, database.name)
    assert url.query == {"host": str(database.server.folder)}
    with bare(database, name) as connection:
        connection.execute(f"alter role \"{name}\" password 'set by itself'".encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"alter role \"{name}\" valid until 'infinity'".encode())
    with database.server.connect(database.name) as connection:
        expired = connection.execute(
            "select rolvaliduntil = '-infinity' from pg_roles where rolname = %s", (name,)
        ).fetchone()
    assert expired == (True,)
    row = next(row for row in list_logins(operator) if row.name == name)
    assert row.peer is True


@pytest.mark.parametrize(
    "name",
    [
        "",
        "1st",
        "ada lovelace",
        'ada"; drop role kpix_app; --',
        "ada'",
        "é",
        "a" * 64,
        "pg_monitor",
        "PG_x",
        "kpix_owner",
        "kpix_local",
        "public",
        "none",
        "current_user",
        "postgres",
        "ada\n",
        "ada\0",
    ],
)
def test_names_that_are_refused(operator: Context, name: str) -> None:
    with pytest.raises(LoginNameInvalid) as refused:
        grant_login(operator, name)
    assert refused.value.fields == ("name",)


def test_a_name_is_taken_once(operator: Context, names: Named) -> None:
    name = names("twice")
    grant_login(operator, name)
    with pytest.raises(LoginTaken):
        grant_login(operator, name, peer=True)


def test_revoking_ends_sessions_and_connections_and_removes_the_role(
    operator: Context, database: Database, names: Named, tmp_path: Path
) -> None:
    name, other = names("lost"), names("kept")
    for one in (name, other):
        grant_login(operator, one)
    token, kept = (signed_in(database, tmp_path, one) for one in (name, other))
    connection = bare(database, name)
    gone = revoke_login(operator, name)
    assert (gone.sessions, gone.connections) == (1, 1)
    with pytest.raises(psycopg.OperationalError):
        connection.execute("select 1")
    with pytest.raises(psycopg.OperationalError):
        bare(database, name)
    with as_login(database, tmp_path, other, kept) as context:
        assert context.run(whoami).name == "Ursula User"
    entry = operator.run(list_audit).rows[0]
    assert (entry.action, entry.actor_id) == ("session.revoked", None)
    assert entry.new is not None
    assert entry.new["login"] == name
    # Whoever gets the name next does not get the sessions.
    grant_login(operator, name)
    with bare(database, name) as connection, connection.transaction():
        answer = connection.execute("select auth.begin(%b)", (token_bytes(token),)).fetchone()
    assert answer == (None,)


def test_a_role_that_was_dropped_by_hand_leaves_no_session_to_its_successor(
    operator: Context, database: Database, names: Named, tmp_path: Path
) -> None:
    name = names("byhand")
    grant_login(operator, name)
    token = signed_in(database, tmp_path, name)
    with database.server.connect(database.name) as connection:
        connection.execute(f'drop role "{name}"'.encode())
    grant_login(operator, name)
    with bare(database, name) as connection, connection.transaction():
        answer = connection.execute("select auth.begin(%b)", (token_bytes(token),)).fetchone()
    assert answer == (None,)


def test_what_kpix_did_not_make_is_left_alone(
    operator: Context, database: Database, names: Named
) -> None:
    by_hand, raised, superuser = names("hand"), names("raised"), names("super")
    grant_login(operator, raised)
    grant_login(operator, superuser)
    with database.server.connect(database.name) as connection:
        connection.execute(f'create role "{by_hand}" login in role kpix_app'.encode())
        connection.execute(f'grant pg_read_all_data to "{raised}"'.encode())
        connection.execute(f'alter role "{superuser}" superuser'.encode())
    for name in (by_hand, raised, superuser, "postgres", "kpix_owner", "kpix_local"):
        with pytest.raises(LoginForeign):
            revoke_login(operator, name)
        if name != "kpix_owner":
            bare(database, name).close()
    with pytest.raises(LoginNotFound):
        revoke_login(operator, "nobody_at_all")
    row = next(row for row in list_logins(operator) if row.name == by_hand)
    assert (row.made_by_kpix, row.peer, row.limit) == (False, None, None)


def test_a_login_cannot_mark_itself_or_keep_its_role(
    operator: Context, database: Database, names: Named
) -> None:
    """Default privileges of its own would keep the server from dropping it."""
    name = names("sticky")
    grant_login(operator, name)
    with bare(database, name) as connection:
        connection.execute("alter default privileges grant select on tables to public")
        for role in (name, "kpix_app"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"comment on role \"{role}\" is 'mine'".encode())
    revoke_login(operator, name)
    assert name not in {row.name for row in list_logins(operator)}


def test_what_it_left_in_another_database_is_said_and_locks_it_out_all_the_same(
    operator: Context, database: Database, names: Named
) -> None:
    name = names("elsewhere")
    grant_login(operator, name)
    with database.server.connect("postgres", name) as connection:
        connection.execute("alter default privileges grant select on tables to public")
    with pytest.raises(LoginNotDropped) as refused:
        revoke_login(operator, name)
    assert "postgres" in str(refused.value)
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        bare(database, name)
    with database.server.connect("postgres") as connection:
        connection.execute(f'drop owned by "{name}"'.encode())
    revoke_login(operator, name)


def test_setting_the_role_gains_nothing(
    operator: Context, database: Database, names: Named
) -> None:
    """Where it can be refused it is; elsewhere the role owns nothing and lets nobody in."""
    name = names("set")
    grant_login(operator, name)
    with bare(database, name) as connection:
        try:
            connection.execute("set role kpix_app")
        except psycopg.errors.InsufficientPrivilege:
            assert database.server.version == "18"
            return
        assert database.server.version == "15"
        for statement in (
            f'alter role "{name}" connection limit 100',
            "create table kpix.mine (a int)",
            "grant kpix_app to postgres",
            "alter role kpix_app login",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())


def test_more_connections_than_it_was_given_are_refused(
    operator: Context, database: Database, names: Named
) -> None:
    name = names("two")
    grant_login(operator, name, connections=2)
    first, second = bare(database, name), bare(database, name)
    with pytest.raises(psycopg.OperationalError, match="too many connections"):
        bare(database, name)
    first.close()
    second.close()


def test_a_token_is_good_for_the_login_that_opened_it_alone(
    operator: Context, database: Database, names: Named, tmp_path: Path
) -> None:
    own, other = names("mine"), names("theirs")
    for name in (own, other):
        grant_login(operator, name)
    token = signed_in(database, tmp_path, own)
    with bare(database, other) as connection, connection.transaction():
        stolen = connection.execute("select auth.begin(%b)", (token_bytes(token),)).fetchone()
    with bare(database, own) as connection, connection.transaction():
        mine = connection.execute("select auth.begin(%b)", (token_bytes(token),)).fetchone()
    assert stolen == (None,)
    assert mine is not None
    assert mine[0]["name"] == "Ursula User"


def test_only_an_operator_makes_logins(
    operator: Context, database: Database, names: Named, tmp_path: Path
) -> None:
    weak = names("weak")
    grant_login(operator, weak)
    settings = Settings(
        home=tmp_path,
        state=tmp_path / "state",
        config_file=tmp_path / "kpix.toml",
        owner_database_url=database.server.url(database.name, weak),
    )
    context = open_context(settings)
    try:
        with pytest.raises(RefusedByDatabase):
            grant_login(context, names("more"))
        with pytest.raises(RefusedByDatabase):
            revoke_login(context, weak)
        with pytest.raises(RefusedByDatabase):
            list_logins(context)
        with pytest.raises(ServerUnknown):
            context.database()
    finally:
        context.close()


def test_an_operator_that_is_no_superuser(
    operator: Context, database: Database, names: Named, tmp_path: Path
) -> None:
    """As managed servers have them: it may create roles, and was given those of kpix."""
    admin, name = names("dba"), names("granted")
    with database.server.connect(database.name) as connection:
        connection.execute(f'create role "{admin}" login createrole'.encode())
        connection.execute(f'grant kpix_owner, kpix_auth to "{admin}"'.encode())
        connection.execute(f'grant kpix_app to "{admin}" with admin option'.encode())
    settings = Settings(
        home=tmp_path,
        state=tmp_path / "state",
        config_file=tmp_path / "kpix.toml",
        database_url=database.server.url(database.name, name),
        owner_database_url=database.server.url(database.name, admin),
    )
    context = open_context(settings, FixedClock(NOW))
    try:
        assert grant_login(context, name).url.startswith(f"postgresql://{name}:")
        made = grant_login(context, names("peer"), peer=True)
        assert make_url(made.url).query == {"host": "/var/run/postgresql"}
        signed_in(database, tmp_path, name)
        victim = bare(database, name)
        gone = revoke_login(context, name)
        assert (gone.sessions, gone.connections) == (1, 1)
        victim.close()
    finally:
        context.close()


def test_the_embedded_database_has_no_logins(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, state=tmp_path / "state", config_file=tmp_path / "none")
    context = open_context(settings)
    for work in (
        lambda: grant_login(context, "ada"),
        lambda: revoke_login(context, "ada"),
        lambda: list_logins(context),
    ):
        with pytest.raises(LoginsElsewhere):
            work()
