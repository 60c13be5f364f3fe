"""The PostgreSQL server that kpix runs by itself when it is not given another one."""

from __future__ import annotations

import sys

from kpix_tui.db.embedded.errors import EmbeddedUnsupported

if sys.platform == "win32":
    raise EmbeddedUnsupported(platform=sys.platform)

from kpix_tui.db.embedded.server import EmbeddedServer
from kpix_tui.db.embedded.views import EmbeddedStatus, ServerAddress

__all__ = ["EmbeddedServer", "EmbeddedStatus", "ServerAddress"]
