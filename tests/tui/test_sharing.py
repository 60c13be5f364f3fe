"""Sharing, who can see a dashboard, who enters values: what the keys do, and how it looks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Select

from kpix_tui.access.permissions import BuiltinRole, Level, Visibility
from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.domains.dashboards.errors import OutOfOwnSight, ShareEndInvalid
from kpix_tui.domains.dashboards.views import ShareDashboard
from kpix_tui.domains.kpis.errors import AssigneeOutOfSight
from kpix_tui.i18n.sharing import narrowed_word, why
from kpix_tui.kernel.errors import Unavailable
from kpix_tui.tui.administration.user import UserScreen
from kpix_tui.tui.dashboards.screen import DashboardsScreen
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.modals.picker import Choice, Picker
from kpix_tui.tui.sharing.access import AccessScreen
from kpix_tui.tui.sharing.entry import EntryScreen
from kpix_tui.tui.sharing.form import ShareForm
from kpix_tui.tui.sharing.screen import SharingScreen
from kpix_tui.tui.themes import MONO, NAMES
from kpix_tui.tui.widgets.fields import Field
from tests.tui.hostile import HOSTILE
from tests.tui.picture import picture
from tests.tui.pilots import interface, notices, settled, text_of, until
from tests.tui.sharing_world import Sharing, station
from tests.tui.support import actor
from tests.tui.test_snapshots import Pictures

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}


@pytest.fixture
def sharing(monkeypatch: pytest.MonkeyPatch) -> Sharing:
    made = station()
    made.install(monkeypatch)
    return made


@asynccontextmanager
async def opened(
    home: Path,
    *keys: str,
    size: str = "120x40",
    role: BuiltinRole = BuiltinRole.ADMIN,
    theme: str = "dark",
    locale: str = "en",
) -> AsyncIterator[Pilot[Any]]:
    """The interface on the list of dashboards, then these keys."""
    app = interface(home, locale=locale)
    async with app.run_test(size=SIZES[size], notifications=True) as pilot:
        await settled(pilot)
        app.actor, app.live = actor(role), True
        app._without_colour.enabled = NAMES[theme] == MONO
        app.theme = NAMES[theme]
        app.replace_all(DashboardsScreen())
        await settled(pilot)
        await press(pilot, *keys)
        yield pilot


async def press(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


def seen(pilot: Pilot[Any]) -> str:
    return text_of(pilot.app.screen)


async def search(pilot: Pilot[Any], text: str, found: str) -> None:
    """Type into the picker and wait until only what matches is there."""
    pilot.app.screen.query_one(Input).value = text
    await until(pilot, lambda: listed(pilot) == [found])


def listed(pilot: Pilot[Any]) -> list[str]:
    options = pilot.app.screen.query_one(OptionList).options
    return [str(option.prompt).split("  ")[0] for option in options]


# -- sharing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "footer"),
    [
        ("en", "n Share  e Edit  d Remove  V Visibility  o Hand over  ? Help  : Palette"),
        ("fr", "n Partager  e Modifier  d Retirer  V Visibilité  o Céder  ? Aide  : Palette"),
    ],
)
@pytest.mark.usefixtures("sharing")
async def test_a_small_terminal_offers_all_that_changes_the_sharing(
    tmp_path: Path, locale: str, footer: str
) -> None:
    async with opened(tmp_path, "down", "p", size="80x24", locale=locale) as pilot:
        assert seen(pilot).splitlines()[-1].strip() == footer


@pytest.mark.usefixtures("sharing")
async def test_shares_say_who_how_far_and_until_when(tmp_path: Path) -> None:
    async with opened(tmp_path, "down", "p") as pilot:
        assert isinstance(pilot.app.screen, SharingScreen)
        lines = seen(pilot).splitlines()
        assert lines[2].split() == ["Owner", "Ada", "Lovelace"]
        assert lines[3].startswith(" Visible to  Teams   Those who are in a team with the owner.")
        rows = [" ".join(line.split()) for line in lines[6:10]]
        assert rows[0] == "Emergency team of 3 people Contributor for good Ada Lovelace 14 Sep 2026"
        assert rows[1].startswith("Grace Hopper Manager 31 Dec 2026")
        assert rows[3].startswith("Linus Pauling Contributor ended 12 Nov 2026")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, DashboardsScreen)


@pytest.mark.usefixtures("sharing")
async def test_it_is_reached_from_a_dashboard_too(tmp_path: Path) -> None:
    async with opened(tmp_path, "down", "enter", "p") as pilot:
        assert isinstance(pilot.app.screen, SharingScreen)
        await press(pilot, "P")
        assert isinstance(pilot.app.screen, AccessScreen)
        await press(pilot, "escape", "escape", "P")
        assert isinstance(pilot.app.screen, AccessScreen)
        await press(pilot, "escape", "minus")
        assert isinstance(pilot.app.screen, AccessScreen)
        await press(pilot, "escape", "p", "escape", "minus")
        assert isinstance(pilot.app.screen, SharingScreen)
        assert "Emergency" in seen(pilot)


@pytest.mark.usefixtures("sharing")
async def test_an_empty_list_says_what_to_do(tmp_path: Path) -> None:
    async with opened(tmp_path, "p") as pilot:
        assert "It is shared with nobody by name." in seen(pilot)
        assert "Press n to share it with a person or a team." in seen(pilot)
        await press(pilot, "d", "e")
        assert notices(pilot) == ["There is nobody under the cursor."] * 2


async def test_somebody_is_found_by_name_and_let_in(tmp_path: Path, sharing: Sharing) -> None:
    async with opened(tmp_path, "down", "p", "n") as pilot:
        assert isinstance(pilot.app.screen, Picker)
        assert listed(pilot)[:2] == ["Emergency", "Laboratory"]
        assert "Edsger Dijkstra" not in listed(pilot)  # deactivated
        await search(pilot, "margaret", "Margaret Hamilton")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ShareForm)
        assert "Share “Regional trains” with Margaret Hamilton" in seen(pilot)
        assert "Sees the dashboard, its KPIs and their values." in seen(pilot)
        select: Any = pilot.app.screen.query_one("#field-level Select", Select)
        select.value = Level.MANAGER
        await settled(pilot)
        assert "Changes it and its KPIs as well, and shares it." in seen(pilot)
        pilot.app.screen.query_one("#field-until", Field).query_one(Input).value = "24/12/2026"
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, SharingScreen)
        command: ShareDashboard = next(c for name, c in sharing.asked if name == "share_dashboard")
        assert (command.level, command.until) == (Level.MANAGER, date(2026, 12, 24))
        assert "Margaret Hamilton" in seen(pilot)
        assert "24 Dec 2026" in seen(pilot)


async def test_a_share_is_changed_and_what_is_wrong_is_said_beside_it(
    tmp_path: Path, sharing: Sharing
) -> None:
    async with opened(tmp_path, "down", "p", "down", "enter") as pilot:
        assert isinstance(pilot.app.screen, ShareForm)
        until_ = pilot.app.screen.query_one("#field-until", Field)
        assert until_.raw == "31 Dec 2026"
        until_.query_one(Input).value = "soon"
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, ShareForm)
        assert until_.has_class("-failed")
        sharing.failing = ShareEndInvalid(first=date(2026, 11, 21), fields=("until",))
        until_.query_one(Input).value = "1/1/2026"
        await press(pilot, "ctrl+s")
        assert "A share can end from 21 Nov 2026 on" in seen(pilot)
        until_.query_one(Input).value = ""
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, SharingScreen)
        grace = next(one for one in sharing.shares.values() if one.name == "Grace Hopper")
        assert (grace.level, grace.until) == (Level.MANAGER, None)


async def test_a_share_is_removed_after_a_question(tmp_path: Path, sharing: Sharing) -> None:
    async with opened(tmp_path, "down", "p", "d") as pilot:
        assert isinstance(pilot.app.screen, Confirm)
        assert "Share “Regional trains” with Emergency no more?" in seen(pilot)
        await press(pilot, "n")
        assert len(sharing.shares) == 4
        await press(pilot, "d", "y")
        assert "Emergency" not in seen(pilot)
        assert len(sharing.shares) == 3


async def test_visibility_is_chosen_among_three(tmp_path: Path, sharing: Sharing) -> None:
    async with opened(tmp_path, "down", "p", "V") as pilot:
        assert listed(pilot) == ["Organisation", "Teams", "Private"]
        assert pilot.app.screen.query_one(OptionList).highlighted == 1
        await press(pilot, "escape", "V", "down", "enter")
        assert "Private   The owner, and those it is shared with." in seen(pilot)
        sharing.failing = OutOfOwnSight(title="Regional trains", fields=("visibility",))
        await press(pilot, "V", "up", "enter")
        assert "You would not see the dashboard Regional trains any more" in seen(pilot)
        board = next(iter(sharing.world.dashboards.values()))
        assert board.visibility is Visibility.PRIVATE


async def test_it_is_handed_over_after_a_question(tmp_path: Path, sharing: Sharing) -> None:
    async with opened(tmp_path, "down", "p", "o") as pilot:
        assert "Emergency" not in listed(pilot)
        await search(pilot, "niklaus", "Niklaus Wirth")
        await press(pilot, "enter")
        assert "Make Niklaus Wirth the owner of “Regional trains”?" in seen(pilot)
        assert "The KPIs on it that Ada Lovelace owns go along." in seen(pilot)
        await press(pilot, "n", "o")
        await search(pilot, "niklaus", "Niklaus Wirth")
        await press(pilot, "enter", "y")
        assert notices(pilot) == ["Niklaus Wirth owns Regional trains now, and 4 KPIs on it."]
        assert seen(pilot).splitlines()[2].split() == ["Owner", "Niklaus", "Wirth"]


async def test_who_gave_away_their_own_sight_is_back_on_the_list(
    tmp_path: Path, sharing: Sharing
) -> None:
    async with opened(tmp_path, "down", "p", "o") as pilot:
        await search(pilot, "niklaus", "Niklaus Wirth")
        await press(pilot, "enter")
        sharing.hidden = True
        await press(pilot, "y")
        assert isinstance(pilot.app.screen, DashboardsScreen)
        assert notices(pilot) == ["Niklaus Wirth owns Regional trains now, and 4 KPIs on it."]


@pytest.mark.usefixtures("sharing")
async def test_leaving_a_choice_changes_nothing(tmp_path: Path, sharing: Sharing) -> None:
    async with opened(tmp_path, "down", "p") as pilot:
        for key in ("n", "o", "V"):
            await press(pilot, key, "escape")
            assert isinstance(pilot.app.screen, SharingScreen)
        await press(pilot, "e", "escape")
        assert isinstance(pilot.app.screen, SharingScreen)
        written = {"share_dashboard", "set_visibility", "transfer_dashboard"}
        assert written.isdisjoint(name for name, _what in sharing.asked)


@pytest.mark.usefixtures("sharing")
async def test_whoever_may_not_share_is_told_so(tmp_path: Path) -> None:
    async with opened(tmp_path, "down", "p", role=BuiltinRole.VIEWER) as pilot:
        assert "Emergency" in seen(pilot)
        await press(pilot, "n", "e", "d", "V", "o")
        assert isinstance(pilot.app.screen, SharingScreen)
        assert len(notices(pilot)) == 5
        assert all("does not allow this" in said for said in notices(pilot))


# -- the picker ------------------------------------------------------------------------------------


@asynccontextmanager
async def picker(home: Path, found: Sequence[str], gate: asyncio.Event) -> AsyncIterator[Any]:
    """A picker whose answers wait for the gate; the pilot and what was chosen."""

    async def find(text: str) -> list[Choice[str]]:
        await gate.wait()
        return [Choice(name, name) for name in found if text in name]

    app = interface(home)
    chosen: list[Any] = []
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settled(pilot)
        app.push_screen(Picker("Who?", find), chosen.append)
        await pilot.pause()
        yield pilot, chosen


async def test_enter_before_the_answer_takes_only_what_alone_matches(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with picker(tmp_path, ("anna", "ann", "bob"), gate) as (pilot, chosen):
        gate.set()
        await until(pilot, lambda: listed(pilot) == ["anna", "ann", "bob"])
        gate.clear()
        pilot.app.screen.query_one(Input).value = "ann"
        await pilot.press("enter")
        gate.set()
        await until(pilot, lambda: listed(pilot) == ["anna", "ann"])
        assert chosen == []
        gate.clear()
        pilot.app.screen.query_one(Input).value = "bo"
        await pilot.press("enter")
        gate.set()
        await until(pilot, lambda: chosen)
        assert chosen == ["bob"]


async def test_nothing_that_matches_cannot_be_chosen(tmp_path: Path) -> None:
    gate = asyncio.Event()
    gate.set()
    async with picker(tmp_path, ("anna",), gate) as (pilot, chosen):
        await until(pilot, lambda: listed(pilot) == ["anna"])
        pilot.app.screen.query_one(Input).value = "zoe"
        await until(pilot, lambda: "Nothing matches." in seen(pilot))
        await press(pilot, "down", "up", "enter")
        assert chosen == []
        pilot.app.screen.query_one(Input).value = ""
        await until(pilot, lambda: listed(pilot) == ["anna"])
        await pilot.click(OptionList, offset=(3, 0))
        await settled(pilot)
        assert chosen == ["anna"]


async def test_what_went_wrong_is_said_in_the_picker(tmp_path: Path, sharing: Sharing) -> None:
    sharing.people.failing["list_teams"] = Unavailable(reason="test")
    async with opened(tmp_path, "down", "p", "n") as pilot:
        assert "The database cannot be reached: test" in seen(pilot)
        sharing.people.failing["list_teams"] = NotSignedIn()
        await press(pilot, "escape", "n")
        await until(pilot, lambda: not isinstance(pilot.app.screen, Picker | SharingScreen))


# -- who can see it --------------------------------------------------------------------------------


@pytest.mark.usefixtures("sharing")
async def test_every_reason_of_the_one_under_the_cursor_is_told(tmp_path: Path) -> None:
    async with opened(tmp_path, "down", "P") as pilot:
        assert "Ada Lovelace   may change it" in seen(pilot)
        assert "· looks after all dashboards (role ADMIN)" in seen(pilot)
        await press(pilot, "down")
        shown = seen(pilot)
        assert "shared with them as Manager, until 31 Dec 2026  +2" in shown
        assert "· shared with Emergency as Contributor" in shown
        assert "· in a team with the owner: Emergency" in shown
        await press(pilot, "r")
        assert "· in a team with the owner: Emergency" in seen(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, UserScreen)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, AccessScreen)


async def test_nobody_sees_what_is_filtered_away(tmp_path: Path, sharing: Sharing) -> None:
    sharing.access.clear()
    async with opened(tmp_path, "down", "P") as pilot:
        assert "Nobody sees it." in seen(pilot)


# -- who enters the values -------------------------------------------------------------------------

TO_ENTRY = ("down", "enter", "down", "enter", "p")


async def test_values_are_asked_of_people_and_teams(tmp_path: Path, sharing: Sharing) -> None:
    async with opened(tmp_path, *TO_ENTRY) as pilot:
        assert isinstance(pilot.app.screen, EntryScreen)
        assert "Emergency  team of 3 people" in seen(pilot)
        await press(pilot, "n")
        assert "Who enters the values of Trains on time?" in seen(pilot)
        await press(pilot, "escape", "n")
        await search(pilot, "tim", "Tim Berners-Lee")
        await press(pilot, "enter")
        assert "Tim Berners-Lee" in seen(pilot)
        await press(pilot, "d")
        assert "Ask Emergency for the values of Trains on time no more?" in seen(pilot)
        await press(pilot, "n", "d", "y")
        assert "Emergency" not in seen(pilot)
        assert len(sharing.assignments) == 2
        await press(pilot, "escape")
        assert "values by Katherine Johnson, Tim Berners-Lee" in seen(pilot)
        await press(pilot, "minus")
        assert isinstance(pilot.app.screen, EntryScreen)


async def test_what_the_use_case_refuses_is_said(tmp_path: Path, sharing: Sharing) -> None:
    async with opened(tmp_path, *TO_ENTRY, "n") as pilot:
        sharing.failing = AssigneeOutOfSight(name="Tim", dashboard="Regional trains")
        await search(pilot, "tim", "Tim Berners-Lee")
        await press(pilot, "enter")
        assert "Tim does not see the dashboard Regional trains: share it with them" in seen(pilot)
        assert len(sharing.assignments) == 2


async def test_without_anybody_the_owner_enters_them(tmp_path: Path, sharing: Sharing) -> None:
    sharing.assignments.clear()
    async with opened(tmp_path, *TO_ENTRY) as pilot:
        assert "Nobody is asked for the values: the owner enters them." in seen(pilot)
        await press(pilot, "d")
        assert notices(pilot) == ["There is nobody under the cursor."]


# -- text of other people, and looks ---------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_names(tmp_path: Path, sharing: Sharing, text: str) -> None:
    for one in list(sharing.people.users.values())[2:4]:
        sharing.people.users[one.id] = type(one)(**{**_fields(one), "name": text})
    for key, share in sharing.shares.items():
        sharing.shares[key] = type(share)(**{**_fields(share), "name": text, "shared_by": text})
    sharing.access = [type(r)(**{**_fields(r), "name": text}) for r in sharing.access]
    for board in list(sharing.world.dashboards.values()):
        changed = type(board)(**{**_fields(board), "title": text, "owner_name": text})
        sharing.world.dashboards[board.id] = changed
    async with opened(tmp_path, "p", "n", "escape", "V", "escape", size="80x24") as pilot:
        await press(pilot, "o", "enter", "n", "P", "down")
        assert isinstance(pilot.app.screen, AccessScreen)
        assert "\x1b" not in seen(pilot)


def _fields(view: Any) -> dict[str, Any]:
    return {name: getattr(view, name) for name in view.__slots__}


def test_reasons_in_words() -> None:
    assert why("ORGANIZATION") == "visible to the organisation"
    assert why("ORGANIZATION", via="USER") == "visible to the organisation (role USER)"
    assert narrowed_word("PRIVATE") == "private"
    assert narrowed_word("ORGANIZATION") == ""


LOOKS = {
    "sharing": ("down", "p"),
    "sharing-none": ("p",),
    "sharing-picker": ("down", "p", "n"),
    "sharing-form": ("down", "p", "down", "e"),
    "sharing-visibility": ("down", "p", "V"),
    "access": ("down", "P", "down"),
    "entry": TO_ENTRY,
}


@pytest.mark.usefixtures("sharing")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", LOOKS)
async def test_screen(name: str, size: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    pictures = snapshot.use_extension(Pictures)
    for theme in ("dark", "light", "mono"):
        async with opened(tmp_path, *LOOKS[name], size=size, theme=theme) as pilot:
            assert picture(pilot.app) == pictures(name=f"{name}-{size}-{theme}")


@pytest.mark.usefixtures("sharing")
@pytest.mark.parametrize("name", LOOKS)
async def test_screen_in_french(name: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with opened(tmp_path, *LOOKS[name], size="80x24", locale="fr") as pilot:
        assert picture(pilot.app) == snapshot.use_extension(Pictures)(name=f"{name}-fr")
