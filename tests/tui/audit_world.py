"""An audit log in memory, behind the names of the use cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from kpix_tui.domains.audit.rules import actions_called, actions_like
from kpix_tui.domains.audit.views import AuditFilter, AuditRow
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.paging import Page, PageRequest
from tests.tui.support import USER

AT = datetime(2026, 11, 20, 8, 41, 17, tzinfo=UTC)
MAX, KPI, BOARD, TEAM, ROLE = (UUID(int=number) for number in (4, 1000, 100, 300, 400))
SESSION = UUID(int=3)
NAMES = {
    USER: "Ada Lovelace",
    MAX: "Max Weber",
    KPI: "PUNCT Trains on time",
    BOARD: "Regional trains",
    TEAM: "Night shift",
    ROLE: "Auditor",
}
LONG = "Two stations reported late, one of them because its line was cut by the storm of the 18th. "

Values = Mapping[str, Any] | None


@dataclass
class Log:
    """What the fake use cases read. ``failing`` is raised by every reading."""

    rows: list[AuditRow] = field(default_factory=list)
    asked: list[tuple[PageRequest, AuditFilter]] = field(default_factory=list)
    failing: KpixError | None = None

    def add(
        self, action: str, object_id: str, old: Values, new: Values, actor: UUID | None = USER
    ) -> AuditRow:
        """One more entry, a little older than the last."""
        first = object_id.partition("/")[0]
        row = AuditRow(
            id=UUID(int=9000 + len(self.rows)),
            at=AT - timedelta(minutes=37 * len(self.rows)),
            actor_id=actor,
            session_id=SESSION if actor else None,
            action=action,
            object_type=action.partition(".")[0],
            object_id=object_id,
            subject_id=UUID(first) if len(first) == 36 else None,
            old=old,
            new=new,
            names=NAMES,
        )
        self.rows.append(row)
        return row

    def list_audit(self, _uow: Any, page: PageRequest, wanted: AuditFilter) -> Page[AuditRow]:
        """The newest first unless asked otherwise."""
        self.asked.append((page, wanted))
        if self.failing is not None:
            raise self.failing
        kept = [row for row in self.rows if _matches(row, page.text, wanted)]
        kept.sort(key=lambda row: row.at, reverse=page.sort != "at")
        return Page(tuple(kept[page.offset : page.offset + page.limit]), len(kept), page.offset)

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Take the place of the services: this one, and those that the way to it asks."""
        patch.setattr("kpix_tui.domains.audit.service.list_audit", self.list_audit)
        patch.setattr("kpix_tui.domains.accounts.service.is_initialized", lambda _uow: True)
        for name in ("list_users", "list_teams", "list_roles"):
            patch.setattr(f"kpix_tui.domains.people.service.{name}", lambda *_asked: Page((), 0))


def _matches(row: AuditRow, text: str, wanted: AuditFilter) -> bool:
    return (
        (not text or row.action in actions_like(text))
        and (not wanted.who or wanted.who.lower() in row.actor.lower())
        and (not wanted.what or row.action in actions_called(wanted.what))
        and (not wanted.about or wanted.about in row.object_id)
        and (wanted.since is None or row.at >= wanted.since)
        and (wanted.until is None or row.at < wanted.until)
    )


def busy() -> Log:
    """One of every kind that reads differently."""
    log = Log()
    period = f"{KPI}/2026-10-01"
    log.add(
        "kpi_value.corrected",
        period,
        {"value": Decimal("94.10"), "status": "ORANGE", "reason": "", "critical": False},
        {"value": 87, "status": "RED", "reason": LONG * 3, "critical": True},
    )
    log.add(
        "kpi_threshold.updated",
        f"{KPI}/0001-01-01",
        {"green": 95, "target": None},
        {"green": 96, "target": Decimal("98.5")},
    )
    log.add("session.opened", str(SESSION), None, None, MAX)
    log.add(
        "dashboard.created",
        str(BOARD),
        None,
        {
            "id": str(BOARD),
            "title": "Regional trains",
            "process": "Transport",
            "description": "",
            "owner_id": str(MAX),
            "visibility": "TEAMS",
            "archived_at": None,
            "version": 1,
        },
        MAX,
    )
    log.add("team_member.deleted", f"{TEAM}/{MAX}", {"user_id": str(MAX), "is_lead": True}, None)
    log.add("user.password_changed", str(MAX), None, None, MAX)
    log.add("audit.pruned", str(UUID(int=1)), None, {"count": 1204, "operator": "postgres"}, None)
    log.add("newer.invented", "something", None, {"novel": [1, 2]}, UUID(int=77))
    return log
