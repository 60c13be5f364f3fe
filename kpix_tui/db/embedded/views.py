"""What the embedded server says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where the server listens (a Unix socket, never TCP) and the two roles that may come in."""

    socket_dir: Path
    port: int
    owner_user: str = "kpix_admin"
    app_user: str = "kpix_local"

    def url(self, user: str, database: str = "kpix") -> str:
        """A ``postgresql://`` address; there is no password: the system account is the proof."""
        query = urlencode({"host": str(self.socket_dir), "port": self.port}, quote_via=quote)
        return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?{query}"


@dataclass(frozen=True, slots=True)
class EmbeddedStatus:
    """The state of the embedded server at one instant."""

    data: Path
    """The data folder of PostgreSQL, whether it exists or not."""
    log: Path
    """The folder of the server's log files, one per weekday."""
    server_version: str
    """Of the binaries that kpix brings, such as ``18.6``."""
    data_version: str | None
    """The major version that made the data folder; None when there is none yet."""
    running: bool
    pid: int | None
    in_use: bool
    """Whether any kpix process, this one included, uses the server."""
    held: bool
    """Whether ``kpix db start`` keeps it running when nobody uses it."""
    account: str
    """The system account that runs it."""
