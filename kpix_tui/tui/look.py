"""How the interface looks and speaks: theme, colours, language, and what is said in passing."""

from __future__ import annotations

import os

from textual.app import App
from textual.filter import Monochrome, NoColor
from textual.notifications import SeverityLevel
from textual.reactive import reactive

from kpix_tui.config import Settings
from kpix_tui.i18n.catalog import asked_locale, detect_locale, match_locale, set_locale
from kpix_tui.resources import styles
from kpix_tui.tui import themes
from kpix_tui.tui.filters import PlainCharacters, WithoutColour, WithoutControls
from kpix_tui.tui.widgets.text import plain


class LookApp(App[int]):
    """An application in one of our themes, without animations, that trusts no text."""

    live: reactive[bool] = reactive(False)
    """Whether what others change is shown as they do."""
    polling: reactive[bool] = reactive(False)
    """Whether it is shown a few seconds later: nobody can listen, and the database is asked."""
    ascii: bool = False
    """Only characters that any terminal has."""
    locale: str = "en"
    language_chosen: bool = False
    """Whether the settings, the environment or the person at the terminal said which."""

    def __init__(self) -> None:
        super().__init__(css_path=[str(path) for path in styles()])
        self.animation_level = "none"
        self._without_colour = WithoutColour(enabled=False)
        # Textual greys an RGB theme for NO_COLOR, which still writes colours: ours writes none.
        kept = [old for old in self._filters if not isinstance(old, Monochrome | NoColor)]
        plain_characters = PlainCharacters(lambda: self.ascii)
        self._filters = [*kept, self._without_colour, WithoutControls(), plain_characters]
        for theme in themes.THEMES:
            self.register_theme(theme)

    def begin_look(self, settings: Settings) -> None:
        """Look and speak as the settings say, or as the terminal and the environment do."""
        self.ascii = settings.ascii
        wanted = settings.locale
        self.locale = (wanted and match_locale(wanted)) or detect_locale(os.environ)
        self.language_chosen = bool(wanted or asked_locale(os.environ))
        self.use_theme(settings.theme)

    def watch_polling(self) -> None:
        """The header says so."""
        self.watch_live()

    def watch_live(self) -> None:
        """The header says so."""
        for header in self.screen.query("KpixHeader") if self.is_running else ():
            header.refresh()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables, for the moment before one of our themes is chosen."""
        return themes.DEFAULTS

    def use_theme(self, wanted: str | None) -> None:
        """Show the theme of this name, as far as the terminal can."""
        name = themes.choose(wanted, self.console.color_system, no_color=self.no_color)
        self._without_colour.enabled = name == themes.MONO
        self.theme = name

    def speak(self, locale: str) -> None:
        """Say everything in this language from here on."""
        self.locale = locale
        set_locale(locale)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Say something in passing; text from people is never markup, and stays on its lines."""
        lines = "\n".join(plain(line) for line in message.splitlines())
        super().notify(lines, title=plain(title), severity=severity, timeout=timeout, markup=markup)
