"""Shares and entry assignments in memory, on the railway's dashboards and the hospital's people."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from kpix_tui.access.permissions import Level, Visibility
from kpix_tui.domains.dashboards.errors import DashboardNotFound
from kpix_tui.domains.dashboards.views import (
    AccessReason,
    AccessRow,
    Dashboard,
    Reason,
    Share,
    ShareDashboard,
    Transferred,
)
from kpix_tui.domains.kpis.views import Assignment, Kpi
from kpix_tui.domains.overview.views import KpiDetail
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.paging import FIRST_PAGE, Page, PageRequest
from tests.tui.people_world import People, hospital
from tests.tui.world import TODAY, World, railway

SINCE = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)


@dataclass
class Sharing:
    """What the fake use cases read and write. ``failing`` is raised by the next call."""

    world: World
    people: People
    shares: dict[UUID, Share] = field(default_factory=dict)
    assignments: dict[UUID, Assignment] = field(default_factory=dict)
    access: list[AccessRow] = field(default_factory=list)
    hidden: bool = False
    failing: KpixError | None = None
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def _note(self, name: str, what: Any) -> None:
        self.asked.append((name, what))
        if self.failing is not None:
            failing, self.failing = self.failing, None
            raise failing

    def _called(self, user_id: UUID | None, team_id: UUID | None) -> tuple[str, int]:
        if team_id is None:
            return self.people.users[user_id].name, 0  # type: ignore[index] # one of the two
        team = self.people.teams[team_id]
        return team.name, team.members

    # -- dashboards ----------------------------------------------------------------------------

    def get_dashboard(self, _uow: Any, dashboard_id: UUID) -> Dashboard:
        """One dashboard, unless it is out of sight."""
        self._note("get_dashboard", dashboard_id)
        if self.hidden:
            raise DashboardNotFound(name=str(dashboard_id))
        return self.world.dashboards[dashboard_id]

    def list_shares(
        self, _uow: Any, dashboard_id: UUID, page: PageRequest = FIRST_PAGE
    ) -> Page[Share]:
        """By name."""
        self._note("list_shares", page)
        rows = [one for one in self.shares.values() if one.dashboard_id == dashboard_id]
        return _cut(sorted(rows, key=lambda share: share.name), page)

    def share_dashboard(self, _uow: Any, command: ShareDashboard) -> Share:
        """A new share, or another level."""
        self._note("share_dashboard", command)
        name, members = self._called(command.user_id, command.team_id)
        whom = command.user_id or command.team_id
        assert whom is not None
        made = Share(
            id=UUID(int=whom.int + 40_000),
            dashboard_id=command.dashboard_id,
            user_id=command.user_id,
            team_id=command.team_id,
            name=name,
            members=members,
            level=command.level,
            until=command.until,
            ended=command.until is not None and command.until < TODAY,
            shared_by="Ada Lovelace",
            shared_at=SINCE,
        )
        self.shares[made.id] = made
        return made

    def unshare_dashboard(
        self,
        _uow: Any,
        dashboard_id: UUID,
        *,
        user_id: UUID | None = None,
        team_id: UUID | None = None,
    ) -> Share:
        """Gone."""
        self._note("unshare_dashboard", dashboard_id)
        return self.shares.pop(UUID(int=(user_id or team_id or UUID(int=0)).int + 40_000))

    def set_visibility(self, _uow: Any, dashboard_id: UUID, visibility: Visibility) -> Dashboard:
        """Another visibility."""
        self._note("set_visibility", visibility)
        one = replace(self.world.dashboards[dashboard_id], visibility=visibility)
        self.world.dashboards[dashboard_id] = one
        return one

    def transfer_dashboard(self, _uow: Any, dashboard_id: UUID, new_owner_id: UUID) -> Transferred:
        """Another owner."""
        self._note("transfer_dashboard", new_owner_id)
        name = self.people.users[new_owner_id].name
        one = replace(self.world.dashboards[dashboard_id], owner_id=new_owner_id, owner_name=name)
        self.world.dashboards[dashboard_id] = one
        return Transferred(one.id, one.title, new_owner_id, name, 4)

    def dashboard_access(
        self, _uow: Any, _dashboard_id: UUID, page: PageRequest = FIRST_PAGE
    ) -> Page[AccessRow]:
        """Everybody."""
        self._note("dashboard_access", page)
        rows = [one for one in self.access if page.text.lower() in one.name.lower()]
        return _cut(rows, page)

    # -- KPIs ----------------------------------------------------------------------------------

    def get_kpi(self, _uow: Any, kpi_id: UUID) -> Kpi:
        """One KPI."""
        return self.world.kpis[kpi_id]

    def show_kpi(self, _uow: Any, kpi_id: UUID, until: date | None = None) -> KpiDetail:
        """One KPI with those who owe its values."""
        found = self.world.show_kpi(_uow, kpi_id, until)
        names = tuple(one.name for one in self.assignments.values() if one.kpi_id == kpi_id)
        return replace(found, row=replace(found.row, assignees=names))

    def list_assignments(
        self, _uow: Any, kpi_id: UUID, page: PageRequest = FIRST_PAGE
    ) -> Page[Assignment]:
        """Those of the KPI."""
        return _cut([one for one in self.assignments.values() if one.kpi_id == kpi_id], page)

    def assign_entry(
        self,
        _uow: Any,
        kpi_id: UUID,
        *,
        user_id: UUID | None = None,
        team_id: UUID | None = None,
    ) -> Assignment:
        """One more."""
        self._note("assign_entry", user_id or team_id)
        name, members = self._called(user_id, team_id)
        key = UUID(int=(user_id or team_id or kpi_id).int + kpi_id.int)
        made = Assignment(key, kpi_id, user_id, team_id, name, members, "Ada Lovelace", SINCE)
        self.assignments[key] = made
        return made

    def unassign_entry(
        self,
        _uow: Any,
        kpi_id: UUID,
        *,
        user_id: UUID | None = None,
        team_id: UUID | None = None,
    ) -> Assignment:
        """One fewer."""
        self._note("unassign_entry", user_id or team_id)
        return self.assignments.pop(UUID(int=(user_id or team_id or kpi_id).int + kpi_id.int))

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Take the place of the services."""
        self.world.install(patch)
        self.people.install(patch)
        for domain, names in _SERVICES.items():
            for name in names:
                patch.setattr(f"kpix_tui.domains.{domain}.service.{name}", getattr(self, name))


_SERVICES = {
    "dashboards": (
        *("get_dashboard", "list_shares", "share_dashboard", "unshare_dashboard"),
        *("set_visibility", "transfer_dashboard", "dashboard_access"),
    ),
    "kpis": ("get_kpi", "list_assignments", "assign_entry", "unassign_entry"),
    "overview": ("show_kpi",),
}


def _cut(rows: list[Any], page: PageRequest) -> Page[Any]:
    return Page(tuple(rows[page.offset : page.offset + page.limit]), len(rows), page.offset)


def station() -> Sharing:
    """The railway's first dashboard, shared with people and teams: for good, for a time, ended."""
    made = Sharing(railway(), hospital())
    board = next(one for one in made.world.dashboards.values() if one.title == "Regional trains")
    users = {one.name: one for one in made.people.users.values()}
    teams = {one.name: one for one in made.people.teams.values()}
    grace, linus = users["Grace Hopper"], users["Linus Pauling"]
    katherine = users["Katherine Johnson"]
    team = next(iter(teams.values()))
    for command in (
        ShareDashboard(board.id, Level.MANAGER, user_id=grace.id, until=date(2026, 12, 31)),
        ShareDashboard(board.id, Level.CONTRIBUTOR, user_id=linus.id, until=date(2026, 11, 12)),
        ShareDashboard(board.id, Level.VIEWER, user_id=katherine.id),
        ShareDashboard(board.id, Level.CONTRIBUTOR, team_id=team.id),
    ):
        made.share_dashboard(None, command)
    made.set_visibility(None, board.id, Visibility.TEAMS)
    made.access = [
        AccessRow(
            users["Ada Lovelace"].id,
            "Ada Lovelace",
            Level.MANAGER,
            (
                AccessReason(Reason.OWNER),
                AccessReason(Reason.ADMINISTRATOR, via="ADMIN"),
            ),
        ),
        AccessRow(
            grace.id,
            grace.name,
            Level.MANAGER,
            (
                AccessReason(Reason.SHARED, Level.MANAGER, until=date(2026, 12, 31)),
                AccessReason(Reason.SHARED_WITH_TEAM, Level.CONTRIBUTOR, via=team.name),
                AccessReason(Reason.TEAM_MATE, via=team.name),
            ),
        ),
        AccessRow(
            katherine.id,
            katherine.name,
            Level.VIEWER,
            (AccessReason(Reason.SHARED, Level.VIEWER),),
        ),
    ]
    kpi = next(one for one in made.world.kpis.values() if one.code == "PUNCT")
    made.assign_entry(None, kpi.id, team_id=team.id)
    made.assign_entry(None, kpi.id, user_id=katherine.id)
    made.asked.clear()
    return made
