"""Attacks on comments: those on a hidden KPI, those of others, and what says who has read what."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from kpix_tui.access.permissions import Visibility
from kpix_tui.domains.comments import service
from kpix_tui.domains.comments.views import AddComment, EditComment, Subject
from kpix_tui.domains.dashboards.service import create_dashboard, set_visibility
from kpix_tui.domains.dashboards.views import CreateDashboard
from kpix_tui.domains.kpis.service import create_kpi
from kpix_tui.domains.kpis.views import CreateKpi, Direction, Thresholds
from kpix_tui.domains.people.service import create_team, find_user
from kpix_tui.kernel.clock import SystemClock
from kpix_tui.kernel.periods import Frequency
from tests.db.attacks.conftest import SECRET, Attacker, Victim
from tests.db.attacks.test_people import well_aimed
from tests.support.databases import Database

Become = Callable[[str | None], Attacker]


@pytest.fixture(scope="module")
def known(
    database: Database, victim: Victim, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """Acme's administrator has written on a KPI that all of Acme sees (``open``) and on a private
    one (``hidden``): each comment was edited once, and one more was deleted on both."""
    admin = database.context(tmp_path_factory.mktemp("comments"), SystemClock(), "acme/admin")
    with admin.unit_of_work() as uow:
        found: dict[str, Any] = {
            who: find_user(uow, f"{who}@acme.test").id for who in ("manager", "user", "viewer")
        }
        board = create_dashboard(uow, CreateDashboard(f"{SECRET} talk"))
        bands = Thresholds(Decimal(95), Decimal(92))
        private = create_kpi(
            uow,
            CreateKpi(board.id, f"{SECRET} talk", Direction.UP_IS_BETTER, Frequency.MONTHLY, bands),
        )
        set_visibility(uow, board.id, Visibility.PRIVATE)
        for name, kpi in (("hidden", private.id), ("open", victim.kpi_id)):
            said = f"{SECRET} @Ada Admin" if name == "hidden" else "@Ada Admin"
            made = service.add_comment(uow, AddComment(Subject(kpi), said))
            service.edit_comment(uow, EditComment(made.id, 1, said + "!"))
            gone = service.add_comment(uow, AddComment(Subject(kpi), f"{SECRET} slip"))
            service.delete_comment(uow, gone.id)
            found |= {name: made.id, f"{name}_gone": gone.id, f"{name}_kpi": kpi}
        found |= {"board": board.id, "team": create_team(uow, "Nobody is in it").id}
    admin.close()
    return found


@pytest.fixture
def untouched(database: Database) -> Callable[[], list[Any]]:
    """All comments there are, and what hangs on them."""

    def read() -> list[Any]:
        with database.server.connect(database.name) as connection:
            return [
                connection.execute(
                    f"select t::text from kpix.{table} t order by 1".encode()
                ).fetchall()
                for table in ("comment", "comment_revision", "comment_mention", "comment_mark")
            ]

    return read


READING = {
    "read a hidden comment": "select body from kpix.comment where id = %(hidden)s",
    "read comments by their KPI": "select body from kpix.comment where kpi_id = %(hidden_kpi)s",
    "guess the text of a hidden comment": "select 1 from kpix.comment where body like %(word)s || '%%'",
    "lock a hidden comment": "select 1 from kpix.comment where id = %(hidden)s for update",
    "read what a hidden comment said": "select body from kpix.comment_revision where comment_id = %(hidden)s",
    "read who is mentioned in it": "select user_id from kpix.comment_mention where comment_id = %(hidden)s",
    "read a comment through its thread": "select c.body from kpix.comment c join kpix.comment r"
    " on r.thread_id = c.thread_id where r.id = %(hidden)s",
    "read who sees a hidden KPI": "select r from auth.comment_readers(%(hidden_kpi)s, array[%(user)s, %(viewer)s]) r",
    "copy hidden comments out": "copy (select body from kpix.comment where body like 'zanzibar%') to stdout",
    "read a hidden comment in the audit log": "select new from kpix.audit_log where subject_id = %(hidden_kpi)s",
    "make a text an error": "select 1 from kpix.comment where kpi_id = %(hidden_kpi)s and body::int > 0",
    "read what was deleted": "select body from kpix.comment_revision where comment_id = %(open_gone)s",
    "read who has read what": "select read_until from kpix.comment_mark where user_id = %(manager)s",
}
NEW = "insert into kpix.comment (organization_id, id, kpi_id, dashboard_id, thread_id, body)"
WRITING = {
    "comment on a hidden KPI": NEW
    + " select %(org)s, i, %(hidden_kpi)s, %(board)s, i, 'x' from gen_random_uuid() i",
    "answer in a hidden thread": NEW
    + " values (%(org)s, gen_random_uuid(), %(hidden_kpi)s, %(board)s, %(hidden)s, 'x')",
    "answer elsewhere in a hidden thread": NEW
    + " values (%(org)s, gen_random_uuid(), %(kpi)s, %(dashboard)s, %(hidden)s, 'x')",
    "answer what was deleted": NEW
    + " values (%(org)s, gen_random_uuid(), %(kpi)s, %(dashboard)s, %(open_gone)s, 'x')",
    "comment in somebody else's name": "insert into kpix.comment (organization_id, id, kpi_id, dashboard_id,"
    " thread_id, author_id, body) select %(org)s, i, %(kpi)s, %(dashboard)s, i, %(manager)s, 'x' from gen_random_uuid() i",
    "comment before its time": "insert into kpix.comment (organization_id, id, kpi_id, dashboard_id, thread_id,"
    " created_at, body) select %(org)s, i, %(kpi)s, %(dashboard)s, i, '2020-01-01', 'x' from gen_random_uuid() i",
    "overwrite a comment on conflict": NEW
    + " values (%(org)s, %(open)s, %(kpi)s, %(dashboard)s, %(open)s, 'x')"
    " on conflict (organization_id, id) do update set body = 'x'",
    "find a hidden comment by a conflict": NEW
    + " values (%(org)s, %(hidden)s, %(kpi)s, %(dashboard)s, %(hidden)s, 'x') on conflict do nothing",
    "change a hidden comment": "update kpix.comment set body = 'x' where id = %(hidden)s",
    "change somebody else's comment": "update kpix.comment set body = 'x' where id = %(open)s",
    "change every comment unread": "update kpix.comment set body = 'x'",
    "merge into a comment": "merge into kpix.comment c using (select %(open)s::uuid as i) x on c.id = x.i"
    " when matched then update set body = 'x'",
    "bring a deleted comment back": "update kpix.comment set body = 'x' where id = %(open_gone)s",
    "delete somebody else's comment": "select 1 where auth.delete_comment(%(open)s) is not null",
    "delete a hidden comment": "select 1 where auth.delete_comment(%(hidden)s) is not null",
    "delete a comment directly": "delete from kpix.comment",
    "empty a comment directly": "update kpix.comment set deleted_at = now(), body = '' where id = %(open)s",
    "forge what was said": "insert into kpix.comment_revision (organization_id, comment_id, revision, body, since,"
    " until) values (%(org)s, %(open)s, 7, 'x', now(), now())",
    "mention in somebody else's comment": "select 1 where auth.mention(%(open)s, array[auth.user_id()], '{}') is not null",
    "mention in a hidden comment": "select 1 where auth.mention(%(hidden)s, array[auth.user_id()], '{}') is not null",
    "mention directly": "insert into kpix.comment_mention (organization_id, comment_id, user_id)"
    " values (%(org)s, %(open)s, auth.user_id())",
    "mark a hidden thread as read": "insert into kpix.comment_mark (organization_id, thread_id, read_until)"
    " values (%(org)s, %(hidden)s, now())",
    "mark for somebody else": "insert into kpix.comment_mark (organization_id, user_id, thread_id, read_until)"
    " values (%(org)s, %(manager)s, %(open)s, now())",
    "unmark for everybody": "update kpix.comment_mark set read_until = '2020-01-01'",
    "write a comment without end": NEW
    + " select %(org)s, i, %(kpi)s, %(dashboard)s, i, repeat('x', 10001) from gen_random_uuid() i",
    "write an empty comment": NEW
    + " select %(org)s, i, %(kpi)s, %(dashboard)s, i, '' from gen_random_uuid() i",
    "comment on a value that is not there": "insert into kpix.comment (organization_id, id, kpi_id, dashboard_id,"
    " thread_id, period_start, body) select %(org)s, i, %(kpi)s, %(dashboard)s, i, '2020-01-01', 'x'"
    " from gen_random_uuid() i",
}
STRANGERS = (None, "globex/admin", "acme/viewer", "acme/user")


@pytest.mark.parametrize("attack", READING | WRITING)
@pytest.mark.parametrize("who", STRANGERS)
def test_comments_are_safe(
    attack: str,
    who: str | None,
    attacker: Become,
    known: dict[str, Any],
    untouched: Callable[[], list[Any]],
) -> None:
    before, someone = untouched(), attacker(who)
    assert someone.gained((READING | WRITING)[attack], **known) == 0
    assert untouched() == before, someone.notes
    assert well_aimed(someone), someone.notes


OF_ONES_OWN = {
    "mention somebody who does not see it": "select 1 where auth.mention(%(mine)s, array[%(nobody)s], '{}') is not null",
    "mention a team none of whom sees it": "select 1 where auth.mention(%(mine)s, '{}', array[%(team)s]) is not null",
    "mention half the world": "select 1 where auth.mention(%(mine)s,"
    " array(select gen_random_uuid() from generate_series(1, 51)), '{}') is not null",
    "move a comment": "update kpix.comment set kpi_id = %(hidden_kpi)s where id = %(mine)s",
    "give a comment away": "update kpix.comment set author_id = %(manager)s where id = %(mine)s",
    "turn back a version": "update kpix.comment set version = 1 where id = %(mine)s",
    "move a comment into another thread": "update kpix.comment set thread_id = %(open)s where id = %(mine)s",
    "hide that it was edited": "update kpix.comment set edited_at = null where id = %(mine)s",
}


@pytest.mark.parametrize("attack", OF_ONES_OWN)
def test_not_even_ones_own_comment_lies(
    attack: str, attacker: Become, known: dict[str, Any], untouched: Callable[[], list[Any]]
) -> None:
    user = attacker("acme/user")
    with user.connection() as connection, connection.transaction():
        user.begin(connection)
        row = connection.execute(
            (
                NEW + " select auth.org(), i, %(kpi)s, %(dashboard)s, i, 'mine'"
                " from gen_random_uuid() i returning id"
            ).encode(),
            {"kpi": user.victim.kpi_id, "dashboard": user.victim.dashboard_id},
        ).fetchone()
    assert row is not None
    before = untouched()
    aims = {**known, "mine": row[0], "nobody": known["board"]}
    assert user.gained(OF_ONES_OWN[attack], **aims) == 0
    assert untouched() == before, user.notes
    assert well_aimed(user), user.notes


@pytest.mark.honest
def test_who_may_read_and_write_does(attacker: Become, known: dict[str, Any]) -> None:
    user, admin = attacker("acme/user"), attacker("acme/admin")
    for honest in (
        "select body from kpix.comment where id = %(open)s",
        "select body from kpix.comment_revision where comment_id = %(open)s",
        "select user_id from kpix.comment_mention where comment_id = %(open)s",
        "select r from auth.comment_readers(%(kpi)s, array[%(user)s, %(viewer)s]) r",
        NEW + " values (%(org)s, gen_random_uuid(), %(kpi)s, %(dashboard)s, %(open)s, 'indeed')",
        "insert into kpix.comment_mark (organization_id, thread_id, read_until) values (%(org)s, %(open)s, now())",
    ):
        assert user.gained(honest, **known) > 0, (honest, user.notes)
    for honest in (READING["read what was deleted"], READING["read a hidden comment"]):
        assert admin.gained(honest, **known) > 0, (honest, admin.notes)
