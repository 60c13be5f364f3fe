"""The one root of every error that kpix shows, and its families.

An error carries a stable ``code``, an English message template, typed parameters and the names of
the fields it concerns. It is translated when it is shown (``i18n.catalog.error_text``), never when
it is raised: the same error is a line beside a field, a sentence in a log and a JSON problem.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, ClassVar


def message(text: str) -> str:
    """Mark ``text`` for extraction into the catalogues; returns it unchanged."""
    return text


class Word(str):
    """A word of kpix itself among an error's parameters, translated when it is shown."""

    __slots__ = ()


class ExitCode(IntEnum):
    """What the command line answers to the shell."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    UNREACHABLE = 3
    FORBIDDEN = 4
    TIMED_OUT = 5
    INTERRUPTED = 130


class KpixError(Exception):
    """Something that kpix refuses or cannot do, said so that a person can act on it.

    Subclasses set ``code`` (``domain.what``, stable, unique) and ``message`` (an English template
    whose ``{placeholders}`` are filled from ``params``). ``fields`` names the inputs concerned.
    """

    code: ClassVar[str] = "kpix.error"
    message: ClassVar[str] = message("Something went wrong.")
    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED

    def __init__(self, *, fields: tuple[str, ...] = (), **params: Any) -> None:
        self.fields = fields
        self.params: dict[str, Any] = params
        super().__init__(self.code)

    def __str__(self) -> str:
        return self.message.format_map(self.params)


class InputInvalid(KpixError):
    """What was given cannot be accepted; ``fields`` says where."""

    code = "input.invalid"
    message = message("This input is not valid.")


class NotFound(KpixError):
    """It does not exist, or the actor may not know that it does."""

    code = "not_found"
    message = message("Not found.")


class Forbidden(KpixError):
    """The actor sees it and may not do this to it."""

    code = "forbidden"
    message = message("You are not allowed to do this.")
    exit_code = ExitCode.FORBIDDEN


class Conflict(KpixError):
    """It contradicts what is already there."""

    code = "conflict"
    message = message("This conflicts with what is already there.")


class StaleVersion(Conflict):
    """Somebody changed it since the actor read it."""

    code = "stale_version"
    message = message("Somebody else has changed this in the meantime: read it again.")


class Unavailable(KpixError):
    """A service that kpix needs does not answer."""

    code = "unavailable"
    message = message("The database cannot be reached: {reason}")
    exit_code = ExitCode.UNREACHABLE


class TimedOut(Unavailable):
    """The server took longer than the time kpix gives it."""

    code = "timed_out"
    message = message("The database took too long to answer, and the request was cancelled.")
    exit_code = ExitCode.TIMED_OUT


class Cancelled(KpixError):
    """The person cancelled it; nothing was written."""

    code = "cancelled"
    message = message("Cancelled: nothing was written.")
    exit_code = ExitCode.INTERRUPTED


class Misconfigured(KpixError):
    """kpix, its files or its server are set up in a way that cannot work."""

    code = "misconfigured"
    message = message("kpix is not configured correctly: {reason}")
    exit_code = ExitCode.USAGE
