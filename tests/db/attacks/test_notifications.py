"""Attacks on notifications: those of others, made-up ones, and what tells of hidden KPIs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kpix_tui.domains.comments.service import add_comment
from kpix_tui.domains.comments.views import AddComment, Subject
from kpix_tui.domains.people.service import find_user
from kpix_tui.kernel.clock import SystemClock
from tests.db.attacks.conftest import SECRET, Attacker, Victim
from tests.db.attacks.test_people import well_aimed
from tests.support.databases import Database

ATTACKS = {
    "read somebody else's notifications": "select kind from kpix.notification where recipient_id = %(manager)s",
    "count somebody else's notifications": "select 1 from kpix.notification where recipient_id = %(manager)s"
    " having count(*) > 0",
    "read every notification": "select facts from kpix.notification where recipient_id <> auth.user_id()",
    "copy notifications out": "copy (select facts from kpix.notification) to stdout",
    "read what somebody wants to hear of": "select kind from kpix.notification_preference"
    " where user_id = %(manager)s",
    "make a notification up": "insert into kpix.notification (organization_id, recipient_id, fact, kind, priority,"
    " dashboard_id) values (%(org)s, %(manager)s, 'x', 'MENTION', 'URGENT', %(dashboard)s)",
    "mark somebody else's as read": "update kpix.notification set read_at = now() where recipient_id = %(manager)s",
    "mark every one as read, unseen": "update kpix.notification set read_at = now()",
    "change what it says": "update kpix.notification set facts = '{}'",
    "hide a notification": "delete from kpix.notification",
    "turn off what somebody hears of": "insert into kpix.notification_preference (organization_id, user_id, kind,"
    " wanted) values (%(org)s, %(manager)s, 'MENTION', false)",
    "turn off what everybody hears of": "update kpix.notification_preference set wanted = false",
    "tell directly": "select private.notify('kpi:read', '{}')",
    "ask who is concerned": "select private.concerned(array[%(kpi)s])",
}


@pytest.fixture(scope="module")
def known(
    database: Database, victim: Victim, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """Acme's administrator has told its manager something, who hears of no replies."""
    admin = database.context(tmp_path_factory.mktemp("told"), SystemClock(), "acme/admin")
    with admin.unit_of_work() as uow:
        manager = find_user(uow, "manager@acme.test").id
        add_comment(uow, AddComment(Subject(victim.kpi_id), f"@Max Manager {SECRET}"))
    admin.close()
    with database.server.connect(database.name) as connection:
        connection.execute(
            "insert into kpix.notification_preference values (%s, %s, 'REPLY', false)",
            (victim.organization_id, manager),
        )
    return {"manager": manager}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("who", [None, "globex/admin", "acme/viewer", "acme/admin"])
def test_notifications_are_for_whom_they_are_for(
    attack: str,
    who: str | None,
    database: Database,
    attacker: Callable[[str | None], Attacker],
    known: dict[str, Any],
) -> None:
    def everything() -> list[Any]:
        with database.server.connect(database.name) as connection:
            tables = ("notification", "notification_preference")
            return [
                connection.execute(
                    f"select t::text from kpix.{one} t order by 1".encode()
                ).fetchall()
                for one in tables
            ]

    before, someone = everything(), attacker(who)
    assert someone.gained(ATTACKS[attack], **known) == 0
    assert everything() == before, someone.notes
    assert well_aimed(someone), someone.notes


@pytest.mark.honest
def test_whom_they_are_for_reads_and_marks_them(
    attacker: Callable[[str | None], Attacker], known: dict[str, Any]
) -> None:
    manager = attacker("acme/manager")
    for honest in (
        ATTACKS["read somebody else's notifications"],
        ATTACKS["read what somebody wants to hear of"],
        ATTACKS["mark somebody else's as read"],
        ATTACKS["turn off what everybody hears of"],
    ):
        assert manager.gained(honest, **known) > 0, (honest, manager.notes)
