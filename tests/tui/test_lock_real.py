"""The lock on a real database: what the server does with the sessions of a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from kpix_tui.app.context import Context
from kpix_tui.domains.accounts import service, sessions
from kpix_tui.domains.accounts.errors import SessionEnded
from kpix_tui.domains.accounts.views import InviteUser, Login, SessionRow
from kpix_tui.kernel.clock import FixedClock
from kpix_tui.tui.app import KpixApp
from kpix_tui.tui.bridge import Bridge
from kpix_tui.tui.dashboards.form import DashboardForm
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.lock.leave import leave_terminal
from kpix_tui.tui.lock.screen import LockScreen
from kpix_tui.tui.login.code import CodeForm
from kpix_tui.tui.sessions.screen import SessionsScreen
from kpix_tui.tui.widgets.inputs import LineInput
from tests.support.databases import PASSWORD, Database
from tests.tui.pilots import notices, settled, text_of, until

People = Callable[[str | None], Context]
Open = Callable[[Context], KpixApp]


class Watched(KpixApp):
    """Remembers every bridge it had."""

    def new_bridge(self) -> Bridge:
        made = super().new_bridge()
        self.__dict__.setdefault("bridges", []).append(made)
        return made


@pytest.fixture
def open_app(as_person: People) -> Iterator[Open]:
    """Opens the interface; its threads have ended before the context is closed."""
    opened: list[KpixApp] = []

    def make(context: Context) -> KpixApp:
        opened.append(Watched(context))
        return opened[-1]

    yield make
    for app in opened:
        for bridge in app.__dict__["bridges"]:
            bridge.close()
            for thread in bridge._threads:
                thread.join(20)


def shows(app: KpixApp, kind: type[Any]) -> bool:
    return isinstance(app.screen, kind)


async def signed_in(pilot: Pilot[Any], app: KpixApp) -> None:
    await until(pilot, lambda: shows(app, DashboardsScreen))
    await settled(pilot)


async def lock(pilot: Pilot[Any], app: KpixApp) -> str:
    """Lock; the token that was locked."""
    token = app.context.tokens.load()
    assert token is not None
    await pilot.press("ctrl+l")
    await until(pilot, lambda: app.locked is not None and app.locked.told)
    assert shows(app, LockScreen)
    return token


def opens(context: Context, token: str | None) -> bool:
    try:
        with context.unit_of_work(token):
            return True
    except SessionEnded:
        return False


def open_sessions(context: Context) -> tuple[SessionRow, ...]:
    return context.run(sessions.list_sessions).rows


async def test_a_terminal_is_locked_and_unlocked(as_person: People, open_app: Open) -> None:
    context, watcher = as_person("acme/user"), as_person("acme/admin")
    app = open_app(context)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await signed_in(pilot, app)
        await pilot.press("n", *"Half a title")
        token = await lock(pilot, app)
        assert not opens(watcher, token)
        await pilot.press(*"wrong", "enter")
        await until(pilot, lambda: "not right" in text_of(app.screen))
        assert not opens(watcher, token)
        await pilot.press(*PASSWORD, "enter")
        await until(pilot, lambda: shows(app, DashboardForm))
        assert context.tokens.load() != token
        assert [row.locked for row in open_sessions(context)] == [False]
        await pilot.press("ctrl+s")
        await until(pilot, lambda: not shows(app, DashboardForm))
        await settled(pilot)
        assert "Half a title" in text_of(app.screen)


async def test_somebody_else_takes_the_terminal_over(as_person: People, open_app: Open) -> None:
    context, watcher = as_person("acme/user"), as_person("acme/admin")
    app = open_app(context)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await signed_in(pilot, app)
        token = await lock(pilot, app)
        await pilot.press("ctrl+n", *"viewer@acme.test", "enter", *PASSWORD, "enter")
        await signed_in(pilot, app)
        assert app.actor is not None
        assert app.actor.name == "Vic Viewer"
        assert not opens(watcher, token)
        everybody = watcher.run(sessions.list_sessions, everyone=True)
        assert "Ursula User" not in {row.user_name for row in everybody.rows}


async def test_guesses_at_a_lock_are_throttled_like_any(
    as_person: People, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "derive_key", lambda *_: b"k" * 32)
    app = open_app(as_person("acme/user"))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await signed_in(pilot, app)
        await lock(pilot, app)
        for _ in range(6):
            await pilot.press("x", "enter")
            await settled(pilot)
        assert "Too many attempts" in text_of(app.screen)
        assert shows(app, LockScreen)


async def test_a_session_that_is_revoked_locks_the_terminal(
    as_person: People, open_app: Open
) -> None:
    context, admin = as_person("acme/user"), as_person("acme/admin")
    app = open_app(context)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await signed_in(pilot, app)
        with context.unit_of_work() as uow:
            user_id = uow.principal.user_id
        admin.run(sessions.revoke_sessions, user_id)
        await pilot.press("r")
        await until(pilot, lambda: shows(app, LockScreen))
        assert "Your session has ended." in text_of(app.screen)


async def test_the_screens_of_one_person_show_and_do_nothing_for_another(
    as_person: People, open_app: Open
) -> None:
    """A command of the same system account may have signed in somebody else."""
    context, other = as_person("acme/user"), as_person("acme/admin")
    app = open_app(context)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await signed_in(pilot, app)
        token = other.tokens.load()
        assert token is not None
        context.tokens.save(token)
        await pilot.press("r")
        await until(pilot, lambda: shows(app, LockScreen))
        assert "Your session has ended." in text_of(app.screen)


async def test_a_terminal_that_was_left_locked_asks_who_is_there(
    database: Database, tmp_path: Path, clock: FixedClock, as_person: People, open_app: Open
) -> None:
    """Killing a locked kpix and starting it again opens nothing, and ends what was locked."""
    context = as_person("acme/user")
    app = open_app(context)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await signed_in(pilot, app)
        await lock(pilot, app)
    again = open_app(context)
    async with again.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: "Password" in text_of(again.screen))
        assert again.actor is None
        assert context.tokens.load() is None
    with database.server.connect(database.name) as operator:
        found = operator.execute(
            "select count(*) from private.session"
            " where locked_at is not null and revoked_at is null"
        ).fetchone()
    assert found == (0,)


def test_leaving_a_shared_terminal_ends_the_session_on_the_server(as_person: People) -> None:
    for locked in (False, True):
        context = as_person(None)
        context.settings = replace(context.settings, shared_terminal=True)
        login = Login("user@acme.test", PASSWORD, shared=True)
        token = service.login(context, login).token
        context.tokens.save(token)
        if locked:
            context.run(sessions.lock_session)
        leave_terminal(context, None)
        assert not opens(context, token)
        rows = open_sessions(as_person("acme/user"))
        assert [row.kind for row in rows] == ["PERSONAL"]


# -- the list of sessions --------------------------------------------------------------------------


def another(as_person: People, *, shared: bool = False) -> Context:
    context = as_person(None)
    login = Login("user@acme.test", PASSWORD, shared=shared)
    context.tokens.save(service.login(context, login).token)
    return context


async def opened(pilot: Pilot[Any], app: KpixApp) -> None:
    await signed_in(pilot, app)
    app.do_sessions()
    await settled(pilot)


async def test_my_sessions_are_listed_and_ended(as_person: People, open_app: Open) -> None:
    other = another(as_person, shared=True)
    app = open_app(as_person("acme/user"))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await opened(pilot, app)
        shown = text_of(app.screen)
        assert "this one" in shown
        assert "shared terminal" in shown
        assert "2 rows" in shown
        screen: Any = app.screen
        while screen.table.current.current:
            await pilot.press("down")
        await pilot.press("d")
        await settled(pilot)
        assert "End the session of Ursula User, last used " in text_of(app.screen)
        await pilot.press("n", "enter")
        assert notices(pilot) == ["A session has nothing more to show; d ends it."]
        await pilot.press("d")
        await pilot.press("n")
        assert opens(other, None)
        await pilot.press("d", "y")
        await until(pilot, lambda: "1 row" in text_of(app.screen))
        await settled(pilot)
        assert not opens(other, None)


async def test_all_my_other_sessions_are_ended(as_person: People, open_app: Open) -> None:
    others = [another(as_person), another(as_person)]
    app = open_app(as_person("acme/user"))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await opened(pilot, app)
        await pilot.press("D", "n")
        await pilot.press("D", "y")
        await until(pilot, lambda: notices(pilot))
        assert notices(pilot) == ["2 sessions ended."]
        assert not any(opens(other, None) for other in others)
        assert opens(app.context, None)


async def test_ending_this_one_asks_who_is_there(as_person: People, open_app: Open) -> None:
    app = open_app(as_person("acme/user"))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await opened(pilot, app)
        await pilot.press("d")
        await settled(pilot)
        assert "the one you are using?" in text_of(app.screen)
        await pilot.press("y")
        await until(pilot, lambda: shows(app, LockScreen))


async def test_everybodys_sessions_are_for_administrators(
    as_person: People, open_app: Open
) -> None:
    app = open_app(as_person("acme/admin"))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await opened(pilot, app)
        await pilot.press("A")
        await settled(pilot)
        shown = text_of(app.screen)
        assert "Ursula User" in shown
        assert "4 rows" in shown
        await pilot.press("D")
        assert "These are everybody's: press A for yours." in notices(pilot)
        await pilot.press("A")
        await settled(pilot)
        assert "1 row" in text_of(app.screen)
        assert shows(app, SessionsScreen)


async def test_others_hear_why_not(as_person: People, open_app: Open) -> None:
    app = open_app(as_person("acme/viewer"))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await opened(pilot, app)
        await pilot.press("A")
        await settled(pilot)
        assert any("user:update" in said for said in notices(pilot))
        assert "My sessions" in text_of(app.screen)


# -- a code ----------------------------------------------------------------------------------------


async def test_an_invited_person_chooses_a_password_and_is_in(
    as_person: People, open_app: Open
) -> None:
    invited = as_person("acme/admin").run(
        service.invite_user, InviteUser("Zoé Neuve", "zoe@acme.test", ("VIEWER",))
    )
    app = open_app(as_person(None))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: "Password" in text_of(app.screen))
        await settled(pilot)
        for code, said in (("0000-0000", "code"), (invited.code.lower(), "")):
            await pilot.press("ctrl+r")
            await settled(pilot)
            typed = {"email": "zoe@acme.test", "code": code, "password": PASSWORD}
            for name, text in {**typed, "repeated": PASSWORD}.items():
                app.screen.query_one(f"#field-{name} LineInput", LineInput).value = text
            await pilot.press("ctrl+s")
            await settled(pilot)
            if said:
                assert shows(app, CodeForm)
                assert said in text_of(app.screen)
                await pilot.press("escape")
                await settled(pilot)
        await signed_in(pilot, app)
        assert app.actor is not None
        assert app.actor.name == "Zoé Neuve"
