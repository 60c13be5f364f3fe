"""Settings: flag > environment ``KPIX_*`` (``.env`` included) > TOML file > default."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Any, Final

from kpix_tui.kernel.errors import Misconfigured, Word, message


class SettingInvalid(Misconfigured):
    """A setting has a value that cannot be used."""

    code = "config.setting_invalid"
    message = message("The setting {setting} cannot be {value!r}: {reason}")


class SettingOutOfRange(SettingInvalid):
    """A number that is too small or too large to work with."""

    code = "config.setting_out_of_range"
    message = message("The setting {setting} cannot be {value!r}: it goes from {least} to {most}.")


class SettingsUnreadable(Misconfigured):
    """The settings file (or ``.env``) is not what it should be, or cannot be read."""

    code = "config.file_unreadable"
    message = message("The settings file {path} cannot be read: {reason}")


class DotenvForeign(Misconfigured):
    """The ``.env`` file of the working directory may be written by somebody else."""

    code = "config.dotenv_foreign"
    message = message(
        "Other accounts can change {path}, which says what server your password goes to. Make it"
        " yours (chown, chmod go-w), or start kpix in another folder."
    )


class TokenOnSharedTerminal(Misconfigured):
    """A session from the environment would be everybody's on a terminal that several people use."""

    code = "config.token_on_shared_terminal"
    message = message(
        "KPIX_TOKEN would sign everybody in as one person on this shared terminal: unset it."
    )


_PASSWORD: Final = re.compile(r"(//[^:/@?]*):[^/?]*(?=@)")
"""The password in the address of a server, after the name of the user."""


SHARED_LOCK_MINUTES: Final = 10
"""The idle time of a shared terminal."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that kpix can be told from outside. Durations are in seconds."""

    home: Path
    state: Path
    config_file: Path
    database_url: str | None = None
    """The server to use; without it kpix runs its own under ``home``."""
    owner_database_url: str | None = None
    """The same server as an operator (``kpix db upgrade``, ``kpix init``)."""
    sslmode: str | None = None
    """Only to ask by name for less than ``verify-full``."""
    postgres_account: str | None = None
    """The system account that runs the embedded server when kpix runs as root."""
    pool_size: int = 2
    pool_overflow: int = 1
    pooler: bool = False
    """Whether a transaction-mode pooler (PgBouncer) stands before the server."""
    connect_timeout: int = 5
    statement_timeout: int = 30
    lock_timeout: int = 5
    token: str | None = None
    shared_terminal: bool = False
    """Several people use this terminal: short sessions, nothing kept, files in one folder."""
    lock_minutes: int = 0
    """Minutes without a key after which the interface locks itself; 0: never."""
    export_folder: str | None = None
    """Where a shared terminal reads and writes files; without it ``exports`` under ``home``."""
    locale: str | None = None
    theme: str | None = None
    ascii: bool = False
    sentry_dsn: str | None = None
    log_level: str = "INFO"

    @property
    def token_file(self) -> Path:
        """Where the session of the command line is kept, mode 0600.

        Every server has a file of its own: a token is not shown to a server that did not give it,
        whoever says in a ``.env`` that this is the one to use now.
        """
        if self.database_url is None:
            return self.state / "session"
        address = _PASSWORD.sub(r"\1", self.database_url)
        return self.state / f"session-{hashlib.sha256(address.encode()).hexdigest()[:16]}"

    @property
    def exports(self) -> Path:
        """The one folder in which a shared terminal reads and writes files."""
        if self.export_folder is None:
            return self.home / "exports"
        return Path(self.export_folder).expanduser().absolute()

    @property
    def lock_after(self) -> int | None:
        """Seconds without a key after which the interface locks itself; None: never.

        On a shared terminal after :data:`SHARED_LOCK_MINUTES` at the latest, as the database does.
        """
        if not self.shared_terminal:
            return 60 * self.lock_minutes or None
        return 60 * min(self.lock_minutes or SHARED_LOCK_MINUTES, SHARED_LOCK_MINUTES)

    @property
    def log_file(self) -> Path:
        """The JSON log, rotated."""
        return self.state / "kpix.log"


_FOLDERS: Final = frozenset({"home", "state", "config_file"})
OTHER_VARIABLES: Final = frozenset(
    {"KPIX_HOME", "KPIX_CONFIG", "KPIX_PASSWORD", "KPIX_NEW_PASSWORD"}
)
"""Variables that are no fields of :class:`Settings`: the folders, and what commands ask for."""

_RANGES: Final = {
    "KPIX_POOL_SIZE": (1, 100),
    "KPIX_POOL_OVERFLOW": (0, 100),
    "KPIX_CONNECT_TIMEOUT": (1, 3_600),
    "KPIX_STATEMENT_TIMEOUT": (1, 86_400),
    "KPIX_LOCK_TIMEOUT": (1, 86_400),
    "KPIX_LOCK_MINUTES": (0, 1_440),
}
"""Every whole number among the settings: 0 connections or seconds would mean *no limit*."""
_MOST_BYTES: Final = 1_000_000
"""Of a settings file: whatever is longer is something else."""
_SHOWN: Final = 20
"""Characters of a value in a refusal."""
_BOOLEANS: Final = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")


def load_settings(
    environment: Mapping[str, str] | None = None,
    flags: Mapping[str, Any] | None = None,
    *,
    directory: Path | None = None,
) -> Settings:
    """Read the settings once, at the start of a process.

    ``flags`` are what the command line was given (``None`` values are ignored); ``directory`` is
    where a ``.env`` file is looked for (default: the working directory).

    Raises:
        SettingInvalid: a value that cannot be used, named with where it belongs.
        SettingsUnreadable: the TOML file or ``.env`` is broken, or no ordinary file.
        DotenvForeign: somebody else can write the ``.env`` file.
        TokenOnSharedTerminal: a session is given to a terminal that several people use.
    """
    environ = _with_dotenv(os.environ if environment is None else environment, directory)
    home, state, config_file = _folders(environ)
    from_file = _read_file(config_file)
    values: dict[str, Any] = {}
    for spec in fields(Settings):
        if spec.name in _FOLDERS:
            continue
        name = f"KPIX_{spec.name.upper()}"
        found = ((flags or {}).get(spec.name), environ.get(name), from_file.get(spec.name))
        given = [raw for raw in found if raw not in (None, "")]
        if given:
            values[spec.name] = _convert(name, spec.type, given[0])
    if values.get("log_level", "INFO") not in _LEVELS:
        raise SettingInvalid(
            setting="KPIX_LOG_LEVEL", value=values["log_level"], reason=" | ".join(_LEVELS)
        )
    if values.get("shared_terminal") and values.get("token"):
        raise TokenOnSharedTerminal
    return Settings(home=home, state=state, config_file=config_file, **values)


class Source(StrEnum):
    """Where a setting came from."""

    FLAG = "flag"
    ENVIRONMENT = "environment"
    DOTENV = ".env"
    FILE = "file"
    DEFAULT = "default"


def setting_sources(
    settings: Settings,
    environment: Mapping[str, str] | None = None,
    *,
    directory: Path | None = None,
) -> dict[str, tuple[Any, Source]]:
    """The value in force and the place it came from, by the name of the setting (``KPIX_…``).

    Call it in the process and the folder in which ``settings`` were read.
    """
    environ = os.environ if environment is None else environment
    dotenv = _with_dotenv({}, directory)
    from_file = _read_file(settings.config_file)
    found: dict[str, tuple[Any, Source]] = {}
    for spec in fields(Settings):
        if spec.name == "state":  # it follows from the home
            continue
        name = f"KPIX_{_ENVIRONMENT_NAMES.get(spec.name, spec.name.upper())}"
        value = getattr(settings, spec.name)
        found[name] = (value, _source_of(spec, value, name, (environ, dotenv, from_file)))
    return found


_ENVIRONMENT_NAMES: Final = {"config_file": "CONFIG"}


def _source_of(
    spec: Field[Any],
    value: Any,
    name: str,
    places: tuple[Mapping[str, str], Mapping[str, str], Mapping[str, Any]],
) -> Source:
    environ, dotenv, from_file = places
    candidates = (
        (environ.get(name), Source.ENVIRONMENT),
        (dotenv.get(name), Source.DOTENV),
        (from_file.get(spec.name), Source.FILE),
    )
    given = [(raw, source) for raw, source in candidates if raw not in (None, "")]
    if spec.name in _FOLDERS:
        return given[0][1] if given else Source.DEFAULT
    if given and _convert(name, spec.type, given[0][0]) == value:
        return given[0][1]
    return Source.DEFAULT if value == spec.default else Source.FLAG


def unknown_settings(
    settings: Settings,
    environment: Mapping[str, str] | None = None,
    *,
    directory: Path | None = None,
) -> tuple[str, ...]:
    """Names in the environment, ``.env`` and the file that are no setting: misspelt ones."""
    environ = _with_dotenv(os.environ if environment is None else environment, directory)
    names = {spec.name for spec in fields(Settings)} - _FOLDERS
    known = {f"KPIX_{name.upper()}" for name in names} | OTHER_VARIABLES
    return (
        *sorted(name for name in environ if name.startswith("KPIX_") and name not in known),
        *sorted(_read_file(settings.config_file).keys() - names),
    )


def _with_dotenv(environ: Mapping[str, str], directory: Path | None) -> dict[str, str]:
    path = (directory or Path.cwd()) / ".env"
    found: dict[str, str | None] = {}
    if path.is_file():
        from dotenv import dotenv_values  # noqa: PLC0415 - most starts have no .env

        found = dict(dotenv_values(stream=StringIO(_text_of(path, only_own=True))))
    return {k: v for k, v in found.items() if v is not None and k.startswith("KPIX_")} | dict(
        environ
    )


def _folders(environ: Mapping[str, str]) -> tuple[Path, Path, Path]:
    """KPIX_HOME holds everything when it is set; otherwise the platform's own places do."""
    if environ.get("KPIX_HOME"):
        home = Path(environ["KPIX_HOME"]).expanduser().absolute()
        return home, home / "state", Path(environ.get("KPIX_CONFIG") or home / "kpix.toml")
    from platformdirs import PlatformDirs  # noqa: PLC0415 - not needed when KPIX_HOME is set

    places = PlatformDirs("kpix", appauthor=False)
    config = Path(environ.get("KPIX_CONFIG") or Path(places.user_config_path) / "kpix.toml")
    return Path(places.user_data_path), Path(places.user_state_path), config


def _read_file(path: Path) -> dict[str, Any]:
    if not _exists(path):
        return {}
    text = _text_of(path)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of 5000 digits, a list in a list in …
        raise SettingsUnreadable(path=str(path), reason=str(error)) from error


def _exists(path: Path) -> bool:
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except (OSError, ValueError) as error:
        raise SettingsUnreadable(path=str(path), reason=str(error)) from error
    return True


def _refuse_foreign(path: Path, opened: os.stat_result) -> None:
    """The file that was opened, and not what the folder's owner puts in its place afterwards; and
    the link to it, which could lead from a folder of theirs to any file of one's own."""
    ours = (0, os.geteuid())
    if (
        opened.st_uid not in ours
        or opened.st_mode & stat.S_IWOTH
        or path.lstat().st_uid not in ours
    ):
        raise DotenvForeign(path=str(path))


def _text_of(path: Path, *, only_own: bool = False) -> str:
    """The text of a short, ordinary file: a device never ends, and a pipe may never begin.

    ``only_own`` refuses one that somebody else could have written.
    """
    reason = Word(message("it is no ordinary file of at most 1 MB"))
    try:
        if not path.is_file():
            raise SettingsUnreadable(path=str(path), reason=reason)
        with path.open("rb") as file:
            if only_own:
                _refuse_foreign(path, os.fstat(file.fileno()))
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise SettingsUnreadable(path=str(path), reason=reason)
        return content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsUnreadable(path=str(path), reason=str(error)) from error


def _convert(name: str, kind: Any, raw: Any) -> Any:
    text = str(raw)
    if "bool" in str(kind):
        if isinstance(raw, bool):
            return raw
        if text.lower() not in _BOOLEANS:
            raise SettingInvalid(setting=name, value=text, reason="1 | 0")
        return _BOOLEANS[text.lower()]
    return _number(name, text) if "int" in str(kind) else text


def _number(name: str, text: str) -> int:
    if not re.fullmatch("-?[0-9]+", text):
        raise SettingInvalid(setting=name, value=text, reason=Word(message("a whole number")))
    least, most = _RANGES[name]
    # Python refuses to read thousands of digits.
    if len(text) > len("-100000") or not least <= int(text) <= most:
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        raise SettingOutOfRange(setting=name, value=shown, least=least, most=most)
    return int(text)
