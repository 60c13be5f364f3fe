"""What can be seen without a database: versions, settings, folders, log, disk."""

from __future__ import annotations

import os
import platform
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kpix_tui import __version__
from kpix_tui.app.context import Context
from kpix_tui.app.doctor.check import Check, ok, problem, warning
from kpix_tui.app.logging import log_failure
from kpix_tui.app.redaction import REDACTED, is_secret, redact_text
from kpix_tui.config import Settings, Source, setting_sources, unknown_settings
from kpix_tui.i18n.catalog import _

_ENOUGH_DISK: Final = 1_000_000_000
_LEAST_DISK: Final = 200_000_000
_OTHERS_READ: Final = stat.S_IRGRP | stat.S_IROTH
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


def machine_checks(context: Context) -> Iterator[Check]:
    """The checks that need no database, in the order in which they are read."""
    settings = context.settings
    yield ok("version", f"kpix {__version__}, Python {platform.python_version()}, {_system()}")
    yield from _settings(settings)
    if context.embedded:
        yield _folder("home", settings.home, private=False)
    yield _folder("state", settings.state, private=True)
    yield _log_file(settings)
    if context.embedded:
        yield _disk(settings.home)


def _system() -> str:
    return f"{platform.system()} {platform.release()} {platform.machine()}"


def _settings(settings: Settings) -> Iterator[Check]:
    sources = setting_sources(settings)
    said = [
        f"{name}={_masked(name, value)} ({_source(source)})"
        for name, (value, source) in sources.items()
        if source is not Source.DEFAULT
    ]
    yield ok("settings", "; ".join(said) or _("All settings have their defaults."))
    unknown = unknown_settings(settings)
    if unknown:
        yield warning(
            "settings.unknown",
            _("No setting has this name: {names}").format(names=", ".join(unknown)),
            _("Correct the spelling, or remove it; .env.example lists every setting."),
        )


def _masked(name: str, value: object) -> str:
    return REDACTED if is_secret(name) else redact_text(str(value))


def _source(source: Source) -> str:
    return {
        Source.FLAG: _("command line"),
        Source.ENVIRONMENT: _("environment"),
        Source.DOTENV: ".env",
        Source.FILE: "kpix.toml",
        Source.DEFAULT: _("default"),
    }[source]


def _folder(name: str, path: Path, *, private: bool) -> Check:
    """A folder is ours to write in; nobody else writes in it or, when private, reads it."""
    existing = _nearest(path)
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        return problem(
            name,
            _("{path} cannot be written").format(path=existing),
            _("Give it to your account, or set KPIX_HOME to another folder."),
        )
    if existing != path:
        return ok(name, _("{path} (not created yet)").format(path=path))
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (_OTHERS_WRITE | (_OTHERS_READ if private else 0)):
        return warning(
            name,
            _("{path} is open to other accounts (mode {mode})").format(
                path=path, mode=f"{mode:03o}"
            ),
            f"chmod 700 {path}",
        )
    return ok(name, str(path))


def _log_file(settings: Settings) -> Check:
    path = settings.log_file
    if not path.exists():
        return ok("log", _("{path} (not created yet)").format(path=path))
    failure = log_failure(settings)
    if failure is not None:
        return problem(
            "log",
            _("What happens is not recorded, {path} cannot be written: {reason}").format(
                path=path, reason=failure
            ),
            _("Make room on the disk, give the file and its folder to your account, or remove it."),
        )
    return ok("log", f"{path} ({path.stat().st_size // 1000} kB, {settings.log_level})")


def _disk(home: Path) -> Check:
    free = shutil.disk_usage(_nearest(home)).free
    detail = _("{free} MB free under {path}").format(free=free // 1_000_000, path=home)
    advice = _("Make room: a full disk stops the database.")
    if free < _LEAST_DISK:
        return problem("disk", detail, advice)
    if free < _ENOUGH_DISK:
        return warning("disk", detail, advice)
    return ok("disk", detail)


def _nearest(path: Path) -> Path:
    """The folder itself, or the closest one above it that exists."""
    return next(found for found in (path, *path.parents) if found.exists())
