"""Forms: validation beside the field, nothing lost, the number that was understood; login."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Select

from kpix_tui.access.actor import Actor
from kpix_tui.config import SettingsUnreadable
from kpix_tui.domains.accounts.errors import (
    LoginRefused,
    LoginThrottled,
    OrganizationAmbiguous,
    PasswordTooShort,
    PasswordWrong,
)
from kpix_tui.domains.accounts.views import ChangePassword, CreateOrganization, Login
from kpix_tui.kernel.errors import Conflict, InputInvalid
from kpix_tui.tui import themes
from kpix_tui.tui.app import KpixApp
from kpix_tui.tui.first_run import screen as first_run
from kpix_tui.tui.first_run.screen import FirstRunScreen, OrganizationForm
from kpix_tui.tui.login import screen as login
from kpix_tui.tui.login.screen import LoginScreen
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.settings import screen as settings
from kpix_tui.tui.settings.file import save_settings
from kpix_tui.tui.settings.screen import PasswordForm, SettingsScreen
from kpix_tui.tui.start import screen as start
from kpix_tui.tui.widgets.fields import AreaField, ChoiceField, Field, NumberField, TextField
from kpix_tui.tui.widgets.form import FormScreen
from tests.tui.hostile import HOSTILE
from tests.tui.pilots import interface, on, settled, text_of, type_in, until
from tests.tui.support import actor
from tests.tui.test_app import Plain


class SampleForm(FormScreen[dict[str, Any]]):
    """One field of every kind."""

    def __init__(self, refusals: list[Exception] | None = None, title: str = "") -> None:
        super().__init__()
        self.refusals = refusals or []
        self.title_text = title

    def heading(self) -> str:
        return "Sample"

    def fields(self) -> list[Field[Any]]:
        return [
            TextField("title", "Title", value=self.title_text, required=True),
            NumberField("value", "Value", unit="%", locale="fr", decimals=2),
            ChoiceField("way", "Way", [(1, "up [/foo]"), (2, "down")], value=1),
            AreaField("notes", "Notes"),
        ]

    async def save(self, values: dict[str, Any]) -> dict[str, Any]:
        if self.refusals:
            raise self.refusals.pop(0)
        return values


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KpixApp:
    monkeypatch.setattr(start, "resume", lambda _context: actor())
    monkeypatch.setattr(KpixApp, "do_dashboards", lambda self: self.replace_all(Plain()))
    return interface(tmp_path)


@pytest.fixture
def nobody(app: KpixApp, monkeypatch: pytest.MonkeyPatch) -> KpixApp:
    """The same, with nobody signed in."""
    monkeypatch.setattr(start, "resume", lambda _context: None)
    monkeypatch.setattr(start, "first_run", lambda _context: False)
    return app


async def show_form(pilot: Any, form: SampleForm) -> list[Any]:
    await on(pilot, Plain)
    answers: list[Any] = []
    pilot.app.push_screen(form, answers.append)
    await settled(pilot)
    return answers


async def test_what_is_typed_comes_out(app: KpixApp) -> None:
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        form = SampleForm()
        answers = await show_form(pilot, form)
        await type_in(pilot, "  A title ")
        await pilot.press("enter")
        await type_in(pilot, "1 234,5")
        assert "= 1 234,50 %" in text_of(app.screen).replace("\u202f", " ").replace("\xa0", " ")
        await pilot.press("ctrl+s")
        await settled(pilot)
        assert answers == [{"title": "A title", "value": Decimal("1234.5"), "way": 1, "notes": ""}]


async def test_what_is_wrong_is_said_beside_the_field(app: KpixApp) -> None:
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        form = SampleForm()
        answers = await show_form(pilot, form)
        await pilot.press("tab")
        await type_in(pilot, "twelve")
        await pilot.press("ctrl+s")
        await pilot.pause()
        title, value = form.field("title"), form.field("value")
        assert title is not None
        assert value is not None
        assert title.has_class("-failed")
        assert value.has_class("-failed")
        assert "Fill in this field." in text_of(app.screen)
        assert app.focused in title.query("*")
        await type_in(pilot, "mended")
        assert not title.has_class("-failed")
        assert answers == []


async def test_a_failed_save_keeps_what_was_typed(app: KpixApp) -> None:
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        form = SampleForm([InputInvalid(fields=("title",)), Conflict()])
        answers = await show_form(pilot, form)
        await type_in(pilot, "Typed")
        await pilot.press("ctrl+s")
        await settled(pilot)
        title = form.field("title")
        assert title is not None
        assert title.has_class("-failed")
        assert title.raw == "Typed"
        await pilot.press("ctrl+s")
        await settled(pilot)
        assert "This conflicts with what is already there." in text_of(app.screen)
        assert answers == []
        await pilot.press("ctrl+s")
        await settled(pilot)
        assert answers[0]["title"] == "Typed"


async def test_leaving_asks_only_when_something_would_be_lost(app: KpixApp) -> None:
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        answers = await show_form(pilot, SampleForm(title="Before"))
        await pilot.press("escape")
        await settled(pilot)
        assert answers == [None]
        form = SampleForm(title="Before")
        answers = await show_form_again(pilot, form)
        await type_in(pilot, "After")
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, Confirm)
        await pilot.press("n")
        await pilot.pause()
        assert app.screen is form
        await pilot.press("escape", "y")
        await settled(pilot)
        assert answers == [None]


async def show_form_again(pilot: Any, form: SampleForm) -> list[Any]:
    answers: list[Any] = []
    pilot.app.push_screen(form, answers.append)
    await settled(pilot)
    return answers


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_in_fields(app: KpixApp, text: str) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        form = SampleForm(title=text)
        await show_form(pilot, form)
        assert "\x1b" not in text_of(app.screen)
        field = form.field("notes")
        assert field is not None
        field.focus()
        await pilot.press(*list("[/foo]"))
        await pilot.press("ctrl+s")
        await settled(pilot)


async def test_a_form_fits_a_small_terminal(app: KpixApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await show_form(pilot, SampleForm())
        shown = text_of(app.screen)
        assert "Sample" in shown
        assert "^S Save" in shown


# -- login and first run -----------------------------------------------------------------------


def refusing(*answers: Exception | Actor) -> tuple[list[Login], Any]:
    """A sign-in that gives these answers, one after the other."""
    asked: list[Login] = []
    left = list(answers)

    def sign_in(_context: object, command: Login) -> Actor:
        asked.append(command)
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return asked, sign_in


async def sign_in_as(pilot: Any, email: str, password: str) -> None:
    await on(pilot, LoginScreen)
    await until(pilot, lambda: pilot.app.focused)
    await type_in(pilot, email)
    await pilot.press("enter")
    await type_in(pilot, password)
    await pilot.press("enter")
    await settled(pilot)


async def test_login(nobody: KpixApp, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, sign_in = refusing(LoginRefused(), LoginThrottled(minutes=12), actor())
    monkeypatch.setattr(login, "sign_in", sign_in)
    async with nobody.run_test(size=(80, 24), notifications=True) as pilot:
        await sign_in_as(pilot, "ada@acme.test", "  wrong ")
        assert "The e-mail or the password is not right." in text_of(nobody.screen)
        await pilot.press("enter")
        await settled(pilot)
        assert "Try again in 12 minutes." in text_of(nobody.screen)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(nobody.screen, Plain))
        assert asked[0] == Login("ada@acme.test", "  wrong ")
        assert "wrong" not in text_of(nobody.screen)


async def test_login_asks_which_organisation(
    nobody: KpixApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    ambiguous = OrganizationAmbiguous(names="Acme, Globex", fields=("organization",))
    asked, sign_in = refusing(ambiguous, actor())
    monkeypatch.setattr(login, "sign_in", sign_in)
    async with nobody.run_test(size=(80, 24), notifications=True) as pilot:
        await sign_in_as(pilot, "ada@acme.test", "right")
        select: Any = nobody.screen.query_one("#field-organization Select", Select)
        select.value = "Globex"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(nobody.screen, Plain))
        assert asked[-1].organization == "Globex"


async def test_login_needs_both_fields(nobody: KpixApp) -> None:
    async with nobody.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: isinstance(nobody.screen, LoginScreen))
        await pilot.press("ctrl+s")
        assert "Fill in this field." in text_of(nobody.screen)


async def test_login_in_another_language_keeps_the_email(nobody: KpixApp) -> None:
    async with nobody.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: isinstance(nobody.screen, LoginScreen))
        await until(pilot, lambda: nobody.focused)
        await type_in(pilot, "ada@acme.test")
        select: Any = nobody.screen.query_one("#field-locale Select", Select)
        select.value = "fr"
        await until(pilot, lambda: nobody.locale == "fr")
        await settled(pilot)
        email: Any = nobody.screen.query_one("#field-email", Field)
        assert email.raw == "ada@acme.test"


async def test_the_first_organisation(nobody: KpixApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "first_run", lambda _context: True)
    made: list[CreateOrganization] = []

    def create(_context: object, command: CreateOrganization) -> Actor:
        made.append(command)
        if len(command.password) < 12:
            raise PasswordTooShort(minimum=12, fields=("password",))
        return actor()

    monkeypatch.setattr(first_run, "create_organization", create)
    async with nobody.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: isinstance(nobody.screen, FirstRunScreen))
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(nobody.screen, OrganizationForm)
        for text in ("Acme", "Ada", "ada@acme.test", "short", "shirt"):
            await type_in(pilot, text)
            await pilot.press("enter")
        await pilot.press("ctrl+s")
        await settled(pilot)
        assert "The two passwords are not the same." in text_of(nobody.screen)
        await type_in(pilot, "short")
        await pilot.press("ctrl+s")
        await settled(pilot)
        assert "A password has at least 12 characters." in text_of(nobody.screen)
        for name in ("password", "repeated"):
            field: Any = nobody.screen.query_one(f"#field-{name}", Field)
            field.focus()
            await pilot.pause()
            await type_in(pilot, "correct horse battery")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(nobody.screen, Plain))
        assert made[-1].organization == "Acme"
        assert made[-1].email == "ada@acme.test"


# -- settings ----------------------------------------------------------------------------------


async def test_settings_hold_at_once_and_at_the_next_start(app: KpixApp, tmp_path: Path) -> None:
    (tmp_path / "kpix.toml").write_text('# mine\nlog_level = "DEBUG"\n', encoding="utf-8")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await on(pilot, Plain)
        await pilot.press("comma")
        await settled(pilot)
        assert isinstance(app.screen, SettingsScreen)
        for name, value in (("theme", "mono"), ("ascii", True)):
            select: Any = app.screen.query_one(f"#field-{name} Select", Select)
            select.value = value
        await pilot.press("ctrl+s")
        await settled(pilot)
        assert app.theme == themes.MONO
        assert app.ascii
        written = (tmp_path / "kpix.toml").read_text(encoding="utf-8")
        assert written.startswith("# mine\n")
        assert tomllib.loads(written) == {
            "log_level": "DEBUG",
            "theme": "mono",
            "locale": "en",
            "ascii": True,
            "lock_minutes": 0,
        }


async def test_another_password(app: KpixApp, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[ChangePassword] = []

    def change(_context: object, command: ChangePassword) -> None:
        given.append(command)
        if command.current != "old password":
            raise PasswordWrong(fields=("current",))

    monkeypatch.setattr(settings, "change_password", change)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await on(pilot, Plain)
        app.do_password()
        await settled(pilot)
        for text in ("wrong", "new password", "new password"):
            await type_in(pilot, text)
            await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, PasswordForm)
        assert "The current password is not right." in text_of(app.screen)
        await type_in(pilot, "old password")
        await pilot.press("ctrl+s")
        await on(pilot, Plain)
        assert given[-1].new == "new password"


def test_settings_are_changed_in_place(tmp_path: Path) -> None:
    path = tmp_path / "a" / "kpix.toml"
    save_settings(path, {"theme": 'da"rk', "ascii": False, "lock_minutes": 5})
    assert tomllib.loads(path.read_text(encoding="utf-8")) == {
        "theme": 'da"rk',
        "ascii": False,
        "lock_minutes": 5,
    }
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text('theme = "x" # why\n[table]\ntheme = "y"\n', encoding="utf-8")
    save_settings(path, {"theme": "light", "locale": "fr"})
    assert tomllib.loads(path.read_text(encoding="utf-8")) == {
        "theme": "light",
        "locale": "fr",
        "table": {"theme": "y"},
    }


def test_a_broken_settings_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "kpix.toml"
    path.write_text("not toml [", encoding="utf-8")
    with pytest.raises(SettingsUnreadable):
        save_settings(path, {"theme": "light"})
    assert path.read_text(encoding="utf-8") == "not toml ["
