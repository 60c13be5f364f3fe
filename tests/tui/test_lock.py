"""Locking the terminal: nothing of what was there is seen, done or lost."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from textual.pilot import Pilot
from textual.widgets import Select

from kpix_tui.access.actor import Actor
from kpix_tui.domains.accounts.errors import LoginRefused, LoginThrottled, SessionEnded
from kpix_tui.domains.accounts.views import Login, RedeemCode
from kpix_tui.kernel.errors import Unavailable
from kpix_tui.tui.app import KpixApp
from kpix_tui.tui.dashboard.screen import DashboardScreen
from kpix_tui.tui.dashboards.form import DashboardForm
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.lock import app as locking
from kpix_tui.tui.lock.app import StillLocked
from kpix_tui.tui.lock.leave import leave_terminal
from kpix_tui.tui.lock.screen import LockScreen, SwitchScreen
from kpix_tui.tui.login.code import CodeForm
from kpix_tui.tui.login.screen import LoginScreen
from kpix_tui.tui.messages import SessionLost
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.settings.screen import SettingsScreen
from kpix_tui.tui.themes import NAMES
from kpix_tui.tui.widgets.inputs import LineInput
from tests.tui.hostile import HOSTILE
from tests.tui.pilots import interface, notices, settled, text_of, until
from tests.tui.support import FakeContext, actor
from tests.tui.world import World

SECRET = "Regional trains"
PASSWORD = "correct horse battery staple"


class Server:
    """What the server would say and do about sessions."""

    def __init__(self) -> None:
        self.done: list[tuple[str, Any]] = []
        self.refusal: Exception | None = None
        self.who: Actor = actor()

    def _refuse(self) -> None:
        if self.refusal is not None:
            refusal, self.refusal = self.refusal, None
            raise refusal

    def lock(self, _context: Any, token: str) -> None:
        self._refuse()
        self.done.append(("lock", token))

    def sign_in_again(self, context: Any, login: Login, locked: str | None) -> Actor:
        self.done.append(("login", login))
        self._refuse()
        self.done.append(("end", locked))
        context.tokens.save("new")
        return self.who

    def redeem(self, context: Any, command: RedeemCode, locked: str | None) -> Actor:
        self.done.append(("redeem", command))
        self._refuse()
        self.done.append(("end", locked))
        context.tokens.save("new")
        return self.who

    def named(self, name: str) -> list[Any]:
        return [value for kind, value in self.done if kind == name]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server()
    monkeypatch.setattr(locking, "WATCH", 3600.0)  # the tests look at the clock themselves
    monkeypatch.setattr(locking, "lock", made.lock)
    monkeypatch.setattr("kpix_tui.tui.lock.screen.sign_in_again", made.sign_in_again)
    monkeypatch.setattr("kpix_tui.tui.login.code.redeem", made.redeem)
    return made


@pytest.fixture
def app(tmp_path: Path, world: World, server: Server) -> KpixApp:
    return interface(tmp_path)


def shows(app: KpixApp, kind: type[Any]) -> bool:
    """Whether such a screen is the one that is seen."""
    return isinstance(app.screen, kind)


async def working(pilot: Pilot[Any], app: KpixApp) -> None:
    """Ada looks at a dashboard."""
    await settled(pilot)
    app.context.tokens.save("old")
    app.actor, app.live = actor(), True
    app.replace_all(DashboardsScreen())
    await settled(pilot)
    await pilot.press("down", "enter")
    await settled(pilot)
    assert SECRET in text_of(app.screen)


async def locked(pilot: Pilot[Any], app: KpixApp) -> None:
    await working(pilot, app)
    await pilot.press("ctrl+l")
    await settled(pilot)
    assert shows(app, LockScreen)


@pytest.mark.parametrize("theme", NAMES.values())
async def test_nothing_of_what_was_there_is_seen(app: KpixApp, server: Server, theme: str) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        app.theme = theme
        await locked(pilot, app)
        shown = text_of(app.screen)
        assert "Ada Lovelace" in shown
        for word in (SECRET, "Transport", "PUNCT", "Dashboards", "live"):
            assert word not in shown
        assert server.named("lock") == ["old"]


async def test_the_password_opens_it_where_one_was(app: KpixApp, server: Server) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await locked(pilot, app)
        await pilot.press(*"secret word", "enter")
        await settled(pilot)
        assert shows(app, DashboardScreen)
        assert SECRET in text_of(app.screen)
        (login,) = server.named("login")
        assert login == Login("ada@acme.test", "secret word", organization="Acme")
        assert server.named("end") == ["old"]
        assert app.context.tokens.load() == "new"
        await pilot.press("escape")
        await settled(pilot)
        assert shows(app, DashboardsScreen)


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (LoginRefused(), "not right"),
        (LoginThrottled(minutes=14), "14 minutes"),
        (Unavailable(reason="gone"), "gone"),
    ],
)
async def test_a_refusal_keeps_it_locked(
    app: KpixApp, server: Server, refusal: Exception, said: str
) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await locked(pilot, app)
        await pilot.press("enter")
        assert not server.named("login")
        server.refusal = refusal
        await pilot.press(*"wrong", "enter")
        await settled(pilot)
        assert shows(app, LockScreen)
        assert said in text_of(app.screen)
        assert app.screen.query_one(LineInput).value == ""
        await pilot.press(*"right", "enter")
        await settled(pilot)
        assert shows(app, DashboardScreen)


KEYS = ("2", "7", "colon", "ctrl+p", "question_mark", "comma", "minus", "escape", "r", "ctrl+l")


@pytest.mark.parametrize("key", ["2", "comma", "escape"])
async def test_no_key_pressed_at_once_reaches_what_was_there(
    app: KpixApp, server: Server, key: str
) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await working(pilot, app)
        await pilot.press("ctrl+l", key)  # before the lock is drawn
        await settled(pilot)
        assert shows(app, LockScreen)


async def test_no_key_of_the_application_reaches_through(app: KpixApp, server: Server) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await locked(pilot, app)
        for key in (*KEYS, "ctrl+z", "d"):
            await pilot.press(key, "tab", key, "shift+tab")
            assert shows(app, LockScreen), key
        await settled(pilot)
        assert SECRET not in text_of(app.screen)


async def test_what_is_typed_at_once_is_the_password(app: KpixApp, server: Server) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await working(pilot, app)
        await pilot.press("ctrl+l", *"2 go:d", "enter")
        await settled(pilot)
        assert [login.password for login in server.named("login")] == ["2 go:d"]


async def test_a_form_keeps_what_was_typed(app: KpixApp, server: Server, world: World) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settled(pilot)
        app.actor = actor()
        app.replace_all(DashboardsScreen())
        await settled(pilot)
        await pilot.press("n", *"Half a tit")
        await pilot.press("ctrl+l")
        await settled(pilot)
        assert "Half" not in text_of(app.screen)
        await pilot.press(*"x", "enter")
        await settled(pilot)
        assert shows(app, DashboardForm)
        await pilot.press(*"le", "ctrl+s")
        await settled(pilot)
        assert "Half a title" in {board.title for board in world.dashboards.values()}


async def test_a_lost_session_locks_and_loses_nothing(app: KpixApp, server: Server) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await working(pilot, app)
        server.refusal = SessionEnded()
        app.post_message(SessionLost())
        app.post_message(SessionLost())
        await settled(pilot)
        assert shows(app, LockScreen)
        assert "Your session has ended. Sign in again." in text_of(app.screen)
        await pilot.press(*"x", "enter")
        await settled(pilot)
        assert shows(app, DashboardScreen)


async def test_nobody_is_locked_out_who_is_not_in(app: KpixApp, server: Server) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, LoginScreen))
        await pilot.press("ctrl+l")
        await settled(pilot)
        assert shows(app, LoginScreen)
        assert not server.done


# -- while it is locked ---------------------------------------------------------------------------


async def test_an_answer_that_comes_late_waits_for_the_password(
    app: KpixApp, server: Server, monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    """A form whose save was under way would take the lock off the screen as it closes."""
    ready = threading.Event()

    def slow(uow: Any, command: Any) -> Any:
        ready.wait(10)
        return World.create_dashboard(world, uow, command)

    monkeypatch.setattr("kpix_tui.domains.dashboards.service.create_dashboard", slow)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settled(pilot)
        app.context.tokens.save("old")
        app.actor = actor()
        app.replace_all(DashboardsScreen())
        await settled(pilot)
        await pilot.press("n", *"Zanzibar", "ctrl+s")
        await pilot.press("ctrl+l")
        ready.set()
        await until(pilot, lambda: server.named("lock"))
        await pilot.pause(0.1)
        assert shows(app, LockScreen)
        assert "Zanzibar" not in text_of(app.screen)
        await pilot.press(*"x", "enter")
        await until(pilot, lambda: shows(app, DashboardScreen))
        assert "Zanzibar" in {board.title for board in world.dashboards.values()}


async def test_what_is_asked_for_meanwhile_is_done_afterwards(app: KpixApp, server: Server) -> None:
    asked: list[str] = []
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await locked(pilot, app)
        answer = asyncio.ensure_future(app.bridge.read(lambda _uow: asked.append("read")))
        await pilot.pause(0.1)
        assert not asked
        await pilot.press(*"x", "enter")
        await settled(pilot)
        await answer
        assert asked == ["read"]


async def test_what_the_locked_session_was_refused_is_begun_again(
    app: KpixApp, server: Server
) -> None:
    go, times = threading.Event(), []

    def refused_once(_uow: Any) -> str:
        go.wait(10)
        times.append(1)
        if len(times) == 1:
            raise SessionEnded
        return "read"

    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await working(pilot, app)
        answer = asyncio.ensure_future(app.bridge.read(refused_once))
        await pilot.press("ctrl+l")
        go.set()
        await until(pilot, lambda: times)
        await pilot.press(*"x", "enter")
        assert await answer == "read"


async def test_what_is_said_in_passing_is_said_afterwards(app: KpixApp, server: Server) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await working(pilot, app)
        app.notify("Copied: 1234")
        await pilot.press("ctrl+l")
        app.notify("Profit: 4321")
        await settled(pilot)
        assert "1234" not in text_of(app.screen)
        assert "4321" not in text_of(app.screen)
        await pilot.press(*"x", "enter")
        await settled(pilot)
        assert notices(pilot) == ["Profit: 4321"]


async def test_what_would_show_itself_over_the_lock_ends_the_program(
    app: KpixApp, server: Server
) -> None:
    breaches: tuple[Callable[[], object], ...] = (
        lambda: app.push_screen(Confirm("Zanzibar?")),
        lambda: app.open(DashboardsScreen()),
        app.pop_screen,
        lambda: app.switch_screen(DashboardsScreen()),
        lambda: app.replace_all(DashboardsScreen()),
        app.back,
        app.do_dashboards,
    )
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await locked(pilot, app)
        for breach in breaches:
            with pytest.raises(StillLocked):
                breach()
            assert shows(app, LockScreen)


async def test_a_server_that_cannot_be_told_is_told_later(app: KpixApp, server: Server) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await working(pilot, app)
        server.refusal = Unavailable(reason="nobody answers")
        await pilot.press("ctrl+l")
        await settled(pilot)
        assert "still open on the server" in text_of(app.screen)
        assert "nobody answers" in text_of(app.screen)
        assert not server.named("lock")
        app.look_at_the_clock()
        await settled(pilot)
        assert server.named("lock") == ["old"]
        app.look_at_the_clock()
        await settled(pilot)
        assert server.named("lock") == ["old"]


# -- somebody else --------------------------------------------------------------------------------


async def take_over(pilot: Pilot[Any], app: KpixApp) -> None:
    await locked(pilot, app)
    await pilot.press("ctrl+n")
    await settled(pilot)
    assert shows(app, SwitchScreen)


async def test_another_user_starts_afresh(app: KpixApp, server: Server) -> None:
    server.who = replace(actor(name="Grace Hopper"), user_id=UUID(int=9))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await take_over(pilot, app)
        assert "Ada" not in text_of(app.screen)
        before = app.bridge
        waiting = asyncio.ensure_future(app.bridge.write(lambda _uow: None))
        app.notify("Profit: 4321")
        await pilot.press(*"grace@acme.test", "enter", *"pass", "enter")
        await until(pilot, lambda: shows(app, DashboardsScreen))
        await settled(pilot)
        assert app.actor == server.who
        assert server.named("end") == ["old"]
        assert len(app.screen_stack) == 2
        assert app.bridge is not before
        assert notices(pilot) == []
        assert not waiting.done()
        waiting.cancel()
        await pilot.press("minus")
        assert notices(pilot) == ["You have not left any view yet."]


async def test_the_same_user_by_the_other_way_goes_on(app: KpixApp, server: Server) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await take_over(pilot, app)
        await pilot.press(*"ada@acme.test", "enter", *"pass", "enter")
        await until(pilot, lambda: shows(app, DashboardScreen))
        assert SECRET in text_of(app.screen)


async def test_escape_leads_back_to_the_lock(app: KpixApp, server: Server) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await take_over(pilot, app)
        await pilot.press("2", "ctrl+p", "colon")
        await settled(pilot)
        assert shows(app, SwitchScreen)
        await pilot.press("escape")
        await settled(pilot)
        assert shows(app, LockScreen)


async def test_the_language_can_be_chosen_behind_the_lock(app: KpixApp, server: Server) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await take_over(pilot, app)
        switch: Any = app.screen
        switch.in_other_words("grace@acme.test")
        await settled(pilot)
        assert shows(app, SwitchScreen)
        assert "grace@acme.test" in text_of(app.screen)
        assert sum(isinstance(one, LockScreen) for one in app.screen_stack) == 1


# -- a code ---------------------------------------------------------------------------------------


async def redeem(pilot: Pilot[Any], app: KpixApp, repeated: str = PASSWORD) -> None:
    await pilot.press("ctrl+r")
    await settled(pilot)
    assert shows(app, CodeForm)
    texts = {"email": "new@acme.test", "code": "abcd-efgh", "password": PASSWORD}
    for name, text in {**texts, "repeated": repeated}.items():
        app.screen.query_one(f"#field-{name} LineInput", LineInput).value = text
    await pilot.press("ctrl+s")
    await settled(pilot)


async def test_a_code_and_a_new_password_sign_in(app: KpixApp, server: Server) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, LoginScreen))
        await settled(pilot)
        await redeem(pilot, app, "something else")
        assert "not the same" in text_of(app.screen)
        assert not server.done
        await pilot.press("escape")
        await settled(pilot)
        await redeem(pilot, app)
        await until(pilot, lambda: shows(app, DashboardsScreen))
        assert server.done == [
            ("redeem", RedeemCode("new@acme.test", "abcd-efgh", PASSWORD)),
            ("end", None),
        ]


async def test_a_code_that_opens_nothing_is_said_and_kept(app: KpixApp, server: Server) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, LoginScreen))
        await settled(pilot)
        server.refusal = LoginRefused(fields=("code",))
        await redeem(pilot, app)
        assert shows(app, CodeForm)
        assert "not right" in text_of(app.screen)


async def test_a_code_opens_a_locked_terminal_too(app: KpixApp, server: Server) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await take_over(pilot, app)
        await redeem(pilot, app)
        await until(pilot, lambda: shows(app, DashboardScreen))
        assert server.named("end") == ["old"]


# -- by time --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("world", "server")
async def test_it_locks_itself_when_its_session_would_have_ended_unused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading what others change keeps the session open, and is no use."""
    now = [1000.0, 5000.0]
    monkeypatch.setattr(locking, "_now", lambda: tuple(now))
    app = interface(tmp_path)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await working(pilot, app)
        now[0] += 12 * 3600 - 1
        app.look_at_the_clock()
        assert app.locked is None
        now[0] += 1
        app.look_at_the_clock()
        await settled(pilot)
        assert "Locked: no key for 720 minutes." in text_of(app.screen)


@pytest.mark.parametrize("which", [0, 1])
async def test_it_locks_itself_by_either_clock(
    tmp_path: Path, world: World, server: Server, which: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0, 5000.0]
    monkeypatch.setattr(locking, "_now", lambda: tuple(now))
    app = interface(tmp_path, lock_minutes=5)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await working(pilot, app)
        now[which] += 299
        app.look_at_the_clock()
        assert app.locked is None
        await pilot.press("down")
        now[which] += 299
        app.look_at_the_clock()
        assert app.locked is None
        now[which] += 1
        app.look_at_the_clock()
        await settled(pilot)
        assert "Locked: no key for 5 minutes." in text_of(app.screen)


async def test_the_clock_of_the_settings_holds_at_once(app: KpixApp, server: Server) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await working(pilot, app)
        await pilot.press("comma")
        await settled(pilot)
        assert shows(app, SettingsScreen)
        app.screen.query_one("#field-lock-minutes Select", Select).value = 15
        await pilot.press("ctrl+s")
        await settled(pilot)
        assert app.settings.lock_after == 900
        assert "lock_minutes = 15" in app.settings.config_file.read_text()


async def test_who_types_for_long_on_a_shared_terminal_is_not_idle(
    tmp_path: Path, world: World, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0, 5000.0]
    asked: list[Exception | None] = []
    answers: list[Exception | None] = [None, Unavailable(reason="gone"), SessionEnded()]

    def whoami(_uow: object) -> None:
        asked.append(answers[len(asked)])
        if (refusal := asked[-1]) is not None:
            raise refusal

    monkeypatch.setattr(locking, "_now", lambda: tuple(now))
    monkeypatch.setattr("kpix_tui.domains.accounts.service.whoami", whoami)
    app = interface(tmp_path, shared_terminal=True)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settled(pilot)
        now[0] += 130
        app.look_at_the_clock()
        assert not asked  # nobody is signed in
        await working(pilot, app)
        for seconds, key, times in ((0, "up", 1), (100, "up", 1), (30, "up", 2), (130, None, 2)):
            now[0] += seconds
            if key is not None:
                await pilot.press(key)
            app.look_at_the_clock()
            await settled(pilot)
            assert len(asked) == times
        assert app.locked is None
        await pilot.press("down")
        app.look_at_the_clock()
        await settled(pilot)
        assert shows(app, LockScreen)


# -- shared terminals -----------------------------------------------------------------------------


async def test_a_shared_terminal_remembers_nothing(
    tmp_path: Path, world: World, server: Server
) -> None:
    app = interface(tmp_path, shared_terminal=True)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await working(pilot, app)
        await pilot.press("comma")
        await settled(pilot)
        assert not app.screen.query("#field-lock-minutes")
        app.screen.query_one("#field-theme Select", Select).value = "mono"
        await pilot.press("ctrl+s")
        await settled(pilot)
        assert not app.settings.config_file.exists()
        assert app.settings != app.context.settings
        app.copy_to_clipboard("1234")
        app.do_lock()
        await settled(pilot)
        assert not app.clipboard
        server.who = replace(actor(name="Grace Hopper"), user_id=UUID(int=9))
        await pilot.press("ctrl+n", *"grace@acme.test", "enter", *"pass", "enter")
        await until(pilot, lambda: shows(app, DashboardsScreen))
        assert server.named("login")[0].shared
        assert app.settings == app.context.settings
        assert list(tmp_path.iterdir()) == []


async def test_signing_out_of_a_shared_terminal_leaves_no_name(
    tmp_path: Path, world: World, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kpix_tui.tui.start.session.sign_out", lambda _context: None)
    app = interface(tmp_path, shared_terminal=True)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await working(pilot, app)
        await app.do_sign_out()
        await settled(pilot)
        assert shows(app, LoginScreen)
        assert "ada" not in text_of(app.screen).lower()
        assert "Acme" not in text_of(app.screen)


@pytest.mark.parametrize(
    ("shared", "kept", "locked", "gone", "left"),
    [
        (False, "kept", None, [], "kept"),
        (False, "kept", "kept", ["kept"], None),
        (False, "newer", "kept", ["kept"], "newer"),
        (True, "kept", None, ["kept"], None),
        (True, "kept", "kept", ["kept"], None),
        (True, None, None, [], None),
    ],
)
def test_leaving_ends_a_locked_session_and_that_of_a_shared_terminal(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    shared: bool,
    kept: str | None,
    locked: str | None,
    gone: list[str],
    left: str | None,
) -> None:
    ended: list[str] = []
    monkeypatch.setattr("kpix_tui.tui.lock.leave.end", lambda _context, token: ended.append(token))
    context: Any = FakeContext(tmp_path, shared_terminal=shared)
    context.tokens.token = kept
    leave_terminal(context, locked)
    assert (ended, context.tokens.load()) == (gone, left)


def test_leaving_while_the_server_is_away_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    context: Any = FakeContext(tmp_path, shared_terminal=True)

    def refuse(_context: Any, _token: str) -> None:
        raise Unavailable(reason="gone")

    monkeypatch.setattr("kpix_tui.tui.lock.leave.end", refuse)
    context.tokens.save("kept")
    with caplog.at_level(logging.WARNING):
        leave_terminal(context, None)
    assert context.tokens.load() is None
    assert "unavailable" in caplog.text


async def test_hostile_names_on_the_lock(app: KpixApp, server: Server) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await working(pilot, app)
        for text in HOSTILE:
            app.actor = replace(actor(name=text), organization_name=text)
            app.do_lock()
            await settled(pilot)
            assert "\x1b" not in text_of(app.screen)
            server.who = app.actor
            await pilot.press(*"x", "enter")
            await settled(pilot)
            assert app.locked is None
