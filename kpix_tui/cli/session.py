"""What a command is given: the environment, the settings, the context, and the person to ask.

The environment is handed in, so that a command is tested without a process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click

from kpix_tui.cli.errors import ConfirmationNeeded, ParameterMissing, PasswordNeeded
from kpix_tui.cli.text import shown
from kpix_tui.i18n.catalog import _, set_locale
from kpix_tui.kernel.errors import Cancelled, KpixError

if TYPE_CHECKING:
    from kpix_tui.app.context import Context
    from kpix_tui.app.logging import SharedRotatingFile
    from kpix_tui.config import Settings
    from kpix_tui.db.uow import UnitOfWork

P = ParamSpec("P")
Result = TypeVar("Result")


def _open(settings: Settings, progress: Callable[[str], None]) -> Context:
    from kpix_tui.app.context import open_context  # noqa: PLC0415 - --help does without

    return open_context(settings, progress=progress)


def _none(_context: Context) -> int:
    raise RuntimeError("this call of kpix was given no interface")


@dataclass
class Session:
    """One call of kpix."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    opener: Callable[[Settings, Callable[[str], None]], Context] = _open
    interface: Callable[[Context], int] = _none
    """Opens the interface and answers with an exit code; the command line does not know it."""
    language: str | None = None
    """What ``--lang`` asked for."""
    shared: bool = False
    """Whether ``--shared`` said that several people use this terminal."""
    logged: bool = True
    """Whether the call needs its log; ``kpix doctor`` works without."""
    for_program: bool = False
    """Whether the answer is JSON, and so is whatever goes to stderr."""
    talkative: bool = False
    """Whether the steps of starting the database are told even where nobody watches."""

    _log: SharedRotatingFile | None = field(default=None, init=False)

    @cached_property
    def settings(self) -> Settings:
        """Read once, when a command needs them.

        Raises:
            SettingInvalid, SettingsUnreadable: they cannot be used.
        """
        from kpix_tui.config import load_settings  # noqa: PLC0415 - --help does without

        flags = {"locale": self.language, "shared_terminal": self.shared or None}
        settings = load_settings(self.environ, flags)
        if settings.locale:
            set_locale(settings.locale)
        return settings

    def speak(self) -> None:
        """Use the language of the settings, where nothing has read them yet.

        Raises:
            SettingInvalid, SettingsUnreadable: they cannot be used.
        """
        _read = self.settings

    @cached_property
    def context(self) -> Context:
        """Opened when a command needs it, with the log; the database is not touched yet.

        Raises:
            Misconfigured: the settings or the log file cannot be used.
        """
        from kpix_tui.app.logging import configure_logging  # noqa: PLC0415 - --help does without
        from kpix_tui.app.telemetry import start_telemetry  # noqa: PLC0415

        if self.logged:
            self._log = configure_logging(self.settings)
            start_telemetry(self.settings)
        return self.opener(self.settings, self._step)

    @property
    def correlation(self) -> str | None:
        """The id under which the log has this call; None where there is no log."""
        if "context" not in self.__dict__ or not self.logged:
            return None
        from kpix_tui.kernel.correlation import correlation_id  # noqa: PLC0415

        return correlation_id()

    def open_log(self) -> str | None:
        """Make sure that there is a log; returns the id of this call in it, None without one."""
        with suppress(KpixError):  # the settings or the log cannot be used: there is none
            _opened = self.context
        return self.correlation

    def run(
        self,
        use_case: Callable[Concatenate[UnitOfWork, P], Result],
        /,
        *args: P.args,
        **options: P.kwargs,
    ) -> Result:
        """Run a use case in one unit of work, as whoever is signed in."""
        return self.context.run(use_case, *args, **options)

    def file(self, name: str) -> Path:
        """The path of a file that the person named.

        Raises:
            OutsideExportFolder: a shared terminal has nothing to do there.
        """
        from kpix_tui.app.files import allowed_path  # noqa: PLC0415 - --help does without

        return allowed_path(self.settings, Path(name))

    def open_interface(self) -> int:
        """Show the interface until it is left."""
        return self.interface(self.context)

    def close(self) -> None:
        """Give the database back, if it was opened."""
        if "context" in self.__dict__:
            self.context.close()

    def warn_of_server(self) -> None:
        """Say that the server lacks security fixes; ``kpix doctor`` says it by itself."""
        if "context" not in self.__dict__ or not self.logged:
            return
        from kpix_tui.app.versions import server_warning  # noqa: PLC0415 - --help does without

        warning = server_warning(self.context)
        if warning is not None:
            self.tell(warning)

    def tell_lost_log(self) -> None:
        """Say once that the log could not be written, however many lines were lost."""
        if self._log is not None and self._log.failure is not None:
            text = _("What happened is not recorded, the log cannot be written: {reason}")
            self.tell(f"{text.format(reason=self._log.failure)} (kpix doctor)")

    def _step(self, text: str) -> None:
        if self.talkative or sys.stderr.isatty():
            self.tell(_(text) + "…")

    def tell(self, text: str) -> None:
        """Narration: on stderr, never among the data, nor among the problems a program reads."""
        if not self.for_program or sys.stderr.isatty():
            click.echo(shown(text), err=True)

    # -- asking --------------------------------------------------------------------------------

    def confirm(self, question: str, *, yes: bool) -> None:
        """Go on only if the person agrees.

        Raises:
            ConfirmationNeeded: there is nobody to ask.
            Cancelled: the answer is no.
        """
        if yes:
            return
        if not sys.stdin.isatty():
            raise ConfirmationNeeded(question=question)
        if not click.confirm(shown(question), err=True):
            raise Cancelled

    def required(self, value: str | None, option: str, label: str) -> str:
        """The value of an option, asked for where it was not given and somebody is there.

        Raises:
            ParameterMissing: there is nobody to ask.
        """
        if value is not None:
            return value
        if not sys.stdin.isatty():
            path = click.get_current_context().command_path
            raise ParameterMissing(names=option, path=path, fields=(option.lstrip("-"),))
        answer: Any = click.prompt(label, err=True)
        return str(answer)

    def password(self, label: str, *variables: str, twice: bool = False) -> str:
        """A password from the first of the environment variables that is set, or typed unseen.

        Raises:
            PasswordNeeded: no variable is set, and there is nobody to ask.
        """
        for variable in variables:
            if self.environ.get(variable):
                return self.environ[variable]
        if not sys.stdin.isatty():
            raise PasswordNeeded(variable=variables[0])
        answer = _unseen(label)
        while twice and _unseen(_("The same again")) != answer:
            click.echo(_("The two passwords are not the same."), err=True)
            answer = _unseen(label)
        return answer


def _unseen(label: str) -> str:
    answer: Any = click.prompt(label, hide_input=True, err=True)
    return str(answer)


pass_session = click.make_pass_decorator(Session)
