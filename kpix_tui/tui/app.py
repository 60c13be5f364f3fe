"""The application: one window on the terminal, who is signed in, and the way between screens."""

from __future__ import annotations

import asyncio
import signal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import UUID

from rich.console import Group
from rich.segment import Segments
from textual import events, on
from textual.binding import Binding
from textual.screen import Screen

from kpix_tui.access.actor import Actor
from kpix_tui.config import Settings
from kpix_tui.i18n.catalog import _, error_text
from kpix_tui.kernel.errors import ExitCode
from kpix_tui.tui.actions import GLOBAL, Action, action_of, bindings_for
from kpix_tui.tui.administration.places import AdministrationApp
from kpix_tui.tui.bridge import Bridge, unexpected
from kpix_tui.tui.commands import Command, Palette, actions_here, find_objects
from kpix_tui.tui.errors import KeymapInvalid
from kpix_tui.tui.keymap import load_keymap
from kpix_tui.tui.live.app import LiveApp
from kpix_tui.tui.lock.leave import leave_terminal
from kpix_tui.tui.messages import SessionLost, SignedInAs
from kpix_tui.tui.modals.help import Help
from kpix_tui.tui.overview.asked import Asked
from kpix_tui.tui.screen import KpixScreen, take_ahead
from kpix_tui.tui.search.app import SearchApp
from kpix_tui.tui.widgets.footer import available_here, reason_against
from kpix_tui.tui.widgets.inputs import TakesTab

if TYPE_CHECKING:
    from kpix_tui.app.context import Context
    from kpix_tui.domains.comments.views import Subject
    from kpix_tui.tui.comments.writer import Sheet

_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP)
_FOR_SOMEBODY: Final = (
    *("app.sign_out", "app.password", "app.lock", "app.sessions"),
    *("nav.overview", "nav.dashboards", "nav.my_work", "nav.actions", "nav.find"),
    "nav.administration",
)


class KpixApp(AdministrationApp, SearchApp, LiveApp):
    """What every screen shares. Screens do the work; this knows who and where."""

    TITLE = "kpix"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar = [
        *bindings_for(GLOBAL),
        # Obeyed before the next key is handed out, or what is typed after Tab would arrive in the
        # field that it leaves.
        Binding("tab", "app.focus_next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True),
    ]

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.settings = context.settings
        self.bridge = self.new_bridge()
        self.actor: Actor | None = None
        self.asked = Asked()
        self.own_keys: dict[str, tuple[str, ...]] = {}
        self.drafts: dict[Subject, Sheet] = {}
        """Comments that were written and not sent yet, by what they are about."""
        self._previous: KpixScreen[Any] | None = None
        self.begin_look(self.settings)

    # -- starting and stopping -----------------------------------------------------------------

    def on_load(self) -> None:
        """Language, keys and signals, before the terminal is taken over."""
        self.speak(self.locale)
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._stop, 128 + number)

    def on_mount(self) -> None:
        """Paint first; the database is looked for after the first frame."""
        from kpix_tui.tui.start.screen import StartScreen  # noqa: PLC0415 - imports this module

        self._read_keymap()
        self.push_screen(StartScreen())
        self.watch_for_idleness()

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
        self.unfollow()
        self.bridge.close()

    def _fatal_error(self) -> None:
        """Textual's crash report shows local variables, passwords among them: this one does not."""
        from rich.traceback import Traceback  # noqa: PLC0415 - brings a highlighter of every language

        said = Group(error_text(unexpected()), Traceback(show_locals=False, max_frames=6))
        lines = self.console.render(said, self.console.options)
        self._exit_renderables.append(Segments(lines))
        self._close_messages_no_wait()

    def new_bridge(self) -> Bridge:
        """Another way to the database, without what was asked for before."""
        return Bridge(self.context, self.health, self._whose)

    def _whose(self) -> UUID | None:
        return self.actor.user_id if self.actor else None

    def open_demo(self) -> None:
        """Leave this database for the demonstration's own."""
        from kpix_tui.app.context import open_context  # noqa: PLC0415 - after the first frame
        from kpix_tui.app.demo import demo_settings  # noqa: PLC0415
        from kpix_tui.tui.start.demo import DemoScreen  # noqa: PLC0415

        self.unfollow()
        self.bridge.close()
        self.context = open_context(demo_settings(self.context.settings))
        self.bridge = self.new_bridge()
        self.replace_all(DemoScreen())

    # -- actions -------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """What no widget took may have been typed ahead."""
        if event.is_printable and event.character and take_ahead(self.screen, event.character):
            event.stop().prevent_default()

    def apply_settings(self, settings: Settings) -> None:
        """Show what was changed at once."""
        self.settings = settings
        self.ascii = settings.ascii
        self.use_theme(settings.theme)
        if settings.locale and settings.locale != self.locale:
            self.speak(settings.locale)
            self.call_later(self.do_overview)

    def action_focus_next(self) -> None:
        """Tab goes on to the next field, unless the one that has the focus needs it."""
        focused: object = self.focused
        if not (isinstance(focused, TakesTab) and focused.take_tab()):
            super().action_focus_next()

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

    @property
    def timezone(self) -> str:
        """That of the organisation."""
        return self.actor.timezone if self.actor else "UTC"

    @on(SignedInAs)
    def _signed_in(self, event: SignedInAs) -> None:
        """Start on the overview, or go on behind the lock."""
        if self.unlock(event.actor):
            self.follow()
            self._redraw_headers()
            return
        self.actor = event.actor
        self.follow()
        if not self.language_chosen:
            self.speak(event.actor.locale)
        self.do_overview()

    def _redraw_headers(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, KpixScreen):
                screen.refresh_crumbs()

    @on(SessionLost)
    def _session_lost(self) -> None:
        """Whoever signs in again as the same person finds what they were typing."""
        self.lock(_("Your session has ended. Sign in again."))

    def ask_who(self) -> None:
        """Show the login."""
        from kpix_tui.tui.login.screen import LoginScreen  # noqa: PLC0415 - imports this

        self.unfollow()
        self.actor = None
        self.forget()
        self.replace_all(LoginScreen())

    def forget(self) -> None:
        """Keep nothing of whoever was here; a shared terminal is as it was at the start."""
        self.drafts.clear()
        self._previous = None
        self.asked = Asked()
        self.clear_notifications()
        if self.settings.shared_terminal:
            self.settings = self.context.settings
            self.begin_look(self.settings)
            self.speak(self.locale)
            self.wipe()

    def do_overview(self) -> None:
        """The executive view, from anywhere."""
        from kpix_tui.tui.overview.screen import OverviewScreen  # noqa: PLC0415 - imports this

        self.replace_all(OverviewScreen())

    def do_dashboards(self) -> None:
        """The list of dashboards, from anywhere."""
        from kpix_tui.tui.dashboards.screen import DashboardsScreen  # noqa: PLC0415 - imports this

        self.replace_all(DashboardsScreen())

    def do_my_work(self) -> None:
        """What I have to do, from anywhere."""
        from kpix_tui.tui.my_work.screen import MyWorkScreen  # noqa: PLC0415 - imports this

        self.replace_all(MyWorkScreen())

    def do_actions(self) -> None:
        """The action plans, from anywhere."""
        from kpix_tui.tui.plans.list import PlansScreen  # noqa: PLC0415 - imports this

        self.replace_all(PlansScreen())

    def do_settings(self) -> None:
        """Open the settings."""
        from kpix_tui.tui.settings.screen import SettingsScreen  # noqa: PLC0415 - imports this

        if not isinstance(self.screen, SettingsScreen):
            self.push_screen(SettingsScreen())

    def do_password(self) -> None:
        """Change my password."""
        from kpix_tui.tui.settings.screen import PasswordForm  # noqa: PLC0415 - imports this

        self.push_screen(PasswordForm())

    def do_sessions(self) -> None:
        """Where I am signed in."""
        from kpix_tui.tui.sessions.screen import SessionsScreen  # noqa: PLC0415 - imports this

        self.open(SessionsScreen())

    async def do_sign_out(self) -> None:
        """End the session on the server, then ask who is there."""
        from kpix_tui.tui.start.session import sign_out  # noqa: PLC0415 - imports services

        await self.bridge.call(sign_out, self.context)
        self.ask_who()

    def do_help(self) -> None:
        """The keys of this place."""
        self.push_screen(
            Help(
                [
                    (action, reason_against(self.screen, action))
                    for action, _able in available_here(self.screen)
                    if action.keys
                ]
            )
        )

    def do_palette(self) -> None:
        """Every action and every object by name."""
        self.push_screen(Palette(actions_here(self), partial(find_objects, self)), self._chosen)

    async def _chosen(self, command: Command | None) -> None:
        if command is not None:
            result = command.run()
            if asyncio.iscoroutine(result):
                await result

    # -- navigation ----------------------------------------------------------------------------

    def open(self, screen: KpixScreen[Any]) -> None:
        """Go one step further."""
        self.push_screen(screen)

    def back(self) -> None:
        """Go one step back; the first screen stays."""
        if len(self.screen_stack) > 2:
            left = self.screen
            self._previous = left.again() if isinstance(left, KpixScreen) else None
            self.pop_screen()

    def do_previous(self) -> None:
        """Back to the view that was left last."""
        if self._previous is not None:
            screen, self._previous = self._previous, None
            self.push_screen(screen)

    def why_not(self, action: Action) -> str | None:
        """Why an action of the whole application is not available now."""
        if action.id == "nav.previous" and self._previous is None:
            return _("You have not left any view yet.")
        needs_somebody = action.id in _FOR_SOMEBODY or action.id.startswith("administration.")
        return _("Sign in first.") if needs_somebody and self.actor is None else None

    def replace_all(self, screen: Screen[Any]) -> None:
        """Leave everything for ``screen``: after signing in or out."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        self.switch_screen(screen)


def run_interface(context: Context) -> int:
    """Run the interface until it is left; the answer is the exit code of the process.

    ``context`` is closed by whoever opened it; one that the interface opened itself (the
    demonstration, from the first run) is closed here.
    """
    app = KpixApp(context)
    try:
        app.run()
    finally:
        leave_terminal(app.context, app.locked_token)
        if app.context is not context:
            app.context.close()
    return app.return_code or int(ExitCode.DONE)
