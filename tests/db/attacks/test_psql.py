"""The same promise held against the ``psql`` of the server's own version, in other people's hands."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kpix_tui.db.principal import token_bytes
from tests.db.attacks.conftest import SECRET, Attacker
from tests.support import servers

Become = Callable[[str | None], Attacker]

ATTACKS = {
    "copy a table out with \\copy": "\\copy kpix.kpi to stdout",
    "copy what is private out with \\copy": "\\copy private.session to stdout",
    "copy rows in with \\copy": "\\copy kpix.audit_log from pstdin",
    "copy out with COPY": "copy (select * from kpix.kpi_value) to stdout with (format csv, header)",
    "read all tables that are listed (\\gexec)": "select format('table %I.%I', schemaname, tablename) from pg_tables"
    " where schemaname in ('kpix', 'private') \\gexec",
    "call all functions that are listed (\\gexec)": "select format('select %s', p.oid::regproc || '()') from pg_proc p"
    " where pronamespace in ('private'::regnamespace, 'auth'::regnamespace) and pronargs = 0 \\gexec",
    "store a row in a variable (\\gset)": "select name from kpix.kpi limit 1 \\gset\n\\echo :name",
    "describe tables with their sizes": "\\dt+ kpix.*\n\\dt+ private.*\nselect * from private.secret",
    "describe functions with their text": "\\sf private.make_secret\nselect encode(inner_pad, 'hex') from private.secret",
    "change a definer function (\\ef)": "create or replace function auth.org() returns uuid language sql as"
    " 'select organization_id from kpix.organization'",
    "import a large object (\\lo_import)": "\\lo_import /etc/hostname",
    "list large objects": "\\lo_list\nselect lo_get(oid) from pg_largeobject_metadata",
    "set another's database password (\\password)": "alter role kpix_owner password 'mine'",
    "connect as the owner": "\\connect - kpix_owner\nselect * from kpix.kpi",
    "become the owner in the connection's options": "set role kpix_owner;\nselect * from kpix.kpi",
    "switch row security off": "set row_security = off;\nselect * from kpix.kpi;\nselect * from kpix.dashboard",
    "make errors tell all": "\\set VERBOSITY verbose\n\\set SHOW_CONTEXT always\nselect name::int from kpix.kpi;\n"
    "insert into kpix.kpi select * from kpix.kpi",
    "show what functions do (debug messages)": "set client_min_messages = debug5;\nset debug_print_plan = on;\nselect * from kpix.kpi;",
    "explain with all buffers": "explain (analyze, buffers, verbose) select * from kpix.kpi where name like '%zan%'",
    "print the plan's inner state": "set debug_print_parse = on;\nselect * from kpix.kpi_value where reason <> ''",
    "cast with an operator of one's own": "create operator public.<-> (leftarg = text, rightarg = text, function = texteq)",
    "prepare as somebody and execute as nobody": "prepare p as select name from kpix.kpi;\nexecute p;\ncommit;\nexecute p",
    "keep a cursor beyond the transaction": "declare c cursor with hold for select name from kpix.kpi;\ncommit;\nfetch all from c",
    "force a parallel plan": "set max_parallel_workers_per_gather = 4;\nset parallel_setup_cost = 0;\nset parallel_tuple_cost = 0;\n"
    "set min_parallel_table_scan_size = 0;\nselect name from kpix.kpi",
    "run a DO block": "do $$ begin raise notice '%', (select name from kpix.kpi limit 1); end $$",
    "wait for notifications of guessed channels": 'listen kpix;\nlisten "kpix_acme";\nlisten dashboards;\nselect pg_sleep(0.2)',
    "import what the client has as the server (COPY PROGRAM)": "copy kpix.dashboard from program 'echo zan'",
    "begin with every token that is a hash": "select auth.begin(token_hash) from private.session",
    "begin with a guessed token": "select auth.begin(sha256('admin@acme.test'))",
    "sign a principal by hand": "select set_config('kpix.principal', '1|' || gen_random_uuid() || '|' || gen_random_uuid()"
    " || '|' || gen_random_uuid() || '|' || pg_backend_pid() || '|0|0', false);\nselect * from kpix.kpi",
}


def psql(attacker: Attacker, script: str) -> str:
    """All that psql prints, errors included, for a script in one transaction of the attacker."""
    server = attacker.database.server
    found = servers.binaries(server.version)
    assert found is not None
    begun = ""
    if attacker.token is not None:
        begun = f"select 1 from auth.begin('\\x{token_bytes(attacker.token).hex()}');"
    done = subprocess.run(
        [
            str(found / "psql"),
            "-X",
            "-w",
            "-h",
            str(server.folder),
            "-U",
            "kpix_local",
            attacker.database.name,
        ],
        input=f"\\set ON_ERROR_ROLLBACK on\nbegin;{begun}\n{script}\n;\ncommit;\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PSQL_PAGER": "cat"},
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("who", [None, "globex/admin"])
def test_psql_shows_and_changes_nothing(
    attack: str, who: str | None, attacker: Become, fingerprint: Callable[[], str], tmp_path: Path
) -> None:
    before = fingerprint()
    someone = attacker(who)
    told = psql(someone, ATTACKS[attack])
    assert SECRET not in told.lower()
    assert str(someone.victim.kpi_id) not in told
    assert fingerprint() == before, told


@pytest.mark.honest
@pytest.mark.parametrize(
    "attack",
    [
        "copy a table out with \\copy",
        "copy out with COPY",
        "read all tables that are listed (\\gexec)",
        "store a row in a variable (\\gset)",
        "force a parallel plan",
    ],
)
def test_the_attacks_would_find_something(attack: str, attacker: Become) -> None:
    """The victim's own administrator reads it so: silence above means refused."""
    assert SECRET in psql(attacker("acme/admin"), ATTACKS[attack]).lower()
