"""The audit log: written by the database alone, read by who may, changed by nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kpix_tui.db.principal import token_bytes
from tests.db.attacks.conftest import Attacker
from tests.support.databases import Database

Become = Callable[[str | None], Attacker]
Entries = Callable[[], dict[Any, str]]

WHOEVER = [None, "acme/admin", "acme/manager", "acme/viewer", "globex/admin"]
ENTRY = "organization_id, action, object_type, object_id"

WRITING = {
    "write an entry": f"insert into kpix.audit_log ({ENTRY}) values (%(org)s, 'a', 'b', 'c')",
    "write one of one's own organisation": f"insert into kpix.audit_log ({ENTRY}) values (auth.org(), 'a', 'b', 'c')",
    "write one in another's name": f"insert into kpix.audit_log ({ENTRY}, actor_id) values (auth.org(), 'a', 'b', 'c', %(user)s)",
    "write one of nobody, as the operator": f"insert into kpix.audit_log ({ENTRY}, actor_id) values (auth.org(), 'audit.pruned', 'audit', 'c', null)",
    "write nothing but the defaults": "insert into kpix.audit_log default values",
    "copy entries": "insert into kpix.audit_log select * from kpix.audit_log",
    "copy entries in another form": f"insert into kpix.audit_log ({ENTRY}) select {ENTRY} from kpix.audit_log",
    "copy from the client": "copy kpix.audit_log from stdin",
    "merge an entry in": f"merge into kpix.audit_log l using (select 1) x on false when not matched then insert ({ENTRY}) values (auth.org(), 'a', 'b', 'c')",
    "merge others away": "merge into kpix.audit_log l using (select 1) x on true when matched then delete",
    "merge others over": "merge into kpix.audit_log l using (select 1) x on true when matched then update set action = 'nothing'",
    "write over an entry": f"insert into kpix.audit_log ({ENTRY}) values (auth.org(), 'a', 'b', 'c') on conflict (organization_id, id) do update set action = 'nothing'",
    "change what was done": "update kpix.audit_log set action = 'nothing.happened'",
    "change who did it": "update kpix.audit_log set actor_id = auth.user_id()",
    "change when it was": "update kpix.audit_log set at = '2020-01-01'",
    "change the values": "update kpix.audit_log set old = null, new = null",
    "change what it was done to": "update kpix.audit_log set subject_id = null",
    "change a row where it lies": "update kpix.audit_log set action = 'x' where ctid = '(0,1)'",
    "change in a WITH": "with x as (update kpix.audit_log set action = 'x' returning 1) select * from x",
    "move entries to another organisation": "update kpix.audit_log set organization_id = %(org)s",
    "remove entries": "delete from kpix.audit_log",
    "remove those of another organisation": "delete from kpix.audit_log where organization_id = %(org)s",
    "remove in a WITH": "with x as (delete from kpix.audit_log returning 1) select * from x",
    "remove with a join": "delete from kpix.audit_log l using kpix.kpi k where l.subject_id = k.id",
    "empty the log": "truncate kpix.audit_log",
    "empty it with all that refers to it": "truncate kpix.audit_log cascade",
    "empty what it refers to": "truncate kpix.organization cascade",
    "lock entries": "select * from kpix.audit_log for update",
    "keep others from writing entries": "lock table kpix.audit_log in exclusive mode",
}
SWITCHES = {
    f"disable the trigger of {table}": f"alter table kpix.{table} disable trigger all"
    for table in ("app_user", "user_role", "dashboard", "kpi", "kpi_threshold", "kpi_value")
} | {
    "drop a trigger": "drop trigger audit on kpix.dashboard",
    "drop the trigger function": "drop function private.audit_row() cascade",
    "replace the trigger function": "create or replace function private.audit_row() returns trigger language plpgsql as 'begin return null; end'",
    "replace what writes": "create or replace function private.record(text, text, text, jsonb, jsonb) returns void language sql as ''",
    "act as a replica, which runs no triggers": "set local session_replication_role = replica",
    "swallow entries by a rule": "create rule swallow as on insert to kpix.audit_log do instead nothing",
    "swallow entries by a trigger": "create trigger swallow before insert on kpix.audit_log for each row execute function suppress_redundant_updates_trigger()",
    "drop the log": "drop table kpix.audit_log",
    "rename the log": "alter table kpix.audit_log rename to audit_old",
    "drop a column": "alter table kpix.audit_log drop column actor_id",
    "drop the policy": "drop policy see on kpix.audit_log",
    "let everybody read": "create policy mine on kpix.audit_log using (true)",
    "grant oneself the right to remove": "grant delete on kpix.audit_log to kpix_local",
    "become who may remove": "set local role kpix_auth",
    "become the owner of the table": "set local role kpix_owner",
    "move the table to where it is not backed up": "alter table kpix.audit_log set unlogged",
    "remove an index": "drop index kpix.ix_audit_log_at",
}
CALLS = {
    "call private.record": "select private.record('a', 'b', 'c', null, null)",
    "call private.record_operation": "select private.record_operation(%(org)s, 'a', 'b', 'c', '{}')",
    "call private.audit_before": "select private.audit_before('2100-01-01', true)",
    "call private.same_organization": "select private.same_organization(%(org)s)",
    "call private.subject": "select private.subject('c')",
    "call a trigger function": "select private.audit_row()",
    "call auth.old_audit": "select * from auth.old_audit('2100-01-01')",
    "call auth.prune_audit": "select * from auth.prune_audit('2100-01-01')",
    "call auth.login_sessions": "select * from auth.login_sessions()",
    "call auth.end_login_sessions": "select auth.end_login_sessions('kpix_local')",
}
READING = {
    "read the log": "select * from kpix.audit_log",
    "count the log": "select nullif(count(*), 0) from kpix.audit_log",
    "read one's own entries": "select * from kpix.audit_log where actor_id = auth.user_id()",
    "read by the identifier of an object": "select * from kpix.audit_log where subject_id = %(kpi)s",
    "read the log as a whole row": "select l::text from kpix.audit_log l",
    "read a row where it lies": "select * from kpix.audit_log where ctid = '(0,1)'",
    "copy the log out": "copy (select * from kpix.audit_log) to stdout",
    "read the log by query_to_xml": "select x from query_to_xml('select * from kpix.audit_log', false, true, '') x where x::text <> ''",
    "read the log by a join": "select l.* from kpix.app_user u left join kpix.audit_log l on l.actor_id = u.id where l.id is not null",
    "read what was typed, by an error": "select (new ->> 'reason')::int from kpix.audit_log",
    "read the statistics of the log": "select * from pg_stats where schemaname = 'kpix' and tablename = 'audit_log'",
    "read the statistics themselves": "select * from pg_statistic where starelid = 'kpix.audit_log'::regclass",
    "read the log through a sample": "select * from kpix.audit_log tablesample system (100)",
    "read it through its index": "select 1 from kpix.audit_log where organization_id = %(org)s and action = 'session.opened'",
}


@pytest.fixture
def entries(database: Database) -> Entries:
    """Every entry of every organisation as it stands, read as superuser."""

    def read() -> dict[Any, str]:
        with database.server.connect(database.name) as connection:
            return {
                row[0]: str(row[1])
                for row in connection.execute("select id, l::text from kpix.audit_log l")
            }

    return read


@pytest.mark.parametrize("attack", WRITING | SWITCHES | CALLS)
@pytest.mark.parametrize("who", WHOEVER)
def test_the_log_stays_as_it_is(
    attack: str,
    who: str | None,
    attacker: Become,
    entries: Entries,
    fingerprint: Callable[[], str],
) -> None:
    before, schema = entries(), fingerprint()
    someone = attacker(who)
    assert someone.gained((WRITING | SWITCHES | CALLS)[attack]) == 0, attack
    assert entries() == before
    assert fingerprint() == schema
    # Changing nothing for want of rows would not be a refusal; an empty GRANT is a warning.
    assert someone.notes or attack.startswith("grant"), "it was not refused"


@pytest.mark.parametrize("attack", READING)
@pytest.mark.parametrize("who", [None, "acme/manager", "acme/user", "acme/viewer"])
def test_only_who_may_reads(attack: str, who: str | None, attacker: Become) -> None:
    assert attacker(who).gained(READING[attack]) == 0, attack


@pytest.mark.parametrize("attack", READING)
def test_nobody_reads_the_log_of_another_organisation(attack: str, attacker: Become) -> None:
    foreign = attacker("globex/admin")
    statement = READING[attack]
    if "%(" in statement:  # it names what is the victim's
        assert foreign.gained(statement) == 0
    assert foreign.gained("select * from kpix.audit_log where organization_id = %(org)s") == 0
    # What it does see is its own.
    assert foreign.gained("select * from kpix.audit_log where new::text like '%%zanzibar%%'") == 0


@pytest.mark.honest
def test_the_attacks_would_find_something(attacker: Become) -> None:
    """The victim's own administrator does read: an empty answer above means refused."""
    admin = attacker("acme/admin")
    for attack in (
        "read the log",
        "count the log",
        "copy the log out",
        "read by the identifier of an object",
    ):
        assert admin.gained(READING[attack]) > 0, attack


@pytest.mark.parametrize("scope", ["OWN", "TEAM"])
def test_a_narrow_scope_reads_nothing(scope: str, attacker: Become, database: Database) -> None:
    """A role of an organisation's own may grant audit:read at any scope; the log is everybody's."""
    someone = attacker("acme/viewer")
    with database.server.connect(database.name) as superuser:
        superuser.execute(
            "insert into kpix.role_permission select organization_id, id, 'audit:read', %s"
            " from kpix.role where name = 'VIEWER'",
            (scope,),
        )
        try:
            assert someone.gained(READING["read the log"]) == 0
        finally:
            superuser.execute(
                "delete from kpix.role_permission where permission = 'audit:read'"
                " and scope <> 'ORGANIZATION'"
            )


# -- what is written -------------------------------------------------------------------------------

CHANGES = {
    "dashboard": "update kpix.dashboard set description = 'quietly' where id = %(dashboard)s",
    "kpi": "update kpix.kpi set description = 'quietly' where id = %(kpi)s",
    "thresholds": "update kpix.kpi_threshold set target = 99 where kpi_id = %(kpi)s",
    "value": "update kpix.kpi_value set reason = 'quietly' where kpi_id = %(kpi)s",
}
DISTRACTIONS = {
    "being nobody by the time it is recorded": " returning set_config('kpix.principal', '', true)",
    "being somebody invented": " returning set_config('kpix.principal',"
    " replace(current_setting('kpix.principal'), auth.user_id()::text, gen_random_uuid()::text), true)",
    "being signed in elsewhere": " returning auth.begin(%(other)s)",
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("distraction", DISTRACTIONS)
def test_a_change_is_recorded_where_it_happens_or_does_not_happen(
    change: str,
    distraction: str,
    attacker: Become,
    entries: Entries,
    fingerprint: Callable[[], str],
) -> None:
    """RETURNING is evaluated before the triggers run: it could change who is asking."""
    before, data = entries(), fingerprint()
    admin = attacker("acme/admin")
    other = token_bytes(admin.database.tokens["globex/admin"])
    assert admin.gained(CHANGES[change] + DISTRACTIONS[distraction], other=other) == 0
    assert admin.notes
    assert entries() == before
    assert fingerprint() == data


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.honest
def test_an_honest_change_is_recorded(
    change: str, attacker: Become, entries: Entries, database: Database
) -> None:
    before = entries()
    admin = attacker("acme/admin")
    assert (
        admin.gained(CHANGES[change].replace("quietly", f"openly {change}").replace("99", "98")) > 0
    )
    with database.server.connect(database.name) as superuser:
        found = superuser.execute(
            "select organization_id, actor_id, session_id is not null from kpix.audit_log"
            " where id <> all (%s)",
            (list(before),),
        ).fetchall()
    assert found == [(admin.victim.organization_id, admin.victim.user_id, True)]


@pytest.mark.xfail(
    strict=True,
    reason="Who holds the tokens of two colleagues chooses which of them a change is recorded for:"
    " the database has no memory of who began the statement. Remedy: a token belongs to the login"
    " that opened it, so that one login for each user keeps anybody from holding two.",
)
def test_a_change_is_recorded_for_who_made_it_and_not_for_a_colleague(
    attacker: Become, entries: Entries, database: Database
) -> None:
    before = entries()
    admin = attacker("acme/admin")
    other = token_bytes(admin.database.tokens["acme/viewer"])
    statement = CHANGES["dashboard"].replace("quietly", "as another")
    admin.gained(statement + DISTRACTIONS["being signed in elsewhere"], other=other)
    with database.server.connect(database.name) as superuser:
        found = superuser.execute(
            "select actor_id from kpix.audit_log where id <> all (%s)", (list(before),)
        ).fetchall()
    assert found in ([], [(admin.victim.user_id,)])
