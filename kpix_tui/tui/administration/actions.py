"""What can be done with keys in the administration."""

from __future__ import annotations

from typing import Final

from kpix_tui.tui.action import Action

ADMINISTRATION: Final[tuple[Action, ...]] = ()
