"""The registry of actions: no clash, no orphan, one page of documentation, the user's own keys."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from kpix_tui.tui.actions import ACTIONS, GLOBAL, PLACES, actions_at, bindings_for
from kpix_tui.tui.errors import KeymapInvalid
from kpix_tui.tui.keymap import label_of, load_keymap
from kpix_tui.tui.keys_page import keys_page

FULL_SCREENS = (
    *("dashboards", "dashboard", "kpi", "login", "first_run", "start"),
    *("sharing", "access", "entry"),
    *("administration", "users", "user", "teams", "team", "roles", "role", "holders", "review"),
)
UNSENDABLE = {"ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m", "ctrl+enter"}


def test_ids_are_unique() -> None:
    assert [name for name, n in Counter(a.id for a in ACTIONS).items() if n > 1] == []


def test_every_place_has_a_name() -> None:
    assert {place for action in ACTIONS for place in action.places} <= set(PLACES)


@pytest.mark.parametrize("place", PLACES)
def test_no_key_does_two_things_in_one_place(place: str) -> None:
    keys = Counter(key for action in actions_at(place) for key in action.keys)
    assert [key for key, n in keys.items() if n > 1] == []


@pytest.mark.parametrize("screen", FULL_SCREENS)
def test_a_screen_does_not_hide_the_keys_that_work_everywhere(screen: str) -> None:
    own = {key: a.id for a in actions_at(screen) for key in a.keys}
    everywhere = {key: a.id for a in actions_at(GLOBAL) for key in a.keys}
    hidden = {key for key in own.keys() & everywhere.keys() if key != "r"}
    assert hidden == set()


def test_lists_leave_their_keys_to_the_screen_around_them() -> None:
    table = {key for action in actions_at("table") for key in action.keys} - {"escape"}
    for screen in FULL_SCREENS:
        clash = table & {key for action in actions_at(screen, GLOBAL) for key in action.keys}
        assert clash <= ({"enter"} if screen == "first_run" else set()), screen


def test_a_plain_terminal_can_send_every_key() -> None:
    assert UNSENDABLE.isdisjoint(key for action in ACTIONS for key in action.keys)


def test_bindings_carry_the_id_of_their_action() -> None:
    assert {binding.id for binding in bindings_for("table")} == {
        action.id for action in actions_at("table")
    }


def test_the_keyboard_page_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "guide" / "keys.md"
    assert page.read_text(encoding="utf-8") == keys_page(), (
        "run: python -m kpix_tui.tui.keys_page > docs/guide/keys.md"
    )


@pytest.mark.parametrize(
    ("key", "shown"),
    [("ctrl+s", "^S"), ("slash", "/"), ("n", "n"), ("f5", "F5"), ("enter", "Enter")],
)
def test_keys_are_written_as_people_read_them(key: str, shown: str) -> None:
    assert label_of(key) == shown


def test_no_keymap_file_changes_nothing(tmp_path: Path) -> None:
    assert load_keymap(tmp_path / "keymap.toml") == {}


def test_own_keys_are_read(tmp_path: Path) -> None:
    path = tmp_path / "keymap.toml"
    path.write_text('"nav.refresh" = ["f5", "/"]\n"table.filter" = "f"\n', encoding="utf-8")
    assert load_keymap(path) == {"nav.refresh": ("f5", "slash"), "table.filter": ("f",)}


@pytest.mark.parametrize(
    "text",
    [
        "not toml at all [",
        '"no.such.action" = "x"',
        '"nav.refresh" = 5',
        '"nav.refresh" = [""]',
        '"table.filter" = "s"',
    ],
)
def test_a_keymap_that_cannot_work_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keymap.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KeymapInvalid, match="keymap"):
        load_keymap(path)
