"""The application: one window on the terminal, who is signed in, and the way between screens."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from rich.segment import Segment, Segments
from rich.traceback import Traceback
from textual import on
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter, Monochrome, NoColor
from textual.screen import Screen

from kpix_tui.access.actor import Actor
from kpix_tui.i18n.catalog import _, error_text, set_locale
from kpix_tui.kernel.errors import ExitCode
from kpix_tui.resources import styles
from kpix_tui.tui import themes
from kpix_tui.tui.actions import GLOBAL, action_of, bindings_for
from kpix_tui.tui.bridge import Bridge, unexpected
from kpix_tui.tui.errors import KeymapInvalid
from kpix_tui.tui.keymap import load_keymap
from kpix_tui.tui.messages import SessionLost, SignedInAs
from kpix_tui.tui.screen import KpixScreen
from kpix_tui.tui.widgets.footer import reason_against

if TYPE_CHECKING:
    from kpix_tui.app.context import Context

_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP)


class WithoutColour(LineFilter):
    """Takes every colour away and keeps bold, dim, underline and reverse."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The same text without colours."""
        return [
            Segment(text, style.without_color if style else None, control)
            for text, style, control in segments
        ]


class KpixApp(App[int]):
    """What every screen shares. Screens do the work; this knows who and where."""

    TITLE = "kpix"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar = bindings_for(GLOBAL)

    def __init__(self, context: Context) -> None:
        super().__init__(css_path=[str(path) for path in styles()])
        self.context = context
        self.settings = context.settings
        self.bridge = Bridge(context)
        self.actor: Actor | None = None
        self.live = False
        self.ascii = self.settings.ascii
        self.own_keys: dict[str, tuple[str, ...]] = {}
        self.animation_level = "none"
        self._without_colour = WithoutColour(enabled=False)
        self._filters = [
            kept for kept in self._filters if not isinstance(kept, Monochrome | NoColor)
        ] + [self._without_colour]
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.use_theme(self.settings.theme)

    # -- starting and stopping -----------------------------------------------------------------

    def on_load(self) -> None:
        """Language, keys and signals, before the terminal is taken over."""
        set_locale(self.settings.locale or "en")
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._stop, 128 + number)

    def on_mount(self) -> None:
        """Paint first; the database is looked for after the first frame."""
        from kpix_tui.tui.start.screen import StartScreen  # noqa: PLC0415 - imports this module

        self._read_keymap()
        self.push_screen(StartScreen())

    def _read_keymap(self) -> None:
        path = Path(self.settings.config_file).with_name("keymap.toml")
        try:
            self.own_keys = load_keymap(path)
        except KeymapInvalid as error:
            self.notify(error_text(error), severity="warning", markup=False, timeout=20)
        self.set_keymap({name: ",".join(keys) for name, keys in self.own_keys.items()})

    def _stop(self, code: int) -> None:
        self.exit(return_code=code)

    def do_quit(self) -> None:
        """Leave kpix."""
        self.exit(int(ExitCode.DONE))

    async def on_unmount(self) -> None:
        """Let go of the threads; nobody is waited for."""
        self.bridge.close()

    def _fatal_error(self) -> None:
        """Textual's crash report shows local variables, passwords among them: this one does not."""
        error = unexpected()
        trace = Traceback(show_locals=False, width=None, max_frames=6)
        for renderable in (trace, error_text(error)):
            lines = self.console.render(renderable, self.console.options)
            self._exit_renderables.append(Segments(lines))
        self._close_messages_no_wait()

    # -- look ----------------------------------------------------------------------------------

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables, for the moment before one of our themes is chosen."""
        return themes.DEFAULTS

    def use_theme(self, wanted: str | None) -> None:
        """Show the theme of this name, as far as the terminal can."""
        name = themes.choose(wanted, self.console.color_system, no_color=self.no_color)
        self._without_colour.enabled = name == themes.MONO
        self.theme = name

    # -- actions -------------------------------------------------------------------------------

    async def action_do(self, action_id: str) -> None:
        """Do an action of the registry where the focus is, or say why it cannot be done."""
        action = action_of(action_id)
        if reason := reason_against(self.screen, action):
            self.notify(reason, severity="warning", markup=False)
            return
        start = self.screen.focused or self.screen
        for node in (*start.ancestors_with_self, self):
            method = getattr(node, action.method, None)
            if method is not None:
                result = method()
                if asyncio.iscoroutine(result):
                    await result
                return

    @on(SignedInAs)
    def _signed_in(self, event: SignedInAs) -> None:
        """Start on the list of dashboards."""
        self.actor = event.actor
        self.live = True
        set_locale(self.settings.locale or event.actor.locale or "en")
        self.do_dashboards()

    @on(SessionLost)
    def _session_lost(self) -> None:
        if self.actor is not None:
            self.notify(_("Your session has ended. Sign in again."), markup=False)
            self.ask_who()

    def ask_who(self) -> None:
        """Show the login."""
        from kpix_tui.tui.login.screen import LoginScreen  # noqa: PLC0415 - imports this

        self.actor = None
        self.replace_all(LoginScreen())

    def do_dashboards(self) -> None:
        """The list of dashboards, from anywhere."""
        from kpix_tui.tui.dashboards.screen import DashboardsScreen  # noqa: PLC0415 - imports this

        self.replace_all(DashboardsScreen())

    def do_settings(self) -> None:
        """Open the settings."""
        from kpix_tui.tui.settings.screen import SettingsScreen  # noqa: PLC0415 - imports this

        if not isinstance(self.screen, SettingsScreen):
            self.push_screen(SettingsScreen())

    # -- navigation ----------------------------------------------------------------------------

    def open(self, screen: KpixScreen[Any]) -> None:
        """Go one step further."""
        self.push_screen(screen)

    def back(self) -> None:
        """Go one step back; the first screen stays."""
        if len(self.screen_stack) > 2:
            self.pop_screen()

    def replace_all(self, screen: Screen[Any]) -> None:
        """Leave everything for ``screen``: after signing in or out."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        self.switch_screen(screen)
