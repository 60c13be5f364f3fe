"""Some clients in one program: they listen, and read a dashboard again when something changed.

``python -m tests.benchmarks.live_client URL DASHBOARD KPI CLIENTS``, the token in ``KPIX_TOKEN``.
Writes a line for each client that listens, and one for each value that it has read and when, by
the monotonic clock, which all programs of a machine share.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from queue import SimpleQueue
from uuid import UUID

from kpix_tui.app.context import Context, open_context
from kpix_tui.app.tokens import MemoryTokens
from kpix_tui.config import Settings
from kpix_tui.domains.accounts.service import whoami
from kpix_tui.domains.overview.service import list_kpis, show_dashboard
from kpix_tui.kernel.changes import Change

LISTENS = "listens"
HELD = "held"


def follow(context: Context, dashboard: UUID, kpi: UUID) -> None:
    """Read again for each change, as the screen of a dashboard does; never returns."""
    told: SimpleQueue[frozenset[Change]] = SimpleQueue()
    listens = threading.Event()
    who = context.run(whoami).user_id
    context.listener(who, told.put, lambda there: listens.set() if there else None).start()
    listens.wait()
    print(LISTENS, flush=True)
    client = f"{os.getpid()}/{threading.get_ident()}"
    while True:
        if not any(change.touches(dashboard=dashboard) for change in told.get()):
            continue
        context.run(show_dashboard, dashboard)
        rows = context.run(list_kpis, dashboard_id=dashboard).rows
        value = next((row.value for row in rows if row.id == kpi), None)
        if value is not None:
            print(HELD, client, int(value * 10), time.monotonic(), flush=True)


def main() -> None:
    """The command line."""
    url, dashboard, kpi, clients = sys.argv[1:]
    home = Path(tempfile.mkdtemp(prefix="kpix-live-"))
    settings = Settings(
        home=home, state=home, config_file=home / "none", database_url=url, locale="en"
    )
    threads = []
    for _number in range(int(clients)):
        context = open_context(settings)
        context.tokens = MemoryTokens(os.environ["KPIX_TOKEN"])
        threads.append(threading.Thread(target=follow, args=(context, UUID(dashboard), UUID(kpi))))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
