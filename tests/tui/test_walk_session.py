"""A person's way into kpix and out of it, through the real context and a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Select

from kpix_tui.app.context import Context, open_context
from kpix_tui.app.tokens import MemoryTokens
from kpix_tui.config import load_settings
from kpix_tui.domains.accounts import service as accounts
from kpix_tui.domains.accounts.errors import LoginRefused, NotSignedIn
from kpix_tui.domains.accounts.views import Login
from kpix_tui.kernel.clock import Clock
from kpix_tui.tui.dashboard.screen import DashboardScreen
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.first_run.screen import FirstRunScreen
from kpix_tui.tui.lock.screen import LockScreen
from kpix_tui.tui.login.screen import LoginScreen
from kpix_tui.tui.settings.screen import SettingsScreen
from tests.support import databases, servers
from tests.support.databases import PASSWORD, Database
from tests.tui.pilots import fill, message, notices, on, palette, press, seen, sees, started

AsPerson = Callable[[str | None], Context]


# -- the first run -------------------------------------------------------------------------------


@pytest.fixture
def empty(
    server: servers.Server, run_id: str, tmp_path: Path, clock: Clock
) -> Iterator[Callable[..., Context]]:
    """Contexts on a database that nobody uses yet."""
    template = databases.migrated(server, run_id)
    opened: list[Context] = []
    with databases.cloned(server, template, {}) as made:

        def nobody() -> Context:
            opened.append(made.context(tmp_path, clock, None))
            return opened[-1]

        yield nobody
        for context in opened:
            context.close()


async def test_the_first_run_makes_the_organisation_and_signs_in(
    empty: Callable[[], Context],
) -> None:
    context = empty()
    async with started(context) as pilot:
        await on(pilot, FirstRunScreen)
        assert "Nobody uses this database yet." in seen(pilot)
        await press(pilot, "enter")
        await fill(
            pilot,
            organization="Northern Rail",
            name="Grace Hopper",
            email="grace@north.test",
            password=PASSWORD,
            repeated="correct horse battery stable",
            timezone="Europe/Paris",
        )
        await press(pilot, "ctrl+s")
        assert message(pilot, "repeated") == "The two passwords are not the same."
        await fill(pilot, password="too short", repeated="too short")
        await press(pilot, "ctrl+s")
        assert message(pilot, "password") == "A password has at least 12 characters."
        await fill(pilot, password=PASSWORD, repeated=PASSWORD, timezone="Europe/Atlantis")
        await press(pilot, "ctrl+s")
        assert "Europe/Atlantis" in message(pilot, "timezone")
        await fill(pilot, timezone="Europe/Paris")
        await press(pilot, "ctrl+s")
        await on(pilot, DashboardsScreen)
        assert "Northern Rail › Dashboards" in seen(pilot)
        assert "Grace Hopper · Admin · ● live" in seen(pilot)
        assert "No dashboard yet." in seen(pilot)
    whoami = context.run(accounts.whoami)
    assert (whoami.organization_name, whoami.timezone) == ("Northern Rail", "Europe/Paris")


async def test_the_first_run_can_be_left_as_it_is(empty: Callable[[], Context]) -> None:
    context = empty()
    async with started(context) as pilot:
        await on(pilot, FirstRunScreen)
        await press(pilot, "enter", "escape")
        assert isinstance(pilot.app.screen, FirstRunScreen)
        await press(pilot, "2")
        assert notices(pilot) == ["Sign in first."]
    with context.anonymous() as uow:
        assert not accounts.is_initialized(uow)


# -- signing in ----------------------------------------------------------------------------------


async def test_a_wrong_password_is_refused_and_the_right_one_opens(as_person: AsPerson) -> None:
    context = as_person(None)
    async with started(context) as pilot:
        await on(pilot, LoginScreen)
        await fill(pilot, email="user@acme.test", password="not the password")
        await press(pilot, "ctrl+s")
        assert "The e-mail or the password is not right." in seen(pilot)
        assert context.tokens.load() is None
        await fill(pilot, password=PASSWORD)
        await press(pilot, "ctrl+s")
        await on(pilot, DashboardsScreen)
        assert "Acme › Dashboards" in seen(pilot)
        assert "Ursula User · User · ● live" in seen(pilot)
    assert context.run(accounts.whoami).email == "user@acme.test"


async def test_after_five_wrong_passwords_the_account_waits(as_person: AsPerson) -> None:
    context = as_person(None)
    async with started(context) as pilot:
        await on(pilot, LoginScreen)
        await fill(pilot, email="viewer@globex.test")
        for guess in range(6):
            await fill(pilot, password=f"guess number {guess}")
            await press(pilot, "ctrl+s")
        await sees(pilot, "Try again in")
        await fill(pilot, password=PASSWORD)
        await press(pilot, "ctrl+s")
        await sees(pilot, "Try again in")
        assert isinstance(pilot.app.screen, LoginScreen)
    assert context.tokens.load() is None


async def test_nothing_is_sent_while_a_field_is_empty(as_person: AsPerson) -> None:
    async with started(as_person(None)) as pilot:
        await on(pilot, LoginScreen)
        await press(pilot, "ctrl+s")
        assert message(pilot, "email") == "Fill in this field."
        await fill(pilot, email="user@acme.test")
        await press(pilot, "enter", "enter")
        assert message(pilot, "password") == "Fill in this field."


async def test_the_login_speaks_the_language_that_is_chosen(as_person: AsPerson) -> None:
    async with started(as_person(None)) as pilot:
        await on(pilot, LoginScreen)
        await fill(pilot, email="user@acme.test")
        pilot.app.screen.query_one("#field-locale Select", Select).value = "fr"
        await sees(pilot, "Mot de passe", "user@acme.test")
        await fill(pilot, password=PASSWORD)
        await press(pilot, "ctrl+s")
        await on(pilot, DashboardsScreen)
        assert "Tableaux de bord" in seen(pilot)


# -- a session that is kept ----------------------------------------------------------------------


async def test_a_kept_session_is_taken_up_under_a_new_token(as_person: AsPerson) -> None:
    context = as_person("acme/manager")
    before = context.tokens.load()
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        assert "Max Manager · Manager · ● live" in seen(pilot)
    after = context.tokens.load()
    assert after not in (None, before)
    assert context.run(accounts.whoami).name == "Max Manager"


async def test_a_session_that_ended_elsewhere_asks_who_is_there(as_person: AsPerson) -> None:
    as_person("acme/user").run(accounts.logout)
    context = as_person("acme/user")
    async with started(context) as pilot:
        await on(pilot, LoginScreen)
    assert context.tokens.load() is None


async def test_a_token_that_somebody_set_is_not_replaced(
    database: Database, tmp_path: Path, clock: Clock
) -> None:
    token = database.tokens["acme/viewer"]
    context = open_context(replace(database.settings(tmp_path), token=token), clock)
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        assert "Vic Viewer · Viewer" in seen(pilot)
    assert context.run(accounts.whoami).name == "Vic Viewer"
    context.close()


async def test_another_kpix_that_rotated_first_costs_nobody_the_session(
    as_person: AsPerson,
) -> None:
    context, other = as_person("acme/manager"), as_person("acme/manager")

    class Shared(MemoryTokens):
        """Another kpix rotates the token right after this one has read it to present it."""

        read = 0

        def load(self) -> str | None:
            found = super().load()
            self.read += 1
            if self.read == 2:
                other.run(accounts.logout)
                self.save(accounts.login(other, Login("manager@acme.test", PASSWORD)).token)
            return found

    context.tokens = Shared(context.tokens.load())
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        assert "Max Manager" in seen(pilot)


ENDED = "Your session has ended. Sign in again."


async def test_the_palette_notices_that_the_session_has_ended(as_person: AsPerson) -> None:
    context = as_person("acme/admin")
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        context.run(accounts.logout)
        await press(pilot, "colon", *"trains")
        await on(pilot, LockScreen)
        assert ENDED in seen(pilot)
        assert "trains" not in seen(pilot)


async def test_a_session_that_ends_while_a_screen_is_open(as_person: AsPerson) -> None:
    context = as_person("acme/admin")
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        context.run(accounts.logout)
        await press(pilot, "r")
        await on(pilot, LockScreen)
        assert ENDED in seen(pilot)
        assert "Dashboards" not in seen(pilot)
        await fill(pilot, password=PASSWORD)
        await press(pilot, "enter")
        await on(pilot, DashboardsScreen)
        assert "Acme › Dashboards" in seen(pilot)
    assert context.run(accounts.whoami).email == "admin@acme.test"


async def test_what_was_typed_outlives_the_session(as_person: AsPerson) -> None:
    context = as_person("acme/admin")
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        await press(pilot, "n")
        await fill(pilot, title="Typed in time")
        context.run(accounts.logout)
        await press(pilot, "ctrl+s")
        await on(pilot, LockScreen)
        assert "Typed in time" not in seen(pilot)
        await fill(pilot, password=PASSWORD)
        await press(pilot, "enter")
        await sees(pilot, "Typed in time")
        await press(pilot, "ctrl+s")
        await on(pilot, DashboardScreen)
        assert "Typed in time" in seen(pilot)


# -- out again -----------------------------------------------------------------------------------


async def test_signing_out_ends_the_session_on_the_server(as_person: AsPerson) -> None:
    context = as_person("acme/admin")
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        token = context.tokens.load()
        await palette(pilot, "signout")
        await on(pilot, LoginScreen)
        assert context.tokens.load() is None
    with pytest.raises(NotSignedIn), context.unit_of_work(token) as uow:
        accounts.whoami(uow)


async def test_signing_out_of_a_session_that_had_ended_is_no_error(as_person: AsPerson) -> None:
    context = as_person("acme/admin")
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        context.run(accounts.logout)
        await pilot.app.do_sign_out()  # type: ignore[attr-defined]
        await on(pilot, LoginScreen)
        assert notices(pilot) == []
    assert context.tokens.load() is None


async def test_a_new_password_ends_the_other_sessions(as_person: AsPerson) -> None:
    context, other = as_person("acme/user"), as_person(None)
    other.tokens.save(accounts.login(other, Login("user@acme.test", PASSWORD)).token)
    new = "a staple of batteries for horses"
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        await palette(pilot, "password")
        await fill(pilot, current="not my password", new=new, repeated=new)
        await press(pilot, "ctrl+s")
        assert message(pilot, "current") == "The current password is not right."
        await fill(pilot, current=PASSWORD, repeated="another")
        await press(pilot, "ctrl+s")
        assert message(pilot, "repeated") == "The two passwords are not the same."
        await fill(pilot, repeated=new)
        await press(pilot, "ctrl+s")
        await on(pilot, DashboardsScreen)
        assert notices(pilot) == ["Your password has been changed."]
        await press(pilot, "r")
        assert "Ursula User · User · ● live" in seen(pilot)
    with pytest.raises(NotSignedIn):
        other.run(accounts.whoami)
    with pytest.raises(LoginRefused):
        accounts.login(other, Login("user@acme.test", PASSWORD))
    assert accounts.login(other, Login("user@acme.test", new)).token


# -- settings ------------------------------------------------------------------------------------


async def test_settings_hold_at_once_and_at_the_next_start(as_person: AsPerson) -> None:
    context = as_person("acme/admin")
    async with started(context) as pilot:
        await on(pilot, DashboardsScreen)
        await press(pilot, "comma")
        await on(pilot, SettingsScreen)
        await press(pilot, "comma")
        for name, choice in (("theme", "mono"), ("locale", "fr"), ("ascii", True)):
            pilot.app.screen.query_one(f"#field-{name} Select", Select).value = choice
        await press(pilot, "ctrl+s")
        await sees(pilot, "Acme > Tableaux de bord", "* en direct")
        assert pilot.app.theme == "kpix-mono"
    kept = load_settings({"KPIX_CONFIG": str(context.settings.config_file)})
    assert (kept.theme, kept.locale, kept.ascii) == ("mono", "fr", True)


# -- a database that goes away -------------------------------------------------------------------


async def test_a_database_that_goes_away_and_comes_back(
    as_person: AsPerson, database: Database
) -> None:
    async with started(as_person("acme/admin")) as pilot:
        await on(pilot, DashboardsScreen)
        database.put_away()
        await press(pilot, "r")
        await sees(pilot, "○ offline", "The database cannot be reached", "Press r to try again")
        await press(pilot, "n")
        await fill(pilot, title="Kept while away")
        await press(pilot, "ctrl+s")
        await sees(pilot, "The database cannot be reached", "Kept while away")
        database.bring_back()
        await press(pilot, "ctrl+s")
        await sees(pilot, "Acme › Dashboards › Kept while away", "● live")
        assert "cannot be reached" not in seen(pilot)


async def test_a_start_without_a_database_goes_on_when_it_is_there(
    as_person: AsPerson, database: Database
) -> None:
    context = as_person("acme/admin")
    context.close()
    database.put_away()
    async with started(context) as pilot:
        await sees(pilot, "The database cannot be reached")
        database.bring_back()
        await press(pilot, "r")
        await on(pilot, DashboardsScreen)
        assert "● live" in seen(pilot)
