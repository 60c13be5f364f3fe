"""The log: one JSON object a line, in a file that only its owner reads, rotated, without secrets.

Use cases log through :mod:`logging` (``kpix.<domain>``) with a stable event name as the message
and the facts in ``extra``. Nothing is ever written to the terminal.
"""

from __future__ import annotations

import fcntl
import json
import logging
import logging.handlers
import os
import sys
import traceback
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final

from kpix_tui.app.redaction import redact, redact_text
from kpix_tui.config import Settings
from kpix_tui.kernel.correlation import correlation_id
from kpix_tui.kernel.errors import Misconfigured, message

MAX_BYTES: Final = 1_000_000
BACKUPS: Final = 5
ROOT: Final = "kpix"

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class LogUnwritable(Misconfigured):
    """The log file cannot be opened."""

    code = "app.log_unwritable"
    message = message("The log file {path} cannot be written: {reason}")


class RedactingFilter(logging.Filter):
    """Gives a record its correlation id and takes secrets out of its message and its fields."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keeps every record."""
        record.msg, record.args = redact_text(record.getMessage()), None
        for name in vars(record).keys() - _STANDARD:
            setattr(record, name, redact(getattr(record, name), name))
        if not hasattr(record, "correlation_id"):
            record.correlation_id = correlation_id()
        return True


class ImpersonalFilter(logging.Filter):
    """Keeps of a record what cannot tell who was there: the event, numbers, and where it failed.

    For shared terminals, whose log everybody there might come to read.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Keeps every record."""
        record.msg, record.args = str(record.msg), None
        for name in vars(record).keys() - _STANDARD - {"correlation_id"}:
            if not isinstance(getattr(record, name), bool | int | float):
                delattr(record, name)
        if record.exc_info:
            record.exc_text = _places(record.exc_info[1])
        return True


def _places(error: BaseException | None) -> str:
    """The types of an error and of its causes, with the functions they went through."""
    lines: list[str] = []
    while error is not None:
        lines.append(type(error).__name__)
        frames = traceback.extract_tb(error.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        error = error.__cause__ or error.__context__
    return "\n".join(lines)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, event, correlation id, then the fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
            "process": record.process,
        }
        entry |= {
            name: value
            for name, value in vars(record).items()
            if name not in _STANDARD and name not in entry
        }
        if record.exc_info:
            said = record.exc_text or self.formatException(record.exc_info)
            entry["error"] = redact_text(said)
        return json.dumps(entry, ensure_ascii=False, default=str)


class SharedRotatingFile(logging.handlers.RotatingFileHandler):
    """A rotating file of mode 0600 into which several processes write.

    Whoever finds the file too long moves it away, under a lock; the others notice that the file
    under the name is another one and go on there. ``failure`` says why the last write was lost.
    """

    def __init__(self, path: Path, *, max_bytes: int = MAX_BYTES, backups: int = BACKUPS) -> None:
        self.failure: str | None = None
        super().__init__(path, maxBytes=max_bytes, backupCount=backups, encoding="utf-8")

    def _open(self) -> TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.fchmod(handle, 0o600)
        # The name of a file need not be text: what UTF-8 does not have is escaped, and kept.
        return open(handle, "a", encoding=self.encoding, errors="backslashreplace")

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record where the log is now."""
        try:
            if not self._is_current():
                self._reopen()
        except OSError:  # its folder is gone: that must not stop what is being logged
            self.handleError(record)
        else:
            super().emit(record)

    def doRollover(self) -> None:  # noqa: N802 - logging's name
        """Move the file away, unless another process has just done so."""
        lock = os.open(f"{self.baseFilename}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._is_current():
                super().doRollover()
            else:
                self._reopen()
        finally:
            os.close(lock)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802
        """Keep the reason and say it later: the terminal may belong to the interface now."""
        self.failure = str(sys.exc_info()[1])

    def _is_current(self) -> bool:
        if self.stream is None:
            return False
        try:
            named = os.stat(self.baseFilename)
        except FileNotFoundError:
            return False
        return os.path.samestat(named, os.fstat(self.stream.fileno()))

    def _reopen(self) -> None:
        fresh = self._open()
        if self.stream is not None:
            self.stream.close()
        self.stream = fresh


def configure_logging(settings: Settings) -> SharedRotatingFile:
    """Send every log record of the process to the file under the state folder.

    kpix's own records from ``KPIX_LOG_LEVEL`` on, those of libraries from WARNING on. A shared
    terminal logs nothing about persons. Calling it again replaces what it did before.

    Raises:
        LogUnwritable: the file cannot be opened.
    """
    try:
        settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = _handler(settings)
    except OSError as error:
        reason = error.strerror or str(error)
        raise LogUnwritable(path=str(settings.log_file), reason=reason) from error
    stop_logging()
    root = logging.getLogger()
    root.addHandler(handler)
    logging.getLogger(ROOT).setLevel(settings.log_level)
    return handler


def _handler(settings: Settings) -> SharedRotatingFile:
    handler = SharedRotatingFile(settings.log_file)
    if settings.shared_terminal:
        handler.addFilter(ImpersonalFilter())
    handler.addFilter(RedactingFilter())
    handler.setFormatter(JsonFormatter())
    return handler


def log_failure(settings: Settings) -> str | None:
    """Why a line written to the log now would be lost; None when it is kept. Writes one."""
    try:
        handler = _handler(settings)
    except OSError as error:
        return str(error)
    record = {"name": f"{ROOT}.doctor", "levelname": "INFO", "msg": "log.checked"}
    handler.handle(logging.makeLogRecord(record))
    handler.close()
    return handler.failure


def stop_logging() -> None:
    """Close the log file of this process, if there is one."""
    root = logging.getLogger()
    for handler in [found for found in root.handlers if isinstance(found, SharedRotatingFile)]:
        root.removeHandler(handler)
        handler.close()
