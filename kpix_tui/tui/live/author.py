"""Who has just changed something, for whoever was changing it as well."""

from __future__ import annotations

from uuid import UUID

from kpix_tui.domains.audit import service as audit
from kpix_tui.tui.bridge import Bridge


async def author_of(bridge: Bridge, thing: UUID) -> str:
    """The name of who changed a dashboard or a KPI last; empty when that was a while ago.

    Raises:
        KpixError: the database could not be asked.
    """
    latest = await bridge.read(audit.latest_changes)
    return next((one.actor for one in latest if thing == (one.kpi_id or one.dashboard_id)), "")
