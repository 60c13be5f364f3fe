"""How a notification reads, in both front ends."""

from __future__ import annotations

from kpix_tui.domains.notifications.views import Notification
from kpix_tui.i18n.notifications import sentence


def notification_words(row: Notification) -> str:
    """What happened, in one sentence; text from people among it is not made harmless yet."""
    names = {
        "actor": row.actor_name,
        "kpi": row.kpi_code,
        "action": row.action_title,
        "dashboard": row.dashboard_title,
        "excerpt": row.excerpt,
    }
    return sentence(row.kind, row.facts, names)
