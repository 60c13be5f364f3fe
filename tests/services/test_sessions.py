"""Locking, leaving, listing and revoking sessions, as a front end uses them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import event

from kpix_tui.access.policy import PermissionMissing
from kpix_tui.app.context import Context
from kpix_tui.domains.accounts import service, sessions
from kpix_tui.domains.accounts.errors import LoginRefused, SessionEnded, SessionNotFound
from kpix_tui.domains.accounts.views import Login
from kpix_tui.kernel.ids import new_id
from kpix_tui.kernel.paging import PageRequest
from tests.support.databases import PASSWORD, Database

People = Callable[[str | None], Context]


def again(as_person: People, *, shared: bool = False) -> Context:
    """Another session of Ursula."""
    context = as_person(None)
    context.tokens.save(
        service.login(context, Login("user@acme.test", PASSWORD, shared=shared)).token
    )
    return context


def test_a_locked_session_opens_nothing_until_a_login(as_person: People) -> None:
    context = as_person("acme/user")
    locked = context.tokens.load()
    context.run(sessions.lock_session)
    for use_case in (service.whoami, service.rotate_token, sessions.lock_session):
        with pytest.raises(SessionEnded):
            context.run(use_case)
    with pytest.raises(LoginRefused):
        service.login(context, Login("user@acme.test", "wrong wrong wrong"))
    context.tokens.save(service.login(context, Login("user@acme.test", PASSWORD)).token)
    assert context.run(service.whoami).name == "Ursula User"
    with pytest.raises(SessionEnded), context.unit_of_work(locked) as _uow:
        raise AssertionError("the locked token opened a transaction")


def test_a_session_that_was_ended_meanwhile_cannot_be_locked(as_person: People) -> None:
    context, other = as_person("acme/user"), as_person("acme/user")
    context.run(service.whoami)  # once a minute a transaction notes the use, and holds the session
    with context.unit_of_work() as uow:
        other.run(service.logout)
        with pytest.raises(SessionEnded):
            sessions.lock_session(uow)


def test_leaving_ends_a_locked_session_and_spares_one_in_use(as_person: People) -> None:
    context, watcher = again(as_person), as_person("acme/user")
    token = context.tokens.load()
    assert token is not None
    sessions.leave_session(context, token)
    assert context.run(service.whoami).name == "Ursula User"
    context.run(sessions.lock_session)
    assert {row.locked for row in watcher.run(sessions.list_sessions).rows} == {False, True}
    sessions.leave_session(context, "no token at all")
    assert watcher.run(sessions.list_sessions).total == 2
    sessions.leave_session(context, token)
    assert [row.locked for row in watcher.run(sessions.list_sessions).rows] == [False]


def test_mine_say_where_and_which_one_is_this(as_person: People) -> None:
    first, second = as_person("acme/user"), again(as_person, shared=True)
    rows = {row.current: row for row in second.run(sessions.list_sessions).rows}
    assert (rows[True].kind, rows[False].kind) == ("SHARED", "PERSONAL")
    assert rows[True].user_name == "Ursula User"
    assert (rows[True].client, rows[True].login_role) == ("local", "kpix_local")
    assert rows[True].authenticated_at <= rows[True].last_seen_at < rows[True].expires_at
    assert rows[False].id == first.run(service.whoami).session_id


def test_a_rotated_session_is_listed_once(as_person: People) -> None:
    context = as_person("acme/user")
    old = context.run(service.whoami).session_id
    context.tokens.save(context.run(service.rotate_token))
    found = context.run(sessions.list_sessions)
    assert (found.total, found.rows[0].current) == (1, True)
    assert found.rows[0].id != old


def test_an_administrator_sees_and_ends_anybodys(context: Context, as_person: People) -> None:
    user = as_person("acme/user")
    everyone = context.run(sessions.list_sessions, everyone=True)
    assert everyone.total == 4
    assert [row.user_name for row in everyone.rows if row.current] == ["Ada Admin"]
    ursula = user.run(service.whoami).user_id
    (row,) = context.run(sessions.list_sessions, user_id=ursula).rows
    context.run(sessions.revoke_session, row.id)
    with pytest.raises(SessionEnded):
        user.run(service.whoami)
    with pytest.raises(SessionNotFound):
        context.run(sessions.revoke_session, row.id)


@pytest.mark.parametrize("person", ["acme/manager", "acme/user", "acme/viewer"])
def test_others_see_and_end_their_own_only(
    context: Context, as_person: People, person: str
) -> None:
    curious = as_person(person)
    (row,) = context.run(sessions.list_sessions).rows
    assert curious.run(sessions.list_sessions).total == 1
    for options in ({"everyone": True}, {"user_id": row.user_id}):
        with pytest.raises(PermissionMissing):
            curious.run(sessions.list_sessions, **options)
    with pytest.raises(PermissionMissing):
        curious.run(sessions.revoke_sessions, row.user_id)
    for session_id in (row.id, new_id()):
        with pytest.raises(SessionNotFound):
            curious.run(sessions.revoke_session, session_id)
    assert context.run(service.whoami).name == "Ada Admin"


def test_another_organisations_sessions_do_not_exist(as_person: People) -> None:
    foreign = as_person("globex/admin")
    (row,) = as_person("acme/admin").run(sessions.list_sessions).rows
    with pytest.raises(SessionNotFound):
        foreign.run(sessions.revoke_session, row.id)
    assert foreign.run(sessions.revoke_sessions, row.user_id) == 0
    assert foreign.run(sessions.list_sessions, user_id=row.user_id).total == 0


def test_all_the_others_at_once(as_person: People) -> None:
    first, second = as_person("acme/user"), again(as_person)
    assert second.run(sessions.revoke_sessions) == 1
    assert second.run(sessions.revoke_sessions) == 0
    assert second.run(service.whoami).name == "Ursula User"
    with pytest.raises(SessionEnded):
        first.run(service.whoami)


def test_an_administrator_ends_all_of_somebodys(context: Context, as_person: People) -> None:
    first, second = as_person("acme/user"), again(as_person)
    assert context.run(sessions.revoke_sessions, first.run(service.whoami).user_id) == 2
    for ended in (first, second):
        with pytest.raises(SessionEnded):
            ended.run(service.whoami)


def test_a_page_is_filtered_sorted_and_cut_in_one_query(
    context: Context, as_person: People
) -> None:
    for _ in range(3):
        again(as_person)
    statements: list[str] = []
    event.listen(
        context.database(), "before_cursor_execute", lambda *a: statements.append(str(a[2]))
    )
    found = context.run(
        sessions.list_sessions, PageRequest(sort="user", limit=2, text="ursula"), everyone=True
    )
    assert (len(found.rows), found.total) == (2, 4)
    assert len([text for text in statements if "user_sessions" in text]) == 1
    by_name = context.run(sessions.list_sessions, PageRequest(sort="-user"), everyone=True)
    assert by_name.rows[0].user_name == "Vic Viewer"


def test_what_is_done_to_sessions_is_audited(
    context: Context, as_person: People, database: Database
) -> None:
    other = again(as_person)
    token = other.tokens.load()
    assert token is not None
    other.run(sessions.lock_session)
    sessions.leave_session(other, token)
    (row,) = as_person("acme/user").run(sessions.list_sessions).rows
    context.run(sessions.revoke_session, row.id)
    with database.server.connect(database.name) as operator:
        found = operator.execute(
            "select a.action, u.name from kpix.audit_log a"
            " join kpix.app_user u on u.id = a.actor_id"
            " where a.object_type = 'session' order by a.at desc limit 3"
        ).fetchall()
    assert found == [
        ("session.revoked", "Ada Admin"),
        ("session.closed", "Ursula User"),
        ("session.locked", "Ursula User"),
    ]
