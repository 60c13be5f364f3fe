"""The way to the search from anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from kpix_tui.tui.look import LookApp

if TYPE_CHECKING:
    from kpix_tui.tui.app import KpixApp


class SearchApp(LookApp):
    """What the key opens. The screen is imported when it is first wanted."""

    def do_find(self) -> None:
        """Search, or go on searching."""
        from kpix_tui.tui.search.screen import SearchScreen  # noqa: PLC0415

        if isinstance(self.screen, SearchScreen):
            self.screen.line.focus()
        else:
            cast("KpixApp", self).open(SearchScreen())
