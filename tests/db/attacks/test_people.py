"""Attacks on people, roles, teams and one-time codes: bare SQL, past everything that Python asks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from kpix_tui.access.permissions import Permission, Scope
from kpix_tui.db.principal import new_token, token_bytes, token_hash
from kpix_tui.domains.accounts.passwords import code_hash, new_code
from kpix_tui.domains.accounts.rules import read_code
from kpix_tui.domains.accounts.service import invite_user
from kpix_tui.domains.accounts.views import InviteUser
from kpix_tui.domains.people import service
from kpix_tui.domains.people.views import CreateRole
from kpix_tui.kernel.clock import FixedClock
from tests.conftest import NOW
from tests.db.attacks.conftest import SECRET, Attacker, Victim
from tests.support.databases import Database

Connection = psycopg.Connection[Any]
P, S = Permission, Scope
KEEPER = dict.fromkeys(
    (
        P.USER_CREATE,
        P.USER_READ,
        P.USER_UPDATE,
        P.ROLE_READ,
        P.ROLE_CREATE,
        P.ROLE_UPDATE,
        P.ROLE_DELETE,
        P.ROLE_ASSIGN,
    ),
    S.ORGANIZATION,
)
"""Somebody who keeps people and roles, and may not touch a dashboard."""


@pytest.fixture(scope="module")
def furnished(
    database: Database, victim: Victim, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """Acme with a team, a role, an invited user with a code, and a keeper of people (its viewer)."""
    admin = database.context(tmp_path_factory.mktemp("people"), FixedClock(NOW), "acme/admin")
    with admin.unit_of_work() as uow:
        team = service.create_team(uow, f"{SECRET} team")
        role = service.create_role(
            uow, CreateRole(f"{SECRET} role", {P.AUDIT_READ: S.ORGANIZATION})
        )
        keeper = service.create_role(uow, CreateRole("Keeper", KEEPER))
        viewer = service.find_user(uow, "viewer@acme.test")
        service.assign_role(uow, viewer.id, keeper.id)
        service.unassign_role(uow, viewer.id, service.find_role(uow, "VIEWER").id)
        led = service.create_team(uow, "Led by its manager")
        service.add_member(uow, led.id, service.find_user(uow, "manager@acme.test").id, lead=True)
        service.add_member(uow, led.id, uow.principal.user_id, lead=True)
        invited = invite_user(uow, InviteUser("Zoé", f"{SECRET}@acme.test", ("USER",)))
        known = {
            "team": team.id,
            "led": led.id,
            "role": role.id,
            "keeper": keeper.id,
            "admin_role": service.find_role(uow, "ADMIN").id,
            "viewer": viewer.id,
            "invited": invited.user.id,
            "code": invited.code,
            "cells": '{"audit:read": "ORGANIZATION"}',
        }
    admin.close()
    return known


READING = {
    "read colleagues' e-mails": "select email from kpix.app_user where organization_id = %(org)s",
    "read whole rows of colleagues": "select u::text from kpix.app_user u where organization_id = %(org)s",
    "compare colleagues' e-mails": "select name from kpix.app_user where email = 'admin@acme.test'",
    "ask for colleagues' e-mails": "select email from auth.emails() where user_id = %(user)s",
    "read who holds what": "select role_id from kpix.user_role where user_id = %(user)s",
    "read codes": "select code_hash from private.code",
    "read a credential": "select key_hash from private.credential",
    "dump a role's facts": "select private.role_facts(%(role)s)",
    "ask what somebody may": "select rank from private.rights_of(%(user)s)",
}
WRITING = {
    "rename a colleague": "select 1 where auth.rename_user(%(user)s, 'mine')",
    "deactivate a colleague": "select 1 where auth.set_active(%(user)s, false)",
    "activate an invited user": "select 1 where auth.set_active(%(invited)s, true)",
    "reset a colleague's password": "select auth.issue_code(%(user)s, sha256('x'))",
    "invite somebody anew": "select auth.issue_code(%(invited)s, sha256('x'))",
    "give oneself a role": "select 1 where auth.assign_role(auth.user_id(), %(role)s)",
    "give oneself every right": "select 1 where auth.assign_role(auth.user_id(), %(admin_role)s)",
    "give a colleague a role": "select 1 where auth.assign_role(%(user)s, %(role)s)",
    "take a colleague's role": "select 1 where auth.unassign_role(%(user)s, %(admin_role)s)",
    "widen a role": "select 1 where auth.update_role(%(role)s, 1, 'x', '', %(cells)s)",
    "empty a built-in role": "select 1 where auth.update_role(%(admin_role)s, 1, 'x', '', '{}')",
    "delete a role": "select 1 where auth.delete_role(%(role)s, 1)",
    "delete a built-in role": "select 1 where auth.delete_role(%(admin_role)s, 1)",
    "call what administers": "select private.administer('user:update')",
    "add a user behind the scenes": "select private.add_user(%(org)s, gen_random_uuid(), 'x', 'x@x.test',"
    " sha256('x'), array['ADMIN'], null)",
    "issue a code behind the scenes": "select private.give_code(%(user)s, 'RESET', sha256('x'))",
    "set cells behind the scenes": "select private.set_cells(%(role)s, %(cells)s)",
    "write an audit line": "select private.record('a', 'b', 'c', null, null)",
    "present oneself as a colleague": "select private.present(%(org)s, %(user)s, %(user)s)",
    "update a role directly": "update kpix.role set built_in = false",
    "rename a team": "update kpix.team set name = 'mine' where organization_id = %(org)s",
    "delete a team": "delete from kpix.team where organization_id = %(org)s",
    "join a team": "insert into kpix.team_member (organization_id, team_id, user_id)"
    " values (%(org)s, %(team)s, auth.user_id())",
    "lead a team": "insert into kpix.team_member (organization_id, team_id, user_id, is_lead)"
    " values (%(org)s, %(team)s, auth.user_id(), true)",
    "put a colleague into a team": "insert into kpix.team_member (organization_id, team_id, user_id)"
    " values (%(org)s, %(team)s, %(user)s)",
    "unseat the leads": "update kpix.team_member set is_lead = not is_lead",
    "empty the teams": "delete from kpix.team_member",
    "rescue oneself as the operator": "select auth.rescue_user('admin@acme.test', null, sha256('x'))",
    "make a code": "insert into private.code (organization_id, user_id, kind, code_hash, issued_by, expires_at)"
    " values (%(org)s, %(user)s, 'RESET', sha256('x'), %(user)s, now() + interval '1 day')",
    "redeem without a code": "select 1 where (auth.redeem_code('admin@acme.test', null, sha256('k'),"
    " sha256('t'), false) ->> 'ok')::boolean",
    "redeem the hash of a code": "select 1 where (auth.redeem_code('admin@acme.test', sha256('x'),"
    " sha256('k'), sha256('t'), false) ->> 'ok')::boolean",
}
INSIDE = {
    "make a user": "select auth.create_user(gen_random_uuid(), 'x', 'x@x.test', sha256('k'), array['ADMIN'])",
    "invite a user": "select auth.invite_user(gen_random_uuid(), 'x', 'x@x.test', array['ADMIN'], sha256('x'))",
    "make a role": "select auth.create_role(gen_random_uuid(), 'x', '', %(cells)s)",
    "make an empty role": "select auth.create_role(gen_random_uuid(), 'x', '', '{}')",
    "make a team": "insert into kpix.team (organization_id, id, name) values (%(org)s, gen_random_uuid(), 'x')",
}


MISWRITTEN = ("42601", "42703", "42804", "42883", "42P01", "42P18", "22P02")
"""What refuses a statement that was never an attack: its syntax, or something that does not exist."""


def well_aimed(someone: Attacker) -> bool:
    """Whether what refused the attack was not a slip of the pen."""
    return not any(note.startswith(MISWRITTEN) for note in someone.notes)


@pytest.mark.parametrize("attack", READING | WRITING | INSIDE)
@pytest.mark.parametrize("who", [None, "acme/user"])
def test_people_are_not_had(
    attack: str,
    who: str | None,
    attacker: Callable[[str | None], Attacker],
    furnished: dict[str, Any],
    fingerprint: Callable[[], str],
) -> None:
    before, someone = fingerprint(), attacker(who)
    assert someone.gained((READING | WRITING | INSIDE)[attack], **furnished) == 0
    assert fingerprint() == before, someone.notes
    assert well_aimed(someone), someone.notes


@pytest.mark.parametrize("attack", READING | WRITING)
def test_an_administrator_of_another_organisation_has_nobody(
    attack: str,
    attacker: Callable[[str | None], Attacker],
    furnished: dict[str, Any],
    fingerprint: Callable[[], str],
) -> None:
    before, stranger = fingerprint(), attacker("globex/admin")
    assert stranger.gained((READING | WRITING)[attack], **furnished) == 0
    assert fingerprint() == before, stranger.notes
    assert well_aimed(stranger), stranger.notes


@pytest.mark.parametrize("attack", WRITING | INSIDE)
def test_a_manager_has_nobody(
    attack: str,
    attacker: Callable[[str | None], Attacker],
    furnished: dict[str, Any],
    fingerprint: Callable[[], str],
) -> None:
    before, manager = fingerprint(), attacker("acme/manager")
    assert manager.gained((WRITING | INSIDE)[attack], **furnished) == 0
    assert fingerprint() == before, manager.notes
    assert well_aimed(manager), manager.notes


ABOVE_ONESELF = {
    "make a user above oneself": INSIDE["make a user"],
    "invite a user above oneself": INSIDE["invite a user"],
    "make a role above oneself": INSIDE["make a role"],
    "make a role of what does not exist": "select auth.create_role(gen_random_uuid(), 'x', '',"
    """ '{"everything": "ORGANIZATION"}')""",
    "make a role of a scope that does not exist": "select auth.create_role(gen_random_uuid(), 'x', '',"
    """ '{"user:read": "WORLD"}')""",
    "make a role of no scope": """select auth.create_role(gen_random_uuid(), 'x', '', '{"user:read": null}')""",
    "widen one's own role": "select 1 where auth.update_role(%(keeper)s, 1, 'Keeper', '', %(cells)s)",
    "narrow a role above oneself": "select 1 where auth.update_role(%(role)s, 1, 'x', '', '{}')",
    "delete a role above oneself": WRITING["delete a role"],
    "give oneself a role above oneself": WRITING["give oneself a role"],
    "give oneself every right": WRITING["give oneself every right"],
    "take a role above oneself": WRITING["take a colleague's role"],
    "reset a password above oneself": WRITING["reset a colleague's password"],
    "reactivate above oneself": "select 1 where auth.set_active(%(user)s, true)",
    "deactivate above oneself": WRITING["deactivate a colleague"],
    "empty a built-in role": WRITING["empty a built-in role"],
    "name a role like a built-in one": "select auth.create_role(gen_random_uuid(), 'aDMIN', '', '{}')",
    "name a role nearly like a built-in one": "select auth.create_role(gen_random_uuid(), ' ＡＤＭＩＮ', '', '{}')",
    "name a role like another": "select auth.create_role(gen_random_uuid(), upper('{SECRET} role'), '', '{}')".replace(
        "{SECRET}", SECRET
    ),
    "deactivate oneself": "select 1 where auth.set_active(auth.user_id(), false)",
}


@pytest.mark.parametrize("attack", ABOVE_ONESELF)
def test_a_keeper_of_people_does_not_rise(
    attack: str,
    attacker: Callable[[str | None], Attacker],
    furnished: dict[str, Any],
    fingerprint: Callable[[], str],
) -> None:
    before, keeper = fingerprint(), attacker("acme/viewer")
    assert keeper.gained(ABOVE_ONESELF[attack], **furnished) == 0
    assert fingerprint() == before, keeper.notes
    assert well_aimed(keeper), keeper.notes


BEYOND_THE_LEAD = {
    "name another lead": "insert into kpix.team_member (organization_id, team_id, user_id, is_lead)"
    " values (%(org)s, %(led)s, %(viewer)s, true)",
    "unseat another lead": "update kpix.team_member set is_lead = false where team_id = %(led)s",
    "remove another lead": "delete from kpix.team_member where team_id = %(led)s and user_id = %(user)s",
    "leave the lead": "delete from kpix.team_member where team_id = %(led)s and user_id = auth.user_id()",
    "rename the team": "update kpix.team set name = 'mine' where id = %(led)s",
    "delete the team": "delete from kpix.team where id = %(led)s",
    "fill another team": "insert into kpix.team_member (organization_id, team_id, user_id)"
    " values (%(org)s, %(team)s, %(viewer)s)",
    "move a member to another team": "update kpix.team_member set team_id = %(team)s where team_id = %(led)s",
    "date a membership back": "update kpix.team_member set joined_at = '2020-01-01' where team_id = %(led)s",
    "raise a member on conflict": "insert into kpix.team_member (organization_id, team_id, user_id)"
    " values (%(org)s, %(led)s, auth.user_id()) on conflict (organization_id, team_id, user_id)"
    " do update set is_lead = true",
    "take in a stranger": "insert into kpix.team_member (organization_id, team_id, user_id)"
    " select %(org)s, %(led)s, gen_random_uuid()",
}


@pytest.mark.parametrize("attack", BEYOND_THE_LEAD)
def test_a_lead_manages_members_and_nothing_else(
    attack: str,
    attacker: Callable[[str | None], Attacker],
    furnished: dict[str, Any],
    fingerprint: Callable[[], str],
) -> None:
    before, lead = fingerprint(), attacker("acme/manager")
    assert lead.gained(BEYOND_THE_LEAD[attack], **furnished) == 0
    assert fingerprint() == before, lead.notes
    assert well_aimed(lead), lead.notes


@pytest.mark.honest
def test_a_lead_does_manage_the_members(
    attacker: Callable[[str | None], Attacker],
    furnished: dict[str, Any],
    fingerprint: Callable[[], str],
) -> None:
    before, lead = fingerprint(), attacker("acme/manager")
    take_in = "insert into kpix.team_member (organization_id, team_id, user_id)"
    assert lead.gained(f"{take_in} values (%(org)s, %(led)s, %(viewer)s)", **furnished) == 1
    let_go = "delete from kpix.team_member where team_id = %(led)s and user_id = %(viewer)s"
    assert lead.gained(let_go, **furnished) == 1
    assert fingerprint() == before, lead.notes


@pytest.mark.parametrize(
    "statement",
    [
        "select auth.rename_user(%(user)s, '')",
        "select auth.rename_user(%(user)s, repeat('x', 201))",
        "select auth.rename_user(%(user)s, null)",
    ],
)
def test_a_refused_name_tells_no_email(
    statement: str, attacker: Callable[[str | None], Attacker], furnished: dict[str, Any]
) -> None:
    keeper = attacker("acme/viewer")
    with keeper.connection() as connection, connection.transaction():
        keeper.begin(connection)
        with pytest.raises(psycopg.errors.InvalidParameterValue) as refused:
            connection.execute(statement.encode(), {"user": keeper.victim.user_id})
    assert "@" not in str(refused.value)
    assert "@" not in str(refused.value.diag.message_detail)


# -- the last administrator ------------------------------------------------------------------------


def refused_as(connection: Connection, statement: str, *arguments: Any) -> str | None:
    """The rule that refuses a statement, by its name."""
    with pytest.raises(psycopg.errors.CheckViolation) as refused, connection.transaction():
        connection.execute(statement.encode(), arguments)
    return refused.value.diag.constraint_name


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("select auth.unassign_role(auth.user_id(), %s)", "last_administrator"),
        ("select auth.set_active(auth.user_id(), %s is null)", "self_deactivation"),
    ],
)
def test_the_last_administrator_stays(
    statement: str,
    rule: str,
    attacker: Callable[[str | None], Attacker],
    furnished: dict[str, Any],
    fingerprint: Callable[[], str],
) -> None:
    before, admin = fingerprint(), attacker("acme/admin")
    with admin.connection() as connection, connection.transaction():
        admin.begin(connection)
        assert refused_as(connection, statement, furnished["admin_role"]) == rule
    assert fingerprint() == before


UNASSIGN = b"select auth.unassign_role(%s, %s)"


@pytest.fixture
def two_administrators(
    attacker: Callable[[str | None], Attacker], furnished: dict[str, Any], database: Database
) -> Iterator[tuple[Attacker, Attacker, UUID, UUID]]:
    """Ada and Max are both administrators of Acme; afterwards only Ada is."""
    ada, max_ = attacker("acme/admin"), attacker("acme/manager")
    with database.server.connect(database.name) as operator:
        operator.execute("set session_replication_role = replica")  # no audit: it is nobody's doing
        row = operator.execute(
            "select id from kpix.app_user where email = 'manager@acme.test'"
        ).fetchone()
        assert row is not None
        max_id, role = row[0], furnished["admin_role"]
        give = (
            b"insert into kpix.user_role (organization_id, user_id, role_id) values (%s, %s, %s)"
            b" on conflict do nothing"
        )
        arguments = (ada.victim.organization_id, role)
        operator.execute(give, (arguments[0], max_id, role))
        yield ada, max_, ada.victim.user_id, max_id
        operator.execute(give, (arguments[0], ada.victim.user_id, role))
        operator.execute(
            b"delete from kpix.user_role where user_id = %s and role_id = %s", (max_id, role)
        )


def test_two_administrators_cannot_remove_each_other_at_once(
    two_administrators: tuple[Attacker, Attacker, UUID, UUID], furnished: dict[str, Any]
) -> None:
    ada, max_, ada_id, max_id = two_administrators
    outcome: list[str] = []

    def remove_ada() -> None:
        with max_.connection() as connection, connection.transaction():
            max_.begin(connection)
            ready.set()
            try:
                connection.execute(UNASSIGN, (ada_id, furnished["admin_role"]))
            except psycopg.Error as error:
                outcome.append(error.sqlstate or "")
                raise psycopg.Rollback from error
            outcome.append("done")

    ready = threading.Event()
    thread = threading.Thread(target=remove_ada)
    with ada.connection() as connection, connection.transaction():
        ada.begin(connection)
        connection.execute(UNASSIGN, (max_id, furnished["admin_role"]))
        thread.start()
        assert ready.wait(20)
    thread.join(20)
    assert outcome == ["42501"], "he is no administrator any more"


# -- codes -----------------------------------------------------------------------------------------


def session_of(operator: Connection, email: str, age: str) -> str:
    """A session that was opened so long ago."""
    token = new_token()
    operator.execute(
        b"insert into private.session (id, family_id, organization_id, user_id, token_hash,"
        b" login_role, kind, authenticated_at, last_seen_at, expires_at)"
        b" select gen_random_uuid(), gen_random_uuid(), c.organization_id, c.user_id, %s,"
        b" 'kpix_local', 'PERSONAL', now() - %s::interval, now(), now() + interval '1 day'"
        b" from private.credential c where c.email = %s",
        (token_hash(token), age, email),
    )
    return token


@pytest.fixture
def operator(database: Database, furnished: dict[str, Any]) -> Iterator[Connection]:
    with database.server.connect(database.name) as connection:
        yield connection
        connection.execute("update private.session set revoked_at = now() where client = ''")


def test_a_login_of_some_time_ago_resets_nobody(
    operator: Connection, attacker: Callable[[str | None], Attacker], furnished: dict[str, Any]
) -> None:
    admin = attacker("acme/admin")
    admin.token = session_of(operator, "admin@acme.test", "6 minutes")
    issue = "select auth.issue_code(%s, sha256('fresh'))"
    with admin.connection() as connection, connection.transaction():
        admin.begin(connection)
        assert refused_as(connection, issue, furnished["viewer"]) == "login_stale"
    admin.token = session_of(operator, "admin@acme.test", "4 minutes")
    assert admin.gained(issue.replace("%s", "%(viewer)s"), viewer=furnished["viewer"]) == 1


REDEEM = b"select auth.redeem_code(%s, %b, sha256('key'), %b, false)"


def test_a_code_is_redeemed_once_even_at_the_same_time(
    operator: Connection, attacker: Callable[[str | None], Attacker], furnished: dict[str, Any]
) -> None:
    code, email = new_code(), f"{SECRET}@acme.test"
    operator.execute(
        b"insert into private.code (organization_id, user_id, kind, code_hash, issued_by, expires_at)"
        b" select organization_id, user_id, 'INVITATION', %b, user_id, now() + interval '1 hour'"
        b" from private.credential where email = %s",
        (code_hash(code), email),
    )
    nobody, answers = attacker(None), []

    def second() -> None:
        with nobody.connection() as connection:
            started.set()
            row = connection.execute(REDEEM, (email, read_code(code), b"2" * 32)).fetchone()
            answers.append(row[0] if row else None)

    started = threading.Event()
    thread = threading.Thread(target=second)
    with nobody.connection() as connection, connection.transaction():
        row = connection.execute(REDEEM, (email, read_code(code), b"1" * 32)).fetchone()
        assert row is not None
        assert row[0]["ok"]
        thread.start()
        assert started.wait(20)
    thread.join(20)
    assert answers == [{"ok": False, "refused": "used"}]


def test_a_code_that_was_withdrawn_is_not_redeemed_on_an_old_snapshot(
    operator: Connection, attacker: Callable[[str | None], Attacker], furnished: dict[str, Any]
) -> None:
    code, email, nobody = new_code(), "viewer@globex.test", attacker(None)
    operator.execute(
        b"insert into private.code (organization_id, user_id, kind, code_hash, issued_by, expires_at)"
        b" select organization_id, user_id, 'RESET', %b, user_id, now() + interval '1 hour'"
        b" from private.credential where email = %s",
        (code_hash(code), email),
    )
    with nobody.connection() as old, old.transaction():
        old.execute("set transaction isolation level repeatable read")
        old.execute("select auth.initialized()")
        operator.execute(
            b"update private.code set revoked_at = now() where code_hash = %b", (code_hash(code),)
        )
        with pytest.raises(psycopg.errors.InvalidTransactionState), old.transaction():
            old.execute(REDEEM, (email, read_code(code), b"3" * 32))


@pytest.mark.parametrize(
    ("key", "token"), [(b"", b"t" * 32), (b"k" * 31, b"t" * 32), (b"k" * 32, b"t" * 31)]
)
def test_a_code_takes_no_key_that_nobody_signs_in_with(
    key: bytes,
    token: bytes,
    attacker: Callable[[str | None], Attacker],
    furnished: dict[str, Any],
    fingerprint: Callable[[], str],
) -> None:
    before, nobody = fingerprint(), attacker(None)
    with nobody.connection() as connection:
        row = connection.execute(
            b"select auth.redeem_code(%s, %b, %b, %b, false)",
            (f"{SECRET}@acme.test", read_code(furnished["code"]), key, token),
        ).fetchone()
    assert row == ({"ok": False, "refused": "unknown"},)
    assert fingerprint() == before


def test_a_code_that_is_redeemed_presents_nobody_for_longer(
    operator: Connection, attacker: Callable[[str | None], Attacker], furnished: dict[str, Any]
) -> None:
    """The session is opened; whoever wants to act presents its token like anybody else."""
    code, nobody, token = new_code(), attacker(None), new_token()
    operator.execute(
        b"insert into private.code (organization_id, user_id, kind, code_hash, issued_by, expires_at)"
        b" select organization_id, user_id, 'RESET', %b, user_id, now() + interval '1 hour'"
        b" from private.credential where email = 'user@globex.test'",
        (code_hash(code),),
    )
    with nobody.connection() as connection:
        arguments = ("user@globex.test", read_code(code), token_hash(token))
        connection.execute(REDEEM, arguments)
        assert connection.execute("select auth.user_id()").fetchone() == (None,)
        row = connection.execute("select auth.begin(%b)", (token_bytes(token),)).fetchone()
        assert row is not None
        assert row[0]["email"] == "user@globex.test"


def test_an_email_is_changed_by_a_recent_login_only(
    operator: Connection, attacker: Callable[[str | None], Attacker], fingerprint: Callable[[], str]
) -> None:
    user = attacker("acme/user")
    user.token = session_of(operator, "user@acme.test", "6 minutes")
    change = "select 1 where auth.change_email({}, sha256('k'))"
    before = fingerprint()
    assert user.gained(change.format("'new@acme.test'")) == 0
    user.token = session_of(operator, "user@acme.test", "1 minute")
    for email in ("'admin@acme.test'", "' ADMIN@acme.test '", "null"):
        assert user.gained(change.format(email)) == 0
    assert user.gained("select 1 where auth.change_email('new@acme.test', 'short')") == 0
    assert fingerprint() == before, user.notes
