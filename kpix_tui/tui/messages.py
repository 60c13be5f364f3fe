"""What screens tell the application and each other."""

from __future__ import annotations

from uuid import UUID

from textual.message import Message

from kpix_tui.access.actor import Actor


class DatabaseReady(Message):
    """The database answers; the session can be looked at."""


class SignedInAs(Message):
    """Somebody is signed in."""

    def __init__(self, actor: Actor) -> None:
        super().__init__()
        self.actor = actor


class SessionLost(Message):
    """The session has ended: sign in again."""


class DashboardChanged(Message):
    """A dashboard was created, changed or archived; lists that show it read again."""

    def __init__(self, dashboard_id: UUID) -> None:
        super().__init__()
        self.dashboard_id = dashboard_id


class KpiChangedHere(Message):
    """A KPI or one of its values was changed in this terminal."""

    def __init__(self, kpi_id: UUID) -> None:
        super().__init__()
        self.kpi_id = kpi_id
