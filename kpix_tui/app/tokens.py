"""Where the session token is kept between commands: a file of mode 0600, memory, or the
environment."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from kpix_tui.app.files import replace_file
from kpix_tui.config import Settings
from kpix_tui.kernel.errors import Misconfigured, message


class SessionFileUnusable(Misconfigured):
    """The file that keeps the session cannot be read or written."""

    code = "app.session_file_unusable"
    message = message("The session cannot be kept in {path}: {reason}")


class TokenStore(Protocol):
    """Keeps one session token."""

    def load(self) -> str | None:
        """The token, or None when nobody is signed in."""
        ...

    def save(self, token: str) -> None:
        """Keep ``token`` instead of the one before."""
        ...

    def clear(self) -> None:
        """Forget the token."""
        ...


class FileTokens:
    """A file that only its owner can read; every process of the user shares it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> str | None:
        """Read anew each time: another process may have rotated the token."""
        try:
            # What is no token after all is nobody's: the database says so, and login replaces it.
            return self._path.read_text(encoding="ascii", errors="replace").strip() or None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SessionFileUnusable(path=str(self._path), reason=str(error.strerror)) from error

    def save(self, token: str) -> None:
        """Replace the file in one step, so that no reader ever sees half a token."""
        try:
            replace_file(self._path, token + "\n")
        except OSError as error:
            raise SessionFileUnusable(path=str(self._path), reason=str(error.strerror)) from error

    def clear(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)


class MemoryTokens:
    """For shared terminals, ``KPIX_TOKEN`` and tests: nothing is written anywhere."""

    def __init__(self, token: str | None = None) -> None:
        self._token = token

    def load(self) -> str | None:
        """The token."""
        return self._token

    def save(self, token: str) -> None:
        """Keep ``token`` while the process lives."""
        self._token = token

    def clear(self) -> None:
        """Forget the token."""
        self._token = None


def token_store(settings: Settings) -> TokenStore:
    """The store that the settings ask for."""
    if settings.shared_terminal:
        return MemoryTokens()
    if settings.token is not None:
        return MemoryTokens(settings.token)
    return FileTokens(settings.token_file)
