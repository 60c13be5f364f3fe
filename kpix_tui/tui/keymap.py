"""The user's own keys: ``keymap.toml`` beside the settings file, and how keys are written.

::

    "dashboard.enter" = "v"
    "nav.refresh" = ["r", "f5"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from textual.app import App

from kpix_tui.i18n.catalog import _
from kpix_tui.tui.actions import ACTIONS, Action
from kpix_tui.tui.errors import KeymapInvalid

Keys = Mapping[str, tuple[str, ...]]

_LABELS: Final = {
    "enter": "Enter",
    "escape": "Esc",
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "minus": "-",
    "plus": "+",
    "equals_sign": "=",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "comma": ",",
    "space": "Space",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "home": "Home",
    "end": "End",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "tab": "Tab",
    "delete": "Del",
    "backspace": "Backspace",
}
_NAMES: Final = {label: name for name, label in _LABELS.items()}


def label_of(key: str) -> str:
    """How a key is shown: ``^S`` for ``ctrl+s``, ``/`` for ``slash``."""
    if key.startswith("ctrl+"):
        return "^" + label_of(key.removeprefix("ctrl+")).upper()
    return _LABELS.get(key, key.upper() if key[:1] == "f" and key[1:].isdecimal() else key)


def keys_of(app: App[Any], action: Action) -> tuple[str, ...]:
    """The keys of an action, the user's own where there are any."""
    own: Keys = getattr(app, "own_keys", {})
    return own.get(action.id, action.keys)


def key_label(app: App[Any], action: Action, *, typing: bool = False) -> str:
    """The first key of an action as the footer shows it; ``typing``: one that types nothing."""
    labels = [label_of(key) for key in keys_of(app, action)]
    return next((label for label in labels if not typing or len(label) > 1), "")


def load_keymap(path: Path) -> dict[str, tuple[str, ...]]:
    """Read the user's keys. A file that is not there changes nothing.

    Raises:
        KeymapInvalid: not TOML, an unknown action, not a key, or a key used twice in one place.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise KeymapInvalid(path=str(path), reason=str(error)) from error
    own = {name: _keys(path, name, value) for name, value in found.items()}
    _refuse_clashes(path, own)
    return own


def _keys(path: Path, name: str, value: object) -> tuple[str, ...]:
    if name not in {action.id for action in ACTIONS}:
        raise KeymapInvalid(path=str(path), reason=_("unknown action") + f": {name}")
    keys = [value] if isinstance(value, str) else value
    if not isinstance(keys, list) or not all(isinstance(key, str) and key for key in keys):
        raise KeymapInvalid(path=str(path), reason=_("not a key") + f": {name} = {value!r}")
    return tuple(_NAMES.get(str(key), str(key)) for key in keys)


def _refuse_clashes(path: Path, own: Keys) -> None:
    taken: dict[tuple[str, str], str] = {}
    for action in ACTIONS:
        for place in action.places:
            for key in own.get(action.id, action.keys):
                other = taken.setdefault((place, key), action.id)
                if other != action.id and (action.id in own or other in own):
                    reason = _("key used twice") + f": {label_of(key)} ({other}, {action.id})"
                    raise KeymapInvalid(path=str(path), reason=reason)
