"""Dashboards of one's own organisation that are not for oneself: private ones, those of other
teams, shares that ended or let less, delegations until a date."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from kpix_tui.db.principal import token_bytes
from tests.db.attacks.conftest import SECRET, Attacker, Victim
from tests.support.databases import Database

Become = Callable[[str | None], Attacker]
Boards = dict[str, dict[str, UUID]]

FURNISH = """
with board as (
    insert into kpix.dashboard (organization_id, id, title, owner_id, visibility)
    values (%(org)s, %(board)s, '{word} ' || %(name)s, %(owner)s, %(visibility)s) returning id
), kpi as (
    insert into kpix.kpi (organization_id, id, dashboard_id, code, name, direction, frequency, owner_id)
    select %(org)s, %(thing)s, id, left('Z-' || %(name)s, 24), '{word}', 'UP_IS_BETTER', 'MONTHLY', %(owner)s
    from board returning id
), threshold as (
    insert into kpix.kpi_threshold (organization_id, kpi_id, valid_from, green, orange, red)
    select %(org)s, id, '0001-01-01', 95, 92, 88 from kpi
)
insert into kpix.kpi_value (organization_id, kpi_id, dashboard_id, period_start, period_end, value, status,
    reason, entered_by)
select %(org)s, kpi.id, board.id, '2026-09-01', '2026-09-30', 99, 'GREEN', '{word}', %(owner)s
from kpi, board
""".replace("{word}", SECRET)
SHARE = """
insert into kpix.dashboard_share (organization_id, dashboard_id, user_id, team_id, level, expires_at, shared_by)
values (%(org)s, %(board)s, %(with)s, %(team)s, %(level)s, now() + %(ends)s::interval, %(owner)s)
"""


@pytest.fixture(scope="module")
def boards(database: Database, victim: Victim) -> Boards:
    """Acme's administrator's dashboards, as its user (``acme/user``) stands to them."""
    with database.server.connect(database.name) as operator:
        operator.execute("set session_replication_role = replica")
        me = operator.execute(
            "select user_id from private.credential where email = 'user@acme.test'"
        ).fetchone()
        assert me is not None
        team = uuid4()
        operator.execute(
            "insert into kpix.team (organization_id, id, name) values (%s, %s, 'of the user')",
            (victim.organization_id, team),
        )
        operator.execute(
            "insert into kpix.team_member (organization_id, team_id, user_id) values (%s, %s, %s)",
            (victim.organization_id, team, me[0]),
        )
        return {name: _board(operator, victim, name, me[0], team) for name in STANDING}


def _board(operator: Any, victim: Victim, name: str, me: UUID, team: UUID) -> dict[str, UUID]:
    visibility, shared, level, ends = STANDING[name]
    facts = {
        "org": victim.organization_id,
        "owner": victim.user_id,
        "board": uuid4(),
        "thing": uuid4(),
        "name": name,
        "visibility": visibility,
        "with": me if shared == "me" else None,
        "team": team if shared == "team" else None,
        "level": level,
        "ends": ends,
    }
    operator.execute(FURNISH, facts)
    if shared is not None:
        operator.execute(SHARE, facts)
    return {"board": facts["board"], "thing": facts["thing"], "me": me}


STANDING: dict[str, tuple[str, str | None, str | None, str | None]] = {
    "private": ("PRIVATE", None, None, None),
    "of other teams": ("TEAMS", None, None, None),
    "shared until a moment ago": ("PRIVATE", "me", "MANAGER", "-1 second"),
    "shared with a team until yesterday": ("PRIVATE", "team", "MANAGER", "-1 day"),
    "shared to look at": ("PRIVATE", "me", "VIEWER", None),
    "shared to enter values": ("PRIVATE", "team", "CONTRIBUTOR", None),
    "shared to manage until tomorrow": ("PRIVATE", "me", "MANAGER", "1 day"),
}
HIDDEN = tuple(STANDING)[:4]
READING = {
    "read a hidden dashboard": "select * from kpix.dashboard where id = %(board)s",
    "read a hidden dashboard's shares": "select * from kpix.dashboard_share where dashboard_id = %(board)s",
    "read a KPI of a hidden dashboard": "select * from kpix.kpi where dashboard_id = %(board)s",
    "read thresholds of a hidden KPI": "select * from kpix.kpi_threshold where kpi_id = %(thing)s",
    "read values of a hidden dashboard": "select * from kpix.kpi_value where dashboard_id = %(board)s",
    "read values of a hidden KPI": "select * from kpix.kpi_value where kpi_id = %(thing)s",
    "read what was corrected on a hidden KPI": "select * from kpix.kpi_value_revision where kpi_id = %(thing)s",
    "read who owes a hidden KPI's values": "select * from kpix.kpi_assignment where kpi_id = %(thing)s",
    "ask who sees a hidden dashboard": "select * from auth.dashboard_access(%(board)s)",
    "ask until when one may share a hidden dashboard": "select auth.shares_until(%(board)s)",
    "list a hidden dashboard": "select 1 from auth.dashboards('dashboard:read') d where d = %(board)s",
    "list a hidden KPI": "select 1 from auth.kpis('kpi_value:create') k where k = %(thing)s",
    "join one's own rows to a hidden dashboard": "select d.title from kpix.app_user u join kpix.dashboard d on d.owner_id = u.id where d.id = %(board)s",
    "search all texts for a hidden dashboard": "select * from kpix.dashboard d where d::text like '%%' || %(board)s::text || '%%'",
}
ENTERING = {
    "enter a value": "insert into kpix.kpi_value (organization_id, kpi_id, dashboard_id, period_start, period_end,"
    " value, status) values (%(org)s, %(thing)s, %(board)s, '2026-08-01', '2026-08-31', 99, 'GREEN')",
    "correct a value": "update kpix.kpi_value set value = 98, reason = 'x' where kpi_id = %(thing)s",
}
MANAGING = {
    "rename a dashboard": "update kpix.dashboard set title = 'mine', version = version + 1 where id = %(board)s",
    "show a dashboard to all": "select 1 where auth.set_visibility(%(board)s, 'ORGANIZATION') is not null",
    "share a dashboard with oneself": "insert into kpix.dashboard_share (organization_id, dashboard_id, user_id,"
    " level) values (%(org)s, %(board)s, %(me)s, 'MANAGER') on conflict (organization_id, dashboard_id, user_id)"
    " do update set level = 'MANAGER', expires_at = null",
    "raise the level of a share": "update kpix.dashboard_share set level = 'MANAGER' where dashboard_id = %(board)s"
    " and level <> 'MANAGER'",
    "end the shares of others": "delete from kpix.dashboard_share where dashboard_id = %(board)s",
    "put a KPI on a dashboard": "insert into kpix.kpi (organization_id, id, dashboard_id, code, name, direction,"
    " frequency, owner_id) values (%(org)s, gen_random_uuid(), %(board)s, 'MINE', 'mine', 'UP_IS_BETTER', 'DAILY', %(me)s)",
    "rename a KPI of a dashboard": "update kpix.kpi set name = 'mine' where dashboard_id = %(board)s",
    "remove a KPI of a dashboard": "update kpix.kpi set deleted_at = now() where dashboard_id = %(board)s",
    "add thresholds": "insert into kpix.kpi_threshold values (%(org)s, %(thing)s, '2026-01-01', 1, 1, 1, 1)",
    "loosen the thresholds": "update kpix.kpi_threshold set target = 1 where kpi_id = %(thing)s",
    "make oneself owe the values": "insert into kpix.kpi_assignment (organization_id, kpi_id, user_id)"
    " values (%(org)s, %(thing)s, %(me)s)",
}
NEVER = {
    "archive a dashboard that is only shared": "update kpix.dashboard set archived_at = now() where id = %(board)s",
    "take a dashboard over": "select auth.transfer_dashboard(%(board)s, %(me)s)",
    "take a dashboard over by its owner": "update kpix.dashboard set owner_id = %(me)s where id = %(board)s",
    "prolong one's own share": "update kpix.dashboard_share set expires_at = null, shared_by = %(me)s where dashboard_id = %(board)s",
    "prolong one's own share as the one who shared": "update kpix.dashboard_share set expires_at = now() + interval '9 years' where dashboard_id = %(board)s",
    "share for longer than it is shared": "insert into kpix.dashboard_share (organization_id, dashboard_id, user_id,"
    " level) values (%(org)s, %(board)s, %(user)s, 'VIEWER')",
    "share with somebody of another organisation": "insert into kpix.dashboard_share (organization_id, dashboard_id,"
    " user_id, level, expires_at) values (%(org)s, %(board)s, gen_random_uuid(), 'VIEWER', now())",
    "share in the owner's name": "insert into kpix.dashboard_share (organization_id, dashboard_id, user_id, level,"
    " expires_at, shared_by) values (%(org)s, %(board)s, %(user)s, 'VIEWER', now(), %(user)s)",
    "move values to another dashboard": "update kpix.kpi_value set dashboard_id = %(dashboard)s where kpi_id = %(thing)s",
    "move a KPI to another dashboard": "update kpix.kpi set dashboard_id = %(dashboard)s where id = %(thing)s",
    "set the visibility directly": "update kpix.dashboard set visibility = 'ORGANIZATION' where id = %(board)s",
}
WRITING = {
    **{
        f"{attack} ({board})": (attack, board)
        for attack in ENTERING | MANAGING | NEVER
        for board in HIDDEN
    },
    **{
        f"{attack} (shared to look at)": (attack, "shared to look at")
        for attack in ENTERING | MANAGING | NEVER
    },
    **{
        f"{attack} (shared to enter values)": (attack, "shared to enter values")
        for attack in MANAGING | NEVER
    },
    **{
        f"{attack} (shared to manage until tomorrow)": (attack, "shared to manage until tomorrow")
        for attack in NEVER
    },
}


@pytest.mark.parametrize("attack", [f"{a} ({board})" for a in READING for board in HIDDEN])
def test_what_is_hidden_stays_hidden(attack: str, attacker: Become, boards: Boards) -> None:
    statement, _, board = attack.removesuffix(")").partition(" (")
    user = attacker("acme/user")
    assert user.gained(READING[statement], **_named(READING[statement], boards[board])) == 0
    assert not user.notes, "it was a slip of the pen that refused it"


@pytest.mark.parametrize("attack", READING)
@pytest.mark.parametrize("who", [None, "acme/viewer", "acme/manager", "globex/admin"])
def test_a_private_dashboard_is_nobody_elses(
    attack: str, who: str | None, attacker: Become, boards: Boards
) -> None:
    statement = READING[attack]
    assert attacker(who).gained(statement, **_named(statement, boards["private"])) == 0


@pytest.mark.parametrize("attack", WRITING)
def test_what_is_not_shared_so_far_is_not_changed(
    attack: str, attacker: Become, boards: Boards, fingerprint: Callable[[], str]
) -> None:
    before = fingerprint()
    what, board = WRITING[attack]
    statement = (ENTERING | MANAGING | NEVER)[what]
    user = attacker("acme/user")
    assert user.gained(statement, **_named(statement, boards[board])) == 0, attack
    assert fingerprint() == before, user.notes
    assert not [note for note in user.notes if note.startswith(("42601", "42703", "42883"))]


def _named(statement: str, facts: dict[str, UUID]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if f"%({key})" in statement}


@pytest.mark.honest
def test_the_attacks_would_find_something(attacker: Become, boards: Boards) -> None:
    """The owner reads all of it, and shares that last let as much as they say."""
    admin, user = attacker("acme/admin"), attacker("acme/user")
    facts = boards["private"]
    for attack in (
        "read a hidden dashboard",
        "read values of a hidden KPI",
        "ask who sees a hidden dashboard",
    ):
        assert admin.gained(READING[attack], **_named(READING[attack], facts)) > 0, attack
    for board in tuple(STANDING)[4:]:
        statement = READING["read values of a hidden KPI"]
        assert user.gained(statement, **_named(statement, boards[board])) == 1, board


def _conflict(attacker: Attacker, own: UUID, thing: UUID, period: str) -> str | None:
    """How PostgreSQL answers a value for ``thing`` that claims to stand on ``own``."""
    with attacker.connection() as connection, connection.transaction(force_rollback=True):
        attacker.begin(connection)
        try:
            with connection.transaction():
                connection.execute(
                    "insert into kpix.kpi_value (organization_id, kpi_id, dashboard_id, period_start,"
                    " period_end, value, status) values (auth.org(), %s, %s, %s, '2026-09-30', 99, 'GREEN')"
                    " on conflict do nothing",
                    (thing, own, period),
                )
                connection.execute("set constraints all immediate")
        except psycopg.Error as error:
            return error.sqlstate
        return None


def test_no_conflict_tells_whether_a_hidden_period_has_a_value(
    attacker: Become, boards: Boards
) -> None:
    """A value's key knows no dashboard: naming one's own must not let the key be asked."""
    user = attacker("acme/user")
    own, thing = boards["shared to enter values"]["board"], boards["private"]["thing"]
    there = _conflict(user, own, thing, "2026-09-01")
    empty = _conflict(user, own, thing, "2026-06-01")
    assert there == empty


def test_what_a_savepoint_shows_is_gone(attacker: Become, boards: Boards) -> None:
    """Rolling back to before a sign-in leaves nobody."""
    admin = attacker("acme/admin")
    token = admin.database.tokens["acme/admin"]
    with admin.connection() as connection, connection.transaction():
        connection.execute("savepoint before")
        connection.execute("select auth.begin(%b)", (token_bytes(token),))
        connection.execute("rollback to savepoint before")
        found = connection.execute("select count(*) from kpix.dashboard").fetchone()
    assert found == (0,)
