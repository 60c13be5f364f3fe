"""Errors on stderr: one sentence for a person, a problem object (RFC 9457) with ``--json``."""

from __future__ import annotations

import logging
import sys
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click

from kpix_tui.cli import errors
from kpix_tui.cli.data import to_json
from kpix_tui.cli.session import Session
from kpix_tui.i18n.catalog import _, error_text
from kpix_tui.kernel.errors import (
    Cancelled,
    Conflict,
    Forbidden,
    InputInvalid,
    KpixError,
    Misconfigured,
    NotFound,
    TimedOut,
    Unavailable,
    message,
)

_log = logging.getLogger("kpix.cli")

_TITLES: tuple[tuple[type[KpixError], str], ...] = (
    (errors.UsageInvalid, message("The command cannot be understood")),
    (InputInvalid, message("The input cannot be accepted")),
    (NotFound, message("Not found")),
    (Forbidden, message("Not allowed")),
    (Conflict, message("Conflict")),
    (TimedOut, message("Timed out")),
    (Unavailable, message("The database cannot be reached")),
    (Cancelled, message("Cancelled")),
    (Misconfigured, message("kpix is not set up correctly")),
    (KpixError, message("Refused")),
)


def report(error: KpixError, session: Session, *, as_json: bool) -> int:
    """Say what went wrong on stderr, and in the log; returns the exit code."""
    reference = session.correlation
    if reference is not None:
        _log.info("refused", extra={"code": error.code, "exit_code": int(error.exit_code)})
    if as_json:
        click.echo(to_json(problem_of(error, reference), ascii_only=_is_ascii()), err=True)
    else:
        click.echo(_sentence(error), err=True)
    return int(error.exit_code)


def problem_of(error: KpixError, correlation_id: str | None = None) -> dict[str, Any]:
    """The error in the shape of RFC 9457, with what kpix adds: code, fields, params, exit_code."""
    problem: dict[str, Any] = {
        "type": f"urn:kpix:problem:{error.code}",
        "title": _(next(title for family, title in _TITLES if isinstance(error, family))),
        "detail": error_text(error),
        "code": error.code,
        "fields": list(error.fields),
        "params": {name: _plain(value) for name, value in error.params.items()},
        "exit_code": int(error.exit_code),
    }
    if correlation_id is not None:
        problem["correlation_id"] = correlation_id
    return problem


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | date() | datetime():
            return value
        case Decimal():
            return value if value.is_finite() else str(value)
        case KpixError():
            return value.code
        case list() | tuple() | set() | frozenset():
            return [_plain(one) for one in value]
        case _:
            return str(value)


_REMEDIES = {
    "import.number_format_ambiguous": "--decimal-mark POINT|COMMA",
    "import.dashboard_not_named": "--dashboard DASHBOARD",
    "value.period_taken": "kpix value correct --reason TEXT",
}
"""What to type, where the sentence asks for something that has a name here."""


def _sentence(error: KpixError) -> str:
    text = error_text(error)
    if error.code in _REMEDIES:
        text = f"{text.removesuffix('.')} ({_REMEDIES[error.code]})."
    options = [f"--{name.replace('_', '-')}" for name in error.fields]
    named = [name for name in options if name in _options_of_this_command() and name not in text]
    where = f"{', '.join(named)}: " if named else ""
    return f"{where}{text}"


def _options_of_this_command() -> set[str]:
    return {word.partition("=")[0] for word in sys.argv if word.startswith("--")}


def _is_ascii() -> bool:
    return not (sys.stderr.encoding or "").lower().startswith("utf")


def from_click(error: click.ClickException) -> KpixError:
    """A usage error of click in our words."""
    path = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "kpix"
    match error:
        case click.exceptions.NoSuchCommand():
            return errors.CommandUnknown(name=error.command_name, path=path)
        case click.NoSuchOption():
            return errors.OptionUnknown(name=error.option_name, path=path)
        case click.MissingParameter():
            return _missing(error, path)
        case click.exceptions.NoArgsIsHelpError():
            return errors.CommandMissing(path=path)
        case _:
            return errors.UsageInvalid(detail=error.format_message())


def _missing(error: click.MissingParameter, path: str) -> KpixError:
    param = error.param
    if param is None or error.ctx is None:
        return errors.UsageInvalid(detail=error.format_message())
    name = (
        max(param.opts, key=len)
        if isinstance(param, click.Option)
        else param.make_metavar(error.ctx)
    )
    return errors.ParameterMissing(names=name, path=path, fields=(param.name or "",))


def unexpected(error: Exception, session: Session) -> KpixError:
    """A defect: logged with its trace, shown as one sentence with the id to look for."""
    reference = session.open_log()
    if reference is None:
        return errors.UnexpectedEarly(kind=type(error).__name__, reason=str(error))
    from kpix_tui.app.telemetry import report as send  # noqa: PLC0415 - only for a defect

    _log.critical("unexpected error", exc_info=error)
    send(error)
    return errors.Unexpected(correlation=reference, log=str(session.settings.log_file))
