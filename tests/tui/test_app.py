"""The application around the screens: start, session, actions, help, palette, look."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from kpix_tui.access.permissions import BuiltinRole
from kpix_tui.kernel.errors import Unavailable
from kpix_tui.tui import themes
from kpix_tui.tui.actions import ACTIONS, GLOBAL, Action, actions_at, bindings_for
from kpix_tui.tui.app import KpixApp
from kpix_tui.tui.commands import Command
from kpix_tui.tui.lock.screen import LockScreen
from kpix_tui.tui.login.screen import LoginScreen
from kpix_tui.tui.messages import SessionLost, SignedInAs
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.start import screen as start
from kpix_tui.tui.start.screen import StartScreen
from kpix_tui.tui.widgets.footer import KpixFooter
from kpix_tui.tui.widgets.notice import Notice
from tests.tui.hostile import HOSTILE
from tests.tui.pilots import interface, notices, on, sees, settled, text_of, until
from tests.tui.support import actor


class Plain(KpixScreen[None]):
    """A screen with the keys of the list of dashboards and nothing to read."""

    PLACE = "dashboards"
    BINDINGS = bindings_for("dashboards")

    def __init__(self, crumb: str = "Plain") -> None:
        super().__init__()
        self.crumb = crumb
        self.done: list[str] = []

    def crumbs(self) -> tuple[str, ...]:
        return (self.crumb,)

    def do_new(self) -> None:
        self.done.append("new")

    def do_refresh(self) -> None:
        self.done.append("refresh")

    def again(self) -> Plain:
        return Plain(self.crumb)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KpixApp:
    """Signed in as an administrator, on the plain screen."""
    monkeypatch.setattr(start, "resume", lambda _context: actor())
    monkeypatch.setattr(KpixApp, "do_dashboards", lambda self: self.replace_all(Plain()))
    return interface(tmp_path)


async def test_the_first_frame_does_not_wait_for_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse = True
    seen = threading.Event()

    def resume(_context: object) -> None:
        seen.wait(10)
        if refuse:
            raise Unavailable(reason="nobody listens on port 5432")

    monkeypatch.setattr(start, "resume", resume)
    monkeypatch.setattr(start, "first_run", lambda _context: False)
    app = interface(tmp_path)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        assert isinstance(app.screen, StartScreen)
        assert "Starting the database…" in text_of(app.screen)
        seen.set()
        await until(pilot, lambda: "nobody listens on port 5432" in text_of(app.screen))
        assert "kpix doctor says more." in text_of(app.screen)
        assert "Starting the database…" not in text_of(app.screen)
        refuse = False
        await pilot.press("r")
        await on(pilot, LoginScreen)


async def test_a_kept_session_goes_straight_to_the_dashboards(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await on(pilot, Plain)
        header = text_of(app.screen).splitlines()[0]
        assert "Acme › Plain" in header
        assert "Ada Lovelace · Admin · ● live" in header


@pytest.mark.parametrize(
    ("language", "spoken"), [("C.UTF-8", "fr"), ("en_GB.UTF-8", "en"), ("fr_FR.UTF-8", "fr")]
)
async def test_the_terminals_language_comes_before_the_accounts(
    app: KpixApp, monkeypatch: pytest.MonkeyPatch, language: str, spoken: str
) -> None:
    monkeypatch.setenv("LANG", language)
    french = replace(actor(), locale="fr")
    monkeypatch.setattr(start, "resume", lambda _context: french)
    app = interface(Path(app.settings.home))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await on(pilot, Plain)
        assert app.locale == spoken


async def test_a_lost_session_locks_the_terminal(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await on(pilot, Plain)
        app.post_message(SessionLost())
        await on(pilot, LockScreen)
        assert "Plain" not in text_of(app.screen)


async def test_what_is_not_available_says_why(app: KpixApp) -> None:
    async with app.run_test(size=(120, 24), notifications=True) as pilot:
        await on(pilot, Plain)
        plain = app.screen
        assert isinstance(plain, Plain)
        await pilot.press("n")
        assert plain.done == ["new"]
        app.actor = actor(BuiltinRole.VIEWER)
        await pilot.press("n")
        assert plain.done == ["new"]
        assert "Your role does not allow this (dashboard:create)." in notices(pilot)
        await pilot.press("question_mark")
        assert "Your role does not allow this (dashboard:create)." in text_of(app.screen)


async def test_help_narrows_down_while_typing(app: KpixApp) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await on(pilot, Plain)
        await pilot.press("question_mark", *"palette")
        await pilot.pause()
        shown = text_of(app.screen)
        assert "Every action, dashboard and KPI by name." in shown
        assert "Create a dashboard." not in shown
        await pilot.press("escape")
        assert isinstance(app.screen, Plain)


async def test_the_palette_does_what_is_chosen(
    app: KpixApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def find(_app: KpixApp, text: str) -> list[Command]:
        return [Command(f"{text} [/foo]", "KPI", lambda: app.open(Plain("found [/foo]")))]

    monkeypatch.setattr("kpix_tui.tui.app.find_objects", find)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await on(pilot, Plain)
        plain = app.screen
        assert isinstance(plain, Plain)
        await pilot.press("colon", *"refre", "enter")
        await settled(pilot)
        assert plain.done == ["refresh"]
        await pilot.press("ctrl+p", *"xyz")
        await until(pilot, lambda: "xyz [/foo]" in text_of(app.screen))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "found [/foo]" in text_of(app.screen))


async def test_the_palette_says_that_nothing_matches(
    app: KpixApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def find(_app: KpixApp, _text: str) -> list[Command]:
        return []

    monkeypatch.setattr("kpix_tui.tui.app.find_objects", find)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await on(pilot, Plain)
        await pilot.press("colon", *"zzzz")
        await until(pilot, lambda: "Nothing matches." in text_of(app.screen))
        palette = app.screen
        await pilot.press("down", "enter")
        assert app.screen is palette


async def test_back_and_the_previous_view(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await on(pilot, Plain)
        await pilot.press("minus")
        assert "You have not left any view yet." in notices(pilot)
        app.open(Plain("further"))
        await pilot.pause()
        app.back()
        await pilot.pause()
        assert "Acme › Plain" in text_of(app.screen)
        await pilot.press("minus")
        await pilot.pause()
        assert "Acme › further" in text_of(app.screen)
        app.back()
        app.back()
        app.back()
        await pilot.pause()
        assert "Acme › Plain" in text_of(app.screen)


async def test_hostile_names_in_header_notice_and_question(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await on(pilot, Plain)
        for text in HOSTILE:
            app.post_message(SignedInAs(actor(name=text)))
            await settled(pilot)
            app.open(Plain(text))
            await pilot.pause()
            app.screen.query_one(Notice).show(text, text)
            app.notify(text, title=text, markup=False)
            await pilot.pause()
            answers: list[bool | None] = []
            app.push_screen(Confirm(text, text, yes=text), answers.append)
            await pilot.pause()
            assert "\x1b" not in text_of(app.screen)
            await pilot.press("enter")
            assert answers == [False]
            app.back()


async def test_a_message_is_copied_over_ssh(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await on(pilot, Plain)
        notice = app.screen.query_one(Notice)
        notice.show("It went wrong under 1a2b3c4d.")
        await pilot.pause()
        app.screen.set_focus(notice)
        await pilot.press("y")
        assert app.clipboard == "It went wrong under 1a2b3c4d."


async def test_own_keys_are_used_and_shown(app: KpixApp, tmp_path: Path) -> None:
    (tmp_path / "keymap.toml").write_text('"dashboards.new" = "f"\n', encoding="utf-8")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await on(pilot, Plain)
        await sees(pilot, "f New")
        assert isinstance(app.screen, Plain)
        await pilot.press("n", "f")
        assert app.screen.done == ["new"]


async def test_a_broken_keymap_is_said_and_changes_nothing(app: KpixApp, tmp_path: Path) -> None:
    (tmp_path / "keymap.toml").write_text('"no.such" = "f"\n', encoding="utf-8")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await on(pilot, Plain)
        assert any("no.such" in said for said in notices(pilot))


async def test_the_footer_shows_a_key_once_for_the_place_that_answers(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await on(pilot, Plain)
        footer = app.screen.query_one(KpixFooter)
        filtering, leaving = (
            next(action for action in ACTIONS if action.id == name)
            for name in ("filter.clear", "nav.back")
        )
        footer.shown = ((filtering, True), (leaving, True))
        assert [row[0] for row in footer._cells()] == ["filter.clear"]


async def test_what_every_list_has_leaves_a_narrow_footer_first(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await on(pilot, Plain)
        footer = app.screen.query_one(KpixFooter)
        footer.shown = tuple(
            (action, True)
            for place in ("table", "users", GLOBAL)
            for action in actions_at(place)
            if action.footer
        )
        shown = [row[0] for row in footer._cells()]
        assert "table.sort" not in shown
        assert {"table.open", "users.invite", "users.assign", "users.code"} <= set(shown)
        assert {"users.switch", "app.help", "app.palette"} <= set(shown)


async def test_a_click_on_the_footer_does_what_the_key_does(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await on(pilot, Plain)
        assert isinstance(app.screen, Plain)
        await pilot.click("KpixFooter", offset=(1, 0))
        assert app.screen.done == ["new"]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (40, 10)])
async def test_every_size_is_drawn(app: KpixApp, size: tuple[int, int]) -> None:
    async with app.run_test(size=size, notifications=True) as pilot:
        await on(pilot, Plain)
        await until(pilot, lambda: "Plain" in text_of(app.screen))
        lines = text_of(app.screen).splitlines()
        assert "Plain" in lines[0]
        assert "? Help" in lines[-1]


async def test_ascii_terminals_get_ascii(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "resume", lambda _context: actor())
    monkeypatch.setattr(KpixApp, "do_dashboards", lambda self: self.replace_all(Plain()))
    app = interface(tmp_path, ascii=True)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: isinstance(app.screen, Plain) and text_of(app.screen))
        assert text_of(app.screen).splitlines()[0].isascii()
        assert text_of(app.screen).splitlines()[-1].isascii()


@pytest.mark.parametrize(
    ("wanted", "system", "no_color", "chosen"),
    [
        (None, "truecolor", False, themes.DARK),
        ("light", "256", False, themes.LIGHT),
        ("light", "standard", False, themes.TERMINAL),
        ("contrast", None, False, themes.TERMINAL),
        ("mono", "standard", False, themes.MONO),
        ("light", "truecolor", True, themes.MONO),
        ("no such theme", "truecolor", False, themes.DARK),
    ],
)
def test_the_theme_that_the_terminal_can_show(
    wanted: str | None, system: str | None, no_color: bool, chosen: str
) -> None:
    assert themes.choose(wanted, system, no_color=no_color) == chosen


def test_every_theme_has_every_variable_of_ours() -> None:
    for theme in themes.THEMES:
        assert set(themes.DEFAULTS) - set(theme.variables) <= {"ansi-background", "ansi-foreground"}


def test_warning_and_error_never_look_the_same() -> None:
    for theme in themes.THEMES:
        if theme.name != themes.MONO:
            assert theme.variables["status-orange"] != theme.variables["status-red"]


def test_an_action_names_its_method() -> None:
    assert Action("a.b", "", "", ("x",), ("a",)).method == "do_b"
