"""The way to the places of the administration from anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from kpix_tui.access.permissions import Permission
from kpix_tui.tui.administration.reach import too_narrow
from kpix_tui.tui.look import LookApp

if TYPE_CHECKING:
    from kpix_tui.tui.app import KpixApp
    from kpix_tui.tui.screen import KpixScreen


class AdministrationApp(LookApp):
    """What the keys and the palette open. Screens are imported when they are first wanted."""

    def do_administration(self) -> None:
        """The menu."""
        from kpix_tui.tui.administration.screen import AdministrationScreen  # noqa: PLC0415

        cast("KpixApp", self).replace_all(AdministrationScreen())

    def do_users(self) -> None:
        """The people of the organisation."""
        from kpix_tui.tui.administration.users import UsersScreen  # noqa: PLC0415

        self._administrate(UsersScreen())

    def do_teams(self) -> None:
        """The teams."""
        from kpix_tui.tui.administration.teams import TeamsScreen  # noqa: PLC0415

        self._administrate(TeamsScreen())

    def do_roles(self) -> None:
        """The roles."""
        from kpix_tui.tui.administration.roles import RolesScreen  # noqa: PLC0415

        self._administrate(RolesScreen())

    def do_audit(self) -> None:
        """Who did what."""
        from kpix_tui.tui.audit.screen import AuditScreen  # noqa: PLC0415

        self._administrate(AuditScreen())

    def do_signed_in(self) -> None:
        """The sessions of everybody, of oneself for who may not see those."""
        from kpix_tui.tui.sessions.screen import SessionsScreen  # noqa: PLC0415

        actor = cast("KpixApp", self).actor
        everyone = too_narrow(actor, Permission.USER_UPDATE) is None
        self._administrate(SessionsScreen(everyone=everyone))

    def _administrate(self, screen: KpixScreen[Any]) -> None:
        """Open ``screen`` above the menu, so that Esc leads to it."""
        from kpix_tui.tui.administration.screen import AdministrationScreen  # noqa: PLC0415

        app = cast("KpixApp", self)
        if not isinstance(app.screen, AdministrationScreen):
            app.replace_all(AdministrationScreen())
        app.open(screen)
