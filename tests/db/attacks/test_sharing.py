"""Attacks on dashboards that are private, or shared for less: bare SQL, past what Python asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kpix_tui.access.permissions import Level, Visibility
from kpix_tui.domains.dashboards import service
from kpix_tui.domains.dashboards.views import CreateDashboard, ShareDashboard
from kpix_tui.domains.kpis.service import assign_entry, create_kpi
from kpix_tui.domains.kpis.views import CreateKpi, Direction, Thresholds
from kpix_tui.domains.people.service import add_member, create_team, find_user
from kpix_tui.domains.values.service import enter_value
from kpix_tui.domains.values.views import EnterValue
from kpix_tui.kernel.clock import SystemClock
from kpix_tui.kernel.periods import Frequency
from tests.db.attacks.conftest import SECRET, Attacker
from tests.db.attacks.test_people import well_aimed
from tests.support.databases import Database


@pytest.fixture(scope="module")
def shared(database: Database, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Acme's administrator has a private dashboard, which its manager may look at, and one that is
    lent to its user, to manage it for two days."""
    admin = database.context(tmp_path_factory.mktemp("sharing"), SystemClock(), "acme/admin")
    with admin.unit_of_work() as uow:
        people = {
            who: find_user(uow, f"{who}@acme.test").id for who in ("manager", "user", "viewer")
        }
        private = service.create_dashboard(uow, CreateDashboard(f"{SECRET} private"))
        lent = service.create_dashboard(uow, CreateDashboard("Lent"))
        kpis = {}
        for board in (private, lent):
            made = create_kpi(
                uow,
                CreateKpi(
                    board.id,
                    f"{board.title} KPI",
                    Direction.UP_IS_BETTER,
                    Frequency.MONTHLY,
                    Thresholds(Decimal(95), Decimal(92)),
                ),
            )
            enter_value(uow, EnterValue(made.id, date(2026, 9, 1), Decimal(90)))
            enter_value(uow, EnterValue(made.id, date(2026, 9, 1), Decimal(91), SECRET))
            kpis[board.id] = made.id
        team = create_team(uow, "Those who look")
        add_member(uow, team.id, people["manager"])
        for command in (
            ShareDashboard(private.id, Level.VIEWER, user_id=people["manager"]),
            ShareDashboard(
                lent.id, Level.MANAGER, user_id=people["user"], until=uow.today + timedelta(days=2)
            ),
            ShareDashboard(lent.id, Level.VIEWER, team_id=team.id),
        ):
            service.share_dashboard(uow, command)
        assign_entry(uow, kpis[lent.id], user_id=people["user"])
        for board in (private, lent):
            service.set_visibility(uow, board.id, Visibility.PRIVATE)
        known = {
            "private": private.id,
            "private_kpi": kpis[private.id],
            "lent": lent.id,
            "lent_kpi": kpis[lent.id],
            "team": team.id,
            **people,
        }
    admin.close()
    return known


READING = {
    "read a private dashboard": "select title from kpix.dashboard where id = %(private)s",
    "guess the title of a private dashboard": "select 1 from kpix.dashboard where title like %(word)s || ' p%%'",
    "lock a private dashboard": "select 1 from kpix.dashboard where id = %(private)s for update",
    "read who a private dashboard is shared with": "select user_id from kpix.dashboard_share"
    " where dashboard_id = %(private)s",
    "ask who can see a private dashboard": "select user_id from auth.dashboard_access(%(private)s)",
    "ask until when one may share it": "select auth.shares_until(%(private)s)",
    "read a KPI of a private dashboard": "select name from kpix.kpi where id = %(private_kpi)s",
    "read thresholds of a private dashboard": "select green from kpix.kpi_threshold where kpi_id = %(private_kpi)s",
    "read values of a private dashboard": "select value from kpix.kpi_value where kpi_id = %(private_kpi)s",
    "read where its KPIs stand": "select value from kpix.kpi_state where kpi_id = %(private_kpi)s",
    "read where the KPIs of a dashboard stand": "select status from kpix.kpi_state where dashboard_id = %(private)s",
    "read values by their dashboard": "select v.value from kpix.kpi_value v"
    " join kpix.kpi k using (organization_id) where k.dashboard_id = %(private)s and k.id = v.kpi_id",
    "read corrections of a private dashboard": "select reason from kpix.kpi_value_revision"
    " where kpi_id = %(private_kpi)s",
    "read who owes values of it": "select user_id from kpix.kpi_assignment where kpi_id = %(private_kpi)s",
    "copy private dashboards out": "copy (select title from kpix.dashboard where title like 'zanzibar p%') to stdout",
}
TO_ONESELF = (
    "insert into kpix.dashboard_share (organization_id, id, dashboard_id, user_id, level)"
    " values (%(org)s, gen_random_uuid(), %(private)s, auth.user_id(), 'MANAGER')"
)
WRITING = {
    "share it with oneself": TO_ONESELF,
    "share it with oneself on conflict": TO_ONESELF + " on conflict do nothing",
    "raise one's share on conflict": TO_ONESELF
    + " on conflict (organization_id, dashboard_id, user_id) do update set level = 'MANAGER'",
    "share it with a team": "insert into kpix.dashboard_share (organization_id, id, dashboard_id, team_id, level)"
    " values (%(org)s, gen_random_uuid(), %(private)s, %(team)s, 'MANAGER')",
    "share it in its owner's name": "insert into kpix.dashboard_share (organization_id, id, dashboard_id, user_id,"
    " level, shared_by) values (%(org)s, gen_random_uuid(), %(private)s, auth.user_id(), 'VIEWER', %(user)s)",
    "merge a share": "merge into kpix.dashboard_share s using (select %(private)s::uuid as board) b"
    " on s.dashboard_id = b.board when matched then update set level = 'MANAGER', shared_by = auth.user_id()"
    " when not matched then insert (organization_id, id, dashboard_id, user_id, level)"
    " values (%(org)s, gen_random_uuid(), b.board, auth.user_id(), 'MANAGER')",
    "raise its shares": "update kpix.dashboard_share set level = 'MANAGER', shared_by = auth.user_id(),"
    " shared_at = now() where dashboard_id = %(private)s",
    "end its shares": "delete from kpix.dashboard_share where dashboard_id = %(private)s",
    "make it visible": "select auth.set_visibility(%(private)s, 'ORGANIZATION')",
    "make it visible directly": "update kpix.dashboard set visibility = 'ORGANIZATION' where id = %(private)s",
    "take it": "select auth.transfer_dashboard(%(private)s, auth.user_id())",
    "take it directly": "update kpix.dashboard set owner_id = auth.user_id() where id = %(private)s",
    "give it to somebody": "select auth.transfer_dashboard(%(private)s, %(viewer)s)",
    "rename it": "update kpix.dashboard set title = 'mine' where id = %(private)s",
    "archive it": "update kpix.dashboard set archived_at = now() where id = %(private)s",
    "move a KPI onto it": "update kpix.kpi set dashboard_id = %(private)s where id = %(kpi)s",
    "move its KPI away": "update kpix.kpi set dashboard_id = %(dashboard)s where id = %(private_kpi)s",
    "take its KPI": "update kpix.kpi set owner_id = auth.user_id() where id = %(private_kpi)s",
    "put a KPI on it": "insert into kpix.kpi (organization_id, id, dashboard_id, code, name, direction, frequency,"
    " owner_id) values (%(org)s, gen_random_uuid(), %(private)s, 'MINE', 'mine', 'UP_IS_BETTER', 'DAILY', auth.user_id())",
    "owe its values": "insert into kpix.kpi_assignment (organization_id, id, kpi_id, user_id)"
    " values (%(org)s, gen_random_uuid(), %(private_kpi)s, auth.user_id())",
    "let a team owe its values": "insert into kpix.kpi_assignment (organization_id, id, kpi_id, team_id)"
    " values (%(org)s, gen_random_uuid(), %(private_kpi)s, %(team)s)",
    "let nobody owe values": "delete from kpix.kpi_assignment where kpi_id in (%(private_kpi)s, %(kpi)s)",
    "enter its values": "insert into kpix.kpi_value (organization_id, kpi_id, period_start, period_end, value, status)"
    " values (%(org)s, %(private_kpi)s, '2026-08-01', '2026-08-31', 99, 'GREEN')",
    "correct its values": "update kpix.kpi_value set value = 99, status = 'GREEN', reason = 'mine'"
    " where kpi_id = %(private_kpi)s",
    "change its thresholds": "update kpix.kpi_threshold set green = 1, orange = 1 where kpi_id = %(private_kpi)s",
}
STRANGERS = (None, "globex/admin", "acme/viewer", "acme/user")


@pytest.mark.parametrize("attack", READING | WRITING)
@pytest.mark.parametrize("who", STRANGERS)
def test_what_is_private_stays_so(
    attack: str,
    who: str | None,
    attacker: Callable[[str | None], Attacker],
    shared: dict[str, Any],
    fingerprint: Callable[[], str],
) -> None:
    before, someone = fingerprint(), attacker(who)
    known = {**shared, "user": someone.victim.user_id}
    assert someone.gained((READING | WRITING)[attack], **known) == 0
    assert fingerprint() == before, someone.notes
    assert well_aimed(someone), someone.notes


ENTERING = ("enter its values", "correct its values")
"""What the role MANAGER lets its holder do wherever they see."""


@pytest.mark.parametrize("attack", [name for name in WRITING if name not in ENTERING])
def test_who_is_let_look_changes_nothing(
    attack: str,
    attacker: Callable[[str | None], Attacker],
    shared: dict[str, Any],
    fingerprint: Callable[[], str],
) -> None:
    before, manager = fingerprint(), attacker("acme/manager")
    known = {**shared, "user": manager.victim.user_id}
    assert manager.gained(WRITING[attack], **known) == 0
    assert fingerprint() == before, manager.notes
    assert well_aimed(manager), manager.notes


LENT = "where dashboard_id = %(lent)s and user_id = auth.user_id()"
BY_ME = "shared_by = auth.user_id(), shared_at = now()"
PASS_ON = (
    "insert into kpix.dashboard_share (organization_id, id, dashboard_id, {whom}, level, expires_at)"
    " values (%(org)s, gen_random_uuid(), %(lent)s, {id}, 'VIEWER', {until})"
)
BEYOND_THE_LOAN = {
    "make a loan endless": f"update kpix.dashboard_share set expires_at = null, {BY_ME} {LENT}",
    "make a loan longer": f"update kpix.dashboard_share set expires_at = expires_at + interval '1 s', {BY_ME} {LENT}",
    "make a loan longer on conflict": "insert into kpix.dashboard_share (organization_id, id, dashboard_id, user_id,"
    " level) values (%(org)s, gen_random_uuid(), %(lent)s, auth.user_id(), 'MANAGER')"
    " on conflict (organization_id, dashboard_id, user_id) do update set expires_at = null,"
    f" {BY_ME}",
    "lend on for good": PASS_ON.format(whom="user_id", id="%(viewer)s", until="null"),
    "lend on for longer": PASS_ON.format(
        whom="user_id", id="%(viewer)s", until="now() + interval '4 days'"
    ),
    "lend on until the end of time": PASS_ON.format(
        whom="user_id", id="%(viewer)s", until="'infinity'"
    ),
    "lend on in somebody else's name": "update kpix.dashboard_share set level = 'VIEWER', shared_by = %(manager)s"
    " where dashboard_id = %(lent)s",
    "make the share of a team endless anew": "update kpix.dashboard_share set level = 'MANAGER', expires_at = null,"
    f" {BY_ME} where dashboard_id = %(lent)s and team_id is not null",
    "take what is lent": "select auth.transfer_dashboard(%(lent)s, auth.user_id())",
    "give what is lent away": "select auth.transfer_dashboard(%(lent)s, %(viewer)s)",
    "show what is lent to everybody": "select 1 where auth.set_visibility(%(lent)s, 'ORGANIZATION') is not null",
    "show what is lent to the owner's teams": "select 1 where auth.set_visibility(%(lent)s, 'TEAMS') is not null",
    "archive what is lent": "update kpix.dashboard set archived_at = now() where id = %(lent)s",
    "move a loan to another dashboard": f"update kpix.dashboard_share set dashboard_id = %(private)s {LENT}",
    "move a loan to somebody else": f"update kpix.dashboard_share set user_id = %(viewer)s {LENT}",
    "owe for ever what is lent, elsewhere": "update kpix.kpi_assignment set kpi_id = %(private_kpi)s",
    "share what is lent with another organisation": PASS_ON.format(
        whom="user_id", id="gen_random_uuid()", until="now() + interval '1 day'"
    ),
    "make a visibility that does not exist": "select auth.set_visibility(%(lent)s, 'WORLD')",
}


@pytest.mark.parametrize("attack", BEYOND_THE_LOAN)
def test_a_loan_stays_a_loan(
    attack: str,
    attacker: Callable[[str | None], Attacker],
    shared: dict[str, Any],
    fingerprint: Callable[[], str],
) -> None:
    before, delegate = fingerprint(), attacker("acme/user")
    assert delegate.gained(BEYOND_THE_LOAN[attack], **shared) == 0
    assert fingerprint() == before, delegate.notes
    assert well_aimed(delegate), delegate.notes


@pytest.mark.honest
def test_those_who_are_let_in_are_in(
    attacker: Callable[[str | None], Attacker], shared: dict[str, Any]
) -> None:
    manager, delegate = attacker("acme/manager"), attacker("acme/user")
    for attack in set(READING) - {
        "lock a private dashboard",
        "ask until when one may share it",
        "read who owes values of it",
    }:
        assert manager.gained(READING[attack], **shared) > 0, (attack, manager.notes)
    for honest in (
        "select title from kpix.dashboard where id = %(lent)s for update",
        "select auth.shares_until(%(lent)s)",
        "select value from kpix.kpi_value where kpi_id = %(lent_kpi)s",
    ):
        assert delegate.gained(honest, **shared) > 0, (honest, delegate.notes)
