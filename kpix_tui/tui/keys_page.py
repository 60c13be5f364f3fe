"""Writes the keyboard page of the guide from the registry: ``python -m kpix_tui.tui.keys_page``."""

from __future__ import annotations

import sys

from kpix_tui.tui.actions import PLACES, Action, actions_at
from kpix_tui.tui.keymap import label_of

_HEAD = """# Keys

<!-- Written by `python -m kpix_tui.tui.keys_page`; change `kpix_tui/tui/actions.py` instead. -->

`?` shows the keys of the place you are in, and why one of them does not work there. Your own keys
go into `keymap.toml` beside `kpix.toml`, by the id of the action:

```toml
"dashboard.enter" = "v"
"nav.refresh" = ["r", "f5"]
```
"""


def keys_page() -> str:
    """The page, in Markdown."""
    return _HEAD + "".join(_section(place, title) for place, title in PLACES.items())


def _section(place: str, title: str) -> str:
    rows = "".join(_row(action) for action in actions_at(place))
    return f"\n## {title}\n\n| key | does | id |\n|---|---|---|\n{rows}"


def _row(action: Action) -> str:
    keys = " ".join(f"`{label_of(key)}`" for key in action.keys) or "palette"
    return f"| {keys} | {action.title}: {action.help} | `{action.id}` |\n"


if __name__ == "__main__":
    sys.stdout.write(keys_page())
